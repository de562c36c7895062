"""Which input channels meet which kernels in a layer, the maps that they make, and how their numbers are written."""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import prod
from typing import TYPE_CHECKING, Literal

import numpy as np

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import Format, agrees, enough, format_for, plane
from conv_anim.scene.arithmetic.shares import Shares, shares
from conv_anim.scene.beginning import beginning
from conv_anim.scene.flat.fitted import Fitted
from conv_anim.scene.hit_regions import Turn
from conv_anim.scene.sheets.sheet import Sheet, two
from conv_anim.scene.steps import Steps
from conv_anim.tracing.gathers import Gather
from conv_anim.tracing.values import channel_maps
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.scene.sheets.cells import Position
    from conv_anim.tracing.values import Array


MOST_SHARED = 400
"""Outputs of a map whose shares are written."""


@dataclass(frozen=True)
class ChannelRow:
    """One input channel on its way to an output: its kernel (None in a pool), and the map that they make."""

    channel: int
    output: int
    kernel: Array | None
    map: Array


@dataclass(frozen=True)
class LayerRows(Fitted):
    """The channels of a trace of one layer: those of one filter at a time, or all together where they never meet."""

    @property
    def made_of(self) -> Literal["maps", "products"]:
        """What is added up over the channels: sums of products, or of a kernel of one cell a product each."""
        window = self.layer.layer.window
        return "products" if window is not None and prod(window.kernel_size) == 1 else "maps"

    @property
    def out_channels(self) -> int:
        """How many maps the layer makes."""
        return self.layer.means.out_channels

    @cached_property
    def groups(self) -> int:
        """A layer without a window keeps all channels apart."""
        means = self.layer.means
        return means.in_channels if isinstance(means, Gather) else means.groups

    @cached_property
    def seen(self) -> int:
        """How many channels an output is made of."""
        return self.layer.means.in_channels // self.groups

    @cached_property
    def meet(self) -> bool:
        """False where every output is made of one channel: there is nothing to add up."""
        return self.seen > 1

    @cached_property
    def of(self) -> Callable[[int], list[ChannelRow]]:
        """The rows that make an output channel; where channels never meet, those of all."""
        return lru_cache(maxsize=64)(self._of)

    def _of(self, channel: int) -> list[ChannelRow]:
        layer, each = self.layer, self.out_channels // self.groups
        if layer.kernels is None:
            return [ChannelRow(c, c, None, layer.output[c]) for c in range(self.out_channels)]
        if not self.meet:
            return [ChannelRow(c // each, c, kernels[0], layer.output[c]) for c, kernels in enumerate(layer.kernels)]
        seen = layer.operator.seen_by(channel)
        maps = channel_maps(layer.operator, layer.input[seen.start : seen.stop], layer.kernels[channel])
        return [ChannelRow(c, channel, layer.kernels[channel, k], maps[k]) for k, c in enumerate(seen)]

    @cached_property
    def steps(self) -> Steps:
        """The steps of the animation, in its order."""
        filters = self.out_channels if self.meet else 1
        animation = self.trace.spec.animation
        shape, first = (filters, *self.layer.means.out_size), beginning(self.layer, animation)
        return Steps(shape, animation, ahead=True, first=first)

    def turn(self, k: int) -> Turn:
        """What a step makes: where channels never meet, a cell of all of them."""
        channel, *position = self.steps.cell(k)
        return Turn(1, (channel if self.meet else None, *position))

    @property
    def reverse(self) -> bool:
        """Whether the last filter comes first."""
        return self.trace.spec.animation.order == "reverse"

    def is_done(self, output: int, working: int) -> bool:
        """Whether an output's filter has had its turn before another's."""
        return output > working if self.reverse else output < working

    # the input maps

    @cached_property
    def sheet(self) -> Sheet:
        """The input with its border, as the window meets it."""
        means = self.layer.means
        if not isinstance(means, Gather):
            return Sheet.read_by(means)
        rows, columns = plane(self.layer.input[0]).shape
        return Sheet.bare(rows, columns)

    def cells_read(self, channel_row: ChannelRow, position: tuple[int, ...]) -> list[Position]:
        """The cells of a channel row's input map that a cell of its output is made of."""
        if isinstance(self.layer.means, Gather):
            return [two(tap.canvas) for tap in self.layer.step((channel_row.output, *position)).taps]
        (row, column), sheet = two(position), self.sheet
        return [(r, c) for r in sheet.rows.covered([row]) for c in sheet.columns.covered([column])]

    # numbers

    @cached_property
    def formats(self) -> Formats:
        """How its numbers are written."""
        layer = self.layer
        if not isinstance(layer.means, Gather):
            return Formats.of(layer)
        x = format_for(layer.input)
        return Formats(x, x, format_for(layer.output), x(0))

    @cached_property
    def shares(self) -> dict[Position, Shares]:
        """The shares of an interpolation, the same in every channel, by an output's row and column; else none."""
        interpolation = self.layer.layer.interpolation
        if interpolation is None or interpolation.mode == "nearest" or self.layer.output[0].size > MOST_SHARED:
            return {}
        steps = [self.layer.step((0, *map(int, place))) for place in np.ndindex(self.layer.output[0].shape)]
        return shares({two(step.output[1:]): [tap.w or 0.0 for tap in step.taps] for step in steps})

    @cached_property
    def maps(self) -> list[Array]:
        """The map that each input channel makes, of every filter that is shown."""
        filters = self.out_channels if self.meet else 1
        return [channel_row.map for channel in range(filters) for channel_row in self.of(channel)]

    @cached_property
    def map_format(self) -> Format:
        """Of the channels' maps: with so many digits that what is written adds up to the output as it is written."""
        found = format_for(*self.maps) if self.meet else format_for(self.layer.output, *self.maps)
        return found.finer(enough(lambda more: self._adds_up(found.finer(more)))) if self.meet else found

    @cached_property
    def output_format(self) -> Format:
        """How the output's numbers are written, or a single channel's."""
        return format_for(self.layer.output) if self.meet else self.map_format

    @cached_property
    def bias_format(self) -> Format | None:
        """How biases are written: never with fewer decimals than the output. None without a bias."""
        if self.layer.bias is None:
            return None
        found = format_for(self.layer.bias)
        return found if found.digits else replace(found, decimals=max(found.decimals, self.output_format.decimals))

    def _adds_up(self, fmt: Format) -> bool:
        """Whether the maps, written like this, add up to the output with the bias."""
        bias = self.bias_format
        added = None if bias is None or self.layer.bias is None else bias.shown(self.layer.bias)
        for channel, made in enumerate(self.layer.output):
            total = sum((fmt.shown(channel_row.map) for channel_row in self.of(channel)), np.zeros(made.shape))
            if not agrees(self.output_format, made, total if added is None else total + added[channel]):
                return False
        return True
