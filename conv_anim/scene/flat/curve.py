"""The curve of bicubic interpolation beside a map: over its columns and its rows, with what each of them weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import Format
from conv_anim.scene.primitives import Lines, Stroke
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.sheets.grid import Grid

REACH, FINE = 2.0, 40
"""Cells to either side that the curve reaches, and points that it is drawn with."""
HIGH = 0.9
"""The height of the curve where it weighs 1, in cells."""
LOW = 0.2
"""How far it may dip below 0, in cells."""
LETTERS = 3.4
"""Room for a weight, in its ems."""


def weight(distance: float, coeff: float) -> float:
    """What a cell at a distance weighs (Keys 1981, with its parameter a)."""
    d = abs(distance)
    if d <= 1:
        return ((coeff + 2) * d - (coeff + 3)) * d * d + 1
    return ((coeff * d - 5 * coeff) * d + 8 * coeff) * d - 4 * coeff if d < REACH else 0.0


@dataclass(frozen=True)
class Curve:
    """Over one axis of a map: ``turned`` for its rows, to the left of it.

    ``gap`` pixels of the map begins what is drawn; ``size`` is the em of the weights.
    """

    grid: Grid
    coeff: float
    gap: float
    size: float
    turned: bool

    @staticmethod
    def room(cell: float, size: float, *, turned: bool) -> float:
        """What it needs beside a map, in pixels."""
        return (HIGH + LOW) * cell + (LETTERS if turned else 1.6) * size

    def shown(self, at: float, weights: Mapping[int, float]) -> list[Primitive]:
        """Around a place on the axis, in cells; ``weights`` has what is written beside each cell."""
        style, count = self.grid.style, self.grid.rows if self.turned else self.grid.columns
        low, high = max(at - REACH, -0.5), min(at + REACH, count - 0.5)
        places = [low + (high - low) * k / FINE for k in range(FINE + 1)]
        curve = tuple(self._point(place, weight(place - at, self.coeff)) for place in places)
        stems = tuple((self._point(k, 0.0), self._point(k, weight(k - at, self.coeff))) for k in weights)
        base = (self._point(low, 0.0), self._point(high, 0.0))
        thin = Stroke(style.label_ink, max(1.0, style.scale))
        return [
            Lines((base,), thin),
            Lines(stems, thin),
            Lines((curve,), Stroke(style.colors.window, 2.0 * style.scale)),
            *(self._text(k, Format(2, exact=False)(value)) for k, value in weights.items()),
        ]

    def _point(self, place: float, high: float) -> Point:
        cell, letters = self.grid.numbers.cell, (LETTERS if self.turned else 1.6) * self.size
        along, out = (place + 0.5) * cell, self.gap + letters + (LOW + HIGH * high) * cell
        return (self.grid.x - out, self.grid.y + along) if self.turned else (self.grid.x + along, self.grid.y - out)

    def _text(self, place: int, text: str) -> Primitive:
        style, cell = self.grid.style, self.grid.numbers.cell
        out = self.gap + (LETTERS if self.turned else 1.6) * self.size / 2
        along = (place + 0.5) * cell
        x, y = (self.grid.x - out, self.grid.y + along) if self.turned else (self.grid.x + along, self.grid.y - out)
        return style.centered(x, y, text, size=self.size, color=style.text_ink)
