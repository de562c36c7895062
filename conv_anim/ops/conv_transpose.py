"""``conv_transpose``: transposed convolution as in PyTorch's ``ConvTranspose1d`` … ``ConvTranspose3d``."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.ops import points, transposed_points
from conv_anim.ops.windows import Weighing, Windowed
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
    kernel_size,
    op_type,
    pads,
    per_axis,
    weight_values,
)
from conv_anim.spec.kinds import INVALID, Invalid
from conv_anim.spec.model import Ends
from conv_anim.spec.op import Products
from conv_anim.spec.records import Field
from conv_anim.spec.roles import Role
from conv_anim.spec.sizes import effective_kernel, transposed_size
from conv_anim.tracing.geometry import Axis
from conv_anim.tracing.operators import Operator
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.entering import Entering, PerAxis
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Number, Padding, Size, Values
    from conv_anim.spec.records import Record
    from conv_anim.tracing.values import Array

PADDING: Field[Amount] = Field(
    "padding",
    AMOUNT,
    "The padding of the direct convolution that this transposes: cells taken off the output.",
    default=0,
    example=1,
)
OUTPUT_PADDING: Field[PerAxis] = Field(
    "output_padding",
    per_axis(0),
    "Rows and columns more at the end of the output; less than stride or dilation.",
    default=0,
    example=1,
)


WORDS = {
    "en": {"kind.conv_transpose": "transposed convolution"},
    "zh-TW": {"kind.conv_transpose": "轉置卷積"},
}


@dataclass(frozen=True, slots=True)
class ConvTranspose(Windowed, Weighing):
    """As PyTorch's ``ConvTranspose1d`` … ``3d``; weight (in_channels, out_channels / groups, *kernel_size)."""

    ends: Ends
    kernel_size: Size
    stride: Size
    padding: Padding
    output_padding: Size
    dilation: Size
    groups: int
    weight: Values
    bias: tuple[Number, ...] | None

    WORDS = points.merged(WORDS, transposed_points.WORDS)
    CODE = "conv_anim.ops.conv_transpose_code"
    GRADIENTS = "conv_anim.ops.conv_transpose_gradients"
    has_gradient = True
    type = "conv_transpose"

    @property
    def window(self) -> Operator:
        """As a gather: the direct convolution that equals it, over the stretched input, with the flipped kernel.

        Its stride is 1, its border k̂ − 1 − p, and output_padding is read beyond the end (Dumoulin and Visin, 13, 14).
        """
        axes = tuple(
            Axis(
                size=size,
                kernel=self.kernel_size[a],
                count=self.ends.out_size[a],
                dilation=self.dilation[a],
                before=self.dilation[a] * (self.kernel_size[a] - 1) - self.padding[a][0],
                after=self.dilation[a] * (self.kernel_size[a] - 1) - self.padding[a][1] + self.output_padding[a],
                stretch=self.stride[a],
                flipped=True,
                extra=self.output_padding[a],
            )
            for a, size in enumerate(self.ends.in_size)
        )
        channels = self.ends.in_channels, self.ends.out_channels
        return Operator(axes, *channels, self.groups, "sum", transposed=True)

    # numbers and cost

    @property
    def weight_shape(self) -> Size:
        return (self.ends.in_channels, self.ends.out_channels // self.groups, *self.kernel_size)

    def kernels(self, weight: Array) -> Array:
        import numpy as np

        per_group = weight.reshape(self.groups, -1, *weight.shape[1:])
        return np.moveaxis(per_group, 2, 1).reshape(self.ends.out_channels, -1, *self.kernel_size)

    @property
    def parameter_terms(self) -> tuple[Size, ...]:
        """As for the convolution that it transposes: output channels first."""
        biases = [] if self.bias is None else [(len(self.bias),)]
        return ((self.ends.out_channels, self.ends.in_channels // self.groups, *self.kernel_size), *biases)

    @property
    def products(self) -> Products:
        """Cells of the input meet every weight once: inserted zeros cost nothing."""
        each = self.ends.out_channels // self.groups * prod(self.kernel_size)
        return Products(self.ends.in_channels * prod(self.ends.in_size), each, of_input=True)

    def period(self, a: int) -> int:
        return self.stride[a]

    # words

    def point(self, say: Language) -> str:
        return transposed_points.transposed(self, say)

    def stamped(self, say: Language) -> str:
        return transposed_points.stamped(self, say)

    def settings(self, say: Language, fed: tuple[int, ...] = ()) -> list[Setting]:
        """The padding, even if it is 0, by its letter: the border that is drawn is another number."""
        from conv_anim.scene.wording.parameters import Setting, moves
        from conv_anim.scene.wording.words import per_axis

        del fed
        return [
            *moves(self.kernel_size, self.stride, self.dilation, say),
            Setting("p", self.padding_cells(say)),
            Setting("output_padding", per_axis(self.output_padding), not any(self.output_padding)),
            Setting("groups", str(self.groups), self.groups == 1),
        ]

    def surroundings(self, say: Language) -> str:
        from conv_anim.scene.wording.words import border, per_axis, size

        axes = self.window.axes
        spread = any(axis.stretch > 1 and axis.size > 1 for axis in axes)
        said = [say("label.spread", size=size(axis.stretched for axis in axes))] if spread else []
        grown = all(min(axis.before, axis.after) >= 0 < axis.before + axis.after for axis in axes)
        canvas, key = size(axis.canvas for axis in axes), "label.border.made" if grown else "label.border"
        if grown and any(self.output_padding):
            key = "label.border.longer"
        extra = per_axis(self.output_padding)
        return say.joined([*said, say(key, cells=border(self.window, say), size=canvas, extra=extra)])

    def edges(self, say: Language) -> list[tuple[str, str]]:
        from conv_anim.scene.wording.words import border

        padding = f"p = {self.padding_cells(say)}"
        return [(say("explain.padding"), padding), (say("explain.border"), border(self.window, say))]

    def formulas(self, a: int, say: Language) -> list[str]:
        """(i − 1)s − 2p + d(k − 1) + output_padding + 1 (relationship 14, as PyTorch writes it)."""
        from conv_anim.scene.wording.words import MINUS

        del say
        i, o, (before, after) = self.ends.in_size[a], self.ends.out_size[a], self.padding[a]
        k, s, d = self.kernel_size[a], self.stride[a], self.dilation[a]
        less = f"2·{before}" if before == after else f"{before} {MINUS} {after}"
        reach = f"({k} {MINUS} 1)" if d == 1 else f"{d}·({k} {MINUS} 1)"
        extra = f" + {self.output_padding[a]}" if self.output_padding[a] else ""
        return [f"o = ({i} {MINUS} 1)·{s} {MINUS} {less} + {reach}{extra} + 1 = {o}"]

    def formula_in_words(self, say: Language) -> str:
        from conv_anim.ops.size_words import transposed_in_words

        return say("formula.words", formula=transposed_in_words(self, say))

    # for programs

    def details(self) -> dict[str, object]:
        sides = zip(self.window.axes, self.output_padding, strict=True)
        border = [[axis.before, axis.after] for axis, _ in sides]
        more = {"output_padding": list(self.output_padding), "border": border, "groups": self.groups}
        return {**Windowed.details(self), **more}


# from its keys


def resolve(record: Record, entering: Entering) -> Maybe[tuple[ConvTranspose, ...]]:
    """The op for a spec's record; INVALID once its problems are reported."""
    kernel = kernel_size(record, entering)
    moves = axis_values(record, entering, (STRIDE, DILATION, OUTPUT_PADDING))
    padding = pads(record.of(PADDING), record.at(PADDING), entering)
    channels = channels_of(record, entering)
    if isinstance(kernel, Invalid) or isinstance(moves, Invalid) or isinstance(padding, Invalid):
        return INVALID
    stride, dilation, extra = moves
    windows = tuple(map(effective_kernel, kernel, dilation))
    out_size = tuple(
        transposed_size(size, window, s, pad, more)
        for size, window, s, pad, more in zip(entering.size, windows, stride, padding, extra, strict=True)
    )
    good = _extra_fits(extra, stride, dilation, record, entering) and _something_left(out_size, record, entering)
    if not good or isinstance(channels, Invalid):
        return INVALID
    out_channels, groups = channels
    weight = weight_values(record, entering, (entering.channels, out_channels // groups, *kernel))
    bias = biases(record, entering, out_channels)
    if isinstance(weight, Invalid) or isinstance(bias, Invalid):
        return INVALID
    layer = ConvTranspose(
        ends=Ends(entering.channels, entering.size, out_channels, out_size),
        kernel_size=kernel,
        stride=stride,
        padding=padding,
        output_padding=extra,
        dilation=dilation,
        groups=groups,
        weight=weight,
        bias=bias,
    )
    return (layer,)


def _extra_fits(extra: Size, stride: Size, dilation: Size, record: Record, entering: Entering) -> bool:
    wrong = (
        f"output_padding {more} must be less than the stride or the dilation, here {most}"
        if more and more >= most
        else None
        for more, most in zip(extra, map(max, stride, dilation), strict=True)
    )
    hint = "it chooses among the sizes that one stride leads to; a larger output needs a larger input or stride"
    return entering.complain(Code.OUTPUT_PADDING, wrong, record.at(OUTPUT_PADDING), hint)


def _something_left(out_size: Size, record: Record, entering: Entering) -> bool:
    wrong = (f"padding takes the whole output away: its size would be {out}" if out < 1 else None for out in out_size)
    hint = "less padding, or a larger input or kernel"
    return entering.complain(Code.DOES_NOT_FIT, wrong, record.at(PADDING), hint)


TYPES = op_type(
    "conv_transpose",
    "A transposed convolution, as PyTorch's ConvTranspose1d, ConvTranspose2d and ConvTranspose3d.",
    resolve,
    (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, OUTPUT_PADDING, DILATION, GROUPS, WEIGHT, BIAS),
    role=Role("window"),
)
