"""The sign before a result: "=" where what is written makes exactly what is written, "≈" where a number is rounded."""

from __future__ import annotations

from fractions import Fraction
from math import isclose, isfinite, prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.spec.model import Number

    Written = tuple[Format, Number]
    """A number, and how it is written."""

EQUAL, NEAR = "=", "≈"
LARGEST_POWER = 64
"""Up to which powers of fractions are taken in full."""


def sign(*, equal: bool) -> str:
    """The one that is true."""
    return EQUAL if equal else NEAR


def sum_sign(terms: Iterable[Sequence[Written]], result: Written, *, over: int = 1) -> str:
    """Of products that are added up, and the sum divided: ``1·0.5 + 2 = 2.5``.

    Rounded or not, a number times 0 is 0; and if one times 1 is all that is left, it is the result if it is written so.
    """
    products = [[(fmt, n) for fmt, n in product if n != 1] for product in terms if all(n != 0 for _, n in product)]
    if over == 1 and [len(product) for product in products] == [1] and isfinite(result[1]):
        ((fmt, number),) = products[0]
        return sign(equal=number == result[1] and fmt.written(number) == _value(result))
    if not all(_told(number) for number in (*(number for product in products for number in product), result)):
        return NEAR
    made = sum((prod(map(_value, product), start=Fraction(1)) for product in products), Fraction(0)) / over
    return sign(equal=made == _value(result))


def norm_sign(numbers: Sequence[Written], result: Written, power: float) -> str:
    """Of the root of a sum of powers."""
    if not all(map(_told, (*numbers, result))):
        return NEAR
    values, made = [abs(_value(number)) for number in numbers], _value(result)
    if float(power).is_integer() and power <= LARGEST_POWER:
        return sign(equal=sum(value ** int(power) for value in values) == made ** int(power))
    try:
        total = sum(float(value) ** power for value in values) ** (1 / power)
    except OverflowError:
        return NEAR
    return sign(equal=isclose(total, made, rel_tol=1e-14))


def _told(written: Written) -> bool:
    fmt, number = written
    return isfinite(number) and fmt.tells(number)


def _value(written: Written) -> Fraction:
    fmt, number = written
    return fmt.written(number)
