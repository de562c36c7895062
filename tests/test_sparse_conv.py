"""Sparse convolution: against plain loops over a dictionary of active cells; what it counts; how it is drawn."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim import explain
from conv_anim.coding.programs import program
from conv_anim.diagnostics import SpecError
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.primitives import Text
from conv_anim.scene.sheets.grid import INDEX
from conv_anim.scene.wording.takeaways import takeaway
from tests import pictures

SEEDS = st.integers(0, 999)


def convolved(cells, weight, *, bias, stride, padding, dilation, out, submanifold):
    """By its definition: ``cells`` are the numbers of each active place; so is what comes of it."""
    filters, _, *kernel = weight.shape
    found, pairs = {}, 0
    for place in product(*map(range, out)):
        reached = False
        total = np.zeros(filters) if bias is None else np.array(bias, float)
        for tap in product(*map(range, kernel)):
            moves = zip(place, tap, stride, padding, dilation, strict=True)
            read = tuple(o * s - p + t * d for o, t, s, p, d in moves)
            if read in cells:
                reached = True
                total = total + weight[(slice(None), slice(None), *tap)] @ cells[read]
                pairs += place in cells if submanifold else 1
        if (place in cells) if submanifold else reached:
            found[place] = total
    return found, pairs


@st.composite
def settings(draw):
    axes = draw(st.integers(1, 3))
    submanifold = draw(st.booleans())
    sizes = st.lists(st.sampled_from([1, 3] if submanifold else [1, 2, 3]), min_size=axes, max_size=axes)
    kernel = draw(sizes)
    dilation = draw(st.lists(st.integers(1, 2), min_size=axes, max_size=axes))
    stride = [1] * axes if submanifold else draw(st.lists(st.integers(1, 2), min_size=axes, max_size=axes))
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    padding = (
        [r // 2 for r in reach] if submanifold else draw(st.lists(st.integers(0, 2), min_size=axes, max_size=axes))
    )
    size = [max(1, r - 2 * p) + draw(st.integers(1, 2)) for r, p in zip(reach, padding, strict=True)]
    out = [(n + 2 * p - r) // s + 1 for n, p, r, s in zip(size, padding, reach, stride, strict=True)]
    everyone = list(product(*map(range, size)))
    active = draw(st.lists(st.sampled_from(everyone), min_size=1, max_size=6, unique=True))
    moves = {"stride": stride, "padding": padding, "dilation": dilation}
    return {"size": size, "out": out, "kernel": kernel, "active": active, "submanifold": submanifold, "moves": moves}


def spec_of(given_, x, weight, bias=None, **more):
    layer = {"type": "sparse_conv", "out_channels": len(weight), "weight": weight.tolist(), **given_["moves"]}
    layer |= {"submanifold": given_["submanifold"]} | ({} if bias is None else {"bias": bias})
    input_ = {"size": given_["size"], "channels": len(x), "values": x.tolist()}
    active = [list(cell) for cell in given_["active"]]
    again = bool([len(active), 2] == given_["size"] and np.max(active) < 2)  # or it could be marks
    return {"input": {**input_, "active": [*active, *active[:again]]}, "layer": layer, **more}


def drawn(given_, seed):
    random = np.random.default_rng(seed)
    weight = random.integers(-3, 4, (2, 2, *given_["kernel"]))
    return random.integers(-4, 5, (2, *given_["size"])), weight, [None, [1, -2]][seed % 2]


@given(settings(), SEEDS)
def test_it_is_its_definition_in_every_setting(given_, seed):
    x, weight, bias = drawn(given_, seed)
    cells = {cell: x[(slice(None), *cell)] for cell in given_["active"]}
    keys = {**given_["moves"], "out": given_["out"], "submanifold": given_["submanifold"]}
    wanted, pairs = convolved(cells, weight, bias=bias, **keys)
    spec = spec_of(given_, x, weight, bias)
    if not wanted:
        with pytest.raises(SpecError, match="no window meets an active cell"):
            conv_anim.load(spec)
        return
    trace = conv_anim.trace(conv_anim.load(spec))
    op = trace.layer.layer
    assert op.made == frozenset(wanted)
    assert op.pairs == pairs
    assert (op.products.cells, op.products.each) == (pairs, 4)
    dense = np.zeros(trace.output.shape)
    for place, made in wanted.items():
        dense[(slice(None), *place)] = made
    np.testing.assert_array_equal(trace.output, dense)
    assert not [cell for cell in np.argwhere(trace.input.any(axis=0)).tolist() if tuple(cell) not in cells]
    for step in trace.layer:
        assert step.value == sum(tap.product for tap in step.taps) + (step.bias or 0)
        assert all(tap.input[1:] in cells for tap in step.taps)
        assert step.output[1:] in wanted or not step.taps
    names: dict[str, object] = {"print": lambda _: None}
    exec(program(trace.spec, "numpy"), names)
    np.testing.assert_array_equal(names["y"], trace.output)


@given(settings(), SEEDS)
def test_the_rulebook_has_every_pair_once(given_, seed):
    """Gather, multiply, scatter: that is how libraries compute it."""
    x, weight, _ = drawn(given_, seed)
    try:
        trace = conv_anim.trace(conv_anim.load(spec_of(given_, x, weight)))
    except SpecError:
        return
    op = trace.layer.layer
    reads, makes = sorted(op.read), sorted(op.made)
    rows = np.zeros((len(makes), 2))
    for tap, pairs in op.sites.rulebook.items():
        assert len(set(pairs)) == len(pairs)
        for read, made in pairs:
            rows[made] += weight[(slice(None), slice(None), *tap)] @ x[(slice(None), *reads[read])]
    np.testing.assert_array_equal(rows, [trace.output[(slice(None), *place)] for place in makes])


def test_two_regular_layers_spread_and_two_submanifold_ones_do_not():
    one = {"size": [9, 9], "active": [[4, 4]]}
    counts = []
    for key in (False, True):
        layers = [{"type": "sparse_conv", "kernel_size": 3, "padding": 1, "submanifold": key}] * 2
        spec = conv_anim.load({"input": one, "layers": layers})
        counts.append([len(op.made) for op in spec.layers])
    assert counts == [[9, 25], [1, 1]]


def test_what_keeps_zero_keeps_absent_cells_and_others_do_not():
    sparse = {"type": "sparse_conv", "kernel_size": 3, "submanifold": True}
    given_ = {"size": [5, 5], "active": [[1, 1]]}
    spec = conv_anim.load({"input": given_, "layers": [sparse, {"type": "relu"}, sparse]})
    assert spec.layers[-1].read == {(1, 1)}
    for dense in ({"type": "sigmoid"}, {"type": "conv", "kernel_size": 1}):
        with pytest.raises(SpecError, match="needs to know which cells are active, and all that enter here are"):
            conv_anim.load({"input": given_, "layers": [sparse, dense, sparse]})


# which cells are active


@pytest.mark.parametrize(
    ("size", "active", "wanted"),
    [
        ([2, 2], [[0, 1], [1, 0]], {(0, 1), (1, 0)}),
        ([2, 3], [[1, 1, 0], [0, 1, 0]], {(0, 0), (0, 1), (1, 1)}),  # 0 and 1 for every cell
        ([1, 2], [[1, 1]], {(0, 0), (0, 1)}),  # no place: there is no row 1
        ([3, 3], [[0, 1], [2, 2]], {(0, 1), (2, 2)}),
        ([4], [1, 0, 0, 1], {(0,), (3,)}),
        ([4], [[3]], {(3,)}),
        ([2, 2, 2], [[0, 1, 1]], {(0, 1, 1)}),
    ],
)
def test_active_cells_are_listed_or_marked(size, active, wanted):
    made = conv_anim.load(
        {"input": {"size": size, "active": active}, "layer": {"type": "sparse_conv", "kernel_size": 1}}
    )
    assert made.input.active == wanted


def test_a_density_and_a_seed_are_the_same_everywhere():
    """The numbers are those of Python's generator, whose stream is documented not to change."""
    layer = {"type": "sparse_conv", "kernel_size": 1}
    spec = {"input": {"size": [4, 4], "active": {"density": 0.3, "seed": 7}}, "layer": layer}
    found = conv_anim.load(spec).input.active
    assert sorted(found) == [(0, 0), (0, 1), (0, 3), (1, 2), (1, 3), (2, 1), (2, 3), (3, 0), (3, 1)] or len(found) < 16
    assert found == conv_anim.load(spec).input.active
    assert conv_anim.load({**spec, "input": {"size": [4, 4], "active": {"density": 1}}}).input.active == {
        *product(range(4), range(4))
    }


