"""The output maps of the channels view: one below the other, or if they are many, one before the other in a pile."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.hit_regions import of_grid
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.volume.filling import Filling
from conv_anim.scene.volume.oblique import Depth, Stack
from conv_anim.scene.volume.space import Cuboid, Space
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.channels.channel_rows import ChannelRows
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.primitives import Point, Primitive

Cell: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Column:
    """A grid for each output."""

    channel_rows: ChannelRows
    grids: tuple[Grid, ...]

    @property
    def x(self) -> float:
        """Left edge, in pixels."""
        return self.grids[0].x

    def grid(self, output: int) -> Grid:
        """The grid of an output."""
        return self.grids[output]

    def static(self, working: int) -> list[Primitive]:
        """All of them as the filter of one begins to work."""
        items: list[Primitive] = []
        for output, grid in enumerate(self.grids):
            values, color = self.channel_rows.layer.output[output], self.channel_rows.output_color(output)
            done = self.channel_rows.is_done(output, working)
            items += grid.filled(plane(values), self.channel_rows.output_format, color) if done else grid.pending()
        return items

    def hit_regions(self) -> list[HitRegion]:
        """The outlines of all cells."""
        axes = self.channel_rows.layer.output.ndim - 1
        return [region for output, grid in enumerate(self.grids) for region in of_grid("output", grid, output, axes)]

    def drift(self, _output: int) -> Point:
        """Nowhere: each has its place."""
        return 0.0, 0.0

    def result(self, cell: Cell, *, current: bool) -> list[Primitive]:
        """A cell with its value."""
        rows = self.channel_rows
        value, color = rows.layer.output[cell].item(), rows.output_color(cell[0])
        return rows.result(self.grid(cell[0]), cell, value, color, current=current, fmt=rows.output_format)


@dataclass(frozen=True)
class Pile:
    """Slices, the one that fills in front of those that are full, with its numbers."""

    channel_rows: ChannelRows
    filling: Filling

    def at(self, x: float, y: float) -> Pile:
        """The same with the upper left corner of its front at a place."""
        return replace(self, filling=replace(self.filling, stack=replace(self.filling.stack, x=x, y=y)))

    @property
    def x(self) -> float:
        """Left edge, in pixels."""
        return self.filling.stack.x

    def grid(self, output: int) -> Grid:
        """The front of an output's slice as a grid."""
        stack, of = self.filling.stack, self.channel_rows
        x, y = stack.at(stack.ends((output, 1))[0], 0, 0)
        return Grid(of.style, of.numbers, stack.rows, stack.columns, round(x), round(y), of.output_contents)

    def static(self, working: int) -> list[Primitive]:
        """The slices as they are when an output begins."""
        return [*self.filling.static(), *self.filling.begun([working])]

    def hit_regions(self) -> list[HitRegion]:
        """The front slice stands for all of them."""
        stack, axes = self.filling.stack, self.channel_rows.layer.output.ndim - 1
        front = self.grid(stack.nearest(stack.whole.slices))
        return list(of_grid("output", front, None, axes, drifts=True))

    def drift(self, output: int) -> Point:
        """How far from the front an output lies."""
        return self.filling.stack.drift((output, 1))

    def result(self, cell: Cell, *, current: bool) -> list[Primitive]:
        """A cell of the slice that fills, with its value."""
        channel_rows, (row, column) = self.channel_rows, two(cell[1:])
        block = Cuboid((cell[0], 1), (row, 1), (column, 1))
        fill = self.filling.current if current else self.filling.fill
        value = channel_rows.layer.output[cell].item()
        color = self.filling.stack.depth.shown(fill)(cell[0])
        grid, text = self.grid(cell[0]), channel_rows.output_format(value)
        if grid.contents.shades is not None:
            return [*self.filling.cells(block, fill), *grid.cell((row, column), text, color, bold=current, value=value)]
        written = [grid.number((row, column), text, color, bold=current)] if grid.contents.written else []
        return [*self.filling.cells(block, fill), *written]


Outputs: TypeAlias = Column | Pile


def pile(channel_rows: ChannelRows) -> Pile:
    """The outputs of a layer as a pile, not yet in its place."""
    style, layer, cell = channel_rows.style, channel_rows.layer, channel_rows.numbers.cell
    rows, columns = plane(layer.output[0]).shape
    depth = Depth.of(channel_rows.out_channels, round(0.32 * cell), deep=False, reverse=channel_rows.reverse)
    stack = Stack(depth, rows, columns, cell)
    waiting = replace(style, theme=replace(style.theme, pending=True))
    singly = tuple((output, 1) for output in range(channel_rows.out_channels))
    made = Space.made_by(layer.means)
    return Pile(channel_rows, Filling(waiting, made, stack, channel_rows.output_color, channel_rows.steps, singly))
