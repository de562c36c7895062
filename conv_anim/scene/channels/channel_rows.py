"""What the channels view draws: for each input channel its map, its kernels, and what they make of each other."""

from __future__ import annotations

from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING, Literal

import numpy as np

from conv_anim.scene.arithmetic.numbers import Format, plane
from conv_anim.scene.channels.layer_rows import LayerRows
from conv_anim.scene.channels.tally import Tally
from conv_anim.scene.color import mix
from conv_anim.scene.flat.fitting import WIDEST, contents
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.sheets.cells import Contents, Numbers
from conv_anim.scene.sheets.scales import scale
from conv_anim.scene.sheets.shades import shades_for
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.volume.hues import told_apart
from conv_anim.scene.wording import words
from conv_anim.spec.view_support import MOST_NUMBERS
from conv_anim.tracing.gathers import Gather
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.scales import Scale
    from conv_anim.scene.sheets.shades import Shades
    from conv_anim.spec.model import Number

LARGEST_KERNEL = 120
"""Pixels, at scale 1, that a kernel may take beside maps in shades."""
COLORS: tuple[Literal["red", "green", "blue"], ...] = ("red", "green", "blue")
"""The channels of a picture."""
MARK = 12
"""Em, at scale 1, of the shares that have room in a cell."""
FAINT = 0.35
"""How much of its colour a channel keeps while it takes no part."""


