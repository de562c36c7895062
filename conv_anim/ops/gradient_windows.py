"""Gradients that are sliding windows themselves: those of convolutions, transposed convolutions and plain averages."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.ops import points
from conv_anim.ops.conv_transpose import ConvTranspose
from conv_anim.ops.windows import Weighing, Windowed, direct_axes
from conv_anim.spec.model import Ends, Given
from conv_anim.spec.op import Products
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from typing import Self

    from conv_anim.ops.conv import Conv
    from conv_anim.ops.pool import Pool
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.model import Number, Padding, Size, Values
    from conv_anim.tracing.geometry import PaddingMode
    from conv_anim.tracing.values import Array

CODE = "conv_anim.ops.gradient_windows_code"
INPUT_WORDS = {
    "en": {
        "kind.conv_grad_input": "gradient of a convolution's input, a transposed convolution",
        "point.near": "The gradient of the input is a transposed convolution of the upstream gradient: each input "
        "cell adds up what comes back from the outputs it went into, so the kernel runs the other way: it is flipped.",
        "point.flipped_before": "The gradient of the input is a transposed convolution: its kernel runs the other way, "
        "and as the convolution flips it first, it stands here as it is given.",
        "point.apart": "The gradient of the input is a transposed convolution of the upstream gradient: stride "
        "{stride} pulls the gradients apart with zeros, and the kernel runs the other way: it is flipped.",
    },
    "zh-TW": {
        "kind.conv_grad_input": "卷積輸入的梯度（轉置卷積）",
        "point.near": "輸入的梯度是上游梯度的轉置卷積：每個輸入格把它參與過的輸出傳回的梯度加起來，"
        "所以卷積核反向，要翻轉。",
        "point.flipped_before": "輸入的梯度是轉置卷積：卷積核反向；卷積本身已先翻轉，所以這裡是原來的樣子。",
        "point.apart": "輸入的梯度是上游梯度的轉置卷積：步幅 {stride} 在梯度之間插入零，卷積核反向，要翻轉。",
    },
}


@dataclass(frozen=True, slots=True)
class InputGradient(ConvTranspose):
    """Of a direct convolution: its transposed one, with the same weight and no bias."""

    flipped: bool = True
    """Whether the kernel is; not where the convolution flips it itself."""

    WORDS = points.merged(ConvTranspose.WORDS, INPUT_WORDS)
    CODE = CODE
    GRADIENTS = ""
    type = "conv_grad_input"
    roles = ("upstream", "kernel", "grad_input")

    @classmethod
    def through(cls, op: Conv | Pool, *, groups: int, weight: Values, flipped: bool) -> Self:
        """That of a direct window."""
        moves = op.kernel_size, op.stride, op.padding
        extra = tuple(axis.canvas - axis.read for axis in op.window.axes)
        return cls(op.ends.reversed, *moves, extra, op.dilation, groups, weight, None, flipped)

    @property
    def parameter_terms(self) -> tuple[Size, ...]:
        """It has none of its own: the weight is that of the layer."""
        return ()

    def edges(self, say: Language) -> list[tuple[str, str]]:
        return [*ConvTranspose.edges(self, say), (say("explain.back"), self.point(say))]

    @property
    def window(self) -> Operator:
        # not super(): a dataclass with slots is another class than the one that its methods are written in
        made: Operator = ConvTranspose.window.__get__(self)
        return replace(made, axes=tuple(replace(axis, flipped=self.flipped) for axis in made.axes))

    def point(self, say: Language) -> str:
        from conv_anim.scene.wording.words import per_axis

        near = max(self.stride) == 1
        if not self.flipped:
            return say.of(self, "point.flipped_before")
        return say.of(self, "point.near" if near else "point.apart", stride=per_axis(self.stride))


WEIGHT_WORDS = {
    "en": {
        "kind.conv_grad_weight": "gradient of a convolution's kernel, a convolution with the upstream gradient",
        "point.near": "The gradient of the kernel is a convolution of the input with the upstream gradient as the "
        "kernel: each weight adds up, over all outputs, the input it met times the gradient there.",
        "point.apart": "The gradient of the kernel is a convolution of the input with the upstream gradient as the "
        "kernel: stride {stride} becomes dilation {stride}, because neighbouring outputs met cells {stride} apart.",
        "formula.places": "one place for each cell of the kernel: {cells}",
    },
    "zh-TW": {
        "kind.conv_grad_weight": "卷積核的梯度（以上游梯度為核的卷積）",
        "point.near": "卷積核的梯度是輸入以上游梯度為核的卷積：每個權重把所有輸出加起來，它遇到的輸入乘上該處的梯度。",
        "point.apart": "卷積核的梯度是輸入以上游梯度為核的卷積：步幅 {stride} 變成膨脹 {stride}，"
        "因為相鄰輸出遇到的格相距 {stride}。",
        "formula.places": "卷積核的每一格有一個位置：{cells}",
    },
}


def as_kernel(values: Values, axes: int) -> Values:
    """A map's numbers as those of filters that are one channel deep."""
    if not isinstance(values, Given) or len(values.shape) == axes:
        return values
    channels, *size = values.shape
    return replace(values, shape=(channels, 1, *size))


