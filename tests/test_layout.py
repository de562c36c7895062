"""Where things go: panels on a page, cells of sheets and tables, slices of boxes, rows of nodes, broken lines."""

from itertools import combinations, pairwise
from math import inf, log

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import conv_anim
from conv_anim.diagnostics import Code, SpecError
from conv_anim.limits import Limits
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene import choice, storyboard
from conv_anim.scene.channels.towers import Heights, MapRows, Span, Tower
from conv_anim.scene.primitives import Boxes, Frame, Lines, Scene, Stroke, Text, moved
from conv_anim.scene.sequence.rows import rows_of
from conv_anim.scene.sheets import stacks
from conv_anim.scene.sheets.sheet import Side
from conv_anim.scene.sheets.table import Table, Track
from conv_anim.scene.style import SMALLEST, Style, text_box
from conv_anim.scene.volume.oblique import MOST_HUES, Depth, Stack
from conv_anim.scene.wording.language import Language
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.geometry import Axis, Source
from tests import pictures

INK = Stroke("#000000", 1.0)

# Panels


def figure(count, width=60, height=45, names=True, *texts):
    """Steps with a dot each, at another place in each, and a dot that stays from the step on."""
    frames = [Frame((Boxes(((k, 0, 1, 1),), "#ff0000"),), (Boxes(((k, 9, 2, 2),), "#0000ff"),)) for k in range(count)]
    called = [f"step {k}" for k in range(count)] if names else []
    return Scene(width, height, "#ffffff", texts, frames, 500, 1500, 0, "", "", names=called)


def page(drawn, *, strip=False):
    """The page, and the box and the middle of the name of every panel."""
    made = storyboard.page(drawn, strip=strip, vectors=False, limits=Limits())
    panels = [item.boxes[0] for item in made.static if isinstance(item, Boxes) and item.stroke and item.fill is None]
    return made, panels, [item for item in made.static if isinstance(item, Text) and item.text.startswith("step")]


SIZES = st.integers(20, 200)


@given(st.integers(1, 40), SIZES, SIZES)
def test_panels_stand_in_rows_with_even_gaps_and_fill_the_page(count, width, height):
    made, panels, _ = page(figure(count, width, height))
    assert len(panels) == count
    assert panels == sorted(panels, key=lambda box: (box[1], box[0]))
    lefts, tops = sorted({x for x, *_ in panels}), sorted({y for _, y, *_ in panels})
    assert [(x, y) for x, y, *_ in panels] == [(x, y) for y in tops for x in lefts][:count]
    ((wide, high),) = {(w, h) for _, _, w, h in panels}
    assert width <= wide <= width + 1
    assert height <= high <= height + 1
    assert all(length % 2 == 0 for length in (wide, high, *lefts, *tops))
    across = {lefts[0], made.width - lefts[-1] - wide, *(b - a - wide for a, b in pairwise(lefts))}
    assert len(across) == 1
    assert made.height - tops[-1] - high == across.pop()
    assert len({tops[0], *(b - a - high for a, b in pairwise(tops))}) == 1


@given(st.integers(1, 40), SIZES, SIZES)
def test_no_page_with_as_few_empty_places_is_nearer_its_best_shape(count, width, height):
    _, panels, _ = page(figure(count, width, height))
    columns = len({x for x, *_ in panels})
    _, one, _ = page(figure(1, width, height))
    gap, head = one[0][0], one[0][1] - one[0][0]

    def page_of(columns):
        rows = -(-count // columns)
        shape = (columns * (one[0][2] + gap) + gap) / (rows * (one[0][3] + gap + head) + gap)
        return rows * columns - count, abs(log(shape / (4 / 3)))

    empty, far = page_of(columns)
    assert not [other for other in range(1, count + 1) if page_of(other)[0] <= empty and page_of(other)[1] < far - 1e-9]


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (4, 2), (6, 3), (9, 3), (12, 4), (20, 5)])
def test_the_columns_of_a_page(count, columns):
    assert len({x for x, *_ in page(figure(count, 60, 54))[1]}) == columns


def test_a_strip_is_one_row():
    _, panels, _ = page(figure(30), strip=True)
    assert len({y for _, y, *_ in panels}) == 1


