"""Lines that bend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.tween import eased

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Point

BEND = 32
"""Pieces that a bent line is made of."""


def bent(start: Point, end: Point) -> tuple[Point, ...]:
    """A line that leaves and arrives level."""
    (x0, y0), (x1, y1) = start, end
    shares = [k / BEND for k in range(BEND + 1)]
    return tuple((x0 + t * (x1 - x0), y0 + eased(t) * (y1 - y0)) for t in shares)
