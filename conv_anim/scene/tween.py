"""From one step to the next in small ones: how many frames that takes, how far along each is, and what is under way."""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Boxes, Stroke, Text
from conv_anim.scene.style import text_box
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Box, Items, Primitive
    from conv_anim.scene.style import Style

FRAMES, TIME = 5, 50
"""Between two steps, and the milliseconds of each: whole centiseconds, as a GIF has them."""

ASIDE = 0.3
"""How far from the lines a result's cell starts on its way, in its ems."""
BEND = 3
"""How sharply a result on its way turns towards its cell: 1 would be straight."""
AROUND = 0.4
"""How much of its cell there is around a result on its way, in its ems."""


def between(step: int) -> int:
    """How many frames fit into a step of so many milliseconds: what moves rests for at least half of it."""
    return min(FRAMES, step // 2 // TIME)


def eased(share: float) -> float:
    """Slow at both ends."""
    return (1 - cos(pi * share)) / 2


def sent(
    style: Style,
    written: Sequence[Primitive],
    end: Text,
    *,
    cell: Box,
    maps: Sequence[Box],
    fill: str,
    share: float,
) -> Items:
    """The result at the end of written lines, on its way to ``end`` in its ``cell``, which has the colour ``fill``.

    It starts beside the lines, on the side where its cell is, so that it passes over none of them. As soon as it comes
    to one of the ``maps`` it is in its cell, since over others it would be taken for theirs; nowhere if it has no room.
    """
    lines = [item for item in written if isinstance(item, Text)]
    boxes, result = [text_box(style, line) for line in lines], lines[-1]
    top, foot = min(box[1] for box in boxes), max(box[1] + box[3] for box in boxes)
    x = result.x + style.width(result.text, size=result.size, bold=True)
    x -= style.width(end.text, size=result.size, bold=True) / 2
    apart = (ASIDE + AROUND) * result.size
    if end.y < top:
        y = top - apart
    elif end.y - style.font.cap_height * end.size > foot:
        y = foot + apart + style.font.cap_height * result.size
    else:
        x, y = max(box[0] + box[2] for box in boxes) + apart + result.size, result.y
    beside = y == result.y
    text = (moving if beside else _around)(replace(result, x=x, y=y), end, share)
    left, upper, wide, high = text_box(style, text)
    around = AROUND * text.size
    across, down = max(wide + 2 * around, share * cell[2]), max(high + 2 * around, share * cell[3])
    box = (left + (wide - across) / 2, upper + (high - down) / 2, across, down)
    if any(meet(box, one) for one in maps):
        return (Boxes((cell,), fill, style.edge), end) if _holds(cell, text_box(style, end)) else ()
    return Boxes((box,), fill, Stroke(style.colors.background, 2 * style.scale)), text


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes have anything in common."""
    (x, y, wide, high), (left, top, across, down) = one, other
    return x < left + across and left < x + wide and y < top + down and top < y + high


def _holds(one: Box, other: Box) -> bool:
    """Whether a box lies within another one."""
    (x, y, wide, high), (left, top, across, down) = one, other
    return x < left and left + across < x + wide and y < top and top + down < y + high


def _around(start: Text, end: Text, share: float) -> Text:
    """A text on its way to a cell above or below: first ahead, along the lines, then straight to it.

    So it passes beside all other maps, and in its own one over cells of its column that are still to come.
    """
    ahead, there = (1 - share) ** BEND, share**BEND
    x, y = end.x + ahead * (start.x - end.x), start.y + there * (end.y - start.y)
    return replace(moving(start, end, share), x=x, y=y)


def moving(start: Text, end: Text, share: float) -> Text:
    """A text on its way from one place to another."""
    return replace(
        end,
        x=start.x + share * (end.x - start.x),
        y=start.y + share * (end.y - start.y),
        size=start.size + share * (end.size - start.size),
    )
