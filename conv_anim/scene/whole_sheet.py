"""The sheet of a map that is read between its cells, and beyond them."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.sheet import Sheet, Side
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.sampling import Sampling

FARTHEST = 3
"""Cells beyond the padding that are drawn, where points lie that far."""


def whole_sheet(sampling: Sampling) -> Sheet:
    """The input with its border, extended to points beyond it, up to some cells; none is marked as never read."""
    sides = [_side(axis, *ends) for axis, ends in zip(sampling.window.axes, sampling.reach, strict=True)]
    return Sheet(sides[0], sides[1])


def _side(axis: Axis, first: float, last: float) -> Side:
    """An axis with room for what lies beyond its padding."""
    before = min(axis.before + FARTHEST, max(axis.before, ceil(-first - 0.5)))
    after = min(axis.after + FARTHEST, max(axis.after, ceil(last - axis.size + 0.5)))
    return Side(replace(axis, count=1, kernel=before + axis.size + after, dilation=1, before=before, after=after))
