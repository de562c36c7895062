"""How an interpolation weighs the cells around a point, in words."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from conv_anim.scene.wording.words import TIMES

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.shown_as import Interpolation

FINEST = 100
"""The largest denominator of how far apart outputs are read."""


def apart(interpolation: Interpolation) -> str:
    """From where one output is read to where the next is, in input cells, on each axis where they differ."""
    steps = dict.fromkeys(Fraction(ratio).limit_denominator(FINEST) for ratio in interpolation.ratio)
    return TIMES.join(map(str, steps))


def places(interpolation: Interpolation, say: Language) -> str:
    """Where the outputs lie on the input: how far apart, and the first one."""
    firsts = dict.fromkeys(
        Fraction(interpolation.place(a, 0)).limit_denominator(FINEST) for a in range(len(interpolation.ratio))
    )
    side = "" if not any(firsts) else ".before" if min(firsts) < 0 else ".behind"
    first = TIMES.join(str(abs(place)) for place in firsts)
    return say(f"term.apart{side}", apart=apart(interpolation), **({"first": first} if side else {}))


def rule(interpolation: Interpolation, rows: int, say: Language) -> str:
    """What share a cell has of a map with so many rows."""
    if interpolation.mode != "linear":
        return say(f"flat.shares.{interpolation.mode}")
    share = say("flat.shares.linear" + ".axes" * (rows > 1))
    beyond = any(interpolation.place(a, 0) < 0 for a in range(len(interpolation.ratio)))
    return say("flat.shares.beyond", share=share) if beyond else share
