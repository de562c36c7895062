"""Compositions: ``pointwise``, ``depthwise``, ``depthwise_separable``, ``spatially_separable`` and ``flattened``.

Each is one or more `Conv` layers with their channels, groups and kernels set as its name says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from conv_anim.diagnostics import Code
from conv_anim.spec.arrays import KERNELS, Named, ValuesKind, resolved
from conv_anim.spec.factoring import split
from conv_anim.spec.kinds import INVALID, Invalid, ListOf, Real, Whole
from conv_anim.spec.layers.base import (
    BIAS,
    DILATION,
    GROUPS,
    KERNEL_SIZE,
    LARGEST,
    MOST_AXES,
    OUT_CHANNELS,
    STRIDE,
    WEIGHT,
    LayerType,
    axes_of,
    axis_values,
    biases,
    channels_of,
    fits,
    kernel_size,
)
from conv_anim.spec.layers.conv import FLIP, PADDING, PADDING_MODE, padding_of
from conv_anim.spec.model import Conv, Ends, Given, Random
from conv_anim.spec.records import Field, Object
from conv_anim.spec.sizes import conv_size, effective_kernel

if TYPE_CHECKING:
    from conv_anim.spec.arrays import Written
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.layers.base import Entering
    from conv_anim.spec.model import Number, Padding, Size, Values
    from conv_anim.spec.records import Record

T = TypeVar("T")

MULTIPLIER = Field("multiplier", Whole(1, LARGEST), "Filters for each input channel.", default=1, example=2)
POINTWISE_WEIGHT: Field[Written] = Field(
    "pointwise_weight",
    ValuesKind(kernels=True),
    "The weights of the 1x1 layer: a list (out_channels, channels).",
    example="ones",
)
FACTORS: Field[tuple[tuple[int | float, ...], ...]] = Field(
    "factors",
    ListOf(ListOf(Real(), "a list of numbers"), "a list with the weights along each axis", 2, MOST_AXES),
    "The weights along each axis, in place of 'weight', which is split into them.",
    example=[[1, 2, 1], [-1, 0, 1]],
)


# one layer


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
    layer = _conv(entering, (1,) * entering.axes, out_channels, weight=weight, stride=moves[0], groups=groups)
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
    kernel = kernel_size(record, entering)
    moves = axis_values(record, entering, (STRIDE, DILATION))
    if isinstance(kernel, Invalid) or isinstance(moves, Invalid):
        return INVALID
    (stride, dilation), out_channels = moves, entering.channels * record.of(MULTIPLIER)
    windows = tuple(map(effective_kernel, kernel, dilation))
    padding = padding_of(record, entering, windows, stride)
    if isinstance(padding, Invalid):
        return INVALID
    layer = _conv(
        entering,
        kernel,
        out_channels,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=entering.channels,
    )
    if not fits(layer.ends.out_size, windows, padding, record, entering):
        return INVALID
    weight = _depthwise_weight(record, entering, (out_channels, 1, *kernel))
    bias = biases(record, entering, out_channels)
    if isinstance(weight, Invalid) or isinstance(bias, Invalid):
        return INVALID
    name = record.get(PADDING)
    return (
        replace(
            layer,
            weight=weight,
            bias=bias,
            padding_mode=record.of(PADDING_MODE),
            flip=record.of(FLIP),
            padding_name=name if isinstance(name, str) else None,
        ),
    )


def _depthwise_weight(record: Record, entering: Entering, shape: Size) -> Maybe[Values]:
    """One kernel for all channels, or a list with one for each filter."""
    written = record.get(WEIGHT)
    if written is None:
        return Random(seed=entering.number + 2, low=0, high=2)
    if isinstance(written, Given) and written.shape == (shape[0], *shape[2:]):
        return Given(shape, written.numbers)
    node = record.at(WEIGHT)
    return resolved(written, shape, entering.axes, node=node, files=entering.files, report=entering.report)


def _conv(
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


def _after(layer: Conv, entering: Entering) -> Entering:
    return replace(
        entering, channels=layer.ends.out_channels, size=layer.ends.out_size, before=(*entering.before, layer)
    )


# several layers


def depthwise_separable(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """A depthwise layer, and a pointwise one that mixes its channels and has the bias."""
    first = depthwise(record.without(BIAS), entering)
    if isinstance(first, Invalid):
        return INVALID
    between, out_channels = _after(first[0], entering), record.of(OUT_CHANNELS)
    weight = mixing(record, POINTWISE_WEIGHT, between, (out_channels, between.channels))
    bias = biases(record, between, out_channels)
    if isinstance(weight, Invalid) or isinstance(bias, Invalid):
        return INVALID
    second = _conv(between, (1,) * between.axes, out_channels, weight=weight)
    return _named("depthwise_separable", [first[0], replace(second, bias=bias)])


def spatially_separable(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """One layer along each axis, every channel on its own: k + k weights in place of k · k."""
    factors = _factors(record, entering)
    if isinstance(factors, Invalid):
        return INVALID
    return _one_axis_each("spatially_separable", factors, record, entering, entering.channels)


def flattened(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """Across the channels, then along each axis (Jin, Dundar and Culurciello 2015): 1-D filters only."""
    out_channels = record.get(OUT_CHANNELS) or 1
    lateral = _conv(entering, (1,) * entering.axes, out_channels)
    weight = mixing(record, POINTWISE_WEIGHT, entering, (out_channels, entering.channels))
    factors = _factors(record, entering)
    if isinstance(factors, Invalid) or isinstance(weight, Invalid):
        return INVALID
    between = _after(lateral, entering)
    along = _one_axis_each("flattened", factors, record, between, out_channels)
    return INVALID if isinstance(along, Invalid) else _named("flattened", [replace(lateral, weight=weight), *along])


Factors = tuple["tuple[Number, ...] | int", ...]
"""For each axis its weights, or how many of them there are, to be drawn."""


def _one_axis_each(
    name: str, factors: Factors, record: Record, entering: Entering, channels: int
) -> Maybe[tuple[Conv, ...]]:
    moves = axis_values(record, entering, (STRIDE, DILATION))
    if isinstance(moves, Invalid):
        return INVALID
    (stride, dilation), layers = moves, list[Conv]()
    lengths = tuple(f if isinstance(f, int) else len(f) for f in factors)
    windows = tuple(map(effective_kernel, lengths, dilation))
    padding = padding_of(record, entering, windows, stride)
    if isinstance(padding, Invalid):
        return INVALID
    sizes = zip(entering.size, windows, stride, padding, strict=True)
    out_size = tuple(conv_size(size, window, s, p) for size, window, s, p in sizes)
    if not fits(out_size, windows, padding, record, entering):
        return INVALID
    for axis, factor in enumerate(factors):
        layer = _conv(
            entering,
            _only(axis, lengths, 1),
            channels,
            stride=_only(axis, stride, 1),
            padding=_only(axis, padding, (0, 0)),
            dilation=_only(axis, dilation, 1),
            groups=channels,
        )
        if not isinstance(factor, int):
            layer = replace(layer, weight=Given(layer.kernel_size, factor))
        layers.append(layer)
        entering = _after(layer, entering)
    return _named(name, layers)


def _only(axis: int, values: tuple[T, ...], otherwise: T) -> tuple[T, ...]:
    """The value of one axis; the others have another."""
    return tuple(value if a == axis else otherwise for a, value in enumerate(values))


def _named(name: str, layers: list[Conv]) -> tuple[Conv, ...]:
    return tuple(replace(layer, part_of=name) for layer in layers)


def _factors(record: Record, entering: Entering) -> Maybe[Factors]:
    """As given, or split from a kernel; without either, drawn."""
    report, axes, given = entering.report, entering.axes, record.get(FACTORS)
    if given is not None and len(given) != axes:
        what = f"'factors' has {len(given)} lists, but the input has {axes_of(axes)}"
        return report.add(Code.AXES, what, record.at(FACTORS), "one list of weights along each axis")
    if given is not None:
        return given
    size = kernel_size(record, entering)
    written = record.get(WEIGHT)
    if isinstance(size, Invalid) or not isinstance(written, Given | Named):
        return size
    return _split_kernel(written, size, record, entering)


def _split_kernel(written: Given | Named, size: Size, record: Record, entering: Entering) -> Maybe[Factors]:
    report, node = entering.report, record.at(WEIGHT)
    if entering.axes != 2:
        what = f"only kernels with 2 axes are split, and this input has {axes_of(entering.axes)}"
        return report.add(Code.AXES, what, node, "give 'factors': a list of weights along each axis")
    values = resolved(written, size, 2, node=node, files=entering.files, report=report)
    parts = split(values.numbers, size) if isinstance(values, Given) else None
    if isinstance(values, Given) and parts is None:
        what = "this kernel is not separable: its rows are not multiples of one row"
        return report.add(Code.SHAPE, what, node, f"separable ones known by name: {', '.join(_separable_names())}")
    return INVALID if parts is None else parts


def _separable_names() -> list[str]:
    return [name for name, (_, make) in KERNELS.items() if split(tuple(make((3, 3))), (3, 3)) is not None]


MOVES = (KERNEL_SIZE, STRIDE, PADDING, DILATION)
POINTWISE = LayerType(
    Object(
        "a pointwise layer",
        (OUT_CHANNELS, STRIDE, GROUPS, WEIGHT, BIAS),
        "type",
        "A 1x1 convolution: it mixes channels and looks at no neighbours.",
    ),
    pointwise,
)
DEPTHWISE = LayerType(
    Object(
        "a depthwise layer",
        (*MOVES, MULTIPLIER, PADDING_MODE, WEIGHT, BIAS, FLIP),
        "type",
        "A convolution of every channel on its own.",
    ),
    depthwise,
)
NEEDED_CHANNELS = replace(OUT_CHANNELS, required=True, doc="Number of output channels.")
DEPTHWISE_SEPARABLE = LayerType(
    Object(
        "a depthwise_separable layer",
        (NEEDED_CHANNELS, *MOVES, MULTIPLIER, PADDING_MODE, WEIGHT, POINTWISE_WEIGHT, BIAS, FLIP),
        "type",
        "A depthwise convolution, then a pointwise one.",
    ),
    depthwise_separable,
)
SPATIALLY_SEPARABLE = LayerType(
    Object(
        "a spatially_separable layer",
        (*MOVES, WEIGHT, FACTORS),
        "type",
        "A convolution with a column, then one with a row, in place of a whole kernel.",
    ),
    spatially_separable,
)
FLATTENED = LayerType(
    Object(
        "a flattened layer",
        (OUT_CHANNELS, *MOVES, WEIGHT, FACTORS, POINTWISE_WEIGHT),
        "type",
        "A pointwise convolution, then one along each axis.",
    ),
    flattened,
)
