"""Slanted planes, one above the other: where they stand, and the cells of them that a window covers.

The projection is conv_arithmetic's: a column is 1 to the right and 0.5 up, a row 0.7 to the right and 0.65 down.
"""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

from conv_anim.scene.primitives import union
from conv_anim.scene.sheets.sheet import Run, runs
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conv_anim.scene.primitives import Box, Point
    from conv_anim.scene.sheets.sheet import Sheet, Side

COLUMN = (1.0, -0.5)
ROW = (0.7, 0.65)
SETBACK = 5.2 / 29.528
"""How far a plane stands to the left of the one below it, in cells."""
NEAREST = 4.0
"""The least height of a plane above the one below it, in cells: strips of few rows need room for the lines."""
CellBlock = tuple[Run, Run]
"""Neighbouring rows and columns."""


@dataclass(frozen=True)
class Plane:
    """Rows and columns of cells in projection; the near corner (last row, first column) is at ``corner``."""

    rows: int
    columns: int
    corner: Point
    unit: float

    def at(self, row: float, column: float) -> Point:
        """A point of the plane in the picture."""
        x = column * COLUMN[0] + (row - self.rows) * ROW[0]
        y = column * COLUMN[1] + (row - self.rows) * ROW[1]
        return self.corner[0] + x * self.unit, self.corner[1] + y * self.unit

    def middle(self, row: int, column: int) -> Point:
        """The middle of a cell in the picture."""
        return self.at(row + 0.5, column + 0.5)

    def ring(self, row: float, column: float, height: float = 1, width: float = 1) -> tuple[Point, ...]:
        """The outline of some cells: left, near, right and far corner."""
        return (
            self.at(row, column),
            self.at(row + height, column),
            self.at(row + height, column + width),
            self.at(row, column + width),
        )

    def block(self, block: CellBlock) -> tuple[Point, ...]:
        """The outline of a block."""
        (row, height), (column, width) = block
        return self.ring(row, column, height, width)

    def grid(self, *blocks: CellBlock) -> tuple[tuple[Point, ...], ...]:
        """The lines between and around the cells of some blocks."""
        lines: list[tuple[Point, ...]] = []
        for (top, height), (left, width) in blocks:
            bottom, right = top + height, left + width
            lines += [(self.at(r, left), self.at(r, right)) for r in range(top, bottom + 1)]
            lines += [(self.at(bottom, c), self.at(top, c)) for c in range(left, right + 1)]
        return tuple(lines)

    def edges(self, cells: Iterable[tuple[int, int]]) -> tuple[tuple[Point, ...], ...]:
        """The lines around each of some cells."""
        return self.grid(*(((r, 1), (c, 1)) for r, c in cells))

    def crosses(self, cells: Iterable[tuple[int, int]], inset: float) -> tuple[tuple[Point, ...], ...]:
        """Both diagonals of some cells, ``inset`` cells away from the corners."""
        near, far = inset, 1 - inset
        return tuple(
            (self.at(r + a, c + near), self.at(r + b, c + far)) for r, c in cells for a, b in ((near, far), (far, near))
        )

    @property
    def whole(self) -> CellBlock:
        """All of its cells as a block."""
        return (0, self.rows), (0, self.columns)

    @property
    def box(self) -> Box:
        """What it takes of the picture."""
        points = self.ring(0, 0, self.rows, self.columns)
        return union((x, y, 0.0, 0.0) for x, y in points)


@dataclass(frozen=True)
class Reach:
    """Cells of a floor, by rows and columns of its plane."""

    rows: list[int]
    columns: list[int]

    def blocks(self) -> list[CellBlock]:
        """As blocks of neighbouring cells."""
        return list(product(runs(self.rows), runs(self.columns)))

    def cells(self) -> list[tuple[int, int]]:
        """Row and column of each cell."""
        return list(product(self.rows, self.columns))

    def within(self, other: Reach) -> Reach:
        """Those that are in another selection too."""
        rows, columns = set(other.rows), set(other.columns)
        return Reach([r for r in self.rows if r in rows], [c for c in self.columns if c in columns])

    def corners(self, plane: Plane) -> tuple[Point, ...]:
        """The outline of all of them on a plane; nothing without any, as where a window lies in padding alone."""
        if not self.rows or not self.columns:
            return ()
        top, left = self.rows[0], self.columns[0]
        return plane.ring(top, left, self.rows[-1] + 1 - top, self.columns[-1] + 1 - left)


@dataclass(frozen=True)
class Floor:
    """A map as it lies in the figure, with the canvas that the layer above it reads."""

    plane: Plane
    sheet: Sheet
    color: str

    @property
    def inputs(self) -> Reach:
        """The cells that hold the map."""
        return Reach(list(self.sheet.rows.inputs), list(self.sheet.columns.inputs))

    @property
    def canvas(self) -> CellBlock:
        """The cells that there are: without those beyond the padding, where a last window may hang over."""
        return self.sheet.rows.cells, self.sheet.columns.cells

    def solid(self) -> list[tuple[Point, ...]]:
        """The outlines of the cells that hold the map: they hide what is below."""
        return list(map(self.plane.block, self.inputs.blocks()))


def nearest(sheets: list[Sheet], unit: float) -> list[Plane]:
    """Planes whose near corners stand above each other, each ``rows + 1`` cells above the one below it."""
    planes: list[Plane] = []
    x = y = 0.0
    for sheet in sheets:
        planes.append(Plane(*sheet.shape, (x, y), unit))
        x -= SETBACK * unit
        y -= (sheet.shape[0] + 1) * unit
    return planes


def centred(sheets: list[Sheet], unit: float) -> list[Plane]:
    """Planes that each stand over the middle of what they are made of.

    Seen along a column of pixels, a row is 1 cell high: so a plane's last row must lie above the first one below it.
    """
    planes = [Plane(*sheets[0].shape, (0.0, 0.0), unit)]
    for lower, upper in pairwise(sheets):
        (row, column), made = _middle(lower, _read), _middle(upper, _held)
        height = max(upper.shape[0] - made[0] + row + 1, NEAREST)
        x, y = planes[-1].at(row, column)
        there = Plane(*upper.shape, (0.0, 0.0), unit).at(*made)
        planes.append(Plane(*upper.shape, (x - there[0], y - height * unit - there[1]), unit))
    return planes


def _middle(sheet: Sheet, span: Callable[[Side], tuple[int, int]]) -> tuple[float, float]:
    """Row and column halfway along a span of each side."""
    (top, bottom), (left, right) = span(sheet.rows), span(sheet.columns)
    return (top + bottom) / 2, (left + right) / 2


def _read(side: Side) -> tuple[int, int]:
    """From the first to the last cell that some window covers."""
    axis = side.axis
    return side.lead, side.lead + axis.cell(axis.count - 1, axis.kernel - 1) + 1


def _held(side: Side) -> tuple[int, int]:
    """From the first to the last cell that holds the map."""
    cells = list(side.inputs)
    return cells[0], cells[-1] + 1
