"""The Markdown pages that a command line names, and their texts."""

from __future__ import annotations

import codecs
from io import BytesIO
from os.path import realpath
from typing import TYPE_CHECKING

from conv_anim import inputs, opening
from conv_anim.app import plan
from conv_anim.diagnostics import Code, Source
from conv_anim.limits import USUAL
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from conv_anim.limits import Limits

SUFFIXES = (".md", ".markdown", ".qmd", ".mdx")


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file: its bytes, and the text in them."""

    path: Path
    data: bytes
    source: Source

    @property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if "\r\n" in self.source.text else "\n"

    def with_text(self, text: str) -> bytes:
        """The bytes of the page with another text."""
        return (codecs.BOM_UTF8 if self.data.startswith(codecs.BOM_UTF8) else b"") + text.encode()


def pages(paths: Iterable[Path]) -> list[Path]:
    """The pages at some paths, each once: by its own name rather than a link's, where both are given."""
    found: dict[str, Path] = {}
    for path in listed(paths):
        first = found.setdefault(realpath(path), path)
        if first.is_symlink() and not path.is_symlink():
            found[realpath(path)] = path
    return list(found.values())


def listed(paths: Iterable[Path]) -> Iterator[Path]:
    """The pages at some paths: of a folder all in it and below."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        below = (found for found in path.rglob("*") if found.suffix in SUFFIXES and found.is_file())
        yield from sorted(page for page in below if not plan.hidden(page.relative_to(path)))


def read(path: Path, limits: Limits = USUAL) -> Page:
    """Raises SpecError."""
    try:
        with opening.opened(path) as file:
            data = opening.taken(file, limits.file_size + 1)
    except FileNotFoundError:
        hint = inputs.similar(path, str(path), SUFFIXES, "name a page, or a folder of pages")
        raise inputs.problem(Code.UNREADABLE, "there is no such page", str(path), hint) from None
    except opening.NoFileError as error:
        what, hint = f"this is {error.kind}, not a file", "figures are put into the page itself: name its file"
        raise inputs.problem(Code.UNREADABLE, what, str(path), hint) from None
    except OSError as error:
        raise inputs.problem(Code.UNREADABLE, f"cannot be read: {error.strerror or error}", str(path)) from None
    page = Page(path, data, inputs.decoded(BytesIO(data), str(path), limits, smaller="split the page"))
    if page.with_text(page.source.text) != data:
        raise inputs.problem(Code.ENCODING, "this page is not UTF-8", str(path), "save it as UTF-8")
    return page
