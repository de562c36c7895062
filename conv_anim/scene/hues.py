"""The colours of the volume view: a map's slices by group where there are groups, by channel where they are few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.space import deep

if TYPE_CHECKING:
    from conv_anim.scene.oblique import Fill
    from conv_anim.spec.themes import Colors
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import Trace


@dataclass(frozen=True)
class Hues:
    """Maps are counted from 0, the input."""

    trace: Trace
    colors: Colors

    def of_map(self, number: int) -> Fill:
        share = number / len(self.trace.layers)
        plain = mix(self.colors.input, self.colors.output, share)
        return lambda place: self._own(number, place) or plain

    def of_filters(self, number: int) -> Fill:
        """The kernels that meet a map's channels: in a paler shade of theirs."""

        def kernel(channel: int) -> str:
            own = self._own(number, channel)
            return self.colors.kernel if own is None else mix(self.colors.background, own, 0.5)

        return kernel

    def _own(self, number: int, channel: int) -> str | None:
        """The colour that tells a channel from others of its map, if it has one."""
        layers, colors = self.trace.layers, self.colors.channels
        made = layers[number - 1].operator if number > 0 else None
        read = layers[number].operator if number < len(layers) else None
        if not colors or deep(layers[0].operator):
            return None
        if made is not None and made.groups > 1:
            return colors[_group(made, channel, made.out_channels) % len(colors)]
        if read is not None and read.groups > 1:
            return colors[_group(read, channel, read.in_channels) % len(colors)]
        return colors[channel] if read is not None and 1 < read.in_channels <= len(colors) else None


def _group(op: Operator, channel: int, channels: int) -> int:
    return channel // (channels // op.groups)
