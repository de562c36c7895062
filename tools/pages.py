"""The pages of docs/ that are made: the gallery and the references whole, in other pages the marked blocks; the schema.

    python tools/pages.py            brings them up to date
    python tools/pages.py --check    writes nothing; fails if a page would change

What stands between ``<!-- explain: NAME -->``, with the name of a template, and ``<!-- end -->`` is made anew: what
``conv-anim explain`` says. Pages in another language end in its name, as in ``convolutions.zh-TW.md``. Figures are left
to ``conv-anim embed``; the gallery's have their places here. ``<!-- formats -->`` begins the table of formats.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import cache
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING

import commands  # these two are beside this script
import reference

from conv_anim import catalog, explain, pipeline
from conv_anim.export import files
from conv_anim.spec.formats import FORMATS, LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.catalog import Template
    from conv_anim.spec.model import Lang, Spec

ROOT = Path(__file__).resolve().parent.parent
DOCS, OUTPUT = ROOT / "docs", ROOT / "output"
EXPLAINED = re.compile(r"<!-- explain: ([\w-]+) -->\n.*?<!-- end -->", re.DOTALL)
TABLED = re.compile(r"<!-- formats -->\n.*?<!-- end -->", re.DOTALL)
FIGURE = re.compile(r"(<!-- conv-anim: .*? -->\n)(.*?)<!-- /conv-anim -->", re.DOTALL)
LANGS: tuple[Lang, ...] = ("en", "zh-TW")
TOPICS = {
    "": "The figures of the introduction",
    "flip": "Convolution and cross-correlation",
    "transposed": "Transposed convolution",
    "padding": "Padding",
    "pooling": "Pooling and unpooling",
    "upsampling": "Upsampling",
    "channels": "Channels and groups",
    "separable": "Separable convolutions",
    "volume": "Boxes of channels, and 3-D",
    "sequence": "Sequences",
    "receptive_field": "Receptive fields",
    "isometric": "Slanted planes, with numbers and marks",
    "unfold": "Unfold and fold",
    "networks": "What makes a network",
    "gradients": "Gradients",
    "attention": "Attention as a window",
    "streaming": "Sequences that arrive piece by piece",
    "computed": "How it is computed",
    "deformable": "Windows that bend",
    "masked": "Masks",
    "sparse": "Cells that are not there",
    "architectures": "Whole networks",
    "side_by_side": "Figures side by side",
    "pictures": "Pictures",
    "symbols": "Symbols and shades",
    "sliders": "To move the sliders of",
    "conv_arithmetic": "conv_arithmetic's animations",
}


@cache
def known() -> dict[str, Template]:
    return {template.name: template for template in catalog.templates()}


def spec_of(template: Template, lang: Lang) -> Spec:
    return replace(pipeline.load(template.path), lang=lang)


def figure(template: Template, page: Path) -> str:
    """A block for the figure of a template, without what fills it."""
    spec, output = (relpath(path, page.parent) for path in (template.path, OUTPUT / template.topic))
    return f"<!-- conv-anim: {spec} output={output} still=false spec=details -->\n<!-- /conv-anim -->"


def explained(name: str, lang: Lang) -> str:
    return f"```\n{explain.text(spec_of(known()[name], lang)).rstrip()}\n```\n"


def filled(text: str, page: Path) -> str:
    """A page with what is explained in it made anew."""
    lang = next((lang for lang in LANGS if page.stem.endswith(f".{lang}")), "en")
    text = TABLED.sub(lambda _: f"<!-- formats -->\n\n{table()}\n<!-- end -->", text)
    return EXPLAINED.sub(
        lambda match: f"<!-- explain: {match[1]} -->\n\n{explained(match[1], lang)}\n<!-- end -->", text
    )


def table() -> str:
    """The formats: what each is for and why, and what it can do."""
    rows = ["| for | take | it shows | as | because |", "|---|---|---|---|---|"]
    for format_ in FORMATS.own.values():
        shows, drawn = "every step" if format_.all_frames else "one step", "vectors" if format_.vectors else "pixels"
        rows.append(f"| {format_.use} | `.{format_.name}` | {shows} | {drawn} | {format_.why} |")
    others = [name for name in FORMATS.own if FORMATS[name].layouts]
    for layout, lie in LAYOUTS.items():
        names = ", ".join(f"`.{layout}.{name}`" for name in others)
        rows.append(f"| a paper, a slide | {names} | several steps | as the suffix says | they lie {lie} |")
    return "\n".join(rows) + "\n"


def kept(text: str, page: Path) -> str:
    """A text with the figures that the page has in its blocks already."""
    before = dict(FIGURE.findall(page.read_text(encoding="utf-8"))) if page.is_file() else {}
    return FIGURE.sub(lambda match: f"{match[1]}{before.get(match[1], '')}<!-- /conv-anim -->", text)


def gallery(page: Path) -> str:
    """All templates, topic by topic."""
    parts = [
        "# Gallery\n",
        "Every figure here is drawn from the spec below it. `conv-anim new NAME` copies one to begin with.",
    ]
    topics: dict[str, list[Template]] = {}
    for template in known().values():
        topics.setdefault(template.topic, []).append(template)
    for topic in sorted(topics, key=lambda topic: [*TOPICS, topic].index(topic)):
        parts.append(f"\n## {TOPICS.get(topic, topic)}")
        parts += [f"\n### {t.title}\n\n{figure(t, page)}" for t in topics[topic]]
    return kept("\n".join(parts) + "\n", page)


def pages() -> Iterator[tuple[Path, str]]:
    """Every page, and the schema that the templates name, with what it has to be."""
    made = DOCS / "gallery.md"
    yield made, gallery(made)
    yield DOCS / "spec.md", reference.text()
    yield DOCS / "commands.md", commands.text()
    yield ROOT / "templates" / catalog.SCHEMA, catalog.schema_text()
    for page in sorted(set(DOCS.glob("*.md")) - {made, DOCS / "spec.md", DOCS / "commands.md"}):
        yield page, filled(page.read_text(encoding="utf-8"), page)


def main(*, check: bool) -> int:
    stale = [(page, text) for page, text in pages() if not page.is_file() or page.read_text(encoding="utf-8") != text]
    for page, text in stale:
        sys.stdout.write(f"changed: {page.relative_to(ROOT)}\n")
        if not check:
            files.write(page, text.encode())
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
