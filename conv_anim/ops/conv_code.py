"""A convolution in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import jax_code as jax
from conv_anim.coding import keras_code as keras
from conv_anim.coding import numpy_code as numpy
from conv_anim.coding import rules
from conv_anim.coding import torch_code as torch
from conv_anim.coding.arrays_code import padded
from conv_anim.coding.literals import NUMPY
from conv_anim.coding.writing import LETTERS, arguments, numbers, slices, symmetric, unless, unwritten, window
from conv_anim.ops.padding import named_padding
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.conv import Conv
    from conv_anim.spec.model import Padding


def _torch(layer: Conv, context: CodeContext) -> list[str]:
    name, traced, even = context.named("conv"), context.traced, symmetric(layer.padding)
    zeros = layer.padding_mode == "zeros"
    padding = torch.before(layer.padding) if even else None
    other = None if zeros or not even else f'"{layer.padding_mode}"'
    keys = window(layer, context, bias="bias", padding=padding, padding_mode=other)
    mode = {} if zeros else {"mode": repr(layer.padding_mode)}
    lines = [] if even else [f"x = {torch.padded(layer.padding, **mode)}"]
    lines += [
        f"{name} = nn.Conv{len(layer.kernel_size)}d({layer.ends.in_channels}, {layer.ends.out_channels}, {keys})",
        *torch.filled(name, traced),
    ]
    if layer.flip:
        flat = ", ".join(str(2 + axis) for axis in range(len(layer.kernel_size)))
        lines.append(f"{name}.weight.data = {name}.weight.data.flip({flat})  # the kernel turned round")
    return [*lines, f"y = {name}(x)"]


def _keras(layer: Conv, context: CodeContext) -> list[str]:
    name, traced = context.named("conv"), context.traced
    if rules.keras_conv(layer.stride, layer.dilation) is not None:
        unwritten("a convolution with both a stride and a dilation")
    words, before = _keras_padding(layer)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        strides=unless(layer.stride, 1),
        padding=None if words is None else f'"{words}"',
        dilation_rate=unless(layer.dilation, 1),
        groups=layer.groups if layer.groups > 1 else None,
        use_bias=False if traced.bias is None else None,
    )
    values = NUMPY.weight(traced)
    return [
        *before,
        f"{name} = layers.Conv{len(layer.kernel_size)}D({layer.ends.out_channels}, {keys})",
        *keras.filled(name, traced, values, flat=keras.axes_of(layer.kernel_size), flip=layer.flip),
        f"y = {name}(x)",
    ]


def _keras_padding(layer: Conv) -> tuple[str | None, list[str]]:
    """Keras's name for the padding, or a layer that comes before."""
    if not any(map(any, layer.padding)):
        return None, []
    windows = tuple(map(effective_kernel, layer.kernel_size, layer.dilation))
    if layer.padding_mode == "zeros":
        if layer.padding == named_padding("same", layer.ends.in_size, windows, layer.stride):
            return "same", []
        if len(windows) == 1 and layer.padding == ((windows[0] - 1, 0),):
            return "causal", []
        return None, [keras.zeros(layer.padding)]
    if layer.padding_mode != "reflect":
        unwritten(f"padding_mode {layer.padding_mode}")
    return None, [f'x = keras.ops.pad(x, {[(0, 0), *layer.padding, (0, 0)]}, mode="reflect")']


def _jax(layer: Conv, context: CodeContext) -> list[str]:
    traced = context.traced
    flat = tuple(range(2, 2 + len(layer.kernel_size)))
    lines = jax.weight(traced)
    if layer.flip:
        lines.append(f"weight = jnp.flip(weight, axis={flat})  # the kernel turned round")
    padding: Padding = layer.padding
    if layer.padding_mode != "zeros":
        lines += padded(padding, "jnp", mode=jax.MODES[layer.padding_mode])
        padding = ((0, 0),) * len(padding)
    call = jax.call(
        "weight",
        window_strides=layer.stride,
        padding=list(padding),
        rhs_dilation=layer.dilation if max(layer.dilation) > 1 else None,
        feature_group_count=layer.groups if layer.groups > 1 else None,
    )
    return [*lines, *call, *jax.biased(traced)]


def _numpy(layer: Conv, context: CodeContext) -> list[str]:
    traced = context.traced
    read = slices(layer.stride, layer.kernel_size, layer.dilation)
    seen, filters = layer.ends.in_channels // layer.groups, layer.ends.out_channels // layer.groups
    axes = len(layer.kernel_size)
    at = ", ".join(LETTERS[:axes])
    lines = [*numpy.weight(traced)]
    if layer.flip:
        lines.append(f"weight = np.flip(weight, axis={tuple(range(2, 2 + axes))})  # the kernel turned round")
    lines += [
        *padded(layer.padding, "np", **numpy.MODES[layer.padding_mode]),
        f"y = np.zeros({traced.output.shape})",
        f"for m, {at} in np.ndindex(y.shape):",
    ]
    if layer.groups > 1:
        lines.append(f"    group = m // {filters} * {seen}")
    channels = ":" if layer.groups == 1 else f"group : group + {seen}"
    lines += [
        f"    window = x[{channels}, {read}]",
        f"    y[m, {at}] = np.sum(window * weight[m])" + (" + bias[m]" if traced.bias is not None else ""),
    ]
    return lines


WRITERS = {"torch": _torch, "keras": _keras, "jax": _jax, "numpy": _numpy}
