"""The gemm view: a convolution as a product of two matrices, computed tile by tile, with what each tile loads."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.frames import framed
from conv_anim.scene.gemm.plan import Plan
from conv_anim.scene.gliding import gliding, ring
from conv_anim.scene.hit_regions import HitRegion, corners
from conv_anim.scene.layout import Fit, animated, over
from conv_anim.scene.primitives import Boxes, Frame
from conv_anim.scene.steps import Steps
from conv_anim.scene.strokes import strong
from conv_anim.tracing.gemm import Gemm
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.hit_regions import Turn
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Box, Items, Point, Primitive, Stroke
    from conv_anim.scene.style import Style
    from conv_anim.scene.table import Table, Track
    from conv_anim.scene.timeline import Phase
    from conv_anim.spec.model import Animation
    from conv_anim.tracing.gemm import Place, Tile
    from conv_anim.tracing.trace import Trace
    from conv_anim.tracing.values import Array

MOST_ECHOES = 3000
"""Entries of the matrices that can be pointed at; with more, they are a few pixels wide."""


@dataclass(frozen=True)
class Walk:
    """The steps of a figure: tiles of a product, in the order of its animation."""

    gemm: Gemm
    animation: Animation

    @cached_property
    def steps(self) -> Steps:
        """As those of an output with an axis for each direction; column by column, columns come before rows."""
        groups, m, n, k = self.gemm.steps
        shape = (groups, n, m, k) if self._turned else (groups, m, n, k)
        plain = replace(self.animation, order="row-major") if self._turned else self.animation
        return Steps(shape, plain)

    @property
    def _turned(self) -> bool:
        return self.animation.order == "column-major"

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def total(self) -> int:
        """How many tiles there are."""
        return self.steps.total

    def place(self, rank: int) -> Place:
        """The step of a rank."""
        group, a, b, k = self.steps.nth(rank)
        return (group, b, a, k) if self._turned else (group, a, b, k)

    def before(self, frame: int) -> list[Place]:
        """The steps that are over when one begins and were not when the one before it began."""
        first = 0 if frame == 0 else self.steps.rank(frame - 1)
        return [self.place(rank) for rank in range(first, self.steps.rank(frame))]

    def sums(self, rank: int) -> list[Place]:
        """The steps that have added to the output's tile of one, it among them."""
        each = self.gemm.steps[3]
        return [self.place(k) for k in range(rank // each * each, rank + 1)]

    def ends(self, rank: int) -> bool:
        """Whether a step completes its sums."""
        return (rank + 1) % self.gemm.steps[3] == 0


def walk_of(trace: Trace) -> Walk:
    """The steps of a trace in this view."""
    view = trace.spec.view
    gemm = Gemm(trace.layer.operator, getattr(view, "layout", None) or "nchw", getattr(view, "tile", None))
    return Walk(gemm, trace.spec.animation)


@dataclass(frozen=True)
class GemmDrawing(Plan):
    """The drawing of a plan."""

    @cached_property
    def steps(self) -> Walk:
        return Walk(self.gemm, self.trace.spec.animation)

    def _tile(self, k: int) -> Tile:
        return self.gemm.at(self.steps.place(self.steps.steps.rank(k)))

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
        return self.tint(index // (self.layer.input.size // self.layer.input.shape[0]))

    def _entries(self, side: str, rows: range, columns: range, *, marked: bool) -> list[Primitive]:
        fills: dict[str, list[tuple[tuple[int, int], str]]] = {}
        for place, text, index in self.texts(side, rows, columns):
            fills.setdefault(self._fill(side, index), []).append((place, text))
        return self._colored(self.tables[side], fills, marked=marked)

    def _inputs(self, cells: Iterable[int], *, marked: bool) -> list[Primitive]:
        """Cells of the input's maps."""
        fills: dict[str, list[tuple[tuple[int, int], str]]] = {}
        each = self.layer.input.size // self.layer.input.shape[0]
        for index in cells:
            place = self.plates.place(index)
            fills.setdefault(self.tint(index // each), []).append((place, self.sources["windows"][index]))
        return self._colored(self.tables["map"], fills, marked=marked)

    def _colored(
        self, table: Table, fills: dict[str, list[tuple[tuple[int, int], str]]], *, marked: bool
    ) -> list[Primitive]:
        items: list[Primitive] = []
        for fill, texts in fills.items():
            items += table.cells(texts, self.style.under_window(fill) if marked else fill)
        return items

    def _loaded(self, cells: Iterable[int], counts: Array | None, *, marked: bool = False) -> list[Primitive]:
        """Cells of the memory, with how often each has been loaded."""
        if not self.counted:
            return []
        fills: dict[str, list[tuple[tuple[int, int], str]]] = {}
        each = self.layer.input.size // self.layer.input.shape[0]
        for index in cells:
            text = "" if counts is None or not counts[index] else str(counts[index])
            fills.setdefault(self.tint(index // each), []).append((self.in_memory(self.addresses[index]), text))
        return self._colored(self.tables["memory"], fills, marked=marked)

    # what is counted

    @cached_property
    def _counts(self) -> dict[int, tuple[Array, tuple[int, int, int, int]]]:
        """For every step: how often each input cell is loaded up to it; and inputs, weights, uses, multiply-adds."""
        cells, sums, found = np.zeros(self.layer.input.size, dtype=np.int64), np.zeros(4, dtype=np.int64), {}
        ranks = {self.steps.steps.rank(k): k for k in range(len(self.steps))}
        for rank in range(self.steps.total):
            tile = self.gemm.at(self.steps.place(rank))
            np.add.at(cells, self.gemm.loaded(tile)[0], 1)
            sums += (*self.gemm.loads(tile), tile.multiply_adds)
            if rank in ranks:
                inputs, weights, uses, products = sums.tolist()
                found[ranks[rank]] = cells.copy(), (inputs, weights, uses, products)
        return found

    def _lines(self, k: int | None) -> list[Primitive]:
        """What a step loads, and what was loaded up to it; at the end what all of it comes to."""
        if not self.counted:
            return []
        said = self._totals() if k is None else self._said(k)
        x, y = self.page.anchors["counts"]
        size, ink = self.style.em(13), self.style.text_ink
        return [
            self.style.text(x, y + 1.7 * size * n, text, size=size, color=ink if n == 0 else self.style.label_ink)
            for n, text in enumerate(said)
        ]

    def _said(self, k: int) -> list[str]:
        tile, (inputs, weights, _, products) = self._tile(k), self._counts[k][1]
        own, held, _ = self.gemm.loads(tile)
        runs = len(self.gemm.runs(tile))
        now = self.say("gemm.now" if runs != 1 else "gemm.now.run", inputs=own, runs=runs, weights=held)
        return [now, self.say("gemm.sofar", loads=inputs + weights, products=products)]

    def _totals(self) -> list[str]:
        found = self.gemm.all_loads
        all_ = self.say("gemm.all", inputs=found.inputs, weights=found.weights, again=found.again)
        return [all_, self.say("gemm.reuse", reuse=f"{found.reuse:.3g}", intensity=f"{found.intensity:.2g}")]

    @cached_property
    def wide(self) -> float:
        """How wide the lines of what is counted may be, and all else."""
        texts = [*self._totals(), *(text for k in range(len(self.steps)) for text in self._said(k))]
        size = self.style.em(13)
        return max(self.width, *(self.style.width(text, size=size) for text in texts)) if self.counted else self.width

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        return Frame(self._kept(k), (*self._reading(k), *self._adding(k), *self._lines(k)))

    def _kept(self, k: int) -> Items:
        """The tiles that are complete when a step begins, and the loads up to then."""
        done = [place for place in self.steps.before(k) if self._completes(place)]
        items = self._results(done)
        if k > 0 and self.counted:
            new = {int(cell) for place in self.steps.before(k) for cell in self.gemm.loaded(self.gemm.at(place))[0]}
            items += self._loaded(sorted(new), self._counts_before(k))
        return tuple(items)

    def _counts_before(self, k: int) -> Array:
        """How often each input cell was loaded when a step begins; past the last step, in all."""
        if k == len(self.steps):
            found: Array = self.gemm.input_loads.ravel()
            return found
        counts = self._counts[k][0].copy()
        np.subtract.at(counts, self.gemm.loaded(self._tile(k))[0], 1)
        return counts

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
        return Frame(self._kept(len(self.steps)), tuple(self._lines(None)))

    def _reading(self, k: int) -> list[Primitive]:
        """The tiles of both matrices, the input's cells in them, and where these are in memory."""
        tile, style = self._tile(k), self.style
        items = self._entries("left", tile.rows, tile.inner, marked=True)
        items += self._entries("top", tile.inner, tile.columns, marked=True)
        cells = sorted(set(self.gemm.loaded(tile)[0].tolist()))
        items += [*self._inputs(cells, marked=True), *self._framed(cells)]
        if self.counted:
            items += self._loaded(cells, self._counts[k][0], marked=True)
            items.append(Boxes(tuple(self._run_boxes(tile)), None, self._stroke(style.colors.window)))
        return [*items, Boxes(tuple(self._tile_boxes(tile)[:2]), None, self._stroke(style.colors.window))]

    def _framed(self, cells: Iterable[int]) -> list[Primitive]:
        """The outline of some cells of the input, channel by channel."""
        table, each = self.tables["map"], self.layer.input.size // self.layer.input.shape[0]
        channels: dict[int, list[tuple[int, int]]] = {}
        for index in cells:
            channels.setdefault(index // each, []).append(self.plates.place(index))
        if self.style.frame is None:
            return []
        return [item for places in channels.values() for item in framed(self.style, places, _corners_of(table))]

    def _stroke(self, color: str) -> Stroke:
        return strong(self.style, color)

    def _run_boxes(self, tile: Tile) -> list[Box]:
        """Around each stretch of the memory that a step loads, line by line."""
        table, found = self.tables["memory"], []
        columns = table.columns.count
        for run in self.gemm.runs(tile):
            for line in range(run.start // columns, (run.stop - 1) // columns + 1):
                first, last = max(run.start, line * columns), min(run.stop, (line + 1) * columns) - 1
                found.append(self._around(table, range(line, line + 1), range(first % columns, last % columns + 1)))
        return found

    @staticmethod
    def _around(table: Table, rows: range, columns: range) -> Box:
        x, y = table.x + table.columns.starts[columns[0]], table.y + table.rows.starts[rows[0]]
        right = table.x + table.columns.starts[columns[-1]] + table.columns.cell
        return x, y, right - x, table.y + table.rows.starts[rows[-1]] + table.rows.cell - y

    def _tile_boxes(self, tile: Tile) -> list[Box]:
        """Around the tiles of both matrices and of the output."""
        return [
            self._around(self.tables["left"], tile.rows, tile.inner),
            self._around(self.tables["top"], tile.inner, tile.columns),
            self._around(self.tables["out"], tile.rows, tile.columns),
        ]

    def _adding(self, k: int) -> list[Primitive]:
        """The output's tile with the sums as far as they have come."""
        rank, tile = self.steps.steps.rank(k), self._tile(k)
        around = Boxes((self._tile_boxes(tile)[2],), None, self._stroke(self.style.colors.current))
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
            around = Boxes((self._tile_boxes(self._tile(step))[2],), None, self._stroke(self.style.colors.current))
            return (*self._reading(step), around, *self._lines(step))
        here, there = (self._rings(k) for k in (step, step + 1))
        lines = self._lines(step)
        return (*self._left(step), *gliding(here, there, share, self._stroke(self.style.colors.window)), *lines)

    def _left(self, step: int) -> list[Primitive]:
        """What a step leaves behind: its part of the output, and its loads."""
        tile = self._tile(step)
        done = self.steps.ends(self.steps.steps.rank(step))
        items = self._results([self.steps.place(self.steps.steps.rank(step))]) if done else self._adding(step)[:-1]
        cells = sorted(set(self.gemm.loaded(tile)[0].tolist()))
        return [*items, *(self._loaded(cells, self._counts[step][0]) if self.counted else [])]

    def _rings(self, k: int) -> list[Ring]:
        return [ring(box) for box in self._tile_boxes(self._tile(k))]

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        """The cells of the maps; entries of the windows' matrix and of the memory are those of the input again."""
        shape, tables = self.layer.input.shape, self.tables
        cells = [tuple(int(i) for i in np.unravel_index(k, shape)) for k in range(self.layer.input.size)]
        found = [
            HitRegion("input", cell, corners(tables["map"].box(self.plates.place(k)))) for k, cell in enumerate(cells)
        ]
        if self.counted:
            places = [self.in_memory(address) for address in self.addresses]
            boxes = (corners(tables["memory"].box(place)) for place in places)
            found += [HitRegion("input", cell, box, echo=True) for cell, box in zip(cells, boxes, strict=True)]
        out = tables["out"]
        for r, c in np.ndindex(*self.gemm.shape):
            found.append(HitRegion("output", self.gemm.cell(r, c), corners(out.box((r, c)))))
        entries = [(side, entry) for side in ("left", "top") for entry in self._all_entries(side)]
        if len(entries) <= MOST_ECHOES:
            found += [self._echo(side, place, index, cells) for side, (place, _, index) in entries if self._named(side)]
        return found

    def _named(self, side: str) -> bool:
        """Whether the entries of a matrix stand for cells; weights do if there is one kernel, to which pages point."""
        return self.held(side) == "windows" or self.layer.output.shape[0] == 1

    def _all_entries(self, side: str) -> list[tuple[tuple[int, int], str, int]]:
        table = self.tables[side]
        return self.texts(side, range(table.rows.count), range(table.columns.count))

    def _echo(self, side: str, place: tuple[int, int], index: int, cells: list[tuple[int, ...]]) -> HitRegion:
        """An entry of a matrix, as the cell that it repeats."""
        box = corners(self.tables[side].box(place))
        if self.held(side) == "windows":
            return HitRegion("input", cells[index], box, echo=True)
        assert self.layer.kernels is not None
        return HitRegion("kernel", tuple(int(i) for i in np.unravel_index(index, self.layer.kernels.shape))[1:], box)

    def turn(self, k: int) -> Turn | None:
        del k
        return None

    def panel(self) -> Panel:
        """It as a panel, which can be put beside others."""
        fit = Fit(self.side, self.tables["out"].size or 0.0, grows=False)
        return over(replace(self.page, baseline=0.0), animated(self, self.wide, self.page.height, fit=fit))


def _corners_of(table: Table) -> Callable[[float, float], Point]:
    """Where a row and a column of a table begin; past the last one, where it ends."""

    def at(row: float, column: float) -> Point:
        return table.x + _start(table.columns, column), table.y + _start(table.rows, row)

    return at


def _start(track: Track, place: float) -> float:
    """Where a cell begins, the end of the one before if a gap lies between; a part of a cell in proportion."""
    whole, rest = divmod(place, 1)
    at = int(whole)
    if rest or at == 0:
        return track.starts[at] + rest * track.cell
    return track.starts[at - 1] + track.cell


def gemm(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    return GemmDrawing(trace, style).panel()
