"""The second half of the channels view: the channels' maps side by side, added up cell by cell, with the bias."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene import words
from conv_anim.scene.color import mix
from conv_anim.scene.grid import Grid
from conv_anim.scene.numbers import plane
from conv_anim.scene.panel import Panel, Sign
from conv_anim.scene.primitives import Boxes, Frame, Lazy
from conv_anim.scene.sheet import row_and_column, two

if TYPE_CHECKING:
    from conv_anim.scene.lanes import Lanes
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.sums import Sum


@dataclass(frozen=True)
class Addition:
    """Maps, signs between them, and the output in one line."""

    lanes: Lanes

    @property
    def style(self) -> Style:
        return self.lanes.style

    @property
    def labelled(self) -> bool:
        return self.lanes.trace.spec.labels is not None

    @property
    def sign_size(self) -> float:
        return 1.4 * self.style.number_size

    @cached_property
    def sign(self) -> Sign:
        return Sign(self.style, words.labels(self.lanes.trace)[-1], None)

    @cached_property
    def top(self) -> int:
        return round(self.sign.height + 0.7 * self.style.gap) if self.labelled else 0

    @cached_property
    def texts(self) -> list[str]:
        """The sign after each map."""
        return [*["+"] * (len(self.lanes.shown) - 1), f"{self.lanes.bias_text} =".strip()]

    @cached_property
    def grids(self) -> list[Grid]:
        """The maps that are shown, and the output."""
        rows, columns = row_and_column(self.lanes.layer.operator)
        grids: list[Grid] = []
        x = 0.0
        for k in range(len(self.lanes.shown) + 1):
            grids.append(Grid(self.style, self.lanes.numbers, rows.count, columns.count, round(x), self.top))
            if k < len(self.texts):
                x += grids[-1].width + self.style.width(self.texts[k], size=self.sign_size) + 1.5 * self.style.gap
        return grids

    @property
    def out(self) -> Grid:
        return self.grids[-1]

    @property
    def width(self) -> float:
        return self.out.x + max(self.out.width, self.sign.width if self.labelled else 0)

    @property
    def bottom(self) -> int:
        return self.top + self.out.height

    def still(self, channel: int) -> Items:
        items: list[Primitive] = [Boxes(((0, 0, self.width, self.bottom),), self.style.colors.background)]
        lanes = self.lanes.of(channel)
        for grid, lane in zip(self.grids, self.lanes.shown, strict=False):
            if lane is None:
                items.append(self._centered(grid.x + grid.width / 2, "…"))
                continue
            color = self.lanes.map_color(lanes[lane].channel)
            items += grid.filled(plane(lanes[lane].map), self.lanes.map_format, color)
            items += self._name(grid, f"map of channel {lanes[lane].channel + 1}")
        texts = [*self.texts[:-1], f"{self.lanes.bias_of(channel)} =".strip()]
        for left, right, text in zip(self.grids, self.grids[1:], texts, strict=False):
            items.append(self._centered((left.x + left.width + right.x) / 2, text))
        items += self.out.pending()
        if self.labelled:
            items += self.sign.at(self.out.x, self.top - 0.7 * self.style.gap - self.sign.height)
        return tuple(items)

    def _centered(self, x: float, text: str) -> Primitive:
        return self.style.centered(x, self.out.middle, text, size=self.sign_size, color=self.lanes.quiet)

    def _name(self, grid: Grid, text: str) -> list[Primitive]:
        if not self.labelled:
            return []
        size = self.style.small_size
        top = self.top - 0.7 * self.style.gap - size * self.style.font.cap_height
        return [self.style.text(grid.x, top, text, size=size, color=self.lanes.quiet)]

    def frame(self, k: int) -> Frame:
        steps = self.lanes.steps
        cell = steps.cell(k)
        begins = k > 0 and steps.cell(k - 1)[0] != cell[0]
        kept = list(self.still(cell[0])) if begins else []
        for passed in steps.passed(k):
            if passed[0] == cell[0]:
                kept += self._result(passed, self.style.colors.output)
        current = self.lanes.current(self.style.colors.output)
        shown = [*self._read(cell), *self._result(cell, current, bold=True)]
        shown += self.lanes.written(self.sum, cell, x=(self.width - self.sum.width) / 2, y=self.sum_top + self.sum.size)
        return Frame(tuple(kept), tuple(shown))

    def _result(self, cell: tuple[int, ...], fill: str, *, bold: bool = False) -> list[Primitive]:
        place, value = two(cell[1:]), self.lanes.layer.output[cell].item()
        text = self.out.number(place, self.lanes.map_format(value), fill, bold=bold)
        return [self.out.boxes([place], fill, self.style.edge), text]

    def _read(self, cell: tuple[int, ...]) -> list[Primitive]:
        """The cell of every map that is added."""
        items: list[Primitive] = []
        lanes, theme, place = self.lanes.of(cell[0]), self.style.theme, two(cell[1:])
        for grid, lane in zip(self.grids, self.lanes.shown, strict=False):
            if lane is None:
                continue
            color = self.lanes.map_color(lanes[lane].channel)
            fill = mix(color, self.style.colors.window, theme.overlay)
            value = self.lanes.map_format(lanes[lane].map[cell[1:]].item())
            items += [grid.boxes([place], fill, self.style.edge), grid.number(place, value, fill, bold=True)]
        return items

    @cached_property
    def sum(self) -> Sum:
        return self.lanes.sum(self.width)

    @property
    def sum_top(self) -> float:
        return self.bottom + 1.5 * self.style.gap


def addition(lanes: Lanes) -> Panel:
    """The panel of the view."""
    view = Addition(lanes)
    still = view.still(lanes.steps.cell(0)[0])
    panel = Panel(view.width, view.bottom, still, Lazy(len(lanes.steps), view.frame))
    return panel.wider(view.sum.width, height=view.sum_top + view.sum.height)
