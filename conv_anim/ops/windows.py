"""What ops with a sliding window have in common."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from conv_anim.ops import computing
from conv_anim.spec.op import Op
from conv_anim.tracing.geometry import Axis

if TYPE_CHECKING:
    from conv_anim.ops.columns import Columned
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.model import Number, Padding, Size, Values
    from conv_anim.tracing.geometry import PaddingMode
    from conv_anim.tracing.operators import Operator


class Windowed(Op):
    """A sliding window; a subclass has these four as fields."""

    __slots__ = ()
    kernel_size: Size
    stride: Size
    padding: Padding
    dilation: Size

    @property
    def window(self) -> Operator:
        raise NotImplementedError

    @property
    def padded(self) -> bool:
        """Whether any side has padding."""
        return any(map(any, self.padding))

    def reads(self, a: int, first: int, last: int, of: int = 0) -> tuple[int, int]:
        del of
        axis = self.window.axes[a]
        start, end = axis.cell(first, 0) - axis.before, axis.cell(last, axis.kernel - 1) - axis.before
        return ceil(start / axis.stretch), end // axis.stretch

    # words

    def padding_cells(self, say: Language) -> str:
        """How much padding there is."""
        from conv_anim.scene.wording.words import padding

        return padding(self.padding, say)

    def padding_kind(self, say: Language) -> str:
        """``padding``, ``same padding``, ``same reflect padding``."""
        return say("padding.plain")

    def surroundings(self, say: Language) -> str:
        if not self.padded:
            return ""
        cells = self.padding_cells(say)
        key = "padding.sides" if any(map(str.isalpha, cells)) else "padding"
        return say(key, kind=self.padding_kind(say), cells=cells)

    def edges(self, say: Language) -> list[tuple[str, str]]:
        return [(say("explain.padding"), self.padding_cells(say))]

    def moves(self, say: Language, name: str = "kernel") -> list[Setting]:
        """Kernel, stride, padding and dilation."""
        from conv_anim.scene.wording.parameters import Setting, moves

        first, stride, dilation = moves(self.kernel_size, self.stride, self.dilation, say, name)
        around = Setting("padding", self.padding_cells(say), not self.padded, self.padding_kind(say))
        return [first, stride, around, dilation]

    def formulas(self, a: int, say: Language) -> list[str]:
        from conv_anim.scene.wording.formulas import reach

        return reach(self.kernel_size[a], self.dilation[a], say)

    def direct(self, a: int, *, up: bool = False) -> str:
        """⌊(i + 2p − k̂)/s⌋ + 1."""
        from conv_anim.scene.wording.formulas import direct

        window = self.kernel_size[a], self.stride[a], self.dilation[a], self.padding[a]
        return direct(self.ends.in_size[a], *window, up=up)

    # for programs

    def details(self) -> dict[str, object]:
        reach = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel_size, strict=True)]
        moves = {name: list(getattr(self, name)) for name in ("kernel_size", "stride", "dilation")}
        return {**moves, "effective_kernel": reach, "padding": [list(pair) for pair in self.padding]}


class Weighing(Op):
    """A weight, and a bias or none; a subclass has these two as fields."""

    __slots__ = ()
    weight: Values
    bias: tuple[Number, ...] | None

    @property
    def weight_values(self) -> Values:
        return self.weight

    @property
    def added(self) -> tuple[Number, ...] | None:
        """The bias of each output channel."""
        return self.bias

    def computes(self, say: Language) -> str:
        return computing.weighed(self, say)


def direct_axes(
    op: Windowed | Columned, sizes: Size, counts: Size, *, mode: PaddingMode = "zeros", flipped: bool = False
) -> tuple[Axis, ...]:
    """The axes of a window that slides over unstretched maps, with its number of positions along each."""
    return tuple(
        Axis(size, kernel, count, stride, dilation, before, after, mode=mode, flipped=flipped)
        for size, count, kernel, stride, dilation, (before, after) in zip(
            sizes, counts, op.kernel_size, op.stride, op.dilation, op.padding, strict=True
        )
    )
