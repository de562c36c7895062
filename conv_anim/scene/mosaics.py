"""Cells in their own colours, as pictures: a whole map, or those of its cells that are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Mosaic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conv_anim.scene.primitives import Point
    from conv_anim.scene.shades import Rgb

    At = Callable[[float, float], Point]
    """Where a row and a column begin."""
    Place = tuple[int, int]


def mosaic(colors: Rgb, at: At, row: int = 0, column: int = 0) -> Mosaic:
    """Cells in colours (rows, columns, 3), of which the first lies in a row and a column."""
    (x, y), (right, level), (left, below) = at(row, column), at(row, column + 1), at(row + 1, column)
    rows, columns, _ = colors.shape
    return Mosaic(rows, columns, colors.tobytes(), (x, y), (right - x, level - y), (left - x, below - y))


def finished(image: Rgb, cells: Iterable[Place], at: At, *, blended: bool) -> list[Mosaic]:
    """Some cells of a map, a row at a time; ``blended`` if their edges do not lie on whole pixels.

    Then they come with their neighbours above and before them, which are done: so no background shows between the two.
    """
    columns: dict[int, list[int]] = {}
    for row, column in cells:
        columns.setdefault(row, []).append(column)
    items = []
    for row, own in columns.items():
        for left, right in _runs(sorted(own)):
            above, before = (int(blended and row > 0), int(blended and left > 0))
            part = image[row - above : row + 1, left - before : right]
            items.append(mosaic(part, at, row - above, left - before))
    return items


def _runs(columns: list[int]) -> list[tuple[int, int]]:
    starts = [c for k, c in enumerate(columns) if k == 0 or columns[k - 1] != c - 1]
    ends = [c + 1 for k, c in enumerate(columns) if k == len(columns) - 1 or columns[k + 1] != c + 1]
    return list(zip(starts, ends, strict=True))
