"""How the numbers of a layer are written, so that the terms of every sum add up to its result."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, prod
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.tracing.trace import LayerTrace

from conv_anim.scene.numbers import Format, adds_up, agrees, enough, format_for, largest, weights_format

MOST_CHECKED = 100_000
"""Outputs of a layer that are all checked to be what the terms of their sums add up to."""


@dataclass(frozen=True)
class Formats:
    """How the numbers of a layer are written: with so many digits that the terms of every sum add up to its result."""

    x: Format
    w: Format
    y: Format
    empty: str
    """In a cell that holds no input: 0, or nothing where the layer leaves it out."""
    b: Format | None = None
    """In a sum, with no fewer decimals than its result."""
    lossless: bool = True
    """Whether the numbers of the output are what the sums really are, and not only the floats next to them."""

    @classmethod
    def of(cls, layer: LayerTrace) -> Formats:
        """The formats of a layer."""
        return _formats(layer)

    @property
    def equals(self) -> str:
        """An equals sign, or "≈" where numbers are rounded."""
        exact = self.x.exact and self.w.exact and self.y.exact and (self.b is None or self.b.exact)
        return "=" if exact and self.lossless else "≈"

    def finer(self, more: int) -> Formats:
        """With more digits of all that is added."""
        b = None if self.b is None else self.b.finer(more)
        return replace(self, x=self.x.finer(more), w=self.w.finer(more), b=b)

    def adds_up(self, layer: LayerTrace) -> bool:
        """Whether the terms of all sums, as they are written, add up to their results."""
        from conv_anim.tracing.sparse import marked
        from conv_anim.tracing.values import output

        kernels = None if layer.kernels is None else self.w.shown(layer.kernels)
        bias = None if layer.bias is None or self.b is None else self.b.shown(layer.bias)
        with np.errstate(over="ignore", invalid="ignore"):
            made = output(layer.operator, self.x.shown(layer.input), kernels, bias)
        sites = layer.layer.sites
        if sites is not None:
            made = np.where(marked(sites.made, made.shape[1:]), made, 0)
        return agrees(self.y, layer.output, made)

    def loses_nothing(self, layer: LayerTrace) -> bool:
        """Whether floats hold the sums of a layer in full; whole numbers and largest ones are always right."""
        op = layer.operator
        if layer.output.dtype.kind == "i" or op.reduce == "max":
            return True
        if max(self.x.digits, self.w.digits, self.y.digits, self.b.digits if self.b else 0) > 0:
            return False
        count = prod(op.kernel_size) * (1 if layer.kernels is None else layer.kernels.shape[1])
        most, decimals, over = largest(layer.input), max(self.x.decimals, self.y.decimals), 1
        match op.reduce:
            case "sum":
                most *= largest(layer.kernels)
                decimals = max(self.x.decimals + self.w.decimals, self.y.decimals, self.b.decimals if self.b else 0)
                over = self.w.denominator
            case "mean":
                decimals, over = self.x.decimals + self.y.decimals, count
            case "norm":
                with np.errstate(over="ignore"):
                    most = float(np.power(most, op.norm_type) * op.norm_type)
                decimals = min(300, ceil(decimals * op.norm_type))
        return adds_up(most * count + largest(layer.bias), count, decimals=decimals, denominator=over)


@lru_cache(maxsize=16)
def _formats(layer: LayerTrace) -> Formats:
    found = _usual(layer)
    found = replace(found, lossless=found.loses_nothing(layer))
    if found.equals == "=" or layer.output.size > MOST_CHECKED:
        return found
    return found.finer(enough(lambda more: found.finer(more).adds_up(layer)))


def _usual(layer: LayerTrace) -> Formats:
    """As few digits as distinguish the numbers of a layer."""
    op = layer.operator
    x, y = format_for(layer.input), format_for(layer.output)
    if op.reduce == "max":
        x = y = format_for(layer.input, layer.output)
    weights = x if layer.kernels is None else weights_format(layer.kernels)
    leaves_out = op.reduce == "max" or (op.reduce == "mean" and not op.mean_counts_padding)
    bias = None if layer.bias is None else format_for(layer.bias)
    if bias is not None and not bias.digits:
        bias = replace(bias, decimals=max(bias.decimals, y.decimals))
    return Formats(x, weights, y, "" if leaves_out else x(0), bias)
