"""How the numbers of a layer are written, so that the terms of every sum add up to its result."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.tracing.taps import Step
    from conv_anim.tracing.trace import LayerTrace

from conv_anim.scene.arithmetic.equality import EQUAL, norm_sign, sum_sign
from conv_anim.scene.arithmetic.numbers import Format, agrees, enough, format_for, weights_format

MOST_CHECKED = 100_000
"""Outputs of a layer that are all checked to be what the terms of their sums add up to."""

LONG = 100
"""From which on a denominator takes more of a cell than the number over it."""


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
    reduce: str = "sum"
    """What a layer makes of its terms."""
    norm_type: float = 2

    @classmethod
    def of(cls, layer: LayerTrace, y: Format | None = None) -> Formats:
        """The formats of a layer, with that of its output if it is given."""
        return _formats(layer, y)

    @property
    def exact(self) -> bool:
        """Whether all numbers are written in full."""
        return self.x.exact and self.w.exact and self.y.exact and (self.b is None or self.b.exact)

    @property
    def divided(self) -> str:
        """What stands after the products of a step if their weights are written without their denominator."""
        return f") / {self.w.denominator}" if self.w.bare else ""

    @property
    def shortened(self) -> Formats:
        """With weights that are fractions over a large number written without it."""
        return replace(self, w=replace(self.w, bare=True)) if self.w.denominator >= LONG else self

    def equals(self, step: Step) -> str:
        """The sign before the result of a step."""
        taps, result = [tap for tap in step.taps if tap.x is not None], (self.y, step.value)
        if self.reduce == "max":
            return EQUAL  # the largest of rounded numbers is the largest number, rounded
        if self.reduce == "norm":
            return norm_sign([(self.x, tap.x or 0) for tap in taps], result, self.norm_type)
        terms = [[(self.x, tap.x or 0), *([] if tap.w is None else [(self.w, tap.w)])] for tap in taps]
        terms += [] if step.bias is None or self.b is None else [[(self.b, step.bias)]]
        return sum_sign(terms, result, over=step.divisor or 1)

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


@lru_cache(maxsize=16)
def _formats(layer: LayerTrace, y: Format | None) -> Formats:
    found = _usual(layer, y)
    if found.exact or layer.output.size > MOST_CHECKED:
        return found
    return found.finer(enough(lambda more: found.finer(more).adds_up(layer)))


def _usual(layer: LayerTrace, given: Format | None) -> Formats:
    """As few digits as distinguish the numbers of a layer."""
    op = layer.operator
    x, y = format_for(layer.input), given or format_for(layer.output)
    if op.reduce == "max":
        x = y = given or format_for(layer.input, layer.output)
    weights = x if layer.kernels is None else weights_format(layer.kernels)
    leaves_out = op.reduce == "max" or (op.reduce == "mean" and not op.mean_counts_padding)
    bias = None if layer.bias is None else format_for(layer.bias)
    if bias is not None and not bias.digits:
        bias = replace(bias, decimals=max(bias.decimals, y.decimals))
    return Formats(x, weights, y, "" if leaves_out else x(0), bias, op.reduce, op.norm_type)
