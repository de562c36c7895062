"""Agg by itself: paths and pens as it reads them, and what it paints on; by way of matplotlib only where it must be."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from conv_anim.painting.compiled import compiled, whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from conv_anim.scene.primitives import Stroke

    Pixels = NDArray[np.uint8]
    Points = NDArray[np.float64]
    Codes = NDArray[np.uint8]
    Color = tuple[float, float, float, float]

MOVE, LINE, CURVE, CLOSE = 1, 2, 4, 79
"""What a point is to a path: its start, the end of a line, part of a cubic curve, its end."""
DPI = 72.0
"""At which Agg's point is a pixel."""


class Path(NamedTuple):
    """A path that Agg paints as it is; simplified, a figure would depend on the user's settings."""

    vertices: Points
    codes: Codes
    should_simplify: bool = False
    simplify_threshold: float = 0.0


class Pen:
    """How a line is drawn, by the names under which Agg asks for it: those of matplotlib's GraphicsContextBase."""

    _alpha, _forced_alpha, _antialiased = 1.0, False, True
    _capstyle, _joinstyle, _cliprect = "butt", "miter", None

    def __init__(self, stroke: Stroke | None, *, snap: bool | None) -> None:
        """``snap`` aligns to whole pixels; with None Agg does what suits the path."""
        self._rgb = BLACK if stroke is None else rgba(stroke.color)
        self._linewidth = 0.0 if stroke is None else stroke.width
        self._dashes = (0.0, None if stroke is None else stroke.dash)
        self._snap = snap

    def get_dashes(self) -> tuple[float, tuple[float, float] | None]:
        """Where the pattern begins, and the lengths of dashes and gaps; (0, None) for a solid line."""
        return self._dashes

    def get_snap(self) -> bool | None:
        """Whether vertices are moved to the middles of pixels; None leaves that to Agg."""
        return self._snap

    def get_clip_path(self) -> tuple[None, None]:
        """None: nothing is clipped."""
        return None, None

    def get_hatch_path(self) -> None:
        """None: nothing is hatched."""

    def get_hatch_color(self) -> Color:
        """Asked for, never used."""
        return BLACK

    def get_hatch_linewidth(self) -> float:
        """Asked for, never used."""
        return 0.0

    def get_sketch_params(self) -> None:
        """None: lines are straight."""


pen = lru_cache(maxsize=256)(Pen)


@lru_cache(maxsize=1024)
def rgba(color: str) -> Color:
    """A colour like ``#1f77b4`` as shares of red, green, blue and opacity."""
    red, green, blue = (int(color[k : k + 2], 16) / 255 for k in (1, 3, 5))
    return red, green, blue, 1.0


BLACK: Color = (0.0, 0.0, 0.0, 1.0)


class Engine(NamedTuple):
    """What paints a path, with a pen, moved by a 3x3 matrix and filled with a colour; and the pixels it paints on."""

    draw: Callable[[Any, Path, Points, Color | None], None]
    pen: Callable[..., Any]
    pixels: Pixels


def engine(width: int, height: int) -> Engine:
    """Agg for (height, width, 4) pixels."""
    try:
        agg = compiled("backends._backend_agg").RendererAgg(width, height, DPI)
        agg.draw_path(pen(None, snap=None), NOTHING, np.eye(3), None)
    except (ImportError, AttributeError, TypeError):
        return public_engine(width, height)
    return Engine(agg.draw_path, pen, np.asarray(agg))


NOTHING = Path(np.empty((0, 2)), np.empty(0, np.uint8))


def public_engine(width: int, height: int) -> Engine:
    """The same by matplotlib's public interface, should a version of it deal with Agg in other words."""
    agg = whole("matplotlib.backends.backend_agg").RendererAgg(width, height, DPI)
    from matplotlib import path
    from matplotlib.transforms import Affine2D

    def draw(gc: Any, drawn: Path, matrix: Points, fill: Color | None) -> None:
        made = path.Path(*drawn[:2])
        made.should_simplify = False
        agg.draw_path(gc, made, Affine2D(matrix), fill)

    def gc(stroke: Stroke | None, *, snap: bool | None) -> Any:
        made = agg.new_gc()
        made.set_joinstyle("miter")
        made.set_capstyle("butt")
        made.set_snap(snap)
        made.set_linewidth(0 if stroke is None else stroke.width)
        made.set_dashes(0, None if stroke is None else stroke.dash)
        made.set_foreground(BLACK if stroke is None else rgba(stroke.color), isRGBA=True)
        return made

    return Engine(draw, gc, np.asarray(agg.buffer_rgba()))
