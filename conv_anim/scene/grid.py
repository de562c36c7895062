"""Upright cells with numbers: the pieces that the flat, channels and matrix views are made of."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.color import contrast, mix
from conv_anim.scene.layout import Fit
from conv_anim.scene.marks import MarkStyle
from conv_anim.scene.primitives import Boxes, Lines, Primitive, Stroke, Text
from conv_anim.tracing.geometry import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.scene.numbers import Format
    from conv_anim.scene.primitives import Box, Point
    from conv_anim.scene.sheet import Sheet
    from conv_anim.scene.style import Style
    from conv_anim.tracing.values import Array

Position = tuple[int, int]
"""Row and column."""
SEEN = 2.5
"""The contrast from which a line shows."""
VISIBLE = 1.5
"""The contrast from which edges of cells are lines of their own."""
FREE = 0.3
"""How far the lines go that strike out a cell, from each corner, in cells."""


def seen(on: str, *wanted: str) -> str:
    """The first of the wanted colours that shows as a line on another, else the last."""
    return next((color for color in wanted if contrast(color, on) >= SEEN), wanted[-1])


def ring_color(style: Style, on: str) -> str:
    """Of a line inside a cell of a colour: one that shows there and is not taken for the cell's edge."""
    colors = style.colors
    apart = [color for color in (colors.ink, colors.background) if contrast(color, colors.line) >= VISIBLE]
    strongest = max((colors.ink, colors.background), key=lambda color: contrast(color, on))
    return seen(on, *apart, strongest)


def strong(style: Style, color: str) -> Stroke:
    """An outline that is stronger than the edges of cells."""
    edges = contrast(style.colors.line, style.colors.background)
    return Stroke(color, style.line + (1 if edges < VISIBLE else 2) * style.scale)


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers fit into the cells of a figure: all cells alike, as large as the widest number needs."""

    cell: int
    size: float

    @classmethod
    def fitting(
        cls, style: Style, cell: int, texts: Iterable[str], size: float, *, bold: Iterable[str] = ()
    ) -> Numbers:
        """Cells of the wanted side if the numbers fit at four fifths of the wanted size or more, else larger ones."""
        widest = max((style.width(text, size=1.0) for text in set(texts)), default=0.0)
        widest = max(widest, *(style.width(text, size=1.0, bold=True) for text in set(bold)), 0.1)
        room = 0.84 * cell
        if widest * size > room:
            size = max(room / widest, 0.8 * size)
            cell = max(cell, round(widest * size / 0.84))
        return (
            cls(cell, size) if style.fit is None else cls(max(cell, round(style.fit.cell)), min(size, style.fit.size))
        )

    @property
    def fit(self) -> Fit:
        """What other figures have to match."""
        return Fit(self.cell, self.size, grows=True)


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
        """In pixels."""
        return self.columns * self.numbers.cell

    @property
    def height(self) -> int:
        """In pixels."""
        return self.rows * self.numbers.cell

    @property
    def middle(self) -> float:
        """The middle of its height, in pixels."""
        return self.y + self.height / 2

    def box(self, row: int, column: int) -> Box:
        side = self.numbers.cell
        return self.x + column * side, self.y + row * side, side, side

    def boxes(self, places: Iterable[Position], fill: str | None, stroke: Stroke | None) -> Boxes:
        """Some cells as boxes."""
        return Boxes(tuple(self.box(*place) for place in places), fill, stroke)

    def number(self, place: Position, text: str, on: str, *wanted: str, bold: bool = False) -> Text:
        """A number in the middle of a cell of a colour, in the first wanted colour that reads on it."""
        x, y, side, _ = self.box(*place)
        color = self.style.ink_on(on, *wanted)
        return self.style.centered(x + side / 2, y + side / 2, text, size=self.numbers.size, color=color, bold=bold)

    def cell(self, place: Position, text: str, fill: str, *wanted: str, bold: bool = False) -> list[Primitive]:
        """A cell of a colour with its number."""
        return [self.boxes([place], fill, self.style.edge), self.number(place, text, fill, *wanted, bold=bold)]

    def name(self, text: str, *, bold: bool = False, gap: float | None = None) -> Text:
        """A few small words above, quiet unless they are bold."""
        style, size = self.style, self.style.small_size
        top = self.y - (style.thin if gap is None else gap) - size * style.font.cap_height
        return style.text(self.x, top, text, size=size, color=style.colors.ink if bold else style.label_ink, bold=bold)

    def weight(self, place: Position, text: str, on: str, size: float | None = None) -> Text:
        """A small number in the lower right corner of a cell."""
        x, y, side, _ = self.box(*place)
        inset = self.numbers.cell * 0.09
        color = self.style.ink_on(on)
        widest = (side - 2 * inset) / self.style.width(text, size=1.0)
        fitting = min(size or min(0.275 * side, 0.7 * self.numbers.size), widest)
        return Text(x + side - inset, y + side - inset, text, fitting, color, "end")

    def patches(self, fills: Mapping[Position, str], stroke: Stroke | None) -> list[Primitive]:
        """Cells of several colours."""
        return [
            self.boxes([place for place, own in fills.items() if own == fill], fill, stroke)
            for fill in dict.fromkeys(fills.values())
        ]

    def filled(self, values: Array, fmt: Format, fill: str) -> list[Primitive]:
        """All cells in one colour with their numbers."""
        places = list(np.ndindex(self.rows, self.columns))
        texts = [self.number((r, c), fmt(values[r, c].item()), fill) for r, c in places]
        return [self.boxes([(r, c) for r, c in places], fill, self.style.edge), *texts]

    def pending(self, places: Iterable[Position] | None = None) -> list[Primitive]:
        """Cells whose numbers are still to come, a little smaller: then a finished one hides no other's edge."""
        inset, side = 1 + round(self.style.line / 2), self.numbers.cell
        boxes = [self.box(r, c) for r, c in (np.ndindex(self.rows, self.columns) if places is None else places)]
        return [
            Boxes(((self.x, self.y, self.width, self.height),), self.style.colors.background),
            Boxes(
                tuple((x + inset, y + inset, side - 2 * inset, side - 2 * inset) for x, y, _, _ in boxes),
                None,
                self.style.pending_edge,
            ),
        ]

    def crossed(self, places: Iterable[Position], stroke: Stroke) -> list[Primitive]:
        """Cells struck out from corner to corner; the lines leave numbers free."""
        lines: list[tuple[Point, ...]] = []
        for x, y, side, _ in (self.box(*place) for place in places):
            for across, down in product((0.0, side), repeat=2):
                inwards = (x + across + FREE * (side - 2 * across), y + down + FREE * (side - 2 * down))
                lines.append(((x + across, y + down), inwards))
        return [Lines(tuple(lines), stroke)] if lines else []

    def ringed(self, places: Iterable[Position], color: str) -> list[Primitive]:
        """A line inside the edges of cells."""
        stroke, side = Stroke(color, self.style.line + self.style.scale), self.numbers.cell
        inset = (self.style.line + stroke.width) / 2
        boxes = [self.box(*place) for place in places]
        rings = tuple((x + inset, y + inset, side - 2 * inset, side - 2 * inset) for x, y, _, _ in boxes)
        return [Boxes(rings, None, stroke)] if rings else []

    def dashed(self, places: Iterable[Position], tinted: Mapping[Position, str] | None = None) -> list[Primitive]:
        """Empty cells: their edges dashed, each drawn once, a whole number of dashes to a cell; some have a colour."""
        cells, tints = set(places), tinted or {}
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
        fills = {place: tints.get(place, self.style.colors.background) for place in sorted(cells)}
        return [
            *self.patches(fills, None),
            Lines(tuple(lines), Stroke(stroke.color, stroke.width, (on, on))),
        ]


