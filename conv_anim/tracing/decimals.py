"""Sums of decimals and fractions as a person adds them: in whole numbers, so that 0.1 + 0.2 − 0.3 is 0.

Floats leave a rest, here 5.6e-17, which would be written with a power of ten, or make an exact sum look rounded.
"""

from __future__ import annotations

from functools import reduce
from math import lcm
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from conv_anim.tracing.taps import DECIMALS, LARGEST, fraction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conv_anim.spec.model import Number
    from conv_anim.tracing.values import Array

    Compute: TypeAlias = "Callable[..., Array]"

FEW = 64
"""Cells that are looked at first: they tell it of most arrays that are no decimals."""
MIXED = 20_000
"""Cells of which some are decimals and others are not, for whose windows it is found out which they read."""
WHOLE, EXACT = 2**62, LARGEST
"""Below the first a sum cannot overflow an int64; below the second a float holds each of its digits."""
SETTLED = 2**48
"""Up to which a float that has been computed in a few steps is nearest to the whole number that it should be."""
POWERS = [10**places for places in range(DECIMALS + 1)]
"""Of which parts decimals are counts."""
FINEST = 10**6
"""The largest denominator that fractions may have together."""


def products(compute: Compute, x: Array, weight: Array, added: Array | None, *, terms: int) -> Array:
    """``compute(x, weight, added)``: sums of at most ``terms`` products, with what is added to each.

    It gets whole numbers where no sum can overflow; decimals in units of their last one and fractions in units of a
    common part, for the result to be divided again; and other numbers as they are. It is called again for the sums
    that read none but decimals.
    """
    given = (x, weight, np.zeros(1, np.int64) if added is None else added)
    made = _product_in_units(compute, given, terms)
    if made is not None:
        return made
    made, short = compute(*_floats(given)), [_are_short(array) for array in given]
    if x.size > MIXED or all(each.all() for each in short) or not (short[0].any() and short[1].any()):
        return made
    part = _product_in_units(compute, [np.where(s, a, 0) for s, a in zip(short, given, strict=True)], terms)
    return made if part is None else np.where(_reading_others(compute, given, short), made, part)


def _reading_others(compute: Compute, given: Sequence[Array], short: Sequence[Array]) -> Array:
    """Which sums of products have a number in them that is no decimal."""
    long, seen = ([each.astype(np.int64) for each in found] for found in ([~s for s in short], [a != 0 for a in given]))
    none = [np.zeros_like(each) for each in seen]
    sums_of = ((long[0], seen[1], none[2]), (seen[0], long[1], none[2]), (none[0], none[1], long[2]))
    found: Array = reduce(np.add, (compute(*each) for each in sums_of)) > 0
    return found


def sums(compute: Compute, *arrays: Array, terms: int, divisor: Array | None = None) -> Array:
    """``compute(*arrays)``: sums of at most ``terms`` cells of the arrays, in the same way; divided if need be."""
    made = _sum_in_units(compute, arrays, terms, divisor)
    if made is not None:
        return made
    made, short = _parted(compute(*_floats(arrays)), divisor), [_are_short(array) for array in arrays]
    if sum(each.size for each in short) > MIXED or not any(each.any() for each in short):
        return made
    part = _sum_in_units(compute, [np.where(s, a, 0) for s, a in zip(short, arrays, strict=True)], terms, divisor)
    others = compute(*((~each).astype(np.int64) for each in short)) > 0
    return made if part is None else np.where(others, made, part)


def settled(made: Array, x: Array, part: int) -> Array:
    """``made`` of ``x`` by shares that are counts of 1/``part`` and make 1: the numbers next to it that it can be."""
    unit = part_of(x)
    if unit is None or not np.all(_magnitude(x) * unit * part < SETTLED):
        return made
    found: Array = np.rint(made * float(unit * part)) / float(unit * part)
    return found


def _product_in_units(compute: Compute, given: Sequence[Array], terms: int) -> Array | None:
    units = list(map(part_of, given))
    if None in units:
        return None
    of_x, of_weight, of_added = (each or 1 for each in units)
    whole = lcm(of_x * of_weight, of_added)
    scales = (whole // of_weight, of_weight, whole)
    x, weight, added = (_magnitude(array) * scale for array, scale in zip(given, scales, strict=True))
    parts = list(zip(given, (of_x, of_weight, of_added), scales, strict=True))
    return _in_units(compute, parts, max(x * weight * terms + added, x, weight))


def _sum_in_units(compute: Compute, given: Sequence[Array], terms: int, divisor: Array | None) -> Array | None:
    units = [unit for unit in map(part_of, given) if unit is not None]
    if len(units) < len(given):
        return None
    whole = lcm(*units)
    most = max(map(_magnitude, given)) * whole * terms
    return _in_units(compute, [(array, unit, whole) for array, unit in zip(given, units, strict=True)], most, divisor)


def _in_units(
    compute: Compute, given: Sequence[tuple[Array, int, int]], most: float, divisor: Array | None = None
) -> Array | None:
    """Of whole numbers a whole one; of others, each with its unit and its scale, a float, divided by the last scale.

    By this and a divisor at once: 1.1 / 5 is 11 / 50, and not the float that 2.2 / 10 is. None if it cannot be.
    """
    if all(array.dtype.kind == "i" for array, _, _ in given):
        return _parted(compute(*(array for array, _, _ in given)), divisor) if most < WHOLE else None
    if most >= EXACT:
        return None
    counted = (np.rint(array * float(unit)).astype(np.int64) * (scale // unit) for array, unit, scale in given)
    return _parted(compute(*counted), float(given[-1][2]) * (1 if divisor is None else divisor))


def _parted(made: Array, divisor: Array | float | None) -> Array:
    return made if divisor is None else made / divisor


def _floats(given: Sequence[Array]) -> list[Array]:
    return [array.astype(np.float64) for array in given]


def part_of(array: Array) -> int | None:
    """Of which parts its numbers are whole counts: 100 for hundredths; None if there are none, or many digits."""
    if array.dtype.kind == "i":
        return 1
    cells = array.ravel()
    few = cells[:FEW]
    found = next((unit for unit in POWERS if _have(few, unit).all() and _have(cells, unit).all()), None)
    return found or _fine_part(cells)


def _fine_part(cells: Array) -> int | None:
    """The same for fractions, such as ninths; with decimals beside them, such as a ninth of a tenth."""
    unit = 1
    for some in (cells[:FEW], cells):
        long = some[~_have(some, POWERS[-1])]
        while len(long := long[~_have(long, unit)]):
            part = fraction(long[0].item())
            finer = 0 if part is None else lcm(unit, part.denominator)
            if not unit < finer <= FINEST:
                return None
            unit = finer
    return next((unit * power for power in POWERS if _have(cells, unit * power).all()), None)


def _are_short(array: Array) -> Array:
    """Which of its numbers have decimals."""
    return _have(array, POWERS[-1] if array.dtype.kind == "f" else 1)


def _have(cells: Array, unit: int) -> Array:
    """Which numbers are counts of such parts, 15 digits long at most."""
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(cells * float(unit))
        found: Array = (np.abs(scaled) < EXACT) & (scaled / float(unit) == cells)
    return found


def _magnitude(array: Array) -> Number:
    """The largest absolute value; of whole numbers as Python's int: that of −2⁶³ is not an int64."""
    most: Number = max(array.max(initial=0).item(), -array.min(initial=0).item())
    return most
