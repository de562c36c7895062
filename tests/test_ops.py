"""Ops that make a network, against plain loops; how layers are wired; and ops of other packages."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim import explain
from conv_anim.coding.programs import FRAMEWORKS, program
from conv_anim.commands.completion import NAMES
from conv_anim.spec import op_types, schema
from tests import oracle, pictures

SIZES = st.lists(st.integers(1, 5), min_size=1, max_size=3)
SEEDS = st.integers(0, 999)


def traced(channels, size, *layers, seed=0, low=-5, high=5):
    values = {"random": {"seed": seed, "low": low, "high": high}}
    spec = {"input": {"size": size, "channels": channels, "values": values}, "layers": list(layers)}
    return conv_anim.trace(conv_anim.load(spec))


def same(trace, wanted):
    """The output, and the value of each step, which says what it is made of."""
    np.testing.assert_allclose(trace.output, np.array(wanted), rtol=1e-12, atol=1e-12)
    for step in trace.layers[-1]:
        assert step.value == trace.output[step.output].item()
        for tap in step.taps:
            if tap.input is not None:
                assert tap.x == trace.layers[-1].inputs[tap.of][tap.input].item()


def added_up(step):
    """A step's value from its taps, where they add up."""
    total = sum(tap.product for tap in step.taps) / (step.divisor or 1)
    return total + (step.bias or 0)


def each(x, function):
    """A function of every number of nested lists."""
    return [each(part, function) for part in x] if isinstance(x, list) else function(x)


# elementwise

FUNCTIONS = {
    "relu": lambda x: max(0, x),
    "gelu": lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2))),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": lambda x: (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(SIZES, st.integers(1, 3), SEEDS, st.sampled_from([5, 4.5]))
def test_an_activation_is_a_function_of_every_cell(name, size, channels, seed, high):
    trace = traced(channels, size, {"type": name}, seed=seed, high=high)
    same(trace, each(trace.input.tolist(), FUNCTIONS[name]))
    assert all(step.value == step.taps[0].product for step in trace)
    assert all([tap.input for tap in step.taps] == [step.output] for step in trace)


@given(SIZES, SEEDS, st.sampled_from([0, 0.01, 0.5, -1]))
def test_a_leaky_relu_scales_what_is_below_zero(size, seed, slope):
    trace = traced(2, size, {"type": "leaky_relu", "negative_slope": slope}, seed=seed)
    same(trace, each(trace.input.tolist(), lambda x: x if x >= 0 else slope * x))


def test_whole_numbers_stay_whole_under_a_relu():
    assert traced(1, [3, 3], {"type": "relu"}).output.dtype == np.int64
    assert traced(1, [3, 3], {"type": "relu"}, high=0.5).output.dtype == np.float64


def test_activations_bear_large_numbers():
    for name in ("sigmoid", "silu", "tanh", "softmax", "gelu"):
        trace = traced(1, [4], {"type": name}, low=-100_000, high=100_000)
        assert np.isfinite(trace.output).all()


@given(SIZES, st.integers(1, 4), SEEDS, st.sampled_from(["channels", "last"]))
def test_a_softmax_makes_shares_of_a_whole(size, channels, seed, over):
    trace = traced(channels, size, {"type": "softmax", "over": over}, seed=seed)
    x = trace.input
    wanted = np.zeros(x.shape)
    for cell in np.ndindex(*x.shape):
        axis = 0 if over == "channels" else x.ndim - 1
        line = [math.exp(x[(*cell[:axis], k, *cell[axis + 1 :])]) for k in range(x.shape[axis])]
        wanted[cell] = math.exp(x[cell]) / sum(line)
    same(trace, wanted)
    for step in trace:
        assert step.taps[0].input == step.output
        assert step.taps[0].product == step.value
        assert sum(tap.product for tap in step.taps) == pytest.approx(1)


@given(SIZES, st.integers(1, 3), SEEDS, st.data())
def test_a_batch_norm_scales_and_shifts_every_channel(size, channels, seed, data):
    numbers = st.lists(st.integers(-4, 4).map(lambda n: n / 2), min_size=channels, max_size=channels)
    scale, shift = data.draw(numbers), data.draw(numbers)
    trace = traced(channels, size, {"type": "batch_norm", "scale": scale, "shift": shift}, seed=seed)
    same(trace, [each(c, lambda x, c=k: x * scale[c] + shift[c]) for k, c in enumerate(trace.input.tolist())])
    assert all(added_up(step) == pytest.approx(step.value) for step in trace)
    assert all(trace.layers[0].weight[step.taps[0].weight] == step.taps[0].w for step in trace)


