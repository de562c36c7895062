"""Smooth motion: between two steps the window glides; what a step shows, and how long it takes, stays as it is."""

from dataclasses import replace
from io import BytesIO
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.diagnostics import SpecError
from conv_anim.painting.agg import frames
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.color import mix
from conv_anim.scene.flat.pace import Pace
from conv_anim.scene.flat.stamps import StampsView
from conv_anim.scene.gliding import between
from conv_anim.scene.isometric.drawing import Isometric as Drawing
from conv_anim.scene.isometric.tweening import Tweening, cut
from conv_anim.scene.primitives import Boxes, Frame, Lines, Polygons, Text, union
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.steps import Steps
from conv_anim.scene.style import Style, text_box
from conv_anim.scene.timeline import timeline
from conv_anim.scene.tween import FRAMES, TIME, eased
from conv_anim.spec.model import Animation
from conv_anim.spec.themes import THEMES
from conv_anim.tracing.trace import trace
from tests import pictures
from tests.layers import TINTED
from tests.test_templates import TEMPLATES

STYLE = Style(THEMES["light"], 1.0, DejaVu())
LAYERS = {
    "conv": ([4, 5], {"type": "conv", "kernel_size": 3, "padding": 1}),
    "even": ([4, 4], {"type": "conv", "kernel_size": 4, "padding": 2}),
    "strided": ([8, 7], {"type": "conv", "kernel_size": 2, "stride": 3}),
    "dilated": ([6, 6], {"type": "conv", "kernel_size": [2, 3], "dilation": 2, "padding": 1}),
    "reflect": ([4, 4], {"type": "conv", "kernel_size": 3, "padding": 1, "padding_mode": "reflect"}),
    "pool": ([5, 5], {"type": "max_pool", "kernel_size": 2, "ceil_mode": True}),
    "transposed": (
        [2, 2],
        {"type": "conv_transpose", "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
    ),
    "cropped": ([4, 4], {"type": "conv_transpose", "kernel_size": 2, "padding": 2}),
    "one axis": ([7], {"type": "conv", "kernel_size": 3}),
    "one output": ([3, 3], {"type": "conv", "kernel_size": 3}),
}
NAMES = [name for name in LAYERS if name != "one output"]


def spec(name, view="isometric", theme="light", **animation):
    size, layer = LAYERS[name]
    given_ = {"motion": "smooth", "pace": "even", **animation}
    return conv_anim.load({
        "input": {"size": size}, "layer": layer, "view": view, "theme": theme, "animation": given_, "labels": True
    })  # fmt: skip


def scene(*args, **more):
    return pictures.scene(spec(*args, **more))


def both(name, **more):
    """Smoothly, and in steps."""
    return scene(name, **more), scene(name, **{**more, "motion": "step"})


WAYS = [
    {}, {"order": "reverse"}, {"order": "column-major"}, {"every": 3}, {"step": 200}, {"step": 20},
    {"theme": "classic"}, {"view": {"kind": "isometric", "numbers": True}},
]  # fmt: skip


# frames and times


@pytest.mark.parametrize("more", WAYS, ids=str)
@pytest.mark.parametrize("name", LAYERS)
def test_a_step_looks_as_it_does_without_motion(name, more):
    smooth, stepped = both(name, **more)
    assert [smooth.frames[k] for k in smooth.rests] == list(stepped.frames)
    assert (smooth.static, smooth.width, smooth.height) == (stepped.static, stepped.width, stepped.height)
    assert all(smooth.frames[k].kept == () for k in range(len(smooth.frames)) if k not in smooth.rests)


@pytest.mark.parametrize("step", [20, 59, 60, 100, 333, 599, 600, 1000, 60_000])
def test_the_frames_of_a_step_take_its_time(step):
    smooth, stepped = both("conv", step=step, hold=2500)
    ends = [*smooth.rests, len(smooth.frames)]
    times = [[smooth.time(k) for k in range(a, b)] for a, b in pairwise(ends)]
    assert [sum(each) for each in times] == [stepped.time(k) for k in range(len(stepped.frames))]
    assert times[-1] == [2500]
    assert all(each[0] >= step / 2 for each in times[:-1])
    assert all(time == TIME for each in times for time in each[1:])
    assert len(times[0]) == 1 + min(FRAMES, step // 2 // TIME)


def test_a_single_step_does_not_move():
    smooth = scene("one output")
    assert list(smooth.rests) == [0]
    assert smooth.time(0) == smooth.hold


def test_half_of_the_way_is_done_in_half_of_the_time_and_both_ends_are_slow():
    moments = list(timeline(Animation(step=540, motion="smooth"), 2, frozenset({"way"})).moments)
    assert [moment.step for moment in moments] == [0] * 6 + [1]
    ways = [moment.share for moment in moments[:6]] + [1.0]
    assert (ways[0], moments[6].share) == (0, 0)
    assert ways[3] == pytest.approx(0.5)
    steps = [b - a for a, b in pairwise(ways)]
    assert steps == pytest.approx(steps[::-1])
    assert all(a < b for a, b in pairwise(steps[:3]))


@given(st.floats(0, 1), st.floats(0, 1))
def test_it_never_turns_back(one, other):
    assert (eased(one) <= eased(other)) == (one <= other) or abs(one - other) < 1e-6


# what moves


LIGHT = TINTED
WEAK = mix(LIGHT.colors.background, LIGHT.colors.window, LIGHT.empty_overlay)


class Ruler:
    cap_height = 0.73

    def width(self, text, *, size, bold=False):
        return 0.6 * size * len(text)


def drawing(name, **more):
    return Drawing(trace(spec(name, **more)), Style(LIGHT, 1.0, Ruler()))


def gliding(view, step, share):
    start, end = (two(view.steps.cell(k)[1:]) for k in (step, step + 1))
    return Tweening(view.drawn_planes[0], view.floors[-1], between(start, end, share))


def area(ring):
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]))) / 2


