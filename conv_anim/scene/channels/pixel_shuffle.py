"""The channels view of a pixel shuffle: many small maps woven into a large one, or a large one dealt out to many.

Small maps stand as their cells do in the large one: what comes from the map in a row and a column of their array
lies in that row and that column of every square.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.channels.woven_maps import WovenMaps
from conv_anim.scene.gliding import begun, gliding
from conv_anim.scene.hit_regions import Turn, of_grid
from conv_anim.scene.layout import Panel, align, animated
from conv_anim.scene.primitives import Frame, Lines, Polygons, corners
from conv_anim.scene.sheets.scales import with_bars
from conv_anim.scene.steps import Steps
from conv_anim.scene.strokes import strong
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.steps import Cell
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.trace import Trace
    from conv_anim.tracing.values import Array
HEAD = 0.17
"""The height of an arrow's head, and half of its width, in cells: it ends above the number."""


@dataclass(frozen=True)
class PixelShuffling(WovenMaps):
    """Input on the left, output on the right; every frame copies a cell."""

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.trace.made.shape, self.trace.spec.animation)

    # what is drawn

    def static(self) -> Items:
        items: list[Primitive] = []
        for channel, grid in enumerate(self.before):
            items += self._colored(grid, channel, self.trace.input[channel])
        for grid in self.after:
            items += grid.pending()
        return (*items, *(self._labels() if self.labelled else []))

    def _colored(self, grid: Grid, channel: int, values: Array) -> list[Primitive]:
        if self.there.shades is not None:
            return grid.filled(values, self.formats.x, self.style.colors.input)
        by_color: dict[str, list[tuple[int, int]]] = {}
        texts: list[Primitive] = []
        for row in range(grid.rows):
            for column in range(grid.columns):
                fill = self.color_of_input((channel, row, column))
                by_color.setdefault(fill, []).append((row, column))
                if self.there.written:
                    texts.append(grid.number((row, column), self.formats.x(values[row, column].item()), fill))
        return [*(grid.boxes(places, fill, self.style.edge) for fill, places in by_color.items()), *texts]

    def _labels(self) -> list[Primitive]:
        items: list[Primitive] = [*self.signs[0].at(0, 0), *self.signs[1].at(self.right, 0)]
        for grids in (self.small, self.large):
            if len(grids) > 1:
                items += [grid.name(self._called(channel)) for channel, grid in enumerate(grids)]
        return items

    def _kept(self, k: int) -> Items:
        """What stays of the cells that are copied when a step begins."""
        passed = self.steps.passed(k)
        if self.mode == "shades":
            return tuple(self._kept_in_shades(passed))
        return tuple(
            item for cell in passed for item in self._cell(self.after, cell, self.color_of_output(cell), bold=False)
        )

    def _kept_in_shades(self, passed: Iterable[Cell]) -> list[Primitive]:
        places = grouped((channel, (row, column)) for channel, row, column in passed)
        grids, values = self.after, self.trace.made
        return [item for channel, own in places.items() for item in grids[channel].finished(values[channel], own)]

    def finished(self) -> Frame:
        return Frame(self._kept(len(self.steps)))

    def frame(self, k: int) -> Frame:
        cell = self.steps.cell(k)
        source, style = self.source(cell), self.style
        read = self.style.under_window(self.color_of_input(source))
        shown = self._cell(self.before, source, read, bold=True)
        shown += self.before[source[0]].framed([(source[1], source[2])])
        shown += self._cell(self.after, cell, self.style.at_work(self.color_of_output(cell)), bold=True)
        shown += self._beam(source, cell)
        if self.labelled:
            size, ink = style.label_size, style.text_ink
            text = self.words(source, cell)
            shown.append(style.text(self.width / 2, self.words_top, text, size=size, color=ink, anchor="middle"))
        return Frame(self._kept(k), tuple(shown))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "sent", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """The cell that is copied, and a line that grows from it to the place of its copy."""
        cell = self.steps.cell(step)
        if phase == "way":
            stroke = strong(self.style, self.style.colors.window)
            return (*self._kept(step + 1), *gliding(self._marked(step), self._marked(step + 1), share, stroke))
        source = self.source(cell)
        read = self.style.under_window(self.color_of_input(source))
        items = self._cell(self.before, source, read, bold=True)
        if phase == "sent":
            items += [*self.before[source[0]].framed([(source[1], source[2])]), *self._beam(source, cell, share)]
        return tuple(items)

    def _marked(self, step: int) -> list[Ring]:
        cell = self.steps.cell(step)
        source = self.source(cell)
        boxes = self.before[source[0]].box(*source[1:]), self.after[cell[0]].box(*cell[1:])
        return [corners(box) for box in boxes]

    def _cell(self, grids: list[Grid], cell: Cell, fill: str, *, bold: bool) -> list[Primitive]:
        """A cell with its number, which is the same on either side."""
        channel, row, column = cell
        value = (self.trace.input if grids is self.before else self.trace.made)[cell].item()
        return grids[channel].cell((row, column), self.formats.x(value), fill, bold=bold, value=value)

    def _beam(self, source: Cell, cell: Cell, share: float = 1.0) -> list[Primitive]:
        """An arrow from the cell that is copied to its copy, or a share of its line.

        It goes between cells, so that it hides no number and no name, and turns into its cell from above.
        """
        x0, y0, side, _ = self.before[source[0]].box(*source[1:])
        x1, y1, _, _ = self.after[cell[0]].box(*cell[1:])
        middle, end = (max(g.x + g.width for g in self.before) + min(g.x for g in self.after)) / 2, x1 + side / 2
        points = ((x0 + side, y0), (middle, y0), (middle, y1), (end, y1))
        line = Lines((begun(points, share),), strong(self.style, self.style.colors.ink))
        if share < 1:
            return [line]
        fill, half, tip = self.style.at_work(self.color_of_output(cell)), HEAD * side, y1 + HEAD * side
        ring = ((end - half, y1), (end + half, y1), (end, tip))
        return [line, Polygons((ring,), self.style.ink_on(fill))]

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        read = [region for channel, grid in enumerate(self.before) for region in of_grid("input", grid, channel)]
        return read + [region for channel, grid in enumerate(self.after) for region in of_grid("output", grid, channel)]

    def turn(self, k: int) -> Turn:
        return Turn(1, self.steps.cell(k))

    # in words

    def words(self, source: Cell, cell: Cell) -> str:
        """Which cell becomes which."""
        before = self._named(source, many=len(self.before) > 1)
        after = self._named(cell, many=len(self.after) > 1)
        return f"{before} → {after}"

    def _named(self, cell: Cell, *, many: bool) -> str:
        channel, row, column = (k + 1 for k in cell)
        say = self.say
        place = say("channels.place", row=row, column=column)
        return say("channels.pixel", channel=channel, place=place) if many else place

    @property
    def words_top(self) -> float:
        """Top of the words below the maps, in pixels."""
        return self.bottom + self.style.wide

    @cached_property
    def words_width(self) -> float:
        """The width of the longest words of any frame."""
        last = tuple(n - 1 for n in self.trace.input.shape), tuple(n - 1 for n in self.trace.made.shape)
        return self.style.width(self.words(*last), size=self.style.label_size)


def pixel_shuffle(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    view = PixelShuffling(trace, style)
    made = animated(view, view.width, view.bottom, fit=view.numbers.fit)
    if view.labelled:
        made = align(made, view.words_width, view.words_top + style.label_size)
    return with_bars(made, view.scales(), style, view.say)
