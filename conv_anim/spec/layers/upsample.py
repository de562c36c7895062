"""``upsample`` and ``max_unpool``: layers that make a map larger without weights, as in PyTorch."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from conv_anim.diagnostics import Code
from conv_anim.spec.kinds import INVALID, Either, Flag, Invalid, ListOf, OneOf, Real, Whole, is_list, is_scalar
from conv_anim.spec.layers.base import LARGEST, MOST_AXES, LayerType, axes_of
from conv_anim.spec.model import Ends, MaxUnpool, Pool, Upsample
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.spec.kinds import Maybe
    from conv_anim.spec.layers.base import Entering
    from conv_anim.spec.model import Layer, Size
    from conv_anim.spec.records import Record

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
ALIGN_CORNERS = Field(
    "align_corners",
    Flag(),
    "Whether the corner cells' middles, instead of their edges, stay where they are.",
    default=False,
    example=True,
)


def upsample(record: Record, entering: Entering) -> Maybe[tuple[Layer, ...]]:
    mode = record.of(MODE)
    if not _mode_fits(mode, record, entering):
        return INVALID
    sizes = _sizes(record, entering)
    if isinstance(sizes, Invalid):
        return INVALID
    out, ratio = sizes
    corners = record.of(ALIGN_CORNERS)
    if corners and mode == "nearest":
        what = "align_corners is for the interpolating modes"
        return entering.report.add(
            Code.EXCLUSIVE_KEYS, what, record.at(ALIGN_CORNERS), "mode: bilinear, or leave it out"
        )
    if corners:
        ratio = tuple((i - 1) / (o - 1) if o > 1 else 0.0 for i, o in zip(entering.size, out, strict=True))
    kind: Literal["nearest", "linear", "cubic"] = (
        "nearest" if mode == "nearest" else "cubic" if mode == "bicubic" else "linear"
    )
    return (Upsample(Ends(entering.channels, entering.size, entering.channels, out), kind, corners, ratio),)


def _mode_fits(mode: Mode, record: Record, entering: Entering) -> bool:
    wanted = LINEAR[entering.axes - 1]
    if (mode in LINEAR and mode != wanted) or (mode == "bicubic" and entering.axes != 2):
        what = f"mode {mode} is not for an input with {axes_of(entering.axes)}"
        entering.report.add(Code.AXES, what, record.at(MODE), f"use nearest or {wanted}")
        return False
    return True


def _sizes(record: Record, entering: Entering) -> Maybe[tuple[Size, tuple[float, ...]]]:
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


def unpool(record: Record, entering: Entering) -> Maybe[tuple[Layer, ...]]:
    """Back to the size of the last max pool whose output is as large as what enters."""
    pools = [
        (k, layer)
        for k, layer in enumerate(entering.before)
        if isinstance(layer, Pool) and layer.reduce == "max" and not any(k == taken for taken in _taken(entering))
    ]
    if not pools:
        what = "max_unpool takes a max_pool before it back, and there is none"
        return entering.report.add(Code.MISSING_KEY, what, record.node, "put a max_pool layer before it in 'layers'")
    number, pool = pools[-1]
    made = (pool.ends.out_channels, pool.ends.out_size)
    if made != (entering.channels, entering.size):
        what = "max_unpool takes as many numbers as its max_pool made: "
        sizes = [
            f"{'x'.join(map(str, size))} in {channels} channel{'s' * (channels > 1)}"
            for channels, size in (made, (entering.channels, entering.size))
        ]
        hint = "what lies between the two must keep the size, as a conv with padding: same"
        return entering.report.add(Code.DOES_NOT_FIT, f"{what}{sizes[0]}, not {sizes[1]}", record.node, hint)
    ends = Ends(entering.channels, entering.size, entering.channels, pool.ends.in_size)
    return (MaxUnpool(ends, number),)


def _taken(entering: Entering) -> list[int]:
    return [layer.pool for layer in entering.before if isinstance(layer, MaxUnpool)]


UPSAMPLE = LayerType(
    Object(
        "an upsample layer", (SCALE_FACTOR, SIZE, MODE, ALIGN_CORNERS), "type", "A larger map, with numbers in between."
    ),
    upsample,
)
MAX_UNPOOL = LayerType(
    Object("a max_unpool layer", (), "type", "Numbers put back to where the max_pool before found them."), unpool
)
