"""What the drawings of the channels view have in common that go through one filter after the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conv_anim.scene.channels.channel_rows import ChannelRows
from conv_anim.scene.layout import Panel, align, animated
from conv_anim.scene.primitives import Frame

if TYPE_CHECKING:
    from conv_anim.scene.channels.outputs import Outputs
    from conv_anim.scene.channels.tally import Tally
    from conv_anim.scene.hit_regions import HitRegion, Turn
    from conv_anim.scene.primitives import Items, Primitive


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
        kept += [item for passed in self.steps.passed(k) if passed[0] == cell[0] for item in self.done(passed)]
        return Frame(tuple(kept), (*self.shown(cell), *self.added(cell)))

    def done(self, cell: tuple[int, ...]) -> list[Primitive]:
        """What stays of a step."""
        raise NotImplementedError

    def shown(self, cell: tuple[int, ...]) -> list[Primitive]:
        """What a step reads and makes."""
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
        return made if self.sum is None else align(made, self.sum.width, self.sum_top + self.sum.height)
