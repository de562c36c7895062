"""The flat view of fold (col2im): every column is laid back where its window was, and what overlaps adds up."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.equality import NEAR, sum_sign
from conv_anim.scene.arithmetic.numbers import agrees, enough, format_for
from conv_anim.scene.arithmetic.sums import Sum, Term
from conv_anim.scene.callouts import Key
from conv_anim.scene.flat.explained import ExplainedSum
from conv_anim.scene.flat.lettered import ColumnsDrawing, matrix_label
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.hit_regions import HitRegion, of_sheet
from conv_anim.scene.primitives import Boxes, union
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording import words
from conv_anim.spec.model import Labels
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Box, Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.steps import Cell
    from conv_anim.tracing.taps import Step


@dataclass(frozen=True)
class FoldedView(ColumnsDrawing):
    """The drawing of a fold into one channel."""

    @cached_property
    def strip(self) -> Strip:
        colors, given, shape = self.style.colors, self.trace.spec.labels or Labels(), self.shape
        first = matrix_label(self.trace, given.input, key="label.input", shape=shape)
        last = words.Label(words.labels(self.trace)[-1].name, self.say("flat.laid_back"))
        numbers = self.fitting(self.x.texts(self.layer.input), self.y.texts(self.layer.output))
        read, made = self.signs_of((first, last), colors.input, colors.output)
        parts = (
            Part(shape, read, "→", left=self.letters.room(numbers.cell), above=self.letters.above(self.style)),
            Part(self.sheet.shape, made),
        )
        return Strip(self.style, numbers, parts, labelled=self.labelled)

    @property
    def columns(self) -> Grid:
        """The matrix that is folded."""
        return self.before

    def place(self, cell: Cell) -> Position:
        row, column = two(cell[1:])
        return self.sheet.rows.place(row), self.sheet.columns.place(column)

    # what stays

    def resting(self) -> list[Primitive]:
        items = self.columns.filled(self.layer.input, self.x, self.style.colors.input)
        items += self.letters.beside(self.columns)
        items += self.letters.numbered(self.columns)
        inside = [(r, c) for r, c, source, _ in self.sheet.cells() if source is Source.INPUT]
        items += self.after.pending(inside)
        return items + self.after.dashed((r, c) for r, c, source, _ in self.sheet.cells() if source is Source.PADDING)

    # what differs from frame to frame

    def shown(self, k: int, cell: Cell) -> list[Primitive]:
        del k
        step = self.layer.step(cell)
        return [
            *self.read(step),
            *self.result(cell, self.current, bold=True),
            *self._windows(step, self.current),
            *self.added(step),
        ]

    def reading(self, cell: Cell) -> list[Primitive]:
        step = self.layer.step(cell)
        return [*self.read(step), *self._windows(step)]

    def read(self, step: Step) -> list[Primitive]:
        """The cells of the columns that add up."""
        colors, values = self.style.colors, self.layer.input
        read = self.style.under_window(colors.input)
        cells = [tap.input for tap in step.taps if tap.input is not None]
        places = [(row, column) for row, column in cells]
        numbers = [self.columns.number(place, self.x(values[place].item()), read, bold=True) for place in places]
        patches = self.columns.patches(dict.fromkeys(places, read), self.style.edge)
        return [*patches, *numbers, *self.columns.framed(places)]

    def _windows(self, step: Step, on: str | None = None) -> list[Primitive]:
        """The outline of every window that covers a cell, in its first cell the number of its column.

        The cell that is covered has it as soon as it is made, ``on`` the colour that it then has.
        """
        grid, colors = self.after, self.style.colors
        boxes, numbers = list["Box"](), list["Primitive"]()
        for tap in step.taps:
            assert tap.input is not None
            column = tap.input[1]
            top, left = two(tuple(int(i) for i in np.unravel_index(column, self.window.out_size)))
            rows, columns = self.sheet.rows.covered([top]), self.sheet.columns.covered([left])
            first = rows[0], columns[0]
            boxes.append(union([grid.box(*first), grid.box(rows[-1], columns[-1])]))
            fill = on if first == self.place(step.output) else colors.background
            if fill is not None and self.letters.used:
                numbers.append(grid.index(first, str(column + 1), fill))
        return [Boxes(tuple(boxes), None, strong(self.style, colors.ink)), *numbers] if boxes else []

    # the sum, and what there is to know

    def keys(self) -> tuple[Key, ...]:
        colors = self.style.colors
        return (*super().keys(), Key(self.say("flat.covering"), colors.background, strong(self.style, colors.ink)))

    @cached_property
    def sum(self) -> ExplainedSum | None:  # type: ignore[override]  # with a line above it
        if not self.sums:
            return None
        size = self.style.label_size
        slot = max(self.style.width(self.x.factor(v), size=size) for v in np.unique(self.layer.input).tolist())
        results = self.y.texts(self.layer.output)
        result = max(self.style.width(f"{NEAR} {text}", size=size, bold=True) for text in results)
        count = max(1, *(len(step.taps) for step in self.layer))
        whole = Sum(self.style, count, 1, slot, " + ", "", " ", result, self.strip_layout.sum_room)
        return ExplainedSum(whole, max(self.style.width(self._named(step), size=size) for step in self.layer))

    def _named(self, step: Step) -> str:
        """Which cells of the columns add up, by their letters and numbers: ``b1 + a2``."""
        read = [tap.input for tap in step.taps if tap.input is not None]
        return " + ".join(f"{self.letters[row]}{column + 1}" for row, column in read) if self.letters.used else ""

    def added(self, step: Step) -> list[Primitive]:
        if self.sum is None:
            return []
        found = [Term(self.x.factor(tap.x or 0), tap.x == 0, abs(tap.x or 0)) for tap in step.taps]
        terms = found or [Term("0", idle=True)]
        equals = sum_sign([[(self.x, tap.x or 0)] for tap in step.taps], (self.y, step.value))
        return self.sum.at(*self.sum_at, self._named(step), terms, f"{equals} {self.y(step.value)}")

    @cached_property
    def x(self) -> Format:
        """With so many digits that what is written adds up."""
        found = format_for(self.layer.input)
        return found.finer(enough(lambda more: self._adds_up(found.finer(more))))

    def _adds_up(self, x: Format) -> bool:
        read = x.shown(self.layer.input)
        totals = [sum(read[tap.input] for tap in step.taps if tap.input is not None) for step in self.layer]
        return agrees(self.y, self.layer.output.ravel(), np.array(totals))

    def hit_regions(self) -> list[HitRegion]:
        """Every cell of the columns (a row is a channel of the input)."""
        return [*self.of_columns("input", self.columns), *of_sheet("output", self.after, self.sheet, 0, self.axes)]