def test_a_page_is_a_still_of_its_own():
    made, _, _ = page(figure(5))
    assert (list(made.frames), list(made.rests), made.names) == ([Frame()], [0], ())


@pytest.mark.parametrize("strip", [True, False])
def test_a_panel_holds_its_step_and_what_stayed_of_those_before(strip):
    drawn = figure(5)
    made, panels, _ = page(drawn, strip=strip)
    for k, (x, y, *_) in enumerate(panels):
        wanted = [moved(item, x, y) for j in range(k + 1) for item in drawn.frames[j].kept]
        wanted += [moved(item, x, y) for item in drawn.frames[k].shown]
        place = [item.boxes[0] if isinstance(item, Boxes) else None for item in made.static].index(panels[k])
        assert list(made.static[place + 1 : place + 1 + len(wanted)]) == wanted


def test_names_stand_above_the_middle_of_their_panels():
    made, panels, names = page(figure(7, 101, 45))
    assert [name.text for name in names] == [f"step {k}" for k in range(7)]
    for (x, y, width, _), name in zip(panels, names, strict=True):
        assert (name.anchor, name.x) == ("middle", x + width / 2)
        capital = 0.72 * name.size
        assert y > name.y > name.y - capital > y - (made.height - panels[-1][1] - panels[-1][3]) * 2
        above, below = name.y - capital - (y - panels[0][1]), y - name.y
        assert below > 0.3 * name.size
        assert above > 0.3 * name.size


def test_panels_without_names():
    assert not page(figure(3, 60, 45, False))[2]


@pytest.mark.parametrize(
    ("texts", "size"),
    [
        ([], 11),
        ([Text(0, 0, "a", 9, "#000000")], 11),
        ([Text(0, 0, "a", 20, "#000000"), Text(0, 0, "b", 15, "#000000")], 22),
        ([Text(0, 0, "5", 40, "#000000", "middle"), Text(0, 0, "b", 15, "#000000")], 16.5),
        ([Text(0, 0, "head", 30, "#000000", "middle", bold=True)], 33),
    ],
    ids=["none", "small", "labels", "numbers do not count", "bold ones do"],
)
def test_names_are_a_little_larger_than_the_labels(texts, size):
    assert page(figure(2, 60, 45, True, *texts))[2][0].size == pytest.approx(size)


def test_names_can_be_read_on_the_background():
    dark = Scene(9, 9, "#000000", (Text(0, 0, "a", 9, "#ffffff"),), [Frame()], 1, 1, 0, "", "", names=["step 0"])
    made, panels, (name,) = page(dark)
    edge = next(item.stroke for item in made.static if isinstance(item, Boxes) and item.boxes == (panels[0],))
    assert name.color == "#ffffff"
    assert "#000000" < edge.color < "#808080"
    assert edge.width == 1


def test_a_page_has_room_for_so_many():
    assert len(page(figure(64))[1]) == 64
    with pytest.raises(SpecError) as caught:
        page(figure(65))
    (problem,) = caught.value.problems
    assert problem.code == Code.STEP
    assert problem.message == "65 steps are too many for one page, which has room for 64"
    assert "--step 0,4,last" in problem.hint


# Chosen steps

COUNT = 9
ENDS = st.integers(0, COUNT - 1)
RANGES = st.lists(st.tuples(ENDS, ENDS).map(sorted), min_size=1, max_size=5)


@given(RANGES, st.booleans(), st.data())
def test_steps_are_chosen_by_a_text(ranges, spaced, data):
    def said(first, last):
        if first == last and data.draw(st.booleans()):
            return "last" if last == COUNT - 1 and data.draw(st.booleans()) else str(first)
        end = "last" if last == COUNT - 1 and data.draw(st.booleans()) else str(last)
        return f"{first} - {end}" if spaced else f"{first}-{end}"

    text = (", " if spaced else ",").join(said(*each) for each in ranges)
    wanted = sorted(set().union(*(range(first, last + 1) for first, last in ranges)))
    assert choice.numbers(text, COUNT) == wanted
    assert choice.last(text, COUNT) == wanted[-1]
    assert choice.numbers(wanted[::-1], COUNT) == wanted
    assert choice.numbers(wanted[0], COUNT) == [wanted[0]]


