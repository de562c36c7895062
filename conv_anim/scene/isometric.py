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
from conv_anim.scene.steps import Steps
from conv_anim.tracing.geometry import Axis, Source

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Box, Items, Point
    from conv_anim.scene.style import Style
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import Trace

COLUMN = (1.0, -0.5)
ROW = (0.7, 0.65)
SETBACK = 5.2 / 29.528
"""How far a plane stands to the left of the one below it, in cells."""
POINT = Axis(size=1, kernel=1, count=1)
"""The rows of something that has columns only."""

Run = tuple[int, int]
"""The first of some neighbouring cells, and their number."""


def row_and_column(op: Operator) -> tuple[Axis, Axis]:
    """The axes of a plane; one with a single axis lies along its columns."""
    return (op.axes[0], op.axes[1]) if len(op.axes) == 2 else (POINT, op.axes[0])


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

    def grid(self, rows: Run, columns: Run) -> tuple[tuple[Point, ...], ...]:
        """The lines between and around the cells of some rows and columns."""
        top, left = rows[0], columns[0]
        bottom, right = top + rows[1], left + columns[1]
        along = tuple((self.at(r, left), self.at(r, right)) for r in range(top, bottom + 1))
        across = tuple((self.at(bottom, c), self.at(top, c)) for c in range(left, right + 1))
        return along + across

    @property
    def box(self) -> Box:
        points = self.ring(0, 0, self.rows, self.columns)
        return union((x, y, 0.0, 0.0) for x, y in points)


@dataclass(frozen=True)
class Floor:
    """A map as it lies in the figure, with the canvas that the layer above it reads.

    ``lead`` cells before the canvas are input that a negative border leaves out.
    """

    plane: Plane
    axes: tuple[Axis, Axis]
    color: str

    @staticmethod
    def lead(axis: Axis) -> int:
        return max(0, -axis.before)

    @staticmethod
    def extent(axis: Axis) -> int:
        """Cells drawn along an axis: the canvas, what hangs over it, and input that is left out."""
        return Floor.lead(axis) + max(axis.reach, axis.before + axis.stretched)

    def cells(self) -> tuple[list[int], list[int]]:
        """Rows and columns of the plane that hold input cells."""
        return self._cells(self.axes[0]), self._cells(self.axes[1])

    def _cells(self, axis: Axis) -> list[int]:
        return [self.lead(axis) + axis.before + i * axis.stretch for i in range(axis.size)]

    @property
    def has_empty(self) -> bool:
        rows, columns = self.cells()
        return len(rows) * len(columns) < self.plane.rows * self.plane.columns

    def solid(self) -> tuple[Point, ...] | None:
        """The outline of the input cells where they lie side by side: it hides what is below."""
        rows, columns = map(runs, self.cells())
        if len(rows) > 1 or len(columns) > 1:
            return None
        return self.plane.ring(rows[0][0], columns[0][0], rows[0][1], columns[0][1])


@dataclass(frozen=True)
class Reach:
    """Cells of a floor, by rows and columns of its plane."""

    rows: list[int]
    columns: list[int]

    def blocks(self) -> list[tuple[Run, Run]]:
        return list(product(runs(self.rows), runs(self.columns)))

    def corners(self, plane: Plane) -> tuple[Point, ...]:
        top, left = self.rows[0], self.columns[0]
        return plane.ring(top, left, self.rows[-1] + 1 - top, self.columns[-1] + 1 - left)


