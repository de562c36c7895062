"""The channels view: every number against plain loops, which channel meets which kernel, and where channels go."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import prod
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

import conv_anim
from conv_anim import pipeline
from conv_anim.catalog import templates
from conv_anim.ops.shuffle import ChannelShuffle, PixelShuffle, PixelUnshuffle
from conv_anim.ops.upsample import Upsample
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.channels.addition import Addition
from conv_anim.scene.channels.channel_rows import ChannelRows
from conv_anim.scene.channels.crossing import Crossing
from conv_anim.scene.channels.outputs import Pile
from conv_anim.scene.channels.pixel_shuffle import PixelShuffling
from conv_anim.scene.channels.tally import Tally
from conv_anim.scene.channels.view import ChannelsView, channels
from conv_anim.scene.color import contrast
from conv_anim.scene.drawing import shifted
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.volume.hues import told_apart
from conv_anim.spec.model import Animation, Ends, Labels
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Channels
from conv_anim.tracing.trace import trace
from tests import oracle, pictures
from tests.layers import conv, conv_transpose, convs, given, inputs, pool, pools, spec, themed, transposes
from tests.test_templates import TEMPLATES

MINUS = "\N{MINUS SIGN}"
few = settings(max_examples=max(10, settings().max_examples * 2 // 5))
"""Of figures that are drawn in full; ten properties draw their own."""
ORDERS = ("row-major", "column-major", "reverse")
GROUPED = conv((4, 4), 3, groups=2, in_channels=4, out_channels=4)
MANY = conv((4, 4), 3, in_channels=2, out_channels=3, bias=(1, 0, -2))
POINTWISE = conv((4, 4), 1, in_channels=3, out_channels=8)
CASES = {
    "one filter": conv((5, 5), 3, in_channels=3),
    "one channel, one filter": conv((4, 5), 3),
    "one channel, many filters": conv((5, 5), 3, out_channels=4),
    "many filters": MANY,
    "pointwise": POINTWISE,
    "grouped": GROUPED,
    "grouped, one axis": conv((6,), 3, groups=4, in_channels=8, out_channels=4),
    "grouped, too many to draw": conv((9, 9), 3, groups=3, in_channels=12, out_channels=6),
    "grouped, many filters": conv((4, 4), 3, groups=2, in_channels=4, out_channels=40),
    "depthwise": conv((5, 5), 3, groups=3, in_channels=3, out_channels=3, bias=(1, -2, 0)),
    "depthwise, twice": conv((4, 4), 3, groups=2, in_channels=2, out_channels=4),
    "depthwise, many": conv((4, 4), 3, groups=30, in_channels=30, out_channels=30),
    "many channels": conv((6, 6), 3, in_channels=40),
    "not square": conv((3, 6), (2, 3), stride=(1, 2), padding=((1, 0), (0, 2)), in_channels=2, out_channels=2),
    "padded by reflection": conv((4, 4), 3, padding=1, padding_mode="reflect", in_channels=2),
    "transposed": conv_transpose((2, 3), 3, stride=2, in_channels=2, out_channels=2),
    "max pool": pool((4, 4), 2, stride=2, reduce="max", channels=3),
    "mean pool": pool((5, 4), 3, stride=2, padding=1, reduce="mean", channels=2),
}


def figure(layer, *, show="both", theme="light", **settings):
    values = settings.pop("values", None)
    settings = {"labels": Labels(), "caption": True} | settings
    return replace(spec(layer, values=values), view=Channels(show, cells="numbers"), theme=themed(theme), **settings)


def channel_rows(made, scale=1.0):
    return ChannelRows(trace(made), Style(made.theme, scale, DejaVu()))


def view(made, scale=1.0):
    of = channel_rows(made, scale)
    return ChannelsView(of.trace, of.style, add=made.view.show == "both" and of.meet)


def addition(made):
    return Addition(trace(made), Style(made.theme, 1.0, DejaVu()))


def some(count):
    return sorted({0, 1 % count, count // 2, count - 1})


# reading what is drawn


def panel_of(shown):
    """The panel of a view, of which each frame is drawn once."""
    panel = shown.panel()
    return SimpleNamespace(width=panel.width, static=panel.static, frames=tuple(panel.frames))


def items_of(panel, k, shown):
    """All that can lie on the view in frame k, from the bottom to the top; its panel may be wider."""
    items = [*panel.static, *(item for j in range(k + 1) for item in panel.frames[j].kept), *panel.frames[k].shown]
    return shifted(tuple(items), -round((panel.width - shown.width) / 2), 0)


def read(items, grid):
    """The topmost text and fill of each cell of a grid; a fill over several cells counts for each of them."""
    texts = [["" for _ in range(grid.columns)] for _ in range(grid.rows)]
    fills = [["" for _ in range(grid.columns)] for _ in range(grid.rows)]
    for item in items:
        if isinstance(item, Text) and item.anchor == "middle":
            middle = item.y - item.size * DejaVu().cap_height / 2
            column, row = (item.x - grid.x) / grid.numbers.cell, (middle - grid.y) / grid.numbers.cell
            if 0 <= row < grid.rows and 0 <= column < grid.columns:
                texts[int(row)][int(column)] = item.text
        if isinstance(item, Boxes) and item.fill is not None:
            for box in item.boxes:
                for row, column in within(box, grid):
                    fills[row][column] = item.fill
                    texts[row][column] = ""
    return texts, fills


def within(box, grid):
    """The cells of a grid whose middles a box covers."""
    x, y, width, height = box
    side = grid.numbers.cell
    columns = [column for column in range(grid.columns) if x < grid.x + (column + 0.5) * side < x + width]
    return [
        (row, column) for row in range(grid.rows) if y < grid.y + (row + 0.5) * side < y + height for column in columns
    ]


def written(value):
    return str(value).replace("-", MINUS)


def rows_of(values):
    """A map of one or two axes as rows of text."""
    values = values if isinstance(values[0], list) else [values]
    return [[written(v) for v in row] for row in values]


def so_far(values, size, rank, order):
    """The rows of a map of which only the first ``rank + 1`` cells in an order are written."""
    cells = list(oracle.cells(size))
    if order == "column-major":
        cells.sort(key=lambda cell: cell[::-1])
    if order == "reverse":
        cells.reverse()
    done = {cell if len(cell) > 1 else (0, *cell) for cell in cells[: rank + 1]}
    rows = rows_of(values)
    return [[text if (r, c) in done else "" for c, text in enumerate(row)] for r, row in enumerate(rows)]


# plain loops


def kernels(layer, weight):
    """For each output channel the input channels that it sees, and its kernel for each of them."""
    weight, groups = weight.tolist(), layer.groups
    seen = layer.ends.in_channels // groups
    made = layer.ends.out_channels // groups
    found = []
    for out in range(layer.ends.out_channels):
        first = out // made * seen
        if hasattr(layer, "output_padding"):
            found.append({first + k: weight[first + k][out % made] for k in range(seen)})
        else:
            found.append({first + k: weight[out][k] for k in range(seen)})
    return found


def alone(layer, channel, kernel):
    """What one channel and one kernel make of each other."""
    names = ("stride", "padding", "dilation")
    settings = {name: getattr(layer, name) for name in names} | {"groups": 1, "bias": None}
    if hasattr(layer, "output_padding"):
        made = oracle.transposed([channel], [[kernel]], **settings, output_padding=layer.output_padding)
    else:
        made = oracle.convolution([channel], [[kernel]], **settings, mode=layer.padding_mode, flip=layer.flip)
    return made[0]


def added(maps, bias):
    total = maps[0]
    for other in maps[1:]:
        total = plus(total, other)
    return plus(total, oracle.nested(oracle.size_of(total), lambda _: bias))


def plus(one, other):
    if isinstance(one, list):
        return [plus(a, b) for a, b in zip(one, other, strict=True)]
    return one + other


flat_layers = (convs(whole=True) | transposes(whole=True)).filter(lambda layer: len(layer.ends.in_size) < 3)
"""Of one or two axes."""


@st.composite
def fed(draw, layers=flat_layers):
    layer = draw(layers)
    values = draw(inputs(layer, whole=True))
    order, every = draw(st.sampled_from(ORDERS)), draw(st.integers(1, 4))
    labels = Labels() if draw(st.booleans()) else None
    return figure(layer, values=values, animation=Animation(order=order, every=every), labels=labels)


@few
@drawn(fed())
def test_every_number_of_every_lane(made):
    """Kernels, the maps that they make with their channel, and the output that these add up to."""
    layer, shown = made.layers[0], view(made)
    traced = shown.trace.layers[0]
    x, bias = traced.input.tolist(), layer.bias or (0,) * layer.ends.out_channels
    of = kernels(layer, traced.weight)
    panel, size, order = panel_of(shown), layer.ends.out_size, made.animation.order
    for k in some(len(panel.frames)):
        items, cell = items_of(panel, k, shown), shown.steps.cell(k)
        rank = shown.steps.rank(k) % prod(size)
        for row in shown.rows(cell[0]):
            channel_row = row.channel_row
            assert channel_row.channel in of[channel_row.output]
            kernel = of[channel_row.output][channel_row.channel]
            result = alone(layer, x[channel_row.channel], kernel)
            if not shown.add:
                result = added([result], bias[channel_row.output])
            assert read(items, row.kernel)[0] == rows_of(kernel)
            assert read(items, row.map)[0] == so_far(result, size, rank, order)
        if shown.add:
            maps = [alone(layer, x[c], kernel) for c, kernel in of[cell[0]].items()]
            output = added(maps, bias[cell[0]])
            assert read(items, shown.outputs.grid(cell[0]))[0] == so_far(output, size, rank, order)


@few
@drawn(fed())
def test_outputs_that_are_done_stay(made):
    """Each in a grid of its own, all numbers written before the next filter begins."""
    layer, shown = made.layers[0], view(made)
    if not shown.add or isinstance(shown.outputs, Pile):
        return
    wanted = [rows_of(values) for values in shown.trace.output.tolist()]
    panel = panel_of(shown)
    for k in some(len(panel.frames)):
        items, working = items_of(panel, k, shown), shown.steps.cell(k)[0]
        for output in range(layer.ends.out_channels):
            texts = read(items, shown.outputs.grid(output))[0]
            before = output > working if made.animation.order == "reverse" else output < working
            if before:
                assert texts == wanted[output]
            elif output != working:
                assert not any(map(any, texts))


@few
@drawn(fed())
def test_the_window_lies_on_the_cells_that_are_read(made):
    shown = view(made)
    layer, panel, colors = shown.trace.layers[0], panel_of(shown), shown.style.colors
    for k in some(len(panel.frames)):
        cell, items = shown.steps.cell(k), items_of(panel, k, shown)
        for row in shown.rows(cell[0]):
            step = layer.step((row.channel_row.output, *cell[1:]))
            taps = [tap for tap in step.taps if tap.channel == row.channel_row.channel]
            places = {shown.sheet.place((0, *tap.canvas)[-2:]) for tap in taps}
            marked = {shown.sheet.place((0, *tap.canvas)[-2:]) for tap in taps if tap.source == 0}
            texts, fills = read(items, row.sheet.grid)
            dark = {(r, c) for r, line in enumerate(fills) for c, fill in enumerate(line) if fill == colors.window}
            assert dark == marked
            assert set(shown.cells_read(row.channel_row, cell[1:])) == places
            for tap in taps:
                r, c = shown.sheet.place((0, *tap.canvas)[-2:])
                assert texts[r][c] == written(tap.x)


@few
@drawn(fed())
def test_the_input_is_drawn_with_its_border(made):
    layer, shown = made.layers[0], view(made)
    if not hasattr(layer, "padding_mode"):
        return
    items = [*shown.begun(0)]
    for row in shown.rows(0):
        channel = oracle.padded(shown.trace.input[row.channel_row.channel].tolist(), layer.padding, layer.padding_mode)
        assert read(items, row.sheet.grid)[0] == rows_of(channel)


@few
@drawn(pools().filter(lambda layer: len(layer.ends.in_size) < 3 and layer.reduce == "max"), st.data())
def test_pools_keep_channels_apart(layer, data):
    shown = view(figure(layer, values=data.draw(inputs(layer, whole=True))))
    settings = {name: getattr(layer, name) for name in ("stride", "padding", "dilation", "ceil_mode")}
    wanted = oracle.max_pool(shown.trace.input.tolist(), kernel=layer.kernel_size, **settings)
    panel = panel_of(shown)
    items = items_of(panel, len(panel.frames) - 1, shown)
    assert [row.channel_row.channel for row in shown.rows(0)] == list(range(layer.ends.in_channels))
    for row in shown.rows(0):
        numbers = [
            [float(text.replace(MINUS, "-").replace("∞", "inf")) for text in line] for line in read(items, row.map)[0]
        ]
        rows = wanted[row.channel_row.channel]
        assert numbers == (rows if isinstance(rows[0], list) else [rows])


# groups


@pytest.mark.parametrize("output", range(4))
def test_only_the_channels_of_the_group_are_at_work(output):
    shown = view(figure(GROUPED))
    first = output // 2 * 2
    assert [row.channel_row.channel for row in shown.rows(output)] == [first, first + 1]
    items = shown.begun(output)
    for channel, span in shown.places.tower.sources.items():
        fills = read(items, shown.places.grid(0, span))[1]
        color = shown.color(channel) if channel // 2 == output // 2 else shown.faint(channel)
        assert {fill for line in fills for fill in line} == {color}


@pytest.mark.parametrize("order", ["row-major", "reverse"])
@pytest.mark.parametrize("output", range(4))
def test_a_group_that_is_not_at_work_keeps_the_filter_next_to_its_turn_faintly_with_the_maps_that_it_made(
    output, order
):
    shown = view(figure(GROUPED, animation=Animation(order=order)))
    items, at_work = shown.begun(output), read(shown.begun(output), shown.rows(output)[0].kernel)[1]
    other, done = (2, order == "reverse") if output < 2 else (1, order == "row-major")
    rows = shown.rows(other)
    assert {row.channel_row.output for row in rows} == {other}
    for row in rows:
        texts, fills = read(items, row.kernel)
        assert texts == [[f"{number:g}" for number in line] for line in row.channel_row.kernel.tolist()]
        ground = shown.style.colors.background
        assert contrast(fills[0][0], ground) < contrast(at_work[0][0], ground)
        made = [[f"{number:g}" for number in line] for line in row.channel_row.map.tolist()]
        assert read(items, row.map)[0] == (made if done else [[""] * len(line) for line in made])


def test_groups_have_colours_of_their_own():
    shown = view(figure(CASES["grouped, one axis"]))
    colors = [shown.color(channel) for channel in range(8)]
    assert [colors[k] == colors[k + 1] for k in range(0, 8, 2)] == [True] * 4
    assert len(set(colors)) == 4
    assert [shown.output_color(output) for output in range(4)] == colors[::2]
    assert len(shown.places.tower.groups) == 4


def test_outputs_stand_beside_their_group():
    tower = view(figure(GROUPED)).places.tower
    for output, span in enumerate(tower.outputs):
        group = tower.groups[output // 2]
        assert group.top <= span.top
        assert span.top + span.height <= group.top + group.height


def test_of_too_many_groups_one_is_drawn():
    shown = view(figure(CASES["grouped, too many to draw"]))
    assert not shown.places.whole
    for output in (0, 3, 5):
        channels_ = [row.channel_row.channel for row in shown.rows(output)]
        assert channels_ == list(range(output // 2 * 4, output // 2 * 4 + 4))
        names = [item.text for item in shown.begun(output) if isinstance(item, Text)]
        assert f"group {output // 2 + 1}, channel {channels_[0] + 1}" in names


@pytest.mark.parametrize("multiplier", [1, 2, 3])
def test_a_depthwise_channel_has_its_filters_beside_it(multiplier):
    layer = conv((3, 3), 2, groups=2, in_channels=2, out_channels=2 * multiplier)
    shown = view(figure(layer))
    rows = shown.rows(0)
    wanted = [(k // multiplier, k) for k in range(2 * multiplier)]
    assert [(row.channel_row.channel, row.channel_row.output) for row in rows] == wanted
    assert len({row.sheet.grid.y for row in rows}) == 2
    assert all(a.map.y + a.map.height < b.map.y for a, b in pairwise(rows))
    forks = shown._forks(rows)
    assert [len(item.lines) for item in forks] == ([] if multiplier == 1 else [2 + multiplier] * 2)
    assert shown.sum is None


def test_one_channel_has_nothing_to_add_up():
    shown = view(figure(CASES["one channel, many filters"]))
    assert not shown.add
    assert len(shown.rows(0)) == 4
    assert {row.sheet.color for row in shown.rows(0)} == {shown.style.colors.input}
    assert len(shown.steps) == 9


# many


def test_many_outputs_are_piled_up():
    shown = view(figure(POINTWISE, animation=Animation(every=5)))
    assert isinstance(shown.outputs, Pile)
    places = [(shown.outputs.grid(k).x, shown.outputs.grid(k).y) for k in range(8)]
    assert all(x1 < x0 and y1 > y0 for (x0, y0), (x1, y1) in pairwise(places))
    panel = panel_of(shown)
    for k in some(len(panel.frames)):
        output, rank = shown.steps.cell(k)[0], shown.steps.rank(k) % 16
        texts = read(items_of(panel, k, shown), shown.outputs.grid(output))[0]
        assert texts == so_far(shown.trace.output[output].tolist(), (4, 4), rank, "row-major")


def test_three_outputs_are_not():
    assert not view(figure(MANY)).places.piled


@pytest.mark.parametrize("name", ["many channels", "depthwise, many"])
def test_of_many_lanes_some_are_drawn(name):
    shown = view(figure(CASES[name]))
    count = CASES[name].ends.in_channels
    assert [row.channel_row.channel for row in shown.rows(0)] == [0, 1, 2, count - 1]
    texts = [item.text for item in shown.begun(0) if isinstance(item, Text)]
    assert texts.count("⋮") == 1


@pytest.mark.parametrize("output", range(3))
def test_the_filter_at_work_and_its_map_are_named(output):
    items = view(figure(MANY)).begun(output)
    bold = [item.text for item in items if isinstance(item, Text) and item.bold]
    assert f"filter {output + 1} of 3" in bold
    assert f"map {output + 1}" in bold
    assert sum(text.startswith("map ") for text in bold) == 1


# the sum


@few
@drawn(fed(), st.data())
def test_the_written_sum_is_right(made, data):
    shown = view(made)
    if shown.sum is None:
        return
    k = data.draw(st.integers(0, len(shown.steps) - 1))
    cell = shown.steps.cell(k)
    items = shown.tallied(shown.sum, cell, x=0.0, y=20.0)
    terms, result = sentence(items).split("=")
    if "…" not in terms:
        assert signed(terms) == int(result) == shown.trace.output[cell]


def sentence(items):
    """Texts from left to right."""
    starts = sorted((text_box(Style(THEMES["light"], 1.0, DejaVu()), item)[0], item.text) for item in items)
    return "".join(text for _, text in starts).replace(MINUS, "-").replace(" ", "")


def signed(text):
    """Whole numbers with their signs, added up."""
    text = re.sub(r"\+\(?(-?)(\d+)\)?\(bias\)", lambda bias: f"{bias[1] or '+'}{bias[2]}", text)
    parts = re.findall(r"[+-]?\d+", text)
    assert "".join(parts) == text
    return sum(map(int, parts))


terms_of_places = st.integers(2, 6).flatmap(
    lambda frames: st.lists(st.lists(st.integers(-99, 99), min_size=frames, max_size=frames), min_size=2, max_size=9)
)


@drawn(terms_of_places, st.booleans())
def test_places_in_the_sum_stay(rows, biased):
    """Every number has the same middle in all frames, and no two texts overlap."""
    made = channel_rows(figure(MANY))
    terms = tuple(np.array(row) for row in rows)
    bias = np.array([-5, 17]) if biased else None
    fmt, named = made.map_format, ("(\N{MINUS SIGN}5) (bias)", "17 (bias)") if biased else ()
    room = Tally(made.style, fmt, terms, bias, np.array([-999, 999]), 10_000.0, fmt, fmt, named)
    middles = set()
    for k in range(len(rows[0])):
        values = [row[k] for row in rows]
        items = room.at(3.0, 20.0, values, None if bias is None else -5, sum(values))
        boxes = sorted(text_box(made.style, item) for item in items)
        assert boxes[0][0] >= 3.0 - 0.01
        assert boxes[-1][0] + boxes[-1][2] <= 3.0 + room.width + 0.01
        assert all(a[0] + a[2] <= b[0] + 0.01 for a, b in pairwise(boxes))
        middles.add(tuple(item.x for item in items if item.anchor == "middle"))
    assert len(middles) == 1


def test_a_long_sum_leaves_out_its_middle():
    shown = view(figure(CASES["many channels"]))
    items = shown.tallied(shown.sum, (0, 0, 0), x=0.0, y=20.0)
    assert "…" in sentence(items)
    assert shown.sum.width <= shown.width


@pytest.mark.parametrize("layer", [MANY, GROUPED, POINTWISE], ids=["many", "grouped", "pointwise"])
def test_the_addition_adds_the_maps(layer):
    made = figure(layer, show="sum")
    shown = addition(made)
    panel = channels(trace(made), shown.style)
    for k in some(len(panel.frames)):
        items, cell = items_of(panel, k, shown), shown.steps.cell(k)
        maps = [read(items, grid)[0] for grid in shown.grids]
        row, column = cell[1:]
        total = sum(int(texts[row][column].replace(MINUS, "-")) for texts in maps)
        bias = 0 if layer.bias is None else layer.bias[cell[0]]
        found = read(items, shown.outputs.grid(cell[0]))[0][row][column]
        assert found == written(total + bias) == written(shown.layer.output[cell].item())


def test_the_addition_of_many_maps_leaves_some_out():
    made = figure(CASES["many channels"], show="sum")
    static = addition(made).begun(0)
    names = [item.text for item in static if isinstance(item, Text) and item.text.startswith("partial sum")]
    assert names == [f"partial sum {k}" for k in (1, 2, 3, 40)]
    bare = addition(replace(made, labels=None))
    assert not [item.text for item in bare.begun(0) if isinstance(item, Text) and item.anchor == "start"]
    assert bare.bottom == 4 * bare.numbers.cell


# names and colours


def test_given_names():
    made = figure(MANY, labels=Labels(input="image", kernel="edges", output="found"))
    assert [sign.label.name for sign in view(made).places.signs] == ["image", "edges", "2 partial sums 2×2", "found"]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("one filter", ["filter 3×3×3, 3 kernels", "3 partial sums 3×3, one per channel"]),
        ("one channel, one filter", ["filter 3×3"]),
        ("one channel, many filters", ["4 filters 3×3"]),
        ("depthwise", ["3 filters 3×3, one per channel"]),
        ("depthwise, twice", ["4 filters 3×3, 2 per channel"]),
        ("transposed", ["filter 3×3×2, flipped in the window", "2 partial sums 5×7, one per channel"]),
        ("max pool", []),
    ],
)
def test_labels_over_the_columns(name, labels):
    signs = view(figure(CASES[name])).places.signs
    assert [", ".join(filter(None, sign.label)) for sign in signs[1 : 1 + len(labels)]] == labels
    assert len(signs) - 2 == len(labels)


def test_more_channels_than_colours_are_told_apart():
    for theme in THEMES.values():
        assert len({told_apart(theme.colors, k) for k in range(6)}) == 6
        assert told_apart(replace(theme.colors, channels=()), 4) == theme.colors.input


# channel shuffle


def shuffle(groups, each, size=(2, 2)):
    ends = Ends(groups * each, size, groups * each, size)
    return ChannelShuffle(ends, groups)


def dealt(groups, each):
    """For each place the channel that comes to it: one of each group in turn."""
    return [group * each + k for k in range(each) for group in range(groups)]


@drawn(st.integers(1, 5), st.integers(1, 4), st.sampled_from([(2,), (2, 2), (1, 3)]), st.sampled_from(ORDERS))
def test_lines_lead_from_each_channel_to_its_place(groups, each, size, order):
    made = figure(shuffle(groups, each, size), animation=Animation(order=order))
    shown = Crossing(trace(made), Style(made.theme, 1.0, DejaVu()))
    before, after = shown.columns
    ends = [(line[0], line[-1]) for item in shown.static() if isinstance(item, Lines) for line in item.lines]
    found = {(nearest(after, end), nearest(before, start)) for start, end in ends}
    assert found == set(enumerate(dealt(groups, each)))
    assert all(start[0] > before[0].x + before[0].width and end[0] < after[0].x for start, end in ends)


def nearest(grids, point):
    return min(range(len(grids)), key=lambda k: abs(grids[k].middle - point[1]))


@drawn(st.integers(1, 4), st.integers(1, 4), st.sampled_from(ORDERS), st.integers(1, 3))
def test_shuffled_maps_keep_numbers_and_colours(groups, each, order, every):
    made = figure(shuffle(groups, each), animation=Animation(order=order, every=every))
    shown = Crossing(trace(made), Style(made.theme, 1.0, DejaVu()))
    panel = channels(trace(made), shown.style)
    last = len(panel.frames) - 1
    items = items_of(panel, last, shown)
    current = shown.steps.cell(last)[0]
    for place, source in enumerate(dealt(groups, each)):
        texts, fills = read(items, shown.columns[1][place])
        assert texts == rows_of(shown.trace.input[source].tolist())
        if place != current:
            assert {fill for row in fills for fill in row} == {shown.color(source)}
            assert shown.color(source) == shown.color(source // each * each)


# pixel shuffle


def pixel_shuffle(factor, channels_, size):
    out = tuple(n * factor for n in size)
    return PixelShuffle(Ends(channels_ * factor**2, size, channels_, out), factor)


def pixel_unshuffle(factor, channels_, size):
    large = tuple(n * factor for n in size)
    return PixelUnshuffle(Ends(channels_, large, channels_ * factor**2, size), factor)


pixel_settings = st.tuples(st.integers(1, 3), st.integers(1, 2), st.tuples(st.integers(1, 3), st.integers(1, 3)))


@few
@drawn(pixel_settings, st.sampled_from(ORDERS), st.booleans())
def test_cells_have_the_colour_of_the_channel_they_come_from(settings, order, weaves):
    """As PyTorch: the cell in row r and column c of a square is of channel r · factor + c of its output's channels."""
    factor, channels_, size = settings
    layer = pixel_shuffle(*settings) if weaves else pixel_unshuffle(*settings)
    made = figure(layer, animation=Animation(order=order))
    shown = PixelShuffling(trace(made), Style(made.theme, 1.0, DejaVu()))
    panel = channels(trace(made), shown.style)
    last = len(panel.frames) - 1
    items = items_of(panel, last, shown)
    cell = shown.steps.cell(last)
    marked = {placed(shown.source(cell), shown.before), placed(cell, shown.after)}
    small = [read(items, grid) for grid in shown.small]
    large = [read(items, grid) for grid in shown.large]
    for channel, row, column in oracle.cells((channels_, *(n * factor for n in size))):
        part = channel * factor**2 + row % factor * factor + column % factor
        r, c = row // factor, column // factor
        assert large[channel][0][row][column] == small[part][0][r][c] != ""
        if not {placed((channel, row, column), shown.large), placed((part, r, c), shown.small)} & marked:
            assert large[channel][1][row][column] == small[part][1][r][c] == shown.color(part)
    assert len({shown.color(part) for part in range(factor**2)}) == factor**2


