"""Convolutions and pools of ``keras.ops`` and ``tf.nn``, whose kernels have the axes (*kernel, inputs, outputs)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks import refusals
from conv_anim.frameworks.arguments import whole
from conv_anim.frameworks.calls import Argument, Call, Group
from conv_anim.frameworks.foreign import ForeignLayer, Library
from conv_anim.frameworks.function_calls import scalar, shape_of
from conv_anim.frameworks.keras import layers as keras_layers
from conv_anim.frameworks.keras.keys import (
    DATA_FORMAT,
    DILATION,
    FILTERS,
    KERNEL_SIZE,
    MULTIPLIER,
    OUTPUT_PADDING,
    PADDING,
    STRIDES,
    USE_BIAS,
)
from conv_anim.frameworks.keras.layers import POOL_SIZE, POOL_STRIDES
from conv_anim.spec.nodes import Scalar
from conv_anim.spec.records import Object
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conv_anim.diagnostics import Span
    from conv_anim.frameworks.calls import Value
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.records import Field, Record

# as layers

CHANNELS = whole("in_channels")
MOVED: Fields = (KERNEL_SIZE, STRIDES, PADDING, DATA_FORMAT, DILATION, USE_BIAS, CHANNELS)


def _taking(draw: Draw) -> Draw:
    def drawn(record: Record, sketch: Sketch) -> None:
        sketch.takes(record, CHANNELS)
        draw(record, sketch)

    return drawn


def _along(*fields: Field[Any]) -> Callable[[Record], int | None]:
    """As many axes as one of its tuples has numbers."""

    def axes(record: Record) -> int | None:
        said = [record.get(field) for field in fields]
        return next((len(value) for value in said if isinstance(value, tuple)), None)

    return axes


def _weighted(name: str, draw: Draw, *fields: Field[Any]) -> tuple[str, ForeignLayer]:
    keys = Object(name, (*fields, *MOVED))
    return name, ForeignLayer(keys, None, _taking(draw), axes_of=_along(KERNEL_SIZE), takes=CHANNELS)


def _pool(name: str, of: str) -> tuple[str, ForeignLayer]:
    size: Field[Any] = replace(POOL_SIZE, default=None, required=True)
    keys = Object(name, (size, POOL_STRIDES, PADDING, DATA_FORMAT))
    return name, ForeignLayer(keys, None, partial(keras_layers.pool, name=of), axes_of=_along(POOL_SIZE, POOL_STRIDES))


FUNCTIONS: Final[dict[str, ForeignLayer]] = dict(
    [
        _weighted("conv", partial(keras_layers.conv, name="conv"), FILTERS),
        _weighted("depthwise_conv", partial(keras_layers.conv, name="depthwise"), MULTIPLIER),
        _weighted("separable_conv", partial(keras_layers.conv, name="depthwise_separable"), FILTERS, MULTIPLIER),
        _weighted("conv_transpose", keras_layers.conv_transpose, FILTERS, OUTPUT_PADDING),
        _pool("max_pool", "max_pool"),
        _pool("average_pool", "avg_pool"),
    ]
)
"""By the names that ``keras.ops`` has for them."""
POINTWISE: Final = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "sigmoid", "tanh", "softplus"),
    *("softsign", "hard_sigmoid", "hard_silu", "hard_swish", "log_sigmoid", "softmax", "log_softmax", "mish"),
)


# as they are called


@dataclass(frozen=True, slots=True)
class Called:
    """A function's parameters in their order, the first of them what it is fed, and whose layer it is."""

    parameters: tuple[str, ...]
    of: str
    axes: int | None = None
    """Along how many axes it moves; None if its kernel says it."""


def _called(of: str, parameters: str, axes: int | None = None) -> Called:
    return Called(tuple(parameters.split()), of, axes)


MORE = "strides padding data_format dilation_rate"
OPS: Final = {
    "conv": _called("conv", f"inputs kernel {MORE}"),
    "depthwise_conv": _called("depthwise_conv", f"inputs kernel {MORE}"),
    "separable_conv": _called("separable_conv", f"inputs depthwise_kernel pointwise_kernel {MORE}"),
    "conv_transpose": _called(
        "conv_transpose", "inputs kernel strides padding output_padding data_format dilation_rate"
    ),
    "max_pool": _called("max_pool", "inputs pool_size strides padding data_format"),
    "average_pool": _called("average_pool", "inputs pool_size strides padding data_format"),
}
"""Of keras.ops."""
TF_MORE = "padding data_format dilations name"
TF: Final = {
    "conv1d": _called("conv", f"input filters stride {TF_MORE}", 1),
    "conv2d": _called("conv", f"input filters strides {TF_MORE}", 2),
    "conv3d": _called("conv", f"input filters strides {TF_MORE}", 3),
    "convolution": _called("conv", f"input filters strides {TF_MORE}"),
    "depthwise_conv2d": _called("depthwise_conv", f"input filter strides {TF_MORE}", 2),
    "separable_conv2d": _called("separable_conv", f"input depthwise_filter pointwise_filter strides {TF_MORE}", 2),
    **{
        f"{kind}_pool{axes or ''}{'d' if axes else ''}": _called(
            {"max": "max_pool", "avg": "average_pool"}[kind], "input ksize strides padding data_format name", axes
        )
        for kind in ("max", "avg")
        for axes in (None, 1, 2, 3)
    },
}
"""Of tf.nn."""
BY_MODULE: Final[Mapping[str, Mapping[str, Called]]] = {
    "keras.ops": OPS,
    "tensorflow.keras.ops": OPS,
    "tensorflow.nn": TF,
}
LIBRARY: Final = Library(tuple(BY_MODULE), FUNCTIONS, POINTWISE, ("identity", "dropout"), refused=refusals.OPS)
WEIGHTS = ("kernel", "depthwise_kernel", "filters", "filter", "depthwise_filter")
NAMES = dict.fromkeys(("depthwise_kernel", "depthwise_filter"), "depthwise kernel")
POINTS = ("pointwise_kernel", "pointwise_filter")
RENAMED = {"ksize": "pool_size", "stride": "strides", "dilations": "dilation_rate"}
LAYOUTS = {"NWC": "channels_last", "NHWC": "channels_last", "NDHWC": "channels_last"}
LAYOUTS |= {"NCW": "channels_first", "NCHW": "channels_first", "NCDHW": "channels_first"}
Shaped: TypeAlias = "Callable[[Value | None, Call, int, str], tuple[tuple[int, ...], str | None]]"
"""The shape of a call's weight, by its number of axes and its name, and a note."""


