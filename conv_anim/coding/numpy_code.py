"""A program of NumPy's: what stands around its layers. ``x`` and ``y`` are (channels, *size)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.literals import NUMPY

if TYPE_CHECKING:
    from conv_anim.tracing.trace import LayerTrace, Trace

MODES = {"zeros": {}, "reflect": {"mode": '"reflect"'}, "replicate": {"mode": '"edge"'}, "circular": {"mode": '"wrap"'}}


class Numpy:
    """NumPy's words."""

    def head(self, trace: Trace) -> list[str]:
        return ["", f"x = {NUMPY.input(trace)}"]

    def tail(self) -> list[str]:
        return ["print(y)"]


def weight(traced: LayerTrace) -> list[str]:
    """The weight, and the bias if there is one."""
    lines = [f"weight = {NUMPY.weight(traced)}"]
    return lines if traced.bias is None else [*lines, f"bias = {NUMPY.numbers(traced.bias)}"]
