"""Numbers as shades: which colour stands for which number, so that a map can be seen as a picture.

Brighter is always more. Pictures keep their greys; numbers of both signs go from a dark blue by a grey for 0 to a pale
yellow, so that their sign shows in grey as well, and to a colour-blind eye; all others are shades of their map's hue.
"""

from __future__ import annotations

from functools import lru_cache
from math import isnan, radians
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from conv_anim.scene.color import rgb
from conv_anim.scene.sheets.tints import GREY, Hue
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from conv_anim.spec.model import Number
    from conv_anim.spec.themes import Colors
    from conv_anim.tracing.values import Array

    Rgb = NDArray[np.uint8]

Kind: TypeAlias = Literal["picture", "red", "green", "blue", "signed", "plain"]
LEVELS = 256
DARKEST, BRIGHTEST = 0.26, 0.97
"""Lightness of the least and of the largest number."""
ZERO = 0.62
"""Lightness of 0 among numbers of both signs."""
MINUS, PLUS = radians(258), radians(85)
"""Hues of numbers of both signs: blue and yellow, which every eye tells apart."""
STRONGEST = 0.13
"""Chroma halfway along an arm."""


@dataclass(frozen=True, slots=True)
class Shades:
    """Colours from ``low`` to ``high``; what lies beyond has the colour of the end."""

    kind: Kind
    low: float
    high: float
    hue: float | None
    """The hue of a map's own colour, in radians; None for a grey."""

    @property
    def table(self) -> Rgb:
        """(256, 3), from the least to the largest."""
        return _table(self.kind, self.hue, *_arms(self) if self.kind == "signed" else (0.0, 0.0))

    def colors(self, values: Array) -> Rgb:
        """The colours of some numbers: their shape, and red, green and blue."""
        span = self.high - self.low
        with np.errstate(invalid="ignore"):
            shares = (np.asarray(values, float) - self.low) / span if span > 0 else np.full(np.shape(values), 0.5)
        within = np.fmin(np.fmax(shares, 0.0), 1.0)  # in this order what is no number is 0
        return self.table[(within * (LEVELS - 1) + 0.5).astype(np.intp)]

    def fill(self, number: Number) -> str:
        """The colour of a number, as text."""
        return _names(self)[self._level(float(number))]

    def cell(self, number: Number) -> Rgb:
        """One cell of a picture, (1, 1, 3)."""
        level = self._level(float(number))
        return self.table[level : level + 1, None]

    def _level(self, number: float) -> int:
        span = self.high - self.low
        share = (number - self.low) / span if span > 0 else 0.5
        return 0 if isnan(share) else int(min(1.0, max(0.0, share)) * (LEVELS - 1) + 0.5)


def _arms(shades: Shades) -> tuple[float, float]:
    """How far both ends are from 0, compared with the farther one."""
    farthest = max(abs(shades.low), abs(shades.high))
    return max(-1.0, shades.low / farthest), min(1.0, shades.high / farthest)


@lru_cache(maxsize=64)
def _names(shades: Shades) -> list[str]:
    """The colours of a table as text."""
    return ["#" + bytes(color).hex() for color in shades.table]


@lru_cache(maxsize=64)
def _table(kind: Kind, hue: float | None, low: float, high: float) -> Rgb:
    shares = [k / (LEVELS - 1) for k in range(LEVELS)]
    match kind:
        case "picture":
            return np.repeat(np.arange(LEVELS, dtype=np.uint8)[:, None], 3, axis=1)
        case "red" | "green" | "blue":
            own = ("red", "green", "blue").index(kind)
            shown = np.zeros((LEVELS, 3), np.uint8)
            shown[:, own] = np.arange(LEVELS)
            return shown
        case "signed":
            found = [_signed(low + share * (high - low), grey=hue is None) for share in shares]
        case "plain":
            found = [_plain(share, hue) for share in shares]
    return np.array([rgb(color) for color in found], np.uint8)


def _signed(share: float, *, grey: bool) -> str:
    """``share`` from -1 to 1: dark for negative numbers, bright for positive ones."""
    end = DARKEST if share < 0 else BRIGHTEST
    lightness = ZERO + abs(share) * (end - ZERO)
    chroma = 0.0 if grey else STRONGEST * min(1.0, 2.2 * abs(share))
    return Hue(lightness, chroma, MINUS if share < 0 else PLUS).shown()


def _plain(share: float, hue: float | None) -> str:
    lightness = DARKEST + share * (BRIGHTEST - DARKEST)
    chroma = 0.0 if hue is None else STRONGEST * (0.35 + 0.65 * (1 - abs(2 * share - 1)))
    return Hue(lightness, chroma, hue or 0.0).shown()


def shades_for(
    values: Array, color: str, colors: Colors, *, picture: bool = False, fixed: tuple[float, float] | None = None
) -> Shades:
    """For the numbers of a map of a colour; ``fixed`` are the ends of the scale, if they are given."""
    own = Hue.of(color)
    hue = None if own.chroma < GREY else own.angle
    if picture:
        return Shades("picture", *(fixed or (0.0, 255.0)), None)
    low, high = fixed or _ends(values)
    if low < 0:
        grey = Hue.of(colors.kernel).chroma < GREY and hue is None
        return Shades("signed", low, high, None if grey else 0.0)
    return Shades("plain", low, high, hue)


def _ends(values: Array) -> tuple[float, float]:
    """From the least number to the largest, or as far to either side of 0 if there are negative ones."""
    numbers = values[np.isfinite(values)]
    if not numbers.size:
        return 0.0, 1.0
    low, high = float(numbers.min()), float(numbers.max())
    farthest = max(abs(low), abs(high))
    return (-farthest, farthest) if low < 0 else (low, high)
