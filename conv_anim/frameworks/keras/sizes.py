"""Keras's layers that change a map's size without a weight: upsampling and padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import moves
from conv_anim.frameworks.sketch import Border, fail, given, tidy, unsupported
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, ListOf, OneOf, Whole
from conv_anim.spec.nodes import is_list, is_scalar
from conv_anim.spec.records import Field
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding
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


CUT: Field[Any] = replace(AROUND, name="cropping", doc="cropping")


def cut_by_default(axes: int) -> Field[Any]:
    """Keras cuts off one cell at each end of 1 or 3 axes, and of 2 axes none."""
    return replace(CUT, default=0 if axes == 2 else 1)


def _pairs(record: Record, sketch: Sketch, field: Field[Any]) -> Padding:
    """Before and after, for each axis; two numbers along one axis are its ends."""
    said = record.of(field)
    if sketch.axes == 1 and isinstance(said, tuple) and len(said) == 2:
        said = (said,)
    entries = said if isinstance(said, tuple) else (said,) * sketch.axes
    if len(entries) != sketch.axes:
        fail(Code.AXES, f"'{field.name}' needs {sketch.axes} entries, and has {len(entries)}", record.at(field))
    return tuple(entry if isinstance(entry, tuple) else (entry, entry) for entry in entries)


def zero_padding(record: Record, sketch: Sketch) -> None:
    """``ZeroPadding1D`` to ``ZeroPadding3D``, for the layer that comes next."""
    pairs = _pairs(record, sketch, AROUND)
    sketch.settle()
    sketch.border = Border(pairs, "zeros", record.node)


def cropping(record: Record, sketch: Sketch) -> None:
    """``Cropping1D`` to ``Cropping3D``."""
    pairs = _pairs(record, sketch, cut_by_default(sketch.axes))
    if any(map(any, pairs)):
        sketch.add("crop", record.node, cropping=tidy(pairs))
