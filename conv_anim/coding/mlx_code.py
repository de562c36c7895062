"""A program with MLX's layers. ``x`` and ``y`` are (batch, *size, channels), in single precision."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import TYPE_CHECKING

from conv_anim.coding import families
from conv_anim.coding.literals import Form
from conv_anim.coding.writing import (
    Framework,
    arguments,
    called,
    join,
    numbers,
    overhang,
    reached,
    symmetric,
    unless,
    unwritten,
    window,
    within,
)
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.conv import Conv
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.ops.pool import Pool
    from conv_anim.ops.shuffle import Moved
    from conv_anim.ops.upsample import Upsample
    from conv_anim.spec.model import Padding
    from conv_anim.spec.op import Op, Writers

MLX = Form("mx.array({}, dtype=mx.float32)", "mx.array(({}).astype(np.float32))", "mx.broadcast_to({}, {})")
FUNCTIONS = {
    "relu": "nn.relu(x)",
    "leaky_relu": "nn.leaky_relu(x, {s})",
    "gelu": "nn.gelu(x)",
    "silu": "nn.silu(x)",
    "hard_swish": "x * nn.relu6(x + 3) / 6",
    "hard_sigmoid": "nn.relu6(x + 3) / 6",
    "sigmoid": "mx.sigmoid(x)",
    "tanh": "mx.tanh(x)",
}


def _padded(padding: Padding, mode: str, *, what: str = "x", value: str = "") -> str:
    if mode not in {"zeros", "replicate"}:
        unwritten(f"padding_mode {mode}")
    keys = ', mode="edge"' if mode == "replicate" else f", constant_values={value}" if value else ""
    return f"mx.pad({what}, {[(0, 0), *padding, (0, 0)]}{keys})"


def _even(padding: Padding) -> str | None:
    return unless([before for before, _ in padding], 0)


def _filled(name: str, context: CodeContext, source: int) -> list[str]:
    """The weight with its input's channels last."""
    traced = context.traced
    lines = [f"{name}.weight = mx.moveaxis({MLX.weight(traced)}, {source}, -1)"]
    return lines if traced.bias is None else [*lines, f"{name}.bias = {MLX.numbers(traced.bias)}"]


def _conv(op: Conv, context: CodeContext) -> list[str]:
    name, axes = context.named("conv"), len(op.kernel_size)
    if axes == 3 and op.groups > 1:
        unwritten("a convolution along 3 axes with groups")
    own = op.padding_mode == "zeros" and symmetric(op.padding)
    keys = window(op, context, bias="bias", padding=_even(op.padding) if own else None)
    turned = f"{name}.weight = {name}.weight[:, {', '.join(['::-1'] * axes)}]  # the kernel turned round"
    return [
        *([] if own else [f"x = {_padded(op.padding, op.padding_mode)}"]),
        *called(f"{name} = nn.Conv{axes}d", f"{op.ends.in_channels}, {op.ends.out_channels}, {keys}"),
        *_filled(name, context, 1),
        *([turned] if op.flip else []),
        f"y = {name}(x)",
    ]


def _conv_transpose(op: ConvTranspose, context: CodeContext) -> list[str]:
    """What padding takes off is cut off, if MLX cannot do it, or does it to the input."""
    name, axes = context.named("conv"), len(op.kernel_size)
    windows = map(effective_kernel, op.kernel_size, op.dilation)
    even = symmetric(op.padding) and all(max(pads) < k for k, pads in zip(windows, op.padding, strict=True))
    if op.groups > 1:
        unwritten("a transposed convolution with groups")
    keys = arguments(
        kernel_size=numbers(op.kernel_size),
        stride=unless(op.stride, 1),
        padding=_even(op.padding) if even else None,
        dilation=unless(op.dilation, 1),
        output_padding=unless(op.output_padding, 0),
        bias=False if context.traced.bias is None else None,
    )
    kept = within(op.padding, op.ends.out_size)
    return [
        *called(f"{name} = nn.ConvTranspose{axes}d", f"{op.ends.in_channels}, {op.ends.out_channels}, {keys}"),
        *_filled(name, context, 0),
        f"y = {name}(x)",
        *([] if even else [f"y = y[:, {kept}]"]),
    ]


