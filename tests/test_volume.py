"""The volume view: the window's box covers the step's taps, the output fills cell by cell, all within the picture."""

from dataclasses import replace
from itertools import pairwise, product
from math import isfinite

import pytest
from hypothesis import example
from hypothesis import given as drawn
from hypothesis import strategies as st

from conv_anim.ops.shuffle import ChannelShuffle
from conv_anim.ops.upsample import Upsample
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.figure import scene
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.volume.oblique import Depth
from conv_anim.scene.volume.view import VolumeView, volume
from conv_anim.scene.wording import names
from conv_anim.spec.model import Animation, Ends, FigureSize, Labels
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Volume
from conv_anim.tracing.trace import trace
from tests.layers import conv, conv_transpose, convs, pool, pools, spec, themed, transposes

CELL = 20
KERNEL = (conv((5, 5), 3, in_channels=3),)
SEPARABLE = (
    conv((7, 7), 3, in_channels=3, out_channels=3, groups=3),
    conv((5, 5), 1, in_channels=3, out_channels=128),
)
CASES = {
    "one filter": KERNEL,
    "many filters": (conv((7, 7), 3, in_channels=3, out_channels=128),),
    "grouped": (conv((5, 5), 3, in_channels=4, out_channels=4, groups=2),),
    "depthwise": (conv((7, 7), 3, in_channels=3, out_channels=3, groups=3),),
    "depthwise, many": (conv((6, 6), 3, padding=1, in_channels=64, out_channels=64, groups=64),),
    "pointwise": (conv((7, 7), 1, in_channels=3, out_channels=8, bias=(1,) * 8),),
    "one axis": (conv((9,), 3, in_channels=4, out_channels=6),),
    "not square": (conv((4, 8), (3, 2), in_channels=2, out_channels=2),),
    "padded": (conv((5, 5), 3, padding=1, in_channels=3),),
    "dilated": (conv((7, 7), 3, dilation=2, in_channels=3),),
    "three axes": (conv((5, 5, 5), 3),),
    "three axes, padded": (conv((4, 4, 4), 3, padding=1, in_channels=2, out_channels=2),),
    "transposed": (conv_transpose((2, 2), 3, stride=2, in_channels=2),),
    "transposed, three axes": (conv_transpose((2, 2, 2), 2, stride=2),),
    "max pool": (pool((5, 5), 2, stride=2, reduce="max", channels=2, ceil_mode=True),),
    "separable": SEPARABLE,
    "with a pool": (conv((8, 8), 3, out_channels=4), pool((6, 6), 2, stride=2, reduce="mean", channels=4)),
}
SHUFFLED = (
    conv((5, 5), 3, groups=2, in_channels=4, out_channels=4),
    ChannelShuffle(Ends(4, (3, 3), 4, (3, 3)), 2),
    conv((3, 3), 1, groups=2, in_channels=4, out_channels=4),
)
CASES |= {
    "spatially separable": (conv((7, 7), (3, 1)), conv((5, 7), (1, 3))),
    "flattened": (conv((7, 7), 1, in_channels=3), conv((7, 7), (3, 1)), conv((5, 7), (1, 3))),
    "shuffled groups": SHUFFLED,
    "shuffle": (ChannelShuffle(Ends(6, (2, 3), 6, (2, 3)), 3),),
    "shuffle of many": (ChannelShuffle(Ends(40, (2, 2), 40, (2, 2)), 4),),
    "shuffle of 1-D maps": (ChannelShuffle(Ends(4, (5,), 4, (5,)), 2),),
    "upsampled": (
        Upsample(Ends(2, (3, 3), 2, (6, 6)), "linear", align_corners=False, ratio=(0.5, 0.5)),
        conv((6, 6), 3, in_channels=2),
    ),
    "upsampled and padded": (
        Upsample(Ends(1, (2, 2), 1, (4, 4)), "nearest", align_corners=False, ratio=(0.5, 0.5)),
        conv((4, 4), 1, padding=1),
    ),
    "upsampled volume": (Upsample(Ends(1, (2, 2, 3), 1, (4, 4, 6)), "nearest", False, (0.5, 0.5, 0.5)),),
}
ORDERS = ("row-major", "column-major", "reverse")


def figure(*layers, theme="light", **settings):
    settings = {"labels": Labels(), "caption": True} | settings
    return replace(spec(*layers), view=Volume(), theme=themed(theme), **settings)


def cell(made, k):
    """The cell that a step makes, of whichever map is made then."""
    stage, step = made.steps.at(k)
    return made.steps.each[stage].cell(step)


