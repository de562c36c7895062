"""Deformable convolution: against plain loops, in words, in programs and as it is drawn."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import product
from math import floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim import explain
from conv_anim.catalog import templates
from conv_anim.coding.programs import program
from conv_anim.diagnostics import SpecError
from conv_anim.ops import deform_words
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.assembly.terms import terms
from conv_anim.scene.flat.pace import Pace
from conv_anim.scene.flat.sampled import SampledView
from conv_anim.scene.primitives import Boxes, Text
from conv_anim.scene.steps import Steps
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.matrix import matrix
from tests import pictures

SEEDS = st.integers(0, 999)


def value(x, y, c):
    """A map (rows, columns) between its cells: what lies beyond counts as 0."""
    top, left = floor(y), floor(c)
    total = 0.0
    for r, q in product((top, top + 1), (left, left + 1)):
        if 0 <= r < len(x) and 0 <= q < len(x[0]):
            total += (1 - abs(y - r)) * (1 - abs(c - q)) * x[r][q]
    return total


def deformed(x, weight, offset, mask, *, bias, stride, padding, dilation, groups, offset_groups):
    """By its definition, cell by cell; arrays as nested lists or numpy's."""
    filters, seen, rows, columns = weight.shape
    out = np.zeros((filters, *offset.shape[1:]))
    for m, i, j in np.ndindex(out.shape):
        out[m, i, j] = 0 if bias is None else bias[m]
        for c, k, q in np.ndindex(seen, rows, columns):
            channel = m // (filters // groups) * seen + c
            tap = channel // (len(x) // offset_groups) * rows * columns + k * columns + q
            y = i * stride[0] - padding[0] + k * dilation[0] + offset[2 * tap, i, j]
            z = j * stride[1] - padding[1] + q * dilation[1] + offset[2 * tap + 1, i, j]
            out[m, i, j] += weight[m, c, k, q] * (1 if mask is None else mask[tap, i, j]) * value(x[channel], y, z)
    return out


