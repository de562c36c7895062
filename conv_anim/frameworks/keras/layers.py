"""Keras's layers: their parameters in Keras's order, and what each is as a layer of a spec."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conv_anim.coding import rules
from conv_anim.diagnostics import Code
from conv_anim.frameworks import attention_layers, libraries, refusals
from conv_anim.frameworks.arguments import ignored, moves, moves_or_none
from conv_anim.frameworks.foreign import ForeignLayer, Library
from conv_anim.frameworks.keras.keys import (
    ACTIVATION,
    CAUSAL,
    DATA_FORMAT,
    DILATION,
    FILTERS,
    GROUPS,
    KERNEL_SIZE,
    MULTIPLIER,
    OUTPUT_PADDING,
    PADDING,
    REST,
    STRIDES,
    USE_BIAS,
    check_moves,
    moves_of,
)
from conv_anim.frameworks.keras.sizes import (
    AROUND,
    INTERPOLATION,
    UP_SIZE,
    cropping,
    cut_by_default,
    upsample,
    zero_padding,
)
from conv_anim.frameworks.sketch import fail, given, same, tidy
from conv_anim.ops.padding import named_padding
from conv_anim.spec.records import Object
from conv_anim.spec.sizes import effective_kernel
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.records import Record


def conv(record: Record, sketch: Sketch, *, name: str) -> None:
    """A convolution of any kind but a transposed one, by its ``name`` in a spec."""
    if name == "conv":
        check_moves(record, sketch)
    padding: Any = record.of(PADDING) if record.has(PADDING) else None
    if padding is not None:
        sketch.settle()
    elif sketch.border is not None:
        padding, _ = sketch.bordered(((0, 0),) * sketch.axes, "zeros")
    sketch.add(
        name,
        record.node,
        out_channels=record.at(FILTERS) if record.has(FILTERS) else None,
        multiplier=given(record, MULTIPLIER),
        padding=padding,
        groups=given(record, GROUPS),
        **moves_of(record, sketch),
    )


def conv_transpose(record: Record, sketch: Sketch) -> None:
    """Keras says how large the output is; the spec says the border and what is read beyond it."""
    check_moves(record, sketch)
    extra = record.get(OUTPUT_PADDING)
    if extra is not None:
        (strides,) = sketch.sizes(record, STRIDES)
        wrong = rules.keras_output_padding(sketch.each(extra, record.at(OUTPUT_PADDING)), strides)
        if wrong is not None:
            fail(Code.OUTPUT_PADDING, wrong, record.at(OUTPUT_PADDING), "leave it out, or take less of it")
    steps = sketch.sizes(record, KERNEL_SIZE, STRIDES, DILATION)
    extras = [None] * sketch.axes if extra is None else list(sketch.each(extra, record.at(OUTPUT_PADDING)))
    windows = map(effective_kernel, steps[0], steps[2])
    ends = [
        _border(window, stride, more, same_=record.of(PADDING) == "same")
        for window, stride, more in zip(windows, steps[1], extras, strict=True)
    ]
    beyond = [more for _, _, more in ends]
    sketch.add(
        "conv_transpose",
        record.node,
        out_channels=record.at(FILTERS),
        padding=tidy(tuple((before, after) for before, after, _ in ends)),
        output_padding=same(beyond) if any(beyond) else None,
        **moves_of(record, sketch),
    )


def _border(window: int, stride: int, extra: int | None, *, same_: bool) -> tuple[int, int, int]:
    """Padding before and after, and output padding, of an axis of a transposed convolution.

    As Keras counts them: "valid" makes (i − 1)s + max(k̂, s) outputs, "same" makes i·s; with an output padding these
    are (i − 1)s + k̂ and (i − 1)s + k̂ mod 2 of them, plus the output padding.
    """
    if not same_:
        return 0, 0, max(window, stride) - window if extra is None else extra
    border = stride + window - 2 if extra is None else window + window % 2 - 2 + extra
    before = min(border // 2 + border % 2, window - 1)
    after = border - before
    return window - 1 - before, max(0, window - 1 - after), max(0, after - window + 1)


# pooling

POOL_SIZE = moves("pool_size", 2)
POOL_STRIDES = moves_or_none("strides")


def pool(record: Record, sketch: Sketch, *, name: str) -> None:
    """A pool, by its ``name`` in a spec."""
    (kernel,) = sketch.sizes(record, POOL_SIZE)
    strides = record.get(POOL_STRIDES)
    stride = kernel if strides is None else sketch.each(strides, record.at(POOL_STRIDES))
    padding = named_padding("same", sketch.size, kernel, stride) if record.of(PADDING) == "same" else ()
    padded = any(map(any, padding))
    sketch.add(
        name,
        record.node,
        kernel_size=record.at(POOL_SIZE) if record.has(POOL_SIZE) else record.of(POOL_SIZE),
        stride=given(record, POOL_STRIDES),
        padding=tidy(padding) if padded else None,
        count_include_pad=False if padded and name == "avg_pool" else None,
    )


def _global(record: Record, sketch: Sketch) -> None:
    sketch.add("global_avg_pool", record.node)


def _global_max(record: Record, sketch: Sketch) -> None:
    sketch.add("max_pool", record.node, kernel_size=same(list(sketch.size)))


# the table

CONV: Fields = (FILTERS, KERNEL_SIZE, STRIDES, PADDING, DATA_FORMAT, DILATION, GROUPS, ACTIVATION, USE_BIAS, *REST)
CONV_1D: Fields = tuple(CAUSAL if field is PADDING else field for field in CONV)
TRANSPOSED: Fields = (
    *(FILTERS, KERNEL_SIZE, STRIDES, PADDING, OUTPUT_PADDING, DATA_FORMAT, DILATION, ACTIVATION, USE_BIAS),
    *REST,
)
DEPTHWISE: Fields = (KERNEL_SIZE, STRIDES, PADDING, MULTIPLIER, DATA_FORMAT, DILATION, ACTIVATION, USE_BIAS, *REST)
SEPARABLE: Fields = (
    *(FILTERS, KERNEL_SIZE, STRIDES, PADDING, DATA_FORMAT, DILATION, MULTIPLIER, ACTIVATION, USE_BIAS),
    *REST,
)
POOL: Fields = (POOL_SIZE, POOL_STRIDES, PADDING, DATA_FORMAT, *REST)
GLOBAL: Fields = (DATA_FORMAT, *ignored("keepdims"), *REST)


def _layer(name: str, fields: Fields, draw: Draw, axes: int, *, joins: bool = False) -> tuple[str, ForeignLayer]:
    return name, ForeignLayer(Object(name, fields), axes, draw, joins)


def _with_axes(n: int) -> list[tuple[str, ForeignLayer]]:
    """The layers that Keras has for each number of axes, by all their names."""
    average: Fields = (replace(POOL_SIZE, default=None, required=True), *POOL[1:])
    pools: dict[str, Fields] = {"MaxPooling": POOL, "MaxPool": POOL, "AveragePooling": average, "AvgPool": average}
    whole_maps = {"GlobalAveragePooling": _global, "GlobalAvgPool": _global}
    whole_maps |= {"GlobalMaxPooling": _global_max, "GlobalMaxPool": _global_max}
    return [
        *(
            _layer(f"Conv{form}{n}D", CONV_1D if n == 1 else CONV, partial(conv, name="conv"), n, joins=True)
            for form in ("", "olution")
        ),
        *(_layer(f"Conv{form}{n}DTranspose", TRANSPOSED, conv_transpose, n) for form in ("", "olution")),
        *(
            _layer(f"{p}{n}D", keys, partial(pool, name="max_pool" if p.startswith("Max") else "avg_pool"), n)
            for p, keys in pools.items()
        ),
        *(_layer(f"{name}{n}D", GLOBAL, draw, n) for name, draw in whole_maps.items()),
        _layer(f"UpSampling{n}D", _upsampling(n), upsample, n),
        _layer(f"ZeroPadding{n}D", (AROUND, DATA_FORMAT, *REST), zero_padding, n),
        _layer(f"Cropping{n}D", (cut_by_default(n), *((DATA_FORMAT,) * (n > 1)), *REST), cropping, n),
    ]


def _upsampling(n: int) -> Fields:
    return (UP_SIZE, DATA_FORMAT, INTERPOLATION, *REST) if n == 2 else (UP_SIZE, *((DATA_FORMAT,) * (n > 2)), *REST)


def _with_groups(n: int) -> list[tuple[str, ForeignLayer]]:
    """The layers that Keras has for one and two axes only."""
    return [
        _layer(f"DepthwiseConv{n}D", DEPTHWISE, partial(conv, name="depthwise"), n, joins=True),
        _layer(f"SeparableConv{n}D", SEPARABLE, partial(conv, name="depthwise_separable"), n, joins=True),
        _layer(f"SeparableConvolution{n}D", SEPARABLE, partial(conv, name="depthwise_separable"), n, joins=True),
    ]


KERAS: dict[str, ForeignLayer] = dict(
    [
        *(layer for n in (1, 2, 3) for layer in _with_axes(n)),
        *(layer for n in (1, 2) for layer in _with_groups(n)),
        *attention_layers.KERAS.items(),
    ]
)
"""By name."""

HARMLESS: Final = (
    *("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "AlphaDropout", "GaussianDropout"),
    *("GaussianNoise", "ActivityRegularization", "Identity"),
)
POINTWISE: Final = (
    *("Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "BatchNormalization", "LayerNormalization"),
    *("GroupNormalization", "UnitNormalization", "SpectralNormalization", "Rescaling", "Normalization"),
)
BEYOND: Final = ("Flatten", "Dense", "Reshape", "Permute", "RepeatVector")
LIBRARY: Final = Library(libraries.KERAS_LAYERS, KERAS, POINTWISE, HARMLESS, BEYOND, refusals.KERAS)
