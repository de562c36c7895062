"""Which output cell each frame of an animation computes."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from conv_anim.spec.model import Animation

    Cell = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """The cells of an output (channels, *size) in the order of the animation: every n-th one, and always the last."""

    shape: tuple[int, ...]
    animation: Animation

    def __len__(self) -> int:
        return 1 + ceil((prod(self.shape) - 1) / self.animation.every)

    def rank(self, frame: int) -> int:
        """How many cells come before the one that the frame computes."""
        return min(frame * self.animation.every, prod(self.shape) - 1)

    def cell(self, frame: int) -> Cell:
        """The output cell of a frame."""
        return self.nth(self.rank(frame))

    def passed(self, frame: int) -> list[Cell]:
        """The cells that are done when the frame begins and were not when the one before it began."""
        return [self.nth(rank) for rank in range(0 if frame == 0 else self.rank(frame - 1), self.rank(frame))]

    def nth(self, rank: int) -> Cell:
        """Channel by channel, and within a channel by rows, by columns, or all of it from the end."""
        order = self.animation.order
        _channels, *size = self.shape
        if order == "reverse":
            rank = prod(self.shape) - 1 - rank
        channel, place = divmod(rank, prod(size))
        if order == "column-major":
            position = np.unravel_index(place, size[::-1])[::-1]
        else:
            position = np.unravel_index(place, size)
        return (channel, *(int(i) for i in position))
