"""Waves and their heights, and numbers of a plane in shades: how the fft view draws what is in its cells."""

from __future__ import annotations

from cmath import phase, rect
from functools import cached_property
from math import pi
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import agrees
from conv_anim.scene.color import mix, rgb
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.table import Table
    from conv_anim.tracing.fourier import Fourier, Frequency
    from conv_anim.tracing.values import Array

NOISE = 6
"""Decimals of a share of a wave that are no noise of floats."""
SHADES = 11
"""Steps from the smallest to the largest number of a map in shades."""
FAINTEST = 1e-9
"""The faintest wave; smaller ones are rounding."""
LEAST_SHIFT = 0.005
"""The smallest shift that is mentioned, by the length of the wave."""
DEEP = 2.2
"""How much farther from the ground than its colour the top of a wave is."""
BIG = 24
"""Pixels of a factor, at scale 1."""


def place_of(cell: tuple[int, ...]) -> Position:
    """Row and column of a cell of one axis or two."""
    return (cell[0], cell[1]) if len(cell) == 2 else (0, cell[0])


@dataclass(frozen=True)
class Wave:
    """What a frequency and its opposite are together: a wave of the input, and the one that comes of it."""

    way: Fourier
    pair: tuple[Frequency, ...]

    @property
    def is_mean(self) -> bool:
        """Whether it is none: the same everywhere."""
        return not any(self.pair[0])

    @property
    def _real(self) -> bool:
        """Whether its numbers are real, so that it can only be turned over."""
        return len(self.pair) == 1

    @cached_property
    def _read(self) -> complex:
        return complex(self.way.input_spectrum[self.pair[0]]) * len(self.pair) / self.way.input.size

    @cached_property
    def _met(self) -> complex:
        """The kernel's number, as the wave is seen from the first output on."""
        turns = sum(f * s / n for f, s, n in zip(self.pair[0], self.way.starts, self.way.size, strict=True))
        return complex(self.way.kernel_spectrum[self.pair[0]]) * rect(1.0, 2 * pi * turns)

    @property
    def before(self) -> float:
        """Its height in the input."""
        return self._read.real if self._real else abs(self._read)

    @property
    def factor(self) -> float:
        """What the kernel multiplies it by."""
        return self._met.real if self._real else abs(self._met)

    @property
    def after(self) -> float:
        """Its height in the output."""
        return self.before * self.factor

    @property
    def shift(self) -> float | None:
        """Of its length, how far the kernel moves it; None where it does not, or nothing is left of it."""
        turn = 0.0 if self._real or min(abs(self._met), abs(self._read)) < FAINTEST else phase(self._met) / (2 * pi)
        return turn if abs(turn) >= LEAST_SHIFT else None

    def agrees(self, fmt: Format, more: int) -> bool:
        """Whether its height in the output is the product as it is written, its factors with so many digits more."""
        before, factor = fmt.finer(more).shown(np.array([self.before, self.factor]))
        return agrees(fmt, np.array([self.after]), np.array([before * factor]))

    @property
    def shares(self) -> Array:
        """Its cells in the input, from 0 in a trough to 1 on a crest."""
        return self._drawn(self._read)

    @property
    def made(self) -> Array:
        """The spectrum of the output."""
        return self._drawn(self._read * self._met)

    def _drawn(self, number: complex) -> Array:
        if abs(number) < FAINTEST:
            return np.full(self.way.size, 0.5)
        axes = np.meshgrid(*(np.arange(n) / n for n in self.way.size), indexing="ij")
        turns = sum((f * axis for f, axis in zip(self.pair[0], axes, strict=True)), np.zeros(self.way.size))
        found: Array = np.cos(2 * pi * turns + phase(number)) / 2 + 0.5
        return found


def deepened(ground: str, color: str) -> str:
    """The same hue, farther from the ground."""
    far = (g + DEEP * (c - g) for g, c in zip(rgb(ground), rgb(color), strict=True))
    return "#" + "".join(f"{round(min(255.0, max(0.0, value))):02x}" for value in far)


def heard(table: Table, said: list[str]) -> list[Primitive]:
    """Words in the middle of an empty map, the first of them large; those that do not fit are left out."""
    style, small = table.style, table.style.em(13)
    rest = [line for text in said[1:] for line in style.wrapped(text, size=small, width=0.9 * table.width)]
    said, sizes = [*said[:1], *rest], [style.em(BIG), *(small for _ in rest)]
    fits = [style.width(text, size=size) <= 0.96 * table.width for text, size in zip(said, sizes, strict=True)]
    if not all(fits) or 1.6 * sum(sizes) > table.height:
        said, sizes = said[:1], [small]
    high = [1.6 * size for size in sizes]
    y, items = table.y + (table.height - sum(high)) / 2, list["Primitive"]()
    for text, size, each in zip(said, sizes, high, strict=True):
        items.append(style.centered(table.x + table.width / 2, y + each / 2, text, size=size, color=style.text_ink))
        y += each
    return items


def shares_in(table: Table, shares: Iterable[tuple[tuple[int, ...], float]], color: str) -> list[Primitive]:
    """Cells in shades, by their shares from 0 to 1."""
    ground = table.style.colors.background
    return table.patches(
        (place_of(at), "", mix(ground, color, round(round(SHADES * min(1.0, max(0.0, share)), NOISE)) / SHADES))
        for at, share in shares
    )
