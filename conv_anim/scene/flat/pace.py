"""Which cell is at work in each frame of a drawing, and two drawings in step with each other."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.primitives import Lazy
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from conv_anim.scene.steps import Cell, Steps


@dataclass(frozen=True)
class Pace:
    """Cells in the order of some steps: ``ranks`` says for each frame which of them is at work, -1 for none yet.

    Ranks never fall; while one stays the same, so does its cell.
    """

    steps: Steps
    ranks: Sequence[int]

    @classmethod
    def of(cls, steps: Steps) -> Pace:
        """As the steps go on their own."""
        return cls(steps, Lazy(len(steps), steps.rank))

    def __len__(self) -> int:
        return len(self.ranks)

    @property
    def total(self) -> int:
        """How many frames there would be if none of the cells were left out."""
        return len(self) + self.steps.total - len({rank for rank in self.ranks if rank >= 0})

    def cell(self, frame: int) -> Cell | None:
        """The cell at work; None before the first."""
        return None if self.ranks[frame] < 0 else self.steps.nth(self.ranks[frame])

    def _before(self, frame: int) -> int:
        """How many cells are done when a frame begins; past the last frame, when it is over."""
        return self.ranks[frame] if frame < len(self) else self.ranks[-1] + 1

    def passed(self, frame: int) -> list[Cell]:
        """The cells that are done when the frame begins and were not when the one before it began."""
        before = max(0, self.ranks[frame - 1]) if frame > 0 else 0
        return [self.steps.nth(rank) for rank in range(before, self._before(frame))]

    @cached_property
    def _rank_of(self) -> NDArray[np.intp]:
        """The rank of every cell."""
        ranks = np.empty(self.steps.shape, dtype=np.intp)
        for rank in range(ranks.size):
            ranks[self.steps.nth(rank)] = rank
        return ranks

    def done(self, frame: int) -> NDArray[np.bool_]:
        """Which cells are done when the frame begins."""
        return self._rank_of < self._before(frame)

    def reached(self, frame: int) -> NDArray[np.bool_]:
        """Which cells are done, the one at work included."""
        return self._rank_of <= self.ranks[frame]
