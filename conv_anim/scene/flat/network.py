"""The flat view of several ops, or of one that is no window: maps with their numbers, and each cell as it is made."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.arithmetic.scoring import shade, share_text
from conv_anim.scene.flat.led_back import LedBack, is_maximum
from conv_anim.scene.flat.summary import summary
from conv_anim.scene.gliding import gliding, outlines
from conv_anim.scene.hit_regions import HitRegion, Turn
from conv_anim.scene.layout import Panel, align, animated
from conv_anim.scene.primitives import Boxes, Frame, Primitive, Text, corners
from conv_anim.scene.sheets.marks import MarkStyle
from conv_anim.scene.sheets.presence import places, present
from conv_anim.scene.sheets.scales import with_bars
from conv_anim.scene.sheets.shifted import shift_alone, with_shift
from conv_anim.scene.strokes import strong
from conv_anim.scene.style import text_box
from conv_anim.scene.tween import eased, meet, sent
from conv_anim.scene.wording import words
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.primitives import Box, Items
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.steps import Cell
    from conv_anim.scene.timeline import Phase
    from conv_anim.spec.model import Size
    from conv_anim.spec.op import Op
    from conv_anim.tracing.taps import Step
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array


WAYPOINTS = 6
"""Parts of the way of a value to its cell, at whose ends it is looked at what it passes over."""


@dataclass(frozen=True)
class NetworkView(LedBack):
    """Frames go through the nodes one after the other, and through the cells of each."""

    # what stays

    def static(self) -> Items:
        items = self.around()
        for k, grids in enumerate(self.grids[1:], start=1):
            items += [item for grid in grids for item in self._awaited(k, grid)]
        there = [k for k in range(len(self.maps)) if k - 1 not in self.walked]
        for k in there:
            for pane, grid in enumerate(self.grids[k]):
                items += grid.filled(self._shown_in(k, pane), self.formats[k], self.color(k, pane))
                items += grid.blank(self._absent(k, grid))
        return tuple(items)

    def _absent(self, k: int, grid: Grid) -> set[Position]:
        """The cells of a map that are not there, in a grid of it."""
        there = present(self.trace, k)
        return set() if there is None else set(grid.places) - places(there)

    def _awaited(self, k: int, grid: Grid) -> list[Primitive]:
        """A grid of a map before its cells are made."""
        there = present(self.trace, k)
        if there is None:
            return grid.pending()
        return [*grid.blank(self._absent(k, grid)), *grid.pending(sorted(places(there)), cleared=False)]

    def _shown_in(self, k: int, pane: int) -> Array:
        """The numbers of a grid of a map, in rows and columns."""
        values = self.maps[k]
        return values.reshape(self.shape(k)) if values.ndim == 1 else plane(values[pane])

    # frames

    def frame(self, k: int) -> Frame:
        stage, step = self.steps.at(k)
        kept = [item for over in self.steps.over(k) for item in self._passed(*over)]
        return Frame(tuple(kept), lambda: self._shown(self.walked[stage], self.stages[stage].cell(step)))

    def _passed(self, stage: int, step: int) -> list[Primitive]:
        passed, layer = self.stages[stage].passed(step), self.walked[stage]
        if self.mode != "shades":
            return [item for cell in passed for item in self._done(layer, cell)]
        places = grouped(map(self.at, passed))
        grids = self.grids[layer + 1]
        return [i for pane, own in places.items() for i in grids[pane].finished(self._shown_in(layer + 1, pane), own)]

    def finished(self) -> Frame:
        return Frame(tuple(self._passed(len(self.stages) - 1, len(self.stages[-1]))), self._rested())

    def _rested(self) -> Items:
        """What stands at the end in the place of the line."""
        if not self._written:
            return ()
        tops = self._line_tops
        y = (tops[0] + tops[-1] + self.style.font.cap_height * self.style.label_size) / 2
        room, count = max(self.width, self._line_room), sum(stage.total for stage in self.stages)
        return summary(self.trace, self.style, self.width / 2, y, room, count=count)

    def _done(self, stage: int, cell: Cell) -> list[Primitive]:
        return self.cell_of(stage + 1, cell, self._made(self.layers[stage].step(cell), stage))

    def _made(self, step: Step, stage: int) -> str:
        """The colour of a cell: weaker where it is padding, and made of nothing."""
        pane, _ = self.at(step.output)
        color = self.color(stage + 1, pane)
        return color if any(tap.input is not None for tap in step.taps) else MarkStyle(self.style, color).borrowed

    def _shown(self, stage: int, cell: Cell) -> list[Primitive]:
        step = self.layers[stage].step(cell)
        made = self.style.at_work(self._made(step, stage))
        return [*self._read(stage, step), *self.cell_of(stage + 1, cell, made, bold=True), *self._line(stage, step)]

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "summed", "sent", "way") if self._written else ("read", "way"))

    def during(self, k: int, phase: Phase, share: float) -> Items:
        """A step in progress: what is read, how its value is worked out, and the value as it moves to its cell."""
        if phase == "way":
            stroke = strong(self.style, self.style.colors.window)
            return (*self.frame(k + 1).kept, *gliding(self._marked(k), self._marked(k + 1), share, stroke))
        step = self._step(k)
        line = self._line(step.layer, step)
        items = (*self._read(step.layer, step), *(line[:-1] if phase == "read" else line))
        flies = phase == "sent" and line and self._is_clear(step, line)
        return (*items, *self._sent(step, line, share)) if flies else items

    def _is_clear(self, step: Step, line: list[Primitive]) -> bool:
        """Whether a value on its way to its cell passes over no words, no other map and no line past maps."""
        if self.tracks[self.tier(step.layer + 1)]:
            return False
        shares = (eased(k / WAYPOINTS) for k in range(1, WAYPOINTS))
        boxes = [box for share in shares for box in _boxes(self._sent(step, line, share))]
        own, others = self.grids[step.layer + 1][self.at(step.output)[0]], chain.from_iterable(self.grids)
        maps = [grid.whole for grid in others if grid != own]
        return not any(meet(box, other) for box in boxes for other in (*self._words, *maps))

    @cached_property
    def _words(self) -> list[Box]:
        """Where labels and badges stand."""
        return [text_box(self.style, item) for item in self.around() if isinstance(item, Text)]

    def _sent(self, step: Step, line: list[Primitive], share: float) -> Items:
        """A value as it moves to its cell."""
        k, (pane, place) = step.layer + 1, self.at(step.output)
        grid, fill = self.grids[k][pane], self.style.at_work(self._made(step, step.layer))
        end = grid.number(place, self.formats[k](self.maps[k][step.output].item()), fill, bold=True)
        return sent(self.style, line, end, cell=grid.box(*place), maps=[grid.whole], fill=fill, share=share)

    def _marked(self, k: int) -> list[Ring]:
        return outlines(self.frame(k).shown, (grid for grids in self.grids for grid in grids))

    def _read(self, stage: int, step: Step) -> list[Primitive]:
        """The cells that a step reads, with the weight that each of them meets."""
        layer, items, largest = self.layers[stage], list[Primitive](), self._largest(stage, step)
        read: dict[tuple[int, int], list[Position]] = {}
        for of, cell, weight in self._met(step, layer.layer):
            k = layer.fed[of]
            pane, place = self.at(cell)
            color = self.color(k, pane)
            fill = self.style.at_work(color) if cell == largest else self.style.under_window(color)
            fill = fill if layer.layer.attends is None else shade(self.style, abs(weight or 0), color)
            items += self.cell_of(k, cell, fill, bold=cell == largest)
            read.setdefault((k, pane), []).append(place)
            if weight is not None and self.grids[k][pane].contents.written:
                fmt = self.weights[stage]
                said = fmt(weight) if layer.layer.attends is None else share_text(fmt, weight)
                text = f"{words.TIMES}{said}"
                grid, number = self.grids[k][pane], self.formats[k](self.maps[k][cell].item())
                items += grid.marked(grid.number(place, number, fill, bold=cell == largest), place, text, fill)
        behind = self.behind(stage, step)
        for k, cell in behind.read:
            pane, place = self.at(cell)
            read.setdefault((k, pane), []).append(place)
        framed = [item for (k, pane), cells in read.items() for item in self.grids[k][pane].framed(cells)]
        over = (*self.weights_met(stage + 1, step), *behind.above, *self._query(layer, step))
        return [*items, *behind.items, *framed, *over]

    def _query(self, layer: LayerTrace, step: Step) -> list[Primitive]:
        """An outline around the cell whose query it is."""
        if layer.layer.attends is None:
            return []
        channel = min(step.output[0], len(layer.input) - 1)
        return self.ringed(layer.fed[0], (channel, *step.output[1:]))

    def _largest(self, stage: int, step: Step) -> Cell | None:
        """The cell that a maximum is."""
        layer = self.layers[stage].layer
        if not is_maximum(layer):
            return None
        return next((tap.input for tap in step.taps if tap.x == step.value), None)

    def _met(self, step: Step, op: Op) -> Iterator[tuple[int, Cell, float | None]]:
        """Of each cell that is read, the input that has it, and its weight or share, or the 0 that stops a gradient."""
        for tap in step.taps:
            if tap.input is not None:
                stopped = op.undoes is not None and tap.w == 0 and tap.other is None
                yield tap.of, tap.input, tap.w if op.attends or stopped or tap.weight is not None else None
            if tap.other is not None:
                yield tap.other[0], tap.other[1], None

    # the panel

    def hit_regions(self) -> list[HitRegion]:
        last = len(self.maps) - 1
        return [
            HitRegion("input" if k == 0 else "output", cell, corners(self.grids[k][pane].box(*place)))
            for k in (0, last)
            for cell in np.ndindex(*self.maps[k].shape)
            for pane, place in [self.at(cell)]
        ]

    def turn(self, k: int) -> Turn:
        stage, step = self.steps.at(k)
        return Turn(self.walked[stage] + 1, self.stages[stage].cell(step))

    def panel(self) -> Panel:
        """It as a panel, which can be put beside others."""
        alone = shift_alone(self.trace, self.style, self.steps, self._place, self.mode)
        if alone is not None:
            return alone.panel()
        made = animated(self, self.width, self.bottom, baseline=self.page.baseline, fit=self.numbers.fit)
        if self._written:
            made = align(made, self._line_room, self._line_tops[-1] + self.style.label_size)
        scales = self.scales_of_maps(sign.label.name for sign in self.signs)
        made = with_bars(made, scales, self.style, self.say, self.tones.others)
        return with_shift(made, self.trace, self.style, self.steps, self._place)

    def _place(self, k: int) -> Size:
        """The place that a step makes, in all channels."""
        return self._step(k).output[1:]


def _boxes(items: Items) -> list[Box]:
    return [box for item in items if isinstance(item, Boxes) for box in item.boxes]