# joins


@given(SIZES, st.integers(1, 3), SEEDS, st.integers(2, 4))
def test_an_addition_adds_cell_by_cell(size, channels, seed, count):
    layers = [{"type": "batch_norm", "scale": k, "shift": 1, "from": "input", "name": f"n{k}"} for k in range(1, count)]
    trace = traced(
        channels, size, *layers, {"type": "add", "from": ["input", *(each_["name"] for each_ in layers)]}, seed=seed
    )
    maps = [trace.input.tolist(), *(layer.output.tolist() for layer in trace.layers[:-1])]
    wanted = np.zeros(trace.input.shape)
    for cell in np.ndindex(*trace.input.shape):
        wanted[cell] = sum(oracle.at(x, cell) for x in maps)
    same(trace, wanted)
    for step in trace.layers[-1]:
        assert added_up(step) == step.value
        assert [tap.of for tap in step.taps] == list(range(count))


@given(SIZES, st.integers(1, 3), SEEDS, st.sampled_from(["all", "one for a channel", "one channel", "flat"]))
def test_a_multiplication_meets_many_with_one(size, channels, seed, how):
    other = {
        "all": [{"type": "relu", "from": "input"}],
        "one for a channel": [{"type": "global_avg_pool", "from": "input"}],
        "one channel": [{"type": "pointwise", "from": "input"}],
        "flat": [{"type": "global_avg_pool", "from": "input"}, {"type": "flatten"}],
    }[how]
    trace = traced(channels, size, *other, {"type": "multiply", "from": ["input", -1]}, seed=seed)
    x, y = trace.input, trace.layers[-2].output
    wanted = np.zeros(x.shape)
    for channel, *place in np.ndindex(*x.shape):
        met = {
            "all": (channel, *place),
            "one for a channel": (channel, *(0 for _ in place)),
            "one channel": (0, *place),
            "flat": (channel,),
        }[how]
        wanted[(channel, *place)] = x[(channel, *place)] * y[met]
    same(trace, wanted)
    for step in trace.layers[-1]:
        (tap,) = step.taps
        assert tap.product == step.value
        assert y[tap.other[1]] == tap.w
        assert tap.other[0] == 1


def test_the_smaller_map_may_come_first():
    trace = traced(2, [3, 2], {"type": "global_avg_pool"}, {"type": "multiply", "from": [-1, "input"]})
    np.testing.assert_array_equal(trace.output, trace.layers[0].output * trace.input)
    assert all(step.taps[0].product == step.value for step in trace.layers[-1])


@given(SIZES, st.lists(st.integers(1, 3), min_size=1, max_size=3), SEEDS)
def test_a_concatenation_sets_channels_behind_each_other(size, counts, seed):
    layers = [{"type": "pointwise", "out_channels": n, "from": "input", "name": f"p{k}"} for k, n in enumerate(counts)]
    last = {"type": "concat", "from": ["input", *(layer["name"] for layer in layers)]}
    trace = traced(2, size, *layers, last, seed=seed)
    same(trace, [m for x in (trace.input, *(layer.output for layer in trace.layers[:-1])) for m in x.tolist()])


def test_sums_and_products_that_no_integer_holds_are_reals():
    """2⁵² + 2⁵² and so on are exact in both; their products are not whole numbers any more."""
    spec = {"input": {"values": [[2**52, -(2**52)]]}, "layers": [{"type": "multiply", "from": ["input", "input"]}]}
    assert conv_anim.trace(conv_anim.load(spec)).output.tolist() == [[[2.0**104, 2.0**104]]]
    spec["layers"] = [{"type": "add", "from": ["input", "input"]}] + [{"type": "add", "from": [-1, -1]}] * 11
    assert conv_anim.trace(conv_anim.load(spec)).output.tolist() == [[[2.0**64, -(2.0**64)]]]


# dense layers


@given(SIZES, st.integers(1, 3), st.integers(1, 4), SEEDS, st.booleans())
def test_a_linear_layer_weighs_the_last_axis(size, channels, features, seed, biased):
    bias = {"bias": list(range(features))} if biased else {}
    trace = traced(channels, size, {"type": "linear", "out_features": features, **bias}, seed=seed)
    weight = trace.layers[0].weight.tolist()
    x = trace.input
    wanted = np.zeros((*x.shape[:-1], features))
    for cell in np.ndindex(*wanted.shape):
        wanted[cell] = sum(weight[cell[-1]][k] * x[(*cell[:-1], k)] for k in range(x.shape[-1])) + (
            cell[-1] if biased else 0
        )
    same(trace, wanted)
    assert all(added_up(step) == step.value for step in trace)


