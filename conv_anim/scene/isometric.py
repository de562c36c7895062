"""The isometric view: slanted planes, the input below and the output above, the window's corners joined to its output.

The projection is conv_arithmetic's: a column is 1 to the right and 0.5 up, a row 0.7 to the right and 0.65 down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING

from conv_anim.scene import words
from conv_anim.scene.color import mix
from conv_anim.scene.panel import Panel, Sign, shifted, union
from conv_anim.scene.primitives import Frame, Lazy, Lines, Polygons, Stroke
from conv_anim.scene.segments import outside
from conv_anim.scene.sheet import Sheet, row_and_column, two
from conv_anim.scene.steps import Steps

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Box, Items, Point
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace

COLUMN = (1.0, -0.5)
ROW = (0.7, 0.65)
SETBACK = 5.2 / 29.528
"""How far a plane stands to the left of the one below it, in cells."""
Run = tuple[int, int]
"""The first of some neighbouring cells, and their number."""
Block = tuple[Run, Run]
"""Neighbouring rows and columns."""


def runs(cells: list[int]) -> list[Run]:
    """Cells in ascending order as runs of neighbours."""
    starts = [cell for k, cell in enumerate(cells) if k == 0 or cells[k - 1] != cell - 1]
    ends = [cell for k, cell in enumerate(cells) if k == len(cells) - 1 or cells[k + 1] != cell + 1]
    return [(start, end - start + 1) for start, end in zip(starts, ends, strict=True)]


@dataclass(frozen=True)
class Plane:
    """Rows and columns of cells in projection; the near corner (last row, first column) is at ``corner``."""

    rows: int
    columns: int
    corner: Point
    unit: float

    def at(self, row: float, column: float) -> Point:
        x = column * COLUMN[0] + (row - self.rows) * ROW[0]
        y = column * COLUMN[1] + (row - self.rows) * ROW[1]
        return self.corner[0] + x * self.unit, self.corner[1] + y * self.unit

    def ring(self, row: float, column: float, height: float = 1, width: float = 1) -> tuple[Point, ...]:
        """The outline of some cells: left, near, right and far corner."""
        return (
            self.at(row, column),
            self.at(row + height, column),
            self.at(row + height, column + width),
            self.at(row, column + width),
        )

    def block(self, block: Block) -> tuple[Point, ...]:
        (row, height), (column, width) = block
        return self.ring(row, column, height, width)

    def grid(self, block: Block) -> tuple[tuple[Point, ...], ...]:
        """The lines between and around the cells of some rows and columns."""
        (top, height), (left, width) = block
        bottom, right = top + height, left + width
        along = tuple((self.at(r, left), self.at(r, right)) for r in range(top, bottom + 1))
        across = tuple((self.at(bottom, c), self.at(top, c)) for c in range(left, right + 1))
        return along + across

    @property
    def whole(self) -> Block:
        return (0, self.rows), (0, self.columns)

    @property
    def box(self) -> Box:
        points = self.ring(0, 0, self.rows, self.columns)
        return union((x, y, 0.0, 0.0) for x, y in points)


@dataclass(frozen=True)
class Reach:
    """Cells of a floor, by rows and columns of its plane."""

    rows: list[int]
    columns: list[int]

    def blocks(self) -> list[Block]:
        return list(product(runs(self.rows), runs(self.columns)))

    def within(self, other: Reach) -> Reach:
        rows, columns = set(other.rows), set(other.columns)
        return Reach([r for r in self.rows if r in rows], [c for c in self.columns if c in columns])

    def corners(self, plane: Plane) -> tuple[Point, ...]:
        top, left = self.rows[0], self.columns[0]
        return plane.ring(top, left, self.rows[-1] + 1 - top, self.columns[-1] + 1 - left)


@dataclass(frozen=True)
class Floor:
    """A map as it lies in the figure, with the canvas that the layer above it reads."""

    plane: Plane
    sheet: Sheet
    color: str

    @property
    def inputs(self) -> Reach:
        """The cells that hold the map."""
        return Reach(list(self.sheet.rows.inputs), list(self.sheet.columns.inputs))

    def solid(self) -> tuple[Point, ...] | None:
        """The outline of the map where its cells lie side by side: it hides what is below."""
        blocks = self.inputs.blocks()
        return None if len(blocks) > 1 else self.plane.block(blocks[0])


@dataclass(frozen=True)
class Isometric:
    """The drawing of a trace, from the floor of the input up to that of the output."""

    trace: Trace
    style: Style

    @cached_property
    def floors(self) -> list[Floor]:
        rows, columns = row_and_column(self.trace.layers[-1].operator)
        sheets = [Sheet.read_by(layer.operator) for layer in self.trace.layers]
        sheets.append(Sheet.bare(rows.count, columns.count))
        unit = self.style.iso_cell
        floors: list[Floor] = []
        x = y = 0.0
        for k, sheet in enumerate(sheets):
            floors.append(Floor(Plane(*sheet.shape, (x, y), unit), sheet, self._color(k / (len(sheets) - 1))))
            x -= SETBACK * unit
            y -= (sheet.shape[0] + 1) * unit
        return floors

    def _color(self, height: float) -> str:
        return mix(self.style.colors.input, self.style.colors.output, height)

    @cached_property
    def steps(self) -> Steps:
        """One map stands for all: channels do not show here."""
        return Steps((1, *self.trace.layers[-1].operator.out_size), self.trace.spec.animation)

    # what stays

    def still(self) -> Items:
        items: list[Polygons | Lines] = []
        for floor in self.floors[:-1]:
            if floor.sheet.has_empty:
                items.append(Lines(floor.plane.grid(floor.plane.whole), self.style.empty_edge))
            items += self._filled(floor, floor.inputs, floor.color)
        top = self.floors[-1]
        if self.style.theme.pending:
            items.append(Polygons((top.plane.block(top.plane.whole),), self.style.colors.background))
            items.append(Lines(top.plane.grid(top.plane.whole), self.style.pending_edge))
        else:
            items += self._filled(top, top.inputs, top.color)
        return tuple(items)

    def _filled(self, floor: Floor, reach: Reach, color: str) -> list[Polygons | Lines]:
        blocks = reach.blocks()
        lines = tuple(line for block in blocks for line in floor.plane.grid(block))
        return [Polygons(tuple(map(floor.plane.block, blocks)), color), Lines(lines, self.style.edge)]

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        row, column = two(self.steps.cell(k)[1:])
        reaches = self._reaches(row, column)
        shown: list[Polygons | Lines] = []
        levels = list(zip(self.floors, reaches, strict=True))
        for floor, reach in levels[:-1]:
            shown += self._covered(floor, reach)
        joined = tuple(line for lower, upper in pairwise(levels) for line in self._joined(lower, upper))
        shown.append(Lines(joined, self._corner_stroke()))
        top = self.floors[-1]
        colors, theme = self.style.colors, self.style.theme
        fill = mix(top.color, colors.current, theme.overlay)
        shown += self._filled(top, reaches[-1], fill)
        return Frame(tuple(self._done(k)), tuple(shown))

    def _corner_stroke(self) -> Stroke:
        return Stroke(self.style.colors.ink, self.style.theme.corner_width * self.style.scale)

    def _done(self, k: int) -> list[Polygons | Lines]:
        if not self.style.theme.pending:
            return []
        top = self.floors[-1]
        items: list[Polygons | Lines] = []
        for cell in self.steps.passed(k):
            row, column = two(cell[1:])
            items += self._filled(top, Reach([row], [column]), top.color)
        return items

    def _reaches(self, row: int, column: int) -> list[Reach]:
        """From the input up to the output: the cells that an output cell is made of, directly or through layers."""
        rows, columns = [row], [column]
        reaches = [Reach(rows, columns)]
        for floor in reversed(self.floors[:-1]):
            sheet = floor.sheet
            covered = Reach(sheet.rows.covered(rows), sheet.columns.covered(columns))
            reaches.insert(0, covered)
            rows, columns = sheet.rows.read(covered.rows), sheet.columns.read(covered.columns)
        return reaches

    def _covered(self, floor: Floor, reach: Reach) -> list[Polygons | Lines]:
        """The window over a floor: strong where it reads input cells, weaker where there is nothing to read."""
        colors, theme, plane = self.style.colors, self.style.theme, floor.plane
        empty = mix(colors.background, colors.window, theme.empty_overlay)
        blocks = reach.blocks()
        read = reach.within(floor.inputs).blocks()
        return [
            Polygons(tuple(map(plane.block, blocks)), empty),
            Polygons(tuple(map(plane.block, read)), mix(floor.color, colors.window, theme.overlay)),
            Lines(tuple(line for block in blocks for line in plane.grid(block)), self.style.edge),
        ]

    def _joined(self, lower: tuple[Floor, Reach], upper: tuple[Floor, Reach]) -> list[tuple[Point, ...]]:
        """The lines from the corners of what is read to those of what is made of it, where nothing hides them."""
        made = upper[1].within(upper[0].inputs)
        if not made.rows or not made.columns or not lower[1].rows:
            return []
        ends = zip(lower[1].corners(lower[0].plane), made.corners(upper[0].plane), strict=True)
        hiding = upper[0].solid()
        return [piece for line in ends for piece in outside(line, hiding)]


def isometric(trace: Trace, style: Style) -> Panel:
    """The panel of the view: for one layer its labels in the free corners, for several in a column on the right."""
    view = Isometric(trace, style)
    signs = _signs(view)
    box = union([*(floor.plane.box for floor in view.floors), *(b for _, b in signs)])
    still = (*view.still(), *(item for items, _ in signs for item in items))
    panel = Panel(box[2], box[3], still, Lazy(len(view.steps), view.frame))
    dx, dy = -box[0], -box[1]
    return Panel(box[2], box[3], shifted(still, dx, dy), panel.moved_frames(dx, dy))


def _signs(view: Isometric) -> list[tuple[Items, Box]]:
    style, layers = view.style, view.trace.layers
    if view.trace.spec.labels is None:
        return []
    floors = view.floors
    labels = words.floor_labels(view.trace)
    signs = [Sign(style, label, floor.color) for label, floor in zip(labels, floors, strict=True)]
    if len(layers) == 1:
        return [_below_right(floors[0], signs[0]), _above_left(floors[1], signs[1])]
    right = max(floor.plane.box[0] + floor.plane.box[2] for floor in floors) + style.gap
    return [_beside(floor, sign, right) for floor, sign in zip(floors, signs, strict=True)]


def _below_right(floor: Floor, sign: Sign) -> tuple[Items, Box]:
    """Ending at the right corner, as high as the near edge lets it."""
    plane = floor.plane
    x, y = plane.at(plane.rows, plane.columns)
    left = x - sign.width
    top = y + sign.width * 0.5 + sign.style.gap * 0.75
    top = min(top, plane.corner[1] + sign.style.gap)
    return sign.at(left, top), (left, top, sign.width, sign.height)


def _above_left(floor: Floor, sign: Sign) -> tuple[Items, Box]:
    """Starting at the left corner, as low as the far edge lets it."""
    plane = floor.plane
    x, y = plane.at(0, 0)
    top = y - sign.width * 0.5 - sign.style.gap * 0.75 - sign.height
    top = max(top, plane.at(0, plane.columns)[1] - sign.style.gap - sign.height)
    return sign.at(x, top), (x, top, sign.width, sign.height)


def _beside(floor: Floor, sign: Sign, x: float) -> tuple[Items, Box]:
    plane = floor.plane
    top = plane.at(plane.rows, plane.columns)[1] - sign.height / 2
    return sign.at(x, top), (x, top, sign.width, sign.height)
