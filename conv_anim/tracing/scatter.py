"""A transposed convolution the other way round: each input cell stamps the kernel, times its number, onto the output.

What is stamped is the *full output*; ``padding`` cuts its edges off, and ``output_padding`` moves its end outwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, TypeAlias, overload

import numpy as np

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from conv_anim.spec.model import Number
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

Index: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FullAxis:
    """One axis of the full output; all sizes in cells. ``before`` is cut off, ``count`` is left of the rest."""

    size: int
    """The size of the input."""
    kernel: int
    stride: int
    dilation: int
    before: int
    count: int
    extra: int
    """Cells at the end of the output that are there for ``output_padding``."""

    @property
    def stamped(self) -> int:
        """From the first to the last cell that stamps fall on: s(i − 1) + k̂."""
        return self.stride * (self.size - 1) + self.dilation * (self.kernel - 1) + 1

    @property
    def extent(self) -> int:
        """The extent, with what ``output_padding`` adds beyond it."""
        return max(self.stamped, self.before + self.count)

    def place(self, cell: int, tap: int) -> int:
        """Where the tap-th weight falls in the stamp of an input cell."""
        return cell * self.stride + tap * self.dilation

    def taken(self, tap: int) -> slice:
        """Where the tap-th weight falls in all stamps, in order."""
        return slice(self.place(0, tap), self.place(self.size - 1, tap) + 1, self.stride)

    def output(self, place: int) -> int | None:
        """Which output cell a place is, None where it is cut off."""
        return place - self.before if 0 <= place - self.before < self.count else None

    @property
    def hits(self) -> tuple[int, ...]:
        """How many stamps fall on a cell far from the edges: ``stride`` numbers that recur."""
        fallen = [tap * self.dilation % self.stride for tap in range(self.kernel)]
        return tuple(fallen.count(rest) for rest in range(self.stride))

    @property
    def even(self) -> bool:
        """Whether all cells far from the edges are hit equally often; else the output shows a checkerboard."""
        return len(set(self.hits)) == 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A weight of a stamp: ``place`` on the full output and ``output``, the output cell, None where it is cut off.

    Both are (channel, row, column, …). ``weight`` is the cell of `LayerTrace.kernels` and ``w`` its number.
    """

    place: Index
    output: Index | None
    weight: Index
    w: Number
    product: Number


@dataclass(frozen=True, slots=True)
class Stamp:
    """One input cell (channel, row, column, …), its number, and what it adds to the output, weight by weight."""

    input: Index
    x: Number
    hits: tuple[Hit, ...]


@dataclass(frozen=True, eq=False)
class Scatter(Sequence[Stamp]):
    """The stamps of a transposed layer, one per input cell in row-major order, made on demand."""

    layer: LayerTrace

    @cached_property
    def axes(self) -> tuple[FullAxis, ...]:
        """Raises TypeError for a layer that stamps nothing."""
        if not self.layer.operator.stamps:
            raise TypeError(f"{self.layer.layer.type} is no transposed convolution that stamps its kernel")
        axes = self.layer.operator.axes
        return tuple(FullAxis(a.size, a.kernel, a.stretch, a.dilation, a.cut[0], a.count, a.extra) for a in axes)

    @property
    def shape(self) -> Index:
        """The shape of the full output: (out_channels, *extent)."""
        return self.layer.output.shape[0], *(axis.extent for axis in self.axes)

    def __len__(self) -> int:
        return self.layer.input.size

    def __iter__(self) -> Iterator[Stamp]:
        return map(self.__getitem__, range(len(self)))

    @overload
    def __getitem__(self, key: int) -> Stamp: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Stamp, ...]: ...
    def __getitem__(self, key: int | slice) -> Stamp | tuple[Stamp, ...]:
        if isinstance(key, slice):
            return tuple(self[k] for k in range(*key.indices(len(self))))
        flat = range(len(self))[key]
        return self.stamp(tuple(int(i) for i in np.unravel_index(flat, self.layer.input.shape)))

    def stamp(self, cell: Index) -> Stamp:
        """What an input cell (channel, row, column, …) adds."""
        return Stamp(cell, self.layer.input[cell].item(), tuple(self._hits(cell)))

    def _hits(self, cell: Index) -> Iterator[Hit]:
        kernels, (channel, *position) = self._kernels, cell
        groups = self.layer.operator.groups
        made, seen = kernels.shape[0] // groups, kernels.shape[1]
        first = channel // seen * made
        for out, window in product(range(first, first + made), np.ndindex(*kernels.shape[2:])):
            place = tuple(axis.place(i, t) for axis, i, t in zip(self.axes, position, window, strict=True))
            kept = tuple(axis.output(at) for axis, at in zip(self.axes, place, strict=True))
            inside = tuple(at for at in kept if at is not None)
            weight = (out, channel % seen, *window)
            w = kernels[weight].item()
            output = (out, *inside) if len(inside) == len(kept) else None
            yield Hit((out, *place), output, weight, w, self.layer.input[cell].item() * w)

    @property
    def _kernels(self) -> Array:
        assert self.layer.kernels is not None
        return self.layer.kernels

    # all stamps at once

    def total(self, stamped: NDArray[np.bool_] | None = None) -> Array:
        """The full output, without bias, once the input cells of a mask, or all of them, have made their stamps."""
        x = self.layer.input if stamped is None else np.where(stamped, self.layer.input, 0)
        return self._added_up(x, self._kernels)

    def _added_up(self, x: Array, kernels: Array) -> Array:
        dtype, groups = self.layer.output.dtype, self.layer.operator.groups
        cells = x.astype(dtype).reshape(groups, kernels.shape[1], -1)
        total = np.zeros(self.shape, dtype=dtype)
        for window in np.ndindex(*kernels.shape[2:]):
            weight = kernels[(..., *window)].astype(dtype).reshape(groups, -1, kernels.shape[1])
            there = (slice(None), *(axis.taken(t) for axis, t in zip(self.axes, window, strict=True)))
            total[there] += (weight @ cells).reshape(self.shape[0], *x.shape[1:])
        return total

    @property
    def output(self) -> Array:
        """The layer's output (out_channels, *out_size): the total, cut and with its bias."""
        bias = self.layer.bias
        cut = self.total()[(slice(None), *(slice(axis.before, axis.before + axis.count) for axis in self.axes))]
        return cut if bias is None else cut + bias.reshape(-1, *(1 for _ in self.axes))

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lower and upper bounds of the total for any order of the stamps: full outputs."""
        x, w = self.layer.input, self._kernels
        over, under = (np.maximum(x, 0), np.maximum(w, 0)), (np.minimum(x, 0), np.minimum(w, 0))
        low = self._added_up(over[0], under[1]) + self._added_up(under[0], over[1])
        high = self._added_up(over[0], over[1]) + self._added_up(under[0], under[1])
        return low, high

    def counts(self, stamped: NDArray[np.bool_] | None = None) -> NDArray[np.intp]:
        """How many input cells of a channel, of a mask (*in_size) or of all of them, stamp each place: (*extent)."""
        size = tuple(axis.size for axis in self.axes)
        once = np.ones(size, dtype=np.intp) if stamped is None else stamped.astype(np.intp)
        counts = np.zeros(self.shape[1:], dtype=np.intp)
        for window in np.ndindex(*self._kernels.shape[2:]):
            counts[tuple(axis.taken(t) for axis, t in zip(self.axes, window, strict=True))] += once
        return counts
