"""Shifted windows of attention, three times over a map: before the shift, after it, and as they are computed."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.callouts import Key, Legend
from conv_anim.scene.cells import Numbers
from conv_anim.scene.color import mix
from conv_anim.scene.grid import Grid
from conv_anim.scene.hatching import hatched, hatching
from conv_anim.scene.layout import animated, column, static
from conv_anim.scene.numbers import format_for
from conv_anim.scene.primitives import Boxes, Frame, Lines, Stroke
from conv_anim.scene.sheet import two
from conv_anim.scene.strokes import strong
from conv_anim.scene.tones import SMALLEST_EDGED
from conv_anim.scene.traced import Traced
from conv_anim.scene.wording import words
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sized

    from conv_anim.scene.cells import Position
    from conv_anim.scene.hit_regions import HitRegion, Turn
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Size
    from conv_anim.spec.shown_as import Attends
    from conv_anim.tracing.trace import Trace

CELL, SIZE = 30, 12
"""Pixels of a cell, and of the em of its number, at scale 1."""
WIDE = 260, 560
"""Pixels, at scale 1, that one of three maps side by side may take, and one of three rows below each other."""
APART = 2.2
"""Between maps, in gaps."""
LEGEND = 420
"""Pixels, at scale 1, that a line below the maps may take."""
PALE = 0.25
"""How much of its colour a masked cell has."""


def shifted_by(attends: Attends | None) -> tuple[Size, Size] | None:
    """The windows of an attention and their shift along each axis; None unless there is one."""
    parts = None if attends is None else attends.parts
    return parts if parts is not None and any(parts[1]) else None


def with_shift(
    made: Panel, trace: Trace, style: Style, steps: Sized, place: Callable[[int], Size], *, still: bool = False
) -> Panel:
    """A view of attention to shifted windows with three maps below that show the shift; other views as they are.

    ``place`` is the place that a step makes; ``still`` is whether only the first one is shown.
    """
    if len(trace.layers) > 1 or shifted_by(trace.layer.layer.attends) is None or trace.spec.labels is None:
        return made
    return column(made, ShiftedView(trace, style, steps, place).panel(still=still), gap=1.6 * style.gap)


@dataclass(frozen=True)
class ShiftedView(Traced):
    """The three maps, and in each step the windows of the place that it makes."""

    steps: Sized
    place: Callable[[int], Size]

    @cached_property
    def attends(self) -> Attends:
        """Which places see which."""
        found = self.layer.layer.attends
        assert found is not None
        return found

    @cached_property
    def parts(self) -> tuple[Size, Size]:
        """Windows and shift along each axis."""
        found = shifted_by(self.attends)
        assert found is not None
        return found

    @property
    def extent(self) -> Size:
        """Cells along each axis."""
        return self.layer.layer.ends.in_size

    # where the maps go

    @property
    def _shape(self) -> Position:
        return (1, self.extent[0]) if len(self.extent) == 1 else (self.extent[-2], self.extent[-1])

    @cached_property
    def numbers(self) -> Numbers:
        """Cells as large as there is room for."""
        rows, columns = self._shape
        most = WIDE[rows == 1] / max(rows, columns)
        return Numbers(max(1, round(min(CELL, most) * self.style.scale)), self.style.em(SIZE))

    @property
    def _labels(self) -> list[str]:
        window, shift = self.parts
        return [
            self.say("shifted.before", size=words.size(window)),
            self.say("shifted.after", cells=words.per_axis(shift)),
            self.say("shifted.rolled"),
        ]

    @property
    def _head(self) -> float:
        return self.style.small_size + self.style.close

    @property
    def _below_each_other(self) -> bool:
        rows, _ = self._shape
        room = self.style.room
        return rows == 1 or (room is not None and 3 * self._wide + 2 * APART * self.style.gap > room)

    @property
    def _wide(self) -> float:
        """The width of a map, or of what is written above one."""
        texts = (self.style.width(text, size=self.style.small_size, bold=True) for text in self._labels)
        return max(self._shape[1] * self.numbers.cell, *texts)

    @cached_property
    def grids(self) -> list[Grid]:
        """The map before the shift, after it, and moved round."""
        rows, columns = self._shape
        apart, high = APART * self.style.gap, self._head + rows * self.numbers.cell
        found = []
        for k in range(3):
            x, y = (0.0, k * (high + self.style.gap)) if self._below_each_other else (k * (self._wide + apart), 0.0)
            found.append(Grid(self.style, self.numbers, rows, columns, round(x), round(y + self._head)))
        return found

    def moved_round(self, place: Size) -> Size:
        """Where a cell comes to lie when the map is moved round by the shift."""
        return tuple((at - s) % size for at, s, size in zip(place, self.parts[1], self.extent, strict=True))

    # what stays

    def static(self) -> Items:
        items: list[Primitive] = []
        window, shift = self.parts
        moves = [self._unmoved, self._unmoved, self.moved_round]
        starts = [(0,) * len(shift), shift, (0,) * len(shift)]
        for grid, label, move, start in zip(self.grids, self._labels, moves, starts, strict=True):
            items += [grid.name(label, bold=True), *self._cells(grid, move), self._windows(grid, window, start)]
        return (*items, *self._seams())

    @staticmethod
    def _unmoved(place: Size) -> Size:
        return place

    def _cells(self, grid: Grid, move: Callable[[Size], Size]) -> list[Primitive]:
        edge = self.style.edge if grid.numbers.cell >= SMALLEST_EDGED else None
        fill, values = self.style.colors.input, self.layer.input
        cells = [(place, two(move(place))) for place in np.ndindex(*self.extent)]
        items: list[Primitive] = [grid.boxes([at for _, at in cells], fill, edge)]
        fmt = format_for(values)
        texts = {fmt(n) for n in values.ravel().tolist()} if len(values) == 1 else set()
        widest = max((self.style.width(text, size=grid.numbers.size) for text in texts), default=grid.numbers.cell)
        if widest > 0.84 * grid.numbers.cell:
            return items
        return [*items, *(grid.number(at, fmt(values[(0, *place)].item()), fill) for place, at in cells)]

    def _windows(self, grid: Grid, window: Size, first: Size) -> Boxes:
        """Outlines of all windows, cut off where the map ends."""
        along = [_runs(*each) for each in zip(self.extent, window, first, strict=True)]
        lines = [[(0, 1)], *along][-2:]
        boxes = tuple(self._box(grid, rows, columns) for rows, columns in product(*lines))
        return Boxes(boxes, None, Stroke(self.style.colors.ink, 2 * self.style.scale))

    @staticmethod
    def _box(grid: Grid, rows: Position, columns: Position) -> tuple[float, float, float, float]:
        (left, top), (right, foot) = grid.corner(rows[0], columns[0]), grid.corner(rows[1], columns[1])
        return left, top, right - left, foot - top

    def _seams(self) -> list[Primitive]:
        """Dashed lines where opposite ends of the map meet inside a window."""
        grid, lines = self.grids[2], []
        rows, columns = self._shape
        for axis, (size, w, s) in enumerate(zip(self.extent, *self.parts, strict=True)):
            if (size - s) % w == 0:
                continue
            ends = (
                ((0, size - s), (rows, size - s))
                if axis == len(self.extent) - 1
                else ((size - s, 0), (size - s, columns))
            )
            lines.append(tuple(grid.corner(*end) for end in ends))
        stroke = Stroke(self.style.colors.ink, 1.5 * self.style.scale, (3 * self.style.scale, 2 * self.style.scale))
        return [Lines(tuple(lines), stroke)] if lines else []

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        place = self.place(k)
        before, after, rolled = self.grids
        seen = self.attends.places(place)
        hidden = self._masked_for(place)
        window = self.style.frame or strong(self.style, self.style.colors.window)
        current = strong(self.style, self.style.colors.current)
        items: list[Primitive] = [
            self._around(after, [two(at) for at in seen], window),
            self._around(rolled, [two(self.moved_round(at)) for at in seen], window),
        ]
        if hidden:
            boxes = [rolled.box(*two(self.moved_round(at))) for at in hidden]
            items += [Boxes(tuple(boxes), self._masked), Lines(hatched(boxes), hatching(self.style))]
        items += [grid.boxes([two(at)], None, current) for grid, at in ((before, place), (after, place))]
        return Frame((), (*items, rolled.boxes([two(self.moved_round(place))], None, current)))

    @property
    def _masked(self) -> str:
        return mix(self.style.colors.background, self.style.colors.input, PALE)

    def _masked_for(self, place: Size) -> list[Size]:
        """The cells of its window that come from the opposite end of the map, along one axis or more."""
        shift = self.parts[1]

        def apart(other: Size) -> bool:
            return any((a < s) is not (b < s) for a, b, s in zip(place, other, shift, strict=True))

        return [other for other in self._in_window(place) if apart(other)]

    def _in_window(self, place: Size) -> list[Size]:
        """All cells of the window of a place as it is computed, whether they are seen or not."""
        along = []
        for at, size, w, s in zip(place, self.extent, *self.parts, strict=True):
            along.append([j for j in range(size) if (j - s) % size // w == (at - s) % size // w])
        return list(product(*along))

    @staticmethod
    def _around(grid: Grid, cells: Iterable[Position], stroke: Stroke) -> Boxes:
        """A frame around cells that fill a rectangle."""
        rows, columns = zip(*cells, strict=True)
        return Boxes(
            (ShiftedView._box(grid, (min(rows), max(rows) + 1), (min(columns), max(columns) + 1)),), None, stroke
        )

    def finished(self) -> Frame:
        """Nothing of a step."""
        return Frame()

    def hit_regions(self) -> list[HitRegion]:
        return []

    def turn(self, k: int) -> Turn | None:
        del k
        return None

    # the panel

    def panel(self, *, still: bool) -> Panel:
        """The maps, with what their lines mean below."""
        last = self.grids[-1]
        width = max(grid.x + max(grid.width, self._wide) for grid in self.grids)
        high = last.y + last.height
        made = static((*self.static(), *self.frame(0).shown), width, high) if still else animated(self, width, high)
        key = Key(self.say("shifted.masked"), self._masked, self.style.edge, hatch=hatching(self.style))
        legend = Legend(self.style, (key,), max(width, LEGEND * self.style.scale))
        return column(made, static(legend.at(0, 0), legend.width, legend.height), gap=self.style.gap)


def _runs(size: int, window: int, first: int) -> list[tuple[int, int]]:
    """Where each window starts and ends, if one of them starts at ``first``."""
    cuts = sorted({0, *range(first % window, size, window), size})
    return list(pairwise(cuts))
