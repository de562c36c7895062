"""How a step's value comes about, on one line of text: from its taps, or as its op writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.numbers import SHARE_NOISE, adds_up, format_for, largest, weights_format
from conv_anim.scene.sums import in_a_line
from conv_anim.tracing.gathers import Gather

if TYPE_CHECKING:
    from conv_anim.scene.numbers import Format
    from conv_anim.tracing.trace import LayerTrace, Step, Tap

LONGEST = 16
"""Terms that are written in full."""
FIRST = 4
"""Those at the beginning of a line that leaves some out."""


def worked(layer: LayerTrace, step: Step) -> str:
    """``3·0 + 3·1 = 3``, ``max(0, −2) = 0``: without the name of what is computed."""
    if not isinstance(layer.means, Gather):
        return in_a_line(layer, step) if len(step.taps) <= LONGEST else _shortened(layer, step)
    taps, y = [tap for tap in step.taps if tap.x is not None], format_for(layer.output)
    exact = y.exact and all(format_for(array).exact for array in layer.inputs)
    said = layer.layer.worked(_numbers(layer, taps), f"{'=' if exact else '≈'} {y(step.value)}")
    if said is not None:
        return said
    if not taps:
        return f"= {y(step.value)}"
    return _shortened(layer, step) if len(taps) > LONGEST else _added(layer, step, taps)


def _numbers(layer: LayerTrace, taps: list[Tap]) -> list[str]:
    """What an op is made of, as text: each cell, with the cell of another input that it meets."""
    formats = [format_for(array) for array in layer.inputs]
    found = []
    for tap in taps:
        found.append(formats[tap.of](tap.x or 0))
        if tap.other is not None:
            found.append(formats[tap.other[0]](tap.w or 0))
    return found


def _added(layer: LayerTrace, step: Step, taps: list[Tap]) -> str:
    """The sum of what the taps contribute."""
    x, y = format_for(layer.input), format_for(layer.output)
    weights = _weights(layer, taps)
    terms = [_term(tap, x, weights) for tap in taps]
    exact = x.exact and y.exact and weights.exact and _lossless(layer, weights)
    if step.bias is not None:
        bias = format_for(np.array([step.bias]))
        terms.append(bias.factor(step.bias))
        exact = exact and bias.exact
    copied = len(terms) == 1 and taps[0].w is None
    return f"= {y(step.value)}" if copied else f"{' + '.join(terms)} {'=' if exact else '≈'} {y(step.value)}"


def _weights(layer: LayerTrace, taps: list[Tap]) -> Format:
    if layer.weight is not None:
        return weights_format(layer.weight)
    return weights_format(np.array([tap.w or 0 for tap in taps], float), noise=SHARE_NOISE)


def _lossless(layer: LayerTrace, weights: Format) -> bool:
    """Whether floats hold the sums of a layer in full."""
    if layer.output.dtype.kind == "i":
        return True
    if layer.weight is None:  # what an interpolation shares out is noisy anyway
        return True
    count = layer.layer.most_taps
    decimals = format_for(layer.input).decimals + weights.decimals
    most = largest(layer.input) * largest(layer.weight) * count + largest(layer.bias)
    return adds_up(most, count, decimals=decimals, denominator=weights.denominator)


def _term(tap: Tap, x: Format, weights: Format) -> str:
    return x.factor(tap.x or 0) + ("" if tap.w is None else f"·{weights.factor(tap.w)}")


def _shortened(layer: LayerTrace, step: Step) -> str:
    """The first terms of a long sum, and how many there are."""
    x, y, taps = format_for(layer.input), format_for(layer.output), [tap for tap in step.taps if tap.x is not None]
    weights = _weights(layer, taps) if layer.kernels is None else weights_format(layer.kernels)
    joint = " + " if layer.kernels is not None or layer.weight is not None else ", "
    terms = joint.join(_term(tap, x, weights) for tap in taps[:FIRST])
    exact = x.exact and y.exact and weights.exact
    return f"{terms}{joint}… {'=' if exact else '≈'} {y(step.value)}"
