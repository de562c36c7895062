"""Numbers as decimals: halves are rounded away from zero, by what a number says, and not by the bits of its float."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.spec.model import Number

SAID = 15
"""Digits that a float says for sure: 0.1 + 0.2 is 0.3, and 2.675 is a half of two decimals."""
WIDE = Context(prec=800, rounding=ROUND_HALF_UP)
"""Room for all the digits of any float."""
SURE = 1e11
"""So many units of the last decimal leave a float digits enough to tell whether it is near a half of one."""


def decimal(number: Number) -> Decimal:
    """What a finite number says."""
    value = float(number)
    return Decimal(int(number)) if number == int(number) else Decimal(f"{value:.{SAID}g}")


def rounded(number: Number, decimals: int) -> Decimal:
    """A finite number with so many decimals."""
    return decimal(number).quantize(Decimal(1).scaleb(-decimals), context=WIDE)


def fixed(number: Number, decimals: int) -> str:
    """The text of `rounded`: Python's own, which is made sooner, unless there is a half to be rounded."""
    value = float(number) + 0.0  # which −0 has no sign after
    units = abs(value) * 10.0**decimals
    if units < SURE and abs(units % 1 - 0.5) > 1e-12 * (units + 1):
        return f"{value:.{decimals}f}"
    return f"{rounded(number, decimals):f}"


def scientific(number: Number, digits: int) -> str:
    """The text of `significant`, as ``1.25e+03``, made sooner in the same way."""
    value = float(number) + 0.0
    if digits < SAID - 1:
        said, _, _ = f"{value:.{SAID - 1}e}".lstrip("-").replace(".", "").partition("e")
        if said[digits:].rstrip("0") != "5":
            return f"{value:.{digits - 1}e}"
    return f"{significant(number, digits):.{digits - 1}e}"


def significant(number: Number, digits: int) -> Decimal:
    """A finite number with so many digits from its first one on."""
    said = decimal(number)
    if not said:
        return Decimal(0)
    near = said.quantize(Decimal(1).scaleb(said.adjusted() - digits + 1), context=WIDE)
    return near.quantize(Decimal(1).scaleb(near.adjusted() - digits + 1), context=WIDE)


def short(number: Number, digits: int) -> str:
    """With at most so many digits, and no zeros at the end of its decimals: ``4.5``; ``∞``."""
    if not isfinite(number):
        return str(number)
    return trimmed(f"{significant(number, digits):f}")


def trimmed(text: str) -> str:
    """Without the zeros at the end of its decimals."""
    return text.rstrip("0").rstrip(".") if "." in text else text
