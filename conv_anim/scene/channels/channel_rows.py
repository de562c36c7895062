"""What the channels view draws: for each input channel its map, its kernels, and what they make of each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.channels.tally import Tally
from conv_anim.scene.color import mix
from conv_anim.scene.grid import Numbers
from conv_anim.scene.hit_regions import Turn
from conv_anim.scene.numbers import MINUS, Format, Formats, format_for, plane
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.sheet import Sheet, two
from conv_anim.scene.steps import Steps
from conv_anim.scene.traced import Traced
from conv_anim.scene.volume.hues import told_apart
from conv_anim.tracing.gathers import Gather
from conv_anim.tracing.values import channel_maps

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.scene.grid import Grid, Position
    from conv_anim.scene.primitives import Primitive
    from conv_anim.tracing.values import Array

FAINT = 0.35
"""How much of its colour a channel keeps while it takes no part."""


@dataclass(frozen=True)
class ChannelRow:
    """One input channel on its way to an output: its kernel (None in a pool), and the map that they make."""

    channel: int
    output: int
    kernel: Array | None
    map: Array


@dataclass(frozen=True)
class ChannelRows(Traced):
    """The channels of a trace of one layer: those of one filter at a time, or all at once where they never meet."""

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
        return Steps((self.out_channels if self.meet else 1, *self.layer.means.out_size), self.trace.spec.animation)

    def turn(self, k: int) -> Turn:
        """What a step makes: where channels never meet, a cell of all of them."""
        channel, *position = self.steps.cell(k)
        return Turn(1, (channel if self.meet else None, *position))

    def is_done(self, output: int, working: int) -> bool:
        """Whether an output's filter has had its turn before another's."""
        return output > working if self.trace.spec.animation.order == "reverse" else output < working

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
    def maps(self) -> list[Array]:
        """The map that each input channel makes, of every filter that is shown."""
        filters = self.out_channels if self.meet else 1
        return [channel_row.map for channel in range(filters) for channel_row in self.of(channel)]

    @cached_property
    def map_format(self) -> Format:
        """How the numbers of these maps are written."""
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

    def group(self, channel: int) -> int:
        """The group of an input channel."""
        return channel // self.seen

    def color(self, channel: int) -> str:
        """Of an input channel: its own, where there are groups its group's; a single one has the input's."""
        if self.layer.means.in_channels == 1:
            return self.style.colors.input
        return told_apart(self.style.colors, self.group(channel) if self.groups > 1 else channel)

    def faint(self, channel: int) -> str:
        """The colour of a channel that is not at work."""
        return mix(self.style.colors.background, self.color(channel), FAINT)

    def kernel_color(self, channel: int) -> str:
        """The colour of a channel's kernel."""
        if self.layer.means.in_channels == 1:
            return self.style.colors.kernel
        return mix(self.style.colors.background, self.color(channel), 0.5)

    def map_color(self, channel: int) -> str:
        """The colour of the map that a channel makes."""
        if self.layer.means.in_channels == 1:
            return self.style.colors.output
        return mix(self.style.colors.background, self.color(channel), 0.75)

    def output_color(self, output: int) -> str:
        """Of an output channel: its group's, if there are groups."""
        first = output // (self.out_channels // self.groups) * self.seen
        return self.color(first) if self.groups > 1 else self.style.colors.output

    def blank(self, width: float, height: float) -> Boxes:
        """What hides a figure of a size, with the edges around its cells."""
        edge = ceil(self.style.line)
        return Boxes(((-edge, -edge, width + 2 * edge, height + 2 * edge),), self.style.colors.background)

    # a cell of a result

    def result(self, grid: Grid, cell: tuple[int, ...], value: float, fill: str, *, current: bool) -> list[Primitive]:
        """A cell with its number, as it is being computed, or as it stays."""
        color = self.style.at_work(fill) if current else fill
        return grid.cell(two(cell[1:]), self.map_format(value), color, bold=current)

    # the sum over the channels

    @cached_property
    def bias_text(self) -> str:
        """The bias as it is written in every sum, with room for the widest; empty without one."""
        return max((self.bias_of(channel) for channel in range(self.out_channels)), key=len)

    def bias_of(self, channel: int) -> str:
        """A channel's bias as the end of a sum; "" without."""
        bias = self.layer.bias
        if bias is None:
            return ""
        number = format_for(bias)(bias[channel].item())
        return f" {MINUS} {number[1:]}" if number.startswith(MINUS) else f" + {number}"

    def tally(self, room: float) -> Tally:
        """Room for the numbers of all maps at any cell, added up."""
        filters = [self.of(channel) for channel in range(self.out_channels)]
        terms = tuple(np.stack([channel_rows[k].map for channel_rows in filters]) for k in range(self.seen))
        return Tally(self.style, self.map_format, terms, self.layer.bias, self.layer.output, room)

    def tallied(self, room: Tally, cell: tuple[int, ...], *, x: float, y: float) -> list[Primitive]:
        """The numbers of all maps at a cell, added up."""
        numbers = [channel_row.map[cell[1:]].item() for channel_row in self.of(cell[0])]
        bias = None if self.layer.bias is None else self.layer.bias[cell[0]].item()
        return room.at(x, y, numbers, bias, self.layer.output[cell].item())
