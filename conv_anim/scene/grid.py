"""Upright cells with numbers: the pieces that the flat, channels and matrix views are made of."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.clipping import outside
from conv_anim.scene.color import contrast, mix
from conv_anim.scene.frames import framed
from conv_anim.scene.hatching import SLANTED, hatched, hatching
from conv_anim.scene.layout import Fit
from conv_anim.scene.marks import TINT, MarkStyle
from conv_anim.scene.mosaics import finished, mosaic
from conv_anim.scene.primitives import Boxes, Lines, Primitive, Stroke, Text, union
from conv_anim.scene.symbols import symbol
from conv_anim.scene.tones import SMALLEST_EDGED
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.scene.numbers import Format
    from conv_anim.scene.primitives import Box, Point
    from conv_anim.scene.shades import Rgb, Shades
    from conv_anim.scene.sheet import Sheet
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Number
    from conv_anim.tracing.values import Array

Position = tuple[int, int]
"""Row and column."""
SEEN = 2.5
"""The contrast from which a line shows."""
VISIBLE = 1.5
"""The contrast from which edges of cells are lines of their own."""
FAINT = 0.4
"""How much of the theme's faint colour the edges of cells have that are not there."""
AROUND = 0.16, 0.26
"""How far from the edges of a cell its number begins at the left, and at the top, in cells."""
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


