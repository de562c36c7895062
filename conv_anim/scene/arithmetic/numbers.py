"""Numbers as text: each with the digits that it needs, rounded ones alike, powers of ten for those far apart."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import floor, isfinite, lcm, log10
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.rounding import decimal, fixed, rounded, scientific, trimmed
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conv_anim.spec.model import Number
    from conv_anim.tracing.values import Array

MINUS = "\N{MINUS SIGN}"
RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
DIGITS = 3
"""Significant digits of numbers that are written with powers of ten."""
LARGE, SMALL = 1e6, 1e-3
"""From and below which a number is written with a power of ten, where there are such."""
FINEST = 6
"""Digits that may be added to the usual ones, until what is written adds up."""


@dataclass(frozen=True, slots=True)
class Format:
    """How the numbers of an array are written.

    ``exact`` ones have no more decimals than each needs, rounded ones the same, so that they can be compared; or they
    are fractions over one ``denominator``, which ``bare`` ones are written without, or have so many significant
    ``digits``, with a power of ten where they are large or small.
    """

    decimals: int
    exact: bool
    denominator: int = 1
    digits: int = 0
    bare: bool = False

    def __call__(self, number: Number) -> str:
        if not isfinite(number):
            return MINUS + "∞" if number < 0 else "∞"
        if self.denominator > 1:
            return self._fraction(round(number * self.denominator))
        if self.digits > 0:
            return self._significant(number).replace("-", MINUS)
        text = fixed(number, self.decimals)
        text = text.lstrip("-") if float(text) == 0 else text
        return (trimmed(text) if self.exact else text).replace("-", MINUS)

    def _fraction(self, count: int) -> str:
        whole, rest = (count, 0) if self.bare else divmod(count, self.denominator)
        return (str(whole) if rest == 0 else f"{count}/{self.denominator}").replace("-", MINUS)

    def _significant(self, number: Number) -> str:
        if number == 0:
            return "0"
        near = self._near(number)
        mantissa, _, exponent = near.partition("e")
        if SMALL <= abs(number) < LARGE:
            decimals = len(mantissa.lstrip("-").replace(".", "")) - 1 - int(exponent)
            return trimmed(f"{float(near):.{max(0, decimals)}f}")
        mantissa, power = trimmed(mantissa), "10" + str(int(exponent)).translate(RAISED)
        return {"1": power, "-1": f"-{power}"}.get(mantissa, f"{mantissa}·{power}")

    def _near(self, number: Number) -> str:
        """With its significant digits, and never fewer than its whole ones where no power of ten is written."""
        return scientific(number, self._places(float(number)) + 1)

    def written(self, number: Number) -> Fraction:
        """What the text of a finite number says."""
        if self.denominator > 1:
            return Fraction(round(number * self.denominator), self.denominator)
        return Fraction(self._near(number)) if self.digits > 0 else Fraction(rounded(number, self.decimals))

    def tells(self, number: Number) -> bool:
        """Whether the text of a number is that number, and not rounded."""
        if self.denominator > 1 or not isfinite(number):
            return True
        return self.written(number) == Fraction(decimal(number))

    def factor(self, number: Number) -> str:
        """As part of a sum or product: a negative number in brackets."""
        text = self(number)
        return f"({text})" if text.startswith(MINUS) else text

    def shown(self, numbers: Array) -> Array:
        """What the texts of some numbers say."""
        if self.denominator > 1:
            return np.round(numbers * self.denominator) / self.denominator
        if self.digits > 0:
            near = [float(self._near(number)) if isfinite(number) else number for number in numbers.ravel().tolist()]
            return np.array(near).reshape(numbers.shape)
        return numbers if numbers.dtype.kind == "i" else half_away(numbers, self.decimals)

    def _places(self, number: float) -> int:
        """The digits of a number behind its first one."""
        whole = floor(log10(abs(number))) if number and SMALL <= abs(number) < LARGE else 0
        return max(self.digits - 1, whole)

    def unit(self, numbers: Array) -> Array:
        """The value of the last digit of each text."""
        if self.digits > 0:
            sizes = np.where(numbers == 0, 1.0, np.abs(numbers))
            return 10.0 ** (np.floor(np.log10(sizes)) - self.digits + 1)
        return np.full(numbers.shape, 10.0**-self.decimals)

    def finer(self, more: int) -> Format:
        """With more digits, if what is written is rounded."""
        if self.exact or self.denominator > 1:
            return self
        return replace(self, digits=self.digits + more) if self.digits else replace(self, decimals=self.decimals + more)

    def texts(self, *arrays: Array) -> frozenset[str]:
        """All texts of some numbers; of very many, some that are as long."""
        numbers = np.unique(np.concatenate([array.ravel() for array in arrays]))
        return _texts(self, numbers.dtype.str, numbers.tobytes())


MOST_TEXTS = 4096
"""Different numbers whose texts are all made to find the longest one."""


@lru_cache(16)
def _texts(fmt: Format, kind: str, raw: bytes) -> frozenset[str]:
    """Those of different numbers, which are asked for again at every scale that is tried."""
    numbers = np.frombuffer(raw, kind)
    if len(numbers) > MOST_TEXTS and not fmt.digits:
        ends = numbers[[0, -1]]
        return frozenset((*map(replace(fmt, exact=False), ends.tolist()), fmt(0)))
    return frozenset(map(fmt, numbers.tolist()))


def half_away(numbers: Array, decimals: int) -> Array:
    """`rounded` for a whole array: numpy rounds halves to even, which are few."""
    near = np.round(numbers, decimals)
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.abs(numbers) * 10.0**decimals
        halves = np.abs(scaled - np.floor(scaled) - 0.5) <= 1e-14 * np.maximum(scaled, 1)
    if halves.any():
        near = np.array(near, float)
        near[halves] = [float(rounded(number, decimals)) for number in numbers[halves].tolist()]
    return near


def _same(numbers: Array, others: Array) -> bool:
    """Whether numbers say the same, to the digits that a float has for sure."""
    return bool(np.all(np.abs(numbers - others) <= 1e-15 * np.abs(others)))


def format_for(*arrays: Array, most: int = 2) -> Format:
    """A format for all the numbers of some arrays: exact with up to ``most`` decimals if that can be, else rounded.

    Rounded numbers get one decimal, or more (3 at most) if the smallest would read as zero. Reals that are very large,
    or so small that three decimals do not show them, are written with powers of ten.
    """
    numbers = np.concatenate([array.ravel() for array in arrays])
    if numbers.dtype.kind == "i":
        return Format(0, exact=True)
    numbers = numbers[np.isfinite(numbers)]
    sizes = np.abs(numbers[numbers != 0])
    far = len(sizes) > 0 and sizes.max() >= LARGE
    for decimals in () if far else range(most + 1):
        if _same(np.round(numbers, decimals), numbers):
            return Format(decimals, exact=True)
    smallest = float(sizes.min())
    if far or rounded(smallest, 3) == 0:
        return _significant(numbers)
    return Format(next(d for d in (1, 2, 3) if rounded(smallest, d) > 0), exact=False)


def _significant(numbers: Array) -> Format:
    found = Format(0, exact=False, digits=DIGITS)
    few = numbers[:64]  # most that are not exact show it soon
    return replace(found, exact=_same(found.shown(few), few) and _same(found.shown(numbers), numbers))


def weights_format(weights: Array, *, noise: float = 0.0) -> Format:
    """A format in which products can be followed: decimals if two are enough, else fractions, else more decimals.

    Rounded weights stay distinct, and the largest is right to a hundredth of itself, as far as four decimals can.
    """
    short = format_for(weights)
    if short.exact:
        return short
    common, three = denominator(weights.ravel().tolist(), noise=noise), format_for(weights, most=3)
    if common is not None and not (three.exact and common > SIMPLE):
        return Format(0, exact=True, denominator=common)
    longer = format_for(weights, most=4)
    if longer.exact or short.digits > 0:
        return longer
    distinct, largest = np.unique(weights), float(np.abs(weights).max())
    enough = (d for d in (2, 3, 4) if len(np.unique(half_away(distinct, d))) == len(distinct) and largest * 10**d >= 50)
    return Format(next(enough, 4), exact=False)


LARGEST = 1024
"""Fractions with larger denominators are not simple."""
SIMPLE = 128
"""Where three decimals are exact, only a denominator up to this is easier to read."""


def denominator(numbers: Sequence[float], largest: int = LARGEST, *, noise: float = 0.0) -> int | None:
    """Over which all numbers are fractions, to the last bit that a float has; None if it is not a small one.

    ``noise`` is how far off they are where they were computed, and not given.
    """
    fractions = [Fraction(number).limit_denominator(largest) for number in dict.fromkeys(numbers)]
    if any(abs(float(f) - n) > noise for f, n in zip(fractions, dict.fromkeys(numbers), strict=True)):
        return None
    common = lcm(*(fraction.denominator for fraction in fractions))
    return common if common <= largest else None


SHARE_NOISE = 1e-9
"""How far off a share of an interpolation can be: it is computed from where the output lies."""


def plane(values: Array) -> Array:
    """A map of one or two axes as rows and columns."""
    return values.reshape(values.shape if values.ndim == 2 else (1, -1))


def agrees(fmt: Format, made: Array, of_texts: Array) -> bool:
    """Whether numbers as they are written are what written terms add up to, as far as their digits go."""
    off = np.abs(fmt.shown(made) - of_texts)
    return bool(np.all(off <= fmt.unit(made) / 2 * (1 + 1e-9) + 1e-12 * np.abs(made)))


def enough(adds: Callable[[int], bool]) -> int:
    """How many digits more it takes until what is written adds up; the most there may be if it never does."""
    return next((more for more in range(FINEST) if adds(more)), FINEST)
