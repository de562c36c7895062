"""What a layer is made of when its keys are right, and small things that messages and counts are made of."""

import json

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim.diagnostics import Code, Source, SpecError
from conv_anim.spec.document import parsed
from conv_anim.spec.formats import split
from conv_anim.spec.hints import way_out
from conv_anim.spec.kinds import Whole
from conv_anim.spec.nodes import from_python, shown
from conv_anim.spec.op_types import TYPES as LAYER_TYPES
from conv_anim.spec.records import Field, Object
from conv_anim.spec.starter import STARTED, text
from conv_anim.tracing import analysis
from conv_anim.tracing.listing import pieces
from conv_anim.tracing.scatter import Scatter
from tests import layers as made


def layers(*given, size=(5, 6), channels=2, **more):
    return conv_anim.load({"input": {"size": list(size), "channels": channels}, "layers": list(given), **more}).layers


def traced(*given, size, channels=1, values=None):
    fed = {"size": list(size), "channels": channels, **({} if values is None else {"values": values})}
    return conv_anim.trace(conv_anim.load({"input": fed, "layers": list(given)}))


def problems(spec):
    with pytest.raises(SpecError) as caught:
        conv_anim.load(spec)
    return caught.value.problems


# Layers


def test_a_pointwise_layer_moves_on_by_its_stride():
    (layer,) = layers({"type": "pointwise", "out_channels": 3, "stride": [2, 3]})
    assert (layer.kernel_size, layer.stride, layer.ends.out_size, layer.ends.out_channels) == (
        (1, 1),
        (2, 3),
        (3, 2),
        3,
    )


def test_a_padding_keeps_its_name():
    for kind in ("conv", "depthwise"):
        named, plain = (layers({"type": kind, "kernel_size": 3, "padding": p})[0] for p in ("same", 1))
        assert (named.padding_name, plain.padding_name) == ("same", None)
        assert named.padding == plain.padding


def test_a_pointwise_layer_mixes_as_its_table_says():
    table = [[1, 2], [3, 4], [5, 7]]
    keys = {"kernel_size": 1, "weight": "ones", "out_channels": 3, "pointwise_weight": table}
    trace = traced({"type": "depthwise_separable", **keys}, size=(2, 3), channels=2)
    assert np.array_equal(trace.output, np.einsum("oc,chw->ohw", table, trace.input))


@pytest.mark.parametrize(
    ("kind", "groups"),
    [("depthwise_separable", [2, 1]), ("spatially_separable", [2, 2]), ("flattened", [1, 3, 3])],
)
def test_the_parts_of_a_composition_know_what_they_are_part_of(kind, groups):
    keys = {"out_channels": 3} if kind != "spatially_separable" else {}
    parts = layers({"type": kind, "kernel_size": [2, 3], **keys})
    assert [part.part_of for part in parts] == [kind] * len(parts)
    assert [part.groups for part in parts] == groups
    whole = analysis.standard(parts)
    assert (whole.kernel_size, whole.groups) == ((2, 3), 2 if kind == "spatially_separable" else 1)
    assert (whole.ends.in_size, whole.ends.out_size) == ((5, 6), (4, 4))


def test_a_dilated_window_may_reach_over_the_padding():
    (layer,) = layers({"type": "max_pool", "kernel_size": 2, "padding": 1, "dilation": 2, "stride": 1}, size=(4, 4))
    assert layer.ends.out_size == (4, 4)


@pytest.mark.parametrize("norm", [1, 2, 3])
def test_a_norm_is_the_root_of_a_sum_of_powers(norm):
    pool = {"type": "lp_pool", "norm_type": norm, "kernel_size": 2, "stride": 2}
    values = [[1, -2, 3, 4], [5, 6, -7, 8]]
    (row,) = traced(pool, size=(2, 4), values=values).output[0]
    wanted = [sum(abs(values[r][2 * k + c]) ** norm for r in (0, 1) for c in (0, 1)) ** (1 / norm) for k in (0, 1)]
    assert row.tolist() == pytest.approx(wanted)