def placed(cell, grids):
    return (grids[cell[0]].x, grids[cell[0]].y, *cell[1:])


@few
@drawn(pixel_settings, st.booleans())
def test_a_shuffles_line_runs_between_cells_to_the_copy(settings, weaves):
    """It hides no number and no name, and turns into the cell from above, where its head ends above the number."""
    layer = pixel_shuffle(*settings) if weaves else pixel_unshuffle(*settings)
    made = figure(layer, labels=Labels())
    shown = PixelShuffling(trace(made), Style(made.theme, 1.0, DejaVu()))
    texts = [item for item in shown.static() if isinstance(item, Text)]
    boxes = [text_box(shown.style, text) for text in texts]
    for k in range(len(shown.steps)):
        cell = shown.steps.cell(k)
        line, head = shown._beam(shown.source(cell), cell)
        (points,) = line.lines
        x, y, side, _ = shown.after[cell[0]].box(*cell[1:])
        assert points[-1] == (x + side / 2, y)
        tip = max(head.rings[0], key=lambda point: point[1])
        written = next(item for item in shown._cell(shown.after, cell, "#ffffff", bold=True) if isinstance(item, Text))
        assert tip[0] == x + side / 2
        assert y < tip[1] < text_box(shown.style, written)[1]
        for one, other in pairwise(points):
            for step in range(41):
                at = tuple(a + (b - a) * step / 40 for a, b in zip(one, other, strict=True))
                assert not any(x < at[0] < x + w and y < at[1] < y + h for x, y, w, h in boxes)


