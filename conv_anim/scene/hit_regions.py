"""Which region of a drawing stands for which cell, and which cell each of its steps is about."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.scene.primitives import corners
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from conv_anim.scene.primitives import Point, Side
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.sheet import Sheet

Cell: TypeAlias = tuple[int | None, ...]
"""Channel, row, column, …; None for all of them."""


ROUND = 20
"""Points of a circle."""


@dataclass(frozen=True, slots=True)
class HitRegion:
    """The outline of a cell of the input, of the kernel or of the output.

    An ``echo`` lights up with its cell, but not with those that the cell is linked to. What ``drifts`` lies elsewhere
    in each step: as far as its `Turn` says.
    """

    side: Side
    cell: Cell
    ring: tuple[Point, ...]
    echo: bool = False
    drifts: bool = False
    figure: int = 0
    """Of several figures side by side, whose cell it is."""

    def moved(self, dx: float, dy: float) -> HitRegion:
        """The same, moved to the right and down, in pixels."""
        return replace(self, ring=tuple((x + dx, y + dy) for x, y in self.ring))


@dataclass(frozen=True, slots=True)
class Turn:
    """The cell that a step is about: of the ``number``-th map, 0 for the input."""

    number: int
    cell: Cell
    drift: Point = (0.0, 0.0)
    """How far to the right and down the regions that drift lie."""


HitRegions: TypeAlias = "Callable[[], Iterable[HitRegion]]"
"""Made on demand: a picture needs none."""
Turns: TypeAlias = "Sequence[Turn | None]"


def nowhere() -> tuple[HitRegion, ...]:
    """The hit regions of a drawing without cells."""
    return ()


def circle(middle: Point, radius: float) -> tuple[Point, ...]:
    """A ring with enough points to look round."""
    (x, y), turns = middle, [2 * pi * k / ROUND for k in range(ROUND)]
    return tuple((x + radius * cos(turn), y + radius * sin(turn)) for turn in turns)


def along(place: tuple[int, int], axes: int) -> tuple[int, ...]:
    """Row and column as a position along one axis or two."""
    return place[-axes:] if axes < 2 else place


def of_grid(side: Side, grid: Grid, channel: int | None, axes: int = 2, *, drifts: bool = False) -> Iterator[HitRegion]:
    """Every cell of a grid that shows a map."""
    for place in grid.places:
        yield HitRegion(side, (channel, *along(place, axes)), corners(grid.box(*place)), drifts=drifts)


def held(sheet: Sheet) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where on a sheet the cells of its map lie, and which they are."""
    for row, column, source, cell in sheet.cells():
        if source is Source.INPUT:
            yield (row, column), cell


def of_sheet(side: Side, grid: Grid, sheet: Sheet, channel: int | None, axes: int = 2) -> Iterator[HitRegion]:
    """The cells of a map where they lie on a grid that shows its canvas too."""
    for place, cell in held(sheet):
        yield HitRegion(side, (channel, *along(cell, axes)), corners(grid.box(*place)))
