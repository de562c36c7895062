"""Compositions: ``depthwise_separable``, ``spatially_separable`` and ``flattened``.

Each is several `Conv` layers with their channels, groups and kernels set as its name says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from conv_anim.diagnostics import Code
from conv_anim.ops.conv import Conv
from conv_anim.ops.conv_keys import FLIP
from conv_anim.ops.depthwise import MOVES, MULTIPLIER, POINTWISE_WEIGHT, after, convolution, depthwise, mixing
from conv_anim.ops.padding import PADDING_MODE, placed
from conv_anim.spec.arrays import KERNELS, Named, resolved
from conv_anim.spec.entering import (
    BIAS,
    DILATION,
    MOST_AXES,
    OUT_CHANNELS,
    STRIDE,
    WEIGHT,
    axes_of,
    axis_values,
    biases,
    kernel_size,
    op_type,
)
from conv_anim.spec.factoring import split
from conv_anim.spec.kinds import INVALID, Invalid, ListOf, Real
from conv_anim.spec.model import Given
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Number, Size
    from conv_anim.spec.records import Record

T = TypeVar("T")

FACTORS: Field[tuple[tuple[int | float, ...], ...]] = Field(
    "factors",
    ListOf(ListOf(Real(), "a list of numbers"), "a list with the weights along each axis", 2, MOST_AXES),
    "The weights along each axis, in place of 'weight', which is split into them.",
    example=[[1, 2, 1], [-1, 0, 1]],
)


def depthwise_separable(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """A depthwise layer, and a pointwise one that mixes its channels and has the bias."""
    first = depthwise(record.without(BIAS), entering)
    if isinstance(first, Invalid):
        return INVALID
    between, out_channels = after(first[0], entering), record.of(OUT_CHANNELS)
    weight = mixing(record, POINTWISE_WEIGHT, between, (out_channels, between.channels))
    bias = biases(record, between, out_channels)
    if isinstance(weight, Invalid) or isinstance(bias, Invalid):
        return INVALID
    second = convolution(between, (1,) * between.axes, out_channels, weight=weight)
    each = replace(first[0], filters_each=record.of(MULTIPLIER))
    return _named("depthwise_separable", [each, replace(second, bias=bias)])


def spatially_separable(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """One layer along each axis, every channel on its own: k + k weights in place of k · k."""
    factors = _factors(record, entering)
    if isinstance(factors, Invalid):
        return INVALID
    return _one_axis_each("spatially_separable", factors, record, entering, entering.channels)


def flattened(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    """Across the channels, then along each axis (Jin, Dundar and Culurciello 2015): 1-D filters only."""
    out_channels = record.get(OUT_CHANNELS) or 1
    lateral = convolution(entering, (1,) * entering.axes, out_channels)
    weight = mixing(record, POINTWISE_WEIGHT, entering, (out_channels, entering.channels))
    factors = _factors(record, entering)
    if isinstance(factors, Invalid) or isinstance(weight, Invalid):
        return INVALID
    between = after(lateral, entering)
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
    lengths = tuple(f if isinstance(f, int) else len(f) for f in factors)
    found = placed(record, entering, lengths, moves)
    if isinstance(found, Invalid):
        return INVALID
    (stride, dilation), (padding, _), layers = moves, found, list[Conv]()
    for axis, factor in enumerate(factors):
        layer = convolution(
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
        entering = after(layer, entering)
    return _named(name, layers)


def _only(axis: int, values: tuple[T, ...], otherwise: T) -> tuple[T, ...]:
    """The value of one axis; the others have another."""
    return tuple(value if a == axis else otherwise for a, value in enumerate(values))


def _named(name: str, layers: list[Conv]) -> tuple[Conv, ...]:
    return tuple(replace(layer, part_of=name, parts=len(layers)) for layer in layers)


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


NEEDED_CHANNELS = replace(OUT_CHANNELS, required=True, doc="Number of output channels.")
TYPES = {
    **op_type(
        "depthwise_separable",
        "A depthwise convolution, then a pointwise one.",
        depthwise_separable,
        (NEEDED_CHANNELS, *MOVES, MULTIPLIER, PADDING_MODE, WEIGHT, POINTWISE_WEIGHT, BIAS, FLIP),
        role=Role("window"),
    ),
    **op_type(
        "spatially_separable",
        "A convolution with a column, then one with a row, in place of a whole kernel.",
        spatially_separable,
        (*MOVES, WEIGHT, FACTORS),
        role=Role("window"),
    ),
    **op_type(
        "flattened",
        "A pointwise convolution, then one along each axis.",
        flattened,
        (OUT_CHANNELS, *MOVES, WEIGHT, FACTORS, POINTWISE_WEIGHT),
        role=Role("window"),
    ),
}