@dataclass(frozen=True)
class Isometric:
    """The drawing of a trace, from the floor of the input up to that of the output."""

    trace: Trace
    style: Style

    @cached_property
    def axes(self) -> list[tuple[Axis, Axis]]:
        """What reads each floor; the last is read by nothing."""
        read = [row_and_column(layer.operator) for layer in self.trace.layers]
        rows, columns = read[-1]
        bare = Axis(rows.count, 1, rows.count), Axis(columns.count, 1, columns.count)
        return [*read, bare]

    @cached_property
    def floors(self) -> list[Floor]:
        unit = self.style.iso_cell
        floors: list[Floor] = []
        x = y = 0.0
        for k, axes in enumerate(self.axes):
            plane = Plane(Floor.extent(axes[0]), Floor.extent(axes[1]), (x, y), unit)
            floors.append(Floor(plane, axes, self._color(k)))
            x -= SETBACK * unit
            y -= (plane.rows + 1) * unit
        return floors

    def _color(self, floor: int) -> str:
        colors = self.style.colors
        return mix(colors.input, colors.output, floor / (len(self.axes) - 1))

    @cached_property
    def steps(self) -> Steps:
        """One map stands for all: channels do not show here."""
        return Steps((1, *self.trace.layers[-1].operator.out_size), self.trace.spec.animation)

    # what stays

    def still(self) -> Items:
        items: list[Polygons | Lines] = []
        for floor in self.floors[:-1]:
            if floor.has_empty:
                plane = floor.plane
                items.append(Lines(plane.grid((0, plane.rows), (0, plane.columns)), self.style.empty_edge))
            items += self._filled(floor, Reach(*floor.cells()), floor.color)
        top = self.floors[-1]
        if self.style.theme.pending:
            plane = top.plane
            outline = plane.ring(0, 0, plane.rows, plane.columns)
            items.append(Polygons((outline,), self.style.colors.background))
            items.append(Lines(plane.grid((0, plane.rows), (0, plane.columns)), self.style.pending_edge))
        else:
            items += self._filled(top, Reach(*top.cells()), top.color)
        return tuple(items)

    def _filled(self, floor: Floor, reach: Reach, color: str) -> list[Polygons | Lines]:
        plane = floor.plane
        blocks = reach.blocks()
        rings = tuple(plane.ring(rows[0], columns[0], rows[1], columns[1]) for rows, columns in blocks)
        lines = tuple(line for rows, columns in blocks for line in plane.grid(rows, columns))
        return [Polygons(rings, color), Lines(lines, self.style.edge)]

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        row, column = self._position(self.steps.cell(k))
        reaches = self._reaches(row, column)
        shown: list[Polygons | Lines] = []
        for floor, reach in zip(self.floors[:-1], reaches, strict=False):
            shown += self._covered(floor, reach)
        joined = [self._joined(lower, upper, reaches, k) for k, (lower, upper) in enumerate(pairwise(self.floors))]
        shown.append(Lines(tuple(line for lines in joined for line in lines), self._corner_stroke()))
        top = self.floors[-1]
        colors, theme = self.style.colors, self.style.theme
        fill = mix(top.color, colors.current, theme.overlay)
        shown += self._filled(top, reaches[-1], fill)
        return Frame(tuple(self._done(k)), tuple(shown))

    def _position(self, cell: tuple[int, ...]) -> tuple[int, int]:
        return (cell[1], cell[2]) if len(cell) == 3 else (0, cell[1])

    def _corner_stroke(self) -> Stroke:
        return Stroke(self.style.colors.ink, self.style.theme.corner_width * self.style.scale)

    def _done(self, k: int) -> list[Polygons | Lines]:
        if not self.style.theme.pending:
            return []
        top = self.floors[-1]
        items: list[Polygons | Lines] = []
        for cell in self.steps.passed(k):
            row, column = self._position(cell)
            items += self._filled(top, Reach([row], [column]), top.color)
        return items

    def _reaches(self, row: int, column: int) -> list[Reach]:
        """From the input up to the output: the cells that an output cell is made of, directly or through layers."""
        reaches = [Reach([row], [column])]
        needed = [row], [column]
        for axes in reversed(self.axes[:-1]):
            covered = [_covered(axis, cells) for axis, cells in zip(axes, needed, strict=True)]
            rows, columns = ([Floor.lead(a) + c for c in cells] for a, cells in zip(axes, covered, strict=True))
            reaches.insert(0, Reach(rows, columns))
            rows, columns = (_read(axis, cells) for axis, cells in zip(axes, covered, strict=True))
            if not rows or not columns:
                break
            needed = rows, columns
        return [*(Reach([], []) for _ in range(len(self.floors) - len(reaches))), *reaches]

    def _covered(self, floor: Floor, reach: Reach) -> list[Polygons | Lines]:
        """The window over a floor: strong where it reads input cells, weaker where there is nothing to read."""
        if not reach.rows:
            return []
        rows, columns = (set(cells) for cells in floor.cells())
        colors, theme = self.style.colors, self.style.theme
        read = Reach([r for r in reach.rows if r in rows], [c for c in reach.columns if c in columns])
        window = [floor.plane.ring(rs[0], cs[0], rs[1], cs[1]) for rs, cs in reach.blocks()]
        items: list[Polygons | Lines] = [Polygons(tuple(window), mix(colors.background, colors.window, theme.empty_overlay))]
        if read.rows and read.columns:
            rings = [floor.plane.ring(rs[0], cs[0], rs[1], cs[1]) for rs, cs in read.blocks()]
            items.append(Polygons(tuple(rings), mix(floor.color, colors.window, theme.overlay)))
        lines = tuple(line for rs, cs in reach.blocks() for line in floor.plane.grid(rs, cs))
        return [*items, Lines(lines, self.style.edge)]

    def _joined(self, lower: Floor, upper: Floor, reaches: list[Reach], k: int) -> list[tuple[Point, ...]]:
        """The lines from the corners of what is read to those of what is made of it, where nothing hides them."""
        if not reaches[k].rows:
            return []
        made = reaches[k + 1]
        own_rows, own_columns = upper.cells()
        made = Reach([r for r in made.rows if r in own_rows], [c for c in made.columns if c in own_columns])
        hiding = upper.solid()
        ends = zip(reaches[k].corners(lower.plane), made.corners(upper.plane), strict=True)
        return [piece for line in ends for piece in outside(line, hiding)]


def _covered(axis: Axis, outputs: list[int]) -> list[int]:
    return sorted({axis.cell(o, t) for o in outputs for t in range(axis.kernel)})


def _read(axis: Axis, canvas: list[int]) -> list[int]:
    index, source = axis.sources
    return sorted({int(index[c]) for c in canvas if source[c] <= Source.BORROWED})


def isometric(trace: Trace, style: Style) -> Panel:
    """The panel of the view: for one layer its labels in the free corners, for several in a column on the right."""
    view = Isometric(trace, style)
    signs = _signs(view)
    box = union([*(floor.plane.box for floor in view.floors), *(b for _, b in signs)])
    still = (*view.still(), *(item for items, _ in signs for item in items))
    dx, dy = -box[0], -box[1]

    def frame(k: int) -> Frame:
        made = view.frame(k)
        return Frame(shifted(made.kept, dx, dy), shifted(made.shown, dx, dy))

    return Panel(box[2], box[3], shifted(still, dx, dy), Lazy(len(view.steps), frame))


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
