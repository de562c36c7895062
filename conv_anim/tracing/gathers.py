"""Ops without a window of weights: which input cells each output cell is made of, and what comes of them.

Shuffles and unfold copy one cell; upsampling weighs a few; fold adds up; unpooling puts one back; joins read several
inputs. As in PyTorch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.model import Ends, Number, Size
    from conv_anim.spec.shown_as import Sites
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.sampling import Sampling
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

Index: TypeAlias = tuple[int, ...]


class Share(NamedTuple):
    """An input cell (channel, row, column, …), None for padding, and what it is multiplied by (None: it is copied)."""

    cell: Index | None
    weight: Number | None = None
    canvas: Index | None = None
    """Where it lies, if not at its own place in the input: on the canvas of `Gather.canvas`."""
    of: int = 0
    """Which input it is a cell of."""
    met: Index | None = None
    """The cell of `LayerTrace.weight` that it meets."""
    other: tuple[int, Index] | None = None
    """The cell that it meets instead, with the number of the input that has it."""
    made: Number | None = None
    """Its result, if that is not the product."""
    number: Number = 0
    """What padding holds."""
    window: Index | None = None
    """The cell of a window that it belongs to, if there is one."""


class Fed(NamedTuple):
    """What an op is computed from; ``makers`` made its inputs, None the spec itself."""

    arrays: tuple[Array, ...]
    makers: tuple[LayerTrace | None, ...]
    weight: Array | None
    bias: Array | None


@dataclass(frozen=True, eq=False)
class Gather:
    """An op as a list of input cells for each output cell (channel, row, column, …)."""

    ends: Ends
    shares: Callable[[Index], list[Share]]
    output: Callable[..., Array]
    """Its inputs, each (channels, *size), to (out_channels, *out_size)."""
    canvas: Operator | None = None
    """The sliding window over the input, if its positions are what the outputs are ordered by (unfold)."""
    added: Callable[[Index], Number] | None = None
    """The bias of an output cell."""
    divisor: Callable[[Index], int] | None = None
    """What the sum of an output cell is divided by."""
    sites: Sites | None = None
    """The cells that take part, and the window that joins them, if not all do."""
    sampling: Sampling | None = None
    """The window whose cells are read elsewhere, if it is one."""

    @property
    def in_channels(self) -> int:
        """Channels of its first input."""
        return self.ends.in_channels

    @property
    def out_channels(self) -> int:
        """Channels of its output."""
        return self.ends.out_channels

    @property
    def out_size(self) -> Size:
        """Cells of its output along each axis."""
        return self.ends.out_size


def copied(ends: Ends, source: Callable[..., Index]) -> Gather:
    """Every output cell is one input cell; ``source`` works on numbers and on arrays of them."""

    def output(x: Array) -> Array:
        there = np.indices((ends.out_channels, *ends.out_size), sparse=True)
        moved: Array = x[tuple(np.broadcast_arrays(*source(*there)))]
        return moved

    return Gather(ends, lambda cell: [Share(source(*cell))], output)


def unravelled(flat: int, shape: Size) -> Index:
    """A flat position in a shape as an index of ints."""
    return tuple(int(i) for i in np.unravel_index(flat, shape))
