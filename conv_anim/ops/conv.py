"""``conv``: convolution as in PyTorch's ``Conv1d`` … ``Conv3d``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, assert_never

from conv_anim.diagnostics import Code
from conv_anim.ops import points
from conv_anim.ops.windows import Windowed
from conv_anim.spec.entering import (
    AMOUNT,
    BIAS,
    DILATION,
    GROUPS,
    KERNEL_SIZE,
    OUT_CHANNELS,
    STRIDE,
    WEIGHT,
    Amount,
    axis_values,
    biases,
    channels_of,
    fits,
    kernel_size,
    pads,
    weight_values,
)
from conv_anim.spec.kinds import INVALID, Either, Flag, Invalid, OneOf, is_list, is_number, is_text
from conv_anim.spec.model import Ends
from conv_anim.spec.op import OpType, Products
from conv_anim.spec.records import Field, Object
from conv_anim.spec.sizes import conv_size, effective_kernel, same_padding
from conv_anim.tracing.geometry import Axis
from conv_anim.tracing.operators import Operator

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Kind, Maybe
    from conv_anim.spec.model import Number, Padding, Size, Values
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
FLIP = Field(
    "flip",
    Flag(),
    "Flip the kernel first: convolution in the mathematical sense. With false, it is named cross-correlation.",
    default=False,
    example=True,
)


WORDS = {
    "en": {
        "kind.conv": "convolution",
        "kind.correlation": "cross-correlation",
        "kind.true": "true convolution",
        "kind.dilated": "dilated convolution",
        "kind.causal": "causal convolution",
        "kind.causal.dilated": "dilated causal convolution",
        "kind.grouped": "grouped convolution",
        "kind.depthwise": "depthwise convolution",
        "kind.pointwise": "pointwise convolution",
        "kind.pointwise.grouped": "grouped pointwise convolution",
    },
    "zh-TW": {
        "kind.conv": "卷積",
        "kind.correlation": "互相關",
        "kind.true": "數學定義的卷積",
        "kind.dilated": "空洞卷積",
        "kind.causal": "因果卷積",
        "kind.causal.dilated": "因果空洞卷積",
        "kind.grouped": "分組卷積",
        "kind.depthwise": "深度卷積",
        "kind.pointwise": "逐點卷積",
        "kind.pointwise.grouped": "分組逐點卷積",
    },
}


@dataclass(frozen=True, slots=True)
class Conv(Windowed):
    """As PyTorch's ``Conv1d`` … ``Conv3d``; weight (out_channels, in_channels / groups, *kernel_size)."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size
    groups: int
    padding_mode: Mode
    flip: bool
    weight: Values
    bias: tuple[Number, ...] | None
    padding_name: PaddingName | None = None
    part_of: str | None = None
    """The name of the composition that this is a part of."""
    parts: int = 1
    """How many ops that composition has."""
    filters_each: int = 1
    """Filters for each channel, where a composition says so."""
    unflipped: bool = False
    """Whether it is said of its kernel that it is not flipped."""

    WORDS = points.merged(WORDS, points.WINDOW_POINTS, points.CONV_POINTS)
    CODE = "conv_anim.ops.conv_code"
    type = "conv"

    @property
    def causal(self) -> bool:
        return self.padding_name == "causal"

    @property
    def window(self) -> Operator:
        axes = tuple(
            Axis(
                size=size,
                kernel=self.kernel_size[a],
                count=self.ends.out_size[a],
                stride=self.stride[a],
                dilation=self.dilation[a],
                before=self.padding[a][0],
                after=self.padding[a][1],
                mode=self.padding_mode,
                flipped=self.flip,
            )
            for a, size in enumerate(self.ends.in_size)
        )
        return Operator(axes, self.ends.in_channels, self.ends.out_channels, self.groups, "sum")

    # numbers and cost

    @property
    def weight_shape(self) -> Size:
        return (self.ends.out_channels, self.ends.in_channels // self.groups, *self.kernel_size)

    @property
    def weight_values(self) -> Values:
        return self.weight

    @property
    def added(self) -> tuple[Number, ...] | None:
        return self.bias

    @property
    def products(self) -> Products:
        each = self.ends.in_channels // self.groups * prod(self.kernel_size)
        return Products(self.ends.out_channels * prod(self.ends.out_size), each)

    # words

    def kind(self) -> str:
        if max(self.kernel_size) == 1 and max(self.ends.in_channels, self.ends.out_channels) > 1:
            return "pointwise" if self.groups == 1 else "pointwise.grouped"
        if self.groups > 1:
            return "depthwise" if self.groups == self.ends.in_channels else "grouped"
        dilated = max(self.dilation) > 1
        if self.causal:
            return "causal.dilated" if dilated else "causal"
        if dilated:
            return "dilated"
        if self.unflipped:
            return "correlation"
        return "true" if self.flip else "conv"

    def point(self, say: Language) -> str:
        return points.conv(self, say)

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        from conv_anim.scene.wording.parameters import Setting

        del fed
        kernel, stride, around, dilation = self.moves(say)
        if self.padding_name == "valid":
            around = Setting("valid", "")
        elif self.padding_name is not None:
            around = replace(around, usual=False)
        apart = 1 < self.groups == self.ends.in_channels
        each = self.ends.out_channels // self.groups
        return [
            *(kernel, stride, around, dilation),
            Setting("groups", str(self.groups), usual=apart or self.groups == 1),
            Setting("multiplier", str(each), usual=not apart or each == 1),
            Setting("flipped", "", usual=not self.flip),
        ]

    def padding_cells(self, say: Language) -> str:
        """That of a causal one is before the input, as its name says."""
        from conv_anim.scene.wording.words import per_axis

        if self.causal:
            return per_axis(tuple(before for before, _ in self.padding))
        return Windowed.padding_cells(self, say)

    def padding_kind(self, say: Language) -> str:
        words = self.padding_words(say)
        return say("padding.kind", words=words) if words else say("padding.plain")

    def padding_words(self, say: Language) -> str:
        """Name and mode of the padding as far as they are not as usual."""
        name = "" if self.padding_name is None else say(f"padding.{self.padding_name}")
        mode = "" if self.padding_mode == "zeros" else say(f"padding.{self.padding_mode}")
        return say("padding.space").join(filter(None, [name, mode]))

    def edges(self, say: Language) -> list[tuple[str, str]]:
        cells, named = self.padding_cells(say), self.padding_words(say)
        return [(say("explain.padding"), say("explain.named", cells=cells, words=named) if named else cells)]

    # formulas

    def works(self, a: int) -> bool:
        return self.kernel_size[a] > 1 or self.stride[a] > 1 or any(self.padding[a])

    def formulas(self, a: int, say: Language) -> list[str]:
        return [*Windowed.formulas(self, a, say), *self._sized(a, say)]

    def _sized(self, a: int, say: Language) -> list[str]:
        from conv_anim.scene.wording.words import MINUS

        i, o, s = self.ends.in_size[a], self.ends.out_size[a], self.stride[a]
        window = effective_kernel(self.kernel_size[a], self.dilation[a])
        before, after = self.padding[a]
        plain = f"o = {self.direct(a)} = {o}"
        match self.padding_name:
            case "same" | "same_lower":
                needed = f"P = max(({o} {MINUS} 1)·{s} + {window} {MINUS} {i}, 0) = {same_padding(i, window, s)}"
                sides = say.joined([say("sides.before", before=before), say("sides.after", after=after)])
                split = say("formula.of", what=needed, formula=sides) if before + after else needed
                return [f"o = ⌈{i}/{s}⌉ = {o}", split]
            case "full":
                return [f"p = {window} {MINUS} 1 = {before}", plain]
            case "causal":
                p = f"p = {window} {MINUS} 1 = {before}"
                return [say.joined([p, say("formula.only_before")]), plain]
            case _:
                return [plain]

    # for programs

    def details(self) -> dict[str, object]:
        named = {"padding_name": self.padding_name, "padding_mode": self.padding_mode}
        return {**Windowed.details(self), **named, "groups": self.groups}


# from its keys


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
        unflipped=record.has(FLIP) and not record.of(FLIP),
        weight=weight,
        bias=bias,
        padding_name=name if isinstance(name, str) else None,
    )
    return (layer,)


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
    found: dict[str, list[int]] = {}
    for a, (size, pad) in enumerate(zip(entering.size, padding, strict=True)):
        most = size - 1 if mode == "reflect" else size
        if max(pad) > most:
            what = f"padding {max(pad)} is more than {mode} padding can borrow from {size} cells, which is {most}"
            found.setdefault(what, []).append(a)
    return entering.complain(Code.PADDING, found, node, "less padding, or padding_mode: replicate")


TYPES = {
    "conv": OpType(
        Object(
            "a conv layer",
            (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, PADDING_MODE, WEIGHT, BIAS, FLIP),
            "type",
            "A convolution, as PyTorch's Conv1d, Conv2d and Conv3d.",
        ),
        resolve,
    )
}
