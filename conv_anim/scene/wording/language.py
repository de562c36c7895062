"""What a figure says, in a reader's language: one table of phrases each, with the same keys and the same blanks.

A phrase is a format string: ``say("border", cells=2)`` fills ``"border {cells}"``. `words`, `captions`, `formulas` and
the views decide what is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.wording.phrases import en, page, zh_tw
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.spec.model import Lang
    from conv_anim.spec.op_words import OpWords

TABLES: Mapping[Lang, Mapping[str, str]] = {"en": en.PHRASES, "zh-TW": zh_tw.PHRASES}
TOLD: Mapping[Lang, Mapping[str, str]] = {"en": page.EN, "zh-TW": page.ZH_TW}
"""What is said beside a figure, not in it."""


@dataclass(frozen=True, slots=True)
class Language:
    """Says things in a language."""

    lang: Lang

    def __call__(self, key: str, **blanks: object) -> str:
        """A phrase with its blanks filled. Raises KeyError for one that is in no table."""
        return TABLES[self.lang][key].format_map(blanks)

    def of(self, op: OpWords, key: str, **blanks: object) -> str:
        """A phrase of an op's own; in English if it has none in this language."""
        words = {**op.WORDS["en"], **op.WORDS.get(self.lang, {})}
        return words[key].format_map(blanks)

    def told(self, key: str, **blanks: object) -> str:
        """The same of what is said beside a figure."""
        return TOLD[self.lang][key].format_map(blanks)

    def joined(self, parts: Iterable[str]) -> str:
        """The parts of a line, with commas between those that are not empty."""
        return self("comma").join(filter(None, parts))

    def listed(self, items: Iterable[object]) -> str:
        """``1, 2 and 4``."""
        *some, last = map(str, items)
        return self("and", some=self("enumeration").join(some), last=last) if some else last

    def sentence(self, text: str) -> str:
        """The text as it begins a line."""
        return text[:1].upper() + text[1:]
