"""The HTML of a figure: an image, in a picture where a poster stands in for readers who asked for less motion."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from os.path import relpath
from typing import TYPE_CHECKING
from urllib.parse import quote

from conv_anim.spec import formats

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from conv_anim.diagnostics import Problem
    from conv_anim.embed.figure import Figure

RESTING = "(prefers-reduced-motion: reduce)"
CONTROLS = 220
"""Pixels that a page has around its figure."""
PROBLEM_STYLE = "white-space: pre-wrap; padding: 0.8em 1em; border-left: 4px solid #c62828; overflow-x: auto"


def attribute(text: str) -> str:
    """Escaped; a table of Markdown would be cut at a bar."""
    return escape(text).replace("|", "&#124;")


def image(figure: Figure, source: str, *, width: int | None = None) -> str:
    """``source`` is an address that needs no more quoting; ``width`` in pixels, the figure's own by default."""
    wide = width or figure.scene.width
    size = f'width="{wide}" height="{figure.height(wide)}"'
    return f'<img src="{source}" alt="{attribute(figure.alt)}" {size}>'


def resting(image_: str, poster: str) -> str:
    """An image with the address of a poster for those who asked for less motion."""
    return f'<picture><source media="{RESTING}" srcset="{poster}">{image_}</picture>'


def self_contained(figure: Figure, *, width: int | None = None, poster: bool = True) -> str:
    """A figure that needs no file. Raises SpecError."""
    if figure.format == "html":
        return _page(figure, width)
    shown = image(figure, data_uri(figure.format, figure.encoded()), width=width)
    return resting(shown, data_uri("png", figure.poster())) if poster and figure.moves else shown


def _page(figure: Figure, width: int | None) -> str:
    """A page of its own inside another one, from which it is sealed off."""
    page = escape(figure.encoded().decode())
    wide = f"{width}px" if width else "100%"
    style = f"width: {wide}; height: {figure.scene.height + CONTROLS}px; border: 0"
    return f'<iframe title="{attribute(figure.alt)}" sandbox="allow-scripts" style="{style}" srcdoc="{page}"></iframe>'


def data_uri(format_: str, data: bytes) -> str:
    """An image as an address that holds all its bytes."""
    return f"data:{formats.of(format_).media};base64,{b64encode(data).decode('ascii')}"


def address(file: Path, page: Path) -> str:
    """How a page links to a file."""
    return quote(relpath(file, page.parent).replace("\\", "/"))


def problems(found: Iterable[Problem]) -> str:
    """A box that shows what is wrong, as text."""
    told = escape("\n\n".join(map(str, found)))
    return f'<pre class="conv-anim-problem" role="alert" style="{PROBLEM_STYLE}">{told}</pre>'
