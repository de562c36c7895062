"""From one step to the next in small ones: how many frames that takes, how far along each is, and what is under way."""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Text
    from conv_anim.scene.style import Style

FRAMES, TIME = 10, 30
"""Between two steps, and the milliseconds of each: whole centiseconds, as a GIF has them."""


def between(step: int) -> int:
    """How many frames fit into a step of so many milliseconds: what moves rests for at least half of it."""
    return min(FRAMES, step // 2 // TIME)


def eased(share: float) -> float:
    """Slow at both ends."""
    return (1 - cos(pi * share)) / 2


def sent(style: Style, result: Text, end: Text, share: float) -> Text:
    """The result of a sum, written after its sign, on its way to where it stands in its cell."""
    start = result.x + style.width(result.text, size=result.size, bold=True)
    start -= style.width(end.text, size=result.size, bold=True) / 2
    return replace(moving(replace(result, x=start), end, share), color=result.color)


def moving(start: Text, end: Text, share: float) -> Text:
    """A text on its way from one place to another."""
    return replace(
        end,
        x=start.x + share * (end.x - start.x),
        y=start.y + share * (end.y - start.y),
        size=start.size + share * (end.size - start.size),
    )
