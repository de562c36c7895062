"""What the drawings of the channels view have in common that go through one filter after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.channels.channel_rows import ChannelRows
from conv_anim.scene.flat.summary import summary
from conv_anim.scene.gliding import gliding, outlines
from conv_anim.scene.layout import Panel, align, animated
from conv_anim.scene.primitives import Frame
from conv_anim.scene.sheets.scales import with_bars
from conv_anim.scene.strokes import strong
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.channels.outputs import Outputs
    from conv_anim.scene.channels.tally import Tally
    from conv_anim.scene.hit_regions import HitRegion, Turn
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.timeline import Phase


@dataclass(frozen=True)
class ChannelDrawing(ChannelRows):
    """Of some channels' rows. A drawing says how it looks as a filter begins, and what a cell adds."""

    @property
    def outputs(self) -> Outputs | None:
        """The maps that are added up to, if there are."""
        raise NotImplementedError

    @property
    def width(self) -> float:
        """In pixels."""
        raise NotImplementedError

    @property
    def bottom(self) -> int:
        """Its lower edge, in pixels from the top."""
        raise NotImplementedError

    @property
    def sum(self) -> Tally | None:
        """Room for the sum of any cell; None where nothing is added up."""
        raise NotImplementedError

    @property
    def sum_top(self) -> float:
        """Top of the sum of a step, in pixels."""
        return self.bottom + self.style.wide

    # what is drawn

    def static(self) -> Items:
        return self.begun(self.steps.cell(0)[0])

    def begun(self, channel: int) -> Items:
        """All of it as the filter of an output channel begins to work."""
        raise NotImplementedError

    def frame(self, k: int) -> Frame:
        cell = self.steps.cell(k)
        begins = k > 0 and self.steps.cell(k - 1)[0] != cell[0]
        kept = [self.blank(self.width, self.bottom), *self.begun(cell[0])] if begins else []
        kept += self.all_done([passed for passed in self.steps.passed(k) if passed[0] == cell[0]])
        return Frame(tuple(kept), lambda: (*self.shown(cell), *self.added(cell)))

    def all_done(self, cells: list[tuple[int, ...]]) -> list[Primitive]:
        """What stays of some steps of one filter."""
        return [item for cell in cells for item in self.done(cell)]

    def finished(self) -> Frame:
        count = len(self.steps)
        last = self.steps.cell(count - 1)[0]
        kept = self.all_done([cell for cell in self.steps.passed(count) if cell[0] == last])
        return Frame(tuple(kept), self.rested() if "summed" in self.phases else ())

    def rested(self) -> Items:
        """What stands at the end where a sum was."""
        y = self.sum_top + self.style.label_size / 2
        return summary(self.trace, self.style, self.width / 2, y, self.width, count=self.made_count)

    @property
    def made_count(self) -> int | None:
        """How many numbers it makes; None for those of its output, as sums of the products that it shows."""
        apart = self.meet and self.outputs is None
        return self.layer.output.size * self.seen if apart else None

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way") if self.sum is None else ("read", "summed", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A step as it comes about: the windows, then the sum of what they make; and the windows on their way."""
        cell = self.steps.cell(step)
        if phase == "way":
            return self._leading(step, share)
        return tuple(self.read(cell) if phase == "read" else (*self.shown(cell, made=False), *self.added(cell)))

    def _leading(self, step: int, share: float) -> Items:
        """Windows on their way to the next step of the same filter; to another filter nothing leads."""
        one, other = (self.steps.cell(k) for k in (step, step + 1))
        if one[0] != other[0]:
            return self.frame(step).shown
        starts, ends = (outlines(self.shown(cell), self.grids_of(one[0])) for cell in (one, other))
        stroke = strong(self.style, self.style.colors.window)
        return (*self.frame(step + 1).kept, *gliding(starts, ends, share, stroke))

    def grids_of(self, channel: int) -> list[Grid]:
        """The grids in which the steps of an output channel mark cells."""
        raise NotImplementedError

    def read(self, cell: tuple[int, ...]) -> list[Primitive]:
        """What a step reads."""
        raise NotImplementedError

    def done(self, cell: tuple[int, ...]) -> list[Primitive]:
        """What stays of a step."""
        raise NotImplementedError

    def shown(self, cell: tuple[int, ...], *, made: bool = True) -> list[Primitive]:
        """What a step reads and makes, or all of it but the output."""
        raise NotImplementedError

    def added(self, cell: tuple[int, ...]) -> list[Primitive]:
        """The sum of a step."""
        if self.sum is None:
            return []
        x, y = (self.width - self.sum.width) / 2, self.sum_top + self.sum.size
        return self.tallied(self.sum, cell, x=x, y=y)

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        raise NotImplementedError

    def turn(self, k: int) -> Turn:
        turn = super().turn(k)
        return turn if self.outputs is None else replace(turn, drift=self.outputs.drift(turn.cell[0] or 0))

    def panel(self) -> Panel:
        """It as a panel, which can be put beside others."""
        made = animated(self, self.width, self.bottom, fit=self.numbers.fit)
        return with_bars(self.with_sum(made), self.scales(), self.style, self.say)

    def with_sum(self, made: Panel) -> Panel:
        """With room for the sum below the maps."""
        return made if self.sum is None else align(made, self.sum.width, self.sum_top + self.sum.height)
