"""What the drawings of the flat view have in common: one layer drawn at a pace, from grids in a strip."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from conv_anim.scene.callouts import Callout
from conv_anim.scene.flat.strip_layout import StripLayout
from conv_anim.scene.grid import Numbers
from conv_anim.scene.hit_regions import Turn, of_grid
from conv_anim.scene.numbers import format_for
from conv_anim.scene.primitives import Frame
from conv_anim.scene.sheet import two
from conv_anim.scene.traced import Traced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.callouts import Key
    from conv_anim.scene.flat.pace import Pace
    from conv_anim.scene.flat.strip import Strip
    from conv_anim.scene.grid import Grid, Position
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.numbers import Format
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.steps import Cell
    from conv_anim.scene.sums import Sum
    from conv_anim.scene.wording.words import Label
    from conv_anim.tracing.trace import Step
    from conv_anim.tracing.values import Array


@dataclass(frozen=True)
class FlatDrawing(Traced):
    """Of a trace of one layer with one channel. A drawing says which grids it has, and what a step reads."""

    pace: Pace
    about: ClassVar[int] = 1
    """The map whose cells the steps are about."""

    @cached_property
    def x(self) -> Format:
        """How the input's numbers are written."""
        return format_for(self.layer.input)

    @cached_property
    def y(self) -> Format:
        """How the output's numbers are written."""
        return format_for(self.layer.output)

    # the parts

    @cached_property
    def strip(self) -> Strip:
        """The grids from left to right, with the signs between them."""
        raise NotImplementedError

    @property
    def before(self) -> Grid:
        """The first grid, which holds the input."""
        return self.strip.grids[0]

    @property
    def after(self) -> Grid:
        """The last grid, which holds the output."""
        return self.strip.grids[-1]

    def signs_of(self, labels: Iterable[Label], *colors: str) -> list[Callout]:
        """Labels with a swatch each."""
        return [Callout(self.style, label, color) for label, color in zip(labels, colors, strict=True)]

    def fitting(self, read: Iterable[str], made: Iterable[str], cell: int | None = None) -> Numbers:
        """Cells for the numbers that are read, and those that are made, which are written in bold."""
        return Numbers.fitting(self.style, cell or self.style.cell, read, self.style.number_size, bold=made)

    def place(self, cell: Cell) -> Position:
        """Where an output cell is drawn."""
        return two(cell[1:])

    # what stays

    def static(self) -> Items:
        return (*self.resting(), *self.strip_layout.static())

    def resting(self) -> list[Primitive]:
        """The grids before the first step."""
        raise NotImplementedError

    # what differs from frame to frame

    @property
    def steps(self) -> Pace:
        return self.pace

    def frame(self, k: int) -> Frame:
        cell = self.pace.cell(k)
        return Frame(tuple(self.done(k)), () if cell is None else tuple(self.shown(k, cell)))

    def done(self, k: int) -> list[Primitive]:
        """What stays of the steps that end as a frame begins."""
        return [item for cell in self.pace.passed(k) for item in self.result(cell, self.made(cell))]

    def shown(self, k: int, cell: Cell) -> list[Primitive]:
        """What a step reads, makes and adds up."""
        del k
        step = self.layer.step(cell)
        return [*self.read(step), *self.result(cell, self.current, bold=True), *self.added(step)]

    def read(self, step: Step) -> list[Primitive]:
        """What a step reads, drawn over its cells."""
        raise NotImplementedError

    def result(self, cell: Cell, fill: str, *, bold: bool = False) -> list[Primitive]:
        """An output with its number."""
        return self.after.cell(self.place(cell), self.y(self.layer.output[cell].item()), fill, bold=bold)

    def made(self, cell: Cell) -> str:
        """The colour of an output."""
        del cell
        return self.style.colors.output

    @property
    def current(self) -> str:
        """The colour of the output at work."""
        return self.style.at_work(self.style.colors.output)

    # the sum, and what there is to know

    @cached_property
    def strip_layout(self) -> StripLayout:
        """Where the grids, the keys and the sum go."""
        return StripLayout(self.strip, self.keys())

    def keys(self) -> tuple[Key, ...]:
        """What its marks mean."""
        return ()

    @cached_property
    def sum(self) -> Sum | None:
        """Room for the sum of any step; None without one."""
        return None

    @property
    def sums(self) -> bool:
        """Whether sums are asked for."""
        return getattr(self.trace.spec.view, "sum", False)

    def added(self, step: Step) -> list[Primitive]:
        """The sum of a step."""
        del step
        return []

    @property
    def sum_at(self) -> tuple[float, float]:
        """Where a sum begins: its left end and its first baseline."""
        assert self.sum is not None
        return (self.strip.width - self.sum.width) / 2, self.strip_layout.sum_top + self.sum.size

    # hit regions

    @property
    def axes(self) -> int:
        """How many spatial axes there are."""
        return self.layer.output.ndim - 1

    def hit_regions(self) -> list[HitRegion]:
        return [*of_grid("input", self.before, 0, self.axes), *of_grid("output", self.after, 0, self.axes)]

    def turn(self, k: int) -> Turn | None:
        cell = self.pace.cell(k)
        return None if cell is None else Turn(self.about, cell)

    def panel(self) -> Panel:
        """It as a panel, which can be put beside others."""
        return self.strip_layout.panel(self, self.sum)


def texts(fmt: Format, values: Array) -> set[str]:
    """All numbers of an array as they are written."""
    return {fmt(value) for value in values.ravel().tolist()}
