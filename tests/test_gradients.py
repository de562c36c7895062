"""Gradients: against plain loops and finite differences, in every setting; how they are drawn, said and written."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim import explain, pipeline
from conv_anim.catalog import templates
from conv_anim.coding.programs import program
from conv_anim.diagnostics import SpecError
from conv_anim.ops.softmax import Softmax
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.flat.network import NetworkView
from conv_anim.scene.flat.pace import Pace
from conv_anim.scene.flat.traced_back import traced_back
from conv_anim.scene.primitives import Boxes, Lines, Text
from conv_anim.scene.steps import Steps
from conv_anim.scene.style import Style
from conv_anim.scene.wording.captions import caption
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Flat
from conv_anim.tracing.scatter import Scatter
from tests import pictures
from tests.oracle import cells, shown

STYLE = Style(THEMES["light"], 1.0, DejaVu())
SEEDS = st.integers(0, 999)
SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=3)
LANGS = ["en", "zh-TW"]


def numbers(shape, seed):
    """Small numbers of which no two are equal and none is 0: no step makes another cell the largest."""
    count = int(np.prod(shape))
    order = np.random.default_rng(seed).permutation(count)
    noise = np.random.default_rng(seed + 1).uniform(-0.1, 0.1, count)  # nor are any two sums
    return ((order - count // 2) * 0.5 + 0.25 + noise).reshape(shape)


def spec_of(x, layers, **more):
    channels, *size = x.shape
    return conv_anim.load(
        {"input": {"size": size, "channels": channels, "values": x.tolist()}, "layers": layers, **more}
    )


def gradient(x, layers, upstream, wanted="grad_input"):
    """What a backward pass makes, after its last steps were added up from their taps."""
    trace = conv_anim.trace(spec_of(x, layers, **{"pass": wanted, "upstream": np.array(upstream).tolist()}))
    for step in trace.layers[-1]:
        total = sum(tap.product for tap in step.taps if tap.product is not None)
        assert step.value == pytest.approx(total, rel=1e-9, abs=1e-9)
    return trace.output


def upstream_for(x, layers, seed):
    ends = spec_of(x, layers).layers[-1].ends
    return np.random.default_rng(seed).integers(-3, 4, (ends.out_channels, *ends.out_size))


# by their definition


@st.composite
def convolutions(draw):
    """A convolution's settings as plain numbers, along up to three axes."""
    axes = draw(st.integers(1, 3))
    each = [draw(st.lists(st.integers(1, most), min_size=axes, max_size=axes)) for most in (3, 3, 2)]
    kernel, stride, dilation = each
    pads = [[draw(st.integers(0, 2)), draw(st.integers(0, 2))] for _ in range(axes)]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    size = [max(1, r - sum(p)) + draw(st.integers(0, 3 if axes < 3 else 1)) for r, p in zip(reach, pads, strict=True)]
    mode = draw(st.sampled_from(["zeros", "replicate"]))
    groups, inputs, outputs = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.integers(1, 2))
    return size, kernel, stride, dilation, pads, mode, groups, inputs, outputs


def both_gradients(x, weight, upstream, setting):
    """∂L/∂x and ∂L/∂w of L = Σ g·y, product by product, from the definition of y alone."""
    size, kernel, stride, dilation, pads, mode, _, inputs, outputs = setting
    of_x, of_w = np.zeros(x.shape), np.zeros(weight.shape)
    for m, *place in cells(upstream.shape):
        g = upstream[(m, *place)]
        for c, *tap in cells((inputs, *kernel)):
            at = [o * s + t * d - p[0] for o, s, t, d, p in zip(place, stride, tap, dilation, pads, strict=True)]
            read = [shown(i, n, mode) for i, n in zip(at, size, strict=True)]
            if None not in read:
                cell = (m // outputs * inputs + c, *read)
                of_x[cell] += g * weight[(m, c, *tap)]
                of_w[(m, c, *tap)] += g * x[cell]
    return of_x, of_w


@given(convolutions(), SEEDS)
@settings(max_examples=80)
def test_the_gradients_of_a_convolution_are_its_products_handed_back(setting, seed):
    size, kernel, stride, dilation, pads, mode, groups, inputs, outputs = setting
    x = numbers((groups * inputs, *size), seed)
    weight = np.random.default_rng(seed).integers(-3, 4, (groups * outputs, inputs, *kernel))
    layer = {
        "type": "conv",
        "weight": weight.tolist(),
        "out_channels": groups * outputs,
        "kernel_size": kernel,
        "stride": stride,
        "dilation": dilation,
        "padding": pads,
        "padding_mode": mode,
        "groups": groups,
    }
    upstream = upstream_for(x, [layer], seed)
    of_x, of_w = both_gradients(x, weight, upstream, setting)
    np.testing.assert_allclose(gradient(x, [layer], upstream), of_x)
    np.testing.assert_allclose(gradient(x, [layer], upstream, "grad_weight"), of_w)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=2), st.integers(1, 3), st.integers(0, 1), SEEDS)
