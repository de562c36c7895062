"""What a figure is about, above it: its title, and its point in a sentence; and below it what words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.layout import EMPTY, column, pad
from conv_anim.scene.text_panels import paragraph, written
from conv_anim.scene.wording.takeaways import takeaway
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Text
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Spec

TITLE = 18
"""Pixels, at scale 1, of the em of a title."""
LEADING = 1.35
"""From line to line, in ems."""
BOLDER = 1.1
"""How much wider than others a line may be that is bold."""


def headed(spec: Spec, style: Style, width: float) -> Panel:
    """The title in bold, and the takeaway below it, in lines that are no wider."""
    title = EMPTY if spec.title is None else _lines(spec.title, style, style.em(TITLE), width, bold=True)
    return column(title, pointed(spec, style, width), gap=style.half)


def pointed(spec: Spec, style: Style, width: float) -> Panel:
    """The takeaway, if requested."""
    said = takeaway(spec) if spec.takeaway is True else spec.takeaway or ""
    return _lines(said, style, style.label_size, width, bold=False) if said else EMPTY


def explained(lines: Sequence[str], style: Style, width: float) -> Panel:
    """Lines ``word: what it means``, with the word in bold, below each other and no wider."""
    items: list[Text] = []
    rows, wide, leading = 0, 0.0, LEADING * style.small_size
    for line in lines:
        word = word_of(line)
        for part in style.wrapped(line, size=style.small_size, width=width / BOLDER, head=len(word)):
            made = _row(part, word, style, rows * leading)
            items, rows = [*items, *made], rows + 1
            wide = max(wide, *(one.x + style.width(one.text, size=one.size, bold=one.bold) for one in made))
    if not items:
        return EMPTY
    return pad(written(tuple(items), wide, rows * leading, baseline=0.0), bottom=style.close)


def word_of(line: str) -> str:
    """The word that a line is about, with what stands behind it."""
    return next((line.partition(sign)[0] + sign for sign in (": ", "：") if sign in line), "")


def _row(part: str, word: str, style: Style, y: float) -> list[Text]:
    """One row of a line: of the first one the word is bold."""
    size, ink = style.small_size, style.label_ink
    if not word or not part.startswith(word):
        return [style.text(0, y, part, size=size, color=ink)]
    first = style.text(0, y, word.rstrip(), size=size, color=style.text_ink, bold=True)
    x = style.width(first.text, size=size, bold=True) + (size / 3 if word.endswith(" ") else 0.0)
    return [first, style.text(x, y, part[len(word) :], size=size, color=ink)]


def _lines(text: str, style: Style, size: float, width: float, *, bold: bool) -> Panel:
    room = width / BOLDER if bold else width
    parts = [part for part in text.split("\n") if part.strip()] or [text]
    lines = [line for part in parts for line in style.wrapped(part, size=size, width=room)]
    leading = LEADING * size
    made = paragraph(lines, style, size=size, leading=leading, color=style.text_ink, bold=bold)
    return replace(made, height=(len(lines) - 1) * leading + size)