def inside(ring, point):
    x, y = point
    turns = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for (ax, ay), (bx, by) in pairwise([*ring, ring[0]])]
    return all(turn > 1e-9 for turn in turns) or all(turn < -1e-9 for turn in turns)


def seen(items, point):
    color = None
    for item in items:
        if isinstance(item, Polygons) and item.fill is not None and any(inside(r, point) for r in item.rings):
            color = item.fill
    return color


@pytest.mark.parametrize("name", ["conv", "strided", "dilated", "pool", "transposed", "one axis"])
def test_lines_join_the_window_and_its_output_on_the_way_as_at_rest(name):
    view = Drawing(trace(spec(name)), Style(THEMES["light"], 1.0, Ruler()))
    beam = view.style.beam
    for k in range(len(view.steps) - 1):
        moving = gliding(view, k, 0.5)
        lines = [item.lines for item in view.during(k, "way", 0.5) if isinstance(item, Lines) and item.stroke == beam]
        ends = {end for each in lines for line in each for end in line}
        assert any(corner in ends for corner in moving.corners()), k
        rest = gliding(view, k, 0.0)
        cell = two(view.steps.cell(k)[1:])
        assert rest.corners() == pytest.approx(np.array(view.reaches(*cell)[0].corners(view.floors[0].plane)))


@pytest.mark.parametrize("name", ["unfold", "unfold_padding"])
def test_unfolded_cells_come_to_stand_one_below_the_other_and_nothing_hides_a_number(name):
    scene = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    moments = scene.timeline.moments
    for k in [k for k, moment in enumerate(moments) if moment.phase == "sent"]:
        read = next(j for j in range(k, -1, -1) if moments[j].phase == "read")
        before = scene.frames[read].shown
        *come, outline = [item for item in scene.frames[k].shown if item not in before]
        assert outline.fill is None
        boxes = [item.boxes[0] for item in come if isinstance(item, Boxes) and item.fill is not None]
        assert [y for _, y, *_ in boxes] == sorted(y for _, y, *_ in boxes)
        assert len({x for x, *_ in boxes}) == 1  # in one column
        there = [text_box(STYLE, item) for item in (*scene.static, *before) if isinstance(item, Text)]
        assert not any(_meet(box, text) for box in boxes for text in there), k