@settings(max_examples=40)
def test_the_gradients_of_a_transposed_convolution(size, stride, padding, seed):
    axes, kernel = len(size), 3
    x = numbers((2, *size), seed)
    weight = np.random.default_rng(seed).integers(-3, 4, (2, 2, *[kernel] * axes))
    layer = {"type": "conv_transpose", "weight": weight.tolist(), "out_channels": 2, "stride": stride}
    layer |= {"padding": padding, "kernel_size": kernel}
    upstream = upstream_for(x, [layer], seed)
    of_x, of_w = np.zeros(x.shape), np.zeros(weight.shape)
    for c, *place in cells(x.shape):
        for m, *tap in cells((2, *[kernel] * axes)):
            at = (m, *(i * stride + t - padding for i, t in zip(place, tap, strict=True)))
            if all(0 <= i < n for i, n in zip(at[1:], upstream.shape[1:], strict=True)):
                of_x[(c, *place)] += upstream[at] * weight[(c, m, *tap)]
                of_w[(c, m, *tap)] += upstream[at] * x[(c, *place)]
    np.testing.assert_allclose(gradient(x, [layer], upstream), of_x)
    np.testing.assert_allclose(gradient(x, [layer], upstream, "grad_weight"), of_w)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 3), st.integers(1, 3), SEEDS)
def test_a_maximum_hands_everything_to_the_first_largest_cell(rows, columns, kernel, stride, seed):
    rows, columns = rows + kernel - 1, columns + kernel - 1
    x = np.random.default_rng(seed).integers(0, 3, (1, rows, columns))  # with many equal numbers
    layer = {"type": "max_pool", "kernel_size": kernel, "stride": stride}
    upstream = upstream_for(x, [layer], seed)
    wanted = np.zeros(x.shape)
    for _, i, j in cells(upstream.shape):
        window = [(i * stride + a, j * stride + b) for a, b in product(range(kernel), repeat=2)]
        best = max(window, key=lambda at: x[(0, *at)])  # of equal ones the first
        wanted[(0, *best)] += upstream[0, i, j]
    np.testing.assert_array_equal(gradient(x, [layer], upstream), wanted)


# by finite differences

