"""Where the channels view draws a lane, and which cells its areas stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conv_anim.scene.areas import of_grid, of_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conv_anim.scene.areas import Area
    from conv_anim.scene.channels.lanes import Lane, Lanes
    from conv_anim.scene.channels.outputs import Outputs
    from conv_anim.scene.grid import Grid, SheetGrid


@dataclass(frozen=True)
class Row:
    """A lane where it is drawn."""

    lane: Lane
    sheet: SheetGrid
    kernel: Grid | None
    map: Grid

    @property
    def grids(self) -> list[Grid]:
        """The grids of the input, of the kernel if there is one, and of the map."""
        return [self.sheet.grid, *([] if self.kernel is None else [self.kernel]), self.map]


@dataclass(frozen=True)
class Whereabouts:
    """Of the rows of every output channel, and of the output."""

    lanes: Lanes
    rows: Callable[[int], list[Row]]
    outputs: Outputs | None

    def __call__(self) -> list[Area]:
        """Input maps, what each of them contributes, and the output."""
        working = range(self.lanes.outputs if self.lanes.meet else 1)
        rows = [row for channel in working for row in self.rows(channel)]
        outputs = [] if self.outputs is None else self.outputs.areas()
        return [*self._inputs(rows), *self._maps(rows), *outputs]

    def _inputs(self, rows: list[Row]) -> Iterator[Area]:
        """Where filters take turns, several channels have one place, which stands for all of them."""
        shown: dict[tuple[float, float], list[Row]] = {}
        for row in rows:
            shown.setdefault((row.sheet.grid.x, row.sheet.grid.y), []).append(row)
        for first, *others in shown.values():
            alone = all(row.lane.channel == first.lane.channel for row in others)
            channel = first.lane.channel if alone else None
            yield from of_sheet("input", first.sheet.grid, self.lanes.sheet, channel, self._axes)

    def _maps(self, rows: list[Row]) -> Iterator[Area]:
        """A cell of a map is an output, or one channel's part of it."""
        for row in {(row.map.x, row.map.y): row for row in rows}.values():
            yield from of_grid("output", row.map, None if self.lanes.meet else row.lane.output, self._axes)

    @property
    def _axes(self) -> int:
        return self.lanes.layer.output.ndim - 1
