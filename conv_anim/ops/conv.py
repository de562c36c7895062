"""``conv``: convolution as in PyTorch's ``Conv1d`` … ``Conv3d``."""

from __future__ import annotations

from itertools import product
from math import prod
from typing import TYPE_CHECKING

from conv_anim.ops import kernel_points, masking, points
from conv_anim.ops.windows import Weighing, Windowed, direct_axes
from conv_anim.spec.op import Products
from conv_anim.spec.sizes import effective_kernel, same_padding
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.ops.masking import Mask
    from conv_anim.ops.padding import Mode, PaddingName
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.model import Ends, Number, Padding, Size, Values
    from conv_anim.tracing.values import Array


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
class Conv(Windowed, Weighing):
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
    """Whether the spec says that its kernel is not flipped."""
    mask: Mask | None = None

    WORDS = points.merged(WORDS, points.WINDOW_POINTS, points.CONV_POINTS, kernel_points.WORDS, masking.WORDS)
    CODE = "conv_anim.ops.conv_code"
    GRADIENTS = "conv_anim.ops.conv_gradients"
    has_gradient = True
    type = "conv"

    @property
    def causal(self) -> bool:
        return self.padding_name == "causal"

    @property
    def window(self) -> Operator:
        axes = direct_axes(self, self.ends.in_size, self.ends.out_size, mode=self.padding_mode, flipped=self.flip)
        return Operator(axes, self.ends.in_channels, self.ends.out_channels, self.groups, "sum", left_out=self.masked)

    @property
    def masked(self) -> frozenset[Size]:
        """The cells of its window that are left out."""
        return masking.left_out(self.mask, self.kernel_size)

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        """Along the first axis a mask ends at the middle of the window, or before it."""
        start, end = Windowed.reads(self, a, first, last, of)
        if a > 0 or self.mask is None:
            return start, end
        window = range(self.kernel_size[0])
        taken = [t for t in window if any(cell[0] == t for cell in self.seen)]
        return start + taken[0] * self.dilation[0], end - (window[-1] - taken[-1]) * self.dilation[0]

    @property
    def seen(self) -> list[Size]:
        """The cells of its window that count."""
        return [cell for cell in product(*map(range, self.kernel_size)) if cell not in self.masked]

    # numbers and cost

    def kernels(self, weight: Array) -> Array:
        """With zeros where its mask leaves weights out."""
        if self.mask is None:
            return weight
        kept = weight.copy()
        for cell in self.masked:
            place: tuple[slice | int, ...] = (slice(None), slice(None), *cell)
            kept[place] = 0
        return kept

    @property
    def weight_shape(self) -> Size:
        return (self.ends.out_channels, self.ends.in_channels // self.groups, *self.kernel_size)

    @property
    def products(self) -> Products:
        each = self.ends.in_channels // self.groups * (prod(self.kernel_size) - len(self.masked))
        return Products(self.ends.out_channels * prod(self.ends.out_size), each)

    # words

    def kind(self) -> str:
        return "masked" if self.mask is not None else self._kind()

    def _kind(self) -> str:
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

    def does(self, say: Language) -> str:
        plain = self.kind() in {"conv", "correlation"} and self.mask is None
        return say.of(self, f"does.{kernel_points.effect(self) or 'plain'}") if plain else ""

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
            masking.setting(self, say),
        ]

    def padding_cells(self, say: Language) -> str:
        """The padding's cells; a causal padding is before the input, as its name says."""
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
        said = say("explain.named", cells=cells, words=named) if named else cells
        return [(say("explain.padding"), said), *masking.edges(self, say)]

    # formulas

    def works(self, a: int) -> bool:
        return self.kernel_size[a] > 1 or self.stride[a] > 1 or any(self.padding[a])

    def formulas(self, a: int, say: Language) -> list[str]:
        return [*Windowed.formulas(self, a, say), *self._sized(a, say)]

    def formula_in_words(self, say: Language) -> str:
        from conv_anim.ops.size_words import direct_in_words, same_in_words

        if self.padding_name in {"same", "same_lower"}:
            needed = same_in_words(self, say)
            return say("formula.words.same", formula=f"⌈{say('input')}/{say('formula.stride')}⌉", needed=needed)
        return say("formula.words", formula=direct_in_words(self, say))

    def _sized(self, a: int, say: Language) -> list[str]:
        from conv_anim.scene.wording.words import MINUS

        i, o, s = self.ends.in_size[a], self.ends.out_size[a], self.stride[a]
        window = effective_kernel(self.kernel_size[a], self.dilation[a])
        before, after = self.padding[a]
        plain = f"o = {self.direct(a)} = {o}"
        match self.padding_name:
            case "same" | "same_lower":
                found, needed = (o - 1) * s + window - i, f"({o} {MINUS} 1)·{s} + {window} {MINUS} {i}"
                needed = f"P = {needed if found >= 0 else f'max({needed}, 0)'} = {same_padding(i, window, s)}"
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
        return {
            **Windowed.details(self),
            **named,
            "groups": self.groups,
            **({} if self.mask is None else {"mask": self.mask}),
        }