@pytest.mark.parametrize(
    ("active", "layer", "said"),
    [
        ([[5, 0]], {}, r"\[5, 0\] is not a cell of an input of 5x5"),
        ([[0.5, 0]], {}, r"\[0.5, 0\] is not a cell"),
        ([1, 2, 3], {}, "'active' has the shape 3: neither 0 and 1 for 5x5 cells nor a list of places"),
        ([[0.5] * 5] * 5, {}, "an entry for every cell, but not all of them are 0 or 1"),
        ([[1, 1]], {"kernel_size": 3, "dilation": [1, 2]}, "hint: more padding, or other cells"),
        ({"density": 0}, {}, "no cell of this input is active"),
        ({"seed": 3}, {}, "'active' takes one of the keys 'density' and 'file'"),
        (None, {}, "needs to know which cells are active"),
        ([[1, 1]], {"submanifold": True, "kernel_size": 2}, "a window of 2x2 has none"),
        ([[1, 1]], {"submanifold": True, "stride": 2}, "its stride is 1"),
        ([[1, 1]], {"submanifold": True, "padding": 0}, "as much padding as keeps the size"),
        ([[4, 4]], {"stride": 4, "kernel_size": 1, "padding": [[0, 3], [3, 0]]}, "no window meets an active cell"),
    ],
)
def test_mistakes_are_told(active, layer, said):
    given_ = {"size": [5, 5]} | ({} if active is None else {"active": active})
    with pytest.raises(SpecError, match=said):
        conv_anim.load({"input": given_, "layer": {"type": "sparse_conv", "kernel_size": 3, **layer}})