def test_whole_numbers_stay_whole_where_windows_overlap():
    size = {"output_size": [3, 4], "kernel_size": 2}
    folded = traced({"type": "unfold", "kernel_size": 2}, {"type": "fold", **size}, size=(3, 4)).output
    assert folded.dtype.kind == "i"
    spec = {"input": {"size": [2, 2]}, "layers": [{"type": "conv_transpose", "kernel_size": 2, "weight": "ones"}]}
    stamps = Scatter(conv_anim.trace(conv_anim.load(spec)).layers[0])
    assert stamps.total().dtype.kind == "i"


def test_a_cell_that_is_repeated_has_no_weight_and_one_that_is_mixed_has():
    for mode, weights in (("nearest", {None}), ("bilinear", {0.25, 0.5, 0.75, 1.0, 0.0625, 0.1875, 0.375, 0.5625})):
        spec = {"input": {"size": [3, 3]}, "layers": [{"type": "upsample", "scale_factor": 2, "mode": mode}]}
        taps = [tap for step in conv_anim.trace(conv_anim.load(spec)) for tap in step.taps]
        assert {tap.w for tap in taps} <= weights
        assert all(tap.w is None for tap in taps) == (mode == "nearest")


def test_a_layer_for_planes_says_so_and_nothing_else():
    (problem,) = problems(
        {"input": {"size": [6], "channels": 3}, "layers": [{"type": "pixel_shuffle", "upscale_factor": 2}]}
    )
    assert problem.code == Code.AXES
    (problem,) = problems(
        {"input": {"size": [6, 6], "channels": 8}, "layers": [{"type": "pixel_shuffle", "upscale_factor": 3}]}
    )
    assert (problem.code, problem.hint.partition(",")[0]) == (Code.GROUPS, "input: {channels: 9}")


# Counts


@given(st.integers(2, 7), st.integers(2, 12), st.booleans())
def test_behind_an_interpolated_cell_lie_its_neighbours(cells, count, corners):
    layer = {"type": "upsample", "size": [count], "mode": "linear", "align_corners": corners}
    (upsample,) = layers(layer, size=(cells,), channels=1)

    def at(o):
        return o * (cells - 1) / (count - 1) if corners else (o + 0.5) * cells / count - 0.5

    spans = [len([i for i in range(-2, cells + 2) if abs(i - at(o)) < 1 - 1e-9]) for o in range(count)]
    found = analysis.receptive_field([upsample])
    assert (found.size, found.varies) == ((max(spans),), len(set(spans)) > 1)


@given(made.convs() | made.pools())
def test_what_is_not_read_is_what_no_window_covers(layer):
    for a, found in enumerate(analysis.unread(layer.window)):
        before, after = layer.padding[a]
        length = layer.ends.in_size[a] + before + after
        covered = {
            o * layer.stride[a] + t * layer.dilation[a]
            for o in range(layer.ends.out_size[a])
            for t in range(layer.kernel_size[a])
        }
        end = max(k for k in covered if k < length)
        assert found.last == length - 1 - end
        assert found.between == len(set(range(end)) - covered)
        assert (found.first, found.padding) == (0, 0 < found.last <= after)


# Names and messages


def test_layers_are_called_what_a_spec_calls_them():
    for kind in ("max_pool", "avg_pool", "lp_pool", "conv", "conv_transpose"):
        (layer,) = layers({"type": kind, "kernel_size": 2})
        assert layer.type == kind
    assert layers({"type": "channel_shuffle", "groups": 2})[0].type == "channel_shuffle"
    assert layers({"type": "pixel_unshuffle", "downscale_factor": 1})[0].type == "pixel_unshuffle"


