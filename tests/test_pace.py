"""The pace of an explanation: what is shown, for how long, and that nothing of how the window moves is hidden."""

from io import BytesIO
from itertools import pairwise
from math import prod

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.painting.agg import flat_colors
from conv_anim.scene.primitives import Lines, Text
from conv_anim.scene.steps import Steps, allotted
from conv_anim.scene.timeline import timeline
from conv_anim.spec.model import MOST_STEPS, Animation
from conv_anim.spec.themes import THEMES
from tests import pictures
from tests.test_templates import TEMPLATES

ORDERS = ["row-major", "column-major", "reverse"]
CONV = {"type": "conv", "kernel_size": 3}
ANIMATED = {
    "flat": {"input": {"size": [5, 5]}, "layer": CONV, "view": "flat"},
    "isometric": {"input": {"size": [5, 5]}, "layer": CONV, "view": "isometric"},
    "numbers": {"input": {"size": [5, 5]}, "layer": CONV, "view": {"kind": "isometric", "numbers": True}},
    "channels": {"input": {"size": [5, 5], "channels": 2}, "layer": {**CONV, "out_channels": 2}, "view": "channels"},
    "maps": {"input": {"size": [5, 5], "channels": 2}, "layer": CONV, "view": {"kind": "channels", "show": "maps"}},
    "sum": {"input": {"size": [5, 5], "channels": 2}, "layer": CONV, "view": {"kind": "channels", "show": "sum"}},
    "matrix": {"input": {"size": [4, 4]}, "layer": CONV, "view": {"kind": "matrix", "animate": True}},
    "gemm": {"input": {"size": [4, 4]}, "layer": {**CONV, "out_channels": 2}, "view": "gemm"},
    "tiles": {"input": {"size": [4, 4]}, "layer": CONV, "view": {"kind": "gemm", "tile": [1, 2, 5], "layout": "nhwc"}},
    "winograd": {"input": {"size": [6, 6]}, "layer": CONV, "view": "winograd"},
    "fft": {"input": {"size": [4, 4]}, "layer": CONV, "view": "fft"},
    "volume": {"input": {"size": [5, 5], "channels": 2}, "layer": {**CONV, "out_channels": 3}, "view": "volume"},
    "3-D": {"input": {"size": [4, 4, 4]}, "layer": {"type": "conv", "kernel_size": 2}, "view": "volume"},
    "sequence": {"input": {"size": [9]}, "layer": CONV, "view": "sequence"},
    "stack": {"input": {"size": [7, 7]}, "layers": [CONV, CONV], "view": "isometric"},
    "network": {"input": {"size": [3, 3]}, "layers": [{"type": "relu"}, {"type": "max_pool", "kernel_size": 2}]},
    "unpooling": {
        "input": {"size": [4, 4]},
        "layers": [{"type": "max_pool", "kernel_size": 2}, {"type": "max_unpool"}],
    },
    "scatter": {
        "input": {"size": [3, 3]},
        "layer": {"type": "conv_transpose", "kernel_size": 3, "stride": 2},
        "view": {"kind": "flat", "mode": "scatter"},
    },
    "both": {
        "input": {"size": [2, 2]},
        "layer": {"type": "conv_transpose", "kernel_size": 3, "stride": 2},
        "view": {"kind": "flat", "mode": "both"},
    },
    "overlap": {
        "input": {"size": [3, 3]},
        "layer": {"type": "conv_transpose", "kernel_size": 3, "stride": 2},
        "view": {"kind": "flat", "overlap": True},
    },
    "upsampling": {"input": {"size": [3, 3]}, "layer": {"type": "upsample", "scale_factor": 2, "mode": "bilinear"}},
    "unfold": {"input": {"size": [4, 4]}, "layer": {"type": "unfold", "kernel_size": 2}},
    "fold": {"input": {"size": [9], "channels": 4}, "layer": {"type": "fold", "kernel_size": 2, "output_size": [4, 4]}},
    "dealt": {"input": {"size": [2, 2], "channels": 4}, "layer": {"type": "channel_shuffle", "groups": 2}},
    "woven": {
        "input": {"size": [2, 2], "channels": 4},
        "layer": {"type": "pixel_shuffle", "upscale_factor": 2},
        "view": "channels",
    },
}


