"""A convolution as a product of two matrices (im2col), walked tile by tile as a GPU does, with its loads counted.

In the layout NCHW the weights stand left and the windows are columns; in NHWC the windows are rows and the weights
stand above. Either way the output matrix is laid out as its map is in memory, and so are the cells of a window: channel
by channel, or with the channels of a cell beside each other.
"""

from __future__ import annotations

from functools import cached_property
from itertools import product
from math import ceil, prod
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from conv_anim.spec.grouping import runs
from conv_anim.tracing.agreement import agreed
from conv_anim.tracing.matrix import met
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

Memory: TypeAlias = Literal["nchw", "nhwc"]
TileSize: TypeAlias = tuple[int, int, int]
"""Rows and columns of the output, and how many products are added up in a step: m, n and k."""
Place: TypeAlias = tuple[int, int, int, int]
"""The place of a step: its group, and its tile along m, n and k."""
NOTHING = -1
"""No cell: padding in the windows' matrix, another group's weights in that of the weights."""
BYTES = 4
"""Bytes of a number in memory: a float of 32 bits."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A step: its rows and columns of the output, and the part of the sums that it adds."""

    group: int
    rows: range
    columns: range
    inner: range

    @property
    def multiply_adds(self) -> int:
        """Products that are made, those with a padding's zero among them."""
        return len(self.rows) * len(self.columns) * len(self.inner)


@dataclass(frozen=True, slots=True)
class Loads:
    """What is fetched from memory, and what is done with it."""

    inputs: int
    weights: int
    again: int
    """Loads of what had been loaded before: a cache answers them, if it still has it."""
    uses: int
    """How often multiply-adds read something that was loaded."""
    multiply_adds: int
    outputs: int

    @property
    def all(self) -> int:
        """Numbers that are loaded."""
        return self.inputs + self.weights

    @property
    def reuse(self) -> float:
        """How often each loaded number is used."""
        return self.uses / self.all if self.all else 0.0

    @property
    def intensity(self) -> float:
        """Arithmetic intensity: operations, two for each multiply-add, per byte loaded or stored."""
        return 2 * self.multiply_adds / (BYTES * (self.all + self.outputs))


