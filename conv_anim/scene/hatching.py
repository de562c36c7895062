"""Diagonal lines over cells that take no part: those that a mask hides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Stroke

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.primitives import Box, Point
    from conv_anim.scene.style import Style

LINES = 3
"""In a cell."""
SLANTED = 5
"""In a cell of a kernel or a window."""
CORNERS = 1 / 6, 1 / 3, 5 / 3, 11 / 6
"""Where those of a cell with a number are, which they leave free: x/width + y/height."""


def hatched(boxes: Iterable[Box], count: int = LINES) -> tuple[tuple[Point, ...], ...]:
    """Lines from the lower left to the upper right of each box, ``count`` of them; the middle one joins corners."""
    return _slanted(boxes, [2 * k / (count + 1) for k in range(1, count + 1)])


def cornered(boxes: Iterable[Box]) -> tuple[tuple[Point, ...], ...]:
    """The same lines in two corners of boxes that have numbers in them."""
    return _slanted(boxes, CORNERS)


def _slanted(boxes: Iterable[Box], places: Sequence[float]) -> tuple[tuple[Point, ...], ...]:
    """In each box, those where x/width + y/height is one of some numbers from 0 to 2."""
    found = []
    for left, top, width, height in boxes:
        for along in places:
            near, far = max(0.0, along - 1), min(along, 1.0)
            found.append(((left + width * near, top + height * far), (left + width * far, top + height * near)))
    return tuple(found)


def hatching(style: Style, on: str | None = None) -> Stroke:
    """The lines through cells that take no part; ``on`` is their colour, if they keep it."""
    colors = style.colors
    return Stroke(mix(on or colors.background, colors.ink if on else colors.muted, 0.6), max(1.0, style.line))
