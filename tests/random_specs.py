"""Whole specs drawn at random: most can be drawn, some cannot, and each is the same for the same seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.op_types import TYPES as LAYER_TYPES
from conv_anim.spec.themes import THEMES
from conv_anim.spec.views import VIEWS

if TYPE_CHECKING:
    from random import Random

SIZES = {1: 12, 2: 6, 3: 4}
"""The longest axis, by the number of axes."""
WINDOWED = ("conv", "conv_transpose", "max_pool", "avg_pool", "lp_pool", "depthwise", "depthwise_separable")


def per_axis(r: Random, axes: int, least: int, most: int):
    return r.randint(least, most) if r.random() < 0.5 else [r.randint(least, most) for _ in range(axes)]


def layer(r: Random, axes: int, kind: str) -> dict[str, object]:
    """A layer of a type, with some of its keys."""
    made: dict[str, object] = {"type": kind}
    if kind in {*WINDOWED, "spatially_separable", "flattened", "unfold"}:
        made["kernel_size"] = per_axis(r, axes, 1, 3)
    if kind in {"conv", "conv_transpose", "max_pool", "avg_pool", "depthwise"}:
        made["stride"] = per_axis(r, axes, 1, 3)
        made["padding"] = per_axis(r, axes, 0, 2)
    if kind in {"conv", "conv_transpose", "max_pool", "depthwise"}:
        made["dilation"] = per_axis(r, axes, 1, 2)
    if kind in {"conv", "conv_transpose", "pointwise"}:
        made["groups"] = r.choice([1, 1, 2, 3])
        made["out_channels"] = r.choice([1, 2, 3, 6])
        made["bias"] = r.choice([1, -2, 0.5, 1 / 3])
    if kind in {"deform_conv", "sparse_conv"}:
        return {**made, **_beyond(r, axes, kind)}
    return {**made, **_more(r, axes, kind)}


def _beyond(r: Random, axes: int, kind: str) -> dict[str, object]:
    """Settings of convolutions whose windows bend, or meet active cells alone."""
    moves = {"kernel_size": per_axis(r, axes, 1, 3), "out_channels": r.choice([1, 1, 2]), "bias": r.choice([1, 0.5])}
    if kind == "sparse_conv" and r.random() < 0.5:
        return {**moves, "kernel_size": r.choice([1, 3]), "submanifold": True}
    moves |= {"stride": per_axis(r, axes, 1, 2), "padding": per_axis(r, axes, 0, 2)}
    if kind == "sparse_conv":
        return moves
    offset = r.choice([0, 0.5, -1.3, {"random": {"low": -1.5, "high": 1.5}}, {"random": {"low": -3, "high": 3}}])
    mask = r.choice([{}, {"mask": 0.5}, {"mask": {"random": {"low": 0, "high": 1.0}}}])
    return {**moves, "offset": offset, **mask}


def _more(r: Random, axes: int, kind: str) -> dict[str, object]:
    linear = ["linear", "bilinear", "trilinear"][axes - 1]
    more = {
        "conv": {
            "padding_mode": r.choice(["zeros", "reflect", "replicate", "circular"]),
            "flip": r.random() < 0.3,
            "weight": r.choice(["box", "gaussian", "arange", {"random": {"low": -2, "high": 2, "seed": 3}}]),
            **({"padding": r.choice(["same", "valid", "full", "causal"]), "stride": 1} if r.random() < 0.2 else {}),
        },
        "conv_transpose": {"output_padding": per_axis(r, axes, 0, 1)},
        "max_pool": {"ceil_mode": r.random() < 0.5},
        "avg_pool": {"ceil_mode": r.random() < 0.5, "count_include_pad": r.random() < 0.5},
        "lp_pool": {"norm_type": r.choice([1, 2, 2.5])},
        "depthwise": {"multiplier": r.choice([1, 2])},
        "depthwise_separable": {"out_channels": r.choice([1, 3, 130])},
        "upsample": {"scale_factor": r.choice([1, 1.5, 2, 3]), "mode": r.choice(["nearest", linear, "bicubic"])},
        "channel_shuffle": {"groups": r.choice([1, 2, 3])},
        "pixel_shuffle": {"upscale_factor": 2},
        "pixel_unshuffle": {"downscale_factor": 2},
        "fold": {"kernel_size": 2, "output_size": [3, 3]},
        **{
            key: {"from": r.choice([["input", "input"], [-1, -1], [-1, "input"]])}
            for key in ("add", "multiply", "concat")
        },
        "leaky_relu": {"negative_slope": r.choice([0, 0.1, -1])},
        "softmax": r.choice([{}, {"over": "last"}, {"over": "channels"}]),
        "batch_norm": {"scale": r.choice([1, -2, 0.5]), "shift": r.choice([0, 1 / 3])},
        "linear": {"out_features": r.choice([1, 2, 5]), **({"bias": 1} if r.random() < 0.5 else {})},
        "pad": {
            "padding": per_axis(r, axes, 0, 2),
            "padding_mode": r.choice(["zeros", "zeros", "reflect", "circular"]),
        },
        "crop": {"cropping": per_axis(r, axes, 0, 2)},
        "adaptive_avg_pool": {"size": per_axis(r, axes, 1, 4)},
        "adaptive_max_pool": {"size": per_axis(r, axes, 1, 4)},
        "attention": r.choice([
            {}, {"causal": True}, {"window": 3}, {"window": 2, "dilation": 2}, {"window": 2, "shift": 1},
            {"window": 3, "pattern": "neighborhood"}, {"window": 3, "causal": True},
        ]),
    }  # fmt: skip
    return more.get(kind, {})


def view(r: Random, kind: str) -> dict[str, object]:
    """A view with some of its options."""
    options = {
        "isometric": {"numbers": r.random() < 0.4},
        "sequence": {"numbers": r.random() < 0.4, **r.choice([{}, {}, {"cache": True, "chunk": 2}])},
        "flat": {"mode": r.choice(["gather", "gather", "scatter", "both"])},
        "channels": {"show": r.choice(["maps", "sum", "both"])},
        "matrix": {"animate": r.random() < 0.5},
        "gemm": r.choice([{}, {"layout": r.choice(["nchw", "nhwc"])}, {"tile": [r.randint(1, 4) for _ in range(3)]}]),
        "fft": {"wrap": r.random() < 0.2},
    }
    return {"kind": kind, **options.get(kind, {})}


def fed(r: Random, axes: int, first: str) -> dict[str, object]:
    """An input that a type of layer can take, mostly."""
    size = [r.randint(1, SIZES[axes]) for _ in range(axes)]
    channels = r.choice([1, 1, 1, 2, 3, 4, 12])
    if first == "fold":
        size, channels = [4], r.choice([4, 8])
    if first == "pixel_shuffle":
        channels = r.choice([4, 8])
    if first == "pixel_unshuffle":
        size = [2 * r.randint(1, 3) for _ in range(axes)]
    made: dict[str, object] = {"size": size, "channels": channels}
    if first == "sparse_conv":
        made["active"] = {"density": r.choice([0.2, 0.5]), "seed": r.randint(0, 9)}
    if r.random() < 0.4:
        made["values"] = r.choice(["arange", {"random": {"low": -9, "high": 9}}, {"random": {"low": 0, "high": 0.5}}])
    return made


def stack(r: Random, axes: int, first: str) -> list[dict[str, object]]:
    """Layers, the first one of a type; what is undone was done before."""
    if first == "max_unpool":
        return [{"type": "max_pool", "kernel_size": 2}, {"type": first}]
    more = [r.choice(sorted(LAYER_TYPES)) for _ in range(r.choice([0, 0, 0, 1, 2]))]
    return [layer(r, axes, kind) for kind in (first, *more)]


def narrowed(made: dict[str, object], shown: str) -> None:
    """What one of two views shows of a layer, and few at random would have: one channel and stride 1, or 3×3 too."""
    first = made["layers"][0]
    made["input"]["channels"] = 1
    made["layers"] = [first]
    first |= dict.fromkeys(("stride", "groups", "out_channels", "multiplier") & first.keys(), 1)
    if shown == "winograd":
        first |= {key: value for key, value in (("kernel_size", 3), ("dilation", 1)) if key in first}
        made["input"]["size"] = [r + 2 for r in made["input"]["size"]]


def spec(r: Random, *, first: str | None = None, shown: str | None = None) -> dict[str, object]:
    """A spec; of a type of layer or in a view if one is named."""
    axes = r.choice([1, 2, 2, 2, 3])
    first = first or r.choice(["conv", "conv", *sorted(LAYER_TYPES)])
    every = r.choice([1, 3, 7])
    made: dict[str, object] = {
        "input": fed(r, axes, first),
        "layers": stack(r, axes, first),
        "theme": r.choice(sorted(THEMES)),
        "lang": r.choice(["en", "zh-TW"]),
        **{key: r.random() < 0.5 for key in ("caption", "formula", "cost")},
        "animation": {
            "every": every,
            "order": r.choice(["row-major", "column-major", "reverse"]),
            "step": r.choice([1000, 240]),
            **({"motion": "smooth"} if r.random() < 0.1 else {}),
        },
    }
    if shown in {"winograd", "fft"} and first != "max_unpool":
        narrowed(made, shown)
    if shown is not None or r.random() < 0.7:
        made["view"] = view(r, shown or r.choice(sorted(VIEWS)))
    made |= r.choice(({}, {}, {"size": {"width": r.choice([200, 320, 900])}}, {"size": {"scale": 0.5}}))
    made |= r.choice(({}, {}, {"labels": {"input": "輸入 <x>", "output": "y & z"}}, {"title": 'A "title" <b>'}))
    return made
