"""``conv_transpose``: transposed convolution as in PyTorch's ``ConvTranspose1d`` … ``ConvTranspose3d``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.spec.kinds import INVALID, Invalid
from conv_anim.spec.layers.base import (
    AMOUNT,
    BIAS,
    DILATION,
    GROUPS,
    KERNEL_SIZE,
    OUT_CHANNELS,
    STRIDE,
    WEIGHT,
    Amount,
    LayerType,
    axis_values,
    biases,
    channels_of,
    kernel_size,
    pads,
    per_axis,
    weight_values,
)
from conv_anim.spec.model import ConvTranspose, Ends
from conv_anim.spec.records import Field, Object
from conv_anim.spec.sizes import effective_kernel, transposed_size

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.layers.base import Entering, PerAxis
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record

PADDING: Field[Amount] = Field(
    "padding",
    AMOUNT,
    "The padding of the direct convolution that this transposes: cells taken off the output.",
    default=0,
    example=1,
)
OUTPUT_PADDING: Field[PerAxis] = Field(
    "output_padding",
    per_axis(0),
    "Rows and columns more at the end of the output; less than stride or dilation.",
    default=0,
    example=1,
)


def resolve(record: Record, entering: Entering) -> Maybe[tuple[ConvTranspose, ...]]:
    kernel = kernel_size(record, entering)
    moves = axis_values(record, entering, (STRIDE, DILATION, OUTPUT_PADDING))
    padding = pads(record.of(PADDING), record.at(PADDING), entering)
    channels = channels_of(record, entering)
    if isinstance(kernel, Invalid) or isinstance(moves, Invalid) or isinstance(padding, Invalid):
        return INVALID
    stride, dilation, extra = moves
    windows = tuple(map(effective_kernel, kernel, dilation))
    out_size = tuple(
        transposed_size(size, window, s, pad, more)
        for size, window, s, pad, more in zip(entering.size, windows, stride, padding, extra, strict=True)
    )
    good = _extra_fits(extra, stride, dilation, record, entering) and _something_left(out_size, record, entering)
    if not good or isinstance(channels, Invalid):
        return INVALID
    out_channels, groups = channels
    weight = weight_values(record, entering, (entering.channels, out_channels // groups, *kernel))
    bias = biases(record, entering, out_channels)
    if isinstance(weight, Invalid) or isinstance(bias, Invalid):
        return INVALID
    layer = ConvTranspose(
        ends=Ends(entering.channels, entering.size, out_channels, out_size),
        kernel_size=kernel,
        stride=stride,
        padding=padding,
        output_padding=extra,
        dilation=dilation,
        groups=groups,
        weight=weight,
        bias=bias,
    )
    return (layer,)


def _extra_fits(extra: Size, stride: Size, dilation: Size, record: Record, entering: Entering) -> bool:
    found: dict[str, list[int]] = {}
    for a, (more, s, d) in enumerate(zip(extra, stride, dilation, strict=True)):
        if more and more >= max(s, d):
            what = f"output_padding {more} must be less than the stride or the dilation, here {max(s, d)}"
            found.setdefault(what, []).append(a)
    hint = "it chooses among the sizes that one stride leads to; a larger output needs a larger input or stride"
    return entering.complain(Code.OUTPUT_PADDING, found, record.at(OUTPUT_PADDING), hint)


def _something_left(out_size: Size, record: Record, entering: Entering) -> bool:
    found: dict[str, list[int]] = {}
    for a, out in enumerate(out_size):
        if out < 1:
            found.setdefault(f"padding takes the whole output away: its size would be {out}", []).append(a)
    hint = "less padding, or a larger input or kernel"
    return entering.complain(Code.DOES_NOT_FIT, found, record.at(PADDING), hint)


CONV_TRANSPOSE = LayerType(
    Object(
        "a conv_transpose layer",
        (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, OUTPUT_PADDING, DILATION, GROUPS, WEIGHT, BIAS),
        "type",
        "A transposed convolution, as PyTorch's ConvTranspose1d, ConvTranspose2d and ConvTranspose3d.",
    ),
    resolve,
)
