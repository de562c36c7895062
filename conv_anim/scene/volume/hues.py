"""The colours of the volume view: a map's slices by group where there are groups, by channel where they are few."""

from __future__ import annotations

from functools import cache, cached_property
from math import atan2, cos, sin
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.sheets.tints import GREY, Hue
from conv_anim.scene.volume.space import deep
from conv_anim.tracing.gathers import Gather
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.scene.volume.oblique import Fill
    from conv_anim.spec.themes import Colors
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import LayerTrace, Trace


@dataclass(frozen=True)
class Hues:
    """Maps are counted from 0, the input. A map's channel keeps the colour of what it is made of, if that is one."""

    trace: Trace
    colors: Colors

    def of_map(self, number: int) -> Fill:
        """The colours of a map's slices."""
        share = number / len(self.trace.layers)
        plain = mix(self.colors.input, self.colors.output, share)
        return lambda place: self._own(number)(place) or plain

    def of_filters(self, number: int) -> Fill:
        """The kernels that meet a map's channels: in a paler shade of theirs."""

        def kernel(channel: int) -> str:
            own = self._own(number)(channel)
            return self.colors.kernel if own is None else mix(self.colors.background, own, 0.5)

        return kernel

    @cached_property
    def _own(self) -> Callable[[int], Callable[[int], str | None]]:
        return cache(lambda number: cache(lambda channel: self._color(number, channel)))

    def _color(self, number: int, channel: int) -> str | None:
        """The colour that tells a channel from others of its map, if it has one."""
        layers = self.trace.layers
        if not self.colors.channels or deep(self.trace.layer.means):
            return None
        if number > 0:
            inherited = {self._own(number - 1)(source) for source in sources(layers[number - 1].means, channel)}
            own = inherited.pop() if len(inherited) == 1 else None
            if own is not None:
                return own
        return None if number == len(layers) else self._apart(layers[number], channel)

    def _apart(self, reads: LayerTrace, channel: int) -> str | None:
        """By group where a layer reads a map in groups, by channel where there are few."""
        channels, groups = reads.means.in_channels, groups_of(reads)
        if groups > 1:
            return told_apart(self.colors, channel // (channels // groups))
        return self.colors.channels[channel] if 1 < channels <= len(self.colors.channels) else None


def groups_of(reads: LayerTrace) -> int:
    """How many groups of channels do not meet, or are dealt out."""
    if reads.layer.dealt is not None:
        return reads.layer.dealt
    return reads.means.in_channels if isinstance(reads.means, Gather) else reads.means.groups


def sources(means: Operator | Gather, channel: int) -> list[int]:
    """The input channels that an output channel is made of."""
    if not isinstance(means, Gather):
        return list(means.seen_by(channel))
    first = (0,) * len(means.out_size)
    return [share.cell[0] for share in means.shares((channel, *first)) if share.cell is not None]


def told_apart(colors: Colors, number: int) -> str:
    """The colour of one of many channels or groups: a theme's own in turn, and once they are used up those between."""
    own = colors.channels
    if not own:
        return colors.input
    turn, place = divmod(number, len(own))
    if turn % 2 == 0 or len(own) == 1:
        return own[place]
    if place == 0 and Hue.of(own[0]).chroma < GREY:
        return beyond(own[0], own[-1])
    return between(own[place - 1], own[place])


def between(one: str, other: str) -> str:
    """The colour whose hue lies in the middle of two, on the shorter way round."""
    a, b = Hue.of(one), Hue.of(other)
    angle = atan2(sin(a.angle) + sin(b.angle), cos(a.angle) + cos(b.angle))
    return Hue((a.lightness + b.lightness) / 2, (a.chroma + b.chroma) / 2, angle).shown()


def beyond(first: str, last: str) -> str:
    """A grey after the last one: greys do not come round to the first again."""
    start, end = Hue.of(first).lightness, Hue.of(last).lightness
    return Hue(end + (end - start) / 4, 0.0, 0.0).shown()


def strengthened(colors: Colors, color: str) -> str:
    """A colour for a line: away from the background, and with more of its hue."""
    hue, ink = Hue.of(color), Hue.of(colors.ink)
    return Hue(hue.lightness + 0.35 * (ink.lightness - hue.lightness), 1.7 * hue.chroma, hue.angle).shown()
