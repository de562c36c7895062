"""The gallery of the built site: thumbnails with filters, and a page for each figure.

``docs/conf.py`` calls this. A figure's page is ``docs/gallery/NAME.html``; the gallery's address holds the filters.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

import pages  # beside this script
from PIL import Image

from conv_anim import catalog, pipeline
from conv_anim.coding.programs import program
from conv_anim.diagnostics import SpecError
from conv_anim.embed.figure import said

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conv_anim.catalog import Template
    from conv_anim.pipeline import Loaded

PAGE, FOLDER = "docs/gallery", "docs/gallery"
WIDTH = 320
"""Of a thumbnail, in pixels."""
PLACE = r'<section id="([^"]+)">\s*(?:<span id="([^"]+)"></span>\s*)?<%s>'
"""Where a heading is, by one or two names."""
ALL = "all"


@dataclass(frozen=True, slots=True)
class Entry:
    """A template with what the gallery says of it."""

    template: Template
    loaded: Loaded

    @property
    def name(self) -> str:
        return self.template.name

    @property
    def picture(self) -> Path:
        """The file in output/."""
        folder = pages.OUTPUT / self.template.topic
        found = sorted(folder.glob(f"{self.name}.*"), key=lambda path: (path.suffix != ".gif", ".still" in path.name))
        return found[0]

    @property
    def topic(self) -> str:
        return pages.TOPICS[self.template.topic]

    @property
    def kinds(self) -> list[str]:
        figures = self.loaded.spec.figures
        return sorted({node.op.type for figure in figures for node in figure.nodes})

    @property
    def views(self) -> list[str]:
        return sorted({figure.view.kind for figure in self.loaded.spec.figures})


@cache
def entries() -> tuple[Entry, ...]:
    """In the order of the Markdown page."""
    order = list(pages.TOPICS)
    found = sorted(catalog.templates(), key=lambda template: order.index(template.topic))
    return tuple(Entry(template, pipeline.loaded(template.path)) for template in found)


# the page of all


def overview(body: str) -> str:
    """The gallery with a thumbnail for each figure; headings keep their places, so that links to them lead there."""
    places, topics = re.findall(PLACE % "h3", body), iter(re.findall(PLACE % "h2", body))
    assert len(places) == len(entries()), f"{len(places)} sections of the Markdown page for {len(entries())} templates"
    parts = ["<h1>Gallery</h1>", filters(), '<p id="gallery-count" role="status"></p>']
    topic = None
    for place, entry in zip(places, entries(), strict=True):
        if entry.topic != topic:
            parts += ["</ul></section>"] if topic else []
            topic = entry.topic
            first, second = next(topics)
            parts.append(f'<section id="{first}">{named(second)}<h2>{escape(topic)}</h2><ul class="gallery">')
        parts.append(card(place, entry))
    return "\n".join([*parts, "</ul></section>"])


def named(place: str) -> str:
    """A further name of a place."""
    return f'<span id="{place}"></span>' if place else ""


def filters() -> str:
    """A choice for each of topic, kind and view."""
    chosen = {
        "topic": [entry.topic for entry in entries()],
        "kind": sorted(kind for entry in entries() for kind in entry.kinds),
        "view": sorted(view for entry in entries() for view in entry.views),
    }
    parts = []
    for name, values in chosen.items():
        options = "".join(f"<option>{escape(value)}</option>" for value in dict.fromkeys(values))
        parts.append(f'<label>{name} <select name="{name}"><option value="">{ALL}</option>{options}</select></label>')
    return f'<form class="gallery-filters" hidden>{"".join(parts)}</form>'


def card(place: tuple[str, str], entry: Entry) -> str:
    told = {"topic": [entry.topic], "kind": entry.kinds, "view": entry.views}
    data = " ".join(f'data-{name}="{escape("|".join(values))}"' for name, values in told.items())
    width, height = thumbnail_size(entry)
    image = f'<img loading="lazy" src="gallery/{entry.name}.webp" alt="" width="{width}" height="{height}" />'
    title = escape(entry.template.title)
    link = f'<a href="gallery/{entry.name}.html">{image}<span>{title}</span></a>'
    return f'<li id="{place[0]}" {data}>{named(place[1])}{link}</li>'


def thumbnail_size(entry: Entry) -> tuple[int, int]:
    with Image.open(entry.picture) as image:
        width = min(WIDTH, image.width)
        return width, max(1, round(image.height * width / image.width))


def thumbnail(entry: Entry, path: Path) -> None:
    """The finished figure, small."""
    with Image.open(entry.picture) as image:
        image.seek(getattr(image, "n_frames", 1) - 1)
        image.convert("RGB").resize(thumbnail_size(entry), Image.Resampling.LANCZOS).save(path, quality=80)


# a page for each


def figures() -> Iterator[tuple[str, dict[str, str], str]]:
    """The pages of all figures, as Sphinx asks for them: address, what is on it, template."""
    around = [None, *entries(), None]
    for (before, entry), (_, after) in zip(pairwise(around[:-1]), pairwise(around[1:]), strict=True):
        assert entry is not None
        links = {name: linked(other) for name, other in (("prev", before), ("next", after)) if other is not None}
        yield f"{FOLDER}/{entry.name}", {"title": entry.template.title, "body": page(entry)} | links, "page.html"


def linked(entry: Entry) -> dict[str, str]:
    return {"link": f"{entry.name}.html", "title": escape(entry.template.title)}


def page(entry: Entry) -> str:
    """The figure, how to have it, and its spec and program to copy."""
    with Image.open(entry.picture) as image:
        size = f'width="{image.width}" height="{image.height}"'
    source = f"../../output/{entry.template.topic}/{entry.picture.name}".replace("//", "/")
    parts = [
        f'<p><a href="../gallery.html">Gallery</a> · {escape(entry.topic)}</p>',
        f"<h1>{escape(entry.template.title)}</h1>",
        f'<p><img loading="lazy" src="{source}" alt="{escape(said(entry.loaded, None))}" {size} /></p>',
    ]
    if entry.loaded.spec.controls:
        parts.append(f'<p><a href="{entry.name}.play.html">Move its sliders</a></p>')
    parts += copied("Play with it", f"conv-anim play --template {entry.name}", "play")
    parts += copied("Take it", f"conv-anim new {entry.name}", "new")
    parts += copied("Spec", entry.template.spec.strip("\n"), "spec")
    with suppress(SpecError):  # some layers have no program
        parts += copied("In PyTorch", program(entry.loaded.spec, "torch").strip("\n"), "code")
    return "\n".join(parts)


def copied(title: str, text: str, place: str) -> list[str]:
    button = f'<button type="button" class="copy" data-copies="{place}" hidden>Copy</button>'
    return [
        f"<h2>{title} {button}</h2>",
        f'<div class="highlight"><pre id="{place}" tabindex="0">{escape(text)}</pre></div>',
    ]


def write(site: Path) -> None:
    """The thumbnails, and the pages with sliders."""
    folder = site / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for entry in entries():
        thumbnail(entry, folder / f"{entry.name}.webp")
        if entry.loaded.spec.controls:
            made = pipeline.drawn_as(entry.loaded.spec, "html")
            (folder / f"{entry.name}.play.html").write_bytes(made)
