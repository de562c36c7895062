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


def rule(interpolation: Interpolation, rows: int, say: Language) -> str:
    """What share a cell has of a map with so many rows."""
    if interpolation.mode != "linear":
        return say(f"flat.shares.{interpolation.mode}")
    share = say("flat.shares.linear" + ".axes" * (rows > 1))
    beyond = any(interpolation.place(a, 0) < 0 for a in range(len(interpolation.ratio)))
    return say("flat.shares.beyond", share=share) if beyond else share
