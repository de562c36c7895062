"""A colour for each weight of a kernel, made from a theme's: a hue for each row of it, a shade for each cell of a row.

Mixed in Oklab (Ottosson, https://bottosson.github.io/posts/oklab), where equal steps look equal.
"""

from __future__ import annotations

from math import atan2, cos, hypot, prod, radians, sin
from typing import TYPE_CHECKING

from conv_anim.scene.color import linear_light
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.spec.themes import Colors

STEP = radians(72)
"""The widest step from the hue of one row to that of the next."""
SPAN = radians(165)
"""How far the hues of many rows go round: not as far as those of input and output, in the themes."""
REACH = 0.4
"""How far the shades go from the kernel's lightness to the window's."""
CALM = 0.09
"""Chroma that the palest shades do not exceed."""
GREY = 0.015
"""A theme whose colours have no more chroma than this gets shades of grey, which go farther."""
GREY_REACH = (0.08, 0.92)


@dataclass(frozen=True, slots=True)
class Hue:
    """A colour by lightness, chroma (0 for a grey) and hue in radians."""

    lightness: float
    chroma: float
    angle: float

    @classmethod
    def of(cls, color: str) -> Hue:
        """The hue of a colour like ``#1f77b4`` (Oklab: B. Ottosson, 2020)."""
        red, green, blue = linear_light(color)
        long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
        middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
        short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
        lightness = 0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short
        a = 1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short
        b = 0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short
        return cls(lightness, hypot(a, b), atan2(b, a))

    def linear(self) -> tuple[float, float, float]:
        """Red, green and blue light; outside 0 to 1 for a colour that no screen shows."""
        a, b = self.chroma * cos(self.angle), self.chroma * sin(self.angle)
        long = (self.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        middle = (self.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (self.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
        )

    def shown(self) -> str:
        """The colour as ``#rrggbb``, as much of its chroma as a screen can show."""
        hue = self
        while hue.chroma > 0.001 and not all(-0.0005 <= light <= 1.0005 for light in hue.linear()):
            hue = Hue(hue.lightness, hue.chroma * 0.95, hue.angle)
        lights = (min(1.0, max(0.0, light)) for light in hue.linear())
        shares = (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in lights)
        return "#" + "".join(f"{round(255 * share):02x}" for share in shares)


def tints(colors: Colors, shape: tuple[int, ...]) -> tuple[str, ...]:
    """A colour for each weight of an array, in row-major order; the cells of its last axis are shades of one hue."""
    *many, cells = shape
    rows = prod(many)
    if rows == 1:
        rows, cells = cells, 1
    if Hue.of(colors.kernel).chroma < GREY:
        return _greys(colors, rows * cells)
    return tuple(
        _tint(colors, row / rows, cell / cells + row / rows / cells, rows)
        for row in range(rows)
        for cell in range(cells)
    )


def _tint(colors: Colors, row: float, shade: float, rows: int) -> str:
    """``row`` and ``shade`` as shares of the way, from 0 to 1."""
    first, last = Hue.of(colors.kernel), Hue.of(colors.window)
    most = max(Hue.of(color).chroma for color in (colors.kernel, colors.input, colors.output))
    chroma = min(most, CALM) * (0.9 + 0.7 * shade)
    step = min(STEP, SPAN / max(1, rows - 1))
    angle = first.angle + _direction(colors) * row * rows * step
    lightness = first.lightness + shade * REACH * (last.lightness - first.lightness)
    return Hue(lightness, chroma, angle).shown()


def _direction(colors: Colors) -> int:
    """Which way round the next two hues are less like those of input and output."""
    first, *others = (Hue.of(color).angle for color in (colors.kernel, colors.input, colors.output))

    def nearest(turn: int) -> float:
        return min(_between(first + turn * k * STEP, other) for k in (1, 2) for other in others)

    return max((-1, 1), key=nearest)


def _between(one: float, other: float) -> float:
    """The angle between two hues."""
    return abs(atan2(sin(one - other), cos(one - other)))


def _greys(colors: Colors, count: int) -> tuple[str, ...]:
    first, last = Hue.of(colors.kernel).lightness, Hue.of(colors.window).lightness
    start, end = (first + share * (last - first) for share in GREY_REACH)
    steps = max(1, count - 1)
    return tuple(Hue(start + k / steps * (end - start), 0.0, 0.0).shown() for k in range(count))
