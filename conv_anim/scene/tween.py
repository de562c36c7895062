"""From one step to the next in small ones: how many frames that takes, how far along each is, and what is under way."""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Boxes, Stroke, Text
from conv_anim.scene.style import text_box
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Box, Items, Primitive
    from conv_anim.scene.style import Style

FRAMES, TIME = 5, 50
"""Between two steps, and the milliseconds of each: whole centiseconds, as a GIF has them."""

ASIDE = 0.3
"""How far from the lines a result's cell starts on its way, in its ems."""
AROUND = 0.4
"""How much of its cell there is around a result on its way, in its ems."""


@dataclass(frozen=True, slots=True)
class Flight:
    """The cell that a result goes to, its colour, and where what begins that it is to start above, such as keys."""

    cell: Box
    fill: str
    over: float | None = None


def between(step: int) -> int:
    """How many frames fit into a step of so many milliseconds: what moves rests for at least half of it."""
    return min(FRAMES, step // 2 // TIME)


def eased(share: float) -> float:
    """Slow at both ends."""
    return (1 - cos(pi * share)) / 2


def sent(style: Style, written: Sequence[Primitive], end: Text, *, flight: Flight, share: float) -> Items:
    """The result at the end of written lines, on its way to ``end`` in its cell.

    It is a cell of its own, in the colour of the one that it goes to, so that nobody takes it for a number of those
    that it passes. It starts beside the lines, on the side where its cell is, so that it passes over none of them.
    """
    cell = flight.cell
    lines = [item for item in written if isinstance(item, Text)]
    boxes, result = [text_box(style, line) for line in lines], lines[-1]
    top, foot = min(box[1] for box in boxes), max(box[1] + box[3] for box in boxes)
    x = result.x + style.width(result.text, size=result.size, bold=True)
    x -= style.width(end.text, size=result.size, bold=True) / 2
    apart = (ASIDE + AROUND) * result.size
    if end.y < top:
        y = min(top, top if flight.over is None else flight.over) - apart
    elif end.y - style.font.cap_height * end.size > foot:
        y = foot + apart + style.font.cap_height * result.size
    else:
        x, y = max(box[0] + box[2] for box in boxes) + apart + result.size, result.y
    text = _over(replace(result, x=x, y=y), end, share, cell[2])
    left, upper, wide, high = text_box(style, text)
    around = AROUND * text.size
    across, down = max(wide + 2 * around, share * cell[2]), max(high + 2 * around, share * cell[3])
    box = (left + (wide - across) / 2, upper + (high - down) / 2, across, down)
    return Boxes((box,), flight.fill, Stroke(style.colors.background, 2 * style.scale)), text


def _over(start: Text, end: Text, share: float, side: float) -> Text:
    """A text on its way to a cell of a side: one to the right and above along a curve, first ahead, then up beside it.

    So it goes below what stands between, and is never inside another cell of its column.
    """
    text = moving(start, end, share)
    if end.x < start.x + side or end.y > start.y:
        return text
    before, after = (1 - share) ** 2, share**2
    bent = 1 - before - after
    x = before * start.x + bent * (end.x - side) + after * end.x
    return replace(text, x=x, y=(before + bent) * start.y + after * end.y)


def moving(start: Text, end: Text, share: float) -> Text:
    """A text on its way from one place to another."""
    return replace(
        end,
        x=start.x + share * (end.x - start.x),
        y=start.y + share * (end.y - start.y),
        size=start.size + share * (end.size - start.size),
    )
