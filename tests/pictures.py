"""What is drawn, read back from scenes: the tests' eyes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from zlib import crc32

from conv_anim import pipeline
from conv_anim.scene.primitives import Boxes, Frame, Lazy, Lines, Mosaic, Polygons, Primitive, Scene, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.spec.model import Spec


def scene(spec: Spec) -> Scene:
    """A figure whose frames are made once each, however often a test looks at them."""
    drawn = pipeline.scene(spec)
    return replace(drawn, frames=Lazy(len(drawn.frames), cache(drawn.frames.__getitem__)))


def texts(items: Iterable[Primitive]) -> list[str]:
    return [item.text for item in items if isinstance(item, Text)]


def after(drawn: Scene, k: int) -> list[Primitive]:
    """All that can lie on the picture in frame k, from the bottom to the top."""
    kept = [item for j in range(k + 1) for item in drawn.frames[j].kept]
    return [*drawn.static, *kept, *drawn.frames[k].shown]


def changes(scene: Scene) -> list[int]:
    """The frames that differ from the one before; a GIF shows the others as a part of it."""
    frames = list(scene.frames)
    same = [False, *(not two.kept and set(two.shown) == set(one.shown) for one, two in pairwise(frames))]
    return [k for k, still in enumerate(same) if not still]


def numbers_in(drawn: Scene, k: int, left: float, top: float, cell: float, shape: tuple[int, int]) -> list[list[str]]:
    """The topmost text in each cell of a grid, in frame k, but for what a number is multiplied by."""
    found = [["" for _ in range(shape[1])] for _ in range(shape[0])]
    for item in after(drawn, k):
        if isinstance(item, Text) and item.anchor == "middle" and not item.text.startswith("×"):
            column, row = int((item.x - left) // cell), int((item.y - top) // cell)
            if 0 <= row < shape[0] and 0 <= column < shape[1]:
                found[row][column] = item.text
    return found


def extent(items: Iterable[Primitive]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of all shapes and of the points where texts begin."""
    points = [point for item in items for point in _points(item)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _points(item: Primitive) -> list[tuple[float, float]]:
    match item:
        case Polygons(rings=rings):
            return [point for ring in rings for point in ring]
        case Lines(lines=lines):
            return [point for line in lines for point in line]
        case Boxes(boxes=boxes):
            return [corner for x, y, w, h in boxes for corner in ((x, y), (x + w, y + h))]
        case Text():
            return [(item.x, item.y)]
        case Mosaic():
            return list(item.ring)


def listing(drawn: Scene) -> str:
    """A scene in short, for comparison by eye and by machine: the still, and what the first and last frames change."""
    count = len(drawn.frames)
    lines = [
        f"{drawn.width} x {drawn.height}, {count} frames, {drawn.background}",
        f"says: {drawn.description}",
        "still",
    ]
    lines += map(_line, drawn.static)
    for k in sorted({0, count - 1}):
        frame: Frame = drawn.frames[k]
        lines += [f"frame {k} keeps", *map(_line, frame.kept), f"frame {k} shows", *map(_line, frame.shown)]
    return "\n".join(lines) + "\n"


def _line(item: Primitive) -> str:
    if isinstance(item, Text):
        return (
            f"  text {item.x:.1f},{item.y:.1f} {item.size:.1f} {item.color}{' bold' if item.bold else ''} {item.text!r}"
        )
    left, top, right, bottom = extent([item])
    if isinstance(item, Mosaic):
        size, colors = f"{item.rows}x{item.columns}", f"{crc32(item.colors):08x}"
        return f"  mosaic {size} in {left:.1f},{top:.1f} to {right:.1f},{bottom:.1f} {colors}"
    count = len(item.rings if isinstance(item, Polygons) else item.lines if isinstance(item, Lines) else item.boxes)
    stroke = item.stroke
    fill = "" if isinstance(item, Lines) or item.fill is None else f" {item.fill}"
    edge = "" if stroke is None else f" {stroke.color} {stroke.width:.2f}{' dashed' if stroke.dash else ''}"
    return f"  {type(item).__name__.lower()} {count} in {left:.1f},{top:.1f} to {right:.1f},{bottom:.1f}{fill}{edge}"