def view(*layers, theme="light", **settings):
    made = figure(*layers, theme=theme, **settings)
    return VolumeView(trace(made), Style(made.theme, 1.0, DejaVu()), CELL)


def points(item, style):
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


def some(count):
    return sorted({0, 1 % count, count // 2, count - 1})


def assert_within(panel, style):
    frames = [panel.frames[k] for k in some(len(panel.frames))]
    items = [*panel.static, *(item for frame in frames for item in (*frame.kept, *frame.shown))]
    found = [point for item in items for point in points(item, style)]
    assert all(isfinite(x) and isfinite(y) for x, y in found)
    assert min(x for x, _ in found) >= -0.01
    assert min(y for _, y in found) >= -0.01
    assert max(x for x, _ in found) <= panel.width + 0.01
    assert max(y for _, y in found) <= panel.height + 0.01


# places


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("layers", CASES.values(), ids=CASES)
def test_all_lies_within_the_panel(layers, theme):
    style = Style(THEMES[theme], 1.0, DejaVu())
    for labels in (None, Labels()):
        assert_within(volume(trace(figure(*layers, theme=theme, labels=labels)), style), style)


@example(conv((6, 3), 1, padding=((1, 3), (0, 0))), "row-major", 0.5, True)  # "10" beside it is wider than a gap
@drawn(convs() | transposes() | pools(), st.sampled_from(ORDERS), st.sampled_from([0.5, 1.0, 1.7]), st.booleans())
def test_any_layer_lies_within_the_panel(layer, order, scale, labelled):
    made = figure(layer, animation=Animation(order=order), labels=Labels() if labelled else None)
    style = Style(made.theme, scale, DejaVu())
    assert_within(volume(trace(made), style), style)


@pytest.mark.parametrize("layers", CASES.values(), ids=CASES)
def test_the_same_spec_gives_the_same_scene(layers):
    one, other = (scene(trace(figure(*layers)), DejaVu()) for _ in range(2))
    assert (one.width, one.height, one.static) == (other.width, other.height, other.static)
    for k in some(len(one.frames)):
        assert one.frames[k] == other.frames[k]


@pytest.mark.parametrize("layers", CASES.values(), ids=CASES)
def test_parts_do_not_overlap(layers):
    parts = [(stack.box[0], stack.box[0] + stack.width) for stack in view(*layers).stacks]
    parts += [(bank.x, bank.x + bank.width) for bank in view(*layers).banks if bank is not None]
    parts.sort()
    assert all(end < start for (_, end), (start, _) in pairwise(parts))


@pytest.mark.parametrize("layers", CASES.values(), ids=CASES)
def test_labels_stand_over_their_parts(layers):
    lineup = view(*layers).lineup
    starts = [lineup.page.anchors[f"column {k}"][0] for k in range(len(lineup.sizes))]
    labels = [label.width for label in lineup.labels] or [0.0] * len(starts)
    wide = [max(label, width) for label, (width, _) in zip(labels, lineup.sizes, strict=True)]
    columns = [(x, x + width) for x, width in zip(starts, wide, strict=True)]
    assert all(end < start for (_, end), (start, _) in pairwise(columns))
    for (start, end), left, (width, _) in zip(columns, lineup.lefts, lineup.sizes, strict=True):
        assert (left - start) == pytest.approx(end - left - width, abs=1)


def test_natural_widths():
    sizes = {name: scene(trace(figure(*layers)), DejaVu()).width for name, layers in CASES.items()}
    assert 700 <= sizes["many filters"] <= 820
    assert all(sizes[name] <= 880 + 130 * (len(layers) - 1) for name, layers in CASES.items())


@pytest.mark.parametrize("width", [320, 640, 1000])
def test_a_wanted_width_is_kept(width):
    assert scene(trace(figure(*SEPARABLE, size=FigureSize(width=width))), DejaVu()).width == width


def test_a_large_map_fits():
    large = conv((224, 224), 7, stride=2, padding=3, in_channels=3, out_channels=64)
    drawn = scene(trace(figure(large, animation=Animation(every=100_000))), DejaVu())
    assert drawn.width < 850
    assert len(drawn.frames) == 8


# the window


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", [name for name, layers in CASES.items() if len(layers) == 1])
def test_the_window_covers_the_taps(name, order):
    made = view(*CASES[name], animation=Animation(order=order))
    layer = made.layers[0]
    for k in some(len(made.steps)):
        reach = made.reaches(k)[0]
        covered = set(product(reach.slices, reach.rows, reach.columns))
        assert covered == {place(tap) for tap in layer.step(cell(made, k)).taps if tap.channel == seen(layer, tap)}


def place(tap):
    """Slice, row and column of a tap on the canvas."""
    rows = (0, *tap.canvas) if len(tap.canvas) == 1 else tap.canvas
    return rows if len(rows) == 3 else (tap.channel, *rows)


def seen(layer, tap):
    """Of three axes one channel is drawn."""
    return 0 if len(layer.means.out_size) > 2 else tap.channel


def fronts(items, color):
    return [box for item in items if isinstance(item, Boxes) and item.fill == color for box in item.boxes]


@pytest.mark.parametrize("order", ["row-major", "column-major"])
def test_the_front_of_the_window_stands_on_the_cells_it_covers(order):
    made = view(*KERNEL, animation=Animation(order=order))
    body = made.bodies[0]
    for k in range(len(made.steps)):
        row, column = cell(made, k)[1:]
        stack = body.stack
        wanted = (stack.x + column * CELL, stack.y + row * CELL, 3 * CELL, 3 * CELL)
        assert fronts(body.window(made.reaches(k)[0]), body.strong(2)) == [wanted]


def test_a_window_over_padding_reads_only_the_map():
    made = view(*CASES["padded"])
    body = made.bodies[0]
    first, middle = body.window(made.reaches(0)[0]), body.window(made.reaches(12)[0])
    strong, weak = body.strong(2), body._weak
    assert [box[2:] for box in fronts(first, strong)] == [(2 * CELL, 2 * CELL)]
    assert len(fronts(first, weak)) == 5
    assert [box[2:] for box in fronts(middle, strong)] == [(3 * CELL, 3 * CELL)]
    assert not fronts(middle, weak)


def test_a_group_leaves_the_other_slices_alone():
    made = view(*CASES["grouped"])
    depth = made.stacks[0].depth
    first, last = made.reaches(0)[0], made.reaches(len(made.steps) - 1)[0]
    assert (first.slices, last.slices) == ([0, 1], [2, 3])
    assert depth.back(0) > depth.back(2) > depth.back(4) == 0


@pytest.mark.parametrize("order", ["row-major", "reverse"])
@pytest.mark.parametrize("name", ["grouped", "depthwise", "three axes"])
@pytest.mark.parametrize("theme", ["dark", "print"])
def test_slices_in_front_of_the_window_are_left_away(name, order, theme):
    """What a window reads is seen: no cell is painted in front of it, and its front is no dashed line."""
    made = view(*CASES[name], theme=theme, animation=Animation(order=order))
    body, stack = made.bodies[0], made.stacks[0]
    blank = made.style.colors.background
    for k in some(len(made.steps)):
        reach = made.reaches(k)[0]
        items = body.window(reach)
        ahead = [place for place in range(stack.depth.count) if stack.ends((place, 1)) < stack.ends(near(stack, reach))]
        painted = [
            box for item in items if isinstance(item, Boxes) and item.fill not in {None, blank} for box in item.boxes
        ]
        assert bool(painted) == bool(ahead), "the map is painted again only where something is in the way"
        assert {stack.at(stack.ends((place, 1))[0], 0, 0) for place in ahead}.isdisjoint(box[:2] for box in painted)
        frame = items[-1]
        assert isinstance(frame, Boxes)
        assert (frame.stroke.color, frame.stroke.dash) == (made.style.colors.window, None)


def near(stack, cells):
    """The slice of some cells that is in front of the others, as a run."""
    return min(((place, 1) for place in cells.slices), key=stack.ends)


def test_before_they_are_made_slices_are_an_outline_in_front_of_those_that_are():
    made = view(*CASES["many filters"], theme="dark")
    stack, (filling,) = made.stacks[1], made.fillings
    assert filling.ahead(0)[-1].boxes == ((stack.x, stack.y, 5 * CELL, 5 * CELL),)
    shown = made.frame(3).shown
    assert all(item in shown for item in filling.ahead(3))
    assert filling.ahead(len(made.steps) - 1) == []


def test_shades_of_a_padded_depth_are_those_of_the_map():
    layer = conv((3, 3, 3), 3, padding=1)
    made = replace(figure(layer), view=Volume(cells="shades"))
    view_ = VolumeView(trace(made), Style(made.theme, 1.0, DejaVu()), CELL)
    fronts_ = [item for item in view_.static() if isinstance(item, Mosaic)]
    wanted = view_.tones.of_maps[0].colors(view_.tones.maps[0][0])[-1]
    assert wanted.tobytes() in [item.colors for item in fronts_]


def test_through_layers_the_window_grows():
    made = view(*SEPARABLE)
    sizes = [[(len(r.slices), len(r.rows), len(r.columns)) for r in made.reaches(k)] for k in (0, 24, 25, 49)]
    assert sizes == [[(3, 3, 3), (3, 1, 1)]] * 2 + [[(3, 3, 3), (3, 1, 1), (128, 1, 1)]] * 2


@pytest.mark.parametrize("name", ["spatially separable", "flattened"])
def test_through_thin_filters_an_output_reaches_as_far_as_the_filter_that_they_replace(name):
    made = view(*CASES[name])
    reach = made.reaches(len(made.steps) - 1)[0]
    assert (len(reach.rows), len(reach.columns)) == (3, 3)
    outlines = [item for item in made.bodies[0].reached(reach) if isinstance(item, Boxes)]
    x, y = made.stacks[0].at(0, reach.rows[0], reach.columns[0])
    assert [item.boxes for item in outlines] == [((x, y, 3 * CELL, 3 * CELL),)]
    assert set(outlines) <= set(made.frame(len(made.steps) - 1).shown)


def test_a_map_is_empty_until_it_is_made_and_full_while_it_is_read():
    """Also where it lies on a canvas with padding."""
    made = view(conv((4, 4), 3), conv((2, 2), 3, padding=1), conv((2, 2), 1))
    fills = [filling.fill(0) for filling in made.fillings]
    for k in range(len(made.steps)):
        painted = [*made.static(), *(item for j in range(k + 1) for item in made.frame(j).kept)]
        stage, step = made.steps.at(k)
        done = [sum(w * h for _, _, w, h in fronts(painted, fill)) / CELL**2 for fill in fills]
        assert done == [4 if number < stage else step if number == stage else 0 for number in range(3)]
    assert made.stacks[1].rows == 4
    x, y = made.stacks[1].at(0, 1, 1)
    last = [box for k in range(5) for box in fronts(made.frame(k).kept, fills[0])]
    assert min(last)[:2] == (x, y)


def test_padding_was_made_of_nothing():
    made = view(conv((5, 5), 3), conv((3, 3), 1, padding=1))
    first = made.steps.stages[1]
    lines = [
        sum(isinstance(i, Lines) and len(i.lines) == 1 for i in made._beam(1, made.reaches(k)))
        for k in (first, first + 12)
    ]
    assert made.reaches(first)[0].rows == []
    assert not made.bodies[0].reached(made.reaches(first)[0])
    assert lines == [4, 4]


def test_dilated_windows_are_separate_bars():
    made = view(*CASES["dilated"])
    body = made.bodies[0]
    assert len(fronts(body.window(made.reaches(0)[0]), body.strong(2))) == 9


def made_now(made, k):
    """The cells of a step: those of its portion at one place, or of a shuffle between others all of its map."""
    stage, _ = made.steps.at(k)
    portion, *position = cell(made, k)
    first, number = made.portions[stage][portion]
    whole = made.layers[stage].layer.dealt is not None and len(made.layers) > 1
    places = product(*map(range, made.layers[stage].means.out_size)) if whole else [tuple(position)]
    return {(channel, *place) for place in places for channel in range(first, first + number)}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", [name for name, layers in CASES.items() if len(layers[0].ends.in_size) < 3])
def test_what_is_read_is_what_the_output_is_made_of(name, order):
    """From the map that is made to the input: the cells of all taps, then those of all of these that are no padding."""
    made = view(*CASES[name], animation=Animation(order=order))
    for k in {*some(len(made.steps)), *made.steps.stages}:
        reaches, cells, (stage, _) = made.reaches(k), made_now(made, k), made.steps.at(k)
        assert len(reaches) == stage + 2
        layers = made.layers[stage::-1]
        for layer, space, reach in zip(layers, made.spaces[stage::-1], reaches[-2::-1], strict=True):
            taps = [tap for cell in cells for tap in layer.step(cell).taps]
            lead = (space.rows.lead, space.columns.lead)
            places = {(tap.channel, *map(sum, zip(lead, (0, *tap.canvas)[-2:], strict=True))) for tap in taps}
            assert set(product(reach.slices, reach.rows, reach.columns)) == places
            cells = {tap.input for tap in taps if tap.input is not None}


@pytest.mark.parametrize("name", ["depthwise", "separable", "shuffled groups", "many filters"])
def test_lines_meet_the_filters_at_work(name):
    made = view(*CASES[name])
    for k in some(len(made.steps)):
        reaches = made.reaches(k)
        for number, filters in enumerate(made.banks):
            if filters is None:
                continue
            if number != made.steps.at(k)[0]:
                continue
            working = reaches[number + 1].slices
            lines = [item.lines[0] for item in made._beam(number, reaches)]
            drawn = [filters.stack(slot) for slot in filters.slots if slot.shows(working[0]) in working]
            meet = {point for box in drawn for side in (False, True) for point in box.sides(right=side)}
            if filters.framed:
                x, y, wide, high = filters.frame(working[0] // filters.each)
                meet = set(product((x, x + wide), (y, y + high)))
            apart = made.layers[number].operator.groups == made.layers[number].operator.in_channels > 1
            if apart and len(working) == len(filters.slots):
                stack, reach = made.stacks[number + 1], reaches[number + 1]
                fronts = [stack.ends((channel, 1))[0] for channel in working]
                assert [line[-1] for line in lines[2:]] == [
                    stack.at(near, reach.rows[-1] + 0.5, reach.columns[-1]) for near in fronts
                ]
                assert {line[-1] for line in lines[:2]} <= meet
                continue
            assert len(lines) == 4
            assert all({line[0], line[-1]} & meet for line in lines)


@pytest.mark.parametrize(("groups", "each"), [(2, 2), (2, 3), (3, 2), (3, 3)])
@pytest.mark.parametrize("labels", [None, Labels()])
def test_lines_go_around_other_filters_and_their_numbers(groups, each, labels):
    layer = conv((4, 4), 2, in_channels=2 * groups, out_channels=groups * each, groups=groups)
    made = view(layer, labels=labels)
    (filters,) = made.banks
    assert len({slot.column for slot in filters.slots}) == each
    for k in range(0, len(made.steps), 4):
        reaches = made.reaches(k)
        working = reaches[1].slices
        boxes = [filters.stack(slot).box for slot in filters.slots if slot.shows(working[0]) not in working]
        texts = [item for item in filters.items(working) if isinstance(item, Text)]
        boxes += [text_box(made.style, text) for text in texts]
        for item in made._beam(0, reaches):
            for one, other in pairwise(item.lines[0]):
                for step in range(41):
                    at = tuple(a + (b - a) * step / 40 for a, b in zip(one, other, strict=True))
                    assert not any(x < at[0] < x + w and y < at[1] < y + h for x, y, w, h in boxes)


@pytest.mark.parametrize("name", ["separable", "shuffled groups", "pointwise", "many filters", "depthwise", "bar"])
def test_no_line_runs_through_a_filters_number(name):
    made = view(*(CASES | {"bar": (conv((5, 5), 1, in_channels=8, out_channels=3),)})[name])
    for k in range(0, len(made.steps), max(1, len(made.steps) // 40)):
        reaches = made.reaches(k)
        number, _ = made.steps.at(k)
        for filters in made.banks[number : number + 1]:
            drawn = [] if filters is None else filters.items(reaches[number + 1].slices)
            boxes = [text_box(made.style, item) for item in drawn if isinstance(item, Text) and item.text != "⋮"]
            for item in made._beam(number, reaches):
                for one, other in pairwise(item.lines[0]):
                    for step in range(1, 80):
                        x, y = (a + (b - a) * step / 80 for a, b in zip(one, other, strict=True))
                        assert not any(a + 1 < x < a + w - 1 and b + 1 < y < b + h - 1 for a, b, w, h in boxes)


@pytest.mark.parametrize("name", ["separable", "many filters", "shuffled groups"])
def test_filters_at_rest_have_the_numbers_that_they_have_at_work(name):
    made = view(*CASES[name])

    def numbers(items):
        return [item.text for item in items if isinstance(item, Text) and item.text.isdigit()]

    last = len(made.steps) - 1
    assert numbers(made.finished().shown) == numbers(made.frame(last).shown)
    assert numbers(made.during(0, "way", 0.5)) == numbers(made.frame(1).shown)


# shuffles


def dealt(groups, each):
    """For each place the channel that comes to it: one of each group in turn."""
    return [group * each + k for k in range(each) for group in range(groups)]


@drawn(st.integers(1, 4), st.integers(1, 4), st.sampled_from(ORDERS))
def test_a_shuffles_lines_lead_from_slice_to_slice(groups, each, order):
    count = groups * each
    made = view(ChannelShuffle(Ends(count, (2, 2), count, (2, 2)), groups), animation=Animation(order=order))
    before, after = made.stacks
    lines = [item.lines[0] for item in made._beam(0, made.reaches(0))]
    found = {(slice_at(after, line[-1], 0), slice_at(before, line[0], 2)) for line in lines}
    assert found == set(enumerate(dealt(groups, each)))


def slice_at(stack, point, column):
    """The slice whose upper corner, in the middle of its thickness, is a point."""
    for place in range(stack.depth.count):
        near, far = stack.ends((place, 1))
        if point == pytest.approx(stack.at((near + far) / 2, 0, column)):
            return place
    return None


def test_the_channels_that_are_read_have_strong_lines():
    made = view(*SHUFFLED)
    _, shuffle, last = made.steps.stages
    for k, read in ((shuffle, [0]), (shuffle + 1, [1]), (last, [0, 1]), (len(made.steps) - 1, [2, 3])):
        reaches = made.reaches(k)
        lines = made._beam(1, reaches) if k < last else made._shuffled(reaches[:-1])
        strong = [slice_at(made.stacks[2], item.lines[0][-1], 0) for item in lines if item.stroke.width > 2]
        assert sorted(strong) == reaches[2].slices == read


def test_a_shuffle_is_not_seen_before_it_is_made_and_stays_after():
    made = view(*SHUFFLED)
    bare = view(*SHUFFLED[::2])
    _, shuffle, _ = made.steps.stages

    def curves(items):
        return [line for item in items if isinstance(item, Lines) for line in item.lines if len(line) > 5]

    assert not curves(bare.finished().shown)
    assert [len(curves(made.frame(k).shown)) for k in (0, shuffle - 1)] == [0, 0]
    assert len(curves(made.frame(shuffle).shown)) == len(curves(made.finished().shown)) == 4


def test_a_channel_keeps_its_groups_colour_through_a_shuffle():
    made = view(*SHUFFLED)
    red, green = made.style.colors.channels[:2]
    colors = [[made.hues.of_map(number)(place) for place in range(4)] for number in range(4)]
    assert colors[:3] == [[red, red, green, green], [red, red, green, green], [red, green, red, green]]
    assert set(colors[3]) == {made.style.colors.output}


def test_after_a_shuffle_groups_are_made_one_after_the_other():
    made = view(*SHUFFLED)
    assert made.portions == (((0, 2), (2, 2)), ((0, 1), (1, 1), (2, 1), (3, 1)), ((0, 2), (2, 2)))
    assert made.steps.starts == [0, 18, 22, 40]
    for number, start in ((1, 0), (3, 22)):
        stack, kept = made.stacks[number], made.frame(start + 9).kept
        x, y = stack.at(stack.ends((0, 2))[0], 0, 0)
        assert (x, y, 3 * CELL, 3 * CELL) in fronts(kept, made.fillings[number - 1].fill(1))


@pytest.mark.parametrize(("name", "apart"), [("shuffle", 7), ("shuffle of many", 8)])
def test_a_shuffles_slices_are_told_apart_unless_they_are_many(name, apart):
    stack = view(*CASES[name]).stacks[0]
    assert len(stack.depth.edges((0, stack.depth.count))) == apart


# the output


def filled(made, k):
    """Of the slice that fills, how many cells are done, and how many are being computed."""
    stage, step = made.steps.at(k)
    filling, stack, start = made.fillings[stage], made.stacks[stage + 1], made.steps.starts[stage]

    def front(j):
        slices = filling.made(made.steps.each[stage].cell(j)).slices
        return stack.nearest((slices[0], len(slices)))

    place = front(step)
    begun = [j for j in range(step + 1) if front(j) == place]
    kept = [item for j in begun for item in made.frame(start + j).kept]
    x, y = stack.at(stack.ends((place, 1))[0], 0, 0)
    area = [0.0, 0.0]
    for n, (items, color) in enumerate([(kept, filling.fill(place)), (made.frame(k).shown, filling.current(place))]):
        for left, top, width, height in fronts(items, color):
            whole = (width, height) == (stack.columns * CELL, stack.rows * CELL) and stack.depth.count > 1
            if left >= x and top >= y and not whole:
                area[n] += width * height / CELL**2
    return area


@pytest.mark.parametrize("name", ["one filter", "not square", "padded", "three axes", "pointwise", "separable"])
@pytest.mark.parametrize("order", ["row-major", "reverse"])
def test_one_cell_more_is_done_in_every_frame(name, order):
    made = view(*CASES[name], animation=Animation(order=order))
    for k in {*some(len(made.steps)), *made.steps.stages}:
        stage, step = made.steps.at(k)
        size = made.stacks[stage + 1].rows * made.stacks[stage + 1].columns
        assert filled(made, k) == [step % size, 1]


def test_every_other_step_fills_what_it_passes():
    made = view(*CASES["one filter"], animation=Animation(every=2))
    assert [filled(made, k)[0] for k in range(len(made.steps))] == [0, 2, 4, 6, 8]


def test_three_axes_by_columns_show_all_that_is_done():
    made = view(*CASES["three axes"], animation=Animation(order="column-major"))
    for k in (0, 5, 26):
        frame = made.fillings[-1].frame(k)
        assert not frame.kept
        assert len(fronts(frame.shown, made.fillings[-1].fill(0))) == k
        assert len(fronts(frame.shown, made.fillings[-1].current(0))) == 1


@pytest.mark.parametrize(("order", "first"), [("row-major", 0), ("reverse", 3)])
def test_a_new_slice_begins_before_the_full_ones(order, first):
    made = view(*CASES["grouped"], animation=Animation(order=order))
    frame, pitch = made.frame(9), made.pitch
    whole = [box for box in fronts(frame.kept, made.fillings[-1].fill(first)) if box[2:] == (3 * CELL, 3 * CELL)]
    blank = fronts(frame.kept, made.style.colors.background)
    assert len(whole) == len(blank) == 1
    assert (blank[0][0], blank[0][1]) == (whole[0][0] - pitch, whole[0][1] + pitch)
    assert whole[0][0] == made.stacks[-1].x + 3 * pitch


def test_stacked_layers_fill_all_channels_at_once():
    made = view(*SEPARABLE)
    assert made.steps.starts == [0, 25, 50]
    assert made.fillings[0].made((0, 2, 3)).slices == [0, 1, 2]
    assert made.fillings[-1].made((0, 2, 3)).slices == list(range(128))


def test_classic_draws_the_output_from_the_start():
    made = view(*KERNEL, theme="classic")
    assert fronts(made.static(), made.fillings[-1].fill(0))
    assert all(not made.frame(k).kept for k in range(len(made.steps)))


# many slices


def test_many_slices_take_the_room_of_nine():
    few, many = (Depth.of(count, 10, deep=False, reverse=False) for count in (8, 128))
    assert few.total == 80
    assert many.total == 90
    assert len(many.edges((0, 128))) == 8
    backs = [many.back(edge) for edge in range(129)]
    assert backs == sorted(backs, reverse=True)


def test_many_filters_show_the_first_the_one_at_work_and_the_last():
    made = view(*CASES["many filters"])
    for working in (0, 1, 64, 127):
        shown = [slot.shows(working) + 1 for slot in made.banks[0].slots]
        assert shown[0] == 1
        assert shown[-1] == 128
        assert working + 1 in shown
        texts = [item for item in made.banks[0].items([working]) if isinstance(item, Text)]
        order = [text.text for text in sorted(texts, key=lambda text: text.y)]
        told = [str(shown[0])]
        for above, below in pairwise(shown):
            told += [*["⋮"] * (below - above > 1), str(below)]
        assert order == told, "dots stand where filters are left out, and nowhere else"


def test_each_group_has_its_row_of_filters():
    slots = view(*CASES["grouped"]).banks[0].slots
    assert [(slot.first, slot.row, slot.column) for slot in slots] == [(0, 0, 0), (1, 0, 1), (2, 1, 0), (3, 1, 1)]


@pytest.mark.parametrize("name", ["grouped", "shuffled groups"])
@pytest.mark.parametrize("labels", [None, Labels()])
def test_a_frame_holds_the_filters_of_its_group(name, labels):
    made = view(*CASES[name], labels=labels)
    for filters in filter(None, made.banks):
        for group, slot in product(range(filters.op.groups), filters.slots):
            x, y, wide, high = filters.frame(group)
            left, top, width, height = filters.stack(slot).box
            within = x < left < left + width < x + wide and y < top < top + height < y + high
            assert within == (slot.first in range(group * filters.each, (group + 1) * filters.each))
            assert within or top + height < y or top > y + high
        said = [item for item in filters.items([0]) if isinstance(item, Text) and not item.text.isdigit()]
        assert [item.text[:7] for item in said] == (["group 1", "group 2"] if labels else [])
        for item, group in zip(said, range(2), strict=False):
            x, y, wide, _ = filters.frame(group)
            a, b, width, height = text_box(made.style, item)
            assert x <= a < a + width <= x + wide
            assert b + height < y


def test_a_frame_says_which_channels_its_group_reads():
    made = view(*CASES["grouped"])
    said = [item.text for item in made.banks[0].items([0]) if isinstance(item, Text)]
    for group in (0, 1):
        read = [channel + 1 for channel in made.layers[0].operator.seen_by(2 * group)]
        assert f"group {group + 1}: channels {read[0]}–{read[-1]}" in said


# colours and words


def test_groups_keep_their_colour_through_the_layer():
    made = view(*CASES["grouped"])
    first, second = made.style.colors.channels[:2]
    for number in (0, 1):
        assert [made.hues.of_map(number)(place) for place in range(4)] == [first, first, second, second]
    assert made.hues.of_filters(0)(0) != made.hues.of_filters(0)(2)


def test_channels_that_meet_make_an_output_of_its_own_colour():
    made = view(*KERNEL)
    assert made.hues.of_map(1)(0) == made.style.colors.output


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("one filter", [("input 5×5×3", ""), ("filter 3×3×3", ""), ("output 3×3", "")]),
        ("many filters", [("input 7×7×3", ""), ("128 filters 3×3×3", ""), ("output 5×5×128", "")]),
        ("grouped", [("input 5×5×4", ""), ("4 filters 3×3×2", "2 groups"), ("output 3×3×4", "")]),
        ("depthwise", [("input 7×7×3", ""), ("3 filters 3×3×1", "depthwise"), ("output 5×5×3", "")]),
        ("dilated", [("input 7×7×3", ""), ("filter 3×3×3", "dilation 2"), ("output 3×3", "")]),
        (
            "three axes",
            [("input 5×5×5", "5 deep"), ("filter 3×3×3", "moves back to front too"), ("output 3×3×3", "")],
        ),
        (
            "three axes, padded",
            [
                ("input 4×4×4×2", "padding 1, 1 of 2 channels drawn"),
                ("2 filters 3×3×3×2", "moves back to front too, 1 of 4 kernels drawn"),
                ("output 4×4×4×2", "1 of 2 channels drawn"),
            ],
        ),
        (
            "transposed",
            [
                ("input 2×2×2", "with zeros between: 3×3, with zeros around: 7×7 (2 = kernel 3 − 1 − padding 0)"),
                ("filter 3×3×2", "flipped in the window"),
                ("output 5×5", ""),
            ],
        ),
        ("max pool", [("input 5×5×2", ""), ("max 2×2", "stride 2"), ("output 3×3×2", "")]),
        (
            "separable",
            [
                ("input 7×7×3", ""),
                ("3 filters", "3×3×1, depthwise"),
                ("maps 5×5×3", ""),
                ("128 filters", "1×1×3, pointwise"),
                ("output 5×5×128", ""),
            ],
        ),
        (
            "flattened",
            [
                ("input 7×7×3", ""),
                ("filter", "1×1×3, pointwise"),
                ("map 7×7", ""),
                ("filter", "3×1"),
                ("map 5×7", ""),
                ("filter", "1×3"),
                ("output 5×5", ""),
            ],
        ),
        ("shuffle", [("input 2×3×6", ""), ("channel shuffle", "3 groups"), ("output 2×3×6", "")]),
        (
            "shuffled groups",
            [
                ("input 5×5×4", ""),
                ("4 filters", "3×3×2, 2 groups"),
                ("maps 3×3×4", ""),
                ("shuffle", "2 groups"),
                ("maps 3×3×4", ""),
                ("4 filters", "1×1×2, 2 groups"),
                ("output 3×3×4", ""),
            ],
        ),
    ],
)
def test_labels(name, labels):
    assert names.volume_labels(trace(figure(*CASES[name]))) == labels


def test_given_names_and_none():
    named = figure(*KERNEL, labels=Labels(input="image", kernel="edge detector", output="edges"))
    texts = [item.text for item in scene(trace(named), DejaVu()).static if isinstance(item, Text)]
    assert {"image", "edge detector", "edges"} <= set(texts)
    bare = view(*KERNEL, labels=None)
    assert [item.text for item in bare.static() if isinstance(item, Text)] == ["∗", "="]


def test_a_bias_is_added():
    made = view(*CASES["pointwise"], labels=None)
    assert [item.text for item in made.static() if isinstance(item, Text)] == ["∗", "+ bias ="]


def test_no_text_is_under_nine_pixels():
    for layers in CASES.values():
        drawn = scene(trace(figure(*layers)), DejaVu())
        items = [*drawn.static, *drawn.frames[0].shown]
        assert all(item.size >= 9 for item in items if isinstance(item, Text))
