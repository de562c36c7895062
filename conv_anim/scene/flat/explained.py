"""A sum with a line above it that says how one of its numbers came about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.arithmetic.sums import Sum, Term
    from conv_anim.scene.primitives import Primitive


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

    def at(self, x: float, y: float, said: str, terms: Sequence[Term], result: str) -> list[Primitive]:
        """Both, the line with its middle at ``y``; the result is the last item."""
        style = self.whole.style
        line = style.text(x, y - self.size, said, size=style.small_size, color=style.label_ink)
        whole = self.whole.of(len(terms)).at(x, y + self.below, terms, result, style.result_ink)
        return [line, *whole] if said else whole