@pytest.mark.parametrize(
    ("active", "cells"),
    [([[0, 1], [1, 0]], {(0, 1), (1, 0)}), ([[0, 0], [1, 1]], None), ([[0, 0], [1, 1], [1, 1]], {(0, 0), (1, 1)})],
)
def test_places_that_could_be_marks_are_not_guessed(active, cells):
    spec = {"input": {"size": [2, 2], "active": active}, "layer": {"type": "sparse_conv", "kernel_size": 1}}
    if cells is None:
        with pytest.raises(SpecError, match="as places and as 0 and 1 for every cell"):
            conv_anim.load(spec)
    else:
        assert conv_anim.load(spec).input.active == cells


# words and pictures

FIGURE = {
    "input": {"size": [5, 5], "active": [[1, 1], [3, 3]], "values": "arange"},
    "layer": {"type": "sparse_conv", "weight": [[1, 2, 1], [2, 4, 2], [1, 2, 1]], "padding": 1},
}


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@pytest.mark.parametrize("submanifold", [False, True])
def test_it_says_how_many_cells_there_are_and_what_is_saved(lang, submanifold):
    spec = conv_anim.load({**FIGURE, "layer": {**FIGURE["layer"], "submanifold": submanifold}, "lang": lang})
    text = explain.text(spec)
    assert f"{2 if submanifold else 17}" in takeaway(spec)
    assert f"{2 if submanifold else 18}" in text
    assert "225" in text  # 25 outputs, 9 products each


@pytest.mark.parametrize("cells", ["numbers", "shades", "both", "plain"])
@pytest.mark.parametrize("theme", ["light", "classic"])
@pytest.mark.parametrize("view", ["flat", "isometric"])
def test_only_active_outputs_have_a_step(view, theme, cells):
    scene = pictures.scene(
        conv_anim.load(
            {**FIGURE, "view": {"kind": view, "cells": cells}, "theme": theme, "animation": {"pace": "even"}}
        )
    )
    assert len(list(scene.frames)) in {17, 18}


def test_absent_cells_hold_no_numbers():
    scene = pictures.scene(conv_anim.load({**FIGURE, "view": "flat", "labels": False}))
    written = [item.text for item in scene.static if isinstance(item, Text) and item.size != INDEX]
    assert "0" not in [text for text in written if text == "18"]
    assert sum(text in {"6", "18"} for text in written) == 2  # the active cells of 0 … 24
    assert not {"7", "12", "24"} & set(written)


def test_the_rulebook_stands_beside_where_there_is_room():
    few, many = ([[1, 1], [3, 3]], {"density": 0.9})
    said = [
        [
            item.text
            for item in pictures.scene(
                conv_anim.load({**FIGURE, "input": {**FIGURE["input"], "active": active}, "view": "flat"})
            ).static
            if isinstance(item, Text)
        ]
        for active in (few, many)
    ]
    assert "Rulebook" in said[0]
    assert "Rulebook" not in said[1]


