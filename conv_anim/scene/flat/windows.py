"""The flat view of a sliding window: input, kernel and output side by side, and under them the sum of the step."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.arithmetic.sums import Sum, sum_for, written_sum
from conv_anim.scene.clipping import outside
from conv_anim.scene.flat.remarks import Remarks
from conv_anim.scene.flat.window_grids import SYMBOLS, WindowGrids
from conv_anim.scene.hit_regions import of_grid, of_sheet
from conv_anim.scene.primitives import Lines, Stroke, corners
from conv_anim.scene.sheets.marks import Marks, MarkStyle
from conv_anim.scene.sheets.scales import scale
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.sheet_grid import SheetGrid
from conv_anim.scene.sheets.symbols import TwoSums, W, X, Y, exampled, in_symbols, symbol
from conv_anim.scene.sheets.tones import SMALLEST_EDGED
from conv_anim.scene.wording import words
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.scene.callouts import Key
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.scales import Scale
    from conv_anim.scene.steps import Cell
    from conv_anim.tracing.taps import Step, Tap


@dataclass(frozen=True)
class WindowView(WindowGrids):
    """The drawing of a sliding window over one channel."""

    # the parts, from left to right

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
        whole = [(r, c) for r, c, source, _ in self.sheet.cells() if source is Source.INPUT]
        numbers = self._examples(dict.fromkeys(whole, self.input.color))
        return [*self.input.static(), *numbers, *kernel, *self._awaited()]

    def _examples(self, fills: Mapping[Position, str]) -> list[Primitive]:
        """In corners of the input's cells, of these colours, with names the numbers that the second sum has."""
        if not self.symbols or self.sum is None:
            return []
        numbers = {place: self.formats.x(self.input.number_at(place)) for place in fills}
        return [exampled(self.style, self.before, place, text, fills[place]) for place, text in numbers.items()]

    def _awaited(self) -> list[Primitive]:
        """The output before it is computed, with the cells marked that are there for output_padding."""
        grid, extra = self.grids[-1], MarkStyle(self.style, self.style.colors.input).extra
        places = [place for place in grid.places if self._is_extra(place)]
        return grid.pending() + (grid.patches(dict.fromkeys(places, extra), self.style.edge) if places else [])

    def _kernel(self) -> list[Primitive]:
        """As the window meets it; if that is flipped, as it is given too."""
        kernel, color = self.kernel, self.style.colors.kernel
        items: list[Primitive] = []
        if self.turned is not None:
            items += self.strip.given(self.kernel_at).filled(kernel, self.formats.w, color)
            kernel = kernel[::-1, ::-1] if self.flips else kernel
        grid = self.grids[self.kernel_at]
        turned = replace(grid, contents=replace(grid.contents, flipped=self.flips))
        masked = [two(cell) for cell in self.layer.operator.left_out]
        items += [*turned.filled(kernel, self.formats.w, color), *grid.hatched(masked)]
        if not self.symbols or self.sum is None:
            return items
        weights = {place: self.formats.w(kernel[place].item()) for place in grid.places}
        return [*items, *(exampled(self.style, grid, place, text, color) for place, text in weights.items())]

    # what differs from frame to frame

    def result(self, cell: Cell, fill: str, *, bold: bool = False) -> list[Primitive]:
        items = super().result(cell, fill, bold=bold)
        if not self.symbols or self.sum is None:
            return items
        made = self.formats.y(self.layer.output[cell].item())
        return [*items, exampled(self.style, self.after, self.place(cell), made, fill)]

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
        lent = self.borrowing.lent(grid, places)
        items, fills = (
            [*items, *self.input.painted(lent)],
            {place: lent.get(place, fill) for place, fill in fills.items()},
        )
        size = self.style.em(SYMBOLS) if self.symbols else None
        written = self.mode in {"numbers", "both", "symbols"}
        met = {place: self._meets(tap) for place, tap in places.items() if written and tap.source is not Source.OUTSIDE}
        for place, text in met.items():
            items += self.input.marked(place, text, fills[place], met.values(), size) if text else []
        painted = places if self.style.frame is None else [place for place, text in met.items() if text]
        items += self._examples({place: fills[place] for place in painted if places[place].source is Source.INPUT})
        masked = [self.sheet.place(two(tap.canvas)) for tap in step.taps if tap.window in self.layer.operator.left_out]
        framed = [*grid.hatched(masked, emptied=False), *grid.framed(places)]
        # rings last: the outline of the window would cut those open that touch it
        return [*items, *self._largest(step), *framed, *self.borrowing.shown(grid, fills), *self._enlargement(step)]

    def _meets(self, tap: Tap) -> str:
        """What a cell of the window meets; empty for nothing."""
        if tap.w is None:
            return ""
        return f"{words.TIMES}{symbol(W, tap.weight[2:]) if self.symbols and tap.weight else self.formats.w(tap.w)}"

    def rested(self) -> Items:
        """Where the window is shown enlarged, a step as an example: its place would be empty.

        It is the last one, or the first if that was chosen because there is something to see.
        """
        cell = self.pace.cell(0 if self.pace.ranks[0] > 0 else len(self.pace) - 1)
        if not self.enlarged or cell is None:
            return super().rested()
        made = self.result(cell, self.current, bold=True)
        return (*self.reading(cell), *made, *self.added(self.layer.step(cell)))

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
        return [*items, *self.strip.label(1), *grid.framed(grid.places), *self._leads(step, grid)]

    def _leads(self, step: Step, grid: Grid) -> list[Primitive]:
        """From the right corners of the window to the left ones of its enlargement; not over the map, which is seen."""
        places = [self.sheet.place(two(tap.canvas)) for tap in step.taps]
        (top, bottom), right = (min(places)[0], max(places)[0] + 1), max(c for _, c in places) + 1
        stroke = self.style.frame or self.style.beam
        lines = [(self.before.corner(r, right), grid.corner(k, 0)) for r, k in ((top, 0), (bottom, grid.rows))]
        map_ = corners(self.before.whole)
        free = tuple(piece for line in lines for piece in outside(line, map_))
        return [Lines(free, Stroke(stroke.color, max(1.0, self.style.scale)))]

    def _largest(self, step: Step) -> list[Primitive]:
        """The tap that a maximum takes, in the colour of the output."""
        if self.layer.operator.reduce != "max":
            return []
        taken = next((tap for tap in step.taps if tap.x == step.value), None)
        if taken is None:
            return []
        place = self.sheet.place(two(taken.canvas))
        text = symbol(X, taken.input[1:]) if self.symbols and taken.input else self.formats.x(step.value)
        items = self.before.cell(place, text, self.current, bold=True, value=step.value)
        return [*items, *self._examples({place: self.current})]

    # the sum, and what there is to know

    def keys(self) -> tuple[Key, ...]:
        framed = self.numbers.cell >= SMALLEST_EDGED
        return Remarks(self.trace, self.style, self.input, framed).keys()

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

    def named(self, cell: Cell) -> str:
        return symbol(Y, cell[1:]) if self.symbols else super().named(cell)

    def scales(self) -> list[Scale]:
        found, kernels = super().scales(), self.layer.kernels
        shades = None if kernels is None else self.grids[self.kernel_at].contents.shades
        if shades is None or kernels is None or (self.enlarged and kernels.min() == kernels.max()):
            return found  # one shade says nothing where its number stands in it
        return [found[0], scale(words.kernel_of(self.trace), shades, kernels), *found[1:]]

    def hit_regions(self) -> list[HitRegion]:
        read = of_sheet("input", self.before, self.sheet, 0, self.axes)
        kernel = [] if self.layer.kernels is None else of_grid("kernel", self.given, 0, self.axes)
        return [*read, *kernel, *of_grid("output", self.after, 0, self.axes)]
