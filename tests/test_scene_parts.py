"""The small parts of a scene: the order of steps, hidden lines, numbers as text, colours, lazy sequences."""

import ast
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

import conv_anim.scene
from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import Format, format_for, plane, weights_format
from conv_anim.scene.clipping import once, outside
from conv_anim.scene.color import contrast, luminance, mix, readable
from conv_anim.scene.primitives import Boxes, Frame, Lazy, Lines, Polygons, Scene, Stroke, Text, moved
from conv_anim.scene.spacing import Spacing
from conv_anim.scene.steps import Steps
from conv_anim.spec.model import Animation
from conv_anim.tracing.trace import trace
from tests.layers import conv, given, pool, spec

SCENE = Path(conv_anim.scene.__path__[0])

# Steps


def steps(shape, **settings):
    return Steps(shape, Animation(**settings))


@pytest.mark.parametrize(
    ("order", "cells"),
    [
        ("row-major", [(0, 0, 0), (0, 0, 1), (0, 0, 2), (0, 1, 0), (0, 1, 1), (0, 1, 2), (1, 0, 0)]),
        ("column-major", [(0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (0, 0, 2), (0, 1, 2), (1, 0, 0)]),
        ("reverse", [(1, 1, 2), (1, 1, 1), (1, 1, 0), (1, 0, 2), (1, 0, 1), (1, 0, 0), (0, 1, 2)]),
    ],
)
def test_orders(order, cells):
    order = steps((2, 2, 3), order=order)
    assert [order.cell(frame) for frame in range(7)] == cells
    assert len(order) == 12


@pytest.mark.parametrize(
    ("every", "columns"), [(1, [0, 1, 2, 3, 4, 5, 6]), (2, [0, 2, 4, 6]), (4, [0, 4, 6]), (6, [0, 6]), (100, [0, 6])]
)
def test_every_nth_cell_and_always_the_last(every, columns):
    order = steps((1, 7), every=every)
    assert [order.cell(frame) for frame in range(len(order))] == [(0, column) for column in columns]


def test_an_output_of_one_cell_has_one_frame():
    order = steps((1, 1, 1), every=3)
    assert len(order) == 1
    assert (order.cell(0), order.passed(0)) == ((0, 0, 0), [])


@drawn(
    st.lists(st.integers(1, 4), min_size=2, max_size=4).map(tuple),
    st.sampled_from(["row-major", "column-major", "reverse"]),
    st.integers(1, 9),
)
def test_cells_that_passed_are_those_before_the_current_one(shape, order, every):
    order = steps(shape, order=order, every=every)
    everything = [order.nth(rank) for rank in range(int(np.prod(shape)))]
    assert sorted(everything) == sorted(np.ndindex(shape))
    passed = []
    for frame in range(len(order)):
        passed += order.passed(frame)
        assert passed == everything[: order.rank(frame)]
        assert order.cell(frame) == everything[order.rank(frame)]
    assert passed == everything[:-1]


# Hidden lines

SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10))


@pytest.mark.parametrize("ring", [SQUARE, SQUARE[::-1]])
@pytest.mark.parametrize(
    ("segment", "pieces"),
    [
        (((-5, 5), (15, 5)), [((-5, 5), (0, 5)), ((10, 5), (15, 5))]),
        (((-5, 5), (5, 5)), [((-5, 5), (0, 5))]),
        (((5, 5), (5, 20)), [((5, 10), (5, 20))]),
        (((2, 2), (8, 8)), []),
        (((-5, 0), (0, -5)), [((-5, 0), (0, -5))]),
        (((-5, -1), (15, -1)), [((-5, -1), (15, -1))]),
        (((-5, 15), (-5, -5)), [((-5, 15), (-5, -5))]),
        (((12, 12), (20, 20)), [((12, 12), (20, 20))]),
    ],
)
def test_what_a_square_hides(ring, segment, pieces):
    assert outside(segment, ring) == pieces


def test_without_a_ring_nothing_is_hidden():
    assert outside(((0, 0), (1, 1)), None) == [((0, 0), (1, 1))]


points = st.tuples(st.integers(-8, 8), st.integers(-8, 8))


def turn(a, b, c):
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def depth(point, ring):
    """How far inside a triangle a point is, negative outside of it."""
    return min(turn(a, b, point) for a, b in pairwise([*ring, ring[0]]))


@drawn(st.tuples(points, points, points), points, points)
def test_a_point_of_a_line_is_hidden_if_it_is_inside(ring, start, end):
    if turn(*ring) == 0 or start == end:
        return
    pieces = outside((start, end), ring)
    clockwise = ring if turn(*ring) > 0 else ring[::-1]
    for k in range(33):
        point = tuple(a + (b - a) * k / 32 for a, b in zip(start, end, strict=True))
        inside = depth(point, clockwise)
        if abs(inside) > 1e-3:
            seen = any(between(point, piece) for piece in pieces)
            assert seen == (inside < 0)


