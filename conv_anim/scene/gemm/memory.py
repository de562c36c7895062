"""A layout alone: where the cells of each window lie in memory, without a product of matrices."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.fit import Fit
from conv_anim.scene.gemm.plan import LEADING, LINE, LONGEST, MAP
from conv_anim.scene.gemm.product import GemmDrawing
from conv_anim.scene.gemm.regions import inputs
from conv_anim.scene.layout import align, column
from conv_anim.scene.matrix.factors import Cell, Plates
from conv_anim.scene.primitives import Boxes, Frame
from conv_anim.scene.sheets.slots import filled, named, slot
from conv_anim.scene.sheets.table import Table, Track
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording.words import Label
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.timeline import Phase


@dataclass(frozen=True)
class MemoryDrawing(GemmDrawing):
    """The input as maps, and below it in one line as it is stored."""

    # where it goes

    @cached_property
    def _tables(self) -> dict[str, Table]:
        side = round(MAP * self.style.scale)
        numbers = self.number(side, max(self.style.width(text, size=1.0) for text in self.sources["windows"]))
        return {
            "map": self.plates.table(self.style, Cell(side, side, numbers)),
            "memory": self._memory(self._room),
        }

    @cached_property
    def plates(self) -> Plates:
        channels, *axes = self.layer.input.shape
        below = Plates.of(channels, tuple(axes))
        beside = Plates(1, channels, below.rows, below.columns)
        return beside if beside.across * (beside.columns + 0.25) * MAP * self.style.scale <= self._room else below

    @property
    def _room(self) -> float:
        """Pixels that the line of the memory may take."""
        most = LONGEST * self.style.scale
        return most if self.style.room is None else min(most, self.style.room)

    def _memory(self, width: float) -> Table:
        """In one line if it is short enough, with gaps between the channels, or between the cells that have several."""
        channels, count = self.layer.input.shape[0], self.layer.input.size
        blocks = (channels, count // channels) if self.gemm.layout == "nchw" else (count // channels, channels)
        side, gap = round(MAP * self.style.scale), round(0.2 * MAP * self.style.scale)
        line = Track(blocks, side, gap)
        if line.length > width:
            side = max(round(0.6 * side), int((width - gap * blocks[0]) / count))
            line = Track(blocks, side, gap)
        if line.length > 1.1 * width:
            return super()._memory(width)
        size = self.number(side, max(self.style.width(text, size=1.0) for text in self.sources["windows"]))
        return Table(self.style, Track((1,), side, 0), line, size)

    @cached_property
    def page(self) -> Panel:
        parts = {name: named(table, name, self._head(name, self._room)) for name, table in self._tables.items()}
        wide = max(part.width for part in parts.values())
        said = slot("counts", 0, LEADING * self.style.em(LINE))
        rows = [align(part, wide, part.height, across="start") for part in parts.values()]
        return column(*rows, said, gap=self.style.gap)

    @cached_property
    def labels(self) -> dict[str, Label]:
        stored = Label(self.say("gemm.memory", layout=self.gemm.layout.upper()), self.say("gemm.memory.stored"))
        return {**super().labels, "memory": stored}

    def _told(self, k: int | None) -> list[str]:
        if k is not None:
            tile = self.steps.tile(k)
            runs, cells = len(self.gemm.runs(tile)), self.gemm.loads(tile)[0]
            return [self.say("gemm.stretches" if runs != 1 else "gemm.stretches.one", inputs=cells, runs=runs)]
        all_runs = {len(self.gemm.runs(self.gemm.at(place))) for place in self.gemm.walk()}
        return [self.say("gemm.stretches.all", runs=self.say.listed(sorted(all_runs)))]

    # what is drawn

    def static(self) -> Items:
        cells = range(self.layer.input.size)
        return (*self._inputs(cells, marked=False), *self._stored(list(cells), marked=False))

    def _stored(self, cells: list[int], *, marked: bool) -> list[Primitive]:
        numbers = self.sources["windows"]
        found = ((self.in_memory(self.addresses[index]), numbers[index], self._tint_of(index)) for index in cells)
        return self._colored("memory", found, marked=marked)

    def _window(self, k: int) -> list[Primitive]:
        tile = self.steps.tile(k)
        cells = self.loaded_by(tile)
        around = Boxes(tuple(self._run_boxes(tile)), None, strong(self.style, self.style.colors.window))
        marked = [*self._inputs(cells, marked=True), *self._stored(cells, marked=True)]
        return [*marked, *self._framed(cells), around]

    def frame(self, k: int) -> Frame:
        return Frame((), (*self._window(k), *self.lines(k)))

    def finished(self) -> Frame:
        return Frame((), tuple(self.lines(None)))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset()

    def hit_regions(self) -> list[HitRegion]:
        return inputs(self)

    def panel(self) -> Panel:
        fit = Fit(self._tables["map"].rows.cell, 0.0, grows=False)
        return filled(self.page, self, width=self.wide, fit=fit)