def as_layer(name: str, given: dict[str, Value], call: Call, shaped: Shaped) -> tuple[Value | None, Call, str | None]:
    """A function's input, the layer that computes the same, and a note. Raises SpecError."""
    module, _, short = name.rpartition(".")
    function = BY_MODULE[module][short]
    fed, note = given.pop(function.parameters[0], None), None
    given.pop("name", None)
    weight = next((key for key in WEIGHTS if key in function.parameters), None)
    arguments: list[tuple[str, Value]] = []
    if weight is not None:
        axes = function.axes or _axes(given.get(weight), given)
        shape, note = shaped(given.pop(weight, None), call, axes, NAMES.get(weight, "kernel"))
        made, pointed = _channels(function, shape, given, call)
        note = "; ".join(filter(None, (note, pointed))) or None
        arguments = [(key, _written(value, call.span)) for key, value in {**made, "use_bias": False}.items()]
    channels_first = str(getattr(given.get("data_format"), "value", "")).startswith("NC")
    for key, value in given.items():
        renamed = RENAMED.get(key, key)
        inner = value
        if module == "tensorflow.nn":
            inner = _inner(value, function, renamed, call, channels_first=channels_first)
        arguments.append((renamed, inner))
    own = ".".join(("keras.ops", function.of))
    return fed, Call(own, tuple(Argument(scalar(key, call.span), value) for key, value in arguments), call.span), note


def _axes(weight: Value | None, given: Mapping[str, Value]) -> int:
    """As many as its kernel has, or a tuple of its strides or dilations; else two."""
    shape = shape_of(weight)
    if shape is not None and 3 <= len(shape) <= 5:
        return len(shape) - 2
    said = (given.get(key) for key in ("strides", "dilation_rate", "dilations"))
    return next((len(value.items) for value in said if isinstance(value, Group)), 2)


def _channels(
    function: Called,
    shape: tuple[int, ...],
    given: dict[str, Value],
    call: Call,
) -> tuple[dict[str, Any], str | None]:
    """A layer's channels and kernel by the shape of its weight, and a note. Raises SpecError."""
    *kernel, last, final = shape
    size = {"kernel_size": tuple(kernel)}
    if function.of == "depthwise_conv":
        return {"depth_multiplier": final, **size, "in_channels": last}, None
    if function.of == "conv_transpose":
        return {"filters": last, **size, "in_channels": final}, None
    if function.of == "conv":
        return {"filters": final, **size, "in_channels": last}, None
    point = next(key for key in POINTS if key in function.parameters)
    filters, note = _pointwise(given.pop(point, None), call, (1,) * len(kernel), last * final)
    return {"filters": filters, "depth_multiplier": final, **size, "in_channels": last}, note


def _pointwise(weight: Value | None, call: Call, ones: tuple[int, ...], channels: int) -> tuple[int, str | None]:
    """How many filters a pointwise kernel has, one if the text does not say it. Raises SpecError."""
    shape = shape_of(weight)
    if shape is None:
        taken = "x".join(map(str, (*ones, channels, 1)))
        return 1, f"the pointwise kernel is taken for one of {taken}"
    if shape[:-1] != (*ones, channels):
        expected, said = ("x".join(map(str, each)) for each in ((*ones, channels), shape))
        what = f"the pointwise kernel of {call.name} must be {expected} by its outputs; this one is {said}"
        raise SpecError([Problem(Code.SHAPE, what, "pointwise kernel", call.span)])
    return shape[-1], None


def _inner(value: Value, function: Called, key: str, call: Call, *, channels_first: bool) -> Value:
    """What TensorFlow says of batch, axes and channels, of the axes alone. Raises SpecError."""
    if key == "data_format" and isinstance(value, Scalar):
        return replace(value, value=LAYOUTS.get(str(value.value), value.value))
    if key == "padding" and isinstance(value, Group):
        hint = "pad before it, or write lax.conv_general_dilated(…)"
        raise SpecError(
            [Problem(Code.UNSUPPORTED, f"{call.name} is drawn with 'SAME' and 'VALID'", key, value.span, hint)]
        )
    if key not in {"strides", "pool_size", "dilation_rate"} or not isinstance(value, Group):
        return value
    ones = [isinstance(each, Scalar) and each.value == 1 for each in value.items]
    axes = function.axes or max(len(ones) - 2, 1)
    if len(ones) != axes + 2:
        return value
    alone, inner = (ones[1], slice(2, None)) if channels_first else (ones[-1], slice(1, -1))
    if ones[0] and alone:
        return replace(value, items=value.items[inner])
    what = f"'{key}' of {call.name} moves along the batch or the channels, which is not drawn"
    raise SpecError([Problem(Code.UNSUPPORTED, what, key, value.span, "1 for both")])


def _written(value: Any, span: Span) -> Value:
    return Group(tuple(scalar(each, span) for each in value), span) if isinstance(value, tuple) else scalar(value, span)
