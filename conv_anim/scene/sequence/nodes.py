"""A row of the sequence view as it is drawn: its nodes at rest and lit, and what is marked or written."""

from __future__ import annotations

from functools import cached_property
from math import cos, pi, sin
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Boxes, Lines, Stroke
from conv_anim.scene.sheets.marks import TINT, MarkStyle
from conv_anim.spec.grouping import grouped
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from conv_anim.scene.primitives import Point, Primitive, Text
    from conv_anim.scene.sequence.rows import Row
    from conv_anim.scene.sheets.marks import Marks
    from conv_anim.scene.style import Style

SMALL = 0.62
"""How large a node without anything to read is, compared with the others, if no number stands in it."""
ARC = 1.9
"""How deep an arc reaches below the middle of a row, in radii."""
DIAGONAL = 0.45
"""From the middle of a node to where the lines through it end, as shares of its radius, along both directions."""


@dataclass(frozen=True)
class Nodes:
    """The nodes of a row that a layer reads, or of the output, which none reads."""

    style: Style
    row: Row
    marks: Marks
    color: str
    radius: int
    texts: Mapping[int, str]
    """What is written in each node; empty without numbers."""
    size: float
    """The size of the numbers."""
    explained: bool
    """Whether a label explains the marks; else only those are drawn that speak for themselves."""
    shades: tuple[str, ...] = ()
    """The colour of each cell of the map, if it has a shade."""

    @property
    def mark_style(self) -> MarkStyle:
        """How marked cells look on it."""
        return MarkStyle(self.style, self.color)

    def source(self, cell: int) -> Source:
        """Where a node has its number from."""
        return self.row.side.sources[cell][0]

    @cached_property
    def unread(self) -> frozenset[int]:
        """Nodes that no window reads; none unless they are explained."""
        return self.marks.unread if self.explained else frozenset()

    @cached_property
    def extra(self) -> frozenset[int]:
        """Nodes that output padding adds; none unless they are explained."""
        return self.marks.extra if self.explained else frozenset()

    def lenders(self, cells: Iterable[int]) -> list[int]:
        """The nodes whose numbers some borrowed ones among the cells repeat."""
        sources = self.row.side.sources
        return sorted({self.row.side.place(sources[c][1]) for c in cells if sources[c][0] is Source.BORROWED})

    # the nodes

    def at_rest(self, waiting: Collection[int] = ()) -> list[Primitive]:
        """The nodes as they are while nothing is computed, but for some that wait to be made."""
        items = self.painted({cell: self.fill(cell) for cell in self.row.cells() if cell not in waiting})
        if waiting:
            items.append(self.circles(waiting, self.style.colors.background, self.style.pending_edge))
        if self.unread:
            items.append(Lines(self._crosses(), self.mark_style.cross))
        return items

    def fill(self, cell: int) -> str:
        """The colour of a node at rest."""
        shade = self.shades[self.row.side.sources[cell][1]] if self.shades else ""
        match self.source(cell):
            case Source.INPUT if shade:
                return shade
            case Source.BORROWED if shade:
                return mix(self.style.colors.background, shade, TINT)
            case Source.INPUT:
                return self.mark_style.unread if cell in self.unread else self.color
            case Source.BORROWED:
                return self.mark_style.borrowed
            case Source.INSERTED:
                return self.mark_style.inserted
            case _:
                return self.mark_style.extra if cell in self.extra else self.style.colors.background

    def lit(self, cells: Iterable[int]) -> list[Primitive]:
        """Nodes under a window: strong where they hold something, weaker where there is nothing to read.

        Where a window hangs over, there are none.
        """
        cells = [cell for cell in cells if self.source(cell) is not Source.OUTSIDE]
        lent = self.lenders(cells)
        fills = {cell: self.lit_fill(cell) for cell in sorted({*cells, *lent})}
        return [*self._arcs(cells), *self.painted(fills), *self._outlined(lent), *self.framed(cells)]

    def framed(self, cells: Iterable[int]) -> list[Primitive]:
        """The window's outline around each of some nodes."""
        stroke = self.style.frame
        if stroke is None:
            return []
        alike = grouped(((self.reach(cell), self.source(cell) is Source.INPUT), cell) for cell in cells)
        dashed = {large: replace(stroke, dash=self._dashed(large=large).dash) for large in (False, True)}
        return [
            self.circles(some, None, stroke if solid else dashed[reach == self.radius])
            for (reach, solid), some in alike.items()
        ]

    def lit_fill(self, cell: int) -> str:
        """The colour of a node under a window."""
        source = self.source(cell)
        if source is Source.BORROWED:
            return self.mark_style.borrowed_under_window
        return self.style.under_window(self.fill(cell), weak=source is not Source.INPUT)

    def painted(self, fills: Mapping[int, str], *, bold: bool = False) -> list[Primitive]:
        """Nodes in their colours, with their numbers; edges are dashed where a node is none of the map's."""
        groups: dict[tuple[str, bool, bool], list[int]] = {}
        for cell, fill in fills.items():
            source = self.source(cell)
            groups.setdefault((fill, source is Source.INPUT, source <= Source.BORROWED), []).append(cell)
        items: list[Primitive] = []
        for (fill, solid, large), cells in groups.items():
            items.append(self.circles(cells, fill, self.style.edge if solid else self._dashed(large=large)))
        return [*items, *(self._text(cell, fill, bold=bold) for cell, fill in fills.items() if self.texts.get(cell))]

    def circles(self, cells: Iterable[int], fill: str | None, edge: Stroke) -> Boxes:
        """Circles around some nodes, which have the same radius."""
        cells = list(cells)
        radius = self.reach(cells[0])
        places = map(self.row.at, cells)
        boxes = tuple((x - radius, y - radius, 2 * radius, 2 * radius) for x, y in places)
        return Boxes(boxes, fill, edge, radius)

    def reach(self, cell: int) -> int:
        """The radius of a node."""
        small = self.source(cell) > Source.BORROWED and not self.texts
        return round(SMALL * self.radius) if small else self.radius

    def _dashed(self, *, large: bool) -> Stroke:
        """A whole number of dashes around a node."""
        edge = self.style.empty_edge
        round_ = 2 * pi * (self.radius if large or self.texts else round(SMALL * self.radius))
        dash = round_ / (2 * max(6, round(round_ / (2 * self.style.dash[0]))))
        return Stroke(edge.color, edge.width, (dash, dash))

    def _text(self, cell: int, fill: str, *, bold: bool) -> Text:
        x, y = self.row.at(cell)
        quiet = () if self.source(cell) is Source.INPUT else (self.style.colors.muted,)
        color = self.style.ink_on(fill, *quiet)
        return self.style.centered(x, y, self.texts[cell], size=self.size, color=color, bold=bold)

    # marks

    def _crosses(self) -> tuple[tuple[Point, ...], ...]:
        lines = []
        for cell in sorted(self.unread):
            (x, y), d = self.row.at(cell), DIAGONAL * self.reach(cell)
            lines += [((x - d, y - d), (x + d, y + d)), ((x - d, y + d), (x + d, y - d))]
        return tuple(lines)

    def _outlined(self, cells: list[int]) -> list[Primitive]:
        edge = Stroke(self.style.colors.ink, 1.5 * self.style.scale)
        return [self.circles(cells, None, edge)] if cells else []

    def _arcs(self, cells: list[int]) -> list[Primitive]:
        """Half ellipses below the row, from the nodes that are repeated to those that repeat them."""
        sources = self.row.side.sources
        pairs = [(self.row.side.place(sources[c][1]), c) for c in cells if sources[c][0] is Source.BORROWED]
        stroke = Stroke(self.style.colors.ink, self.style.scale)
        return [Lines(tuple(self._arc(*pair) for pair in pairs), stroke)] if pairs else []

    def _arc(self, start: int, end: int) -> tuple[Point, ...]:
        (left, y), (right, _) = self.row.at(start), self.row.at(end)
        middle, half, depth = (left + right) / 2, (left - right) / 2, ARC * self.radius
        turns = [k * pi / 12 for k in range(13)]
        return tuple((middle + half * cos(turn), y + depth * sin(turn)) for turn in turns)