@pytest.mark.parametrize(
    ("steps", "message", "hint"),
    [
        ("3-1", "'3-1' runs backwards", "steps are counted from 0 to 8"),
        ("1,x", "'x' is no step: a number, 'last', a range like 2-5, or several of them with commas", "0 to 8"),
        ("", "'' is no step", "0 to 8"),
        ("²", "'²' is no step", "0 to 8"),
        ("1234567890", "'1234567890' is no step", "0 to 8"),
        ("123456789", "there is no step 123456789: this figure has 9", "0 to 8"),
        ("0-9", "there is no step 9: this figure has 9", "steps are counted from 0 to 8"),
        (9, "there is no step 9: this figure has 9", "0 to 8"),
        (-1, "there is no step -1: this figure has 9", "0 to 8"),
        ([], "no step is chosen", "steps are counted from 0 to 8"),
    ],
)
def test_steps_that_there_are_not(steps, message, hint):
    with pytest.raises(SpecError) as caught:
        choice.numbers(steps, COUNT)
    (problem,) = caught.value.problems
    assert problem.code == Code.STEP
    assert problem.message.startswith(message)
    assert problem.hint.endswith(hint)


# Cells of a sheet, of a table, of a box

AXES = st.builds(
    Axis,
    size=st.integers(1, 5),
    kernel=st.integers(1, 3),
    count=st.integers(1, 5),
    stride=st.integers(1, 2),
    dilation=st.integers(1, 2),
    before=st.integers(-2, 3),
    after=st.integers(-2, 3),
    stretch=st.integers(1, 3),
)


@given(AXES)
def test_a_side_has_all_of_the_input_and_of_the_canvas(axis):
    assume(axis.canvas > 0)
    side = Side(axis)
    first = min(0, axis.before)
    end = max(axis.reach, axis.before + (axis.size - 1) * axis.stretch + 1)
    assert len(side.sources) == end - first
    shown = {cell: i for cell, (source, i) in enumerate(side.sources) if source is Source.INPUT}
    assert shown == {axis.before + i * axis.stretch - first: i for i in range(axis.size)}


SHAPES = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(tuple)


@given(SHAPES, SHAPES, st.data())
def test_a_line_runs_around_chosen_cells_and_no_others(rows, columns, data):
    style = Style(THEMES["light"], 1.0, DejaVu())
    table = Table(style, Track(rows, 10, 4), Track(columns, 7, 3), None, x=100, y=50)
    chosen = [
        data.draw(st.lists(st.integers(0, track.count - 1), min_size=1, unique=True))
        for track in (table.rows, table.columns)
    ]
    (outline,) = table.outlined(*chosen, INK)
    for place in np.ndindex(table.rows.count, table.columns.count):
        x, y, width, height = table.box(place)
        inside = any(
            left <= x and top <= y and x + width <= left + wide and y + height <= top + high
            for left, top, wide, high in outline.boxes
        )
        assert inside == (place[0] in chosen[0] and place[1] in chosen[1])
    for one, other in combinations(outline.boxes, 2):
        assert one[0] + one[2] < other[0] or other[0] + other[2] < one[0] or one[1] != other[1] or one[3] != other[3]


@pytest.mark.parametrize(("hues", "kept"), [(MOST_HUES, True), (MOST_HUES + 1, False)])
def test_hidden_slices_keep_their_colours_if_these_are_few(hues, kept):
    depth = Depth.of(60, 4.0, deep=False, reverse=False)
    hidden = [place for place in range(60) if depth.pitch * 0.99 > depth.back(place) - depth.back(place + 1)]
    assert 2 * MOST_HUES < len(hidden) < 60

    def fill(place):
        return f"#{(place - hidden[0]) * hues // len(hidden):06}" if place in hidden else "#ffffff"

    shown = depth.shown(fill)
    assert {place: shown(place) == fill(place) for place in range(60) if place not in hidden} == dict.fromkeys(
        sorted({*range(60)} - {*hidden}), True
    )
    assert {shown(place) for place in hidden} == ({fill(place) for place in hidden} if kept else {fill(hidden[0])})


