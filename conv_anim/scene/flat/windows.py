"""The flat view of a sliding window: input, kernel and output side by side, and under them the sum of the step."""

from __future__ import annotations

from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.callouts import Callout
from conv_anim.scene.cells import Contents, Numbers
from conv_anim.scene.flat.borrowing import Borrowing
from conv_anim.scene.flat.drawing import FlatDrawing, texts
from conv_anim.scene.flat.fitted import FittedStrip
from conv_anim.scene.flat.fitting import contents, smaller
from conv_anim.scene.flat.remarks import Remarks
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.hit_regions import of_grid, of_sheet
from conv_anim.scene.marks import Marks, MarkStyle
from conv_anim.scene.numbers import Formats, plane
from conv_anim.scene.primitives import Lines, Stroke
from conv_anim.scene.scales import scale
from conv_anim.scene.sheet import Sheet, row_and_column, two
from conv_anim.scene.sheet_grid import SheetGrid
from conv_anim.scene.sums import Sum, sum_for, written_sum
from conv_anim.scene.symbols import TwoSums, W, X, Y, in_symbols, symbol
from conv_anim.scene.tones import asked
from conv_anim.scene.wording import words
from conv_anim.spec.view_support import MOST_NUMBERS
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.callouts import Key
    from conv_anim.scene.cells import Position
    from conv_anim.scene.grid import Grid
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.scales import Scale
    from conv_anim.scene.shades import Shades
    from conv_anim.scene.steps import Cell
    from conv_anim.tracing.trace import Step

CONVOLVED = "∗"


LARGEST_KERNEL = 150
"""Pixels, at scale 1, that a kernel may take beside maps in shades."""
MOST_ENLARGED = 100
"""Cells of a window that is shown enlarged."""


