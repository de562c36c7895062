"""PyTorch's layers: their parameters in PyTorch's order, and what each is as a layer of a spec."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import OrNone, count, flag, ignored, moves, moves_or_none, sizes, whole
from conv_anim.frameworks.foreign import ForeignLayer, biased
from conv_anim.frameworks.sketch import Border, fail, given, same, unsupported
from conv_anim.ops.padding import PADDING_MODE
from conv_anim.ops.upsample import MODES, SCALE_FACTOR
from conv_anim.spec.entering import LARGEST, per_axis
from conv_anim.spec.kinds import Either, Flag, ListOf, OneOf, Real, Whole
from conv_anim.spec.nodes import is_list, is_scalar, is_text
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.kinds import Kind
    from conv_anim.spec.records import Record

IN_CHANNELS, OUT_CHANNELS, GROUPS = whole("in_channels"), whole("out_channels"), count("groups", 1)
KERNEL_SIZE, STRIDE, DILATION = sizes("kernel_size"), moves("stride", 1), moves("dilation", 1)
PADDING = moves("padding", 0, least=0)
PaddingOrName: TypeAlias = "int | tuple[int, ...] | str"
NAMED_PADDING: Field[PaddingOrName] = Field(
    "padding", Either(((is_text, OneOf(("valid", "same"))), (lambda _: True, per_axis(0)))), "padding", default=0
)
BIAS, CEIL_MODE = flag("bias", default=True), flag("ceil_mode", default=False)
MODE = PADDING_MODE
OUTPUT_PADDING = moves("output_padding", 0, least=0)
WHERE = ignored("device", "dtype")


def _conv(record: Record, sketch: Sketch) -> None:
    if record.has(IN_CHANNELS):
        sketch.takes(record, IN_CHANNELS)
    padding, mode = _padding(record, sketch)
    sketch.add(
        "conv",
        record.node,
        out_channels=record.at(OUT_CHANNELS),
        kernel_size=record.at(KERNEL_SIZE),
        stride=given(record, STRIDE),
        padding=padding,
        dilation=given(record, DILATION),
        groups=given(record, GROUPS),
        padding_mode=mode,
        bias=biased(record, sketch, BIAS, first=1),
    )


def _padding(record: Record, sketch: Sketch) -> tuple[Any, str | None]:
    """As the spec has it, with that of a padding layer before."""
    padding, node, mode = record.of(NAMED_PADDING), record.at(NAMED_PADDING), record.of(MODE)
    if padding == "same" and any(s > 1 for s in sketch.each(record.of(STRIDE), record.at(STRIDE))):
        fail(Code.PADDING, "PyTorch has padding 'same' only with stride 1", node, "give the padding as a number")
    if padding == "same" and sketch.border is None:
        return node, None if mode == "zeros" else mode
    if padding == "same":
        unsupported("a padding layer before padding='same' is not drawn", node)
    amounts = sketch.amounts(0 if isinstance(padding, str) else padding, node)
    if sketch.border is None and amounts:
        shorter = given(record, NAMED_PADDING) if any(map(any, amounts)) else None
        return shorter, None if mode == "zeros" or shorter is None else mode
    return sketch.bordered(amounts, mode)


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    if record.has(IN_CHANNELS):
        sketch.takes(record, IN_CHANNELS)
    if record.of(MODE) != "zeros":
        fail(Code.PADDING, "PyTorch's transposed convolution is padded with zeros only", record.at(MODE))
    sketch.add(
        "conv_transpose",
        record.node,
        out_channels=record.at(OUT_CHANNELS),
        kernel_size=record.at(KERNEL_SIZE),
        stride=given(record, STRIDE),
        padding=given(record, PADDING),
        output_padding=given(record, OUTPUT_PADDING),
        dilation=given(record, DILATION),
        groups=given(record, GROUPS),
        bias=biased(record, sketch, BIAS, first=1),
    )


# pooling

POOL_STRIDE = moves_or_none("stride")
COUNT_INCLUDE_PAD = flag("count_include_pad", default=True)
DIVISOR: Field[Any] = Field("divisor_override", OrNone(Whole(1, LARGEST)), "divisor_override")
NORM_TYPE: Field[int | float] = Field("norm_type", Real(1, 100), "norm_type", required=True)
TARGET: Field[Any] = Field(
    "output_size",
    Either(
        (
            (is_list, ListOf(OrNone(Whole(1, LARGEST)), "a tuple with one number per axis", 1, 3)),
            (is_scalar, OrNone(Whole(1, LARGEST, ", or a tuple with one per axis"))),
        )
    ),
    "output_size",
)


def _pool(record: Record, sketch: Sketch, *, name: str) -> None:
    if record.get(DIVISOR) is not None:
        unsupported("'divisor_override' is not drawn: a mean is divided by its cells", record.at(DIVISOR))
    if name == "lp_pool" and record.of(CEIL_MODE):
        what = "PyTorch's LPPool with ceil_mode is no norm where the last window hangs over"
        unsupported(what, record.at(CEIL_MODE), "leave ceil_mode out")
    if name == "lp_pool" and record.of(NORM_TYPE) % 2 and sketch.values is not None:
        what = "PyTorch's LPPool is no norm of negative numbers unless norm_type is even"
        unsupported(what, record.at(NORM_TYPE), "an input size in place of its numbers")
    sketch.add(
        name,
        record.node,
        norm_type=record.at(NORM_TYPE) if record.has(NORM_TYPE) and record.of(NORM_TYPE) != 2 else None,
        kernel_size=record.at(KERNEL_SIZE),
        stride=given(record, POOL_STRIDE),
        padding=given(record, PADDING),
        dilation=given(record, DILATION),
        ceil_mode=given(record, CEIL_MODE),
        count_include_pad=given(record, COUNT_INCLUDE_PAD),
    )


def _adaptive(record: Record, sketch: Sketch, *, name: str) -> None:
    """A pool whose windows are all equal: the output's size divides the input's."""
    target = record.get(TARGET)
    wanted = target if isinstance(target, tuple) else (target,) * sketch.axes
    if len(wanted) != sketch.axes:
        what = f"'output_size' has {len(wanted)} numbers, but the input has {sketch.axes} axes"
        fail(Code.AXES, what, record.at(TARGET))
    out = [size if want is None else want for size, want in zip(sketch.size, wanted, strict=True)]
    if name == "avg_pool" and set(out) == {1}:
        sketch.add("global_avg_pool", record.node)
        return
    if any(size % want for size, want in zip(sketch.size, out, strict=True)):
        sizes_ = ["x".join(map(str, size)) for size in (sketch.size, out)]
        what = f"an adaptive pool from {sizes_[0]} to {sizes_[1]} has windows of several sizes, which are not drawn"
        unsupported(what, record.at(TARGET), "an input whose size is a multiple of the output's")
    kernel = same([size // want for size, want in zip(sketch.size, out, strict=True)])
    sketch.add(name, record.node, kernel_size=kernel)


def _unpool(record: Record, sketch: Sketch) -> None:
    """Back to what the pool had, if its windows are these."""
    before = next((op for op in reversed(sketch.layers) if op.window is not None and not op.window.weighs), None)
    kernel = sketch.each(record.of(KERNEL_SIZE), record.at(KERNEL_SIZE))
    stride = record.get(POOL_STRIDE)
    step = kernel if stride is None else sketch.each(stride, record.at(POOL_STRIDE))
    pads = sketch.each(record.of(PADDING), record.at(PADDING))
    made = tuple((i - 1) * s - 2 * p + k for i, s, p, k in zip(sketch.size, step, pads, kernel, strict=True))
    if before is not None and made != before.ends.in_size:
        sizes_ = ["x".join(map(str, size)) for size in (made, before.ends.in_size)]
        what = f"this would unpool to {sizes_[0]}, but the pool was fed {sizes_[1]}"
        unsupported(what, record.node, "the pool's kernel_size, stride and padding, and an input they fit in evenly")
    sketch.add("max_unpool", record.node)


# what rearranges

UP, DOWN, SHUFFLED = whole("upscale_factor"), whole("downscale_factor"), whole("groups")
FOLDED = sizes("output_size")
SIZE = moves_or_none("size")
SCALE: Field[Any] = Field("scale_factor", OrNone(SCALE_FACTOR.kind), "scale_factor")
UPSAMPLING: Field[str] = Field("mode", OneOf(MODES), "mode", default="nearest")
MODE_AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
"""How many axes an interpolation is for."""
CORNERS: Field[Any] = Field("align_corners", OrNone(Flag()), "align_corners")


def _upsample(record: Record, sketch: Sketch, *, mode: str | None = None) -> None:
    """``mode`` for a layer that has only one; PyTorch's UpsamplingBilinear2d aligns the corners."""
    size = record.get(SIZE)
    node = record.at(UPSAMPLING) if mode is None else None if mode == "nearest" else mode
    corners = given(record, CORNERS) if mode is None else True if mode == "bilinear" else None
    sketch.add(
        "upsample",
        record.node,
        size=None if size is None else list(sketch.each(size, record.at(SIZE))),
        scale_factor=given(record, SCALE),
        mode=None if mode is None and not record.has(UPSAMPLING) else node,
        align_corners=corners,
    )


