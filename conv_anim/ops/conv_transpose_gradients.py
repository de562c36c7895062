"""The gradients of a transposed convolution: the direct one, and the upstream gradient convolved with its input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.ops import points
from conv_anim.ops.conv import Conv
from conv_anim.ops.gradient_windows import WeightGradient
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Size, Values

WORDS = {
    "en": {
        "kind.conv_transpose_grad_input": "gradient with respect to a transposed convolution's input, a convolution",
        "point.back": "Backward, a transposed convolution is the convolution that it transposes: each input cell "
        "collects the gradients of the outputs that it stamped.",
    },
    "zh-TW": {
        "kind.conv_transpose_grad_input": "對轉置卷積輸入的梯度（卷積）",
        "point.back": "轉置卷積的反向就是它所轉置的卷積：每個輸入格從它蓋印的輸出收回梯度。",
    },
}


@dataclass(frozen=True, slots=True)
class DirectGradient(Conv):
    """Of a transposed convolution's input: the convolution that it transposes."""

    WORDS = points.merged(Conv.WORDS, WORDS)
    GRADIENTS = ""
    type = "conv_transpose_grad_input"
    roles = ("upstream", "kernel", "grad_input")

    @property
    def parameter_terms(self) -> tuple[Size, ...]:
        """It has none of its own: the weight is that of the layer."""
        return ()

    def kind(self) -> str:
        return self.type

    def edges(self, say: Language) -> list[tuple[str, str]]:
        return [*Conv.edges(self, say), (say("explain.back"), self.point(say))]

    def point(self, say: Language) -> str:
        return say.of(self, "point.back")


def input_gradient(op: ConvTranspose) -> DirectGradient:
    """The convolution that it transposes."""
    return DirectGradient(
        ends=op.ends.reversed,
        kernel_size=op.kernel_size,
        stride=op.stride,
        padding=op.padding,
        dilation=op.dilation,
        groups=op.groups,
        padding_mode="zeros",
        flip=False,
        weight=op.weight,
        bias=None,
    )


def weight_gradient(op: ConvTranspose, input_: Values, upstream: Values) -> WeightGradient:
    """The upstream gradient convolved with the input."""
    del upstream
    return WeightGradient.through(op, op.ends.reversed, input_, transposed=True)
