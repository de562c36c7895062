"""A sliding window: its axes, the channels that it sees, and how its taps become a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.tracing.geometry import Axis


@dataclass(frozen=True, slots=True)
class Operator:
    """A sliding window over ``in_channels`` maps, in ``groups`` that do not see each other.

    ``reduce`` says how taps become a value: multiply and add, the largest, or the mean (over the padding too, or not).
    """

    axes: tuple[Axis, ...]
    in_channels: int
    out_channels: int
    groups: int
    reduce: Literal["sum", "max", "mean", "norm"]
    mean_counts_padding: bool = False
    norm_type: float = 2
    transposed: bool = False
    """Whether it is the gather of a transposed convolution: its window meets every stamp on an output."""
    left_out: frozenset[tuple[int, ...]] = frozenset()
    """The cells of the window that take no part: a mask leaves out their weights."""

    @property
    def stamps(self) -> bool:
        """Whether it can be seen as stamps of the kernel as it is given: backward, a kernel may be met unflipped."""
        return self.transposed and all(axis.flipped or axis.kernel == 1 for axis in self.axes)

    @property
    def flips(self) -> bool:
        """Whether its window meets the kernel the other way round."""
        return any(axis.flipped and axis.kernel > 1 for axis in self.axes)

    @property
    def weighs(self) -> bool:
        """Whether its taps meet weights."""
        return self.reduce == "sum"

    @property
    def out_size(self) -> tuple[int, ...]:
        """Places of the window along each axis."""
        return tuple(axis.count for axis in self.axes)

    @property
    def kernel_size(self) -> tuple[int, ...]:
        """Cells of the window along each axis."""
        return tuple(axis.kernel for axis in self.axes)

    def seen_by(self, channel: int) -> range:
        """The input channels that an output channel is made of."""
        width = self.in_channels // self.groups
        first = channel // (self.out_channels // self.groups) * width
        return range(first, first + width)
