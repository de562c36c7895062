"""The gradients of a convolution in the flat view, each term with the forward window that it comes from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.arithmetic.sums import Sum
from conv_anim.scene.callouts import Callout, Key
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.flat.windows import WindowView
from conv_anim.scene.hit_regions import of_grid
from conv_anim.scene.sheets.sheet import row_and_column, two
from conv_anim.scene.wording import words
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.flat.pace import Pace
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.steps import Cell
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.taps import Step, Tap
    from conv_anim.tracing.trace import Trace


def traced_back(trace: Trace, style: Style, pace: Pace) -> WindowView | None:
    """The drawing of a gradient of a convolution of one channel; None of all else, and where nothing is written."""
    op = trace.layer.layer
    made: TracedBack
    if op.roles == ("input", "upstream", "grad_kernel"):
        made = KernelBack(trace, style, pace)
    elif op.roles == ("upstream", "kernel", "grad_input") and op.window is not None and op.window.transposed:
        made = InputBack(trace, style, pace)
    else:
        return None
    return made if made.mode == "numbers" else None


@dataclass(frozen=True)
class TracedBack(WindowView):
    """Each term is an input cell, the weight that it met and the gradient of the output that it went into.

    A slow step goes through its terms one after the other.
    """

    @property
    def phases(self) -> frozenset[Phase]:
        return super().phases - {"read"} | {"each"}

    def during(self, step: int, phase: Phase, share: float) -> Items:
        cell = self.pace.cell(step)
        if phase != "each" or cell is None:
            return super().during(step, phase, share)
        whole = self.whole(self.layer.step(cell))
        at = int(share * len(whole.taps))
        now, so_far = whole.taps[at], replace(whole, taps=whole.taps[: at + 1])
        waiting = self.after.framed([self.place(cell)])
        return (*self.term(whole, now), *waiting, *self.added(so_far)[:-1])

    def whole(self, step: Step) -> Step:
        """With the terms that are written."""
        return step

    def term(self, step: Step, tap: Tap) -> list[Primitive]:
        """The forward window of an output on the input, and the three numbers that met there."""
        raise NotImplementedError

    def _at_work(self, grid: Grid, place: Position, text: str) -> list[Primitive]:
        return grid.cell(place, text, self.style.at_work(self.style.colors.input), bold=True)

    def _centred(self, sign: Callout, shape: Position) -> float:
        """Room left of a grid that is narrower than its label."""
        return max(0.0, (sign.width - shape[1] * self.numbers.cell) / 2) if self.titled else 0.0


@dataclass(frozen=True)
class KernelBack(TracedBack):
    """Of the kernel: a weight met one input cell for every output."""

    @cached_property
    def strip(self) -> Strip:
        parts = super().strip.parts
        upstream = replace(parts[1], left=self._centred(parts[1].sign, parts[1].shape))
        return Strip(self.style, self.numbers, (parts[0], upstream, *parts[2:]), labelled=self.titled)

    def term(self, step: Step, tap: Tap) -> list[Primitive]:
        del step
        assert tap.weight is not None
        rows, columns = row_and_column(self.layer.operator)
        output, place = two(tap.window), self.sheet.place(two(tap.canvas))
        covered = [(rows.cell(r, output[0]), columns.cell(c, output[1])) for r, c in self.after.places]
        met = [] if tap.input is None else self._at_work(self.grids[0], place, self.formats.x(tap.x or 0))
        framed = self.grids[0].framed(self.sheet.place(cell) for cell in covered)
        return [*met, *framed, *self.grids[1].framed([two(tap.weight[2:])])]


@dataclass(frozen=True)
class InputBack(TracedBack):
    """Of the input: a cell went into some outputs, into each by one weight. No number of the input matters."""

    @property
    def kernel_at(self) -> int:
        return 2

    @property
    def turned(self) -> str | None:
        return None

    @property
    def given(self) -> Grid:
        return self.grids[self.kernel_at]

    @cached_property
    def strip(self) -> Strip:
        (upstream, kernel, made), shape = self.signs, self._shape
        upstream = replace(upstream, label=words.Label(upstream.label.name))  # which is drawn without zeros
        name = words.Label(self.say("label.input", size=words.size(shape, 1, self.say)), self.say("flat.any_numbers"))
        read = two(self.layer.input.shape[1:])
        parts = (
            Part(shape, Callout(self.style, name, self.style.colors.output)),
            Part(read, upstream, words.TIMES, left=self._centred(upstream, read)),
            Part(self.kernel.shape, replace(kernel, label=words.Label(kernel.label.name, self.divided)), "="),
            Part(shape, made),
        )
        return Strip(self.style, self.numbers, parts, labelled=self.titled)

    def resting(self) -> list[Primitive]:
        colors, (cells, upstream, kernel, made) = self.style.colors, self.grids
        return [
            *cells.patches(dict.fromkeys(cells.places, colors.output), self.style.edge),
            *upstream.filled(plane(self.layer.input[0]), self.formats.x, colors.input),
            *kernel.filled(self.kernel, self.formats.w, colors.kernel),
            *made.pending(),
        ]

    def made(self, cell: Cell) -> str:
        del cell
        return self.style.colors.output

    def keys(self) -> tuple[Key, ...]:
        found = (Key(self.say("flat.found_for"), self.style.at_work(self.style.colors.input), self.style.edge),)
        if not self.flips:
            return found
        return (*found, Key(self.say("flat.reversed"), self.style.colors.kernel, self.style.edge))

    def read(self, step: Step) -> list[Primitive]:
        """The input cell, the outputs that it went into, and the weights by which it did."""
        return [*self._cell(step), *self._met([tap for tap in step.taps if tap.input is not None])]

    def whole(self, step: Step) -> Step:
        return step.there

    def term(self, step: Step, tap: Tap) -> list[Primitive]:
        if tap.input is None:
            return self._cell(step)
        window = [self.place(each.output) for each in self._steps if any(tap.input == read.input for read in each.taps)]
        return [*self._cell(step), *self.grids[0].framed(window), *self._met([tap])]

    @cached_property
    def _steps(self) -> list[Step]:
        """Those of all input cells, each with the outputs that it went into."""
        return [self.layer.step((0, *cell)).there for cell in np.ndindex(*self.layer.output.shape[1:])]

    def _cell(self, step: Step) -> list[Primitive]:
        return self._at_work(self.grids[0], self.place(step.output), "")

    def _met(self, taps: list[Tap]) -> list[Primitive]:
        _, upstream, kernel, _ = self.grids
        read = {
            two(tap.input[1:]): f"{words.TIMES}{self.formats.w(tap.w or 0)}" for tap in taps if tap.input is not None
        }
        weights = [self._weight_at(two(tap.weight[2:])) for tap in taps if tap.weight is not None]
        fill = self.style.colors.input
        beside: list[Primitive] = []
        for place, text in read.items():
            number = upstream.number(place, self.formats.x(plane(self.layer.input[0])[place]), fill)
            beside += upstream.marked(number, place, text, fill, like=read.values())
        apart = any(axis.stretch > 1 for axis in self.layer.operator.axes)  # no outline around weights that are not met
        met = [[weight] for weight in weights] if apart else [weights]
        return [*beside, *upstream.framed(read), *(item for places in met for item in kernel.framed(places))]

    def _weight_at(self, weight: Position) -> Position:
        """Where a weight stands; of equal ones, which no window flips, that at the cell's place in the window."""
        if self.flips or float(self.kernel.min()) != float(self.kernel.max()):
            return weight
        rows, columns = self.kernel.shape
        return rows - 1 - weight[0], columns - 1 - weight[1]

    # the sum of what there is

    @cached_property
    def sum(self) -> Sum | None:
        found = super().sum
        if not isinstance(found, Sum):
            return None
        rows = max(len({tap.window[:-1] for tap in step.taps}) for step in self._steps)
        columns = max(len({tap.window[-1] for tap in step.taps}) for step in self._steps)
        return replace(found, count=rows * columns, row=columns)

    def added(self, step: Step) -> list[Primitive]:
        return super().added(step.there)

    def hit_regions(self) -> list[HitRegion]:
        _, upstream, kernel, made = self.grids
        ends = [*of_grid("input", upstream, 0, self.axes), *of_grid("output", made, 0, self.axes)]
        return [*ends, *of_grid("kernel", kernel, 0, self.axes)]
