"""Slanting lines through cells that take no part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Stroke

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Point
    from conv_anim.scene.style import Style

SLANTED = (1 / 3, 2 / 3)
"""Where the lines leave the edges of a cell, in cells."""


def hatching(style: Style, on: str | None = None) -> Stroke:
    """The lines through cells that take no part; ``on`` is their colour, if they keep it."""
    colors = style.colors
    return Stroke(mix(on or colors.background, colors.ink if on else colors.muted, 0.6), max(1.0, style.line))


def slanting(x: float, y: float, side: float) -> list[tuple[Point, Point]]:
    """Lines through a square, from its lower left to its upper right."""
    parts = [side * share for share in SLANTED]
    below = [((x, y + part), (x + part, y)) for part in parts]
    return [*below, ((x, y + side), (x + side, y)), *(((x + part, y + side), (x + side, y + part)) for part in parts)]
