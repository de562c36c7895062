"""Windows and output cells on their way from one step to the next: their outlines, over what the step leaves behind."""

from __future__ import annotations

from itertools import pairwise
from math import dist
from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Boxes, Lines, Polygons, corners, union

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.primitives import Box, Items, Point, Primitive, Stroke
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.table import Table

    Ring = tuple[Point, ...]

EDGE = 0.5
"""Pixels by which a cell may lie outside of its grid, as a line does."""


def outlines(items: Iterable[Primitive], parts: Iterable[Grid | Table]) -> list[Ring]:
    """Around what a step marks in each of some parts."""
    items = list(items)
    boxes = [box for item in items if isinstance(item, Boxes) and item.fill is not None for box in item.boxes]
    rings = (line for item in items if isinstance(item, Lines) for line in item.lines if line[0] == line[-1])
    boxes += [union((x, y, 0.0, 0.0) for x, y in ring) for ring in rings]  # a window may be an outline alone
    found = []
    for part in parts:
        inside = [box for box in boxes if _lies_in(box, part)]
        if inside:
            found.append(corners(union(inside)))
    return found


def _lies_in(box: Box, part: Grid | Table) -> bool:
    left, top, width, height = box
    across = part.x - EDGE <= left and left + width <= part.x + part.width + EDGE
    return across and part.y - EDGE <= top and top + height <= part.y + part.height + EDGE


def gliding(starts: Sequence[Ring], ends: Sequence[Ring], share: float, stroke: Stroke) -> Items:
    """Outlines so far along the way; none if there are not as many at its end as at its beginning."""
    if len(starts) != len(ends):
        return ()
    pairs = (pair for pair in zip(starts, ends, strict=True) if len(pair[0]) == len(pair[1]) > 0)
    rings = tuple(tuple(map(lambda a, b: between(a, b, share), start, end)) for start, end in pairs)
    return (Polygons(rings, None, stroke),) if rings else ()


def begun(line: Sequence[Point], share: float) -> tuple[Point, ...]:
    """The first part of a line of straight pieces, a share of its length."""
    left, found = share * sum(dist(*piece) for piece in pairwise(line)), [line[0]]
    for start, end in pairwise(line):
        length = dist(start, end)
        found.append(end if left >= length else between(start, end, left / length))
        if left <= length:
            break
        left -= length
    return tuple(found)


def between(start: Point, end: Point, share: float) -> Point:
    """The point that is a share of the way from one place to another."""
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
