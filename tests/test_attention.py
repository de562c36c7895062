"""Attention by its definition in plain loops, and PyTorch's and JAX's own functions; what cells see, what is said."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise, product
from math import exp, prod, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import conv_anim
from conv_anim import explain, pipeline
from conv_anim.coding.programs import program
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.arithmetic.scoring import shade
from conv_anim.scene.matrix.attention import AttentionView
from conv_anim.scene.primitives import Boxes, Lines, Text
from conv_anim.scene.sheets.shifted import ShiftedView
from conv_anim.scene.style import Style
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Matrix
from tests import pictures
from tests.frameworks import needed


def spec_of(size, layer, *, channels=1, view=None, seed=5):
    fed = {"size": list(size), "channels": channels, "values": {"random": {"seed": seed, "low": -2, "high": 2}}}
    more = {} if view is None else {"view": view}
    return conv_anim.load({"input": fed, "layer": {"type": "attention", **layer}, **more})


# the rules, each by its definition


def sees(layer, size, i, j):
    """Whether a cell at i looks at one at j, along one axis: as papers define it, cell by cell."""
    window, dilation, shift = layer.get("window"), layer.get("dilation", 1), layer.get("shift", 0)
    pattern = layer.get("pattern", "partitioned" if "shift" in layer else "sliding")
    if layer.get("causal") and j > i:
        return False
    if window is None:
        return True
    if pattern == "sliding":
        steps, rest = divmod(j - i, dilation)
        before = window - 1 if layer.get("causal") else window // 2
        return rest == 0 and -before <= steps < window - before
    if pattern == "neighborhood":  # the nearest cells of those that stand so far apart; of two as near the one before
        same = [cell for cell in range(size) if (cell - i) % dilation == 0]
        runs = [same[k : k + window] for k in range(len(same) - window + 1)]
        middle = [run for run in runs if i in run]
        return j in min(middle, key=lambda run: (abs(run.index(i) - window // 2), run))
    rolled = [(cell + shift) % size for cell in range(size)]  # the map after torch.roll by −shift
    k, m = rolled.index(i), rolled.index(j)
    wrapped = [place >= size - shift for place in (k, m)]
    return k // window == m // window and wrapped[0] == wrapped[1]


def by_loops(x, layer, matrices=(None, None, None)):
    """Every score, share and mean one by one; x is (channels, *size)."""
    channels, *size = x.shape
    cells = list(np.ndindex(*size))
    made = []
    for matrix in matrices:
        rows = np.eye(channels) if matrix is None else np.array(matrix, float)
        made.append([[sum(row[c] * x[(c, *cell)] for c in range(channels)) for row in rows] for cell in cells])
    queries, keys, values = made
    heads = layer.get("heads", 1)
    d, e = len(queries[0]) // heads, len(values[0]) // heads
    y = np.zeros((heads * e, *size))
    for (i, at), head in product(enumerate(cells), range(heads)):
        own = {a: dict(layer, **{k: v[a] for k, v in layer.items() if isinstance(v, list)}) for a in range(len(size))}
        seen = [k for k, other in enumerate(cells) if all(sees(own[a], size[a], at[a], other[a]) for a in own)]
        part = range(head * d, head * d + d)
        powers = [exp(sum(queries[i][c] * keys[j][c] for c in part) / sqrt(d)) for j in seen]
        for c in range(head * e, head * e + e):
            y[(c, *at)] = sum(p * values[j][c] for p, j in zip(powers, seen, strict=True)) / sum(powers)
    return y


@st.composite
def layers(draw, axes):
    """A size, channels and a layer that fits them."""
    kind = draw(st.sampled_from(["full", "sliding", "neighborhood", "partitioned"]))
    heads = draw(st.sampled_from([1, 2]))
    channels = heads * draw(st.integers(1, 2))
    size = [draw(st.integers(2, 7 if axes == 1 else 4)) for _ in range(axes)]
    layer = {"heads": heads}
    if axes == 1 and kind != "neighborhood" and draw(st.booleans()):
        layer["causal"] = True
    if kind == "sliding":
        layer |= {"window": draw(st.integers(1, 4)), "dilation": draw(st.integers(1, 3))}
    elif kind == "neighborhood":
        layer |= {"pattern": kind, "window": draw(st.integers(1, 3)), "dilation": draw(st.integers(1, 2))}
        size = [max(n, layer["window"] * layer["dilation"]) for n in size]
    elif kind == "partitioned":
        window = [draw(st.integers(1, 3)) for _ in size]
        layer |= {"window": window, "shift": [draw(st.integers(0, w - 1)) for w in window]}
        size = [w * draw(st.integers(1, 3 if axes == 1 else 2)) for w in window]
    return size, channels, layer


@given(layers(1), st.booleans())
def test_one_axis_is_the_definition(drawn, projected):
    size, channels, layer = drawn
    matrices = (None, None, None)
    if projected:
        r = np.random.RandomState(3)
        depth, made = 2 * layer["heads"], 3 * layer["heads"]
        matrices = tuple(np.round(r.uniform(-1, 1, (n, channels)), 2).tolist() for n in (depth, depth, made))
        layer = layer | dict(zip(("query", "key", "value"), matrices, strict=True))
    trace = conv_anim.trace(spec_of(size, layer, channels=channels))
    rules = {key: value for key, value in layer.items() if key not in {"query", "key", "value"}}
    assert np.allclose(trace.output, by_loops(trace.input, rules, matrices), atol=1e-12)
    adds_up(trace)


@given(layers(2))
def test_two_axes_are_the_definition(drawn):
    size, channels, layer = drawn
    trace = conv_anim.trace(spec_of(size, layer, channels=channels))
    assert np.allclose(trace.output, by_loops(trace.input, layer), atol=1e-12)
    adds_up(trace)


def adds_up(trace):
    """Each value is the sum of what its taps contribute, of cells that it sees; none is more than is estimated."""
    layer = trace.layer
    for cell in np.ndindex(*layer.output.shape):
        step = layer.step(cell)
        assert sum(tap.product for tap in step.taps) == pytest.approx(step.value, abs=1e-12)
        assert len(step.taps) <= layer.layer.most_taps
        assert all(layer.input[tap.input] == tap.x for tap in step.taps)
        for a, at in enumerate(cell[1:]):
            low, high = layer.layer.reads(a, at, at)
            assert all(low <= tap.input[a + 1] <= high for tap in step.taps)


def test_a_window_of_three_with_gaps_sees_what_the_contract_says():
    looks = conv_anim.trace(spec_of([9], {"window": 3, "dilation": 2})).layer.layer.attends
    assert looks.seen[0][4] == (2, 4, 6)
    looks = conv_anim.trace(spec_of([9], {"window": 3, "dilation": 2, "causal": True})).layer.layer.attends
    assert looks.seen[0][6] == (2, 4, 6)
    assert looks.seen[0][1] == (1,)


def test_at_the_border_a_sliding_window_is_cut_and_a_neighborhood_moves():
    cut = conv_anim.trace(spec_of([6], {"window": 3})).layer.layer.attends.seen[0]
    moved = conv_anim.trace(spec_of([6], {"window": 3, "pattern": "neighborhood"})).layer.layer.attends.seen[0]
    assert [len(seen) for seen in cut] == [2, 3, 3, 3, 3, 2]
    assert [len(seen) for seen in moved] == [3] * 6
    assert moved[0] == moved[1] == (0, 1, 2)
    assert cut[2] == moved[2]


@pytest.mark.frameworks
@given(st.one_of(layers(1), layers(2)))
def test_it_is_pytorchs_scaled_dot_product_attention_with_that_mask(drawn):
    torch = needed("torch")
    size, channels, layer = drawn
    trace = conv_anim.trace(spec_of(size, layer, channels=channels))
    cells = list(np.ndindex(*size))
    own = [{**layer, **{k: v[a] for k, v in layer.items() if isinstance(v, list)}} for a in range(len(size))]
    mask = [[all(sees(own[a], n, i[a], j[a]) for a, n in enumerate(size)) for j in cells] for i in cells]
    x = torch.tensor(trace.input, dtype=torch.float64).reshape(layer["heads"], -1, prod(size)).transpose(1, 2)
    y = torch.nn.functional.scaled_dot_product_attention(x, x, x, attn_mask=torch.tensor(mask))
    assert np.allclose(trace.output.reshape(layer["heads"], -1, prod(size)), y.transpose(1, 2).numpy(), atol=1e-12)


@pytest.mark.frameworks
@pytest.mark.parametrize("window", [1, 3, 5])
def test_a_sliding_window_is_jaxs_local_window_of_half_as_many_on_each_side(window):
    jax = needed("jax")
    trace = conv_anim.trace(spec_of([8], {"window": window}, channels=2))
    x = jax.numpy.asarray(trace.input.T[:, None], float)
    y = jax.nn.dot_product_attention(x, x, x, local_window_size=(window // 2, window // 2))
    assert np.allclose(trace.output, np.asarray(y)[:, 0].T, atol=1e-6)


@given(st.one_of(layers(1), layers(2)))
def test_its_numpy_program_makes_its_output(drawn):
    size, channels, layer = drawn
    spec = spec_of(size, layer, channels=channels)
    names = {"print": lambda _: None}
    exec(program(spec, "numpy"), names)
    assert np.allclose(names["y"], conv_anim.trace(spec).output, atol=1e-12)


# what is said


def test_what_is_explained_adds_up():
    """The scores, the scale and the shares of a cell, and the sum that they make."""
    text = explain.text(spec_of([4], {"window": 3}, channels=2))
    assert "softmax(q·k / √2)" in text
    assert "2 at the border" in text
    line = next(line for line in text.splitlines() if "√2) ≈ softmax(" in line)
    shares = [float(share) for share in line.split("≈")[2].split(", ")]
    assert sum(shares) == pytest.approx(1, abs=0.011 * len(shares))


def test_multiply_adds_are_those_of_scores_means_and_projections():
    """By hand: 2 + 3 + 3 + 2 pairs, each with a product for every channel of query and value."""
    op = spec_of([4], {"window": 3}, channels=2).layers[0]
    assert op.products.cells * op.products.each == 10 * (2 + 2)
    op = spec_of([4], {"window": 3, "value": [[1, 0], [0, 1], [1, 1]]}, channels=2).layers[0]
    assert op.products.cells * op.products.each == 10 * (2 + 3) + 4 * 6
    assert op.parameter_terms == ((3, 2),)


# what is drawn


def test_the_matrix_has_the_shares_and_hides_the_rest():
    spec = spec_of([4], {"causal": True}, view={"kind": "matrix", "animate": True})
    assert isinstance(spec.view, Matrix)
    trace = conv_anim.trace(spec)
    matrix = trace.layer.means.matrix(0)
    assert np.isnan(matrix[np.triu_indices(4, 1)]).all()
    assert np.allclose(np.nansum(matrix, axis=1), 1)
    assert matrix[0, 0] == 1


@pytest.mark.parametrize("view", ["matrix", "flat", "sequence"])
def test_each_view_shows_it(view):
    drawn = pipeline.scene(spec_of([5], {"window": 3}, view=view))
    assert len(drawn.frames) >= 1


def test_views_that_have_no_way_to_show_it_say_which_have():
    with pytest.raises(conv_anim.SpecError, match="views that can show it: flat, matrix, sequence"):
        spec_of([5], {"window": 3}, view="isometric")


def test_the_step_of_a_matrix_is_a_token_with_all_its_channels():
    trace = conv_anim.trace(spec_of([5], {"heads": 2}, channels=2, view={"kind": "matrix", "animate": True}))
    style = None
    assert len(AttentionView(trace, style).steps) == 5


WORKED = ["at_the_border", "causal_heads", "dilated_window", "neighborhood_2d", "self_attention", "sliding_window"]


@pytest.mark.parametrize("name", WORKED)
def test_shares_have_one_number_of_digits_and_add_up_as_they_are_written(name):
    drawn = pictures.scene(conv_anim.load(f"templates/attention/{name}.yaml"))
    texts = [text for frame in drawn.frames for text in pictures.texts(frame.shown)]
    lines = [text for text in texts if "softmax(" in text]
    listed = [re.split(" [=≈] ", line)[-1].split(", ") for line in lines]
    whole = [shares for shares in listed if "…" not in shares]
    assert all(round(sum(map(Decimal, shares)), 2) == 1 for shares in whole)
    assert whole or name == "neighborhood_2d"  # nine shares do not stand in a line
    sums = [part for text in texts for part in re.findall(r"·([01]\.\d+)", text)]
    cells = [text.removeprefix("×") for text in texts if re.fullmatch(r"×?0\.\d+", text)]
    assert sums
    assert cells
    outputs = {len(text) for text in cells} - {3}  # outputs have one digit
    assert outputs == {len(share) for share in (*sums, *(s for each in listed for s in each)) if "." in share}
    assert len(outputs) == 1


def test_its_gradient_is_said_to_be_unknown():
    fed = {"size": [5]}
    with pytest.raises(conv_anim.SpecError, match="no gradient of attention is known here"):
        conv_anim.load({"input": fed, "layer": {"type": "attention", "window": 3}, "pass": "grad_input"})


def test_keys_have_a_name_and_a_gap_to_the_matrix_and_values_are_said_to_be_the_input():
    drawn = pipeline.scene(spec_of([5], {}, view="matrix"))
    texts = {item.text: item.y for item in drawn.static if isinstance(item, Text)}
    rows = next(text for text in texts if text.startswith("rows: queries"))
    assert texts["keys"] < texts["attention matrix 5×5"] < texts[rows]
    assert texts["values"] < texts["the input"]
    keys = min(y for y in (item.y for item in drawn.static if isinstance(item, Text)) if y > texts["keys"])
    assert keys < texts["attention matrix 5×5"]  # their numbers stand above its name


def test_numbers_above_the_matrix_fit_into_its_columns_or_are_left_out():
    values = [1e-6, 2.34e-6, 1.5e-6, 7.15e-6]
    spec = {"input": {"values": values}, "layer": {"type": "attention"}, "view": "matrix", "labels": False}
    drawn = pipeline.scene(conv_anim.load(spec))
    first = min(item.y for item in drawn.static if isinstance(item, Text))
    row = [item for item in drawn.static if isinstance(item, Text) and item.y == first]
    wide = [DejaVu().width(item.text, size=item.size, bold=item.bold) for item in row]
    ends = sorted((item.x - w / 2, item.x + w / 2) for item, w in zip(row, wide, strict=True))
    assert all(one[1] <= other[0] for one, other in pairwise(ends) if one[0] != other[0])


# shifted windows, three times over a map


def shift_maps(size, window, shift):
    spec = spec_of(size, {"window": list(window), "shift": list(shift), "pattern": "partitioned"}, view="flat")
    trace = conv_anim.trace(spec)
    places = list(np.ndindex(*size))
    return ShiftedView(trace, Style(THEMES["light"], 1.0, DejaVu()), places, places.__getitem__), places


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 3)), min_size=1, max_size=2))
def test_the_map_moved_round_has_whole_windows_with_what_is_seen_and_what_is_masked(axes):
    """By the rule of Swin: roll the map, part it, and mask in each window what comes from the other end."""
    window = tuple(w for w, _, _ in axes)
    size = tuple(w * count for w, count, _ in axes)
    shift = tuple(s % w for w, _, s in axes)
    assume(any(shift))
    view, places = shift_maps(size, window, shift)
    rolled = {place: view.moved_round(place) for place in places}
    assert sorted(rolled.values()) == places
    for place in places:
        together = [
            other
            for other in places
            if all(a // w == b // w for a, b, w in zip(rolled[place], rolled[other], window, strict=True))
        ]
        assert sorted(view._in_window(place)) == together
        seen = sorted(view.attends.places(place))
        assert seen == [
            other for other in together if all((a < s) == (b < s) for a, b, s in zip(place, other, shift, strict=True))
        ]
    seams = sum((n - s) % w > 0 for n, w, s in zip(size, window, shift, strict=True))
    assert sum(len(lines.lines) for lines in view._seams()) == seams


def test_what_is_masked_in_a_shifted_window_is_hatched_in_its_step():
    view, places = shift_maps((4, 4), (2, 2), (1, 1))
    for k, place in enumerate(places):
        hidden = 4 - len(view.attends.places(place))
        lines = [item for item in view.frame(k).shown if isinstance(item, Lines)]
        assert sum(len(item.lines) for item in lines) == 3 * hidden


@pytest.mark.parametrize(("size", "window", "shift"), [((4, 4), 2, 1), ((6, 4), 2, 1), ((6, 6), 3, 2), ((8,), 4, 3)])
def test_without_numbers_nothing_but_the_three_maps_is_shown_and_outlines_are_what_meets(size, window, shift):
    """Before the shift by whole divisions; after it by what the attention sees."""
    layer = {"window": window, "shift": shift, "pattern": "partitioned"}
    drawn = pipeline.scene(spec_of(size, layer, view={"kind": "flat", "cells": "plain"}))
    texts = pictures.texts(drawn.static)
    assert not [text for text in texts if "softmax" in text or "×0." in text]
    numbers = [int(text) for text in texts if text.isdigit()]
    assert sorted(numbers) == sorted([*range(1, prod(size) + 1)] * 3)
    places = list(np.ndindex(*size))
    trace = conv_anim.trace(spec_of(size, layer, view="flat"))
    style = Style(THEMES["light"], 1.0, DejaVu())
    view = ShiftedView(trace, style, places, places.__getitem__, alone=True)
    for k, place in enumerate(places):
        framed = [item for item in view.frame(k).shown if isinstance(item, Boxes) and item.stroke == style.frame]
        boxes = [box for item in framed for box in item.boxes]
        found = [_inside(grid, boxes, places) for grid in view.grids[:2]]
        whole = [o for o in places if all(a // window == b // window for a, b in zip(place, o, strict=True))]
        assert found == [whole, sorted(view.attends.places(place))]
    assert view.finished() == view.frame(places.index(tuple(n // 2 for n in size)))


def _inside(grid, boxes, places):
    """The places whose middles lie in one of the boxes."""
    side = grid.numbers.cell
    middles = {at: (grid.x + (at[-1] + 0.5) * side, grid.y + ((0, *at)[-2] + 0.5) * side) for at in places}
    return [at for at, (x, y) in middles.items() if any(a < x < a + w and b < y < b + h for a, b, w, h in boxes)]


def test_windows_that_are_not_shifted_have_no_such_maps():
    plain = spec_of((4, 4), {"window": 2, "pattern": "partitioned"}, view="flat")
    assert "cells that leave come back" not in pictures.texts(pipeline.scene(plain).static)
    shifted = spec_of((4, 4), {"window": 2, "shift": 1}, view="flat")
    assert "cells that leave come back" in pictures.texts(pipeline.scene(shifted).static)


def test_a_share_of_next_to_nothing_is_not_as_blank_as_what_is_masked():
    style = Style(THEMES["light"], 1.0, DejaVu())
    assert shade(style, 0.0) != style.colors.background


def test_several_heads_of_one_channel_each_have_the_numbers_of_their_queries_and_keys():
    layer = {"heads": 2, "causal": True}
    fed = {"size": [3], "channels": 2, "values": [[1, -1, 2], [0, 2, 7]]}
    spec = {"input": fed, "layer": {"type": "attention", **layer}, "view": {"kind": "matrix", "animate": True}}
    said = pictures.texts(pipeline.scene(conv_anim.load(spec)).static)
    assert said.count("7") == 3  # in the second head's queries, keys and values
    assert said.count("queries") == 2


@pytest.mark.parametrize("values", [[2, -1, 0, 1, 2], [0, 0, 0, 0], [1, 0], [3, 1, 2]])
def test_shares_that_add_up_to_1_only_before_they_are_rounded_are_said_to(values):
    """Readers added 0.464 + 0.001 + 0.008 + 0.063 + 0.464 … and found 1.001 under "adding up to 1"."""
    spec = conv_anim.load(
        {"input": {"values": values}, "layer": {"type": "attention"}, "view": "matrix", "labels": True}
    )
    scene = pipeline.scene(spec)
    label = next(item.text for item in scene.static if isinstance(item, Text) and item.text.startswith("rows: queries"))
    powers = [[Decimal(query * key).exp() for key in values] for query in values]
    written = [[(each / sum(row)).quantize(Decimal("0.001"), ROUND_HALF_UP) for each in row] for row in powers]
    exact = all(sum(row) == 1 for row in written)
    assert ("before they are rounded" in label) != exact
