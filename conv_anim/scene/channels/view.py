"""The channels view: each input channel's map and its own kernels, what they make, and how their maps add up to one."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.arithmetic.workings import worked
from conv_anim.scene.channels.addition import Addition
from conv_anim.scene.channels.begun import BegunFilter
from conv_anim.scene.channels.channel_rows import ChannelRows
from conv_anim.scene.channels.crossing import crossing
from conv_anim.scene.channels.hit_regions import of_inputs, of_maps
from conv_anim.scene.channels.pixel_shuffle import pixel_shuffle
from conv_anim.scene.channels.products import LEADING, Products
from conv_anim.scene.layout import align
from conv_anim.scene.primitives import Text
from conv_anim.scene.sheets.grid import LARGER
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.wording import words
from conv_anim.spec.view_values import Channels
from conv_anim.tracing.gathers import Gather
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.channels.hit_regions import PlacedRow
    from conv_anim.scene.channels.tally import Tally
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.spec.model import Number
    from conv_anim.tracing.trace import Trace

WORKED = 560
"""Pixels, at scale 1, that the lines of products may take beside maps in shades, even if these take less."""
TOLD = 360
"""Pixels, at scale 1, that a line of a sum may take even if the maps take less."""

MEASURED = 40
"""Steps whose products are measured, at most."""


@dataclass(frozen=True)
class ChannelsView(BegunFilter):
    """Rows of channels; with ``add``, their maps joined into the output on the right."""

    # what differs from frame to frame

    def all_done(self, cells: list[tuple[int, ...]]) -> list[Primitive]:
        if self.mode != "shades" or not cells or self.places.piled:
            return super().all_done(cells)
        places, channel = [two(cell[1:]) for cell in cells], cells[0][0]
        items = [i for row in self.rows(channel) for i in row.map.finished(plane(row.channel_row.map), places)]
        if self.outputs is not None:
            items += self.outputs.grid(channel).finished(plane(self.layer.output[channel]), places)
        return items

    def done(self, cell: tuple[int, ...]) -> list[Primitive]:
        return self._results(cell, current=False)

    def _results(self, cell: tuple[int, ...], *, current: bool, made: bool = True) -> list[Primitive]:
        """A cell of every map, and of the output."""
        items: list[Primitive] = []
        for row in self.rows(cell[0]):
            color, value = self.map_color(row.channel_row.channel), row.channel_row.map[cell[1:]].item()
            items += self.result(row.map, cell, value, color, current=current, fmt=self.map_format)
        return items if self.outputs is None or not made else [*items, *self.outputs.result(cell, current=current)]

    def shown(self, cell: tuple[int, ...], *, made: bool = True) -> list[Primitive]:
        return [*self.read(cell), *self._results(cell, current=True, made=made)]

    def grids_of(self, channel: int) -> list[Grid]:
        rows = [grid for row in self.rows(channel) for grid in (row.sheet.grid, row.map)]
        return rows if self.outputs is None else [*rows, self.outputs.grid(channel)]

    def read(self, cell: tuple[int, ...]) -> list[Primitive]:
        items: list[Primitive] = []
        for row in {row.channel_row.channel: row for row in self.rows(cell[0])}.values():
            places = self.cells_read(row.channel_row, cell[1:])
            covered, fills = row.sheet.covered(places)
            grid, kept = row.sheet.grid, self._kept(places)
            hidden = [place for place in places if place not in kept]
            items += [*covered, *self._weights(row, cell, kept, fills), *grid.hatched(hidden, emptied=False)]
            items += grid.framed(places)
        return items

    def _kept(self, places: list[Position]) -> list[Position]:
        """The cells of a window that no mask leaves out."""
        if not self._left_out:
            return places
        return [place for place, cell in zip(places, self._cells, strict=True) if cell not in self._left_out]

    @property
    def _cells(self) -> list[tuple[int, ...]]:
        """The cells of the window, in their order."""
        return [] if isinstance(self.layer.means, Gather) else list(np.ndindex(*self.layer.means.kernel_size))

    def _weights(
        self, row: PlacedRow, cell: tuple[int, ...], places: list[Position], fills: dict[Position, str]
    ) -> list[Primitive]:
        """The weight or the share of each cell that is read; nothing where a channel has several kernels."""
        if self.is_shaded or self.places.forked:
            return []
        grid = row.sheet.grid
        items, size = list["Primitive"](), grid.small(LARGER)
        shares = self.shares.get(two(cell[1:]))
        found = map(self.formats.w, self._met(row)) if shares is None else shares.texts()
        texts = [f"{words.TIMES}{text}" for text in found]
        for place, text in zip(places, texts, strict=False):
            items += row.sheet.marked(place, text, fills[place], texts, size)
        return items

    def _met(self, row: PlacedRow) -> list[Number]:
        """The weights of a channel's kernel, as the cells of its window meet them; none without a kernel."""
        kernel, layer = row.channel_row.kernel, self.layer
        if kernel is None or isinstance(layer.means, Gather):
            return []
        flipped = tuple(slice(None, None, -1 if axis.flipped else 1) for axis in layer.means.axes)
        met = kernel[flipped]
        return [met[cell].item() for cell in self._cells if cell not in self._left_out]

    # the products of one channel, where channels are not added up

    @cached_property
    def _products(self) -> Products | None:
        """Room for them; None where the sums of channels are written, or there is nothing to multiply."""
        layer = self.layer
        if self.add or layer.kernels is None or isinstance(layer.means, Gather):
            return None
        if self.is_shaded and len(layer.input) > 1:
            return None
        name = self.say("channels.map_number" if self.places.forked else "channels.channel", number=1)
        lines, columns = plane(layer.kernels[0, 0]).shape
        formats, bias = (self.formats, self.map_format, self.bias_format), "" if self.meet else self.bias_text
        found = Products(self.style, name, *formats, layer, lines, columns, bias)
        if self.is_shaded:
            return found.within(max(self.width, WORKED * self.style.scale))
        return found if found.widest <= self.width else None

    @cached_property
    def _shares(self) -> int:
        """How many lines it takes at most to tell what a cell is made of; 0 where it is not told.

        It is of an interpolation, and of products of maps in shades, whose numbers stand nowhere else.
        """
        told = self._multiplied if self.is_shaded else self.layer.layer.interpolation is not None
        if not told:
            return 0
        return max(map(len, self._all_shared))

    @cached_property
    def _all_shared(self) -> list[list[str]]:
        """What is told in each step."""
        return [self._shared(self.steps.cell(k)) for k in range(len(self.steps))]

    @property
    def _multiplied(self) -> bool:
        """Whether an output adds up one product of each channel."""
        return self.add and self.made_of == "products" and not isinstance(self.layer.means, Gather)

    def _shared(self, cell: tuple[int, ...]) -> list[str]:
        """What a cell is made of, where channels do not meet that of the first one, line by line."""
        row, style = self.rows(cell[0])[0].channel_row, self.style
        text = worked(self.layer, self.layer.step(cell if self._multiplied else (row.output, *cell[1:])), self.say)
        text = text if self._multiplied else f"{self.say('channels.channel', number=row.channel + 1)}: {text}"
        return style.wrapped(text, size=style.label_size, width=self._told_room)

    @property
    def _told_room(self) -> float:
        return max(self.width, TOLD * self.style.scale)

    def added(self, cell: tuple[int, ...]) -> list[Primitive]:
        if self._shares:
            style, size, told = self.style, self.style.label_size, self._shared(cell)
            tops, left = (self.sum_top + k * LEADING * size for k in range(len(told))), self._told_left
            ink = style.text_ink
            return [style.text(left, y, text, size=size, color=ink) for y, text in zip(tops, told, strict=True)]
        return super().added(cell) if self._products is None else self._worked(self._products, cell, self._left)

    @cached_property
    def _told_left(self) -> float:
        """Where lines begin that are in the middle together: none moves from step to step."""
        size = self.style.label_size
        widest = max(self.style.width(text, size=size) for told in self._all_shared for text in told)
        return (self.width - widest) / 2

    @cached_property
    def _left(self) -> float:
        """Where the products begin in every step: of some steps the widest are in the middle, and none goes too far."""
        assert self._products is not None
        some = range(0, len(self.steps), ceil(len(self.steps) / MEASURED))
        firsts = [self._worked(self._products, self.steps.cell(k))[0] for k in some]
        least = min(first.x for first in firsts if isinstance(first, Text))
        return max(0.0, min(least, self.width - self._products.widest))

    def _worked(self, products: Products, cell: tuple[int, ...], left: float | None = None) -> list[Primitive]:
        row = self.rows(cell[0])[0]
        places, weights = self._kept(self.cells_read(row.channel_row, cell[1:])), self._met(row)
        read = [row.sheet.number_at(place) for place in places]
        terms = list(zip(read, weights, strict=True))
        value, output = row.channel_row.map[cell[1:]].item(), row.channel_row.output
        # a map that is added to others has no bias yet
        given = None if self.meet else self.layer.bias
        bias = None if given is None else (self.bias_of(output), given[output].item())
        return products.at(self.width, self.sum_top, terms, bias, value, left=left)

    @property
    def phases(self) -> frozenset[Phase]:
        told = self._products is not None or self._shares
        return frozenset(("read", "summed", "way")) if told else super().phases

    def with_sum(self, made: Panel) -> Panel:
        if self._shares:
            size = self.style.label_size
            return align(made, self._told_room, self.sum_top + size * (1 + LEADING * (self._shares - 1)))
        if self._products is None:
            return super().with_sum(made)
        return align(made, max(self.width, self._products.widest), self.sum_top + self._products.height)

    @cached_property
    def sum(self) -> Tally | None:
        return self.tally(self.width) if self.add and not self._shares else None

    def hit_regions(self) -> list[HitRegion]:
        """Input maps, what each of them contributes, and the output."""
        working = range(self.out_channels if self.meet else 1)
        rows, axes = [row for channel in working for row in self.rows(channel)], self.layer.output.ndim - 1
        outputs = [] if self.outputs is None else self.outputs.hit_regions()
        return [*of_inputs(rows, self.sheet, axes), *of_maps(rows, axes, apart=not self.meet), *outputs]


def channels(trace: Trace, style: Style) -> Panel:
    """The panel of the view; where channels never meet there is nothing to add up."""
    channel_rows, view = ChannelRows(trace, style), trace.spec.view
    assert isinstance(view, Channels)
    op = trace.layer.layer
    if op.dealt is not None:
        return crossing(trace, style)
    if op.woven is not None:
        return pixel_shuffle(trace, style)
    if view.show == "sum" and channel_rows.meet:
        return Addition(trace, style).panel()
    return ChannelsView(trace, style, add=view.show == "both" and channel_rows.meet).panel()
