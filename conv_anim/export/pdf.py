"""PDF: a figure as vectors with its text as text; one page, or a page for each step.

matplotlib's PDF renderer is driven directly: it embeds the fonts that the figure is measured in. It reads its settings
from nowhere but its own defaults, so that a user's configuration changes nothing, and it writes no date.
"""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol, assert_never

import numpy as np

from conv_anim.painting import agg
from conv_anim.painting.compiled import whole
from conv_anim.painting.engine import BLACK, rgba
from conv_anim.painting.fonts import face
from conv_anim.painting.mosaics import array
from conv_anim.painting.snapping import snapped
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conv_anim.painting.engine import Path
    from conv_anim.scene.primitives import Items, Primitive, Scene, Stroke
    from conv_anim.spec.model import Animation

POINT = 0.75
"""Points of a pixel: 96 pixels are an inch, as on a web page."""
INCH = 96
SETTINGS: dict[str, Any] = {"pdf.fonttype": 42, "pdf.compression": 6, "path.simplify": False}
"""Fonts are embedded whole characters at a time, as TrueType, so that text can be searched and copied."""
NO_KERNING = 20
"""Kerning is divided by two to the power of this."""


def picture(drawn: Scene) -> bytes:
    """The last frame of a scene on one page."""
    return _document(drawn, [_seen(drawn)[-1]])


def pages(drawn: Scene) -> bytes:
    """A page for each step, as LaTeX's package animate takes them."""
    return _document(drawn, _seen(drawn))


def advice(name: str, animation: Animation) -> str:
    """What to write in LaTeX to play the pages of ``name.pdf``."""
    rate = f"{1000 / animation.step:.4f}".rstrip("0").rstrip(".")
    again = ",loop" if animation.loop == 0 else ""
    played = f"\\animategraphics[autoplay{again},controls]{{{rate}}}{{{name}}}{{}}{{}}"
    return f"in LaTeX, with \\usepackage{{graphicx,animate}}: {played}"


def _seen(drawn: Scene) -> list[Items]:
    """All that lies on the picture at each step."""
    lasting, seen = drawn.static, []
    for k, frame in enumerate(drawn.frames):
        lasting += frame.kept
        if k in drawn.rests:
            seen.append(lasting + frame.shown)
    return seen


def _document(drawn: Scene, sheets: Sequence[Items]) -> bytes:
    words = {"Title": drawn.title or drawn.description, "Subject": drawn.description}
    said: dict[str, Any] = {**words, "Creator": "conv-anim", "Producer": None, "CreationDate": None}
    out = BytesIO()
    with _defaults():
        file = whole("matplotlib.backends.backend_pdf").PdfFile(out, metadata=said)
        for items in sheets:
            file.newPage(drawn.width / INCH, drawn.height / INCH)
            page = Page(file, drawn)
            page.paint(items)
        file.finalize()
        file.close()
    return out.getvalue()


@contextmanager
def _defaults() -> Iterator[None]:
    """Matplotlib as it comes, whatever the user's settings are."""
    mpl = whole()
    changed: dict[Any, Any] = {
        name: value for name, value in mpl.rcParamsDefault.items() if name.startswith(("pdf.", "path.", "text."))
    }
    if changed.get("text.kerning_factor") is not None:  # matplotlib 3.10 does not ask `AsMeasured`
        changed["text.kerning_factor"] = NO_KERNING
    with mpl.rc_context(changed | SETTINGS):
        yield


class Drawing(Protocol):
    """What is used of matplotlib's renderer."""

    def new_gc(self) -> Any:
        """How something is drawn: colours, line width, clipping."""
        ...

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:  # noqa: N803  # its name
        """Draw a path, filled with a colour if there is one."""
        ...

    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, *, mtext: Any) -> None:  # noqa: PLR0917  # its own
        """Draw text from a point on its baseline, in points from the lower left."""
        ...

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        """Draw RGBA pixels, moved and stretched from a square of one point."""
        ...

    def finalize(self) -> None:
        """End the page."""
        ...


