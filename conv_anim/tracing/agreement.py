"""Whether another way to compute a layer comes to the numbers of its trace."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

ROUNDING = 1e-12
"""What floats may be off, in parts of the largest sum that the layer's numbers can make."""


def agreed(found: Array, layer: LayerTrace) -> Array:
    """What was found, if it is a layer's output within rounding. Raises ArithmeticError if it is not."""
    off = np.abs(found.astype(np.float64) - layer.output.astype(np.float64))
    if np.all(off <= rounding(layer)):
        return found
    raise ArithmeticError(f"another way to compute this layer is off by {off.max():g}")


def rounding(layer: LayerTrace) -> float:
    """How far apart two ways to compute a layer may come out: a share of the largest sum of its products."""
    assert layer.kernels is not None
    with np.errstate(over="ignore"):
        count = prod(layer.kernels.shape[1:])
        most = np.abs(layer.input).max(initial=0.0) * np.abs(layer.kernels).max(initial=0.0) * float(count)
        added = 0.0 if layer.bias is None else np.abs(layer.bias).max(initial=0.0)
    return float(ROUNDING * max(1, layer.input.size) * (most + added))
