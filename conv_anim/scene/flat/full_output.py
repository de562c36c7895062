"""The full output of a transposed convolution in rows and columns: what stamps fall on, before padding cuts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conv_anim.scene.hit_regions import HitRegion, along, corners
from conv_anim.tracing.scatter import FullAxis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.grid import Grid, Position
    from conv_anim.tracing.scatter import Scatter

POINT = FullAxis(size=1, kernel=1, stride=1, dilation=1, before=0, count=1, extra=0)
"""The rows of an output that has columns only."""


@dataclass(frozen=True)
class FullOutput:
    """Its two axes; an output with a single axis lies along its columns."""

    rows: FullAxis
    columns: FullAxis

    @classmethod
    def of(cls, scatter: Scatter) -> FullOutput:
        """That of a layer."""
        axes = scatter.axes
        return cls(axes[-2], axes[-1]) if len(axes) > 1 else cls(POINT, axes[0])

    @property
    def shape(self) -> Position:
        """Rows and columns."""
        return self.rows.extent, self.columns.extent

    def kept(self, place: Position) -> Position | None:
        """Which output cell a place is; None where it is cut off."""
        row, column = self.rows.output(place[0]), self.columns.output(place[1])
        return None if row is None or column is None else (row, column)

    def hit_regions(self, grid: Grid, axes: int) -> Iterator[HitRegion]:
        """The output cells on a grid of all places."""
        for row in range(grid.rows):
            for column in range(grid.columns):
                cell = self.kept((row, column))
                if cell is not None:
                    yield HitRegion("output", (0, *along(cell, axes)), corners(grid.box(row, column)))

    def place(self, cell: Position) -> Position:
        """Where an output cell is."""
        return cell[0] + self.rows.before, cell[1] + self.columns.before
