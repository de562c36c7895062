"""The HTML of a figure: an image, in a picture where a poster stands in for readers who asked for less motion."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from os.path import relpath
from typing import TYPE_CHECKING
from urllib.parse import quote

from conv_anim.spec import formats
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conv_anim.diagnostics import Problem
    from conv_anim.embed.figure import Figure

RESTING = "(prefers-reduced-motion: reduce)"
PAPER = "print"
DARK = "(prefers-color-scheme: dark)"
CONTROLS = 430
"""Pixels that a page has around its figure, at most, however narrow it is."""
KNOBS = 480
"""And as many more where its reader can change the spec."""
PROBLEM_STYLE = "white-space: pre-wrap; padding: 0.8em 1em; border-left: 4px solid #c62828; overflow-x: auto"


def attribute(text: str) -> str:
    """Escaped; a table of Markdown would be cut at a bar."""
    return escape(text).replace("|", "&#124;")


def image(figure: Figure, address_: str, *, width: int | None = None) -> str:
    """``address_`` needs no more quoting; ``width`` in pixels, the figure's own by default."""
    wide = width or figure.scene.width
    size = f'width="{wide}" height="{figure.height(wide)}"'
    return f'<img src="{address_}" alt="{attribute(figure.alt)}" {size} />'


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the picture of a figure is, and those that stand in for it, for some readers; None is for none."""

    light: str
    poster: str | None = None
    dark: str | None = None
    dark_poster: str | None = None
    printed: str | None = None
    """The same as ``poster``, or in its place where it is for paper alone."""


def adaptive(image_: str, where: Addresses) -> str:
    """An image with what stands in for it: a still for readers who asked for less motion, a dark one on dark pages."""
    sources = (
        (f"{DARK} and {RESTING}", where.dark_poster),
        (f"{RESTING}, {PAPER}", where.poster),
        (PAPER, None if where.poster else where.printed),
        (DARK, where.dark),
    )
    found = "".join(f'<source media="{media}" srcset="{address_}" />' for media, address_ in sources if address_)
    shown = f"<picture>{found}{image_}</picture>" if found else image_
    return shown if where.printed is None else f"{shown}{unseen(where.printed)}"


def unseen(address_: str) -> str:
    """An image for paper, which is fetched only for printing.

    Chromium prints a source of a picture only if it has loaded it by then. Before it prints, it loads what is lazy.
    """
    return f'<img src="{address_}" alt="" loading="lazy" hidden="hidden" style="display: none" />'


def as_jsx(written: str) -> str:
    """The HTML of a figure as MDX has it."""
    return written.replace(" srcset=", " srcSet=").replace(' style="display: none"', ' style={{ display: "none" }}')


def self_contained(
    figure: Figure,
    *,
    width: int | None = None,
    poster: bool = True,
    dark: Figure | None = None,
    printed: bool = False,
) -> str:
    """A figure that needs no file, with a ``dark`` one for dark pages, ``printed`` as a still. Raises SpecError."""
    if figure.format == "html":
        return _page(figure, width)
    light, still = _data(figure, poster=poster)
    night, night_still = (None, None) if dark is None else _data(dark, poster=poster)
    paper = still or data_uri("png", figure.poster()) if printed and figure.animated else None
    return adaptive(image(figure, light, width=width), Addresses(light, still, night, night_still, paper))


def _data(figure: Figure, *, poster: bool) -> tuple[str, str | None]:
    """A figure and its still, if it has one, as addresses."""
    still = data_uri("png", figure.poster()) if poster and figure.moves else None
    return data_uri(figure.format, figure.encoded()), still


def _page(figure: Figure, width: int | None) -> str:
    """A page of its own inside another one, from which it is sealed off.

    It lies over a still, which is all that is left where frames are taken out, as from notebooks that nobody trusts.
    Its height is that of the still, which shrinks where there is less room, and of what stands around the figure.
    """
    page = escape(figure.encoded().decode())
    wide, high = width or figure.scene.width, figure.height(width or figure.scene.width)
    shown = f"min({high}px, {100 * high / wide:.2f}cqw)"
    more = CONTROLS if figure.controlled is None else CONTROLS + KNOBS
    tall = f"height: {high + more}px; height: calc({shown} + {more}px); margin-top: calc(-1 * {shown})"
    style = f"display: block; position: relative; width: 100%; {tall}; border: 0; background: #fff"
    whole = f'width="{wide}" height="{high}" style="display: block; max-width: 100%; height: auto"'
    alt = attribute(figure.alt)
    still = f'<img src="{data_uri("png", figure.poster())}" alt="{alt}" {whole} />'
    frame = f'<iframe title="{alt}" sandbox="allow-scripts" style="{style}" srcdoc="{page}"></iframe>'
    around = f"container-type: inline-size; width: {f'{width}px' if width else '100%'}"
    return f'<div style="{around}">{still}{frame}</div>'


def data_uri(format_: str, data: bytes) -> str:
    """An image as an address that holds all its bytes."""
    return f"data:{formats.of(format_).media};base64,{b64encode(data).decode('ascii')}"


def address(file: Path, page: Path) -> str:
    """How a page links to a file."""
    return quote(relpath(file, page.parent).replace("\\", "/"))


def source(file: Path, page: Path) -> str:
    """How HTML in a page names an image: with a leading ``./`` or ``../``, else bundlers look among their packages."""
    linked = address(file, page)
    return linked if linked.startswith("../") else f"./{linked}"


def problems(found: Iterable[Problem]) -> str:
    """A box that shows what is wrong, as text."""
    told = escape("\n\n".join(map(str, found)))
    return f'<pre class="conv-anim-problem" role="alert" style="{PROBLEM_STYLE}">{told}</pre>'
