"""What layers cost and how far they see, counted from their geometry alone: no number of any map is computed.

Multiply-adds are counted as usual: one for every product of a number with a weight, those with padding included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor, prod
from typing import TYPE_CHECKING, Final, TypeAlias, assert_never

import numpy as np

from conv_anim.spec.model import (
    ChannelShuffle,
    Conv,
    ConvTranspose,
    Ends,
    Fold,
    MaxUnpool,
    PixelShuffle,
    PixelUnshuffle,
    Pool,
    Unfold,
    Upsample,
)
from conv_anim.tracing.operators import operator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.model import Layer, Size, Windowed
    from conv_anim.tracing.geometry import Axis

Composition: TypeAlias = tuple[Conv, ...]
"""Neighbouring layers that are one entry of a spec: ``depthwise_separable``, ``flattened`` …"""
WEIGHED: Final = {"nearest": 0, "linear": 2, "cubic": 4}
"""How many cells along each axis an interpolation weighs."""
MOST_CELLS = 4096
"""Of an output, along an axis, that are looked at where they differ."""


# cost


@dataclass(frozen=True, slots=True)
class Cost:
    """Parameters, biases included, and multiply-adds."""

    parameters: int
    multiply_adds: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.parameters + other.parameters, self.multiply_adds + other.multiply_adds)


def cost(layer: Layer) -> Cost:
    """Of one layer; a maximum, a mean and a copy multiply nothing."""
    cells, each = products(layer)
    if not isinstance(layer, Conv | ConvTranspose):
        return Cost(0, cells * each)
    weights = layer.ends.out_channels * (layer.ends.in_channels // layer.groups) * prod(layer.kernel_size)
    biases = 0 if layer.bias is None else layer.ends.out_channels
    return Cost(weights + biases, cells * each)


def products(layer: Layer) -> tuple[int, int]:
    """Multiply-adds as a number of cells and how many there are for each: cells of the output.

    In a transposed convolution cells of the input, which meet every weight once: inserted zeros cost nothing.
    """
    ends = layer.ends
    match layer:
        case Conv():
            each = ends.in_channels // layer.groups * prod(layer.kernel_size)
        case ConvTranspose():
            each = ends.out_channels // layer.groups * prod(layer.kernel_size)
            return ends.in_channels * prod(ends.in_size), each
        case Upsample():
            each = WEIGHED[layer.mode] ** len(ends.in_size)
        case _:
            each = 0
    return ends.out_channels * prod(ends.out_size), each


def total(layers: Sequence[Layer]) -> Cost:
    return sum(map(cost, layers), Cost(0, 0))


# compositions


def entries(layers: Sequence[Layer]) -> list[Layer | Composition]:
    """The layers as the spec lists them, where one entry can be several layers."""
    found: list[Layer | Composition] = []
    k = 0
    while k < len(layers):
        parts = layers[k : k + _length(layers[k])]
        found.append(layers[k] if len(parts) == 1 else tuple(part for part in parts if isinstance(part, Conv)))
        k += len(parts)
    return found


def _length(layer: Layer) -> int:
    """How many layers the entry is that begins with one."""
    if not isinstance(layer, Conv) or layer.part_of is None:
        return 1
    axes = len(layer.kernel_size)
    return {"depthwise_separable": 2, "spatially_separable": axes, "flattened": axes + 1}[layer.part_of]


def standard(parts: Composition) -> Conv:
    """The one convolution that a composition stands in for: its kernel over the same channels, from end to end.

    One that keeps channels apart throughout (spatially separable) stands in for one that does so too.
    """
    first, last = parts[0], parts[-1]
    apart = all(part.groups == part.ends.in_channels for part in parts)
    return replace(
        first,
        ends=Ends(first.ends.in_channels, first.ends.in_size, last.ends.out_channels, last.ends.out_size),
        kernel_size=_largest([part.kernel_size for part in parts]),
        stride=_largest([part.stride for part in parts]),
        dilation=_largest([part.dilation for part in parts]),
        padding=tuple(max(pads, key=sum) for pads in zip(*(part.padding for part in parts), strict=True)),
        groups=first.ends.in_channels if apart else 1,
        bias=last.bias,
        part_of=None,
    )


def _largest(sizes: list[Size]) -> Size:
    return tuple(map(max, zip(*sizes, strict=True)))


def undone(layers: Sequence[Layer]) -> list[Layer]:
    """The layers with a standard convolution in place of every composition."""
    return [standard(entry) if isinstance(entry, tuple) else entry for entry in entries(layers)]


# receptive field


@dataclass(frozen=True, slots=True)
class Field:
    """How many input cells, along each axis, lie behind a cell of an output; ``varies`` where this is the most."""

    size: Size
    varies: bool = False


def receptive_field(layers: Sequence[Layer]) -> Field | None:
    """Behind a cell of what the last layer makes, in cells of the first one's input, padding included.

    From layer to layer r += (k̂ − 1)j, j ·= s; behind a transposed convolution it depends on the cell. None if a layer
    does not keep neighbours together (unfold, fold, unpooling).
    """
    if any(isinstance(layer, Unfold | Fold | MaxUnpool) for layer in layers):
        return None
    sides: list[set[int]] = []
    for a, count in enumerate(layers[-1].ends.out_size):
        period = prod(_period(layer, a) for layer in layers)
        sides.append({_behind(layers, a, cell) for cell in range(min(count, period, MOST_CELLS))})
    return Field(tuple(map(max, sides)), any(len(side) > 1 for side in sides))


def _period(layer: Layer, a: int) -> int:
    """After how many of its outputs a layer repeats itself."""
    match layer:
        case ConvTranspose():
            return layer.stride[a]
        case PixelShuffle():
            return layer.factor
        case Upsample():
            return layer.ends.out_size[a]
        case _:
            return 1


def _behind(layers: Sequence[Layer], a: int, cell: int) -> int:
    first = last = cell
    for layer in reversed(layers):
        first, last = _read(layer, a, first, last)
    return last - first + 1


def _read(layer: Layer, a: int, first: int, last: int) -> tuple[int, int]:
    """The first and the last input cell that neighbouring outputs are made of, along an axis."""
    match layer:
        case Conv() | ConvTranspose() | Pool():
            axis = operator(layer).axes[a]
            start, end = axis.cell(first, 0) - axis.before, axis.cell(last, axis.kernel - 1) - axis.before
            return ceil(start / axis.stretch), end // axis.stretch
        case Upsample():
            return _interpolated(layer, a, first)[0], _interpolated(layer, a, last)[1]
        case PixelShuffle():
            return first // layer.factor, last // layer.factor
        case PixelUnshuffle():
            return first * layer.factor, (last + 1) * layer.factor - 1
        case ChannelShuffle():
            return first, last
        case Unfold() | Fold() | MaxUnpool():
            raise ValueError(layer)
        case _:
            assert_never(layer)


def _interpolated(layer: Upsample, a: int, o: int) -> tuple[int, int]:
    """The cells that an output of an upsampling lies between; at the edge they may lie beyond it."""
    ratio = layer.ratio[a]
    if layer.mode == "nearest":
        return floor(o * ratio), floor(o * ratio)
    at = o * ratio if layer.align_corners else (o + 0.5) * ratio - 0.5
    more = WEIGHED[layer.mode] // 2 - 1
    return floor(at) - more, ceil(at) + more


def summands(layers: Sequence[Layer], a: int) -> list[tuple[int, int]] | None:
    """The receptive field as 1 and a sum of products (k̂ − 1)·j, along an axis; None if there is another kind of layer.

    ``j`` is how many input cells lie from one of the layer's inputs to the next. A kernel of 1
    cell and a shuffle of channels add nothing.
    """
    if not all(isinstance(layer, Conv | Pool | ChannelShuffle) for layer in layers):
        return None
    found: list[tuple[int, int]] = []
    j = 1
    for layer in layers:
        if isinstance(layer, Conv | Pool):
            reach = operator(layer).axes[a].effective_kernel
            found += [(reach - 1, j)] if reach > 1 else []
            j *= layer.stride[a]
    return found


# what is never read


@dataclass(frozen=True, slots=True)
class Unread:
    """Cells along an axis that no window reads: at its start, at its end, and between others that are read."""

    first: int
    last: int
    between: int
    padding: bool = False
    """Whether those at the end are all padding, and no input is lost."""


def unread(layer: Windowed) -> list[Unread]:
    """Of each axis: of the canvas, and of the stretched input where its border is negative."""
    return [_unread(axis) for axis in operator(layer).axes]


def _unread(axis: Axis) -> Unread:
    read = np.zeros(axis.reach, dtype=bool)
    for tap in range(axis.kernel):
        read[axis.taken(tap)] = True
    cells = np.flatnonzero(read[: axis.canvas])
    last = int(cells[-1])
    after = axis.canvas - 1 - last
    return Unread(
        first=max(0, -axis.before),
        last=max(0, -axis.after) + after,
        between=last + 1 - len(cells),
        padding=0 < after <= axis.after,
    )
