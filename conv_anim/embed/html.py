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
DARK = "(prefers-color-scheme: dark)"
CONTROLS = 220
"""Pixels that a page has around its figure."""
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


def adaptive(image_: str, where: Addresses) -> str:
    """An image with what stands in for it: a still for readers who asked for less motion, a dark one on dark pages."""
    sources = (
        (f"{DARK} and {RESTING}", where.dark_poster),
        (RESTING, where.poster),
        (DARK, where.dark),
    )
    found = "".join(f'<source media="{media}" srcset="{address_}" />' for media, address_ in sources if address_)
    return f"<picture>{found}{image_}</picture>" if found else image_


def self_contained(figure: Figure, *, width: int | None = None, poster: bool = True, dark: Figure | None = None) -> str:
    """A figure that needs no file, with a ``dark`` one for dark pages. Raises SpecError."""
    if figure.format == "html":
        return _page(figure, width)
    light, night = _data(figure, poster=poster), (None, None) if dark is None else _data(dark, poster=poster)
    shown = image(figure, light[0], width=width)
    return adaptive(shown, Addresses(*light, *night))


def _data(figure: Figure, *, poster: bool) -> tuple[str, str | None]:
    """A figure and its still, if it has one, as addresses."""
    still = data_uri("png", figure.poster()) if poster and figure.moves else None
    return data_uri(figure.format, figure.encoded()), still


def _page(figure: Figure, width: int | None) -> str:
    """A page of its own inside another one, from which it is sealed off.

    It lies over a still, which is all that is left where frames are taken out, as from notebooks that nobody trusts.
    """
    page = escape(figure.encoded().decode())
    wide = f"{width}px" if width else "100%"
    around = f"position: relative; width: {wide}; height: {figure.scene.height + CONTROLS}px"
    style = "position: absolute; inset: 0; width: 100%; height: 100%; border: 0; background: #fff"
    still = image(figure, data_uri("png", figure.poster()), width=width)
    alt = attribute(figure.alt)
    frame = f'<iframe title="{alt}" sandbox="allow-scripts" style="{style}" srcdoc="{page}"></iframe>'
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