def between(point, piece):
    """Whether a point of a line is on a piece of it."""
    return all(min(a, b) - 1e-9 <= p <= max(a, b) + 1e-9 for p, a, b in zip(point, *piece, strict=True))


# Numbers as text


@pytest.mark.parametrize(
    ("number", "decimals", "text"),
    [
        (3, 0, "3"),
        (-3, 0, "−3"),
        (0.5, 1, "0.5"),
        (-0.04, 1, "0"),
        (-0.0, 0, "0"),
        (2, 2, "2"),
        (10**15, 0, "1000000000000000"),
        (float("inf"), 1, "∞"),
        (float("-inf"), 1, "−∞"),
    ],
)
def test_numbers(number, decimals, text):
    assert Format(decimals, exact=True)(number) == text


def test_negative_factors_stand_in_brackets():
    fmt = Format(1, exact=True)
    assert [fmt.factor(n) for n in (1, -1, -0.01, float("-inf"))] == ["1", "(−1)", "0", "(−∞)"]


@pytest.mark.parametrize(
    ("numbers", "decimals", "exact"),
    [
        ([1, -2, 0], 0, True),
        ([1.0, 2.0], 0, True),
        ([1, 0.5], 1, True),
        ([0.25, -3], 2, True),
        ([1 / 3, 1], 1, False),
        ([1 / 3, 0.04], 2, False),
        ([-float("inf"), 2], 0, True),
        ([-float("inf")], 0, True),
    ],
)
def test_as_few_decimals_as_tell_apart(numbers, decimals, exact):
    assert format_for(np.array(numbers)) == Format(decimals, exact)


def test_numbers_far_apart_are_written_with_powers_of_ten():
    fmt = format_for(np.array([1e6, -1234.567, 0.5, 0]))
    assert [fmt(n) for n in (1e6, -1234.567, 0.5, 0, 2.5e9, -3e-7, 999_999.9)] == [
        "10⁶", "−1235", "0.5", "0", "2.5·10⁹", "−3·10⁻⁷", "1000000"
    ]  # fmt: skip
    assert format_for(np.array([1 / 3, 0.0004])).digits == 3
    assert format_for(np.array([10**12, 1])) == Format(0, exact=True)


def test_a_format_serves_all_of_its_arrays():
    assert format_for(np.array([[1, 2]]), np.array([0.25])) == Format(2, exact=True)
    assert format_for(np.array([0.125]), most=3) == Format(3, exact=True)


def test_formats_of_layers():
    def formats(layer, values):
        return Formats.of(traced(layer, values))

    def traced(layer, values):
        return trace(spec(layer, values=given(values))).layers[0]

    exact = formats(conv((2,), 1, weight=given([0.5])), [1, 2])
    assert (exact.x.decimals, exact.w.decimals, exact.y.decimals) == (0, 1, 1)
    assert (exact.empty, exact.exact) == ("0", True)
    thirds = formats(pool((3,), 3, reduce="mean"), [1, 1, 2])
    assert (thirds.y(4 / 3), thirds.exact, thirds.empty) == ("1.3", False, "0")
    steps = list(traced(pool((6,), 3, reduce="mean", stride=3), [1, 1, 2, 3, 3, 3]))
    assert [(thirds.y(step.value), thirds.equals(step)) for step in steps] == [("1.3", "≈"), ("3.0", "=")]
    assert formats(pool((3,), 3, reduce="mean", count_include_pad=False), [1, 1, 2]).empty == ""
    assert formats(pool((3,), 3, reduce="max"), [1, 1, 2.5]).empty == ""


def test_a_plane_has_rows_and_columns():
    assert plane(np.arange(3)).tolist() == [[0, 1, 2]]
    assert plane(np.eye(2)).tolist() == [[1, 0], [0, 1]]


# Colours

colors = st.integers(0, 0xFFFFFF).map(lambda n: f"#{n:06x}")


@drawn(colors, colors)
def test_mixing(under, over):
    assert mix(under, over, 0) == under
    assert mix(under, over, 1) == over
    assert mix(under, under, 0.4) == under


def test_mixing_by_hand():
    """conv_arithmetic's overlay on its input."""
    assert mix("#268bd2", "#073642", 0.4) == "#1a6998"


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000000", "#ffffff", 21), ("#767676", "#ffffff", 4.54), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4)],
)
def test_contrast(one, other, ratio):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


def test_luminance():
    assert luminance("#ffffff") == pytest.approx(1)
    assert luminance("#00ff00") == pytest.approx(0.7152)
    assert luminance("#0a0a0a") == pytest.approx(10 / 255 / 12.92)


@drawn(colors, colors)
def test_readable_text(on, wanted):
    chosen = readable(on, wanted)
    assert contrast(chosen, on) >= 4.5
    assert chosen in {wanted, "#000000", "#ffffff"}
    if contrast(wanted, on) >= 4.5:
        assert chosen == wanted


