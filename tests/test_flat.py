"""The flat view: the numbers that are drawn, frame by frame, against plain loops; what is marked, and what is said."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise, product
from math import floor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

import conv_anim
from conv_anim import catalog, pipeline
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.arithmetic.numbers import Format
from conv_anim.scene.arithmetic.shares import shares
from conv_anim.scene.arithmetic.sums import Sum
from conv_anim.scene.arithmetic.workings import worked
from conv_anim.scene.color import contrast
from conv_anim.scene.flat.both import in_step
from conv_anim.scene.flat.curve import HIGH
from conv_anim.scene.flat.folded import FoldedView
from conv_anim.scene.flat.network import NetworkView
from conv_anim.scene.flat.notes import notes
from conv_anim.scene.flat.overlap import OverlapView
from conv_anim.scene.flat.pace import Pace
from conv_anim.scene.flat.stamps import StampsView
from conv_anim.scene.flat.unfolded import UnfoldedView
from conv_anim.scene.flat.unpooled import UnpooledView
from conv_anim.scene.flat.upsampled import UpsampledView
from conv_anim.scene.flat.view import flat
from conv_anim.scene.flat.windows import WindowView
from conv_anim.scene.gliding import outlines
from conv_anim.scene.layout import animated
from conv_anim.scene.primitives import Boxes, Lines, Polygons, Text
from conv_anim.scene.sheets.marks import MarkStyle
from conv_anim.scene.steps import Steps
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.wording.captions import caption
from conv_anim.scene.wording.language import Language
from conv_anim.spec.model import Labels
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Flat
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.trace import trace
from tests import oracle, pictures
from tests.layers import (
    along,
    axis_of_conv,
    axis_of_pool,
    axis_of_transpose,
    conv,
    conv_transpose,
    fed,
    given,
    numbers,
    pool,
    spec,
)

OUTPUT = Path(__file__).parent.parent / "output"
TOPICS = ("transposed", "padding", "pooling", "upsampling", "unfold")
TEMPLATES = {template.name: template for template in catalog.templates() if template.topic in TOPICS}
few = settings(max_examples=40)


def traced(layer, values=None, **more):
    figure = spec(layer, values=None if values is None else given(values))
    return trace(replace(figure, labels=Labels(), **more))


def loaded(layers, values, *, channels=None, **view):
    """A trace of layers as a spec writes them."""
    fed = {"values": values, **({} if channels is None else {"channels": channels, "size": [len(values[0])]})}
    view = {"kind": "flat", **view}
    even = {"pace": "even"}
    return conv_anim.trace(conv_anim.load({"input": fed, "layers": layers, "view": view, "animation": even}))


def styled(traced):
    return Style(traced.spec.theme, 1.0, DejaVu())


def window_view(traced):
    return WindowView(traced, styled(traced), outputs(traced))


def stamps_view(traced, kind=StampsView):
    return kind(traced, styled(traced), Pace.of(Steps(traced.input.shape, traced.spec.animation)))


def outputs(traced):
    return Pace.of(Steps(traced.output.shape, traced.spec.animation))


def panel_of(view):
    """A view's drawing where its own grids say that they are."""
    return animated(view, 0, 0)


def read(drawn_panel, k, grid):
    """What stands in the cells of a grid in a frame."""
    return pictures.numbers_in(drawn_panel, k, grid.x, grid.y, grid.numbers.cell, (grid.rows, grid.columns))


def number(text):
    return float(text.replace("−", "-"))


