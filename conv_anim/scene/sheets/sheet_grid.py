"""A sheet drawn as a grid: the input with the border that a window meets, and which of its cells are read."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.sheets.marks import TINT, MarkStyle
from conv_anim.scene.sheets.mosaics import mosaic
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Primitive, Text
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.shades import Rgb
    from conv_anim.scene.sheets.sheet import Sheet
    from conv_anim.spec.model import Number
    from conv_anim.tracing.values import Array


@dataclass(frozen=True)
class SheetGrid:
    """A sheet drawn as a grid: one channel of the input with what borders it."""

    grid: Grid
    sheet: Sheet
    values: Array
    """(rows, columns) of the input, without its canvas."""
    fmt: Format
    empty: str
    """The text of cells without input."""
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
        cells = {(r, c): (source, read) for r, c, source, read in self.sheet.cells() if source is not Source.NOWHERE}
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

    def fill(self, place: Position) -> str:
        """The colour of a cell at rest."""
        source, read = self.sheet.at(place)
        return self._weak(read) if source is Source.BORROWED else self._fill(place, source, read)

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
        """The colour of a cell that repeats another one: in shades that of its number, weaker where no edges are."""
        if self.image is None:
            return self.mark_style.borrowed
        shade = "#" + bytes(self.image[read]).hex()
        return shade if self.grid.edged else mix(self.grid.style.colors.background, shade, TINT)

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
            case Source.INSERTED:
                return self.mark_style.inserted
            case _:
                return self.mark_style.extra if place in self.extra else self.grid.style.colors.background

    def _text(self, place: Position, source: Source, read: Position, fill: str) -> Text:
        colors, contents = self.grid.style.colors, self.grid.contents
        match source:
            case Source.INPUT if not self.sheet.unread(place):
                return self.grid.number(place, contents.text(self.values, self.fmt, read), fill)
            case Source.INPUT | Source.BORROWED:
                return self.grid.number(place, contents.text(self.values, self.fmt, read), fill, colors.muted)
            case Source.OUTSIDE:
                return self.grid.number(place, "", fill)
            case _:
                return self.grid.number(place, self.empty, fill, colors.muted)

    def number_at(self, place: Position) -> Number:
        """What a window finds in a cell; 0 where there is nothing."""
        source, read = self.sheet.at(place)
        found: Number = self.values[read].item() if source <= Source.BORROWED else 0
        return found

    def marked(
        self, place: Position, text: str, fill: str, like: Iterable[str] = (), small: float | None = None
    ) -> list[Primitive]:
        """The number of a cell under the window with what it meets, as large as in cells with ``like`` texts."""
        source, read = self.sheet.at(place)
        return self.grid.marked(self._text(place, source, read, fill), place, text, fill, like=like, small=small)

    def covered(self, places: Iterable[Position]) -> tuple[list[Primitive], dict[Position, str]]:
        """Cells under the window with their numbers, and the colour that each of them has now."""
        cells = {place: self.sheet.at(place) for place in places}
        if self.grid.style.frame is not None or self.image is not None:  # they keep their colours
            return [], {place: self._fill(place, *cell) for place, cell in cells.items()}
        fills = {place: self._under(source) for place, (source, _) in cells.items()}
        return self.painted(fills), fills

    def painted(self, fills: Mapping[Position, str]) -> list[Primitive]:
        """Cells in other colours, with their numbers."""
        cells = {place: (*self.sheet.at(place), fill) for place, fill in fills.items()}
        return [*self.grid.patches(fills, self.grid.style.edge), *self._texts(cells)]

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