def test_what_is_copied_is_said():
    made = figure(pixel_shuffle(2, 1, (3, 3)))
    shown = PixelShuffling(trace(made), Style(made.theme, 1.0, DejaVu()))
    assert shown.words((2, 1, 0), (0, 3, 0)) == "channel 3, row 2, column 1 → row 4, column 1"


# upsampling


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_upsampling_says_what_a_cell_is_made_of(mode):
    layer = Upsample(Ends(2, (3, 3), 2, (9, 9)), mode, False, (1 / 3, 1 / 3))
    made = figure(layer, values=given([[[5, 7, 2], [5, 8, 8], [1, 2, 0]]] * 2))
    panel, style = channels(trace(made), Style(made.theme, 1.0, DejaVu())), Style(made.theme, 1.0, DejaVu())
    for k in range(0, len(panel.frames), 5):
        told = [item for item in panel.frames[k].shown if isinstance(item, Text) and item.y > view(made).sum_top]
        said = " ".join(item.text for item in told).replace(MINUS, "-")
        if "·" in said:
            terms = re.findall(r"([\d.]+)·\(?(-?[\d./e]+)\)?", said.split(": ")[1])
            assert sum(float(x) * float(Fraction(w)) for x, w in terms) == pytest.approx(
                float(said.split()[-1]), abs=0.06
            )
        for item in told:
            assert item.x + style.width(item.text, size=item.size) <= panel.width + 1


