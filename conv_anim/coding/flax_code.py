"""A program with Flax NNX's layers. ``x`` and ``y`` are (batch, *size, channels).

What Flax has no layer for is computed as in JAX's programs, with the channels moved in front meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import families
from conv_anim.coding.jax_code import GIVEN, IMPORTS, JAX, MODES
from conv_anim.coding.writing import Framework, arguments, called, join, overhang, reached, unless

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.batch_norm import BatchNorm
    from conv_anim.ops.conv import Conv
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.ops.linear import Linear
    from conv_anim.ops.pool import Pool
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.op import Op, Writers
    from conv_anim.tracing.trace import LayerTrace

JOIN = join("jnp.concatenate([{}], axis=-1)", last=True)


# what libraries with the channels last share


GIVEN_LAST = (*GIVEN, "x = jnp.moveaxis(x, 0, -1)[None]  # the channels last, and a batch of one")
AFTER_LAST = "print(y[0])  # (*size, channels)"


def otherwise(op: Op, context: CodeContext) -> list[str]:
    """As in a program of JAX's: functions of every number as they are, the others with the channels first."""
    lines = op.code("jax", context)
    if is_pointwise(op):
        return lines
    if len(context.inputs) > 1:
        return JOIN(op, context)
    return ["x = jnp.moveaxis(x[0], -1, 0)  # the channels first", *lines, "y = jnp.moveaxis(y, 0, -1)[None]"]


def is_pointwise(op: Op) -> bool:
    """Whether it is a function of every number, wherever that stands."""
    return hasattr(op, "function")


def put_around(padding: Padding, mode: str) -> list[str]:
    """``x`` with padding that the layer does not have."""
    return [f"x = jnp.pad(x, {[(0, 0), *padding, (0, 0)]}, mode={MODES[mode]})"] if any(map(any, padding)) else []


def around(padding: Padding) -> str:
    """Padding as JAX's libraries take it."""
    return str(list(padding)) if any(map(any, padding)) else '"VALID"'


def ordered(traced: LayerTrace) -> list[str]:
    """The weight, (a, b, *kernel), as (*kernel, b, a)."""
    return [f"weight = {JAX.weight(traced)}", "weight = jnp.moveaxis(weight, (0, 1), (-1, -2))"]


def flipped(size: Size) -> str:
    """The weight turned round; its axes are the first ones."""
    return f"weight = jnp.flip(weight, axis={tuple(range(len(size)))})  # the kernel turned round"


# Flax's own


def _conv(op: Conv, context: CodeContext) -> list[str]:
    zeros = op.padding_mode == "zeros"
    keys = arguments(
        kernel_size=op.kernel_size,
        strides=unless(op.stride, 1),
        padding=around(op.padding) if zeros else '"VALID"',
        kernel_dilation=unless(op.dilation, 1),
        feature_group_count=op.groups if op.groups > 1 else None,
        use_bias=False if context.traced.bias is None else None,
    )
    lines = ordered(context.traced) + ([flipped(op.kernel_size)] if op.flip else [])
    lines += [] if zeros else put_around(op.padding, op.padding_mode)
    return [*lines, *_made("Conv", op, context, keys)]


def _made(kind: str, op: Conv | ConvTranspose, context: CodeContext, keys: str) -> list[str]:
    name = context.named("conv")
    channels = f"{op.ends.in_channels}, {op.ends.out_channels}"
    return [
        *called(f"{name} = nnx.{kind}", f"{channels}, {keys}, rngs=nnx.Rngs(0)"),
        f"{name}.kernel = nnx.Param(weight)",
        *_biased(name, context),
        f"y = {name}(x)",
    ]


def _biased(name: str, context: CodeContext) -> list[str]:
    bias = context.traced.bias
    return [] if bias is None else [f"{name}.bias = nnx.Param({JAX.numbers(bias)})"]


def _conv_transpose(op: ConvTranspose, context: CodeContext) -> list[str]:
    if op.groups > 1:
        return otherwise(op, context)
    keys = arguments(
        kernel_size=op.kernel_size,
        strides=unless(op.stride, 1),
        padding=[(axis.before, axis.after) for axis in context.traced.operator.axes],
        kernel_dilation=unless(op.dilation, 1),
        use_bias=False if context.traced.bias is None else None,
        transpose_kernel=True,
    )
    return [*ordered(context.traced), *_made("ConvTranspose", op, context, keys)]


def _pool(op: Pool, context: CodeContext) -> list[str]:
    beyond = overhang(op)
    counted = op.reduce == "mean" and op.count_include_pad
    if op.reduce == "norm" or max(op.dilation) > 1 or context.unpooled or (counted and any(beyond)):
        return otherwise(op, context)
    padding = reached(op)
    keys = arguments(
        strides=op.stride,
        padding=around(padding) if any(map(any, padding)) else None,
        count_include_pad=False if op.reduce == "mean" and any(map(any, padding)) and not counted else None,
    )
    return [f"y = nnx.{'max' if op.reduce == 'max' else 'avg'}_pool(x, {op.kernel_size}, {keys})"]


def _batch_norm(op: BatchNorm, context: CodeContext) -> list[str]:
    name = context.named("norm")
    keys = "use_running_average=True, epsilon=0.0, rngs=nnx.Rngs(0)"
    return [
        f"{name} = nnx.BatchNorm({op.ends.in_channels}, {keys})  # its means are 0, its variances 1",
        f"{name}.scale = nnx.Param(jnp.array({list(map(float, op.scale))}))",
        f"{name}.bias = nnx.Param(jnp.array({list(map(float, op.shift))}))",
        f"y = {name}(x)",
    ]


def _linear(op: Linear, context: CodeContext) -> list[str]:
    """A linear layer mixes the last axis, which holds the channels."""
    name, maps = context.named("linear"), bool(op.ends.in_size)
    no_bias = "" if op.bias is not None else ", use_bias=False"
    return [
        *(["x = jnp.swapaxes(x, -1, -2)  # the last axis where a linear layer has its numbers"] if maps else []),
        f"{name} = nnx.Linear({op.features[0]}, {op.features[1]}{no_bias}, rngs=nnx.Rngs(0))",
        f"{name}.kernel = nnx.Param({JAX.weight(context.traced)}.T)",
        *_biased(name, context),
        f"y = jnp.swapaxes({name}(x), -1, -2)" if maps else f"y = {name}(x)",
    ]


WRITERS: Writers = families.by_type(
    conv=_conv,
    conv_transpose=_conv_transpose,
    pool=_pool,
    batch_norm=_batch_norm,
    linear=_linear,
)
"""By the type of an op."""
FRAMEWORK = Framework(
    "Flax",
    (*IMPORTS, "from flax import nnx", *GIVEN_LAST),
    JAX,
    AFTER_LAST,
    lambda op, context: WRITERS.get(op.type, otherwise)(op, context),
)
