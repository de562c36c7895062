"""PyTorch's layers: their parameters in PyTorch's order, and what each is as a layer of a spec."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.coding import rules
from conv_anim.diagnostics import Code, Problem
from conv_anim.frameworks.arguments import OrNone, count, flag, ignored, moves, moves_or_none, sizes, whole
from conv_anim.frameworks.foreign import ForeignLayer, biased
from conv_anim.frameworks.sketch import Border, fail, given, same, tidy, unsupported
from conv_anim.ops.padding import PADDING_MODE
from conv_anim.ops.upsample import MODES, SCALE_FACTOR
from conv_anim.spec.entering import LARGEST, per_axis
from conv_anim.spec.kinds import Either, Flag, ListOf, OneOf, Real, Whole
from conv_anim.spec.nodes import is_list, is_scalar, is_text
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.nodes import Node
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
    if padding == "same":
        wrong = rules.torch_same(sketch.each(record.of(STRIDE), record.at(STRIDE)))
        if wrong is not None:
            fail(Code.PADDING, wrong, node, "give the padding as a number")
        sketch.settle()
        return node, None if mode == "zeros" else mode
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
    if name == "lp_pool" and record.of(NORM_TYPE) % 2:
        what = "PyTorch's LPPool is no norm of negative numbers unless norm_type is even, and here are some"
        at = record.at(NORM_TYPE)
        problem = Problem(Code.UNSUPPORTED, what, at.path, at.span, "an even norm_type, or numbers from 0")
        sketch.unsigned = sketch.unsigned or problem
    if record.has(PADDING):
        _check_half(record, sketch, name)
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


def _check_half(record: Record, sketch: Sketch, name: str) -> None:
    kernel = sketch.each(record.of(KERNEL_SIZE), record.at(KERNEL_SIZE))
    wrong = rules.torch_pool(kernel, sketch.amounts(record.of(PADDING), record.at(PADDING)))
    if wrong is not None:
        fail(Code.PADDING, wrong, record.at(PADDING), "less padding, or a padding layer before it")
    wrong = rules.torch_avg_pool(kernel, sketch.size) if name == "avg_pool" else None
    if wrong is not None:
        fail(Code.DOES_NOT_FIT, wrong, record.at(KERNEL_SIZE), "a smaller kernel, or a larger input")


def _adaptive(record: Record, sketch: Sketch, *, name: str) -> None:
    """A pool with equal windows where it is one, else an adaptive one."""
    target = record.get(TARGET)
    wanted = target if isinstance(target, tuple) else (target,) * sketch.axes
    if len(wanted) != sketch.axes:
        what = f"'output_size' has {len(wanted)} numbers, but the input has {sketch.axes} axes"
        fail(Code.AXES, what, record.at(TARGET))
    out = [size if want is None else want for size, want in zip(sketch.size, wanted, strict=True)]
    if name == "avg_pool" and set(out) == {1}:
        sketch.add("global_avg_pool", record.node)
        return
    window = _even_window(sketch.size, tuple(out))
    if window is None:
        sketch.add(f"adaptive_{name}", record.node, size=same(out))
    else:
        kernel, stride = window
        sketch.add(name, record.node, kernel_size=same(kernel), stride=None if kernel == stride else same(stride))


def _even_window(size: Size, out: Size) -> tuple[list[int], list[int]] | None:
    """Kernel and stride of the pool that it is: output i of o reads ⌊i·n/o⌋ to ⌈(i+1)·n/o⌉. None if it is none."""
    kernels, strides = [], []
    for n, o in zip(size, out, strict=True):
        spans = [(i * n // o, -(-(i + 1) * n // o)) for i in range(o)]
        lengths = {last - first for first, last in spans}
        steps = {after[0] - before[0] for before, after in pairwise(spans)}
        if len(lengths) > 1 or len(steps) > 1 or 0 in steps:
            return None
        (length,) = lengths
        kernels.append(length)
        strides.append(steps.pop() if steps else length)
    return kernels, strides


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
EXACT = "nearest-exact"
UPSAMPLING: Field[str] = Field("mode", OneOf((*MODES, EXACT)), "mode", default="nearest")
MODE_AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
"""How many axes an interpolation is for."""
CORNERS: Field[Any] = Field("align_corners", OrNone(Flag()), "align_corners")
RECOMPUTED: Field[Any] = Field("recompute_scale_factor", OrNone(Flag()), "recompute_scale_factor")


def _upsample(record: Record, sketch: Sketch, *, mode: str | None = None) -> None:
    """``mode`` for a layer that has only one; PyTorch's UpsamplingBilinear2d aligns the corners."""
    size, scale = record.get(SIZE), record.get(SCALE)
    node = record.at(UPSAMPLING) if mode is None else None if mode == "nearest" else mode
    corners = given(record, CORNERS) if mode is None else True if mode == "bilinear" else None
    exact = mode is None and record.of(UPSAMPLING) == EXACT
    if mode is None and record.of(UPSAMPLING) in {"nearest", EXACT} and record.get(CORNERS) is not None:
        what = "PyTorch takes align_corners only with an interpolating mode"
        fail(Code.EXCLUSIVE_KEYS, what, record.at(CORNERS), "mode='bilinear', or leave it out")
    wanted = None if size is None else list(sketch.each(size, record.at(SIZE)))
    if mode is None and record.get(RECOMPUTED):
        if scale is None:
            what = "PyTorch recomputes a scale_factor, and here is none"
            fail(Code.EXCLUSIVE_KEYS, what, record.at(RECOMPUTED), "leave recompute_scale_factor out")
        wanted, scale = _scaled(sketch.size, scale, record.at(SCALE)), None
    sketch.add(
        "upsample",
        record.node,
        size=wanted,
        scale_factor=None if scale is None else given(record, SCALE),
        mode=None if exact or (mode is None and not record.has(UPSAMPLING)) else node,
        align_corners=corners,
        coordinates="half_pixel" if exact else None,
        rounding="half_up" if exact else None,
    )


