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
        "kind.conv_grad_input": "gradient with respect to a convolution's input, a transposed convolution",
        "point.back": "Each input cell went into some outputs: its gradient adds up theirs, each times the weight "
        "between the two.",
    },
    "zh-TW": {
        "kind.conv_grad_input": "對卷積輸入的梯度（轉置卷積）",
        "point.back": "每個輸入格進入過一些輸出：它的梯度是這些輸出的梯度各乘上兩者之間的權重，再加起來。",
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
        return say.of(self, "point.back")


WEIGHT_WORDS = {
    "en": {
        "kind.conv_grad_weight": "gradient with respect to a convolution's kernel, a convolution with the gradient "
        "with "
        "respect to its output",
        "point.near": "Each weight met one input cell for every output: its gradient adds up these cells, each times "
        "the gradient of its output.",
        "point.near.transposed": "Each weight took every input cell to one output: its gradient adds up these cells, "
        "each times the gradient of its output.",
        "point.apart": "Each weight met one input cell for every output, {stride} apart as is the stride: its gradient "
        "adds up these cells, each times the gradient of its output.",
        "point.apart.transposed": "Each weight took every input cell to one output, {stride} apart as is the stride: "
        "its gradient adds up these cells, each times the gradient of its output.",
        "formula.places": "one place for each cell of the kernel: {cells}",
    },
    "zh-TW": {
        "kind.conv_grad_weight": "對卷積核的梯度（以對輸出的梯度為核的卷積）",
        "point.near": "每個權重對每個輸出各遇到一個輸入格：它的梯度是這些格各乘上其輸出的梯度，再加起來。",
        "point.near.transposed": "每個權重把每個輸入格各帶到一個輸出：它的梯度是這些格各乘上其輸出的梯度，再加起來。",
        "point.apart": "每個權重對每個輸出各遇到一個輸入格，相隔步幅 {stride}："
        "它的梯度是這些格各乘上其輸出的梯度，再加起來。",
        "point.apart.transposed": "每個權重把每個輸入格各帶到一個輸出，相隔步幅 {stride}："
        "它的梯度是這些格各乘上其輸出的梯度，再加起來。",
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
        """Its window is a map, no kernel."""
        del fed
        window, *others = self.moves(say)
        return [replace(window, key="window"), *others]

    def formulas(self, a: int, say: Language) -> list[str]:
        return [*Windowed.formulas(self, a, say), say.of(self, "formula.places", cells=self.ends.out_size[a])]
