"""MLX's layers: their parameters in MLX's order, and what each is as a layer of a spec.

Checked against mlx 0.32.4. A layer with one axis takes numbers only, a mean counts its padding, and a transposed
convolution takes output_padding last, as much as one likes.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks import refusals
from conv_anim.frameworks.arguments import flag, moves_or_none, only
from conv_anim.frameworks.dilated import Moves, direct, transposed
from conv_anim.frameworks.foreign import ForeignLayer, Library, weighted
from conv_anim.frameworks.sketch import fail, given, unsupported
from conv_anim.frameworks.torch.keys import (
    BIAS,
    DILATION,
    GROUPS,
    IN_CHANNELS,
    KERNEL_SIZE,
    OUT_CHANNELS,
    OUTPUT_PADDING,
    PADDING,
    STRIDE,
)
from conv_anim.ops.upsample_keys import SCALE_FACTOR
from conv_anim.spec.kinds import OneOf, Whole
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding
    from conv_anim.spec.records import Record


_keys = partial(weighted, takes=IN_CHANNELS, makes=OUT_CHANNELS, groups=GROUPS, bias=BIAS, first=0)


def _conv(record: Record, sketch: Sketch) -> None:
    kernel, stride, padding, dilation = sketch.sizes(record, KERNEL_SIZE, STRIDE, PADDING, DILATION)
    pairs = tuple((p, p) for p in padding)
    direct(sketch, Moves(kernel, stride, dilation), pairs, record.node, **_keys(record, sketch))


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    kernel, stride, padding, dilation = sketch.sizes(record, KERNEL_SIZE, STRIDE, PADDING, DILATION)
    (extra,) = sketch.sizes(record, OUTPUT_PADDING)
    moves_, keys = Moves(kernel, (1,) * len(kernel), dilation, stride), _keys(record, sketch)
    sides = zip(moves_.windows, padding, extra, strict=True)
    border = tuple((window - 1 - p, window - 1 - p + more) for window, p, more in sides)
    left = _cut(record, sketch, moves_, border)
    node = record.at(OUTPUT_PADDING) if any(extra) else record.at(PADDING)
    transposed(sketch, moves_, left, record.node, node, **keys)


def _cut(record: Record, sketch: Sketch, moves_: Moves, border: Padding) -> Padding:
    """Padding beyond the window less 1 is taken off the input, whatever the stride, and not off the output."""
    for n, window, s, (before, after) in zip(sketch.size, moves_.windows, moves_.stretch, border, strict=True):
        cells = n + min(0, before) + min(0, after)
        if cells < 1 or (cells - 1) * s + 1 + max(0, before) + max(0, after) < window:
            what = "MLX takes this much padding off the input, and leaves less than the window"
            fail(Code.DOES_NOT_FIT, what, record.at(PADDING), "less padding, or a larger input")
    if min(map(min, border)) < 0 and max(moves_.stretch) > 1:
        sketch.note("MLX takes padding beyond the window less 1 off the input, not off the output")
    return sketch.cropped(border, record.node)


POOL_STRIDE, POOL_PADDING = moves_or_none("stride"), moves_or_none("padding", least=0)


def _pool(record: Record, sketch: Sketch, *, name: str) -> None:
    keys = {"stride": given(record, POOL_STRIDE), "padding": given(record, POOL_PADDING)}
    sketch.add(name, record.node, kernel_size=record.at(KERNEL_SIZE), **keys)


SCALE: Field[Any] = Field("scale_factor", SCALE_FACTOR.kind, "scale_factor", required=True)
MODE: Field[str] = Field("mode", OneOf(("nearest", "linear", "cubic")), "mode", default="nearest")
CORNERS = flag("align_corners", default=False)


def _upsample(record: Record, sketch: Sketch) -> None:
    """Where a scale is not whole, MLX centres what it reads."""
    scale, mode = record.of(SCALE), record.of(MODE)
    factors = scale if isinstance(scale, tuple) else (scale,)
    whole_ = all(factor % 1 == 0 for factor in factors)
    if mode == "nearest" and not whole_:
        what = "MLX's nearest upsampling by a factor that is not whole is not drawn: it rounds halves to even cells"
        unsupported(what, record.at(SCALE), "a whole factor, or mode='linear'")
    if mode == "cubic" and sketch.axes != 2:
        unsupported("cubic upsampling is drawn along 2 axes", record.at(MODE))
    named = {"linear": ("linear", "bilinear", "trilinear")[sketch.axes - 1], "cubic": "bicubic"}
    corners = record.of(CORNERS) and mode != "nearest"
    sketch.add(
        "upsample",
        record.node,
        scale_factor=record.at(SCALE),
        mode=named.get(mode),
        align_corners=True if corners else None,
        coordinates=None if whole_ or corners else "half_pixel_symmetric",
    )


# the table

CONV: Fields = (IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, BIAS)
TRANSPOSED: Fields = (*CONV[:6], OUTPUT_PADDING, BIAS)
POOL: Fields = (KERNEL_SIZE, POOL_STRIDE, POOL_PADDING)


def _single(fields: Fields) -> Fields:
    """The fields of a layer with one axis: numbers, and no tuples."""
    least = {field.name: 0 for field in (PADDING, OUTPUT_PADDING)}
    several = (KERNEL_SIZE, STRIDE, PADDING, DILATION, OUTPUT_PADDING)
    return tuple(
        Field(
            field.name,
            Whole(least.get(field.name, 1), 2**53),
            field.name,
            default=field.default,
            required=field.required,
        )
        if field in several
        else field
        for field in fields
    )


def _layer(name: str, fields: Fields, draw: Draw, axes: int | None) -> tuple[str, ForeignLayer]:
    takes = IN_CHANNELS if IN_CHANNELS in fields else None
    return name, ForeignLayer(Object(f"mlx.nn.{name}", fields), axes, draw, takes=takes)


def _with_axes(n: int) -> list[tuple[str, ForeignLayer]]:
    conv = tuple(field for field in CONV if field is not GROUPS) if n == 3 else CONV
    return [
        _layer(f"Conv{n}d", _single(conv) if n == 1 else conv, _conv, n),
        _layer(f"ConvTranspose{n}d", _single(TRANSPOSED) if n == 1 else TRANSPOSED, _conv_transpose, n),
        _layer(f"MaxPool{n}d", POOL, partial(_pool, name="max_pool"), n),
        _layer(f"AvgPool{n}d", POOL, partial(_pool, name="avg_pool"), n),
    ]


MLX: dict[str, ForeignLayer] = dict(
    [
        *(layer for n in (1, 2, 3) for layer in _with_axes(n)),
        _layer("Upsample", (SCALE, MODE, CORNERS, only("antialias", usual=False)), _upsample, None),
    ]
)
"""By name."""
HARMLESS: Final = ("Identity", "Dropout", "Dropout2d", "Dropout3d")
POINTWISE: Final = (
    *("ReLU", "ReLU2", "ReLU6", "LeakyReLU", "PReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh"),
    *("HardTanh", "HardShrink", "Hardswish", "Softplus", "Softshrink", "Softsign", "Softmin", "Step", "LogSigmoid"),
    *("Softmax", "LogSoftmax", "BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm", "RMSNorm"),
    *("relu", "relu2", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "gelu_approx", "silu", "mish", "sigmoid"),
    *("tanh", "softmax", "log_softmax", "hardswish", "hard_tanh", "softplus"),
)
BEYOND: Final = ("Linear", "Bilinear", "Embedding")
LIBRARY: Final = Library(("mlx.nn",), MLX, POINTWISE, HARMLESS, BEYOND, refusals.OTHERS)
