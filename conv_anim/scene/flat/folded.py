"""The flat view of fold (col2im): every column is laid back where its window was, and what overlaps adds up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.areas import Area, corners, of_sheet
from conv_anim.scene.color import mix, readable
from conv_anim.scene.flat.board import Board
from conv_anim.scene.flat.drawing import Drawing
from conv_anim.scene.flat.lettered import Letters, matrix_label
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.grid import Grid, Numbers, strong
from conv_anim.scene.numbers import adds_up, largest
from conv_anim.scene.panel import Sign
from conv_anim.scene.primitives import Boxes, Frame, Lazy
from conv_anim.scene.sheet import Sheet, two
from conv_anim.scene.signpost import Key
from conv_anim.scene.sums import Sum, Term
from conv_anim.scene.wording import words
from conv_anim.spec.model import Labels
from conv_anim.tracing.geometry import Source

if TYPE_CHECKING:
    from conv_anim.scene.grid import Place
    from conv_anim.scene.panel import Panel
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.steps import Cell
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import Step


@dataclass(frozen=True)
class FoldedView(Drawing):
    """The drawing of a fold into one channel."""

    @cached_property
    def window(self) -> Operator:
        """Over the output."""
        columns = self.layer.layer.columns
        assert columns is not None
        return columns.window

    @cached_property
    def sheet(self) -> Sheet:
        """The output with the padding that windows reach into."""
        return Sheet.read_by(self.window)

    @property
    def letters(self) -> Letters:
        return Letters(self.layer.input.shape[0])

    @cached_property
    def strip(self) -> Strip:
        colors, given, shape = self.style.colors, self.trace.spec.labels or Labels(), self._shape
        first = matrix_label(self.trace, given.input, key="label.input", shape=shape)
        last = words.Label(words.labels(self.trace)[-1].name, self.say("flat.laid_back"))
        read = {self.x(v) for v in self.layer.input.ravel().tolist()}
        made = {self.y(v) for v in self.layer.output.ravel().tolist()}
        numbers = Numbers.fitting(self.style, self.style.cell, read, self.style.number_size, bold=made)
        parts = (
            Part(shape, Sign(self.style, first, colors.input), "→", left=self.letters.room(numbers.cell)),
            Part(self.sheet.shape, Sign(self.style, last, colors.output)),
        )
        return Strip(self.style, numbers, parts, labelled=self.trace.spec.labels is not None)

    @property
    def _shape(self) -> Place:
        rows, columns = self.layer.input.shape
        return rows, columns

    @property
    def columns(self) -> Grid:
        return self.strip.grids[0]

    @property
    def output(self) -> Grid:
        return self.strip.grids[1]

    def _place(self, cell: Cell) -> Place:
        """Where an output cell is drawn."""
        row, column = two(cell[1:])
        return self.sheet.rows.place(row), self.sheet.columns.place(column)

    # what stays

    def still(self) -> Items:
        items = self.columns.filled(self.layer.input, self.x, self.style.colors.input)
        items += self.letters.beside(self.columns, self.strip.quiet)
        inside = [(r, c) for r, c, source, _ in self.sheet.cells() if source is Source.INPUT]
        items += self.output.pending(inside)
        items += self.output.dashed((r, c) for r, c, source, _ in self.sheet.cells() if source is Source.PADDING)
        return tuple(items + self.board.still())

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        kept = [item for cell in self.pace.passed(k) for item in self._result(cell, self.style.colors.output)]
        cell = self.pace.cell(k)
        if cell is None:
            return Frame(tuple(kept))
        step = self.layer.step(cell)
        current = mix(self.style.colors.output, self.style.colors.current, self.style.theme.overlay)
        shown = [*self._read(step), *self._result(cell, current, bold=True), *self._windows(step), *self._sum(step)]
        return Frame(tuple(kept), tuple(shown))

    def _result(self, cell: Cell, fill: str, *, bold: bool = False) -> list[Primitive]:
        place, text = self._place(cell), self.y(self.layer.output[cell].item())
        return [*self.output.patches({place: fill}, self.style.edge), self.output.number(place, text, fill, bold=bold)]

    def _read(self, step: Step) -> list[Primitive]:
        """The cells of the columns that add up."""
        colors, values = self.style.colors, self.layer.input
        read = mix(colors.input, colors.window, self.style.theme.overlay)
        cells = [tap.input for tap in step.taps if tap.input is not None]
        places = [(row, column) for row, column in cells]
        numbers = [self.columns.number(place, self.x(values[place].item()), read, bold=True) for place in places]
        return [*self.columns.patches(dict.fromkeys(places, read), self.style.edge), *numbers]

    def _windows(self, step: Step) -> list[Primitive]:
        """The outline of every window that covers a cell."""
        grid, color = self.output, self.style.colors.ink
        boxes = []
        for tap in step.taps:
            assert tap.input is not None
            top, left = two(tuple(int(i) for i in np.unravel_index(tap.input[1], self.window.out_size)))
            rows, columns = self.sheet.rows.covered([top]), self.sheet.columns.covered([left])
            (x, y, _, _), (right, bottom, side, _) = grid.box(rows[0], columns[0]), grid.box(rows[-1], columns[-1])
            boxes.append((x, y, right + side - x, bottom + side - y))
        return [Boxes(tuple(boxes), None, strong(self.style, color))] if boxes else []

    # the sum, and what there is to know

    @cached_property
    def board(self) -> Board:
        colors = self.style.colors
        fill = mix(colors.input, colors.window, self.style.theme.overlay)
        keys = [Key(self.say("flat.letters"), fill, self.style.edge)] if self.letters.used else []
        outlined = Key(self.say("flat.covering"), colors.background, strong(self.style, colors.ink))
        return Board(self.strip, (*keys, outlined))

    @cached_property
    def sum(self) -> Sum | None:
        if not getattr(self.trace.spec.view, "sum", False):
            return None
        size, maps = self.style.label_size, (self.layer.input, self.layer.output)
        ends = [(values.min().item(), values.max().item()) for values in maps]
        slot = max(self.style.width(self.x.factor(v), size=size) for v in ends[0])
        result = max(self.style.width(f"= {self.y(v)}", size=size, bold=True) for v in ends[1])
        count = max(1, *(len(step.taps) for step in self.layer))
        return Sum(self.style, count, 1, slot, " + ", "", " ", result, self.board.sum_room)

    def _sum(self, step: Step) -> list[Primitive]:
        if self.sum is None:
            return []
        terms = [Term(self.x.factor(tap.x or 0), idle=tap.x == 0) for tap in step.taps] or [Term("0", idle=True)]
        colors = self.style.colors
        color = readable(colors.background, colors.current, colors.ink)
        x, y = (self.strip.width - self.sum.width) / 2, self.board.sum_top + self.sum.size
        equals = "=" if self.x.exact and self.y.exact and self._lossless else "≈"
        return self.sum.of(len(terms)).at(x, y, terms, f"{equals} {self.y(step.value)}", color)

    @cached_property
    def _lossless(self) -> bool:
        """Whether the output is what the sums really are, and not only the floats next to them."""
        read, decimals = self.layer.input, max(self.x.decimals, self.y.decimals)
        return self.layer.output.dtype.kind == "i" or adds_up(largest(read) * len(read), len(read), decimals=decimals)

    def areas(self) -> list[Area]:
        """Of the columns every cell: a row is a channel of the input."""
        grid, axes = self.columns, self.layer.output.ndim - 1
        read = [Area("input", place, corners(grid.box(*place))) for place in np.ndindex(grid.rows, grid.columns)]
        return [*read, *of_sheet("output", self.output, self.sheet, 0, axes)]

    def panel(self) -> Panel:
        frames, turns = Lazy(len(self.pace), self.frame), self.pace.turns(1)
        return self.board.panel(self.still(), frames, self.sum, areas=self.areas, turns=turns)
