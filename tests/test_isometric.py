"""The isometric view, read back from its scenes: what lies under the window, what is marked, what is written."""

from dataclasses import replace
from itertools import combinations, pairwise, product

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim.diagnostics import SpecError
from conv_anim.scene.arithmetic.numbers import format_for, plane
from conv_anim.scene.color import mix
from conv_anim.scene.isometric.drawing import Isometric as Drawing
from conv_anim.scene.isometric.kernel_sign import kernel_sign
from conv_anim.scene.isometric.view import isometric
from conv_anim.scene.primitives import Lines, Mosaic, Polygons, Text
from conv_anim.scene.steps import moves
from conv_anim.scene.style import Style, text_box
from conv_anim.spec.model import Animation
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Isometric
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.trace import trace
from tests import pictures
from tests.layers import TINTED
from tests.stacks import behind, home, never_read, on_sheet, sources, stacks, taps_behind

LIGHT = TINTED
COLORS = LIGHT.colors


class Ruler:
    """All characters are as wide: for looking at a drawing before it becomes a scene."""

    cap_height = 0.73

    def width(self, text, *, size, bold=False):
        return 0.6 * size * len(text)


STYLE = Style(LIGHT, 1.0, Ruler())
OUTLINED = Style(THEMES["light"], 1.0, Ruler())
PLAIN = stacks(2, Isometric()) | stacks(1, Isometric())
NUMBERS = stacks(2, Isometric(numbers=True), most=2) | stacks(1, Isometric(numbers=True))


def drawing(figure):
    return Drawing(trace(figure), STYLE)


def two(cell):
    return (0, *cell) if len(cell) == 1 else tuple(cell)


def outputs(view):
    """The number of frames, and the output cell that each computes."""
    return [cell[1:] for cell in map(view.steps.cell, range(len(view.steps)))]


def seen(items, point):
    """The colour on top at a point, None where nothing is filled."""
    color = None
    for item in items:
        if isinstance(item, Polygons) and item.fill is not None:
            color = item.fill if any(inside(ring, point) for ring in item.rings) else color
    return color


def inside(ring, point):
    """Whether a point is within a convex ring."""
    x, y = point
    turns = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for (ax, ay), (bx, by) in pairwise([*ring, ring[0]])]
    return all(turn > 1e-9 for turn in turns) or all(turn < -1e-9 for turn in turns)


def weak(under=COLORS.background):
    return mix(under, COLORS.window, LIGHT.empty_overlay)


@given(PLAIN, st.data())
def test_under_the_window_lies_what_loops_over_taps_say(figure, data):
    view = drawing(figure)
    k = data.draw(st.integers(0, len(view.steps) - 1))
    frame = view.frame(k)
    for floor, layer, taps in zip(
        view.floors, view.trace.layers, taps_behind(view.trace, outputs(view)[k]), strict=False
    ):
        wanted = {two(on_sheet(layer, tap.canvas)): tap.source for each in taps.values() for tap in each}
        for place in product(range(floor.plane.rows), range(floor.plane.columns)):
            color = seen(frame.shown, floor.plane.middle(*place))
            match wanted.get(place):
                case None:
                    assert color is None
                case Source.INPUT:
                    assert color == mix(floor.color, COLORS.window, LIGHT.overlay)
                case Source.BORROWED:
                    assert color not in {None, weak(), mix(floor.color, COLORS.window, LIGHT.overlay)}
                case _:
                    assert color in {weak(), weak(mix(COLORS.background, COLORS.output, 0.5))}


