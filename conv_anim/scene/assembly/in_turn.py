"""Figures one after the other: each goes through its steps while those before it are finished, and later ones wait."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from conv_anim.scene.drawing import STILL, Drawing
from conv_anim.scene.primitives import Frame, Lazy
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.hit_regions import Turns
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items
    from conv_anim.scene.timeline import Phase


def in_turn(panels: Sequence[Panel]) -> list[Panel]:
    """The same panels, the steps of each after those of the one before."""
    starts = (0, *accumulate(one.drawn.steps for one in panels))
    return [_later(one, start, starts) for one, start in zip(panels, starts, strict=False)]


def _later(one: Panel, start: int, starts: tuple[int, ...]) -> Panel:
    parts = tuple(replace(part, drawing=Later(part.drawing, start, starts).drawing) for part in one.parts)
    return replace(one, parts=parts)


@dataclass(frozen=True)
class Later:
    """A drawing whose first step is the ``start``-th of all; ``starts`` has those of all drawings, and their number."""

    of: Drawing
    start: int
    starts: tuple[int, ...]

    @property
    def drawing(self) -> Drawing:
        """It in its turn."""
        own = self.of
        if own.frames is STILL:
            return own
        return replace(
            own,
            frames=Lazy(min(self.start + own.steps + 1, self.starts[-1]), self._frame),
            during=None if own.during is None else self._during,
            finished=self._finished,
            turns=tuple(self._turns(track) for track in own.turns),
            outputs=self.start + own.outputs,
            stages=self.starts[:-1],
        )

    def _frame(self, k: int) -> Frame:
        if k < self.start:
            return Frame()
        return self.of.frames[k - self.start] if k - self.start < self.of.steps else self._finished()

    def _finished(self) -> Frame:
        return Frame() if self.of.finished is None else self.of.finished()

    def _during(self, step: int, phase: Phase, share: float) -> Items:
        at = step - self.start
        if not 0 <= at < self.of.steps or (phase == "way" and at == self.of.steps - 1):
            return self._frame(step).shown
        return self.of.shown(at, phase, share)

    def _turns(self, track: Turns) -> Turns:
        return (None,) * (self.start if len(track) else 0) + tuple(track)
