"""What a figure is in a Sphinx document, and how it is written as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from conv_anim.embed.html import unseen

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator


class placeholder(nodes.General, nodes.Element):  # noqa: N801  # docutils writes nodes so
    """Where a figure goes: its spec, and how it is shown."""


class picture(nodes.General, nodes.Element):  # noqa: N801
    """An image with those that stand in for it."""


class source_image(nodes.image):  # noqa: N801
    """One that stands in for it; its ``media`` says for whom."""


class paper_image(nodes.General, nodes.Element):  # noqa: N801
    """One that is for paper alone."""


def open_picture(translator: HTML5Translator, _node: picture) -> None:
    """The start of a picture."""
    translator.body.append("<picture>")


def close_picture(translator: HTML5Translator, _node: picture) -> None:
    """Its end."""
    translator.body.append("</picture>")


def write_source(translator: HTML5Translator, node: source_image) -> None:
    """A source of a picture, for the readers that a media query names."""
    media = node["media"]
    translator.body.append(f'<source media="{media}" srcset="{_address(translator, node)}" />')
    raise nodes.SkipNode


def write_paper(translator: HTML5Translator, node: paper_image) -> None:
    """An image that only paper shows."""
    translator.body.append(unseen(_address(translator, node)))
    raise nodes.SkipNode


def _address(translator: HTML5Translator, node: nodes.Element) -> str:
    from urllib.parse import quote

    builder = translator.builder
    return f"{builder.imgpath}/{quote(builder.images[node['uri']])}"