@given(PLAIN)
def test_at_rest_every_cell_looks_like_what_it_is(figure):
    """Cells of maps between layers wait at first, and are there at the end."""
    view = drawing(figure)
    static = view.static()
    if len(view.trace.layers) > 1:
        for floor, layer in zip(view.floors[1:], view.trace.layers[1:], strict=False):
            for cell in set(product(*map(range, layer.layer.ends.in_size))) - never_read(layer):
                assert seen(static, floor.plane.middle(*two(home(layer, cell)))) == COLORS.background
        static = (
            *static,
            *(item for k in range(len(view.steps)) for item in view.frame(k).kept),
            *view.finished().kept,
        )
    for floor, layer in zip(view.floors, view.trace.layers, strict=False):
        lost, borrowed = mix(COLORS.background, floor.color, 0.5), mix(COLORS.background, floor.color, 0.5)
        unread = {two(home(layer, cell)) for cell in never_read(layer)}
        for cell in product(*map(range, layer.layer.ends.in_size)):
            place = two(home(layer, cell))
            assert seen(static, floor.plane.middle(*place)) == (lost if place in unread else floor.color)
        for place, source in sources(layer).items():
            if source is Source.BORROWED:
                assert seen(static, floor.plane.middle(*two(place))) == borrowed
            elif source > Source.BORROWED:
                extra = mix(COLORS.background, COLORS.output, 0.5)
                assert seen(static, floor.plane.middle(*two(place))) in {None, extra}


@given(PLAIN, st.data())
def test_a_cell_between_layers_is_there_as_soon_as_an_output_is_made_of_it(figure, data):
    view = drawing(figure)
    k = data.draw(st.integers(0, len(view.steps) - 1))
    painted = [*view.static(), *(item for step in range(k + 1) for item in view.frame(step).kept)]
    until = view.steps.rank(k) + 1
    now, ever = (behind(view.trace, [view.steps.nth(r)[1:] for r in range(n)]) for n in (until, view.steps.total))
    for number, layer in [*enumerate(view.trace.layers)][1:]:
        for cell in set(product(*map(range, layer.layer.ends.in_size))) - never_read(layer):
            color = seen(painted, view.floors[number].plane.middle(*two(home(layer, cell))))
            waits = cell in ever[number] - now[number]
            assert color == (COLORS.background if waits else view.floors[number].color)


@given(PLAIN)
def test_crossed_cells_are_those_that_no_tap_reads(figure):
    view = drawing(figure)
    crossed = set()
    for item in view.static():
        if isinstance(item, Lines) and item.stroke.color == mix(COLORS.background, COLORS.muted, 0.6):
            crossed |= {rounded(((a + c) / 2, (b + d) / 2)) for (a, b), (c, d) in item.lines}
    wanted = set()
    for floor, layer in zip(view.floors, view.trace.layers, strict=False):
        axes = layer.operator.axes
        named = set(map(two, sources(layer)))
        canvas = [max(0, -axis.before) + max(axis.canvas, axis.before + axis.stretched) for axis in axes]
        everything = {two(place) for place in product(*map(range, canvas))}
        wanted |= {rounded(floor.plane.middle(*place)) for place in everything - named}
    assert crossed == wanted


def rounded(point):
    """Equal for points that are equal but for the last digits: no cell's middle lies on the boundary."""
    return tuple(round(value + 1e-5, 3) for value in point)


@settings(max_examples=50)
@given(PLAIN | NUMBERS)
def test_no_plane_hides_another(figure):
    view = drawing(figure)
    for lower, upper in pairwise(view.floors):
        ring = upper.plane.ring(0, 0, upper.plane.rows, upper.plane.columns)
        for place in product(range(lower.plane.rows), range(lower.plane.columns)):
            assert not inside(ring, lower.plane.middle(*place))


@settings(max_examples=50)
@given(stacks(2, Isometric()).filter(lambda figure: len(figure.layers) > 1))
def test_in_a_stack_a_plane_stands_over_the_middle_of_what_it_is_made_of(figure):
    view = drawing(figure)
    for lower, upper, layer in zip(view.floors, view.floors[1:], view.trace.layers, strict=False):
        places = [two(place) for place in sources(layer)]
        middle = tuple((min(axis) + max(axis) + 1) / 2 for axis in zip(*places, strict=True))
        cells = upper.inputs.cells()
        made = tuple((min(axis) + max(axis) + 1) / 2 for axis in zip(*cells, strict=True))
        assert upper.plane.at(*made)[0] == pytest.approx(lower.plane.at(*middle)[0])


# numbers


