"""Where the channels view draws a channel's row, and which cells its hit regions stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.hit_regions import of_grid, of_sheet
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conv_anim.scene.channels.channel_rows import ChannelRows
    from conv_anim.scene.channels.layer_rows import ChannelRow
    from conv_anim.scene.channels.outputs import Outputs
    from conv_anim.scene.grid import Grid
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.sheet_grid import SheetGrid


@dataclass(frozen=True)
class PlacedRow:
    """A channel's row where it is drawn."""

    channel_row: ChannelRow
    sheet: SheetGrid
    kernel: Grid | None
    map: Grid

    @property
    def grids(self) -> list[Grid]:
        """The grids of the input, of the kernel if there is one, and of the map."""
        return [self.sheet.grid, *([] if self.kernel is None else [self.kernel]), self.map]


@dataclass(frozen=True)
class ChannelRegions:
    """The hit regions of the rows of every output channel, and of the output."""

    channel_rows: ChannelRows
    rows: Callable[[int], list[PlacedRow]]
    outputs: Outputs | None

    def __call__(self) -> list[HitRegion]:
        """Input maps, what each of them contributes, and the output."""
        working = range(self.channel_rows.out_channels if self.channel_rows.meet else 1)
        rows = [row for channel in working for row in self.rows(channel)]
        outputs = [] if self.outputs is None else self.outputs.hit_regions()
        return [*self._inputs(rows), *self._maps(rows), *outputs]

    def _inputs(self, rows: list[PlacedRow]) -> Iterator[HitRegion]:
        """Where filters take turns, several channels have one place, which stands for all of them."""
        shown = grouped(((row.sheet.grid.x, row.sheet.grid.y), row) for row in rows)
        for first, *others in shown.values():
            alone = all(row.channel_row.channel == first.channel_row.channel for row in others)
            channel = first.channel_row.channel if alone else None
            yield from of_sheet("input", first.sheet.grid, self.channel_rows.sheet, channel, self._axes)

    def _maps(self, rows: list[PlacedRow]) -> Iterator[HitRegion]:
        """A cell of a map is an output, or one channel's part of it."""
        for row in {(row.map.x, row.map.y): row for row in rows}.values():
            yield from of_grid(
                "output", row.map, None if self.channel_rows.meet else row.channel_row.output, self._axes
            )

    @property
    def _axes(self) -> int:
        return self.channel_rows.layer.output.ndim - 1
