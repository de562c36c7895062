"""A program with Haiku's layers. ``x`` and ``y`` are (batch, *size, channels).

What Haiku has no layer for is computed as in JAX's programs, with the channels moved in front meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import families
from conv_anim.coding.flax_code import AFTER_LAST, GIVEN_LAST, around, flipped, ordered, otherwise, put_around
from conv_anim.coding.jax_code import IMPORTS, JAX
from conv_anim.coding.writing import Framework, arguments, called, numbers, reached, unless
from conv_anim.spec.sizes import same_padding

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.conv import Conv
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.ops.linear import Linear
    from conv_anim.ops.pool import Pool
    from conv_anim.spec.op import Writers


def _made(name: str, layer: str, context: CodeContext) -> list[str]:
    """A layer as a pure function, called with its numbers."""
    bias = context.traced.bias
    added = [] if bias is None else [f"bias = {JAX.numbers(bias)}"]
    numbers_ = '"w": weight' + ("" if bias is None else ', "b": bias')
    return [
        *added,
        f"{name} = hk.without_apply_rng(hk.transform(",
        f'    lambda x: hk.{layer}, name="{name}")(x)',
        "))",
        f'y = {name}.apply({{"{name}": {{{numbers_}}}}}, x)',
    ]


def _conv(op: Conv, context: CodeContext) -> list[str]:
    zeros = op.padding_mode == "zeros"
    keys = arguments(
        kernel_shape=numbers(op.kernel_size),
        stride=unless(op.stride, 1),
        rate=unless(op.dilation, 1),
        padding=around(op.padding) if zeros else '"VALID"',
        with_bias=False if context.traced.bias is None else None,
        feature_group_count=op.groups if op.groups > 1 else None,
    )
    lines = ordered(context.traced) + ([flipped(op.kernel_size)] if op.flip else [])
    lines += [] if zeros else put_around(op.padding, op.padding_mode)
    layer = f"Conv{len(op.kernel_size)}D({op.ends.out_channels}, {keys}"
    return [*lines, *_made(context.named("conv"), layer, context)]


def _conv_transpose(op: ConvTranspose, context: CodeContext) -> list[str]:
    if op.groups > 1 or max(op.dilation) > 1:
        return otherwise(op, context)
    keys = arguments(
        kernel_shape=numbers(op.kernel_size),
        stride=unless(op.stride, 1),
        padding=[(axis.before, axis.after) for axis in context.traced.operator.axes],
        with_bias=False if context.traced.bias is None else None,
    )
    layer = f"Conv{len(op.kernel_size)}DTranspose({op.ends.out_channels}, {keys}"
    return [*ordered(context.traced), flipped(op.kernel_size), *_made(context.named("conv"), layer, context)]


def _pool(op: Pool, context: CodeContext) -> list[str]:
    """Haiku's pools know VALID and SAME, whose padding is in no mean."""
    around_ = reached(op)
    totals = tuple(map(same_padding, op.ends.in_size, op.kernel_size, op.stride))
    same = around_ == tuple((total // 2, total - total // 2) for total in totals)
    padded = any(map(any, around_))
    counted = op.reduce == "mean" and op.count_include_pad and any(map(any, op.padding))
    known = not padded or (same and not counted)
    if op.reduce == "norm" or max(op.dilation) > 1 or context.unpooled or not known:
        return otherwise(op, context)
    kind = "max" if op.reduce == "max" else "avg"
    window, strides = (*op.kernel_size, 1), (*op.stride, 1)
    return called(f"y = hk.{kind}_pool", f"x, {window}, {strides}, " + ('"SAME"' if padded else '"VALID"'))


def _linear(op: Linear, context: CodeContext) -> list[str]:
    """A linear layer mixes the last axis, which holds the channels."""
    maps = bool(op.ends.in_size)
    no_bias = "" if op.bias is not None else ", with_bias=False"
    lines = _made(context.named("linear"), f"Linear({op.features[1]}{no_bias}", context)
    return [
        *(["x = jnp.swapaxes(x, -1, -2)  # the last axis where a linear layer has its numbers"] if maps else []),
        f"weight = {JAX.weight(context.traced)}.T",
        *lines,
        *(["y = jnp.swapaxes(y, -1, -2)"] if maps else []),
    ]


WRITERS: Writers = families.by_type(
    conv=_conv,
    conv_transpose=_conv_transpose,
    pool=_pool,
    linear=_linear,
)
"""By the type of an op."""
FRAMEWORK = Framework(
    "Haiku",
    ("import haiku as hk", *IMPORTS, *GIVEN_LAST),
    JAX,
    AFTER_LAST,
    lambda op, context: WRITERS.get(op.type, otherwise)(op, context),
)