def _simple(record: Record, sketch: Sketch, *, name: str, field: Field[int]) -> None:
    sketch.add(name, record.node, **{field.name: record.at(field)})


def _unfold(record: Record, sketch: Sketch) -> None:
    moves_ = {field.name: given(record, field) for field in (STRIDE, PADDING, DILATION)}
    sketch.add("unfold", record.node, kernel_size=record.at(KERNEL_SIZE), **moves_)


def _fold(record: Record, sketch: Sketch) -> None:
    size = record.of(FOLDED)
    moves_ = {field.name: given(record, field) for field in (STRIDE, PADDING, DILATION)}
    out = [size, size] if isinstance(size, int) else list(size)
    sketch.add("fold", record.node, output_size=out, kernel_size=record.at(KERNEL_SIZE), **moves_)


# padding

PADS: Kind[Any] = per_axis(0)
AROUND: Field[Any] = Field(
    "padding",
    Either(
        (
            (is_list, ListOf(Whole(0, LARGEST), "a tuple (left, right, top, bottom, …), two numbers per axis", 2, 6)),
            (is_scalar, Whole(0, LARGEST, ", or a tuple with two per axis")),
        )
    ),
    "padding",
    required=True,
)
FILLED: Field[int | float] = Field("value", Real(), "value", required=True)


