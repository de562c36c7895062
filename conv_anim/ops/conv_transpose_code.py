"""A transposed convolution in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import jax_code as jax
from conv_anim.coding import keras_code as keras
from conv_anim.coding import numpy_code as numpy
from conv_anim.coding import rules
from conv_anim.coding import torch_code as torch
from conv_anim.coding.literals import NUMPY
from conv_anim.coding.writing import LETTERS, arguments, cut, numbers, slices, symmetric, unless, unwritten, within
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.conv_transpose import ConvTranspose


def _torch(layer: ConvTranspose, context: CodeContext) -> list[str]:
    name, even = context.named("conv"), symmetric(layer.padding)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        stride=unless(layer.stride, 1),
        padding=torch.before(layer.padding) if even else None,
        output_padding=unless(layer.output_padding, 0),
        groups=layer.groups if layer.groups > 1 else None,
        bias=False if context.traced.bias is None else None,
        dilation=unless(layer.dilation, 1),
    )
    channels, axes = f"{layer.ends.in_channels}, {layer.ends.out_channels}", len(layer.kernel_size)
    lines = [
        f"{name} = nn.ConvTranspose{axes}d({channels}, {keys})",
        *torch.filled(name, context.traced),
        f"y = {name}(x)",
    ]
    if not even:
        lines.append(f"y = y[:, :, {within(layer.padding, layer.ends.out_size)}]")
    return lines


def _keras(layer: ConvTranspose, context: CodeContext) -> list[str]:
    """Without padding, then cut to size."""
    name, traced = context.named("conv"), context.traced
    if layer.groups > 1:
        unwritten("a transposed convolution with groups")
    if rules.keras_conv(layer.stride, layer.dilation) is not None:
        unwritten("a transposed convolution with a stride and a dilation")
    if _fills(layer) and rules.keras_output_padding(layer.output_padding, layer.stride) is not None:
        unwritten("an output padding that is not less than the stride")
    extra = tuple(layer.output_padding)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        strides=unless(layer.stride, 1),
        dilation_rate=unless(layer.dilation, 1),
        output_padding=numbers(extra) if _fills(layer) else None,
        use_bias=False if traced.bias is None else None,
    )
    values = NUMPY.weight(traced)
    lines = [
        f"{name} = layers.Conv{len(layer.kernel_size)}DTranspose({layer.ends.out_channels}, {keys})",
        *keras.filled(name, traced, values, flat=keras.axes_of(layer.kernel_size), flip=False),
        f"y = {name}(x)",
    ]
    if any(map(any, layer.padding)):
        lines.append(f"y = y[:, {within(layer.padding, layer.ends.out_size)}]")
    return lines


def _fills(layer: ConvTranspose) -> bool:
    """Whether the output padding must be said: else Keras makes max(k, s) − k of it."""
    windows = map(effective_kernel, layer.kernel_size, layer.dilation)
    sides = zip(windows, layer.stride, layer.output_padding, strict=True)
    return any(max(window, s) - window != more for window, s, more in sides)


def _jax(layer: ConvTranspose, context: CodeContext) -> list[str]:
    """The direct convolution that equals it: over the input spread by the stride, with the kernel turned round."""
    traced = context.traced
    groups, axes = layer.groups, len(layer.kernel_size)
    borders = [(axis.before, axis.after) for axis in traced.operator.axes]
    call = jax.call(
        "kernel",
        window_strides=(1,) * axes,
        padding=borders,
        lhs_dilation=layer.stride if max(layer.stride) > 1 else None,
        rhs_dilation=layer.dilation if max(layer.dilation) > 1 else None,
        feature_group_count=groups if groups > 1 else None,
    )
    return [*jax.weight(traced), f"kernel = {jax.turned_kernel(layer)}", *call, *jax.biased(traced)]


def _numpy(layer: ConvTranspose, context: CodeContext) -> list[str]:
    """Every input cell stamps the kernel, times its number; what the padding takes off is cut off."""
    traced = context.traced
    sides = zip(layer.ends.in_size, layer.kernel_size, layer.stride, layer.dilation, layer.output_padding, strict=True)
    canvas = tuple((n - 1) * s + effective_kernel(k, d) + more for n, k, s, d, more in sides)
    seen, filters = layer.ends.in_channels // layer.groups, layer.ends.out_channels // layer.groups
    at = ", ".join(LETTERS[: len(canvas)])
    outputs = ":" if layer.groups == 1 else f"group : group + {filters}"
    lines = [
        *numpy.weight(traced),
        f"y = np.zeros({(layer.ends.out_channels, *canvas)})",
        f"for c, {at} in np.ndindex(x.shape):",
    ]
    if layer.groups > 1:
        lines.append(f"    group = c // {seen} * {filters}")
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    lines.append(f"    y[{outputs}, {window}] += x[c, {at}] * weight[c]")
    if any(map(any, layer.padding)):
        kept = cut([(before, n - after) for n, (before, after) in zip(canvas, layer.padding, strict=True)])
        lines.append(f"y = y[:, {kept}]")
    if traced.bias is not None:
        lines.append(f"y = y + bias.reshape({', '.join(['-1', *['1'] * len(canvas)])})")
    return lines


WRITERS = {"torch": _torch, "keras": _keras, "jax": _jax, "numpy": _numpy}
