"""The full output of a transposed convolution in rows and columns: what stamps fall on, before padding cuts it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.flat.drawing import FlatDrawing
from conv_anim.scene.hit_regions import HitRegion, along, of_grid
from conv_anim.scene.primitives import corners
from conv_anim.scene.sheets.sheet import two
from conv_anim.tracing.scatter import FullAxis, Scatter
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.steps import Cell

POINT = FullAxis(size=1, kernel=1, stride=1, dilation=1, before=0, count=1, extra=0)
"""The rows of an output that has columns only."""


@dataclass(frozen=True)
class FullOutput:
    """Its two axes; an output with a single axis lies along its columns."""

    rows: FullAxis
    columns: FullAxis

    @classmethod
    def of(cls, scatter: Scatter) -> FullOutput:
        """The full output of a layer."""
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
        for place in grid.places:
            cell = self.kept(place)
            if cell is not None:
                yield HitRegion("output", (0, *along(cell, axes)), corners(grid.box(*place)))

    def place(self, cell: Position) -> Position:
        """Where an output cell is."""
        return cell[0] + self.rows.before, cell[1] + self.columns.before


@dataclass(frozen=True)
class ScatterDrawing(FlatDrawing):
    """A drawing of a transposed layer of one channel, whose input cells stamp the full output one after the other."""

    about = 0

    @cached_property
    def scatter(self) -> Scatter:
        """The layer as stamps of its inputs."""
        return Scatter(self.layer)

    @cached_property
    def full(self) -> FullOutput:
        """What all stamps cover together."""
        return FullOutput.of(self.scatter)

    def hit(self, cell: Cell) -> Iterable[Position]:
        """The cells that a stamp falls on."""
        return (two(hit.place[1:]) for hit in self.scatter.stamp(cell).hits)

    def done(self, k: int) -> list[Primitive]:
        hit = {place for cell in self.pace.passed(k) for place in self.hit(cell)}
        return self.fallen_on(sorted(hit), self.pace.done(k))

    def fallen_on(self, places: list[Position], stamped: NDArray[np.bool_]) -> list[Primitive]:
        """Cells after the stamps of some input cells."""
        raise NotImplementedError

    def empty(self) -> list[Primitive]:
        """The full output before the first stamp."""
        places = self.after.places
        items = self.after.pending([place for place in places if self.full.kept(place) is not None])
        return items + self.after.dashed(place for place in places if self.full.kept(place) is None)

    def hit_regions(self) -> list[HitRegion]:
        return [*of_grid("input", self.before, 0, self.axes), *self.full.hit_regions(self.after, self.axes)]
