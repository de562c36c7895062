"""PDF: a figure as vectors with its text as text; one page, or a page for each step.

matplotlib's PDF renderer is driven directly: it embeds the fonts that the figure is measured in. It reads its settings
from nowhere but its own defaults, so that a user's configuration changes nothing, and it writes no date.
"""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from math import ceil
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np

from conv_anim.painting import agg
from conv_anim.painting.compiled import whole
from conv_anim.painting.engine import BLACK, rgba
from conv_anim.painting.fonts import face
from conv_anim.painting.mosaics import array
from conv_anim.painting.snapping import snapped
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text, corners

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    lasting = (item for k in range(drawn.poster + 1) for item in drawn.frames[k].kept)
    with _document(drawn) as (document, out):
        document.page((*document.ground, *drawn.static, *lasting, *drawn.frames[drawn.poster].shown))
    return out.getvalue()


def pages(drawn: Scene) -> bytes:
    """A page for each step, as LaTeX's package animate takes them; what lasts is in the file once."""
    with _document(drawn) as (document, out):
        lasting = Lasting(document)
        lasting.add((*document.ground, *drawn.static))
        for k in range(drawn.poster + 1):  # what comes after the last step is on no page
            frame = drawn.frames[k]
            document.share(frame.kept)
            lasting.add(frame.kept)
            if k in drawn.rests:
                document.share(frame.shown)
                document.page(frame.shown, over=lasting.forms)
    return out.getvalue()


def advice(name: str, animation: Animation) -> str:
    """What to write in LaTeX to play the pages of ``name.pdf``."""
    rate = f"{1000 / animation.step:.4f}".rstrip("0").rstrip(".")
    again = ",loop" if animation.loop == 0 else ""
    played = f"\\animategraphics[autoplay{again},controls]{{{rate}}}{{{name}}}{{}}{{}}"
    return f"in LaTeX, with \\usepackage{{graphicx,animate}}: {played}"


@contextmanager
def _document(drawn: Scene) -> Iterator[tuple[Document, BytesIO]]:
    """A document to paint pages in, and where its bytes are in the end."""
    words = {"Title": drawn.title or drawn.description, "Subject": drawn.description}
    said: dict[str, Any] = {**words, "Creator": "conv-anim", "Producer": None, "CreationDate": None}
    out = BytesIO()
    with _defaults():
        document = Document(out, drawn, said)
        yield document, out
        document.end()


@contextmanager
def _defaults() -> Iterator[None]:
    """Matplotlib's defaults, whatever the user's settings."""
    mpl = whole()
    changed: dict[Any, Any] = {
        name: value for name, value in mpl.rcParamsDefault.items() if name.startswith(("pdf.", "path.", "text."))
    }
    if changed.get("text.kerning_factor") is not None:  # matplotlib 3.10 does not ask `AsMeasured`
        changed["text.kerning_factor"] = NO_KERNING
    with mpl.rc_context(changed | SETTINGS):
        yield


class AsMeasured:
    """Has matplotlib set text character by character, as it is measured: no kerning, no ligatures."""

    def get_fontfeatures(self) -> tuple[str, ...]:
        """OpenType features that are turned off."""
        return "-kern", "-liga", "-clig"

    def get_language(self) -> None:
        """None: no language changes how characters are set."""


