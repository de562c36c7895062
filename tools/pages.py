"""The pages of docs/ that are made: the gallery and the reference whole, and in other pages the marked blocks.

    python tools/pages.py            brings them up to date
    python tools/pages.py --check    writes nothing; fails if a page would change

A block begins with ``<!-- figure: NAME -->``, the name of a template, or ``<!-- explain: NAME -->``, and ends with
``<!-- end -->``; what stands between is made anew: the picture with its description and its spec, or what
``conv-anim explain`` says. Pages in another language end in its name, as in ``convolutions.zh-TW.md``.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import cache
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING

import reference  # beside this script

from conv_anim import catalog, explain, pipeline
from conv_anim.export import files
from conv_anim.scene.wording.captions import description

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.catalog import Template
    from conv_anim.spec.model import Lang, Spec

ROOT = Path(__file__).resolve().parent.parent
DOCS, OUTPUT = ROOT / "docs", ROOT / "output"
BLOCK = re.compile(r"<!-- (figure|explain): ([\w-]+) -->\n.*?<!-- end -->", re.DOTALL)
LANGS: tuple[Lang, ...] = ("en", "zh-TW")
SPEC_OF = {"en": "The spec: {}", "zh-TW": "規格：{}"}
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
    "conv_arithmetic": "conv_arithmetic's animations",
}


@cache
def known() -> dict[str, Template]:
    return {template.name: template for template in catalog.templates()}


def spec_of(template: Template, lang: Lang) -> Spec:
    return replace(pipeline.load(template.path), lang=lang)


def pictures(template: Template) -> list[Path]:
    """The files that a template becomes."""
    spec = pipeline.load(template.path)
    names = spec.output or tuple(f"{template.name}.{suffix}" for suffix in pipeline.default_formats(spec))
    return [OUTPUT / template.topic / name for name in names]


def figure(name: str, page: Path, lang: Lang) -> str:
    """A picture with its description, and its spec to unfold."""
    template = known()[name]
    alt = description(spec_of(template, lang)).replace("[", "(").replace("]", ")")
    images = "\n".join(f"![{alt}]({relpath(path, page.parent)})" for path in pictures(template))
    source = relpath(template.path, page.parent)
    said = SPEC_OF[lang].format(f'<a href="{source}">{name}.yaml</a>')
    return f"{images}\n\n<details><summary>{said}</summary>\n\n```yaml\n{template.text.rstrip()}\n```\n\n</details>\n"


def explained(name: str, lang: Lang) -> str:
    return f"```\n{explain.text(spec_of(known()[name], lang)).rstrip()}\n```\n"


def filled(text: str, page: Path) -> str:
    """A page with its blocks made anew."""
    lang = next((lang for lang in LANGS if page.stem.endswith(f".{lang}")), "en")

    def block(match: re.Match[str]) -> str:
        kind, name = match.groups()
        made = figure(name, page, lang) if kind == "figure" else explained(name, lang)
        return f"<!-- {kind}: {name} -->\n\n{made}\n<!-- end -->"

    return BLOCK.sub(block, text)


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
        parts += [f"\n### {t.title}\n\n{figure(t.name, page, 'en').rstrip()}" for t in topics[topic]]
    return "\n".join(parts) + "\n"


def pages() -> Iterator[tuple[Path, str]]:
    """Every page with what it has to be."""
    made = DOCS / "gallery.md"
    yield made, gallery(made)
    yield DOCS / "spec.md", reference.text()
    for page in sorted(set(DOCS.glob("*.md")) - {made, DOCS / "spec.md"}):
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
