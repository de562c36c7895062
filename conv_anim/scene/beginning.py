"""Where a figure that shows few of many outputs begins: at one that shows what the layer does, not in an even sky."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.steps import FEW, MADE_BEFORE, SLOW
from conv_anim.tracing.gathers import Gather
from conv_anim.tracing.values import spread

if TYPE_CHECKING:
    from conv_anim.spec.model import Animation
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

HINT = 1e-3
"""What a difference under the window counts beside what the layer makes of it."""


def beginning(layer: LayerTrace, animation: Animation) -> int | None:
    """The rank of the output to begin at, of those in the second third of the rows; None for that third's first.

    It is where the outputs of the first, slow steps differ most from what the layer makes of an even map.
    """
    plain = animation.pace == "auto" and animation.order == "row-major"
    if isinstance(layer.means, Gather) or not plain or layer.output.ndim != 3 or layer.output[0].size < FEW * SLOW:
        return None
    rows, columns = layer.output.shape[1:]
    first, last = rows // MADE_BEFORE, rows // 2
    if last <= first or columns < 2 * SLOW:
        return None
    found = _worth(layer)[first:last]
    together = np.sum([found[:, k : columns - SLOW + 1 + k] for k in range(SLOW)], axis=0)
    row, column = divmod(int(np.argmax(together)), together.shape[1])
    return int((first + row) * columns + column)


def _worth(layer: LayerTrace) -> Array:
    """How much each place of the output tells, (rows, columns)."""
    made = np.nan_to_num(layer.output.astype(np.float64))
    op = layer.operator
    if layer.kernels is None or op.in_channels > 1:
        found: Array = np.abs(made - made.mean(axis=(1, 2), keepdims=True)).sum(axis=0)
        return found
    canvas = np.nan_to_num(spread(op, layer.input, 0)[0].astype(np.float64))
    reach = tuple(axis.effective_kernel for axis in op.axes)
    windows = np.lib.stride_tricks.sliding_window_view(canvas, reach)
    rows, columns = (slice(None, (axis.count - 1) * axis.stride + 1, axis.stride) for axis in op.axes)
    apart = tuple(slice(None, None, axis.dilation) for axis in op.axes)
    read = windows[rows, columns, *apart]
    means, spans = read.mean(axis=(2, 3)), np.ptp(read, axis=(2, 3))
    even = layer.kernels.reshape(len(made), -1).sum(axis=1)[:, None, None] * means
    told: Array = np.abs(made - even).sum(axis=0) + HINT * spans
    return told
