"""Numbers as text: whole ones as they are, others with as few decimals as tell them apart from zero, a true minus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, lcm, prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.model import Number
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Format:
    """How the numbers of an array are written: all alike, so that they can be compared.

    With the same decimals, or as fractions over one ``denominator``.
    """

    decimals: int
    exact: bool
    denominator: int = 1

    def __call__(self, number: Number) -> str:
        if not np.isfinite(number):
            return MINUS + "∞" if number < 0 else "∞"
        if self.denominator > 1:
            return self._fraction(round(number * self.denominator))
        if isinstance(number, int | np.integer):  # which the format of floats would round beyond 2⁵³
            text = str(number) + ("." + "0" * self.decimals if self.decimals else "")
        else:
            text = f"{number:.{self.decimals}f}"
            text = text.lstrip("-") if float(text) == 0 else text
        return text.replace("-", MINUS)

    def _fraction(self, count: int) -> str:
        whole, rest = divmod(count, self.denominator)
        return (str(whole) if rest == 0 else f"{count}/{self.denominator}").replace("-", MINUS)

    def factor(self, number: Number) -> str:
        """As part of a sum or product: a negative number in brackets."""
        text = self(number)
        return f"({text})" if text.startswith(MINUS) else text


def format_for(*arrays: Array, most: int = 2) -> Format:
    """A format for all the numbers of some arrays: exact with up to ``most`` decimals if that can be, else rounded.

    Rounded numbers get one decimal, or more (3 at most) if the smallest would read as zero.
    """
    numbers = np.concatenate([array.ravel() for array in arrays])
    numbers = numbers[np.isfinite(numbers)]
    for decimals in range(most + 1):
        if np.array_equal(np.round(numbers, decimals), numbers):
            return Format(decimals, exact=True)
    smallest = np.abs(numbers[numbers != 0]).min()
    return Format(next((d for d in (1, 2, 3) if round(float(smallest), d) > 0), 3), exact=False)


def weights_format(weights: Array, *, noise: float = 0.0) -> Format:
    """A format in which products can be followed: decimals if two are enough, else fractions, else more decimals.

    Rounded weights are told apart, and the largest is right to a hundredth of itself, as far as four decimals can.
    """
    short = format_for(weights)
    if short.exact:
        return short
    common, three = denominator(weights.ravel().tolist(), noise=noise), format_for(weights, most=3)
    if common is not None and not (three.exact and common > SIMPLE):
        return Format(0, exact=True, denominator=common)
    longer = format_for(weights, most=4)
    if longer.exact:
        return longer
    distinct, largest = np.unique(weights), float(np.abs(weights).max())
    enough = (d for d in (2, 3, 4) if len(np.unique(np.round(distinct, d))) == len(distinct) and largest * 10**d >= 50)
    return Format(next(enough, 4), exact=False)


LARGEST = 1024
"""Denominators that are larger than this are no simple fractions."""
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


def adds_up(total: float, count: int, *, decimals: int, denominator: int = 1) -> bool:
    """Whether so many numbers are added without loss, as floats: ``total`` is the most that they come to.

    They, and what their sum is written as, are multiples of the last of some decimals, over a denominator.
    """
    return total * (count + 2) * 2.0**-53 < 10.0**-decimals / denominator / 4


@dataclass(frozen=True)
class Formats:
    """How the numbers of a layer are written."""

    x: Format
    w: Format
    y: Format
    empty: str
    """In a cell that holds no input: 0, or nothing where the layer leaves it out."""
    b: Format | None = None
    """In a sum, with no fewer decimals than its result."""
    lossless: bool = True
    """Whether the numbers of the output are what the sums really are, and not only the floats next to them."""

    @classmethod
    def of(cls, layer: LayerTrace) -> Formats:
        """Those of a layer."""
        x, y = format_for(layer.input), format_for(layer.output)
        weights = x if layer.kernels is None else weights_format(layer.kernels)
        leaves_out = layer.operator.reduce == "max" or (
            layer.operator.reduce == "mean" and not layer.operator.mean_counts_padding
        )
        bias = None if layer.bias is None else format_for(layer.bias)
        if bias is not None:
            bias = replace(bias, decimals=max(bias.decimals, y.decimals))
        found = cls(x, weights, y, "" if leaves_out else x(0), bias)
        return replace(found, lossless=found._adds_up(layer))

    @property
    def equals(self) -> str:
        """An equals sign, or "≈" where numbers are rounded."""
        exact = self.x.exact and self.w.exact and self.y.exact and (self.b is None or self.b.exact)
        return "=" if exact and self.lossless else "≈"

    def _adds_up(self, layer: LayerTrace) -> bool:
        """Whether floats hold the sums of a layer in full; whole numbers and largest ones are always right."""
        op = layer.operator
        if layer.output.dtype.kind == "i" or op.reduce == "max":
            return True
        count = prod(op.kernel_size) * (1 if layer.kernels is None else layer.kernels.shape[1])
        most, decimals, over = largest(layer.input), max(self.x.decimals, self.y.decimals), 1
        match op.reduce:
            case "sum":
                most *= largest(layer.kernels)
                decimals = max(self.x.decimals + self.w.decimals, self.y.decimals, self.b.decimals if self.b else 0)
                over = self.w.denominator
            case "mean":
                decimals, over = self.x.decimals + self.y.decimals, count
            case "norm":
                with np.errstate(over="ignore"):
                    most = float(np.power(most, op.norm_type) * op.norm_type)
                decimals = min(300, ceil(decimals * op.norm_type))
        return adds_up(most * count + largest(layer.bias), count, decimals=decimals, denominator=over)


def largest(array: Array | None) -> float:
    """The size of the largest number; 0 where there is none."""
    return 0.0 if array is None else float(max(abs(array.max()), abs(array.min())))
