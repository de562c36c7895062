"""The gradient of an average pool with one divisor: a transposed convolution whose kernel holds equal shares."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.ops import points
from conv_anim.ops.gradient_windows import InputGradient
from conv_anim.spec.model import Given
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.ops.pool import Pool
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Values

WORDS = {
    "en": {
        "kind.pool_grad_input": "gradient with respect to the input of average pooling, a transposed convolution",
        "point.shares": "A mean shares its gradient out evenly: each of the {count} cells of its window gets 1/{count} "
        "of it.",
    },
    "zh-TW": {
        "kind.pool_grad_input": "對平均池化輸入的梯度（轉置卷積）",
        "point.shares": "平均把梯度平分：視窗的 {count} 格各得到 1/{count}。",
    },
}


@dataclass(frozen=True, slots=True)
class ShareGradient(InputGradient):
    """Each output's gradient in equal shares for the cells of its window, channel by channel."""

    WORDS = points.merged(InputGradient.WORDS, WORDS)
    type = "pool_grad_input"

    def kind(self) -> str:
        return self.type

    def point(self, say: Language) -> str:
        return say.of(self, "point.shares", count=prod(self.kernel_size))


def input_gradient(op: Pool) -> ShareGradient | None:
    """None for a maximum and a norm, and where windows divide by different counts."""
    if op.reduce != "mean" or op.ceil_mode or (op.padded and not op.count_include_pad):
        return None
    shares = Given((1,) * len(op.kernel_size), (1 / prod(op.kernel_size),))
    return ShareGradient.through(op, groups=op.ends.in_channels, weight=shares, flipped=False)  # the same either way


def weight_gradient(op: Pool, input_: Values, upstream: Values) -> None:
    """It has no weights."""
    del op, input_, upstream