@given(st.integers(1, 5), st.integers(1, 5), st.integers(1, 4))
def test_lines_between_the_cells_of_a_front_run_from_edge_to_edge(rows, columns, count):
    stack = Stack(Depth.of(count, 6.0, deep=False, reverse=False), rows, columns, 20.0, 5.0, 9.0)
    (item,) = stack.face_edges(stack.whole, INK)
    near = min(stack.depth.back(0), stack.depth.back(count))
    assert isinstance(item, Lines)
    left, top = 5 + near, 9 - near
    across = {((left, top + 20 * r), (left + 20 * columns, top + 20 * r)) for r in range(rows + 1)}
    down = {((left + 20 * c, top), (left + 20 * c, top + 20 * rows)) for c in range(columns + 1)}
    assert set(item.lines) == across | down


# Rows of nodes


@pytest.mark.parametrize(
    ("axes", "steps"),
    [
        ([Axis(6, 2, 5)], [1, 1]),
        ([Axis(7, 3, 3, stride=2)], [1, 2]),
        ([Axis(3, 3, 7, before=2, after=2, stretch=2)], [2, 1, 1]),
        ([Axis(9, 3, 4, stride=2), Axis(4, 3, 9, before=2, after=2, stretch=2)], [1, 2, 1, 1]),
    ],
    ids=["plain", "strided", "transposed", "strided, then transposed"],
)
def test_the_nearest_nodes_of_all_rows_stand_a_pitch_apart(axes, steps):
    rows = rows_of([Side(axis) for axis in axes], pitch=30.0, scale=1.0, floor=40.0)
    found = [{round(b - a, 6) for a, b in pairwise(sorted(row.at(cell)[0] for cell in row.cells()))} for row in rows]
    assert min(min(each) for each in found if each) == 30
    assert found[-1] == {30.0 * steps[-1]}


# Towers of channels


def tower(groups, outputs=0, *, top=0, source=40, row=20, output=30):
    return Tower(groups, outputs, Heights(source, row, output, dots=8, gap=10, group_gap=15), top)


def test_a_tower_of_nothing_but_an_ellipsis_is_as_high_as_that():
    assert tower([[MapRows(None)]]).height == 8


def test_rows_stand_in_the_middle_beside_their_source_and_sources_beside_their_rows():
    few, many = tower([[MapRows(0, (0, 1))]], source=60), tower([[MapRows(0, (0, 1, 2))]])
    assert few.rows == {0: Span(5, 20), 1: Span(35, 20)}
    assert few.sources == {0: Span(0, 60)}
    assert many.sources == {0: Span(0, 80)}
    assert tower([[MapRows(3, (7,))]]).rows == {7: Span(0, 40)}


@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.booleans())
def test_parts_of_a_tower_are_as_far_apart_as_is_said(many, each, source, row, output, shared):
    numbers = iter(range(99))
    groups = [[MapRows(k * each + j, (next(numbers), next(numbers))) for j in range(each)] for k in range(many)]
    made = tower(groups, many * 2 if shared else 1, top=100, source=source, row=row, output=output)
    inner = [[made.sources[block.source] for block in group] for group in groups]
    for spans in inner:
        assert {after.top - before.top - before.height for before, after in pairwise(spans)} <= {10}
    for (first, *_), (*_, last), group in zip(inner, inner, made.groups, strict=True):
        assert group == Span(first.top, last.top + last.height - first.top)
    for group in groups:
        for block in group:
            one, other = (made.rows[number] for number in block.rows)
            assert other.top - one.top - one.height == 10
    assert min(span.top for span in (*made.groups, *made.outputs)) == 100 == made.top
    assert max(span.top + span.height for span in (*made.groups, *made.outputs)) == made.bottom


def test_outputs_that_no_groups_share_stand_in_the_middle_of_all():
    made = tower([[MapRows(0, (0,))], [MapRows(1, (1,))]], 3, top=100)
    assert made.height == 30 * 3 + 10 * 2
    assert made.outputs == [Span(100, 30), Span(140, 30), Span(180, 30)]


# Lines of text

WORDS = st.lists(st.text("abcdef", min_size=1, max_size=12), min_size=1, max_size=9)


