"""How a step's value comes about, on one line of text: from its taps, or as its op writes it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from conv_anim.scene.arithmetic.equality import EQUAL, sign, sum_sign
from conv_anim.scene.arithmetic.numbers import (
    SHARE_NOISE,
    Format,
    agrees,
    denominator,
    enough,
    format_for,
    weights_format,
)
from conv_anim.scene.arithmetic.scoring import share_format
from conv_anim.scene.arithmetic.shares import simple
from conv_anim.scene.arithmetic.sums import in_a_line
from conv_anim.tracing.attending import Attending
from conv_anim.tracing.gathers import Gather

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.taps import Step, Tap
    from conv_anim.tracing.trace import LayerTrace, Trace

LONGEST = 16
"""Terms that are written in full."""
MOST_JOINED, MOST_MORE = 64, 2
"""Cells of joined maps that are looked at for how many digits these need, and digits more that they get at most."""
FIRST = 4
"""Those that stand in a line that leaves others out."""


def worked(layer: LayerTrace, step: Step, say: Language, y: Format | None = None) -> str:
    """``3·0 + 3·1 = 3``, ``max(0, −2) = 0``: without the name of what is computed.

    ``y`` is how its value is written in the cell, if not as usual.
    """
    if not isinstance(layer.means, Gather):
        most, named = None if len(step.taps) <= LONGEST else FIRST + 1, say("bias.named", value="{value}")
        return in_a_line(layer, step, most, bias=named, y=y)
    taps, y = [tap for tap in step.taps if tap.x is not None], y or format_for(layer.output)
    exact = y.exact and all(format_for(array).exact for array in layer.inputs)
    more = 0 if exact else joined_digits(layer) or enough(lambda n: _agrees_with(layer, step, y, n))
    met = _met(layer, taps, more)
    said = layer.layer.worked([fmt(number) for fmt, number in met], f"{_sign(layer, step, met, y)} {y(step.value)}")
    if said is not None:
        return said
    if not taps:
        return f"= {y(step.value)}"
    return _added(layer, step, taps, y, say)


def _sign(layer: LayerTrace, step: Step, met: list[tuple[Format, float]], y: Format) -> str:
    """Rounded or not, what is passed on as it is, or is 0, is the same number."""
    if y.tells(step.value) and all(fmt.tells(number) for fmt, number in met):
        return EQUAL
    passed = any(number == step.value and fmt(number) == y(step.value) for fmt, number in met)
    return sign(equal=passed or (step.value == 0 and layer.layer.made_of(_shown(met)) == 0))


def cell_formats(trace: Trace) -> list[Format]:
    """How numbers stand in the cells of the input and of each layer: of joined maps so that it is seen how."""
    found = [format_for(values) for values in (trace.input, *(layer.output for layer in trace.layers))]
    for layer in trace.layers:
        more = joined_digits(layer)
        for k in set(layer.fed) if more else ():
            found[k] = found[k].finer(more)
    return found


def joined_digits(layer: LayerTrace) -> int:
    """How many digits more the maps need that a layer joins, so that in each cell what is written makes the result.

    Found among so many cells, and no more than so many digits; 0 for a layer with one input.
    """
    if len(layer.inputs) < 2 or layer.layer.stacks:
        return 0
    if layer not in _FOUND:
        _FOUND[layer] = _joined_digits(layer)
    return _FOUND[layer]


_FOUND: WeakKeyDictionary[LayerTrace, int] = WeakKeyDictionary()


def _joined_digits(layer: LayerTrace) -> int:
    shape = layer.output.shape
    total = prod(shape)
    cells = (np.unravel_index(k, shape) for k in range(0, total, -(-total // MOST_JOINED)))
    steps = [layer.step(tuple(map(int, cell))) for cell in cells]
    y = format_for(layer.output)
    each = (enough(lambda n, s=step: _agrees_with(layer, s, y, n)) for step in steps)  # type: ignore[misc]
    return min(MOST_MORE, max(each, default=0))


def _met(layer: LayerTrace, taps: list[Tap], more: int) -> list[tuple[Format, float]]:
    """What an op is made of, and how it is written: each cell, with the cell of another input that it meets."""
    formats = [format_for(array).finer(more) for array in layer.inputs]
    found = list[tuple["Format", float]]()
    for tap in taps:
        found.append((formats[tap.of], tap.x or 0))
        if tap.other is not None:
            found.append((formats[tap.other[0]], tap.w or 0))
    return found


def _agrees_with(layer: LayerTrace, step: Step, y: Format, more: int) -> bool:
    """Whether the numbers, written with so many digits more, make the result as it is written."""
    taps = [tap for tap in step.taps if tap.x is not None]
    made = layer.layer.made_of(_shown(_met(layer, taps, more)))
    return made is None or agrees(y, np.array([step.value], float), np.array([made]))


def _shown(met: list[tuple[Format, float]]) -> list[float]:
    """What is written."""
    return [float(fmt.shown(np.array([number], float))[0]) for fmt, number in met]


def _added(layer: LayerTrace, step: Step, taps: list[Tap], y: Format, say: Language) -> str:
    """The sum of what the taps contribute, the first of them if they are many."""
    x, weights = format_for(layer.input), _weights(layer, taps)
    bias = None if step.bias is None else format_for(np.array([step.bias]))
    exact = x.exact and y.exact and weights.exact and (bias is None or bias.exact)
    more = 0 if exact else enough(lambda n: _agrees(step, taps, (x, weights, y, bias), n))
    x, weights, bias = x.finer(more), weights.finer(more), None if bias is None else bias.finer(more)
    shown = taps if len(taps) <= LONGEST else taps[:FIRST]
    terms = [_term(tap, x, weights) for tap in shown] + (["…"] if len(shown) < len(taps) else [])
    if step.bias is not None and bias is not None:
        op, value = layer.layer, bias.factor(step.bias)
        own = "added" in op.WORDS["en"]
        terms.append(say.of(op, "added", value=value) if own else say("bias.named", value=value))
    if len(terms) == 1 and taps[0].w is None:
        return f"= {y(step.value)}"
    products = [[(x, tap.x or 0), *([] if tap.w is None else [(weights, tap.w)])] for tap in taps]
    products += [] if bias is None or step.bias is None else [[(bias, step.bias)]]
    return f"{' + '.join(terms)} {sum_sign(products, (y, step.value))} {y(step.value)}"


def _agrees(step: Step, taps: list[Tap], formats: tuple[Format, Format, Format, Format | None], more: int) -> bool:
    """Whether the terms, written with so many digits more, add up to the result as it is written."""
    x, weights, y, bias = formats
    read = x.finer(more).shown(np.array([tap.x or 0 for tap in taps], float))
    met = weights.finer(more).shown(np.array([1 if tap.w is None else tap.w for tap in taps], float))
    added = 0.0 if bias is None else bias.finer(more).shown(np.array([step.bias], float))[0]
    return agrees(y, np.array([step.value], float), np.array([read @ met + added]))


def _weights(layer: LayerTrace, taps: list[Tap]) -> Format:
    if layer.weight is not None and any(tap.weight is not None for tap in taps):
        return weights_format(layer.weight)
    if isinstance(layer.means, Attending):
        return share_format(layer.means)
    common = denominator([tap.w or 0 for tap in taps], noise=SHARE_NOISE)
    if layer.layer.interpolation is not None and common is not None and simple(layer):
        return Format(0, exact=True, denominator=common)  # as in the cells, although 3/4 is 0.75
    return weights_format(np.array([tap.w or 0 for tap in taps], float), noise=SHARE_NOISE)


def _term(tap: Tap, x: Format, weights: Format) -> str:
    return x.factor(tap.x or 0) + ("" if tap.w is None else f"·{weights.factor(tap.w)}")