def summed(drawn_panel, k, grid):
    """What stands in the cells of a grid in a frame, with what a stamp adds to it."""
    found = [[number(text) for text in row] for row in read(drawn_panel, k, grid)]
    for item in drawn_panel.frames[k].shown:
        if isinstance(item, Text) and item.anchor == "end" and item.x > grid.x:
            row, column = int((item.y - grid.y) // grid.numbers.cell), int((item.x - grid.x) // grid.numbers.cell)
            found[row][column] += number(item.text.lstrip("+"))
    return found


def two(values):
    """Nested lists with one or two axes as rows and columns."""
    return [values] if not isinstance(values[0], list) else values


def written(values, fmt):
    return [[fmt(number) for number in row] for row in values]


def so_far(values, count):
    """The first cells of a map, the rest empty."""
    columns = len(values[0])
    return [[text if r * columns + c < count else "" for c, text in enumerate(row)] for r, row in enumerate(values)]


# layers with one channel and one or two axes, drawn


@st.composite
def flat_sizes(draw):
    return tuple(draw(st.integers(1, 4)) for _ in range(draw(st.integers(1, 2))))


@st.composite
def flat_convs(draw):
    size, mode = draw(flat_sizes()), draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    axes = along([draw(axis_of_conv(n, mode)) for n in size])
    weight = draw(numbers((1, 1, *axes["kernel"]), axes["kernel"], whole=True))
    bias = draw(st.none() | st.tuples(st.integers(-9, 9)))
    return conv(size, **axes, padding_mode=mode, flip=draw(st.booleans()), weight=weight, bias=bias)


@st.composite
def flat_transposes(draw):
    size = draw(flat_sizes())
    axes = along([draw(axis_of_transpose(n)) for n in size])
    weight = draw(numbers((1, 1, *axes["kernel"]), axes["kernel"], whole=True))
    return conv_transpose(size, **axes, weight=weight, bias=draw(st.none() | st.tuples(st.integers(-9, 9))))


@st.composite
def flat_pools(draw):
    size = draw(flat_sizes())
    axes = along([draw(axis_of_pool(n)) for n in size])
    return pool(
        size,
        **axes,
        reduce=draw(st.sampled_from(["max", "mean"])),
        ceil_mode=draw(st.booleans()),
        count_include_pad=draw(st.booleans()),
    )


def convolved(layer, x, weight):
    return oracle.convolution(
        x, weight, bias=layer.bias, stride=layer.stride, padding=layer.padding, dilation=layer.dilation, groups=1,
        mode=layer.padding_mode, flip=layer.flip,
    )  # fmt: skip


def transposed(layer, x, weight):
    return oracle.transposed(
        x, weight, bias=layer.bias, stride=layer.stride, padding=layer.padding, dilation=layer.dilation, groups=1,
        output_padding=layer.output_padding,
    )  # fmt: skip


def pooled(layer, x):
    settings = {name: getattr(layer, name) for name in ("stride", "padding", "dilation", "ceil_mode")}
    settings["kernel"] = layer.kernel_size
    if layer.reduce == "max":
        return oracle.max_pool(x, **settings)
    return oracle.avg_pool(x, count_include_pad=layer.count_include_pad, **settings)


# windows


@few
@drawn(fed(flat_convs(), whole=True))
def test_a_convolution_draws_what_a_loop_computes(figure):
    made = trace(figure)
    layer, view = made.layers[0], window_view(made)
    wanted = two(convolved(figure.layers[0], layer.input.tolist(), layer.weight.tolist())[0])
    check_outputs(view, wanted)


@few
@drawn(fed(flat_transposes(), whole=True))
def test_a_gather_draws_what_stamping_loops_compute(figure):
    made = trace(figure)
    layer, view = made.layers[0], window_view(made)
    wanted = two(transposed(figure.layers[0], layer.input.tolist(), layer.weight.tolist())[0])
    check_outputs(view, wanted)


@few
@drawn(fed(flat_pools(), whole=True))
def test_a_pool_draws_what_a_loop_computes(figure):
    made = trace(figure)
    view = window_view(made)
    check_outputs(view, two(pooled(figure.layers[0], made.input.tolist())[0]))


def check_outputs(view, wanted):
    """In every frame the output so far, and beneath the window nothing but the canvas's own numbers."""
    panel, texts = panel_of(view), written(wanted, view.formats.y)
    before = [[cell or "" for cell in row] for row in canvas(view)]
    for k in range(len(panel.frames)):
        assert read(panel, k, view.grids[-1]) == so_far(texts, k + 1)
        assert read(panel, k, view.grids[0]) == before


def canvas(view):
    """The texts of the input's sheet, from a plain loop over padding modes and stretching."""
    layer, fmt = view.layer.layer, view.formats
    axes = view.layer.operator.axes
    values = view.layer.input[0].tolist()
    texts = {}
    for cell in product(*(range(-max(axis.before, 0), side(axis)) for axis in axes)):
        texts[cell] = canvas_text(layer, axes, values, cell, fmt)
    rows = sorted({cell[0] for cell in texts}) if len(axes) > 1 else [None]
    columns = sorted({cell[-1] for cell in texts})
    return [[texts[(c,) if r is None else (r, c)] for c in columns] for r in rows]


def side(axis):
    """Cells from the input's first to the sheet's last: what lies on the canvas, under a window, or in the input."""
    last = (axis.count - 1) * axis.stride + axis.dilation * (axis.kernel - 1) + 1 - axis.before
    stretched = (axis.size - 1) * axis.stretch + 1
    return max(stretched, stretched + axis.after, last)


def canvas_text(layer, axes, values, cell, fmt):
    inserted = any(at % axis.stretch for at, axis in zip(cell, axes, strict=True))
    mode = getattr(layer, "padding_mode", "zeros")
    places = [oracle.shown(at // axis.stretch, axis.size, "zeros") for at, axis in zip(cell, axes, strict=True)]
    if not inserted and None not in places:
        return fmt.x(oracle.at(values, places))
    ends = [(axis.size - 1) * axis.stretch + 1 + axis.after for axis in axes]
    if any(at >= max(end, (axis.size - 1) * axis.stretch + 1) for at, end, axis in zip(cell, ends, axes, strict=True)):
        return ""
    if mode == "zeros":
        return fmt.empty
    return fmt.x(oracle.at(values, [oracle.shown(at, axis.size, mode) for at, axis in zip(cell, axes, strict=True)]))


@pytest.mark.parametrize("layer", [
    {"type": "conv", "kernel_size": 3, "padding": 1}, {"type": "conv", "kernel_size": 1},
    {"type": "conv", "kernel_size": 3, "padding": 1, "flip": True}, {"type": "conv_transpose", "kernel_size": 3},
    {"type": "avg_pool", "kernel_size": 2, "stride": 2}, {"type": "max_unpool"},
    {"type": "upsample", "scale_factor": 3, "mode": "bilinear"},
], ids=lambda layer: "-".join(map(str, layer.values())))  # fmt: skip
def test_each_label_is_close_above_its_grid(layer):
    """However high the grids beside it are: less than a cell and a line of small text away."""
    pool = {"type": "max_pool", "kernel_size": 2, "stride": 2}
    layers = [*([pool] if layer["type"] == "max_unpool" else []), layer]
    scene = pipeline.scene(conv_anim.load({"input": {"size": [6, 6]}, "layers": layers, "view": "flat"}))
    still = [item for item in scene.static if item not in scene.heading]
    names = [item for item in still if isinstance(item, Text) and item.bold and item.anchor == "start"]
    drawn_ = (*still, *(item for frame in scene.frames for item in frame.kept))
    boxes = [box for item in drawn_ if isinstance(item, Boxes) for box in item.boxes]
    assert len(names) >= 2
    for name in names:
        below = [y - name.y for x, y, wide, _ in boxes if y > name.y and x - 30 <= name.x <= x + wide + 30]
        assert min(below) < 40


@few
@drawn(fed(flat_transposes() | flat_convs(), whole=True))
def test_the_weights_in_the_window_are_those_of_the_kernel_that_is_drawn_beside_it(figure):
    """If a window meets the kernel flipped, both are drawn: as it is given, and as it is met."""
    made = trace(figure)
    view = window_view(made)
    layer, fmt = view.layer, view.formats.w
    given_kernel = two(layer.kernels[0, 0].tolist())
    flipped = any(axis.flipped and axis.kernel > 1 for axis in layer.operator.axes)
    met = [row[::-1] for row in given_kernel[::-1]] if flipped else given_kernel
    panel = panel_of(view)
    assert read(panel, 0, view.grids[1]) == written(met, fmt)
    assert view.flips == flipped
    if flipped:
        assert read(panel, 0, view.strip.given(1)) == written(given_kernel, fmt)
    for k, step in enumerate(layer):
        small = [item for item in panel.frames[k].shown if isinstance(item, Text) and item.anchor == "end"]
        for item, weight in zip(small, (f"×{fmt(w)}" for row in met for w in row), strict=True):
            if fits_in_a_corner(view, weight):
                assert item.text == weight
                assert item.size > view.style.least - 0.1
            else:
                assert item.text == ""
        assert [fmt(tap.w) for tap in step.taps] == [fmt(w) for row in met for w in row]


def fits_in_a_corner(view, weight):
    """Whether a weight can be read in its corner of a cell, below the number in the middle."""
    style, cells = view.style, view.grids[0].numbers
    inset, cap = 0.09 * cells.cell, style.font.cap_height
    below = cells.cell / 2 - cap * cells.size / 2 - inset
    return style.width(weight, size=style.least) <= cells.cell - 2 * inset + 0.1 and cap * style.least <= below + 1


def test_weights_are_written_in_cells_of_the_usual_size_and_left_out_where_they_could_not_be_read():
    usual = window_view(traced(conv_transpose((2,), 3)))
    crowded = window_view(traced(conv_transpose((2,), 3, stride=2, dilation=2, output_padding=1)))
    assert [fits_in_a_corner(view, "×2") for view in (usual, crowded)] == [True, False]


def test_the_flip_is_named():
    view = window_view(traced(conv_transpose((2, 2), 2)))
    assert "flipped" in pictures.texts(view.static())
    assert "flipped" not in pictures.texts(window_view(traced(conv((3, 3), 2))).static())
    assert "flipped" in pictures.texts(window_view(traced(conv((3, 3), 2, flip=True))).static())


# marked cells


@few
@drawn(fed(flat_convs() | flat_transposes() | flat_pools()))
def test_cells_that_no_window_reads_are_struck_out_and_only_those(figure):
    made = trace(figure)
    view = window_view(made)
    read_cells = {view.sheet.place(pair(tap.canvas)) for step in made.layers[0] for tap in step.taps}
    everything = {(r, c) for r, c, _, _ in view.sheet.cells()}
    assert crossed(view) == everything - read_cells


def pair(position):
    return (0, *position) if len(position) == 1 else position


def crossed(view):
    """The cells of the input's grid that have lines from their corners inwards."""
    grid, found = view.grids[0], {}
    side = grid.numbers.cell
    for item in view.input.static():
        if isinstance(item, Lines) and item.stroke == view.input.mark_style.cross:
            for (x0, y0), (x1, y1) in item.lines:
                place = int(((y0 + y1) / 2 - grid.y) // side), int(((x0 + x1) / 2 - grid.x) // side)
                found[place] = found.get(place, 0) + 1
    assert set(found.values()) <= {4}
    return set(found)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_borrowed_cells_have_a_colour_of_their_own(mode, theme):
    made = traced(conv((3, 3), 3, padding=2, padding_mode=mode), theme=THEMES[theme])
    view = window_view(made)
    tint = MarkStyle(view.style, view.style.colors.input).borrowed
    assert tint not in {view.style.colors.background, view.style.colors.input}
    tinted = next(item for item in view.input.static() if isinstance(item, Boxes) and item.fill == tint)
    assert len(tinted.boxes) == 7 * 7 - 3 * 3
    if THEMES[theme].window_width:  # outlined, they keep their colours
        return
    under = [item.fill for item in view.frame(0).shown[:2] if isinstance(item, Boxes)]
    assert len(set(under)) == 2


@few
@drawn(fed(flat_convs(), whole=True))
def test_brackets_and_deeper_cells_say_where_borrowed_numbers_are_from(figure):
    made = trace(figure)
    view = window_view(made)
    grid, sheet = view.grids[0], view.sheet
    for step in made.layers[0]:
        taps = {sheet.place(pair(tap.canvas)): tap for tap in step.taps}
        borrowed = {place: tap for place, tap in taps.items() if tap.source is Source.BORROWED}
        sources = {
            (sheet.rows.place(r), sheet.columns.place(c)) for r, c in (pair(t.input[1:]) for t in borrowed.values())
        }
        hints, deeper = (
            view.borrowing.shown(grid, dict.fromkeys(taps, "#ffffff")),
            {view.style.deeper(view.style.colors.input)},
        )
        boxes = [item for item in view.read(step) if isinstance(item, Boxes) and item.fill in deeper]
        assert boxed(grid, boxes) == sources
        assert not any(isinstance(item, Boxes) for item in hints)
        texts = {place: read_canvas(view, place) for place in (*borrowed, *sources)}
        for start, end in brackets(grid, hints):
            assert start != end
        assert all(texts[place] == view.formats.x(tap.x) for place, tap in borrowed.items())
        rows = {r for r, _ in taps if sheet.rows.sources[r][0] is Source.BORROWED}
        columns = {c for _, c in taps if sheet.columns.sources[c][0] is Source.BORROWED}
        ends = [end for _, end in brackets(grid, hints)]
        assert sorted(ends) == sorted([*(("row", r) for r in rows), *(("column", c) for c in columns)])
        for (kind, start), (_, end) in brackets(grid, hints):
            axis = sheet.rows if kind == "row" else sheet.columns
            assert axis.sources[start] == (Source.INPUT, axis.sources[end][1])


def read_canvas(view, place):
    r, c = place
    (rs, row), (cs, column) = view.sheet.rows.sources[r], view.sheet.columns.sources[c]
    assert max(rs, cs) <= Source.BORROWED
    return view.formats.x(view.layer.input[0].reshape(-1, view.layer.input.shape[-1])[row, column].item())


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_in_shades_cells_that_are_repeated_are_ringed(mode):
    view = window_view(traced(conv((4, 4), 3, padding=2, padding_mode=mode), view=Flat(cells="shades")))
    grid, sheet, step = view.grids[0], view.sheet, view.layer[0]
    places = [sheet.place(pair(tap.canvas)) for tap in step.taps]
    read = [pair(tap.input[1:]) for tap in step.taps if tap.source is Source.BORROWED]
    hints = view.borrowing.shown(grid, dict.fromkeys(places, "#ffffff"))
    rings = [item for item in hints if isinstance(item, Boxes)]
    assert boxed(grid, rings) == {(sheet.rows.place(r), sheet.columns.place(c)) for r, c in read}
    assert not view.borrowing.lent(grid, places)


def boxed(grid, items):
    boxes = [box for item in items if isinstance(item, Boxes) for box in item.boxes]
    side = grid.numbers.cell
    return {(int((y - grid.y) // side), int((x - grid.x) // side)) for x, y, _, _ in boxes}


def brackets(grid, items):
    """From which row or column of the grid to which."""
    found, side = [], grid.numbers.cell
    for item in items:
        if isinstance(item, Lines):
            ((x0, y0), *_, (x1, y1)) = item.lines[0]
            if y0 < grid.y and y1 < grid.y:
                found.append((("column", int((x0 - grid.x) // side)), ("column", int((x1 - grid.x) // side))))
            else:
                found.append((("row", int((y0 - grid.y) // side)), ("row", int((y1 - grid.y) // side))))
    return found


@few
@drawn(fed(flat_transposes(), whole=True))
def test_beside_the_size_of_the_input_stands_that_of_what_is_drawn(figure):
    view = window_view(trace(figure))
    label, drawn_ = view.signs[0].label, view.sheet.shape[-len(figure.input.size) :]
    larger = any(shown > size for shown, size in zip(drawn_, figure.input.size, strict=True))
    assert label.detail == (f"with zeros: {'×'.join(map(str, drawn_))}" if larger else "")


def test_a_map_that_is_drawn_without_zeros_does_not_speak_of_them():
    figure = {"input": {"size": [5, 5]}, "layer": {"type": "conv", "kernel_size": 3, "stride": 2}, "view": "flat"}
    said = pictures.texts(pictures.scene(conv_anim.load({**figure, "pass": "grad_input"})).static)
    assert any("gradient w.r.t. the output 2×2" in text for text in said)
    assert not any("zeros" in text for text in said)


@few
@drawn(fed(flat_transposes(), whole=True))
def test_output_padding_is_marked_at_the_end_of_border_and_output(figure):
    made, more = trace(figure), pair(figure.layers[0].output_padding)
    view = window_view(made)
    cells = list(view.sheet.cells())
    border = [(r, c) for r, c, source, _ in cells if source is Source.PADDING]
    last = [max([r for r, _ in border], default=-1), max([c for _, c in border], default=-1)]
    for r, c in view.input.extra:
        if (r, c) in border:
            assert r > last[0] - more[0] or c > last[1] - more[1]
    out = (1, *figure.layers[0].ends.out_size)[-2:]
    extra = MarkStyle(view.style, view.style.colors.input).extra
    for cell in np.ndindex(made.output.shape):
        place = pair(cell[1:])
        beyond = any(at >= size - cells for at, size, cells in zip(place, out, more, strict=True))
        assert (view.made(cell) == extra) == beyond


@pytest.mark.parametrize("view_of", [window_view, stamps_view])
def test_output_padding_shows_from_the_beginning(view_of):
    view = view_of(traced(conv_transpose((2, 2), 3, stride=2, padding=1, output_padding=1)))
    grid, extra = view.strip.grids[-1], MarkStyle(view.style, view.style.colors.input).extra
    boxes = [box for item in view.static() if isinstance(item, Boxes) and item.fill == extra for box in item.boxes]
    marked = {(int((y - grid.y) // 40), int((x - grid.x) // 40)) for x, y, _, _ in boxes if x >= grid.x}
    first = grid.rows - 4
    assert marked == {(first + r, first + c) for r in range(4) for c in range(4) if 3 in (r, c)}


def test_the_odd_case_is_padded_after_the_input():
    """conv_arithmetic's padding_strides_odd_transposed: a border of 1 before and 2 after."""
    view = window_view(traced(conv_transpose((3, 3), 3, stride=2, padding=1, output_padding=1)))
    assert view.sheet.shape == (8, 8)
    assert view.sheet.rows.place(0) == 1
    assert view.sheet.rows.place(2) == 5
    assert {r for r, c in view.input.extra if c == 0} == {7}
    assert {c for r, c in view.input.extra if r == 0} == {7}


# stamps


@few
@drawn(fed(flat_transposes(), whole=True))
def test_running_sums_are_those_of_stamping_loops(figure):
    made = trace(figure)
    view, layer = stamps_view(made), figure.layers[0]
    panel, grids = panel_of(view), view.strip.grids
    bias = 0 if layer.bias is None else layer.bias[0]
    x, kernel = two(made.input[0].tolist()), two(made.layers[0].kernels[0, 0].tolist())
    before = pair([p for p, _ in layer.padding])
    sums = [[0] * grids[-1].columns for _ in range(grids[-1].rows)]
    stride, dilation = (1, *layer.stride)[-2:], (1, *layer.dilation)[-2:]
    inside = inner(before, (1, *layer.ends.out_size)[-2:])
    for k, (r, c) in enumerate(product(range(len(x)), range(len(x[0])))):
        for i, j in product(range(len(kernel)), range(len(kernel[0]))):
            sums[r * stride[0] + i * dilation[0]][c * stride[1] + j * dilation[1]] += x[r][c] * kernel[i][j]
        wanted = [[n + (bias if inside(p, q) else 0) for q, n in enumerate(row)] for p, row in enumerate(sums)]
        assert summed(panel, k, grids[-1]) == wanted
        assert read(panel, k, grids[2]) == written([[x[r][c] * w for w in row] for row in kernel], view.fmt)
    assert len(panel.frames) == made.input.size


def inner(before, size):
    return lambda r, c: all(b <= at < b + n for at, b, n in zip((r, c), before, size, strict=True))


@few
@drawn(fed(flat_transposes(), whole=True))
def test_gather_and_scatter_end_with_the_same_numbers(figure):
    made = trace(figure)
    gather, scatter = window_view(made), stamps_view(made)
    gathered = read(panel_of(gather), len(gather.pace) - 1, gather.grids[-1])
    whole = summed(panel_of(scatter), len(scatter.pace) - 1, scatter.after)
    top, left = scatter.full.place((0, 0))
    rows, columns = len(gathered), len(gathered[0])
    kept = [row[left : left + columns] for row in whole[top : top + rows]]
    assert kept == [[number(text) for text in row] for row in gathered]


def test_a_cell_holds_what_it_held_before_a_stamp_until_that_has_fallen():
    made = traced(conv_transpose((2,), 3), [2, 5])  # stamps 0 2 4 and 0 5 10, the second one cell further
    view = stamps_view(made)
    panel = panel_of(view)
    assert read(panel, 1, view.after) == [["0", "2", "4", "0"]]
    assert summed(panel, 1, view.after) == [[0, 2, 9, 10]]
    outlined = StampsView(made, Style(THEMES["light"], 1.0, DejaVu()), view.pace)
    falls = [item.text for item in outlined.frame(1).shown if isinstance(item, Text) and item.x > outlined.after.x]
    assert list(zip(falls[1::3], falls[2::3], strict=True)) == [("2", "+0"), ("4", "+5"), ("0", "+10")]


def test_cut_off_cells_are_dashed_and_the_stamp_is_marked():
    made = traced(conv_transpose((2, 2), 3, stride=2, padding=1))
    view = stamps_view(made)
    dashed = [item for item in view.static() if isinstance(item, Lines) and item.stroke.dash]
    left, top, right, bottom = pictures.extent(dashed)
    whole = view.after
    assert (left, top, right, bottom) == (whole.x, whole.y, whole.x + whole.width, whole.y + whole.height)
    stamp = [item for item in view.frame(0).shown if isinstance(item, Boxes) and item.fill == view.current]
    kept = [box for item in stamp for box in item.boxes if box[0] >= view.after.x]
    assert len(kept) == 4
    added = [item.text for item in view.frame(1).shown if isinstance(item, Text) and item.anchor == "end"]
    assert added == [f"+{n}" for n in range(9)]


# both


@few
@drawn(fed(flat_transposes(), whole=True), st.sampled_from(["row-major", "column-major", "reverse"]))
def test_an_output_is_gathered_when_all_of_it_is_stamped(figure, order):
    made = trace(replace(figure, animation=replace(figure.animation, order=order)))
    layer, animation = made.layers[0], made.spec.animation
    to, of = Steps(layer.output.shape, animation), Steps(layer.input.shape, animation)
    moments = in_step(made, to, of)
    assert moments[-1] == (layer.output.size - 1, layer.input.size - 1)
    for (output, stamp), (next_output, next_stamp) in pairwise(moments):
        assert 0 <= next_output - output <= 1
        assert 0 <= next_stamp - stamp <= 1
        assert (output, stamp) != (next_output, next_stamp)
    gathered = {}
    for output, stamp in moments:
        gathered.setdefault(output, stamp)
    for output in range(layer.output.size):
        read_cells = {tap.input for tap in layer.step(to.nth(output)).taps if tap.input is not None}
        assert read_cells <= {of.nth(rank) for rank in range(gathered[output] + 1)}


def test_both_show_the_same_number_where_the_ring_is():
    made = traced(conv_transpose((2, 3), 3, stride=2, padding=1), [[1, 2, 3], [4, 5, 6]])
    to, of = Steps(made.output.shape, made.spec.animation), Steps(made.input.shape, made.spec.animation)
    moments = in_step(made, to, of)
    gather = WindowView(made, styled(made), Pace(to, [output for output, _ in moments]))
    scatter = StampsView(made, styled(made), Pace(of, [stamp for _, stamp in moments]), watched=gather.pace)
    left, right = panel_of(gather), panel_of(scatter)
    for k, (output, _) in enumerate(moments):
        assert len(ringed_output(scatter, k)) == (output >= 0)
        for r, c in ringed_output(scatter, k):
            row, column = scatter.full.kept((r, c))
            assert summed(right, k, scatter.after)[r][c] == number(read(left, k, gather.grids[-1])[row][column])


def ringed_output(view, k):
    boxes = [item for item in view.frame(k).shown if isinstance(item, Boxes) and item.fill is None]
    return boxed(view.after, boxes)


@pytest.mark.parametrize(("size", "beside"), [((2,), True), ((2, 2), False)])
def test_both_stand_side_by_side_or_one_below_the_other(size, beside):
    made = traced(conv_transpose(size, len(size) + 1), view=Flat(mode="both", sum=False))
    panel = flat(made, styled(made))
    headings = {item.text[:7]: (item.x, item.y) for item in panel.static if isinstance(item, Text) and item.bold}
    (x0, y0), (x1, y1) = headings["gather"], headings["scatter"]
    assert (y0 == y1, x0 == x1) == (beside, not beside)


def test_both_thin_out_together():
    made = traced(conv_transpose((2, 2), 3, stride=2), view=Flat(mode="both"))
    every = replace(made.spec, animation=replace(made.spec.animation, every=4))
    assert len(flat(made, styled(made)).frames) == 25
    assert len(flat(trace(every), styled(made)).frames) == 7


# overlap


@drawn(st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(1, 3), st.integers(0, 1))
@few
def test_overlap_counts_against_a_loop(rows, columns, kernel, stride, padding):
    size = [(n - 1) * stride + kernel - 2 * padding for n in (rows, columns)]
    if min(size) < 1:
        return
    made = traced(conv_transpose((rows, columns), kernel, stride=stride, padding=padding))
    view = stamps_view(made, OverlapView)
    panel = panel_of(view)
    counts = [[0] * view.after.columns for _ in range(view.after.rows)]
    for k, (r, c) in enumerate(product(range(rows), range(columns))):
        for i, j in product(range(kernel), range(kernel)):
            counts[r * stride + i][c * stride + j] += 1
        assert read(panel, k, view.after) == [[str(n) if n else "" for n in row] for row in counts]


@pytest.mark.parametrize("theme", THEMES)
def test_the_more_hits_the_farther_from_the_background(theme):
    view = stamps_view(traced(conv_transpose((3, 3), 5, stride=2), theme=THEMES[theme]), OverlapView)
    shades = [contrast(view.shade(n), view.style.colors.background) for n in range(1, view.most + 1)]
    assert shades == sorted(shades)
    assert shades[-1] > 2 * shades[0]


DARKER = "the darker, the more stamps"
UNEVEN = f"{DARKER}; uneven: away from the edges"
NO_MULTIPLE = ", because stride 2 does not divide kernel 3"


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "more", "said"),
    [
        ((4, 4), 4, 2, {}, "even: away from the edges, 4 stamps fall on each cell, because stride 2 divides kernel 4"),
        ((4, 4), 2, 2, {}, "even: one stamp falls on each cell, because stride 2 divides kernel 2"),
        ((4, 4), 3, 1, {}, "even: away from the edges, 9 stamps fall on each cell: at stride 1, one for each weight"),
        (
            (4, 4), 3, 2, {},
            f"{UNEVEN}, 1, 2 and 4 stamps fall on a cell, in a grid (checkerboard artifacts){NO_MULTIPLE}",
        ),
        (
            (4,), 3, 2, {},
            f"{UNEVEN}, 1 and 2 stamps fall on a cell, in lines{NO_MULTIPLE}",
        ),
        (
            (4,), 2, 2, {"dilation": 2},
            f"{UNEVEN}, 0 and 2 stamps fall on a cell, in lines",
        ),
    ],
)  # fmt: skip
def test_even_and_uneven_overlap_are_said(size, kernel, stride, more, said):
    view = stamps_view(traced(conv_transpose(size, kernel, stride=stride, **more)), OverlapView)
    assert view.strip_layout.keys[0].text == said


# sums


@pytest.mark.parametrize(("bias", "size"), [(0, 9), (5, 9), (0, 40)])
def test_a_long_denominator_stands_once_beside_the_kernel_and_once_below_the_products(bias, size):
    """In each cell it left the numbers over it too small to read."""
    layer = {"type": "conv", "kernel_size": 5, "weight": "gaussian", **({"bias": bias} if bias else {})}
    fed = {"size": [size, size], "values": {"random": {"low": 0, "high": 255}}}
    view = window_view(conv_anim.trace(conv_anim.load({"input": fed, "layer": layer, "view": "flat"})))
    assert view.signs[1].label.detail == "each divided by 256"
    kernel = [item.text for item in view.resting() if isinstance(item, Text)]
    assert not [text for text in kernel if "/" in text]
    assert {"1", "4", "6", "16", "24", "36"} <= set(kernel)
    for k in (0, 3):
        step = view.layer.step(view.pace.cell(k))
        made, result = re.fullmatch(r"(.*) [=≈] (.*)", line(view, k)).groups()
        said = made.replace("·", "*").replace("(bias)", "")
        assert said.startswith("(")
        assert ") / 256" in said
        assert eval(said) == pytest.approx(step.value)
        assert result == view.formats.y(step.value)


def line(view, k):
    """The sum of a frame as it reads, from left to right and line by line."""
    items = [item for item in view.frame(k).shown if isinstance(item, Text) and item.y > view.strip_layout.sum_top]
    starts = {"start": 0.0, "middle": 0.5, "end": 1.0}
    placed = [
        (item.y, item.x - starts[item.anchor] * view.style.width(item.text, size=item.size), item) for item in items
    ]
    assert all(item.text.strip() for item in items), "blanks are not drawn"
    return "".join(item.text for _, _, item in sorted(placed, key=lambda place: place[:2]))


UNCOUNTED = pool((3,), 3, reduce="mean", padding=1, stride=2, count_include_pad=False)


@pytest.mark.parametrize(
    ("layer", "values", "said"),
    [
        (conv((2,), 2, weight=given([2, -1])), [3, 4], "3·2 + 4·(−1)= 2"),
        (conv((2,), 2, weight=given([2, 1]), bias=(-3,)), [3, 4], "3·2 + 4·1 + (−3) (bias) = 7"),
        (pool((4,), 4, reduce="mean"), [1, 2, 3, 4], "(1 + 2 + 3 + 4) / 4 = 2.5"),
        (pool((3,), 2, reduce="max"), [1, -2, 0], "max(1, (−2)) = 1"),
        (pool((3,), 3, reduce="mean", padding=1, stride=2), [3, 6, 9], "(0 + 3 + 6) / 3 = 3"),
        (UNCOUNTED, [3, 6, 8], "(3 + 6) / 2 = 4.5"),
        (replace(pool((2,), 2, reduce="max"), reduce="norm"), [3, -4], "√(3² + |−4|²) = 5"),
        (replace(pool((2,), 2, reduce="max"), reduce="norm", norm_type=1), [3, -4], "(3 + |−4|) = 7"),
        (replace(pool((2,), 2, reduce="max"), reduce="norm", norm_type=1.5), [1, 4], "(1^1.5 + 4^1.5)^(1/1.5) ≈ 4.3"),
    ],
)  # fmt: skip
def test_the_sum_of_the_first_step(layer, values, said):
    assert line(window_view(traced(layer, values)), 0) == said


def test_a_sum_has_room_for_the_widest_bias_and_divisor():
    layer = conv((1,), 1, out_channels=2, weight=given([[[1]], [[1]]]), bias=(-100, 1))
    view = window_view(trace(spec(layer)))
    assert view.sum.closing == " + (−100) (bias) "
    hanging = pool((11,), 11, stride=1, reduce="mean", padding=5, count_include_pad=False)
    assert window_view(traced(hanging)).sum.closing in {") / 10 ", ") / 11 "}


def test_a_sum_of_fewer_terms_has_lines_that_are_no_longer():
    """There is room for 6 terms in a line, but of 16 in rows of 4 a line holds 4."""
    style = styled(traced(conv((1,), 1)))
    whole = Sum(style, 16, 4, slot=90, joint=" + ", opening="", closing=" ", result=60, room=780)
    assert whole.per_line == 4
    for count in range(1, 17):
        assert whole.of(count).per_line <= 4
        assert whole.of(count).width <= whole.width + 1e-6


@few
@drawn(fed(flat_convs() | flat_transposes() | flat_pools(), whole=True))
def test_no_sum_is_wider_than_the_room_for_it(figure):
    view = window_view(trace(figure))
    panel = view.panel()
    for k in range(len(panel.frames)):
        for item in panel.frames[k].shown:
            if isinstance(item, Text):
                left, _, wide, _ = text_box(view.style, item)
                assert left >= -0.5
                assert left + wide <= panel.width + 0.5


# what is said below

LED, LENT = "arrows lead from a cell to its copy", "input cells that the window reads as copies"
FLIPPED = "kernel flipped: an input stamps the kernel forward, so an output that looks back reads it in reverse"


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        (conv((5, 5), 3), []),
        (conv((5, 5), 3, padding=1), []),
        (conv((5,), 3, stride=3), ["never read"]),
        (
            conv((3,), 3, padding=1, padding_mode="reflect"),
            [f"reflect: mirrored at the edge cell, which is not repeated; {LED}", LENT],
        ),
        (conv_transpose((2, 2), 3), ["zeros around: 2 = kernel 3 − 1 − padding 0", FLIPPED]),
        (
            conv_transpose((2, 2), 3, stride=2, padding=1, output_padding=1),
            [
                "zeros between the cells: stride − 1 = 2 − 1 = 1",
                "zeros around: 1 = kernel 3 − 1 − padding 1",
                FLIPPED,
                "output padding 1: zeros at the end, so that the window goes that much further",
            ],
        ),
        (
            conv_transpose((2,), 2, dilation=3, padding=1),
            ["zeros around: 2 = dilation 3·(kernel 2 − 1) − padding 1", FLIPPED],
        ),
        (
            conv_transpose((2,), 3, padding=((0, 1),)),
            ["zeros around: 2 cells before, 1 after = kernel − 1 − padding", FLIPPED],
        ),
        (conv_transpose((1,), 1), []),
        (pool((4,), 2, reduce="mean", padding=1), ["the mean counts the padding's zeros (count_include_pad)"]),
        (
            pool((4,), 2, reduce="mean", padding=1, count_include_pad=False),
            ["the mean is over the input cells: padding is not counted"],
        ),
        (
            pool((5,), 2, stride=2, reduce="mean", ceil_mode=True),
            ["the last window hangs over (ceil_mode): what lies beyond is not counted"],
        ),
        (
            pool((5,), 2, stride=2, reduce="max", ceil_mode=True),
            ["the last window hangs over (ceil_mode): nothing is read there"],
        ),
    ],
)  # fmt: skip
def test_what_is_said_about_marked_cells(layer, said):
    assert [key.text for key in window_view(traced(layer)).strip_layout.keys] == [
        text.replace(" ", " ") for text in said
    ]


FORWARD = "kernel as it is: an input stamps it forward (a gather reads it flipped)"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, [FORWARD]),
        ({"padding": 1}, [FORWARD, "padding p = 1: cut off"]),
        (
            {"padding": 1, "output_padding": 1},
            [FORWARD, "padding p = 1: cut off", "output padding 1: that much at the end is kept, not cut off"],
        ),
        ({"output_padding": 1}, [FORWARD, "output padding 1: the end of the output lies that much farther out"]),
        ({"bias": (2,)}, [FORWARD, "every output begins with the bias: 2"]),
    ],
)  # fmt: skip
def test_what_is_said_about_stamps(more, said):
    view = stamps_view(traced(conv_transpose((2, 2), 3, stride=2, **more)))
    assert [key.text for key in view.strip_layout.keys] == said


def test_without_labels_nothing_is_said():
    made = trace(spec(conv_transpose((2, 2), 3, stride=2)))
    assert made.spec.labels is None
    assert window_view(made).strip_layout.legend.keys == ()
    assert window_view(made).strip_layout.legend.height == 0


# upsampling


def upsampled_view(made):
    return UpsampledView(made, styled(made), outputs(made))


@pytest.mark.parametrize("values", [[[1, 5, 2], [3, 9, 4]], [4, 0, 2]])
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_nearest_upsampling_against_a_loop(values, factor):
    made = loaded([{"type": "upsample", "scale_factor": factor}], values)
    view = upsampled_view(made)
    x = two(values)
    rows = len(x) * (factor if len(x) > 1 else 1)
    wanted = [
        [x[r // factor if len(x) > 1 else 0][c // factor] for c in range(len(x[0]) * factor)] for r in range(rows)
    ]
    check_upsampled(view, wanted)


def check_upsampled(view, wanted):
    panel, texts = panel_of(view), written(wanted, view.y)
    for k in range(len(panel.frames)):
        assert read(panel, k, view.after) == so_far(texts, k + 1)
        assert read(panel, k, view.before) == written(two(view.layer.input[0].tolist()), view.x)


@few
@drawn(st.integers(1, 3), st.integers(1, 3), st.integers(1, 6), st.integers(1, 6), st.booleans(), st.integers(0, 99))
def test_bilinear_upsampling_against_a_loop(rows, columns, high, wide, corners, seed):
    layer = {"type": "upsample", "size": [high, wide], "mode": "bilinear", "align_corners": corners}
    values = [[(seed * 7 + 5 * r + 3 * c * c) % 10 for c in range(columns)] for r in range(rows)]
    made = loaded([layer], values)

    def middle(o, size, out):
        """Of an output, on the input: nothing is read beyond the outermost middles, but it may lie there."""
        if corners:
            return o * (size - 1) / (out - 1) if out > 1 else 0.0
        return (o + 0.5) * size / out - 0.5

    def between(o, size, out):
        at = min(max(middle(o, size, out), 0), size - 1)
        first = floor(at)
        return [(first, 1 - (at - first)), (min(first + 1, size - 1), at - first)]

    wanted = [
        [
            sum(values[r][c] * a * b for r, a in between(i, rows, high) for c, b in between(j, columns, wide))
            for j in range(wide)
        ]
        for i in range(high)
    ]
    view = upsampled_view(made)
    assert np.allclose(made.output[0], wanted)
    check_upsampled(view, made.output[0].tolist())
    for i, j in product(range(high), range(wide)):
        row, column = view._at((i, j))
        assert row == pytest.approx(middle(i, rows, high))
        assert column == pytest.approx(middle(j, columns, wide))


def test_shares_are_written_as_fractions_over_one_denominator():
    made = loaded([{"type": "upsample", "scale_factor": 2, "mode": "bilinear"}], [[0, 16], [32, 64]])
    view = upsampled_view(made)
    assert view.shares[1, 1].texts() == ["9/16", "3/16", "3/16", "1/16"]
    assert view.shares[0, 0].texts() == ["1"]
    assert view.shares[0, 1].texts() == ["3/4", "1/4"]
    assert line(view, 5) == "(0·9 + 16·3 + 32·3 + 64·1) / 16 = 13"
    assert line(view, 0) == "0·1= 0"
    marks = [item.text for item in view.frame(5).shown if isinstance(item, Text) and item.text.startswith("×")]
    assert marks == ["×9/16", "×3/16", "×3/16", "×1/16"]


def test_a_norm_says_each_channels_mean_and_spread_before_and_after():
    values = [[[10, 30], [30, 10]], [[5, 5], [1, 1]], [[2.5, 0], [0, 0]]]
    layer = {"type": "batch_norm", "scale": [0.1, 0.5, 2], "shift": [-2, -1.5, 0]}
    made = loaded([layer], values)
    arrays = (np.array(values), made.output)
    told = [f"mean {each.mean():.1f} ± {each.std():.1f}".replace(".0", "") for array in arrays for each in array]
    assert [text for own in notes(made).values() for text in own] == told
    panel = pipeline.scene(made.spec)
    assert set(told) <= {item.text for item in panel.static if isinstance(item, Text)}
    assert not notes(loaded([{"type": "relu"}], values))


def test_a_concatenation_says_whence_each_channel_is():
    layers = [{"type": "relu"}, {"type": "relu", "name": "twice"}, {"type": "concat", "from": ["input", -2, "twice"]}]
    assert notes(loaded(layers, [[1, -2], [3, 4]])) == {3: ["from input", "from ReLU", "from twice"]}
    alike = loaded([{"type": "relu"}, {"type": "relu"}, {"type": "concat", "from": [-2, -1]}], [[1, -2], [3, 4]])
    assert notes(alike) == {3: ["from layer 1", "from layer 2"]}


def test_shares_that_are_no_simple_fractions_are_decimals_throughout():
    made = loaded([{"type": "upsample", "scale_factor": 2, "mode": "bicubic"}], [[1, 5, 2], [3, 9, 4], [0, 1, 2]])
    view = upsampled_view(made)
    assert {each.denominator for each in view.shares.values()} == {None}
    assert "(−0.0" in line(view, 9)
    assert "≈" in line(view, 9)
    mixed = shares({(0, 0): [0.5, 0.5], (0, 1): [0.123456789, 0.876543211]})
    assert {each.denominator for each in mixed.values()} == {None}


@drawn(st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_fractions_are_exact(parts):
    weights = [part / sum(parts) for part in parts]
    (each,) = shares({(0, 0): weights}).values()
    assert [int(text) / each.denominator for text in each.factors()] == pytest.approx(weights)


def test_pointers_stand_where_the_output_lies():
    made = loaded([{"type": "upsample", "scale_factor": 2, "mode": "bilinear"}], [[0, 16], [32, 64]])
    view = upsampled_view(made)
    (heads,) = [item for item in view.frame(6).shown if isinstance(item, Polygons)]
    above, beside = heads.rings
    side = view.before.numbers.cell
    assert above[0][0] == view.before.x + (0.75 + 0.5) * side
    assert beside[0][1] == view.before.y + (0.25 + 0.5) * side


# ways of a network

POOLS = {"type": "max_pool", "stride": 1, "padding": 1}
WAYS = {
    "of different heights": [{"kernel_size": 1}, {"padding": 1}, POOLS],
    "two": [{"padding": 1}, {"kernel_size": 1}],
    "four": [{"padding": 1}, {"kernel_size": 1}, {"kernel_size": 1}, {"padding": 1}],
    "five": [{"kernel_size": 1}, {"padding": 1}, {"kernel_size": 1}, {"padding": 1}, POOLS],
}


@pytest.mark.parametrize("branches", WAYS.values(), ids=list(WAYS))
def test_no_way_has_a_kink_and_none_is_drawn_twice(branches):
    """Where ways part and meet, one that would step up or down by less than a badge goes straight on."""
    named = [{"type": "conv", "kernel_size": 3, "from": "input", "name": f"w{k}", **b} for k, b in enumerate(branches)]
    joined = {"type": "add", "from": [each["name"] for each in named]}
    view = NetworkView(
        trace(conv_anim.load({"input": {"size": [3, 3]}, "layers": [*named, joined], "view": "flat"})),
        Style(THEMES["light"], 1.0, DejaVu()),
    )
    lines = view._ways()[0].lines
    steps = [abs(ay - by) for line in lines for (ax, ay), (bx, by) in pairwise(line) if ax == bx]
    assert steps
    assert min(steps) > 0.75 * view.badge_height
    middles = {view.middle(0), view.middle(len(view.maps) - 1)}
    assert len(middles) == 1
    if len(branches) % 2:
        assert view.middle(len(branches) // 2 + 1) in middles
    level = [(ay, *sorted((ax, bx))) for line in lines for (ax, ay), (bx, by) in pairwise(line) if ay == by]
    assert all(y != v or right <= a or b <= left for (y, left, right), (v, a, b) in combinations(level, 2))


# unfold and fold


def unfolded_view(made):
    return UnfoldedView(made, styled(made), Pace.of(Steps((1, *made.spec.layers[0].windows), made.spec.animation)))


@few
@drawn(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 2), st.integers(0, 1), st.integers(1, 2))
def test_unfold_draws_a_column_for_each_window(rows, columns, kernel, stride, padding, dilation):
    reach = dilation * (kernel - 1) + 1
    if min(rows, columns) + 2 * padding < reach:
        return
    values = [[10 * r + c + 1 for c in range(columns)] for r in range(rows)]
    layer = {"type": "unfold", "kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    view = unfolded_view(loaded([layer], values))
    padded = oracle.padded(values, ((padding, padding),) * 2)
    starts = [range(0, n + 2 * padding - reach + 1, stride) for n in (rows, columns)]
    windows = [
        [padded[r + i * dilation][c + j * dilation] for i in range(kernel) for j in range(kernel)]
        for r, c in product(*starts)
    ]
    panel = panel_of(view)
    assert len(panel.frames) == len(windows)
    for k in range(len(windows)):
        shown = [[str(window[row]) if n <= k else "" for n, window in enumerate(windows)] for row in range(kernel**2)]
        assert read(panel, k, view.columns) == shown
        letters = [item.text for item in panel.frames[k].shown if isinstance(item, Text) and item.anchor == "end"]
        assert letters == list("abcdefghi"[: kernel**2])


def test_unfold_along_one_axis():
    view = unfolded_view(loaded([{"type": "unfold", "kernel_size": 2}], [1, 2, 3]))
    assert read(panel_of(view), 1, view.columns) == [["1", "2"], ["2", "3"]]


def test_there_are_no_letters_for_more_cells_than_there_are_letters():
    view = unfolded_view(loaded([{"type": "unfold", "kernel_size": 6}], [[0] * 6] * 6))
    assert view.letters.room(40) == 0
    assert view.strip_layout.keys == ()
    assert not [item for item in view.frame(0).shown if isinstance(item, Text) and item.anchor == "end"]


@few
@drawn(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3), st.integers(1, 2), st.integers(0, 1))
def test_fold_draws_sums_of_what_overlaps(rows, columns, kernel, stride, padding):
    if min(rows, columns) + 2 * padding < kernel:
        return
    starts = [range(0, n + 2 * padding - kernel + 1, stride) for n in (rows, columns)]
    corners = list(product(*starts))
    values = [[(3 * row + 7 * k) % 10 for k in range(len(corners))] for row in range(kernel**2)]
    layer = {
        "type": "fold",
        "output_size": [rows, columns],
        "kernel_size": kernel,
        "stride": stride,
        "padding": padding,
    }
    view = folded_view(loaded([layer], values, channels=kernel**2))
    total = [[0] * (columns + 2 * padding) for _ in range(rows + 2 * padding)]
    for k, (r, c) in enumerate(corners):
        for i, j in product(range(kernel), range(kernel)):
            total[r + i][c + j] += values[i * kernel + j][k]
    wanted = [row[padding : padding + columns] for row in total[padding : padding + rows]]
    panel = panel_of(view)
    for k in range(rows * columns):
        shown = read(panel, k, view.after)
        inside = [row[padding : padding + columns] for row in shown[padding : padding + rows]]
        assert inside == so_far(written(wanted, view.y), k + 1)
        assert read(panel, k, view.columns) == written(values, view.x)
        said = line(view, k)
        small = [item for item in view.frame(k).shown if isinstance(item, Text) and item.size == view.style.small_size]
        named, value = "".join(item.text for item in small), wanted[k // columns][k % columns]
        assert said.startswith(named)
        lettered = zip("abcdefghi", values, strict=False)
        cells = {f"{letter}{c}": n for letter, row in lettered for c, n in enumerate(row, start=1)}
        assert eval(named or "0", {}, cells) == value, said
        assert eval(said[len(named) :].replace("= ", "== ")), said


def folded_view(made):
    return FoldedView(made, styled(made), outputs(made))


def test_fold_outlines_the_windows_that_cover_a_cell():
    layer = {"type": "fold", "output_size": [3, 3], "kernel_size": 2}
    view = folded_view(loaded([layer], [[1, 2, 3, 4]] * 4, channels=4))
    side = view.after.numbers.cell
    outlines = [
        box for item in view.frame(4).shown if isinstance(item, Boxes) and item.fill is None for box in item.boxes
    ]
    assert sorted((y - view.after.y, x - view.after.x, w, h) for x, y, w, h in outlines) == [
        (r * side, c * side, 2 * side, 2 * side) for r in (0, 1) for c in (0, 1)
    ]
    small = [item for item in view.frame(4).shown if isinstance(item, Text) and item.anchor == "start"]
    inside = {item.text: item for item in small if view.after.y < item.y < view.after.y + 3 * side}
    assert {
        text: (int((i.y - view.after.y) // side), int((i.x - view.after.x) // side)) for text, i in inside.items()
    } == {
        "1": (0, 0),
        "2": (0, 1),
        "3": (1, 0),
        "4": (1, 1),
    }


# pool and unpool

POOLED = [[1, 2, 6, 3], [3, 5, 2, 1], [1, 2, 2, 1], [7, 3, 4, 8]]


def unpooled_panel(made):
    view = UnpooledView(made, styled(made))
    return view, animated(view, 0, 0)


@few
@drawn(st.integers(2, 4), st.integers(2, 4), st.integers(1, 2), st.integers(1, 2), st.integers(0, 999))
def test_unpooling_puts_back_what_a_loop_finds(rows, columns, kernel, stride, seed):
    values = [[(seed * (r + 3) + c * c * 5 + r) % 11 for c in range(columns)] for r in range(rows)]
    layers = [{"type": "max_pool", "kernel_size": kernel, "stride": stride}, {"type": "max_unpool"}]
    made = loaded(layers, values)
    view, panel = unpooled_panel(made)
    corners = product(range(0, rows - kernel + 1, stride), range(0, columns - kernel + 1, stride))
    windows = [[(r + i, c + j) for i in range(kernel) for j in range(kernel)] for r, c in corners]
    found = [max(window, key=lambda at: (values[at[0]][at[1]], -window.index(at))) for window in windows]
    wide = made.layers[0].output.shape[2]
    maxima = [[str(values[r][c]) for r, c in found[k : k + wide]] for k in range(0, len(found), wide)]
    unpooled = [["0"] * columns for _ in range(rows)]
    for k in range(2 * len(found)):
        done = min(k + 1, len(found))
        assert read(panel, k, view.grid(1)) == so_far(maxima, done)
        if k >= len(found):
            r, c = found[k - len(found)]
            unpooled[r][c] = str(values[r][c])
        assert read(panel, k, view.grid(2)) == unpooled
        assert read(panel, k, view.grid(0)) == [[str(n) for n in row] for row in values]
    assert len(panel.frames) == 2 * len(found)
    assert unpooled == [[str(n) for n in row] for row in made.output[0].tolist()]


def test_the_indices_are_pytorchs():
    made = loaded([{"type": "max_pool", "kernel_size": 2}, {"type": "max_unpool"}], POOLED)
    _, panel = unpooled_panel(made)
    small = [item.text for item in pictures.after(panel, 3) if isinstance(item, Text) and item.anchor == "end"]
    assert small == ["5", "2", "12", "15"]


def test_a_layer_between_pool_and_unpooling():
    kernel = {"type": "conv", "weight": [[0, 1, 0], [1, 2, 1], [0, 1, 0]], "padding": 1, "bias": 1}
    made = loaded([{"type": "max_pool", "kernel_size": 2}, kernel, {"type": "max_unpool"}], POOLED)
    view, panel = unpooled_panel(made)
    assert len(panel.frames) == 12
    last = len(panel.frames) - 1
    assert read(panel, last, view.grid(1))[1][1:3] == ["5", "6"]
    assert read(panel, last, view.grid(2)) == [["24", "26"], ["28", "30"]]
    wanted = [[0, 0, 26, 0], [0, 24, 0, 0], [0, 0, 0, 0], [28, 0, 0, 30]]
    assert read(panel, last, view.grid(3)) == [[str(n) for n in row] for row in wanted]
    assert read(panel, 7, view.grid(3)) == [["0"] * 4] * 4


def test_numbers_are_put_back_in_row_major_order_whatever_the_animation():
    """Overlapping windows find the 9 twice, a layer makes two numbers of it, and of these the last stays."""
    layers = [
        {"type": "max_pool", "kernel_size": 2, "stride": 1},
        {"type": "conv", "weight": [[1, 0, 2]], "padding": [0, 1]},
        {"type": "max_unpool"},
    ]
    spec_ = {"input": {"values": [[1, 9, 1]] * 2}, "layers": layers, "view": "flat", "animation": {"order": "reverse"}}
    made = conv_anim.trace(conv_anim.load(spec_))
    view, panel = unpooled_panel(made)
    assert made.layers[1].output.tolist() == [[[18, 9]]]
    assert read(panel, len(panel.frames) - 1, view.grid(3)) == [["0", "9", "0"], ["0", "0", "0"]]


# whole figures


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_everything_lies_within_the_picture_in_every_frame(name, theme):
    figure = pipeline.loaded(TEMPLATES[name].path, changes=[f"theme={theme}", "labels=true"]).spec
    check_inside(figure)


@pytest.mark.parametrize("name", TEMPLATES)
def test_everything_lies_within_the_picture_in_chinese(name):
    check_inside(pipeline.loaded(TEMPLATES[name].path, changes=["lang=zh-TW"]).spec)


def check_inside(figure):
    picture = pictures.scene(figure)
    style = Style(figure.theme, 1.0, DejaVu())
    for k in range(len(picture.frames)):
        frame = picture.frames[k]
        items = [*(picture.static if k == 0 else ()), *frame.kept, *frame.shown]
        shapes = [item for item in items if not isinstance(item, Text)]
        boxes = [text_box(style, item) for item in items if isinstance(item, Text)]
        left, top, right, bottom = pictures.extent(shapes)
        assert min(left, *(box[0] for box in boxes), top, *(box[1] for box in boxes)) >= 0
        assert max(right, *(box[0] + box[2] for box in boxes)) <= picture.width
        assert max(bottom, *(box[1] + box[3] for box in boxes)) <= picture.height


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_numbers_can_be_read_on_what_they_stand_on(name, theme):
    figure = pipeline.loaded(TEMPLATES[name].path, changes=[f"theme={theme}"]).spec
    picture = pictures.scene(figure)
    for k in {0, len(picture.frames) // 2, len(picture.frames) - 1}:
        fills = []
        for item in pictures.after(picture, k):
            if isinstance(item, Boxes) and item.fill is not None:
                fills += [(box, item.fill) for box in item.boxes]
            if isinstance(item, Text):
                middle = item.y - item.size * 0.36
                under = next(
                    (f for (x, y, w, h), f in reversed(fills) if x <= item.x <= x + w and y <= middle <= y + h), None
                )
                assert contrast(item.color, under or picture.background) >= 4.5, item


@pytest.mark.repository
@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_small_files(name):
    """``make check-figures`` shows that the committed files are what is drawn."""
    figure = conv_anim.load(TEMPLATES[name].path)
    (suffix,) = pipeline.default_formats(figure)
    assert (OUTPUT / TEMPLATES[name].topic / f"{name}.{suffix}").stat().st_size < 330_000


def test_a_format_of_shares_has_two_decimals():
    assert Format(2, exact=False)(-0.004) == "0.00"


# maps that are joined


@settings(max_examples=30)
@drawn(st.lists(st.integers(-4, 4), min_size=2, max_size=4), st.lists(st.integers(0, 9), min_size=8, max_size=8))
def test_what_is_written_in_maps_that_are_multiplied_makes_what_is_written_in_the_product(scores, numbers):
    """Cell by cell, from the texts alone: half a unit of the last digit is left for what rounding does."""
    values = [[numbers[k : k + 2]] for k in range(0, 2 * len(scores), 2)]
    layers = [
        {"type": "global_avg_pool"},
        {"type": "flatten"},
        {"type": "linear", "weight": [[0] * len(scores)] * len(scores), "bias": scores},
        {"type": "sigmoid"},
        {"type": "multiply", "from": ["input", -1]},
    ]
    trace = conv_anim.trace(conv_anim.load({"input": {"values": values}, "layers": layers, "view": "flat"}))
    formats = NetworkView(trace, Style(THEMES["light"], 1.0, DejaVu())).formats
    gates, made = trace.layers[-2].output, trace.layers[-1].output
    for cell in np.ndindex(*made.shape):
        shown = float(formats[4](gates[cell[0]].item()).replace("−", "-")) * trace.input[cell].item()
        written = float(formats[5](made[cell].item()).replace("−", "-"))
        assert abs(shown - written) <= 0.5 * 10.0 ** -formats[5].decimals + 0.005


@pytest.mark.parametrize("kind", ["add", "concat"])
def test_a_layer_that_the_caption_names_by_its_number_has_that_number(kind):
    layers = [{"type": "relu"}, {"type": kind, "from": ["input", -1]}]
    spec = conv_anim.load({"input": {"values": [[1, -2]]}, "layers": layers, "view": "flat", "caption": True})
    assert "layer 1" in caption(spec).replace("\N{NO-BREAK SPACE}", " ")
    assert "layer 1: ReLU" in pictures.texts(pipeline.scene(spec).static)
    silent = replace(spec, caption=None)
    assert "ReLU" in pictures.texts(pipeline.scene(silent).static)


def test_a_line_below_a_network_adds_the_cells_that_are_drawn():
    """Padding is not drawn there: a window at the corner of a 3×3 map covers four cells, and four terms are added."""
    layers = [{"type": "conv", "kernel_size": 3, "padding": 1}, {"type": "relu"}]
    spec = conv_anim.load(
        {"input": {"values": [[1, 2, 3]] * 3}, "layers": layers, "view": {"kind": "flat", "sum": True}}
    )
    drawn = pictures.scene(spec)
    lines = [text for frame in drawn.frames for text in pictures.texts(frame.shown) if "·" in text]
    assert {text.count("·") for text in lines} == {4, 6, 9}


@pytest.mark.parametrize(
    "kind", ["sigmoid", "tanh", "gelu", "silu", "hard_swish", "hard_sigmoid", "softmax", "leaky_relu", "conv"]
)
def test_a_line_and_its_cell_say_the_same_number(kind):
    """Also where the map has more digits than usual, because another layer multiplies it."""
    layer = {"type": kind, **({"weight": [[0.057]]} if kind == "conv" else {})}
    layers = [layer, {"type": "multiply", "from": ["input", -1]}]
    loaded = conv_anim.load({"input": {"values": [[2, -2, 0.7, 3]]}, "layers": layers, "view": "flat"})
    view = NetworkView(trace(loaded), Style(THEMES["light"], 1.0, DejaVu()))
    for k in range(4):
        bold = [item.text for item in view.frame(k).shown if isinstance(item, Text) and item.bold]
        (value,) = [text.split()[1] for text in bold if text[0] in "=≈"]
        assert value in [text for text in bold if text[0] not in "=≈"]
    told = pipeline.scene(loaded).guide().told[:4]
    made = trace(loaded).layers[0].output.ravel().tolist()
    assert all(view.formats[1](value) in said for said, value in zip(told, made, strict=True))


@pytest.mark.parametrize("layers", [[], [{"type": "relu"}]])
def test_a_long_sum_begins_with_the_first_cells_of_its_window(layers):
    values = [[12 * r + c + 1 for c in range(12)] for r in range(12)]
    layer = {"type": "conv", "weight": [[1] * 12] * 12}
    loaded = conv_anim.load(
        {"input": {"values": values}, "layers": [layer, *layers], "view": {"kind": "flat", "sum": True}}
    )
    frame = pictures.scene(loaded).frames[0]
    said = [term for text in pictures.texts(frame.shown) for term in text.split(" + ")]
    terms = [term for term in said if "·" in term]
    assert terms[:4] == ["1·1", "2·1", "3·1", "4·1"]
    assert terms == [f"{k + 1}·1" for k in range(len(terms))]
    assert len(terms) < 144
    assert any(term.startswith("…") for term in said)


def test_a_long_maximum_shows_the_cell_that_it_is():
    values = [[1 + (7 * (6 * r + c)) % 36 for c in range(6)] for r in range(6)]
    layers = [{"type": "max_pool", "kernel_size": 6}, {"type": "relu"}]
    loaded = conv_anim.load({"input": {"values": values}, "layers": layers, "view": {"kind": "flat", "sum": True}})
    said = worked(trace(loaded).layers[0], trace(loaded).layers[0].step((0, 0, 0)), Language("en"))
    assert said == "max(1, 8, …, 36) = 36".replace(", 36)", ", 36, …)" if values[-1][-1] != 36 else ", 36)")


def test_rounded_weights_have_the_digits_that_make_their_sum():
    """A mean of 64×64 cells, given as weights."""
    values = np.random.default_rng(3).integers(0, 256, (64, 64))
    layers = [{"type": "conv", "weight": [[1 / 4096] * 64] * 64}, {"type": "relu"}]
    loaded = conv_anim.load({"input": {"values": values.tolist()}, "layers": layers, "view": "flat"})
    said = worked(trace(loaded).layers[0], trace(loaded).layers[0].step((0, 0, 0)), Language("en"))
    mantissa, power = re.match(r"\d+·([\d.]+)·10⁻(.)", said).groups()
    assert power == "⁴"
    result = said.split("≈ ")[1]
    assert f"{float(mantissa) * 1e-4 * int(values.sum()):.{len(result.partition('.')[2])}f}" == result


KEYS = {0.25: (-27, 225, 67, -9), 0.75: (-9, 67, 225, -27)}
"""What four cells weigh on an axis, in 256ths, with a = -0.75 (Keys 1981): by how far past the second one is read."""


def test_the_curve_of_bicubic_interpolation_has_the_height_of_the_weights_beside_it():
    figure = conv_anim.load(
        {
            "input": {"size": [6, 6], "values": "arange"},
            "layer": {"type": "upsample", "scale_factor": 2, "mode": "bicubic"},
            "view": {"kind": "flat", "sum": False},
        }
    )
    layer = trace(figure).layer
    view = UpsampledView(
        trace(figure), Style(figure.theme, 1.0, DejaVu()), Pace.of(Steps(layer.output.shape, figure.animation))
    )
    cell = view.before.numbers.cell
    for output in product(range(3, 9), range(3, 9)):  # where no edge is repeated
        items = view.read(layer.step((0, *output)))
        stems = [item.lines for item in items if isinstance(item, Lines) and len(item.lines) == 4]
        heights = [[(a[0] - b[0] + a[1] - b[1]) / (HIGH * cell) for a, b in each] for each in stems]
        at = [(o + 0.5) / 2 - 0.5 for o in output]
        wanted = [[w / 256 for w in KEYS[place - floor(place)]] for place in at]
        np.testing.assert_allclose(heights, wanted)
        said = [text for text in pictures.texts(items) if text.replace("−", "-") in {f"{w:.2f}" for w in wanted[1]}]
        assert len(said) >= 4


def test_names_in_cells_are_so_large_that_their_indices_can_be_read():
    made = pictures.scene(
        conv_anim.load(
            {
                "input": {"size": [4, 4]},
                "layer": {"type": "conv", "kernel_size": 2},
                "view": {"kind": "flat", "cells": "symbols"},
            }
        )
    )
    named = [
        item for item in (*made.static, *made.frames[0].shown) if isinstance(item, Text) and item.text[-1:] in "₁₂₃₄"
    ]
    assert min(item.size for item in named if item.text) >= 15


def test_a_lifted_stamp_goes_through_no_number():
    figure = conv_anim.load(
        {
            "input": {"size": [2, 2]},
            "layer": {"type": "conv_transpose", "kernel_size": 3, "stride": 1},
            "view": {"kind": "flat", "mode": "scatter"},
        }
    )
    view = StampsView(trace(figure), Style(figure.theme, 1.0, DejaVu()), Pace.of(Steps((1, 2, 2), figure.animation)))
    for step, share in product(range(4), np.linspace(0, 1, 11)):
        (outline,) = view.during(step, "sent", float(share))[-1].boxes
        grid = min(view.strip.grids[2:], key=lambda grid: abs(grid.x - outline[0]))
        column, row = (outline[0] - grid.x) / grid.numbers.cell, (outline[1] - grid.y) / grid.numbers.cell
        assert column == pytest.approx(round(column))
        assert row == pytest.approx(round(row))


def template(name):
    return conv_anim.load(next(each.path for each in catalog.templates() if each.name == name))


@pytest.mark.parametrize("name", ["transposed_scatter", "transposed_padding", "transposed_dilated", "output_padding"])
def test_the_last_stamp_stays_as_an_example_with_the_outline_of_its_cell(name):
    spec = template(name)
    made = conv_anim.trace(spec)
    layer = made.layers[0]
    stamped = layer.input.ravel()[-1] * layer.kernels.ravel()
    view = stamps_view(made)
    assert pictures.texts(view.rested()) == [str(number) for number in stamped.tolist()]
    (outline,) = outlines(view.rested(), [view.before])
    x, y, side, _ = view.before.box(*(size - 1 for size in layer.input.shape[1:]))
    assert set(outline) == {(x, y), (x + side, y), (x + side, y + side), (x, y + side)}


def test_a_stamp_at_rest_has_the_colour_of_its_heading():
    view = stamps_view(conv_anim.trace(template("transposed_scatter")))
    box = view.strip.grids[2].box(0, 0)
    fills = {item.fill for item in view.rested() if isinstance(item, Boxes) and box in item.boxes}
    assert fills == {view.strip.parts[2].sign.swatch}


def said_at_the_end(name):
    end = pipeline.scene(template(name)).frames[-1]
    return [text for text in pictures.texts((*end.kept, *end.shown)) if "made" in text]


NUMBERS_MADE = {
    "sparse_conv": 24,  # as many as a window of 3x3 around one of four active cells covers
    "submanifold": 4,
    "con_7": 3 * 3,
    "classifier": 9 + 9 + 4 + 4 + 2 + 2,
    "flatten_linear": 4 + 2,
    "softmax": 4 + 4,
    "backward_chain": 9 + 9 + 16,
    "backward_residual": 3 * 9,
    "inception_block": 27 + 27,
    "residual_block": 5 * 9,
    "edges_then_pool": 2 * 62 * 62 + 31 * 31,
    "deform_conv_mask": 3 * 3,
    "max_pool": 2 * 2,
}


@pytest.mark.parametrize("name", NUMBERS_MADE)
def test_the_numbers_that_a_figure_made_are_counted_and_no_products_named_where_it_shows_none(name):
    assert said_at_the_end(name) == [f"all {NUMBERS_MADE[name]:,} numbers are made"]


@pytest.mark.parametrize(("name", "bias"), [("many_filters", ", plus the bias"), ("stride_and_padding", "")])
def test_of_sums_of_products_it_is_said_how_many_and_whether_there_is_a_bias(name, bias):
    layer = conv_anim.trace(template(name)).layers[0]
    (terms,) = {len(step.taps) for step in layer}
    for step in layer:
        total = sum((tap.x or 0) * tap.w for tap in step.taps)
        assert (step.value != total) <= bool(bias)
    expected = f"all {layer.output.size:,} numbers are made, each the sum of {terms} products{bias}"
    assert said_at_the_end(name) == [expected]


@pytest.mark.parametrize("aligned", [False, True])
@drawn(st.lists(st.integers(1, 4), min_size=1, max_size=2), st.integers(1, 5))
def test_shares_are_as_its_keys_tell(aligned, size, factor):
    """By the words of the keys alone: where outputs lie, a share of 1 − the distance, and what counts beyond."""
    layer = {"type": "upsample", "mode": "linear" if len(size) == 1 else "bilinear"}
    layer |= {"size": [n * factor for n in size], "align_corners": True} if aligned else {"scale_factor": factor}
    traced = conv_anim.trace(conv_anim.load({"input": {"size": size}, "layer": layer, "view": "flat"}))
    found = upsampled_view(traced).keys()
    keys = [key.text for key in found]
    told = re.search(r"from one output to the next by (\S+) of a cell", keys[0])
    steps = [Fraction(each) for each in told[1].split("×")] * (3 - len(told[1].split("×")))
    beyond = "Beyond the outermost middles the cell there counts alone" in keys[1]
    for step in traced.layer:
        found = dict[tuple[int, ...], Fraction]()
        for tap in step.taps:
            share = Fraction(1)
            for axis, (cell, output) in enumerate(zip(tap.input[1:], step.output[1:], strict=True)):
                place = output * steps[axis] + (0 if aligned else (steps[axis] - 1) / 2)
                if beyond:
                    place = min(max(place, Fraction(0)), Fraction(size[axis] - 1))
                share *= 1 - abs(place - cell)
            found[tap.input] = share
        assert sum(found.values()) == 1
        assert [float(share) for share in found.values()] == pytest.approx([tap.w for tap in step.taps])
