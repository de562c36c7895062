"""Pooling in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, assert_never

from conv_anim.coding import keras_code as keras
from conv_anim.coding import rules
from conv_anim.coding import torch_code as torch
from conv_anim.coding.arrays_code import padded
from conv_anim.coding.writing import (
    LETTERS,
    arguments,
    is_global,
    numbers,
    overhang,
    reached,
    slices,
    unless,
    unwritten,
)
from conv_anim.ops.padding import named_padding
from conv_anim.spec.sizes import ceil_size, effective_kernel

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.pool import Pool
    from conv_anim.spec.model import Padding


# PyTorch


def _torch(layer: Pool, context: CodeContext) -> list[str]:
    if context.unpooled and not _as_torch(layer):
        unwritten("a pool to take back, with more padding on one side or more than half its kernel_size")
    match layer.reduce:
        case "max":
            return _torch_max(layer, context)
        case "mean":
            return _torch_mean(layer, context)
        case "norm" if any(overhang(layer)):
            p, apart = layer.norm_type, ((0, 0),) * len(layer.kernel_size)
            return [f"total = {_torch_sums(layer, f'(x.abs() ** {p})', apart)}", f"y = total ** (1 / {p})"]
        case "norm":
            keys = _torch_window(layer)
            return [f"y = nn.LPPool{len(layer.kernel_size)}d({layer.norm_type}, {keys})(x.abs())"]
        case _:
            assert_never(layer.reduce)


def _torch_window(layer: Pool, *, padded: bool = True) -> str:
    return arguments(
        kernel_size=numbers(layer.kernel_size),
        stride=None if layer.stride == layer.kernel_size else numbers(layer.stride),
        padding=torch.before(layer.padding) if padded else None,
        dilation=unless(layer.dilation, 1),
        ceil_mode=True if layer.ceil_mode else None,
    )


def _torch_max(layer: Pool, context: CodeContext) -> list[str]:
    kind = f"nn.MaxPool{len(layer.kernel_size)}d"
    if context.unpooled:
        indices = f"indices_{context.traced.number + 1}"
        return [f"y, {indices} = {kind}({_torch_window(layer)}, return_indices=True)(x)"]
    if _as_torch(layer):
        return [f"y = {kind}({_torch_window(layer)})(x)"]
    if layer.ceil_mode and _outputs_when_padded(layer) != layer.ends.out_size:
        unwritten("a pool with ceil_mode and more padding on one side, or more than half its kernel_size")
    padded = torch.padded(layer.padding, value='float("-inf")')
    return [f"x = {padded}", f"y = {kind}({_torch_window(layer, padded=False)})(x)"]


def _as_torch(layer: Pool) -> bool:
    """Whether PyTorch's pools take its padding."""
    return rules.torch_pool(layer.kernel_size, layer.padding) is None


def _outputs_when_padded(layer: Pool) -> tuple[int, ...]:
    """How many outputs PyTorch counts if the padding is part of the input."""
    sides = zip(layer.ends.in_size, layer.kernel_size, layer.stride, layer.dilation, layer.padding, strict=True)
    return tuple(ceil_size(size + sum(pad), effective_kernel(k, d), s, (0, 0)) for size, k, s, d, pad in sides)


def _torch_mean(layer: Pool, context: CodeContext) -> list[str]:
    del context
    if is_global(layer):
        return [f"y = nn.AdaptiveAvgPool{len(layer.kernel_size)}d(1)(x)"]
    fits = rules.torch_avg_pool(layer.kernel_size, layer.ends.in_size) is None
    if _as_torch(layer) and max(layer.dilation) == 1 and fits:
        counted = "" if layer.count_include_pad or not any(map(any, layer.padding)) else ", count_include_pad=False"
        return [f"y = nn.AvgPool{len(layer.kernel_size)}d({_torch_window(layer)}{counted})(x)"]
    total = f"total = {_torch_sums(layer, 'x', layer.padding)}"
    if layer.count_include_pad and not any(overhang(layer)):
        return [total, f"y = total / {prod(layer.kernel_size)}"]
    ones = "torch.ones_like(x)"
    if not layer.count_include_pad:
        return [total, f"count = {_torch_sums(layer, ones, layer.padding)}", "y = total / count"]
    counted = torch.padded(layer.padding, value="1.0").replace("(x,", f"({ones},", 1)
    return [total, f"count = {_torch_sums(layer, counted, ((0, 0),) * len(layer.kernel_size))}", "y = total / count"]


def _torch_sums(layer: Pool, what: str, padding: Padding) -> str:
    """The sum of each window, channel by channel: a convolution whose weights are all 1."""
    sides = zip(padding, overhang(layer), strict=True)
    around = tuple((before, after + more) for (before, after), more in sides)
    padded = torch.padded(around).replace("(x,", f"({what},", 1) if any(map(any, around)) else what
    channels = layer.ends.in_channels
    ones = f"torch.ones{(channels, 1, *layer.kernel_size)}"
    keys = arguments(stride=layer.stride, dilation=unless(layer.dilation, 1), groups=channels)
    return f"nn.functional.conv{len(layer.kernel_size)}d({padded}, {ones}, {keys})"


