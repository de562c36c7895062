"""A drawing of the flat view: grids in a strip, below them the sum of the step, and below that the keys."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Legend
from conv_anim.scene.layout import Panel, align, animated, column
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.sums import Sum
    from conv_anim.scene.callouts import Key
    from conv_anim.scene.flat.strip import Strip
    from conv_anim.scene.layout import Animated
    from conv_anim.scene.sheets.symbols import TwoSums
    from conv_anim.scene.style import Style

SUM_ROOM = 420
"""Pixels, at scale 1, that a line of a sum may take even if the grids are narrower."""


@dataclass(frozen=True)
class StripLayout:
    """Where things go; ``keys`` are drawn if the grids have labels."""

    strip: Strip
    keys: tuple[Key, ...] = ()

    @property
    def style(self) -> Style:
        """The figure's lengths, colours and fonts."""
        return self.strip.style

    @cached_property
    def legend(self) -> Legend:
        """The keys, as wide as the strip."""
        return Legend(self.style, self.keys if self.strip.labelled else (), self.strip.width)

    @property
    def sum_room(self) -> float:
        """Room for the sum, in pixels."""
        room = SUM_ROOM * self.style.scale
        return max(self.strip.width, room if self.style.room is None else min(room, self.style.room))

    @property
    def sum_top(self) -> float:
        """Top of the sum of a step, in pixels."""
        return self.strip.bottom + self.style.wide

    def panel(self, view: Animated, *sums: Sum | TwoSums | None) -> Panel:
        """With what the grids hold, room for sums that stand there in turn, and below them the keys.

        So no key is in the way of a result that goes to its cell.
        """
        page = self.strip.page
        made = animated(view, self.strip.width, page.height, baseline=page.baseline, fit=self.strip.numbers.fit)
        written = [each for each in sums if each is not None]
        if written:
            height = self.sum_top + max(each.height for each in written)
            made = align(made, max(each.width for each in written), height)
        if not self.legend.height:
            return made
        gap = self.style.wide if written else self.style.gap
        return replace(column(made, self.legend.panel, gap=gap), baseline=made.baseline)
