"""A spec's own words as they are drawn, and the characters in them that no font has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.painting.fonts import GlyphError
    from conv_anim.spec.model import Spec


def words(spec: Spec) -> str:
    """What is drawn of a spec's own words."""
    return "".join(said for said in _written(spec) if isinstance(said, str))


def _written(spec: Spec) -> Iterator[str | bool | None]:
    yield from (spec.title, spec.takeaway, spec.formula, spec.caption)
    for one in spec.figures:
        labels = one.labels
        yield from () if labels is None else (labels.input, labels.kernel, labels.output)
        yield from (one.title, one.formula, one.caption) if spec.panels else ()


def missing(spec: Spec, first: GlyphError) -> SpecError:
    """The error for a spec with characters that no font has: it names all of them."""
    found = dict.fromkeys((first, *_missing(spec)))
    return SpecError(Problem(Code.GLYPH, str(e), e.character, hint=_glyph_hint(e)) for e in found)


def _missing(spec: Spec) -> Iterator[GlyphError]:
    from conv_anim.painting.fonts import GlyphError, Measures

    letters = Measures(spec.theme.font_files)
    for character in dict.fromkeys(words(spec)):
        try:
            letters.width(character, size=1.0)
        except GlyphError as error:
            yield error


def _glyph_hint(error: GlyphError) -> str:
    """How to get a font, or around it."""
    if not error.chinese:
        return "use other characters, or a font that has them: theme: {font: …}"
    return "install Noto Sans TC (apt install fonts-noto-cjk, or from fonts.google.com), or use other words"
