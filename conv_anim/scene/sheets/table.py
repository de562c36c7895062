"""Cells of any width and height in rows and columns, gaps between blocks of them: matrices, vectors, small maps."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Boxes, Stroke, shrunk
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conv_anim.scene.primitives import Box, Point, Primitive, Text
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.style import Style

SMALLEST = 5
"""Cells of fewer pixels are drawn without edges."""
FAINTNESS = 0.45
"""How much of the theme's faint colour the lines of empty cells have."""


@dataclass(frozen=True)
class Track:
    """The cells along one direction: the elements of an array in row-major order, a gap after each of its blocks."""

    shape: tuple[int, ...]
    cell: int
    gap: int

    @property
    def count(self) -> int:
        """How many cells."""
        return prod(self.shape)

    @cached_property
    def starts(self) -> list[int]:
        """Where each cell begins: a block is a row, a plane of rows, and so on, but never a single cell."""
        blocks = [size for size in (prod(self.shape[k:]) for k in range(1, len(self.shape))) if size > 1]
        return [k * self.cell + self.gap * sum(k // size for size in blocks) for k in range(self.count)]

    @property
    def length(self) -> int:
        """In pixels."""
        return self.starts[-1] + self.cell

    def runs(self, cells: Iterable[int]) -> list[tuple[int, int]]:
        """Start and length of stretches of neighbouring cells; a gap ends one."""
        found: list[tuple[int, int]] = []
        for start in (self.starts[cell] for cell in sorted(set(cells))):
            if found and sum(found[-1]) == start:
                found[-1] = (found[-1][0], found[-1][1] + self.cell)
            else:
                found.append((start, self.cell))
        return found


@dataclass(frozen=True)
class Table:
    """Rows and columns of cells, from ``x``, ``y``; ``size`` is that of its numbers, None where they would not fit."""

    style: Style
    rows: Track
    columns: Track
    size: float | None
    x: int = 0
    y: int = 0

    @property
    def width(self) -> int:
        """In pixels."""
        return self.columns.length

    @property
    def height(self) -> int:
        """In pixels."""
        return self.rows.length

    @property
    def right(self) -> int:
        """Its right edge, in pixels."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Its lower edge, in pixels from the top."""
        return self.y + self.height

    def at(self, x: float, y: float) -> Table:
        """The same table elsewhere, on whole pixels."""
        return Table(self.style, self.rows, self.columns, self.size, round(x), round(y))

    def box(self, place: Position) -> Box:
        """Where a cell is."""
        row, column = place
        return self.x + self.columns.starts[column], self.y + self.rows.starts[row], self.columns.cell, self.rows.cell

    def in_block(self, place: Position) -> Callable[[float, float], Point]:
        """Where a row and a column of a cell's block begin; past the last one of the block, where that ends."""
        (x, y, wide, high), (row, column) = self.box(place), place
        return lambda r, c: (x + (c - column) * wide, y + (r - row) * high)

    @property
    def whole(self) -> Box:
        """What all of it takes."""
        return self.x, self.y, self.width, self.height

    def row(self, row: int) -> Box:
        """What a row takes, with the gaps in it."""
        return self.x, self.y + self.rows.starts[row], self.width, self.rows.cell

    def column(self, column: int) -> Box:
        """What a column takes, with the gaps in it."""
        return self.x + self.columns.starts[column], self.y, self.columns.cell, self.height

    def around(self, rows: Sequence[int], columns: Sequence[int]) -> Box:
        """What some rows and columns take, from the first of them to the last."""
        x, y, _, _ = self.box((rows[0], columns[0]))
        left, top, width, height = self.box((rows[-1], columns[-1]))
        return x, y, left + width - x, top + height - y

    def patches(self, cells: Iterable[tuple[Position, str, str]]) -> list[Primitive]:
        """Cells of several colours: the place, the number and the colour of each."""
        by_fill = grouped((fill, (place, text)) for place, text, fill in cells)
        return [item for fill, texts in by_fill.items() for item in self.cells(texts, fill)]

    def cells(self, texts: Iterable[tuple[Position, str]], fill: str, *, bold: bool = False) -> list[Primitive]:
        """Cells of one colour with their numbers."""
        written = list(texts)
        boxes = Boxes(tuple(self.box(place) for place, _ in written), fill, self.edge)
        return [boxes, *self.numbers(written, fill, bold=bold)]

    def numbers(self, texts: Iterable[tuple[Position, str]], on: str, *, bold: bool = False) -> list[Text]:
        """Each in the middle of its cell."""
        if self.size is None:
            return []
        color = self.style.ink_on(on)
        return [self._number(self.box(place), text, color, bold=bold) for place, text in texts]

    def _number(self, box: Box, text: str, color: str, *, bold: bool) -> Text:
        x, y, width, height = box
        assert self.size is not None
        return self.style.centered(x + width / 2, y + height / 2, text, size=self.size, color=color, bold=bold)

    @property
    def edge(self) -> Stroke | None:
        """Around a cell of a colour; small cells get thin ones, very small ones none."""
        smallest = min(self.rows.cell, self.columns.cell)
        if smallest < SMALLEST:
            return None
        return Stroke(self.style.colors.line, min(self.style.line, max(1.0, smallest / 16)))

    def blank(self) -> list[Primitive]:
        """All cells empty."""
        if self.edge is None:
            return self.outlined(range(self.rows.count), range(self.columns.count), self._faint)
        return [Boxes(tuple(map(self.box, self._places())), None, self._faint)]

    def _places(self) -> Iterable[Position]:
        return product(range(self.rows.count), range(self.columns.count))

    @property
    def _faint(self) -> Stroke:
        colors = self.style.colors
        return Stroke(mix(colors.background, colors.faint, FAINTNESS), min(1.0, self.style.line))

    def pending(self) -> list[Primitive]:
        """All cells empty, a little smaller: then a finished one hides no other's edge."""
        inset = 1 + round(self.style.line / 2)
        boxes = tuple(shrunk(self.box(place), inset) for place in self._places())
        return [Boxes(boxes, None, self.style.pending_edge if self.edge is not None else None)]

    def outlined(self, rows: Iterable[int], columns: Iterable[int], stroke: Stroke) -> list[Primitive]:
        """A line around the cells where some rows and columns meet, block by block."""
        across, down = self.columns.runs(columns), self.rows.runs(rows)
        boxes = tuple((self.x + x, self.y + y, width, height) for y, height in down for x, width in across)
        return [Boxes(boxes, None, stroke)]

    def row_outlined(self, row: int, stroke: Stroke) -> list[Primitive]:
        """A row's outline."""
        return [Boxes((self.row(row),), None, stroke)]

    def column_outlined(self, column: int, stroke: Stroke) -> list[Primitive]:
        """A column's outline."""
        return [Boxes((self.column(column),), None, stroke)]