@given(SIZES, st.integers(1, 3), st.integers(1, 3), SEEDS)
def test_a_flat_vector_has_no_axes(size, channels, features, seed):
    trace = traced(channels, size, {"type": "flatten"}, {"type": "linear", "out_features": features}, seed=seed)
    flat, dense = trace.layers
    assert flat.output.shape == (trace.input.size,)
    assert flat.output.tolist() == [oracle.at(trace.input.tolist(), cell) for cell in np.ndindex(*trace.input.shape)]
    same(trace, [sum(w * x for w, x in zip(row, flat.output.tolist(), strict=True)) for row in dense.weight.tolist()])


@pytest.mark.parametrize(
    "layer", [{"type": "relu"}, {"type": "softmax"}, {"type": "batch_norm", "scale": 2}, {"type": "flatten"}]
)
def test_what_works_on_channels_works_on_a_flat_vector(layer):
    trace = traced(1, [3, 2], {"type": "flatten"}, layer)
    assert trace.output.shape == (6,)
    assert [step.value for step in trace.layers[-1]] == trace.output.tolist()


def test_a_window_needs_axes():
    for layer in (
        {"type": "conv", "kernel_size": 1},
        {"type": "max_pool", "kernel_size": 1},
        {"type": "upsample", "size": [2]},
    ):
        with pytest.raises(conv_anim.SpecError, match="flat vector of 6 numbers"):
            traced(1, [3, 2], {"type": "flatten"}, layer)


# borders


@given(st.data(), SIZES, st.sampled_from(["zeros", "reflect", "replicate", "circular"]), SEEDS)
def test_a_pad_layer_pads_as_a_convolution_does(data, size, mode, seed):
    most = {"reflect": [n - 1 for n in size], "circular": size}.get(mode, [3] * len(size))
    padding = [[data.draw(st.integers(0, m)), data.draw(st.integers(0, m))] for m in most]
    value = {"value": data.draw(st.sampled_from([0, -2, 0.5]))} if mode == "zeros" else {}
    trace = traced(2, size, {"type": "pad", "padding": padding, "padding_mode": mode, **value}, seed=seed)
    inside = np.ones(trace.input.shape[1:])
    wanted = [oracle.padded(channel, padding, mode) for channel in trace.input.tolist()]
    hole = np.pad(inside, padding) == 0
    wanted = np.where(hole & (mode == "zeros"), value.get("value", 0), np.array(wanted))
    same(trace, wanted)
    assert all(step.taps[0].x == step.value for step in trace)


@given(st.data(), SIZES, SEEDS)
def test_a_crop_layer_takes_back_what_a_pad_layer_adds(data, size, seed):
    padding = [[data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))] for _ in size]
    trace = traced(
        2, size, {"type": "pad", "padding": padding, "value": 9}, {"type": "crop", "cropping": padding}, seed=seed
    )
    same(trace, trace.input.tolist())


# adaptive pools


@given(SIZES, st.data(), SEEDS, st.sampled_from(["adaptive_avg_pool", "adaptive_max_pool"]))
def test_an_adaptive_pool_has_the_windows_that_its_output_needs(size, data, seed, name):
    out = [data.draw(st.integers(1, 6)) for _ in size]
    trace = traced(2, size, {"type": name, "size": out}, seed=seed)
    wanted = np.zeros((2, *out))
    for channel, *place in np.ndindex(*wanted.shape):
        spans = [
            range(math.floor(o * n / count), math.ceil((o + 1) * n / count))
            for o, n, count in zip(place, size, out, strict=True)
        ]
        cells = [oracle.at(trace.input[channel].tolist(), at) for at in product(*spans)]
        wanted[(channel, *place)] = max(cells) if "max" in name else sum(cells) / len(cells)
    same(trace, wanted)
    if "avg" in name:
        assert all(added_up(step) == pytest.approx(step.value) for step in trace)
    else:
        assert all(max(tap.x for tap in step.taps) == step.value for step in trace)


# graphs

RESIDUAL = [
    {"type": "conv", "kernel_size": 3, "padding": 1, "name": "main"},
    {"type": "relu"},
    {"type": "add", "from": [-1, "input"]},
]


