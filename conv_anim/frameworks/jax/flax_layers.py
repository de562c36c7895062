"""Flax NNX's layers: their parameters in Flax's order, and what each is as a layer of a spec.

Checked against flax 0.12.8. A kernel size that is one number is a kernel with one axis, padding is SAME unless it is
said, and a transposed convolution does not flip its kernel unless ``transpose_kernel`` says so.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks import refusals
from conv_anim.frameworks.arguments import OrNone, count, flag, ignored, only, whole
from conv_anim.frameworks.dilated import NAMES, Moves, convolution, in_pairs, paddings, transposed
from conv_anim.frameworks.foreign import ForeignLayer, Library, axes_by, weighted
from conv_anim.frameworks.sketch import fail, unsupported
from conv_anim.ops.padding import named_padding
from conv_anim.spec.entering import per_axis
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Draw, Fields
    from conv_anim.frameworks.sketch import Mode, Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.records import Record

IN_FEATURES, OUT_FEATURES, GROUPS = whole("in_features"), whole("out_features"), count("feature_group_count", 1)
USE_BIAS = flag("use_bias", default=True)


def _moves(name: str) -> Field[Any]:
    return Field(name, OrNone(per_axis(1)), name)


KERNEL_SIZE: Field[Any] = Field("kernel_size", per_axis(1), "kernel_size", required=True)
AXES = axes_by(KERNEL_SIZE, 1)
STRIDES, STRETCH, DILATION = _moves("strides"), _moves("input_dilation"), _moves("kernel_dilation")
MODES: Final[dict[str, Mode]] = {"CIRCULAR": "circular", "REFLECT": "reflect"}
LOWER = tuple(map(str.lower, NAMES))
"""JAX takes its names in any case, but for transposed convolutions, where these are something else."""
PADDING = paddings(*NAMES, *LOWER, *MODES, "CAUSAL", default="SAME")
TURNED_PADDING = paddings(*NAMES, *LOWER, *MODES, default="SAME")
FLIPPED = flag("transpose_kernel", default=False)
MASK = only("mask", None)
REST: Fields = ignored("dtype", "param_dtype", "precision", "kernel_init", "bias_init")
LAST: Fields = ignored("preferred_element_type", "rngs", "kernel_metadata", "bias_metadata")
OWN: Fields = (only("promote_dtype", None),)


def _each(record: Record, field: Field[Any], axes: int) -> Size:
    """One number for each axis; None is 1."""
    value = record.get(field) if record.has(field) else None
    found: Size = value if isinstance(value, tuple) else (value or 1,) * axes
    if len(found) != axes:
        fail(Code.AXES, f"'{field.name}' needs {axes} numbers, and has {len(found)}", record.at(field))
    return found


_keys = partial(weighted, takes=IN_FEATURES, makes=OUT_FEATURES, groups=GROUPS, bias=USE_BIAS, first=0)


def _conv(record: Record, sketch: Sketch) -> None:
    axes = AXES(record)
    kernel, strides, stretch, dilation = (_each(record, f, axes) for f in (KERNEL_SIZE, STRIDES, STRETCH, DILATION))
    moves = Moves(kernel, strides, dilation, stretch)
    padding, mode = _padding(record, sketch, moves)
    if mode != "zeros" and moves.stretches:
        what = (
            f"{record.of(PADDING)} padding with input_dilation is not drawn: the input is padded before it is stretched"
        )
        unsupported(what, record.at(PADDING))
    said = (STRIDES, STRETCH, PADDING)
    convolution(record, sketch, moves, padding, said, mode=mode, **_keys(record, sketch))


def _padding(record: Record, sketch: Sketch, moves: Moves) -> tuple[Padding, Mode]:
    """Before and after each axis, and what it holds."""
    given, windows = record.of(PADDING), moves.windows
    if not isinstance(given, str):
        return in_pairs(given, len(windows), record.at(PADDING)), "zeros"
    if given in MODES:
        return tuple(((window - 1) // 2, window // 2) for window in windows), MODES[given]
    if given != "CAUSAL":
        return moves.named(given, sketch.size, record.at(PADDING)), "zeros"
    if len(windows) > 1:
        fail(Code.PADDING, f"Flax has CAUSAL padding along one axis, and here are {len(windows)}", record.at(PADDING))
    if moves.stretches:
        what = "CAUSAL padding with input_dilation is not drawn: the input is padded before it is stretched"
        unsupported(what, record.at(PADDING))
    return ((windows[0] - 1, 0),), "zeros"


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    axes = AXES(record)
    kernel, strides, dilation = (_each(record, field, axes) for field in (KERNEL_SIZE, STRIDES, DILATION))
    moves = Moves(kernel, (1,) * axes, dilation, strides)
    padding = lax_transposed_padding(record.of(TURNED_PADDING), sketch, moves, record)
    said, turned = record.at(TURNED_PADDING), not record.of(FLIPPED)
    transposed(sketch, moves, padding, record.node, said, turned=turned, **_keys(record, sketch))


def lax_transposed_padding(given: Any, sketch: Sketch, moves: Moves, record: Record) -> Padding:
    """The border of the stretched input, as ``lax.conv_transpose`` has it.

    ``SAME`` and ``VALID`` are said of the convolution that is transposed; any other name, and a name in small letters,
    of the one that is computed.
    """
    node = record.at(TURNED_PADDING)
    if given in MODES:
        unsupported(f"{given} padding of a transposed convolution is not drawn", node)
    if not isinstance(given, str):
        return in_pairs(given, len(moves.kernel), node)
    if given not in {"SAME", "VALID"}:
        return moves.named(given, sketch.size, node)
    return tuple(border(window, s, given) for window, s in zip(moves.windows, moves.stretch, strict=True))


def border(window: int, stride: int, name: str) -> tuple[int, int]:
    """Before and after an axis, as ``lax.conv_transpose`` has it for ``SAME`` and ``VALID``."""
    if name == "VALID":
        return window - 1, max(window, stride) - 1
    whole_ = window + stride - 2
    before = window - 1 if stride > window - 1 else -(-whole_ // 2)
    return before, whole_ - before


# pools, which are functions

WINDOW: Field[Any] = Field("window_shape", per_axis(1), "window_shape", required=True)
POOL_PADDING = paddings(*NAMES, *LOWER, default="VALID")
INCLUDED = flag("count_include_pad", default=True)


def _pool(record: Record, sketch: Sketch, *, name: str) -> None:
    window, strides = record.of(WINDOW), record.get(STRIDES)
    for field, value in ((WINDOW, window), (STRIDES, strides)):
        if isinstance(value, int):
            fail(Code.WRONG_TYPE, f"Flax takes '{field.name}' as a tuple, as in ({value}, {value})", record.at(field))
    stride = _each(record, STRIDES, len(window))
    given = record.of(POOL_PADDING)
    if isinstance(given, int) or (isinstance(given, tuple) and not all(isinstance(pair, tuple) for pair in given)):
        fail(Code.PADDING, "Flax takes a pool's padding by name, or as a pair for each axis", record.at(POOL_PADDING))
    padding = (
        named_padding(NAMES[given.upper()], sketch.size, window, stride)
        if isinstance(given, str)
        else in_pairs(given, len(window), record.at(POOL_PADDING))
    )
    uncounted = name == "avg_pool" and any(map(any, padding)) and record.has(INCLUDED) and not record.of(INCLUDED)
    counted = False if uncounted else None
    sketch.pool(name, record.node, window, stride, padding, count_include_pad=counted)


def _min_pool(record: Record, sketch: Sketch) -> None:
    del sketch
    unsupported("Flax's min_pool is not drawn: no layer of a spec takes minima", record.node)


# the table

CONV: Fields = (
    *(IN_FEATURES, OUT_FEATURES, KERNEL_SIZE, STRIDES, PADDING, STRETCH, DILATION, GROUPS, USE_BIAS, MASK, *REST),
    *(only("conv_general_dilated", None), *OWN, *LAST),
)
TRANSPOSED: Fields = (
    *(IN_FEATURES, OUT_FEATURES, KERNEL_SIZE, STRIDES, TURNED_PADDING, DILATION, USE_BIAS, MASK, *REST),
    *(FLIPPED, *OWN, *LAST),
)


def _layer(name: str, fields: Fields, draw: Draw) -> tuple[str, ForeignLayer]:
    return name, ForeignLayer(Object(f"nnx.{name}", fields), None, draw, axes_of=AXES, positional=4, takes=IN_FEATURES)


def _function(name: str, fields: Fields, draw: Draw) -> tuple[str, ForeignLayer]:
    return name, ForeignLayer(Object(f"nnx.{name}", fields), None, draw, axes_of=axes_by(WINDOW, 1))


FLAX: dict[str, ForeignLayer] = dict(
    [
        _layer("Conv", CONV, _conv),
        _layer("ConvTranspose", TRANSPOSED, _conv_transpose),
        _function("max_pool", (WINDOW, STRIDES, POOL_PADDING), partial(_pool, name="max_pool")),
        _function("avg_pool", (WINDOW, STRIDES, POOL_PADDING, INCLUDED), partial(_pool, name="avg_pool")),
        _function("min_pool", (WINDOW, STRIDES, POOL_PADDING), _min_pool),
    ]
)
"""By name; the pools are functions, whose first parameter, ``inputs``, is what is fed."""

HARMLESS: Final = ("Dropout", "identity")
POINTWISE: Final = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "sigmoid", "tanh", "softplus"),
    *("soft_sign", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "log_sigmoid", "softmax", "log_softmax"),
    *("standardize", "PReLU", "BatchNorm", "LayerNorm", "GroupNorm", "InstanceNorm", "RMSNorm"),
)
BEYOND: Final = ("Linear", "LinearGeneral", "Einsum")
LIBRARY: Final = Library(("flax.nnx",), FLAX, POINTWISE, HARMLESS, BEYOND, refusals.OTHERS)
