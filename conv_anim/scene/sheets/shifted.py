"""Shifted windows of attention, three times over a map: before the shift, after it, and as they are computed."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.callouts import Callout, Key, Legend
from conv_anim.scene.color import mix
from conv_anim.scene.hatching import hatched, hatching
from conv_anim.scene.hit_regions import HitRegion, Turn
from conv_anim.scene.layout import align, animated, column, pad, row, static
from conv_anim.scene.primitives import Boxes, Frame, Lines, Stroke, corners
from conv_anim.scene.sheets.cells import Numbers
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.shifted_cells import ShiftedCells, runs
from conv_anim.scene.sheets.slots import slot
from conv_anim.scene.sheets.tones import SMALLEST_EDGED
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording import words
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sized

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive, Side
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Size
    from conv_anim.spec.shown_as import Attends
    from conv_anim.tracing.trace import Trace

BESIDE, ALONE = (30, 12), (48, 16)
"""Pixels of a cell, and of the em of its number, at scale 1: below the view itself, and where that is not shown."""
WIDE = 260, 560
"""Pixels, at scale 1, that one of three maps side by side may take, and one of three rows below each other."""
NARROWEST = 180
"""Pixels, at scale 1, that what is said above a map may take even if that is narrower."""
LEGEND = 420
"""Pixels, at scale 1, that a line below the maps may take."""
PALE = 0.25
"""How much of its colour a masked cell has."""


def with_shift(
    made: Panel,
    trace: Trace,
    style: Style,
    steps: Sized,
    place: Callable[[int], Size],
    *,
    still: bool = False,
) -> Panel:
    """A view of attention to shifted windows with three maps below that show the shift; other views as they are.

    ``place`` is the place that a step makes; ``still`` is whether only the first one is shown.
    """
    attends = _attends(trace)
    if attends is None or attends.shifted is None:
        return made
    return column(made, ShiftedView(trace, style, steps, place).panel(still=still), gap=style.wide)


def shift_alone(
    trace: Trace, style: Style, steps: Sized, place: Callable[[int], Size], cells: str
) -> ShiftedView | None:
    """The three maps alone, where a view has nothing in its ``cells``; None for another view or trace."""
    attends = _attends(trace)
    shown = attends is not None and attends.shown_alone(cells)
    return ShiftedView(trace, style, steps, place, alone=True) if shown else None


def _attends(trace: Trace) -> Attends | None:
    """What sees what, in a trace of one attention whose figure has labels."""
    return None if len(trace.layers) > 1 or trace.spec.labels is None else trace.layer.layer.attends


@dataclass(frozen=True)
class ShiftedView(ShiftedCells):
    """The three maps, and in each step the windows of the place that it makes."""

    steps: Sized
    place: Callable[[int], Size]
    alone: bool = False
    """Whether nothing else is shown: its cells are larger, and numbered, so that one sees where they go."""

    # where the maps go

    @cached_property
    def numbers(self) -> Numbers:
        """Cells as large as there is room for."""
        rows, columns = self.shape
        most, (cell, size) = WIDE[rows == 1] / max(rows, columns), ALONE if self.alone else BESIDE
        return Numbers(max(1, round(min(cell, most) * self.style.scale)), self.style.em(size))

    @property
    def _labels(self) -> list[str]:
        window, shift = self.parts
        return [
            self.say("shifted.before", size=words.size(window)),
            self.say("shifted.after", cells=words.per_axis(shift)),
            self.say("shifted.rolled"),
        ]

    @cached_property
    def _signs(self) -> list[Callout]:
        """What each map is, and alone also what is to be seen in it."""
        told = [self.say(f"shifted.{name}.detail") if self.alone else "" for name in ("before", "after", "rolled")]
        room = max(self.shape[1] * self.numbers.cell, NARROWEST * self.style.scale)
        size = self.style.small_size
        lines = [self.style.wrapped(each, size=size, width=room) if each else [] for each in told]
        return [Callout.of(self.style, *each, None, ()) for each in zip(self._labels, lines, strict=True)]

    @property
    def _head(self) -> float:
        if not self.alone:
            return self.style.small_size + self.style.close
        return max(sign.height for sign in self._signs) + self.style.close

    @property
    def _wide(self) -> float:
        """The width of a map, or of what is written above one."""
        size = self.style.small_size
        texts = [self.style.width(text, size=size, bold=True) for text in self._labels]
        signs = [sign.width for sign in self._signs]
        return max(self.shape[1] * self.numbers.cell, *(signs if self.alone else texts))

    @cached_property
    def page(self) -> Panel:
        """Room for the maps below what they are, an anchor for each by its number: side by side if there is room."""
        (rows, columns), cell, room = self.shape, self.numbers.cell, self.style.room
        slots = [pad(slot(str(k), columns * cell, rows * cell), top=self._head) for k in range(3)]
        maps = [align(one, self._wide, 0.0, across="start") for one in slots]
        beside = row(*maps, gap=self.style.far)
        if rows == 1 or (room is not None and beside.width > room):
            return column(*maps, gap=self.style.gap)
        return beside

    @cached_property
    def grids(self) -> list[Grid]:
        """The map before the shift, after it, and moved round."""
        places = [self.page.anchors[str(k)] for k in range(3)]
        return [Grid(self.style, self.numbers, *self.shape, round(x), round(y)) for x, y in places]

    # what stays

    def static(self) -> Items:
        items: list[Primitive] = []
        window, shift = self.parts
        moves = [self._unmoved, self._unmoved, self.moved_round]
        starts = [(0,) * len(shift), shift, (0,) * len(shift)]
        for grid, sign, move, start in zip(self.grids, self._signs, moves, starts, strict=True):
            named = sign.at(grid.x, grid.y - self._head) if self.alone else (grid.name(sign.label.name, bold=True),)
            items += [*named, *self._cells(grid, move), self._windows(grid, window, start)]
        return (*items, *self._seams())

    @staticmethod
    def _unmoved(place: Size) -> Size:
        return place

    def _cells(self, grid: Grid, move: Callable[[Size], Size]) -> list[Primitive]:
        edge = self.style.edge if grid.numbers.cell >= SMALLEST_EDGED else None
        fill = self.style.colors.input
        cells = [(place, two(move(place))) for place in np.ndindex(*self.extent)]
        items: list[Primitive] = [grid.boxes([at for _, at in cells], fill, edge)]
        texts = self._texts
        return [*items, *(grid.number(at, texts[place], fill) for place, at in cells)] if texts else items

    @cached_property
    def _texts(self) -> dict[Size, str]:
        """What is written in a cell: its value, or alone its number, row by row; nothing if there is no room."""
        values, places = self.layer.input, list(np.ndindex(*self.extent))
        if self.alone:
            found = {place: str(k) for k, place in enumerate(places, start=1)}
        else:
            fmt = format_for(values)
            found = {at: fmt(values[(0, *at)].item()) for at in places} if len(values) == 1 else {}
        size, most = self.numbers.size, 0.84 * self.numbers.cell
        return found if all(self.style.width(text, size=size) <= most for text in set(found.values())) else {}

    def _windows(self, grid: Grid, window: Size, first: Size) -> Boxes:
        """Outlines of all windows, cut off where the map ends."""
        along = [runs(*each) for each in zip(self.extent, window, first, strict=True)]
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
        rows, columns = self.shape
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
        return self._of(self.place(k))

    def _of(self, place: Size) -> Frame:
        """What the windows of a place are."""
        before, after, rolled = self.grids
        seen = self.attends.places(place)
        hidden = self.masked_for(place)
        window = self.style.frame or strong(self.style, self.style.colors.window)
        current = strong(self.style, self.style.colors.current)
        items: list[Primitive] = [
            self._around(after, [two(at) for at in seen], window),
            self._around(rolled, [two(self.moved_round(at)) for at in seen], window),
        ]
        if self.alone:
            items.append(self._around(before, [two(at) for at in self.together(place)], window))
        if hidden:
            items += self._hatched(rolled, hidden)
        items += [grid.boxes([two(at)], None, current) for grid, at in ((before, place), (after, place))]
        return Frame((), (*items, rolled.boxes([two(self.moved_round(place))], None, current)))

    @property
    def _masked(self) -> str:
        return mix(self.style.colors.background, self.style.colors.input, PALE)

    def _hatched(self, grid: Grid, hidden: Iterable[Size]) -> list[Primitive]:
        """Cells that are masked; alone with their numbers, which the lines leave free."""
        places = {two(self.moved_round(at)): at for at in hidden}
        boxes = [grid.box(*place) for place in places]
        ground = Boxes(tuple(boxes), self._masked)
        if not self.alone or not self._texts:
            return [ground, Lines(hatched(boxes), hatching(self.style))]
        ink = self.style.label_ink
        numbers = [grid.number(place, self._texts[at], self._masked, ink) for place, at in places.items()]
        return [ground, *grid.hatched(places, emptied=False), *numbers]

    @staticmethod
    def _around(grid: Grid, cells: Iterable[Position], stroke: Stroke) -> Boxes:
        """A frame around cells that fill a rectangle."""
        rows, columns = zip(*cells, strict=True)
        return Boxes(
            (ShiftedView._box(grid, (min(rows), max(rows) + 1), (min(columns), max(columns) + 1)),), None, stroke
        )

    def finished(self) -> Frame:
        """Nothing of a step; alone, the cell in the middle as an example."""
        return self._of(tuple(size // 2 for size in self.extent)) if self.alone else Frame()

    def hit_regions(self) -> list[HitRegion]:
        """Alone, every cell before the shift and after it."""
        sides: list[tuple[Side, Grid]] = [("input", self.grids[0]), ("output", self.grids[1])] if self.alone else []
        places = list(np.ndindex(*self.extent))
        return [HitRegion(side, (0, *at), corners(grid.box(*two(at)))) for side, grid in sides for at in places]

    def turn(self, k: int) -> Turn | None:
        return Turn(1, (0, *self.place(k))) if self.alone else None

    # the panel

    def panel(self, *, still: bool = False) -> Panel:
        """The maps, with what their lines mean below."""
        width, high = self.page.width, self.page.height
        made = static((*self.static(), *self.frame(0).shown), width, high) if still else animated(self, width, high)
        legend = Legend(self.style, self._keys(), max(width, LEGEND * self.style.scale))
        return column(made, legend.panel, gap=self.style.gap)

    def _keys(self) -> tuple[Key, ...]:
        """What outlines and hatching mean; beside the view itself the latter alone, since that has the others."""
        masked = Key(self.say("shifted.masked"), self._masked, self.style.edge, hatch=hatching(self.style))
        if not self.alone:
            return (masked,)
        frame = self.style.frame or strong(self.style, self.style.colors.window)
        current = strong(self.style, self.style.colors.current)
        return Key(self.say("shifted.looks"), None, current), Key(self.say("shifted.seen"), None, frame), masked