def loaded(layers, size=(5, 5), **input_):
    return conv_anim.load({"input": {"size": list(size), **input_}, "layers": layers})


def test_names_and_numbers_say_what_feeds_a_layer():
    spec = loaded(RESIDUAL)
    assert [(node.name, node.inputs) for node in spec.nodes] == [("main", (0,)), ("2", (1,)), ("3", (2, 0))]
    assert spec.layers == tuple(node.op for node in spec.nodes)
    same_ = [
        [{**RESIDUAL[0]}, RESIDUAL[1], {"type": "add", "from": [wanted, first]}]
        for wanted in (-1,)
        for first in ("input", -3)
    ]
    assert {loaded(layers).nodes for layers in same_} == {spec.nodes}


def test_a_composition_is_one_layer_to_count_back_over():
    layers = [
        {"type": "depthwise_separable", "kernel_size": 3, "padding": 1, "out_channels": 2, "name": "sep"},
        {"type": "concat", "from": ["sep", -2]},
    ]
    spec = loaded(layers, channels=2)
    assert [(node.name, node.inputs) for node in spec.nodes] == [("1", (0,)), ("sep", (1,)), ("3", (2, 0))]


def test_an_unpooling_is_fed_by_its_pool():
    pool = {"type": "max_pool", "kernel_size": 2, "name": "pool"}
    other = {"type": "max_pool", "kernel_size": 2, "from": "input", "name": "other"}
    (_, plain) = loaded([pool, {"type": "max_unpool"}], (4, 4)).nodes
    assert plain.inputs == (1, 1)
    spec = loaded(
        [pool, other, {"type": "add", "from": ["pool", "other"]}, {"type": "max_unpool", "from": [-1, "pool"]}], (4, 4)
    )
    assert spec.nodes[-1].inputs == (3, 1)
    trace = conv_anim.trace(spec)
    wanted = np.zeros((4, 4))
    for row, column in product(range(0, 4, 2), range(0, 4, 2)):
        block = trace.input[0, row : row + 2, column : column + 2]
        r, c = divmod(int(block.argmax()), 2)
        wanted[row + r, column + c] = 2 * block.max()
    np.testing.assert_array_equal(trace.output[0], wanted)


def test_a_graph_sees_by_the_way_that_sees_most():
    layers = [
        {"type": "conv", "kernel_size": 3, "padding": 1, "name": "a"},
        {"type": "conv", "kernel_size": 5, "padding": 2, "from": "input", "name": "b"},
        {"type": "add", "from": ["a", "b"]},
        {"type": "conv", "kernel_size": 3, "padding": 1},
    ]
    data = explain.data(loaded(layers, (9, 9)))
    assert [layer["receptive_field"] for layer in data["layers"]] == [[3, 3], [5, 5], [5, 5], [7, 7]]
    assert data["layers"][2]["fed"] == [1, 2]
    assert [layer["name"] for layer in data["layers"]] == ["a", "b", None, None]


def test_a_step_of_a_graph_names_the_maps_that_it_reads():
    trace = conv_anim.trace(loaded(RESIDUAL))
    last = trace.layers[-1]
    assert last.fed == (2, 0)
    assert [layer.first_step for layer in trace.layers] == [0, 25, 50]
    step = trace[60]
    assert step.layer == 2
    assert [(tap.of, tap.input) for tap in step.taps] == [(0, step.output), (1, step.output)]
    assert step.value == trace.layers[1].output[step.output] + trace.input[step.output]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_programs_of_graphs_name_what_they_keep(framework):
    text = program(loaded(RESIDUAL), framework)
    assert "first = x" in text
    assert "made_2 + first" in text


def test_numpy_computes_every_graph(tmp_path):
    """What the program prints is what the trace has."""
    graphs = [
        RESIDUAL,
        [*RESIDUAL, {"type": "flatten"}, {"type": "linear", "out_features": 3, "bias": 1}, {"type": "softmax"}],
        [
            {"type": "conv", "kernel_size": 1, "name": "x", "out_channels": 2},
            {"type": "conv", "kernel_size": 3, "padding": 1, "from": "input", "name": "in"},
            {"type": "concat", "from": ["x", "in", "input"]},
            {"type": "multiply", "from": [-1, "in"]},
            {"type": "pad", "padding": 1, "value": 2},
            {"type": "crop", "cropping": [[0, 1], [2, 0]]},
            {"type": "adaptive_avg_pool", "size": [3, 2]},
            {"type": "gelu"},
        ],
    ]
    for layers in graphs:
        spec = loaded(layers)
        found = {}
        exec(program(spec, "numpy"), found)  # our own text
        np.testing.assert_allclose(found["y"], conv_anim.trace(spec).output, atol=1e-12)


