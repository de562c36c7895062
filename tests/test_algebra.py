"""Laws of the layout algebra: how panels compose, and how what is in them stays together and in step."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conv_anim.scene.drawing import STILL, Drawing, together
from conv_anim.scene.fit import Fit
from conv_anim.scene.hit_regions import HitRegion, Turn
from conv_anim.scene.layout import (
    EMPTY,
    align,
    anchored,
    as_one,
    column,
    flow,
    moved,
    of_figure,
    over,
    pad,
    panel,
    row,
    space,
    table,
)
from conv_anim.scene.primitives import Boxes, Frame, Text, corners
from conv_anim.scene.text_panels import written

LENGTHS = st.integers(0, 40)


def box(x, y, width, height, color):
    return Boxes(((x, y, width, height),), color)


@st.composite
def drawings(draw):
    """Named by a colour; every frame keeps and shows something of its own."""
    name, count = draw(st.integers(0, 0xFFFFFF)), draw(st.integers(1, 3))
    width, height = draw(LENGTHS), draw(LENGTHS)
    static = (box(0, 0, width, height, f"#{name:06x}"),)
    frames = tuple(
        Frame((box(k, 0, 1, 1, f"kept {name}"),), (Text(k, 0, f"shown {name} {k}", 9, "#000000"),))
        for k in range(count)
    )
    region = HitRegion("input", (0, 0), corners((0, 0, width, height)))
    turns = tuple(Turn(1, (name, k)) for k in range(count))
    if not draw(st.booleans()):
        return width, height, Drawing(static, hit_regions=lambda: (region,), turns=(turns,))
    phases = draw(st.frozensets(st.sampled_from(["read", "way"])))
    end = Frame((box(count, 0, 1, 1, f"kept {name}"),))
    return (
        width,
        height,
        Drawing(
            static,
            frames,
            lambda k, phase, _: (Text(k, 0, f"{phase} {name} {k}", 9, "#000000"),),
            phases,
            draw(st.sampled_from([None, lambda: end])),
            lambda: (region,),
            (turns,),
        ),
    )


@st.composite
def panels(draw):
    width, height, drawing = draw(drawings())
    made = panel(drawing, width, height, baseline=draw(st.integers(0, height)))
    return anchored(made, **{f"of {draw(st.integers(0, 99))}": (draw(LENGTHS), draw(LENGTHS))})


def shown(one):
    """A panel with nothing left to be made when it is asked for."""
    drawn = one.drawn
    turns = tuple(tuple(track) for track in drawn.turns)
    return (
        one.width,
        one.height,
        one.baseline,
        dict(one.anchors),
        drawn.static,
        tuple(drawn.frames),
        drawn.phases,
        tuple(drawn.shown(k, phase, 0.5) for k in range(drawn.steps) for phase in ("read", "way")),
        None if drawn.finished is None else drawn.finished(),
        tuple(drawn.hit_regions()),
        turns,
    )


ROWS = [lambda *given, how=how: row(*given, gap=6, align=how) for how in ("baseline", "start", "end")]
COLUMNS = [lambda *given, how=how: column(*given, gap=6, align=how) for how in ("start", "end")]
EVERY = [*ROWS, *COLUMNS, over]


@pytest.mark.parametrize("composed", EVERY)
@given(panels(), panels(), panels())
def test_composing_is_associative(composed, a, b, c):
    assert shown(composed(a, composed(b, c))) == shown(composed(composed(a, b), c)) == shown(composed(a, b, c))


@pytest.mark.parametrize("composed", EVERY)
@given(panels())
def test_one_panel_or_one_beside_nothing_is_itself(composed, a):
    assert shown(composed(a)) == shown(composed(EMPTY, a)) == shown(composed(a, EMPTY)) == shown(a)


@pytest.mark.parametrize("composed", EVERY)
def test_nothing_is_nothing(composed):
    assert composed() == EMPTY


@given(panels())
def test_no_room_around_a_panel_and_no_way_from_it_change_nothing(a):
    assert shown(pad(a)) == shown(moved(a, 0, 0)) == shown(align(a, 0, 0)) == shown(a)


@given(panels(), LENGTHS, LENGTHS, LENGTHS, LENGTHS)
def test_room_adds_up(a, one, other, more, most):
    assert shown(pad(pad(a, left=one, top=more), left=other, bottom=most)) == shown(
        pad(a, left=one + other, top=more, bottom=most)
    )


@given(panels(), panels(), panels(), LENGTHS)
def test_sizes(a, b, c, gap):
    every = (a, b, c)
    beside_, below = row(*every, gap=gap, align="start"), column(*every, gap=gap)
    assert beside_.width == sum(one.width for one in every) + 2 * gap
    assert beside_.height == max(one.height for one in every)
    assert below.height == sum(one.height for one in every) + 2 * gap
    assert over(*every).width == below.width == max(one.width for one in every)


@given(panels(), panels())
def test_panels_in_a_row_stand_on_one_line(a, b):
    joined = row(a, b)
    tops = [part.y for part in joined.parts]
    assert [joined.baseline - top for top in tops] == [a.baseline, b.baseline]
    assert joined.height == max(top + one.height for top, one in zip(tops, (a, b), strict=True))


@given(panels(), st.integers(-9, 9), st.integers(-9, 9))
def test_what_is_on_a_panel_moves_with_it(a, dx, dy):
    there = moved(a, dx, dy)
    assert there.baseline == a.baseline + dy
    assert there.anchors == {name: (x + dx, y + dy) for name, (x, y) in a.anchors.items()}
    (before,), (after,) = a.drawn.hit_regions(), there.drawn.hit_regions()
    assert after.ring == tuple((x + dx, y + dy) for x, y in before.ring)
    for one, other in zip(a.drawn.frames, there.drawn.frames, strict=True):
        assert [item.x + dx for item in one.shown] == [item.x for item in other.shown]


def test_boxes_come_to_stand_on_pixels_and_letters_where_they_are():
    upright, text = box(0, 0, 3, 3, "#ffffff"), Text(0.25, 0, "a", 9, "#000000")
    made = row(space(0.3), panel(Drawing((upright,)), 3, 3), written((text,), 3, 3), align="start")
    (shape, letter) = made.drawn.static
    assert shape.boxes == ((0, 0, 3, 3),)
    assert letter.x == pytest.approx(0.3 + 3 + 0.25)


def test_a_place_is_rounded_once_however_deep_a_panel_lies():
    upright = panel(Drawing((box(0, 0, 1, 1, "#ffffff"),)), 1, 1)
    nested = pad(pad(pad(upright, left=0.4), left=0.4), left=0.4)
    assert nested.drawn.static[0].boxes[0][0] == 1


def test_a_panel_is_centred_on_whole_pixels():
    upright = panel(Drawing((box(0, 0, 1, 1, "#ffffff"),)), 1, 1)
    assert align(upright, 4.9, 1).parts[0].x == 2


# in step


@given(st.lists(drawings(), min_size=2, max_size=4))
def test_drawings_run_in_step(given_):
    many = [drawing for _, _, drawing in given_]
    joined = together(many)
    moving = [one for one in many if one.frames is not STILL]
    steps = max((one.steps for one in moving), default=1)
    assert joined.steps == steps
    for step in range(steps) if moving else ():
        own = [one.frames[min(step, one.steps - 1)] for one in moving]
        assert joined.frames[step].shown == tuple(item for each in own for item in each.shown)


@given(st.lists(drawings(), min_size=2, max_size=4), st.sampled_from(["read", "way"]))
def test_phases_run_in_step(given_, phase):
    """A drawing that does not know the phase, or waits for others, shows its step; nothing leads on from a last one."""
    many = [drawing for _, _, drawing in given_]
    joined = together(many)
    moving = [one for one in many if one.frames is not STILL]
    for step in range(joined.steps) if moving else ():
        wanted = []
        for one in moving:
            there = step < one.steps - (phase == "way") and phase in one.phases
            wanted += one.during(step, phase, 0.5) if there else one.frames[min(step, one.steps - 1)].shown
        if any(phase in one.phases for one in moving):
            assert joined.shown(step, phase, 0.5) == tuple(wanted)


@given(st.lists(drawings(), min_size=2, max_size=4))
def test_all_end_together(given_):
    many = [drawing for _, _, drawing in given_]
    joined = together(many)
    ending = [one.finished for one in many if one.finished is not None]
    assert (joined.finished is not None) == bool(ending)
    if ending:
        assert joined.finished().kept == tuple(item for end in ending for item in end().kept)


@given(st.lists(drawings(), min_size=2, max_size=4))
def test_nothing_is_kept_twice(given_):
    many = [drawing for _, _, drawing in given_]
    moving = [one for one in many if one.frames is not STILL]
    kept = [item for frame in together(many).frames for item in frame.kept]
    assert sorted(map(repr, kept)) == sorted(
        repr(item) for one in moving for frame in one.frames for item in frame.kept
    )


def test_a_drawing_that_waits_is_made_once():
    made = []

    class Counting(tuple):
        def __getitem__(self, k):
            made.append(k)
            return super().__getitem__(k)

    frame = Frame((), (Text(0, 0, "", 9, "#000000"),))
    short, long = Drawing(frames=Counting((frame,) * 2)), Drawing(frames=(frame,) * 9)
    assert len(list(together([short, long]).frames)) == 9
    assert made == [0, 1, 1]


def test_what_does_not_move_adds_no_frames():
    static = box(0, 0, 1, 1, "#ffffff")
    joined = row(panel(Drawing((static,)), 1, 1), panel(Drawing((static,)), 1, 1))
    assert joined.drawn.frames is STILL


@given(panels(), panels())
def test_figures_keep_their_areas_and_turns_apart(a, b):
    drawn = row(of_figure(a, 0), of_figure(b, 1)).drawn
    assert [region.figure for region in drawn.hit_regions()] == [0, 1]
    assert [tuple(track) for track in drawn.turns] == [tuple(one.drawn.turns[0]) for one in (a, b)]


def test_of_the_same_figure_the_first_turn_that_there_is_counts():
    first, second = (None, Turn(1, (0, 1))), (Turn(0, (0, 0)), Turn(0, (0, 1)))
    joined = together([Drawing(turns=(first,)), Drawing(turns=(second,))])
    assert list(joined.turns[0]) == [second[0], first[1]]


# more ways to compose


@given(st.lists(st.lists(panels(), min_size=3, max_size=3), min_size=1, max_size=4), LENGTHS)
def test_columns_of_a_table_are_as_wide_as_their_widest(rows, gap):
    made = table(rows, across=gap, down=gap, align="start")
    widths = [max(one.width for one in column_) for column_ in zip(*rows, strict=True)]
    assert made.width == sum(widths) + 2 * gap
    lefts = sorted({part.x for part in made.parts})
    starts = [0, widths[0] + gap, widths[0] + widths[1] + 2 * gap]
    assert set(lefts) <= set(starts)


@given(st.builds(Fit, LENGTHS, LENGTHS, st.booleans()), st.builds(Fit, LENGTHS, LENGTHS, st.booleans()))
def test_cells_that_suit_both(one, other):
    both = one.joined(other)
    assert both == other.joined(one)
    assert both.joined(one) == both or one.grows != other.grows
    assert both.size == min(one.size, other.size)


def test_anchors_of_the_first_panel_win():
    a, b = anchored(EMPTY, here=(1.0, 2.0)), anchored(space(4, 4), here=(3.0, 3.0), there=(0.0, 0.0))
    assert over(a, b).anchors == {"here": (1.0, 2.0), "there": (0.0, 0.0)}
    assert replace(a, anchors={}) == EMPTY


def test_gaps_are_between_panels():
    made = row(space(3), space(4), space(5), gap=2)
    assert made.width == 16
    assert all(one < other for one, other in pairwise([0, 5, 11]))


@given(st.lists(st.tuples(LENGTHS, st.integers(1, 9)), max_size=9), LENGTHS, st.integers(0, 5))
def test_a_flow_breaks_where_a_line_would_be_too_wide_and_nowhere_else(sizes, width, gap):
    boxes = [
        anchored(panel(Drawing((box(0, 0, w, h, "#000000"),)), w, h), **{str(k): (0, 0)})
        for k, (w, h) in enumerate(sizes)
    ]
    made = flow(boxes, width, across=gap, down=gap)
    places = [made.anchors[str(k)] for k in range(len(sizes))]
    for k, (here, there) in enumerate(pairwise(places)):
        right = here[0] + sizes[k][0] + gap
        broken = right + sizes[k + 1][0] > width
        assert there[0] == (0 if broken else right)
        assert (there[1] > here[1]) == broken
    assert made.width <= max([width, *(w for w, _ in sizes)], default=0)


@given(st.integers(0, 9), st.integers(0, 9))
def test_letters_and_boxes_that_are_one_keep_their_distances(tenths, others):
    letters = written((Text(0, 0, "a", 9, "#000000"),), 10, 10)
    one = as_one(row(pad(letters, left=tenths / 10), letters, gap=others / 10))
    first, second = pad(one, left=others / 10).static
    assert second.x - first.x == pytest.approx(10 + tenths / 10 + others / 10 - tenths / 10)
    assert (first.x - tenths / 10) == pytest.approx(round(first.x - tenths / 10))
