"""JAX's convolutions: ``lax.conv``, ``lax.conv_with_general_padding`` and ``lax.conv_general_dilated``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import Anything, OrNone
from conv_anim.frameworks.foreign import ForeignLayer
from conv_anim.frameworks.sketch import fail, same, tidy, unsupported
from conv_anim.ops.padding import named_padding
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, ListOf, OneOf, Whole
from conv_anim.spec.nodes import is_list, is_scalar
from conv_anim.spec.records import Field, Object
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding
    from conv_anim.spec.records import Record

MOVES = ListOf(Whole(1, LARGEST), "a tuple with one number per axis", 1, 3)
SHAPE: Field[Any] = Field("rhs", ListOf(Whole(1, LARGEST), "the shape of the kernel", 3, 5), "rhs", required=True)
STRIDES: Field[Any] = Field("window_strides", MOVES, "window_strides", required=True)
NAMES = {"SAME": "same", "VALID": "valid", "SAME_LOWER": "same_lower"}
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
        what = f"the kernel has {len(kernel)} axes, and the input has {sketch.axes}"
        fail(Code.AXES, what, record.at(SHAPE))
    if record.has(BATCHES) and record.of(BATCHES) > 1:
        unsupported("a convolution with batch_group_count is not drawn", record.at(BATCHES))
    groups = record.of(GROUPS) if record.has(GROUPS) else 1
    if inputs * groups != sketch.channels:
        what = f"the kernel takes {inputs * groups} channels, and the input has {sketch.channels}"
        fail(Code.SHAPE, what, record.at(SHAPE))
    ones = (1,) * sketch.axes
    strides, stretch, dilation = (
        tuple((record.get(field) if record.has(field) else None) or ones) for field in (STRIDES, STRETCH, DILATION)
    )
    if {len(strides), len(stretch), len(dilation)} != {sketch.axes}:
        fail(Code.AXES, f"strides and dilations need {sketch.axes} numbers each", record.node)
    windows = tuple(map(effective_kernel, kernel, dilation))
    padding = _padding(record, sketch, windows=windows, strides=strides, stretch=stretch)
    keys = {"out_channels": outputs, "kernel_size": same(kernel), "groups": groups if groups > 1 else None}
    keys["dilation"] = same(list(dilation)) if set(dilation) != {1} else None
    if set(stretch) == {1}:
        _direct(record, sketch, padding, {**keys, "stride": same(list(strides)) if set(strides) != {1} else None})
        return
    if set(strides) != {1}:
        unsupported("a convolution with both window_strides and lhs_dilation is not drawn", record.at(STRETCH))
    taken = tuple((w - 1 - before, w - 1 - after) for w, (before, after) in zip(windows, padding, strict=True))
    if any(before < 0 for before, _ in taken):
        unsupported("padding of more than a kernel less 1 before a stretched input is not drawn", record.at(PADDING))
    extra = [max(0, -after) for _, after in taken]
    sketch.note("the kernel is drawn turned round, as a transposed convolution has it")
    around = tuple((before, max(0, after)) for before, after in taken)
    more = {"padding": tidy(around), "output_padding": same(extra) if any(extra) else None}
    sketch.add("conv_transpose", record.node, **keys, stride=same(list(stretch)), **more)


def _direct(record: Record, sketch: Sketch, padding: Padding, keys: dict[str, Any]) -> None:
    if min(map(min, padding)) < 0:
        cut = tuple((max(0, -before), max(0, -after)) for before, after in padding)
        sketch.add("crop", record.node, cropping=tidy(cut))
    sketch.add("conv", record.node, padding=tidy(tuple((max(0, a), max(0, b)) for a, b in padding)), **keys)


def _padding(
    record: Record, sketch: Sketch, *, windows: tuple[int, ...], strides: tuple[int, ...], stretch: tuple[int, ...]
) -> Padding:
    given = record.of(PADDING)
    if isinstance(given, str):
        sizes = tuple((n - 1) * s + 1 for n, s in zip(sketch.size, stretch, strict=True))
        name: Any = NAMES[given]
        return named_padding(name, sizes, windows, strides)
    if len(given) != sketch.axes:
        fail(Code.AXES, f"'padding' needs {sketch.axes} pairs, and has {len(given)}", record.at(PADDING))
    return tuple((before, after) for before, after in given)


def _layer(name: str, *fields: Field[Any]) -> tuple[str, ForeignLayer]:
    return name, ForeignLayer(Object(f"lax.{name}", (SHAPE, STRIDES, PADDING, *fields)), None, _conv)


LAX: dict[str, ForeignLayer] = dict(
    [
        _layer("conv", *REST),
        _layer("conv_with_general_padding", STRETCH, DILATION, *REST),
        _layer("conv_general_dilated", STRETCH, DILATION, ORDER, GROUPS, BATCHES, *REST),
    ]
)
"""By name; the first parameter, ``lhs``, is what is fed."""