def test_networks_of_sparse_layers_are_drawn_without_absent_cells():
    sparse = {"type": "sparse_conv", "kernel_size": 3, "submanifold": True}
    spec = {"input": FIGURE["input"], "layers": [sparse, {"type": "relu"}, sparse], "view": "flat"}
    scene = pictures.scene(conv_anim.load({**spec, "animation": {"pace": "even"}}))
    assert len(list(scene.frames)) in {6, 7}


@pytest.mark.parametrize("view", ["matrix", "volume", "channels", "sequence"])
def test_other_views_say_why_they_cannot(view):
    with pytest.raises(SpecError, match="sparse_conv"):
        conv_anim.load({**FIGURE, "view": view})


def test_a_gradient_of_it_is_not_known():
    with pytest.raises(SpecError, match="no gradient of sparse_conv is known here"):
        conv_anim.load({**FIGURE, "pass": "grad_input"})


@pytest.mark.parametrize("scale", [0.5, 1])
def test_indices_stand_above_the_numbers_of_their_cells(scale):
    drawn = pictures.scene(conv_anim.load({**FIGURE, "view": "flat", "size": {"scale": scale}}))
    regions = [spot.ring for spot in drawn.guide().spots if spot.side == "input"]
    cap = DejaVu().cap_height
    for ring in regions:
        (left, top), (right, bottom) = ring[0], ring[2]
        inside = [
            item for item in drawn.static if isinstance(item, Text) and left <= item.x < right and top < item.y < bottom
        ]
        index, number = sorted(inside, key=lambda item: item.y)
        assert index.y <= number.y - number.size * cap


@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=8), st.booleans())
def test_its_sentence_counts_the_products_that_are_saved(active, submanifold):
    """By a window at every place, which skips what is not active."""
    layer = {"type": "sparse_conv", "kernel_size": 3, "submanifold": submanifold}
    layer |= {} if submanifold else {"padding": 1}
    spec = conv_anim.load({"input": {"size": [5, 5], "active": [list(a) for a in sorted(active)]}, "layer": layer})
    made = active if submanifold else set(product(range(5), repeat=2))
    pairs = sum((r + i, c + j) in active for r, c in made for i, j in product((-1, 0, 1), repeat=2))
    assert f" {pairs} products " in takeaway(spec)
    assert takeaway(spec).endswith(f"instead of {5 * 5 * 9}.")


@pytest.mark.parametrize("submanifold", [False, True])
def test_a_long_rulebook_shows_the_pairs_of_the_output_that_is_made(submanifold):
    active = [[1, 1], [1, 2], [2, 3], [4, 4]]
    layer = {"type": "sparse_conv", "kernel_size": 3, "padding": 1, "submanifold": submanifold}
    drawn = pictures.scene(
        conv_anim.load({"input": {"size": [6, 6], "active": active}, "layer": layer, "view": "flat"})
    )
    listed = [text for text in pictures.texts(drawn.static) if "→" in text and text[0].isdigit()]
    assert len(listed) == (8 if submanifold else 0)
    step = [text for text in pictures.texts(drawn.frames[drawn.rests[1]].shown) if "→" in text]
    assert step
    assert {text.partition("→")[2] for text in step} == {"2"}


def test_the_rulebook_names_cells_by_indices_that_stand_in_them_all_the_time():
    active = [[1, 1], [1, 2], [2, 3], [4, 4]]
    layer = {"type": "sparse_conv", "kernel_size": 3, "submanifold": True}
    drawn = pictures.scene(
        conv_anim.load({"input": {"size": [6, 6], "active": active}, "layer": layer, "view": "flat"})
    )
    listed = {text for text in pictures.texts(drawn.static) if "→" in text and text[0].isdigit()}
    near = {tuple(p): k for k, p in enumerate(active, 1)}
    pairs = product(near, near)
    assert listed == {f"{near[a]}→{near[b]}" for a, b in pairs if max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= 1}
    assert [sum(text == str(k) for text in _small(drawn.static)) for k in range(1, 5)] == [2] * 4
    read = [text for text in _small(drawn.frames[drawn.rests[1]].shown) if text.isdigit()]
    assert sorted(read) == ["1", "2", "2", "3"]


def _small(items):
    """Texts in the size of an index."""
    return [item.text for item in items if isinstance(item, Text) and item.size == INDEX]
