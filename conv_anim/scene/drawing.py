"""What is painted, from an origin of its own: what stays, frames and regions; and several drawings as one, in step."""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeVar

from conv_anim.scene.hit_regions import nowhere
from conv_anim.scene.primitives import Frame, Lazy, moved
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conv_anim.scene.hit_regions import HitRegions, Turn, Turns
    from conv_anim.scene.primitives import Items
    from conv_anim.scene.timeline import Phase, Timeline

    During = Callable[[int, Phase, float], Items]

T = TypeVar("T")
STILL = (Frame(),)
"""The frames of what does not move."""


@dataclass(frozen=True)
class Drawing:
    """``frames`` has one for each step, and one empty frame for a still. ``hit_regions`` stand for cells.

    ``phases`` are those of a step that it can show besides: ``during`` has what is shown then, by the step, the phase
    and how far along it is. ``finished`` is what follows the last step: what that leaves, and what is shown with it.
    ``turns`` has for the trace of each figure of the drawing the cell that every step is about. A drawing of only
    ``lettering`` may stand between pixels.
    """

    static: Items = ()
    frames: Sequence[Frame] = STILL
    during: During | None = None
    phases: frozenset[Phase] = frozenset()
    finished: Callable[[], Frame] | None = None
    hit_regions: HitRegions = nowhere
    turns: tuple[Turns, ...] = ()
    lettering: bool = False
    outputs: int = 0
    """How many steps there would be if none were left out."""
    stages: tuple[int, ...] = (0,)
    """The first step of each map that is made, where several are made one after the other."""

    @property
    def steps(self) -> int:
        """How many steps its frames show."""
        return len(self.frames)

    @property
    def shows(self) -> frozenset[Phase]:
        """All phases of an animation that it can show."""
        return self.phases | ({"finished"} if self.finished is not None else set())

    def timed(self, timeline: Timeline) -> Sequence[Frame]:
        """A frame for each moment of a timeline."""

        def frame(k: int) -> Frame:
            moment = timeline.moments[k]
            if moment.phase == "finished":
                assert self.finished is not None
                return self.finished()
            if self.during is not None and moment.phase in self.phases:
                kept = self.frames[moment.step].kept if timeline.first(k) else ()
                return Frame(kept, lambda: self.shown(moment.step, moment.phase, moment.share))
            step = self.frames[moment.step]
            return Frame(step.kept if timeline.first(k) else (), lambda: step.shown)

        return Lazy(len(timeline.moments), frame)

    def shown(self, step: int, phase: Phase, share: float) -> Items:
        """What is shown in a phase of a step; all of the step where it does not know the phase.

        One that does not read its cells one after the other shows all that it reads at once.
        """
        if phase == "each" and phase not in self.phases:
            phase = "read"
        if self.during is None or phase not in self.phases:
            return self.frames[step].shown
        return self.during(step, phase, share)

    def moved(self, dx: float, dy: float) -> Drawing:
        """The same with its origin elsewhere."""
        if not (dx or dy):
            return self
        frames, during, finished = self.frames, self.during, self.finished

        def there(items: Items) -> Items:
            return shifted(items, dx, dy)

        return replace(
            self,
            static=there(self.static),
            frames=STILL if frames is STILL else Lazy(len(frames), lambda k: frames[k].mapped(there)),
            during=None if during is None else lambda step, phase, share: there(during(step, phase, share)),
            finished=None if finished is None else lambda: finished().mapped(there),
            hit_regions=lambda: tuple(region.moved(dx, dy) for region in self.hit_regions()),
        )

    def of_figure(self, number: int) -> Drawing:
        """The same drawing, about the trace of a number."""
        hit_regions = self.hit_regions
        return replace(
            self,
            hit_regions=lambda: tuple(replace(region, figure=number) for region in hit_regions()),
            turns=((),) * number + self.turns[:1],
        )


def shifted(items: Items, dx: float, dy: float) -> Items:
    """Items moved to the right and down, in pixels."""
    return tuple(moved(item, dx, dy) for item in items)


# several as one


def together(drawings: Sequence[Drawing]) -> Drawing:
    """One on the other, in step: the shorter ones wait on their last state, and those that leap while others move."""
    if len(drawings) == 1:
        return drawings[0]
    moving = [one for one in drawings if one.frames is not STILL]
    parted = any(one.during is not None for one in moving)
    ends = any(one.finished is not None for one in moving)
    return Drawing(
        _all(one.static for one in drawings),
        Lazy(max(one.steps for one in moving), _frames(moving)) if moving else STILL,
        _during(moving) if parted else None,
        frozenset(phase for one in moving for phase in one.phases),
        _finished(moving) if ends else None,
        lambda: _all(tuple(one.hit_regions()) for one in drawings),
        tuple(_first(tracks) for tracks in zip_longest(*(one.turns for one in drawings), fillvalue=())),
        all(one.lettering for one in drawings),
        max((one.outputs for one in moving), default=0),
        max((one.stages for one in moving), key=len, default=(0,)),
    )


def _frames(moving: Sequence[Drawing]) -> Callable[[int], Frame]:
    resting = [lru_cache(maxsize=1)(partial(_resting, one)) for one in moving]

    def frame(k: int) -> Frame:
        frames = [one.frames[k] if k < one.steps else rest() for one, rest in zip(moving, resting, strict=True)]
        return Frame(_all(one.kept for one in frames), lambda: _all(one.shown for one in frames))

    return frame


def _resting(one: Drawing) -> Frame:
    """A drawing that waits for others on its last step."""
    frame = one.frames[one.steps - 1]
    return Frame((), lambda: frame.shown)


def _during(moving: Sequence[Drawing]) -> During:
    def during(step: int, phase: Phase, share: float) -> Items:
        return _all(_phase_of(one, step, phase, share) for one in moving)

    return during


def _phase_of(one: Drawing, step: int, phase: Phase, share: float) -> Items:
    if step >= one.steps or (phase == "way" and step == one.steps - 1):
        return _resting(one).shown
    return one.shown(step, phase, share)


def _finished(moving: Sequence[Drawing]) -> Callable[[], Frame]:
    def finished() -> Frame:
        ends = [_resting(one) if one.finished is None else one.finished() for one in moving]
        return Frame(_all(one.kept for one in ends), _all(one.shown for one in ends))

    return finished


def _first(tracks: Sequence[Turns]) -> Turns:
    """For every step the first of several turns that there is."""
    found = [track for track in tracks if len(track)]
    if len(found) < 2:
        return found[0] if found else ()

    def turn(k: int) -> Turn | None:
        return next((track[k] for track in found if k < len(track) and track[k] is not None), None)

    return Lazy(max(map(len, found)), turn)


def _all(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(chain.from_iterable(parts))