def texts_at(items, floor):
    """What is written in each cell of a floor, the topmost text in the middle of it."""
    texts = [item for item in items if isinstance(item, Text)]
    found = {}
    for place in product(range(floor.plane.rows), range(floor.plane.columns)):
        x, y = floor.plane.middle(*place)
        for text in texts:
            if abs(text.x - x) < 1e-6 and abs(text.y - Ruler.cap_height * text.size / 2 - y) < 1e-6:
                found[place] = text
    return found


@settings(max_examples=50)
@given(NUMBERS)
def test_numbers_at_rest_are_the_traces(figure):
    view = drawing(figure)
    static = view.static()
    for floor, layer in zip(view.floors, view.trace.layers, strict=False):
        texts, fmt, values = texts_at(static, floor), format_for(layer.input), plane(layer.input[0])
        for cell in product(*map(range, layer.layer.ends.in_size)):
            assert texts[two(home(layer, cell))].text == fmt(values[two(cell)])
        for tap in (tap for step in layer for tap in step.taps):
            place = two(on_sheet(layer, tap.canvas))
            if tap.x is not None:
                assert texts[place].text == fmt(tap.x)
            else:
                assert place not in texts


@settings(max_examples=50)
@given(NUMBERS, st.data())
def test_numbers_under_the_window_are_the_products_or_the_numbers(figure, data):
    view = drawing(figure)
    k = data.draw(st.integers(0, len(view.steps) - 1))
    cell, layer, floor = outputs(view)[k], view.trace.layers[-1], view.floors[-2]
    texts, fmt = texts_at(view.frame(k).shown, floor), format_for(layer.input)
    for tap in layer.step((0, *cell)).taps:
        place = two(on_sheet(layer, tap.canvas))
        if tap.x is None:
            assert place not in texts
        elif view.numbers.shows_products:
            assert texts[place].text == f"{fmt(tap.x)}·{format_for(layer.kernels).factor(tap.w)}"
        else:
            assert texts[place].text == fmt(tap.x)


@settings(max_examples=50)
@given(NUMBERS, st.data())
def test_the_output_fills_up_with_its_numbers(figure, data):
    view = drawing(figure)
    k = data.draw(st.integers(0, len(view.steps) - 1))
    kept = [item for j in range(k + 1) for item in view.frame(j).kept]
    texts = {place: text.text for place, text in texts_at([*kept, *view.frame(k).shown], view.floors[-1]).items()}
    fmt = format_for(view.trace.output)
    assert texts == {two(cell): fmt(view.trace.output[(0, *cell)].item()) for cell in outputs(view)[: k + 1]}


@settings(max_examples=50)
@given(NUMBERS, st.data())
def test_a_number_fits_into_its_cell_and_no_line_runs_through_it(figure, data):
    view = drawing(figure)
    k = data.draw(st.integers(0, len(view.steps) - 1))
    shown = view.frame(k).shown
    (joined,) = [
        item.lines
        for item in shown
        if isinstance(item, Lines) and item.stroke.color == COLORS.ink and item.stroke.width == 1
    ] or [()]
    for floor in view.floors:
        for (row, column), text in texts_at((*view.static(), *shown), floor).items():
            assert text.size >= 9
            x, y, wide, high = text_box(STYLE, text)
            corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
            ring = floor.plane.ring(row, column)
            assert all(inside(ring, corner) for corner in corners)
            box = tuple(corners)
            for (ax, ay), (bx, by) in joined:
                points = [(ax + (bx - ax) * t / 20, ay + (by - ay) * t / 20) for t in range(21)]
                assert not any(inside(box, point) for point in points)


@settings(max_examples=30)
@given(NUMBERS)
def test_the_kernel_stands_beside_its_products_and_no_words_meet(figure):
    view = Drawing(trace(figure), OUTLINED)
    drawn = isometric(view.trace, OUTLINED)
    static = [item for item in drawn.static if isinstance(item, Text)]
    named = [item for item in static if item.bold and item.text.startswith("kernel ")]
    assert len(named) == (len(view.layers) == 1 and view.labelled and view.numbers.shows_products)
    for one, other in combinations([item for item in static if item.text], 2):
        (a, b, w, h), (c, d, v, g) = text_box(OUTLINED, one), text_box(OUTLINED, other)
        assert a + w <= c or c + v <= a or b + h <= d or d + g <= b, (one.text, other.text)


