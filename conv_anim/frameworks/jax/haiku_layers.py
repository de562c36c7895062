"""Haiku's layers: their parameters in Haiku's order, and what each is as a layer of a spec.

Checked against dm-haiku 0.0.17. Padding is SAME unless it is said, and ``padding=(1, 2)`` is one before and two after
each axis. A transposed convolution does not flip its kernel. A pool's window counts the channels, if it is a tuple.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks import refusals
from conv_anim.frameworks.arguments import OrNone, count, flag, ignored, only, whole
from conv_anim.frameworks.dilated import NAMES, Moves, direct, transposed
from conv_anim.frameworks.foreign import ForeignLayer, Library, biased
from conv_anim.frameworks.jax.flax_layers import border
from conv_anim.frameworks.sketch import fail, unsupported
from conv_anim.ops.padding import named_padding
from conv_anim.spec.entering import LARGEST, per_axis
from conv_anim.spec.kinds import Either, ListOf, OneOf, Whole
from conv_anim.spec.nodes import Items, Scalar, is_list, is_number, is_text
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record

AXES: Field[int] = Field("num_spatial_dims", Whole(1, 3), "num_spatial_dims", required=True)
OUTPUTS, MULTIPLIER, GROUPS = whole("output_channels"), whole("channel_multiplier"), count("feature_group_count", 1)
KERNEL: Field[Any] = Field("kernel_shape", per_axis(1), "kernel_shape", required=True)
STRIDE: Field[Any] = Field("stride", per_axis(1), "stride", default=1)
RATE: Field[Any] = Field("rate", per_axis(1), "rate", default=1)
WITH_BIAS = flag("with_bias", default=True)
OUTPUT_SHAPE: Field[Any] = Field("output_shape", OrNone(per_axis(1)), "output_shape")
MASK = only("mask", None)
STARTS: Fields = ignored("w_init", "b_init")
LAYOUT: Fields = ignored("data_format")
NAME: Fields = ignored("name")

NUMBER = Whole(-LARGEST, LARGEST)
PAIR = ListOf(NUMBER, "a pair: before and after", 2, 2)


def _is_pair(node: Node) -> bool:
    return isinstance(node, Items) and all(isinstance(item, Scalar) and is_number(item) for item in node.items)


def _padding_field(*names: str) -> Field[Any]:
    kinds = ((is_text, OneOf(names)), (_is_pair, PAIR), (is_list, ListOf(PAIR, "a pair for each axis", 1, 3)))
    otherwise = ListOf(PAIR, "a name, a pair: before and after, or a pair for each axis", 1, 3)
    return Field("padding", Either((*kinds, (lambda _: True, otherwise))), "padding", default="SAME")


LOWER = tuple(map(str.lower, NAMES))
FUNCTIONS = ("hk.pad.same", "hk.pad.valid", "hk.pad.full", "hk.pad.causal", "hk.pad.reverse_causal")
PADDING = _padding_field(*NAMES, *LOWER, *FUNCTIONS)
OWN_PADDING = _padding_field(*NAMES, *LOWER)


def _each(record: Record, field: Field[Any], axes: int) -> Size:
    """One number for each axis; a list of one is for all of them."""
    value = record.of(field)
    found: Size = value if isinstance(value, tuple) else (value,)
    found = found * axes if len(found) == 1 else found
    if len(found) != axes:
        fail(Code.AXES, f"'{field.name}' needs {axes} numbers, and has {len(found)}", record.at(field))
    return found


def _in_pairs(given: Any, axes: int, node: Node) -> Padding:
    """One pair is for all axes."""
    found: Padding = (given,) if isinstance(given[0], int) else given
    found = found * axes if len(found) == 1 else found
    if len(found) != axes:
        fail(Code.AXES, f"'padding' needs {axes} pairs, and has {len(found)}", node)
    return found


def _by_function(name: str, windows: Size) -> Padding:
    sides = {
        "same": lambda window: ((window - 1) // 2, window // 2),
        "valid": lambda _: (0, 0),
        "full": lambda window: (window - 1, window - 1),
        "causal": lambda window: (window - 1, 0),
        "reverse_causal": lambda window: (0, window - 1),
    }
    return tuple(map(sides[name.rpartition(".")[2]], windows))


def _conv(record: Record, sketch: Sketch) -> None:
    groups = record.of(GROUPS)
    keys = {"out_channels": record.at(OUTPUTS), "groups": groups if groups > 1 else None}
    _direct(record, sketch, PADDING, bias=biased(record, sketch, WITH_BIAS, first=0), **keys)


def _direct(record: Record, sketch: Sketch, field: Field[Any], **keys: Any) -> None:
    axes = sketch.axes
    kernel, stride, rate = (_each(record, each, axes) for each in (KERNEL, STRIDE, RATE))
    moves, given, node = Moves(kernel, stride, rate), record.of(field), record.at(field)
    if not isinstance(given, str):
        padding = _in_pairs(given, axes, node)
    elif given in FUNCTIONS:
        padding = _by_function(given, moves.windows)
    else:
        padding = moves.named(given, sketch.size, node)
    direct(sketch, moves, padding, record.node, **keys)


def _check_pairs(record: Record, axes: int) -> None:
    """Raise SpecError for one pair for all axes, which only convolutions of all channels take."""
    given = record.of(OWN_PADDING)
    if isinstance(given, tuple) and (isinstance(given[0], int) or len(given) != axes):
        fail(Code.PADDING, "Haiku takes a pair for each axis here", record.at(OWN_PADDING))


def _depthwise(record: Record, sketch: Sketch) -> None:
    _check_pairs(record, sketch.axes)
    bias = biased(record, sketch, WITH_BIAS, first=0)
    keys = {"out_channels": record.of(MULTIPLIER) * sketch.channels, "groups": sketch.channels}
    _direct(record, sketch, OWN_PADDING, bias=bias, **keys)


def _separable(record: Record, sketch: Sketch) -> None:
    """Along the rows first, with the stride of both axes, then along the columns; both depthwise."""
    kernel, stride = (_each(record, field, 2) for field in (KERNEL, STRIDE))
    given, node = record.of(OWN_PADDING), record.at(OWN_PADDING)
    _check_pairs(record, 2)
    bias = biased(record, sketch, WITH_BIAS, first=0)
    many = record.of(MULTIPLIER) * sketch.channels
    for part, step, out, added in (((kernel[0], 1), stride, many, None), ((1, kernel[1]), (1, 1), many, bias)):
        moves = Moves(part, step, (1, 1))
        padding = moves.named(given, sketch.size, node) if isinstance(given, str) else given
        keys: dict[str, Any] = {"out_channels": out, "groups": sketch.channels, "bias": added}
        direct(sketch, moves, padding, record.node, **keys)


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    axes, given, node = sketch.axes, record.of(OWN_PADDING), record.at(OWN_PADDING)
    kernel, stride = _each(record, KERNEL, axes), _each(record, STRIDE, axes)
    moves = Moves(kernel, (1,) * axes, (1,) * axes, stride)
    wanted = record.get(OUTPUT_SHAPE)
    if wanted is not None:
        padding = _to_size(record, sketch, moves, _each(record, OUTPUT_SHAPE, axes))
    elif given in {"SAME", "VALID"}:
        padding = tuple(border(k, s, given) for k, s in zip(kernel, stride, strict=True))
    elif isinstance(given, str):
        padding = moves.named(given, sketch.size, node)
    else:
        _check_pairs(record, axes)
        padding = given
    keys = {"out_channels": record.at(OUTPUTS), "bias": biased(record, sketch, WITH_BIAS, first=0)}
    transposed(sketch, moves, padding, record.node, node, turned=True, **keys)


def _to_size(record: Record, sketch: Sketch, moves: Moves, wanted: Size) -> Padding:
    """The border that makes an output of this size."""
    name, found = record.of(OWN_PADDING), []
    if name not in {"SAME", "VALID"}:
        fail(Code.PADDING, "Haiku takes output_shape only with padding SAME or VALID", record.at(OWN_PADDING))
    for size, out, k, s in zip(sketch.size, wanted, moves.kernel, moves.stretch, strict=True):
        taken = (out - k + s) // s if name == "VALID" else (out + s - 1) // s
        if taken != size:
            what = (
                f"Haiku makes an output of {out} cells of {taken} with this kernel, stride and padding, not of {size}"
            )
            fail(Code.SHAPE, what, record.at(OUTPUT_SHAPE))
        before = k - 1 - (0 if name == "VALID" else max(0, (size - 1) * s + k - out) // 2)
        found.append((before, out + k - 1 - ((size - 1) * s + 1) - before))
    return tuple(found)


# pools

WINDOW: Field[Any] = Field(
    "window_shape",
    Either(((is_list, ListOf(Whole(1, LARGEST), "a number, or a tuple", 1, 5)), (lambda _: True, Whole(1, LARGEST)))),
    "window_shape",
    required=True,
)
STRIDES: Field[Any] = Field("strides", WINDOW.kind, "strides", required=True)
POOL_PADDING: Field[str] = Field("padding", OneOf(("SAME", "VALID")), "padding", required=True)
CHANNEL_AXIS: Field[Any] = Field("channel_axis", OrNone(Whole(-LARGEST, LARGEST)), "channel_axis", default=-1)


def _window_axes(record: Record) -> int | None:
    """A tuple has the channels, and may have the batch; a short one leaves out axes in front."""
    window = record.of(WINDOW)
    long = isinstance(window, tuple) and (len(window) == 5 or (len(window) == 4 and window[0] > 1))
    return 3 if long else None


def _spatial(record: Record, field: Field[Any], sketch: Sketch) -> Size:
    """The sizes along the axes that are drawn: the others must have 1."""
    value, axes, node = record.of(field), sketch.axes, record.at(field)
    axis = record.get(CHANNEL_AXIS)
    if not isinstance(value, tuple):
        if axis not in {-1, axes + 1, 1, -axes - 1} and value > 1:
            unsupported(f"a pool with channel_axis={axis} is not drawn: it goes across channels", node)
        return (value,) * axes
    if axis not in {-1, axes + 1}:
        unsupported(
            "a pool with a tuple and the channels elsewhere than last is not drawn", node, "leave out channel_axis"
        )
    filled = (1,) * (axes + 2 - len(value)) + value
    if len(filled) > axes + 2 or filled[0] != 1 or filled[-1] != 1:
        what = (
            f"Haiku counts '{field.name}' from the last axis, the channels, so {value} goes across channels or batches"
        )
        one = ", ".join(map(str, value[-axes:]))
        unsupported(f"{what}, which is not drawn", node, f"with the channels last: ({one}, 1)")
    return filled[1:-1]


def _pool(record: Record, sketch: Sketch, *, name: str) -> None:
    kernel, stride = (_spatial(record, field, sketch) for field in (WINDOW, STRIDES))
    padding = named_padding(NAMES[record.of(POOL_PADDING)], sketch.size, kernel, stride)
    counted = False if name == "avg_pool" and any(map(any, padding)) else None
    sketch.pool(name, record.node, kernel, stride, padding, count_include_pad=counted)


# the table

CONV: Fields = (OUTPUTS, KERNEL, STRIDE, RATE, PADDING, WITH_BIAS, *STARTS, *LAYOUT, MASK, GROUPS, *NAME)
TRANSPOSED: Fields = (
    *(OUTPUTS, KERNEL, STRIDE, OUTPUT_SHAPE, OWN_PADDING, WITH_BIAS, *STARTS, *LAYOUT, MASK),
    *NAME,
)
DEPTHWISE: Fields = (MULTIPLIER, KERNEL, STRIDE, RATE, OWN_PADDING, WITH_BIAS, *STARTS, *LAYOUT, *NAME)
SEPARABLE: Fields = (MULTIPLIER, KERNEL, STRIDE, OWN_PADDING, WITH_BIAS, *STARTS, *LAYOUT, *NAME)
POOL: Fields = (WINDOW, STRIDES, POOL_PADDING, CHANNEL_AXIS, *NAME)


def _layer(name: str, fields: Fields, draw: Draw, axes: int) -> tuple[str, ForeignLayer]:
    return name, ForeignLayer(Object(f"hk.{name}", fields), axes, draw)


def _for_any(name: str, fields: Fields, draw: Draw) -> tuple[str, ForeignLayer]:
    axes = lambda record: record.of(AXES)  # noqa: E731  # a field of a record
    return name, ForeignLayer(Object(f"hk.{name}", (AXES, *fields)), None, draw, axes_of=axes)


def _pooling(name: str, fields: Fields, op: str) -> tuple[str, ForeignLayer]:
    draw = partial(_pool, name=op)
    return name, ForeignLayer(Object(f"hk.{name}", fields), None, draw, axes_of=_window_axes)


HAIKU: dict[str, ForeignLayer] = dict(
    [
        *(_layer(f"Conv{n}D", CONV, _conv, n) for n in (1, 2, 3)),
        *(_layer(f"Conv{n}DTranspose", TRANSPOSED, _conv_transpose, n) for n in (1, 2, 3)),
        *(_layer(f"DepthwiseConv{n}D", DEPTHWISE, _depthwise, n) for n in (1, 2, 3)),
        _layer("SeparableDepthwiseConv2D", SEPARABLE, _separable, 2),
        _for_any("ConvND", CONV, _conv),
        _for_any("ConvNDTranspose", TRANSPOSED, _conv_transpose),
        _pooling("MaxPool", POOL, "max_pool"),
        _pooling("AvgPool", POOL, "avg_pool"),
        _pooling("max_pool", POOL[:-1], "max_pool"),
        _pooling("avg_pool", POOL[:-1], "avg_pool"),
    ]
)
"""By name; of functions, the first parameter, ``value``, is what is fed."""
HARMLESS: Final = ("dropout",)
POINTWISE: Final = ("BatchNorm", "LayerNorm", "GroupNorm", "InstanceNorm", "RMSNorm")
BEYOND: Final = ("Linear", "Flatten", "Reshape")
LIBRARY: Final = Library(("haiku",), HAIKU, POINTWISE, HARMLESS, BEYOND, refusals.OTHERS)
