"""The walk through a product: its tiles, in the order of the animation."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.steps import Steps
from conv_anim.tracing.gemm import Gemm
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.spec.model import Animation
    from conv_anim.tracing.gemm import Place, Tile
    from conv_anim.tracing.trace import Trace


@dataclass(frozen=True)
class Walk:
    """The steps of a figure: tiles of a product, in the order of its animation."""

    gemm: Gemm
    animation: Animation

    @cached_property
    def steps(self) -> Steps:
        """As those of an output with an axis for each direction; column by column, columns come before rows."""
        groups, m, n, k = self.gemm.steps
        shape = (groups, n, m, k) if self._turned else (groups, m, n, k)
        plain = replace(self.animation, order="row-major") if self._turned else self.animation
        return Steps(shape, plain)

    @property
    def _turned(self) -> bool:
        return self.animation.order == "column-major"

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def total(self) -> int:
        """How many tiles there are."""
        return self.steps.total

    def rank(self, k: int) -> int:
        """How many tiles come before that of a step."""
        return self.steps.rank(k)

    def tile(self, k: int) -> Tile:
        """The tile of a step."""
        return self.gemm.at(self.place(self.rank(k)))

    def place(self, rank: int) -> Place:
        """The place of a rank."""
        group, a, b, k = self.steps.nth(rank)
        return (group, b, a, k) if self._turned else (group, a, b, k)

    def before(self, frame: int) -> list[Place]:
        """The steps that are over when one begins and were not when the one before it began."""
        first = 0 if frame == 0 else self.rank(frame - 1)
        return [self.place(rank) for rank in range(first, self.rank(frame))]

    def sums(self, rank: int) -> list[Place]:
        """The steps that have added to the output's tile of one, it among them."""
        each = self.gemm.steps[3]
        return [self.place(k) for k in range(rank // each * each, rank + 1)]

    def ends(self, rank: int) -> bool:
        """Whether a step completes its sums."""
        return (rank + 1) % self.gemm.steps[3] == 0


def walk_of(trace: Trace) -> Walk:
    """The steps of a trace in this view."""
    view = trace.spec.view
    gemm = Gemm(trace.layer.operator, getattr(view, "layout", None) or "nchw", getattr(view, "tile", None))
    return Walk(gemm, trace.spec.animation)
