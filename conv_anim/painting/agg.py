"""Pixels: a scene painted by matplotlib's Agg, driven directly, without figures, artists or settings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from conv_anim.painting.fonts import face
from conv_anim.scene.primitives import Boxes, Lines, Polygons, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from conv_anim.scene.primitives import Items, Point, Primitive, Scene, Stroke

    Pixels = NDArray[np.uint8]

ROUND = 0.5523
"""Control points of a quarter circle drawn as a cubic curve."""


def rgba(color: str) -> tuple[float, float, float, float]:
    red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue, 1.0


def renderer(width: int, height: int) -> Any:
    """Any, because matplotlib's backends have no types. At 72 dpi, Agg's point is a pixel."""
    return RendererAgg(width, height, 72)  # type: ignore[no-untyped-call]  # no stubs


class Canvas:
    """An image to paint on, (height, width, 4), opaque."""

    def __init__(self, width: int, height: int) -> None:
        self._agg = renderer(width, height)
        self._to_agg = Affine2D().scale(1, -1).translate(0, height)
        self._gc = self._agg.new_gc()
        self._gc.set_joinstyle("miter")
        self._gc.set_capstyle("butt")
        self.pixels: Pixels = np.asarray(self._agg.buffer_rgba())

    def fill(self, color: str) -> None:
        self.pixels[:] = [round(255 * value) for value in rgba(color)]

    def paint(self, items: Iterable[Primitive]) -> None:
        for item in items:
            match item:
                case Polygons():
                    self._draw(closed(item.rings), item.fill, item.stroke, snap=False)
                case Boxes(radius=0):
                    self._draw(closed(map(corners, item.boxes)), item.fill, item.stroke, snap=True)
                case Boxes():
                    self._draw(rounded(item), item.fill, item.stroke, snap=True)
                case Lines():
                    self._draw(opened(item.lines), None, item.stroke, snap=None)
                case Text():
                    self._draw(outlined(item), item.color, None, snap=False)
                case _:
                    assert_never(item)

    def _draw(self, path: Path, fill: str | None, stroke: Stroke | None, *, snap: bool | None) -> None:
        gc = self._gc
        gc.set_snap(snap)
        gc.set_linewidth(0 if stroke is None else stroke.width)
        gc.set_dashes(0, None if stroke is None else stroke.dash)
        if stroke is not None:
            gc.set_foreground(rgba(stroke.color), isRGBA=True)
        self._agg.draw_path(gc, path, self._to_agg, None if fill is None else rgba(fill))


def path(vertices: list[Point] | NDArray[np.float64], codes: list[np.uint8] | NDArray[np.uint8]) -> Path:
    """A path that Agg paints as it is; simplified, a figure would depend on the user's settings."""
    made = Path(vertices if len(vertices) else np.empty((0, 2)), codes)
    made.should_simplify = False
    return made


def closed(rings: Iterable[tuple[Point, ...]]) -> Path:
    vertices: list[Point] = []
    codes: list[np.uint8] = []
    for ring in rings:
        vertices += [*ring, ring[0]]
        codes += [Path.MOVETO, *[Path.LINETO] * (len(ring) - 1), Path.CLOSEPOLY]
    return path(vertices, codes)


def opened(lines: Iterable[tuple[Point, ...]]) -> Path:
    vertices: list[Point] = []
    codes: list[np.uint8] = []
    for line in lines:
        vertices += line
        codes += [Path.MOVETO, *[Path.LINETO] * (len(line) - 1)]
    return path(vertices, codes)


def corners(box: tuple[float, float, float, float]) -> tuple[Point, ...]:
    x, y, width, height = box
    return (x, y), (x + width, y), (x + width, y + height), (x, y + height)


def rounded(item: Boxes) -> Path:
    vertices: list[Point] = []
    codes: list[np.uint8] = []
    for box in item.boxes:
        vertices += rounded_ring(*box, item.radius)
        codes += [Path.MOVETO, *([Path.LINETO] + [Path.CURVE4] * 3) * 4, Path.CLOSEPOLY]
    return path(vertices, codes)


def rounded_ring(x: float, y: float, width: float, height: float, radius: float) -> list[Point]:
    """Sides and quarter circles in turn, clockwise from the upper left."""
    right, bottom, near, far = x + width, y + height, radius * (1 - ROUND), radius
    return [
        *((x + far, y), (right - far, y), (right - near, y), (right, y + near), (right, y + far)),
        *((right, bottom - far), (right, bottom - near), (right - near, bottom), (right - far, bottom)),
        *((x + far, bottom), (x + near, bottom), (x, bottom - near), (x, bottom - far)),
        *((x, y + far), (x, y + near), (x + near, y), (x + far, y), (x + far, y)),
    ]


def outlined(item: Text) -> Path:
    """Text as outlines, its baseline on a whole pixel so that equal lines look equal."""
    vertices, codes, width = outline(item.text, item.bold)
    start = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor] * item.size
    return path(vertices * (item.size, -item.size) + (start, round(item.y)), codes)


@lru_cache(maxsize=4096)
def outline(text: str, bold: bool) -> tuple[NDArray[np.float64], NDArray[np.uint8], float]:  # noqa: FBT001  # a cache's key
    return *face(bold=bold).outline(text), face(bold=bold).width(text)


def frames(scene: Scene, wanted: Iterable[int] | None = None) -> Iterator[Pixels]:
    """The frames of a scene in turn, or only the wanted ones, in ascending order: (height, width, 4), opaque.

    The array is the same one every time, painted anew: copy what is to be kept.
    """
    lasting, canvas = Canvas(scene.width, scene.height), Canvas(scene.width, scene.height)
    lasting.fill(scene.background)
    lasting.paint(scene.still)
    painted = 0
    for k in range(len(scene.frames)) if wanted is None else wanted:
        for passed in range(painted, k):
            lasting.paint(scene.frames[passed].kept)
        frame = scene.frames[k]
        lasting.paint(frame.kept)
        painted = k + 1
        canvas.pixels[:] = lasting.pixels
        canvas.paint(frame.shown)
        yield canvas.pixels


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
            case _:
                assert_never(item)
    return colors
