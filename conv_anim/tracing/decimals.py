"""Sums of decimals as a person adds them: in whole numbers, so that 0.1 + 0.2 − 0.3 is 0.

Floats leave a rest, here 5.6e-17, which would be written with a power of ten, or make an exact sum look rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from conv_anim.tracing.taps import DECIMALS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conv_anim.spec.model import Number
    from conv_anim.tracing.values import Array

    Compute: TypeAlias = "Callable[..., Array]"

FEW = 64
"""Cells that are looked at first: they tell it of most arrays that are no decimals."""
MIXED = 20_000
"""Cells of which some are decimals and others are not, for whose windows it is found out which they read."""
WHOLE, EXACT = 2**62, 2**53
"""Below the first a sum cannot overflow an int64; below the second a float holds each of its digits."""


def products(compute: Compute, x: Array, weight: Array, added: Array | None, *, terms: int) -> Array:
    """``compute(x, weight, added)``: sums of at most ``terms`` products, with what is added to each.

    It gets whole numbers where no sum can overflow; decimals in units of their last one, for the result to be divided
    again; and other numbers as they are. It is called once more for the sums that read none but decimals.
    """
    given = (x, weight, np.zeros(1, np.int64) if added is None else added)
    made = _product_in_units(compute, given, terms)
    if made is not None:
        return made
    made, short = compute(*_floats(given)), _are_short(x)
    if x.size > MIXED or short.all() or not short.any():
        return made
    part = _product_in_units(compute, (np.where(short, x, 0), *given[1:]), terms)
    others = compute((~short).astype(np.int64), (weight != 0).astype(np.int64), np.zeros(1, np.int64)) > 0
    return made if part is None else np.where(others, made, part)


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


def _product_in_units(compute: Compute, given: Sequence[Array], terms: int) -> Array | None:
    places = [_places(array) for array in given]
    if None in places:
        return None
    of_x, of_weight, of_added = (each or 0 for each in places)
    more = max(0, of_added - of_x - of_weight)
    powers = (of_x + more, of_weight, of_x + more + of_weight)
    x, weight, added = (_magnitude(array) * 10**power for array, power in zip(given, powers, strict=True))
    return _in_units(compute, given, powers, x * weight * terms + added)


def _sum_in_units(compute: Compute, given: Sequence[Array], terms: int, divisor: Array | None) -> Array | None:
    places = [_places(array) for array in given]
    if None in places:
        return None
    power = max(each or 0 for each in places)
    most = max(map(_magnitude, given)) * 10**power * terms
    return _in_units(compute, given, [power] * len(given), most, divisor)


def _in_units(
    compute: Compute, given: Sequence[Array], powers: Sequence[int], most: float, divisor: Array | None = None
) -> Array | None:
    """Of whole numbers a whole one; of others a float, divided by the units that the last power stands for.

    By these and a divisor at once: 1.1 / 5 is 11 / 50, and not the float that 2.2 / 10 is. None if it cannot be.
    """
    if all(array.dtype.kind == "i" for array in given):
        return _parted(compute(*given), divisor) if most < WHOLE else None
    if most >= EXACT:
        return None
    units = (np.rint(array * 10.0**power).astype(np.int64) for array, power in zip(given, powers, strict=True))
    return _parted(compute(*units), 10.0 ** powers[-1] * (1 if divisor is None else divisor))


def _parted(made: Array, divisor: Array | float | None) -> Array:
    return made if divisor is None else made / divisor


def _floats(given: Sequence[Array]) -> list[Array]:
    return [array.astype(np.float64) for array in given]


def _places(array: Array) -> int | None:
    """The decimals that all of its numbers can be written with; None if that takes more, or many digits."""
    if array.dtype.kind == "i":
        return 0
    cells = array.ravel()
    return next((n for n in range(DECIMALS + 1) if _have(cells[:FEW], n).all() and _have(cells, n).all()), None)


def _are_short(array: Array) -> Array:
    """Which of its numbers have decimals."""
    return _have(array, DECIMALS if array.dtype.kind == "f" else 0)


def _have(cells: Array, places: int) -> Array:
    """Which numbers can be written with so many decimals, and 15 digits in all."""
    unit = 10.0**places
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = np.rint(cells * unit)
        found: Array = (np.abs(scaled) < EXACT) & (scaled / unit == cells)
    return found


def _magnitude(array: Array) -> Number:
    """The largest absolute value; of whole numbers as Python's int: that of −2⁶³ is not an int64."""
    most: Number = max(array.max(initial=0).item(), -array.min(initial=0).item())
    return most
