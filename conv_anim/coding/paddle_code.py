"""A program with PaddlePaddle's layers. ``x`` and ``y`` are (batch, channels, *size)."""

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
    dense,
    is_global,
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

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.adaptive_pool import AdaptivePool
    from conv_anim.ops.columns import Columned
    from conv_anim.ops.conv import Conv
    from conv_anim.ops.conv_transpose import ConvTranspose
    from conv_anim.ops.max_unpool import MaxUnpool
    from conv_anim.ops.pool import Pool
    from conv_anim.ops.shuffle import Moved
    from conv_anim.ops.upsample import Upsample
    from conv_anim.spec.model import Padding
    from conv_anim.spec.op import Writers

PADDLE = Form('paddle.to_tensor({}, dtype="float64")', "paddle.to_tensor({})", "paddle.broadcast_to({}, {})")
FORMATS = ("NCL", "NCHW", "NCDHW")
FUNCTIONS = {
    "relu": "nn.functional.relu(x)",
    "leaky_relu": "nn.functional.leaky_relu(x, {s})",
    "gelu": "nn.functional.gelu(x)",
    "silu": "nn.functional.silu(x)",
    "hard_swish": "x * nn.functional.relu6(x + 3) / 6",
    "hard_sigmoid": "nn.functional.relu6(x + 3) / 6",
    "sigmoid": "nn.functional.sigmoid(x)",
    "tanh": "paddle.tanh(x)",
}


def _around(padding: Padding) -> str | None:
    """A number, one per axis, or before and after each axis."""
    if symmetric(padding):
        found = unless([before for before, _ in padding], 0)
        return found if found is None or found.isdigit() else str([before for before, _ in padding])
    return str([side for pair in padding for side in pair])


def _padded(padding: Padding, *, mode: str = "zeros", value: float = 0) -> str:
    """``x`` with cells around it; the last axis is named first."""
    flat = [side for pair in reversed(padding) for side in pair]
    keys = arguments(
        mode=None if mode == "zeros" else f'"{mode}"',
        value=repr(value) if value else None,
        data_format=f'"{FORMATS[len(padding) - 1]}"',
    )
    return f"nn.functional.pad(x, {flat}, {keys})"


def _filled(name: str, context: CodeContext) -> list[str]:
    traced = context.traced
    lines = [f"{name}.weight.set_value({PADDLE.weight(traced)})"]
    return lines if traced.bias is None else [*lines, f"{name}.bias.set_value({PADDLE.numbers(traced.bias)})"]


def _conv(op: Conv, context: CodeContext) -> list[str]:
    name, axes, zeros = context.named("conv"), len(op.kernel_size), op.padding_mode == "zeros"
    keys = window(op, context, bias="bias_attr", padding=_around(op.padding) if zeros else None)
    flat = [2 + axis for axis in range(axes)]
    turned = f"{name}.weight.set_value(paddle.flip({name}.weight, {flat}))  # the kernel turned round"
    return [
        *([] if zeros else [f"x = {_padded(op.padding, mode=op.padding_mode)}"]),
        *called(f"{name} = nn.Conv{axes}D", f"{op.ends.in_channels}, {op.ends.out_channels}, {keys}"),
        *_filled(name, context),
        *([turned] if op.flip else []),
        f"y = {name}(x)",
    ]


def _conv_transpose(op: ConvTranspose, context: CodeContext) -> list[str]:
    name, axes = context.named("conv"), len(op.kernel_size)
    if any(more >= s for more, s in zip(op.output_padding, op.stride, strict=True)) and any(op.output_padding):
        unwritten("an output padding that is not less than the stride")
    more = list(op.output_padding) if any(op.output_padding) else None
    keys = window(op, context, bias="bias_attr", padding=_around(op.padding), output_padding=more)
    return [
        *called(f"{name} = nn.Conv{axes}DTranspose", f"{op.ends.in_channels}, {op.ends.out_channels}, {keys}"),
        *_filled(name, context),
        f"y = {name}(x)",
    ]


def _pool(op: Pool, context: CodeContext) -> list[str]:
    """Paddle counts the outputs of ceil_mode in another way, so what hangs over is padding."""
    axes, beyond = len(op.kernel_size), overhang(op)
    if max(op.dilation) > 1:
        unwritten("a pool with a dilation")
    if context.unpooled and (any(beyond) or not symmetric(op.padding)):
        unwritten("a pool to take back, with more padding on one side")
    if op.reduce == "mean" and is_global(op):
        return [f"y = nn.AdaptiveAvgPool{axes}D(1)(x)"]
    around = reached(op)
    moves = arguments(
        kernel_size=numbers(op.kernel_size),
        stride=None if op.stride == op.kernel_size else numbers(op.stride),
    )
    keys = ", ".join(filter(None, [moves, arguments(padding=_around(around))]))
    if op.reduce == "max":
        if context.unpooled:
            return [f"y, indices_{context.traced.number + 1} = nn.MaxPool{axes}D({keys}, return_mask=True)(x)"]
        return [f"y = nn.MaxPool{axes}D({keys})(x)"]
    first = [f"x = {_padded(around)}"] if any(map(any, around)) else []
    if op.reduce == "norm":
        p, each = op.norm_type, prod(op.kernel_size)
        total = f"total = nn.AvgPool{axes}D({moves})(x.abs() ** {p}) * {each}"
        return [*first, total, f"y = total ** (1 / {p})"]
    counted = op.count_include_pad and any(map(any, around))
    if counted and any(beyond):
        unwritten("a mean that counts some of its padding")
    if counted and not symmetric(around):
        return [*first, f"y = nn.AvgPool{axes}D({moves})(x)"]
    return [f"y = nn.AvgPool{axes}D({keys}{', exclusive=False' if counted else ''})(x)"]


