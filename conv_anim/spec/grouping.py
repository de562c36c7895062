"""Things put together: values by what they have in common, and cells that are neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

K = TypeVar("K")
V = TypeVar("V")


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Values by their keys, both in the order in which they come."""
    groups: dict[K, list[V]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def runs(cells: Iterable[int]) -> list[range]:
    """Cells in ascending order as runs of neighbours."""
    found: list[range] = []
    for cell in cells:
        neighbours = found and found[-1].stop == cell
        start = found.pop().start if neighbours else cell
        found.append(range(start, cell + 1))
    return found


def row_runs(cells: Iterable[tuple[int, int]]) -> list[tuple[int, range]]:
    """Cells (row, column) as runs along their rows, the rows in the order in which they come."""
    return [(row, run) for row, columns in grouped(cells).items() for run in runs(sorted(columns))]