@pytest.mark.parametrize(("mode", "reads"), [("nearest", 1), ("linear", 4)])
def test_upsampling_marks_the_cells_that_are_read(mode, reads):
    layer = Upsample(Ends(2, (3, 3), 2, (6, 6)), mode, False, (0.5, 0.5))
    shown = view(figure(layer, values=given([[list(range(3)) for _ in range(3)]] * 2)))
    panel = panel_of(shown)
    k = 8
    items = items_of(panel, k, shown)
    for row in shown.rows(0):
        fills = [fill for line in read(items, row.sheet.grid)[1] for fill in line]
        assert fills.count(shown.style.colors.window) == reads
        texts = read(items, row.map)[0]
        assert sum(bool(text) for line in texts for text in line) == k + 1


# within the picture


def extent(item, style):
    match item:
        case Polygons(rings=shapes) | Lines(lines=shapes):
            return [point for shape in shapes for point in shape]
        case Boxes(boxes=boxes):
            return [corner for x, y, w, h in boxes for corner in ((x, y), (x + w, y + h))]
        case Text():
            x, y, w, h = text_box(style, item)
            return [(x, y), (x + w, y + h)]
        case Mosaic():
            return item.ring


def assert_within(panel, style):
    """But for the edges that are hidden when a filter begins."""
    frames = [panel.frames[k] for k in some(len(panel.frames))]
    items = [*panel.static, *(item for frame in frames for item in (*frame.kept, *frame.shown))]
    found = [point for item in items for point in extent(item, style)]
    room = style.line + 1
    assert min(x for x, _ in found) >= -room
    assert min(y for _, y in found) >= -room
    assert max(x for x, _ in found) <= panel.width + room
    assert max(y for _, y in found) <= panel.height + room