@settings(max_examples=50)
@given(
    st.tuples(st.integers(1, 3), st.integers(1, 9)),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 2),
    st.booleans(),
)
@example((1, 5), 2, 3, 2, False)
def test_the_kernel_covers_no_cell(size, kernel, stride, dilation, tall):
    """A strip of one row rises beside an output that is close above it."""
    turned = (lambda pair: list(reversed(pair))) if tall else list
    layer = {"type": "conv", "kernel_size": turned([1, kernel]), "stride": stride, "dilation": turned([1, dilation])}
    assume(dilation * (kernel - 1) < size[1])
    spec = conv_anim.load(
        {"input": {"size": turned(size)}, "layer": layer, "view": {"kind": "isometric", "cells": "numbers"}}
    )
    view = Drawing(trace(spec), OUTLINED)
    found = kernel_sign(view, (0.0, float("inf"), 0.0, 0.0))
    assert found is not None
    _, (left, top, wide, high) = found
    for floor in (floor.plane for floor in view.floors):
        for row, column in product(range(4 * floor.rows + 1), range(4 * floor.columns + 1)):
            x, y = floor.at(row / 4, column / 4)
            assert not (left < x < left + wide and top < y < top + high)


@settings(max_examples=20)
@given(NUMBERS, st.data())
def test_with_numbers_lines_lead_from_the_outer_corners_alone(figure, data):
    view = Drawing(trace(figure), OUTLINED)
    cell = two(view.steps.cell(data.draw(st.integers(0, len(view.steps) - 1)))[1:])
    for lower, upper in pairwise(zip(view.floors, view.reaches(*cell), strict=True)):
        corners = lower[1].corners(lower[0].plane)
        ends = {end for line in view._joined(lower, upper)[0] for end in line}
        assert ends.isdisjoint(corners[1::2])


# the whole picture


@settings(max_examples=40)
@given(PLAIN | NUMBERS, st.sampled_from(sorted(THEMES)), st.sampled_from([0.7, 1, 2]))
def test_everything_lies_within_the_picture(figure, theme, scale):
    figure = replace(figure, theme=THEMES[theme], size=replace(figure.size, scale=scale))
    drawn = pictures.scene(figure)
    for frame in (drawn.frames[0], drawn.frames[-1]):
        left, top, right, bottom = pictures.extent([*drawn.static, *frame.kept, *frame.shown])
        assert left >= 0
        assert top >= 0
        assert right <= drawn.width
        assert bottom <= drawn.height


@settings(max_examples=20)
@given(PLAIN | NUMBERS)
def test_the_same_figure_is_drawn_the_same_again(figure):
    one, other = pictures.scene(figure), pictures.scene(figure)
    assert one.static == other.static
    assert list(one.frames) == list(other.frames)


@settings(max_examples=30)
@given(PLAIN, st.sampled_from(["row-major", "column-major", "reverse"]), st.integers(1, 5))
def test_frames_follow_the_order_and_skip_steps(figure, order, every):
    view = drawing(replace(figure, animation=Animation(order=order, every=every)))
    top = view.floors[-1]
    cells = [two(cell) for cell in product(*map(range, view.trace.output.shape[1:]))]
    if order == "column-major":
        cells.sort(key=lambda cell: cell[::-1])
    cells = cells[:: -1 if order == "reverse" else 1]
    wanted = [*range(0, len(cells) - 1, every), len(cells) - 1]
    ranks = [view.steps.rank(k) for k in range(len(view.steps))]
    if moves(view.steps.dimensions, wanted):
        assert ranks == wanted
    else:  # others, which hide no direction of the window
        assert moves(view.steps.dimensions, ranks)
        assert (ranks[0], ranks[-1]) == (0, len(cells) - 1)
    for k, rank in enumerate(ranks):
        current = [place for place in cells if seen(view.frame(k).shown, top.plane.middle(*place)) == COLORS.current]
        assert current == [cells[rank]]


