"""A deformable convolution in the words of PyTorch and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import numpy_code as numpy
from conv_anim.coding import torch_code as torch
from conv_anim.coding.literals import NUMPY
from conv_anim.coding.torch_code import TORCH
from conv_anim.coding.writing import arguments, called, symmetric, unless

if TYPE_CHECKING:
    from conv_anim.coding.literals import Form
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.deform_conv import DeformConv
    from conv_anim.tracing.values import Array

IMPORT = "from torchvision.ops import deform_conv2d"


def _held(layer: DeformConv, context: CodeContext, form: Form, batch: str = "") -> list[str]:
    """Offset and mask by these names, and the input as x."""
    sampling = context.traced.means.sampling  # type: ignore[union-attr]  # it is no window
    assert sampling is not None
    lines = [] if context.inputs[0] == "x" else [f"x = {context.inputs[0]}"]
    arrays: list[tuple[str, object, Array | None]] = [
        ("offset", layer.offset, sampling.offset),
        ("mask", layer.mask, sampling.mask),
    ]
    for of, (name, values, array) in enumerate(arrays, start=1):
        if array is not None:
            made = f"{form.of(values, array)}{batch}" if values is not None else context.inputs[of]  # type: ignore[arg-type]
            lines.append(f"{name} = {made}")
    return lines


def _torch(layer: DeformConv, context: CodeContext) -> list[str]:
    traced, even = context.traced, symmetric(layer.padding)
    lines = [IMPORT, *_held(layer, context, TORCH, "[None].contiguous()"), f"weight = {TORCH.weight(traced)}"]
    lines += [] if even else [f"x = {torch.padded(layer.padding)}"]
    lines += [] if traced.bias is None else [f"bias = {TORCH.numbers(traced.bias)}"]
    keys = arguments(
        bias=None if traced.bias is None else "bias",
        stride=unless(layer.stride, 1),
        padding=torch.before(layer.padding) if even else None,
        dilation=unless(layer.dilation, 1),
        mask="mask" if layer.masked else None,
    )
    return [*lines, *called("y = deform_conv2d", f"x, offset, weight{', ' * bool(keys)}{keys}")]


def _numpy(layer: DeformConv, context: CodeContext) -> list[str]:
    traced, (rows, columns) = context.traced, layer.kernel_size
    (s, t), (d, e), (top, left) = layer.stride, layer.dilation, (pad[0] for pad in layer.padding)
    seen, filters = layer.ends.in_channels // layer.groups, layer.ends.out_channels // layer.groups
    each = layer.ends.in_channels // layer.offset_groups
    lines = [
        "def between(x, i, j):",
        "    total, top, left = 0.0, int(np.floor(i)), int(np.floor(j))",
        "    for r, c in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):",
        "        if 0 <= r < x.shape[0] and 0 <= c < x.shape[1]:",
        "            total += (1 - abs(i - r)) * (1 - abs(j - c)) * x[r, c]",
        "    return total",
        "",
        "",
        *_held(layer, context, NUMPY),
        *numpy.weight(traced),
        f"y = np.zeros({traced.output.shape})",
        "for m, i, j in np.ndindex(y.shape):",
        "    for c, k, l in np.ndindex(weight[m].shape):",
        f"        channel = m // {filters} * {seen} + c" if layer.groups > 1 else "        channel = c",
        f"        tap = channel // {each} * {rows * columns} + k * {columns} + l",
        "        dy, dx = offset[2 * tap, i, j], offset[2 * tap + 1, i, j]",
        f"        read = between(x[channel], i * {s} - {top} + k * {d} + dy, j * {t} - {left} + l * {e} + dx)",
        f"        y[m, i, j] += weight[m, c, k, l] * read{' * mask[tap, i, j]' if layer.masked else ''}",
    ]
    return lines if traced.bias is None else [*lines, "y += bias[:, None, None]"]


WRITERS = {"torch": _torch, "numpy": _numpy}
