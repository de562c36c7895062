"""The keys of ``upsample``, and whether they fit each other and the input."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.spec.entering import LARGEST, MOST_AXES, axes_of
from conv_anim.spec.kinds import Either, ListOf, OneOf, Real, Whole
from conv_anim.spec.nodes import is_list, is_scalar
from conv_anim.spec.records import Field, switch

if TYPE_CHECKING:
    from conv_anim.spec.entering import Entering
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record
    from conv_anim.spec.shown_as import Coordinates, Rounding

Mode: TypeAlias = Literal["nearest", "linear", "bilinear", "trilinear", "bicubic"]
MODES: Final[tuple[Mode, ...]] = ("nearest", "linear", "bilinear", "trilinear", "bicubic")
LINEAR: Final[tuple[Mode, ...]] = ("linear", "bilinear", "trilinear")
SCALE_FACTOR: Field[int | float | tuple[int | float, ...]] = Field(
    "scale_factor",
    Either(
        (
            (is_list, ListOf(Real(0.01, 1000), "a list with one number per axis", 1, MOST_AXES)),
            (is_scalar, Real(0.01, 1000)),
        )
    ),
    "How many times as large the output is: one number, or one per axis.",
    example=2,
)
SIZE: Field[tuple[int, ...]] = Field(
    "size",
    ListOf(Whole(1, LARGEST), "a list with the size of each axis", 1, MOST_AXES),
    "The output's size.",
    example=[7, 7],
)
MODE: Field[Mode] = Field(
    "mode", OneOf(MODES), "How numbers in between are made.", default="nearest", example="bilinear"
)
ALIGN_CORNERS = switch(
    "align_corners", "Whether the corner cells' middles, instead of their edges, stay where they are."
)


COORDINATES: Field[Coordinates | Literal["align_corners"] | None] = Field(
    "coordinates",
    OneOf(
        ("half_pixel", "asymmetric", "half_pixel_symmetric", "align_corners"),
        docs=(
            "From the cells' edges: (o + ½)/factor − ½; as usual of the interpolating modes.",
            "From the first cell: o/factor; as usual of nearest.",
            "As half_pixel, around the middle of the map.",
            "From corner cell to corner cell: as align_corners, for nearest too.",
        ),
    ),
    "Where outputs are read, in input cells, by ONNX's names.",
    example="asymmetric",
)
ROUNDING: Field[Rounding] = Field(
    "rounding",
    OneOf(("floor", "ceil", "half_down", "half_up")),
    "Which cell is the nearest one.",
    default="floor",
    example="half_up",
)
CUBIC: Final = -0.75
CUBIC_COEFF: Field[int | float] = Field(
    "cubic_coeff", Real(-1, 0), "The parameter of bicubic interpolation (Keys 1981).", default=CUBIC, example=-0.5
)
EXCLUDE_OUTSIDE = switch(
    "exclude_outside",
    "Whether bicubic interpolation leaves out what lies beyond the edge, instead of repeating the edge.",
)


def keys_fit(kind: Literal["nearest", "linear", "cubic"], record: Record, entering: Entering) -> bool:
    """Whether keys are given only for the mode that they are of."""
    found = True
    for field, wanted in ((ROUNDING, "nearest"), (CUBIC_COEFF, "cubic"), (EXCLUDE_OUTSIDE, "cubic")):
        if record.has(field) and kind != wanted:
            mode = "bicubic" if wanted == "cubic" else wanted
            entering.report.add(
                Code.EXCLUSIVE_KEYS, f"'{field.name}' is for mode {mode}", record.at(field), "leave it out"
            )
            found = False
    return found


def mode_fits(mode: Mode, record: Record, entering: Entering) -> bool:
    """Whether a mode is for an input with this number of axes."""
    wanted = LINEAR[entering.axes - 1]
    if (mode in LINEAR and mode != wanted) or (mode == "bicubic" and entering.axes != 2):
        what = f"mode {mode} is not for an input with {axes_of(entering.axes)}"
        entering.report.add(Code.AXES, what, record.at(MODE), f"use nearest or {wanted}")
        return False
    return True


def sizes_of(record: Record, entering: Entering) -> Maybe[tuple[Size, tuple[float, ...]]]:
    """The output's size, and how many input cells lie between two outputs along each axis."""
    size, scale = record.get(SIZE), record.get(SCALE_FACTOR)
    if (size is None) == (scale is None):
        what = "upsample takes one of the keys 'scale_factor' and 'size'"
        code = Code.MISSING_KEY if size is None else Code.EXCLUSIVE_KEYS
        hint = "add scale_factor: 2" if size is None else "leave one of them out"
        return entering.report.add(code, what, record.node if size is None else record.at(SIZE), hint)
    key, count = (SCALE_FACTOR, scale) if size is None else (SIZE, size)
    if isinstance(count, tuple) and len(count) != entering.axes:
        what = (
            f"'{key.name}' has {len(count)} number{'s' * (len(count) > 1)}, but the input has {axes_of(entering.axes)}"
        )
        return entering.report.add(Code.AXES, what, record.at(key), "one number for each axis")
    if size is not None:
        return size, tuple(i / o for i, o in zip(entering.size, size, strict=True))
    factors = scale if isinstance(scale, tuple) else (scale or 1,) * entering.axes
    out = tuple(floor(i * factor) for i, factor in zip(entering.size, factors, strict=True))
    if min(out) < 1:
        what = f"the input's {'x'.join(map(str, entering.size))} cells, scaled like this, are none"
        return entering.report.add(Code.DOES_NOT_FIT, what, record.at(SCALE_FACTOR), "a larger factor or input")
    return out, tuple(1 / factor for factor in factors)
