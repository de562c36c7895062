"""The flat view of a sliding window: input, kernel and output side by side, and under them the sum of the step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.flat.borrowing import Borrowing
from conv_anim.scene.flat.drawing import FlatDrawing, texts
from conv_anim.scene.flat.remarks import Remarks
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.grid import Grid, Numbers, SheetGrid
from conv_anim.scene.hit_regions import of_grid, of_sheet
from conv_anim.scene.marks import Marks, MarkStyle
from conv_anim.scene.numbers import Formats, plane
from conv_anim.scene.sheet import Sheet, row_and_column, two
from conv_anim.scene.sums import Sum, sum_for, written_sum
from conv_anim.scene.wording import words
from conv_anim.tracing.geometry import Source

if TYPE_CHECKING:
    from conv_anim.scene.callouts import Callout, Key
    from conv_anim.scene.grid import Position
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.steps import Cell
    from conv_anim.tracing.trace import Step

CONVOLVED = "∗"


SMALLEST = 9
"""Pixels, at scale 1, of the em of a weight in the corner of a cell."""


@dataclass(frozen=True)
class WindowView(FlatDrawing):
    """The drawing of a sliding window over one channel.

    For the sake of another drawing, ``cells`` may be larger than its numbers need and ``start``, where the output
    begins, farther to the right.
    """

    cells: Numbers | None = None
    start: float = 0.0

    @cached_property
    def formats(self) -> Formats:
        """How its numbers are written."""
        return Formats.of(self.layer)

    @cached_property
    def sheet(self) -> Sheet:
        """The input with its border, as the window meets it."""
        return Sheet.read_by(self.layer.operator)

    @cached_property
    def numbers(self) -> Numbers:
        """How large the cells and their numbers are."""
        if self.cells is not None:
            return self.cells
        fmt, layer = self.formats, self.layer
        weights = set() if layer.kernels is None else texts(fmt.w, layer.kernels)
        fitting = self.fitting(texts(fmt.x, layer.input) | weights, texts(fmt.y, layer.output))
        return replace(fitting, cell=max(fitting.cell, self._for_weights))

    @property
    def _for_weights(self) -> int:
        """A cell in whose corner every weight can be read."""
        if self.layer.kernels is None:
            return 0
        weights = (f"{words.TIMES}{text}" for text in texts(self.formats.w, self.layer.kernels))
        widest = max(self.style.width(weight, size=SMALLEST * self.style.scale) for weight in weights)
        return ceil(widest / 0.82)

    # the parts, from left to right

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels of input, kernel (if there is one) and output."""
        colors = self.style.colors
        kernel = [] if self.layer.kernels is None else [colors.kernel]
        return self.signs_of(self._labels(), colors.input, *kernel, colors.output)

    def _labels(self) -> list[words.Label]:
        """What is drawn or said below the grids is not said above them too."""
        labels = words.labels(self.trace)
        if self._turned is not None:
            labels[1] = words.Label(labels[1].name)
        if self.layer.operator.transposed:
            labels[0] = words.Label(labels[0].name)
        return labels

    @property
    def flips(self) -> bool:
        """Whether the kernel is drawn flipped."""
        return any(axis.flipped and axis.kernel > 1 for axis in self.layer.operator.axes)

    @property
    def _turned(self) -> str | None:
        """How the kernel that is given becomes the one that the window meets, where that is said."""
        if self.layer.kernels is None:
            return None
        if self.flips:
            return self.say("flat.flipped")
        return self.say("flat.unflipped") if self.layer.layer.unflipped else None

    @cached_property
    def strip(self) -> Strip:
        rows, columns = row_and_column(self.layer.operator)
        hints = self.borrowing
        first, *kernel, last = self.signs
        parts = [
            Part(
                self.sheet.shape,
                first,
                CONVOLVED if kernel else "→",
                left=hints.room(self.sheet.rows),
                above=hints.room(self.sheet.columns),
            )
        ]
        if kernel:
            parts.append(Part((rows.kernel, columns.kernel), kernel[0], self._equals, made_from=self._turned))
        parts.append(Part((rows.count, columns.count), last, start=self.start))
        return Strip(self.style, self.numbers, tuple(parts), labelled=self.labelled)

    @property
    def _equals(self) -> str:
        bias = self.layer.bias
        if bias is None or self.formats.b is None:
            return "="
        return f"+ {self.say('bias.named', value=self.formats.b.factor(bias[0].item()))} ="

    @property
    def grids(self) -> tuple[Grid, ...]:
        """The grids in their places."""
        return self.strip.grids

    @property
    def borrowing(self) -> Borrowing:
        """Where border cells have their numbers from."""
        return Borrowing(self.sheet, self.style)

    @cached_property
    def input(self) -> SheetGrid:
        """The input with its border, in its grid."""
        values, fmt, (rows, columns) = plane(self.layer.input[0]), self.formats, self.marks
        extra = frozenset((r, c) for r, c, _, _ in self.sheet.cells() if r in rows.extra or c in columns.extra)
        return SheetGrid(self.grids[0], self.sheet, values, fmt.x, fmt.empty, self.style.colors.input, extra)

    @cached_property
    def marks(self) -> tuple[Marks, ...]:
        """What is special about rows and columns of the input."""
        return Marks.along((self.sheet.rows, self.sheet.columns), self.layer.layer)

    # what stays

    def resting(self) -> list[Primitive]:
        kernel = [] if self.layer.kernels is None else self._kernel()
        return [*self.input.static(), *kernel, *self._awaited()]

    def _awaited(self) -> list[Primitive]:
        """The output before it is computed, with the cells marked that are there for output_padding."""
        grid, extra = self.grids[-1], MarkStyle(self.style, self.style.colors.input).extra
        places = [(r, c) for r, c in np.ndindex(grid.rows, grid.columns) if self._is_extra((r, c))]
        return grid.pending() + (grid.patches(dict.fromkeys(places, extra), self.style.edge) if places else [])

    def _kernel(self) -> list[Primitive]:
        """As the window meets it; if that is flipped, as it is given too."""
        assert self.layer.kernels is not None
        kernel, color = plane(self.layer.kernels[0, 0]), self.style.colors.kernel
        items: list[Primitive] = []
        if self._turned is not None:
            items += self.strip.given(1).filled(kernel, self.formats.w, color)
            kernel = kernel[::-1, ::-1] if self.flips else kernel
        return items + self.grids[1].filled(kernel, self.formats.w, color)

    # what differs from frame to frame

    def made(self, cell: Cell) -> str:
        extra = MarkStyle(self.style, self.style.colors.input).extra
        return extra if self._is_extra(self.place(cell)) else self.style.colors.output

    def _is_extra(self, place: Position) -> bool:
        """Whether a cell of the output is there for output_padding."""
        shape = self.strip.parts[-1].shape
        return any(at >= size - mark.output_padding for at, size, mark in zip(place, shape, self.marks, strict=True))

    def read(self, step: Step) -> list[Primitive]:
        """The window with its weights, where its numbers are from, and which of them a maximum takes."""
        places = {self.sheet.place(two(tap.canvas)): tap for tap in step.taps}
        items, fills = self.input.covered(places)
        grid = self.grids[0]
        for place, tap in places.items():
            if tap.w is not None and tap.source is not Source.OUTSIDE:
                items.append(grid.weight(place, f"{words.TIMES}{self.formats.w(tap.w)}", fills[place]))
        return [*items, *self.borrowing.shown(grid, fills), *self._largest(step)]

    def _largest(self, step: Step) -> list[Primitive]:
        """The tap that a maximum takes, in the colour of the output."""
        if self.layer.operator.reduce != "max":
            return []
        taken = next((tap for tap in step.taps if tap.x == step.value), None)
        if taken is None:
            return []
        place = self.sheet.place(two(taken.canvas))
        return self.before.cell(place, self.formats.x(step.value), self.current, bold=True)

    # the sum, and what there is to know

    def keys(self) -> tuple[Key, ...]:
        return Remarks(self.trace, self.style, self.layer.operator, self.sheet).keys()

    @cached_property
    def sum(self) -> Sum | None:
        if not self.sums:
            return None
        named = self.say("bias.named", value="{value}")
        return sum_for(self.layer, self.formats, self.style, self.strip_layout.sum_room, bias=named)

    def added(self, step: Step) -> list[Primitive]:
        if self.sum is None:
            return []
        x, y = self.sum_at
        return written_sum(self.sum, step, self.formats, x=x, y=y)

    def hit_regions(self) -> list[HitRegion]:
        read = of_sheet("input", self.before, self.sheet, 0, self.axes)
        return [*read, *of_grid("output", self.after, 0, self.axes)]