LAYERS = {
    **CASES,
    "shuffle": shuffle(3, 2),
    "pixels": pixel_shuffle(2, 2, (2, 3)),
    "pixels back": pixel_unshuffle(3, 1, (2, 2)),
}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_all_lies_within_the_panel(layer, theme):
    for labels in (None, Labels()):
        made = figure(layer, theme=theme, labels=labels)
        style = Style(made.theme, 1.0, DejaVu())
        assert_within(channels(trace(made), style), style)


@few
@drawn(fed(), st.sampled_from([0.5, 1.0, 1.7]), st.sampled_from(["both", "maps"]))
def test_any_layer_lies_within_the_panel(made, scale, show):
    style = Style(made.theme, scale, DejaVu())
    assert_within(channels(trace(replace(made, view=Channels(show, cells="numbers"))), style), style)


@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)
def test_grids_and_names_do_not_overlap(layer):
    """The named grids of a column stand below each other, each name over its own."""
    made = figure(layer)
    style = Style(made.theme, 1.0, DejaVu())
    panel = channels(trace(made), style)
    boxes = [text_box(style, item) for item in panel.static if isinstance(item, Text) and item.anchor == "start"]
    for k, (x, y, width, height) in enumerate(boxes):
        for x2, y2, width2, height2 in boxes[k + 1 :]:
            apart = x + width <= x2 or x2 + width2 <= x or y + height <= y2 or y2 + height2 <= y
            assert apart


