"""The output maps of the channels view: one below the other, or if they are many, one before the other in a pile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.scene.areas import of_grid
from conv_anim.scene.grid import Grid
from conv_anim.scene.numbers import plane
from conv_anim.scene.sheet import two
from conv_anim.scene.volume.filling import Filling
from conv_anim.scene.volume.oblique import Depth, Stack
from conv_anim.scene.volume.space import Block, Space

if TYPE_CHECKING:
    from conv_anim.scene.areas import Area
    from conv_anim.scene.channels.lanes import Lanes
    from conv_anim.scene.primitives import Point, Primitive

Cell: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Column:
    """A grid for each output."""

    lanes: Lanes
    grids: tuple[Grid, ...]

    @property
    def x(self) -> float:
        return self.grids[0].x

    def grid(self, output: int) -> Grid:
        return self.grids[output]

    def still(self, working: int) -> list[Primitive]:
        """All of them as the filter of one begins to work."""
        items: list[Primitive] = []
        for output, grid in enumerate(self.grids):
            values, color = self.lanes.layer.output[output], self.lanes.output_color(output)
            done = self.lanes.is_done(output, working)
            items += grid.filled(plane(values), self.lanes.output_format, color) if done else grid.pending()
        return items

    def areas(self) -> list[Area]:
        axes = self.lanes.layer.output.ndim - 1
        return [area for output, grid in enumerate(self.grids) for area in of_grid("output", grid, output, axes)]

    def drift(self, _output: int) -> Point:
        """Nowhere: each has its place."""
        return 0.0, 0.0

    def result(self, cell: Cell, *, current: bool) -> list[Primitive]:
        text = self.lanes.output_format(self.lanes.layer.output[cell].item())
        return self.lanes.result(self.grid(cell[0]), cell, text, self.lanes.output_color(cell[0]), current=current)


@dataclass(frozen=True)
class Pile:
    """Slices, the one that fills in front of those that are full, with its numbers."""

    lanes: Lanes
    filling: Filling

    @property
    def x(self) -> float:
        return self.filling.stack.x

    def grid(self, output: int) -> Grid:
        stack = self.filling.stack
        x, y = stack.at(stack.ends((output, 1))[0], 0, 0)
        return Grid(self.lanes.style, self.lanes.numbers, stack.rows, stack.columns, round(x), round(y))

    def still(self, working: int) -> list[Primitive]:
        return [*self.filling.still(), *self.filling.begun((working, 1))]

    def areas(self) -> list[Area]:
        """The front slice stands for all of them."""
        stack, axes = self.filling.stack, self.lanes.layer.output.ndim - 1
        front = Grid(self.lanes.style, self.lanes.numbers, stack.rows, stack.columns, round(stack.x), round(stack.y))
        return list(of_grid("output", front, None, axes, drifts=True))

    def drift(self, output: int) -> Point:
        """How far from the front an output lies."""
        return self.filling.stack.drift((output, 1))

    def result(self, cell: Cell, *, current: bool) -> list[Primitive]:
        lanes, (row, column) = self.lanes, two(cell[1:])
        block = Block((cell[0], 1), (row, 1), (column, 1))
        fill = self.filling.current if current else self.filling.fill
        value = lanes.layer.output[cell].item()
        color = self.filling.stack.depth.shown(fill)(cell[0])
        number = self.grid(cell[0]).number((row, column), lanes.output_format(value), color, bold=current)
        return [*self.filling.cells(block, fill), number]


Outputs: TypeAlias = Column | Pile


def pile(lanes: Lanes) -> Pile:
    """The outputs of a layer as a pile, not yet in its place."""
    style, layer = lanes.style, lanes.layer
    rows, columns = plane(layer.output[0]).shape
    order = lanes.trace.spec.animation.order
    depth = Depth.of(lanes.outputs, round(0.32 * lanes.numbers.cell), deep=False, reverse=order == "reverse")
    stack = Stack(depth, rows, columns, lanes.numbers.cell)
    waiting = replace(style, theme=replace(style.theme, pending=True))
    singly = tuple((output, 1) for output in range(lanes.outputs))
    made = Space.made_by(layer.means)
    return Pile(lanes, Filling(waiting, made, stack, lanes.output_color, lanes.steps, singly))
