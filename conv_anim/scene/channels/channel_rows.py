"""What the channels view draws: for each input channel its map, its kernels, and what they make of each other."""

from __future__ import annotations

from functools import cached_property, lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.channels.tally import Tally
from conv_anim.scene.color import mix
from conv_anim.scene.flat.fitting import PAGE, TALLEST, WIDEST, chosen, contents, shaded
from conv_anim.scene.grid import Contents, Numbers
from conv_anim.scene.hit_regions import Turn
from conv_anim.scene.numbers import Format, Formats, agrees, enough, format_for, plane
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.scales import scale
from conv_anim.scene.shades import shades_for
from conv_anim.scene.sheet import Sheet, two
from conv_anim.scene.steps import Steps
from conv_anim.scene.tones import Tones, asked
from conv_anim.scene.traced import Traced
from conv_anim.scene.volume.hues import told_apart
from conv_anim.scene.wording import words
from conv_anim.spec.view_support import MOST_NUMBERS
from conv_anim.tracing.gathers import Gather
from conv_anim.tracing.values import channel_maps
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.scene.grid import Grid, Position
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.scales import Scale
    from conv_anim.scene.shades import Shades
    from conv_anim.spec.model import Cells, Number
    from conv_anim.tracing.values import Array

LARGEST_KERNEL = 120
"""Pixels, at scale 1, that a kernel may take beside maps in shades."""
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

    cells: Numbers | None = None
    """How large cells are, where that is tried out; else they are as large as suits."""
    tried: Cells | None = None
    """What stands in them, where that is tried out."""

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
        return Steps(
            (self.out_channels if self.meet else 1, *self.layer.means.out_size), self.trace.spec.animation, ahead=True
        )

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

    @cached_property
    def numbers(self) -> Numbers:
        """Cells that hold every number of the figure; in shades, as large as a page lets them be."""
        if self.cells is not None:
            return self.cells
        return fitted(self) if self.is_shaded else self.for_numbers

    @cached_property
    def for_numbers(self) -> Numbers:
        """Cells that hold every number of the figure."""
        formats, layer = self.formats, self.layer
        texts = formats.x.texts(layer.input)
        if layer.kernels is not None:
            texts |= formats.w.texts(layer.kernels)
        texts |= self.map_format.texts(*self.maps) | self.output_format.texts(layer.output)
        return Numbers.fitting(self.style, self.style.small_cell, texts, self.style.em(14.4))

    # shades

    @cached_property
    def tones(self) -> Tones:
        """The shades of its maps and kernels."""
        return Tones(self.trace, self.style)

    @cached_property
    def mode(self) -> Cells:
        """What stands in the cells."""
        wanted = self.tried or asked(self.trace.spec.view)
        return wanted if wanted != "auto" else chosen(wanted, picture=self.tones.greys[0], readable=self._readable)

    @property
    def _readable(self) -> bool:
        """Whether the maps with all their numbers are no wider than a page, and no higher than a few of it."""
        if isinstance(self.layer.means, Gather):
            return self.layer.input.size + self.layer.output.size <= MOST_NUMBERS
        if self.layer.input.size + self.layer.output.size > MOST_NUMBERS:
            return False
        return measured(replace(self, cells=self.for_numbers, tried="numbers"))[0] <= WIDEST * self.style.scale

    @property
    def is_shaded(self) -> bool:
        """Whether nothing is written in the cells of maps."""
        return self.mode in {"shades", "plain"}

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
    def map_contents(self) -> Contents:
        """The same of the maps that are added up."""
        return contents(self.mode, self._map_shades)

    @property
    def output_contents(self) -> Contents:
        """The same of the outputs."""
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
        """Of a cell that holds every weight."""
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
        found = [scale(names[0], self.tones.of_maps[0], self.layer.input)]
        if kernels is not None and self.layer.kernels is not None and not self.kernel_contents.written:
            found.append(scale(words.kernel_of(self.trace), kernels, self.layer.kernels))
        if self.meet:
            found.append(scale(self.say("channels.maps_scale"), self._map_shades, *self.maps))
        shades = self.output_contents.shades
        return found if shades is None else [*found, scale(names[1], shades, self.layer.output)]

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
        return Tally(self.style, self.map_format, *numbers, room, self.output_format, biases)

    def tallied(self, room: Tally, cell: tuple[int, ...], *, x: float, y: float) -> list[Primitive]:
        """The numbers of all maps at a cell, added up."""
        numbers = [channel_row.map[cell[1:]].item() for channel_row in self.of(cell[0])]
        bias = None if self.layer.bias is None else self.layer.bias[cell[0]].item()
        return room.at(x, y, numbers, bias, self.layer.output[cell].item())


def measured(channel_rows: ChannelRows) -> tuple[float, float]:
    """Width and height of the rows as they are laid out."""
    from conv_anim.scene.channels.arrangement import Arrangement

    shown = getattr(channel_rows.trace.spec.view, "show", "both")
    places = Arrangement(channel_rows, add=shown == "both" and channel_rows.meet)
    return places.width, max(places.tower.bottom, places.unshortened)


def fitted(channel_rows: ChannelRows) -> Numbers:
    """The largest cells in shades with which the lanes fit on a page."""

    def width(cells: Numbers) -> float:
        across, down = measured(replace(channel_rows, cells=cells, tried=channel_rows.mode))
        return max(across, down * PAGE / TALLEST)

    return shaded(channel_rows.style, max(channel_rows.sheet.shape), width)
