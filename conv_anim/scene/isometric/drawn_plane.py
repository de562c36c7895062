"""A floor of the isometric view as it is drawn: its cells at rest and under the window, with marks and numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Key
from conv_anim.scene.color import mix
from conv_anim.scene.frames import outlined
from conv_anim.scene.hatching import SLANTED, cornered, hatched, hatching
from conv_anim.scene.isometric.floor_cells import absent_cells, filled
from conv_anim.scene.primitives import Lines, Polygons, Stroke, closed
from conv_anim.scene.sheets.marks import TINT, MarkStyle, keys
from conv_anim.scene.sheets.mosaics import mosaic
from conv_anim.scene.sheets.tones import SHADED_EDGED, SMALLEST_EDGED
from conv_anim.scene.strokes import strong
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from conv_anim.scene.isometric.floors import Floor, Reach
    from conv_anim.scene.isometric.slanted import Slanted
    from conv_anim.scene.primitives import Point, Primitive, Text
    from conv_anim.scene.sheets.marks import Marks
    from conv_anim.scene.sheets.shades import Rgb
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Layer

Position = tuple[int, int]
"""Row and column."""
CLEAR = 0.06
"""How far from its edges a cell is cleared for another text, in cells."""
INSET = 0.14
"""How far the lines through a cell stay away from its corners, in cells."""


@dataclass(frozen=True)
class DrawnPlane:
    """A floor that a layer reads."""

    style: Style
    floor: Floor
    layer: Layer
    rows: Marks
    columns: Marks
    numbers: Slanted | None
    texts: Mapping[Position, str]
    """What is written in each cell; empty without numbers."""
    explained: bool
    """Whether a label explains the marks; else only those are drawn that speak for themselves."""
    image: Rgb | None = None
    """The colours of the cells that hold the map, if they have colours of their own."""
    absent: frozenset[Position] = frozenset()
    """Cells of the map that are not there."""

    @property
    def shaded(self) -> bool:
        """Whether its cells have colours of their own."""
        return self.image is not None

    @property
    def edged(self) -> bool:
        """Whether cells are large enough for edges and marks of their own."""
        return self.floor.plane.unit >= SMALLEST_EDGED

    @cached_property
    def mark_style(self) -> MarkStyle:
        """How marked cells look on it."""
        return MarkStyle(self.style, self.floor.color)

    # what the cells are

    @cached_property
    def every(self) -> dict[Position, Source]:
        """Where each cell has its number from."""
        return {(r, c): source for r, c, source, _ in self.floor.sheet.cells()}

    @cached_property
    def borrowed(self) -> list[Position]:
        """Cells whose numbers are borrowed from elsewhere in the map."""
        return [place for place, source in self.every.items() if source is Source.BORROWED]

    @cached_property
    def unread(self) -> list[Position]:
        """Cells that no window reads; none unless they are explained."""
        if not self.explained:
            return []
        return [p for p, s in self.every.items() if s is not Source.OUTSIDE and self.floor.sheet.unread(p)]

    @cached_property
    def extra(self) -> list[Position]:
        """Cells that output padding adds; none unless they are explained."""
        if not self.explained:
            return []
        return [p for p in self.every if p[0] in self.rows.extra or p[1] in self.columns.extra]

    def keys(self, say: Language, *, blind: bool = False) -> tuple[Key, ...]:
        """What a label says about the marks, and of a blind spot."""
        own = self.fill(self.borrowed[0]) if self.borrowed else None
        found = keys((self.rows, self.columns), self.layer, self.mark_style, say, borrowed=own)
        if self.layer.window is None or not self.layer.window.left_out:
            return found
        text, background = say.of(self.layer, "mask.key"), self.style.colors.background
        found = (*found, Key(text, background, self.style.empty_edge, hatch=hatching(self.style)))
        dark = Key(say.of(self.layer, "mask.blind"), self.style.label_ink, self.style.edge)
        seen = Key(say.of(self.layer, "mask.own"), background, strong(self.style, self.style.colors.current))
        return (*found, seen, dark) if blind else found

    def source_of(self, place: Position) -> Position:
        """The cell of the floor whose number a borrowed cell shows."""
        row, column = self._read(place)
        return self.floor.sheet.rows.place(row), self.floor.sheet.columns.place(column)

    def _read(self, place: Position) -> Position:
        """The cell of the map that a cell shows."""
        return self.floor.sheet.rows.sources[place[0]][1], self.floor.sheet.columns.sources[place[1]][1]

    # at rest

    def static(self, *, waits: bool = False) -> list[Primitive]:
        """What does not change; of a map that is made on the way, its cells as they wait."""
        floor, mark_style = self.floor, self.mark_style
        unread = [place for place in self.unread if self.every[place] is Source.INPUT]
        items = self._between_and_around()
        if floor.sheet.has_empty:
            edges = floor.plane.grid(floor.canvas) if self.edged else (closed(floor.plane.block(floor.canvas)),)
            items.append(Lines(edges, self.style.empty_edge))
        background, waiting = self.style.colors.background, self.style.pending_edge
        items += filled(floor.plane, floor.inputs.blocks(), background, waiting) if waits else self._map()
        if not self.edged:
            return items
        if unread and not self.shaded:
            items += self._tinted(unread, mark_style.unread)
            items.append(Lines(floor.plane.edges(unread), self.style.edge))
        if self.unread:
            items.append(Lines(self.crosses(self.unread), mark_style.cross))
        return [*items, *self.written(self.texts, {})]

    def _map(self) -> list[Primitive]:
        """The cells that hold the map, each with its shade if it has one."""
        floor = self.floor
        if self.absent:
            return self._sparse()
        blocks = floor.inputs.blocks()
        if self.image is None:
            return filled(floor.plane, blocks, floor.color, self.style.edge)
        if len(blocks) == 1:
            (top, _), (left, _) = blocks[0]
            items: list[Primitive] = [mosaic(self.image, floor.plane.at, top, left)]
        else:
            items = [
                mosaic(self.image[i : i + 1, j : j + 1], floor.plane.at, r, c)
                for r, i in floor.sheet.rows.inputs.items()
                for c, j in floor.sheet.columns.inputs.items()
            ]
        edged = floor.plane.unit >= SHADED_EDGED
        return [*items, Lines(floor.plane.grid(*blocks), self.style.edge)] if edged else items

    def _sparse(self) -> list[Primitive]:
        """Only those that are there; thin lines stand for the others."""
        there = [place for place in self.floor.inputs.cells() if place not in self.absent]
        items: list[Primitive] = [*absent_cells(self.floor, self.absent, self.style)]
        items += [Polygons((self.floor.plane.ring(*place),), self.fill(place)) for place in there]
        return [*items, Lines(self.floor.plane.edges(there), self.style.edge)] if self.edged and there else items

    def _between_and_around(self) -> list[Primitive]:
        """Cells without a number of their own that have a colour: borrowed ones a weaker one than what they repeat."""
        fills: dict[str, list[Position]] = {}
        for place in (place for place, source in self.every.items() if source is not Source.INPUT):
            fills.setdefault(self.fill(place), []).append(place)
        fills.pop(self.style.colors.background, None)
        return [item for fill, places in fills.items() for item in self._tinted(places, fill)]

    def _shade(self, read: Position) -> str:
        assert self.image is not None
        return "#" + bytes(self.image[read]).hex()

    def _tinted(self, places: list[Position], color: str) -> list[Primitive]:
        rings = tuple(self.floor.plane.ring(*place) for place in places)
        return [Polygons(rings, color)] if rings else []

    def crosses(self, places: Iterable[Position]) -> tuple[tuple[Point, ...], ...]:
        """Crosses in some cells."""
        return self.floor.plane.crosses(places, INSET)

    def fill(self, place: Position) -> str:
        """The colour of a cell at rest."""
        match self.every[place]:
            case Source.INPUT if self.image is not None:
                return self._shade(self._read(place))
            case Source.BORROWED if self.image is not None:
                return mix(self.style.colors.background, self._shade(self._read(place)), TINT)
            case Source.INPUT:
                return self.mark_style.unread if place in self.unread else self.floor.color
            case Source.BORROWED:
                return self.mark_style.borrowed
            case Source.INSERTED:
                return self.mark_style.inserted
            case _:
                return self.mark_style.extra if place in self.extra else self.style.colors.background

    # under the window

    def covered(
        self,
        reach: Reach,
        products: Mapping[Position, str],
        unseen: Iterable[Position] = (),
        blind: Collection[Position] = (),
    ) -> list[Primitive]:
        """The window: an outline, and in its cells what they contribute; or as a theme tints them.

        Those that masks hide are hatched, and dark where they are a blind spot.
        """
        hatched = [*self._hatched(place for place in unseen if place not in blind), *self._dark(blind)]
        if self.style.frame is None:
            return [*self._tinted_window(reach, products), *hatched]
        places = reach.cells()
        items = self.lenders([p for p in self.borrowed if p in places])
        for place in places:
            text = products.get(place, self.texts.get(place, ""))
            if text:
                fill = self.fill(place)
                clear = self.floor.plane.ring(place[0] + CLEAR, place[1] + CLEAR, 1 - 2 * CLEAR, 1 - 2 * CLEAR)
                items.append(Polygons((clear,), fill))
                items += self.written({place: text}, {place: fill})
        return [*items, *hatched, *self.framed(reach)]

    def _hatched(self, places: Iterable[Position]) -> list[Primitive]:
        """Slanting lines through some cells, in their corners where they have numbers."""
        at, boxes = self.floor.plane.at, [(c, r, 1, 1) for r, c in places]
        flat = cornered(boxes) if self.texts else hatched(boxes, SLANTED)
        lines = tuple((at(y, x), at(v, u)) for (x, y), (u, v) in flat)
        return [Lines(lines, hatching(self.style, self.floor.color))] if lines else []

    def _dark(self, places: Collection[Position]) -> list[Primitive]:
        edges = [Lines(self.floor.plane.edges(places), self.style.edge)] if self.edged and places else []
        return [*self._tinted(list(places), self.style.label_ink), *edges]

    def owned(self, place: Position) -> list[Primitive]:
        """An outline around the cell that an output stands for."""
        return [Polygons((self.floor.plane.ring(*place),), None, strong(self.style, self.style.colors.current))]

    def framed(self, reach: Reach) -> list[Primitive]:
        """The window's outline."""
        blocks = [(top, left, top + high, left + wide) for (top, high), (left, wide) in reach.blocks()]
        return outlined(self.style, blocks, self.floor.plane.at, cased=self.shaded)

    def _tinted_window(self, reach: Reach, products: Mapping[Position, str]) -> list[Primitive]:
        """Strong where it reads input cells, weaker where there is nothing to read."""
        plane, blocks, places = self.floor.plane, reach.blocks(), set(reach.cells())
        read = [] if self.absent else reach.within(self.floor.inputs).blocks()
        borrowed = [place for place in self.borrowed if place in places]
        items: list[Primitive] = [
            Polygons(tuple(map(plane.block, blocks)), self.over(self.style.colors.background, weak=True)),
            Polygons(tuple(map(plane.block, read)), self.over(self.floor.color)),
        ]
        inside = reach.within(self.floor.inputs).cells() if self.absent else []
        there = [place for place in inside if place not in self.absent]
        items += self._tinted(there, self.over(self.floor.color))
        for marked in (borrowed, [place for place in self.extra if place in places]):
            items += self._tinted(marked, self.covered_fill(marked[0])) if marked else []
        items.append(Lines(plane.grid(*blocks), self.style.edge))
        items += self.lenders(borrowed)
        texts = {p: products.get(p, text) for p, text in self.texts.items() if p in places}
        return [*items, *self.written(texts, {p: self.covered_fill(p) for p in texts})]

    def covered_fill(self, place: Position) -> str:
        """The colour of a cell under the window."""
        if self.every[place] is Source.BORROWED:
            return self.mark_style.borrowed_under_window
        return self.over(self.fill(place), weak=self.every[place] is not Source.INPUT)

    def over(self, color: str, *, weak: bool = False) -> str:
        """A colour under the window."""
        return self.style.under_window(color, weak=weak)

    def lenders(self, borrowed: list[Position]) -> list[Primitive]:
        """An outline around the cells that borrowed ones under the window repeat."""
        lent = sorted({self.source_of(place) for place in borrowed})
        if not lent:
            return []
        edge = Stroke(self.style.colors.ink, 1.5 * self.style.scale)
        return [Polygons(tuple(self.floor.plane.ring(*place) for place in lent), None, edge)]

    # numbers

    def written(self, texts: Mapping[Position, str], fills: Mapping[Position, str]) -> list[Text]:
        """Texts in their cells."""
        return [self._text(place, text, fills.get(place)) for place, text in texts.items() if text]

    def _text(self, place: Position, text: str, fill: str | None) -> Text:
        assert self.numbers is not None
        quiet = () if self.every[place] is Source.INPUT else (self.style.colors.muted,)
        return self.numbers.text(self.floor, place, text, fill or self.fill(place), *quiet)
