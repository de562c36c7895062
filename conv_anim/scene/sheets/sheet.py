"""A map as a sheet of cells: the input where it lies on the canvas that a layer reads, with all that borders it."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.spec import grouping
from conv_anim.tracing.geometry import Axis, Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.sampling import Sampling

POINT = Axis(size=1, kernel=1, count=1)
"""The rows of something that has columns only."""
FARTHEST = 3
"""Cells beyond the padding that are drawn, where points lie that far."""


def row_and_column(op: Operator) -> tuple[Axis, Axis]:
    """The axes of a sheet; an operator with a single axis lies along its columns."""
    return (op.axes[-2], op.axes[-1]) if len(op.axes) > 1 else (POINT, op.axes[0])


def two(position: tuple[int, ...]) -> tuple[int, int]:
    """A position of one or two axes as (row, column)."""
    return (position[-2], position[-1]) if len(position) > 1 else (0, position[0])


Run = tuple[int, int]
"""The first of some neighbouring cells, and their number."""


def runs(cells: list[int]) -> list[Run]:
    """Cells in ascending order as runs of neighbours."""
    return [(run.start, len(run)) for run in grouping.runs(cells)]


@dataclass(frozen=True)
class Side:
    """One axis of a sheet, counted in cells drawn: the canvas, what hangs over it, and input that is left out."""

    axis: Axis

    @property
    def lead(self) -> int:
        """Input cells before the canvas, which a negative border leaves out."""
        return max(0, -self.axis.before)

    @property
    def extent(self) -> int:
        """Cells drawn along it."""
        return self.lead + max(self.axis.reach, self.axis.before + self.axis.stretched)

    @property
    def cells(self) -> Run:
        """The first cell that there is, and how many: without those beyond the padding."""
        return 0, self.extent - max(0, self.axis.reach - self.axis.canvas)

    @cached_property
    def inputs(self) -> dict[int, int]:
        """The cells that hold input, and which input cell it is."""
        return {self.place(i): i for i in range(self.axis.size)}

    def place(self, i: int) -> int:
        """Where an input cell lies."""
        return self.lead + self.axis.before + i * self.axis.stretch

    @cached_property
    def sources(self) -> list[tuple[Source, int]]:
        """For every cell what it is, and which input cell it shows (0 where none)."""
        index, source = self.axis.sources
        on_canvas = [(Source(s), int(i)) for s, i in zip(source, index, strict=True)]
        trail = self.extent - self.lead - len(on_canvas)
        found = [(Source.INSERTED, 0)] * self.lead + on_canvas + [(Source.INSERTED, 0)] * trail
        for cell, i in self.inputs.items():
            found[cell] = (Source.INPUT, i)
        return found

    @cached_property
    def met(self) -> frozenset[int]:
        """The cells that some window reads."""
        return frozenset(self.covered(list(range(self.axis.count))))

    def covered(self, outputs: list[int]) -> list[int]:
        """The cells under the windows of some outputs."""
        axis = self.axis
        return sorted({self.lead + axis.cell(o, t) for o in outputs for t in range(axis.kernel)})

    def read(self, cells: list[int]) -> list[int]:
        """The input cells that some cells show."""
        return sorted({self.sources[c][1] for c in cells if self.sources[c][0] <= Source.BORROWED})


@dataclass(frozen=True)
class Chosen(Side):
    """Where each output has cells of its own, and no window slides: ``seen`` has them for each."""

    seen: tuple[tuple[int, ...], ...]

    def covered(self, outputs: list[int]) -> list[int]:
        """The cells that some outputs see."""
        return sorted({self.lead + cell for o in outputs for cell in self.seen[o]})


@dataclass(frozen=True)
class Roomy(Side):
    """An axis with room for points before and behind its padding: there is no cell there, but points read 0.

    None of its cells is marked as never read.
    """

    ahead: int
    behind: int

    @classmethod
    def for_points(cls, axis: Axis, first: float, last: float) -> Roomy:
        """With room for points from a first to a last one, up to some cells."""
        beyond = ceil(-first - 0.5) - axis.before, ceil(last - axis.size + 0.5) - axis.after
        ahead, behind = (min(max(cells, 0), FARTHEST) for cells in beyond)
        return cls(replace(axis, count=1, kernel=axis.canvas, dilation=1), ahead, behind)

    @property
    def lead(self) -> int:
        return self.ahead

    @property
    def extent(self) -> int:
        return self.ahead + self.axis.canvas + self.behind

    @property
    def cells(self) -> Run:
        return self.ahead, self.axis.canvas

    @cached_property
    def met(self) -> frozenset[int]:
        """All: what is read is between cells."""
        return frozenset(range(self.extent))

    @cached_property
    def sources(self) -> list[tuple[Source, int]]:
        nothing, (first, count) = (Source.NOWHERE, 0), self.cells
        return [nothing] * first + super().sources[first : first + count] + [nothing] * self.behind


@dataclass(frozen=True)
class Sheet:
    """Rows and columns of cells."""

    rows: Side
    columns: Side

    @classmethod
    def read_by(cls, op: Operator) -> Sheet:
        """The canvas that an operator reads; of three axes the last two."""
        rows, columns = row_and_column(op)
        return cls(Side(rows), Side(columns))

    @classmethod
    def sampled_by(cls, sampling: Sampling) -> Sheet:
        """The input of what reads between its cells and beyond them: with its border, and room for points outside."""
        each = zip(sampling.window.axes, sampling.reach, strict=True)
        rows, columns = (Roomy.for_points(axis, *ends) for axis, ends in each)
        return cls(rows, columns)

    @classmethod
    def bare(cls, rows: int, columns: int) -> Sheet:
        """A map that nothing reads."""
        return cls(Side(Axis(rows, 1, rows)), Side(Axis(columns, 1, columns)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows.extent, self.columns.extent

    @property
    def has_empty(self) -> bool:
        """Whether some cells hold no input."""
        return len(self.rows.inputs) * len(self.columns.inputs) < self.shape[0] * self.shape[1]

    def place(self, canvas: tuple[int, int]) -> tuple[int, int]:
        """Where a cell of the canvas lies on the sheet."""
        return self.rows.lead + canvas[0], self.columns.lead + canvas[1]

    def unread(self, place: tuple[int, int]) -> bool:
        """Whether no window ever reads a cell."""
        return place[0] not in self.rows.met or place[1] not in self.columns.met

    def at(self, place: tuple[int, int]) -> tuple[Source, tuple[int, int]]:
        """What a cell is, and the input cell that it shows."""
        (row_source, row), (column_source, column) = self.rows.sources[place[0]], self.columns.sources[place[1]]
        return max(row_source, column_source), (row, column)

    def cells(self) -> Iterator[tuple[int, int, Source, tuple[int, int]]]:
        """Row, column, what is there, and the input cell that is shown."""
        for r, (row_source, row) in enumerate(self.rows.sources):
            for c, (column_source, column) in enumerate(self.columns.sources):
                yield r, c, max(row_source, column_source), (row, column)
