"""Where the maps of a pixel shuffle stand, and the colour of each cell: by its place in a square of the large map."""

from __future__ import annotations

from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING

from conv_anim.scene.channels.moved import Moved
from conv_anim.scene.layout import align, column, pad, row, table
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.slots import slot
from conv_anim.scene.sheets.tints import tints
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.steps import Cell
    from conv_anim.spec.shown_as import Woven
    from conv_anim.tracing.values import Array


@dataclass(frozen=True)
class WovenMaps(Moved):
    """Input on the left, output on the right."""

    @property
    def woven(self) -> Woven:
        """How the layer weaves channels into space."""
        woven = self.trace.layer.layer.woven
        assert woven is not None
        return woven

    @property
    def weaves(self) -> bool:
        """Whether the large maps are the output."""
        return self.woven.out

    def source(self, cell: Cell) -> Cell:
        """The input cell that an output cell is a copy of."""
        (tap,) = self.trace.layer.step(cell).taps
        assert tap.input is not None
        return tap.input

    # colours

    @cached_property
    def tints(self) -> tuple[str, ...]:
        """A colour for each place in a block."""
        return tints(self.style.colors, (self.woven.factor, self.woven.factor))

    def color(self, small: int) -> str:
        """The colour of a small map, by its place in its array."""
        return self.tints[small % len(self.tints)]

    def color_of_output(self, cell: Cell) -> str:
        """The colour of an output cell."""
        return self.color(self.source(cell)[0] if self.weaves else cell[0])

    def color_of_input(self, cell: Cell) -> str:
        """Of an input cell; in a large map that of the small one that it goes to."""
        if self.weaves:
            return self.color(cell[0])
        factor, (_, row, column) = self.woven.factor, cell
        return self.color(row % factor * factor + column % factor)

    # places

    @property
    def gap(self) -> int:
        """Between maps."""
        return round(self.style.wide if self.labelled else self.style.close)

    @property
    def _maps(self) -> Array:
        """The numbers of the small maps."""
        return self.trace.input if self.weaves else self.trace.made

    @property
    def small_shape(self) -> tuple[int, int]:
        """Rows and columns of a small map."""
        rows, columns = self._maps[0].shape
        return rows, columns

    @cached_property
    def across(self) -> int:
        """Between maps side by side, whose names do not touch."""
        if not self.labelled:
            return self.gap
        name = self.style.width(self._called(len(self._maps) - 1), size=self.style.small_size)
        wide = self.small_shape[1] * self.numbers.cell
        return max(self.gap, ceil(name + self.style.close - wide))

    def _called(self, channel: int) -> str:
        return self.say("channels.channel", number=channel + 1)

    @property
    def _large_maps(self) -> Array:
        """The numbers of the large maps."""
        return self.trace.made if self.weaves else self.trace.input

    @cached_property
    def page(self) -> Panel:
        """Room for all maps: beside each large one the array of the small ones that it is made of, or makes."""
        label = self.signs[0].width if self.labelled else 0.0
        pairs = (self._block(k) for k in range(len(self._large_maps)))
        blocks = [[align(first, label, 0.0, across="start"), second] for first, second in pairs]
        return pad(table(blocks, across=5 * self.style.gap, down=self.gap), top=self.top)

    def _block(self, number: int) -> list[Panel]:
        """An array of small maps and a large one, from left to right; both stand on their middles."""
        factor, (high, wide) = self.woven.factor, self._large_maps[0].shape
        first, side = number * factor**2, self.numbers.cell
        lines = [range(first + k * factor, first + (k + 1) * factor) for k in range(factor)]
        array = column(*(row(*map(self._small, line), gap=self.across) for line in lines), gap=self.gap)
        block = [replace(array, baseline=array.height / 2), slot(f"large {number}", wide * side, high * side)]
        return block if self.weaves else block[::-1]

    def _small(self, channel: int) -> Panel:
        rows, columns = self.small_shape
        return slot(f"small {channel}", columns * self.numbers.cell, rows * self.numbers.cell)

    def _grids(self, side: str, maps: Array) -> list[Grid]:
        places = [self.page.anchors[f"{side} {k}"] for k in range(len(maps))]
        rows, columns = maps[0].shape
        return [Grid(self.style, self.numbers, rows, columns, round(x), floor(y), self.there) for x, y in places]

    @cached_property
    def small(self) -> list[Grid]:
        """The grids of the side with more channels."""
        return self._grids("small", self._maps)

    @cached_property
    def large(self) -> list[Grid]:
        """The grids of the side with larger maps."""
        return self._grids("large", self._large_maps)

    @property
    def right(self) -> float:
        """Where the output begins."""
        return self.after[0].x

    @property
    def before(self) -> list[Grid]:
        """The grids of the input."""
        return self.small if self.weaves else self.large

    @property
    def after(self) -> list[Grid]:
        """The grids of the output."""
        return self.large if self.weaves else self.small

    @property
    def width(self) -> float:
        """In pixels."""
        right = max(grid.x + grid.width for grid in self.after)
        return max(right, self.right + self.signs[1].width if self.labelled else 0)

    @property
    def bottom(self) -> float:
        """Its lower edge, in pixels from the top."""
        return max(grid.y + grid.height for grid in (*self.small, *self.large))