OPS = {
    "relu": [{"type": "relu"}],
    "leaky_relu": [{"type": "leaky_relu", "negative_slope": 0.3}],
    "gelu": [{"type": "gelu"}],
    "silu": [{"type": "silu"}],
    "hard_swish": [{"type": "hard_swish"}],
    "hard_sigmoid": [{"type": "hard_sigmoid"}],
    "sigmoid": [{"type": "sigmoid"}],
    "tanh": [{"type": "tanh"}],
    "softmax": [{"type": "softmax"}],
    "softmax of an axis": [{"type": "softmax", "over": "last"}],
    "batch_norm": [{"type": "batch_norm", "scale": -1.5, "shift": 2}],
    "add": [{"type": "tanh"}, {"type": "add", "from": [-1, "input", "input"]}],
    "multiply": [{"type": "tanh"}, {"type": "multiply", "from": [-1, "input"]}],
    "concat": [{"type": "tanh"}, {"type": "concat", "from": ["input", -1, "input"]}],
    "scaled": [{"type": "global_avg_pool"}, {"type": "multiply", "from": ["input", -1]}],
    "linear": [{"type": "flatten"}, {"type": "linear", "out_features": 3, "bias": 1}],
    "linear of an axis": [{"type": "linear", "out_features": 2}],
    "max_pool": [{"type": "max_pool", "kernel_size": 2, "stride": 1, "ceil_mode": True, "padding": 1}],
    "avg_pool": [{"type": "avg_pool", "kernel_size": 2, "stride": 3, "ceil_mode": True, "padding": 1}],
    "avg_pool without its padding": [
        {"type": "avg_pool", "kernel_size": 2, "padding": 1, "count_include_pad": False, "stride": 1}
    ],
    "dilated avg_pool": [{"type": "avg_pool", "kernel_size": 2, "padding": 1, "dilation": 2, "stride": 1}],
    "lp_pool": [{"type": "lp_pool", "kernel_size": 2, "stride": 1, "norm_type": 3}],
    "global_avg_pool": [{"type": "global_avg_pool"}],
    "adaptive_avg_pool": [{"type": "adaptive_avg_pool", "size": 2}],
    "adaptive_max_pool": [{"type": "adaptive_max_pool", "size": 2}],
    "upsample": [{"type": "upsample", "scale_factor": 2}],
    "bilinear": [{"type": "upsample", "scale_factor": 3, "mode": "bilinear"}],
    "bicubic": [{"type": "upsample", "scale_factor": 2, "mode": "bicubic"}],
    "unfold": [{"type": "unfold", "kernel_size": 2, "padding": 1}],
    "fold": [{"type": "unfold", "kernel_size": 2}, {"type": "fold", "kernel_size": 2, "output_size": [3, 3]}],
    "pixel_unshuffle": [
        {"type": "pad", "padding": [[0, 1], [0, 1]]},
        {"type": "pixel_unshuffle", "downscale_factor": 2},
    ],
    "pad": [{"type": "pad", "padding": 1, "padding_mode": "reflect"}],
    "crop": [{"type": "crop", "cropping": [[1, 0], [0, 1]]}],
    "unpool": [{"type": "max_pool", "kernel_size": 2, "stride": 1}, {"type": "max_unpool"}],
    "conv": [{"type": "conv", "kernel_size": 2, "padding": 1, "padding_mode": "circular", "out_channels": 2}],
    "flipped conv": [{"type": "conv", "kernel_size": 2, "stride": 2, "flip": True, "padding": "same"}],
    "conv_transpose": [{"type": "conv_transpose", "kernel_size": 3, "stride": 2, "output_padding": 1, "padding": 1}],
    "depthwise_separable": [{"type": "depthwise_separable", "kernel_size": 2, "out_channels": 2}],
    "a chain": [
        {"type": "conv", "kernel_size": 2, "out_channels": 2},
        {"type": "leaky_relu"},
        {"type": "max_pool", "kernel_size": 2, "stride": 1},
        {"type": "conv_transpose", "kernel_size": 2},
    ],
    "a block": [
        {"type": "conv", "kernel_size": 3, "padding": "same", "name": "main"},
        {"type": "sigmoid"},
        {"type": "add", "from": [-1, "input"]},
        {"type": "multiply", "from": [-1, "main"]},
    ],
}


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("seed", [0, 1])
def test_gradients_are_slopes(name, seed):
    """A number changed by a little, up and down, changes Σ g·y by twice that times its gradient."""
    x, layers, h = numbers((1 if name == "fold" else 2, 3, 3), seed), OPS[name], 1e-4
    if name == "a block":
        x = x[:1]
    upstream = upstream_for(x, layers, seed)

    def loss(values):
        return (conv_anim.trace(spec_of(values, layers)).output * upstream).sum()

    found = gradient(x, layers, upstream)
    assert found.shape == x.shape
    for cell in cells(x.shape):
        step = np.zeros(x.shape)
        step[cell] = h
        assert found[cell] == pytest.approx((loss(x + step) - loss(x - step)) / (2 * h), rel=1e-5, abs=1e-5)


WEIGHTED = ["linear", "linear of an axis", "conv", "flipped conv", "conv_transpose", "a chain", "a block"]


@pytest.mark.parametrize("name", WEIGHTED)
def test_gradients_of_weights_are_slopes(name):
    x, h = numbers((1 if name == "a block" else 2, 3, 3), 3), 1e-4
    first = next(k for k, layer in enumerate(OPS[name]) if "conv" in layer["type"] or layer["type"] == "linear")
    weight = np.array(conv_anim.trace(spec_of(x, OPS[name])).layers[first].weight, float)

    def layers(values):
        given = [dict(layer) for layer in OPS[name]]
        given[first] |= {"weight": values.tolist()}
        return given

    upstream = upstream_for(x, OPS[name], 4)
    found = gradient(x, layers(weight), upstream, "grad_weight")
    assert found.shape == weight.shape
    for cell in cells(weight.shape):
        step = np.zeros(weight.shape)
        step[cell] = h
        ends = [(conv_anim.trace(spec_of(x, layers(weight + s))).output * upstream).sum() for s in (step, -step)]
        assert found[cell] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-5)


def test_a_batch_norm_has_a_gradient_of_its_scale():
    x = numbers((2, 3, 3), 0)
    upstream = upstream_for(x, OPS["batch_norm"], 1)
    np.testing.assert_allclose(gradient(x, OPS["batch_norm"], upstream, "grad_weight"), (x * upstream).sum(axis=(1, 2)))


