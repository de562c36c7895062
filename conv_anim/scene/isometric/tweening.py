"""The window of a layer on its way from one output cell to the next, and the cell that it makes with it.

It looks like a tinted sheet: the cells below it keep their places, and each piece of one has the colour that the whole
cell has under the window. So only its edges move.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, product
from math import ceil, floor
from operator import itemgetter
from typing import TYPE_CHECKING

from conv_anim.scene.frames import outlined
from conv_anim.scene.primitives import Lines, Polygons
from conv_anim.scene.sheet import runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conv_anim.scene.clipping import Segment
    from conv_anim.scene.isometric.floors import Floor, Plane
    from conv_anim.scene.isometric.ground import Ground
    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.sheet import Side

Spot = tuple[float, float]
"""Row and column of an output, or between outputs."""
Place = tuple[int, int]
Span = tuple[float, float]
"""From where to where along an axis, in cells of a floor."""
INSET = 0.05
"""How far from its edges a cell is cleared, in cells."""
LEAST = 1e-6
"""What is shorter, in cells, is nothing."""


def between(start: Place, end: Place, share: float) -> Spot:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


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
    return plane.ring(rows[0], columns[0], rows[1] - rows[0], columns[1] - columns[0])


@dataclass(frozen=True)
class Tweening:
    """What lies under a window and over an output cell that are at ``spot``."""

    ground: Ground
    top: Floor
    spot: Spot

    @cached_property
    def blocks(self) -> list[tuple[Span, Span]]:
        sheet = self.ground.floor.sheet
        return list(product(spans(sheet.rows, self.spot[0]), spans(sheet.columns, self.spot[1])))

    @cached_property
    def touched(self) -> dict[Place, tuple[Span, Span]]:
        """The cells of which the window covers a part."""
        pieces = (piece for rows, columns in self.blocks for piece in product(cut(rows), cut(columns)))
        return {(r, c): (rows, columns) for (r, rows), (c, columns) in pieces}

    # the window

    def window(self) -> list[Primitive]:
        ground, plane = self.ground, self.ground.floor.plane
        if ground.style.frame is not None:
            blocks = [(top, left, bottom, right) for (top, bottom), (left, right) in self.blocks]
            return outlined(ground.style, blocks, plane.at, cased=ground.shaded)
        weak = ground.over(ground.style.colors.background, weak=True)
        crossed = [place for place in ground.unread if place in self.touched]
        items: list[Primitive] = [
            *self._cleared({*crossed, *self.texts}),
            Polygons(tuple(ring(plane, *block) for block in self.blocks), weak),
            *by_color((color, ring(plane, *piece)) for color, *piece in self._pieces() if color != weak),
        ]
        if crossed:
            items.append(Lines(ground.crosses(crossed), ground.looks.cross))
        items.append(Lines(tuple(line for block in self.blocks for line in self._grid(*block)), ground.style.edge))
        under = self._under()
        items += ground.lenders([place for place in ground.borrowed if place in under])
        return [*items, *ground.written(self.texts, {place: ground.covered_fill(place) for place in under})]

    @cached_property
    def texts(self) -> dict[Place, str]:
        return {place: text for place, text in self.ground.texts.items() if place in self.touched}

    def _cleared(self, places: Iterable[Place]) -> list[Primitive]:
        """Cells without what is in them: written or crossed twice, it would be bolder than at rest."""
        plane, side = self.ground.floor.plane, 1 - 2 * INSET
        return by_color(
            (self.ground.fill((r, c)), plane.ring(r + INSET, c + INSET, side, side)) for r, c in sorted(places)
        )

    def _pieces(self) -> Iterator[tuple[str, Span, Span]]:
        """Neighbours of one colour in a row as one."""
        for rows, columns in self.blocks:
            for r, height in cut(rows):
                colored = [(self.ground.covered_fill((r, c)), part) for c, part in cut(columns)]
                for color, same in groupby(colored, itemgetter(0)):
                    parts = [part for _, part in same]
                    yield color, height, (parts[0][0], parts[-1][1])

    def _grid(self, rows: Span, columns: Span) -> Iterator[Segment]:
        """The edges of cells under a block, and its outline."""
        plane = self.ground.floor.plane
        for r in edges(rows):
            yield plane.at(r, columns[0]), plane.at(r, columns[1])
        for c in edges(columns):
            yield plane.at(rows[1], c), plane.at(rows[0], c)

    def _under(self) -> set[Place]:
        """The cells whose middle the window covers."""
        return {
            (r, c)
            for (r, c), (rows, columns) in self.touched.items()
            if rows[0] <= r + 0.5 < rows[1] and columns[0] <= c + 0.5 < columns[1]
        }

    # what it makes

    def result(self) -> list[Primitive]:
        style = self.ground.style
        color = style.at_work(self.top.color)
        return [Polygons((self.top.plane.ring(*self.spot),), color, style.edge)]


def by_color(rings: Iterable[tuple[str, tuple[Point, ...]]]) -> list[Primitive]:
    """Filled shapes, those of a colour as one."""
    colors: dict[str, list[tuple[Point, ...]]] = {}
    for color, shape in rings:
        colors.setdefault(color, []).append(shape)
    return [Polygons(tuple(shapes), color) for color, shapes in colors.items()]


def edges(span: Span) -> list[float]:
    """Both ends of a span, and the edges of cells between them."""
    return [span[0], *(cell for cell, part in cut(span)[1:] if part[0] == cell), span[1]]