@dataclass(frozen=True, slots=True)
class WeightGradient(Windowed, Weighing):
    """Of a convolution, direct or transposed: the larger of its two maps convolved with the smaller one as the kernel.

    The forward stride is its dilation and the forward dilation its stride. Each channel of the one meets each channel
    of the other that it met forward: its output has a channel for each pair, those of one channel that is read
    together.
    """

    ends: Ends
    kernel_size: Size
    """Of the map that is the kernel."""
    stride: Size
    padding: Padding
    dilation: Size
    groups: int
    padding_mode: PaddingMode
    weight: Values
    """The numbers of the map that is the kernel."""
    transposed: bool = False
    """Whether the gradient is that of a transposed convolution, which reads the upstream gradient and has its input as
    the kernel."""
    bias: tuple[Number, ...] | None = None

    WORDS = WEIGHT_WORDS
    CODE = CODE
    type = "conv_grad_weight"

    @classmethod
    def through(
        cls,
        op: Conv | ConvTranspose,
        ends: Ends,
        kernel: Values,
        mode: PaddingMode = "zeros",
        *,
        transposed: bool = False,
    ) -> Self:
        """That of an op whose map at the start of ``ends`` is read, with the one at their end as the kernel."""
        pairs = Ends(
            ends.in_channels, ends.in_size, ends.in_channels * (ends.out_channels // op.groups), op.kernel_size
        )
        moves = ends.out_size, op.dilation, op.padding, op.stride, op.groups
        return cls(pairs, *moves, mode, as_kernel(kernel, len(op.kernel_size)), transposed)

    @property
    def roles(self) -> tuple[str, str, str]:
        return ("upstream", "input", "grad_kernel") if self.transposed else ("input", "upstream", "grad_kernel")

    @property
    def each(self) -> int:
        """Channels of the kernel that each channel meets."""
        return self.ends.out_channels // self.ends.in_channels

    @property
    def window(self) -> Operator:
        axes = direct_axes(self, self.ends.in_size, self.ends.out_size, mode=self.padding_mode)
        channels = self.ends.in_channels
        return Operator(axes, channels, self.ends.out_channels, channels, "sum")

    @property
    def weight_shape(self) -> Size:
        return (self.each * self.groups, 1, *self.kernel_size)

    @property
    def parameter_terms(self) -> tuple[Size, ...]:
        """It has none: its kernel is a map."""
        return ()

    def kernels(self, weight: Array) -> Array:
        import numpy as np

        groups, each, width = self.groups, self.each, self.ends.in_channels // self.groups
        per_group = weight.reshape(groups, 1, each, *self.kernel_size)
        met = np.broadcast_to(per_group, (groups, width, each, *self.kernel_size))
        return met.reshape(self.ends.out_channels, 1, *self.kernel_size)

    def unfolded(self, made: Array) -> Array:
        groups, each, width = self.groups, self.each, self.ends.in_channels // self.groups
        pairs = made.reshape(groups, width, each, *self.ends.out_size).swapaxes(1, 2)
        return pairs.reshape(groups * each, width, *self.ends.out_size)

    @property
    def products(self) -> Products:
        return Products(self.ends.out_channels * prod(self.ends.out_size), prod(self.kernel_size))

    # words

    def edges(self, say: Language) -> list[tuple[str, str]]:
        return [*Windowed.edges(self, say), (say("explain.back"), self.point(say))]

    def point(self, say: Language) -> str:
        from conv_anim.scene.wording.words import per_axis

        near = max(self.dilation) == 1
        return say.of(self, "point.near" if near else "point.apart", stride=per_axis(self.dilation))

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        del fed
        return self.moves(say)

    def formulas(self, a: int, say: Language) -> list[str]:
        return [*Windowed.formulas(self, a, say), say.of(self, "formula.places", cells=self.ends.out_size[a])]
