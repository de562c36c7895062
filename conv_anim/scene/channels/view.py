"""The channels view: each input channel's map and its own kernels, what they make, and how their maps add up to one."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.channels.addition import Addition
from conv_anim.scene.channels.arrangement import Arrangement
from conv_anim.scene.channels.channel_rows import ChannelRow, ChannelRows
from conv_anim.scene.channels.crossing import crossing
from conv_anim.scene.channels.drawing import ChannelDrawing
from conv_anim.scene.channels.hit_regions import ChannelRegions, PlacedRow
from conv_anim.scene.channels.pixel_shuffle import pixel_shuffle
from conv_anim.scene.channels.products import Products
from conv_anim.scene.grid import Grid, SheetGrid
from conv_anim.scene.layout import align
from conv_anim.scene.numbers import plane
from conv_anim.scene.primitives import Boxes, Lines, Stroke, Text
from conv_anim.scene.sheet import two
from conv_anim.scene.volume.hues import strengthened
from conv_anim.scene.wording import words
from conv_anim.spec.model import Channels
from conv_anim.tracing.gathers import Gather
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from conv_anim.scene.channels.outputs import Outputs
    from conv_anim.scene.channels.tally import Tally
    from conv_anim.scene.grid import Position
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.spec.model import Number
    from conv_anim.tracing.trace import Trace


@dataclass(frozen=True)
class ChannelsView(ChannelDrawing):
    """Rows of channels; with ``add``, their maps joined into the output on the right."""

    add: bool = field(kw_only=True)

    @cached_property
    def places(self) -> Arrangement:
        """Where everything goes."""
        return Arrangement(self, self.add)

    @property
    def outputs(self) -> Outputs | None:
        return self.places.outputs

    @property
    def width(self) -> float:
        return self.places.width

    @property
    def bottom(self) -> int:
        return self.places.tower.bottom

    def rows(self, channel: int) -> list[PlacedRow]:
        """The rows that are at work for an output channel, as far as they are drawn."""
        if channel not in self._rows:
            self._rows[channel] = self._placed_rows(channel)
        return self._rows[channel]

    @cached_property
    def _rows(self) -> dict[int, list[PlacedRow]]:
        return {}

    def _placed_rows(self, channel: int) -> list[PlacedRow]:
        found = []
        for number, channel_row in enumerate(self.of(channel)):
            source, row = self.places.place(number, channel_row)
            if row in self.places.tower.rows:
                found.append(self._row(channel_row, source, row))
        return found

    def _row(self, channel_row: ChannelRow, source: int, row: int) -> PlacedRow:
        span = self.places.tower.rows[row]
        sheet = self._sheet(channel_row.channel, source, self.color(channel_row.channel))
        grids = [self.places.grid(k, span) for k in range(1, 2 if channel_row.kernel is None else 3)]
        return PlacedRow(channel_row, sheet, None if channel_row.kernel is None else grids[0], grids[-1])

    def _sheet(self, channel: int, source: int, color: str) -> SheetGrid:
        channel_rows = self
        grid = self.places.grid(0, self.places.tower.sources[source])
        values, formats = plane(channel_rows.layer.input[channel]), channel_rows.formats
        return SheetGrid(grid, channel_rows.sheet, values, formats.x, formats.empty, color)

    # what stays as long as the filter does

    def begun(self, channel: int) -> Items:
        items: list[Primitive] = [Boxes(((0, 0, self.width, self.bottom),), self.style.colors.background)]
        rows = self.rows(channel)
        items += self._idle(rows)
        for k, row in enumerate(rows):
            items += row.sheet.static() if k == 0 or rows[k - 1].channel_row.channel != row.channel_row.channel else []
            items += self._row_still(row)
        items += self._forks(rows)
        for span in self.places.tower.dots:
            middle = self.places.lefts[0] + self.places.shapes[0][1] * self.numbers.cell / 2
            items.append(self._sign(middle, span.top + span.height / 2, "⋮"))
        if self.outputs is not None:
            items += self._joined(channel, rows, self.outputs)
        if self.places.labelled:
            items += self._labels(channel, rows)
        return tuple(items)

    def _idle(self, rows: list[PlacedRow]) -> list[Primitive]:
        """The channels of other groups, and a bar beside each group."""
        if not self.places.whole:
            return []
        items: list[Primitive] = []
        for channel in self.places.tower.sources:
            if all(row.channel_row.channel != channel for row in rows):
                faint = self.faint(channel)
                ink = self.style.ink_on(faint, self.style.colors.muted)
                static = self._sheet(channel, channel, faint).static()
                items += [replace(item, color=ink) if isinstance(item, Text) else item for item in static]
        for group, span in enumerate(self.places.tower.groups):
            bar = (0, span.top, round(4 * self.style.scale), span.height)
            color = strengthened(self.style.colors, self.color(group * self.seen))
            items.append(Boxes((bar,), color))
        return items

    def _row_still(self, row: PlacedRow) -> list[Primitive]:
        items: list[Primitive] = []
        if row.kernel is not None and row.channel_row.kernel is not None:
            color = self.kernel_color(row.channel_row.channel)
            items += row.kernel.filled(plane(row.channel_row.kernel), self.formats.w, color)
            items += row.kernel.hatched([two(cell) for cell in self._left_out])
        items += row.map.pending()
        made = self.places.made_sign(self.bias_of(row.channel_row.output))
        if row.kernel is not None:
            start = self._fork_end(row.sheet.grid) if self.places.forked else row.sheet.grid.x + row.sheet.grid.width
            items.append(self._sign((start + row.kernel.x) / 2, row.map.middle, "∗"))
        before = row.grids[-2]
        items.append(self._sign((before.x + before.width + row.map.x) / 2, row.map.middle, made))
        return [*items, *self._done(row)]

    def _done(self, row: PlacedRow) -> list[Primitive]:
        """What becomes of the cells that are read, over the arrow."""
        if not self.places.done:
            return []
        x, size = (row.sheet.grid.x + row.sheet.grid.width + row.map.x) / 2, self.style.small_size
        y = row.map.middle - 0.9 * self.style.gap
        return [self.style.centered(x, y, self.places.done, size=size, color=self.style.label_ink)]

    def _fork_end(self, grid: Grid) -> float:
        return round(grid.x + grid.width + 1.2 * self.style.gap)

    def _forks(self, rows: list[PlacedRow]) -> list[Primitive]:
        """Lines from each input map to all of its kernels."""
        if not self.places.forked:
            return []
        items: list[Primitive] = []
        for _, alike in groupby(rows, key=lambda row: row.channel_row.channel):
            of_one = list(alike)
            grid, middles = of_one[0].sheet.grid, [row.map.middle for row in of_one]
            end = self._fork_end(grid)
            start, x = grid.x + grid.width + self.style.thin, end - round(self.style.thin)
            spine = ((x, min(*middles, grid.middle)), (x, max(*middles, grid.middle)))
            ticks = [((x, y), (end, y)) for y in middles]
            items.append(Lines((((start, grid.middle), (x, grid.middle)), spine, *ticks), self._stroke))
        return items

    @property
    def _stroke(self) -> Stroke:
        """Of lines that lead from map to map."""
        return Stroke(self.style.colors.faint, max(1.0, 1.5 * self.style.scale))

    def _sign(self, x: float, y: float, text: str) -> Text:
        return self.style.centered(x, y, text, size=self.places.sign_size, color=self.style.label_ink)

    def _joined(self, channel: int, rows: list[PlacedRow], outputs: Outputs) -> list[Primitive]:
        """A bracket from all maps to the output that they make, with the bias on its way."""
        maps, gap, y = [row.map for row in rows], self.style.gap, outputs.grid(channel).middle
        start = maps[0].x + maps[0].width + gap * 0.6
        x = round(start + gap * 0.6)
        ticks = tuple(((start, m.middle), (x, m.middle)) for m in maps)
        spine = ((x, min(maps[0].middle, y)), (x, max(maps[-1].middle, y)))
        text = f"{self.bias_of(channel)} =".strip()
        middle = (x + outputs.x) / 2
        wide = self.style.width(text, size=self.places.sign_size)
        lead = ((x, y), (middle - wide / 2 - gap * 0.4, y))
        plus = [self._sign(a.x + a.width / 2, (a.y + a.height + b.y) / 2, "+") for a, b in pairwise(maps)]
        return [
            Lines((*ticks, spine, lead), self._stroke),
            self._sign(middle, y, text),
            *plus,
            *outputs.static(channel),
        ]

    # labels

    def _labels(self, channel: int, rows: list[PlacedRow]) -> list[Primitive]:
        items: list[Primitive] = []
        for left, sign in zip(self.places.lefts, self.places.signs, strict=True):
            items += sign.at(left, 0)
        for source, span in self.places.tower.sources.items():
            if self.layer.means.in_channels == 1:
                break
            own = source if self.places.whole or not self.meet else self.of(channel)[source].channel
            items.append(self.places.grid(0, span).name(self._channel(own)))
        if self.out_channels > 1:
            items += self._numbered(channel, rows)
        return items

    def _channel(self, channel: int) -> str:
        if self.meet and self.groups > 1:
            return self.say("channels.in_group", channel=channel + 1, group=self.group(channel) + 1)
        return self.say("channels.channel", number=channel + 1)

    def _numbered(self, channel: int, rows: list[PlacedRow]) -> list[Primitive]:
        """Which of many filters is at work, and which map it makes; where all are, each by its number."""
        say = self.say
        if not self.meet:
            named = [(grid, "filter", row.channel_row.output) for row in rows for grid in row.grids[1:-1]]
            named += [(row.map, "map", row.channel_row.output) for row in rows]
            return [grid.name(say(f"channels.{what}_number", number=k + 1)) for grid, what, k in named]
        filter_ = say("channels.filter_of", number=channel + 1, count=self.out_channels)
        items: list[Primitive] = [rows[0].grids[1].name(filter_, bold=True)]
        if self.outputs is not None and not self.places.piled:
            for output in range(self.out_channels):
                text = say("channels.map_number", number=output + 1)
                items.append(self.outputs.grid(output).name(text, bold=output == channel))
        return items

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
            items += [*covered, *self._weights(row, kept, fills), *grid.hatched(hidden, emptied=False)]
            items += grid.framed(places)
        return items

    def _kept(self, places: list[Position]) -> list[Position]:
        """Of the cells of a window those that no mask leaves out."""
        if not self._left_out:
            return places
        return [place for place, cell in zip(places, self._cells, strict=True) if cell not in self._left_out]

    @property
    def _left_out(self) -> frozenset[tuple[int, ...]]:
        """The cells of the window that a mask leaves out."""
        return frozenset() if isinstance(self.layer.means, Gather) else self.layer.means.left_out

    @property
    def _cells(self) -> list[tuple[int, ...]]:
        """The cells of the window, in their order."""
        return [] if isinstance(self.layer.means, Gather) else list(np.ndindex(*self.layer.means.kernel_size))

    def _weights(self, row: PlacedRow, places: list[Position], fills: dict[Position, str]) -> list[Primitive]:
        """The weight that each cell of a window meets; nothing where a channel has several kernels."""
        if self.is_shaded or self.places.forked:
            return []
        return [
            row.sheet.grid.weight(place, f"{words.TIMES}{self.formats.w(weight)}", fills[place])
            for place, weight in zip(places, self._met(row), strict=False)
        ]

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
        kernels = self.layer.kernels
        written = self.add or self.is_shaded or self.places.forked
        if written or kernels is None or isinstance(self.layer.means, Gather):
            return None
        found = Products(self.style, self.say("channels.channel", number=1), self.formats, self.map_format)
        columns = plane(kernels[0, 0]).shape[1]
        bias = "" if self.meet else self.bias_text
        return found if found.widest(self.layer, columns, bias) <= self.width else None

    def added(self, cell: tuple[int, ...]) -> list[Primitive]:
        if self._products is None:
            return super().added(cell)
        row = self.rows(cell[0])[0]
        places, weights = self._kept(self.cells_read(row.channel_row, cell[1:])), self._met(row)
        read = [row.sheet.number_at(place) for place in places]
        columns = plane(row.channel_row.kernel).shape[1] if row.channel_row.kernel is not None else 1
        terms = list(zip(read, weights, strict=True))
        value, output = row.channel_row.map[cell[1:]].item(), row.channel_row.output
        # a map that is added to others has no bias yet
        given = None if self.meet else self.layer.bias
        bias = None if given is None else (self.bias_of(output), given[output].item())
        return self._products.at(self.width, self.sum_top, (terms, columns), bias, value)

    @property
    def phases(self) -> frozenset[Phase]:
        return super().phases if self._products is None else frozenset(("read", "summed", "way"))

    def with_sum(self, made: Panel) -> Panel:
        if self._products is None or self.layer.kernels is None:
            return super().with_sum(made)
        lines = plane(self.layer.kernels[0, 0]).shape[0]
        return align(made, made.width, self.sum_top + self._products.height(lines))

    @cached_property
    def sum(self) -> Tally | None:
        return self.tally(self.width) if self.add else None

    def hit_regions(self) -> list[HitRegion]:
        return list(ChannelRegions(self, self.rows, self.outputs)())


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
