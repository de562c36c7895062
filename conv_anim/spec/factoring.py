"""Splitting a kernel into the column and the row that it is the product of."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.spec.model import Number, Size


def split(numbers: tuple[Number, ...], size: Size) -> tuple[tuple[Number, ...], tuple[Number, ...]] | None:
    """The column and the row whose product a matrix is, whole numbers if it has only such; None if there are none."""
    rows = [numbers[r * size[1] : (r + 1) * size[1]] for r in range(size[0])]
    longest = max(rows, key=lambda row: sum(map(abs, row)))
    if not any(longest):
        return (0,) * size[0], (0,) * size[1]
    row = _primitive(longest)
    pivot = max(range(size[1]), key=lambda c: abs(row[c]))
    column = tuple(_divided(r[pivot], row[pivot]) for r in rows)
    tolerance = 1e-12 * abs(longest[pivot])
    pairs = ((rows[r][c], column[r] * row[c]) for r in range(size[0]) for c in range(size[1]))
    return (column, row) if all(abs(a - b) <= tolerance for a, b in pairs) else None


def _primitive(row: tuple[Number, ...]) -> tuple[Number, ...]:
    """A row of whole numbers without a common divisor; another as it is, its largest number 1."""
    whole = [n for n in row if isinstance(n, int)]
    if len(whole) == len(row):
        divisor = gcd(*whole)
        return tuple(n // divisor for n in whole)
    largest = max(row, key=abs)
    return tuple(n / largest for n in row)


def _divided(number: Number, by: Number) -> Number:
    if isinstance(number, int) and isinstance(by, int) and number % by == 0:
        return number // by
    return number / by
