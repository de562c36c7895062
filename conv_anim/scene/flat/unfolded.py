"""The flat view of unfold (im2col): every window becomes a column."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.flat.lettered import ColumnsDrawing, matrix_label
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.hit_regions import HitRegion, Turn, of_sheet
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.sheet_grid import SheetGrid
from conv_anim.scene.wording import words
from conv_anim.spec.model import Labels
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.steps import Cell
    from conv_anim.scene.timeline import Phase


@dataclass(frozen=True)
class UnfoldedView(ColumnsDrawing):
    """The drawing of one channel; ``pace`` goes through the windows, as cells (0, row, column) of a map of them."""

    @cached_property
    def strip(self) -> Strip:
        colors, given, shape = self.style.colors, self.trace.spec.labels or Labels(), self.shape
        first = words.labels(self.trace)[0]
        last = matrix_label(self.trace, given.output, key="label.output", shape=shape)
        read = self.x.texts(self.layer.input)
        numbers = self.fitting(read, read)
        signs = self.signs_of((first, last), colors.input, colors.output)
        parts = (
            Part(self.sheet.shape, signs[0], "→"),
            Part(shape, signs[1], left=self.letters.room(numbers.cell)),
        )
        return Strip(self.style, numbers, parts, labelled=self.labelled)

    @property
    def columns(self) -> Grid:
        """The matrix that is made."""
        return self.after

    @cached_property
    def input(self) -> SheetGrid:
        """The input with its border, in its grid."""
        values, fmt = plane(self.layer.input[0]), self.x
        return SheetGrid(self.before, self.sheet, values, fmt, fmt(0), self.style.colors.input)

    def resting(self) -> list[Primitive]:
        return [*self.input.static(), *self.columns.pending(), *self.letters.beside(self.columns)]

    def shown(self, k: int, cell: Cell) -> list[Primitive]:
        del k
        return [*self._read(cell), *self.result(cell, self.current, bold=True)]

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "sent", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """The window, and its numbers as they come to stand in their column, one below the other.

        Outlines lead from a cell to its row, so that nothing flies over what one has to read.
        """
        cell = self.pace.cell(step)
        assert cell is not None
        if phase == "way":
            return self.leading(step, share)
        items = self._read(cell)
        if phase != "sent":
            return tuple(items)
        column, rows = self.number(cell), min(self.columns.rows, int(share * self.columns.rows) + 1)
        for row in range(rows):
            place, text = (row, column), self.x(self.layer.output[row, column].item())
            items += self.columns.cell(place, text, self.current, bold=True)
        read = self.layer.step((rows - 1, column)).taps[0]
        return (*items, *self.input.grid.ringed([self.sheet.place(two(read.canvas))], self.current))

    def number(self, window: Cell) -> int:
        """The number of a window's column."""
        return int(np.ravel_multi_index(window[1:], self.window.out_size))

    def result(self, cell: Cell, fill: str, *, bold: bool = False) -> list[Primitive]:
        """The column of a window."""
        column, grid = self.number(cell), self.columns
        places = [(row, column) for row in range(grid.rows)]
        written = [self.x(v) for v in self.layer.output[:, column].tolist()]
        numbers = [grid.number(place, text, fill, bold=bold) for place, text in zip(places, written, strict=True)]
        return [grid.boxes(places, fill, self.style.edge), *numbers]

    def _read(self, window: Cell) -> list[Primitive]:
        """The window, its cells with the letters of the rows that they go to."""
        column = self.number(window)
        taps = [self.layer.step((row, column)).taps[0] for row in range(self.columns.rows)]
        places = [self.sheet.place(two(tap.canvas)) for tap in taps]
        items, fills = self.input.covered(places)
        if self.letters.used:
            items += [self.input.grid.weight(place, self.letters[k], fills[place]) for k, place in enumerate(places)]
        return [*items, *self.input.grid.framed(places)]

    def hit_regions(self) -> list[HitRegion]:
        """Every cell of the columns (a row is a channel of the output)."""
        read = of_sheet("input", self.before, self.sheet, 0, self.layer.input.ndim - 1)
        return [*read, *self.of_columns("output", self.columns)]

    def turn(self, k: int) -> Turn | None:
        """A whole column."""
        cell = self.pace.cell(k)
        return None if cell is None else Turn(1, (None, self.number(cell)))
