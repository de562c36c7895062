"""Keras's layers that change a map's size without a weight: upsampling and padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import moves
from conv_anim.frameworks.sketch import Border, fail, given, unsupported
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, ListOf, OneOf, Whole
from conv_anim.spec.nodes import is_list, is_scalar
from conv_anim.spec.records import Field

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.records import Record


# sizes

UP_SIZE = moves("size", 2)
INTERPOLATION: Field[str] = Field(
    "interpolation",
    OneOf(("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")),
    "interpolation",
    default="nearest",
)


def upsample(record: Record, sketch: Sketch) -> None:
    """``UpSampling1D`` to ``UpSampling3D``."""
    mode = record.of(INTERPOLATION)
    if mode not in {"nearest", "bilinear"}:
        what = f"Keras's {mode} interpolation is not drawn"
        unsupported(what, record.at(INTERPOLATION), "nearest and bilinear are")
    sketch.add(
        "upsample",
        record.node,
        scale_factor=record.at(UP_SIZE) if record.has(UP_SIZE) else record.of(UP_SIZE),
        mode=given(record, INTERPOLATION),
    )


ENTRY = Either(((is_list, ListOf(Whole(0, LARGEST), "a pair: before and after", 2, 2)), (is_scalar, Whole(0, LARGEST))))
AROUND: Field[Any] = Field(
    "padding",
    Either(
        (
            (is_list, ListOf(ENTRY, "a tuple with a number or a pair per axis", 1, 3)),
            (is_scalar, Whole(0, LARGEST, ", or a tuple with one per axis")),
        )
    ),
    "padding",
    default=1,
)


def zero_padding(record: Record, sketch: Sketch) -> None:
    """``ZeroPadding1D`` to ``ZeroPadding3D``, for the layer that comes next."""
    around = record.of(AROUND)
    if sketch.axes == 1 and isinstance(around, tuple) and len(around) == 2:
        around = (around,)
    entries = around if isinstance(around, tuple) else (around,) * sketch.axes
    if len(entries) != sketch.axes:
        fail(Code.AXES, f"'padding' needs {sketch.axes} entries, and has {len(entries)}", record.at(AROUND))
    sketch.settle()
    pairs = tuple(entry if isinstance(entry, tuple) else (entry, entry) for entry in entries)
    sketch.border = Border(pairs, "zeros", record.node)