def _runs(edges: set[Position]) -> list[tuple[int, int, int]]:
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
    extra: frozenset[Position] = frozenset()
    """Cells of the border that are there for output_padding."""

    @property
    def mark_style(self) -> MarkStyle:
        """How marked cells look on it."""
        return MarkStyle(self.grid.style, self.color)

    def static(self) -> list[Primitive]:
        """What does not change."""
        cells = {(r, c): (source, read) for r, c, source, read in self.sheet.cells()}
        fills = {place: self._fill(place, source) for place, (source, _) in cells.items()}
        whole = [place for place, (source, _) in cells.items() if source is Source.INPUT]
        empty = [place for place, (source, _) in cells.items() if source is not Source.INPUT]
        struck = [place for place in cells if self.sheet.unread(place)]
        return [
            *self.grid.dashed(empty, fills),
            *self.grid.patches({place: fills[place] for place in whole}, self.grid.style.edge),
            *self.grid.crossed(struck, self.mark_style.cross),
            *(self._text(place, source, read, fills[place]) for place, (source, read) in cells.items()),
        ]

    def _fill(self, place: Position, source: Source) -> str:
        match source:
            case Source.INPUT:
                return self.mark_style.unread if self.sheet.unread(place) else self.color
            case Source.BORROWED:
                return self.mark_style.borrowed
            case _:
                return self.mark_style.extra if place in self.extra else self.grid.style.colors.background

    def _text(self, place: Position, source: Source, read: Position, fill: str) -> Text:
        colors = self.grid.style.colors
        match source:
            case Source.INPUT if not self.sheet.unread(place):
                return self.grid.number(place, self.fmt(self.values[read]), fill)
            case Source.INPUT | Source.BORROWED:
                return self.grid.number(place, self.fmt(self.values[read]), fill, colors.muted)
            case Source.OUTSIDE:
                return self.grid.number(place, "", fill)
            case _:
                return self.grid.number(place, self.empty, fill, colors.muted)

    def covered(self, places: Iterable[Position]) -> tuple[list[Primitive], dict[Position, str]]:
        """Cells under the window with their numbers, and the colour that each of them has now."""
        cells = {(r, c): (source, shown) for r, c, source, shown in self._at(places)}
        fills = {place: self._under(source) for place, (source, _) in cells.items()}
        items = self.grid.patches(fills, self.grid.style.edge)
        items += [self._text(place, source, shown, fills[place]) for place, (source, shown) in cells.items()]
        return items, fills

    def _under(self, source: Source) -> str:
        """A cell's colour under the window."""
        colors, theme = self.grid.style.colors, self.grid.style.theme
        match source:
            case Source.INPUT:
                return self.grid.style.under_window(self.color)
            case Source.BORROWED:
                return mix(self.mark_style.borrowed, colors.window, (theme.overlay + theme.empty_overlay) / 2)
            case _:
                return mix(colors.background, colors.window, theme.empty_overlay)

    def _at(self, places: Iterable[Position]) -> Iterable[tuple[int, int, Source, Position]]:
        for r, c in places:
            (row_source, row), (column_source, column) = self.sheet.rows.sources[r], self.sheet.columns.sources[c]
            yield r, c, max(row_source, column_source), (row, column)
