"""The gradients of a convolution: its transposed one, and a convolution of its input with what comes from above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.ops.gradient_windows import InputGradient, WeightGradient, as_kernel
from conv_anim.spec.model import Ends

if TYPE_CHECKING:
    from conv_anim.ops.conv import Conv
    from conv_anim.spec.model import Values


def input_gradient(op: Conv) -> InputGradient | None:
    """The transposed convolution; None where padding repeats input cells, which then get more than one share.

    None of a masked one too: its own taps say which weights are left out.
    """
    if op.padding_mode != "zeros" or op.mask is not None:
        return None
    ends = op.ends
    return InputGradient(
        ends=Ends(ends.out_channels, ends.out_size, ends.in_channels, ends.in_size),
        kernel_size=op.kernel_size,
        stride=op.stride,
        padding=op.padding,
        output_padding=tuple(axis.canvas - axis.read for axis in op.window.axes),
        dilation=op.dilation,
        groups=op.groups,
        weight=op.weight,
        bias=None,
        flipped=not op.flip,
    )


def weight_gradient(op: Conv, input_: Values, upstream: Values) -> WeightGradient | None:
    """Its input convolved with the upstream gradient; None where the kernel is flipped first, or masked."""
    del input_
    if op.flip or op.mask is not None:
        return None
    ends = op.ends
    pairs = ends.in_channels * (ends.out_channels // op.groups)
    return WeightGradient(
        ends=Ends(ends.in_channels, ends.in_size, pairs, op.kernel_size),
        kernel_size=ends.out_size,
        stride=op.dilation,
        padding=op.padding,
        dilation=op.stride,
        groups=op.groups,
        padding_mode=op.padding_mode,
        weight=as_kernel(upstream, len(op.kernel_size)),
    )
