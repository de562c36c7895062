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
        "point.near": "Each input cell adds up the gradients of the outputs it went into, each times the weight it "
        "met there: the same as sliding the flipped kernel over the gradients.",
        "point.flipped_before": "Each input cell adds up the gradients of the outputs it went into, each times the "
        "weight it met there: the kernel, which the convolution flipped, slides over them as it is given.",
        "point.apart": "Each input cell adds up the gradients of the outputs it went into, each times the weight it "
        "met there: stride {stride} sets the gradients apart, and the flipped kernel slides over them.",
    },
    "zh-TW": {
        "kind.conv_grad_input": "卷積輸入的梯度（轉置卷積）",
        "point.near": "每個輸入格把它參與過的輸出的梯度加起來，各乘上當時遇到的權重：翻轉的卷積核滑過這些梯度。",
        "point.flipped_before": "每個輸入格把它參與過的輸出的梯度加起來，各乘上當時遇到的權重："
        "卷積時已翻轉的卷積核，在這裡以原來的樣子滑過這些梯度。",
        "point.apart": "每個輸入格把它參與過的輸出的梯度加起來，各乘上當時遇到的權重："
        "步幅 {stride} 把梯度分開，翻轉的卷積核滑過它們。",
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
        """The gradient of a direct window's input."""
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
        "kind.conv_grad_weight": "gradient of a convolution's kernel, a convolution with the gradient of the output",
        "point.near": "Each weight adds up, over all outputs, the input it met times that output's gradient: the "
        "gradients slide over the input like a kernel.",
        "point.near.transposed": "Each weight adds up, over all inputs, the input times the gradient of the output it "
        "was added to: the input slides over the gradients like a kernel.",
        "point.apart.transposed": "Each weight adds up, over all inputs, the input times the gradient of the output it "
        "was added to: the input slides over the gradients like a kernel with gaps, for the stride of {stride} becomes "
        "a dilation.",
        "point.apart": "Each weight adds up, over all outputs, the input it met times that output's gradient: the "
        "gradients slide over the input like a kernel with gaps, for the stride of {stride} becomes a dilation.",
        "formula.places": "one place for each cell of the kernel: {cells}",
    },
    "zh-TW": {
        "kind.conv_grad_weight": "卷積核的梯度（以輸出的梯度為核的卷積）",
        "point.near": "每個權重對所有輸出把它遇到的輸入乘上該輸出的梯度，再加起來：這些梯度像卷積核一樣滑過輸入。",
        "point.near.transposed": "每個權重對所有輸入把輸入乘上它所加到的輸出的梯度，再加起來："
        "輸入像卷積核一樣滑過這些梯度。",
        "point.apart.transposed": "每個權重對所有輸入把輸入乘上它所加到的輸出的梯度，再加起來："
        "輸入像有空隙的卷積核滑過這些梯度，因為步幅 {stride} 變成空洞率。",
        "point.apart": "每個權重對所有輸出把它遇到的輸入乘上該輸出的梯度，再加起來："
        "這些梯度像有空隙的卷積核滑過輸入，因為步幅 {stride} 變成空洞率。",
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
    """The size of the map that is the kernel."""
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

        key = f"{'near' if max(self.dilation) == 1 else 'apart'}{'.transposed' if self.transposed else ''}"
        return say.of(self, f"point.{key}", stride=per_axis(self.dilation))

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        del fed
        return self.moves(say)

    def formulas(self, a: int, say: Language) -> list[str]:
        return [*Windowed.formulas(self, a, say), say.of(self, "formula.places", cells=self.ends.out_size[a])]
