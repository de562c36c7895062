"""A drawing of the flat view: grids in a strip, keys below them, and below those the sum of the step."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Legend
from conv_anim.scene.layout import Panel, align, animated
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.callouts import Key
    from conv_anim.scene.flat.strip import Strip
    from conv_anim.scene.layout import Animated
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.sums import Sum
    from conv_anim.scene.symbols import TwoSums

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
    def legend_top(self) -> float:
        """Where the keys begin, if there are any, in pixels."""
        return self.strip.bottom + self.style.gap

    @property
    def foot(self) -> float:
        """Where grids and keys end."""
        return self.legend_top + self.legend.height if self.legend.height else self.strip.bottom

    @property
    def sum_room(self) -> float:
        """Room for the sum, in pixels."""
        room = SUM_ROOM * self.style.scale
        return max(self.strip.width, room if self.style.room is None else min(room, self.style.room))

    @property
    def sum_top(self) -> float:
        """Top of the sum of a step, in pixels."""
        return self.foot + self.style.wide

    def static(self) -> list[Primitive]:
        """Signs, labels and keys."""
        return [*self.strip.static(), *self.legend.at(0, self.legend_top)]

    def panel(self, view: Animated, *sums: Sum | TwoSums | None) -> Panel:
        """With what the grids hold, and room for sums that stand there in turn."""
        width = max(self.strip.width, self.legend.width)
        made = animated(view, width, self.foot, baseline=self.strip.middle, fit=self.strip.numbers.fit)
        written = [each for each in sums if each is not None]
        if not written:
            return made
        height = self.sum_top + max(each.height for each in written)
        return align(made, max(each.width for each in written), height)