def test_a_layer_type_has_its_article():
    vowels = {name for name, kind in LAYER_TYPES.items() if kind.keys.name.startswith("an ")}
    assert vowels == {"lp_pool", *(name for name in LAYER_TYPES if name[0] in "aeiou")}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"), ("", "an empty text"), ("ab", "'ab'"), ("a" * 40, f"'{'a' * 40}'"),
        ("a" * 41, f"'{'a' * 39}…'"), (True, "True"),
        (1.5, "1.5"), ([], "an empty list"), ([1, 2], "a list of 2"), ({}, "an empty mapping"),
        ({"a": 1, "b": 2}, "a mapping (a, b)"), (dict.fromkeys("abcde", 1), "a mapping (a, b, c, d)"),
    ],
)  # fmt: skip
def test_what_was_given_is_said_in_a_few_words(value, text):
    assert shown(from_python(value)) == text


def test_what_is_no_data_is_found_where_it_is():
    with pytest.raises(SpecError) as caught:
        from_python({"input": {"size": [3, {4}]}})
    (problem,) = caught.value.problems
    assert (problem.path, problem.message) == ("input.size[1]", "a set is not plain data")
    assert problem.hint == "a spec is made of mappings, lists and text"


def test_a_key_from_python_has_its_place():
    ((outer, inside),) = from_python({"input": {3: 1}}).entries
    assert (outer.value, outer.path) == ("input", "input")
    ((key, _),) = inside.entries
    assert (key.value, key.path) == ("3", "input.3")


@pytest.mark.parametrize(("names", "text"), [("ab", "(a, b)"), ("abcd", "(a, b, c, d)"), ("abcde", "(a, b, c, d, …)")])
def test_of_many_keys_the_first_ones_are_named(names, text):
    kinds = tuple(Field(name, Whole(1, 9), "") for name in names)
    assert Object("a thing", kinds).expected == f"a mapping {text}"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ([0, 128, 255], "write '#0080ff'"),
        ([0, 128, 256], "write '#rrggbb', with quotes"),
        ([-1, 0, 0], "write '#rrggbb', with quotes"),
        ([0, 128], "write '#rrggbb', with quotes"),
        ([0, 1, 2, 3], "write '#rrggbb', with quotes"),
        ("", "quote it: an unquoted # begins a comment"),
        (" Navy ", "write '#000080'"),
        ("0af", "write '#0af'"),
        ("00aaff", "write '#00aaff'"),
        ("#12345678", "without opacity: '#123456'; the window's opacity is 'overlay'"),
        ("#1234", "without opacity: '#123'; the window's opacity is 'overlay'"),
        ("#12", "write '#rrggbb' or '#rgb', with the digits 0 to 9 and a to f, and quotes"),
        ({"a": 1}, "quote it: an unquoted # begins a comment"),
    ],
)
def test_the_way_to_write_a_colour(value, hint):
    assert way_out(from_python(value, "theme.colors.input"), "a colour like '#ff0000'") == hint


@given(st.integers(1, 3), st.sampled_from([(3,), (2, 3), (2, 2, 2)]))
def test_a_global_mean_is_one_number_for_each_map(channels, size):
    trace = traced({"type": "global_avg_pool"}, size=size, channels=channels)
    assert trace.output.shape == (channels, *(1 for _ in size))
    assert trace.output.ravel().tolist() == pytest.approx(trace.input.reshape(channels, -1).mean(axis=1).tolist())


@pytest.mark.parametrize("kind", ["conv", "conv_transpose", "depthwise", "pointwise", "depthwise_separable"])
def test_a_bias_is_added_to_every_cell_of_its_channel(kind):
    layer = {"type": kind, "out_channels": 2, "kernel_size": 2, "weight": "ones"}
    for key in {"depthwise": ["out_channels"], "pointwise": ["kernel_size"]}.get(kind, []):
        del layer[key]
    without, added = (traced({**layer, **more}, size=(3, 3), channels=2).output for more in ({}, {"bias": [5, -7]}))
    assert np.array_equal(added - without, np.broadcast_to(np.reshape([5, -7], (2, 1, 1)), added.shape))