class Document:
    """A PDF of pages of one size, and of forms: drawings that are in the file once and used by many pages."""

    def __init__(self, out: BytesIO, drawn: Scene, said: dict[str, Any]) -> None:
        backend = whole("matplotlib.backends.backend_pdf")
        forms: dict[Any, Any] = {}

        class File(backend.PdfFile):  # type: ignore[misc, name-defined]  # no stubs
            """Writes our forms where matplotlib lists its own."""

            def writeObject(self, object: Any, contents: Any) -> None:  # noqa: A002, N802  # its names
                super().writeObject(object, contents | forms if object is self.XObjectObject else contents)

        self._file, self._forms, self._backend, self._drawn = File(out, metadata=said), forms, backend, drawn
        self._file.width, self._file.height = drawn.width / INCH, drawn.height / INCH  # as on a page
        box = Boxes(((0, 0, drawn.width, drawn.height),), fill=drawn.background)
        self.ground: Items = () if drawn.transparent else (box,)
        self._texts: dict[Text, Any] = {}

    def page(self, items: Items, over: Iterable[Any] = ()) -> None:
        """A page with some items, over forms."""
        self._file.newPage(self._drawn.width / INCH, self._drawn.height / INCH)
        self._use(over)
        Sheet(self._file, self._drawn, self._texts).paint(items)

    def form(self, items: Items, over: Iterable[Any] = (), *, text: Text | None = None) -> Any:
        """A drawing as large as a page, by its name; before a page is begun or when it has ended.

        Of a ``text``, what lies left of it and below is shown as well, and it begins in its colour.
        """
        beyond = 0 if text is None else ceil(text.size)
        name = self._backend.Name(f"F{len(self._forms)}")
        self._forms[name] = self._file.reserveObject("form")
        self._file.endStream()
        box = [-POINT * beyond, -POINT * beyond, POINT * self._drawn.width, POINT * self._drawn.height]
        kind = {"Type": self._backend.Name("XObject"), "Subtype": self._backend.Name("Form"), "BBox": box}
        self._file.beginStream(self._forms[name].id, None, kind | {"Resources": self._file.resourceObject})
        self._use(over)
        if text is not None:  # matplotlib takes it that all begins in black, and the page may have gone on
            self._file.output(*rgba(text.color)[:3], self._backend.Op.setrgb_nonstroke)
        Sheet(self._file, self._drawn, self._texts).paint(items)
        self._file.endStream()
        return name

    def share(self, items: Items) -> None:
        """Texts that are set once, however many pages have them, and wherever; as `form`."""
        for text in dict.fromkeys(at_origin(item, self._drawn.height) for item in items if isinstance(item, Text)):
            if text not in self._texts:
                self._texts[text] = self.form((text,), text=text)

    def _use(self, forms: Iterable[Any]) -> None:
        for name in forms:
            self._file.output(name, self._backend.Op.use_xobject)

    def end(self) -> None:
        """Write what has been kept back."""
        self._file.finalize()
        self._file.close()


class Lasting:
    """What stays from some page on, as forms; of many together there is another form, so that pages stay short."""

    MANY = 40

    def __init__(self, document: Document) -> None:
        self._document = document
        self._groups: list[Any] = []
        self._single: list[Any] = []

    def add(self, items: Items) -> None:
        """Items that stay."""
        if len(self._single) == self.MANY:
            self._groups.append(self._document.form((), over=self._single))
            self._single = []
        self._single += [self._document.form(items)] if items else []

    @property
    def forms(self) -> Sequence[Any]:
        """All of them in their order."""
        return (*self._groups, *self._single)


def at_origin(item: Text, height: int) -> Text:
    """The same text in the lower left corner of a page."""
    return Text(0.0, float(height), item.text, item.size, item.color, "start", item.bold, item.font)


class Sheet:
    """A page or a form to paint on; texts for which there are forms are set by them."""

    def __init__(self, file: Any, drawn: Scene, texts: Mapping[Text, Any]) -> None:
        from matplotlib.backends.backend_pdf import Op, RendererPdf
        from matplotlib.transforms import Affine2D

        self._height, self._file, self._texts, self._op = drawn.height, file, texts, Op
        self._to_points = Affine2D(np.array(((POINT, 0, 0), (0, -POINT, POINT * drawn.height), (0, 0, 1))))
        self._renderer: Any = RendererPdf(file, 72, drawn.height / INCH, drawn.width / INCH)  # type: ignore[no-untyped-call]  # no stubs

    def paint(self, items: Iterable[Primitive]) -> None:
        """Paint all items, and end what is painted on."""
        for item in items:
            self._paint(snapped(item))
        self._renderer.finalize()

    def _paint(self, item: Primitive) -> None:
        match item:
            case Polygons():
                self._draw(agg.closed(item.rings), item.fill, item.stroke)
            case Boxes(radius=0):
                self._draw(agg.closed([corners(box) for box in item.boxes]), item.fill, item.stroke)
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
        letters = face(bold=item.bold, own=item.font)
        width = letters.width(item.text) * item.size
        x = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
        y = POINT * (self._height - item.y)
        form = self._texts.get(at_origin(item, self._height))
        if form is None:
            self._set(item, x, y)
            return
        op = self._op
        self._file.output(op.gsave, 1, 0, 0, 1, POINT * x, y, op.concat_matrix, form, op.use_xobject, op.grestore)

    def _set(self, item: Text, x: float, y: float) -> None:
        from matplotlib.font_manager import FontProperties

        pen = self._renderer.new_gc()
        pen.set_foreground(rgba(item.color), isRGBA=True)
        letters = face(bold=item.bold, own=item.font)
        for font, text in letters.runs(item.text):
            properties = FontProperties(fname=str(font), size=POINT * item.size)
            self._renderer.draw_text(pen, POINT * x, y, text, properties, 0, mtext=AsMeasured())
            x += letters.width(text) * item.size
