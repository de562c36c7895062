"""Oblique projection: boxes of slices that stand one behind another, each a little further to the right and up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.scene.color import luminance, mix
from conv_anim.scene.primitives import Boxes, Lines, Polygons, closed
from conv_anim.scene.volume.space import Cells, Cuboid
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Box, Point, Primitive, Stroke
    from conv_anim.scene.sheets.sheet import Run

Fill: TypeAlias = Callable[[int], str]
"""The colour of a slice."""

MOST = 8
"""With more slices than this, only some at either end are drawn apart."""
KEPT = 3
"""How many those are."""
CUT = 3
"""How much room the others have together, in slices."""
MOST_HUES = 6
"""How often their colour may change."""
EDGED = 6.0
"""Pixels of a cell from which there are lines between cells."""
FINEST = 4.0
"""Pixels that the lines between cells must stand apart to be drawn."""


@dataclass(frozen=True)
class Depth:
    """How slices stand behind each other: the first at the back, or ``reverse``; ``cut`` if there are many."""

    count: int
    pitch: float
    reverse: bool
    cut: bool

    @classmethod
    def of(cls, count: int, pitch: float, *, deep: bool, reverse: bool, most: int = MOST) -> Depth:
        """Channels are cut where there are many; places in depth are not, since windows move among them."""
        return cls(count, pitch, reverse, cut=count > most and not deep)

    @property
    def total(self) -> float:
        """From the front to the back, in pixels."""
        return self.pitch * self._passed(self.count)

    def back(self, edge: float) -> float:
        """How far behind the front the edge before a slice lies, in pixels."""
        passed = self.pitch * self._passed(edge)
        return passed if self.reverse else self.total - passed

    def _passed(self, edge: float) -> float:
        """The room of the slices before an edge, in slices."""
        if not self.cut:
            return edge
        hidden = self.count - 2 * KEPT
        passed = min(max(edge - KEPT, 0), hidden)
        return edge - passed + CUT * passed / hidden

    def shown(self, fill: Fill) -> Fill:
        """The colours that are drawn: of slices not told apart their own if these are few, else that of the first."""
        hidden = range(KEPT, self.count - KEPT) if self.cut else range(0)
        if sum(1 for _ in groupby(hidden, fill)) <= MOST_HUES:
            return fill
        return lambda place: fill(KEPT if place in hidden else place)

    def edges(self, run: Run) -> list[int]:
        """The edges of a run of slices, and those between its slices that are drawn."""
        first, number = run
        between = range(first + 1, first + number) if self.pitch >= FINEST else range(0)
        drawn = [e for e in between if not self.cut or e <= KEPT or e >= self.count - KEPT]
        return [first, *drawn, first + number]


@dataclass(frozen=True)
class Stack:
    """Slices of rows and columns of square cells; the front one has its upper left corner at ``x``, ``y``."""

    depth: Depth
    rows: int
    columns: int
    cell: float
    x: float = 0.0
    y: float = 0.0

    def at(self, back: float, row: float, column: float) -> Point:
        """A point of a slice so many pixels back."""
        return self.x + column * self.cell + back, self.y + row * self.cell - back

    @property
    def whole(self) -> Cuboid:
        """All of its cells as a block."""
        return Cuboid((0, self.depth.count), (0, self.rows), (0, self.columns))

    @property
    def cells(self) -> Cells:
        """All of its cells."""
        return Cells(list(range(self.depth.count)), list(range(self.rows)), list(range(self.columns)))

    @property
    def width(self) -> float:
        """In pixels."""
        return self.columns * self.cell + self.depth.total

    @property
    def height(self) -> float:
        """In pixels."""
        return self.rows * self.cell + self.depth.total

    @property
    def box(self) -> Box:
        """What it takes of the picture."""
        return self.x, self.y - self.depth.total, self.width, self.height

    def ends(self, run: Run) -> tuple[float, float]:
        """How far behind the front a run of slices begins and ends."""
        one, other = self.depth.back(run[0]), self.depth.back(run[0] + run[1])
        return min(one, other), max(one, other)

    def nearest(self, run: Run) -> int:
        """The slice of a run that is in front of the others."""
        return run[0] if self.depth.reverse else run[0] + run[1] - 1

    def from_behind(self, blocks: list[Cuboid]) -> list[Cuboid]:
        """From the back, the bottom and the left: what lies in front comes later."""
        return sorted(blocks, key=lambda b: (-self.ends(b.slices)[0], -b.rows[0], b.columns[0]))

    def drift(self, run: Run) -> Point:
        """How far to the right and down the front of a run of slices lies from that of them all."""
        back = self.ends(run)[0]
        return back, -back

    # the three faces of a block that are seen

    def front(self, block: Cuboid) -> Box:
        """The front of a block."""
        x, y = self.at(self.ends(block.slices)[0], block.rows[0], block.columns[0])
        return x, y, block.columns[1] * self.cell, block.rows[1] * self.cell

    def top(self, block: Cuboid) -> tuple[Point, ...]:
        """The outline of a block's lid."""
        near, far = self.ends(block.slices)
        row, (left, width) = block.rows[0], block.columns
        corners = ((near, left), (far, left), (far, left + width), (near, left + width))
        return tuple(self.at(back, row, column) for back, column in corners)

    def right(self, block: Cuboid) -> tuple[Point, ...]:
        """The outline of a block's right side."""
        near, far = self.ends(block.slices)
        column, (row, height) = sum(block.columns), block.rows
        corners = ((near, row), (far, row), (far, row + height), (near, row + height))
        return tuple(self.at(back, row, column) for back, row in corners)

    def corners(self, cells: Cells, *, right: bool) -> tuple[Point, Point]:
        """The upper and the lower corner of some cells' front, on its left or on its right."""
        near = min(self.ends((place, 1))[0] for place in cells.slices)
        column = cells.columns[-1] + 1 if right else cells.columns[0]
        return self.at(near, cells.rows[0], column), self.at(near, cells.rows[-1] + 1, column)

    def upper(self, place: int, *, right: bool) -> Point:
        """The upper corner of a slice, in the middle of its thickness."""
        near, far = self.ends((place, 1))
        return self.at((near + far) / 2, 0, self.columns if right else 0)

    def sides(self, *, right: bool) -> tuple[Point, Point]:
        """The upper and the lower corner where all of it begins, in front on the left, or ends, far on the right."""
        back, column = (self.depth.total, self.columns) if right else (0.0, 0)
        return self.at(back, 0, column), self.at(back, self.rows, column)

    def outline(self, block: Cuboid, stroke: Stroke) -> list[Primitive]:
        """The edges of a block that are seen."""
        rings = closed(self.top(block)), closed(self.right(block))
        return [Lines(rings, stroke), Boxes((self.front(block),), None, stroke)]

    # their colours

    def solid(self, block: Cuboid, fill: Fill, edge: Stroke) -> list[Primitive]:
        """A block that stands alone, with the lines between its cells."""
        return [*self.lid(block, fill, edge), *self.side(block, fill, edge), *self.face(block, fill, edge)]

    def face(self, block: Cuboid, fill: Fill, edge: Stroke) -> list[Primitive]:
        """The front of a block with its edges."""
        color = self.depth.shown(fill)(self.nearest(block.slices))
        return [Boxes((self.front(block),), color), *self.face_edges(block, edge)]

    def lid(self, block: Cuboid, fill: Fill, edge: Stroke) -> list[Primitive]:
        """The top, lit from above."""
        pieces = self._by_color(block, fill)
        return [*(Polygons((self.top(piece),), lit(color)) for color, piece in pieces), *self.lid_edges(block, edge)]

    def side(self, block: Cuboid, fill: Fill, edge: Stroke) -> list[Primitive]:
        """The right, in the shade."""
        pieces = self._by_color(block, fill)
        faces = (Polygons((self.right(piece),), shaded(color)) for color, piece in pieces)
        return [*faces, *self.side_edges(block, edge)]

    def _by_color(self, block: Cuboid, fill: Fill) -> list[tuple[str, Cuboid]]:
        first, number = block.slices
        found = []
        for color, alike in groupby(range(first, first + number), self.depth.shown(fill)):
            slices = list(alike)
            found.append((color, Cuboid((slices[0], len(slices)), block.rows, block.columns)))
        return found

    # the lines around and between their cells

    def edges(self, block: Cuboid, stroke: Stroke) -> list[Primitive]:
        """All edges of a block that are seen."""
        return [*self.lid_edges(block, stroke), *self.side_edges(block, stroke), *self.face_edges(block, stroke)]

    def face_edges(self, block: Cuboid, stroke: Stroke) -> list[Primitive]:
        """The edges on the front of a block."""
        near, _ = self.ends(block.slices)
        rows, columns = self._marks(block.rows), self._marks(block.columns)
        if not (rows and columns):
            return []
        across = [(self.at(near, r, columns[0]), self.at(near, r, columns[-1])) for r in rows]
        down = [(self.at(near, rows[0], c), self.at(near, rows[-1], c)) for c in columns]
        return [Lines((*across, *down), stroke)]

    def lid_edges(self, block: Cuboid, stroke: Stroke) -> list[Primitive]:
        """The edges on the lid of a block."""
        near, far = self.ends(block.slices)
        row, columns = block.rows[0], self._marks(block.columns)
        if not columns:
            return []
        backs = [self.depth.back(edge) for edge in self.depth.edges(block.slices)]
        across = tuple((self.at(back, row, columns[0]), self.at(back, row, columns[-1])) for back in backs)
        inward = tuple((self.at(near, row, c), self.at(far, row, c)) for c in columns)
        return [Lines(across, stroke), Lines(inward, stroke)]

    def side_edges(self, block: Cuboid, stroke: Stroke) -> list[Primitive]:
        """The edges on the right side of a block."""
        near, far = self.ends(block.slices)
        column, rows = sum(block.columns), self._marks(block.rows)
        if not rows:
            return []
        backs = [self.depth.back(edge) for edge in self.depth.edges(block.slices)]
        down = tuple((self.at(back, rows[0], column), self.at(back, rows[-1], column)) for back in backs)
        inward = tuple((self.at(near, r, column), self.at(far, r, column)) for r in rows)
        return [Lines(down, stroke), Lines(inward, stroke)]

    def _marks(self, run: Run) -> list[int]:
        """The edges of a run of cells and between them; only its ends where cells are tiny, none if the run is."""
        first, number = run
        if self.cell >= EDGED:
            return list(range(first, first + number + 1))
        return [first, first + number] if number * self.cell >= FINEST else []

    def dots(self, color: str) -> list[Primitive]:
        """An ellipsis on the top and on the right, where slices are not told apart."""
        if not self.depth.cut:
            return []
        size = max(2.0, 0.3 * self.depth.pitch)
        near, far = self.ends((KEPT, self.depth.count - 2 * KEPT))
        backs = [near + share * (far - near) for share in (0.25, 0.5, 0.75)]
        middles = [self.at(back, 0, self.columns / 2) for back in backs]
        middles += [self.at(back, self.rows / 2, self.columns) for back in backs]
        return [Boxes(tuple((x - size / 2, y - size / 2, size, size) for x, y in middles), color, radius=size / 2)]


def lit(color: str) -> str:
    """A colour in the light, as lids are."""
    return mix(color, "#ffffff", 0.15 + 0.3 * luminance(color))


def shaded(color: str) -> str:
    """A colour in the shade, as right sides are."""
    return mix(color, "#000000", 0.1)
