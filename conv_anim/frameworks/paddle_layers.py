"""PaddlePaddle's layers: their parameters in Paddle's order, and what each is as a layer of a spec.

Checked against paddlepaddle 3.3.1. Padding "SAME" takes no dilation: the layer has none then. A mean leaves out its
padding unless ``exclusive`` says otherwise, and ``ceil_mode`` keeps a last window that begins in the padding.
``Conv1DTranspose`` takes groups before dilation, ``Conv2DTranspose`` and ``Conv3DTranspose`` after it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import count, flag, ignored, moves, moves_or_none, only, sizes, whole
from conv_anim.frameworks.dilated import Moves, Places, Words, convolution, transposed
from conv_anim.frameworks.foreign import ForeignLayer
from conv_anim.frameworks.keras_layers import Lowered
from conv_anim.frameworks.sketch import fail, same, tidy, unsupported
from conv_anim.frameworks.torch_layers import TORCH
from conv_anim.ops.padding import PADDING_MODE, named_padding
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, ListOf, OneOf, Whole
from conv_anim.spec.nodes import is_list, is_text
from conv_anim.spec.records import Field, Object
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

WORDS: Final = Words("stride", "stride")
IN_CHANNELS, OUT_CHANNELS, GROUPS = whole("in_channels"), whole("out_channels"), count("groups", 1)
KERNEL_SIZE, STRIDE, DILATION = sizes("kernel_size"), moves("stride", 1), moves("dilation", 1)
EXPECTED = ", or a list with one per axis, with two per axis, or with a pair for batch, channels and each axis"
SIDE = Whole(0, LARGEST, EXPECTED)
ENTRY = Either(((is_list, ListOf(Whole(0, LARGEST), "a pair", 2, 2)), (lambda _: True, Whole(0, LARGEST))))
PADDING: Field[Any] = Field(
    "padding",
    Either(
        (
            (is_text, Lowered(("same", "valid"))),
            (is_list, ListOf(ENTRY, SIDE.expected, 1, 6)),
            (lambda _: True, SIDE),
        )
    ),
    "padding",
    default=0,
)
OUTPUT_PADDING = moves("output_padding", 0, least=0)
BIAS, MODE = flag("bias", default=True), PADDING_MODE
(BIAS_ATTR,) = ignored("bias_attr")
WEIGHT_ATTR: Fields = ignored("weight_attr")
LAYOUT: Fields = ignored("data_format")
NAME: Fields = ignored("name")


def _padding(value: Any, axes: int, node: Node) -> Padding:
    """Before and after, for each axis; not of a name."""
    found = value if isinstance(value, tuple) else (value,) * axes
    pairs = [each for each in found if isinstance(each, tuple)]
    if len(pairs) == len(found) == axes + 2:
        outer = (pairs[0], pairs[1]) == ((0, 0), (0, 0))
        inner, last = tuple(pairs[2:]), (pairs[0], pairs[-1]) == ((0, 0), (0, 0))
        if outer or last:
            return inner if outer else tuple(pairs[1:-1])
        fail(Code.PADDING, "Paddle pads neither batches nor channels", node)
    if not pairs and len(found) == 2 * axes:
        return tuple(zip(found[::2], found[1::2], strict=True))
    if pairs or len(found) != axes:
        what = f"Paddle takes padding as one number, as {axes}, as {2 * axes}, or as {axes + 2} pairs"
        fail(Code.AXES, f"{what}, here {len(found)} are given", node)
    return tuple((side, side) for side in found)


def _sized(record: Record, sketch: Sketch) -> tuple[Size, Size, Size, Padding]:
    """Kernel, stride, dilation and padding; with "SAME" the dilation is 1."""
    kernel, stride, dilation = (
        sketch.each(record.of(field), record.at(field)) for field in (KERNEL_SIZE, STRIDE, DILATION)
    )
    given, ones = record.of(PADDING), (1,) * len(kernel)
    if given == "same":
        if max(dilation) > 1:
            sketch.note("with padding SAME, Paddle leaves the dilation out, and so does the figure")
        return kernel, stride, ones, named_padding("same", sketch.size, kernel, stride)
    padding = ((0, 0),) * len(kernel) if given == "valid" else _padding(given, len(kernel), record.at(PADDING))
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
    kernel, stride, dilation, padding = _sized(record, sketch)
    at = Places(record.node, record.node, record.at(PADDING))
    moves_ = Moves(kernel, stride, dilation, (1,) * len(kernel))
    mode = mode if any(map(any, padding)) else "zeros"
    hung = _hung_over(sketch.size, moves_.windows, stride, padding, ceil=False)
    if mode != "zeros" and hung != padding:
        unsupported("a window larger than the padded map is not drawn with padding_mode", record.at(KERNEL_SIZE))
    padding = hung
    convolution(sketch, moves_, padding, at, words=WORDS, mode=mode, **_keys(record, sketch))


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    kernel, stride, dilation, padding = _sized(record, sketch)
    extra = sketch.each(record.of(OUTPUT_PADDING), record.at(OUTPUT_PADDING))
    for more, most in zip(extra, map(max, stride, dilation), strict=True):
        if more >= most:
            what = f"Paddle takes an output_padding that is less than stride or dilation, here {most}; this is {more}"
            fail(Code.OUTPUT_PADDING, what, record.at(OUTPUT_PADDING), "leave it out, or take less of it")
        if more:
            _check_extra(record, stride, extra)
    moves_ = Moves(kernel, (1,) * len(kernel), dilation, stride)
    sides = zip(moves_.windows, padding, extra, strict=True)
    border = tuple((window - 1 - before, window - 1 - after + more) for window, (before, after), more in sides)
    transposed(sketch, moves_, border, Places(record.node, record.node, record.at(PADDING)), **_keys(record, sketch))


def _check_extra(record: Record, stride: Size, extra: Size) -> None:
    """On a processor, Paddle fails when it computes an output padding that is not less than the stride."""
    if any(more >= s for more, s in zip(extra, stride, strict=True)):
        what = "Paddle computes no output_padding that is not less than the stride"
        fail(Code.OUTPUT_PADDING, what, record.at(OUTPUT_PADDING), "leave it out, or take less of it")


# pools

POOL_STRIDE = moves_or_none("stride")
CEIL_MODE, EXCLUSIVE = flag("ceil_mode", default=False), flag("exclusive", default=True)
DIVISOR = only("divisor_override", None)


def _pool(record: Record, sketch: Sketch, *, name: str) -> None:
    kernel = sketch.each(record.of(KERNEL_SIZE), record.at(KERNEL_SIZE))
    given = record.get(POOL_STRIDE)
    stride = kernel if given is None else sketch.each(given, record.at(POOL_STRIDE))
    value, node, ceil = record.of(PADDING), record.at(PADDING), record.of(CEIL_MODE)
    if value == "same":
        padding = named_padding("same", sketch.size, kernel, stride)
    else:
        if value == "valid" and ceil:
            fail(Code.PADDING, "Paddle takes padding VALID only without ceil_mode", record.at(CEIL_MODE))
        padding = ((0, 0),) * len(kernel) if value == "valid" else _padding(value, len(kernel), node)
    hung = _hung_over(sketch.size, kernel, stride, padding, ceil=ceil)
    over = hung != padding
    counted = name == "avg_pool" and not record.of(EXCLUSIVE)
    if counted:
        _check_counts(record, sketch.size, hung, padding, Moves(kernel, stride, (1,) * len(kernel), ()))
    padding = padding if counted else hung
    uncounted = name == "avg_pool" and any(map(any, padding)) and not counted
    sketch.add(
        name,
        record.node,
        kernel_size=same(list(kernel)),
        stride=None if stride == kernel else same(list(stride)),
        padding=tidy(padding),
        ceil_mode=True if counted and over else None,
        count_include_pad=False if uncounted else None,
    )


def _check_counts(record: Record, size: Size, hung: Padding, padding: Padding, moves_: Moves) -> None:
    """With ``exclusive=False``, Paddle counts the cells up to as many behind the map as are before it."""
    node, over = record.at(EXCLUSIVE), hung != padding
    for n, k, s, (before, behind), (_, after) in zip(size, moves_.kernel, moves_.stride, hung, padding, strict=True):
        room = n + before + after - k
        if max(behind, after) > before and (after != before or behind - after >= k):
            what = f"with exclusive=False, Paddle counts at most {before} cells behind the map, and here are {behind}"
            unsupported(f"{what}: such a mean is not drawn", node, "leave exclusive=False out")
        last = -(-room // s) * s
        if over and ((room % s and behind == after) or last >= n + before):
            what = "Paddle's mean with exclusive=False and windows beyond the padding along some axes is not drawn"
            unsupported(what, node, "leave exclusive=False out")


def _hung_over(size: Size, kernel: Size, stride: Size, padding: Padding, *, ceil: bool) -> Padding:
    """With as much behind as the last window needs.

    Also where a window is larger than the map by less than the stride: Paddle rounds towards 0, and finds one place.
    """
    found = []
    for n, k, s, (before, after) in zip(size, kernel, stride, padding, strict=True):
        room = n + before + after - k
        steps = -(-room // s) if ceil else 0
        hangs = ceil or -s < room < 0
        found.append((before, max(after, steps * s + k - n - before) if hangs else after))
    return tuple(found)


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
        _layer(f"MaxPool{n}D", (*MAX, *layout, *NAME), partial(_pool, name="max_pool"), n),
        _layer(f"AvgPool{n}D", (*avg, *NAME), partial(_pool, name="avg_pool"), n),
        _as_torch(f"AdaptiveAvgPool{n}D", f"AdaptiveAvgPool{n}d", *layout, *NAME),
        _as_torch(f"AdaptiveMaxPool{n}D", f"AdaptiveMaxPool{n}d", *NAME),
        _as_torch(f"ZeroPad{n}D", f"ZeroPad{n}d", *LAYOUT, *NAME),
        _pads(n),
    ]


UP: Fields = (
    *(SIZE, TORCH["Upsample"].keys.fields[1], UPSAMPLING),
    *(CORNERS, only("align_mode", 0), *LAYOUT, only("recompute_scale_factor", None)),
    *NAME,
)
ORDERED = only("data_format", "NCHW")
PADDLE: dict[str, ForeignLayer] = dict(
    [
        *_with_axes(1),
        *_with_axes(2),
        *_with_axes(3),
        _layer("Upsample", UP, _upsample, None),
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
    *(
        "SyncBatchNorm",
        "LocalResponseNorm",
        "BatchNorm",
        *(f"{kind}Norm{n}D" for kind in ("Batch", "Instance") for n in (1, 2, 3)),
    ),
)
BEYOND: Final = ("Flatten", "Unflatten", "Linear", "Bilinear")