def test_scale_bars_stand_below_the_products():
    layer = {"type": "conv", "kernel_size": 2}
    spec = {"input": {"size": [3, 3]}, "layer": layer, "view": {"kind": "channels", "cells": "both"}}
    made = conv_anim.load({**spec, "size": {"scale": 1}})
    style = Style(made.theme, 1.0, DejaVu())
    panel = channels(trace(made), style)
    bars = [item for item in panel.static if isinstance(item, Mosaic) and item.rows == 1]
    products = [item for item in panel.frames[0].shown if isinstance(item, Text) and "·" in item.text]
    assert bars
    assert products
    assert max(item.y for item in products) < min(bar.corner[1] for bar in bars)


@pytest.mark.parametrize("name", CASES)
def test_no_text_is_under_nine_pixels(name):
    made = figure(CASES[name])
    panel = channels(trace(made), Style(made.theme, 1.0, DejaVu()))
    items = [*panel.static, *panel.frames[0].shown]
    assert all(item.size >= 9 for item in items if isinstance(item, Text))


@pytest.mark.parametrize("bias", [None, [1, -2, 0]])
@pytest.mark.parametrize("layer", ["depthwise", "conv"])
def test_products_of_a_channel_add_up_to_its_map(layer, bias):
    """What stands below the maps is read again and worked out."""
    given = {"type": layer, "kernel_size": 3} | ({} if bias is None else {"bias": bias[: 1 if layer == "conv" else 3]})
    spec = {"input": {"size": [5, 5], "channels": 3}, "layer": given, "view": {"kind": "channels", "show": "maps"}}
    loaded = conv_anim.load(spec)
    (made,) = conv_anim.trace(loaded).layers
    scene = pipeline.scene(loaded)
    for k, rest in enumerate(scene.rests[:9]):
        shown = [item for item in scene.frames[rest].shown if isinstance(item, Text)]
        top = next(item for item in shown if item.text == "channel 1:  ")
        lines = [item.text for item in sorted(shown, key=lambda item: (item.y, item.x)) if item.y >= top.y - 1][1:]
        said = "".join(lines).replace("\u2212", "-").replace("\u00b7", "*").replace("(bias)", "")
        terms, result = said.split("=")
        assert eval(terms) == int(result)  # what stands in the figure is arithmetic
        row, column = divmod(k, 3)
        expected = sum(
            made.input[0, row + i, column + j] * made.kernels[0, 0, i, j] for i in range(3) for j in range(3)
        )
        assert int(result) == expected + (bias[0] if bias and layer == "depthwise" else 0)


