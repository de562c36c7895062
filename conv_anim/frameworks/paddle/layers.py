"""PaddlePaddle's layers: their parameters in Paddle's order, and what each is as a layer of a spec.

Checked against paddlepaddle 3.3.1. Padding "SAME" takes no dilation: the layer has none then. A mean leaves out its
padding unless ``exclusive`` says otherwise, and ``ceil_mode`` keeps a last window that begins in the padding.
``Conv1DTranspose`` takes groups before dilation, ``Conv2DTranspose`` and ``Conv3DTranspose`` after it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks import refusals
from conv_anim.frameworks.arguments import flag, ignored, moves_or_none, only
from conv_anim.frameworks.dilated import Moves, direct, transposed
from conv_anim.frameworks.foreign import ForeignLayer, Library
from conv_anim.frameworks.paddle.keys import LAYOUT, NAME, PADDING, padding_of
from conv_anim.frameworks.paddle.moves import COLUMNS
from conv_anim.frameworks.paddle.pools import DIVISOR, EXCLUSIVE, POOL_STRIDE, hung_over, pool
from conv_anim.frameworks.sketch import fail, unsupported
from conv_anim.frameworks.torch.keys import (
    BIAS,
    CEIL_MODE,
    DILATION,
    GROUPS,
    IN_CHANNELS,
    KERNEL_SIZE,
    MODE,
    OUT_CHANNELS,
    OUTPUT_PADDING,
    STRIDE,
)
from conv_anim.frameworks.torch.layers import TORCH
from conv_anim.frameworks.torch.pools import pool as torch_pool
from conv_anim.ops.padding import named_padding
from conv_anim.spec.kinds import OneOf
from conv_anim.spec.records import Field, Object
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.records import Record


(BIAS_ATTR,) = ignored("bias_attr")
WEIGHT_ATTR: Fields = ignored("weight_attr")


def sized(record: Record, sketch: Sketch) -> tuple[Size, Size, Size, Padding]:
    """Kernel, stride, dilation and padding; with "SAME" the dilation is 1."""
    kernel, stride, dilation = sketch.sizes(record, KERNEL_SIZE, STRIDE, DILATION)
    given, ones = record.of(PADDING), (1,) * len(kernel)
    if given == "same":
        if max(dilation) > 1:
            sketch.note("with padding SAME, Paddle leaves the dilation out, and so does the figure")
        return kernel, stride, ones, named_padding("same", sketch.size, kernel, stride)
    padding = ((0, 0),) * len(kernel) if given == "valid" else padding_of(given, len(kernel), record.at(PADDING))
    return kernel, stride, dilation, padding


def _keys(record: Record, sketch: Sketch) -> dict[str, Any]:
    sketch.takes(record, IN_CHANNELS)
    groups = record.of(GROUPS)
    biased = record.of(BIAS) if record.has(BIAS) else True
    biased = biased and not (record.has(BIAS_ATTR) and getattr(record.at(BIAS_ATTR), "value", None) is False)
    return {
        "out_channels": record.at(OUT_CHANNELS),
        "groups": groups if groups > 1 else None,
        "bias": 0 if biased else None,
    }


def _conv(record: Record, sketch: Sketch) -> None:
    mode = record.of(MODE)
    if mode != "zeros" and not isinstance(record.of(PADDING), int):
        fail(
            Code.PADDING, f"Paddle takes padding_mode '{mode}' only with padding that is one number", record.at(PADDING)
        )
    kernel, stride, dilation, padding = sized(record, sketch)
    moves_ = Moves(kernel, stride, dilation)
    mode = mode if any(map(any, padding)) else "zeros"
    hung = hung_over(sketch.size, moves_.windows, stride, padding, ceil=False)
    if mode != "zeros" and hung != padding:
        unsupported("a window larger than the padded map is not drawn with padding_mode", record.at(KERNEL_SIZE))
    padding = hung
    direct(sketch, moves_, padding, record.node, mode=mode, **_keys(record, sketch))


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    kernel, stride, dilation, padding = sized(record, sketch)
    (extra,) = sketch.sizes(record, OUTPUT_PADDING)
    for more, most in zip(extra, map(max, stride, dilation), strict=True):
        if more >= most:
            what = f"Paddle takes an output_padding that is less than stride or dilation, here {most}; this is {more}"
            fail(Code.OUTPUT_PADDING, what, record.at(OUTPUT_PADDING), "leave it out, or take less of it")
        if more:
            _check_extra(record, stride, extra)
    moves_ = Moves(kernel, (1,) * len(kernel), dilation, stride)
    sides = zip(moves_.windows, padding, extra, strict=True)
    border = tuple((window - 1 - before, window - 1 - after + more) for window, (before, after), more in sides)
    transposed(sketch, moves_, border, record.node, record.at(PADDING), **_keys(record, sketch))


def _check_extra(record: Record, stride: Size, extra: Size) -> None:
    """On a processor, Paddle fails when it computes an output padding that is not less than the stride."""
    if any(more >= s for more, s in zip(extra, stride, strict=True)):
        what = "Paddle computes no output_padding that is not less than the stride"
        fail(Code.OUTPUT_PADDING, what, record.at(OUTPUT_PADDING), "leave it out, or take less of it")


# what is as in PyTorch

SIZE: Field[Any] = moves_or_none("size")
UPSAMPLING: Field[str] = Field(
    "mode", OneOf(("nearest", "linear", "bilinear", "trilinear", "bicubic")), "mode", default="nearest"
)
CORNERS = flag("align_corners", default=False)


def _upsample(record: Record, sketch: Sketch) -> None:
    fields = {field.name: field for field in TORCH["Upsample"].keys.fields}
    scale = record.get(fields["scale_factor"])
    factors = scale if isinstance(scale, tuple) else (scale,)
    if scale is not None and record.get(fields["size"]) is not None:
        fail(Code.EXCLUSIVE_KEYS, "Paddle takes a size or a scale_factor, not both", record.node)
    if scale is not None and any(factor % 1 for factor in factors):
        node = record.at(fields["scale_factor"])
        unsupported("Paddle's upsampling by a factor that is not whole is not drawn", node, "give the size")
    nearest = record.of(UPSAMPLING) == "nearest"
    if nearest and sketch.axes == 1:
        fail(Code.AXES, "Paddle has nearest upsampling along 2 or 3 axes, and here is 1", record.node)
    if nearest and record.of(CORNERS):
        what = "Paddle takes align_corners only with an interpolating mode"
        fail(Code.EXCLUSIVE_KEYS, what, record.at(CORNERS), "mode='bilinear', or leave it out")
    TORCH["Upsample"].draw(record.without(CORNERS) if nearest else record, sketch)


# the table

CONV: Fields = (
    *(IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, BIAS, MODE),
    *ignored("device", "dtype"),
    *(*WEIGHT_ATTR, BIAS_ATTR, *LAYOUT),
)
MOVED: Fields = (IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, OUTPUT_PADDING)
ATTRS: Fields = (*WEIGHT_ATTR, BIAS_ATTR, *LAYOUT)
MAX: Fields = (KERNEL_SIZE, POOL_STRIDE, PADDING, only("return_mask", usual=False), CEIL_MODE)
AVG: Fields = (KERNEL_SIZE, POOL_STRIDE, PADDING, CEIL_MODE, EXCLUSIVE, DIVISOR)
AVG_1: Fields = (KERNEL_SIZE, POOL_STRIDE, PADDING, EXCLUSIVE, CEIL_MODE)
BORDERED: Final = {"constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
FILLED: Field[Any] = replace(TORCH["ConstantPad2d"].keys.fields[1], required=False, default=0)
PAD_MODE: Field[str] = Field("mode", OneOf(tuple(BORDERED)), "mode", default="constant")


def _layer(
    name: str, fields: Fields, draw: Draw, axes: int | None, most: int | None = None
) -> tuple[str, ForeignLayer]:
    takes = IN_CHANNELS if IN_CHANNELS in fields else None
    return name, ForeignLayer(Object(f"paddle.nn.{name}", fields), axes, draw, positional=most, takes=takes)


def _as_torch(name: str, theirs: str, *more: Field[Any]) -> tuple[str, ForeignLayer]:
    """With the parameters and the numbers of a layer of PyTorch, and more parameters behind."""
    layer = TORCH[theirs]
    keys = Object(f"paddle.nn.{name}", (*layer.keys.fields, *more))
    return name, replace(layer, keys=keys, takes=None)


def _pad(record: Record, sketch: Sketch) -> None:
    """One layer of PyTorch for each mode; a value is for constants, and passed over elsewhere."""
    kinds = {"constant": "Constant", "reflect": "Reflection", "replicate": "Replication", "circular": "Circular"}
    mode = record.of(PAD_MODE)
    held = record if mode == "constant" else record.without(FILLED)
    TORCH[f"{kinds[mode]}Pad{sketch.axes}d"].draw(held, sketch)


def _pads(n: int) -> tuple[str, ForeignLayer]:
    around = TORCH[f"ConstantPad{n}d"].keys.fields[0]
    return _layer(f"Pad{n}D", (around, PAD_MODE, FILLED, *LAYOUT, *NAME), _pad, n)


def _with_axes(n: int) -> list[tuple[str, ForeignLayer]]:
    order = (GROUPS, DILATION) if n == 1 else (DILATION, GROUPS)
    layout = () if n == 1 else LAYOUT
    avg: Fields = AVG_1 if n == 1 else (*AVG, *LAYOUT)
    return [
        _layer(f"Conv{n}D", CONV, _conv, n, 7),
        _layer(f"Conv{n}d", CONV, _conv, n, 7),
        _layer(f"Conv{n}DTranspose", (*MOVED, *order, *ATTRS), _conv_transpose, n),
        _layer(f"MaxPool{n}D", (*MAX, *layout, *NAME), partial(pool, name="max_pool"), n),
        _layer(f"AvgPool{n}D", (*avg, *NAME), partial(pool, name="avg_pool"), n),
        _as_torch(f"AdaptiveAvgPool{n}D", f"AdaptiveAvgPool{n}d", *layout, *NAME),
        _as_torch(f"AdaptiveMaxPool{n}D", f"AdaptiveMaxPool{n}d", *NAME),
        _as_torch(f"ZeroPad{n}D", f"ZeroPad{n}d", *LAYOUT, *NAME),
        _as_torch(f"MaxUnPool{n}D", f"MaxUnpool{n}d", *LAYOUT, only("output_size", None), *NAME),
        *([_lp_pool(n)] if n < 3 else []),
        _pads(n),
    ]


def _lp_pool(n: int) -> tuple[str, ForeignLayer]:
    norm, kernel, stride, ceil = TORCH[f"LPPool{n}d"].keys.fields
    fields = (norm, kernel, stride, only("padding", 0), ceil, *LAYOUT, *NAME)
    return _layer(f"LPPool{n}D", fields, partial(torch_pool, name="lp_pool", library="Paddle"), n)


UP: Fields = (
    *(SIZE, TORCH["Upsample"].keys.fields[1], UPSAMPLING),
    *(CORNERS, only("align_mode", 0), *LAYOUT, only("recompute_scale_factor", None)),
    *NAME,
)
ORDERED = only("data_format", "NCHW")
PADDLE: dict[str, ForeignLayer] = dict(
    [
        *(layer for n in (1, 2, 3) for layer in _with_axes(n)),
        _layer("Upsample", UP, _upsample, None),
        *COLUMNS.items(),
        _as_torch("PixelShuffle", "PixelShuffle", ORDERED, *NAME),
        _as_torch("PixelUnshuffle", "PixelUnshuffle", ORDERED, *NAME),
        _as_torch("ChannelShuffle", "ChannelShuffle", *LAYOUT, *NAME),
    ]
)
"""By name."""
HARMLESS: Final = ("Identity", "Dropout", "Dropout2D", "Dropout3D", "AlphaDropout", "FeatureAlphaDropout")
POINTWISE: Final = (
    *("ReLU", "ReLU6", "LeakyReLU", "PReLU", "RReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Silu", "Swish", "Mish"),
    *("Sigmoid", "Tanh", "Hardtanh", "Hardsigmoid", "Hardswish", "Hardshrink", "Softplus", "Softshrink", "Softsign"),
    *("Tanhshrink", "ThresholdedReLU", "LogSigmoid", "Softmax", "Softmax2D", "LogSoftmax", "GroupNorm", "LayerNorm"),
    *("SyncBatchNorm", "LocalResponseNorm", "BatchNorm"),
    *(f"{kind}Norm{n}D" for kind in ("Batch", "Instance") for n in (1, 2, 3)),
)
BEYOND: Final = ("Flatten", "Unflatten", "Linear", "Bilinear")
LIBRARY: Final = Library(("paddle.nn",), PADDLE, POINTWISE, HARMLESS, BEYOND, refusals.PADDLE)