class AsMeasured:
    """Tells matplotlib to set text one character after the other, as it is measured: no kerning, no ligatures."""

    def get_fontfeatures(self) -> tuple[str, ...]:
        """OpenType features that are turned off."""
        return "-kern", "-liga", "-clig"

    def get_language(self) -> None:
        """None: no language changes how characters are set."""


class Page:
    """One page to paint on."""

    def __init__(self, file: Any, drawn: Scene) -> None:
        from matplotlib.backends.backend_pdf import RendererPdf
        from matplotlib.transforms import Affine2D

        self._size = drawn.width, drawn.height
        self._background, self._transparent = drawn.background, drawn.transparent
        self._to_points = Affine2D(np.array(((POINT, 0, 0), (0, -POINT, POINT * drawn.height), (0, 0, 1))))
        self._renderer: Drawing = RendererPdf(file, 72, drawn.height / INCH, drawn.width / INCH)  # type: ignore[no-untyped-call]  # no stubs

    def paint(self, items: Iterable[Primitive]) -> None:
        """Paint the background and all items, and end the page."""
        ground = (Boxes(((0, 0, *self._size),), fill=self._background),)
        for item in (*(() if self._transparent else ground), *items):
            self._paint(snapped(item))
        self._renderer.finalize()

    def _paint(self, item: Primitive) -> None:
        match item:
            case Polygons():
                self._draw(agg.closed(item.rings), item.fill, item.stroke)
            case Boxes(radius=0):
                self._draw(agg.closed([agg.corners(box) for box in item.boxes]), item.fill, item.stroke)
            case Boxes():
                self._draw(agg.rounded(item), item.fill, item.stroke)
            case Lines():
                self._draw(agg.opened(item.lines), None, item.stroke)
            case Text():
                self._write(item)
            case Mosaic():
                self._lay(item)
            case _:
                assert_never(item)

    def _draw(self, path: Path, fill: str | None, stroke: Stroke | None) -> None:
        from matplotlib.path import Path as Outline

        outline = Outline(path.vertices, path.codes)
        face = None if fill is None else rgba(fill)
        self._renderer.draw_path(self._pen(stroke), outline, self._to_points, face)

    def _lay(self, item: Mosaic) -> None:
        """A picture with one pixel for each cell; PDF readers show its pixels as they are."""
        from matplotlib.transforms import Affine2D

        (ax, ay), (dx, dy), (x, y) = item.across, item.down, item.at(item.rows, 0)
        # An image of matplotlib stands on its lower left corner, its rows are handed over from the bottom.
        unit = np.array(((item.columns * ax, -item.rows * dx, x), (item.columns * ay, -item.rows * dy, y), (0, 0, 1)))
        opaque = np.full((item.rows, item.columns, 4), 255, np.uint8)
        opaque[..., :3] = array(item)[::-1]
        placed = Affine2D(unit) + self._to_points
        self._renderer.draw_image(self._pen(None), 0, 0, opaque, placed)

    def _pen(self, stroke: Stroke | None) -> Any:
        pen = self._renderer.new_gc()
        pen.set_joinstyle("miter")
        pen.set_capstyle("butt")
        pen.set_linewidth(0 if stroke is None else POINT * stroke.width)
        dash = None if stroke is None or stroke.dash is None else [POINT * part for part in stroke.dash]
        pen.set_dashes(0, dash)
        pen.set_foreground(BLACK if stroke is None else rgba(stroke.color), isRGBA=True)
        return pen

    def _write(self, item: Text) -> None:
        """Text in the fonts that have its characters, one after the other."""
        from matplotlib.font_manager import FontProperties

        pen = self._renderer.new_gc()
        pen.set_foreground(rgba(item.color), isRGBA=True)
        letters = face(bold=item.bold, own=item.font)
        width = letters.width(item.text) * item.size
        x = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
        y = POINT * (self._size[1] - item.y)
        for font, text in letters.runs(item.text):
            properties = FontProperties(fname=str(font), size=POINT * item.size)
            self._renderer.draw_text(pen, POINT * x, y, text, properties, 0, mtext=AsMeasured())
            x += letters.width(text) * item.size
