"""Pixels: a scene painted by matplotlib's Agg, driven directly, without figures, artists or settings."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple, assert_never

import numpy as np

from conv_anim.painting.engine import CLOSE, CURVE, LINE, MOVE, Path, engine, rgba
from conv_anim.painting.fonts import face
from conv_anim.painting.mosaics import lay
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text, corners

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conv_anim.painting.engine import Codes, Pixels, Points
    from conv_anim.scene.primitives import Frame, Items, Point, Primitive, Scene, Stroke

    Part = tuple[slice, slice]
    """Some rows and columns of the pixels."""

ROUND = 0.5523
"""Control points of a quarter circle drawn as a cubic curve."""
NOTHING: Part = (slice(0, 0), slice(0, 0))
EDGE = 2
"""Pixels beside a path that it may touch, once it is aligned and its edges are blended."""


class Painted(NamedTuple):
    """A frame, and the part of it that differs from the one before."""

    pixels: Pixels
    part: Part


class Canvas:
    """An image to paint on, (height, width, 4), opaque."""

    def __init__(self, width: int, height: int) -> None:
        self._engine = engine(width, height)
        self._height = height
        self._to_agg = np.array(((1.0, 0.0, 0.0), (0.0, -1.0, height), (0.0, 0.0, 1.0)))
        self.pixels: Pixels = self._engine.pixels
        self._points: list[Points] = []
        self._edge = 0.0

    def fill(self, color: str) -> None:
        """Paint all of it in one colour."""
        pixel = np.array([round(255 * value) for value in rgba(color)], np.uint8)
        self.pixels.view(np.uint32)[:] = pixel.view(np.uint32)

    def paint(self, items: Iterable[Primitive]) -> None:
        """Paint items, each over those before."""
        for item in items:
            match item:
                case Polygons():
                    self._draw(closed(item.rings), item.fill, item.stroke, snap=False)
                case Boxes(radius=0):
                    self._draw(closed([corners(box) for box in item.boxes]), item.fill, item.stroke, snap=True)
                case Boxes():
                    self._draw(rounded(item), item.fill, item.stroke, snap=True)
                case Lines():
                    self._draw(opened(item.lines), None, item.stroke, snap=None)
                case Text():
                    self._write(item)
                case Mosaic():
                    lay(self.pixels, item)
                    self._points.append(np.array(item.ring))
                case _:
                    assert_never(item)

    def touched(self) -> Part:
        """The part that was painted on since this was asked last, and a little around it."""
        if not self._points:
            return NOTHING
        points, edge = np.concatenate(self._points), EDGE + self._edge
        self._points.clear()
        self._edge = 0.0
        low, high = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        columns, rows = (slice(max(0, floor(a - edge)), max(0, ceil(b + edge))) for a, b in zip(low, high, strict=True))
        return rows, columns

    def _draw(self, path: Path, fill: str | None, stroke: Stroke | None, *, snap: bool | None) -> None:
        if len(path.vertices):
            self._points.append(path.vertices)
        if stroke is not None:
            # Agg's limit to a pointed join is the line's own width.
            self._edge = max(self._edge, stroke.width * max(1.0, stroke.width))
        pen = self._engine.pen(stroke, snap=snap)
        self._engine.draw(pen, path, self._to_agg, None if fill is None else rgba(fill))

    def _write(self, item: Text) -> None:
        """Text by its outlines, its baseline on a whole pixel so that equal lines look equal."""
        path, width, corners = outline(item.text, item.bold, item.font)
        start = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor] * item.size
        base = self._height - round(item.y)
        if corners is not None:
            self._points.append(corners * (item.size, -item.size) + (start, round(item.y)))
        matrix = np.array(((item.size, 0.0, start), (0.0, item.size, base), (0.0, 0.0, 1.0)))
        self._engine.draw(self._engine.pen(None, snap=False), path, matrix, rgba(item.color))


def closed(rings: Sequence[tuple[Point, ...]]) -> Path:
    """Closed outlines as one path."""
    points = [point for ring in rings for point in (*ring, ring[0])]
    return Path(vertices(points), codes(tuple(map(len, rings)), closing=True))


def opened(lines: Sequence[tuple[Point, ...]]) -> Path:
    """Lines with two ends as one path."""
    points = [point for line in lines for point in line]
    return Path(vertices(points), codes(tuple(map(len, lines)), closing=False))


def vertices(points: list[Point]) -> Points:
    """Points as an array (n, 2)."""
    return np.array(points, float).reshape(-1, 2)


@lru_cache(maxsize=256)
def codes(lengths: tuple[int, ...], *, closing: bool) -> Codes:
    """Of the points of some lines; of closed ones, the first point comes once more at the end."""
    end = [CLOSE] if closing else []
    return np.array([code for length in lengths for code in (MOVE, *[LINE] * (length - 1), *end)], np.uint8)


def rounded(item: Boxes) -> Path:
    """Boxes with round corners as one path."""
    points = [point for box in item.boxes for point in rounded_ring(*box, item.radius)]
    ring = [MOVE, *([LINE] + [CURVE] * 3) * 4, CLOSE]
    return Path(vertices(points), np.array(ring * len(item.boxes), np.uint8))


def rounded_ring(x: float, y: float, width: float, height: float, radius: float) -> list[Point]:
    """Sides and quarter circles in turn, clockwise from the upper left."""
    right, bottom, near, far = x + width, y + height, radius * (1 - ROUND), radius
    return [
        *((x + far, y), (right - far, y), (right - near, y), (right, y + near), (right, y + far)),
        *((right, bottom - far), (right, bottom - near), (right - near, bottom), (right - far, bottom)),
        *((x + far, bottom), (x + near, bottom), (x, bottom - near), (x, bottom - far)),
        *((x, y + far), (x, y + near), (x + near, y), (x + far, y), (x + far, y)),
    ]


@lru_cache(maxsize=4096)
def outline(text: str, bold: bool, own: str = "") -> tuple[Path, float, Points | None]:  # noqa: FBT001  # a cache's key
    """The outlines of a line of text with y up, for an em of 1, how far it advances, and two corners of its box.

    No corners without outlines, as those of a space.
    """
    letters = face(bold=bold, own=own)
    path = Path(*letters.outline(text))
    corners = np.array([path.vertices.min(axis=0), path.vertices.max(axis=0)]) if len(path.vertices) else None
    return path, letters.width(text), corners


class Painter:
    """Paints the frames of a scene; what is still in it is painted once."""

    def __init__(self, scene: Scene) -> None:
        self._static, self._lasting, self._canvas = (Canvas(scene.width, scene.height) for _ in range(3))
        self._whole: Part = slice(0, scene.height), slice(0, scene.width)
        self._static.fill(scene.background)
        self._static.paint(scene.static)

    def frames(self, frames: Sequence[Frame], wanted: Iterable[int]) -> Iterator[Painted]:
        """The wanted ones of some frames that follow each other, in ascending order: (height, width, 4), opaque.

        The array is the same one every time, repainted where something changes: copy what is to be kept, and leave
        it as it is.
        """
        self._lasting.pixels[:] = self._static.pixels
        painted, shown = 0, self._whole
        for k in wanted:
            for passed in range(painted, k):
                self._lasting.paint(frames[passed].kept)
            frame = frames[k]
            self._lasting.paint(frame.kept)
            painted = k + 1
            before = joined(shown, self._lasting.touched())
            self._canvas.pixels[before] = self._lasting.pixels[before]
            self._canvas.paint(frame.shown)
            shown = self._canvas.touched()
            yield Painted(self._canvas.pixels, joined(before, shown))


def joined(part: Part, other: Part) -> Part:
    """The rows and columns that hold two parts."""
    if NOTHING in (part, other):
        return other if part == NOTHING else part
    rows, columns = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(part, other, strict=True))
    return rows, columns


def frames(scene: Scene, wanted: Iterable[int] | None = None) -> Iterator[Pixels]:
    """The pixels of the frames of a scene in turn, or only of the wanted ones, as of `Painter.frames`."""
    return (painted.pixels for painted in changing(scene, wanted))


def changing(scene: Scene, wanted: Iterable[int] | None = None) -> Iterator[Painted]:
    """The same, each with the part that changes."""
    return Painter(scene).frames(scene.frames, range(len(scene.frames)) if wanted is None else wanted)


def flat_colors(items: Items) -> set[str]:
    """The colours that are painted as they are, apart from those of blended edges."""
    colors: set[str] = set()
    for item in items:
        match item:
            case Text():
                colors.add(item.color)
            case Lines():
                colors.add(item.stroke.color)
            case Polygons() | Boxes():
                colors |= {item.fill} if item.fill is not None else set()
                colors |= {item.stroke.color} if item.stroke is not None else set()
            case Mosaic():
                pass  # a picture's colours are as many as they like
            case _:
                assert_never(item)
    return colors


def has_pictures(items: Items) -> bool:
    """Whether some have colours that `flat_colors` does not tell."""
    return any(isinstance(item, Mosaic) for item in items)


def seen_through(pixels: Pixels, drawn: Scene) -> Pixels:
    """A frame of a scene as it is shown: if its ground is transparent, a copy in which one sees through that."""
    if not drawn.transparent:
        return pixels
    ground = np.array([round(255 * value) for value in rgba(drawn.background)[:3]], np.uint8)
    clear = pixels.copy()
    clear[(pixels[..., :3] == ground).all(axis=-1)] = 0
    return clear
