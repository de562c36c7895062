"""Cells in their own colours, as pictures: a whole map, or those of its cells that are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Mosaic
from conv_anim.spec.grouping import row_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conv_anim.scene.primitives import Point
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.shades import Rgb

    At = Callable[[float, float], Point]
    """Where a row and a column begin."""


def mosaic(colors: Rgb, at: At, row: int = 0, column: int = 0) -> Mosaic:
    """Cells in colours (rows, columns, 3); the first lies in a row and a column."""
    (x, y), (right, level), (left, below) = at(row, column), at(row, column + 1), at(row + 1, column)
    rows, columns, _ = colors.shape
    return Mosaic(rows, columns, colors.tobytes(), (x, y), (right - x, level - y), (left - x, below - y))


def finished(image: Rgb, cells: Iterable[Position], at: At, *, blended: bool) -> list[Mosaic]:
    """Some cells of a map, a row at a time; ``blended`` if their edges do not lie on whole pixels.

    Then they come with their neighbours above and before them, which are done: so no background shows between the two.
    """
    items = []
    for row, run in row_runs(cells):
        above, before = (int(blended and row > 0), int(blended and run.start > 0))
        part = image[row - above : row + 1, run.start - before : run.stop]
        items.append(mosaic(part, at, row - above, run.start - before))
    return items
