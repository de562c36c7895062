"""A program of NumPy's: what stands around its layers. ``x`` and ``y`` are (channels, *size)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.literals import NUMPY
from conv_anim.coding.writing import Framework

if TYPE_CHECKING:
    from conv_anim.tracing.trace import LayerTrace

FRAMEWORK = Framework("NumPy", ("", "x = {input}"), NUMPY, "print(y)")

MODES = {"zeros": {}, "reflect": {"mode": '"reflect"'}, "replicate": {"mode": '"edge"'}, "circular": {"mode": '"wrap"'}}


def weight(traced: LayerTrace) -> list[str]:
    """The weight, and the bias if there is one."""
    lines = [f"weight = {NUMPY.weight(traced)}"]
    return lines if traced.bias is None else [*lines, f"bias = {NUMPY.numbers(traced.bias)}"]