def _meet(one, other):
    (a, b, w, h), (c, d, v, g) = one, other
    return a < c + v and c < a + w and b < d + g and d < b + h


@given(st.integers(1, 3), st.integers(1, 3), st.floats(0, 1))
def test_a_stamp_on_its_way_is_an_outline_that_ends_where_it_falls(kernel, dilation, share):
    layer = {"type": "conv_transpose", "kernel_size": kernel, "dilation": dilation}
    view = {"kind": "flat", "mode": "scatter"}
    figure = conv_anim.load({"input": {"size": [2, 2]}, "layer": layer, "view": view})
    made = trace(figure)
    pace = Pace.of(Steps(made.input.shape, figure.animation))
    drawn = StampsView(made, Style(THEMES["light"], 1.0, Ruler()), pace)
    stamp = drawn.scatter.stamp((0, 0, 1))
    (outline,) = drawn._lifted(stamp, share)
    assert outline.fill is None
    assert len(outline.boxes) == (kernel**2 if dilation > 1 else 1)
    (ended,) = drawn._lifted(stamp, 1.0)
    places = union(drawn.after.box(*two(hit.place[1:])) for hit in stamp.hits)
    assert union(ended.boxes) == pytest.approx(places)


@pytest.mark.parametrize("name", NAMES)
def test_the_window_always_covers_as_much(name):
    view = drawing(name)
    axes = view.trace.layers[0].operator.axes
    wanted = np.prod([axis.kernel for axis in axes])
    for step, share in product(range(len(view.steps) - 1), (0.01, 0.3, 0.5, 0.99)):
        moving = gliding(view, step, share)
        covered = sum((r[1] - r[0]) * (c[1] - c[0]) for r, c in moving.blocks)
        pieces = sum((r[1] - r[0]) * (c[1] - c[0]) for r, c in moving.touched.values())
        rings = next(item.rings for item in moving.window() if isinstance(item, Polygons) and item.fill == WEAK)
        drawn = sum(map(area, rings)) / area(view.floors[0].plane.ring(0, 0))
        assert (covered, pieces, drawn) == pytest.approx((wanted, wanted, wanted))


@pytest.mark.parametrize("name", NAMES)
def test_it_starts_and_ends_where_a_step_has_it(name):
    view = drawing(name)
    for step in range(len(view.steps) - 1):
        for at, share in ((step, 0), (step + 1, 1)):
            reach = view.reaches(*two(view.steps.cell(at)[1:]))[0]
            assert set(gliding(view, step, share).touched) == set(reach.cells())


@pytest.mark.parametrize("name", NAMES)
def test_it_goes_straight_and_only_forward(name):
    view = drawing(name)
    for step in range(len(view.steps) - 1):
        start, end = (np.array(two(view.steps.cell(k)[1:])) for k in (step, step + 1))
        shares = [eased(k / (FRAMES + 1)) for k in range(FRAMES + 1)]
        spots = [np.array(gliding(view, step, share).spot) for share in shares] + [end]
        along = [float((spot - start) @ (end - start)) for spot in spots]
        assert all(a < b for a, b in pairwise(along))
        (rows, columns), ways = end - start, [spot - start for spot in spots]
        assert [way[0] * columns for way in ways] == pytest.approx([way[1] * rows for way in ways])