@dataclass(frozen=True)
class WindowView(FittedStrip, FlatDrawing):
    """The drawing of a sliding window over one channel.

    For the sake of another drawing, ``cells`` may be larger than its numbers need and ``start``, where the output
    begins, farther to the right.
    """

    start: float = 0.0

    @cached_property
    def formats(self) -> Formats:
        """How its numbers are written."""
        return Formats.of(self.layer)

    @cached_property
    def sheet(self) -> Sheet:
        """The input with its border, as the window meets it."""
        return Sheet.read_by(self.layer.operator)

    @property
    def readable(self) -> bool:
        return self._readable is not None

    @cached_property
    def for_numbers(self) -> Numbers:
        return self._readable or self._usual

    @property
    def tallest(self) -> int:
        return max(self.sheet.shape[0], self._shape[0])

    @cached_property
    def _usual(self) -> Numbers:
        """Cells that hold every number, at its usual size."""
        fitting = self.fitting(self._read_texts, texts(self.formats.y, self.layer.output))
        return replace(fitting, cell=max(fitting.cell, self._for_weights))

    @cached_property
    def _read_texts(self) -> set[str]:
        fmt, layer = self.formats, self.layer
        if asked(self.trace.spec.view) == "symbols":
            return {symbol(X, [n - 1 for n in layer.input.shape[1:]]), f"{W}{symbol(W, (0, 0))}"}
        return texts(fmt.x, layer.input) | (set() if layer.kernels is None else texts(fmt.w, layer.kernels))

    @cached_property
    def _readable(self) -> Numbers | None:
        """Cells whose numbers can be read; None if there are too many of them."""
        if self.layer.input.size + self.layer.output.size > MOST_NUMBERS:
            return None
        made = texts(self.formats.y, self.layer.output)
        written = self._read_texts | made
        return smaller(self.style, self._usual, written, lambda cells: self.width_with(cells, "numbers"))

    @property
    def _shape(self) -> tuple[int, int]:
        """Rows and columns of the output."""
        rows, columns = row_and_column(self.layer.operator)
        return rows.count, columns.count

    @property
    def _for_weights(self) -> int:
        """A cell in whose corner every weight can be read."""
        if self.layer.kernels is None:
            return 0
        weights = (f"{words.TIMES}{text}" for text in texts(self.formats.w, self.layer.kernels))
        widest = max(self.style.width(weight, size=self.style.em(9)) for weight in weights)
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
        hints, labels = self.borrowing, self.signs
        first, last = labels[0], labels[-1]
        sign = CONVOLVED if self.layer.kernels is not None else "→"
        parts = [
            Part(
                self.sheet.shape,
                first,
                "" if self.enlarged else sign,
                left=hints.room(self.sheet.rows),
                above=hints.room(self.sheet.columns),
                contents=self._contents(self.tones.of_maps[0], X),
            )
        ]
        if self.enlarged:
            close = self._small(words.Label(self.say("flat.window")))
            parts.append(replace(close, after=sign, contents=self._close, beside=True))
        if self.layer.kernels is not None:
            kernel = replace(self._small(labels[1].label), after=self._equals, made_from=self._turned)
            parts.append(replace(kernel, sign=labels[1], contents=self._weights))
        parts.append(Part(self._shape, last, start=self.start, contents=self._contents(self.tones.of_maps[-1], Y)))
        return Strip(self.style, self.numbers, tuple(parts), labelled=self.titled)

    def _small(self, label: words.Label) -> Part:
        """A grid as large as the kernel, with cells for numbers where others are in shades."""
        rows, columns = row_and_column(self.layer.operator)
        shape = (rows.kernel, columns.kernel)
        return Part(shape, Callout(self.style, label, None), numbers=self._closer if self.is_shaded else None)

    def _contents(self, shades: Shades, letter: str = "") -> Contents:
        return contents(self.mode, shades, letter)

    @property
    def symbols(self) -> bool:
        """Whether cells have names instead of numbers."""
        return self.mode == "symbols"

    @cached_property
    def _closer(self) -> Numbers:
        """Cells for the numbers of a kernel or of a window, beside maps in shades; None if they are too many."""
        size, (rows, columns) = self.style.em(12), row_and_column(self.layer.operator)
        widest = max(self.style.width(text, size=size, bold=True) for text in self._read_texts | {"0"})
        side = max(round(1.6 * size), round(widest / 0.84))
        room = LARGEST_KERNEL * self.style.scale / max(rows.kernel, columns.kernel)
        return Numbers(side, size) if side <= room else Numbers(max(1.0, floor(room)), size)

    @property
    def _weights(self) -> Contents:
        """How the kernel is shown beside shades: with its numbers where these can be read."""
        shades = self.tones.of_kernels[0]
        if not self.is_shaded:
            return contents(self.mode, shades, W)
        return Contents(self._reads_closer, shades if self.mode == "shades" else None)

    @property
    def _close(self) -> Contents:
        return Contents(self._reads_closer, self.tones.of_maps[0])

    @property
    def _reads_closer(self) -> bool:
        widest = max(self.style.width(text, size=self._closer.size) for text in self._read_texts)
        return widest <= self._closer.cell

    @property
    def enlarged(self) -> bool:
        """Whether what is under the window is shown once more, larger: where its cells are too small for numbers."""
        rows, columns = row_and_column(self.layer.operator)
        dense = rows.kernel * columns.kernel <= MOST_ENLARGED
        return self.mode == "shades" and self.numbers_are_small and dense

    @property
    def numbers_are_small(self) -> bool:
        """Whether cells of maps are smaller than those for numbers."""
        shown = self.cells or self.numbers
        return shown.cell < self._closer.cell

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
        return self._sheet_grid()

    def _sheet_grid(self) -> SheetGrid:
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
            items += self.strip.given(self._kernel_at).filled(kernel, self.formats.w, color)
            kernel = kernel[::-1, ::-1] if self.flips else kernel
        grid = self.grids[self._kernel_at]
        turned = replace(grid, contents=replace(grid.contents, flipped=self.flips))
        masked = [two(cell) for cell in self.layer.operator.left_out]
        return [*items, *turned.filled(kernel, self.formats.w, color), *grid.hatched(masked)]

    @property
    def _kernel_at(self) -> int:
        """Where the kernel stands among the grids."""
        return len(self.grids) - 2

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
        for place, tap in places.items() if self.mode in {"numbers", "both", "symbols"} else ():
            if tap.w is not None and tap.source is not Source.OUTSIDE:
                weight = symbol(W, tap.weight[2:]) if self.symbols and tap.weight else self.formats.w(tap.w)
                items.append(grid.weight(place, f"{words.TIMES}{weight}", fills[place]))
        masked = [self.sheet.place(two(tap.canvas)) for tap in step.taps if tap.window in self.layer.operator.left_out]
        framed = [*grid.hatched(masked, emptied=False), *grid.framed(places)]
        return [*items, *self.borrowing.shown(grid, fills), *self._largest(step), *framed, *self._enlargement(step)]

    def _enlargement(self, step: Step) -> list[Primitive]:
        """What is under the window, larger, with lines that lead to it."""
        if not self.enlarged:
            return []
        grid, items = self.grids[1], list["Primitive"]()
        empty = [two(tap.window) for tap in step.taps if tap.x is None or tap.source > Source.BORROWED]
        if empty:
            items += grid.dashed(empty)
            items += [grid.number(place, self.formats.empty, self.style.colors.background) for place in empty]
        for tap in step.taps:
            if tap.x is not None and tap.source <= Source.BORROWED:
                items += grid.cell(two(tap.window), self.formats.x(tap.x), self.style.colors.input, value=tap.x)
        rows, columns = row_and_column(self.layer.operator)
        whole = [(r, c) for r in range(rows.kernel) for c in range(columns.kernel)]
        return [*items, *grid.framed(whole), *self._leads(step, grid)]

    def _leads(self, step: Step, grid: Grid) -> list[Primitive]:
        """From the right corners of the window to the left ones of its enlargement."""
        places = [self.sheet.place(two(tap.canvas)) for tap in step.taps]
        (top, bottom), right = (min(places)[0], max(places)[0] + 1), max(c for _, c in places) + 1
        stroke = self.style.frame or self.style.beam
        lines = tuple((self.before.corner(r, right), grid.corner(k, 0)) for r, k in ((top, 0), (bottom, grid.rows)))
        return [Lines(lines, Stroke(stroke.color, max(1.0, self.style.scale)))]

    def _largest(self, step: Step) -> list[Primitive]:
        """The tap that a maximum takes, in the colour of the output."""
        if self.layer.operator.reduce != "max":
            return []
        taken = next((tap for tap in step.taps if tap.x == step.value), None)
        if taken is None:
            return []
        place = self.sheet.place(two(taken.canvas))
        text = symbol(X, taken.input[1:]) if self.symbols and taken.input else self.formats.x(step.value)
        return self.before.cell(place, text, self.current, bold=True, value=step.value)

    # the sum, and what there is to know

    def keys(self) -> tuple[Key, ...]:
        return Remarks(self.trace, self.style, self.layer.operator, self.sheet).keys()

    @cached_property
    def sum(self) -> Sum | TwoSums | None:
        if not self.sums:
            return None
        room = self.strip_layout.sum_room
        named = self.say("bias.named", value="{value}")
        numbers = sum_for(self.layer, self.formats, self.style, room, bias=named)
        return in_symbols(numbers, self.layer, self.style, room) if self.symbols else numbers

    def added(self, step: Step) -> list[Primitive]:
        if self.sum is None:
            return []
        x, y = self.sum_at
        if isinstance(self.sum, Sum):
            return written_sum(self.sum, step, self.formats, x=x, y=y)
        numbers = written_sum(self.sum.numbers, step, self.formats, x=x, y=y + self.sum.below)
        return [*self.sum.symbolic(step, x=x, y=y), *numbers]

    def result(self, cell: Cell, fill: str, *, bold: bool = False) -> list[Primitive]:
        if not self.symbols:
            return FlatDrawing.result(self, cell, fill, bold=bold)
        return self.after.cell(self.place(cell), symbol(Y, cell[1:]), fill, bold=bold)

    def scales(self) -> list[Scale]:
        found, kernels = super().scales(), self.layer.kernels
        shades = None if kernels is None else self.grids[self._kernel_at].contents.shades
        if shades is None or kernels is None or self.grids[self._kernel_at].contents.written:
            return found
        return [found[0], scale(words.kernel_of(self.trace), shades, kernels), *found[1:]]

    def hit_regions(self) -> list[HitRegion]:
        read = of_sheet("input", self.before, self.sheet, 0, self.axes)
        kernel = [] if self.layer.kernels is None else of_grid("kernel", self._given, 0, self.axes)
        return [*read, *kernel, *of_grid("output", self.after, 0, self.axes)]

    @property
    def _given(self) -> Grid:
        """Where the kernel stands as it is given."""
        return self.strip.given(1) if self.flips else self.grids[1]