def scene(name, **animation):
    given_ = {"animation": animation} if animation else {}
    return pictures.scene(conv_anim.load({**ANIMATED[name], **given_}))


def duration(drawn):
    return sum(drawn.time(k) for k in range(len(drawn.frames)))


# which outputs are shown


def directions(steps):
    """Along which axes the window is seen to go on: the outermost that changes from one shown output to the next."""
    cells = [steps.cell(k) for k in range(len(steps))]
    order = [0, *range(len(cells[0]) - 1, 0, -1)] if steps.animation.order == "column-major" else range(len(cells[0]))
    return {next(axis for axis in order if one[axis] != other[axis]) for one, other in pairwise(cells)}


SHAPES = st.tuples(st.integers(1, 12), st.lists(st.integers(1, 30), min_size=1, max_size=3)).map(
    lambda drawn: (drawn[0], *drawn[1])
)


@given(SHAPES, st.integers(1, 200), st.sampled_from(ORDERS), st.sampled_from(["auto", "even"]))
@example((4, 2, 2), 2, "row-major", "even")  # only the first column of each map
@example((1, 5, 5), 6, "row-major", "even")  # only the diagonal
@example((128, 3, 3), 48, "row-major", "even")
@example((64, 112, 112), 1, "row-major", "auto")
def test_what_is_left_out_hides_no_direction(shape, every, order, pace):
    steps = Steps(shape, Animation(every=every, order=order, pace=pace))
    assert directions(steps) == {axis for axis, size in enumerate(shape) if size > 1}
    assert steps.rank(len(steps) - 1) == prod(shape) - 1


@given(SHAPES, st.integers(1, 200), st.sampled_from(ORDERS))
def test_no_more_is_shown_than_there_is_room_for(shape, every, order):
    steps = Steps(shape, Animation(every=every, order=order, pace="auto"))
    ranks = [steps.rank(k) for k in range(len(steps))]
    assert ranks == sorted(set(ranks))
    assert len(steps) <= MOST_STEPS
    if every == 1 and prod(shape) <= MOST_STEPS:
        assert len(steps) == prod(shape)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=3), st.integers(4, 40))
def test_the_first_steps_follow_each_other_along_a_row(size, width):
    steps = Steps((1, *size, width), Animation(pace="auto"))
    assert [steps.rank(k) for k in range(3)] == [0, 1, 2]


@given(st.lists(st.integers(1, 100), min_size=1, max_size=8), st.integers(40, 80))
def test_several_walks_share_the_room(counts, most):
    shares = allotted(counts, most)
    assert all(min(4, count) <= share <= count for share, count in zip(shares, counts, strict=True))
    assert sum(shares) <= most
    if sum(counts) <= most:
        assert shares == counts


# for how long


@given(
    st.integers(1, 60),
    st.frozensets(st.sampled_from(["read", "summed", "sent", "way", "finished"])),
    st.sampled_from(["step", "smooth"]),
)
def test_an_explanation_takes_15_seconds_and_150_frames_at_most(count, phases, motion):
    when = timeline(Animation(step=300, hold=2500, pace="auto", motion=motion), min(count, MOST_STEPS), phases)
    times = [moment.time for moment in when.moments]
    assert sum(times) <= 15_000
    assert len(times) <= 150
    assert all(time >= 20 and time % 10 == 0 for time in times)
    assert [when.moments[k].step for k in when.rests] == list(range(min(count, MOST_STEPS)))
    assert all(when.moments[k].phase == "made" for k in when.rests)
    assert [moment.step for moment in when.moments] == sorted(moment.step for moment in when.moments)


