"""Where the maps of a pixel shuffle stand, and the colour of each cell: by its place in a square of the large map."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.channels.moved import Moved
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.tints import tints
from conv_anim.values import dataclass

if TYPE_CHECKING:
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
        return round(self.style.gap * (1.5 if self.labelled else 0.8))

    @cached_property
    def _sizes(self) -> tuple[float, float, float]:
        """Width and height of an array of small maps, and the height of a block with its large one beside it."""
        rows, columns = self.small_shape
        side, factor = self.numbers.cell, self.woven.factor
        width = columns * side * factor + self.across * (factor - 1)
        height = rows * side * factor + self.gap * (factor - 1)
        return width, height, height + self.gap

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

    @cached_property
    def small(self) -> list[Grid]:
        """The grids of the side with more channels."""
        factor, (rows, columns) = self.woven.factor, self.small_shape
        side, left = self.numbers.cell, 0 if self.weaves else self.right
        grids: list[Grid] = []
        for channel in range(len(self._maps)):
            block, place = divmod(channel, factor**2)
            row, column = divmod(place, factor)
            x = left + column * (columns * side + self.across)
            y = self.top + block * self._sizes[2] + row * (rows * side + self.gap)
            grids.append(Grid(self.style, self.numbers, rows, columns, x, y, self.there))
        return grids

    @cached_property
    def large(self) -> list[Grid]:
        """The grids of the side with larger maps."""
        values = self.trace.made if self.weaves else self.trace.input
        rows, columns = values[0].shape
        left, lower = self.right if self.weaves else 0, (self._sizes[1] - rows * self.numbers.cell) // 2
        tops = [self.top + block * self._sizes[2] + lower for block in range(len(values))]
        return [Grid(self.style, self.numbers, rows, columns, left, y, self.there) for y in tops]

    @cached_property
    def right(self) -> int:
        """Where the output begins."""
        cells = self.trace.input[0].shape[1] * self.numbers.cell
        wide = self._sizes[0] if self.weaves else cells
        return round(max(wide, self.signs[0].width if self.labelled else 0) + 5 * self.style.gap)

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
