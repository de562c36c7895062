"""What the drawings of layers have in common that only move numbers from map to map."""

from __future__ import annotations

from functools import cached_property

from conv_anim.scene.callouts import Callout
from conv_anim.scene.channels.channel_rows import ChannelRows
from conv_anim.scene.channels.headings import ends
from conv_anim.values import dataclass


@dataclass(frozen=True)
class Moved(ChannelRows):
    """Two columns of maps with labels, whose numbers only move."""

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels over the columns."""
        return [Callout(self.style, label, None) for label in ends(self.trace, self.say)]

    @cached_property
    def top(self) -> int:
        """Top of the maps, below their labels, in pixels."""
        return round(max(sign.height for sign in self.signs) + 2.1 * self.style.gap) if self.labelled else 0