# every forward tap is a backward one


@given(st.integers(1, 2), st.integers(1, 2), st.integers(1, 2), st.integers(0, 2), SEEDS)
@settings(max_examples=25)
def test_backward_taps_are_the_forward_ones_turned_round(stride, dilation, outputs, padding, seed):
    """The forward tap (output o, input i, weight w) is the backward tap (output i, input o, weight w)."""
    x = numbers((2, 5, 4), seed)
    layer = {"type": "conv", "kernel_size": 2, "stride": stride, "dilation": dilation, "padding": padding}
    layers = [{**layer, "out_channels": outputs}]
    upstream = upstream_for(x, layers, seed).tolist()
    ahead = conv_anim.trace(spec_of(x, layers))
    taps = {(step.output, tap.input, tap.weight) for step in ahead for tap in step.taps if tap.input is not None}
    back = conv_anim.trace(spec_of(x, layers, **{"pass": "grad_input", "upstream": upstream}))
    kernels = np.arange(back.layer.weight.size).reshape(back.layer.weight.shape)
    met = back.layer.layer.kernels(kernels)
    turned = {
        (tap.input, step.output, tuple(int(i) for i in np.unravel_index(met[tap.weight], kernels.shape)))
        for step in back
        for tap in step.taps
        if tap.input is not None
    }
    assert turned == taps


# how it is drawn and said


def simple(**more):
    return {
        "input": {"values": [[1, 2, 0], [0, 1, 3], [2, 0, 1]]},
        "layer": {"type": "conv", "weight": [[1, 2], [3, 4]]},
        **more,
    }


def test_upstream_is_ones_unless_it_is_given():
    ones = conv_anim.trace(conv_anim.load(simple(**{"pass": "grad_input"})))
    given_ = conv_anim.trace(conv_anim.load(simple(**{"pass": "grad_input", "upstream": [[1, 1], [1, 1]]})))
    np.testing.assert_array_equal(ones.output, given_.output)
    assert ones.output.tolist() == [[[1, 3, 2], [4, 10, 6], [3, 7, 4]]]


@pytest.mark.parametrize("wanted", ["grad_input", "grad_weight"])
@pytest.mark.parametrize("view", ["flat", "isometric", "channels", "volume", "matrix"])
def test_a_gradient_that_is_a_window_is_in_every_view(tmp_path, wanted, view):
    spec = conv_anim.load(simple(**{"pass": wanted, "view": view}))
    assert conv_anim.render(spec, tmp_path / "a.png", step="last").stat().st_size > 1000


@pytest.mark.parametrize("wanted", ["grad_input", "grad_weight"])
@pytest.mark.parametrize("view", ["flat", "isometric", "channels", "volume", "matrix", "sequence"])
def test_so_is_that_of_a_row_and_of_several_channels(tmp_path, wanted, view):
    layer = {"type": "conv", "kernel_size": 3, "out_channels": 2, "groups": 2}
    one = {"type": "conv", "kernel_size": 3, "stride": 2}
    for channels, each in ((4, layer), (1, one)):
        if channels > 1 and view == "flat":
            continue
        mapping = {"input": {"size": [7], "channels": channels}, "layer": each, "pass": wanted, "view": view}
        conv_anim.render(conv_anim.load(mapping), tmp_path / f"{channels}.png", step="last")


def test_the_gradient_of_the_input_is_the_transposed_convolution_itself():
    """With its picture, but for what the maps are called and which colours they have."""
    back = conv_anim.load(simple(**{"pass": "grad_input", "upstream": [[1, 2], [0, 1]]}))
    layer = {"type": "conv_transpose", "weight": [[1, 2], [3, 4]]}
    same = conv_anim.load({"input": {"values": [[1, 2], [0, 1]]}, "layer": layer})
    np.testing.assert_array_equal(conv_anim.trace(back).output, conv_anim.trace(same).output)
    assert back.layers[0].window == same.layers[0].window