@given(st.integers(5, 53), st.frozensets(st.sampled_from(["read", "summed", "sent", "finished"])))
def test_the_first_three_steps_are_slow_and_the_others_quick(count, phases):
    when = timeline(Animation(step=300, hold=2500, pace="auto"), count, phases)
    times = [sum(moment.time for moment in when.moments if moment.step == k) for k in range(count)]
    assert times[:3] == [1800] * 3
    assert all(time <= 300 for time in times[3:-1])
    assert (times[-1] if "finished" not in phases else when.moments[-1].time) == 2500


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_takes_longer(name):
    drawn = pictures.scene(conv_anim.load(TEMPLATES[name].path))
    assert duration(drawn) <= 15_000
    assert len(drawn.frames) <= 150


@given(st.lists(st.integers(20, 400), min_size=2, max_size=12))
def test_times_of_a_gif_are_rounded_all_together(times):
    """A frame is off by half a centisecond at most, and so is the whole: 333 ms three times are a second."""
    from conv_anim.export import gif
    from conv_anim.export.palette import palette

    shown = [np.full((8, 8, 4), 20 * k, np.uint8) | np.uint8([0, 0, 0, 255]) for k in range(len(times))]
    data = gif.encode(map(gif.Timed, shown, times), palette=palette(shown, {"#000000"}), loop=0, comment="")
    image = Image.open(BytesIO(data))
    found = []
    for k in range(len(times)):
        image.seek(k)
        found.append(image.info["duration"])
    assert abs(sum(found) - sum(times)) <= 5


# the beginning and the end


@pytest.mark.parametrize("name", ANIMATED)
def test_the_first_frame_shows_where_the_window_begins(name):
    drawn = scene(name)
    assert drawn.frames[0].shown


@pytest.mark.parametrize("name", ANIMATED)
def test_the_end_is_the_whole_result_without_a_window(name):
    drawn = scene(name)
    assert drawn.timeline.moments[-1].phase == "finished"
    assert drawn.rests[-1] == len(drawn.frames) - 2
    assert pictures.after(drawn, len(drawn.frames) - 1) != pictures.after(drawn, drawn.rests[-1])
    colors, shown = THEMES["light"].colors, drawn.frames[-1].shown
    if name in ("scatter", "both"):  # there the last stamp stays, and the outline of the one cell that it is of
        (outline,) = (item for item in shown if isinstance(item, Lines) and item.stroke.color == colors.window)
        (ring,) = outline.lines
        (left, *_, right), (top, *_, bottom) = (sorted(axis) for axis in zip(*ring, strict=True))
        assert right - left == bottom - top == 40  # a cell
        shown = [item for item in shown if item != outline]
    assert not flat_colors(shown) & {colors.window, colors.current}


@pytest.mark.parametrize("name", ANIMATED)
@pytest.mark.parametrize("order", ORDERS)
def test_the_end_holds_every_number_of_the_result(name, order):
    """The finished picture does not depend on which of the outputs were shown on the way."""
    drawn = scene(name, order=order)
    some = scene(name, order=order, pace="auto", every=3)
    texts = [sorted(item.text for item in visible(one)) for one in (drawn, some)]
    assert texts[0] == texts[1]


def visible(drawn):
    """The texts of the end that nothing covers."""
    from conv_anim.scene.primitives import Boxes, Text

    found = []
    for item in pictures.after(drawn, len(drawn.frames) - 1):
        if isinstance(item, Boxes) and item.fill is not None:
            found = [
                text
                for text in found
                if not any(x <= text.x <= x + w and y <= text.y - 1 <= y + h for x, y, w, h in item.boxes)
            ]
        if isinstance(item, Text):
            found.append(item)
    return found


@pytest.mark.parametrize("name", ANIMATED)
def test_a_step_in_full_is_the_same_at_any_pace(name):
    explained, even = scene(name), scene(name, pace="even")
    assert len(even.frames) == len(even.rests)
    assert len(explained.rests) == len(even.rests)
    for k, rest in enumerate(explained.rests):
        assert explained.frames[rest].shown == even.frames[k].shown


@pytest.mark.parametrize("name", ANIMATED)
def test_a_still_is_the_last_step_and_not_the_end(name):
    drawn = scene(name)
    assert pipeline.encoded(drawn, "png") == pipeline.encoded(drawn, "png", step="last")


# what a spec says


