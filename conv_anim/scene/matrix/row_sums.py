"""The sum of a row of a matrix whose entries are no weights, but weights shared out among cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.arithmetic.sums import sum_for, terms_of
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.matrix import EMPTY
from conv_anim.tracing.taps import Step, Tap
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.layer_formats import Formats
    from conv_anim.scene.arithmetic.sums import Sum
    from conv_anim.scene.matrix.factors import Factors
    from conv_anim.scene.style import Style


def formats_of(factors: Factors) -> Formats:
    """How the numbers of these sums are written."""
    bias = factors.layer.bias
    return replace(factors.formats, w=factors.shared, b=None if bias is None else format_for(bias))


def step_of(factors: Factors, row: int) -> Step:
    """A row as a step whose taps are its entries."""
    layer, step = factors.layer, factors.layer[row]
    read, entries = layer.input.ravel().tolist(), factors.matrix.values[row].tolist()
    columns = np.flatnonzero(factors.matrix.weights[row] != EMPTY).tolist()
    taps = tuple(Tap(0, (), (), Source.INPUT, (k,), read[k], None, entries[k]) for k in columns)
    return Step(step.index, step.layer, step.output, taps, step.bias, None, step.value)


def room_for(factors: Factors, style: Style, room: float, named: str) -> Sum:
    """Room for the sum of any row."""
    layer, formats = factors.layer, formats_of(factors)
    whole = sum_for(layer, formats, style, room, bias=named)
    rows = [terms_of(step_of(factors, row), formats) for row in range(layer.output.size)]
    slot = max(style.width(term.text, size=whole.size) for terms in rows for term in terms)
    return replace(whole, count=max(map(len, rows)), row=1, slot=slot)
