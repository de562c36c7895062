"""Where the parts of the gemm view go: the input in the corner of the two matrices, their product where they meet."""

from __future__ import annotations

from functools import cached_property
from math import ceil, floor, prod
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.color import mix
from conv_anim.scene.gemm.walk import Walk, walk_of
from conv_anim.scene.layout import EMPTY, align, column, table
from conv_anim.scene.matrix.factors import Cell, Plates
from conv_anim.scene.sheets.slots import named, settled, sign, slot
from conv_anim.scene.sheets.table import Table, Track
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.wording.words import Label, ends_of, kernel_of, size
from conv_anim.spec.view_values import GemmView
from conv_anim.tracing.gemm import NOTHING, Gemm
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel

LONGEST = 600
"""Pixels, at scale 1, that the rows or columns of both matrices together may take."""
SIDE, MOST = 30, 38
"""Pixels of a cell, at scale 1: what it has, and what it may have for the sake of long numbers."""
MAP = 28
"""Pixels of a cell of the input, at scale 1, where those of the matrices are smaller."""
MEMORY = 22
"""Pixels of a cell of the memory, at scale 1."""
ACROSS = 360
"""Pixels, at scale 1, that the memory may take across, even if the matrices take less."""
NUMBER = 14
"""Pixels of a number, at scale 1."""
ROOM = 0.84
"""How much of a cell's width its number may take."""
LINE, LEADING = 13, 1.7
"""Pixels of the text below all, at scale 1, and its lines' distance by its size."""
PALEST = 0.62
"""How much paler than the first channel the last one is."""


