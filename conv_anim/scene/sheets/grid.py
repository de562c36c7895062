"""Upright cells with numbers: the pieces that the flat, channels and matrix views are made of."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.frames import framed
from conv_anim.scene.hatching import SLANTED, cornered, hatched, hatching
from conv_anim.scene.primitives import Boxes, Lines, Primitive, Stroke, Text, shrunk, union
from conv_anim.scene.sheets.cells import WRITTEN
from conv_anim.scene.sheets.mosaics import finished, mosaic
from conv_anim.scene.sheets.tones import SMALLEST_EDGED
from conv_anim.spec.grouping import row_runs
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Box, Point
    from conv_anim.scene.sheets.cells import Contents, Numbers, Position
    from conv_anim.scene.sheets.shades import Shades
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Number
    from conv_anim.tracing.values import Array

FAINT = 0.4
"""How much of the theme's faint colour the edges of cells have that are not there."""
INDENT = 0.09
"""How far from the corner of a cell its index stands, in cells."""
INDEX = 11.5
"""The em of a cell's index at scale 1, in pixels: it is looked up in a list, and so read like that."""
SMALL, LARGER = (0.275, 0.7), (0.31, 0.78)
"""The most that a small number takes of a cell's side and of its number, and one that is to be read like it."""
BETWEEN = 0.1
"""Room between a number and what stands under it, in cells."""
PAIRED = 0.34
"""The most that each of the two takes of a cell's side: then they keep away from its edges and the window's outline."""
FREE = 0.3
"""How far the lines go that strike out a cell, from each corner, in cells."""


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
    def whole(self) -> Box:
        """All of it as one box."""
        return self.x, self.y, self.width, self.height

    @property
    def middle(self) -> float:
        """The middle of its height, in pixels."""
        return self.y + self.height / 2

    @property
    def places(self) -> list[Position]:
        """All cells, row by row."""
        return list(product(range(self.rows), range(self.columns)))

    def box(self, row: int, column: int) -> Box:
        """Where a cell is."""
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
        cell = self.boxes([place], fill, self._edge)
        return [cell, self.number(place, text, fill, *wanted, bold=bold)] if self.contents.written else [cell]

    @property
    def _edge(self) -> Stroke | None:
        """Around cells in one colour."""
        return self.style.edge if self.edged or self.contents.written else None

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

    def small(self, shares: tuple[float, float]) -> float:
        """Em of a small number, by its most in a cell and of the cell's number."""
        of_cell, of_number = shares
        return max(self.style.least, min(of_cell * self.numbers.cell, of_number * self.numbers.size))

    def weight(self, place: Position, text: str, on: str, size: float | None = None) -> Text:
        """A small number in the lower right corner of a cell; nothing where it could not be read."""
        x, y, side, _ = self.box(*place)
        inset, foot = self.numbers.cell * 0.09, self.numbers.cell * 0.075
        color = self.style.ink_on(on)
        widest = (side - 2 * inset) / self.style.width(text, size=1.0)
        wanted = size or self.small(SMALL)
        fitting = min(wanted, widest)
        room = (side - self.style.font.cap_height * self.numbers.size) / 2 - foot
        fits = fitting >= self.style.least - 0.01 and self.style.font.cap_height * fitting <= room
        return Text(x + side - inset, y + side - foot, text if fits else "", fitting, color, "end")

    def marked(
        self,
        number: Text,
        place: Position,
        text: str,
        on: str,
        *,
        like: Iterable[str] = (),
        small: float | None = None,
    ) -> list[Primitive]:
        """A cell's number with what it meets under it, as large, each as far from the middle; first what it stood on.

        Both are as large as those of other cells with ``like`` texts. Where a theme tints cells and has no outlines,
        the number stays, and what it meets is ``small``, in pixels.
        """
        if self.style.frame is None:
            return [self.weight(place, text, on, small)]
        (x, y, side, _), cap = self.box(*place), self.style.font.cap_height
        widest = max(self.style.width(each, size=1.0) for each in (text, *like))
        own = min(self.numbers.size, PAIRED * side, 0.9 * side / widest)
        away = (cap * own + BETWEEN * side) / 2
        patch, color = Boxes((shrunk(self.box(*place), self.style.line),), on), self.style.ink_on(on)
        above, below = (
            self.style.centered(x + side / 2, y + side / 2 + by, each, size=own, color=ink, bold=bold)
            for by, each, ink, bold in ((-away, number.text, number.color, number.bold), (away, text, color, False))
        )
        return [patch, above, below] if own >= self.style.least - 0.01 else []

    def patches(self, fills: Mapping[Position, str], stroke: Stroke | None) -> list[Primitive]:
        """Cells of several colours."""
        return [
            self.boxes([place for place, own in fills.items() if own == fill], fill, stroke)
            for fill in dict.fromkeys(fills.values())
        ]

    def filled(self, values: Array, fmt: Format, fill: str) -> list[Primitive]:
        """All cells in one colour with their numbers, or in shades."""
        if self.contents.shades is not None:
            return self._shaded(values, fmt, self.contents.shades)
        cells = self.boxes(self.places, fill, self._edge)
        if not self.contents.written:
            return [cells]
        return [cells, *(self.number(at, self.contents.text(values, fmt, at), fill) for at in self.places)]

    def _shaded(self, values: Array, fmt: Format, shades: Shades) -> list[Primitive]:
        items: list[Primitive] = [mosaic(shades.colors(values), self.corner)]
        places = self.places
        items += [self.boxes(places, None, self.style.edge)] if self.edged else []
        if self.contents.written:
            texts = ((at, self.contents.text(values, fmt, at)) for at in places)
            items += [self.number(at, text, shades.fill(values[at].item())) for at, text in texts]
        return items

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
        size, ink = self.style.em(INDEX), self.style.ink_on(on)
        return self.style.text(x + INDENT * side, y + INDENT * side, text, size=size, color=ink)

    def pending(self, places: Iterable[Position] | None = None, *, cleared: bool = True) -> list[Primitive]:
        """Cells whose numbers are still to come, a little smaller: then a finished one hides no other's edge.

        ``cleared``: on bare ground.
        """
        if not self.edged:
            there = [self.whole] if places is None else [self.box(r, c) for r, c in places]
            return [Boxes((union(there),), self.style.colors.background, self.style.pending_edge)] if there else []
        inset = 1 + round(self.style.line / 2)
        boxes = tuple(shrunk(self.box(*place), inset) for place in (self.places if places is None else places))
        ground = [Boxes((self.whole,), self.style.colors.background)] if cleared else []
        return [*ground, Boxes(boxes, None, self.style.pending_edge)]

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
        ground = self.style.colors.background
        if not emptied:
            return [Lines(cornered(boxes), hatching(self.style, ground))]
        cleared = Boxes(tuple(boxes), ground, self.style.empty_edge)
        return [cleared, Lines(hatched(boxes, SLANTED), hatching(self.style))]

    def ringed(self, places: Iterable[Position], color: str) -> list[Primitive]:
        """A line inside the edges of cells."""
        stroke = Stroke(color, self.style.line + self.style.scale)
        inset = (self.style.line + stroke.width) / 2
        rings = tuple(shrunk(self.box(*place), inset) for place in places)
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
            ((self.x + run.start * side, self.y + r * side), (self.x + run.stop * side, self.y + r * side))
            for r, run in row_runs(sorted(across))
        ]
        lines += [
            ((self.x + c * side, self.y + run.start * side), (self.x + c * side, self.y + run.stop * side))
            for c, run in row_runs(sorted((c, r) for r, c in down))
        ]
        on = side / (2 * max(1, round(side / (2 * self.style.dash[0]))))
        stroke = self.style.empty_edge
        fills = {place: tints.get(place, self.style.colors.background) for place in sorted(cells)}
        return [
            *self.patches(fills, None),
            Lines(tuple(lines), Stroke(stroke.color, stroke.width, (on, on))),
        ]
