"""Layers without a window of weights: which input cells each output cell is made of, and their share in it.

Shuffles and unfold copy one cell; upsampling weighs a few; fold adds up; unpooling puts one back. As in PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import floor, prod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, assert_never

import numpy as np

from conv_anim.spec.model import ChannelShuffle, Fold, MaxUnpool, PixelShuffle, PixelUnshuffle, Unfold, Upsample
from conv_anim.tracing.geometry import Axis
from conv_anim.tracing.operators import Operator
from conv_anim.tracing.values import spread, taken

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.model import Ends, Number, Rearranged, Size
    from conv_anim.tracing.values import Array

Index: TypeAlias = tuple[int, ...]
CUBIC = -0.75
"""The parameter of bicubic interpolation (Keys 1981) that PyTorch uses."""


class Share(NamedTuple):
    """An input cell (channel, row, column, …), None for padding, and what it is multiplied by (None: it is copied)."""

    cell: Index | None
    weight: Number | None = None
    canvas: Index | None = None
    """Where it lies, if not at its own place in the input: on the canvas of `Gather.canvas`."""


@dataclass(frozen=True, eq=False)
class Gather:
    """A layer as a list of input cells for each output cell (channel, row, column, …)."""

    ends: Ends
    shares: Callable[[Index], list[Share]]
    output: Callable[[Array], Array]
    """(in_channels, *in_size) to (out_channels, *out_size)."""
    canvas: Operator | None = None
    """The sliding window over the input, if its positions are what the outputs are ordered by (unfold)."""

    @property
    def in_channels(self) -> int:
        return self.ends.in_channels

    @property
    def out_channels(self) -> int:
        return self.ends.out_channels

    @property
    def out_size(self) -> Size:
        return self.ends.out_size


def gather(layer: Rearranged, indices: Array | None) -> Gather:  # noqa: PLR0911  # one for each type
    """A layer's cells; ``indices`` are those of the pool that a `MaxUnpool` takes back."""
    match layer:
        case ChannelShuffle():
            return _copied(layer.ends, lambda channel, *place: (_shuffled(layer, channel), *place))
        case PixelShuffle():
            return _copied(layer.ends, lambda channel, row, column: _woven(layer.factor, channel, row, column))
        case PixelUnshuffle():
            return _copied(layer.ends, lambda channel, row, column: _unwoven(layer.factor, channel, row, column))
        case Upsample():
            return _upsampled(layer)
        case Unfold():
            return _unfolded(layer)
        case Fold():
            return _folded(layer)
        case MaxUnpool():
            assert indices is not None
            return _unpooled(layer, indices)
        case _:
            assert_never(layer)


# copies


def _copied(ends: Ends, source: Callable[..., Index]) -> Gather:
    """Every output cell is one input cell; ``source`` works on numbers and on arrays of them."""

    def output(x: Array) -> Array:
        there = np.indices((ends.out_channels, *ends.out_size), sparse=True)
        copied: Array = x[tuple(np.broadcast_arrays(*source(*there)))]
        return copied

    return Gather(ends, lambda cell: [Share(source(*cell))], output)


