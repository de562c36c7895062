"""What a figure of a pool teaches: the sentence for its settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.ops.points import sizes
from conv_anim.spec.sizes import conv_size, effective_kernel

if TYPE_CHECKING:
    from conv_anim.ops.pool import Pool
    from conv_anim.scene.wording.language import Language

POOL_POINTS = {
    "en": {
        "point.max": "Of each window only the largest number is kept: {before} becomes {after}.",
        "point.mean": "Each window becomes one number, its mean: {before} becomes {after}.",
        "point.norm": "Each window becomes one number, its {p}-norm: {before} becomes {after}.",
        "point.norm.two": "Each window becomes one number, the root of its squares' sum: {before} becomes {after}.",
        "point.mean.channels": "In each channel a window becomes one number, its mean: {before} becomes {after}.",
        "point.norm.channels": "In each channel a window becomes one number, its {p}-norm: {before} becomes {after}.",
        "point.norm.two.channels": "In each channel a window becomes one number, the root of its squares' sum: "
        "{before} becomes {after}.",
        "point.global": "Each whole map becomes one number, its mean.",
        "point.ceil": "Rounded up (ceil_mode): the last window is kept although it hangs over the edge, "
        "so {before} becomes {after}, not {bare}.",
        "point.counted": "The padding's zeros count in the mean, which draws means at the edge towards 0.",
        "point.uncounted": "Padding does not count: every mean is over input cells alone.",
    },
    "zh-TW": {
        "point.max": "每個視窗只留下最大的數：{before} 變成 {after}。",
        "point.mean": "每個視窗變成一個數，即平均：{before} 變成 {after}。",
        "point.norm": "每個視窗變成一個數，即 {p}-範數：{before} 變成 {after}。",
        "point.norm.two": "每個視窗變成一個數，即平方和的根：{before} 變成 {after}。",
        "point.mean.channels": "每個通道的每個視窗變成一個數，即平均：{before} 變成 {after}。",
        "point.norm.channels": "每個通道的每個視窗變成一個數，即 {p}-範數：{before} 變成 {after}。",
        "point.norm.two.channels": "每個通道的每個視窗變成一個數，即平方和的根：{before} 變成 {after}。",
        "point.global": "每張特徵圖變成一個數，即平均。",
        "point.ceil": "向上取整（ceil_mode）：最後一個視窗雖然超出邊緣也算，"
        "所以 {before} 變成 {after}，而不是 {bare}。",
        "point.counted": "填充的零計入平均，讓邊緣的平均接近 0。",
        "point.uncounted": "填充不計入：每個平均只算輸入的格。",
    },
}


def pool(op: Pool, say: Language) -> str:
    """Of its settings the first one that does something; else what becomes of a window."""
    from conv_anim.scene.wording.words import size

    if op.whole:
        return say.of(op, "point.global")
    moves = zip(op.ends.in_size, op.kernel_size, op.dilation, op.stride, op.padding, strict=True)
    floor = tuple(conv_size(i, effective_kernel(k, d), s, pad) for i, k, d, s, pad in moves)
    if op.ceil_mode and floor != op.ends.out_size:
        return say.of(op, "point.ceil", bare=size(floor), **sizes(op))
    if op.reduce == "mean" and op.padded:
        return say.of(op, "point.counted" if op.count_include_pad else "point.uncounted")
    two = ".two" if op.reduce == "norm" and op.norm_type == 2 else ""
    each = ".channels" if op.ends.in_channels > 1 and op.reduce != "max" else ""
    return say.of(op, f"point.{op.reduce}{two}{each}", p=f"{op.norm_type:.15g}", **sizes(op))
