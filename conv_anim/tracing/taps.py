"""A step of a computation: an output cell, and its taps, the cells that it is made of."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.spec.model import Number
    from conv_anim.tracing.gathers import Index
    from conv_anim.tracing.geometry import Source


DECIMALS = 9
"""That numbers may have, to be computed with as decimals; floats that were drawn or computed have more."""
SMALLEST = 2000
"""The largest denominator of a number that is computed with as a fraction."""
LARGEST = 2**53
"""Below it, a float holds each digit of a whole number."""


def multiplied(x: Number, w: Number) -> Number:
    """The product of two numbers: of decimals and fractions, what they make and not what their floats do."""
    if isinstance(x, int) and isinstance(w, int):
        return x * w
    of_x, of_w = fraction(x), fraction(w)
    return x * w if of_x is None or of_w is None else float(of_x * of_w)


@lru_cache(maxsize=4096)
def fraction(number: Number) -> Fraction | None:
    """What a number says as a decimal or a fraction; None if it says neither, as a random one."""
    if not abs(number) < LARGEST:
        return None
    if round(number, DECIMALS) == number:
        return Fraction(repr(number))
    near = Fraction(number).limit_denominator(SMALLEST)
    return near if float(near) == number else None


@dataclass(frozen=True, slots=True)
class Tap:
    """One cell that an output is made of.

    ``canvas`` is where it lies: on the input, stretched and padded (row, column, …). ``input`` is the input cell
    (channel, row, column, …) that is read there, None if there is none; ``x`` is its number, 0 for padding and inserted
    zeros, None for a cell that takes no part. ``of`` says which input of a node with several, counted from 0.

    ``w`` is the number that it meets, None if it meets none: that of ``weight``, a cell of `LayerTrace.kernels`
    (without a window, of `LayerTrace.weight`); that of ``other``, a cell of another input, with its number; or, without
    either, a share, as in an interpolation.
    """

    channel: int
    window: Index
    canvas: Index
    source: Source
    input: Index | None
    x: Number | None
    weight: Index | None
    w: Number | None
    of: int = 0
    other: tuple[int, Index] | None = None
    made: Number | None = None
    """Its result, if that is not a product: an activation's value."""

    @property
    def product(self) -> Number | None:
        """What the tap contributes: x · w, in a pool x itself."""
        if self.made is not None:
            return self.made
        if self.x is None or self.w is None:
            return self.x
        return multiplied(self.x, self.w)


@dataclass(frozen=True, slots=True)
class Step:
    """One output cell, (channel, row, column, …) of its layer, with its taps: channel by channel, row by row."""

    index: int
    layer: int
    output: Index
    taps: tuple[Tap, ...]
    bias: Number | None
    divisor: int | None
    """What a mean divides its sum by."""
    value: Number

    @property
    def there(self) -> Step:
        """The step without the padding and the inserted zeros that it reads; as it is if it reads nothing else."""
        return replace(self, taps=tuple(tap for tap in self.taps if tap.input or tap.other) or self.taps)
