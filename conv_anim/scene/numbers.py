"""Numbers as text: each with the digits that it needs, rounded ones alike, powers of ten for those far apart."""

from __future__ import annotations

from math import floor, isfinite, lcm, log10
from typing import TYPE_CHECKING

import numpy as np

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
    are fractions over one ``denominator``, or have so many significant ``digits``, with a power of ten where they are
    large or small.
    """

    decimals: int
    exact: bool
    denominator: int = 1
    digits: int = 0

    def __call__(self, number: Number) -> str:
        if not isfinite(number):
            return MINUS + "∞" if number < 0 else "∞"
        if self.denominator > 1:
            return self._fraction(round(number * self.denominator))
        if self.digits > 0:
            return self._significant(float(number)).replace("-", MINUS)
        if isinstance(number, int | np.integer):  # which the format of floats would round beyond 2⁵³
            text = str(number) + ("." + "0" * self.decimals if self.decimals else "")
        else:
            text = f"{number:.{self.decimals}f}"
            text = text.lstrip("-") if float(text) == 0 else text
        return (_short(text) if self.exact else text).replace("-", MINUS)

    def _fraction(self, count: int) -> str:
        whole, rest = divmod(count, self.denominator)
        return (str(whole) if rest == 0 else f"{count}/{self.denominator}").replace("-", MINUS)

    def _significant(self, number: float) -> str:
        if number == 0:
            return "0"
        mantissa, exponent = f"{number:.{self.digits - 1}e}".split("e")
        if SMALL <= abs(number) < LARGE:
            return _short(f"{number:.{max(0, self.digits - 1 - int(exponent))}f}")
        power = "10" + str(int(exponent)).translate(RAISED)
        return {"1": power, "-1": f"-{power}"}.get(_short(mantissa), f"{_short(mantissa)}·{power}")

    def factor(self, number: Number) -> str:
        """As part of a sum or product: a negative number in brackets."""
        text = self(number)
        return f"({text})" if text.startswith(MINUS) else text

    def shown(self, numbers: Array) -> Array:
        """What the texts of some numbers say."""
        if self.denominator > 1:
            return np.round(numbers * self.denominator) / self.denominator
        if self.digits > 0:
            rounded = [float(f"{number:.{self._places(number)}e}") for number in numbers.ravel().tolist()]
            return np.array(rounded).reshape(numbers.shape)
        return numbers if numbers.dtype.kind == "i" else np.round(numbers, self.decimals)

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

    def texts(self, *arrays: Array) -> set[str]:
        """All texts of some numbers; of very many, some that are as long."""
        numbers = np.unique(np.concatenate([array.ravel() for array in arrays]))
        if len(numbers) > MOST_TEXTS and not self.digits:
            ends = numbers[[0, -1]]
            return {*map(replace(self, exact=False), ends.tolist()), self(0)}
        return set(map(self, numbers.tolist()))


MOST_TEXTS = 4096
"""Different numbers whose texts are all made to find the longest one."""


def _short(text: str) -> str:
    """Without the zeros at the end of its decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def format_for(*arrays: Array, most: int = 2) -> Format:
    """A format for all the numbers of some arrays: exact with up to ``most`` decimals if that can be, else rounded.

    Rounded numbers get one decimal, or more (3 at most) if the smallest would read as zero. Reals that are very large,
    or so small that three decimals do not show them, are written with powers of ten.
    """
    numbers = np.concatenate([array.ravel() for array in arrays])
    whole, numbers = numbers.dtype.kind == "i", numbers[np.isfinite(numbers)]
    sizes = np.abs(numbers[numbers != 0])
    far = not whole and len(sizes) > 0 and sizes.max() >= LARGE
    for decimals in () if far else range(most + 1):
        if np.array_equal(np.round(numbers, decimals), numbers):
            return Format(decimals, exact=True)
    smallest = float(sizes.min())
    if far or round(smallest, 3) == 0:
        return _significant(numbers)
    return Format(next(d for d in (1, 2, 3) if round(smallest, d) > 0), exact=False)


def _significant(numbers: Array) -> Format:
    found = Format(0, exact=False, digits=DIGITS)
    return replace(found, exact=bool(np.array_equal(found.shown(numbers), numbers)))


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
    enough = (d for d in (2, 3, 4) if len(np.unique(np.round(distinct, d))) == len(distinct) and largest * 10**d >= 50)
    return Format(next(enough, 4), exact=False)


LARGEST = 1024
"""Fractions with larger denominators are not simple."""
SIMPLE = 128
"""Where three decimals are exact, only a denominator up to this is easier to read."""


def denominator(numbers: Sequence[float], largest: int = LARGEST, *, noise: float = 0.0) -> int | None:
    """Over which all numbers are fractions, to the last bit that a float has; None if it is not a small one.

    ``noise`` is how far off they are where they were computed, and not given.
    """
    from fractions import Fraction

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


def adds_up(total: float, count: int, *, decimals: int, denominator: int = 1) -> bool:
    """Whether so many numbers are added without loss, as floats: ``total`` is the most that they come to.

    They, and what their sum is written as, are multiples of the last of some decimals, over a denominator.
    """
    return total * (count + 2) * 2.0**-53 < 10.0**-decimals / denominator / 4


def agrees(fmt: Format, made: Array, of_texts: Array) -> bool:
    """Whether numbers as they are written are what written terms add up to, as far as their digits go."""
    off = np.abs(fmt.shown(made) - of_texts)
    return bool(np.all(off <= fmt.unit(made) / 2 * (1 + 1e-9) + 1e-12 * np.abs(made)))


def enough(adds: Callable[[int], bool]) -> int:
    """How many digits more it takes until what is written adds up; the most there may be if it never does."""
    return next((more for more in range(FINEST) if adds(more)), FINEST)


def largest(array: Array | None) -> float:
    """The size of the largest number; 0 if there are no numbers."""
    return 0.0 if array is None else float(max(abs(array.max()), abs(array.min())))