# ops of other packages

TOY = Path(__file__).parent / "toy"


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A package with an op, installed in a folder of its own."""
    package = tmp_path / "site"
    (package / "toy_ops-1.0.dist-info").mkdir(parents=True)
    (package / "toy_ops-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-ops\nVersion: 1.0\n")
    points = f"[{op_types.TYPES.group}]\nsquare = toy_square:TYPE\nconv = toy_square:TYPE\n"
    (package / "toy_ops-1.0.dist-info" / "entry_points.txt").write_text(points)
    (package / "toy_square.py").write_text((TOY / "square.py").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.syspath_prepend(package)
    op_types.TYPES.forget()
    yield
    op_types.TYPES.forget()
    sys.modules.pop("toy_square", None)


@pytest.mark.usefixtures("toy")
def test_an_op_of_another_package_is_an_op_like_ours(tmp_path):
    spec = conv_anim.load({"input": {"values": [[1, -2], [3, 4]]}, "layer": {"type": "square"}, "view": "flat"})
    trace = conv_anim.trace(spec)
    assert trace.output.tolist() == [[[1, 4], [9, 16]]]
    assert trace[1].taps[0].product == 4
    assert explain.text(spec).startswith("Square: 2×2 → 2×2\n")
    assert explain.text(replace(spec, lang="zh-TW")).startswith("平方")
    assert explain.data(spec)["layers"][0]["type"] == "square"
    found = {}
    exec(program(spec, "numpy"), found)
    assert found["y"].tolist() == trace.output.tolist()
    with pytest.raises(conv_anim.SpecError, match="Keras has no layer like this: square"):
        program(spec, "keras")
    drawn = pictures.scene(spec)
    assert "(−2)² = 4" in "".join(pictures.texts(pictures.after(drawn, 1))) or drawn.frames
    assert "x²" in pictures.texts(drawn.static)
    assert conv_anim.render(spec, tmp_path / "square.gif").stat().st_size > 1000


@pytest.mark.usefixtures("toy")
def test_an_op_of_another_package_is_in_the_schema_the_hints_and_the_completion():
    arms = schema.schema()["$defs"]["layer"]["oneOf"]
    assert [arm["properties"]["type"]["const"] for arm in arms][-1] == "square"
    with pytest.raises(conv_anim.SpecError, match="did you mean 'square'") as error:
        conv_anim.load({"input": {"size": [2, 2]}, "layer": {"type": "sqare"}})
    assert "fold, " in str(error.value)
    with pytest.raises(conv_anim.SpecError, match="a square layer has no key 'stride'"):
        conv_anim.load({"input": {"size": [2, 2]}, "layer": {"type": "square", "stride": 2}})
    assert ("square", "The square of every number.") in list(NAMES["layer"]())


@pytest.mark.usefixtures("toy")
def test_another_package_cannot_take_the_name_of_an_op_of_ours():
    assert (
        conv_anim.load({"input": {"size": [3, 3]}, "layer": {"type": "conv", "kernel_size": 3}}).layers[0].type
        == "conv"
    )
    assert list(op_types.TYPES).count("conv") == 1


def test_entry_points_are_not_looked_for_where_all_types_are_ours(monkeypatch):
    def never(**_):
        raise AssertionError

    monkeypatch.setattr("importlib.metadata.entry_points", never)
    op_types.TYPES.forget()
    assert loaded(RESIDUAL).layers[1].type == "relu"
    op_types.TYPES.forget()


@pytest.mark.repository
def test_the_page_about_ops_of_your_own_quotes_the_toy():
    page = (TOY.parent.parent / "docs" / "extending.md").read_text(encoding="utf-8")
    assert (TOY / "square.py").read_text(encoding="utf-8") in page


def test_a_step_that_fails_is_not_the_end_of_the_steps(monkeypatch):
    """Sequences end where an item raises IndexError; steps must not hide a fault so."""

    def fails(cell):
        raise IndexError(cell)

    trace = conv_anim.trace(loaded(RESIDUAL))
    monkeypatch.setattr(type(trace.layers[2].means), "shares", property(lambda _: fails), raising=False)
    for steps in (trace, trace.layers[2]):
        with pytest.raises(IndexError):
            list(steps)