def _pad(record: Record, sketch: Sketch, *, mode: str) -> None:
    """The last axis comes first, before and after: (left, right, top, bottom)."""
    around = record.of(AROUND)
    pads = (around,) * 2 * sketch.axes if isinstance(around, int) else around
    if len(pads) != 2 * sketch.axes:
        fail(Code.AXES, f"'padding' needs {2 * sketch.axes} numbers, and has {len(pads)}", record.at(AROUND))
    if record.has(FILLED) and record.of(FILLED) != 0:
        unsupported("only padding with zeros, or by reflection and the like, is drawn", record.at(FILLED), "value 0")
    if sketch.border is not None:
        unsupported("one padding layer after another is not drawn", record.node)
    sketch.border = Border(tuple(zip(pads[::2], pads[1::2], strict=True))[::-1], mode, record.node)


# the table

CONV: Fields = (OUT_CHANNELS, KERNEL_SIZE, STRIDE, NAMED_PADDING, DILATION, GROUPS, BIAS, MODE, *WHERE)
TRANSPOSED: Fields = (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, OUTPUT_PADDING, GROUPS, BIAS, DILATION, MODE, *WHERE)
AVG: Fields = (KERNEL_SIZE, POOL_STRIDE, PADDING, CEIL_MODE, COUNT_INCLUDE_PAD)
INDICES = ignored("return_indices")
WINDOWS: Fields = (KERNEL_SIZE, DILATION, PADDING, STRIDE)


