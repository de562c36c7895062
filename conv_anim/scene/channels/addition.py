"""The second half of the channels view: the channels' maps side by side, added up cell by cell, with the bias."""

from __future__ import annotations

from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.callouts import Callout
from conv_anim.scene.channels.arrangement import shortened
from conv_anim.scene.channels.drawing import ChannelDrawing
from conv_anim.scene.channels.headings import ends
from conv_anim.scene.channels.outputs import Column, pile
from conv_anim.scene.hit_regions import of_grid
from conv_anim.scene.layout import pad, row
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.slots import slot
from conv_anim.scene.wording.words import Label
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.channels.layer_rows import ChannelRow
    from conv_anim.scene.channels.outputs import Outputs
    from conv_anim.scene.channels.tally import Tally
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive


@dataclass(frozen=True)
class Addition(ChannelDrawing):
    """Maps, signs between them, and the output in one line; of several outputs a pile."""

    @property
    def sign_size(self) -> float:
        """Em of the signs between the parts, in pixels."""
        return 1.4 * self.style.number_size

    @property
    def made_count(self) -> int:
        """All of its output's, of maps that are given: no product is shown."""
        return self.layer.output.size

    @cached_property
    def placed(self) -> list[int | None]:
        """Which of the rows are drawn; None for the ones left out."""
        return shortened(self.seen)

    def sign(self, channel: int) -> Callout:
        """The label of the output, and which of its channels is being made."""
        _, label = ends(self.trace, self.say)
        if self.out_channels > 1:
            count = self.out_channels
            label = Label(label.name, self.say("channels.filter_of", number=channel + 1, count=count))
        return Callout(self.style, label, None)

    @cached_property
    def top(self) -> int:
        """Top of the maps, below their labels, in pixels."""
        return round(self.sign(0).height + self.style.close) if self.labelled else 0

    @cached_property
    def texts(self) -> list[str]:
        """The sign after each map."""
        return [*["+"] * (len(self.placed) - 1), f"{self.bias_text} =".strip()]

    @cached_property
    def page(self) -> Panel:
        """Room for the maps and, after them, for the output: all on one middle, an anchor for each by its number."""
        wide, high = self._size
        rooms = [
            max(wide + self.style.width(text, size=self.sign_size) + self.style.wide, self._named)
            for text in self.texts
        ]
        maps = [pad(slot(str(k), wide, high), right=room - wide) for k, room in enumerate(rooms)]
        return pad(row(*maps, slot(str(len(maps)), *self._made_size)), top=self.top)

    @property
    def _size(self) -> tuple[float, float]:
        """Width and height of a map, in pixels."""
        rows, columns = self._shape
        return columns * self.numbers.cell, round(rows * self.numbers.cell)

    @cached_property
    def _made_size(self) -> tuple[float, float]:
        """Width and height of the output or of the pile of outputs, in pixels."""
        if self.out_channels == 1:
            return self._size
        stack = pile(self).filling.stack
        return stack.width, ceil(stack.height)

    def _corner(self, k: int) -> tuple[int, int]:
        """Where a map begins, or the output."""
        x, y = self.page.anchors[str(k)]
        return round(x), floor(y)

    @property
    def _last(self) -> tuple[int, int]:
        return self._corner(len(self.texts))

    @cached_property
    def _named(self) -> float:
        """What the name above a map takes, with room before the next one."""
        if not self.labelled:
            return 0.0
        names = (self._name(channel_row.channel) for channel_row in self.of(0))
        return max(self.style.width(name, size=self.style.small_size) for name in names) + self.style.half

    def _name(self, channel: int) -> str:
        return self.say(f"channels.{self.made_of}_of", number=channel + 1)

    @property
    def _shape(self) -> tuple[int, int]:
        rows, columns = plane(self.layer.output[0]).shape
        return rows, columns

    def _grid(self, k: int) -> Grid:
        return Grid(self.style, self.numbers, *self._shape, *self._corner(k), self.map_contents)

    @cached_property
    def grids(self) -> list[Grid]:
        """The maps that are shown."""
        return [self._grid(k) for k in range(len(self.texts))]

    def _parts(self, channel: int) -> list[tuple[Grid, ChannelRow | None]]:
        """What is added up to an output: its maps in their grids; None for the ones left out."""
        rows = self.of(channel)
        return [(grid, None if k is None else rows[k]) for grid, k in zip(self.grids, self.placed, strict=True)]

    @cached_property
    def outputs(self) -> Outputs:
        """The output, or all of them in a pile."""
        if self.out_channels == 1:
            return Column(self, (replace(self._grid(len(self.texts)), contents=self.output_contents),))
        made, (x, y) = pile(self), self._last
        return made.at(x, y + ceil(made.filling.stack.depth.total))

    @property
    def width(self) -> float:
        """In pixels."""
        label = self.sign(self.out_channels - 1).width if self.labelled else 0
        return self._last[0] + max(self._made_size[0], label)

    @property
    def bottom(self) -> int:
        return round(self.page.height)

    def begun(self, channel: int) -> Items:
        items: list[Primitive] = [Boxes(((0, 0, self.width, self.bottom),), self.style.colors.background)]
        for grid, term in self._parts(channel):
            if term is None:
                items.append(self._centered(grid.x + grid.width / 2, "…"))
                continue
            items += grid.filled(plane(term.map), self.map_format, self.map_color(term.channel))
            if self.labelled:
                items.append(grid.name(self._name(term.channel), gap=self.style.close))
        texts = [*self.texts[:-1], f"{self.bias_of(channel)} =".strip()]
        lefts = [*(grid.x for grid in self.grids[1:]), self._last[0]]
        for grid, left, text in zip(self.grids, lefts, texts, strict=True):
            items.append(self._centered((grid.x + grid.width + left) / 2, text))
        items += self.outputs.static(channel)
        if self.labelled:
            sign = self.sign(channel)
            items += sign.at(self._last[0], self.top - self.style.close - sign.height)
        return tuple(items)

    def _centered(self, x: float, text: str) -> Primitive:
        middle = self.grids[0].middle
        return self.style.centered(x, middle, text, size=self.sign_size, color=self.style.label_ink)

    def done(self, cell: tuple[int, ...]) -> list[Primitive]:
        return self.outputs.result(cell, current=False)

    def shown(self, cell: tuple[int, ...], *, made: bool = True) -> list[Primitive]:
        return [*self.read(cell), *(self.outputs.result(cell, current=True) if made else [])]

    def grids_of(self, channel: int) -> list[Grid]:
        return [*self.grids, self.outputs.grid(channel)]

    def read(self, cell: tuple[int, ...]) -> list[Primitive]:
        """The cell of every map that is added."""
        items: list[Primitive] = []
        place = two(cell[1:])
        for grid, term in self._parts(cell[0]):
            if term is not None:
                fill, value = self.style.under_window(self.map_color(term.channel)), term.map[cell[1:]].item()
                items += grid.cell(place, self.map_format(value), fill, bold=True, value=value)
                items += grid.framed([place])
        return items

    def hit_regions(self) -> list[HitRegion]:
        """A cell of the maps that are added is a part of an output cell."""
        axes = self.layer.output.ndim - 1
        added = [grid for grid, term in self._parts(0) if term is not None]
        parts = [region for grid in added for region in of_grid("output", grid, None, axes)]
        return [*parts, *self.outputs.hit_regions()]

    @cached_property
    def sum(self) -> Tally:
        return self.tally(self.width)
