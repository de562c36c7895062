"""Arithmetic with ``#rrggbb`` colours: mixing them, and text that reads on them (WCAG 2.2, relative luminance)."""

from __future__ import annotations

from functools import cache


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue, from 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


@cache
def mix(under: str, over: str, opacity: float) -> str:
    """``over`` laid on ``under``; with more than 1, further from ``under`` in the same hue."""
    mixed = (round((1 - opacity) * u + opacity * o) for u, o in zip(rgb(under), rgb(over), strict=True))
    return "#" + "".join(f"{min(255, max(0, value)):02x}" for value in mixed)


def linear_light(color: str) -> tuple[float, float, float]:
    """Red, green and blue light, from 0 to 1."""
    shares = (value / 255 for value in rgb(color))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in shares)
    return red, green, blue


def luminance(color: str) -> float:
    """The relative luminance of WCAG 2, from 0 for black to 1 for white."""
    red, green, blue = linear_light(color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white); text needs 4.5."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


@cache
def readable(on: str, *wanted: str) -> str:
    """The first of the wanted colours with a contrast of at least 4.5 to what it stands on, else black or white."""
    for color in wanted:
        if contrast(color, on) >= 4.5:
            return color
    return max("#000000", "#ffffff", key=lambda color: contrast(color, on))
