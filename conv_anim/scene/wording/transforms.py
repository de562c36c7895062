"""The rows of a small transform as sums of letters: which rows of a map become a row of its transform."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from conv_anim.scene.wording.words import MINUS
from conv_anim.tracing.winograd import INPUT_TRANSFORM, KERNEL_TRANSFORM, OUTPUT_TRANSFORM

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.winograd import Fractions


def sums(say: Language) -> dict[str, str]:
    """Of Winograd's three transforms, row by row: ``a − c, b + c``; what is added stands before what is subtracted."""
    ways = {"tile": INPUT_TRANSFORM, "kernel": KERNEL_TRANSFORM, "output": OUTPUT_TRANSFORM}
    return {name: say("enumeration").join(map(_sum, way)) for name, way in ways.items()}


def _sum(row: Fractions) -> str:
    shares = [(Fraction(share), "abcdefgh"[k]) for k, share in enumerate(row) if share != 0]
    signs = sorted(shares, key=lambda pair: pair[0] < 0)
    said = "".join(f" {MINUS if share < 0 else '+'} {letter}" for share, letter in signs)[3:]
    whole = max(share.denominator for share, _ in shares)
    return said if whole == 1 else f"({said})/{whole}"