def test_both_stands_side_by_side_and_goes_through_one_pass_after_the_other():
    spec = conv_anim.load(simple(**{"pass": "both", "view": "flat", "title": "T", "caption": True}))
    titles = ["1. Forward", "2. Backward: gradient w.r.t. the input", "3. Backward: gradient w.r.t. the kernel"]
    assert [one.title for one in spec.panels] == titles
    assert spec.title == "T"
    assert spec.panels[1].view.mode == "scatter"  # so that each step is about the window of an output
    ahead, back, of_kernel = map(conv_anim.trace, spec.panels)
    assert back.input.size == ahead.output.size
    drawn = pictures.scene(spec)
    counts = [ahead.output.size, back.input.size, of_kernel.output.size]
    assert len(drawn.timeline.rests) == sum(counts)
    drawn_at = {moment.step: drawn.frames[k] for k, moment in enumerate(drawn.timeline.moments)}
    window = Style(spec.theme, 1.0, DejaVu()).frame
    rested = set()
    for k in range(sum(counts)):  # only one of them is at work
        framed = [item for item in drawn_at[k].shown if isinstance(item, Lines) and item.stroke == window]
        stamped = k >= sum(counts[:2])  # what the last stamp was of stays outlined, the same one in each frame
        assert len(framed) == 1 + stamped, k
        if stamped:
            rested = set(framed) & (rested or set(framed))
    assert len(rested) == 1


def test_a_kernel_that_is_flipped_before_is_not_said_to_be_flipped_again():
    """Nor is it stamped as it is given: the convolution met it the other way round."""
    layer = {"type": "conv", "weight": [[1, 2], [3, 4]], "flip": True}
    spec = conv_anim.load(simple(layer=layer, **{"pass": "both", "view": "flat", "takeaway": True}))
    assert spec.panels[1].view.mode == "gather"
    with pytest.raises(SpecError, match="'mode' is for transposed convolutions"):
        conv_anim.load(simple(layer=layer, **{"pass": "grad_input", "view": {"kind": "flat", "mode": "scatter"}}))
    for turned, one in ((False, spec.panels[1]), (True, conv_anim.load(simple(**{"pass": "grad_input"})))):
        texts = pictures.texts(pictures.scene(replace(one, view=Flat(cells="symbols"))).static)
        assert turned == any("in reverse" in text for text in texts)


@given(st.integers(1, 3), st.integers(0, 1), st.integers(1, 2))
@settings(max_examples=12)
def test_what_is_stamped_back_adds_up_to_the_gradient(stride, padding, dilation):
    layer = {"type": "conv", "kernel_size": 2, "stride": stride, "padding": padding, "dilation": dilation}
    spec = conv_anim.load(simple(layer=layer, **{"pass": "grad_input"}))
    trace = conv_anim.trace(spec)
    np.testing.assert_allclose(Scatter(trace.layer).output, trace.output)


def test_both_of_a_pass_that_shows_the_forward_one_is_one_figure():
    pool = simple(layer={"type": "max_pool", "kernel_size": 2, "stride": 1}, **{"pass": "both"})
    assert conv_anim.load(pool).panels == ()
    chained = simple(layers=[simple()["layer"], {"type": "relu"}], **{"pass": "both"})
    del chained["layer"]
    titles = ["1. Backward: gradient w.r.t. the input", "2. Backward: gradient w.r.t. the kernel"]
    assert [one.title for one in conv_anim.load(chained).panels] == titles


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", OPS)
def test_every_gradient_has_words(name, lang):
    x = numbers((1 if name in {"fold", "a block"} else 2, 3, 3), 0)
    for wanted in ("grad_input", "grad_weight"):
        try:
            spec = spec_of(x, OPS[name], lang=lang, **{"pass": wanted})
        except SpecError:
            assert wanted == "grad_weight"
            continue
        assert takeaway(spec)
        assert caption(spec)
        assert explain.text(spec)
        data = explain.data(spec)
        assert data["pass"] == wanted
        assert len(data["layers"]) == len(spec.nodes)


@pytest.mark.parametrize("framework", ["torch", "jax", "numpy"])
@pytest.mark.parametrize("wanted", ["grad_input", "grad_weight", "both"])
def test_programs_of_backward_passes_are_written(framework, wanted):
    text = program(conv_anim.load(simple(**{"pass": wanted})), framework)
    compile(text, "program", "exec")
    assert {"torch": "backward(", "jax": "jax.vjp", "numpy": "np.ndindex"}[framework] in text


UNWRITTEN = {
    *("upsample", "bilinear", "bicubic", "unfold", "fold", "unpool", "pixel_unshuffle", "pad", "crop"),
    *("adaptive_avg_pool", "adaptive_max_pool"),
}
"""What NumPy has no few lines for."""


