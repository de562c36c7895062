"""The rulebook of a sparse convolution: for each weight the pairs of active cells that it joins, by their numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.symbols import W, symbol
from conv_anim.scene.wording.words import Label
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.op import Op
    from conv_anim.spec.shown_as import Sites

MOST_PAIRS, MOST_LINES = 90, 27
"""Pairs, and weights, of a rulebook that is drawn."""
PER_LINE = 6
"""Pairs on a line."""
MOST_LISTED = 16
"""Pairs that are listed: of more, it is said how many each weight joins, and those that make an output are shown."""


@dataclass(frozen=True)
class Rulebook:
    """Lines from ``left`` on: a weight, and its pairs as ``0→3``."""

    style: Style
    say: Language
    op: Op
    sites: Sites
    left: float

    @property
    def shown(self) -> bool:
        """Whether there is room for it."""
        pairs = sum(len(each) for each in self.sites.rulebook.values())
        return pairs <= MOST_PAIRS and len(self.sites.rulebook) <= MOST_LINES

    @property
    def _is_listed(self) -> bool:
        """Whether all pairs stand there all the time."""
        return sum(len(each) for each in self.sites.rulebook.values()) <= MOST_LISTED

    @property
    def _size(self) -> float:
        return self.style.em(13)

    @property
    def _leading(self) -> float:
        return 1.65 * self._size

    @cached_property
    def _sign(self) -> Callout:
        label = Label(self.say.sentence(self.say.of(self.op, "rulebook")), self.say.of(self.op, "rulebook.detail"))
        return Callout(self.style, label, None)

    @cached_property
    def _slot(self) -> float:
        """The width of a pair, with what separates it from the next."""
        pairs = [self._pair(pair) for each in self.sites.rulebook.values() for pair in each]
        return max((self.style.width(text, size=self._size, bold=True) for text in pairs), default=0.0) + self._size

    @property
    def _indent(self) -> float:
        names = [symbol(W, tap) for tap in self.sites.rulebook]
        return max(self.style.width(name, size=self._size) for name in names) + self._size

    @staticmethod
    def _pair(pair: tuple[int, int]) -> str:
        return f"{pair[0]}→{pair[1]}"

    @cached_property
    def _placed(self) -> list[tuple[tuple[int, int] | None, str, float, float]]:
        """Each text with its pair, if it is one, and the left end of its top."""
        found: list[tuple[tuple[int, int] | None, str, float, float]] = []
        y = self._sign.height + self.style.close
        for tap, pairs in self.sites.rulebook.items():
            found.append((None, symbol(W, tap), self.left, y))
            if not self._is_listed:
                found.append((None, self._count(len(pairs)), self.left + self._indent, y))
                found += [(pair, self._pair(pair), self.left + self._after_count, y) for pair in pairs]
                y += self._leading
                continue
            for k, pair in enumerate(pairs):
                line, column = divmod(k, PER_LINE)
                x = self.left + self._indent + column * self._slot
                found.append((pair, self._pair(pair), x, y + line * self._leading))
            if not pairs:
                found.append((None, self.say.of(self.op, "rulebook.none"), self.left + self._indent, y))
            y += self._leading * max(1, -(-len(pairs) // PER_LINE))
        return found

    def _count(self, pairs: int) -> str:
        """How many pairs a weight joins."""
        if not pairs:
            return self.say.of(self.op, "rulebook.none")
        return self.say.of(self.op, "rulebook.pair" if pairs == 1 else "rulebook.pairs", count=pairs)

    @property
    def _after_count(self) -> float:
        """Where pairs begin that stand behind their number."""
        counts = {self._count(len(pairs)) for pairs in self.sites.rulebook.values()}
        return self._indent + max(self.style.width(text, size=self._size) for text in counts) + self._size

    @property
    def right(self) -> float:
        """Its right end, in pixels."""
        if not self._is_listed:
            return self.left + max(self._after_count + self._slot, self._sign.width)
        most = max(min(len(pairs), PER_LINE) for pairs in self.sites.rulebook.values())
        return self.left + max(self._indent + most * self._slot, self._sign.width)

    @property
    def bottom(self) -> float:
        """Its lower end, in pixels."""
        return self._placed[-1][3] + self._leading

    def static(self) -> Items:
        """All lines, quietly."""
        there = [each for each in self._placed if self._is_listed or each[0] is None]
        texts = [self.style.text(x, y, text, size=self._size, color=self.style.label_ink) for _, text, x, y in there]
        return (*self._sign.at(self.left, 0), *texts)

    def lit(self, made: int) -> list[Primitive]:
        """The pairs that make an output, in place of the quiet ones."""
        lit = [(text, x, y) for pair, text, x, y in self._placed if pair is not None and pair[1] == made]
        if not lit:
            return []
        high, over = self._size, 0.15 * self._size
        cleared = tuple((x - over, y - 2 * over, self._slot - over, high + 2 * over) for _, x, y in lit)
        texts = [self.style.text(x, y, text, size=high, color=self.style.result_ink, bold=True) for text, x, y in lit]
        return [Boxes(cleared, self.style.colors.background), *texts]