# Keras


def _keras(layer: Pool, context: CodeContext) -> list[str]:
    del context
    if layer.reduce == "norm":
        unwritten("lp_pool")
    axes = len(layer.kernel_size)
    if layer.reduce == "mean" and is_global(layer):
        return [f"y = layers.GlobalAveragePooling{axes}D(keepdims=True)(x)"]
    if max(layer.dilation) > 1:
        unwritten("a pool with a dilation")
    words, before = _keras_padding(layer)
    keys = arguments(
        pool_size=numbers(layer.kernel_size),
        strides=None if layer.stride == layer.kernel_size else numbers(layer.stride),
        padding=None if words is None else f'"{words}"',
    )
    kind = "MaxPooling" if layer.reduce == "max" else "AveragePooling"
    return [*before, f"y = layers.{kind}{axes}D({keys})(x)"]


def _keras_padding(layer: Pool) -> tuple[str | None, list[str]]:
    """Keras's "same", whose padding is in no mean and no maximum, or cells that are put on before."""
    beyond, around = overhang(layer), reached(layer)
    if not any(map(any, around)):
        return None, []
    counted = layer.reduce == "mean" and layer.count_include_pad
    if around == named_padding("same", layer.ends.in_size, layer.kernel_size, layer.stride) and not (
        counted and any(map(any, layer.padding))
    ):
        return "same", []
    if layer.reduce == "max":
        pads = [(0, 0), *around, (0, 0)]
        return None, [f'x = keras.ops.pad(x, {pads}, constant_values=float("-inf"))']
    if not counted or any(beyond):
        unwritten("a mean that leaves out some of its padding")
    return None, [keras.zeros(layer.padding)]


# JAX


def _jax_window(layer: Pool, padding: Padding) -> str:
    dilated = f", window_dilation={(1, *layer.dilation)}" if max(layer.dilation) > 1 else ""
    return f"{(1, *layer.kernel_size)}, {(1, *layer.stride)}, {[(0, 0), *padding]}{dilated}"


def _jax(layer: Pool, context: CodeContext) -> list[str]:
    del context
    beyond, padding = overhang(layer), reached(layer)
    window = _jax_window(layer, padding)
    match layer.reduce:
        case "max":
            return [f"y = lax.reduce_window(x, -jnp.inf, lax.max, {window})"]
        case "norm":
            p = layer.norm_type
            return [f"y = lax.reduce_window(jnp.abs(x) ** {p}, 0.0, lax.add, {window}) ** (1 / {p})"]
        case "mean":
            return _jax_mean(layer, window, padded_=any(map(any, padding)), beyond=any(beyond))
        case _:
            assert_never(layer.reduce)


def _jax_mean(layer: Pool, window: str, *, padded_: bool, beyond: bool) -> list[str]:
    total = f"total = lax.reduce_window(x, 0.0, lax.add, {window})"
    if not padded_ or (layer.count_include_pad and not beyond):
        return [total, f"y = total / {prod(layer.kernel_size)}"]
    counted = "jnp.ones_like(x)"
    if layer.count_include_pad and any(map(any, layer.padding)):
        counted = f"jnp.pad(jnp.ones_like(x), {[(0, 0), *layer.padding]}, constant_values=1.0)"
        window = _jax_window(layer, tuple((0, more) for more in overhang(layer)))
    return [total, f"count = lax.reduce_window({counted}, 0.0, lax.add, {window})", "y = total / count"]


# NumPy


def _numpy(layer: Pool, context: CodeContext) -> list[str]:
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    at = ", ".join(LETTERS[: len(layer.kernel_size)])
    lines: list[str] = []
    if context.unpooled:
        size, name = layer.ends.in_size, f"places_{context.traced.number + 1}"
        lines += [
            f"cells = np.pad(np.arange({prod(size)}).reshape{size}, {list(layer.padding)})",
            f"{name} = np.zeros({context.traced.output.shape}, dtype=int)  # where each maximum is found",
        ]
    empty = {"max": "-np.inf", "norm": "0.0", "mean": "0.0" if layer.count_include_pad else "np.nan"}[layer.reduce]
    lines += [
        *padded(layer.padding, "np", **({} if empty == "0.0" else {"constant_values": empty})),
        f"y = np.zeros({context.traced.output.shape})",
        f"for c, {at} in np.ndindex(y.shape):",
        f"    window = x[c, {window}]",
        f"    y[c, {at}] = {_numpy_reduced(layer)}",
    ]
    if context.unpooled:
        lines.append(f"    {name}[c, {at}] = cells[{window}].ravel()[window.argmax()]")
    return lines


def _numpy_reduced(layer: Pool) -> str:
    match layer.reduce:
        case "max":
            return "window.max()"
        case "norm":
            return f"np.sum(np.abs(window) ** {layer.norm_type}) ** (1 / {layer.norm_type})"
        case "mean":
            padded_ = any(map(any, layer.padding)) and not layer.count_include_pad
            return "np.nanmean(window)" if padded_ else "window.mean()"
        case _:
            assert_never(layer.reduce)


WRITERS = {"torch": _torch, "keras": _keras, "jax": _jax, "numpy": _numpy}
