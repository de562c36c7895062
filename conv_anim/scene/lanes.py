"""What the channels view draws: for each input channel its map, its kernel, and what they make of each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix, readable
from conv_anim.scene.grid import Numbers
from conv_anim.scene.numbers import Format, Formats, format_for
from conv_anim.scene.steps import Steps
from conv_anim.scene.sums import Sum, Term
from conv_anim.tracing.values import channel_maps

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import LayerTrace, Trace
    from conv_anim.tracing.values import Array

MOST = 5
"""With more channels than this, the first ones, an ellipsis and the last stand for all."""


@dataclass(frozen=True)
class Lane:
    """One input channel on its way: its kernel (None in a pool), and the map that they make."""

    channel: int
    kernel: Array | None
    map: Array


@dataclass(frozen=True)
class Lanes:
    """The channels of a trace of one layer: those of one filter at a time, or all at once where they never meet."""

    trace: Trace
    style: Style

    @property
    def layer(self) -> LayerTrace:
        return self.trace.layers[0]

    @cached_property
    def meet(self) -> bool:
        """False for pools and depthwise layers of one filter a channel: there every channel keeps to itself."""
        op = self.layer.operator
        return self.layer.kernels is not None and not (1 < op.in_channels == op.groups == op.out_channels)

    @cached_property
    def of(self) -> Callable[[int], list[Lane]]:
        """The lanes that make an output channel; where channels never meet, those of all."""
        return lru_cache(maxsize=4)(self._of)

    def _of(self, channel: int) -> list[Lane]:
        layer = self.layer
        if layer.kernels is None:
            return [Lane(c, None, layer.output[c]) for c in range(layer.operator.in_channels)]
        if not self.meet:
            return [Lane(c, kernels[0], layer.output[c]) for c, kernels in enumerate(layer.kernels)]
        seen = layer.operator.seen_by(channel)
        maps = channel_maps(layer.operator, layer.input[seen.start : seen.stop], layer.kernels[channel])
        return [Lane(c, layer.kernels[channel, k], maps[k]) for k, c in enumerate(seen)]

    @cached_property
    def shown(self) -> list[int | None]:
        """Which of the lanes are drawn; None for the ones left out."""
        count = len(self.of(0))
        return list(range(count)) if count <= MOST else [*range(MOST - 2), None, count - 1]

    @cached_property
    def steps(self) -> Steps:
        op = self.layer.operator
        return Steps((op.out_channels if self.meet else 1, *op.out_size), self.trace.spec.animation)

    # numbers

    @cached_property
    def formats(self) -> Formats:
        return Formats.of(self.layer)

    @cached_property
    def maps(self) -> list[Array]:
        filters = self.layer.operator.out_channels if self.meet else 1
        return [lane.map for channel in range(filters) for lane in self.of(channel)]

    @cached_property
    def map_format(self) -> Format:
        return format_for(self.layer.output, *self.maps)

    @cached_property
    def numbers(self) -> Numbers:
        """Cells that hold every number of the figure."""
        formats, layer = self.formats, self.layer
        texts = {formats.x(v) for v in layer.input.ravel().tolist()}
        if layer.kernels is not None:
            texts |= {formats.w(v) for v in layer.kernels.ravel().tolist()}
        texts |= {self.map_format(v) for a in (*self.maps, layer.output) for v in a.ravel().tolist()}
        return Numbers.fitting(self.style, self.style.small_cell, texts, self.style.number_size * 0.9)

    # colours

    def color(self, channel: int) -> str:
        colors = self.style.colors
        return colors.channels[channel % len(colors.channels)] if colors.channels else colors.input

    def kernel_color(self, channel: int) -> str:
        return mix(self.style.colors.background, self.color(channel), 0.5)

    def map_color(self, channel: int) -> str:
        return mix(self.style.colors.background, self.color(channel), 0.75)

    def current(self, fill: str) -> str:
        """A cell that is being computed."""
        return mix(fill, self.style.colors.current, self.style.theme.overlay)

    @property
    def quiet(self) -> str:
        return readable(self.style.colors.background, self.style.colors.muted, self.style.colors.ink)

    # the sum over the channels

    @cached_property
    def bias_text(self) -> str:
        """The bias as it is written in every sum, with room for the widest; empty without one."""
        bias = self.layer.bias
        return "" if bias is None else max((f" + {format_for(bias).factor(b)}" for b in bias.tolist()), key=len)

    def bias_of(self, channel: int) -> str:
        bias = self.layer.bias
        return "" if bias is None else f" + {format_for(bias).factor(bias[channel].item())}"

    def sum(self, room: float) -> Sum:
        style, size = self.style, self.style.label_size
        slot = max(style.width(self.map_format.factor(v), size=size) for a in self.maps for v in (a.min(), a.max()))
        ends = (self.layer.output.min(), self.layer.output.max())
        result = max(style.width(f"= {self.map_format(v)}", size=size, bold=True) for v in ends)
        count = len(self.of(0))
        return Sum(style, count, 1, slot, " + ", "", f"{self.bias_text} ", result, room)

    def written(self, room: Sum, cell: tuple[int, ...], *, x: float, y: float) -> list[Primitive]:
        """The numbers of all maps at a cell, added up."""
        position = cell[1:]
        values = [lane.map[position].item() for lane in self.of(cell[0])]
        terms = [Term(self.map_format.factor(v), idle=v == 0) for v in values]
        color = readable(self.style.colors.background, self.style.colors.current, self.style.colors.ink)
        equals = "=" if self.map_format.exact else "≈"
        result = f"{equals} {self.map_format(self.layer.output[cell].item())}"
        return replace(room, closing=f"{self.bias_of(cell[0])} ").at(x, y, terms, result, color)
