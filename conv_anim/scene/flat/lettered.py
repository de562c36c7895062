"""Windows as the columns of a matrix: its label, and letters that say which of its rows a cell of a window is."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_lowercase
from typing import TYPE_CHECKING

from conv_anim.scene.wording.words import Label, said_of, size

if TYPE_CHECKING:
    from conv_anim.scene.grid import Grid, Position
    from conv_anim.scene.primitives import Primitive
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

    def room(self, cell: int) -> float:
        """Left of the matrix, in pixels."""
        return 0.6 * cell if self.used else 0.0

    def beside(self, grid: Grid, color: str) -> list[Primitive]:
        """One letter for each row of a grid."""
        if not self.used:
            return []
        style, side = grid.style, grid.numbers.cell
        x = grid.x - 0.3 * side
        return [
            style.centered(x, grid.y + (row + 0.5) * side, self[row], size=style.small_size, color=color)
            for row in range(self.count)
        ]


def matrix_label(trace: Trace, given: str | None, *, key: str, shape: Position) -> Label:
    """Of an input or output that holds windows as columns, by rows and columns, as it is drawn."""
    say = said_of(trace)
    return Label(say(key, size=size(shape)) if given is None else given, say("flat.columns"))
