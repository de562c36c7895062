"""What is painted, from an origin of its own: what stays, frames and regions; and several drawings as one, in step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, TypeVar

from conv_anim.scene.hit_regions import nowhere
from conv_anim.scene.primitives import Frame, Lazy, moved
from conv_anim.scene.tween import NONE, Tween

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conv_anim.scene.hit_regions import HitRegions, Turn, Turns
    from conv_anim.scene.primitives import Items

T = TypeVar("T")
STILL = (Frame(),)
"""The frames of what does not move."""


@dataclass(frozen=True)
class Drawing:
    """``frames`` has one empty frame for a still. ``hit_regions`` stand for cells.

    ``turns`` has for the trace of each figure of the drawing the cell that every step is about. A drawing of only
    ``lettering`` may stand between pixels.
    """

    static: Items = ()
    frames: Sequence[Frame] = STILL
    tween: Tween = NONE
    hit_regions: HitRegions = nowhere
    turns: tuple[Turns, ...] = ()
    lettering: bool = False

    @property
    def steps(self) -> int:
        """How many steps its frames show."""
        return self.tween.steps(len(self.frames))

    def moved(self, dx: float, dy: float) -> Drawing:
        """The same with its origin elsewhere."""
        if not (dx or dy):
            return self
        return replace(
            self,
            static=shifted(self.static, dx, dy),
            frames=STILL if self.frames is STILL else Lazy(len(self.frames), self._moved_frame(dx, dy)),
            hit_regions=lambda: tuple(region.moved(dx, dy) for region in self.hit_regions()),
        )

    def _moved_frame(self, dx: float, dy: float) -> Callable[[int], Frame]:
        frames = self.frames

        def frame(k: int) -> Frame:
            made = frames[k]
            return Frame(shifted(made.kept, dx, dy), shifted(made.shown, dx, dy))

        return frame

    def of_figure(self, number: int) -> Drawing:
        """The same, about the trace of a number."""
        hit_regions = self.hit_regions
        return replace(
            self,
            hit_regions=lambda: tuple(replace(region, figure=number) for region in hit_regions()),
            turns=((),) * number + self.turns[:1],
        )


def shifted(items: Items, dx: float, dy: float) -> Items:
    """Items so many pixels to the right and down."""
    return tuple(moved(item, dx, dy) for item in items)


# several as one


def together(drawings: Sequence[Drawing]) -> Drawing:
    """One on the other, in step: the shorter ones wait on their last state, and those that leap while others tween."""
    if len(drawings) == 1:
        return drawings[0]
    tween = max((one.tween for one in drawings), key=lambda tween: tween.between, default=NONE)
    count = tween.frames(max((one.steps for one in drawings), default=1))
    moving = [_paced(one, tween) for one in drawings if one.frames is not STILL]

    def frame(k: int) -> Frame:
        frames = [at(k) for at in moving]
        return Frame(_all(one.kept for one in frames), _all(one.shown for one in frames))

    return Drawing(
        _all(one.static for one in drawings),
        Lazy(count, frame) if moving else STILL,
        tween,
        lambda: _all(tuple(one.hit_regions()) for one in drawings),
        tuple(_first(tracks) for tracks in zip_longest(*(one.turns for one in drawings), fillvalue=())),
        all(one.lettering for one in drawings),
    )


def _paced(one: Drawing, tween: Tween) -> Callable[[int], Frame]:
    """The frames of a drawing at the pace of others: on the way to a step that it does not take, it shows its last."""
    between, last = tween.between + 1, one.steps - 1
    resting = lru_cache(maxsize=1)(lambda step: Frame((), one.frames[step * (one.tween.between + 1)].shown))

    def at(k: int) -> Frame:
        step, part = divmod(k, between)
        if step > last or (part and (step == last or one.tween != tween)):
            return resting(min(step, last))
        return one.frames[k if one.tween == tween else step]

    return at


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
