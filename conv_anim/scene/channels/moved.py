"""What the drawings of layers have in common that only move numbers from map to map."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.callouts import Callout
from conv_anim.scene.channels.channel_rows import ChannelRows
from conv_anim.scene.channels.headings import ends
from conv_anim.scene.flat.fitting import contents
from conv_anim.scene.sheets.scales import scale
from conv_anim.scene.wording import words
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.cells import Contents
    from conv_anim.scene.sheets.scales import Scale


@dataclass(frozen=True)
class Moved(ChannelRows):
    """Two columns of maps with labels, whose numbers only move."""

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels over the columns."""
        return [Callout(self.style, label, None) for label in ends(self.trace, self.say)]

    @cached_property
    def there(self) -> Contents:
        """What stands in cells: on either side in the same shades, for the numbers stay the same."""
        return contents(self.mode, self.tones.of_maps[0])

    @property
    def tallest(self) -> int:
        return max(len(plane(values[0])) for values in (self.trace.input, self.trace.made))

    @property
    def width(self) -> float:
        """In pixels."""
        raise NotImplementedError

    @property
    def bottom(self) -> float:
        """Its lower edge, in pixels from the top."""
        raise NotImplementedError

    @property
    def extent(self) -> tuple[float, float]:
        return self.width, self.bottom

    def scales(self) -> list[Scale]:
        """The shades that there are."""
        shades, names = self.there.shades, words.ends_of(self.trace)
        maps = zip(names, (self.trace.input, self.trace.made), strict=True)
        return [] if shades is None else [scale(name, shades, values) for name, values in maps]

    @cached_property
    def top(self) -> int:
        """Top of the maps, below their labels, in pixels."""
        return round(max(sign.height for sign in self.signs) + self.style.far) if self.labelled else 0