INDENT = 0.09
"""How far from the corner of a cell its index stands, in cells."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers fit into the cells of a figure: all cells alike, as large as the widest number needs."""

    cell: float
    size: float
    in_shades: bool = False
    """Whether cells are shades instead, and as large as there is room."""

    @classmethod
    def fitting(
        cls, style: Style, cell: int, texts: Iterable[str], size: float, *, bold: Iterable[str] = ()
    ) -> Numbers:
        """Cells of the wanted side if the numbers fit at four fifths of the wanted size or more, else larger ones."""
        widest = max((style.width(text, size=1.0) for text in set(texts)), default=0.0)
        widest = max(widest, *(style.width(text, size=1.0, bold=True) for text in set(bold)), 0.1)
        room = 0.84 * cell
        if widest * size > room:
            size = max(room / widest, min(size, max(style.least, 0.8 * size)))
            cell = max(cell, round(widest * size / 0.84))
        fit = style.fit
        if fit is None or fit.in_shades:
            return cls(cell, size)
        return cls(max(cell, round(fit.cell)), min(size, fit.size))

    @property
    def fit(self) -> Fit:
        """What other figures have to match."""
        return Fit(self.cell, self.size, grows=not self.in_shades, in_shades=self.in_shades)


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in cells: their numbers, shades that stand for them, or both."""

    written: bool = True
    shades: Shades | None = None
    letter: str = ""
    """Of the names of cells, if these stand in them instead of numbers."""
    flipped: bool = False
    """Whether the cells are named from the last to the first."""

    def named(self, place: Position, shape: Position) -> str:
        """What stands in a cell of a map of so many rows and columns, if that is its name."""
        r, c = (n - 1 - at if self.flipped else at for at, n in zip(place, shape, strict=True))
        return symbol(self.letter, (c,) if shape[0] == 1 else (r, c))


WRITTEN = Contents()


@dataclass(frozen=True)
class Grid:
    """Rows and columns of square cells, from ``x``, ``y``."""

    style: Style
    numbers: Numbers
    rows: int
    columns: int
    x: float
    y: float
    contents: Contents = WRITTEN

    @property
    def edged(self) -> bool:
        """Whether cells are large enough for edges of their own."""
        return self.numbers.cell >= SMALLEST_EDGED

    def corner(self, row: float, column: float) -> Point:
        """Where a row and a column begin."""
        return self.x + column * self.numbers.cell, self.y + row * self.numbers.cell

    @property
    def width(self) -> float:
        """In pixels."""
        return self.columns * self.numbers.cell

    @property
    def height(self) -> float:
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

    def cell(
        self, place: Position, text: str, fill: str, *wanted: str, bold: bool = False, value: Number | None = None
    ) -> list[Primitive]:
        """A cell of a colour with its number; in shades with that of its ``value``, outlined if it is ``bold``."""
        if self.contents.shades is not None and value is not None:
            return self._shade(place, text, self.contents.shades, value, bold=bold)
        if not self.contents.written:
            return [self.boxes([place], fill, self.style.edge if self.edged else None)]
        return [self.boxes([place], fill, self.style.edge), self.number(place, text, fill, *wanted, bold=bold)]

    def _shade(self, place: Position, text: str, shades: Shades, value: Number, *, bold: bool) -> list[Primitive]:
        items: list[Primitive] = [mosaic(shades.cell(value), self.corner, *place)]
        items += [self.boxes([place], None, self.style.edge)] if self.edged else []
        if bold:
            items += framed(self.style.marking, [place], self.corner, cased=True)
        return [*items, self.number(place, text, shades.fill(value), bold=bold)] if self.contents.written else items

    def finished(self, values: Array, places: Iterable[Position]) -> list[Primitive]:
        """Cells of a map in their shades, without numbers."""
        assert self.contents.shades is not None
        places = list(places)
        items: list[Primitive] = [*finished(self.contents.shades.colors(values), places, self.corner, blended=False)]
        return [*items, self.boxes(places, None, self.style.edge)] if self.edged and places else items

    def name(self, text: str, *, bold: bool = False, gap: float | None = None) -> Text:
        """A few small words above, quiet unless they are bold."""
        style, size = self.style, self.style.small_size
        top = self.y - (style.thin if gap is None else gap) - size * style.font.cap_height
        return style.text(self.x, top, text, size=size, color=style.colors.ink if bold else style.label_ink, bold=bold)

    def weight(self, place: Position, text: str, on: str, size: float | None = None) -> Text:
        """A small number in the lower right corner of a cell; nothing where it could not be read."""
        x, y, side, _ = self.box(*place)
        inset = self.numbers.cell * 0.09
        color = self.style.ink_on(on)
        widest = (side - 2 * inset) / self.style.width(text, size=1.0)
        wanted = size or max(self.style.least, min(0.275 * side, 0.7 * self.numbers.size))
        fitting = min(wanted, widest)
        room = (side - self.style.font.cap_height * self.numbers.size) / 2 - inset
        fits = fitting >= self.style.least - 0.01 and self.style.font.cap_height * fitting <= room + 1
        return Text(x + side - inset, y + side - inset, text if fits else "", fitting, color, "end")

    def patches(self, fills: Mapping[Position, str], stroke: Stroke | None) -> list[Primitive]:
        """Cells of several colours."""
        return [
            self.boxes([place for place, own in fills.items() if own == fill], fill, stroke)
            for fill in dict.fromkeys(fills.values())
        ]

    def filled(self, values: Array, fmt: Format, fill: str) -> list[Primitive]:
        """All cells in one colour with their numbers, or in shades."""
        places = list(np.ndindex(self.rows, self.columns))
        if self.contents.shades is not None:
            return self._shaded(values, fmt, self.contents.shades)
        if not self.contents.written:
            return [self.boxes([(r, c) for r, c in places], fill, self.style.edge if self.edged else None)]
        texts = [self.number((r, c), self._text(values, fmt, (r, c)), fill) for r, c in places]
        return [self.boxes([(r, c) for r, c in places], fill, self.style.edge), *texts]

    def _shaded(self, values: Array, fmt: Format, shades: Shades) -> list[Primitive]:
        items: list[Primitive] = [mosaic(shades.colors(values), self.corner)]
        places = [(r, c) for r, c in np.ndindex(self.rows, self.columns)]
        items += [self.boxes(places, None, self.style.edge)] if self.edged else []
        if self.contents.written:
            items += [self.number(at, self._text(values, fmt, at), shades.fill(values[at].item())) for at in places]
        return items

    def _text(self, values: Array, fmt: Format, place: Position) -> str:
        """The number of a cell, or its name."""
        rows, columns = values.shape
        return self.contents.named(place, (rows, columns)) if self.contents.letter else fmt(values[place].item())

    @property
    def blank_edge(self) -> Stroke:
        """Around a cell that is not there."""
        colors = self.style.colors
        return Stroke(mix(colors.background, colors.faint, FAINT), max(1.0, self.style.scale))

    def blank(self, places: Iterable[Position]) -> list[Primitive]:
        """Cells that are not there."""
        there = sorted(places)
        edge = self.blank_edge if self.edged else None
        return [self.boxes(there, self.style.colors.background, edge)] if there else []

    def index(self, place: Position, text: str, on: str) -> Text:
        """A small number in the upper left corner of a cell."""
        x, y, side, _ = self.box(*place)
        size, ink = max(self.style.least, 0.22 * side), self.style.ink_on(on)
        return self.style.text(x + INDENT * side, y + INDENT * side, text, size=size, color=ink)

    def pending(self, places: Iterable[Position] | None = None, *, cleared: bool = True) -> list[Primitive]:
        """Cells whose numbers are still to come, a little smaller: then a finished one hides no other's edge.

        ``cleared``: on bare ground.
        """
        whole = (self.x, self.y, self.width, self.height)
        if not self.edged:
            there = [whole] if places is None else [self.box(r, c) for r, c in places]
            return [Boxes((union(there),), self.style.colors.background, self.style.pending_edge)] if there else []
        inset, side = 1 + round(self.style.line / 2), self.numbers.cell
        boxes = [self.box(r, c) for r, c in (np.ndindex(self.rows, self.columns) if places is None else places)]
        ground = [Boxes((whole,), self.style.colors.background)] if cleared else []
        return [
            *ground,
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

    def hatched(self, places: Iterable[Position], *, emptied: bool = True) -> list[Primitive]:
        """Cells that take no part, with slanting lines: ``emptied`` of what stands in them, else around it."""
        boxes = [self.box(*place) for place in sorted(places)]
        if not boxes:
            return []
        stroke = hatching(self.style)
        lines = hatched(boxes, SLANTED)
        if not emptied:
            rings = [_inner(box) for box in boxes for _ in range(SLANTED)]
            lines = tuple(piece for line, ring in zip(lines, rings, strict=True) for piece in outside(line, ring))
        cleared = [Boxes(tuple(boxes), self.style.colors.background, self.style.empty_edge)] if emptied else []
        return [*cleared, Lines(lines, stroke)]

    def ringed(self, places: Iterable[Position], color: str) -> list[Primitive]:
        """A line inside the edges of cells."""
        stroke, side = Stroke(color, self.style.line + self.style.scale), self.numbers.cell
        inset = (self.style.line + stroke.width) / 2
        boxes = [self.box(*place) for place in places]
        rings = tuple((x + inset, y + inset, side - 2 * inset, side - 2 * inset) for x, y, _, _ in boxes)
        return [Boxes(rings, None, stroke)] if rings else []

    def framed(self, places: Iterable[Position]) -> list[Primitive]:
        """The outline of a window over some cells."""
        return framed(self.style, places, self.corner, cased=self.contents.shades is not None)

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
    absent: frozenset[Position] = frozenset()
    """Cells of the map that are not there."""

    @property
    def mark_style(self) -> MarkStyle:
        """How marked cells look on it."""
        return MarkStyle(self.grid.style, self.color)

    @cached_property
    def image(self) -> Rgb | None:
        """The shades of the map's cells, if it has them."""
        shades = self.grid.contents.shades
        return None if shades is None else shades.colors(self.values)

    def static(self) -> list[Primitive]:
        """What does not change."""
        if self.image is not None and not self.grid.edged:
            return self._small(self.image)
        cells = {(r, c): (source, read) for r, c, source, read in self.sheet.cells()}
        fills = {place: self._fill(place, source, read) for place, (source, read) in cells.items()}
        whole = [place for place, (source, _) in cells.items() if source is Source.INPUT]
        empty = [place for place, (source, _) in cells.items() if source is not Source.INPUT]
        struck = [place for place in cells if self.sheet.unread(place)]
        return [
            *self.grid.dashed(empty, fills),
            *self._map({place: fills[place] for place in whole if self.image is not None or place not in self.absent}),
            *self.grid.blank(self.absent),
            *self.grid.crossed([place for place in struck if place not in self.absent], self.mark_style.cross),
            *self._texts({place: (*cell, fills[place]) for place, cell in cells.items() if place not in self.absent}),
        ]

    def _map(self, fills: dict[Position, str]) -> list[Primitive]:
        """The cells that hold the map."""
        if self.image is None:
            return self.grid.patches(fills, self.grid.style.edge)
        return [*self._mosaics(self.image), self.grid.boxes(fills, None, self.grid.style.edge)]

    def _mosaics(self, image: Rgb) -> list[Primitive]:
        rows, columns = self.sheet.rows.inputs, self.sheet.columns.inputs
        first = min(rows), min(columns)
        if max(rows) - first[0] + 1 == len(rows) and max(columns) - first[1] + 1 == len(columns):
            return [mosaic(image, self.grid.corner, *first)]
        corner = self.grid.corner
        return [mosaic(image[i : i + 1, j : j + 1], corner, r, c) for r, i in rows.items() for c, j in columns.items()]

    def _small(self, image: Rgb) -> list[Primitive]:
        """The map as a picture, with one line around all that borders it."""
        style, sheet = self.grid.style, self.sheet
        items: list[Primitive] = []
        if sheet.has_empty:
            edge = style.empty_edge
            items.append(Boxes(((self.grid.x, self.grid.y, self.grid.width, self.grid.height),), None, edge))
        borrowed = {(r, c): read for r, c, source, read in sheet.cells() if source is Source.BORROWED}
        weak = {place: self._weak(read) for place, read in borrowed.items()}
        return [*items, *self.grid.patches(weak, None), *self._mosaics(image), *self.grid.blank(self.absent)]

    def _weak(self, read: Position) -> str:
        """The colour of a cell that repeats another one."""
        if self.image is None:
            return self.mark_style.borrowed
        return mix(self.grid.style.colors.background, "#" + bytes(self.image[read]).hex(), TINT)

    def _texts(self, cells: Mapping[Position, tuple[Source, Position, str]]) -> list[Primitive]:
        if not self.grid.contents.written:
            return []
        return [self._text(place, source, read, fill) for place, (source, read, fill) in cells.items()]

    def _fill(self, place: Position, source: Source, read: Position) -> str:
        match source:
            case Source.INPUT if self.image is not None:
                return "#" + bytes(self.image[read]).hex()
            case Source.INPUT:
                return self.mark_style.unread if self.sheet.unread(place) else self.color
            case Source.BORROWED:
                return self._weak(read)
            case _:
                return self.mark_style.extra if place in self.extra else self.grid.style.colors.background

    def _text(self, place: Position, source: Source, read: Position, fill: str) -> Text:
        colors = self.grid.style.colors
        match source:
            case Source.INPUT if not self.sheet.unread(place):
                return self.grid.number(place, self._written(read), fill)
            case Source.INPUT | Source.BORROWED:
                return self.grid.number(place, self._written(read), fill, colors.muted)
            case Source.OUTSIDE:
                return self.grid.number(place, "", fill)
            case _:
                return self.grid.number(place, self.empty, fill, colors.muted)

    def _written(self, read: Position) -> str:
        rows, columns = self.values.shape
        there = self.grid.contents
        return there.named(read, (rows, columns)) if there.letter else self.fmt(self.values[read])

    def number_at(self, place: Position) -> Number:
        """What a window finds in a cell; 0 where there is nothing."""
        ((_, _, source, read),) = self._at([place])
        found: Number = self.values[read].item() if source <= Source.BORROWED else 0
        return found

    def covered(self, places: Iterable[Position]) -> tuple[list[Primitive], dict[Position, str]]:
        """Cells under the window with their numbers, and the colour that each of them has now."""
        cells = {(r, c): (source, shown) for r, c, source, shown in self._at(places)}
        if self.grid.style.frame is not None or self.image is not None:  # they keep their colours
            return [], {place: self._fill(place, source, shown) for place, (source, shown) in cells.items()}
        fills = {place: self._under(source) for place, (source, _) in cells.items()}
        items = self.grid.patches(fills, self.grid.style.edge)
        items += [self._text(place, source, shown, fills[place]) for place, (source, shown) in cells.items()]
        return items, fills

    def _under(self, source: Source) -> str:
        """A cell's colour under the window."""
        style = self.grid.style
        match source:
            case Source.INPUT:
                return style.under_window(self.color)
            case Source.BORROWED:
                return self.mark_style.borrowed_under_window
            case _:
                return style.under_window(style.colors.background, weak=True)

    def _at(self, places: Iterable[Position]) -> Iterable[tuple[int, int, Source, Position]]:
        for r, c in places:
            (row_source, row), (column_source, column) = self.sheet.rows.sources[r], self.sheet.columns.sources[c]
            yield r, c, max(row_source, column_source), (row, column)


def _inner(box: Box) -> tuple[Point, ...]:
    """The outline of what a number takes of its cell."""
    (x, y, width, height), (across, down) = box, AROUND
    left, right, top, bottom = (
        x + across * width,
        x + width - across * width,
        y + down * height,
        y + height - down * height,
    )
    return (left, top), (right, top), (right, bottom), (left, bottom)
