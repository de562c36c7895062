"""Lines that can be seen on the colours below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import contrast
from conv_anim.scene.primitives import Stroke

if TYPE_CHECKING:
    from conv_anim.scene.style import Style

SEEN = 2.5
"""The contrast from which a line shows."""
VISIBLE = 1.5
"""The contrast from which edges of cells are lines of their own."""


def seen(on: str, *wanted: str) -> str:
    """The first of the wanted colours that shows as a line on another, else the last."""
    return next((color for color in wanted if contrast(color, on) >= SEEN), wanted[-1])


def ring_color(style: Style, on: str) -> str:
    """Of a line inside a cell of a colour: one that shows there and is not taken for the cell's edge."""
    colors = style.colors
    apart = [color for color in (colors.ink, colors.background) if contrast(color, colors.line) >= VISIBLE]
    strongest = max((colors.ink, colors.background), key=lambda color: contrast(color, on))
    return seen(on, *apart, strongest)


def halo(style: Style, stroke: Stroke) -> Stroke:
    """Below a line over shades, so that it shows on the darkest and on the lightest of them."""
    return Stroke(style.colors.background, stroke.width + 2 * max(1.0, style.scale))


def strong(style: Style, color: str) -> Stroke:
    """An outline that is stronger than the edges of cells."""
    edges = contrast(style.colors.line, style.colors.background)
    return Stroke(color, style.line + (1 if edges < VISIBLE else 2) * style.scale)
