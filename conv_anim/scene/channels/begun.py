"""A filter of the channels view before its first cell is made: channels, kernels, maps, and the lines between them."""

from __future__ import annotations

from functools import cache, cached_property
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.channels.arrangement import Arrangement
from conv_anim.scene.channels.channel_rows import COLORS
from conv_anim.scene.channels.drawing import ChannelDrawing
from conv_anim.scene.channels.faded import faded
from conv_anim.scene.channels.hit_regions import PlacedRow
from conv_anim.scene.primitives import Boxes, Lines, Stroke, Text
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.sheet_grid import SheetGrid
from conv_anim.scene.style import text_box
from conv_anim.scene.volume.hues import strengthened
from conv_anim.tracing.gathers import Gather
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.scene.channels.layer_rows import ChannelRow
    from conv_anim.scene.channels.outputs import Outputs
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.grid import Grid


@dataclass(frozen=True)
class BegunFilter(ChannelDrawing):
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

    @cached_property
    def rows(self) -> Callable[[int], list[PlacedRow]]:
        """The rows that are at work for an output channel, as far as they are drawn."""
        return cache(self._placed_rows)

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
        grid = self.places.grid(0, self.places.tower.sources[source])
        grid = replace(grid, contents=self.input_contents_of(channel))
        values, formats = plane(self.layer.input[channel]), self.formats
        return SheetGrid(grid, self.sheet, values, formats.x, formats.empty, color)

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
            middle = self.places.lefts[0] + self.places.columns[0].width / 2
            items.append(self._sign(middle, span.top + span.height / 2, "⋮"))
        if self.outputs is not None:
            items += [*self._joined(channel, rows, self.outputs), *self.outputs.static(channel)]
        if self.labelled:
            items += self._labels(channel, rows)
        return tuple(items)

    def _elsewhere(self, channel: int) -> list[Primitive]:
        """Faintly what other groups have: their kernels, and the maps of those that have had their turn."""
        each = self.out_channels // self.groups
        items: list[Primitive] = []
        for group in range(self.groups):
            filters = range(group * each, (group + 1) * each)
            if channel not in filters:
                done = self.is_done(group * each, channel)
                of_group = self._at_rest(filters[-1 if done != self.reverse else 0], done=done)
                items += [faded(item, self.style, self.map_color(group * self.seen)) for item in of_group]
        return items

    def _at_rest(self, output: int, *, done: bool) -> list[Primitive]:
        """The rows of a filter of another group, with its maps if they are made."""
        rows, items = self.rows(output), list["Primitive"]()
        for row in rows:
            items += self._row_still(row)
            if done:
                color = self.map_color(row.channel_row.channel)
                items += row.map.filled(plane(row.channel_row.map), self.map_format, color)
        if self.outputs is not None:
            items += self._joined(output, rows, self.outputs)
        if self.labelled and rows and rows[0].kernel is not None:
            items.append(rows[0].kernel.name(self._filter_of(output)))
        return items

    def _filter_of(self, output: int) -> str:
        return self.say("channels.filter_of", number=output + 1, count=self.out_channels)

    def _idle(self, rows: list[PlacedRow]) -> list[Primitive]:
        """The channels of other groups, and a bar beside each group."""
        if not self.places.whole:
            return []
        items = self._elsewhere(rows[0].channel_row.output) if self.meet and rows else []
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
        """What becomes of the cells that are read, clear of the arrow below, also where the gap is narrow."""
        if not self.places.done:
            return []
        x, size = (row.sheet.grid.x + row.sheet.grid.width + row.map.x) / 2, self.style.small_size
        said = self.style.centered(x, 0, self.places.done, size=size, color=self.style.label_ink)
        (_, arrow, _, _), (_, top, _, high) = (
            text_box(self.style, text) for text in (self._sign(x, 0, self.places.made_sign("")), said)
        )
        apart = max(self.style.gap, top + high - arrow)
        return [replace(said, y=said.y + row.map.middle - apart)]

    def _fork_end(self, grid: Grid) -> float:
        return round(grid.x + grid.width + self.style.loose)

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
        """The stroke of lines that lead from map to map."""
        return Stroke(self.style.colors.faint, max(1.0, 1.5 * self.style.scale))

    def _sign(self, x: float, y: float, text: str) -> Text:
        return self.style.centered(x, y, text, size=self.places.sign_size, color=self.style.label_ink)

    def _joined(self, channel: int, rows: list[PlacedRow], outputs: Outputs) -> list[Primitive]:
        """A bracket from all maps to the output that they make, with the bias on its way."""
        maps, y = [row.map for row in rows], outputs.grid(channel).middle
        start = maps[0].x + maps[0].width + self.style.half
        x = round(start + self.style.half)
        ticks = tuple(((start, m.middle), (x, m.middle)) for m in maps)
        spine = ((x, min(maps[0].middle, y)), (x, max(maps[-1].middle, y)))
        text = f"{self.bias_of(channel)} =".strip()
        wide = self.style.width(text, size=self.places.sign_size)
        middle = outputs.x - self.style.gap - wide / 2
        lead = ((x, y), (middle - wide / 2 - self.style.gap, y))
        plus = [self._sign(a.x + a.width / 2, (a.y + a.height + b.y) / 2, "+") for a, b in pairwise(maps)]
        return [
            Lines((*ticks, spine, lead), self._stroke),
            self._sign(middle, y, text),
            *plus,
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
        called = self.say("channels.channel", number=channel + 1)
        return self.say.joined([called, self.say(f"channels.{COLORS[channel]}")]) if self.of_colors else called

    def _numbered(self, channel: int, rows: list[PlacedRow]) -> list[Primitive]:
        """Which of many filters is at work, and which map it makes; where all are, each by its number."""
        say = self.say
        if not self.meet:
            named = [(grid, "filter", row.channel_row.output) for row in rows for grid in row.grids[1:-1]]
            named += [(row.map, "map", row.channel_row.output) for row in rows]
            return [grid.name(say(f"channels.{what}_number", number=k + 1)) for grid, what, k in named]
        items: list[Primitive] = [rows[0].grids[1].name(self._filter_of(channel), bold=True)]
        if self.outputs is not None and not self.places.piled:
            for output in range(self.out_channels):
                text = say("channels.map_number", number=output + 1)
                items.append(self.outputs.grid(output).name(text, bold=output == channel))
        return items

    @property
    def _left_out(self) -> frozenset[tuple[int, ...]]:
        """The cells of the window that a mask leaves out."""
        return frozenset() if isinstance(self.layer.means, Gather) else self.layer.means.left_out
