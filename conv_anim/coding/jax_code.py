"""A program of JAX's: ``lax.conv_general_dilated`` and ``lax.reduce_window``. ``x`` and ``y`` are (channels, *size)."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, assert_never

from conv_anim.coding.arrays_code import padded, rearranged
from conv_anim.coding.literals import WIDEST, Form
from conv_anim.coding.writing import arguments, overhang
from conv_anim.spec.model import Conv, ConvTranspose, Pool

if TYPE_CHECKING:
    from conv_anim.coding.writing import Place
    from conv_anim.spec.model import Padding
    from conv_anim.tracing.trace import LayerTrace, Trace

JAX = Form("jnp.array({}, dtype=float)", "jnp.asarray({})", "jnp.broadcast_to({}, {})")
MODES = {"reflect": '"reflect"', "replicate": '"edge"', "circular": '"wrap"'}


class Jax:
    """JAX's words."""

    def head(self, trace: Trace) -> list[str]:
        return [
            "import jax",
            "import jax.numpy as jnp",
            "from jax import lax",
            "",
            'jax.config.update("jax_enable_x64", True)',
            "",
            f"x = {JAX.of(trace.spec.input.values, trace.input)}",
        ]

    def layer(self, place: Place) -> list[str]:
        layer = place.traced.layer
        match layer:
            case Conv():
                return _conv(layer, place.traced)
            case ConvTranspose():
                return _transposed(layer, place.traced)
            case Pool():
                return _pool(layer)
            case _:
                return rearranged(layer, "jnp")

    def tail(self) -> list[str]:
        return ["print(y)"]


def _weight(layer: Conv | ConvTranspose, traced: LayerTrace) -> list[str]:
    assert traced.weight is not None
    return [f"weight = {JAX.of(layer.weight, traced.weight)}"]


def _biased(traced: LayerTrace) -> list[str]:
    if traced.bias is None:
        return []
    shape = ", ".join(["-1", *["1"] * (traced.output.ndim - 1)])
    return [f"y = y + {JAX.numbers(traced.bias)}.reshape({shape})"]


def _call(weight: str, **keys: object) -> list[str]:
    inside = f"x[None], {weight}, {arguments(**keys)}"
    line = f"y = lax.conv_general_dilated({inside})[0]"
    return [line] if len(line) <= WIDEST else ["y = lax.conv_general_dilated(", f"    {inside}", ")[0]"]


def _conv(layer: Conv, traced: LayerTrace) -> list[str]:
    flat = tuple(range(2, 2 + len(layer.kernel_size)))
    lines = _weight(layer, traced)
    if layer.flip:
        lines.append(f"weight = jnp.flip(weight, axis={flat})  # the kernel turned round")
    padding: Padding = layer.padding
    if layer.padding_mode != "zeros":
        lines += padded(padding, "jnp", mode=MODES[layer.padding_mode])
        padding = ((0, 0),) * len(padding)
    call = _call(
        "weight",
        window_strides=layer.stride,
        padding=list(padding),
        rhs_dilation=layer.dilation if max(layer.dilation) > 1 else None,
        feature_group_count=layer.groups if layer.groups > 1 else None,
    )
    return [*lines, *call, *_biased(traced)]


def _transposed(layer: ConvTranspose, traced: LayerTrace) -> list[str]:
    """The direct convolution that equals it: over the input spread by the stride, with the kernel turned round."""
    groups, seen = layer.groups, layer.ends.in_channels // layer.groups
    each, axes = layer.ends.out_channels // groups, len(layer.kernel_size)
    turned = "weight.swapaxes(0, 1)"
    if groups > 1:
        split = (groups, seen, each, *layer.kernel_size)
        whole = (layer.ends.out_channels, seen, *layer.kernel_size)
        turned = f"weight.reshape{split}.swapaxes(1, 2).reshape{whole}"
    borders = [(axis.before, axis.after) for axis in traced.operator.axes]
    call = _call(
        "kernel",
        window_strides=(1,) * axes,
        padding=borders,
        lhs_dilation=layer.stride if max(layer.stride) > 1 else None,
        rhs_dilation=layer.dilation if max(layer.dilation) > 1 else None,
        feature_group_count=groups if groups > 1 else None,
    )
    kernel = f"kernel = jnp.flip({turned}, axis={tuple(range(2, 2 + axes))})"
    return [*_weight(layer, traced), kernel, *call, *_biased(traced)]


# pooling


def _window(layer: Pool, padding: Padding) -> str:
    dilated = f", window_dilation={(1, *layer.dilation)}" if max(layer.dilation) > 1 else ""
    return f"{(1, *layer.kernel_size)}, {(1, *layer.stride)}, {[(0, 0), *padding]}{dilated}"


def _pool(layer: Pool) -> list[str]:
    beyond = overhang(layer)
    padding = tuple((before, after + more) for (before, after), more in zip(layer.padding, beyond, strict=True))
    window = _window(layer, padding)
    match layer.reduce:
        case "max":
            return [f"y = lax.reduce_window(x, -jnp.inf, lax.max, {window})"]
        case "norm":
            p = layer.norm_type
            return [f"y = lax.reduce_window(jnp.abs(x) ** {p}, 0.0, lax.add, {window}) ** (1 / {p})"]
        case "mean":
            return _mean(layer, window, padded_=any(map(any, padding)), beyond=any(beyond))
        case _:
            assert_never(layer.reduce)


def _mean(layer: Pool, window: str, *, padded_: bool, beyond: bool) -> list[str]:
    total = f"total = lax.reduce_window(x, 0.0, lax.add, {window})"
    if not padded_ or (layer.count_include_pad and not beyond):
        return [total, f"y = total / {prod(layer.kernel_size)}"]
    counted = "jnp.ones_like(x)"
    if layer.count_include_pad and any(map(any, layer.padding)):
        counted = f"jnp.pad(jnp.ones_like(x), {[(0, 0), *layer.padding]}, constant_values=1.0)"
        window = _window(layer, tuple((0, more) for more in overhang(layer)))
    return [total, f"count = lax.reduce_window({counted}, 0.0, lax.add, {window})", "y = total / count"]
