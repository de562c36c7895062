"""PyTorch's layers that move cells, or put some around them, as layers of a spec."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arguments import OrNone, moves_or_none, rows_and_columns, whole
from conv_anim.frameworks.sketch import Border, fail, given, unsupported
from conv_anim.frameworks.torch.keys import DILATION, KERNEL_SIZE, PADDING, STRIDE
from conv_anim.ops.upsample_keys import MODES, SCALE_FACTOR
from conv_anim.spec.entering import LARGEST
from conv_anim.spec.kinds import Either, Flag, ListOf, OneOf, Real, Whole
from conv_anim.spec.nodes import is_list, is_scalar
from conv_anim.spec.records import Field

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding, Size
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Record


# what rearranges

UP, DOWN, SHUFFLED = whole("upscale_factor"), whole("downscale_factor"), whole("groups")
FOLDED = rows_and_columns("output_size")
SIZE = moves_or_none("size")
SCALE: Field[Any] = Field("scale_factor", OrNone(SCALE_FACTOR.kind), "scale_factor")
EXACT = "nearest-exact"
UPSAMPLING: Field[str] = Field("mode", OneOf((*MODES, EXACT)), "mode", default="nearest")
MODE_AXES = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
"""How many axes an interpolation is for."""
CORNERS: Field[Any] = Field("align_corners", OrNone(Flag()), "align_corners")
RECOMPUTED: Field[Any] = Field("recompute_scale_factor", OrNone(Flag()), "recompute_scale_factor")


def upsample(record: Record, sketch: Sketch, *, mode: str | None = None) -> None:
    """``mode`` for a layer that has only one; PyTorch's UpsamplingBilinear2d aligns the corners."""
    size, scale = record.get(SIZE), record.get(SCALE)
    node = record.at(UPSAMPLING) if mode is None else None if mode == "nearest" else mode
    corners = given(record, CORNERS) if mode is None else True if mode == "bilinear" else None
    exact = mode is None and record.of(UPSAMPLING) == EXACT
    if mode is None and record.of(UPSAMPLING) in {"nearest", EXACT} and record.get(CORNERS) is not None:
        what = "PyTorch takes align_corners only with an interpolating mode"
        fail(Code.EXCLUSIVE_KEYS, what, record.at(CORNERS), "mode='bilinear', or leave it out")
    wanted = None if size is None else list(sketch.each(size, record.at(SIZE)))
    if mode is None and record.get(RECOMPUTED):
        if scale is None:
            what = "PyTorch recomputes a scale_factor, and there is none here"
            fail(Code.EXCLUSIVE_KEYS, what, record.at(RECOMPUTED), "leave recompute_scale_factor out")
        wanted, scale = _scaled(sketch.size, scale, record.at(SCALE)), None
    sketch.add(
        "upsample",
        record.node,
        size=wanted,
        scale_factor=None if scale is None else given(record, SCALE),
        mode=None if exact or (mode is None and not record.has(UPSAMPLING)) else node,
        align_corners=corners,
        coordinates="half_pixel" if exact else None,
        rounding="half_up" if exact else None,
    )


def _scaled(size: Size, scale: Any, node: Node) -> list[int]:
    """The size that factors lead to: PyTorch rounds down."""
    factors = scale if isinstance(scale, tuple) else (scale,) * len(size)
    if len(factors) != len(size):
        fail(Code.AXES, f"'scale_factor' needs {len(size)} numbers, and has {len(factors)}", node)
    made = [floor(n * factor) for n, factor in zip(size, factors, strict=True)]
    if min(made) < 1:
        fail(Code.DOES_NOT_FIT, "the input, scaled like this, has no cells", node, "a larger factor or input")
    return made


def simple(record: Record, sketch: Sketch, *, name: str, field: Field[int]) -> None:
    """An op of a spec with one key, called as PyTorch's parameter."""
    sketch.add(name, record.node, **{field.name: record.at(field)})


def unfold(record: Record, sketch: Sketch) -> None:
    """``nn.Unfold``."""
    moves_ = {field.name: given(record, field) for field in (STRIDE, PADDING, DILATION)}
    sketch.add("unfold", record.node, kernel_size=record.at(KERNEL_SIZE), **moves_)


def fold(record: Record, sketch: Sketch) -> None:
    """``nn.Fold``."""
    size = record.of(FOLDED)
    moves_ = {field.name: given(record, field) for field in (STRIDE, PADDING, DILATION)}
    out = [size, size] if isinstance(size, int) else list(size)
    sketch.add("fold", record.node, output_size=out, kernel_size=record.at(KERNEL_SIZE), **moves_)


# padding

SIDE = Whole(-LARGEST, LARGEST)
"""Cells at a side; fewer than none are cut off."""
AROUND: Field[Any] = Field(
    "padding",
    Either(
        (
            (is_list, ListOf(SIDE, "a tuple (left, right, top, bottom, …), two numbers per axis", 2, 6)),
            (is_scalar, Whole(-LARGEST, LARGEST, ", or a tuple with two per axis")),
        )
    ),
    "padding",
    required=True,
)
FILLED: Field[int | float] = Field("value", Real(), "value", required=True)


def pad(record: Record, sketch: Sketch, *, mode: str) -> None:
    """The last axis comes first, before and after: (left, right, top, bottom)."""
    around = record.of(AROUND)
    pads = (around,) * 2 * sketch.axes if isinstance(around, int) else around
    if len(pads) != 2 * sketch.axes:
        fail(Code.AXES, f"'padding' needs {2 * sketch.axes} numbers, and has {len(pads)}", record.at(AROUND))
    sides = tuple(zip(pads[::2], pads[1::2], strict=True))[::-1]
    value = record.of(FILLED) if record.has(FILLED) else 0
    bordered(sketch, sides, record.at(AROUND), mode=mode, value=value)


def bordered(sketch: Sketch, sides: Padding, node: Node, *, mode: str = "zeros", value: int | float = 0) -> None:
    """Cells put around a map, before and after each axis, for the layer that comes next; less than none are cut off."""
    sketch.settle()
    if min(map(min, sides)) < 0 and mode != "zeros":
        unsupported(f"{mode} padding with negative numbers is not drawn", node, "slices cut a map off")
    around = sketch.cropped(sides, node)
    if min(map(min, sides)) >= 0 or any(map(any, around)):
        sketch.border = Border(around, mode, node, value)
