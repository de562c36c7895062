"""``mask`` of a convolution: against plain loops; what it hides alone and in a stack; how it is drawn and written."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim import catalog, explain
from conv_anim.coding.programs import program
from conv_anim.diagnostics import SpecError
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.hatching import hatching
from conv_anim.scene.isometric.drawing import Isometric
from conv_anim.scene.primitives import Lines, Text
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.blind_spot import blind_spot
from conv_anim.tracing.matrix import matrix
from tests import oracle, pictures

STYLE = Style(THEMES["light"], 1.0, DejaVu())
SEEDS = st.integers(0, 999)
MASKS = st.sampled_from(["A", "B"])
ODD = st.sampled_from([1, 3])


def kept(mask, kernel):
    """1 for the weights that count: those before the middle in reading order, with B the middle too."""
    places = list(product(*map(range, kernel)))
    middle = places.index(tuple(k // 2 for k in kernel))
    count = middle if mask == "A" else middle + 1
    return np.array([1] * count + [0] * (len(places) - count)).reshape(kernel)


def traced(x, *layers, **more):
    channels, *size = np.shape(x)
    spec = {"input": {"size": size, "channels": channels, "values": np.array(x).tolist()}, "layers": list(layers)}
    return conv_anim.trace(conv_anim.load({**spec, **more}))


@st.composite
def settings(draw):
    axes = draw(st.integers(1, 3))
    kernel = draw(st.lists(ODD, min_size=axes, max_size=axes))
    mask = draw(MASKS)
    if max(kernel) == 1:
        mask = "B"
    groups = draw(st.integers(1, 2))
    return mask, kernel, groups, draw(st.integers(1, 2))


def arrays(kernel, groups, filters, seed):
    random = np.random.default_rng(seed)
    x = random.integers(-4, 5, (2 * groups, *(4 for _ in kernel)))
    return x, random.integers(-3, 4, (groups * filters, 2, *kernel))


@given(settings(), SEEDS, st.integers(1, 2))
def test_it_is_a_convolution_with_zeros_for_what_is_masked(given_, seed, dilation):
    mask, kernel, groups, filters = given_
    x, weight = arrays(kernel, groups, filters, seed)
    keys = {"groups": groups, "dilation": dilation, "padding": "same", "out_channels": groups * filters}
    trace = traced(x, {"type": "conv", "weight": weight.tolist(), "mask": mask, **keys})
    half = [(k // 2 * dilation, k // 2 * dilation) for k in kernel]
    moves = {"stride": [1] * len(kernel), "dilation": [dilation] * len(kernel), "padding": half}
    wanted = oracle.convolution(
        x.tolist(), (weight * kept(mask, kernel)).tolist(), bias=None, groups=groups, mode="zeros", flip=False, **moves
    )
    np.testing.assert_array_equal(trace.output, wanted)
    for step in trace.layer:
        assert step.value == sum(tap.product for tap in step.taps if tap.product is not None)
    np.testing.assert_array_equal(matrix(trace.layer).values @ x.ravel(), trace.output.ravel())
    names: dict[str, object] = {"print": lambda _: None}
    exec(program(trace.spec, "numpy"), names)
    np.testing.assert_array_equal(names["y"], trace.output)


@given(settings(), SEEDS)
def test_no_output_changes_with_a_later_cell(given_, seed):
    mask, kernel, groups, filters = given_
    x, weight = arrays(kernel, groups, filters, seed)
    layer = {"type": "conv", "weight": weight.tolist(), "mask": mask, "padding": "same"}
    layer |= {"groups": groups, "out_channels": groups * filters}
    cell = tuple(np.random.default_rng(seed).integers(0, 4, len(kernel)).tolist())
    changed = x.copy()
    changed[(slice(None), *cell)] += 7
    differs = (traced(x, layer).output != traced(changed, layer).output).any(axis=0)
    for place in np.argwhere(differs).tolist():
        assert tuple(place) > cell or (mask == "B" and tuple(place) == cell)


@given(settings(), SEEDS)
def test_gradients_pass_by_what_is_masked(given_, seed):
    mask, kernel, groups, filters = given_
    x, weight = arrays(kernel, groups, filters, seed)
    shared = {"type": "conv", "padding": "same", "groups": groups, "out_channels": groups * filters}
    upstream = np.random.default_rng(seed).integers(-3, 4, (groups * filters, *x.shape[1:])).tolist()
    masked = {**shared, "weight": weight.tolist(), "mask": mask}
    zeroed = {**shared, "weight": (weight * kept(mask, kernel)).tolist()}
    for way in ("grad_input", "grad_weight"):
        made, plain = (traced(x, layer, **{"pass": way, "upstream": upstream}).output for layer in (masked, zeroed))
        np.testing.assert_array_equal(made, plain * (kept(mask, kernel) if way == "grad_weight" else 1))


@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_a_framework_s_own_gradient_of_a_masked_weight_is_not_written(framework):
    """It would have numbers for the cells that are masked too."""
    layer = {"type": "conv", "kernel_size": 3, "padding": 1, "mask": "A"}
    spec = conv_anim.load({"input": {"size": [4, 4]}, "layer": layer, "pass": "grad_weight"})
    with pytest.raises(SpecError, match="--framework numpy can"):
        program(spec, framework)


# what stacks of them hide


@pytest.mark.parametrize("kernel", [3, 5])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_blind_spot_is_what_no_gradient_reaches(kernel, count):
    """Counted by changing the input: with weights of 1, a cell that is seen has a gradient."""
    reach = count * (kernel // 2)
    layers = [
        {"type": "conv", "padding": kernel // 2, "weight": [[1] * kernel] * kernel, "mask": "A" if k == 0 else "B"}
        for k in range(count)
    ]
    size = 2 * reach + 1
    upstream = np.zeros((size, size), int)
    upstream[reach, reach] = 1
    trace = traced(np.ones((1, size, size), int), *layers, **{"pass": "grad_input", "upstream": upstream.tolist()})
    earlier = trace.output[0].ravel()[: size * size // 2]
    found = blind_spot(conv_anim.load({"input": {"size": [size, size]}, "layers": layers}).layers)
    hidden = sorted((k // size - reach, k % size - reach) for k in np.flatnonzero(earlier == 0).tolist())
    assert (sorted(found.cells), found.hidden, found.earlier) == (hidden, len(hidden), len(earlier))


def test_a_stack_has_a_blind_spot_and_says_so():
    layers = [{"type": "conv", "padding": 1, "kernel_size": 3, "mask": mask} for mask in "ABB"]
    for lang, word in (("en", "blind spot"), ("zh-TW", "盲點")):
        spec = conv_anim.load({"input": {"size": [9, 9]}, "layers": layers, "lang": lang})
        assert word.lower() in takeaway(spec).lower()
        assert word in explain.text(spec)


@pytest.mark.parametrize(
    "layers",
    [
        [{"type": "conv", "kernel_size": 3}],
        [{"type": "conv", "kernel_size": 3, "mask": "A", "stride": 2}],
        [{"type": "conv", "kernel_size": 3, "mask": "A"}, {"type": "upsample", "scale_factor": 2}],
    ],
)
def test_of_other_stacks_no_blind_spot_is_told(layers):
    assert blind_spot(conv_anim.load({"input": {"size": [9, 9]}, "layers": layers}).layers) is None


def test_activations_between_do_not_matter():
    mask = [{"type": "conv", "kernel_size": 3, "padding": 1, "mask": m} for m in "AB"]
    found = [
        blind_spot(conv_anim.load({"input": {"size": [9, 9]}, "layers": layers}).layers)
        for layers in (mask, [mask[0], {"type": "relu"}, mask[1]])
    ]
    assert [(each.hidden, each.earlier) for each in found] == [(1, 12), (1, 12)]


@pytest.mark.parametrize("wanted", ["grad_input", "grad_weight"])
@pytest.mark.parametrize("mode", ["zeros", "replicate"])
def test_programs_of_gradients_leave_out_what_the_mask_does(wanted, mode):
    layer = {"type": "conv", "kernel_size": 3, "padding": 1, "padding_mode": mode, "mask": "B"}
    made = conv_anim.load({"input": {"size": [4, 3]}, "layer": layer, "pass": wanted})
    space = {}
    exec(program(made, "numpy"), space)
    np.testing.assert_allclose(space["y"], conv_anim.trace(made).output)


def test_programs_mask_weights_that_a_formula_draws():
    """More than are written out one by one."""
    layer = {"type": "conv", "kernel_size": 3, "out_channels": 24, "mask": "A", "weight": {"random": {"low": -2}}}
    made = conv_anim.load({"input": {"size": [5, 4]}, "layer": layer})
    space = {}
    exec(program(made, "numpy"), space)
    assert not space["weight"].reshape(24, -1)[:, 4:].any()
    np.testing.assert_array_equal(space["y"], conv_anim.trace(made).output)


def test_the_receptive_field_ends_at_the_middle():
    layer = {"type": "conv", "kernel_size": 3, "padding": 1}
    text = {m: explain.text(conv_anim.load({"input": {"size": [9]}, "layer": {**layer, "mask": m}})) for m in "AB"}
    assert [text[m].splitlines()[-1].split()[-1] for m in "AB"] == ["1", "2"]


# as it is drawn, and mistakes


@pytest.mark.parametrize("view", ["flat", "isometric", "channels", "matrix", "volume"])
@pytest.mark.parametrize("mask", ["A", "B"])
def test_views_draw_it(view, mask):
    layer = {"type": "conv", "kernel_size": 3, "padding": 1, "mask": mask}
    assert pictures.scene(conv_anim.load({"input": {"size": [5, 5]}, "layer": layer, "view": view})).frames


@pytest.mark.parametrize("view", ["flat", "isometric", "channels"])
def test_masked_cells_are_hatched(view):
    """Mask A hides five cells of the window and mask B four, each with as many lines, or pieces of them."""
    layer = {"type": "conv", "kernel_size": 3, "padding": 1}
    spec = {"input": {"size": [5, 5]}, "layer": layer, "view": view}

    def lines(mask):
        made = {**spec, "layer": layer | ({} if mask is None else {"mask": mask})}
        scene = pictures.scene(conv_anim.load(made))
        return Counter(len(item.lines) for item in next(iter(scene.frames)).shown if isinstance(item, Lines))

    ((five, _),) = (lines("A") - lines(None)).items()
    ((four, _),) = (lines("B") - lines(None)).items()
    assert five * 4 == four * 5 > 0


@pytest.mark.parametrize("view", ["flat", {"kind": "isometric", "cells": "numbers"}, "channels"])
def test_no_slanting_line_goes_through_a_number(view):
    values = {"random": {"low": -9, "high": -1}}
    layer = {"type": "conv", "kernel_size": 3, "padding": 1, "mask": "A"}
    scene = pictures.scene(conv_anim.load({"input": {"size": [4, 4], "values": values}, "layer": layer, "view": view}))
    slanting = {hatching(STYLE, on).color for on in (STYLE.colors.background, STYLE.colors.input)}
    met = 0
    for frame in scene.frames:
        boxes = [text_box(STYLE, item) for item in (*scene.static, *frame.shown) if isinstance(item, Text)]
        hatched = (item for item in frame.shown if isinstance(item, Lines) and item.stroke.color in slanting)
        for (x0, y0), (x1, y1) in (line for item in hatched for line in item.lines):
            met += 1
            for share in np.linspace(0, 1, 9):
                x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                assert not any(left < x < left + wide and top < y < top + high for left, top, wide, high in boxes)
    assert met


def test_a_sequence_has_no_lines_from_what_is_masked():
    spec = {"input": {"size": [6]}, "view": "sequence"}
    static = {}
    for mask in (None, "A", "B"):
        layer = {"type": "conv", "kernel_size": 3, "padding": 1} | ({} if mask is None else {"mask": mask})
        scene = pictures.scene(conv_anim.load({**spec, "layer": layer}))
        static[mask] = len(next(item for item in scene.static if isinstance(item, Lines)).lines)
    assert static == {None: 16, "A": 5, "B": 11}


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"kernel_size": 2, "mask": "A"}, "a mask goes by the middle of the window, and one of 2x2 has none"),
        ({"kernel_size": 3, "mask": "B", "flip": True}, "a mask is for a kernel that is not flipped"),
        ({"kernel_size": 1, "mask": "A"}, "this window has no other cell"),
        ({"kernel_size": 3, "mask": "C"}, "'mask'"),
    ],
)
def test_mistakes_are_told(layer, said):
    with pytest.raises(SpecError, match=said):
        conv_anim.load({"input": {"size": [5, 5]}, "layer": {"type": "conv", **layer}})


@pytest.mark.parametrize("size", [(5, 6), (6, 8)])
def test_every_step_of_a_figure_that_leaves_some_out_has_a_blind_spot(size):
    masked = {"type": "conv", "kernel_size": 3, "padding": 1}
    spec = conv_anim.load(
        {
            "input": {"size": list(size)},
            "layers": [{**masked, "mask": "A"}, {**masked, "mask": "B"}],
            "view": "isometric",
            "animation": {"every": 6, "pace": "auto"},
        }
    )
    steps = Isometric(conv_anim.trace(spec), STYLE).steps
    shown = [steps.cell(k) for k in range(len(steps))]
    assert len(shown) > 2
    hidden = {(-1, 2)}  # the cell at the upper right that two layers of 3×3 never reach
    for _, row, column in shown:
        assert all(0 <= row + r < size[0] and 0 <= column + c < size[1] for r, c in hidden)


def test_mask_b_is_shown_on_what_mask_a_made():
    path = next(each.path for each in catalog.templates() if each.name == "mask_a_and_b")
    first, later = map(conv_anim.trace, conv_anim.load(path).figures)
    assert later.input.tolist() == first.output.tolist()
