"""The rulebook of a sparse convolution: for each weight the pairs of active cells that it joins, by their numbers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.layout import align, anchored, column, over, pad, row, space
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.sheets.symbols import W, symbol
from conv_anim.scene.text_panels import line, written
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Size
    from conv_anim.spec.op import Op
    from conv_anim.spec.shown_as import Sites

    Pair: TypeAlias = tuple[int, int]

MOST_PAIRS, MOST_LINES = 90, 27
"""Pairs, and weights, of a rulebook that is drawn."""
PER_LINE = 6
"""Pairs on a line."""
MOST_LISTED = 16
"""Pairs that are listed: of more, it is said how many each weight joins, and those that make an output are shown."""
NARROWEST = 200
"""Pixels, at scale 1, that what is said of it may take even if its lines are shorter."""


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

    @cached_property
    def panel(self) -> Panel:
        """All lines, quietly, below what they are called; ``TAP: PAIR`` are the anchors where pairs begin."""
        lines = column(*(self._line(tap, pairs) for tap, pairs in self.sites.rulebook.items()))
        name, width = (
            self.say.sentence(self.say.of(self.op, "rulebook")),
            max(lines.width, NARROWEST * self.style.scale),
        )
        told = self.style.wrapped(self.say.of(self.op, "rulebook.detail"), size=self.style.small_size, width=width)
        sign = Callout.of(self.style, name, told, None, ())
        named = written(sign.at(0, 0), sign.width, sign.height)
        return pad(column(named, lines, gap=self.style.close), left=self.left)

    def _line(self, tap: Size, pairs: Sequence[Pair]) -> Panel:
        """A weight, and its pairs or how many there are: those wait behind it, all in one place."""
        name = self._quiet(symbol(W, tap), self._columns[0])
        if not self._is_listed:
            waiting = over(*(self._anchored(tap, pair, space(self._slot)) for pair in pairs))
            return row(name, self._quiet(self._count(len(pairs)), self._columns[1]), waiting, align="start")
        slots = [self._anchored(tap, pair, self._quiet(_said(pair), self._slot)) for pair in pairs]
        found = slots or [self._quiet(self._count(0))]
        lines = (row(*found[k : k + PER_LINE], align="start") for k in range(0, len(found), PER_LINE))
        return row(name, column(*lines), align="start")

    def _quiet(self, text: str, width: float = 0.0) -> Panel:
        """A text in a line, in a box that is no narrower than so wide."""
        told = line(text, self.style, size=self._size, color=self.style.label_ink)
        return align(told, width, 1.65 * self._size, across="start")

    @staticmethod
    def _anchored(tap: Size, pair: Pair, panel: Panel) -> Panel:
        return anchored(panel, **{f"{tap}: {_said(pair)}": (0.0, 0.0)})

    @cached_property
    def _slot(self) -> float:
        """The width of a pair, with what separates it from the next."""
        pairs = {_said(pair) for each in self.sites.rulebook.values() for pair in each}
        return self._widest(pairs, bold=True)

    @cached_property
    def _columns(self) -> tuple[float, float]:
        """How wide the names of weights are, and the numbers of pairs, with what separates them from what follows."""
        names = {symbol(W, tap) for tap in self.sites.rulebook}
        return self._widest(names), self._widest({self._count(len(pairs)) for pairs in self.sites.rulebook.values()})

    def _widest(self, texts: set[str], *, bold: bool = False) -> float:
        return max((self.style.width(text, size=self._size, bold=bold) for text in texts), default=0.0) + self._size

    def _count(self, pairs: int) -> str:
        """How many pairs a weight joins."""
        if not pairs:
            return self.say.of(self.op, "rulebook.none")
        return self.say.of(self.op, "rulebook.pair" if pairs == 1 else "rulebook.pairs", count=pairs)

    def lit(self, made: int) -> list[Primitive]:
        """The pairs that make an output, in place of the quiet ones."""
        there = [
            (_said(pair), *self.panel.anchors[f"{tap}: {_said(pair)}"])
            for tap, pairs in self.sites.rulebook.items()
            for pair in pairs
            if pair[1] == made
        ]
        if not there:
            return []
        high, around = self._size, 0.15 * self._size
        cleared = tuple((x - around, y - 2 * around, self._slot - around, high + 2 * around) for _, x, y in there)
        texts = [self.style.text(x, y, text, size=high, color=self.style.result_ink, bold=True) for text, x, y in there]
        return [Boxes(cleared, self.style.colors.background), *texts]


def _said(pair: Pair) -> str:
    """Counted from 1, as the weights are."""
    return f"{pair[0] + 1}→{pair[1] + 1}"