@pytest.mark.parametrize("name", NAMES)
def test_every_piece_has_the_color_of_its_cell_under_the_window(name):
    view = drawing(name)
    drawn_plane, plane = view.drawn_planes[0], view.floors[0].plane
    for step, share in product(range(len(view.steps) - 1), (0.2, 0.7)):
        moving = gliding(view, step, share)
        items = moving.window()
        for place, (rows, columns) in moving.touched.items():
            point = plane.at(sum(rows) / 2, sum(columns) / 2)
            assert seen(items, point) == drawn_plane.covered_fill(place)
        for place in set(drawn_plane.every) - set(moving.touched):
            assert seen(items, plane.middle(*place)) is None


def test_the_output_cell_goes_along_and_leaves_its_result_behind():
    view = drawing("conv")
    top = view.floors[-1]
    current = mix(top.color, LIGHT.colors.current, LIGHT.overlay)
    shown = view.during(0, "way", eased((FRAMES // 2 + 1) / (FRAMES + 1)))
    assert [seen(shown, top.plane.at(0.5, at)) for at in (0.2, 0.8, 1.2, 1.8)] == [top.color, current, current, None]


@given(st.floats(0, 9), st.floats(0.01, 4))
def test_a_span_is_cut_at_the_edges_of_cells(start, length):
    parts = cut((start, start + length))
    assert sum(b - a for _, (a, b) in parts) == pytest.approx(length, abs=1e-5)
    assert all(cell <= a < b <= cell + 1 for cell, (a, b) in parts)


# pictures


@pytest.mark.parametrize("more", [{}, {"view": {"kind": "isometric", "numbers": True}}, {"theme": "dark"}], ids=str)
@pytest.mark.parametrize("name", ["strided", "reflect", "cropped", "one axis"])
def test_everything_lies_within_the_picture(name, more):
    smooth = scene(name, **more)
    for frame in smooth.frames:
        left, top, right, bottom = pictures.extent(frame.shown)
        assert 0 <= left < right <= smooth.width
        assert 0 <= top < bottom <= smooth.height


def test_a_window_that_reads_padding_alone_leads_to_no_window_below():
    layers = [{"type": "conv", "kernel_size": 2}, {"type": "conv", "kernel_size": 1, "padding": 1}]
    made = {"input": {"size": [3, 3]}, "layers": layers, "view": "isometric", "animation": {"motion": "smooth"}}
    drawn = pictures.scene(conv_anim.load(made))
    assert all(isinstance(frame.shown, tuple) for frame in drawn.frames)


@pytest.mark.parametrize("theme", ["light", "classic"])
@pytest.mark.parametrize("name", ["conv", "strided", "reflect"])
def test_nothing_else_moves(name, theme):
    """What the window and the output cell do not touch on their way is the same to the pixel."""
    smooth = scene(name, theme=theme, view={"kind": "isometric", "numbers": True})
    bare = None
    for k, pixels in enumerate(frames(smooth, range(1, FRAMES + 1))):
        left, top, right, bottom = (int(v) for v in pictures.extent(smooth.frames[k + 1].shown))
        rest = pixels.copy()
        for box in boxes(smooth.frames[k + 1].shown):
            rest[box] = 0
        if bare is not None:
            both_ = (rest[..., 3] > 0) & (bare[..., 3] > 0)
            assert np.array_equal(rest[both_], bare[both_])
        bare = rest
        assert 0 < (rest[..., 3] == 0).mean() < 0.9
        assert left < right
        assert top < bottom


def boxes(items):
    """What each item may touch, with the width of its lines."""
    for item in items:
        left, top, right, bottom = pictures.extent([item])
        room = 12 if not isinstance(item, Polygons) else 3
        yield np.s_[max(0, int(top) - room) : int(bottom) + room, max(0, int(left) - room) : int(right) + room]


def tinted(drawn, text):
    """Whether the window has changed the colour under a text in the first frame on its way."""
    middle = (text.x, text.y - text.size / 3)
    return seen(drawn.frames[1].shown, middle) not in {None, seen(drawn.static, middle)}


@pytest.mark.parametrize("name", ["conv", "reflect", "strided"])
def test_numbers_and_crosses_are_no_bolder_on_the_way(name):
    """The window has only just touched the cells ahead: what is written in them is as it was, to the pixel."""
    theme = {"base": "light", "overlay": 1.0, "window_width": 0}  # outlined, a window leaves them alone
    smooth = scene(name, view={"kind": "isometric", "numbers": True}, theme=theme)
    bare = replace(smooth, frames=(Frame(),), timeline=None)
    (rest,), (moved,) = ([p.copy() for p in frames(s, [k])] for s, k in ((bare, 0), (smooth, 1)))
    shown = smooth.frames[1].shown
    ahead = [item for item in shown if isinstance(item, Text) and item in smooth.static and not tinted(smooth, item)]
    assert ahead
    for item in ahead:
        x, y, room = round(item.x), round(item.y), round(item.size / 3)
        box = np.s_[y - 2 * room : y + 1, x - room : x + room]
        assert np.array_equal(moved[box], rest[box])


def test_a_still_is_a_step():
    smooth, stepped = both("conv")
    count = len(stepped.frames)
    for k in (0, 7, count - 1):
        assert pipeline.encoded(smooth, "png", step=k) == pipeline.encoded(stepped, "png", step=k)
        assert Image.open(BytesIO(pipeline.encoded(smooth, "gif", step=k))).n_frames == 1
    assert pipeline.encoded(smooth, "png") == pipeline.encoded(stepped, "png")
    for s in (smooth, stepped):
        with pytest.raises(SpecError, match=f"there is no step {count}: this figure has {count}"):
            pipeline.encoded(s, "png", step=count)


def test_a_picture_for_each_step():
    smooth, stepped = (pipeline.pictures(spec("conv", motion=m), "frames", "x") for m in ("smooth", "step"))
    assert smooth == stepped
    assert [name for name, _ in smooth][:2] == ["x-00.png", "x-01.png"]
    assert pipeline.pictures(spec("conv"), "frames", "x", step=3) == [stepped[3]]


def test_a_gif_shows_every_frame_for_its_time():
    smooth = scene("even", theme="classic", every=4)
    image = Image.open(BytesIO(pipeline.encoded(smooth, "gif")))
    assert image.n_frames == len(smooth.frames)
    for k, pixels in enumerate(frames(smooth)):
        image.seek(k)
        assert image.info["duration"] == smooth.time(k)
        off = np.abs(np.asarray(image.convert("RGB"), float) - pixels[..., :3])
        assert (off**2).mean() < 5


# specs


def test_where_nothing_is_drawn_nothing_is_refused():
    figure = {"input": {"size": [2, 2, 2], "channels": 1}, "layers": [
        {"type": "max_pool", "kernel_size": 1}, {"type": "max_unpool"}], "animation": {"motion": "smooth"}}  # fmt: skip
    assert conv_anim.load(figure).animation.motion == "smooth"


@pytest.mark.parametrize("theme", ["light", "classic"])
@pytest.mark.parametrize("view", ["flat", "channels"])
def test_the_window_is_seen_on_its_way_on_the_input_too(view, theme):
    layer = {"type": "conv", "kernel_size": 2}
    more = {"view": view, "theme": theme, "animation": {"motion": "smooth", "step": 500, "pace": "even"}}
    scene = pipeline.scene(conv_anim.load({"input": {"size": [3, 3]}, "layer": layer, **more}))
    ways = [k for k, moment in enumerate(scene.timeline.moments) if moment.phase == "way"]
    assert ways
    for k in ways:
        rings = [
            r for item in scene.frames[k].shown if isinstance(item, Polygons) and item.fill is None for r in item.rings
        ]
        boxes = [union((x, y, 0.0, 0.0) for x, y in ring) for ring in rings]
        sides = sorted(box[2] for box in boxes)
        assert len(sides) >= 2
        assert sides[-1] == pytest.approx(2 * sides[0], rel=0.05)  # the window, and the output's cell
