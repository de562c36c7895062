"""The gradients of a convolution: its transposed one, and a convolution of its input with what comes from above."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.ops.gradient_windows import InputGradient, WeightGradient

if TYPE_CHECKING:
    from conv_anim.ops.conv import Conv
    from conv_anim.spec.model import Values


def input_gradient(op: Conv) -> InputGradient | None:
    """The transposed convolution; None where padding repeats input cells, which then get more than one share.

    None of a masked one too: its own taps say which weights are left out.
    """
    if op.padding_mode != "zeros" or op.mask is not None:
        return None
    return InputGradient.through(op, groups=op.groups, weight=op.weight, flipped=not op.flip)


def weight_gradient(op: Conv, input_: Values, upstream: Values) -> WeightGradient | None:
    """Its input convolved with the upstream gradient; None where the kernel is flipped first, or masked."""
    del input_
    if op.flip or op.mask is not None:
        return None
    return WeightGradient.through(op, op.ends, upstream, mode=op.padding_mode)
