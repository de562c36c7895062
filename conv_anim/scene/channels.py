"""The channels view: a row for each input channel, its map and its own kernel, and how their maps add up to one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from conv_anim.scene import words
from conv_anim.scene.addition import addition
from conv_anim.scene.grid import Grid, SheetGrid
from conv_anim.scene.lanes import Lane, Lanes
from conv_anim.scene.numbers import plane
from conv_anim.scene.panel import Panel, Sign
from conv_anim.scene.primitives import Boxes, Frame, Lazy, Lines, Stroke
from conv_anim.scene.sheet import Sheet, row_and_column, two

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.sums import Sum
    from conv_anim.tracing.trace import Trace


@dataclass(frozen=True)
class Row:
    """A lane where it is drawn."""

    lane: Lane
    sheet: SheetGrid
    kernel: Grid | None
    map: Grid


@dataclass(frozen=True)
class ChannelsView:
    """Rows of lanes; with ``add``, their maps joined into the output on the right."""

    lanes: Lanes
    add: bool

    @property
    def style(self) -> Style:
        return self.lanes.style

    @property
    def trace(self) -> Trace:
        return self.lanes.trace

    # places

    @cached_property
    def sheet(self) -> Sheet:
        return Sheet.read_by(self.lanes.layer.operator)

    @cached_property
    def shapes(self) -> list[tuple[int, int]]:
        """Rows and columns of the grids of a lane, and of the output if there is one."""
        rows, columns = row_and_column(self.lanes.layer.operator)
        kernel = [(rows.kernel, columns.kernel)] if self.lanes.layer.kernels is not None else []
        out = (rows.count, columns.count)
        return [self.sheet.shape, *kernel, out, *([out] if self.add else [])]

    @cached_property
    def signs(self) -> list[Sign]:
        """The labels over the columns."""
        named = words.channel_labels(self.trace, meet=self.lanes.meet, add=self.add)
        return [Sign(self.style, label, None) for label in named]

    @property
    def labelled(self) -> bool:
        return self.trace.spec.labels is not None

    @property
    def row_gap(self) -> int:
        return round(self.style.gap * (1.6 if self.labelled else 1.0))

    @cached_property
    def top(self) -> int:
        if not self.labelled:
            return 0
        return round(max(sign.height for sign in self.signs) + 0.5 * self.style.gap) + self.row_gap

    @property
    def row_height(self) -> int:
        return max(rows for rows, _ in self.shapes) * self.lanes.numbers.cell

    def row_top(self, row: int) -> int:
        return self.top + row * (self.row_height + self.row_gap)

    @property
    def bottom(self) -> int:
        return self.row_top(len(self.lanes.shown)) - self.row_gap

    @cached_property
    def lefts(self) -> list[int]:
        """Where each column of grids begins."""
        lefts, x = [], 0.0
        for k, (_, columns) in enumerate(self.shapes):
            lefts.append(round(x))
            wide = columns * self.lanes.numbers.cell
            x += max(wide + self._between(k), self.signs[k].width + self.style.gap if self.labelled else 0)
        return lefts

    def _between(self, column: int) -> float:
        if column == len(self.shapes) - 1:
            return 0
        if self.add and column == len(self.shapes) - 2:
            text = self.style.width(f"{self.lanes.bias_text} =", size=self.sign_size)
            return text + 4 * self.style.gap
        return self.style.width("∗", size=self.sign_size) + 2 * self.style.gap

    @property
    def sign_size(self) -> float:
        return 1.3 * self.style.number_size

    @property
    def width(self) -> float:
        last = len(self.shapes) - 1
        grid = self.shapes[last][1] * self.lanes.numbers.cell
        return self.lefts[last] + max(grid, self.signs[last].width if self.labelled else 0)

    def grid(self, column: int, top: float, height: float) -> Grid:
        rows, columns = self.shapes[column]
        y = round(top + (height - rows * self.lanes.numbers.cell) / 2)
        return Grid(self.style, self.lanes.numbers, rows, columns, self.lefts[column], y)

    def rows(self, channel: int) -> list[Row]:
        lanes = self.lanes.of(channel)
        return [self._row(k, lanes[lane]) for k, lane in enumerate(self.lanes.shown) if lane is not None]

    def _row(self, row: int, lane: Lane) -> Row:
        top, layer, formats = self.row_top(row), self.lanes.layer, self.lanes.formats
        grids = [self.grid(k, top, self.row_height) for k in range(2 if lane.kernel is None else 3)]
        values = plane(layer.input[lane.channel])
        sheet = SheetGrid(grids[0], self.sheet, values, formats.x, formats.empty, self.lanes.color(lane.channel))
        return Row(lane, sheet, None if lane.kernel is None else grids[1], grids[-1])

    @cached_property
    def out(self) -> Grid:
        return self.grid(len(self.shapes) - 1, self.top, self.bottom - self.top)

    # what stays as long as the filter does

    def still(self, channel: int) -> Items:
        items: list[Primitive] = [Boxes(((0, 0, self.width, self.bottom),), self.style.colors.background)]
        for row in self.rows(channel):
            items += self._row_still(row)
        for k, lane in enumerate(self.lanes.shown):
            if lane is None:
                middle = self.row_top(k) + self.row_height / 2
                items.append(self._sign(self.shapes[0][1] * self.lanes.numbers.cell / 2, middle, "⋮"))
        items += self._joined(channel) if self.add else []
        if self.labelled:
            items += self._labels(channel)
        return tuple(items)

    def _row_still(self, row: Row) -> list[Primitive]:
        items = row.sheet.still()
        if row.kernel is not None and row.lane.kernel is not None:
            color = self.lanes.kernel_color(row.lane.channel)
            items += row.kernel.filled(plane(row.lane.kernel), self.lanes.formats.w, color)
        items += row.map.pending()
        grids = [row.sheet.grid, *([row.kernel] if row.kernel is not None else []), row.map]
        for left, right, text in zip(grids, grids[1:], ["∗", "="] if row.kernel is not None else ["→"], strict=False):
            items.append(self._sign((left.x + left.width + right.x) / 2, row.map.middle, text))
        return items

    def _sign(self, x: float, y: float, text: str) -> Primitive:
        return self.style.centered(x, y, text, size=self.sign_size, color=self.lanes.quiet)

    def _joined(self, channel: int) -> list[Primitive]:
        """A bracket from all maps to the output, with the bias on its way."""
        maps = [row.map for row in self.rows(channel)]
        start, bar = maps[0].x + maps[0].width + self.style.gap * 0.6, self.style.gap * 1.2
        stroke = Stroke(self.style.colors.faint, max(1.0, 1.5 * self.style.scale))
        x, y = round(start + bar - self.style.gap * 0.6), self.out.middle
        ticks = tuple(((start, m.middle), (x, m.middle)) for m in maps)
        spine = ((x, maps[0].middle), (x, maps[-1].middle))
        text = f"{self.lanes.bias_of(channel)} =".strip()
        wide = self.style.width(text, size=self.sign_size)
        middle = (x + self.out.x) / 2
        sign = self.style.centered(middle, y, text, size=self.sign_size, color=self.lanes.quiet)
        lead = ((x, y), (middle - wide / 2 - self.style.gap * 0.4, y))
        plus = [self._plus(a, b) for a, b in pairwise(maps)]
        return [Lines((*ticks, spine, lead), stroke), sign, *plus, *self.out.pending()]

    def _plus(self, above: Grid, below: Grid) -> Primitive:
        y = (above.y + above.height + below.y) / 2
        return self.style.centered(above.x + above.width / 2, y, "+", size=self.sign_size, color=self.lanes.quiet)

    def _labels(self, channel: int) -> list[Primitive]:
        items: list[Primitive] = []
        for left, sign in zip(self.lefts, self.signs, strict=True):
            items += sign.at(left, 0)
        for row in self.rows(channel):
            y = row.sheet.grid.y - 0.4 * self.style.gap
            name = f"channel {row.lane.channel + 1}"
            size = self.style.small_size
            height = size * self.style.font.cap_height
            items.append(self.style.text(row.sheet.grid.x, y - height, name, size=size, color=self.lanes.quiet))
        if self.lanes.meet and self.lanes.layer.operator.out_channels > 1:
            items.append(self._counter(channel))
        return items

    def _counter(self, channel: int) -> Primitive:
        """Which of many filters is at work, over the first kernel."""
        size, rows = self.style.small_size, self.rows(channel)
        above = rows[0].kernel or rows[0].map
        top = above.y - 0.4 * self.style.gap - size * self.style.font.cap_height
        text = f"filter {channel + 1} of {self.lanes.layer.operator.out_channels}"
        return self.style.text(above.x, top, text, size=size, color=self.style.colors.ink, bold=True)

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        steps = self.lanes.steps
        cell = steps.cell(k)
        begins = k > 0 and steps.cell(k - 1)[0] != cell[0]
        kept = list(self.still(cell[0])) if begins else []
        for passed in steps.passed(k):
            if passed[0] == cell[0]:
                kept += self._results(passed)
        return Frame(tuple(kept), tuple(self._shown(cell)))

    def _results(self, cell: tuple[int, ...], *, current: bool = False) -> list[Primitive]:
        """A cell of every map, and of the output."""
        items: list[Primitive] = []
        for row in self.rows(cell[0]):
            color = self.lanes.map_color(row.lane.channel)
            items += self._result(row.map, cell, row.lane.map[cell[1:]].item(), color, current=current)
        if self.add:
            value = self.lanes.layer.output[cell].item()
            items += self._result(self.out, cell, value, self.style.colors.output, current=current)
        return items

    def _result(self, grid: Grid, cell: tuple[int, ...], value: float, color: str, *, current: bool) -> list[Primitive]:
        fill, place = self.lanes.current(color) if current else color, two(cell[1:])
        text = grid.number(place, self.lanes.map_format(value), fill, bold=current)
        return [grid.boxes([place], fill, self.style.edge), text]

    def _shown(self, cell: tuple[int, ...]) -> list[Primitive]:
        items: list[Primitive] = []
        rows, columns = two(cell[1:])
        under = [(r, c) for r in self.sheet.rows.covered([rows]) for c in self.sheet.columns.covered([columns])]
        for row in self.rows(cell[0]):
            items += row.sheet.covered(under)[0]
        items += self._results(cell, current=True)
        if self.sum is not None:
            x = (self.width - self.sum.width) / 2
            items += self.lanes.written(self.sum, cell, x=x, y=self.sum_top + self.sum.size)
        return items

    @property
    def sum_top(self) -> float:
        return self.bottom + 1.5 * self.style.gap

    @cached_property
    def sum(self) -> Sum | None:
        return self.lanes.sum(self.width) if self.add else None

    def panel(self) -> Panel:
        panel = Panel(self.width, self.bottom, self.still(self.lanes.steps.cell(0)[0]), self._frames())
        if self.sum is None:
            return panel
        return panel.wider(self.sum.width, height=self.sum_top + self.sum.height)

    def _frames(self) -> Lazy[Frame]:
        return Lazy(len(self.lanes.steps), self.frame)


def channels(trace: Trace, style: Style) -> Panel:
    """The panel of the view; where channels never meet there is nothing to add up."""
    lanes = Lanes(trace, style)
    show = getattr(trace.spec.view, "show", "both")
    if show == "sum" and lanes.meet:
        return addition(lanes)
    return ChannelsView(lanes, add=show == "both" and lanes.meet).panel()
