"""A sum with a line above it that says how one of its numbers came about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sums import Sum


@dataclass(frozen=True)
class ExplainedSum:
    """Room for both; ``wide`` is the width of the longest line, in pixels."""

    whole: Sum
    wide: float

    @property
    def size(self) -> float:
        """Em of the sum, in pixels."""
        return self.whole.size

    @property
    def width(self) -> float:
        """The width of the wider one, in pixels."""
        return max(self.wide, self.whole.width)

    @property
    def below(self) -> float:
        """From the line to the first one of the sum."""
        return 1.9 * self.whole.style.small_size

    @property
    def height(self) -> float:
        """The height of both, in pixels."""
        return self.below + self.whole.height
