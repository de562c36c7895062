"""A convolution as a product of two matrices, computed tile by tile, with what each tile loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.color import mix
from conv_anim.scene.fit import Fit
from conv_anim.scene.frames import framed
from conv_anim.scene.gemm.counted import Counted
from conv_anim.scene.gemm.regions import regions
from conv_anim.scene.gliding import gliding
from conv_anim.scene.primitives import Boxes, Frame, corners
from conv_anim.scene.sheets.slots import filled
from conv_anim.scene.strokes import strong
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.hit_regions import HitRegion, Turn
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Box, Items, Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.gemm import Place, Tile
    from conv_anim.tracing.values import Array

COUNTS = 0.16
"""How grey the cells are that hold no numbers of a map, but how often these are loaded."""


@dataclass(frozen=True)
class GemmDrawing(Counted):
    """The drawing of a plan."""

    # what stays

    def static(self) -> Items:
        _ = self.gemm.product(self.layer)  # which is the trace's output, or nothing is drawn
        items: list[Primitive] = []
        for name in ("left", "top"):
            items += self.tables[name].blank()
            table = self.tables[name]
            items += self._entries(name, range(table.rows.count), range(table.columns.count), marked=False)
        items += self._inputs(range(self.layer.input.size), marked=False)
        items += self.tables["out"].pending()
        return (*items, *self._loaded(range(self.layer.input.size), None))

    def _fill(self, side: str, index: int) -> str:
        """The colour of an entry of a matrix."""
        if self.held(side) == "weights":
            return self.style.colors.kernel
        return self._tint_of(index)

    def _tint_of(self, index: int) -> str:
        """The colour of an input cell."""
        return self.tint(index // (self.layer.input.size // self.layer.input.shape[0]))

    def _entries(self, side: str, rows: range, columns: range, *, marked: bool) -> list[Primitive]:
        entries = self.texts(side, rows, columns)
        filled = ((place, text, self._fill(side, index)) for place, text, index in entries)
        return self._colored(side, filled, marked=marked)

    def _inputs(self, cells: Iterable[int], *, marked: bool) -> list[Primitive]:
        """Cells of the input's maps."""
        numbers = self.sources["windows"]
        found = ((self.plates.place(index), numbers[index], self._tint_of(index)) for index in cells)
        return self._colored("map", found, marked=marked)

    def _colored(self, name: str, cells: Iterable[tuple[Position, str, str]], *, marked: bool) -> list[Primitive]:
        under = self.style.under_window if marked else str
        return self.tables[name].patches((place, text, under(fill)) for place, text, fill in cells)

    def _loaded(self, cells: Iterable[int], counts: Array | None, *, marked: bool = False) -> list[Primitive]:
        """Cells of the memory, with how often each has been loaded."""
        if not self.counted:
            return []

        def loads(index: int) -> str:
            return "" if counts is None or not counts[index] else f"×{counts[index]}"

        fill = mix(self.style.colors.background, self.style.colors.muted, COUNTS)
        found = ((self.in_memory(self.addresses[index]), loads(index), fill) for index in cells)
        return self._colored("memory", found, marked=marked)

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        return Frame(self._kept(k), (*self._reading(k), *self._adding(k), *self.lines(k)))

    def _kept(self, k: int) -> Items:
        """The tiles that are complete when a step begins, and the loads up to then."""
        done = [place for place in self.steps.before(k) if self._completes(place)]
        items = self._results(done)
        if k > 0 and self.counted:
            new = {int(cell) for place in self.steps.before(k) for cell in self.gemm.loaded(self.gemm.at(place))[0]}
            items += self._loaded(sorted(new), self.counts_before(k))
        return tuple(items)

    def _completes(self, place: Place) -> bool:
        last = 0 if self.trace.spec.animation.order == "reverse" else self.gemm.steps[3] - 1
        return place[3] == last

    def _results(self, places: Iterable[Place], *, bold: bool = False) -> list[Primitive]:
        """Tiles of the output with the trace's numbers."""
        cells = [(r, c) for tile in map(self.gemm.at, places) for r in tile.rows for c in tile.columns]
        texts = [(at, self.formats.y(self.layer.output[self.gemm.cell(*at)].item())) for at in cells]
        output = self.style.colors.output
        fill = self.style.at_work(output) if bold else output
        return self.tables["out"].cells(texts, fill, bold=bold) if texts else []

    def finished(self) -> Frame:
        return Frame(self._kept(len(self.steps)), tuple(self.lines(None)))

    def _reading(self, k: int) -> list[Primitive]:
        """The tiles of both matrices, the input's cells in them, and where these are in memory."""
        tile, style = self.steps.tile(k), self.style
        items = self._entries("left", tile.rows, tile.inner, marked=True)
        items += self._entries("top", tile.inner, tile.columns, marked=True)
        cells = self.loaded_by(tile)
        items += [*self._inputs(cells, marked=True), *self._framed(cells)]
        if self.counted:
            items += self._loaded(cells, self.counts[k][0], marked=True)
            items.append(Boxes(tuple(self._run_boxes(tile)), None, strong(style, style.colors.window)))
        return [*items, Boxes(tuple(self._tile_boxes(tile)[:2]), None, strong(style, style.colors.window))]

    def _framed(self, cells: Iterable[int]) -> list[Primitive]:
        """The outline of some cells of the input, channel by channel."""
        each = self.layer.input.size // self.layer.input.shape[0]
        channels: dict[int, list[tuple[int, int]]] = {}
        for index in cells:
            channels.setdefault(index // each, []).append(self.plates.place(index))
        if self.style.frame is None:
            return []
        at = self.tables["map"].in_block
        return [item for places in channels.values() for item in framed(self.style, places, at(places[0]))]

    def _run_boxes(self, tile: Tile) -> list[Box]:
        """Around each stretch of the memory that a step loads, line by line."""
        table, found = self.tables["memory"], []
        columns = table.columns.count
        for run in self.gemm.runs(tile):
            for line in range(run.start // columns, (run.stop - 1) // columns + 1):
                first, last = max(run.start, line * columns), min(run.stop, (line + 1) * columns) - 1
                found.append(table.around(range(line, line + 1), range(first % columns, last % columns + 1)))
        return found

    def _tile_boxes(self, tile: Tile) -> list[Box]:
        """Around the tiles of both matrices and of the output."""
        return [
            self.tables["left"].around(tile.rows, tile.inner),
            self.tables["top"].around(tile.inner, tile.columns),
            self.tables["out"].around(tile.rows, tile.columns),
        ]

    def _around_made(self, tile: Tile) -> Boxes:
        return Boxes((self._tile_boxes(tile)[2],), None, strong(self.style, self.style.colors.current))

    def _adding(self, k: int) -> list[Primitive]:
        """The output's tile with the sums as far as they have come."""
        rank, tile = self.steps.rank(k), self.steps.tile(k)
        around = self._around_made(tile)
        if self.steps.ends(rank):
            return [*self._results([self.steps.place(rank)], bold=True), around]
        parts = [self.gemm.partial(self.layer, self.gemm.at(place)) for place in self.steps.sums(rank)]
        sums = np.sum(parts, axis=0)
        fill = self.style.at_work(self.style.colors.background)
        texts = [
            ((r, c), self.formats.y(sums[i, j].item()))
            for i, r in enumerate(tile.rows)
            for j, c in enumerate(tile.columns)
        ]
        return [*self.tables["out"].cells(texts, fill), around]

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A step as it comes about: what is loaded, then what it adds; or tiles on their way to the next ones."""
        if phase == "read":
            return (*self._reading(step), self._around_made(self.steps.tile(step)), *self.lines(step))
        here, there = (self._rings(k) for k in (step, step + 1))
        lines = self.lines(step)
        return (*self._left(step), *gliding(here, there, share, strong(self.style, self.style.colors.window)), *lines)

    def _left(self, step: int) -> list[Primitive]:
        """What a step leaves behind: its part of the output, and its loads."""
        tile, rank = self.steps.tile(step), self.steps.rank(step)
        done = self.steps.ends(rank)
        items = self._results([self.steps.place(rank)]) if done else self._adding(step)[:-1]
        cells = self.loaded_by(tile)
        return [*items, *(self._loaded(cells, self.counts[step][0]) if self.counted else [])]

    def _rings(self, k: int) -> list[Ring]:
        return [corners(box) for box in self._tile_boxes(self.steps.tile(k))]

    def hit_regions(self) -> list[HitRegion]:
        return regions(self)

    def turn(self, k: int) -> Turn | None:
        del k
        return None

    def panel(self) -> Panel:
        """It as a panel, which can be put beside others."""
        fit = Fit(self.side, self.tables["out"].size or 0.0, grows=False)
        return filled(self.page, self, width=self.wide, fit=fit)
