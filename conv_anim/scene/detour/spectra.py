"""Numbers of a plane in shades, and complex ones as arrows: how the fft view draws what is in its cells."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Lines, Stroke

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.cells import Position
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.table import Table
    from conv_anim.tracing.fourier import Frequency, Spectrum

SHADES = 11
"""Steps from the smallest to the largest number of a map in shades."""
FAINTEST = 1e-6
"""Of the largest wave: smaller ones are rounding."""
SMALLEST_ARROW = 7
"""Pixels of a cell that has room for an arrow."""


def place_of(cell: tuple[int, ...]) -> Position:
    """Row and column of a cell of one axis or two."""
    return (cell[0], cell[1]) if len(cell) == 2 else (0, cell[0])


def spectrum_in(table: Table, spectrum: Spectrum, color: str, only: Iterable[Frequency]) -> list[Primitive]:
    """Frequencies as arrows, as long as the square root of their size, on a shade of it."""
    most, frequencies, ground = _largest(spectrum), list(only), table.style.colors.background
    sizes = ((f, sqrt(min(1.0, abs(spectrum[f]) / most))) for f in frequencies)
    items = table.patches(
        (place_of(f), "", mix(ground, color, 0.1 + 0.7 * round(SHADES * size) / SHADES)) for f, size in sizes
    )
    lines = tuple(_arrow(table.box(place_of(f)), complex(spectrum[f]) / most) for f in frequencies)
    lines = tuple(line for line in lines if line)
    side = table.columns.cell
    if side < SMALLEST_ARROW or not lines:
        return items
    return [*items, Lines(lines, Stroke(table.style.colors.ink, max(1.0, side / 16)))]


def shares_in(table: Table, shares: Iterable[tuple[tuple[int, ...], float]], color: str) -> list[Primitive]:
    """Cells in shades, by their shares from 0 to 1."""
    ground = table.style.colors.background
    return table.patches(
        (place_of(at), "", mix(ground, color, round(SHADES * min(1.0, max(0.0, share))) / SHADES))
        for at, share in shares
    )


def _largest(spectrum: Spectrum) -> float:
    """The size of the largest wave; that of the mean, which is none, counts only if there is no other."""
    sizes = np.abs(spectrum).ravel()
    return float(sizes[1:].max(initial=0.0)) or float(sizes[0]) or 1.0


def _arrow(box: tuple[float, float, float, float], number: complex) -> tuple[tuple[float, float], ...]:
    """From the middle of a cell in the direction of a number, with a tip."""
    x, y, side, _ = box
    size_ = abs(number)
    if size_ < FAINTEST:
        return ()
    unit, long = number / size_, 0.44 * side * sqrt(min(1.0, size_))
    middle = complex(x + side / 2, y + side / 2)
    along = complex(unit.real, -unit.imag)
    end, barb = middle + long * along, min(0.5 * long, 0.14 * side)
    left, right = (end - barb * along * turn for turn in (complex(0.8, 0.6), complex(0.8, -0.6)))
    return tuple((p.real, p.imag) for p in (middle, end, left, end, right))
