"""A program with tinygrad's layers and tensors. ``x`` and ``y`` are (batch, channels, *size)."""

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
    reached,
    symmetric,
    unless,
    unwritten,
    within,
)

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.conv import Conv
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.ops.pool import Pool
    from conv_anim.ops.shuffle import Moved
    from conv_anim.ops.upsample import Upsample
    from conv_anim.spec.model import Padding
    from conv_anim.spec.op import Op, Writers

TINYGRAD = Form("Tensor({}, dtype=dtypes.double)", "Tensor({})", "{}.expand{}")


def _flat(padding: Padding) -> tuple[int, ...]:
    """Both sides of each axis, those of the last one first."""
    return tuple(side for pair in reversed(padding) for side in pair)


def _around(padding: Padding) -> str | None:
    """Padding of a window: a number, one per axis, or both sides."""
    if symmetric(padding):
        return unless([before for before, _ in padding], 0)
    return str(_flat(padding))


def _put_around(padding: Padding, mode: str, value: float = 0) -> str:
    said = "" if mode == "zeros" else f', mode="{mode}"'
    return f"x.pad({_flat(padding)}{said}{f', value={value}' if value else ''})"


def _filled(name: str, context: CodeContext) -> list[str]:
    traced = context.traced
    lines = [f"{name}.weight = {TINYGRAD.weight(traced)}"]
    return lines if traced.bias is None else [*lines, f"{name}.bias = {TINYGRAD.numbers(traced.bias)}"]


def _conv(op: Conv, context: CodeContext) -> list[str]:
    zeros = op.padding_mode == "zeros"
    moves = arguments(
        stride=unless(op.stride, 1),
        padding=_around(op.padding) if zeros else None,
        dilation=unless(op.dilation, 1),
    )
    lines = [] if zeros else [f"x = {_put_around(op.padding, op.padding_mode)}"]
    flat = ", ".join(str(2 + axis) for axis in range(len(op.kernel_size)))
    name = context.named("conv")
    turned = f"{name}.weight = {name}.weight.flip({flat})  # the kernel turned round"
    return [*lines, *_made("Conv", op, context, moves), *([turned] if op.flip else []), f"y = {name}(x)"]


def _made(kind: str, op: Conv | ConvTranspose, context: CodeContext, moves: str) -> list[str]:
    """``Conv2d`` for every number of axes but one: its kernel says how many it has."""
    single = len(op.kernel_size) == 1
    name, kernel = context.named("conv"), op.kernel_size[0] if single else tuple(op.kernel_size)
    keys = arguments(
        kernel_size=kernel,
        groups=op.groups if op.groups > 1 else None,
        bias=False if context.traced.bias is None else None,
    )
    inside = f"{op.ends.in_channels}, {op.ends.out_channels}, {', '.join(filter(None, [keys, moves]))}"
    return [*called(f"{name} = nn.{kind}{1 if single else 2}d", inside), *_filled(name, context)]


def _conv_transpose(op: ConvTranspose, context: CodeContext) -> list[str]:
    moves = arguments(
        stride=unless(op.stride, 1),
        padding=_around(op.padding),
        output_padding=unless(op.output_padding, 0),
        dilation=unless(op.dilation, 1),
    )
    return [*_made("ConvTranspose", op, context, moves), f"y = {context.named('conv')}(x)"]


def _pool(op: Pool, context: CodeContext) -> list[str]:
    if context.unpooled:
        unwritten("a pool to take back")
    keys = arguments(
        stride=None if op.stride == op.kernel_size else tuple(op.stride),
        dilation=unless(op.dilation, 1),
        padding=_around(op.padding),
        ceil_mode=True if op.ceil_mode else None,
    )
    window = ", ".join(filter(None, [str(tuple(op.kernel_size)), keys]))
    if op.reduce == "norm":
        p, around = op.norm_type, reached(op)
        moves = arguments(stride=tuple(op.stride), dilation=unless(op.dilation, 1))
        padded = [f"x = {_put_around(around, 'zeros')}"] if any(map(any, around)) else []
        total = f"total = (x.abs() ** {p}).avg_pool2d({tuple(op.kernel_size)}, {moves}) * {prod(op.kernel_size)}"
        return [*padded, total, f"y = total ** (1 / {p})"]
    uncounted = op.reduce == "mean" and not op.count_include_pad and any(map(any, op.padding))
    counted = ", count_include_pad=False" if uncounted else ""
    return [f"y = x.{'max' if op.reduce == 'max' else 'avg'}_pool2d({window}{counted})"]


FUNCTIONS = {
    "relu": "x.relu()",
    "leaky_relu": "x.leaky_relu({s})",
    "gelu": "x * ((x / 2**0.5).erf() + 1) / 2",
    "silu": "x.silu()",
    "hard_swish": "x * (x + 3).relu6() / 6",
    "hard_sigmoid": "(x + 3).relu6() / 6",
    "sigmoid": "x.sigmoid()",
    "tanh": "x.tanh()",
}


def _linear(op: Op, context: CodeContext) -> list[str]:
    del op
    traced = context.traced
    bias = "" if traced.bias is None else f", {TINYGRAD.numbers(traced.bias)}"
    return [f"y = x.linear(({TINYGRAD.weight(traced)}).transpose(){bias})"]


def _upsample(op: Upsample, context: CodeContext) -> list[str]:
    """By the size, which says where it is read."""
    del context
    exact = op.mode == "nearest" and (op.coordinates, op.rounding) == ("half_pixel", "half_up")
    of_size = tuple(i / o for i, o in zip(op.ends.in_size, op.ends.out_size, strict=True))
    if op.mode == "cubic" or not (op.as_torch or exact) or not (op.align_corners or op.ratio == of_size):
        unwritten("an upsampling that reads elsewhere than tinygrad's")
    if op.align_corners and 1 in op.ends.out_size:
        unwritten("an upsampling to one cell with align_corners")
    keys = arguments(
        mode='"nearest-exact"' if exact else f'"{op.mode}"',
        align_corners=True if op.align_corners else None,
    )
    return [f"y = x.interpolate({tuple(op.ends.out_size)}, {keys})"]


def _shuffle(op: Moved, context: CodeContext) -> list[str]:
    del context
    split, turned = op.first
    moved = turned.replace("transpose", "permute").replace("swapaxes", "transpose")
    return [f"y = x.reshape{split}.{moved}.reshape{(1, op.ends.out_channels, *op.ends.out_size)}"]


WRITERS: Writers = families.by_type(
    shuffle=_shuffle,
    conv=_conv,
    conv_transpose=_conv_transpose,
    pool=_pool,
    batch_norm=lambda op, _: families.scaled(op, TINYGRAD, f".reshape{(1, -1, *(1 for _ in op.ends.in_size))}"),
    linear=_linear,
    softmax=lambda op, _: [f"y = x.softmax({op.axis + 1})"],
    pad=lambda op, _: [f"y = {_put_around(op.padding, op.padding_mode, op.value)}"],
    crop=lambda op, _: [f"y = x[:, :, {within(op.cropping, op.ends.out_size)}]"],
    upsample=_upsample,
    join=join("Tensor.cat({}, dim=1)"),
    flatten=lambda _, __: ["y = x.flatten(1)"],
)
"""By the type of an op."""
FRAMEWORK = Framework(
    "tinygrad",
    ("from tinygrad import Tensor, dtypes, nn", "", "x = {input}[None]"),
    TINYGRAD,
    "print(y[0].numpy())",
    partial(families.layer, functions=FUNCTIONS, writers=WRITERS),
)
