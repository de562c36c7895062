"""Where the channels view draws a channel's row, and which cells its hit regions stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.hit_regions import of_grid, of_sheet
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conv_anim.scene.channels.layer_rows import ChannelRow
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.sheet import Sheet
    from conv_anim.scene.sheets.sheet_grid import SheetGrid


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


def of_inputs(rows: Iterable[PlacedRow], sheet: Sheet, axes: int) -> Iterator[HitRegion]:
    """Cells of input maps. Where filters take turns, several channels have one place, which stands for all of them."""
    shown = grouped(((row.sheet.grid.x, row.sheet.grid.y), row) for row in rows)
    for alike in shown.values():
        channels = {row.channel_row.channel for row in alike}
        channel = channels.pop() if len(channels) == 1 else None
        yield from of_sheet("input", alike[0].sheet.grid, sheet, channel, axes)


def of_maps(rows: Iterable[PlacedRow], axes: int, *, apart: bool) -> Iterator[HitRegion]:
    """A cell of a map is an output where channels are kept ``apart``, else one channel's part of it."""
    for row in {(row.map.x, row.map.y): row for row in rows}.values():
        yield from of_grid("output", row.map, row.channel_row.output if apart else None, axes)
