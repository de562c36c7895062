"""What layers cost and how far they see, counted from their geometry alone: no number of any map is computed.

Multiply-adds are counted as usual: one for every product of a number with a weight, those with padding included.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.model import Node, Size
    from conv_anim.spec.op import Op
    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.operators import Operator

Composition: TypeAlias = "tuple[Op, ...]"
"""Neighbouring ops that are one entry of a spec: ``depthwise_separable``, ``flattened`` …"""
Inputs: TypeAlias = "Sequence[tuple[int, ...]]"
"""For each op the maps that it reads, 0 the input; without them, ops are a chain."""
MOST_CELLS = 4096
"""The most output cells along an axis that are looked at where they differ."""


# cost


@dataclass(frozen=True, slots=True)
class Cost:
    """Parameters, biases included, and multiply-adds."""

    parameters: int
    multiply_adds: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.parameters + other.parameters, self.multiply_adds + other.multiply_adds)


def cost(op: Op) -> Cost:
    """The cost of one op; a maximum, a mean and a copy multiply nothing."""
    return Cost(sum(map(prod, op.parameter_terms)), op.products.cells * op.products.each)


def total(layers: Sequence[Op]) -> Cost:
    """The costs of all layers together."""
    return sum(map(cost, layers), Cost(0, 0))


# compositions


def entries(layers: Sequence[Op]) -> list[Op | Composition]:
    """The ops as the spec lists them, where one entry can be several of them."""
    found: list[Op | Composition] = []
    k = 0
    while k < len(layers):
        parts = tuple(layers[k : k + layers[k].parts])
        found.append(parts[0] if len(parts) == 1 else parts)
        k += len(parts)
    return found


def standard(parts: Composition) -> Op:
    """The one convolution that a composition stands in for: its kernel over the same channels, from end to end.

    One that keeps channels apart throughout (spatially separable) stands in for one that does so too.
    """
    several: tuple[Any, ...] = parts
    first, last = several[0], several[-1]
    apart = all(part.groups == part.ends.in_channels for part in several)
    made: Op = replace(
        first,
        ends=replace(first.ends, out_channels=last.ends.out_channels, out_size=last.ends.out_size),
        kernel_size=_largest([part.kernel_size for part in several]),
        stride=_largest([part.stride for part in several]),
        dilation=_largest([part.dilation for part in several]),
        padding=tuple(max(pads, key=sum) for pads in zip(*(part.padding for part in several), strict=True)),
        groups=first.ends.in_channels if apart else 1,
        bias=last.bias,
        part_of=None,
        parts=1,
        filters_each=1,
    )
    return made


def _largest(sizes: list[Size]) -> Size:
    return tuple(map(max, zip(*sizes, strict=True)))


def undone(layers: Sequence[Op]) -> list[Op]:
    """The ops with a standard convolution in place of every composition."""
    return [standard(entry) if isinstance(entry, tuple) else entry for entry in entries(layers)]


# receptive field


@dataclass(frozen=True, slots=True)
class Field:
    """How many input cells, along each axis, lie behind a cell of an output; ``varies`` where this is the most."""

    size: Size
    varies: bool = False


def inputs_of(nodes: Sequence[Node]) -> Inputs:
    """Which maps each node reads."""
    return [node.inputs for node in nodes]


def receptive_field(layers: Sequence[Op], inputs: Inputs | None = None) -> Field | None:
    """Behind a cell of what the last op makes, in cells of the input, padding included.

    From op to op r += (k̂ − 1)j, j ·= s, by the way that sees most; behind a transposed convolution it depends on the
    cell. None if an op does not keep neighbours together (unfold, fold, unpooling, flatten).
    """
    fed = chained(layers) if inputs is None else inputs
    sides: list[set[int]] = []
    for a, count in enumerate(layers[-1].ends.out_size):
        period = prod(op.period(a) for op in layers)
        found = {_behind(layers, fed, a, cell) for cell in range(min(count, period, MOST_CELLS))}
        known = {size for size in found if size is not None}
        if len(known) < len(found):
            return None
        sides.append(known)
    return Field(tuple(map(max, sides)), any(len(side) > 1 for side in sides)) if sides else None


def chained(layers: Sequence[Op]) -> Inputs:
    """Each reads what the one before makes."""
    return [(k,) for k in range(len(layers))]


def _behind(layers: Sequence[Op], inputs: Inputs, a: int, cell: int) -> int | None:
    """How many input cells lie behind an output cell of the last op; None if that is no range of neighbours."""
    ranges: dict[int, tuple[int, int]] = {len(layers): (cell, cell)}
    for number in range(len(layers), 0, -1):
        if number not in ranges:
            continue
        for of, read in enumerate(inputs[number - 1]):
            found = layers[number - 1].reads(a, *ranges[number], of)
            if found is None:
                return None
            first, last = ranges.get(read, found)
            ranges[read] = min(first, found[0]), max(last, found[1])
    first, last = ranges[0]
    return last - first + 1


def summands(layers: Sequence[Op], a: int) -> list[tuple[int, int]] | None:
    """The receptive field as 1 and a sum of products (k̂ − 1)·j, along an axis; None if there is another kind of op.

    ``j`` is how many input cells lie from one of the op's inputs to the next. A kernel of 1 cell, and what reads its
    own place only, add nothing.
    """
    found: list[tuple[int, int]] = []
    j = 1
    for op in layers:
        window = op.window
        if window is not None and window.left_out and a == 0:
            return None
        if window is not None and not window.transposed:
            axis = window.axes[a]
            found += [(axis.effective_kernel - 1, j)] if axis.effective_kernel > 1 else []
            j *= axis.stride
        elif not op.stays:
            return None
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


def unread(window: Operator) -> list[Unread]:
    """Of each axis: of the canvas, and of the stretched input where its border is negative."""
    return [_unread(axis) for axis in window.axes]


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
