"""Diagonal lines over cells that take no part: those that a mask hides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Stroke

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.primitives import Box, Point
    from conv_anim.scene.style import Style

LINES = 3
"""In a cell."""
SLANTED = 5
"""In a cell of a kernel or a window."""


def hatched(boxes: Iterable[Box], count: int = LINES) -> tuple[tuple[Point, ...], ...]:
    """Lines from the lower left to the upper right of each box, ``count`` of them."""
    return tuple(line for box in boxes for line in _across(box, count))


def _across(box: Box, count: int) -> list[tuple[Point, ...]]:
    """Each where x/width + y/height is one number; the middle one goes from corner to corner if there is one."""
    left, top, width, height = box
    found = []
    for k in range(1, count + 1):
        along = 2 * k / (count + 1)
        start = max(0.0, along - 1), min(along, 1.0)
        end = min(along, 1.0), max(0.0, along - 1)
        found.append(tuple((left + width * x, top + height * y) for x, y in (start, end)))
    return found


def hatching(style: Style, on: str | None = None) -> Stroke:
    """The lines through cells that take no part; ``on`` is their colour, if they keep it."""
    colors = style.colors
    return Stroke(mix(on or colors.background, colors.ink if on else colors.muted, 0.6), max(1.0, style.line))