@pytest.mark.parametrize("wanted", ["grad_input", "grad_weight"])
@pytest.mark.parametrize("name", OPS)
def test_programs_of_numpy_compute_the_gradients(name, wanted):
    x = numbers((1 if name in {"fold", "a block"} else 2, 3, 3), 5)
    upstream = upstream_for(x, OPS[name], 6)
    try:
        spec = spec_of(x, OPS[name], **{"pass": wanted, "upstream": upstream.tolist()})
        text = program(spec, "numpy")
    except SpecError:
        assert wanted == "grad_weight" or name in UNWRITTEN
        return
    assert name not in UNWRITTEN or wanted == "grad_weight"
    space = {}
    exec(text, space)
    np.testing.assert_allclose(space["y"], conv_anim.trace(spec).output, rtol=1e-9, atol=1e-9)


# what is wrong


@pytest.mark.parametrize(
    ("more", "path", "said"),
    [
        ({"upstream": [[1, 2], [3, 4]]}, "upstream", "this spec has only the forward one"),
        ({"pass": "grad_input", "upstream": [[1, 2, 3]]}, "upstream", "has the shape 1x3, but 2x2 or 1x2x2 is needed"),
        ({"pass": "backward"}, "pass", "does not know the name 'backward'"),
        ({"pass": "grad_weight", "layer": {"type": "relu"}}, "pass", "no layer here has weights"),
    ],
)
def test_what_is_wrong_is_said_in_its_place(more, path, said):
    with pytest.raises(SpecError) as caught:
        conv_anim.load(simple(**more))
    assert [problem.path for problem in caught.value.problems] == [path]
    assert said in caught.value.problems[0].message


@pytest.mark.parametrize("wanted", ["grad_input", "both"])
def test_an_op_without_a_gradient_is_named(monkeypatch, wanted):
    """As one of another package may be."""
    monkeypatch.setattr(Softmax, "has_gradient", False)
    with pytest.raises(SpecError) as caught:
        conv_anim.load(simple(**{"pass": wanted, "layer": {"type": "softmax"}}))
    (problem,) = caught.value.problems
    assert (problem.path, problem.message) == ("pass", "no gradient of softmax is known here")


@pytest.mark.parametrize("wanted", ["grad_input", "grad_weight"])
def test_no_other_pass_is_offered_where_there_is_none(wanted):
    with pytest.raises(SpecError) as caught:
        conv_anim.load(simple(**{"pass": wanted, "layer": {"type": "attention"}}))
    (problem,) = caught.value.problems
    assert problem.message == "no gradient of attention is known here"
    assert "grad_input" not in problem.hint


@pytest.mark.parametrize("values", [{"low": -1}, {"low": -1.5}, {"high": 0.5}])
def test_upstream_gradients_that_a_formula_draws(values):
    """More than are written out one by one, and cut to a kernel in a program."""
    layer = {"type": "conv", "kernel_size": 2}
    spec = {"input": {"size": [16, 16]}, "layer": layer, "pass": "grad_weight", "upstream": {"random": values}}
    made = conv_anim.load(spec)
    space = {}
    exec(program(made, "numpy"), space)
    np.testing.assert_allclose(space["y"], conv_anim.trace(made).output)


def test_a_view_of_windows_says_why_it_cannot_show_a_way_back():
    layer = {"type": "max_pool", "kernel_size": 2}
    with pytest.raises(SpecError, match="the isometric view shows sliding windows, and this backward pass is not one"):
        conv_anim.load(simple(layer=layer, view="isometric", **{"pass": "grad_input"}))


def test_both_is_no_panel():
    panels = [{"layer": {"type": "conv", "kernel_size": 2}, "pass": "both"}]
    with pytest.raises(SpecError, match="put it at the top of a spec without 'panels'"):
        conv_anim.load({"input": {"size": [3, 3]}, "panels": panels})


def test_panels_have_passes_of_their_own():
    layer = {"type": "conv", "kernel_size": 2}
    panels = [{"pass": "grad_input"}, {"pass": "grad_weight", "upstream": [[1, 0], [0, 1]]}, {}]
    spec = conv_anim.load({"input": {"size": [3, 3]}, "layer": layer, "panels": panels})
    assert [one.backward and one.backward.of for one in spec.panels] == ["grad_input", "grad_weight", None]


# what the flat view shows of a gradient


