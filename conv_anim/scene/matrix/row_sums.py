"""The sum of a row of a matrix whose entries are no weights, but weights shared out among cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.equality import NEAR, sum_sign
from conv_anim.scene.numbers import format_for
from conv_anim.scene.sums import Sum, Term
from conv_anim.tracing.matrix import EMPTY

if TYPE_CHECKING:
    from conv_anim.scene.matrix.factors import Factors
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style
    from conv_anim.tracing.taps import Step

NOTHING = "–"
"""The sum of a row without entries."""


def _term(factors: Factors, row: int, column: int) -> Term:
    entry, x = factors.matrix.values[row, column].item(), factors.layer.input.ravel()[column].item()
    text = f"{factors.formats.x.factor(x)}·{factors.shared.factor(entry)}"
    return Term(text, entry * x == 0, abs(entry * x))


def _columns(factors: Factors, row: int) -> list[int]:
    return [int(k) for k in np.flatnonzero(factors.matrix.weights[row] != EMPTY)]


def _closing(factors: Factors, named: str, channel: int) -> str:
    bias = factors.layer.bias
    return " " if bias is None else f" + {named.format(value=format_for(bias).factor(bias[channel].item()))} "


def room_for(factors: Factors, style: Style, room: float, named: str) -> Sum:
    """Room for the sum of any row."""
    layer, size = factors.layer, style.label_size
    rows = [_columns(factors, row) for row in range(layer.output.size)]
    terms = {_term(factors, row, column).text for row, columns in enumerate(rows) for column in columns}
    terms |= set() if all(rows) else {NOTHING}
    slot = max(style.width(text, size=size) for text in terms)
    result = max(style.width(f"{NEAR} {text}", size=size, bold=True) for text in factors.y)
    closings = [_closing(factors, named, channel) for channel in range(len(layer.output))]
    closing = max(closings, key=lambda text: style.width(text, size=size))
    count = max(1, *map(len, rows))
    return Sum(style, count, 1, slot, " + ", "", closing, result, room, bias=named)


def written_row(room: Sum, factors: Factors, step: Step, place: tuple[float, float]) -> list[Primitive]:
    """The sum of a row, its first baseline at a place."""
    terms = [_term(factors, step.index, column) for column in _columns(factors, step.index)]
    x, y, bias = factors.formats.x, factors.formats.y, factors.layer.bias
    read, entries = factors.layer.input.ravel().tolist(), factors.matrix.values[step.index].tolist()
    products = [[(x, read[k]), (factors.shared, entries[k])] for k in _columns(factors, step.index)]
    products += [] if bias is None else [[(format_for(bias), bias[step.output[0]].item())]]
    result = f"{sum_sign(products, (y, step.value))} {y(step.value)}"
    closing = _closing(factors, room.bias, step.output[0])
    whole = terms or [Term(NOTHING, idle=True)]
    return room.of(len(whole)).at(*place, whole, result, room.style.result_ink, closing=closing)
