"""Gradients that are windows, in the words of NumPy; PyTorch and JAX find gradients by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding.arrays_code import padded
from conv_anim.coding.literals import NUMPY
from conv_anim.coding.numpy_code import MODES
from conv_anim.coding.writing import LETTERS, slices
from conv_anim.ops import conv_transpose_code

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.gradient_windows import InputGradient, WeightGradient

Lines = list[str]


def _input(op: InputGradient, context: CodeContext) -> Lines:
    """As the transposed convolution: each gradient stamps the kernel, the one that the convolution met."""
    lines = conv_transpose_code.WRITERS["numpy"](op, context)
    if op.flipped:
        return lines
    axes = tuple(range(2, 2 + len(op.kernel_size)))
    first = next(k for k, line in enumerate(lines) if line.startswith("y = "))
    return [*lines[:first], f"weight = np.flip(weight, axis={axes})  # as the convolution met it", *lines[first:]]


def _weight(op: WeightGradient, context: CodeContext) -> Lines:
    """The forward windows once more: each adds what it read, times the number that is the other map's there."""
    read, kernel = ("upstream", "fed") if op.transposed else ("x", "upstream")
    window = slices(op.dilation, op.ends.out_size, op.stride)
    at = ", ".join(LETTERS[: len(op.kernel_size)])
    width = op.ends.in_channels // op.groups
    grouped = [f"    group = m // {op.each} * {width}"] if op.groups > 1 else []
    channels = f"group : group + {width}" if grouped else ":"
    shape = (op.each * op.groups, width, *op.ends.out_size)
    lines = [f"{kernel} = {NUMPY.weight(context.traced)}[:, 0]", *padded(op.padding, "np", **MODES[op.padding_mode])]
    if read != "x":
        lines.append(f"{read} = x")
    return [
        *lines,
        f"y = np.zeros({shape})",
        f"for m, {at} in np.ndindex({kernel}.shape):",
        *grouped,
        f"    y[m] += {kernel}[m, {at}] * {read}[{channels}, {window}]",
    ]


WRITERS = {"numpy": lambda op, context: (_weight if op.type == "conv_grad_weight" else _input)(op, context)}
