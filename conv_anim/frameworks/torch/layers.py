"""PyTorch's layers: their parameters in PyTorch's order, and what each is as a layer of a spec."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from conv_anim.coding import rules
from conv_anim.diagnostics import Code
from conv_anim.frameworks import attention_layers, libraries, refusals
from conv_anim.frameworks.arguments import ignored, whole
from conv_anim.frameworks.foreign import ForeignLayer, Library
from conv_anim.frameworks.sketch import fail, given
from conv_anim.frameworks.torch.keys import (
    BIAS,
    CEIL_MODE,
    DILATION,
    GROUPS,
    IN_CHANNELS,
    KERNEL_SIZE,
    MODE,
    NAMED_PADDING,
    OUT_CHANNELS,
    OUTPUT_PADDING,
    PADDING,
    STRIDE,
    WHERE,
    moves_of,
)
from conv_anim.frameworks.torch.moves import (
    AROUND,
    CORNERS,
    DOWN,
    FILLED,
    FOLDED,
    RECOMPUTED,
    SCALE,
    SHUFFLED,
    SIZE,
    UP,
    UPSAMPLING,
    fold,
    pad,
    simple,
    unfold,
    upsample,
)
from conv_anim.frameworks.torch.pools import (
    COUNT_INCLUDE_PAD,
    DIVISOR,
    NORM_TYPE,
    POOL_STRIDE,
    TARGET,
    adaptive,
    pool,
    unpool,
)
from conv_anim.spec.records import Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.records import Record


def _conv(record: Record, sketch: Sketch) -> None:
    moves = moves_of(record, sketch)
    padding, mode = _padding(record, sketch)
    sketch.add("conv", record.node, padding=padding, padding_mode=mode, **moves)


def _padding(record: Record, sketch: Sketch) -> tuple[Any, str | None]:
    """As the spec has it, with that of a padding layer before."""
    padding, node, mode = record.of(NAMED_PADDING), record.at(NAMED_PADDING), record.of(MODE)
    if padding == "same":
        wrong = rules.torch_same(*sketch.sizes(record, STRIDE))
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
    moves = moves_of(record, sketch)
    if record.of(MODE) != "zeros":
        fail(Code.PADDING, "PyTorch's transposed convolution is padded with zeros only", record.at(MODE))
    sketch.add(
        "conv_transpose",
        record.node,
        padding=given(record, PADDING),
        output_padding=given(record, OUTPUT_PADDING),
        **moves,
    )


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
        *(_layer(f"{p}Pool{n}d", keys, partial(pool, name=f"{p.lower()}_pool"), n) for p, keys in pools.items()),
        _layer(f"AdaptiveAvgPool{n}d", (TARGET,), partial(adaptive, name="avg_pool"), n),
        _layer(f"AdaptiveMaxPool{n}d", (TARGET, *INDICES), partial(adaptive, name="max_pool"), n),
        _layer(f"MaxUnpool{n}d", (KERNEL_SIZE, POOL_STRIDE, PADDING), unpool, n),
        *(_layer(f"{p}Pad{n}d", (AROUND,), partial(pad, mode=mode), n) for p, mode in pads.items()),
        _layer(f"ConstantPad{n}d", (AROUND, FILLED), partial(pad, mode="zeros"), n),
    ]


TORCH: dict[str, ForeignLayer] = dict(
    [
        *(layer for n in (1, 2, 3) for layer in _with_axes(n)),
        _layer("Upsample", (SIZE, SCALE, UPSAMPLING, CORNERS, RECOMPUTED), upsample, None),
        _layer("UpsamplingNearest2d", (SIZE, SCALE), partial(upsample, mode="nearest"), 2),
        _layer("UpsamplingBilinear2d", (SIZE, SCALE), partial(upsample, mode="bilinear"), 2),
        _layer("PixelShuffle", (UP,), partial(simple, name="pixel_shuffle", field=UP), 2),
        _layer("PixelUnshuffle", (DOWN,), partial(simple, name="pixel_unshuffle", field=DOWN), 2),
        _layer("ChannelShuffle", (SHUFFLED,), partial(simple, name="channel_shuffle", field=SHUFFLED), None),
        _layer("Unfold", WINDOWS, unfold, 2),
        _layer("Fold", (FOLDED, *WINDOWS), fold, 1),
        *attention_layers.TORCH.items(),
    ]
)
"""By name."""

HARMLESS = ("Identity", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout")
POINTWISE = (
    *("ReLU", "ReLU6", "LeakyReLU", "PReLU", "RReLU", "ELU", "SELU", "CELU", "GELU", "SiLU", "Mish", "Sigmoid", "Tanh"),
    *("Hardtanh", "Hardsigmoid", "Hardswish", "Hardshrink", "Softplus", "Softshrink", "Softsign", "Tanhshrink"),
    *("Threshold", "LogSigmoid", "Softmax", "Softmax2d", "LogSoftmax", "GroupNorm", "LayerNorm", "RMSNorm"),
    *("SyncBatchNorm", "LocalResponseNorm", *(f"{kind}Norm{n}d" for kind in ("Batch", "Instance") for n in (1, 2, 3))),
)
BEYOND = ("Flatten", "Unflatten", "Linear", "LazyLinear", "Bilinear")
LIBRARY = Library(libraries.TORCH_LAYERS, TORCH, POINTWISE, HARMLESS, BEYOND, refusals.TORCH)