def _layer(name: str, fields: Fields, draw: Draw, axes: int | None) -> tuple[str, ForeignLayer]:
    return name, ForeignLayer(Object(f"nn.{name}", fields), axes, draw)


def _with_axes(n: int) -> list[tuple[str, ForeignLayer]]:
    """The layers that PyTorch has for each number of axes."""
    divided = AVG if n == 1 else (*AVG, DIVISOR)
    pools: dict[str, Fields] = {"Avg": divided, "LP": (NORM_TYPE, KERNEL_SIZE, POOL_STRIDE, CEIL_MODE)}
    pools["Max"] = (KERNEL_SIZE, POOL_STRIDE, PADDING, DILATION, *INDICES, CEIL_MODE)
    pads = {"Zero": "zeros", "Reflection": "reflect", "Replication": "replicate", "Circular": "circular"}
    return [
        _layer(f"Conv{n}d", (IN_CHANNELS, *CONV), _conv, n),
        _layer(f"LazyConv{n}d", CONV, _conv, n),
        _layer(f"ConvTranspose{n}d", (IN_CHANNELS, *TRANSPOSED), _conv_transpose, n),
        _layer(f"LazyConvTranspose{n}d", TRANSPOSED, _conv_transpose, n),
        *(_layer(f"{p}Pool{n}d", keys, partial(_pool, name=f"{p.lower()}_pool"), n) for p, keys in pools.items()),
        _layer(f"AdaptiveAvgPool{n}d", (TARGET,), partial(_adaptive, name="avg_pool"), n),
        _layer(f"AdaptiveMaxPool{n}d", (TARGET, *INDICES), partial(_adaptive, name="max_pool"), n),
        _layer(f"MaxUnpool{n}d", (KERNEL_SIZE, POOL_STRIDE, PADDING), _unpool, n),
        *(_layer(f"{p}Pad{n}d", (AROUND,), partial(_pad, mode=mode), n) for p, mode in pads.items()),
        _layer(f"ConstantPad{n}d", (AROUND, FILLED), partial(_pad, mode="zeros"), n),
    ]


TORCH: dict[str, ForeignLayer] = dict(
    [
        *_with_axes(1),
        *_with_axes(2),
        *_with_axes(3),
        _layer("Upsample", (SIZE, SCALE, UPSAMPLING, CORNERS, *ignored("recompute_scale_factor")), _upsample, None),
        _layer("UpsamplingNearest2d", (SIZE, SCALE), partial(_upsample, mode="nearest"), 2),
        _layer("UpsamplingBilinear2d", (SIZE, SCALE), partial(_upsample, mode="bilinear"), 2),
        _layer("PixelShuffle", (UP,), partial(_simple, name="pixel_shuffle", field=UP), 2),
        _layer("PixelUnshuffle", (DOWN,), partial(_simple, name="pixel_unshuffle", field=DOWN), 2),
        _layer("ChannelShuffle", (SHUFFLED,), partial(_simple, name="channel_shuffle", field=SHUFFLED), None),
        _layer("Unfold", WINDOWS, _unfold, 2),
        _layer("Fold", (FOLDED, *WINDOWS), _fold, 1),
    ]
)
"""By name."""

HARMLESS = ("Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout")
"""Layers that change nothing in a network that is trained."""
POINTWISE = (
    *("ReLU", "ReLU6", "LeakyReLU", "PReLU", "RReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh"),
    *("Hardtanh", "Hardsigmoid", "Hardswish", "Hardshrink", "Softplus", "Softshrink", "Softsign", "Tanhshrink"),
    *("Threshold", "LogSigmoid", "Softmax", "Softmax2d", "LogSoftmax", "GroupNorm", "LayerNorm", "RMSNorm"),
    *("SyncBatchNorm", "LocalResponseNorm", *(f"{kind}Norm{n}d" for kind in ("Batch", "Instance") for n in (1, 2, 3))),
)
"""Layers that change numbers where they stand, and move nothing."""
BEYOND = ("Flatten", "Unflatten", "Linear", "LazyLinear", "Bilinear")
"""Where the part of a network ends that a figure shows."""
