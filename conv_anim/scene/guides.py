"""The guide of several figures side by side, merged from the guide of each: their steps are narrated together."""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING

from conv_anim.scene.guide import guide
from conv_anim.scene.primitives import Guide
from conv_anim.spec.registry import named
from conv_anim.spec.views import VIEWS
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.hit_regions import HitRegion, Turns
    from conv_anim.scene.primitives import Spot
    from conv_anim.tracing.trace import Trace


def together(traces: Sequence[Trace], hit_regions: Iterable[HitRegion], turns: Sequence[Turns]) -> Guide:
    """The guide of the figures of some traces, by the numbers that their areas name."""
    found = tuple(hit_regions)
    tracks = [*turns, *[()] * (len(traces) - len(turns))]
    guides = [
        _guide(trace, (region for region in found if region.figure == k), track)
        for k, (trace, track) in enumerate(zip(traces, tracks, strict=True))
    ]
    return guides[0] if len(guides) == 1 else _joined([trace.spec.title for trace in traces], guides)


def _guide(trace: Trace, hit_regions: Iterable[HitRegion], turns: Turns) -> Guide:
    """The guide of a figure: its view's own, if its areas are not cells."""
    own = VIEWS[trace.spec.view.kind].guides
    if own is None:
        return guide(trace, hit_regions, turns)
    made: Guide = named(own)(trace, hit_regions, turns)
    return made


def _joined(titles: Sequence[str | None], guides: Sequence[Guide]) -> Guide:
    starts = accumulate((len(one.spots) for one in guides[:-1]), initial=0)
    named = [_named(*each) for each in zip(titles, guides, starts, strict=True)]
    drifting = [k for k, one in enumerate(guides) if one.drifts]
    return Guide(
        lang=guides[0].lang,
        phrases=guides[0].phrases,
        told=_told(titles, guides),
        spots=tuple(
            replace(spot, drifts=drifting.index(k) + 1 if spot.drifts and k in drifting else 0)
            for k, spots in enumerate(named)
            for spot in spots
        ),
        drifts=_drifts([guides[k] for k in drifting]),
    )


def _named(title: str | None, one: Guide, start: int) -> list[Spot]:
    """The spots of a figure with its title, by their numbers among those of all."""
    return [
        replace(
            spot,
            name=_titled(title, spot.name),
            linked=tuple(start + k for k in spot.linked),
            same=tuple(start + k for k in spot.same),
        )
        for spot in one.spots
    ]


def _titled(title: str | None, said: str) -> str:
    return said if title is None or not said else f"{title}: {said}"


def _told(titles: Sequence[str | None], guides: Sequence[Guide]) -> tuple[str, ...]:
    """For each step, what every figure that still goes on says of it."""
    count = max(len(one.told) for one in guides)
    steps = (
        [(title, one.told[k]) for title, one in zip(titles, guides, strict=True) if k < len(one.told)]
        for k in range(count)
    )
    return tuple(" ".join(filter(None, (_titled(*said) for said in step))) for step in steps)


def _drifts(guides: Sequence[Guide]) -> tuple[tuple[float, ...], ...]:
    """Where the spots of each figure lie at each step; where one has ended, at its last."""
    count = max((len(one.drifts) for one in guides), default=0)
    return tuple(
        tuple(chain.from_iterable(one.drifts[min(k, len(one.drifts) - 1)] for one in guides)) for k in range(count)
    )
