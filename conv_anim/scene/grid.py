"""Upright cells with numbers: the pieces that the flat, channels and matrix views are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.color import mix, readable
from conv_anim.scene.primitives import Boxes, Lines, Primitive, Stroke, Text
from conv_anim.tracing.geometry import Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.numbers import Format
    from conv_anim.scene.primitives import Box
    from conv_anim.scene.sheet import Sheet
    from conv_anim.scene.style import Style
    from conv_anim.tracing.values import Array

Place = tuple[int, int]
"""Row and column."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers fit into the cells of a figure: all cells alike, as large as the widest number needs."""

    cell: int
    size: float

    @classmethod
    def fitting(cls, style: Style, cell: int, texts: Iterable[str], size: float) -> Numbers:
        """Cells of the wanted side if the numbers fit at four fifths of the wanted size or more, else larger ones."""
        widest = max((style.width(text, size=1.0) for text in set(texts)), default=1.0)
        room = 0.84 * cell
        if widest * size <= room:
            return cls(cell, size)
        size = max(room / widest, 0.8 * size)
        return cls(max(cell, round(widest * size / 0.84)), size)


@dataclass(frozen=True)
class Grid:
    """Rows and columns of square cells, from ``x``, ``y``."""

    style: Style
    numbers: Numbers
    rows: int
    columns: int
    x: float
    y: float

    @property
    def width(self) -> int:
        return self.columns * self.numbers.cell

    @property
    def height(self) -> int:
        return self.rows * self.numbers.cell

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    def box(self, row: int, column: int) -> Box:
        side = self.numbers.cell
        return self.x + column * side, self.y + row * side, side, side

    def boxes(self, places: Iterable[Place], fill: str | None, stroke: Stroke | None) -> Boxes:
        return Boxes(tuple(self.box(*place) for place in places), fill, stroke)

    def number(self, place: Place, text: str, on: str, *wanted: str, bold: bool = False) -> Text:
        """A number in the middle of a cell of a colour, in the first wanted colour that reads on it."""
        x, y, side, _ = self.box(*place)
        color = readable(on, *wanted, self.style.colors.ink)
        return self.style.centered(x + side / 2, y + side / 2, text, size=self.numbers.size, color=color, bold=bold)

    def weight(self, place: Place, text: str, on: str) -> Text:
        """A small number in the lower right corner of a cell."""
        x, y, side, _ = self.box(*place)
        size, inset = self.numbers.cell * 0.275, self.numbers.cell * 0.09
        color = readable(on, self.style.colors.ink)
        return Text(x + side - inset, y + side - inset, text, size, color, "end")

    def filled(self, values: Array, fmt: Format, fill: str) -> list[Primitive]:
        """All cells in one colour with their numbers."""
        places = list(np.ndindex(self.rows, self.columns))
        texts = [self.number((r, c), fmt(values[r, c].item()), fill) for r, c in places]
        return [self.boxes([(r, c) for r, c in places], fill, self.style.edge), *texts]

    def pending(self) -> list[Primitive]:
        """Cells whose numbers are still to come, a little smaller: then a finished one hides no other's edge."""
        inset, side = 1 + round(self.style.line / 2), self.numbers.cell
        boxes = [self.box(r, c) for r, c in np.ndindex(self.rows, self.columns)]
        return [
            Boxes(((self.x, self.y, self.width, self.height),), self.style.colors.background),
            Boxes(
                tuple((x + inset, y + inset, side - 2 * inset, side - 2 * inset) for x, y, _, _ in boxes),
                None,
                self.style.pending_edge,
            ),
        ]

    def dashed(self, places: Iterable[Place]) -> list[Primitive]:
        """Empty cells: their edges dashed, each drawn once, a whole number of dashes to a cell."""
        cells = set(places)
        if not cells:
            return []
        across = {(r + d, c) for r, c in cells for d in (0, 1)}
        down = {(r, c + d) for r, c in cells for d in (0, 1)}
        side = self.numbers.cell
        lines = [
            ((self.x + c * side, self.y + r * side), (self.x + (c + n) * side, self.y + r * side))
            for r, c, n in _runs(across)
        ]
        lines += [
            ((self.x + c * side, self.y + r * side), (self.x + c * side, self.y + (r + n) * side))
            for c, r, n in _runs({(c, r) for r, c in down})
        ]
        on = side / (2 * max(1, round(side / (2 * self.style.dash[0]))))
        stroke = self.style.empty_edge
        return [
            Boxes(tuple(self.box(*place) for place in sorted(cells)), self.style.colors.background),
            Lines(tuple(lines), Stroke(stroke.color, stroke.width, (on, on))),
        ]


def _runs(edges: set[Place]) -> list[tuple[int, int, int]]:
    """Unit edges (line, start) joined: (line, start, length)."""
    starts = sorted(edge for edge in edges if (edge[0], edge[1] - 1) not in edges)
    runs = []
    for line, start in starts:
        length = 1
        while (line, start + length) in edges:
            length += 1
        runs.append((line, start, length))
    return runs


@dataclass(frozen=True)
class SheetGrid:
    """A sheet drawn as a grid: one channel of the input with what borders it."""

    grid: Grid
    sheet: Sheet
    values: Array
    """(rows, columns) of the input, without its canvas."""
    fmt: Format
    empty: str
    """What is written where there is no input cell."""
    color: str

    def still(self) -> list[Primitive]:
        style = self.grid.style
        by_source: dict[Source, list[Place]] = {source: [] for source in Source}
        texts: list[Primitive] = []
        for r, c, source, read in self.sheet.cells():
            by_source[source].append((r, c))
            texts.append(self._text((r, c), source, read, self._fill(source)))
        empty = [*by_source[Source.BORROWED], *by_source[Source.PADDING], *by_source[Source.INSERTED]]
        return [
            *self.grid.dashed(empty),
            self.grid.boxes(by_source[Source.INPUT], self.color, style.edge),
            *texts,
        ]

    def _fill(self, source: Source) -> str:
        return self.color if source is Source.INPUT else self.grid.style.colors.background

    def _text(self, place: Place, source: Source, read: Place, fill: str) -> Text:
        colors = self.grid.style.colors
        match source:
            case Source.INPUT:
                return self.grid.number(place, self.fmt(self.values[read]), fill)
            case Source.BORROWED:
                return self.grid.number(place, self.fmt(self.values[read]), fill, colors.muted)
            case Source.OUTSIDE:
                return self.grid.number(place, "", fill)
            case _:
                return self.grid.number(place, self.empty, fill, colors.muted)

    def covered(self, places: Iterable[Place]) -> tuple[list[Primitive], dict[Place, str]]:
        """Cells under the window with their numbers, and the colour that each of them has now."""
        style = self.grid.style
        colors, theme = style.colors, style.theme
        read = mix(self.color, colors.window, theme.overlay)
        unread = mix(colors.background, colors.window, theme.empty_overlay)
        cells = {(r, c): (source, shown) for r, c, source, shown in self._at(places)}
        fills = {place: read if source is Source.INPUT else unread for place, (source, _) in cells.items()}
        items: list[Primitive] = [
            self.grid.boxes([p for p in fills if fills[p] == fill], fill, style.edge)
            for fill in dict.fromkeys(fills.values())
        ]
        items += [self._text(place, source, shown, fills[place]) for place, (source, shown) in cells.items()]
        return items, fills

    def _at(self, places: Iterable[Place]) -> Iterable[tuple[int, int, Source, Place]]:
        for r, c in places:
            (row_source, row), (column_source, column) = self.sheet.rows.sources[r], self.sheet.columns.sources[c]
            yield r, c, max(row_source, column_source), (row, column)
