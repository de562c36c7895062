"""Whole specs at random: each is drawn as it asks, or ends in diagnostics; never in anything else."""

from __future__ import annotations

import io
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import conv_anim
from conv_anim import pipeline
from conv_anim.diagnostics import SpecError
from conv_anim.spec.layers import LAYER_TYPES
from conv_anim.spec.themes import THEMES
from conv_anim.spec.views import VIEWS, kind_of

SIZES = {1: 12, 2: 6, 3: 4}
WINDOWED = ("conv", "conv_transpose", "max_pool", "avg_pool", "lp_pool", "depthwise", "depthwise_separable")


def per_axis(r: Random, axes: int, least: int, most: int):
    return r.randint(least, most) if r.random() < 0.5 else [r.randint(least, most) for _ in range(axes)]


def layer(r: Random, axes: int) -> dict[str, object]:
    """A layer of any type, with some of its keys."""
    kind = r.choice(["conv", "conv", *sorted(LAYER_TYPES)])
    made: dict[str, object] = {"type": kind}
    if kind in {*WINDOWED, "spatially_separable", "flattened", "unfold", "fold"}:
        made["kernel_size"] = per_axis(r, axes, 1, 3)
    if kind in {"conv", "conv_transpose", "max_pool", "avg_pool", "depthwise"}:
        made["stride"] = per_axis(r, axes, 1, 3)
        made["padding"] = per_axis(r, axes, 0, 2)
        made["dilation"] = per_axis(r, axes, 1, 2)
    if kind in {"conv", "conv_transpose", "pointwise"}:
        made["groups"] = r.choice([1, 1, 2, 3])
        made["out_channels"] = r.choice([1, 2, 3, 6])
        made["bias"] = r.choice([1, -2, 0.5, 1 / 3])
    more = {
        "conv": {
            "padding_mode": r.choice(["zeros", "reflect", "replicate", "circular"]),
            "flip": r.random() < 0.3,
            "weight": r.choice(["box", "gaussian", "arange"]),
        },
        "conv_transpose": {"output_padding": per_axis(r, axes, 0, 1)},
        "max_pool": {"ceil_mode": r.random() < 0.5},
        "avg_pool": {"ceil_mode": r.random() < 0.5, "count_include_pad": r.random() < 0.5},
        "depthwise_separable": {"out_channels": r.choice([1, 3, 130])},
        "upsample": {
            "scale_factor": r.choice([1, 1.5, 2, 3]),
            "mode": r.choice(["nearest", ["linear", "bilinear", "trilinear"][axes - 1], "bicubic"]),
        },
        "channel_shuffle": {"groups": r.choice([1, 2, 3])},
        "pixel_shuffle": {"upscale_factor": 2},
        "pixel_unshuffle": {"downscale_factor": 2},
        "fold": {"output_size": [3, 3]},
    }
    return {**made, **more.get(kind, {})}


def view(r: Random) -> dict[str, object]:
    kind = r.choice(sorted(VIEWS))
    options = {
        "isometric": {"numbers": r.random() < 0.4},
        "sequence": {"numbers": r.random() < 0.4},
        "flat": {"mode": r.choice(["gather", "gather", "scatter", "both"])},
        "channels": {"show": r.choice(["maps", "sum", "both"])},
        "matrix": {"animate": r.random() < 0.5},
    }
    return {"kind": kind, **options.get(kind, {})}


def spec(r: Random) -> dict[str, object]:
    axes = r.choice([1, 2, 2, 2, 3])
    made: dict[str, object] = {
        "input": {
            "size": [r.randint(1, SIZES[axes]) for _ in range(axes)],
            "channels": r.choice([1, 1, 1, 2, 3, 4, 12]),
        },
        "layers": [layer(r, axes) for _ in range(r.choice([1, 1, 1, 2, 3]))],
        "theme": r.choice(sorted(THEMES)),
        "lang": r.choice(["en", "zh-TW"]),
        **{key: r.random() < 0.5 for key in ("caption", "formula", "cost")},
        "animation": {"every": r.choice([1, 3, 7]), "order": r.choice(["row-major", "column-major", "reverse"])},
    }
    if r.random() < 0.7:
        made["view"] = view(r)
    if r.random() < 0.3:
        made["size"] = {"width": r.choice([200, 320, 900])}
    return made


@given(st.integers(0, 10**9))
def test_a_spec_is_drawn_or_says_why_not(seed):
    try:
        loaded = conv_anim.load(spec(Random(seed)))
        drawn = pipeline.scene(loaded)
    except SpecError:
        return
    last = Image.open(io.BytesIO(pipeline.encoded(drawn, "png")))
    assert last.size == (drawn.width, drawn.height)
    assert loaded.size.width in {None, drawn.width}


def test_the_draw_is_worth_something():
    """Of these specs, some are drawn in every view."""
    seen: set[str] = set()
    for seed in range(600):
        try:
            loaded = conv_anim.load(spec(Random(seed)))
        except SpecError:
            continue
        seen.add(kind_of(loaded.view))
    assert seen >= set(VIEWS)