@dataclass(frozen=True)
class ChannelRows(LayerRows):
    """The channels of a trace of one layer: those of one filter at a time, or all at once where they never meet."""

    # numbers

    @cached_property
    def for_numbers(self) -> Numbers:
        """Cells that hold every number of the figure."""
        formats, layer = self.formats, self.layer
        texts = formats.x.texts(layer.input)
        if layer.kernels is not None:
            texts |= formats.w.texts(layer.kernels)
        texts |= self.map_format.texts(*self.maps) | self.output_format.texts(layer.output)
        marks = {f"{words.TIMES}{text}" for each in self.shares.values() for text in each.texts()}
        widest = max((self.style.width(mark, size=self.style.em(MARK)) for mark in marks), default=0.0)
        return Numbers.fitting(self.style, max(self.style.small_cell, ceil(widest / 0.9)), texts, self.style.em(14.4))

    @property
    def tallest(self) -> int:
        return max(self.sheet.shape)

    @property
    def extent(self) -> tuple[float, float]:
        from conv_anim.scene.channels.arrangement import Arrangement

        shown = getattr(self.trace.spec.view, "show", "both")
        places = Arrangement(self, add=shown == "both" and self.meet)
        return places.width, max(places.tower.bottom, places.unshortened)

    # shades

    @property
    def readable(self) -> bool:
        """Whether the maps with all their numbers are no wider than a page, and no higher than a few of it."""
        if isinstance(self.layer.means, Gather):
            return self.layer.input.size + self.layer.output.size <= MOST_NUMBERS
        if self.layer.input.size + self.layer.output.size > MOST_NUMBERS:
            return False
        return replace(self, cells=self.for_numbers, measured="numbers").extent[0] <= WIDEST * self.style.scale

    @cached_property
    def _map_shades(self) -> Shades:
        grey = self.tones.greys[-1] and not self.meet
        fixed = self.tones.fixed
        values = np.concatenate([each.ravel() for each in self.maps])
        return shades_for(values, self.style.colors.output, self.style.colors, picture=grey, fixed=fixed)

    @property
    def input_contents(self) -> Contents:
        """What stands in the cells of the input maps."""
        return contents(self.mode, self.tones.of_maps[0])

    @property
    def of_colors(self) -> bool:
        """Whether the input is a picture with a channel for red, one for green, and one for blue."""
        return self.tones.greys[0] and len(self.layer.input) == len(COLORS)

    def input_contents_of(self, channel: int) -> Contents:
        """What stands in the cells of one input map: of a picture in colours its own."""
        shown = self.input_contents
        if not self.of_colors or shown.shades is None:
            return shown
        return replace(shown, shades=replace(shown.shades, kind=COLORS[channel]))

    @property
    def map_contents(self) -> Contents:
        """What stands in the cells of the maps that are added up."""
        return contents(self.mode, self._map_shades)

    @property
    def output_contents(self) -> Contents:
        """What stands in the cells of the outputs."""
        return contents(self.mode, self.tones.of_maps[-1] if self.meet else self._map_shades)

    @property
    def kernel_contents(self) -> Contents:
        """With its numbers, where they can be read beside maps in shades."""
        shades = self.tones.of_kernels[0]
        if not self.is_shaded:
            return contents(self.mode, shades)
        return Contents(self._kernel_side <= self._kernel_room, shades if self.mode == "shades" else None)

    @cached_property
    def kernel_numbers(self) -> Numbers:
        """Cells of kernels, which may be larger than those of maps in shades."""
        if self.layer.kernels is None or not self.is_shaded:
            return self.numbers
        size, side, room = self.style.em(12), self._kernel_side, self._kernel_room
        return Numbers(side, size) if side <= room else Numbers(max(1.0, floor(min(room, 0.8 * size))), size)

    @cached_property
    def _kernel_side(self) -> float:
        """The side of a cell that holds every weight."""
        size, fmt = self.style.em(12), self.formats.w
        weights = np.zeros(1) if self.layer.kernels is None else np.unique(self.layer.kernels)
        widest = max(self.style.width(fmt(w), size=size) for w in weights.tolist())
        return max(round(1.6 * size), round(widest / 0.84))

    @property
    def _kernel_room(self) -> float:
        """The largest side of a cell with which the kernel is not too large."""
        rows, columns = (1, 1) if self.layer.kernels is None else plane(self.layer.kernels[0, 0]).shape
        return float(LARGEST_KERNEL * self.style.scale / max(rows, columns))

    def scales(self) -> list[Scale]:
        """The shades that there are, with the names of what has them."""
        if self.mode not in {"shades", "both"}:
            return []
        names, kernels = words.ends_of(self.trace), self.tones.of_kernels[0]
        found = self._input_scales(names[0])
        if kernels is not None and self.layer.kernels is not None and self.kernel_contents.shades is not None:
            found.append(scale(words.kernel_of(self.trace), kernels, self.layer.kernels))
        if self.meet:
            found.append(scale(self.say(f"channels.{self.made_of}_scale"), self._map_shades, *self.maps))
        shades = self.output_contents.shades
        return found if shades is None else [*found, scale(names[1], shades, self.layer.output)]

    def _input_scales(self, name: str) -> list[Scale]:
        """One for all channels, or for each of a picture in colours."""
        if not self.of_colors:
            return [scale(name, self.tones.of_maps[0], self.layer.input)]
        shown = [self.input_contents_of(channel).shades for channel in range(len(COLORS))]
        named = zip(COLORS, shown, self.layer.input, strict=True)
        return [scale(self.say(f"channels.{name}"), own, values) for name, own, values in named if own is not None]

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
        """The colour of an output channel: its group's, if there are groups."""
        first = output // (self.out_channels // self.groups) * self.seen
        return self.color(first) if self.groups > 1 else self.style.colors.output

    def blank(self, width: float, height: float) -> Boxes:
        """What hides a figure of a size, with the edges around its cells."""
        edge = ceil(self.style.line)
        return Boxes(((-edge, -edge, width + 2 * edge, height + 2 * edge),), self.style.colors.background)

    # a cell of a result

    def result(
        self, grid: Grid, cell: tuple[int, ...], value: float, fill: str, *, current: bool, fmt: Format
    ) -> list[Primitive]:
        """A cell with its number, as it is being computed, or as it stays."""
        color = self.style.at_work(fill) if current else fill
        return grid.cell(two(cell[1:]), fmt(value), color, bold=current, value=value)

    # the sum over the channels

    @cached_property
    def bias_text(self) -> str:
        """The bias as it is written in every sum, with room for the widest; empty without one."""
        return max((self.bias_of(channel) for channel in range(self.out_channels)), key=len)

    def bias_of(self, channel: int) -> str:
        """The bias of an output channel as it is added in a sum; empty without one."""
        if self.layer.bias is None or self.bias_format is None:
            return ""
        return f" + {self.named_bias(self.layer.bias[channel].item())}"

    def named_bias(self, bias: Number) -> str:
        """A bias with its name."""
        assert self.bias_format is not None
        return self.say("bias.named", value=self.bias_format.factor(bias))

    def tally(self, room: float) -> Tally:
        """Room for the numbers of all maps at any cell, added up."""
        filters = [self.of(channel) for channel in range(self.out_channels)]
        terms = tuple(np.stack([channel_rows[k].map for channel_rows in filters]) for k in range(self.seen))
        biases = () if self.layer.bias is None else tuple(map(self.named_bias, self.layer.bias.tolist()))
        numbers = terms, self.layer.bias, self.layer.output
        return Tally(self.style, self.map_format, *numbers, room, self.output_format, self.bias_format, biases)

    def tallied(self, room: Tally, cell: tuple[int, ...], *, x: float, y: float) -> list[Primitive]:
        """The numbers of all maps at a cell, added up."""
        numbers = [channel_row.map[cell[1:]].item() for channel_row in self.of(cell[0])]
        bias = None if self.layer.bias is None else self.layer.bias[cell[0]].item()
        return room.at(x, y, numbers, bias, self.layer.output[cell].item())
