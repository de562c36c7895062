"""Padding of a convolution: its amounts, the names that stand for amounts, and what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

from conv_anim.diagnostics import Code
from conv_anim.spec.entering import AMOUNT, Amount, fits, pads
from conv_anim.spec.kinds import INVALID, Either, Invalid, OneOf
from conv_anim.spec.nodes import is_list, is_number, is_text
from conv_anim.spec.records import Field
from conv_anim.spec.sizes import conv_size, effective_kernel, same_padding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Kind, Maybe
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.nodes import Node
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


def padding_of(record: Record, entering: Entering, windows: Size, stride: Size) -> Maybe[Padding]:
    """Before and after, for each axis, if the padding mode can fill them."""
    padding = _amounts(record, entering, windows, stride)
    if isinstance(padding, Invalid) or not borrows(record.of(PADDING_MODE), padding, record.at(PADDING), entering):
        return INVALID
    return padding


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


def borrows(mode: Mode, padding: Padding, node: Node, entering: Entering) -> bool:
    """Whether padding that repeats input finds as much as it needs, as PyTorch demands it; reports if not."""
    if mode in {"zeros", "replicate"}:
        return True

    def wrong(size: int, pad: tuple[int, int]) -> str | None:
        most = size - 1 if mode == "reflect" else size
        what = f"padding {max(pad)} is more than {mode} padding can borrow from {size} cells, which is {most}"
        return what if max(pad) > most else None

    return entering.complain(
        Code.PADDING, map(wrong, entering.size, padding), node, "less padding, or padding_mode: replicate"
    )


def placed(record: Record, entering: Entering, kernel: Size, moves: Sequence[Size]) -> Maybe[tuple[Padding, Size]]:
    """The padding of a window with its stride and dilation, and how often it fits along each axis.

    INVALID after what is wrong was reported.
    """
    stride, dilation = moves
    windows = tuple(map(effective_kernel, kernel, dilation))
    padding = padding_of(record, entering, windows, stride)
    if isinstance(padding, Invalid):
        return INVALID
    sides = zip(entering.size, windows, stride, padding, strict=True)
    out_size = tuple(conv_size(size, window, s, pad) for size, window, s, pad in sides)
    return (padding, out_size) if fits(out_size, windows, padding, record, entering) else INVALID