MOVES = {
    "channel shuffle": ([3, 3], 6, {"type": "channel_shuffle", "groups": 3}),
    "pixel shuffle": ([2, 3], 4, {"type": "pixel_shuffle", "upscale_factor": 2}),
    "pixel unshuffle": ([4, 4], 1, {"type": "pixel_unshuffle", "downscale_factor": 2}),
    "upsampling": ([2, 3], 2, {"type": "upsample", "scale_factor": 2}),
}


@pytest.mark.parametrize("cells", ["shades", "both", "plain"])
@pytest.mark.parametrize("name", MOVES)
def test_what_moves_can_be_seen_in_shades(name, cells):
    """No number is written but in `both`, and what is copied keeps its shade."""
    size, channels, layer = MOVES[name]
    spec = {"input": {"size": size, "channels": channels, "values": "arange"}, "layer": layer}
    drawn = pipeline.scene(conv_anim.load({**spec, "view": {"kind": "channels", "cells": cells}, "labels": False}))
    kept = [item for frame in drawn.frames for item in frame.kept]
    written = [item for item in kept if isinstance(item, Text)]
    assert bool(written) == (cells == "both")
    tiles = [item for item in (*drawn.static, *kept) if isinstance(item, Mosaic)]
    assert bool(tiles) == (cells != "plain")
    if cells == "shades" and name != "upsampling":
        before, after = (
            {
                item.colors[k : k + 3]
                for item in found
                if isinstance(item, Mosaic)
                for k in range(0, len(item.colors), 3)
            }
            for found in (drawn.static, kept)
        )
        assert after <= before
        assert len(before) > 1


