"""What a one-channel kernel does to a picture, where it is known: blur, sharpen or find edges."""

from __future__ import annotations

from math import fsum, isclose
from typing import TYPE_CHECKING

from conv_anim.spec.model import Given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.ops.conv import Conv
    from conv_anim.spec.model import Number

WORDS = {
    "en": {
        "point.blurs": "No weight is negative and they add up to 1: "
        "each output is a weighted mean of its window, which blurs.",
        "point.blurs.evenly": "All weights are {share}: each output is the mean of its window, which blurs.",
        "point.sharpens": "The weights add up to 1, and those around the middle are 0 or below: "
        "flat parts stay, and what differs from its neighbours differs more.",
        "point.edges": "The weights add up to 0: where the input is even the output is 0, so edges stand out.",
        "point.edges.upright": "In each row the weights add up to 0: "
        "where nothing changes from left to right the output is 0, so vertical edges stand out.",
        "point.edges.level": "In each column the weights add up to 0: "
        "where nothing changes from top to bottom the output is 0, so horizontal edges stand out.",
        "point.lines.upright": "In each row the weights add up to 0, alike on the left and right: where nothing "
        "changes, or changes evenly, from left to right the output is 0, so vertical lines stand out.",
        "point.lines.level": "In each column the weights add up to 0, the same above and below: where nothing changes, "
        "or changes evenly, from top to bottom the output is 0, so horizontal lines stand out.",
        "does.lines.upright": "vertical lines stand out",
        "does.lines.level": "horizontal lines stand out",
        "does.blurs": "each output is a weighted mean of its window",
        "does.blurs.evenly": "each window becomes its mean",
        "does.sharpens": "what differs from its neighbours differs more",
        "does.edges": "edges stand out",
        "does.edges.upright": "vertical edges stand out",
        "does.edges.level": "horizontal edges stand out",
        "does.plain": "each output is a weighted sum of its window",
    },
    "zh-TW": {
        "point.blurs": "權重沒有負的，加起來是 1：每個輸出是視窗的加權平均，畫面變平滑。",
        "point.blurs.evenly": "所有權重都是 {share}：每個輸出是視窗的平均，畫面變平滑。",
        "point.sharpens": "權重加起來是 1，中央以外是 0 或負的：均勻的地方不變，與旁邊不同的地方差得更多。",
        "point.edges": "權重加起來是 0：輸入均勻的地方輸出是 0，邊緣明顯。",
        "point.edges.upright": "每一列的權重加起來是 0：左右不變的地方輸出是 0，垂直邊緣明顯。",
        "point.edges.level": "每一行的權重加起來是 0：上下不變的地方輸出是 0，水平邊緣明顯。",
        "point.lines.upright": "每一列的權重加起來是 0，左右相同：左右不變或均勻變化的地方輸出是 0，垂直線明顯。",
        "point.lines.level": "每一行的權重加起來是 0，上下相同：上下不變或均勻變化的地方輸出是 0，水平線明顯。",
        "does.lines.upright": "垂直線明顯",
        "does.lines.level": "水平線明顯",
        "does.blurs": "每個輸出是視窗的加權平均",
        "does.blurs.evenly": "每個視窗變成它的平均",
        "does.sharpens": "與旁邊不同的地方差得更多",
        "does.edges": "邊緣明顯",
        "does.edges.upright": "垂直邊緣明顯",
        "does.edges.level": "水平邊緣明顯",
        "does.plain": "每個輸出是視窗的加權和",
    },
}


def effect(op: Conv) -> str:
    """The key for what its weights do; empty where no sentence says it."""
    if not isinstance(op.weight, Given) or op.ends.in_channels * op.ends.out_channels > 1 or op.bias is not None:
        return ""
    weights, columns = op.weight.numbers, op.kernel_size[-1]
    if len(op.kernel_size) != 2 or min(op.kernel_size) < 2 or not any(weights):
        return ""
    if _is(weights, 0):
        return _edges(weights, columns)
    return _mean(weights) if _is(weights, 1) else ""


def _edges(weights: Sequence[Number], columns: int) -> str:
    rows = [weights[k : k + columns] for k in range(0, len(weights), columns)]
    if all(_is(row, 0) for row in rows):
        upright = not all(_is(column, 0) for column in zip(*rows, strict=True))
        even = all([*row] == [*row][::-1] for row in rows)
        return "edges" if not upright else "lines.upright" if even else "edges.upright"
    if not all(_is(column, 0) for column in zip(*rows, strict=True)):
        return "edges"
    return "lines.level" if rows == rows[::-1] else "edges.level"


def _mean(weights: Sequence[Number]) -> str:
    if len(set(weights)) == 1:
        return "blurs.evenly"
    if min(weights) >= 0:
        return "blurs" if sum(weight > 0 for weight in weights) > 1 else ""
    center, count = weights[len(weights) // 2], len(weights)
    others = [*weights[: count // 2], *weights[count // 2 + 1 :]]
    return "sharpens" if count % 2 and center > 1 and max(others) <= 0 else ""


def _is(weights: Sequence[Number], total: int) -> bool:
    return isclose(fsum(weights), total, abs_tol=1e-9 * max(1.0, *map(abs, weights)))
