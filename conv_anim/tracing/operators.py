"""What each layer type is as a sliding window: its axes, the channels a window sees, how its taps become a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, assert_never

from conv_anim.spec.model import Conv, ConvTranspose, Pool
from conv_anim.tracing.geometry import Axis

if TYPE_CHECKING:
    from conv_anim.spec.model import Windowed


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

    @property
    def out_size(self) -> tuple[int, ...]:
        return tuple(axis.count for axis in self.axes)

    @property
    def kernel_size(self) -> tuple[int, ...]:
        return tuple(axis.kernel for axis in self.axes)

    def seen_by(self, channel: int) -> range:
        """The input channels that an output channel is made of."""
        width = self.in_channels // self.groups
        first = channel // (self.out_channels // self.groups) * width
        return range(first, first + width)


def operator(layer: Windowed) -> Operator:
    """The sliding window of a layer."""
    match layer:
        case Conv():
            return _conv(layer)
        case ConvTranspose():
            return _conv_transpose(layer)
        case Pool():
            return _pool(layer)
        case _:
            assert_never(layer)


def _conv(layer: Conv) -> Operator:
    axes = tuple(
        Axis(
            size=size,
            kernel=layer.kernel_size[a],
            count=layer.ends.out_size[a],
            stride=layer.stride[a],
            dilation=layer.dilation[a],
            before=layer.padding[a][0],
            after=layer.padding[a][1],
            mode=layer.padding_mode,
            flipped=layer.flip,
        )
        for a, size in enumerate(layer.ends.in_size)
    )
    return Operator(axes, layer.ends.in_channels, layer.ends.out_channels, layer.groups, "sum")


def _conv_transpose(layer: ConvTranspose) -> Operator:
    """As a gather: the direct convolution that equals it, over the stretched input, with the flipped kernel.

    Its stride is 1, its border k̂ − 1 − p, and output_padding is read beyond the end (Dumoulin and Visin, 13 and 14).
    """
    axes = tuple(
        Axis(
            size=size,
            kernel=layer.kernel_size[a],
            count=layer.ends.out_size[a],
            dilation=layer.dilation[a],
            before=layer.dilation[a] * (layer.kernel_size[a] - 1) - layer.padding[a][0],
            after=layer.dilation[a] * (layer.kernel_size[a] - 1) - layer.padding[a][1] + layer.output_padding[a],
            stretch=layer.stride[a],
            flipped=True,
        )
        for a, size in enumerate(layer.ends.in_size)
    )
    return Operator(axes, layer.ends.in_channels, layer.ends.out_channels, layer.groups, "sum")


def _pool(layer: Pool) -> Operator:
    axes = tuple(
        Axis(
            size=size,
            kernel=layer.kernel_size[a],
            count=layer.ends.out_size[a],
            stride=layer.stride[a],
            dilation=layer.dilation[a],
            before=layer.padding[a][0],
            after=layer.padding[a][1],
        )
        for a, size in enumerate(layer.ends.in_size)
    )
    channels = layer.ends.in_channels
    return Operator(axes, channels, channels, channels, layer.reduce, layer.count_include_pad, layer.norm_type)
