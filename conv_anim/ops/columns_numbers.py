"""What the columns of `unfold` and `fold` are made of, cell by cell and as arrays."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.ops.columns import Fold, Unfold
    from conv_anim.spec.model import Size
    from conv_anim.tracing.gathers import Gather, Index, Share
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.values import Array


def unfolded(op: Unfold) -> Gather:
    """Each column with the cells of its window; padding is zero."""
    import numpy as np

    from conv_anim.tracing.gathers import Gather, Share, unravelled
    from conv_anim.tracing.values import spread, taken

    over, cells = op.over, prod(op.kernel_size)

    def shares(cell: Index) -> list[Share]:
        row, column = cell
        channel, tap = divmod(row, cells)
        window, at = unravelled(tap, op.kernel_size), unravelled(column, op.windows)
        on_canvas = tuple(axis.cell(o, t) for axis, o, t in zip(over.axes, at, window, strict=True))
        return [Share(_read(over, channel, on_canvas), None, on_canvas)]

    def output(x: Array) -> Array:
        canvas = spread(over, x, 0)
        columns = [taken(over, canvas, tap).reshape(len(x), -1) for tap in np.ndindex(*op.kernel_size)]
        return np.stack(columns, axis=1).reshape(op.ends.out_channels, -1)

    return Gather(op.ends, shares, output, over)


def _read(over: Operator, channel: int, canvas: Index) -> Index | None:
    """The input cell at a place on the canvas, None where it is padding."""
    place = tuple(at - axis.before for axis, at in zip(over.axes, canvas, strict=True))
    inside = all(0 <= at < axis.size for axis, at in zip(over.axes, place, strict=True))
    return (channel, *place) if inside else None


def folded(op: Fold) -> Gather:
    """Each cell as the sum of all that is laid on it."""
    import numpy as np

    from conv_anim.tracing.decimals import sums
    from conv_anim.tracing.gathers import Gather, Share
    from conv_anim.tracing.values import taken

    over = op.over
    cells, taps = prod(op.kernel_size), list(np.ndindex(*op.kernel_size))

    def shares(cell: Index) -> list[Share]:
        channel, *place = cell
        found = [(k, _window_over(over, tap, tuple(place), op.windows)) for k, tap in enumerate(taps)]
        return [Share((channel * cells + k, column)) for k, column in found if column is not None]

    def added_up(x: Array) -> Array:
        columns = x.reshape(op.ends.out_channels, cells, *op.windows)
        total = np.zeros((op.ends.out_channels, *(axis.reach for axis in over.axes)), dtype=x.dtype)
        for k, tap in enumerate(taps):
            taken(over, total, tap)[...] += columns[:, k]
        inside = tuple(slice(axis.before, axis.before + axis.size) for axis in over.axes)
        return total[(slice(None), *inside)]

    def output(x: Array) -> Array:
        return sums(added_up, x, terms=cells)

    return Gather(op.ends, shares, output)


def _window_over(over: Operator, tap: Index, place: Index, counts: Size) -> int | None:
    """The window (as a column) whose tap lies on a cell, None if there is none."""
    import numpy as np

    window: list[int] = []
    for axis, t, at, count in zip(over.axes, tap, place, counts, strict=True):
        start = at + axis.before - t * axis.dilation
        if start % axis.stride or not 0 <= start // axis.stride < count:
            return None
        window.append(start // axis.stride)
    return int(np.ravel_multi_index(window, counts))
