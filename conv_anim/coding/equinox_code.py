"""A program with Equinox's layers. ``x`` and ``y`` are (channels, *size), as in JAX's programs.

What Equinox has no layer for is computed as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import families
from conv_anim.coding.jax_code import GIVEN, IMPORTS, JAX, turned_kernel
from conv_anim.coding.writing import Framework, arguments, called, numbers, overhang, reached, symmetric, unless, window

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.conv import Conv
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.ops.linear import Linear
    from conv_anim.ops.pool import Pool
    from conv_anim.spec.model import Padding
    from conv_anim.spec.op import Writers

KEY = "key=jax.random.key(0)"


def _padding(padding: Padding) -> str | None:
    """One number, one per axis, or pairs."""
    if symmetric(padding):
        return unless([before for before, _ in padding], 0)
    return str(list(padding))


def _filled(name: str, context: CodeContext, weight: str) -> list[str]:
    """A layer with its numbers: Equinox's layers are immutable, so it is a new one."""
    bias = context.traced.bias
    if bias is None:
        return [f"{name} = eqx.tree_at(lambda layer: layer.weight, {name}, {weight})"]
    across = ", ".join(["-1", *["1"] * (context.traced.output.ndim - 1)]) if context.traced.output.ndim > 1 else "-1"
    return [
        f"bias = {JAX.numbers(bias)}.reshape({across})",
        f"{name} = eqx.tree_at(lambda layer: (layer.weight, layer.bias), {name}, ({weight}, bias))",
    ]


def _conv(op: Conv, context: CodeContext) -> list[str]:
    name, axes = context.named("conv"), len(op.kernel_size)
    mode = None if op.padding_mode == "zeros" else f'"{op.padding_mode.upper()}"'
    keys = window(op, context, bias="use_bias", padding=_padding(op.padding), padding_mode=mode)
    flat = tuple(range(2, 2 + axes))
    turned = [f"weight = jnp.flip(weight, axis={flat})  # the kernel turned round"] if op.flip else []
    return [
        f"weight = {JAX.weight(context.traced)}",
        *turned,
        *called(f"{name} = eqx.nn.Conv{axes}d", f"{op.ends.in_channels}, {op.ends.out_channels}, {keys}, {KEY}"),
        *_filled(name, context, "weight"),
        f"y = {name}(x)",
    ]


def _conv_transpose(op: ConvTranspose, context: CodeContext) -> list[str]:
    """An output padding that Equinox does not take is less padding behind."""
    name, axes = context.named("conv"), len(op.kernel_size)
    taken = all(more < s for more, s in zip(op.output_padding, op.stride, strict=True))
    less = tuple((p, q - more) for (p, q), more in zip(op.padding, op.output_padding, strict=True))
    padding, more = _padding(op.padding if taken else less), unless(op.output_padding, 0) if taken else None
    keys = window(op, context, bias="use_bias", padding=padding, output_padding=more)
    channels = f"{op.ends.in_channels}, {op.ends.out_channels}"
    return [
        f"weight = {JAX.weight(context.traced)}",
        f"kernel = {turned_kernel(op)}",
        *called(f"{name} = eqx.nn.ConvTranspose{axes}d", f"{channels}, {keys}, {KEY}"),
        *_filled(name, context, "kernel"),
        f"y = {name}(x)",
    ]


def _pool(op: Pool, context: CodeContext) -> list[str]:
    beyond = overhang(op)
    padding = reached(op)
    uncounted = any(beyond) if op.count_include_pad else any(map(any, padding))
    if op.reduce == "norm" or max(op.dilation) > 1 or context.unpooled or (op.reduce == "mean" and uncounted):
        return op.code("jax", context)
    keys = arguments(kernel_size=numbers(op.kernel_size), stride=unless(op.stride, 1), padding=_padding(padding))
    return [f"y = eqx.nn.{'Max' if op.reduce == 'max' else 'Avg'}Pool{len(op.kernel_size)}d({keys})(x)"]


def _linear(op: Linear, context: CodeContext) -> list[str]:
    """A linear layer, which takes a flat vector."""
    if op.ends.in_size:
        return op.code("jax", context)
    name = context.named("linear")
    no_bias = "" if op.bias is not None else ", use_bias=False"
    return [
        f"{name} = eqx.nn.Linear({op.features[0]}, {op.features[1]}{no_bias}, {KEY})",
        *_filled(name, context, JAX.weight(context.traced)),
        f"y = {name}(x)",
    ]


WRITERS: Writers = families.by_type(
    conv=_conv,
    conv_transpose=_conv_transpose,
    pool=_pool,
    linear=_linear,
)
"""By the type of an op."""
FRAMEWORK = Framework(
    "Equinox",
    ("import equinox as eqx", *IMPORTS, *GIVEN),
    JAX,
    "print(y)",
    lambda op, context: WRITERS[op.type](op, context) if op.type in WRITERS else op.code("jax", context),
)
