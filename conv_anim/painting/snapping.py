"""What Agg does to be crisp, for painters that lack it: upright lines in the middle of pixels, text on whole ones."""

from __future__ import annotations

from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING, assert_never

from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Box, Point, Primitive, Stroke

MOST_ALIGNED = 1024
"""Points of lines that Agg aligns by itself."""


def snapped(item: Primitive) -> Primitive:
    """The same thing where Agg paints it."""
    match item:
        case Boxes():
            shift = _shift(item.stroke)
            return replace(item, boxes=tuple(_box(box, shift) for box in item.boxes))
        case Lines() if _upright(item):
            shift = _shift(item.stroke)
            return replace(item, lines=tuple(tuple(_snapped(p, shift) for p in line) for line in item.lines))
        case Text():
            return replace(item, y=float(round(item.y)))
        case Mosaic():
            return aligned(item)
        case Lines() | Polygons():
            return item
        case _:
            assert_never(item)


def aligned(item: Mosaic) -> Mosaic:
    """A picture with its sides on whole pixels, if they are level and upright."""
    if not item.upright:
        return item
    (left, top), (right, bottom) = (_snapped(item.at(*end), 0.0) for end in ((0, 0), (item.rows, item.columns)))
    across, down = (right - left) / item.columns, (bottom - top) / item.rows
    return replace(item, corner=(left, top), across=(across, 0.0), down=(0.0, down))


def _shift(stroke: Stroke | None) -> float:
    """A line of odd width lies in the middle of a pixel, one of even width between two."""
    return 0.0 if stroke is None else floor(stroke.width + 0.5) % 2 / 2


def _snapped(point: Point, shift: float) -> Point:
    return floor(point[0] + 0.5) + shift, floor(point[1] + 0.5) + shift


def _box(box: Box, shift: float) -> Box:
    x, y, width, height = box
    (left, top), (right, bottom) = _snapped((x, y), shift), _snapped((x + width, y + height), shift)
    return left, top, right - left, bottom - top


def _upright(item: Lines) -> bool:
    """Whether all lines are upright or level throughout, and few enough for Agg to look."""
    if sum(map(len, item.lines)) > MOST_ALIGNED:
        return False
    return all(min(abs(x - u), abs(y - v)) < 1e-4 for line in item.lines for (x, y), (u, v) in pairwise(line))