@st.composite
def settings(draw):
    """Channels, sizes and all that a layer takes, so that there is an output."""
    offset_groups, each = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    channels = offset_groups * each
    groups = draw(st.sampled_from([g for g in (1, 2) if channels % g == 0]))
    kernel, stride, dilation, padding = (
        [draw(st.integers(least, most)) for _ in range(2)] for least, most in ((1, 3), (1, 2), (1, 2), (0, 2))
    )
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    size = [max(1, r - 2 * p) + draw(st.integers(0, 3)) for r, p in zip(reach, padding, strict=True)]
    out = [(n + 2 * p - r) // s + 1 for n, p, r, s in zip(size, padding, reach, stride, strict=True)]
    return {
        "channels": channels,
        "size": size,
        "out": out,
        "filters": groups * draw(st.integers(1, 2)),
        "kernel": kernel,
        "moves": {"stride": stride, "padding": padding, "dilation": dilation},
        "groups": {"groups": groups, "offset_groups": offset_groups},
        "masked": draw(st.booleans()),
        "biased": draw(st.booleans()),
        "far": draw(st.sampled_from([0.5, 2.0, 9.0])),
    }


def arrays(given_, seed):
    """Input, weight, offset, mask and bias for some settings."""
    random = np.random.default_rng(seed)
    taps = given_["groups"]["offset_groups"] * int(np.prod(given_["kernel"]))
    seen = given_["channels"] // given_["groups"]["groups"]
    x = random.integers(-4, 5, (given_["channels"], *given_["size"])).astype(float)
    weight = random.integers(-3, 4, (given_["filters"], seen, *given_["kernel"])).astype(float)
    offset = random.uniform(-given_["far"], given_["far"], (2 * taps, *given_["out"])).round(2)
    mask = random.uniform(0, 1, (taps, *given_["out"])).round(2) if given_["masked"] else None
    bias = random.integers(-2, 3, given_["filters"]).astype(float) if given_["biased"] else None
    return x, weight, offset, mask, bias


def layer_of(given_, weight, offset, mask, bias):
    held = {"offset": offset.tolist()} | ({} if mask is None else {"mask": mask.tolist()})
    held |= {} if bias is None else {"bias": bias.tolist()}
    made = {"type": "deform_conv", "out_channels": len(weight), "weight": weight.tolist(), **held}
    return {**made, **given_["moves"], **given_["groups"]}


def traced(x, *layers, **more):
    channels, *size = x.shape
    spec = {"input": {"size": size, "channels": channels, "values": x.tolist()}, "layers": list(layers), **more}
    return conv_anim.trace(conv_anim.load(spec))


@given(settings(), SEEDS)
def test_it_is_its_definition_in_every_setting(given_, seed):
    x, *others = arrays(given_, seed)
    trace = traced(x, layer_of(given_, *others))
    weight, offset, mask, bias = others
    wanted = deformed(x, weight, offset, mask, bias=bias, **given_["moves"], **given_["groups"])
    np.testing.assert_allclose(trace.output, wanted, atol=1e-9)
    for step in trace.layer:
        assert step.value == pytest.approx(sum(tap.product for tap in step.taps) + (step.bias or 0), abs=1e-9)
        for tap in step.taps:
            assert tap.x == (0 if tap.input is None else x[tap.input])
            assert tap.w is not None


@given(settings(), SEEDS)
def test_its_matrix_makes_its_output(given_, seed):
    x, *others = arrays(given_, seed)
    trace = traced(x, layer_of(given_, *others))
    bias = np.zeros(len(trace.output)) if others[3] is None else others[3]
    made = matrix(trace.layer).values @ x.ravel() + bias.repeat(trace.output[0].size)
    np.testing.assert_allclose(made, trace.output.ravel(), atol=1e-9)


@given(settings(), SEEDS)
def test_its_program_in_numpy_computes_the_same(given_, seed):
    x, *others = arrays(given_, seed)
    trace = traced(x, layer_of(given_, *others))
    names: dict[str, object] = {"print": lambda _: None}
    exec(program(trace.spec, "numpy"), names)
    np.testing.assert_allclose(names["y"], trace.output, atol=1e-9)


def test_without_offsets_it_is_a_convolution():
    x = np.random.default_rng(3).integers(-4, 5, (2, 6, 5))
    layer = {"kernel_size": 3, "padding": 1, "stride": 2, "out_channels": 3, "bias": 1}
    bent = traced(x, {"type": "deform_conv", "offset": 0, **layer})
    np.testing.assert_allclose(bent.output, traced(x, {"type": "conv", **layer}).output)


def test_whole_offsets_read_other_cells_and_none_beyond_the_map():
    x = np.arange(12.0).reshape(1, 3, 4)
    moved = traced(x, {"type": "deform_conv", "weight": [[1]], "offset": [[[0, 1]]]})
    np.testing.assert_array_equal(moved.output[0], np.pad(x[0], ((0, 0), (0, 1)))[:, 1:])
    assert [len(step.taps) for step in moved.layer] == [1] * 12


@pytest.mark.parametrize("past", [0.25, 0.75])
def test_beyond_the_edge_it_fades_to_zero_as_torchvision_does(past):
    x = np.full((1, 2, 2), 8.0)
    made = traced(x, {"type": "deform_conv", "weight": [[1]], "offset": [[[-past, 0]]]}).output
    assert made[0].tolist() == [[8 * (1 - past)] * 2, [8.0] * 2]
    assert not traced(x, {"type": "deform_conv", "weight": [[1]], "offset": [[[-3, 0]]]}).output.any()


SHORT = [[[-0.5, 0.25], [0, 1]], [[1, 0], [0.5, -0.5]]]


def test_offsets_and_masks_for_all_outputs_can_be_short():
    x = np.arange(16.0).reshape(1, 4, 4)
    layer = {"type": "deform_conv", "weight": [[1, 2], [3, 4]]}
    mask = [[1, 0.5], [0.25, 2]]
    flat = np.array(SHORT).reshape(8, 1, 1)
    whole = {"offset": (flat * np.ones((8, 3, 3))).tolist(), "mask": np.repeat(mask, 9).reshape(4, 3, 3).tolist()}
    wanted = traced(x, {**layer, **whole}).output
    for short in (
        {"offset": SHORT, "mask": mask},
        {"offset": flat.ravel().tolist(), "mask": np.ravel(mask).tolist()},
    ):
        np.testing.assert_array_equal(traced(x, {**layer, **short}).output, wanted)


def test_other_layers_can_hold_offsets_and_masks():
    x = np.random.default_rng(0).integers(0, 4, (1, 5, 5)).astype(float)
    layers = [
        {"type": "conv", "name": "offsets", "out_channels": 18, "kernel_size": 3, "padding": 1},
        {"type": "conv", "name": "scores", "out_channels": 9, "kernel_size": 3, "padding": 1, "from": "input"},
        {"type": "sigmoid", "name": "mask"},
        {"type": "deform_conv", "kernel_size": 3, "padding": 1, "from": ["input", "offsets", "mask"]},
    ]
    trace = traced(x, *layers, view="network")
    offset, mask = trace.layers[0].output, trace.layers[2].output
    keys = {"stride": (1, 1), "padding": (1, 1), "dilation": (1, 1), "groups": 1, "offset_groups": 1}
    wanted = deformed(x, trace.layers[3].weight, offset, mask, bias=None, **keys)
    np.testing.assert_allclose(trace.output, wanted, atol=1e-9)
    names: dict[str, object] = {"print": lambda _: None}
    exec(program(trace.spec, "numpy"), names)
    np.testing.assert_allclose(names["y"], trace.output, atol=1e-9)
    assert "offsets, weight, " in program(trace.spec, "torch").replace("offset = offsets\n", "").replace(
        "x, offset,", "x, offsets,"
    )


def test_channels_of_offsets_have_names_row_before_column():
    op = conv_anim.load(
        {"input": {"size": [4, 4]}, "layer": {"type": "deform_conv", "kernel_size": [1, 2], "offset": 0}}
    ).layers[0]
    named = deform_words.names(op, Language("en"))
    assert named == ["Δy of tap (1,1)", "Δx of tap (1,1)", "Δy of tap (1,2)", "Δx of tap (1,2)"]


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_explain_counts_channels_in_groups(lang):
    layer = {"type": "deform_conv", "kernel_size": 3, "offset": 0.5, "mask": 1, "offset_groups": 2}
    text = explain.text(conv_anim.load({"input": {"size": [5, 5], "channels": 4}, "layer": layer, "lang": lang}))
    assert "36" in text
    assert "18" in text
    assert "Δy" in text


# as it is drawn

FIGURE = {"input": {"size": [4, 4], "values": "arange"}, "layer": {"type": "deform_conv", "weight": [[1, 2], [3, 4]]}}


def figure(view, **layer):
    made = {**FIGURE, "layer": {**FIGURE["layer"], "offset": SHORT, **layer}, "view": view}
    return pictures.scene(conv_anim.load(made))


@pytest.mark.parametrize("view", ["flat", "isometric", "matrix", {"kind": "flat", "cells": "shades"}])
@pytest.mark.parametrize("mask", [None, 0.5])
def test_views_draw_it(view, mask):
    scene = figure(view, **({} if mask is None else {"mask": mask}))
    assert scene.frames


def test_the_flat_view_writes_shares_that_make_the_number_at_a_point():
    scene = figure("flat")
    for frame in list(scene.frames)[:9]:
        said = [item.text for item in frame.shown if isinstance(item, Text) and item.text.startswith("window cell (")]
        assert said
        for line in said:
            told = line.replace(" (outside)", "").split(": ")[1]
            terms, made = told.split(" = ") if " = " in told else (told, "0")
            pairs = [term.split("·") for term in terms.split(" + ") if "·" in term]
            assert sum(Fraction(a) * Fraction(b) for a, b in pairs) == Fraction(made)


def test_the_flat_view_counts_places_from_1_and_shows_points_as_discs_in_its_keys():
    """Without an offset, window cell (1,1) of output (1,1) reads at row 1, column 1."""
    scene = figure("flat", offset=0)
    said = [text for text in pictures.texts(scene.frames[0].shown) if text.startswith("window cell (")]
    assert [line.partition(":")[0] for line in said] == ["window cell (1,1) reads at row 1, column 1"]
    discs = [item for item in scene.static if isinstance(item, Boxes) and item.radius]
    keys = [item for item in discs if any(item.radius == (right) / 2 for _, _, right, _ in item.boxes)]
    assert len({item.fill for item in keys}) == 2


@pytest.mark.parametrize("name", ["deform_conv_mask", "deform_conv_shares"])
def test_at_the_end_what_the_last_output_read_makes_the_output_that_is_outlined(name):
    made = conv_anim.trace(conv_anim.load(next(each.path for each in templates() if each.name == name)))
    steps = Steps(made.output.shape, made.spec.animation)
    view = SampledView(made, Style(made.spec.theme, 1.0, DejaVu()), Pace.of(steps))
    read, kernel, output = view.strip.grids[1:]
    number = lambda text: float(text.lstrip("×").replace("−", "-"))  # noqa: E731
    total = 0.0
    for place in np.ndindex(kernel.rows, kernel.columns):
        x, y, wide, high = read.box(*place)
        texts = [each for each in view.rested() if isinstance(each, Text) and x < each.x < x + wide]
        inside = [each for each in texts if y < each.y < y + high]
        factors = {each.text.startswith("×"): number(each.text) for each in inside}
        total += np.prod(list(factors.values())) * made.layer.weight[0, 0][place]
    corner = output.rows - 1, output.columns - 1
    assert total == made.output[0][corner]
    assert set(output.framed([corner])) < set(view.rested())


def test_points_stand_where_offsets_move_them():
    layer = {"offset": [[[0, 0], [0, 0.5]], [[0, 0], [0, 0]]]}
    frames = [next(iter(figure("flat", **given_).frames)).shown for given_ in ({"offset": 0}, layer)]
    discs = [
        {box[:2] for item in shown if isinstance(item, Boxes) and item.radius for box in item.boxes} for shown in frames
    ]
    assert discs[0] != discs[1]


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
def test_offsets_of_all_outputs_are_listed_and_others_counted(lang):
    """As pairs, row by row; and a line says what is made of what is read at the points."""
    layer = {"type": "deform_conv", "kernel_size": [2, 3], "bias": 1, "out_channels": 1}
    spec = {"input": {"size": [3, 4]}, "view": "isometric", "takeaway": True, "lang": lang}
    pairs = [[[0.5, -1], [0, 0.25], [1, 1]], [[0, 0], [-0.75, 2], [3, -0.5]]]
    same = terms(conv_anim.load({**spec, "layer": {**layer, "offset": pairs}}))
    (listed,) = (line for line in same if " / " in line)
    rows = [re.findall(r"\((-?[\d.]+),\s(-?[\d.]+)\)", row) for row in listed.replace("−", "-").split(" / ")]
    assert np.array_equal(np.array(rows, float), pairs)
    one = terms(conv_anim.load({**spec, "layer": {**layer, "offset": 0.5}}))
    (listed,) = (line for line in one if " / " in line)
    assert re.findall(r"-?[\d.]+", listed.replace("−", "-")) == ["0.5"] * 12, "one number is for all"
    (how,) = (line for line in same if re.search("plus the bias|再加偏置", line))
    assert [int(n) for n in re.findall(r"\d+", how)] == [2 * 3]
    apart = {**layer, "offset": np.arange(12 * 2 * 2).reshape(12, 2, 2).tolist()}
    assert not any(" / " in line for line in terms(conv_anim.load({**spec, "layer": apart})))
    (counted,) = (line for line in terms(conv_anim.load({**spec, "layer": apart})) if "12" in line)
    assert re.findall(r"\d+", counted) == ["12", "6"]


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("kernel", [1, 3])
@pytest.mark.parametrize("mask", [None, 1])
def test_its_point_is_a_sentence(lang, kernel, mask):
    layer = {"type": "deform_conv", "kernel_size": kernel, "offset": 0.5} | ({} if mask is None else {"mask": mask})
    said = takeaway(conv_anim.load({"input": {"size": [5, 5]}, "layer": layer, "lang": lang}))
    assert said.endswith("." if lang == "en" else "。")


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({}, "needs the key 'offset'"),
        ({"offset": [[1, 2]]}, "'offset' has the shape 1x2; 3x3x2, 18 or 18x5x5 is needed"),
        ({"offset": 0, "mask": [1, 2]}, "'mask' has the shape 2; 3x3, 9 or 9x5x5 is needed"),
        ({"offset": 0, "offset_groups": 2}, "2 groups of offsets do not divide the 1 input channel evenly"),
        ({"offset": 0, "from": ["input", "input"]}, "'offset' is given, and an input holds it too"),
        ({"from": ["input", "input"]}, "the offset should be 5x5 in 18 channels; the input that holds it is 5x5"),
    ],
)
def test_mistakes_are_told(layer, said):
    spec = {"input": {"size": [5, 5]}, "layer": {"type": "deform_conv", "kernel_size": 3, "padding": 1, **layer}}
    with pytest.raises(SpecError, match=said.replace("[", r"\[").replace("'", "'")):
        conv_anim.load(spec)


