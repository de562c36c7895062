"""tinygrad's layers, and the pools of its tensors: their parameters in tinygrad's order, and what each is in a spec.

Checked against tinygrad 0.14.0. ``Conv2d`` has as many axes as its kernel size has numbers, two for one number. Padding
that is said for both sides names the last axis first. A pool may have more padding than half its window.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks import refusals
from conv_anim.frameworks.arguments import OrNone, flag, only, whole
from conv_anim.frameworks.dilated import Moves, direct, transposed
from conv_anim.frameworks.foreign import ForeignLayer, Library, axes_by, weighted
from conv_anim.frameworks.keras.keys import Lowered
from conv_anim.frameworks.sketch import fail, given, same, tidy
from conv_anim.frameworks.torch.keys import (
    BIAS,
    CEIL_MODE,
    DILATION,
    GROUPS,
    IN_CHANNELS,
    OUT_CHANNELS,
    OUTPUT_PADDING,
    STRIDE,
)
from conv_anim.spec.entering import LARGEST, per_axis
from conv_anim.spec.kinds import Either, Flag, ListOf, OneOf, Whole
from conv_anim.spec.nodes import is_list, is_text
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

LENGTH = whole("kernel_size")
KERNEL_SIZE: Field[Any] = Field("kernel_size", per_axis(1), "kernel_size", required=True)
SIDE = Whole(-LARGEST, LARGEST, ", or a tuple with one per axis, or with two per axis, those of the last axis first")
SIDES = ListOf(Whole(-LARGEST, LARGEST), SIDE.expected, 1, 6)
PADDING: Field[Any] = Field(
    "padding", Either(((is_text, Lowered(("same",))), (is_list, SIDES), (lambda _: True, SIDE))), "padding", default=0
)


def _both_sides(value: Any, axes: int, node: Node) -> Padding:
    """One number, one per axis, or two per axis, those of the last axis first."""
    sides: Size = value if isinstance(value, tuple) else (value,) * axes
    if len(sides) == 2 * axes:
        return tuple(zip(sides[::2], sides[1::2], strict=True))[::-1]
    if len(sides) != axes:
        fail(Code.AXES, f"'padding' needs {axes} or {2 * axes} numbers, and has {len(sides)}", node)
    return tuple((side, side) for side in sides)


def _padding(record: Record, kernel: Size, dilation: Size) -> Padding:
    """For "same", with the dilations of the axes in the wrong order, as tinygrad has them."""
    value, node = record.of(PADDING), record.at(PADDING)
    if value != "same":
        return _both_sides(value, len(kernel), node)
    if record.of(STRIDE) != 1:
        what = "tinygrad takes padding 'same' only with a stride that is the number 1"
        fail(Code.PADDING, what, node, "give the padding as a number")
    totals = [d * (k - 1) for d, k in zip(dilation[::-1], kernel, strict=True)]
    return tuple((total // 2, total - total // 2) for total in totals)


_keys = partial(weighted, takes=IN_CHANNELS, makes=OUT_CHANNELS, groups=GROUPS, bias=BIAS, first=1)


def _conv(record: Record, sketch: Sketch) -> None:
    kernel, stride, dilation = sketch.sizes(record, KERNEL_SIZE, STRIDE, DILATION)
    padding = _padding(record, kernel, dilation)
    direct(sketch, Moves(kernel, stride, dilation), padding, record.node, **_keys(record, sketch))


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    kernel, stride, dilation = sketch.sizes(record, KERNEL_SIZE, STRIDE, DILATION)
    moves_ = Moves(kernel, (1,) * len(kernel), dilation, stride)
    (extra,) = sketch.sizes(record, OUTPUT_PADDING)
    sides = zip(moves_.windows, _padding(record, kernel, dilation), extra, strict=True)
    border = tuple((window - 1 - before, window - 1 - after + more) for window, (before, after), more in sides)
    node = record.at(OUTPUT_PADDING) if any(extra) else record.at(PADDING)
    transposed(sketch, moves_, border, record.node, node, **_keys(record, sketch))


# tensors

POOL_SIZE: Field[Any] = Field("kernel_size", per_axis(1), "kernel_size", default=(2, 2))
POOL_STRIDE: Field[Any] = Field("stride", OrNone(per_axis(1)), "stride")
POOL_PADDING: Field[Any] = Field("padding", Either(((is_list, SIDES), (lambda _: True, SIDE))), "padding", default=0)
INCLUDED = flag("count_include_pad", default=True)
INDICES = only("return_indices", usual=False)


def _pool(record: Record, sketch: Sketch, *, name: str) -> None:
    (kernel,) = sketch.sizes(record, POOL_SIZE)
    stride = record.get(POOL_STRIDE)
    padding = _both_sides(record.of(POOL_PADDING), len(kernel), record.at(POOL_PADDING))
    padding = sketch.cropped(padding, record.node)
    sketch.add(
        name,
        record.node,
        kernel_size=same(list(kernel)),
        stride=None if stride is None else record.at(POOL_STRIDE),
        padding=tidy(padding),
        dilation=given(record, DILATION),
        ceil_mode=given(record, CEIL_MODE),
        count_include_pad=given(record, INCLUDED) if record.has(INCLUDED) else None,
    )


SIZE: Field[Any] = Field(
    "size", ListOf(Whole(1, LARGEST), "a tuple with one number per axis", 1, 3), "size", required=True
)
MODE: Field[str] = Field("mode", OneOf(("linear", "nearest", "nearest-exact")), "mode", default="linear")
CORNERS: Field[bool] = Field("align_corners", Flag(), "align_corners", default=False)


def _interpolate(record: Record, sketch: Sketch) -> None:
    mode, exact = record.of(MODE), record.of(MODE) == "nearest-exact"
    if record.of(CORNERS) and mode != "linear":
        what = "tinygrad takes align_corners only with mode 'linear'"
        fail(Code.EXCLUSIVE_KEYS, what, record.at(CORNERS), "leave it out")
    sketch.add(
        "upsample",
        record.node,
        size=list(record.of(SIZE)),
        mode=("linear", "bilinear", "trilinear")[sketch.axes - 1] if mode == "linear" else None,
        align_corners=True if record.of(CORNERS) else None,
        coordinates="half_pixel" if exact else None,
        rounding="half_up" if exact else None,
    )


# the tables

CONV: Fields = (IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, BIAS)
TRANSPOSED: Fields = (*CONV[:5], OUTPUT_PADDING, *CONV[5:])
POOL: Fields = (POOL_SIZE, POOL_STRIDE, DILATION, POOL_PADDING, CEIL_MODE)


def _along(fields: Fields) -> Fields:
    """The fields of a layer with one axis, whose kernel size is one number."""
    return tuple(LENGTH if field is KERNEL_SIZE else field for field in fields)


def _layer(name: str, fields: Fields, draw: Draw) -> tuple[str, ForeignLayer]:
    keys = Object(f"tinygrad.nn.{name}", fields)
    if LENGTH in fields:
        return name, ForeignLayer(keys, 1, draw, takes=IN_CHANNELS)
    return name, ForeignLayer(keys, None, draw, axes_of=axes_by(KERNEL_SIZE, 2), takes=IN_CHANNELS)


def _method(name: str, fields: Fields, draw: Draw, axes: Any) -> tuple[str, ForeignLayer]:
    return name, ForeignLayer(Object(f"Tensor.{name}", fields), None, draw, axes_of=axes)


TINYGRAD: dict[str, ForeignLayer] = dict(
    [
        _layer("Conv1d", _along(CONV), _conv),
        _layer("Conv2d", CONV, _conv),
        _layer("ConvTranspose1d", _along(TRANSPOSED), _conv_transpose),
        _layer("ConvTranspose2d", TRANSPOSED, _conv_transpose),
    ]
)
"""By name."""
TENSORS: dict[str, ForeignLayer] = dict(
    [
        _method("max_pool2d", (*POOL, INDICES), partial(_pool, name="max_pool"), axes_by(POOL_SIZE, 2)),
        _method("avg_pool2d", (*POOL, INCLUDED), partial(_pool, name="avg_pool"), axes_by(POOL_SIZE, 2)),
        _method("interpolate", (SIZE, MODE, CORNERS), _interpolate, lambda record: len(record.of(SIZE))),
    ]
)
"""Methods of tensors; the first parameter, ``self``, is what is fed."""
LIBRARY: Final = Library(
    ("tinygrad.nn",),
    TINYGRAD,
    ("BatchNorm", "BatchNorm2d", "BatchNorm3d", "GroupNorm", "InstanceNorm", "LayerNorm", "LayerNorm2d", "RMSNorm"),
    beyond=("Linear", "Embedding"),
    refused=refusals.OTHERS,
)
POINTWISE: Final = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "quick_gelu", "silu", "swish", "sigmoid", "tanh"),
    *("hardswish", "hardsigmoid", "hardtanh", "softplus", "softsign", "mish", "softmax", "log_softmax", "exp"),
    *("square", "sqrt", "abs", "sin", "cos", "layernorm", "batchnorm"),
)
METHODS: Final = Library(
    ("tinygrad.tensor.Tensor", "tinygrad.Tensor"),
    TENSORS,
    POINTWISE,
    harmless=("dropout", "contiguous", "realize"),
    beyond=("flatten", "linear", "reshape", "view", "mean", "sum", "max", "squeeze", "dot"),
)
