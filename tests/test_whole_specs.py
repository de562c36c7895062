"""Whole specs at random: each is drawn as it asks, or ends in diagnostics; never in anything else."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import conv_anim
from conv_anim import pipeline
from conv_anim.diagnostics import Code, SpecError
from conv_anim.painting.agg import frames
from conv_anim.painting.fonts import DejaVu
from conv_anim.scene.primitives import Boxes, Text
from conv_anim.spec import formats
from conv_anim.spec.op_types import TYPES as LAYER_TYPES
from conv_anim.spec.views import VIEWS
from tests.pictures import after
from tests.random_specs import spec
from tests.readers import READERS, can_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from conv_anim.scene.primitives import Items, Scene
    from conv_anim.spec.model import Spec
    from tests.readers import Held

FONT = DejaVu()
FORMATS = (*formats.names(formats.FORMATS.own), "frames")
MOVING = ("gif", "apng", "webp", "mp4")
FEW_STEPS = 24
STILL = ("png", "pdf", "still.png")
"""What shows one step."""
UNDRAWN = {Code.VIEW, Code.OUT_OF_RANGE, Code.TOO_LARGE}
"""Why a good spec may have no picture: no view shows it, or its texts do not fit into its width."""
UNWRITTEN = {Code.STEP, Code.TOO_LARGE, Code.OUT_OF_RANGE}
"""Why a picture may have no file: too many panels for a page, or side by side in a width, or a page too large for a
browser."""


def steps(r: Random, whole: int, format_: str) -> list[int] | None:
    """Some of so many steps, or None for all, if they are few."""
    if format_ == "html" or (whole <= FEW_STEPS and r.random() < 0.5):
        return None
    most = 1 if format_ in STILL else 4
    return sorted(r.sample(range(whole), r.randint(1, min(most, whole))))


def painted(drawn: Scene, chosen: list[int] | None) -> tuple[int, NDArray[np.uint8]]:
    """How many pictures are seen in turn, what looks the same as one, and the last one, RGB (height, width, 3)."""
    wanted = range(len(drawn.frames)) if chosen is None else [drawn.rests[k] for k in chosen]
    count, last = 0, np.zeros((0, 0, 3), np.uint8)
    for frame in frames(drawn, wanted):
        count += not np.array_equal(frame[..., :3], last)
        last = frame[..., :3].copy()
    return count, last


def check(loaded: Spec, drawn: Scene, format_: str, chosen: list[int] | None) -> None:
    """What readers of others find in the files of a figure."""
    files = pipeline.pictures(loaded, format_, "fig", step=chosen)
    found = [READERS[format_](data) for _, data in files]
    whole = len(drawn.rests) if chosen is None else len(chosen)
    assert len({name for name, _ in files}) == len(files) == (whole if format_ == "frames" else 1)
    for held in found:
        check_size(held.size, drawn, format_, whole, asked=loaded.size.width)
    if format_ in MOVING:
        check_motion(found[0], loaded, drawn, format_, chosen)
    else:
        pages = {"pages.pdf": whole, "html": len(drawn.frames)}
        assert {held.count for held in found} == {pages.get(format_, 1)}
    if format_ in {"png", "apng", "webp", "frames"}:
        assert np.array_equal(found[-1].last, painted(drawn, chosen)[1])


def check_size(size: tuple[int, int], drawn: Scene, format_: str, whole: int, *, asked: int | None) -> None:
    """The width that a spec asks for is that of the whole file: of a page its panels are as wide as fits into it."""
    width, height = drawn.width, drawn.height
    match format_.partition(".")[0]:
        case "strip" | "storyboard" if asked is not None:
            assert size[0] == asked
        case "strip":
            assert size[0] > whole * width
            assert size[1] > height
        case "storyboard":
            assert size[0] * size[1] > whole * width * height
            assert size > (width, height)
        case "mp4":
            assert size == (width + width % 2, height + height % 2)
        case _:
            assert size == (width, height)


def check_motion(held: Held, loaded: Spec, drawn: Scene, format_: str, chosen: list[int] | None) -> None:
    """One picture for all that looks the same, and each step for its time; a video's is in tenths of a second."""
    seen, _ = painted(drawn, chosen)
    whole = len(drawn.rests) if chosen is None else len(chosen)
    time = loaded.animation.step * (whole - 1) + loaded.animation.hold
    match format_:
        case "mp4":
            assert held.count >= seen
            assert held.time == pytest.approx(time, abs=100)
        case "gif":
            assert 1 <= held.count <= seen
            assert held.time in {None, time}
        case _:
            assert held.count == seen
            assert held.time == (time if seen > 1 else None)


@contextmanager
def only(codes: set[Code]) -> Iterator[None]:
    """What is done here may end in these problems."""
    try:
        yield
    except SpecError as error:
        if not {problem.code for problem in error.problems} <= codes:
            raise


def figure(made: dict[str, object]) -> tuple[Spec, Scene] | None:
    """A spec with its picture, unless it has a problem that it may have."""
    loaded = None
    with only(set(Code)):
        loaded = conv_anim.load(made)
    if loaded is not None:
        with only(UNDRAWN):
            drawn = pipeline.scene(loaded)
            assert loaded.size.width in {None, drawn.width}
            return loaded, drawn
    return None


