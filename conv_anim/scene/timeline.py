"""When a figure shows what: the moments of its steps, one frame each, and how long each lasts.

At an even pace every step is one frame, and with smooth motion some more lead to the next one. At the pace of an
explanation the first steps are slow and in phases: what is read, how it adds up, the result on its way to its cell;
where several maps are made one after the other, the first step of each. The others are quick, and at the end the
finished result stands alone.
"""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.scene.primitives import Lazy
from conv_anim.scene.steps import SLOW
from conv_anim.scene.tween import TIME, between, eased
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.spec.model import Animation

Phase: TypeAlias = Literal["each", "read", "summed", "sent", "made", "way", "finished"]
"""Of a step: its terms, one after the other; its window, with the products; their sum; the sum on its way to its cell;
the step as a whole; on the way to the next step. After the last one: the finished result."""

LONGEST, MOST_FRAMES = 15_000, 150
"""Milliseconds and frames of an animation at the pace of an explanation."""
READ, SUMMED, SENT, SLOWLY = 700, 500, 40, 1800
"""Milliseconds for which each phase of a slow step is shown, and of all of it."""
MADE = 400
"""Milliseconds for which a slow step is shown as a whole at least."""
EACH, TERMS = 300, 4
"""Milliseconds for which each term is shown, and how many of a step are."""
MOST_SLOW = 4
"""Slow steps where several maps are made one after the other."""
SENDING = 5
"""Frames in which a result moves to its cell."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame: its step, which phase of it, how far along it is, and how long it is shown, in milliseconds."""

    step: int
    phase: Phase
    time: int
    share: float = 0.0


@dataclass(frozen=True)
class Timeline:
    """``rests`` has for every step the frame in which it is shown as a whole."""

    moments: Sequence[Moment]
    rests: Sequence[int]

    def first(self, frame: int) -> bool:
        """Whether a frame is the first one of its step."""
        return frame == 0 or self.moments[frame - 1].step != self.moments[frame].step


def timeline(animation: Animation, steps: int, phases: frozenset[Phase], stages: Sequence[int] = (0,)) -> Timeline:
    """The moments of a number of steps, of which a drawing can show some phases.

    ``stages`` are the first steps of the maps that are made one after the other.
    """
    if steps == 1 and "finished" not in phases:
        return Timeline((Moment(0, "made", animation.hold),), (0,))
    if animation.pace == "auto":
        return _explaining(animation, steps, phases, slowly(stages, steps))
    return _even(animation, steps, phases)


def _even(animation: Animation, steps: int, phases: frozenset[Phase]) -> Timeline:
    ways = between(animation.step) if animation.motion == "smooth" and "way" in phases else 0
    count = steps + (steps - 1) * ways

    def moment(frame: int) -> Moment:
        step, part = divmod(frame, ways + 1)
        if part:
            return Moment(step, "way", TIME, eased(part / (ways + 1)))
        return Moment(step, "made", animation.hold if frame == count - 1 else animation.step - ways * TIME)

    return Timeline(Lazy(count, moment), range(0, count, ways + 1))


# at the pace of an explanation


def slowly(stages: Sequence[int], steps: int) -> list[int]:
    """The steps that are slow: the first ones, or the first ones of every map; of many maps those of some."""
    each = max(1, SLOW // len(stages))
    some = stages[:: -(-len(stages) // MOST_SLOW)]
    return sorted({start + k for start in some for k in range(each) if start + k < steps})


def _explaining(animation: Animation, steps: int, phases: frozenset[Phase], slow: list[int]) -> Timeline:
    opening = {step: _opening(step, phases) for step in slow}
    end = [Moment(steps, "finished", animation.hold)] if "finished" in phases else []
    quick = _quick(animation.step, steps - len(slow), LONGEST - _lasting(opening.values()) - animation.hold)
    free = MOST_FRAMES - sum(map(len, opening.values())) - (steps - len(slow)) - len(end)
    smooth = animation.motion == "smooth" and "way" in phases
    ways = min(between(quick), free // max(1, steps - 1)) if smooth else 0
    whole = [[*opening.get(k, [Moment(k, "made", quick)])] for k in range(steps)]
    if not end:
        whole[-1][-1] = replace(whole[-1][-1], time=animation.hold)
    led = [_leading(moments, ways if k < steps - 1 else 0) for k, moments in enumerate(whole)]
    starts = [0, *accumulate(map(len, led))]
    rests = [start + len(moments) - 1 for start, moments in zip(starts, whole, strict=False)]
    return Timeline((*chain.from_iterable(led), *end), rests)


def _leading(moments: Sequence[Moment], ways: int) -> list[Moment]:
    """The moments of a step with those that lead to the next one, in the same time."""
    last = moments[-1]
    leading = [Moment(last.step, "way", TIME, eased((k + 1) / (ways + 1))) for k in range(ways)]
    return [*moments[:-1], replace(last, time=last.time - ways * TIME), *leading]


def _lasting(moments: Iterable[Sequence[Moment]]) -> int:
    return sum(moment.time for moment in chain.from_iterable(moments))


def _opening(step: int, phases: frozenset[Phase]) -> list[Moment]:
    """A slow step in its phases."""
    found: list[Moment] = []
    if "each" in phases:
        found += [Moment(step, "each", EACH, k / TERMS) for k in range(TERMS)]
    elif "read" in phases:
        found.append(Moment(step, "read", READ))
    if "summed" in phases:
        found.append(Moment(step, "summed", SUMMED))
    if "sent" in phases:
        found += [Moment(step, "sent", SENT, eased((k + 1) / (SENDING + 1))) for k in range(SENDING)]
    return [*found, Moment(step, "made", max(MADE, SLOWLY - _lasting([found])))]


def _quick(wanted: int, count: int, room: int) -> int:
    """How long each of a number of quick steps is shown, in whole centiseconds."""
    if count == 0:
        return wanted
    return max(20, min(wanted, room // count // 10 * 10))