def stack(*layers, size=(18, 18), **more):
    return conv_anim.load({"input": {"size": list(size)}, "layers": list(layers), "view": "isometric", **more})


DILATED = [{"type": "conv", "kernel_size": 3, "dilation": d} for d in (1, 2, 4)]


def test_a_dilated_stack_says_what_its_planes_see():
    said = pictures.texts(pictures.scene(stack(*DILATED)).static)
    reach = ["3×3 of the input", "7×7 of the input: 3 + 2·2", "15×15 of the input: 7 + 2·4"]
    assert [text for text in said if text.startswith("sees")] == [f"sees {each}" for each in reach]


def test_the_receptive_field_grows_downwards():
    view = drawing(stack(*DILATED))
    taps = taps_behind(view.trace, (0, 0))
    spans = [{tap.canvas for each in layer.values() for tap in each} for layer in taps]
    assert [max(spans[k])[0] + 1 for k in range(3)] == [15, 13, 9]
    frame = view.frame(0)
    window = mix(view.floors[0].color, COLORS.window, LIGHT.overlay)
    lit = [
        place
        for place in product(range(18), range(18))
        if seen(frame.shown, view.floors[0].plane.middle(*place)) == window
    ]
    assert lit == list(product(range(15), range(15)))


ODD = {"type": "conv", "kernel_size": 3, "stride": 2, "padding": 1}


def test_cells_that_are_never_read_are_explained():
    said = pictures.texts(pictures.scene(stack(ODD, size=(6, 6))).static)
    assert "last row and column of the padding never read" in said


def test_without_labels_nothing_is_marked_that_a_label_would_have_to_explain():
    plain, told = (drawing(stack(ODD, size=(6, 6), labels=labels)) for labels in (False, True))
    assert len(plain.static()) < len(told.static())
    assert not any(
        isinstance(item, Lines) and item.stroke == plain.drawn_planes[0].mark_style.cross for item in plain.static()
    )


def test_labels_of_a_stack_keep_clear_of_each_other():
    layers = [{"type": "conv", "kernel_size": 3, "stride": 2}] * 3
    drawn = pictures.scene(stack(*layers, size=(23, 23)))
    lines = sorted(item.y for item in drawn.static if isinstance(item, Text) and item.anchor == "start")
    assert min(b - a for a, b in pairwise(lines)) > 12


@pytest.mark.parametrize("view", [{"kind": "isometric", "numbers": True}, {"kind": "sequence", "numbers": True}])
def test_numbers_of_several_channels_are_refused(view):
    with pytest.raises(SpecError, match="one channel"):
        conv_anim.load(
            {"input": {"size": [9], "channels": 2}, "layer": {"type": "conv", "kernel_size": 3}, "view": view}
        )


def test_too_many_numbers_are_refused():
    with pytest.raises(SpecError, match="writes every number"):
        stack({"type": "conv", "kernel_size": 3}, size=(200, 200), view={"kind": "isometric", "numbers": True})


def test_cells_in_shades_never_cover_the_edges_of_those_done_before():
    """Each cell that is done is painted once, with its edges; painted again beside the next one, it would lose them."""
    view = {"kind": "isometric", "cells": "shades"}
    values = [[r * c % 5 for c in range(6)] for r in range(6)]
    layer = {"type": "conv", "kernel_size": 3}
    drawn = pictures.scene(conv_anim.load({"input": {"values": values}, "layer": layer, "view": view}))
    kept = [item for frame in drawn.frames for item in frame.kept]
    assert sum(item.rows * item.columns for item in kept if isinstance(item, Mosaic)) == 4 * 4
    assert any(isinstance(item, Lines) for item in kept)


@pytest.mark.parametrize("name", ["isometric_numbers", "isometric_reflect"])
def test_the_names_of_output_and_kernel_stand_on_one_line(name):
    drawn = pictures.scene(conv_anim.load(f"templates/isometric/{name}.yaml"))
    names = [item for item in drawn.static if isinstance(item, Text) and item.bold]
    heights = {item.y for item in names if item.text.startswith(("output", "kernel"))}
    assert len(heights) == 1