@dataclass(frozen=True)
class Gemm:
    """A window as a product, in a memory layout; without a ``tile`` one place of the window is computed at a time."""

    op: Operator
    layout: Memory = "nchw"
    tile: TileSize | None = None

    # the matrices

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Channels, rows, columns, …."""
        return self.op.in_channels, *(axis.size for axis in self.op.axes)

    @property
    def depth(self) -> int:
        """Products in a sum: the cells of a window in all channels that it sees."""
        return prod(self.op.kernel_size) * self.op.in_channels // self.op.groups

    @cached_property
    def windows(self) -> NDArray[np.intp]:
        """(groups · depth, positions): the index of an input cell, or `NOTHING`. It is never stored: it is virtual."""
        op, size = self.op, prod(axis.size for axis in self.op.axes)
        one = np.full((*op.kernel_size, prod(op.out_size)), NOTHING, dtype=np.intp)
        for window in np.ndindex(*op.kernel_size):
            outputs, inputs = met(op, window)
            one[window][outputs] = inputs
        each = [np.where(one == NOTHING, NOTHING, one + channel * size) for channel in range(op.in_channels)]
        found = np.array(each).reshape(op.groups, -1, *one.shape)
        return self._in_order(found).reshape(op.groups * self.depth, -1)

    @cached_property
    def weights(self) -> NDArray[np.intp]:
        """(out_channels, groups · depth): the index of a weight in `LayerTrace.kernels`, else `NOTHING`."""
        op = self.op
        found = np.full((op.out_channels, op.groups, self.depth), NOTHING, dtype=np.intp)
        shape = (op.out_channels, op.in_channels // op.groups, *op.kernel_size)
        numbered = np.arange(prod(shape)).reshape(shape)
        for a, axis in enumerate(op.axes):
            numbered = numbered.take([axis.weight(t) for t in range(axis.kernel)], axis=a + 2)
        own = self._in_order(numbered[..., None]).reshape(op.out_channels, -1)
        for channel in range(op.out_channels):
            found[channel, channel // (op.out_channels // op.groups)] = own[channel]
        return found.reshape(op.out_channels, -1)

    def _in_order(self, found: NDArray[np.intp]) -> NDArray[np.intp]:
        """(…, channels, *window, last) with what changes fastest in memory last of the window's cells."""
        return found if self.layout == "nchw" else np.moveaxis(found, 1, -2)

    @property
    def windows_are_rows(self) -> bool:
        """Whether the windows' matrix stands left."""
        return self.layout == "nhwc"

    @cached_property
    def left(self) -> NDArray[np.intp]:
        """The matrix whose rows are the output's."""
        return self.windows.T if self.windows_are_rows else self.weights

    @cached_property
    def top(self) -> NDArray[np.intp]:
        """The matrix whose columns are the output's."""
        return self.weights.T if self.windows_are_rows else self.windows

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the output matrix."""
        return self.left.shape[0], self.top.shape[1]

    def cell(self, row: int, column: int) -> tuple[int, ...]:
        """The output cell (channel, row, column, …) of an entry of the output matrix."""
        channel, place = (column, row) if self.windows_are_rows else (row, column)
        return channel, *(int(i) for i in np.unravel_index(place, self.op.out_size))

    def numbers(self, layer: LayerTrace, cells: NDArray[np.intp], *, of: Literal["left", "top"]) -> Array:
        """The numbers of some entries of a matrix; 0 where there is nothing."""
        assert layer.kernels is not None
        held = layer.input if (of == "left") == self.windows_are_rows else layer.kernels
        return np.where(cells == NOTHING, 0, held.ravel()[cells]).astype(layer.output.dtype)

    def product(self, layer: LayerTrace) -> Array:
        """What both matrices make, as (out_channels, *out_size), the bias added. Raises ArithmeticError."""
        made = self.numbers(layer, self.left, of="left") @ self.numbers(layer, self.top, of="top")
        found: Array = (made.T if self.windows_are_rows else made).reshape(layer.output.shape)
        if layer.bias is not None:
            found = found + layer.bias.reshape(-1, *[1] * len(self.op.axes))
        return agreed(found, layer)

    # the walk

    @cached_property
    def extents(self) -> TileSize:
        """Rows, columns and products of one group."""
        rows, columns = self.shape
        groups = self.op.groups
        return (rows, columns // groups, self.depth) if self.windows_are_rows else (rows // groups, columns, self.depth)

    @cached_property
    def sides(self) -> TileSize:
        """The sides of a tile, no larger than the matrices."""
        m, n, k = self.extents
        wanted = self.tile or ((1, n, k) if self.windows_are_rows else (m, 1, k))
        return min(m, wanted[0]), min(n, wanted[1]), min(k, wanted[2])

    @cached_property
    def steps(self) -> Place:
        """How many tiles there are in each direction: groups, rows, columns, and the steps of a sum, innermost."""
        m, n, k = (ceil(whole / side) for whole, side in zip(self.extents, self.sides, strict=True))
        return self.op.groups, m, n, k

    def at(self, place: Place) -> Tile:
        """The tile of a step."""
        group, *tiles = place
        spans = [
            range(tile * side, min(whole, (tile + 1) * side))
            for tile, side, whole in zip(tiles, self.sides, self.extents, strict=True)
        ]
        m, n, k = (group * whole for whole in self.extents)
        shifts = (0, n, k) if self.windows_are_rows else (m, 0, k)
        rows, columns, inner = (range(s.start + by, s.stop + by) for s, by in zip(spans, shifts, strict=True))
        return Tile(group, rows, columns, inner)

    def walk(self) -> Iterator[Place]:
        """All steps in order: a tile of the output stays until its sums are complete."""
        groups, m, n, k = map(range, self.steps)
        return product(groups, m, n, k)

    def partial(self, layer: LayerTrace, tile: Tile) -> Array:
        """What a step adds to its part of the output matrix."""
        rows, columns = slice(tile.rows.start, tile.rows.stop), slice(tile.columns.start, tile.columns.stop)
        inner = slice(tile.inner.start, tile.inner.stop)
        left, top = self.left[rows, inner], self.top[inner, columns]
        made: Array = self.numbers(layer, left, of="left") @ self.numbers(layer, top, of="top")
        return made

    # what is loaded

    def loaded(self, tile: Tile) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The input cells and the weights that a step loads, one for each entry that has one."""
        inner = slice(tile.inner.start, tile.inner.stop)
        left = self.left[tile.rows.start : tile.rows.stop, inner].ravel()
        top = self.top[inner, tile.columns.start : tile.columns.stop].ravel()
        inputs, weights = (left, top) if self.windows_are_rows else (top, left)
        return inputs[inputs != NOTHING], weights[weights != NOTHING]

    def address(self, cells: NDArray[np.intp]) -> NDArray[np.intp]:
        """Where input cells lie in memory, counted in numbers from the first."""
        if self.layout == "nchw":
            return cells
        channel, place = np.divmod(cells, prod(axis.size for axis in self.op.axes))
        return place * self.op.in_channels + channel

    def runs(self, tile: Tile) -> list[range]:
        """The addresses of the input that a step loads, as stretches without a gap."""
        return runs(np.unique(self.address(self.loaded(tile)[0])).tolist())

    def loads(self, tile: Tile) -> tuple[int, int, int]:
        """Input cells and weights that a step loads, and how often multiply-adds read them."""
        inputs, weights = (len(cells) for cells in self.loaded(tile))
        both = (len(tile.columns), len(tile.rows)) if self.windows_are_rows else (len(tile.rows), len(tile.columns))
        return inputs, weights, inputs * both[0] + weights * both[1]

    @cached_property
    def input_loads(self) -> NDArray[np.intp]:
        """How often each input cell is loaded, in the input's shape."""
        across = self.steps[2] if self.windows_are_rows else self.steps[1]
        read = self.windows[self.windows != NOTHING]
        return np.bincount(read, minlength=prod(self.input_shape)).reshape(self.input_shape) * across

    @cached_property
    def all_loads(self) -> Loads:
        """Of the whole product. Each entry is loaded once for every tile of the other side, and used by its cells."""
        rows, columns = self.steps[1:3]
        for_windows, for_weights = (columns, rows) if self.windows_are_rows else (rows, columns)
        entries = int((self.windows != NOTHING).sum())
        held = int((self.weights != NOTHING).sum())
        inputs, weights = entries * for_windows, held * for_weights
        distinct = len(np.unique(self.windows[self.windows != NOTHING])) + held
        per_group = self.op.out_channels // self.op.groups
        return Loads(
            inputs=inputs,
            weights=weights,
            again=inputs + weights - distinct,
            uses=entries * per_group + held * prod(self.op.out_size),
            multiply_adds=self.op.out_channels * prod(self.op.out_size) * self.depth,
            outputs=prod(self.shape),
        )
