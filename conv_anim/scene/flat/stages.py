"""Drawings that go through several layers one after the other, and through the cells of each."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Frame
from conv_anim.scene.traced import TracedMaps

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.steps import Cell, Steps


@dataclass(frozen=True)
class Staged(TracedMaps):
    """A stage for each layer. A drawing says what a step shows, and what stays of it."""

    @cached_property
    def stages(self) -> list[Steps]:
        """The cells that the frames of each layer go through."""
        raise NotImplementedError

    @cached_property
    def starts(self) -> list[int]:
        return [0, *accumulate(map(len, self.stages))]

    @property
    def steps(self) -> range:
        return range(self.starts[-1])

    def stage(self, k: int) -> tuple[int, int]:
        """Which stage a frame belongs to, and which of its steps it is."""
        stage = bisect_right(self.starts, k) - 1
        return stage, k - self.starts[stage]

    def frame(self, k: int) -> Frame:
        stage, step = self.stage(k)
        kept = [item for cell in self.stages[stage].passed(step) for item in self.done(stage, cell)]
        if step == 0 and stage > 0:
            before = self.stages[stage - 1]
            kept = [*self.done(stage - 1, before.cell(len(before) - 1)), *kept]
        return Frame(tuple(kept), tuple(self.shown(stage, self.stages[stage].cell(step))))

    def done(self, stage: int, cell: Cell) -> list[Primitive]:
        """What stays of a step."""
        raise NotImplementedError

    def shown(self, stage: int, cell: Cell) -> list[Primitive]:
        """What a step reads and makes."""
        raise NotImplementedError
