"""Maps as boxes of cells: which cells of a layer's input, in all three directions, some output cells are made of."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from conv_anim.scene.sheets.sheet import Side, row_and_column, runs, two
from conv_anim.tracing.gathers import Gather
from conv_anim.tracing.geometry import Axis
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.sheet import Run
    from conv_anim.tracing.operators import Operator


@dataclass(frozen=True, slots=True)
class Cuboid:
    """Neighbouring slices, rows and columns."""

    slices: Run
    rows: Run
    columns: Run


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells of some slices, rows and columns; each list in ascending order."""

    slices: list[int]
    rows: list[int]
    columns: list[int]

    @classmethod
    def one(cls, cell: tuple[int, ...]) -> Cells:
        """A cell (channel, *position): its slice is its place in depth if it has one, else its channel."""
        channel, *position = cell
        row, column = two(tuple(position))
        return cls([position[0] if len(position) > 2 else channel], [row], [column])

    def within(self, other: Cells) -> Cells:
        """Those that are in another selection too."""
        slices, rows, columns = set(other.slices), set(other.rows), set(other.columns)
        return Cells(
            [s for s in self.slices if s in slices],
            [r for r in self.rows if r in rows],
            [c for c in self.columns if c in columns],
        )

    def last(self, *, deep: bool) -> Cells:
        """The last row and column, and of a map with depth the last slice too."""
        return Cells(self.slices[-1:] if deep else self.slices, self.rows[-1:], self.columns[-1:])

    def blocks(self) -> list[Cuboid]:
        """As blocks of neighbouring cells."""
        return [Cuboid(*block) for block in product(runs(self.slices), runs(self.rows), runs(self.columns))]


def bare(count: int) -> Side:
    """Cells without a border."""
    return Side(Axis(count, 1, count))


@dataclass(frozen=True)
class Space:
    """A map with its canvas. Its slices are its channels; if it is ``deep``, the places in depth of one channel."""

    slices: Side
    rows: Side
    columns: Side
    deep: bool

    @classmethod
    def read_by(cls, means: Operator | Gather) -> Space:
        """The map that a window or a gather reads."""
        if isinstance(means, Gather):
            return cls.plain(means.in_channels, means.ends.in_size)
        rows, columns = row_and_column(means)
        slices = Side(means.axes[0]) if deep(means) else bare(means.in_channels)
        return cls(slices, Side(rows), Side(columns), deep(means))

    @classmethod
    def made_by(cls, means: Operator | Gather) -> Space:
        """A map that nothing reads."""
        return cls.plain(means.out_channels, means.out_size)

    @classmethod
    def plain(cls, channels: int, size: tuple[int, ...]) -> Space:
        """A map without a canvas."""
        rows, columns = two(size) if len(size) > 1 else (1, size[0])
        slices = size[0] if len(size) > 2 else channels
        return cls(bare(slices), bare(rows), bare(columns), len(size) > 2)

    @property
    def inputs(self) -> Cells:
        """The cells that hold input."""
        return Cells(list(self.slices.inputs), list(self.rows.inputs), list(self.columns.inputs))

    @property
    def sides(self) -> tuple[Side, Side, Side]:
        """Slices, rows and columns."""
        return self.slices, self.rows, self.columns

    @property
    def has_empty(self) -> bool:
        """Whether some cells hold no input."""
        return any(len(side.inputs) < side.extent for side in self.sides)

    @property
    def spread(self) -> bool:
        """Whether zeros are inserted between its cells."""
        return any(side.axis.stretch > 1 and side.axis.size > 1 for side in self.sides)

    def covered(self, means: Operator | Gather, made: Cells) -> Cells:
        """The cells under the windows that make some cells of the layer's output, or that are copied into them."""
        if isinstance(means, Gather):
            return copied(means, made)
        if self.deep:
            slices = self.slices.covered(made.slices)
        else:
            slices = sorted({seen for channel in made.slices for seen in means.seen_by(channel)})
        return Cells(slices, self.rows.covered(made.rows), self.columns.covered(made.columns))

    def placed(self, cells: Cells) -> Cells:
        """Where cells of the map lie on its canvas."""
        own = zip(self.sides, (cells.slices, cells.rows, cells.columns), strict=True)
        return Cells(*([side.place(i) for i in found] for side, found in own))

    def read(self, covered: Cells) -> Cells:
        """The cells of the map, without its canvas, that some cells show."""
        slices, rows, columns = covered.slices, covered.rows, covered.columns
        return Cells(self.slices.read(slices), self.rows.read(rows), self.columns.read(columns))


def deep(means: Operator | Gather) -> bool:
    """Whether the window moves in three directions."""
    return len(means.out_size) > 2


def copied(means: Gather, made: Cells) -> Cells:
    """What some cells of an output are made of, where that is found for slices, rows and columns one by one."""
    if not (made.slices and made.rows and made.columns):
        return Cells([], [], [])
    first = made.slices[0], made.rows[0], made.columns[0]
    wanted = [(place, *first[1:]) for place in made.slices]
    wanted += [(first[0], row, first[2]) for row in made.rows]
    wanted += [(*first[:2], column) for column in made.columns]
    read = [Cells.one(share.cell) for cell in wanted for share in means.shares(_index(means, cell)) if share.cell]
    return Cells(
        sorted({place for cells in read for place in cells.slices}),
        sorted({row for cells in read for row in cells.rows}),
        sorted({column for cells in read for column in cells.columns}),
    )


def _index(means: Gather, cell: tuple[int, int, int]) -> tuple[int, ...]:
    """An output cell (channel, *position) by its slice, row and column."""
    axes = len(means.out_size)
    return (0, *cell) if axes > 2 else (cell[0], *cell[3 - axes :])
