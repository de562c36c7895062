"""``channel_shuffle``, ``pixel_shuffle``, ``pixel_unshuffle``, ``unfold`` and ``fold``: as in PyTorch."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.spec.kinds import INVALID, Invalid, ListOf, Whole
from conv_anim.spec.layers.base import (
    AMOUNT,
    DILATION,
    LARGEST,
    MOST_AXES,
    Amount,
    LayerType,
    axes_of,
    axis_values,
    divisors,
    fits,
    pads,
    per_axis,
)
from conv_anim.spec.model import ChannelShuffle, Ends, Fold, PixelShuffle, PixelUnshuffle, Unfold
from conv_anim.spec.records import Field, Object
from conv_anim.spec.sizes import conv_size, effective_kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.layers.base import Entering, PerAxis
    from conv_anim.spec.model import Layer, Size
    from conv_anim.spec.records import Record

SHUFFLED_GROUPS = Field(
    "groups", Whole(1, LARGEST), "Groups of channels that are dealt out anew.", required=True, example=3
)
UPSCALE = Field(
    "upscale_factor", Whole(1, 1000), "How many times as wide and high the output is.", required=True, example=2
)
DOWNSCALE = Field(
    "downscale_factor", Whole(1, 1000), "How many times less wide and high the output is.", required=True, example=2
)
KERNEL_SIZE: Field[PerAxis] = Field("kernel_size", per_axis(1), "Cells of the window.", required=True, example=2)
STRIDE: Field[PerAxis] = Field("stride", per_axis(1), "How far the window moves.", default=1, example=2)
PADDING: Field[Amount] = Field("padding", AMOUNT, "Cells of zeros around the map.", default=0, example=1)
OUTPUT_SIZE: Field[tuple[int, ...]] = Field(
    "output_size",
    ListOf(Whole(1, LARGEST), "a list with the size of each axis: [rows, columns]", 1, MOST_AXES),
    "The map that the columns are laid back into.",
    required=True,
    example=[4, 4],
)


def shuffle(record: Record, entering: Entering) -> Maybe[tuple[Layer, ...]]:
    groups = record.of(SHUFFLED_GROUPS)
    if entering.channels % groups:
        what = f"{groups} groups do not divide the {entering.channels} channels evenly"
        hint = f"groups that do: {divisors(entering.channels)}"
        return entering.report.add(Code.GROUPS, what, record.at(SHUFFLED_GROUPS), hint)
    return (ChannelShuffle(Ends(entering.channels, entering.size, entering.channels, entering.size), groups),)


def pixel_shuffle(record: Record, entering: Entering) -> Maybe[tuple[Layer, ...]]:
    factor = record.of(UPSCALE)
    if not _has_two_axes(record, entering):
        return INVALID
    if entering.channels % factor**2:
        needed = f"a multiple of {factor**2} channels"
        what = f"a pixel shuffle by {factor} needs {needed}, and the input has {entering.channels}"
        hint = f"input: {{channels: {factor**2}}}, or a layer before it with as many out_channels"
        return entering.report.add(Code.GROUPS, what, record.at(UPSCALE), hint)
    out = tuple(size * factor for size in entering.size)
    return (PixelShuffle(Ends(entering.channels, entering.size, entering.channels // factor**2, out), factor),)


def pixel_unshuffle(record: Record, entering: Entering) -> Maybe[tuple[Layer, ...]]:
    factor = record.of(DOWNSCALE)
    if not _has_two_axes(record, entering):
        return INVALID
    if any(size % factor for size in entering.size):
        sizes = "x".join(map(str, entering.size))
        what = f"a pixel unshuffle by {factor} needs sizes that are multiples of {factor}, and the input is {sizes}"
        larger = [-(-size // factor) * factor for size in entering.size]
        return entering.report.add(Code.DOES_NOT_FIT, what, record.at(DOWNSCALE), f"as input: {{size: {larger}}}")
    out = tuple(size // factor for size in entering.size)
    return (PixelUnshuffle(Ends(entering.channels, entering.size, entering.channels * factor**2, out), factor),)


def _has_two_axes(record: Record, entering: Entering) -> bool:
    if entering.axes == 2:
        return True
    what = f"this layer is for inputs with 2 axes; this one has {axes_of(entering.axes)}"
    entering.report.add(Code.AXES, what, record.node, "input: {size: [rows, columns]}")
    return False


# windows as columns


def unfold(record: Record, entering: Entering) -> Maybe[tuple[Layer, ...]]:
    found = _windows(record, entering, entering.size)
    if isinstance(found, Invalid):
        return INVALID
    made, count, kernel = found
    ends = Ends(entering.channels, entering.size, entering.channels * prod(kernel), (prod(count),))
    return (made(Unfold, ends),)


def fold(record: Record, entering: Entering) -> Maybe[tuple[Layer, ...]]:
    size = record.of(OUTPUT_SIZE)
    if entering.axes != 1:
        what = f"fold lays columns back, so its input has 1 axis; this one has {axes_of(entering.axes)}"
        return entering.report.add(Code.AXES, what, record.node, "feed it from an unfold layer")
    found = _windows(record, replace(entering, size=size), size)
    if isinstance(found, Invalid):
        return INVALID
    made, count, kernel = found
    if entering.channels % prod(kernel) or entering.size[0] != prod(count):
        wanted = f"a multiple of {prod(kernel)} channels and {prod(count)} columns"
        what = f"such a fold takes {wanted}; what enters has {entering.channels} and {entering.size[0]}"
        fed = f"input: {{size: [{prod(count)}], channels: {prod(kernel)}}}"
        hint = f"{fed}, or an unfold layer with the same window before it"
        return entering.report.add(Code.DOES_NOT_FIT, what, record.at(OUTPUT_SIZE), hint)
    ends = Ends(entering.channels, entering.size, entering.channels // prod(kernel), size)
    return (made(Fold, ends),)


Windows = tuple["Callable[[type[Unfold] | type[Fold], Ends], Layer]", "Size", "Size"]


def _windows(record: Record, entering: Entering, size: Size) -> Maybe[Windows]:
    """How to make the layer, how many windows there are along each axis, and the kernel's size."""
    moves = axis_values(record, entering, (KERNEL_SIZE, STRIDE, DILATION))
    padding = pads(record.of(PADDING), record.at(PADDING), entering)
    if isinstance(moves, Invalid) or isinstance(padding, Invalid):
        return INVALID
    kernel, stride, dilation = moves
    reach = tuple(map(effective_kernel, kernel, dilation))
    count = tuple(conv_size(i, window, s, pad) for i, window, s, pad in zip(size, reach, stride, padding, strict=True))
    if not fits(count, reach, padding, record, entering):
        return INVALID

    def made(kind: type[Unfold] | type[Fold], ends: Ends) -> Layer:
        return kind(ends, kernel, stride, padding, dilation, count)

    return made, count, kernel


def _kind(
    name: str, doc: str, resolve: Callable[[Record, Entering], Maybe[tuple[Layer, ...]]], *fields: Field[Any]
) -> LayerType:
    article = "an" if name[0] in "aeiou" else "a"
    return LayerType(Object(f"{article} {name} layer", fields, "type", doc), resolve)


CHANNEL_SHUFFLE = _kind(
    "channel_shuffle", "Channels dealt out anew, one of each group in turn.", shuffle, SHUFFLED_GROUPS
)
PIXEL_SHUFFLE = _kind("pixel_shuffle", "Channels laid out as the pixels of a larger map.", pixel_shuffle, UPSCALE)
PIXEL_UNSHUFFLE = _kind(
    "pixel_unshuffle", "The pixels of a map dealt out to channels of a smaller one.", pixel_unshuffle, DOWNSCALE
)
UNFOLD = _kind(
    "unfold", "Every window as a column of a matrix (im2col).", unfold, KERNEL_SIZE, STRIDE, PADDING, DILATION
)
FOLD = _kind(
    "fold",
    "Columns laid back into a map, and added where they overlap (col2im).",
    fold,
    OUTPUT_SIZE,
    KERNEL_SIZE,
    STRIDE,
    PADDING,
    DILATION,
)