def _pool(op: Pool, context: CodeContext) -> list[str]:
    if max(op.dilation) > 1 or context.unpooled:
        unwritten("a pool with a dilation, or to take back")
    beyond, axes = overhang(op), len(op.kernel_size)
    around = reached(op)
    keys = arguments(
        kernel_size=numbers(op.kernel_size), stride=None if op.stride == op.kernel_size else numbers(op.stride)
    )
    padded = any(map(any, around))
    if op.reduce == "max":
        lines = [f"x = {_padded(around, 'zeros', value='-mx.inf')}"] if padded else []
        return [*lines, f"y = nn.MaxPool{axes}d({keys})(x)"]
    lines = [f"x = {_padded(around, 'zeros')}"] if padded else []
    mean = f"nn.AvgPool{axes}d({keys})"
    if op.reduce == "norm":
        p = op.norm_type
        return [*lines, f"total = {mean}(mx.abs(x) ** {p}) * {prod(op.kernel_size)}", f"y = total ** (1 / {p})"]
    if not padded or (op.count_include_pad and not any(beyond)):
        return [*lines, f"y = {mean}(x)"]
    if op.count_include_pad and any(map(any, op.padding)):
        unwritten("a mean that counts some of its padding")
    ones = _padded(around, "zeros", what="mx.ones_like(x)")
    return [f"share = {mean}({ones})  # of each window that is no padding", *lines, f"y = {mean}(x) / share"]


def _upsample(op: Upsample, context: CodeContext) -> list[str]:
    del context
    factors = [out // size for size, out in zip(op.ends.in_size, op.ends.out_size, strict=True)]
    whole = all(out == size * f for size, out, f in zip(op.ends.in_size, op.ends.out_size, factors, strict=True))
    if not op.as_torch or not whole or (op.mode == "cubic" and len(factors) != 2):
        unwritten("an upsampling by factors that are not whole, or that reads elsewhere than MLX's")
    keys = arguments(
        mode=None if op.mode == "nearest" else f'"{op.mode}"',
        align_corners=True if op.align_corners else None,
    )
    return [f"y = nn.Upsample({', '.join(filter(None, [f'scale_factor={numbers(factors)}', keys]))})(x)"]


def _linear(op: Op, context: CodeContext) -> list[str]:
    """The last axis of a map is its columns, which are last but one here."""
    traced, maps = context.traced, bool(op.ends.in_size)
    bias = "" if traced.bias is None else f" + {MLX.numbers(traced.bias)}"
    made = f"{'mx.swapaxes(x, -1, -2)' if maps else 'x'} @ weight.T{bias}"
    return [f"weight = {MLX.weight(traced)}", f"y = mx.swapaxes({made}, -1, -2)" if maps else f"y = {made}"]


def _flatten(op: Op, context: CodeContext) -> list[str]:
    """Channel by channel."""
    del context
    return [f"y = {'mx.moveaxis(x, -1, 1)' if op.ends.in_size else 'x'}.reshape(1, -1)"]


def _shuffle(op: Moved, context: CodeContext) -> list[str]:
    del context
    split, order = op.last
    return [f"y = x.reshape{split}.transpose{order}.reshape{(1, *op.ends.out_size, op.ends.out_channels)}"]


WRITERS: Writers = families.by_type(
    shuffle=_shuffle,
    conv=_conv,
    conv_transpose=_conv_transpose,
    pool=_pool,
    batch_norm=lambda op, _: families.scaled(op, MLX),
    linear=_linear,
    softmax=lambda op, _: [f"y = mx.softmax(x, axis={-1 if op.axis == 0 else -2})"],
    pad=lambda op, _: [f"y = {_padded(op.padding, op.padding_mode, value=repr(op.value) if op.value else '')}"],
    crop=lambda op, _: [f"y = x[:, {within(op.cropping, op.ends.out_size)}]"],
    upsample=_upsample,
    join=join("mx.concatenate([{}], axis=-1)", last=True),
    flatten=_flatten,
)
"""By the type of an op."""
FRAMEWORK = Framework(
    "MLX",
    (
        "import mlx.core as mx",
        "from mlx import nn",
        "",
        "x = {input}",
        "x = mx.moveaxis(x, 0, -1)[None]  # the channels last, and a batch of one",
    ),
    MLX,
    "print(y[0])  # (*size, channels)",
    partial(families.layer, functions=FUNCTIONS, writers=WRITERS),
)