ENDS = {
    "con_5": "all 9 numbers are made, each the sum of 9 products",
    "con_6": "all 27 numbers are made",
    "grouped": "all 16 numbers are made, each the sum of 18 products",
    "relu": "all 12 numbers are made",
    "max_pool": "all 4 numbers are made",
    "transposed_gather": "all 25 numbers are made",
    "mask_a_and_b": None,
    "flatten_linear": "all 6 numbers are made",
}


@pytest.mark.parametrize(("name", "said"), ENDS.items())
def test_at_the_end_the_place_of_the_sum_says_what_was_made(name, said):
    drawn = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    texts = [item.text for item in drawn.frames[-1].shown if isinstance(item, Text)]
    if said is not None:
        assert texts == [said]
    sums = [item for item in drawn.frames[-2].shown if isinstance(item, Text)]
    lowest = max(item.y for item in sums)
    assert any(item.y > lowest - 80 for item in drawn.frames[-1].shown if isinstance(item, Text))


@pytest.mark.parametrize("name", ["sobel", "box", "sharpen", "house_224"])
def test_a_window_that_is_shown_enlarged_stays_to_the_end(name):
    drawn = pipeline.scene(conv_anim.load(TEMPLATES[name].path))
    chosen = drawn.rests[0]  # the first step, which was chosen because there is something to see
    first, end = ([i.text for i in drawn.frames[k].shown if isinstance(i, Text)] for k in (chosen, -1))
    assert len(end) > 9
    assert [text for text in end if text.startswith("=")] == [text for text in first if text.startswith("=")] != []
    outlines = [
        {item for item in drawn.frames[k].shown if isinstance(item, Lines)} for k in (chosen, len(drawn.frames) - 1)
    ]
    assert outlines[0] == outlines[1] != set()


@pytest.mark.parametrize(
    ("more", "pace"),
    [
        ({}, "auto"),
        ({"animation": {"motion": "smooth"}}, "auto"),
        ({"animation": {"order": "reverse", "loop": 1}}, "auto"),
        ({"animation": {"step": 400}}, "even"),
        ({"animation": {"hold": 400}}, "even"),
        ({"animation": {"every": 2}}, "even"),
        ({"theme": "classic"}, "even"),
        ({"theme": {"base": "classic", "ink": "#000000"}}, "even"),
        ({"theme": "classic", "animation": {"pace": "auto"}}, "auto"),
        ({"animation": {"pace": "auto", "step": 100}}, "auto"),
    ],
    ids=str,
)
def test_which_pace_a_spec_means(more, pace):
    assert conv_anim.load({**ANIMATED["isometric"], **more}).animation.pace == pace


def test_times_that_are_given_are_those_of_quick_steps_and_of_the_end():
    def animation(**asked):
        return conv_anim.load({**ANIMATED["isometric"], "animation": {"pace": "auto", **asked}}).animation

    assert (animation().step, animation().hold) == (300, 2500)
    assert (animation(step=120).step, animation(hold=900).hold) == (120, 900)
    assert animation(motion="smooth").step == 300


# smooth motion


@pytest.mark.parametrize("pace", ["auto", "even"])
@pytest.mark.parametrize("name", ANIMATED)
def test_windows_glide_in_every_view(name, pace):
    """Between any two steps that mark cells in the same grids, and never out of the picture."""
    drawn = scene(name, motion="smooth", pace=pace)
    ways = [k for k, moment in enumerate(drawn.timeline.moments) if moment.phase == "way"]
    assert ways
    shown = [pictures.extent(drawn.frames[k].shown) for k in ways if drawn.frames[k].shown]
    assert len(shown) > len(ways) / 2
    assert all(left >= 0 and top >= 0 for left, top, _, _ in shown)
    assert all(right <= drawn.width and bottom <= drawn.height for _, _, right, bottom in shown)


@pytest.mark.parametrize("name", ANIMATED)
def test_smooth_steps_are_those_of_a_figure_that_leaps(name):
    smooth, stepped = scene(name, motion="smooth", pace="even"), scene(name, pace="even")
    assert [smooth.frames[k].shown for k in smooth.rests] == [frame.shown for frame in stepped.frames]