def _shuffled(layer: ChannelShuffle, channel: int) -> int:
    return channel % layer.groups * (layer.ends.in_channels // layer.groups) + channel // layer.groups


def _woven(factor: int, channel: int, row: int, column: int) -> Index:
    part = row % factor * factor + column % factor
    return channel * factor * factor + part, row // factor, column // factor


def _unwoven(factor: int, channel: int, row: int, column: int) -> Index:
    part = channel % (factor * factor)
    return channel // (factor * factor), row * factor + part // factor, column * factor + part % factor


# upsampling


def _upsampled(layer: Upsample) -> Gather:
    sides = [
        [_interpolated(layer, o, size, ratio) for o in range(out)]
        for size, out, ratio in zip(layer.ends.in_size, layer.ends.out_size, layer.ratio, strict=True)
    ]
    copies = layer.mode == "nearest"

    def shares(cell: Index) -> list[Share]:
        channel, *place = cell
        parts = product(*(side[o].items() for side, o in zip(sides, place, strict=True)))
        made = [(tuple(i for i, _ in part), prod(w for _, w in part)) for part in parts]
        return [Share((channel, *at), None if copies else weight) for at, weight in made]

    def output(x: Array) -> Array:
        for dim, side in enumerate(sides, start=1):
            x = _along(x, dim, side, copies=copies)
        return x

    return Gather(layer.ends, shares, output)


def _along(x: Array, dim: int, side: list[dict[int, float]], *, copies: bool) -> Array:
    """One axis interpolated."""
    taps = max(map(len, side))
    index = np.array([[*taps_of, *[0] * (taps - len(taps_of))] for taps_of in side])
    if copies:
        return np.take(x, index[:, 0], axis=dim)
    weight = np.array([[*taps_of.values(), *[0.0] * (taps - len(taps_of))] for taps_of in side])
    shape = [-1 if d == dim else 1 for d in range(x.ndim)]
    parts = (np.take(x, index[:, t], axis=dim) * weight[:, t].reshape(shape) for t in range(taps))
    total: Array = sum(parts, np.zeros(()))
    return total


def _interpolated(layer: Upsample, o: int, size: int, ratio: float) -> dict[int, float]:
    """The cells that the o-th output of an axis lies between, with their weights, which add up to 1."""
    if layer.mode == "nearest":
        return {min(floor(o * ratio), size - 1): 1.0}
    at = read_at(layer, o, size, ratio)
    first = floor(at)
    t = at - first
    weights = _linear(t) if layer.mode == "linear" else _cubic(t)
    found: dict[int, float] = {}
    for i, weight in enumerate(weights, start=first if layer.mode == "linear" else first - 1):
        cell = min(max(i, 0), size - 1)
        found[cell] = found.get(cell, 0.0) + weight
    return {cell: weight for cell, weight in found.items() if weight} or {first: 1.0}


def read_at(layer: Upsample, o: int, size: int, ratio: float) -> float:
    """Where an interpolation reads for the o-th output of an axis: 0 is the middle of the first input cell."""
    at = o * ratio if layer.align_corners else (o + 0.5) * ratio - 0.5
    return min(max(at, 0.0), size - 1.0) if layer.mode == "linear" else at


def _linear(t: float) -> list[float]:
    return [1 - t, t]


def _cubic(t: float) -> list[float]:
    """Keys' cubic convolution over the four cells around a point ``t`` beyond the second of them."""

    def near(d: float) -> float:
        return ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1

    def far(d: float) -> float:
        return ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC

    return [far(1 + t), near(t), near(1 - t), far(2 - t)]


# windows as columns


def windows(layer: Unfold | Fold, size: Size) -> Operator:
    """The sliding window whose positions are the columns, over a map of a size."""
    axes = tuple(
        Axis(
            size=size[a],
            kernel=layer.kernel_size[a],
            count=layer.windows[a],
            stride=layer.stride[a],
            dilation=layer.dilation[a],
            before=layer.padding[a][0],
            after=layer.padding[a][1],
        )
        for a in range(len(size))
    )
    return Operator(axes, 1, 1, 1, "sum")


def _unfolded(layer: Unfold) -> Gather:
    op = windows(layer, layer.ends.in_size)
    cells = prod(layer.kernel_size)

    def shares(cell: Index) -> list[Share]:
        row, column = cell
        channel, tap = divmod(row, cells)
        window, over = _unravelled(tap, layer.kernel_size), _unravelled(column, layer.windows)
        on_canvas = tuple(axis.cell(o, t) for axis, o, t in zip(op.axes, over, window, strict=True))
        return [Share(_read(op, channel, on_canvas), None, on_canvas)]

    def output(x: Array) -> Array:
        canvas = spread(op, x, 0)
        columns = [taken(op, canvas, tap).reshape(len(x), -1) for tap in np.ndindex(*layer.kernel_size)]
        return np.stack(columns, axis=1).reshape(layer.ends.out_channels, -1)

    return Gather(layer.ends, shares, output, op)


def _read(op: Operator, channel: int, canvas: Index) -> Index | None:
    """The input cell at a place on the canvas, None where it is padding."""
    place = tuple(at - axis.before for axis, at in zip(op.axes, canvas, strict=True))
    inside = all(0 <= at < axis.size for axis, at in zip(op.axes, place, strict=True))
    return (channel, *place) if inside else None


def _unravelled(flat: int, shape: Size) -> Index:
    return tuple(int(i) for i in np.unravel_index(flat, shape))


def _folded(layer: Fold) -> Gather:
    op = windows(layer, layer.ends.out_size)
    cells, taps = prod(layer.kernel_size), list(np.ndindex(*layer.kernel_size))

    def shares(cell: Index) -> list[Share]:
        channel, *place = cell
        found = [(k, _window_over(op, tap, tuple(place), layer.windows)) for k, tap in enumerate(taps)]
        return [Share((channel * cells + k, column)) for k, column in found if column is not None]

    def output(x: Array) -> Array:
        columns = x.reshape(layer.ends.out_channels, cells, *layer.windows)
        total = np.zeros((layer.ends.out_channels, *(axis.reach for axis in op.axes)), dtype=x.dtype)
        for k, tap in enumerate(taps):
            taken(op, total, tap)[...] += columns[:, k]
        inside = tuple(slice(axis.before, axis.before + axis.size) for axis in op.axes)
        return total[(slice(None), *inside)]

    return Gather(layer.ends, shares, output)


def _window_over(op: Operator, tap: Index, place: Index, counts: Size) -> int | None:
    """The window (as a column) whose tap lies on a cell, None if there is none."""
    window: list[int] = []
    for axis, t, at, count in zip(op.axes, tap, place, counts, strict=True):
        start = at + axis.before - t * axis.dilation
        if start % axis.stride or not 0 <= start // axis.stride < count:
            return None
        window.append(start // axis.stride)
    return int(np.ravel_multi_index(window, counts))


# unpooling


def _unpooled(layer: MaxUnpool, indices: Array) -> Gather:
    """``indices`` (channels, *in_size): the flat position in a map of the output that each number goes to.

    Where windows overlap and several numbers go to one cell, the last one stays.
    """
    ends = layer.ends
    flat = indices.reshape(ends.in_channels, -1)
    where = [{int(at): k for k, at in enumerate(row)} for row in flat]

    def shares(cell: Index) -> list[Share]:
        channel, *place = cell
        k = where[channel].get(int(np.ravel_multi_index(place, ends.out_size)))
        return [] if k is None else [Share((channel, *_unravelled(k, ends.in_size)))]

    def output(x: Array) -> Array:
        result = np.zeros((ends.out_channels, prod(ends.out_size)), dtype=x.dtype)
        for channel, found in enumerate(where):
            result[channel, list(found)] = x[channel].reshape(-1)[list(found.values())]
        return result.reshape(ends.out_channels, *ends.out_size)

    return Gather(ends, shares, output)
