"""From one step to the next in small ones: how many frames that takes, and how far along each of them is."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi

FRAMES, TIME = 10, 30
"""Between two steps, and the milliseconds of each: whole centiseconds, as a GIF has them."""


@dataclass(frozen=True, slots=True)
class Tween:
    """So many frames ``between`` one step and the next, each shown for ``time`` milliseconds of the step before it."""

    between: int = 0
    time: int = TIME

    @classmethod
    def within(cls, step: int) -> Tween:
        """For a step of so many milliseconds: what moves rests for at least half of it."""
        return cls(min(FRAMES, step // 2 // TIME))

    @property
    def total(self) -> int:
        """Milliseconds of all frames between two steps."""
        return self.between * self.time

    def frames(self, steps: int) -> int:
        """How many frames so many steps have."""
        return steps + (steps - 1) * self.between

    def steps(self, frames: int) -> int:
        """How many steps have so many frames."""
        return (frames - 1) // (self.between + 1) + 1

    def place(self, frame: int) -> tuple[int, float]:
        """The step that a frame shows or leaves, and how far it is on the way to the next one: 0 where it rests."""
        step, part = divmod(frame, self.between + 1)
        return step, eased(part / (self.between + 1))


NONE = Tween()


def eased(share: float) -> float:
    """Slow at both ends."""
    return (1 - cos(pi * share)) / 2
