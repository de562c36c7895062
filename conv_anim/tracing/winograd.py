"""Winograd's minimal filtering F(2×2, 3×3): four outputs of a 3×3 kernel with 16 multiplications instead of 36.

Y = Aᵀ[(GgGᵀ) ∘ (BᵀdB)]A (Lavin and Gray 2016, https://arxiv.org/abs/1509.09308, equations 8 and 12). It is computed in
fractions, and so it is exact.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from conv_anim.tracing.agreement import agreed
from conv_anim.tracing.taps import fraction
from conv_anim.tracing.values import spread
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import LayerTrace
    from conv_anim.tracing.values import Array

Fractions: TypeAlias = "NDArray[np.object_]"

OUT, KERNEL = 2, 3
READ = OUT + KERNEL - 1
"""Rows and columns of a tile of the output, of the kernel, and of a tile of the input."""
HALF = Fraction(1, 2)
INPUT_TRANSFORM: Fractions = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]], dtype=object)
"""Bᵀ."""
KERNEL_TRANSFORM: Fractions = np.array([[1, 0, 0], [HALF, HALF, HALF], [HALF, -HALF, HALF], [0, 0, 1]], dtype=object)
"""G."""
OUTPUT_TRANSFORM: Fractions = np.array([[1, 1, 1, 0], [0, 1, -1, -1]], dtype=object)
"""Aᵀ."""


@dataclass(frozen=True)
class Winograd:
    """A convolution with a 3×3 kernel, stride 1 and dilation 1, tile by tile."""

    layer: LayerTrace

    @property
    def op(self) -> Operator:
        """The window."""
        return self.layer.operator

    @property
    def tiles(self) -> tuple[int, int]:
        """How many tiles the output takes, along rows and columns; the last ones may reach beyond it."""
        rows, columns = (-(-count // OUT) for count in self.op.out_size)
        return rows, columns

    @cached_property
    def canvas(self) -> Fractions:
        """The padded input (channels, rows, columns), with zeros as far as the last tiles reach."""
        found = spread(self.op, self.layer.input, 0)
        behind = [(0, OUT * n + READ - OUT - have) for n, have in zip(self.tiles, found.shape[1:], strict=True)]
        return fractions(np.pad(found, [(0, 0), *behind]))

    @cached_property
    def kernels(self) -> Fractions:
        """(out_channels, channels seen, 3, 3), as the window meets them."""
        assert self.layer.kernels is not None
        met = self.layer.kernels
        for a, axis in enumerate(self.op.axes):
            met = met.take([axis.weight(t) for t in range(axis.kernel)], axis=a + 2)
        return fractions(met)

    @cached_property
    def transformed_kernels(self) -> Fractions:
        """U = GgGᵀ (out_channels, channels seen, 4, 4)."""
        found: Fractions = KERNEL_TRANSFORM @ self.kernels @ KERNEL_TRANSFORM.T
        return found

    def read(self, tile: tuple[int, int]) -> Fractions:
        """d: what a tile reads of every channel (channels, 4, 4)."""
        row, column = (OUT * at for at in tile)
        return self.canvas[:, row : row + READ, column : column + READ]

    def transformed(self, tile: tuple[int, int]) -> Fractions:
        """V = BᵀdB (channels, 4, 4)."""
        found: Fractions = INPUT_TRANSFORM @ self.read(tile) @ INPUT_TRANSFORM.T
        return found

    def products(self, tile: tuple[int, int]) -> Fractions:
        """M = U ∘ V, added up over the channels (out_channels, 4, 4)."""
        seen = np.array([self.op.seen_by(channel) for channel in range(self.op.out_channels)])
        found: Fractions = (self.transformed_kernels * self.transformed(tile)[seen]).sum(axis=1)
        return found

    def made(self, tile: tuple[int, int]) -> Fractions:
        """Y = AᵀMA (out_channels, 2, 2), without the bias."""
        found: Fractions = OUTPUT_TRANSFORM @ self.products(tile) @ OUTPUT_TRANSFORM.T
        return found

    @cached_property
    def output(self) -> Fractions:
        """All of it, with the bias, in the shape of the layer's output. Raises ArithmeticError if it is another."""
        rows, columns = self.op.out_size
        whole = np.zeros((self.op.out_channels, *(OUT * n for n in self.tiles)), dtype=object)
        for row, column in np.ndindex(*self.tiles):
            whole[:, OUT * row : OUT * row + OUT, OUT * column : OUT * column + OUT] = self.made((row, column))
        found: Fractions = whole[:, :rows, :columns]
        if self.layer.bias is not None:
            found = found + fractions(self.layer.bias)[:, None, None]
        agreed(found, self.layer)
        return found


def multiplications(op: Operator) -> int:
    """The number of all elementwise products; the transforms only add and halve."""
    tiles = (-(-count // OUT) for count in op.out_size)
    return op.out_channels * op.in_channels // op.groups * prod(tiles) * READ**2


def direct(op: Operator) -> int:
    """Multiplications of a window, cell by cell."""
    return op.out_channels * op.in_channels // op.groups * prod(op.out_size) * prod(op.kernel_size)


def fractions(array: Array) -> Fractions:
    """The same numbers as what they say: 0.1 is a tenth; or else as what they are exactly."""
    found = [fraction(number) for number in array.ravel().tolist()]
    exact = [Fraction(n) if said is None else said for said, n in zip(found, array.ravel().tolist(), strict=True)]
    return np.array(exact, dtype=object).reshape(array.shape)
