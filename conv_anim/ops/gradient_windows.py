"""Gradients that are sliding windows themselves: those of convolutions, transposed convolutions and plain averages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING, ClassVar

from conv_anim.ops import points
from conv_anim.ops.conv_transpose import ConvTranspose
from conv_anim.ops.windows import Weighing, Windowed, direct_axes
from conv_anim.spec.op import Op, Products
from conv_anim.tracing.operators import Operator

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.scene.wording.parameters import Setting
    from conv_anim.spec.model import Ends, Number, Padding, Size, Values
    from conv_anim.tracing.geometry import PaddingMode
    from conv_anim.tracing.values import Array

INPUT_WORDS = {
    "en": {
        "kind.conv_grad_input": "gradient of a convolution's input, a transposed convolution",
        "point.near": "The gradient of the input is a transposed convolution of the upstream gradient: each input "
        "cell adds up what comes back from the outputs it went into, so the kernel runs the other way: it is flipped.",
        "point.apart": "The gradient of the input is a transposed convolution of the upstream gradient: stride "
        "{stride} pulls the gradients apart with zeros, and the kernel runs the other way: it is flipped.",
    },
    "zh-TW": {
        "kind.conv_grad_input": "卷積輸入的梯度（轉置卷積）",
        "point.near": "輸入的梯度是上游梯度的轉置卷積：每個輸入格把它參與過的輸出傳回的梯度加起來，所以卷積核反向，要翻轉。",
        "point.apart": "輸入的梯度是上游梯度的轉置卷積：步幅 {stride} 在梯度之間插入零，卷積核反向，要翻轉。",
    },
}


@dataclass(frozen=True, slots=True)
class InputGradient(ConvTranspose):
    """Of a direct convolution: its transposed one, with the same weight and no bias."""

    flipped: bool = True
    """Whether the kernel is; not where the convolution flips it itself."""

    WORDS = points.merged(ConvTranspose.WORDS, INPUT_WORDS)
    CODE = ""
    GRADIENTS = ""
    type = "conv_grad_input"
    roles = ("upstream", "kernel", "grad_input")

    @property
    def window(self) -> Operator:
        # not super(): a dataclass with slots is another class than the one that its methods are written in
        made = ConvTranspose.window.__get__(self)
        return replace(made, axes=tuple(replace(axis, flipped=self.flipped) for axis in made.axes))

    def point(self, say: Language) -> str:
        from conv_anim.scene.wording.words import per_axis

        near = max(self.stride) == 1
        return say.of(self, "point.near" if near else "point.apart", stride=per_axis(self.stride))