def _scaled(size: Size, scale: Any, node: Node) -> list[int]:
    """The size that factors lead to: PyTorch rounds down."""
    factors = scale if isinstance(scale, tuple) else (scale,) * len(size)
    if len(factors) != len(size):
        fail(Code.AXES, f"'scale_factor' needs {len(size)} numbers, and has {len(factors)}", node)
    made = [floor(n * factor) for n, factor in zip(size, factors, strict=True)]
    if min(made) < 1:
        fail(Code.DOES_NOT_FIT, "the input, scaled like this, has no cells", node, "a larger factor or input")
    return made


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

SIDE = Whole(-LARGEST, LARGEST)
"""Cells at a side; fewer than none are cut off."""
AROUND: Field[Any] = Field(
    "padding",
    Either(
        (
            (is_list, ListOf(SIDE, "a tuple (left, right, top, bottom, …), two numbers per axis", 2, 6)),
            (is_scalar, Whole(-LARGEST, LARGEST, ", or a tuple with two per axis")),
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
    sides = tuple(zip(pads[::2], pads[1::2], strict=True))[::-1]
    value = record.of(FILLED) if record.has(FILLED) else 0
    bordered(sketch, sides, record.at(AROUND), mode=mode, value=value)


def bordered(sketch: Sketch, sides: Padding, node: Node, *, mode: str = "zeros", value: int | float = 0) -> None:
    """Cells put around a map, before and after each axis, for the layer that comes next; less than none are cut off."""
    sketch.settle()
    if min(map(min, sides)) < 0 and mode != "zeros":
        unsupported(f"{mode} padding with negative numbers is not drawn", node, "slices cut a map off")
    cut = tuple((max(0, -before), max(0, -after)) for before, after in sides)
    if any(map(any, cut)):
        sketch.add("crop", node, cropping=tidy(cut))
    around = tuple((max(0, before), max(0, after)) for before, after in sides)
    if not any(map(any, cut)) or any(map(any, around)):
        sketch.border = Border(around, mode, node, value)


# the table

CONV: Fields = (OUT_CHANNELS, KERNEL_SIZE, STRIDE, NAMED_PADDING, DILATION, GROUPS, BIAS, MODE, *WHERE)
TRANSPOSED: Fields = (OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, OUTPUT_PADDING, GROUPS, BIAS, DILATION, MODE, *WHERE)
AVG: Fields = (KERNEL_SIZE, POOL_STRIDE, PADDING, CEIL_MODE, COUNT_INCLUDE_PAD)
INDICES = ignored("return_indices")
WINDOWS: Fields = (KERNEL_SIZE, DILATION, PADDING, STRIDE)


def _layer(name: str, fields: Fields, draw: Draw, axes: int | None, *, joins: bool = False) -> tuple[str, ForeignLayer]:
    takes = IN_CHANNELS if IN_CHANNELS in fields else None
    return name, ForeignLayer(Object(f"nn.{name}", fields), axes, draw, joins, takes=takes)


def _with_axes(n: int) -> list[tuple[str, ForeignLayer]]:
    """The layers that PyTorch has for each number of axes."""
    divided = AVG if n == 1 else (*AVG, DIVISOR)
    pools: dict[str, Fields] = {
        "Avg": divided,
        "LP": (NORM_TYPE, whole("kernel_size") if n == 1 else KERNEL_SIZE, POOL_STRIDE, CEIL_MODE),
    }
    pools["Max"] = (KERNEL_SIZE, POOL_STRIDE, PADDING, DILATION, *INDICES, CEIL_MODE)
    pads = {"Zero": "zeros", "Reflection": "reflect", "Replication": "replicate", "Circular": "circular"}
    return [
        _layer(f"Conv{n}d", (IN_CHANNELS, *CONV), _conv, n, joins=True),
        _layer(f"LazyConv{n}d", CONV, _conv, n, joins=True),
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
        _layer("Upsample", (SIZE, SCALE, UPSAMPLING, CORNERS, RECOMPUTED), _upsample, None),
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