@dataclass(frozen=True)
class Plan(Traced):
    """Tables by their names: ``map``, ``left``, ``top``, ``out``, and ``memory`` where loads are counted."""

    @cached_property
    def view(self) -> GemmView:
        """The options."""
        assert isinstance(self.trace.spec.view, GemmView)
        return self.trace.spec.view

    @cached_property
    def steps(self) -> Walk:
        """The walk through the product, tile by tile."""
        return walk_of(self.trace)

    @property
    def gemm(self) -> Gemm:
        """The product."""
        return self.steps.gemm

    @property
    def counted(self) -> bool:
        """Whether loads are counted: where a tile or a layout is asked for."""
        return self.view.tile is not None or self.view.layout is not None

    @cached_property
    def formats(self) -> Formats:
        """How its numbers are written."""
        return Formats.of(self.layer)

    # what stands in cells

    @cached_property
    def sources(self) -> dict[str, list[str]]:
        """The numbers of input and kernel as text."""
        assert self.layer.kernels is not None
        return {
            "windows": [self.formats.x(v) for v in self.layer.input.ravel().tolist()],
            "weights": [self.formats.w(v) for v in self.layer.kernels.ravel().tolist()],
        }

    def held(self, side: str) -> str:
        """Whether a matrix is that of the windows or of the weights."""
        return "windows" if (side == "left") == self.gemm.windows_are_rows else "weights"

    def tint(self, channel: int) -> str:
        """The colour of an input channel: the further, the paler."""
        colors, last = self.style.colors, max(1, self.layer.input.shape[0] - 1)
        return mix(colors.input, colors.background, PALEST * channel / last)

    # sizes

    @cached_property
    def widest(self) -> float:
        """The widest number, for an em of 1."""
        texts = {*self.sources["windows"], *self.sources["weights"]}
        made = {self.formats.y(v) for v in self.layer.output.ravel().tolist()}
        plain = max(self.style.width(text, size=1.0) for text in texts)
        return max(plain, *(self.style.width(text, size=1.0, bold=True) for text in made))

    @cached_property
    def side(self) -> int:
        """The side of a cell of the matrices."""
        scale, depth = self.style.scale, self.gemm.left.shape[1]
        wanted = min(round(MOST * scale), max(round(SIDE * scale), ceil(self.widest * NUMBER * scale / ROOM)))
        count = depth + max(self.gemm.shape)
        found: int = max(2, min(wanted, floor(LONGEST * scale / count)))
        return found if self.style.fit is None else max(2, min(found, round(self.style.fit.cell)))

    def number(self, side: int, widest: float) -> float | None:
        """The size of numbers in cells of a side; None where they could not be read."""
        found = min(NUMBER * self.style.scale, 0.5 * side, ROOM * side / widest)
        found = max(found, min(self.style.least, 0.6 * side, ROOM * side / widest))
        return found if found >= self.style.least else None

    def _grid(self, rows: tuple[int, ...], columns: tuple[int, ...], side: int) -> Table:
        gap = max(1, round(side / 6))
        return Table(self.style, Track(rows, side, gap), Track(columns, side, gap), self.number(side, self.widest))

    @cached_property
    def blocks(self) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """The cells of both matrices along m, n and k, in blocks that belong together."""
        op = self.gemm.op
        places, channels = op.out_size, (op.groups, op.out_channels // op.groups)
        window, seen = prod(op.kernel_size), op.in_channels // op.groups
        depth = (op.in_channels, window) if self.gemm.layout == "nchw" else (op.groups * window, seen)
        return (places, channels, depth) if self.gemm.windows_are_rows else (channels, places, depth)

    @cached_property
    def _tables(self) -> dict[str, Table]:
        m, n, k = self.blocks
        found = {"left": self._grid(m, k, self.side), "top": self._grid(k, n, self.side)}
        found["out"] = self._grid(m, n, self.side)
        found["map"] = self.plates.table(self.style, self._map_cell(found["left"].width, found["top"].height))
        if self.counted:
            found["memory"] = self._memory(max(found["left"].width, ACROSS * self.style.scale))
        return found

    @cached_property
    def plates(self) -> Plates:
        """How the input lies as maps, one below the other or side by side."""
        channels, *axes = self.layer.input.shape
        below = Plates.of(channels, tuple(axes))
        beside = Plates(1, channels, below.rows, below.columns)
        high, wide = below.down * below.rows, beside.across * beside.columns
        corner = self.gemm.left.shape[1]
        return beside if channels > 1 and high > corner and wide <= max(corner, high) else below

    def _map_cell(self, width: float, height: float) -> Cell:
        plates, scale = self.plates, self.style.scale
        rows, columns = plates.down * plates.rows, plates.across * plates.columns
        room = floor(min(width / (columns + plates.across / 4), height / (rows + plates.down / 4)))
        side = max(self.side, min(round(MAP * scale), room))
        widest = max(self.style.width(text, size=1.0) for text in self.sources["windows"])
        return Cell(side, side, self.number(side, widest))

    def _memory(self, width: float) -> Table:
        """The input's cells by their addresses, line by line, broken where a row of the map ends."""
        channels, *axes = self.layer.input.shape
        count = self.layer.input.size
        least = axes[-1] * (channels if self.gemm.layout == "nhwc" else 1)
        side = max(3, min(round(MEMORY * self.style.scale), floor(width / least)))
        as_map = self.view.layout is None and channels == 1
        each = 1 if as_map else max(1, floor(width / side / least))
        lines = ceil(count / (least * each))
        columns = min(count, ceil(count / least / lines) * least)
        size_ = self.number(side, self.style.width(f"×{self.gemm.input_loads.max()}", size=1.0))
        gap = max(2, round(side / 4))
        return Table(self.style, Track((ceil(count / columns), 1), side, gap), Track((columns,), side, 0), size_)

    # where they go

    @cached_property
    def labels(self) -> dict[str, Label]:
        """What the parts are called."""
        say, (input_, output) = self.say, ends_of(self.trace)
        rows, columns = self.gemm.shape
        shapes = {"left": self.gemm.left.shape, "top": self.gemm.top.shape, "out": (rows, columns)}
        layout = self.gemm.layout
        of = {
            "windows": Label(say("gemm.windows", size="{}"), say(f"gemm.windows.{layout}")),
            "weights": Label(kernel_of(self.trace) + " {}", say(f"gemm.weights.{layout}", kernel=self._kernel_size)),
        }
        found = {name: of[self.held(name)] for name in ("left", "top")}
        found["out"] = Label(output + " {}", say(f"gemm.out.{layout}"))
        found = {name: Label(label.name.format(size(shapes[name])), label.detail) for name, label in found.items()}
        channels, *axes = self.layer.input.shape
        found["map"] = Label(f"{input_} {size(axes, channels, say)}")
        where = say("gemm.memory", layout=layout.upper()) if self.view.layout is not None else say("gemm.loads")
        found["memory"] = Label(where, say("gemm.memory.detail"))
        return found

    @property
    def _kernel_size(self) -> str:
        """The size of one filter."""
        op = self.gemm.op
        return size(op.kernel_size, op.in_channels // op.groups, self.say)

    def _head(self, name: str, room: float) -> Panel:
        if not self.labelled:
            return EMPTY
        colors = self.style.colors
        swatch = {"out": colors.output, "map": colors.input, "memory": None}
        swatch |= {name: colors.input if self.held(name) == "windows" else colors.kernel for name in ("left", "top")}
        return sign(self.style, self.labels[name], swatch[name], room=room)

    @cached_property
    def page(self) -> Panel:
        """All parts with their labels, and room for what is counted."""
        tables, style = self._tables, self.style
        corner = max(tables["left"].width, tables["map"].width)
        wide = max(tables["out"].width, 130 * style.scale)
        parts = {
            name: named(tables[name], name, self._head(name, corner if name in ("left", "map") else wide))
            for name in ("map", "top", "left", "out")
        }
        upper = [self._standing(parts["map"]), self._standing(parts["top"])]
        lower = [self._hanging(parts["left"], "left"), self._hanging(parts["out"], "out")]
        lower[0] = align(lower[0], max(upper[0].width, lower[0].width), 0, across="end")
        made = table([upper, lower], across=style.loose, down=style.gap)
        said = slot("counts", 0, LEADING * style.em(LINE) * self.most_lines(made.width))
        if not self.counted:
            return column(made, said, gap=style.wide)
        memory = named(tables["memory"], "memory", self._head("memory", max(made.width, ACROSS * style.scale)))
        return column(made, memory, said, gap=style.wide)

    def most_lines(self, width: float) -> int:
        """How many lines of text stand below all, in the step that has most of them."""
        raise NotImplementedError

    @staticmethod
    def _standing(part: Panel) -> Panel:
        """On its lower edge."""
        return replace(part, baseline=part.height)

    def _hanging(self, part: Panel, name: str) -> Panel:
        """By the upper edge of its table."""
        return replace(part, baseline=part.height - self._tables[name].height)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All tables, where they are."""
        return settled(self._tables, self.page)

    @cached_property
    def width(self) -> float:
        """In pixels."""
        return self.page.width

    # the cells of tables

    def texts(self, side: str, rows: range, columns: range) -> list[tuple[tuple[int, int], str, int]]:
        """Place, number and index of the entries of a matrix that hold something."""
        cells = self.gemm.left if side == "left" else self.gemm.top
        texts = self.sources[self.held(side)]
        return [((r, c), texts[cells[r, c]], int(cells[r, c])) for r in rows for c in columns if cells[r, c] != NOTHING]

    def in_memory(self, address: int) -> tuple[int, int]:
        """Where an address is in the table of the memory."""
        row_, column_ = divmod(address, self._tables["memory"].columns.count)
        return row_, column_

    @cached_property
    def addresses(self) -> list[int]:
        """The address of each input cell."""
        found: list[int] = self.gemm.address(np.arange(self.layer.input.size)).tolist()
        return found
