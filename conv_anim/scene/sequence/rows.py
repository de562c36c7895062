"""Layers with one axis as rows of nodes: where each node stands, and which of them a node is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.sheets.sheet import Chosen, Side
from conv_anim.tracing.geometry import Axis, Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.primitives import Point
    from conv_anim.tracing.trace import LayerTrace

LEAST, MOST = 68, 116
"""Pixels, at scale 1, between a row and the one above it."""
SLOPE = 0.34
"""How high a row stands over the one below it, at least, for each pixel that its windows reach to a side."""


@dataclass(frozen=True)
class Row:
    """A map as a row of nodes, with the nodes that border it; its first node is at ``x``, ``y``."""

    side: Side
    x: float
    y: float
    step: float
    """From one node to the next."""
    left_out: frozenset[tuple[int, ...]] = frozenset()
    """The cells of its layer's window that a mask leaves out."""

    def at(self, cell: int) -> Point:
        """The middle of a node in the picture."""
        return self.x + cell * self.step, self.y

    def made(self, cell: int) -> Point:
        """Where the node of a cell of the map stands."""
        return self.at(self.side.place(cell))

    def covered(self, outputs: list[int]) -> list[int]:
        """The nodes that some outputs of the row's layer are made of."""
        if not self.left_out:
            return list(self.side.covered(outputs))
        axis = self.side.axis
        kept = [tap for tap in range(axis.kernel) if (tap,) not in self.left_out]
        return sorted({self.side.lead + axis.cell(output, tap) for output in outputs for tap in kept})

    def taps(self, output: int) -> Iterator[int]:
        """The nodes that an output of the row's layer reads, in the order of the window; none beyond the padding."""
        for cell in self.covered([output]):
            if self.side.sources[cell][0] is not Source.OUTSIDE:
                yield cell

    def cells(self) -> list[int]:
        """Every node there is."""
        return [cell for cell, (source, _) in enumerate(self.side.sources) if source is not Source.OUTSIDE]

    def moved(self, dx: float, dy: float) -> Row:
        """The same, so many pixels to the right and down."""
        return replace(self, x=self.x + dx, y=self.y + dy)


def is_causal(axis: Axis) -> bool:
    """Whether every output is made of nothing that comes after it."""
    return axis.stretch == 1 and axis.kernel > 1 and (axis.before, axis.after) == (axis.effective_kernel - 1, 0)


def side_of(layer: LayerTrace) -> Side:
    """The axis of a layer with one: a sliding window, or cells that each output chooses among."""
    attends = layer.layer.attends
    if attends is None:
        return Side(layer.operator.axes[0])
    (count,) = layer.layer.ends.in_size
    return Chosen(Axis(count, 1, count), attends.seen[0])


def _width(side: Side) -> int:
    """How far an output reaches over the row below it, in nodes."""
    if isinstance(side, Chosen):
        return max(2 * abs(cell - o) for o, seen in enumerate(side.seen) for cell in seen)
    return side.axis.effective_kernel - 1


def rows_of(read: list[Side], *, pitch: float, scale: float, floor: float) -> list[Row]:
    """From the input at the bottom up to the output: no nodes nearer than ``pitch``, no rows nearer than ``floor``.

    An output stands over the middle of its window; where a layer is causal, all stand over the newest cell.
    """
    axes = [side.axis for side in read]
    newest = any(map(is_causal, axes))
    sides = [*read, Side(Axis(axes[-1].count, 1, axes[-1].count))]
    unit = pitch / min(_steps(axes))
    rows = [Row(sides[0], 0.0, 0.0, unit)]
    for axis, lower, side in zip(axes, read, sides[1:], strict=True):
        below = rows[-1]
        reach, wide = axis.effective_kernel - 1, _width(lower)
        first = below.x + (below.side.lead + (reach if newest else reach / 2)) * below.step
        step = below.step * axis.stride / side.axis.stretch
        height = max(floor, min(SLOPE * below.step * (wide if newest else wide / 2), MOST * scale))
        rows.append(Row(side, first - side.place(0) * step, below.y - height, step))
    left = min(row.at(row.cells()[0])[0] for row in rows)
    return [row.moved(-left, -rows[-1].y) for row in rows]


def _steps(axes: list[Axis]) -> list[float]:
    """How far apart the nodes of each row stand, counted in nodes of the lowest."""
    steps = [1.0]
    for axis, above in zip(axes, [*axes[1:], None], strict=True):
        steps.append(steps[-1] * axis.stride / (1 if above is None else above.stretch))
    return steps


def reaches(rows: list[Row], output: int) -> list[list[int]]:
    """For each row from the input up the cells of its map that an output is made of; the last is the output itself."""
    found = [[output]]
    for row in reversed(rows[:-1]):
        found.insert(0, row.side.read(row.covered(found[0])))
    return found
