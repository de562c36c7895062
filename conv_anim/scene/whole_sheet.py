"""The sheet of a map that is read between its cells, and beyond them."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.sheet import Sheet, Side
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.sampling import Sampling

FARTHEST = 3
"""Cells beyond the padding that are drawn, where points lie that far."""


def whole_sheet(sampling: Sampling) -> Sheet:
    """The input with its border, and room for points beyond it, up to some cells; none is marked as never read."""
    sides = [_side(axis, *ends) for axis, ends in zip(sampling.window.axes, sampling.reach, strict=True)]
    return Sheet(sides[0], sides[1])


@dataclass(frozen=True)
class Roomy(Side):
    """An axis with room for points before and behind its padding: there is no cell there, but points read 0."""

    ahead: int
    behind: int

    @property
    def lead(self) -> int:
        return self.ahead

    @property
    def extent(self) -> int:
        return self.ahead + self.axis.canvas + self.behind

    @property
    def cells(self) -> tuple[int, int]:
        return self.ahead, self.axis.canvas

    @cached_property
    def met(self) -> frozenset[int]:
        """All: what is read is between cells."""
        return frozenset(range(self.extent))

    @cached_property
    def sources(self) -> list[tuple[Source, int]]:
        nothing, (first, count) = (Source.NOWHERE, 0), self.cells
        return [nothing] * first + super().sources[first : first + count] + [nothing] * self.behind


def _side(axis: Axis, first: float, last: float) -> Side:
    """An axis with room for what lies beyond its padding."""
    beyond = ceil(-first - 0.5) - axis.before, ceil(last - axis.size + 0.5) - axis.after
    return Roomy(
        replace(axis, count=1, kernel=axis.canvas, dilation=1), *(min(max(cells, 0), FARTHEST) for cells in beyond)
    )