def test_it_is_for_two_axes():
    with pytest.raises(SpecError, match="for inputs with 2 axes; this one has 1 axis"):
        conv_anim.load({"input": {"size": [5]}, "layer": {"type": "deform_conv", "kernel_size": 3, "offset": 0}})


def test_the_sum_of_a_row_that_reads_nothing_keeps_its_terms_apart():
    layer = {"type": "deform_conv", "kernel_size": 1, "offset": 5, "bias": 1}
    view = {"kind": "matrix", "animate": True}
    drawn = pictures.scene(conv_anim.load({"input": {"size": [1, 1]}, "layer": layer, "view": view}))
    texts = [item for item in drawn.frames[0].shown if isinstance(item, Text)]
    (dash,) = (item for item in texts if item.text == "–")
    (bias,) = (item for item in texts if "bias" in item.text)
    assert dash.x + DejaVu().width(dash.text, size=dash.size) / 2 <= bias.x


@pytest.mark.parametrize("name", ["deform_conv_mask", "deform_conv_shares"])
def test_no_point_covers_a_share(name):
    """Readers saw ×0.5 with a dot over it, though another corner of its cell was free."""
    path = next(template.path for template in templates() if template.name == name)
    scene, style = pictures.scene(conv_anim.load(path)), Style(THEMES["light"], 1.0, DejaVu())
    colors = {style.colors.window, style.colors.current}
    seen = 0
    for k in scene.rests:
        shown = scene.frames[k].shown
        discs = [
            box
            for item in shown
            if isinstance(item, Boxes) and item.radius and item.fill in colors
            for box in item.boxes
        ]
        shares = [
            item
            for item in shown
            if isinstance(item, Text)
            and item.text.startswith("×")
            and item.y < min(text.y for text in shown if isinstance(text, Text) and "reads at" in text.text)
        ]
        for text in shares:
            left, top, wide, high = text_box(style, text)
            for x, y, across, down in discs:
                assert not (left < x + across and x < left + wide and top < y + down and y < top + high), (k, text.text)
        seen += len(discs) * len(shares)
    assert seen
