"""A layer as a matrix: its taps in two dimensions, a row for each output cell and a column for each input cell."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.tracing.geometry import Source
from conv_anim.tracing.values import divisors, frozen, met_weights
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

EMPTY = -1
"""No weight: the output cell does not see the input cell."""
SEVERAL = -2
"""Weights added up: padding shows the same input cell to more than one of the window's cells."""


@dataclass(frozen=True)
class LayerMatrix:
    """``values`` (output cells, input cells): times the input, plus the bias, it is the output, all in row-major order.

    ``weights`` says which weight each entry is: an index into `LayerTrace.weight`, flattened, or for a mean into its
    window; `EMPTY` where there is none and `SEVERAL` where weights add up. Both arrays are read-only.
    """

    values: Array
    weights: NDArray[np.intp]


def matrix(layer: LayerTrace) -> LayerMatrix:
    """The matrix of a layer that multiplies and adds, or takes a mean.

    A convolution's is called C; that of the transposed convolution with the same weight is Cᵀ, values and weights
    (Dumoulin and Visin, 4.1 and 4.2). Raises ValueError for a layer that is not linear.
    """
    op = layer.operator
    if op.reduce not in {"sum", "mean"}:
        raise ValueError("a pool by maximum or norm is not linear: it has no matrix")
    shape = layer.output.size, layer.input.size
    values = np.zeros(shape, dtype=np.float64 if layer.kernels is None else layer.kernels.dtype)
    weights = np.full(shape, EMPTY, dtype=np.intp)
    for window in np.ndindex(*op.kernel_size):
        outputs, inputs = met(op, window)
        entries = _in_all_channels(op, outputs, inputs)
        factor, name = _weight(layer, window, outputs)
        values[entries] += factor
        weights[entries] = np.where(weights[entries] == EMPTY, name, SEVERAL)
    return LayerMatrix(frozen(values), frozen(weights))


def met(op: Operator, window: tuple[int, ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where one cell of the window meets an input cell: the output cells and the input cells, counted in one map."""
    shown = [axis.sources[0][axis.taken(t)] for axis, t in zip(op.axes, window, strict=True)]
    source = [axis.sources[1][axis.taken(t)] for axis, t in zip(op.axes, window, strict=True)]
    read = reduce(np.logical_and.outer, [s <= Source.BORROWED for s in source])
    inputs = np.ravel_multi_index(np.ix_(*shown), tuple(axis.size for axis in op.axes))
    return np.flatnonzero(read), inputs[read]


def _in_all_channels(op: Operator, outputs: Array, inputs: Array) -> tuple[Array, Array]:
    """The entries (out_channels, channels seen, cells) for cells of one map; no entry comes twice."""
    seen = np.array([op.seen_by(channel) for channel in range(op.out_channels)])
    size = int(np.prod([axis.size for axis in op.axes]))
    rows = np.arange(op.out_channels)[:, None, None] * int(np.prod(op.out_size)) + outputs
    return rows, seen[:, :, None] * size + inputs


def _weight(layer: LayerTrace, window: tuple[int, ...], outputs: Array) -> tuple[Array, Array]:
    """What a cell of the window multiplies by in each entry, and its index."""
    op = layer.operator
    if layer.kernels is None or layer.weight is None:
        return 1 / divisors(op).ravel()[outputs], np.array(np.ravel_multi_index(window, op.kernel_size))
    numbered = np.arange(layer.weight.size).reshape(layer.weight.shape)
    arrays = layer.kernels, layer.layer.kernels(numbered)
    factor, name = (met_weights(op, array, window)[:, :, None] for array in arrays)
    return factor, name
