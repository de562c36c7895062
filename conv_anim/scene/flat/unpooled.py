"""The flat view of a max pool and its unpooling: one finds maxima, the other puts numbers back where those were.

Between the two there may be one more window. Frames go through the outputs of every window, then through the numbers
that are put back.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.arithmetic.sums import Sum, sum_for, written_sum
from conv_anim.scene.callouts import Key
from conv_anim.scene.flat.pooled import PooledMaps
from conv_anim.scene.flat.strip_layout import StripLayout
from conv_anim.scene.gliding import gliding, outlines
from conv_anim.scene.hit_regions import Turn, along, of_grid, of_sheet
from conv_anim.scene.primitives import Frame
from conv_anim.scene.sheets.presence import staged
from conv_anim.scene.sheets.scales import with_bars
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.steps import Walks
from conv_anim.scene.strokes import seen, strong
from conv_anim.scene.wording import words
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.steps import Cell, Steps
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.taps import Step


@dataclass(frozen=True)
class UnpooledView(PooledMaps):
    """The drawing of one channel."""

    # what stays

    def static(self) -> Items:
        items = self.sheet_grids[0].static()
        for k in range(1, len(self.maps)):
            items += self._awaited(k)
        for k, layer in enumerate(self.layers):
            if layer.kernels is not None:
                grid = self.strip.grids[self.strip.grids.index(self.grid(k)) + 1]
                items += grid.filled(plane(layer.kernels[0, 0]), Formats.of(layer).w, self.style.colors.kernel)
        return tuple(items + self.strip.static())

    def _awaited(self, k: int) -> list[Primitive]:
        """A map before anything is in it; the last one holds zeros."""
        grid, sheet = self.grid(k), self.sheets[k]
        cells = {(r, c): source for r, c, source, _ in sheet.cells()}
        inside = [place for place, source in cells.items() if source is Source.INPUT]
        border = [place for place, source in cells.items() if source is not Source.INPUT]
        empty = self.sheet_grids[k].empty
        items = [*grid.pending(inside), *grid.dashed(border)]
        colors = self.style.colors
        if grid.contents.shades is not None and k == len(self.maps) - 1:
            return grid.filled(np.zeros(self.maps[k].shape, int), self.formats[k], self.color(k))
        if not grid.contents.written:
            return items
        items += [grid.number(place, empty, colors.background, colors.muted) for place in border]
        if k == len(self.maps) - 1:
            zero = self.formats[k](0)
            items += [grid.number(place, zero, colors.background, colors.muted) for place in inside]
        return items

    # frames, stage by stage

    @cached_property
    def stages(self) -> list[Steps]:
        """For each layer the cells that its frames go through: outputs of a window, inputs of the unpooling.

        Those always in row-major order, because of several numbers that go to one cell the last stays.
        """
        animation = self.trace.spec.animation
        shapes = [*(layer.output.shape for layer in self.layers[:-1]), self.layers[-1].input.shape]
        *windows, unpooling = staged(shapes, animation)
        return [*windows, replace(unpooling, animation=replace(animation, order="row-major"))]

    @cached_property
    def steps(self) -> Walks:
        return Walks(tuple(self.stages))

    def frame(self, k: int) -> Frame:
        stage, step = self.steps.at(k)
        kept = [item for over in self.steps.over(k) for item in self._passed(*over)]
        return Frame(tuple(kept), lambda: self._shown(stage, self.stages[stage].cell(step)))

    def _passed(self, stage: int, frame: int) -> list[Primitive]:
        return [item for cell in self.stages[stage].passed(frame) for item in self._done(stage, cell)]

    def finished(self) -> Frame:
        return Frame(tuple(self._passed(len(self.stages) - 1, len(self.stages[-1]))))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("way",))

    def during(self, k: int, _phase: Phase, share: float) -> Items:
        """What is marked on its way to the next step."""
        stroke = strong(self.style, self.style.colors.window)
        return (*self.frame(k + 1).kept, *gliding(self._places(k), self._places(k + 1), share, stroke))

    def _places(self, k: int) -> list[Ring]:
        return outlines(self.frame(k).shown, self.strip.grids)

    def _done(self, stage: int, cell: Cell) -> list[Primitive]:
        """What stays of a step."""
        if stage == len(self.layers) - 1:
            return self._put(cell, self.color(stage + 1))
        items = self._result(stage + 1, two(cell[1:]), self.color(stage + 1))
        return items + (self._ring(cell) if stage == 0 else [])

    def _shown(self, stage: int, cell: Cell) -> list[Primitive]:
        if stage == len(self.layers) - 1:
            return self._putting(cell)
        step, layer = self.layers[stage].step(cell), self.layers[stage]
        items = self._window(stage, step)
        if layer.operator.reduce == "max":
            items += self._largest(stage, step)
        return [
            *items,
            *self.grid(stage).framed(self.sheets[stage].place(two(tap.canvas)) for tap in step.taps),
            *self._result(stage + 1, two(cell[1:]), self._current(stage + 1), bold=True),
            *self._sum(stage, step),
        ]

    def _current(self, k: int) -> str:
        """The colour of a cell of a map that is computed."""
        return self.style.at_work(self.color(k))

    def _result(self, k: int, cell: Position, fill: str, *, bold: bool = False) -> list[Primitive]:
        grid, place = self.grid(k), self.place(k, cell)
        value = self.maps[k][cell].item()
        items = grid.cell(place, self.formats[k](value), fill, bold=bold, value=value)
        if k == 1 and grid.contents.written:
            shades = grid.contents.shades
            items.append(grid.weight(place, self._index(cell), fill if shades is None else shades.fill(value)))
        return items

    def _index(self, cell: Position) -> str:
        """Where a pooled number was found, as PyTorch counts: row by row from 0."""
        row, column = self.found[int(np.ravel_multi_index(cell, self.maps[1].shape))]
        return str(row * self.maps[0].shape[1] + column)

    def _window(self, stage: int, step: Step) -> list[Primitive]:
        sheet, grid = self.sheets[stage], self.grid(stage)
        places = {sheet.place(two(tap.canvas)): tap for tap in step.taps}
        items, fills = self.sheet_grids[stage].covered(places)
        weighed = {
            place: tap.w for place, tap in places.items() if tap.w is not None and tap.source is not Source.OUTSIDE
        }
        fmt = Formats.of(self.layers[stage])
        if not grid.contents.written:
            return items
        if stage > 0:  # without the small numbers that stand where the weights go
            inside = {place: tap for place, tap in places.items() if tap.source is Source.INPUT}
            for place, tap in inside.items() if weighed else ():
                items += grid.cell(place, self.formats[stage](tap.x or 0), fills[place], value=tap.x or 0)
        texts = {place: f"{words.TIMES}{fmt.w(w)}" for place, w in weighed.items()}
        for place, text in texts.items():
            items += self.sheet_grids[stage].marked(place, text, fills[place], texts.values())
        return items

    def _largest(self, stage: int, step: Step) -> list[Primitive]:
        taken = next((tap for tap in step.taps if tap.x == step.value), None)
        return [] if taken is None else self._marked(stage, self.sheets[stage].place(two(taken.canvas)), step.value)

    def _marked(self, k: int, place: Position, value: float) -> list[Primitive]:
        """A cell of a map in the colour of what is computed."""
        grid, fill = self.grid(k), self._current(len(self.maps) - 1)
        return grid.cell(place, self.formats[k](value), fill, bold=True, value=value)

    # what was found, and where it goes

    def _from(self, cell: Cell) -> Position:
        """Where the pool found the number that stands, or whose place stands, in a cell of its output."""
        return self.found[int(np.ravel_multi_index(two(cell[1:]), self.maps[1].shape))]

    def _ring(self, cell: Cell) -> list[Primitive]:
        place = self.place(0, self._from(cell))
        color = seen(self.color(0), self.style.colors.current, self.style.colors.ink)
        return self.grid(0).ringed([place], color)

    def _put(self, cell: Cell, fill: str, *, bold: bool = False) -> list[Primitive]:
        """A number where it is put back; if several go there, the last stays."""
        there, last = self._from(cell), len(self.maps) - 1
        grid, value = self.grid(last), self.maps[last - 1][two(cell[1:])].item()
        text = self.formats[last](value)
        return grid.cell(there, text, fill, bold=bold, value=value)

    def _putting(self, cell: Cell) -> list[Primitive]:
        last, place = len(self.maps) - 1, two(cell[1:])
        read = self.style.under_window(self.color(last - 1))
        found = self._from(cell)
        items = self._result(last - 1, place, read, bold=True)
        items += self.grid(last - 1).framed([self.place(last - 1, place)])
        items += self._marked(0, self.place(0, found), self.maps[0][found].item())
        return [*items, *self._put(cell, self._current(last), bold=True)]

    # the sums, and what there is to know

    @cached_property
    def strip_layout(self) -> StripLayout:
        """Where the grids, the keys and the sum go."""
        colors = self.style.colors
        ring = strong(self.style, seen(colors.background, colors.current, colors.ink))
        found = self.say("flat.found", last=self.maps[0].size - 1) if self.grid(1).contents.written else ""
        keys = [Key(found or self.say("flat.found_at"), self.swatch(self.color(0)), ring)]
        if len(self.layers) > 2:
            keys.append(Key(self.say("flat.same_places"), self.swatch(self.color(2)), self.style.edge))
        return StripLayout(self.strip, tuple(keys))

    @cached_property
    def sums(self) -> list[Sum]:
        """Where the sums of a step are written; none without sums."""
        if not getattr(self.trace.spec.view, "sum", False):
            return []
        named, room = self.say("bias.named", value="{value}"), self.strip_layout.sum_room
        return [sum_for(layer, Formats.of(layer), self.style, room, bias=named) for layer in self.layers[:-1]]

    def _sum(self, stage: int, step: Step) -> list[Primitive]:
        if not self.sums:
            return []
        room, formats = self.sums[stage], Formats.of(self.layers[stage])
        x, y = (self.strip.width - room.width) / 2, self.strip_layout.sum_top + room.size
        return written_sum(room, step, formats, x=x, y=y)

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        axes, last = self.trace.input.ndim - 1, len(self.maps) - 1
        read = of_sheet("input", self.grid(0), self.sheets[0], 0, axes)
        return [*read, *of_grid("output", self.grid(last), 0, axes)]

    def turn(self, k: int) -> Turn:
        """What a window makes, or where a number is put back."""
        stage, step = self.steps.at(k)
        cell = self.stages[stage].cell(step)
        if stage == len(self.layers) - 1:
            cell = (0, *along(self._from(cell), self.trace.input.ndim - 1))
        return Turn(stage + 1, cell)

    def panel(self) -> Panel:
        """It as a panel, which can be put beside others."""
        scales = self.scales_of_maps(self._label(k).name for k in range(len(self.maps)))
        return with_bars(self.strip_layout.panel(self, *self.sums), scales, self.style, self.say)