def test_a_shuffle_of_more_numbers_than_can_be_written_is_seen_in_shades():
    spec = {"input": {"size": [64, 64], "channels": 4}, "layer": {"type": "pixel_shuffle", "upscale_factor": 2}}
    drawn = pipeline.scene(conv_anim.load({**spec, "view": "channels"}))
    assert any(isinstance(item, Mosaic) for item in drawn.static)
    with pytest.raises(conv_anim.SpecError, match="writes every number"):
        conv_anim.load({**spec, "view": {"kind": "channels", "cells": "numbers"}})


def test_products_of_channels_are_not_called_sums_and_in_shades_are_written_with_their_cells():
    loaded = conv_anim.load(TEMPLATES["color"].path)
    traced, shown = conv_anim.trace(loaded), pipeline.scene(loaded)
    assert "3 products 32×32" in pictures.texts(shown.static)
    assert not any("partial" in text for text in pictures.texts(shown.static))
    said = next(text for text in pictures.texts(shown.frames[shown.rests[0]].shown) if "·" in text)
    made, result = said.replace("·", "*").split(" = ")
    assert eval(made) == pytest.approx(float(result))
    cell = next(tuple(at) for at in np.argwhere(np.isclose(traced.output[0], float(result))))
    assert [f"{traced.input[c][cell]}·{w}" for c, w in enumerate((0.3, 0.59, 0.11))] == said.split(" = ")[0].split(
        " + "
    )


def test_a_filter_bank_in_shades_writes_the_sum_of_its_first_map_within_the_figure():
    shown = pipeline.scene(conv_anim.load(TEMPLATES["filter_bank"].path))
    lines = [item for item in shown.frames[shown.rests[0]].shown if isinstance(item, Text) and "·" in item.text]
    result = next(item for item in shown.frames[shown.rests[0]].shown if isinstance(item, Text) and item.text[0] == "=")
    made = " ".join(item.text for item in sorted(lines, key=lambda item: item.y)).replace("−", "-").replace("·", "*")
    assert made.count("*") == 25
    assert eval(made) == pytest.approx(float(result.text[2:].replace("−", "-")), abs=0.005)
    for item in (*lines, result):
        assert item.x >= 0
        assert item.x + DejaVu().width(item.text, size=item.size, bold=item.bold) <= shown.width


WRITTEN = "con_6", "depthwise", "one_channel_many_filters", "upsampled_channels", "filter_bank"


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_below_the_maps_begins_at_one_place_in_every_step(name):
    (path,) = (template.path for template in templates() if template.name == name)
    drawn = pipeline.scene(conv_anim.load(path))
    shown = [
        item for k in range(min(200, len(drawn.frames))) for item in drawn.frames[k].shown if isinstance(item, Text)
    ]
    lefts = [item.x for item in shown if item.text.startswith(("channel 1: ", "map 1: "))]
    assert len(lefts) > 2
    assert len(set(lefts)) == 1


@pytest.mark.parametrize("output", range(4))
def test_signs_of_groups_at_rest_are_no_stronger_than_those_at_work(output):
    shown = view(figure(GROUPED))
    signs = [item for item in shown.begun(output) if isinstance(item, Text) and item.text in {"∗", "=", "+"}]
    assert len(signs) > 8
    assert {item.color for item in signs} == {shown.style.label_ink}


@pytest.mark.parametrize("layer", [GROUPED, CASES["grouped, one axis"]])
def test_a_bracket_leads_to_a_sign_that_is_as_far_from_it_as_from_the_output(layer):
    shown = view(figure(layer))
    outputs = shown.outputs
    items, height = shown.begun(0), outputs.grid(0).middle
    leads = [line for item in items if isinstance(item, Lines) for line in item.lines if len(line) == 2]
    end = max(right for (_, y), (right, low) in leads if y == low == height and right < outputs.x)
    sign = max((item for item in items if isinstance(item, Text) and item.text == "="), key=lambda item: item.x)
    half = shown.style.width(sign.text, size=sign.size) / 2
    assert sign.x - end == pytest.approx(outputs.x - sign.x)
    assert sign.x - end == pytest.approx(half + shown.style.gap)