@pytest.mark.parametrize(
    ("size", "channels", "given", "kind"),
    [
        ((4, 4, 4), 1, ["conv"], "volume"),
        ((8,), 1, ["conv", "conv"], "sequence"),
        ((8, 8), 1, ["conv", "conv"], "isometric"),
        ((8, 8), 2, ["conv", "conv"], "volume"),
        ((8, 8), 1, ["wide", "conv"], "volume"),
    ],
)
def test_the_view_that_suits(size, channels, given, kind):
    known = {"conv": {"type": "conv", "kernel_size": 2}, "wide": {"type": "conv", "kernel_size": 2, "out_channels": 3}}
    fed = {"input": {"size": list(size), "channels": channels}, "layers": [known[name] for name in given]}
    assert conv_anim.load(fed).view.kind == kind


def test_the_flat_view_shows_one_channel():
    wide = {"type": "conv", "kernel_size": 2, "out_channels": 2}
    (problem,) = problems({"input": {"size": [4, 4]}, "layers": [wide], "view": "flat"})
    assert "shows one channel, and this layer has 2" in problem.message


def test_a_key_that_stands_twice_is_found_where_it_does():
    text = "input: {size: [4, 4]}\nlayer:\n  type: conv\n  kernel_size: 3\n  kernel_size: 2\n"
    with pytest.raises(SpecError) as caught:
        parsed(Source("x.yaml", text))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == (Code.DUPLICATE_KEY, "layer.kernel_size")
    assert (problem.span.line, problem.span.column) == (5, 3)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("a.b.gif", ("a.b", "gif")),
        ("fig.Storyboard.PNG", ("fig", "storyboard.png")),
        ("fig.pages.pdf", ("fig", "pages.pdf")),
        ("fig.pdf", ("fig", "pdf")),
        (".gif", None),
        ("fig.bmp", None),
    ],
)
def test_a_name_is_split_at_the_longest_known_suffix(name, parts):
    assert split(name) == parts


@pytest.mark.parametrize("type_", STARTED)
def test_a_new_spec_names_the_other_types_and_says_its_own_once(type_):
    lines = text(type_, name="fig.yaml").splitlines()
    said = " ".join(line.removeprefix("#").strip() for line in lines)
    named = said.partition("conv-anim new --layer TYPE, with ")[2].partition(".")[0]
    assert named.split(", ") == [other for other in STARTED if other != type_]
    assert [line.strip("- ") for line in lines if line.strip("- ").startswith("type: ")] == [f"type: {type_}"]
    assert conv_anim.load(yaml.safe_load("\n".join(lines))).layers


def test_a_listing_has_every_number_under_its_name():
    conv = {"type": "conv", "kernel_size": 2, "padding": [[1, 0], [0, 0]], "weight": [[1, 2], [3, 4]], "bias": 5}
    trace = traced(conv, size=(2, 2), values=[[1, 2], [3, 4]])
    assert json.loads("".join(pieces(trace, steps=False))) == {
        "layers": [
            {
                "type": "Conv", "fed": [0], "input_size": [1, 2, 2], "output_size": [1, 2, 1],
                "input": [[[1, 2], [3, 4]]],
                "weight": [[[[1, 2], [3, 4]]]], "bias": [5], "output": [[[16], [35]]],
            }
        ]
    }  # fmt: skip
    first, last = json.loads("".join(pieces(trace, steps=True)))["steps"]
    assert {key: value for key, value in first.items() if key != "taps"} == {
        "index": 0, "layer": 0, "output": [0, 0, 0], "value": 16, "bias": 5, "divisor": None,
    }  # fmt: skip
    assert (last["index"], last["output"], last["value"]) == (1, [0, 1, 0], 35)
    assert first["taps"][1:3] == [
        {"source": "padding", "input": None, "x": 0, "weight": [0, 0, 0, 1], "w": 2, "product": 0},
        {"source": "input", "input": [0, 0, 0], "x": 1, "weight": [0, 0, 1, 0], "w": 3, "product": 3},
    ]
    pooled = traced({"type": "avg_pool", "kernel_size": 2}, size=(2, 2), values=[[1, 2], [3, 6]])
    assert json.loads("".join(pieces(pooled, steps=True)))["steps"][0]["divisor"] == 4