@cache
def figure_of(shown: str, seed: int) -> tuple[Spec, Scene] | None:
    """One that is made once for all formats."""
    return figure(spec(Random(seed), shown=shown))


def tried(found: tuple[Spec, Scene] | None, r: Random, format_: str) -> bool:
    """Whether a figure is there and is written in a format, as it has to be."""
    if found is not None:
        with only(UNWRITTEN):
            check(*found, format_, steps(r, len(found[1].rests), format_))
            return True
    return False


def room(said: Text) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a text's capitals."""
    width = FONT.width(said.text, size=said.size, bold=said.bold)
    left = said.x - {"start": 0, "middle": width / 2, "end": width}[said.anchor]
    return left, said.y - said.size * FONT.cap_height, left + width, said.y


def meet(one: Text, other: Text) -> bool:
    """Whether two texts lie on each other by more than a pixel."""
    (left, top, right, bottom), (left2, top2, right2, bottom2) = room(one), room(other)
    return min(right, right2) - max(left, left2) > 1 and min(bottom, bottom2) - max(top, top2) > 1


def covered(said: Text, above: Items) -> bool:
    """Whether a box that is painted later hides all of a text: a still marks cells whose numbers are there already."""
    left, top, right, bottom = room(said)
    boxes = (box for item in above if isinstance(item, Boxes) and item.fill is not None for box in item.boxes)
    return any(x <= left and y <= top and right <= x + wide and bottom <= y + high for x, y, wide, high in boxes)


def check_texts(drawn: Scene) -> None:
    """No text hangs over the edge, and none of those that stay lies on another."""
    for k in sorted({0, len(drawn.frames) // 2, len(drawn.frames) - 1}):
        for said in (item for item in after(drawn, k) if isinstance(item, Text)):
            left, top, right, bottom = room(said)
            assert -0.5 <= left <= right <= drawn.width + 0.5, said
            assert 0 <= top <= bottom <= drawn.height, said
    texts = [(k, item) for k, item in enumerate(drawn.static) if isinstance(item, Text)]
    stay = [said for k, said in texts if not covered(said, drawn.static[k + 1 :])]
    assert not [(one.text, other.text) for one, other in combinations(stay, 2) if meet(one, other)]


@example(206)  # attention's matrix, a still
@example(5050)  # a pool of channels, narrow: its name lay on its arrow
@given(st.integers(0, 10**9))
def test_texts_stay_inside_and_apart(seed):
    with only(set(Code)):
        check_texts(pipeline.scene(conv_anim.load(spec(Random(seed)))))


def test_names_of_narrow_maps_stay_apart():
    made = {"input": {"size": [4, 2]}, "layer": {"type": "pixel_unshuffle", "downscale_factor": 2}, "labels": {}}
    check_texts(pipeline.scene(conv_anim.load(made)))


@given(st.integers(0, 10**9), st.sampled_from([name for name in FORMATS if can_read(name)]))
def test_a_spec_is_drawn_or_says_why_not(seed, format_):
    tried(figure(spec(Random(seed))), Random(seed), format_)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("shown", VIEWS)
def test_every_view_is_drawn_in_every_format(shown, format_):
    if not can_read(format_):
        reason = "needs ffmpeg"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)
    assert any(tried(figure_of(shown, seed), Random(seed), format_) for seed in range(100))


COMPUTED = frozenset({"gemm", "winograd", "fft"})
ALL = frozenset(VIEWS) - COMPUTED
SHOWN = {
    "conv": ALL | COMPUTED,
    "depthwise": ALL | COMPUTED,
    "pointwise": ALL | {"gemm", "fft"},
    "spatially_separable": ALL | {"gemm", "fft"},  # along one axis it is one layer
    "max_pool": ALL - {"matrix"},
    "lp_pool": ALL - {"matrix"},
    "depthwise_separable": {"isometric", "flat", "volume", "sequence"},
    "flattened": {"isometric", "flat", "volume", "sequence"},
    "max_unpool": {"flat"},
    "upsample": {"flat", "channels", "volume"},
    "channel_shuffle": {"flat", "channels", "volume"},
    "pixel_shuffle": {"flat", "channels"},
    "pixel_unshuffle": {"flat", "channels"},
    "unfold": {"flat"},
    "fold": {"flat"},
    "adaptive_max_pool": ALL - {"matrix"},
    "attention": {"flat", "matrix", "sequence"},
    "deform_conv": {"isometric", "flat", "matrix"},
    "sparse_conv": {"isometric", "flat"},
    **{key: {"flat"} for key in ("relu", "leaky_relu", "gelu", "silu", "sigmoid", "tanh", "softmax", "batch_norm")},
    **{key: {"flat"} for key in ("hard_swish", "hard_sigmoid")},
    **{key: {"flat"} for key in ("add", "multiply", "concat", "linear", "flatten", "pad", "crop")},
}
"""The views that show a type of layer, if the rest of the spec lets them; of all others every view does."""


@pytest.mark.parametrize("shown", VIEWS)
@pytest.mark.parametrize("first", LAYER_TYPES)
def test_every_view_draws_the_layers_that_it_can_show(first, shown):
    can = shown in {*SHOWN.get(first, ALL), "network"}
    seeds = range(200) if can else range(30)
    found = (figure(spec(Random(seed), first=first, shown=shown)) for seed in seeds)
    assert any(tried(each, Random(seed), "png") for seed, each in zip(seeds, found, strict=True)) is can