def test_the_first_readable_color_is_taken():
    assert readable("#ffffff", "#777777", "#767676", "#000000") == "#767676"
    assert readable("#ffffff", "#eeeeee") == "#000000"
    assert readable("#222222", "#333333") == "#ffffff"


# Sequences and shapes


def test_lazy_items_are_made_when_asked_for():
    made = []
    lazy = Lazy(10**9, lambda k: made.append(k) or k)
    assert (len(lazy), lazy[-1], lazy[2]) == (10**9, 10**9 - 1, 2)
    assert made == [10**9 - 1, 2]
    assert list(Lazy(3, str)) == ["0", "1", "2"]
    with pytest.raises(IndexError):
        Lazy(3, str)[3]


def test_the_last_frame_is_held():
    scene = Scene(1, 1, "#ffffff", (), (Frame(),) * 3, step=100, hold=500, loop=0, title="", description="")
    assert [scene.time(k) for k in range(3)] == [100, 100, 500]


STROKE = Stroke("#000000", 1.0)


@pytest.mark.parametrize(
    ("item", "there"),
    [
        (Polygons((SQUARE,), "#123456"), Polygons((((1, 2), (11, 2), (11, 12), (1, 12)),), "#123456")),
        (Boxes(((1, 1, 5, 6),), None, STROKE, 2.0), Boxes(((2, 3, 5, 6),), None, STROKE, 2.0)),
        (Lines((((0, 0), (3, 4)),), STROKE), Lines((((1, 2), (4, 6)),), STROKE)),
        (Text(1, 1, "a", 9, "#000000", "end", bold=True), Text(2, 3, "a", 9, "#000000", "end", bold=True)),
    ],
)
def test_moving(item, there):
    assert moved(item, 1, 2) == there


@pytest.mark.parametrize(
    ("weights", "texts"),
    [
        ([1, -2], ["1", "−2"]),
        ([0.25, 0.5], ["0.25", "0.5"]),
        ([1 / 9, 2 / 9], ["1/9", "2/9"]),
        ([1 / 16, 4 / 16, 1], ["1/16", "4/16", "1"]),
        ([-1 / 3, 0], ["−1/3", "0"]),
        ([0.015, 1000], ["0.015", "1000"]),
        ([0.123456, 0.123999], ["0.123", "0.124"]),
    ],
)
def test_weights_are_written_so_that_they_can_be_told_apart(weights, texts):
    fmt = weights_format(np.array(weights))
    assert [fmt(weight) for weight in weights] == texts


# lines along each other

turns = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1, max_size=4)


def walked(steps):
    """A line of level and upright segments."""
    x, y = 0, 0
    found = [(x, y)]
    for far, level in steps:
        x, y = (x + far, y) if level else (x, y + far)
        found.append((x, y))
    return tuple(found)


def pieces(lines):
    """The unit segments of lines, each as often as it is drawn."""
    for line in lines:
        for one, other in pairwise(line):
            along = one[1] == other[1]
            low, high = sorted((one, other))
            for k in range(high[0] - low[0] if along else high[1] - low[1]):
                start = (low[0] + k, low[1]) if along else (low[0], low[1] + k)
                yield start, along


@drawn(st.lists(turns, min_size=1, max_size=4))
def test_lines_that_are_drawn_once_cover_what_they_did_and_no_part_of_an_earlier_one(walks):
    lines = [walked(steps) for steps in walks]
    assert set(pieces(once(lines))) == set(pieces(lines))
    for k in range(1, len(lines)):
        before, now = once(lines[:k]), once(lines[: k + 1])
        assert now[: len(before)] == before
        assert not set(pieces(lines[:k])) & set(pieces(now[len(before) :]))


# Spacing


LENGTHS = {name for name, value in vars(Spacing).items() if isinstance(value, property)}


def fractions_in(tree):
    """Of a module, the names that stand for broken numbers."""
    given = [node for node in tree.body if isinstance(node, ast.Assign)]
    return {ast.unparse(node.targets[0]) for node in given if any(map(is_fraction, ast.walk(node.value)))}


def is_fraction(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def test_room_between_things_is_on_the_scale_of_the_style():
    """Several lengths of the scale are lines and columns; shares of one have names in `Spacing`."""
    found, seen = [], 0
    for path in sorted(SCENE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        fractions = fractions_in(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult | ast.Div):
                continue
            for length, factor in ((node.left, node.right), (node.right, node.left)):
                *owner, name = ast.unparse(length).split(".")
                if owner[-1:] != ["style"] or name not in LENGTHS:
                    continue
                seen += 1
                if any(is_fraction(part) or ast.unparse(part) in fractions for part in ast.walk(factor)):
                    found.append((path.name, node.lineno))
    assert seen > 5
    assert found == []
