"""``conv`` from its keys, and what has the same ones but for its channels and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.ops import masking
from conv_anim.ops.conv import Conv
from conv_anim.ops.masking import MASK
from conv_anim.ops.padding import PADDING, PADDING_MODE, placed
from conv_anim.spec.entering import (
    BIAS,
    DILATION,
    GROUPS,
    KERNEL_SIZE,
    OUT_CHANNELS,
    STRIDE,
    WEIGHT,
    axis_values,
    biases,
    channels_of,
    kernel_size,
    op_type,
    weight_values,
)
from conv_anim.spec.kinds import INVALID, Invalid
from conv_anim.spec.model import Ends
from conv_anim.spec.records import switch
from conv_anim.spec.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Size, Values
    from conv_anim.spec.records import Record

FLIP = switch(
    "flip", "Flip the kernel first: convolution in the mathematical sense. With false, it is named cross-correlation."
)


def resolve(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """The op for a spec's record; INVALID once its problems are reported."""
    return slid(record, entering, channels_of(record, entering), weight_values)


def slid(
    record: Record,
    entering: Entering,
    channels: Maybe[tuple[int, int]],
    weights: Callable[[Record, Entering, Size], Maybe[Values]],
) -> Maybe[tuple[Conv, ...]]:
    """The same for so many output channels and groups, and with weights of a shape as ``weights`` finds them."""
    kernel = kernel_size(record, entering)
    moves = axis_values(record, entering, (STRIDE, DILATION))
    if isinstance(kernel, Invalid) or isinstance(moves, Invalid):
        return INVALID
    if not masking.fits(record, entering, kernel, flips=record.of(FLIP)):
        return INVALID
    found = placed(record, entering, kernel, moves)
    if isinstance(found, Invalid) or isinstance(channels, Invalid):
        return INVALID
    (stride, dilation), (padding, out_size), (out_channels, groups) = moves, found, channels
    weight = weights(record, entering, (out_channels, entering.channels // groups, *kernel))
    bias = biases(record, entering, out_channels)
    if isinstance(weight, Invalid) or isinstance(bias, Invalid):
        return INVALID
    name = record.get(PADDING)
    layer = Conv(
        ends=Ends(entering.channels, entering.size, out_channels, out_size),
        kernel_size=kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=record.of(PADDING_MODE),
        flip=record.of(FLIP),
        unflipped=record.has(FLIP) and not record.of(FLIP),
        weight=weight,
        bias=bias,
        padding_name=name if isinstance(name, str) else None,
        mask=record.get(MASK),
    )
    return (layer,)


TYPES = op_type(
    "conv",
    "A convolution, as PyTorch's Conv1d, Conv2d and Conv3d.",
    resolve,
    (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, PADDING_MODE, WEIGHT, BIAS, FLIP, MASK),
    role=Role("window"),
)
