"""``conv``: convolution as in PyTorch's ``Conv1d`` … ``Conv3d``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

from conv_anim.diagnostics import Code
from conv_anim.spec.kinds import INVALID, Either, Flag, Invalid, OneOf, is_list, is_number, is_text
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
    fits,
    kernel_size,
    pads,
    weight_values,
)
from conv_anim.spec.model import Conv, Ends
from conv_anim.spec.records import Field, Object
from conv_anim.spec.sizes import conv_size, effective_kernel, same_padding

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Kind, Maybe
    from conv_anim.spec.layers.base import Entering
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.records import Record

PaddingName: TypeAlias = Literal["valid", "same", "same_lower", "full", "causal"]
PADDING_NAMES: Final[tuple[PaddingName, ...]] = ("valid", "same", "same_lower", "full", "causal")
PADDING_DOCS = (
    "None: the window stays inside.",
    "As much as makes the output the input's size over the stride; an odd cell comes after.",
    "The same, with the odd cell before.",
    "As much as lets the window touch the input with one cell.",
    "All of it before: an output sees nothing that comes later. For inputs with 1 axis.",
)
PADDING_KIND: Kind[Amount | PaddingName] = Either(
    ((is_text, OneOf(PADDING_NAMES, docs=PADDING_DOCS)), (is_number, AMOUNT), (is_list, AMOUNT))
)
PADDING: Field[Amount | PaddingName] = Field(
    "padding",
    PADDING_KIND,
    "Cells around the input: one number, one per axis, [[before, after], …], or by name.",
    default=0,
    example="same",
)
Mode: TypeAlias = Literal["zeros", "reflect", "replicate", "circular"]
MODES: Final[tuple[Mode, ...]] = ("zeros", "reflect", "replicate", "circular")
MODE_DOCS = (
    "Zeros.",
    "The input mirrored in its border cells.",
    "The border cells again and again.",
    "The other end of the input.",
)
PADDING_MODE: Field[Mode] = Field(
    "padding_mode",
    OneOf(MODES, docs=MODE_DOCS),
    "What the padding holds.",
    default="zeros",
    example="reflect",
)
FLIP = Field(
    "flip",
    Flag(),
    "Turn the kernel round first: convolution in the mathematician's sense.",
    default=False,
    example=True,
)


def resolve(record: Record, entering: Entering) -> Maybe[tuple[Conv, ...]]:
    kernel = kernel_size(record, entering)
    moves = axis_values(record, entering, (STRIDE, DILATION))
    channels = channels_of(record, entering)
    if isinstance(kernel, Invalid) or isinstance(moves, Invalid):
        return INVALID
    stride, dilation = moves
    windows = tuple(map(effective_kernel, kernel, dilation))
    padding = padding_of(record, entering, windows, stride)
    if isinstance(padding, Invalid):
        return INVALID
    out_size = tuple(
        conv_size(size, window, s, pad)
        for size, window, s, pad in zip(entering.size, windows, stride, padding, strict=True)
    )
    if not fits(out_size, windows, padding, record, entering) or isinstance(channels, Invalid):
        return INVALID
    out_channels, groups = channels
    weight = weight_values(record, entering, (out_channels, entering.channels // groups, *kernel))
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
        weight=weight,
        bias=bias,
        padding_name=name if isinstance(name, str) else None,
    )
    return (layer,)


def padding_of(record: Record, entering: Entering, windows: Size, stride: Size) -> Maybe[Padding]:
    """Before and after, for each axis, if the padding mode can fill them."""
    padding = _amounts(record, entering, windows, stride)
    return INVALID if isinstance(padding, Invalid) or not _borrows(record, entering, padding) else padding


def _amounts(record: Record, entering: Entering, windows: Size, stride: Size) -> Maybe[Padding]:
    padding = record.of(PADDING)
    if not isinstance(padding, str):
        return pads(padding, record.at(PADDING), entering)
    if padding == "causal" and entering.axes != 1:
        what = f"causal padding is for inputs with 1 axis; this one has {entering.axes}"
        hint = f"write the axes out: [[{windows[0] - 1}, 0], …]"
        return entering.report.add(Code.PADDING, what, record.at(PADDING), hint)
    return named_padding(padding, entering.size, windows, stride)


def named_padding(name: PaddingName, sizes: Size, windows: Size, stride: Size) -> Padding:
    """What a padding's name means for a layer, before and after along each axis."""
    match name:
        case "valid":
            return ((0, 0),) * len(sizes)
        case "full":
            return tuple((window - 1, window - 1) for window in windows)
        case "causal":
            return tuple((window - 1, 0) for window in windows)
        case "same" | "same_lower":
            totals = map(same_padding, sizes, windows, stride)
            halves = [(total // 2, total - total // 2) for total in totals]
            return tuple(halves if name == "same" else [(more, less) for less, more in halves])
        case _:
            assert_never(name)


def _borrows(record: Record, entering: Entering, padding: Padding) -> bool:
    """Whether padding that repeats input finds as much as it needs, as PyTorch demands it."""
    mode = record.of(PADDING_MODE)
    if mode in {"zeros", "replicate"}:
        return True
    found: dict[str, list[int]] = {}
    for a, (size, pad) in enumerate(zip(entering.size, padding, strict=True)):
        most = size - 1 if mode == "reflect" else size
        if max(pad) > most:
            what = f"padding {max(pad)} is more than {mode} padding can borrow from {size} cells, which is {most}"
            found.setdefault(what, []).append(a)
    return entering.complain(Code.PADDING, found, record.at(PADDING), "less padding, or padding_mode: replicate")


CONV = LayerType(
    Object(
        "a conv layer",
        (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, PADDING_MODE, WEIGHT, BIAS, FLIP),
        "type",
        "A convolution, as PyTorch's Conv1d, Conv2d and Conv3d.",
    ),
    resolve,
)
