"""JAX's convolutions: ``lax.conv``, ``conv_with_general_padding``, ``conv_general_dilated`` and ``conv_transpose``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conv_anim.diagnostics import Code
from conv_anim.frameworks import libraries
from conv_anim.frameworks.arguments import Anything, OrNone, only
from conv_anim.frameworks.dilated import NAMES, Moves, convolution, transposed
from conv_anim.frameworks.foreign import ForeignLayer, Library
from conv_anim.frameworks.jax.flax_layers import border
from conv_anim.frameworks.sketch import fail, unsupported
from conv_anim.spec.entering import LARGEST, axes_of, count_of_channels
from conv_anim.spec.kinds import Either, ListOf, OneOf, Whole
from conv_anim.spec.nodes import is_list, is_scalar
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding
    from conv_anim.spec.records import Record

MOVES = ListOf(Whole(1, LARGEST), "a tuple with one number per axis", 1, 3)
SHAPE: Field[Any] = Field("rhs", ListOf(Whole(1, LARGEST), "the shape of the kernel", 3, 5), "rhs", required=True)
STRIDES: Field[Any] = Field("window_strides", MOVES, "window_strides", required=True)
PAIR = ListOf(Whole(-LARGEST, LARGEST), "a pair: before and after", 2, 2)
PADDING: Field[Any] = Field(
    "padding",
    Either(((is_list, ListOf(PAIR, "a pair for each axis", 1, 3)), (is_scalar, OneOf(tuple(NAMES))))),
    "padding",
    required=True,
)
STRETCH: Field[Any] = Field("lhs_dilation", OrNone(MOVES), "lhs_dilation")
DILATION: Field[Any] = Field("rhs_dilation", OrNone(MOVES), "rhs_dilation")
GROUPS: Field[int] = Field("feature_group_count", Whole(1, LARGEST), "feature_group_count", default=1)
BATCHES: Field[int] = Field("batch_group_count", Whole(1, LARGEST), "batch_group_count", default=1)
ORDER: Field[Any] = Field("dimension_numbers", Anything(), "dimension_numbers")
REST = tuple(Field(name, Anything(), name) for name in ("precision", "preferred_element_type", "out_sharding"))


def _conv(record: Record, sketch: Sketch) -> None:
    """``rhs`` is the kernel's shape, (outputs, inputs, *kernel)."""
    outputs, inputs, *kernel = record.of(SHAPE)
    if len(kernel) != sketch.axes:
        what = f"the kernel has {axes_of(len(kernel))}, and the input has {sketch.axes}"
        fail(Code.AXES, what, record.at(SHAPE))
    if record.has(BATCHES) and record.of(BATCHES) > 1:
        unsupported("a convolution with batch_group_count is not drawn", record.at(BATCHES))
    groups = record.of(GROUPS) if record.has(GROUPS) else 1
    if inputs * groups != sketch.channels:
        what = f"the kernel takes {count_of_channels(inputs * groups)}, and the input has {sketch.channels}"
        fail(Code.SHAPE, what, record.at(SHAPE))
    ones = (1,) * sketch.axes
    strides, stretch, dilation = (
        tuple((record.get(field) if record.has(field) else None) or ones) for field in (STRIDES, STRETCH, DILATION)
    )
    if {len(strides), len(stretch), len(dilation)} != {sketch.axes}:
        fail(Code.AXES, f"strides and dilations need {sketch.axes} numbers each", record.node)
    moves = Moves(tuple(kernel), strides, dilation, stretch)
    padding = _padding(record, sketch, moves)
    keys = {"out_channels": outputs, "groups": groups if groups > 1 else None}
    convolution(record, sketch, moves, padding, (STRIDES, STRETCH, PADDING), **keys)


def _conv_transpose(record: Record, sketch: Sketch) -> None:
    """A stride of 1 over a stretched input; its kernel is not flipped."""
    outputs, inputs, *kernel = record.of(SHAPE)
    if inputs != sketch.channels:
        what = f"the kernel takes {count_of_channels(inputs)}, and the input has {sketch.channels}"
        fail(Code.SHAPE, what, record.at(SHAPE))
    ones = (1,) * len(kernel)
    strides, dilation = record.of(STRETCHES), (record.get(DILATION) if record.has(DILATION) else None) or ones
    if {len(strides), len(dilation)} != {sketch.axes}:
        fail(Code.AXES, f"strides and dilations need {sketch.axes} numbers each", record.node)
    moves, said = Moves(tuple(kernel), ones, tuple(dilation), tuple(strides)), record.of(PADDING)
    if isinstance(said, str) and said.upper() == "SAME_LOWER":
        fail(Code.PADDING, "JAX takes SAME_LOWER for no stretched input", record.at(PADDING), "SAME, VALID or pairs")
    if isinstance(said, str):
        sides = zip(moves.windows, moves.stretch, strict=True)
        padding = tuple(border(window, stride, said.upper()) for window, stride in sides)
    else:
        padding = _padding(record, sketch, moves)
    transposed(sketch, moves, padding, record.node, record.at(PADDING), turned=True, out_channels=outputs)


def _padding(record: Record, sketch: Sketch, moves: Moves) -> Padding:
    given = record.of(PADDING)
    if isinstance(given, str):
        return moves.named(given, sketch.size, record.at(PADDING))
    if len(given) != sketch.axes:
        fail(Code.AXES, f"'padding' needs {sketch.axes} pairs, and has {len(given)}", record.at(PADDING))
    return tuple((before, after) for before, after in given)


def _layer(name: str, *fields: Field[Any]) -> tuple[str, ForeignLayer]:
    return name, ForeignLayer(Object(f"lax.{name}", (SHAPE, STRIDES, PADDING, *fields)), None, _conv, axes_of=_axes)


def _axes(record: Record) -> int:
    return len(record.of(SHAPE)) - 2


STRETCHES: Field[Any] = Field("strides", MOVES, "strides", required=True)
TRANSPOSED = ForeignLayer(
    Object(
        "lax.conv_transpose",
        (
            *(SHAPE, STRETCHES, PADDING, DILATION, ORDER, only("transpose_kernel", usual=False), *REST[:2]),
            only("use_consistent_padding", usual=False),
        ),
    ),
    None,
    _conv_transpose,
    axes_of=_axes,
)


LAX: dict[str, ForeignLayer] = dict(
    [
        _layer("conv", *REST),
        ("conv_transpose", TRANSPOSED),
        _layer("conv_with_general_padding", STRETCH, DILATION, *REST),
        _layer("conv_general_dilated", STRETCH, DILATION, ORDER, GROUPS, BATCHES, *REST),
    ]
)
"""By name; the first parameter, ``lhs``, is what is fed."""
POINTWISE: Final = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish", "sigmoid", "tanh", "softplus"),
    *("soft_sign", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "log_sigmoid", "softmax", "log_softmax"),
    *("squareplus", "mish", "standardize", "sin", "cos", "abs", "exp", "square"),
)
"""Functions of jax.nn and jax.numpy that change every number, and move nothing."""
LIBRARY: Final = Library(libraries.LAX, LAX)
FUNCTIONS: Final = Library(
    ("jax.numpy", "jax.nn"), {}, POINTWISE, ("identity",), beyond=("ravel", "reshape", "mean", "squeeze")
)
