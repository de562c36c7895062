"""Cells of several figures' outputs whose numbers differ, marked from the step on that makes them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.callouts import Key
from conv_anim.scene.drawing import STILL, Drawing
from conv_anim.scene.gliding import between
from conv_anim.scene.layout import over, panel
from conv_anim.scene.primitives import Frame, Lazy, Polygons, Stroke
from conv_anim.scene.strokes import ring_color

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from conv_anim.scene.hit_regions import Cell, HitRegion, Turn
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Point
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.trace import Trace


def marked(traces: Sequence[Trace], shown: Sequence[Panel], style: Style) -> list[Panel]:
    """The panels of traces with outputs of one shape, with marks on the cells that differ."""
    cells: NDArray[np.bool_] = np.any([trace.made != traces[0].made for trace in traces], axis=0)
    return [over(one, Marks(trace, one.drawn, cells, style).panel) for trace, one in zip(traces, shown, strict=True)]


def key(style: Style, say: Language) -> Key:
    """What the marks mean."""
    return Key(say("panels.differ"), style.colors.output, stroke(style))


def stroke(style: Style) -> Stroke:
    """The outline of a cell that differs."""
    return Stroke(ring_color(style, style.colors.output), style.line + 1.5 * style.scale)


class Marks:
    """On the output of one figure."""

    def __init__(self, trace: Trace, drawn: Drawing, cells: NDArray[np.bool_], style: Style) -> None:
        self.number, self.drawn, self.cells, self.style = len(trace.layers), drawn, cells, style

    @property
    def panel(self) -> Panel:
        """The outlines as a panel that lies over the figure's."""
        return panel(self._drawing, 0.0, 0.0)

    @property
    def _drawing(self) -> Drawing:
        drawn = self.drawn
        if drawn.frames is STILL:
            return Drawing(self._around(ring for _, ring in self._marks.values()))
        phases = drawn.phases - {"way"}
        return Drawing((), Lazy(drawn.steps, self._frame), self._before if phases else None, phases)

    @cached_property
    def _hit_regions(self) -> dict[Cell, dict[Cell, HitRegion]]:
        """Those of the output, by where they are in a map and by their cell; of a cell that has several, the last."""
        found: dict[Cell, dict[Cell, HitRegion]] = defaultdict(dict)
        for region in self.drawn.hit_regions():
            if region.side == "output":
                found[region.cell[1:]][region.cell] = region
        return found

    @cached_property
    def _marks(self) -> dict[Cell, tuple[int, tuple[Point, ...]]]:
        """For every cell that differs the step from which on it is marked, and its outline."""
        last = self.drawn.steps - 1
        lying = (
            region for hit_regions in self._hit_regions.values() for region in hit_regions.values() if not region.drifts
        )
        found = {region.cell: (last, self._inner(region)) for region in lying if self._differs(region.cell)}
        for k, turn in reversed(list(enumerate(self.drawn.turns[-1] if self.drawn.turns else ()))):
            if turn is not None and turn.number == self.number:
                found |= self._made(k, turn)
        return found

    def _made(self, k: int, turn: Turn) -> dict[Cell, tuple[int, tuple[Point, ...]]]:
        """What a step makes that differs, where it lies then."""
        found = {}
        for region in self._hit_regions.get(turn.cell[1:], {}).values():
            channel = region.cell[0] if turn.cell[0] is None else turn.cell[0]
            there = region.moved(*turn.drift) if region.drifts else region
            if region.cell[0] in {None, channel} and self._differs((channel, *turn.cell[1:])):
                found[region.cell if not region.drifts else (channel, *region.cell[1:])] = k, self._inner(there)
        return found

    def _differs(self, cell: Cell) -> bool:
        """Whether any of the cells that it represents does."""
        return bool(self.cells[tuple(slice(None) if at is None else at for at in cell)].any())

    def _before(self, step: int, _phase: Phase, _share: float) -> Items:
        """While a step is not yet whole, nothing is marked of what it makes."""
        return self._frame(step - 1).shown

    def _frame(self, k: int) -> Frame:
        return Frame((), self._around(ring for since, ring in self._marks.values() if since <= k))

    def _inner(self, region: HitRegion) -> tuple[Point, ...]:
        """The outline of an area, a little smaller."""
        inset = self.style.line + self.style.scale
        x, y = (sum(each) / len(region.ring) for each in zip(*region.ring, strict=True))
        reach = max(max(abs(px - x), abs(py - y)) for px, py in region.ring)
        share = max(0.0, 1 - inset / reach) if reach else 1.0
        return tuple(between((x, y), point, share) for point in region.ring)

    def _around(self, rings: Iterable[tuple[Point, ...]]) -> Items:
        found = tuple(rings)
        return (Polygons(found, None, stroke(self.style)),) if found else ()
