"""Where padding that repeats input cells has its numbers from: brackets beside the sheet, and cells marked in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Lines, Polygons, Stroke
from conv_anim.scene.sheets.tones import SMALLEST_EDGED
from conv_anim.scene.strokes import seen
from conv_anim.spec.grouping import grouped
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.sheet import Sheet, Side
    from conv_anim.scene.style import Style


@dataclass(frozen=True)
class Borrowing:
    """The hints for one sheet."""

    sheet: Sheet
    style: Style

    @property
    def pitch(self) -> float:
        """From one bracket to the next."""
        return self.style.half

    def room(self, side: Side) -> float:
        """What the brackets of all windows along a side need beside the sheet."""
        windows = (side.covered([o]) for o in range(side.axis.count))
        most = max(len(_borrowed(side, cells)) for cells in windows)
        return (most + 0.7) * self.pitch if most else 0.0

    def shown(self, grid: Grid, fills: Mapping[Position, str]) -> list[Primitive]:
        """For the cells under a window, with their colours: brackets, and in shades rings around what is repeated.

        None of them in cells that are too small for a line of their own.
        """
        if grid.numbers.cell < SMALLEST_EDGED:
            return []
        rows = _borrowed(self.sheet.rows, {r for r, _ in fills})
        columns = _borrowed(self.sheet.columns, {c for _, c in fills})
        items: list[Primitive] = []
        for k, (cell, shown) in enumerate(rows.items()):
            items += self._bracket([(y, x) for x, y in self._path(k, grid, cell, shown, (grid.y, grid.x))])
        for k, (cell, shown) in enumerate(columns.items()):
            items += self._bracket(self._path(k, grid, cell, shown, (grid.x, grid.y)))
        return [*items, *self._rings(grid, fills)] if grid.contents.shades is not None else items

    def lent(self, grid: Grid, places: Iterable[Position]) -> dict[Position, str]:
        """The cells that those under a window repeat, each in a deeper colour; in shades they keep theirs."""
        if grid.contents.shades is not None or grid.numbers.cell < SMALLEST_EDGED:
            return {}
        return dict.fromkeys(sorted(self._sources(places)), self.style.deeper(self.style.colors.input))

    def _path(self, k: int, grid: Grid, cell: int, shown: int, corner: Point) -> list[Point]:
        """From the middle of one column to that of another, above the sheet."""
        along, edge = corner
        side = grid.numbers.cell
        near, far = edge - 0.15 * self.pitch, edge - (k + 1.2) * self.pitch
        start, end = along + (shown + 0.5) * side, along + (cell + 0.5) * side
        return [(start, near), (start, far), (end, far), (end, near)]

    def _bracket(self, path: list[Point]) -> list[Primitive]:
        """A line with a head at its end."""
        color, head = self.style.colors.ink, 0.42 * self.pitch
        *line, (before_x, before_y), (x, y) = path
        dx, dy = ((x > before_x) - (x < before_x)) * head, ((y > before_y) - (y < before_y)) * head
        base = (x - 1.6 * dx, y - 1.6 * dy)
        corners = ((x, y), (base[0] - dy, base[1] + dx), (base[0] + dy, base[1] - dx))
        stroke = Stroke(color, max(1.0, 1.2 * self.style.scale))
        return [Lines(((*line, (before_x, before_y), base),), stroke), Polygons((corners,), color)]

    def _rings(self, grid: Grid, fills: Mapping[Position, str]) -> list[Primitive]:
        colors = self.style.colors
        by_color = grouped(
            (seen(fills.get(place, colors.input), colors.ink, colors.background), place)
            for place in sorted(self._sources(fills))
        )
        return [item for color, places in by_color.items() for item in grid.ringed(places, color)]

    def _sources(self, places: Iterable[Position]) -> set[Position]:
        """The input cells that the borrowed ones among some cells repeat."""
        rows, columns = self.sheet.rows, self.sheet.columns
        found = set()
        for r, c in places:
            (row_source, row), (column_source, column) = rows.sources[r], columns.sources[c]
            if max(row_source, column_source) is Source.BORROWED:
                found.add((rows.place(row), columns.place(column)))
        return found


def _borrowed(side: Side, cells: Iterable[int]) -> dict[int, int]:
    """The borrowed ones among some cells of a side, from the input outwards, and the cells that they repeat."""
    found = {cell: side.sources[cell] for cell in cells}
    shown = {cell: side.place(i) for cell, (source, i) in found.items() if source is Source.BORROWED}
    return dict(sorted(shown.items(), key=lambda pair: abs(pair[0] - pair[1])))
