"""Windows as the columns of a matrix: its label, and letters that say which of its rows a cell of a window is."""

from __future__ import annotations

from functools import cached_property
from string import ascii_lowercase
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Key
from conv_anim.scene.flat.drawing import FlatDrawing
from conv_anim.scene.hit_regions import HitRegion
from conv_anim.scene.primitives import corners
from conv_anim.scene.sheets.sheet import Sheet
from conv_anim.scene.wording.words import Label, said_of, size
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive, Side
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.style import Style
    from conv_anim.spec.shown_as import Columns
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import Trace

MOST = len(ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Letters:
    """For a window of so many cells, row by row; none for more than there are letters."""

    count: int

    @property
    def used(self) -> bool:
        """Whether there are enough letters."""
        return self.count <= MOST

    def __getitem__(self, tap: int) -> str:
        return ascii_lowercase[tap] if self.used else ""

    def room(self, cell: float) -> float:
        """Left of the matrix, in pixels."""
        return 0.6 * cell if self.used else 0.0

    def above(self, style: Style) -> float:
        """Above the matrix, for the numbers of its columns, in pixels."""
        return style.small_size + style.thin if self.used else 0.0

    def numbered(self, grid: Grid) -> list[Primitive]:
        """A number above each column of a grid: with a letter it names a cell, ``b1``."""
        if not self.used:
            return []
        style, y = grid.style, grid.y - self.above(grid.style) / 2
        middles = (grid.x + (k + 0.5) * grid.numbers.cell for k in range(grid.columns))
        return [
            style.centered(x, y, str(k), size=style.small_size, color=style.label_ink)
            for k, x in enumerate(middles, start=1)
        ]

    def beside(self, grid: Grid) -> list[Primitive]:
        """One letter for each row of a grid."""
        if not self.used:
            return []
        style, side = grid.style, grid.numbers.cell
        x = grid.x - 0.3 * side
        return [
            style.centered(x, grid.y + (row + 0.5) * side, self[row], size=style.small_size, color=style.label_ink)
            for row in range(self.count)
        ]


def matrix_label(trace: Trace, given: str | None, *, key: str, shape: Position) -> Label:
    """Of an input or output that holds windows as columns, by rows and columns, as it is drawn."""
    say = said_of(trace)
    return Label(say(key, size=size(shape)) if given is None else given, say("flat.columns"))


@dataclass(frozen=True)
class ColumnsDrawing(FlatDrawing):
    """A drawing of windows as the columns of a matrix."""

    @property
    def _columns(self) -> Columns:
        columns = self.layer.layer.columns
        assert columns is not None
        return columns

    @property
    def window(self) -> Operator:
        """The window whose positions are the columns."""
        return self._columns.window

    @cached_property
    def sheet(self) -> Sheet:
        """The map that windows lie on, with the padding that they reach into."""
        return Sheet.read_by(self.window)

    @property
    def shape(self) -> Position:
        """Rows and columns of the matrix."""
        rows, columns = (self.layer.output if self._columns.made else self.layer.input).shape
        return rows, columns

    @property
    def letters(self) -> Letters:
        """A letter for each cell of the window."""
        return Letters(self.shape[0])

    def keys(self) -> tuple[Key, ...]:
        """What its marks mean."""
        if not self.letters.used:
            return ()
        fill = self.style.under_window(self.style.colors.input)
        said = self.say("flat.letters" if self._columns.made else "flat.letters.back")
        return (Key(said, fill, self.style.frame or self.style.edge),)

    def of_columns(self, side: Side, grid: Grid) -> list[HitRegion]:
        """Every cell of the matrix, on its grid."""
        return [HitRegion(side, place, corners(grid.box(*place))) for place in grid.places]
