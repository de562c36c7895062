"""The window of a layer on its way from one output cell to the next, and the cell that it makes with it.

It looks like a tinted sheet: the cells below it keep their places, and each piece of one has the colour that the whole
cell has under the window. So only its edges move.
"""

from __future__ import annotations

from functools import cached_property
from itertools import groupby, product
from math import ceil, floor
from operator import itemgetter
from typing import TYPE_CHECKING

from conv_anim.scene.frames import outlined
from conv_anim.scene.primitives import Lines, Polygons
from conv_anim.scene.sheets.sheet import runs
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conv_anim.scene.clipping import Segment
    from conv_anim.scene.isometric.drawn_plane import DrawnPlane
    from conv_anim.scene.isometric.floors import Floor, Plane
    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.sheets.sheet import Side

Spot = tuple[float, float]
"""Row and column of an output, or between outputs."""
Position = tuple[int, int]
Span = tuple[float, float]
"""From where to where along an axis, in cells of a floor."""
INSET = 0.05
"""How far from its edges a cell is cleared, in cells."""
LEAST = 1e-6
"""What is shorter, in cells, is nothing."""


def spans(side: Side, output: float) -> list[Span]:
    """What the window of an output covers along an axis; neighbouring cells of it are one span."""
    axis = side.axis
    start = side.lead + output * axis.stride
    cells = runs([tap * axis.dilation for tap in range(axis.kernel)])
    return [(start + first, start + first + count) for first, count in cells]


def cut(span: Span) -> list[tuple[int, Span]]:
    """The cells that a span touches, each with the part of it that lies in the span."""
    start, end = span
    parts = [(cell, (max(start, cell), min(end, cell + 1))) for cell in range(floor(start), ceil(end))]
    return [(cell, part) for cell, part in parts if part[1] - part[0] > LEAST]


def ring(plane: Plane, rows: Span, columns: Span) -> tuple[Point, ...]:
    """The outline of a part of a plane."""
    return plane.ring(rows[0], columns[0], rows[1] - rows[0], columns[1] - columns[0])


@dataclass(frozen=True)
class Tweening:
    """What lies under a window and over an output cell that are at ``spot``."""

    drawn_plane: DrawnPlane
    top: Floor
    spot: Spot

    @cached_property
    def blocks(self) -> list[tuple[Span, Span]]:
        """Rows and columns that the window covers, in parts if it has gaps."""
        sheet = self.drawn_plane.floor.sheet
        return list(product(spans(sheet.rows, self.spot[0]), spans(sheet.columns, self.spot[1])))

    @cached_property
    def touched(self) -> dict[Position, tuple[Span, Span]]:
        """The cells that the window covers in part."""
        pieces = (piece for rows, columns in self.blocks for piece in product(cut(rows), cut(columns)))
        return {(r, c): (rows, columns) for (r, rows), (c, columns) in pieces}

    def corners(self) -> tuple[Point, ...]:
        """The corners of the whole window."""
        rows, columns = (sorted({end for block in self.blocks for end in block[a]}) for a in (0, 1))
        return ring(self.drawn_plane.floor.plane, (rows[0], rows[-1]), (columns[0], columns[-1]))

    # the window

    def window(self) -> list[Primitive]:
        """The cells under the window."""
        drawn_plane, plane = self.drawn_plane, self.drawn_plane.floor.plane
        if drawn_plane.style.frame is not None:
            blocks = [(top, left, bottom, right) for (top, bottom), (left, right) in self.blocks]
            return outlined(drawn_plane.style, blocks, plane.at, cased=drawn_plane.shaded)
        weak = drawn_plane.over(drawn_plane.style.colors.background, weak=True)
        crossed = [place for place in drawn_plane.unread if place in self.touched]
        items: list[Primitive] = [
            *self._cleared({*crossed, *self.texts}),
            Polygons(tuple(ring(plane, *block) for block in self.blocks), weak),
            *by_color((color, ring(plane, *piece)) for color, *piece in self._pieces() if color != weak),
        ]
        if crossed:
            items.append(Lines(drawn_plane.crosses(crossed), drawn_plane.mark_style.cross))
        items.append(Lines(tuple(line for block in self.blocks for line in self._grid(*block)), drawn_plane.style.edge))
        under = self._under()
        items += drawn_plane.lenders([place for place in drawn_plane.borrowed if place in under])
        return [*items, *drawn_plane.written(self.texts, {place: drawn_plane.covered_fill(place) for place in under})]

    @cached_property
    def texts(self) -> dict[Position, str]:
        """The numbers that have to be written again, above the window."""
        return {place: text for place, text in self.drawn_plane.texts.items() if place in self.touched}

    def _cleared(self, places: Iterable[Position]) -> list[Primitive]:
        """Cells without what is in them: written or crossed twice, it would be bolder than at rest."""
        plane, side = self.drawn_plane.floor.plane, 1 - 2 * INSET
        return by_color(
            (self.drawn_plane.fill((r, c)), plane.ring(r + INSET, c + INSET, side, side)) for r, c in sorted(places)
        )

    def _pieces(self) -> Iterator[tuple[str, Span, Span]]:
        """Neighbours of one colour in a row as one."""
        for rows, columns in self.blocks:
            for r, height in cut(rows):
                colored = [(self.drawn_plane.covered_fill((r, c)), part) for c, part in cut(columns)]
                for color, same in groupby(colored, itemgetter(0)):
                    parts = [part for _, part in same]
                    yield color, height, (parts[0][0], parts[-1][1])

    def _grid(self, rows: Span, columns: Span) -> Iterator[Segment]:
        """The edges of cells under a block, and its outline."""
        plane = self.drawn_plane.floor.plane
        for r in edges(rows):
            yield plane.at(r, columns[0]), plane.at(r, columns[1])
        for c in edges(columns):
            yield plane.at(rows[1], c), plane.at(rows[0], c)

    def _under(self) -> set[Position]:
        """The cells whose middle the window covers."""
        return {
            (r, c)
            for (r, c), (rows, columns) in self.touched.items()
            if rows[0] <= r + 0.5 < rows[1] and columns[0] <= c + 0.5 < columns[1]
        }

    # what it makes

    def result(self) -> list[Primitive]:
        """The output cell."""
        style = self.drawn_plane.style
        color = style.at_work(self.top.color)
        return [Polygons((self.top.plane.ring(*self.spot),), color, style.edge)]


def by_color(rings: Iterable[tuple[str, tuple[Point, ...]]]) -> list[Primitive]:
    """Filled shapes, those of a colour as one."""
    return [Polygons(tuple(shapes), color) for color, shapes in grouped(rings).items()]


def edges(span: Span) -> list[float]:
    """Both ends of a span, and the edges of cells between them."""
    return [span[0], *(cell for cell, part in cut(span)[1:] if part[0] == cell), span[1]]
