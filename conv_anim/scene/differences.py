"""Cells of several figures' outputs whose numbers differ, marked from the step on that makes them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.callouts import Key
from conv_anim.scene.drawing import STILL, Drawing
from conv_anim.scene.grid import ring_color
from conv_anim.scene.layout import over, panel
from conv_anim.scene.primitives import Frame, Lazy, Polygons, Stroke

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from conv_anim.scene.areas import Area, Cell, Turn
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Point
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.trace import Trace


def differing(outputs: Sequence[NDArray[np.generic]]) -> NDArray[np.bool_]:
    """Which cells of arrays of one shape do not have the same number in all of them."""
    first, *others = outputs
    found: NDArray[np.bool_] = np.zeros(first.shape, dtype=bool)
    for other in others:
        found |= first != other
    return found


def marked(traces: Sequence[Trace], shown: Sequence[Panel], style: Style) -> list[Panel]:
    """The panels of traces with outputs of one shape, with marks on the cells that differ."""
    cells = differing([trace.output for trace in traces])
    return [over(one, Marks(trace, one.drawn, cells, style).panel) for trace, one in zip(traces, shown, strict=True)]


def key(style: Style, say: Language) -> Key:
    """What the marks mean."""
    return Key(say("panels.differ"), style.colors.output, stroke(style))


def stroke(style: Style) -> Stroke:
    return Stroke(ring_color(style, style.colors.output), style.line + 1.5 * style.scale)


class Marks:
    """On the output of one figure."""

    def __init__(self, trace: Trace, drawn: Drawing, cells: NDArray[np.bool_], style: Style) -> None:
        self.number, self.drawn, self.cells, self.style = len(trace.layers), drawn, cells, style

    @property
    def panel(self) -> Panel:
        return panel(self._drawing, 0.0, 0.0)

    @property
    def _drawing(self) -> Drawing:
        drawn = self.drawn
        if drawn.frames is STILL:
            return Drawing(self._around(ring for _, ring in self._marks.values()))
        return Drawing(frames=Lazy(len(drawn.frames), self._frame))

    @cached_property
    def _areas(self) -> dict[Cell, dict[Cell, Area]]:
        """Those of the output, by where they are in a map and by their cell; of a cell that has several, the last."""
        found: dict[Cell, dict[Cell, Area]] = defaultdict(dict)
        for area in self.drawn.areas():
            if area.side == "output":
                found[area.cell[1:]][area.cell] = area
        return found

    @cached_property
    def _marks(self) -> dict[Cell, tuple[int, tuple[Point, ...]]]:
        """For every cell that differs the step from which on it is marked, and its outline."""
        last = self.drawn.steps - 1
        lying = (area for areas in self._areas.values() for area in areas.values() if not area.drifts)
        found = {area.cell: (last, self._inner(area)) for area in lying if self._differs(area.cell)}
        for k, turn in reversed(list(enumerate(self.drawn.turns[-1] if self.drawn.turns else ()))):
            if turn is not None and turn.number == self.number:
                found |= self._made(k, turn)
        return found

    def _made(self, k: int, turn: Turn) -> dict[Cell, tuple[int, tuple[Point, ...]]]:
        """What a step makes that differs, where it lies then."""
        found = {}
        for area in self._areas.get(turn.cell[1:], {}).values():
            channel = area.cell[0] if turn.cell[0] is None else turn.cell[0]
            there = area.moved(*turn.drift) if area.drifts else area
            if area.cell[0] in {None, channel} and self._differs((channel, *turn.cell[1:])):
                found[area.cell if not area.drifts else (channel, *area.cell[1:])] = k, self._inner(there)
        return found

    def _differs(self, cell: Cell) -> bool:
        """Whether any of the cells that one stands for does."""
        return bool(self.cells[tuple(slice(None) if at is None else at for at in cell)].any())

    def _frame(self, k: int) -> Frame:
        return Frame((), self._around(ring for since, ring in self._marks.values() if since <= k))

    def _inner(self, area: Area) -> tuple[Point, ...]:
        """The outline of an area, a little smaller."""
        inset = self.style.line + self.style.scale
        x, y = (sum(each) / len(area.ring) for each in zip(*area.ring, strict=True))
        reach = max(max(abs(px - x), abs(py - y)) for px, py in area.ring)
        share = max(0.0, 1 - inset / reach) if reach else 1.0
        return tuple((x + share * (px - x), y + share * (py - y)) for px, py in area.ring)

    def _around(self, rings: Iterable[tuple[Point, ...]]) -> Items:
        found = tuple(rings)
        return (Polygons(found, None, stroke(self.style)),) if found else ()
