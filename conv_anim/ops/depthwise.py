"""``pointwise`` and ``depthwise``: a `Conv` that mixes channels and no more, and one that keeps them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.ops.conv import Conv
from conv_anim.ops.conv_keys import FLIP, slid
from conv_anim.ops.padding import PADDING, PADDING_MODE
from conv_anim.spec.arrays import ValuesKind, resolved
from conv_anim.spec.entering import (
    BIAS,
    DILATION,
    GROUPS,
    KERNEL_SIZE,
    LARGEST,
    OUT_CHANNELS,
    STRIDE,
    WEIGHT,
    axis_values,
    biases,
    channels_of,
    op_type,
)
from conv_anim.spec.kinds import INVALID, Invalid, Whole
from conv_anim.spec.model import Ends, Given, Random
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.spec.sizes import conv_size, effective_kernel
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.spec.arrays import Written
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Padding, Size, Values
    from conv_anim.spec.records import Record

MULTIPLIER = Field("multiplier", Whole(1, LARGEST), "Filters for each input channel.", default=1, example=2)
POINTWISE_WEIGHT: Field[Written] = Field(
    "pointwise_weight",
    ValuesKind(kernels=True),
    "The weights of the 1x1 layer: a list (out_channels, channels).",
    example="ones",
)


def pointwise(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """A 1x1 convolution: it mixes channels and looks at no neighbours."""
    channels = channels_of(record, entering)
    moves = axis_values(record, entering, (STRIDE,))
    if isinstance(channels, Invalid) or isinstance(moves, Invalid):
        return INVALID
    out_channels, groups = channels
    weight = mixing(record, WEIGHT, entering, (out_channels, entering.channels // groups))
    bias = biases(record, entering, out_channels)
    if isinstance(weight, Invalid) or isinstance(bias, Invalid):
        return INVALID
    layer = convolution(entering, (1,) * entering.axes, out_channels, weight=weight, stride=moves[0], groups=groups)
    return (replace(layer, bias=bias),)


def mixing(record: Record, key: Field[Written], entering: Entering, shape: tuple[int, int]) -> Maybe[Values]:
    """The weights of a 1x1 layer, which may be written as a table (out_channels, channels)."""
    written, full = record.get(key), (*shape, *(1,) * entering.axes)
    if written is None:
        return Random(seed=entering.number + 3, low=0, high=2)
    if isinstance(written, Given) and written.shape == shape:
        return Given(full, written.numbers)
    node = record.at(key)
    if isinstance(written, Given) and len(written.shape) == 2:
        sizes = ["x".join(map(str, size)) for size in (written.shape, shape)]
        what = f"'{key.name}' has the shape {sizes[0]}, but {sizes[1]} is needed"
        return entering.report.add(
            Code.SHAPE, what, node, "a row for each output channel, a column for each input channel"
        )
    return resolved(written, full, entering.axes, node=node, files=entering.files, report=entering.report)


def depthwise(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """Every channel on its own, with ``multiplier`` filters each (Keras's depth_multiplier)."""
    channels = entering.channels * record.of(MULTIPLIER), entering.channels
    return slid(record, entering, channels, _depthwise_weight)


def _depthwise_weight(record: Record, entering: Entering, shape: Size) -> Maybe[Values]:
    """One kernel for all channels, or a list with one for each filter."""
    written = record.get(WEIGHT)
    if written is None:
        return Random(seed=entering.number + 2, low=0, high=2)
    if isinstance(written, Given) and written.shape == (shape[0], *shape[2:]):
        return Given(shape, written.numbers)
    node = record.at(WEIGHT)
    return resolved(written, shape, entering.axes, node=node, files=entering.files, report=entering.report)


def convolution(
    entering: Entering,
    kernel: Size,
    out_channels: int,
    *,
    weight: Values | None = None,
    stride: Size | None = None,
    padding: Padding | None = None,
    dilation: Size | None = None,
    groups: int = 1,
) -> Conv:
    """A convolution of what enters; what is not said is as small as it can be."""
    ones = (1,) * entering.axes
    stride, dilation = stride or ones, dilation or ones
    padding = padding or ((0, 0),) * entering.axes
    sizes = zip(entering.size, kernel, stride, padding, dilation, strict=True)
    out_size = tuple(conv_size(size, effective_kernel(k, d), s, p) for size, k, s, p, d in sizes)
    return Conv(
        ends=Ends(entering.channels, entering.size, out_channels, out_size),
        kernel_size=kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode="zeros",
        flip=False,
        weight=weight or Random(seed=entering.number + 2, low=0, high=2),
        bias=None,
    )


def after(layer: Conv, entering: Entering) -> Entering:
    """What enters the op that follows a layer."""
    return replace(
        entering, channels=layer.ends.out_channels, size=layer.ends.out_size, before=(*entering.before, layer)
    )


MOVES = (KERNEL_SIZE, STRIDE, PADDING, DILATION)
KEYS = (OUT_CHANNELS, STRIDE, GROUPS, WEIGHT, BIAS)
TYPES = {
    **op_type(
        "pointwise",
        "A 1x1 convolution: it mixes channels and looks at no neighbours.",
        pointwise,
        KEYS,
        role=Role("window"),
    ),
    **op_type(
        "depthwise",
        "A convolution of every channel on its own.",
        depthwise,
        (*MOVES, MULTIPLIER, PADDING_MODE, WEIGHT, BIAS, FLIP),
        role=Role("window"),
    ),
}