@pytest.mark.parametrize(("anchor", "share"), [("start", 0), ("middle", 0.5), ("end", 1)])
def test_a_text_lies_around_its_anchor(anchor, share):
    style = Style(THEMES["light"], 1.0, DejaVu())
    left, top, width, height = text_box(style, Text(100, 50, "abc", 20, "#000000", anchor))
    assert width == style.width("abc", size=20)
    assert left == 100 - share * width
    assert top < 50 - 0.5 * 20
    assert top + height >= 50


@pytest.mark.parametrize("lang", ["en", "zh-TW"])
@given(WORDS, st.integers(20, 200))
def test_lines_are_broken_at_commas_only_where_the_next_part_does_not_fit(lang, words, most):
    style, say = Style(THEMES["light"], 2.0, DejaVu()), Language(lang)
    lines = stacks.broken([say.joined(words)], style, say, most=most)
    assert say.joined(lines) == say.joined(words)

    def fits(text):
        return style.width(text, size=style.small_size) <= 2 * most

    assert all(fits(line) or say("comma") not in line for line in lines)
    assert not any(fits(say.joined([line, after.split(say("comma"))[0]])) for line, after in pairwise(lines))


# Figures as a whole

VIEWS = ("flat", "isometric", "channels", "volume")


def widths_and_sizes(drawn):
    """How wide lines are drawn, and how large letters."""
    items = [item for k in range(0, len(drawn.frames), 7) for item in pictures.after(drawn, k)]
    strokes = [item.stroke for item in items if not isinstance(item, Text) and item.stroke is not None]
    return {stroke.width for stroke in strokes}, {item.size for item in items if isinstance(item, Text)}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("padding_mode", ["zeros", "circular"])
def test_a_figure_of_another_scale_has_lines_and_letters_of_that_scale(view, padding_mode):
    layer = {"type": "conv", "kernel_size": 3, "padding": 1, "padding_mode": padding_mode}
    made = {"input": {"size": [5, 5]}, "layers": [layer], "view": view}
    once, larger = (pictures.scene(conv_anim.load({**made, "size": {"scale": scale}})) for scale in (1.0, 1.5))
    for of_one, of_other in zip(widths_and_sizes(once), widths_and_sizes(larger), strict=True):
        for one, other in zip(sorted(of_one), sorted(of_other), strict=True):
            assert other == pytest.approx(1.5 * one) or one == SMALLEST < other < 1.5 * one  # which was made readable


FLAT = {
    "windows": [{"type": "conv", "kernel_size": 2}],
    "pooling": [{"type": "max_pool", "kernel_size": 2}],
    "fold": [{"type": "fold", "output_size": [3, 3], "kernel_size": 2}],
    "unpooling": [{"type": "max_pool", "kernel_size": 2}, {"type": "max_unpool"}],
    "upsampling": [{"type": "upsample", "scale_factor": 2, "mode": "bilinear"}],
}


@pytest.mark.parametrize("kind", FLAT)
def test_without_the_sum_a_flat_figure_is_the_same_with_its_keys_where_the_sum_was(kind):
    fed = {"size": [4], "channels": 4} if kind == "fold" else {"size": [4, 4]}
    made = {"input": fed, "layers": FLAT[kind]}
    whole, less = (
        pictures.scene(conv_anim.load({**made, "view": {"kind": "flat", "sum": on}})) for on in (True, False)
    )
    assert len(whole.rests) == len(less.rests)
    assert whole.height > less.height
    sums = []
    for k in (0, len(less.rests) - 1):
        all_, kept = (
            [item for item in pictures.after(drawn, drawn.rests[k]) if isinstance(item, Text)]
            for drawn in (whole, less)
        )
        stays = [item for item in all_ if item in kept]
        moved = [item for item in kept if item not in stays]
        down = [item for item in all_ if any(item.text == key.text and item.y > key.y for key in moved)]
        assert sorted(item.text for item in (*stays, *down)) == sorted(item.text for item in kept)
        written = [item for item in all_ if item not in stays and item not in down]
        assert all(max(each.y for each in stays) < item.y < min([each.y for each in down] or [inf]) for item in written)
        sums += written
    assert sums
