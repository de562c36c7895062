"""One axis of a sliding window. Every operator here is the same few integers along each of its axes.

The input's cells stand ``stretch`` apart, with inserted zeros between them; ``before`` and ``after`` more cells
border them. All of these together are the axis's *canvas*, counted from 0. The window starts every ``stride`` cells
of the canvas and reaches ``kernel`` cells that stand ``dilation`` apart. Arrays are made when they are asked for: to
read a spec takes no numpy.
"""

from __future__ import annotations

from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.values import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PaddingMode: TypeAlias = Literal["zeros", "reflect", "replicate", "circular"]


class Source(IntEnum):
    """What a cell of the canvas is; where several axes disagree, the largest counts."""

    INPUT = 0
    BORROWED = 1
    """Padding that repeats an input cell: reflected, replicated or wrapped round."""
    INSERTED = 2
    """A zero between two input cells (transposed convolution)."""
    PADDING = 3
    OUTSIDE = 4
    """Beyond the padding: where ``ceil_mode`` lets the last window hang over."""
    NOWHERE = 5
    """No cell at all, but room for points that are read beyond the padding."""


@dataclass(frozen=True)
class Axis:
    """The geometry along one axis; all sizes in cells.

    ``before`` and ``after`` may be negative: then so many cells at that end are never read. ``count`` is the number
    of windows. With ``flipped``, the window's first cell meets the kernel's last.
    """

    size: int
    kernel: int
    count: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0
    stretch: int = 1
    mode: PaddingMode = "zeros"
    flipped: bool = False
    extra: int = 0
    """How many of the cells behind are there for a transposed convolution's ``output_padding``."""

    @property
    def cut(self) -> tuple[int, int]:
        """The padding of the direct convolution that a transposed one takes back: k̂ − 1 less the border."""
        reach = self.effective_kernel - 1
        return reach - self.before, reach - self.after + self.extra

    @property
    def stretched(self) -> int:
        """The input with its inserted zeros: ĩ = i + (s − 1)(i − 1) (Dumoulin and Visin, relationship 13)."""
        return (self.size - 1) * self.stretch + 1

    @property
    def canvas(self) -> int:
        """Cells of the stretched input with its border."""
        return self.before + self.stretched + self.after

    @property
    def effective_kernel(self) -> int:
        """k̂ = k + (k − 1)(d − 1) (Dumoulin and Visin, relationship 15)."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def reach(self) -> int:
        """The canvas, and the cells beyond it that the last window covers."""
        return max(self.canvas, (self.count - 1) * self.stride + self.effective_kernel)

    @property
    def transform(self) -> int:
        """Cells of a Fourier transform by radix 2 that has room for all of the reach: the next power of two."""
        return 1 << (self.reach - 1).bit_length()

    @property
    def read(self) -> int:
        """How many cells of the canvas, from its start, lie under some window."""
        return min(self.canvas, (self.count - 1) * self.stride + self.effective_kernel)

    def cell(self, output: int, tap: int) -> int:
        """The canvas cell that the tap-th cell of the output-th window covers."""
        return output * self.stride + tap * self.dilation

    def weight(self, tap: int) -> int:
        """The kernel cell that the window's tap-th cell meets."""
        return self.kernel - 1 - tap if self.flipped else tap

    @cached_property
    def sources(self) -> tuple[NDArray[np.intp], NDArray[np.int8]]:
        """For every cell of the reach: the input cell it shows (0 where none) and its `Source`."""
        import numpy as np

        offset = np.arange(self.reach) - self.before
        on_input = (offset >= 0) & (offset < self.stretched)
        exact = on_input & (offset % self.stretch == 0)
        source = np.where(exact, Source.INPUT, np.where(on_input, Source.INSERTED, Source.PADDING)).astype(np.int8)
        index = np.where(exact, offset // self.stretch, 0)
        if self.mode != "zeros":
            index = np.where(on_input, index, borrowed(offset, self.size, self.mode))
            source[~on_input] = Source.BORROWED
        source[self.canvas :] = Source.OUTSIDE
        return index.astype(np.intp), source

    def counts(self, *, padding: bool) -> NDArray[np.intp]:
        """How many cells of each window are input cells, or with ``padding`` any cells of the canvas."""
        import numpy as np

        largest = Source.PADDING if padding else Source.INPUT
        counted = (self.sources[1] <= largest).astype(np.intp)
        total = np.zeros(self.count, dtype=np.intp)
        for tap in range(self.kernel):
            total += counted[self.taken(tap)]
        return total

    def taken(self, tap: int) -> slice:
        """The canvas cells that the tap-th cell of all windows covers, in order."""
        start = tap * self.dilation
        return slice(start, start + (self.count - 1) * self.stride + 1, self.stride)


def borrowed(offset: NDArray[np.intp], size: int, mode: PaddingMode) -> NDArray[np.intp]:
    """The input cell that padding shows at ``offset`` from the first: as PyTorch's ``padding_mode``.

    Reflect does not repeat the border cell, replicate repeats nothing else.
    """
    import numpy as np

    match mode:
        case "circular":
            return offset % size
        case "reflect":
            return (size - 1) - np.abs((size - 1) - offset % max(1, 2 * (size - 1)))
        case _:
            return np.clip(offset, 0, size - 1)
