"""The site of the documentation, which `make docs` builds.

Its source is the whole repository, and it has the repository's folders, so that a link means the same here and there: a
page is plain Markdown that reads as well where it lies. The lists of ``index.md`` are the navigation.
"""

from __future__ import annotations

import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from docutils import nodes
from PIL import Image

import conv_anim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

import site_gallery  # noqa: E402  # it lies there

project = "conv-anim"
author = "the conv-anim authors"
release = conv_anim.__version__
extensions = ["myst_parser"]

root_doc = "docs/index"
include_patterns = ["docs/**.md", "ARCHITECTURE.md", "CHANGELOG.md", "SECURITY.md"]
exclude_patterns = [".*", "build", "dist", "conv_anim", "output", "templates", "tests", "bench", "tools"]
highlight_language = "none"
myst_heading_anchors = 4
nitpicky = True

html_theme = "furo"
html_title = "conv-anim"
html_static_path = ["_static"]
templates_path = ["_templates"]
html_css_files = ["site.css"]
html_js_files = [("gallery.js", {"defer": "defer"})]
html_favicon = "_static/icon.svg"
html_logo = "_static/icon.svg"
html_additional_pages = {"index": "start.html"}
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_use_index = False
html_scaled_image_link = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#2f6fb7", "color-brand-content": "#2563a8"},
    "dark_css_variables": {"color-brand-primary": "#6bb3f8", "color-brand-content": "#7dbdfa"},
}


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_navigation)
    app.connect("doctree-read", load_when_seen)
    app.connect("html-page-context", say_language)
    app.connect("html-page-context", show_gallery)
    app.connect("html-page-context", share_navigation, priority=400)  # before the theme asks for it
    app.connect("html-page-context", say_levels, priority=900)  # when the theme has made its navigation
    app.connect("html-collect-pages", lambda _app: site_gallery.figures())
    app.connect("build-finished", draw_gallery)
    app.connect("build-finished", copy_what_is_shown)


def add_navigation(_app: Sphinx, page: str, source: list[str]) -> None:
    """The first page's sections, each a list of pages, are the groups of the navigation."""
    if page != root_doc:
        return
    for group in source[0].split("\n## ")[1:]:
        pages = re.findall(r"^- .*?\[[^\]]+\]\(([^):]+)\.md\)", group, re.MULTILINE)
        if pages:
            caption = group.partition("\n")[0]
            source[0] += "\n".join(["\n```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```\n"])


def load_when_seen(_app: Sphinx, tree: nodes.document) -> None:
    """A picture far down a page is not loaded before it is scrolled to; its size keeps the place for it."""
    for image in tree.findall(nodes.image):
        image["loading"] = "lazy"
        path = ROOT / image["uri"]
        if "width" not in image and path.suffix in {".gif", ".png", ".webp"} and path.is_file():
            with Image.open(path) as picture:
                image["width"], image["height"] = map(str, picture.size)
    for html in tree.findall(nodes.raw):
        html[:] = [nodes.Text(html.astext().replace("<img ", '<img loading="lazy" '))]


def say_language(_app: Sphinx, page: str, _template: str, context: dict[str, object], _tree: nodes.document) -> None:
    """A translated page ends in its language, as in ``convolutions.zh-TW``."""
    _, dot, lang = page.rpartition(".")
    if dot:
        context["language"] = lang


def say_levels(_app: Sphinx, _page: str, _template: str, context: dict[str, object], _tree: nodes.document) -> None:
    """Captions of the navigation are headings to Sphinx, without the level that headings have to have."""
    for name, value in context.items():
        if isinstance(value, str) and 'role="heading">' in value:
            context[name] = value.replace('role="heading">', 'role="heading" aria-level="2">')


def show_gallery(_app: Sphinx, page: str, _template: str, context: dict[str, object], _tree: nodes.document) -> None:
    """The gallery is shown as thumbnails."""
    if page == site_gallery.PAGE:
        context["body"] = site_gallery.overview(str(context["body"]))


NAVIGATION: dict[object, object] = {}
"""What the figures' pages have of the lists of pages, by what the theme asks for."""


def share_navigation(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: nodes.document | None
) -> None:
    """The pages of figures are in no list and in one folder: their navigation is the same, and made once."""
    if not page.startswith(f"{site_gallery.FOLDER}/"):
        return
    made = context["toctree"]

    def shared(**asked: object) -> object:
        key = tuple(sorted(asked.items()))
        if key not in NAVIGATION:
            NAVIGATION[key] = made(**asked)
        return NAVIGATION[key]

    context["toctree"] = shared


def draw_gallery(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        site_gallery.write(Path(app.outdir))


def copy_what_is_shown(app: Sphinx, error: Exception | None) -> None:
    """Put what HTML in Markdown shows and links to where it stands in the repository."""
    if error is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for page in site.rglob("*.html"):
        for address in Addresses.of(page):
            target = (page.parent / address).resolve()
            if target.exists() or not target.is_relative_to(site):
                continue
            source = ROOT / target.relative_to(site)
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)


class Addresses(HTMLParser):
    """The local files that a page names."""

    @classmethod
    def of(cls, page: Path) -> Iterator[str]:
        found = cls()
        found.feed(page.read_text(encoding="utf-8"))
        for address in found.addresses:
            url = urlsplit(address)
            if not url.scheme and not url.netloc and url.path:
                yield unquote(url.path)

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value is None:
                continue
            if name in {"src", "href", "poster", "data"}:
                self.addresses.append(value)
            elif name == "srcset":
                self.addresses += [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