@pytest.mark.parametrize(
    ("stride", "padding", "dilation"),
    [(1, 0, 1), (2, 0, 1), (2, 1, 1), (1, 1, 2)],
    ids=["plain", "2", "2 1", "dilated"],
)
def test_a_gradient_of_the_input_frames_the_outputs_that_a_cell_went_into_and_the_weights_by_which_it_did(
    stride, padding, dilation
):
    size, kernel = (5, 5), (3, 3)
    layer = {"type": "conv", "kernel_size": 3, "stride": stride, "padding": padding, "dilation": dilation}
    spec = conv_anim.load(
        {"input": {"size": list(size)}, "layer": layer, "pass": "grad_input", "upstream": "arange", "view": "flat"}
    )
    drawn = traced_back(conv_anim.trace(spec), STYLE, Pace.of(Steps((1, *size), spec.animation)))
    outputs = [(n + 2 * padding - dilation * (k - 1) - 1) // stride + 1 for n, k in zip(size, kernel, strict=True)]
    for cell in product(range(5), range(5)):
        ways = [
            (output, weight)
            for output in product(*map(range, outputs))
            for weight in product(range(3), range(3))
            if all(o * stride - padding + w * dilation == c for o, w, c in zip(output, weight, cell, strict=True))
        ]
        step = drawn.whole(drawn.layer.step((0, *cell)))
        assert [(tap.input[1:], tap.weight[2:]) for tap in step.taps if tap.input] == ways
        upstream, kernel_ = drawn.grids[1:3]
        met = [[w] for _, w in ways] if stride > 1 else [[w for _, w in ways]]  # no outline around others between them
        framed = [*upstream.framed([o for o, _ in ways]), *(item for places in met for item in kernel_.framed(places))]
        assert set(framed) <= set(drawn.read(step))
        for tap in step.taps if ways else ():
            row, column = tap.input[1:]
            window = {
                (row * stride - padding + r * dilation, column * stride - padding + c * dilation)
                for r, c in product(range(3), range(3))
            }
            inside = [place for place in window if min(place) >= 0 and max(place) < 5]
            assert set(drawn.grids[0].framed(inside)) <= set(drawn.term(step, tap))


@pytest.mark.parametrize(("stride", "dilation"), [(1, 1), (2, 1), (1, 2)])
def test_a_gradient_of_the_kernel_goes_through_the_forward_windows_in_which_a_weight_met_an_input(stride, dilation):
    layer = {"type": "conv", "kernel_size": 2, "stride": stride, "dilation": dilation}
    spec = conv_anim.load(
        {"input": {"size": [5, 5], "values": "arange"}, "layer": layer, "pass": "grad_weight", "view": "flat"}
    )
    drawn = traced_back(conv_anim.trace(spec), STYLE, Pace.of(Steps((1, 2, 2), spec.animation)))
    for weight in product(range(2), range(2)):
        step = drawn.layer.step((0, *weight))
        for tap in step.taps:
            o = tap.weight[2:]
            window = [(o[0] * stride + r * dilation, o[1] * stride + c * dilation) for r, c in np.ndindex(2, 2)]
            met = (o[0] * stride + weight[0] * dilation, o[1] * stride + weight[1] * dilation)
            shown_ = drawn.term(step, tap)
            assert tap.input[1:] == met
            assert set(drawn.grids[0].framed(window)) <= set(shown_)
            assert set(drawn.grids[1].framed([o])) <= set(shown_)
            assert drawn.grids[0].box(*met) in [box for item in shown_ if isinstance(item, Boxes) for box in item.boxes]


def test_what_went_forward_is_there_when_a_backward_pass_begins_and_its_steps_can_be_followed():
    spec = conv_anim.load("templates/gradients/backward_chain.yaml")
    made = pictures.scene(spec)
    steps = [moment for moment in made.timeline.moments if moment.phase != "finished"]
    assert min(moment.time for moment in steps if moment.phase == "made") >= 250
    forward = conv_anim.trace(spec).layers[2].output
    first = [text for text in pictures.texts(made.static) if text]
    assert all(f"{value:g}".replace("-", "−") in first for value in forward.ravel())
    # ReLU's and the convolution's gradient have nine cells each; the first of every map is slow
    assert {moment.step for moment in steps if moment.phase == "read"} == {0, 9, 18}


@pytest.mark.parametrize("layer", [{"type": "conv", "kernel_size": 3, "padding": 1}])
def test_a_network_writes_no_terms_of_padding_that_it_does_not_draw(layer):
    spec = conv_anim.load({"input": {"size": [3, 3]}, "layers": [layer, {"type": "relu"}], "view": "flat"})
    made = pictures.scene(spec)
    line = next(text for text in pictures.texts(made.frames[1].shown) if text.count("·") > 1)
    assert line.count("·") == 4


@pytest.mark.parametrize("name", ["backward_chain", "backward_residual"])
def test_a_flipped_kernel_is_shown_flipped_below_its_badge(name):
    (template,) = (each for each in templates() if each.name == name)
    spec = conv_anim.load(template.path)
    shown = [item for item in pipeline.scene(spec).static if isinstance(item, Text)]
    (badge,) = (item for item in shown if item.text.endswith(" flipped"))
    kernel = [
        item for item in shown if item.size < badge.size and 0 < item.y - badge.y < 90 and abs(item.x - badge.x) < 40
    ]
    read = [int(item.text.replace("−", "-")) for item in sorted(kernel, key=lambda item: (round(item.y), item.x))]
    given = np.array(next(layer for layer in conv_anim.trace(spec).layers if layer.kernels is not None).kernels[0, 0])
    assert read == given.ravel().tolist()[::-1]
    assert read != read[::-1]


def test_the_derivative_of_relu_is_seen_to_stop_a_gradient():
    (template,) = (each for each in templates() if each.name == "backward_chain")
    maps = [layer.output for layer in conv_anim.trace(conv_anim.load(template.path)).layers]
    same = [one.shape == other.shape and np.array_equal(one, other) for one, other in pairwise(maps)]
    assert not any(same)


@pytest.mark.parametrize("name", ["grad_input", "grad_input_stride_2", "backward_avg_pool"])
def test_the_cell_whose_gradient_is_made_is_told_and_leads_to_no_equation(name):
    (template,) = (each for each in templates() if each.name == name)
    texts = [item.text for item in pipeline.scene(conv_anim.load(template.path)).static if isinstance(item, Text)]
    assert "the input cell whose gradient this is" in texts
    assert "→" not in texts


@pytest.mark.parametrize("stride", [1, 2])
def test_a_gradient_through_a_maximum_outlines_the_windows_that_read_its_cell_and_fills_their_maxima(stride):
    x = np.random.default_rng(3).permutation(16).reshape(4, 4)
    pool = {"type": "max_pool", "kernel_size": 2, "stride": stride}
    spec = spec_of(x[None], [pool], view="flat", upstream="arange", **{"pass": "grad_input"})
    view = NetworkView(conv_anim.trace(spec), STYLE)
    stage = len(view.layers) - 1
    starts = range(0, 3, stride)
    for cell in product(range(4), range(4)):
        windows = [(r, c) for r, c in product(starts, starts) if 0 <= cell[0] - r < 2 and 0 <= cell[1] - c < 2]
        read = {(r + i, c + j) for r, c in windows for i, j in product(range(2), range(2))}
        largest = {max(product((r, r + 1), (c, c + 1)), key=lambda at: x[at]) for r, c in windows}
        behind = view.behind(stage, view.layers[stage].step((0, *cell)))
        assert {at[1:] for k, at in behind.read if k == 0} == read
        assert {at[1:] for k, at in behind.read if k != 0} == {(r // stride, c // stride) for r, c in windows}
        bold = {item.text for item in behind.items if isinstance(item, Text) and item.bold}
        assert bold == {str(x[at]) for at in largest}
        assert behind.above == view.ringed(0, (0, *cell))


def test_a_flipped_kernel_outlines_the_weights_that_meet_a_gradient_and_a_stopped_gradient_meets_a_0():
    (template,) = (each for each in templates() if each.name == "backward_chain")
    view = NetworkView(conv_anim.trace(conv_anim.load(template.path)), STYLE)
    last, relu = len(view.layers) - 1, len(view.layers) - 2
    flipped = view.layers[0].kernels[0, 0][::-1, ::-1]
    for cell in product(range(4), range(4)):
        rows, columns = ([k for k in range(2) if 0 <= at + k - 1 < 3] for at in cell)
        met = list(product(rows, columns))
        step = view.layers[last].step((0, *cell))
        assert view.weights_met(last + 1, step) == view.weights_grid(last + 1).framed(met)
        assert [tap.w for tap in step.taps if tap.input] == [flipped[at] for at in met]
        assert view.behind(last, step).read == []
    before = view.layers[0].output[0]
    for cell in product(range(3), range(3)):
        texts = [item.text for item in view._read(relu, view.layers[relu].step((0, *cell))) if isinstance(item, Text)]
        assert ("×0" in texts) == (before[cell] <= 0)


def test_the_window_of_a_gradient_of_the_kernel_is_no_kernel_and_an_input_without_numbers_says_so():
    said = caption(spec_of(numbers((1, 4, 4), 1), [{"type": "conv", "kernel_size": 3}], **{"pass": "grad_weight"}))
    assert ", window 2×2:" in said.replace("\N{NO-BREAK SPACE}", " ")
    (template,) = (each for each in templates() if each.name == "grad_input")
    texts = [item.text for item in pipeline.scene(conv_anim.load(template.path)).static if isinstance(item, Text)]
    assert "whatever its numbers are" in texts