def _adaptive(op: AdaptivePool, context: CodeContext) -> list[str]:
    del context
    kind, size = "Max" if op.reduce == "max" else "Avg", list(op.ends.out_size)
    return [f"y = nn.Adaptive{kind}Pool{len(size)}D({size if len(size) > 1 else size[0]})(x)"]


def _upsample(op: Upsample, context: CodeContext) -> list[str]:
    """By the size, which says where it is read."""
    del context
    of_size = tuple(i / o for i, o in zip(op.ends.in_size, op.ends.out_size, strict=True))
    axes = len(of_size)
    unknown = (op.mode == "cubic" and axes != 2) or (op.mode == "nearest" and axes == 1)
    if unknown or not op.as_torch or not (op.align_corners or op.ratio == of_size):
        unwritten("an upsampling that reads elsewhere than Paddle's")
    modes = {"nearest": "nearest", "linear": ("linear", "bilinear", "trilinear")[axes - 1], "cubic": "bicubic"}
    layout = f'data_format="{("NCW", "NCHW", "NCDHW")[axes - 1]}"'
    corners = ", align_corners=True" if op.align_corners else ""
    size = list(op.ends.out_size)
    return [f'y = nn.Upsample(size={size}, mode="{modes[op.mode]}"{corners}, {layout})(x)']


def _shuffle(op: Moved, context: CodeContext) -> list[str]:
    del context
    if len(op.ends.in_size) != 2:
        unwritten(f"{op.type} along {len(op.ends.in_size)} axes")
    return [f"y = nn.{op.module}(x)"]


def _columns(op: Columned, context: CodeContext) -> list[str]:
    """More padding on one side is put on before, or cut off after."""
    del context
    if len(op.windows) != 2:
        unwritten(f"{op.type} along {len(op.windows)} axes")
    even = symmetric(op.padding)
    keys = arguments(
        kernel_sizes=list(op.kernel_size),
        dilations=list(op.dilation),
        paddings=[before for before, _ in op.padding] if even else None,
        strides=list(op.stride),
    )
    if op.columns is not None and op.columns.made:
        return [*([] if even else [f"x = {_padded(op.padding)}"]), f"y = nn.Unfold({keys})(x)"]
    canvas = [n + (0 if even else sum(pad)) for n, pad in zip(op.ends.out_size, op.padding, strict=True)]
    kept = within(op.padding, op.ends.out_size)
    return [f"y = nn.Fold({canvas}, {keys})(x)", *([] if even else [f"y = y[:, :, {kept}]"])]


def _unpool(op: MaxUnpool, context: CodeContext) -> list[str]:
    """The numbers laid where their indices say, in a map of zeros."""
    ends, pool = op.ends, context.traced.fed[1]
    zeros = f'paddle.zeros({[1, ends.out_channels, prod(ends.out_size)]}, dtype="float64")'
    indices = f'indices_{pool}.flatten(2).astype("int64")'
    return [
        *called("y = paddle.put_along_axis", f"{zeros}, {indices}, x.flatten(2), axis=2"),
        f"y = y.reshape({[1, ends.out_channels, *ends.out_size]})",
    ]


WRITERS: Writers = families.by_type(
    shuffle=_shuffle,
    columns=_columns,
    max_unpool=_unpool,
    conv=_conv,
    conv_transpose=_conv_transpose,
    pool=_pool,
    adaptive=_adaptive,
    batch_norm=lambda op, _: families.scaled(op, PADDLE, f".reshape({[1, -1, *(1 for _ in op.ends.in_size)]})"),
    linear=lambda _, context: dense(context, PADDLE),
    softmax=lambda op, _: [f"y = nn.Softmax(axis={op.axis + 1})(x)"],
    pad=lambda op, _: [f"y = {_padded(op.padding, mode=op.padding_mode, value=op.value)}"],
    crop=lambda op, _: [f"y = x[:, :, {within(op.cropping, op.ends.out_size)}]"],
    upsample=_upsample,
    join=join("paddle.concat([{}], axis=1)"),
    flatten=lambda _, __: ["y = paddle.flatten(x, 1)"],
)
"""By the type of an op."""
FRAMEWORK = Framework(
    "PaddlePaddle",
    (
        "import paddle",
        "from paddle import nn",
        "",
        'paddle.set_default_dtype("float64")',
        "",
        "x = {input}[None]",
    ),
    PADDLE,
    "print(y[0].numpy())",
    partial(families.layer, functions=FUNCTIONS, writers=WRITERS),
)
