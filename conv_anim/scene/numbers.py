"""Numbers as text: whole ones as they are, others with as few decimals as tell them apart from zero, a true minus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from conv_anim.spec.model import Number
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Format:
    """How the numbers of an array are written: all with the same decimals, so that they can be compared."""

    decimals: int
    exact: bool

    def __call__(self, number: Number) -> str:
        if not np.isfinite(number):
            return MINUS + "∞" if number < 0 else "∞"
        text = f"{number:.{self.decimals}f}"
        if float(text) == 0:
            text = text.lstrip("-")
        return text.replace("-", MINUS)

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


def plane(values: Array) -> Array:
    """A map of one or two axes as rows and columns."""
    return values.reshape(values.shape if values.ndim == 2 else (1, -1))


@dataclass(frozen=True)
class Formats:
    """How the numbers of a layer are written."""

    x: Format
    w: Format
    y: Format
    empty: str
    """In a cell that holds no input: 0, or nothing where the layer leaves it out."""

    @classmethod
    def of(cls, layer: LayerTrace) -> Formats:
        x = format_for(layer.input)
        weights = x if layer.kernels is None else format_for(layer.kernels)
        leaves_out = layer.operator.reduce == "max" or (
            layer.operator.reduce == "mean" and not layer.operator.mean_counts_padding
        )
        return cls(x, weights, format_for(layer.output), "" if leaves_out else x(0))

    @property
    def equals(self) -> str:
        exact = self.x.exact and self.w.exact and self.y.exact
        return "=" if exact else "≈"
