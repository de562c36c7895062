"""What the drawings of the flat view have in common: one layer drawn at a pace, from grids in a strip."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import format_for, plane
from conv_anim.scene.callouts import Callout
from conv_anim.scene.flat.strip_layout import StripLayout
from conv_anim.scene.flat.summary import summary
from conv_anim.scene.gliding import gliding, outlines
from conv_anim.scene.hit_regions import Turn, of_grid
from conv_anim.scene.primitives import Frame
from conv_anim.scene.sheets.cells import Numbers
from conv_anim.scene.sheets.scales import scale, with_bars
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.strokes import strong
from conv_anim.scene.tween import sent
from conv_anim.scene.wording import words
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.arithmetic.sums import Sum
    from conv_anim.scene.callouts import Key
    from conv_anim.scene.flat.pace import Pace
    from conv_anim.scene.flat.strip import Strip
    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.scales import Scale
    from conv_anim.scene.sheets.symbols import TwoSums
    from conv_anim.scene.steps import Cell
    from conv_anim.scene.timeline import Phase
    from conv_anim.scene.wording.words import Label
    from conv_anim.tracing.taps import Step
    from conv_anim.tracing.values import Array


@dataclass(frozen=True)
class FlatDrawing(Traced):
    """Of a trace of one layer with one channel. A drawing says which grids it has, and what a step reads."""

    pace: Pace
    about: ClassVar[int] = 1
    """The map whose cells the steps are about."""

    @cached_property
    def formats(self) -> Formats:
        """How its numbers are written."""
        return Formats.of(self.layer)

    @cached_property
    def x(self) -> Format:
        """How the input's numbers are written."""
        return format_for(self.layer.input)

    @cached_property
    def y(self) -> Format:
        """How the output's numbers are written."""
        return format_for(self.layer.output)

    @cached_property
    def kernel(self) -> Array:
        """Rows and columns of the weights that there are."""
        assert self.layer.kernels is not None
        return plane(self.layer.kernels[0, 0])

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
        """Labels with a swatch each, where cells have these colours."""
        return [Callout(self.style, label, self.swatch(color)) for label, color in zip(labels, colors, strict=True)]

    def fitting(self, read: Iterable[str], made: Iterable[str], cell: int | None = None) -> Numbers:
        """Cells for the numbers that are read, and those that are made, which are written in bold."""
        return Numbers.fitting(self.style, cell or self.style.cell, read, self.style.number_size, bold=made)

    def place(self, cell: Cell) -> Position:
        """Where an output cell is drawn."""
        return two(cell[1:])

    # what stays

    def static(self) -> Items:
        return (*self.resting(), *self.strip.static())

    def resting(self) -> list[Primitive]:
        """The grids before the first step."""
        raise NotImplementedError

    # what differs from frame to frame

    @property
    def steps(self) -> Pace:
        return self.pace

    def frame(self, k: int) -> Frame:
        cell = self.pace.cell(k)
        return Frame(tuple(self.done(k)), () if cell is None else lambda: self.shown(k, cell))

    def finished(self) -> Frame:
        return Frame(tuple(self.done(len(self.pace))), self.rested())

    def rested(self) -> Items:
        """What stands at the end where a sum was, so that no room is left that nobody can explain."""
        if self.sum is None:
            return ()
        layout, width = self.strip_layout, self.strip.width
        room = max(width, self.sum.width)
        return summary(self.trace, self.style, width / 2, layout.sum_top + self.sum.height / 2, room)

    def done(self, k: int) -> list[Primitive]:
        """What stays of the steps that end as a frame begins."""
        passed = self.pace.passed(k)
        if self.after.contents.shades is not None and not self.after.contents.written and self.about == 1:
            return self.after.finished(plane(self.layer.output[0]), map(self.place, passed))
        return [item for cell in passed for item in self.result(cell, self.made(cell))]

    def shown(self, k: int, cell: Cell) -> list[Primitive]:
        """What a step reads, makes and adds up."""
        del k
        step = self.layer.step(cell)
        return [*self.read(step), *self.result(cell, self.current, bold=True), *self.added(step)]

    # a step in parts

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "summed", "sent", "way") if self.sum is not None else ("read", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A step in progress: what is read, its sum, and the result that moves to its cell."""
        cell = self.pace.cell(step)
        if phase == "way":
            return self.leading(step, share)
        if cell is None:
            return ()
        reading, added = self.reading(cell), self.added(self.layer.step(cell))
        match phase:
            case "read":
                return (*reading, *added[:-1])
            case "sent":
                return (*reading, *added, *self._sent(cell, added, share))
            case _:
                return (*reading, *added)

    def leading(self, step: int, share: float) -> Items:
        """What a step leaves behind, and what it marks on its way to the next one."""
        starts, ends = (self._outlined(k) for k in (step, step + 1))
        return (*self.done(step + 1), *gliding(starts, ends, share, strong(self.style, self.style.colors.window)))

    def _outlined(self, step: int) -> list[Ring]:
        cell = self.pace.cell(step)
        return [] if cell is None else outlines(self.shown(step, cell), (self.before, self.after))

    def reading(self, cell: Cell) -> list[Primitive]:
        """What a step reads, before anything comes of it."""
        return self.read(self.layer.step(cell))

    def _sent(self, cell: Cell, added: list[Primitive], share: float) -> Items:
        """The result of a sum as it moves to its cell."""
        grid, place = self.after, self.place(cell)
        end = grid.number(place, self.named(cell), self.current, bold=True)
        return sent(self.style, added, end, cell=grid.box(*place), maps=[grid.whole], fill=self.current, share=share)

    def named(self, cell: Cell) -> str:
        """What is written in a cell of the output."""
        return self.y(self.layer.output[cell].item())

    def read(self, step: Step) -> list[Primitive]:
        """What a step reads, drawn over its cells."""
        raise NotImplementedError

    def result(self, cell: Cell, fill: str, *, bold: bool = False) -> list[Primitive]:
        """An output with its number."""
        value = self.layer.output[cell].item()
        return self.after.cell(self.place(cell), self.named(cell), fill, bold=bold, value=value)

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
        return StripLayout(self.strip, self.keyed(self.keys()))

    def keys(self) -> tuple[Key, ...]:
        """What its marks mean."""
        return ()

    @cached_property
    def sum(self) -> Sum | TwoSums | None:
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
        return with_bars(self.strip_layout.panel(self, self.sum), self.scales(), self.style, self.say)

    def scales(self) -> list[Scale]:
        """The shades that there are."""
        arrays = {0: self.layer.input, len(self.strip.grids) - 1: self.layer.output}
        names = words.ends_of(self.trace)
        shown = ((self.strip.grids[k].contents.shades, array) for k, array in arrays.items())
        return [scale(name, shades, array) for name, (shades, array) in zip(names, shown, strict=True) if shades]
