"""The channels view of a pixel shuffle: many small maps woven into a large one, or a large one dealt out to many.

Small maps stand as their cells do in the large one: what comes from the map in a row and a column of their array
lies in that row and that column of every square.
"""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.channels.moved import Moved
from conv_anim.scene.clipping import Segment, outside
from conv_anim.scene.gliding import gliding, ring
from conv_anim.scene.grid import Grid
from conv_anim.scene.hit_regions import Turn, of_grid
from conv_anim.scene.layout import Panel, align, animated
from conv_anim.scene.primitives import Frame, Lines, moved
from conv_anim.scene.scales import with_bars
from conv_anim.scene.steps import Steps
from conv_anim.scene.strokes import strong
from conv_anim.scene.tints import tints
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.spec.shown_as import Woven
    from conv_anim.tracing.trace import Trace
    from conv_anim.tracing.values import Array

Cell = tuple[int, ...]
"""Channel, row, column."""


@dataclass(frozen=True)
class PixelShuffling(Moved):
    """Input on the left, output on the right; every frame copies a cell."""

    @property
    def woven(self) -> Woven:
        """How the layer weaves channels into space."""
        woven = self.trace.layer.layer.woven
        assert woven is not None
        return woven

    @property
    def weaves(self) -> bool:
        """Whether the large maps are the output."""
        return self.woven.out

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.trace.made.shape, self.trace.spec.animation)

    def source(self, cell: Cell) -> Cell:
        """The input cell that an output cell is a copy of."""
        (tap,) = self.trace.layer.step(cell).taps
        assert tap.input is not None
        return tap.input

    # colours

    @cached_property
    def tints(self) -> tuple[str, ...]:
        """A colour for each place in a block."""
        return tints(self.style.colors, (self.woven.factor, self.woven.factor))

    def color(self, small: int) -> str:
        """Of a small map, by its place in its array."""
        return self.tints[small % len(self.tints)]

    def color_of_output(self, cell: Cell) -> str:
        """The colour of an output cell."""
        return self.color(self.source(cell)[0] if self.weaves else cell[0])

    def color_of_input(self, cell: Cell) -> str:
        """Of an input cell; in a large map that of the small one that it goes to."""
        if self.weaves:
            return self.color(cell[0])
        factor, (_, row, column) = self.woven.factor, cell
        return self.color(row % factor * factor + column % factor)

    # places

    @property
    def gap(self) -> int:
        """Between maps."""
        return round(self.style.gap * (1.5 if self.labelled else 0.8))

    @cached_property
    def _sizes(self) -> tuple[float, float, float]:
        """Width and height of an array of small maps, and the height of a block with its large one beside it."""
        rows, columns = self.small_shape
        side, factor = self.numbers.cell, self.woven.factor
        width = columns * side * factor + self.across * (factor - 1)
        height = rows * side * factor + self.gap * (factor - 1)
        return width, height, height + self.gap

    @property
    def _maps(self) -> Array:
        """The numbers of the small maps."""
        return self.trace.input if self.weaves else self.trace.made

    @property
    def small_shape(self) -> tuple[int, int]:
        """Rows and columns of a small map."""
        rows, columns = self._maps[0].shape
        return rows, columns

    @cached_property
    def across(self) -> int:
        """Between maps side by side, whose names do not touch."""
        if not self.labelled:
            return self.gap
        name = self.style.width(self._called(len(self._maps) - 1), size=self.style.small_size)
        wide = self.small_shape[1] * self.numbers.cell
        return max(self.gap, ceil(name + 0.8 * self.style.gap - wide))

    @cached_property
    def small(self) -> list[Grid]:
        """The grids of the side with more channels."""
        factor, (rows, columns) = self.woven.factor, self.small_shape
        side, left = self.numbers.cell, 0 if self.weaves else self.right
        grids: list[Grid] = []
        for channel in range(len(self._maps)):
            block, place = divmod(channel, factor**2)
            row, column = divmod(place, factor)
            x = left + column * (columns * side + self.across)
            y = self.top + block * self._sizes[2] + row * (rows * side + self.gap)
            grids.append(Grid(self.style, self.numbers, rows, columns, x, y, self.there))
        return grids

    @cached_property
    def large(self) -> list[Grid]:
        """The grids of the side with larger maps."""
        values = self.trace.made if self.weaves else self.trace.input
        rows, columns = values[0].shape
        left, lower = self.right if self.weaves else 0, (self._sizes[1] - rows * self.numbers.cell) // 2
        tops = [self.top + block * self._sizes[2] + lower for block in range(len(values))]
        return [Grid(self.style, self.numbers, rows, columns, left, y, self.there) for y in tops]

    @cached_property
    def right(self) -> int:
        """Where the output begins."""
        cells = self.trace.input[0].shape[1] * self.numbers.cell
        wide = self._sizes[0] if self.weaves else cells
        return round(max(wide, self.signs[0].width if self.labelled else 0) + 5 * self.style.gap)

    @property
    def before(self) -> list[Grid]:
        """The grids of the input."""
        return self.small if self.weaves else self.large

    @property
    def after(self) -> list[Grid]:
        """The grids of the output."""
        return self.large if self.weaves else self.small

    @property
    def width(self) -> float:
        """In pixels."""
        right = max(grid.x + grid.width for grid in self.after)
        return max(right, self.right + self.signs[1].width if self.labelled else 0)

    @property
    def bottom(self) -> float:
        """Its lower edge, in pixels from the top."""
        return max(grid.y + grid.height for grid in (*self.small, *self.large))

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

    def _called(self, channel: int) -> str:
        return self.say("channels.channel", number=channel + 1)

    def _kept(self, k: int) -> Items:
        """What stays of the cells that are copied when a step begins."""
        passed = self.steps.passed(k)
        if self.mode == "shades":
            return tuple(self._kept_in_shades(passed))
        return tuple(
            item for cell in passed for item in self._cell(self.after, cell, self.color_of_output(cell), bold=False)
        )

    def _kept_in_shades(self, passed: Iterable[Cell]) -> list[Primitive]:
        places: dict[int, list[tuple[int, int]]] = {}
        for channel, *place in passed:
            places.setdefault(channel, []).append((place[0], place[1]))
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
        """The cell that is copied, and its copy on the way to its place."""
        cell = self.steps.cell(step)
        if phase == "way":
            stroke = strong(self.style, self.style.colors.window)
            return (*self._kept(step + 1), *gliding(self._marked(step), self._marked(step + 1), share, stroke))
        source = self.source(cell)
        read = self.style.under_window(self.color_of_input(source))
        items = self._cell(self.before, source, read, bold=True)
        if phase == "sent":
            (x0, y0, _, _), (x1, y1, _, _) = self.before[source[0]].box(*source[1:]), self.after[cell[0]].box(*cell[1:])
            copy = self._cell(self.before, source, self.style.at_work(self.color_of_output(cell)), bold=True)
            items += [moved(item, share * (x1 - x0), share * (y1 - y0)) for item in copy]
        return tuple(items)

    def _marked(self, step: int) -> list[Ring]:
        cell = self.steps.cell(step)
        source = self.source(cell)
        boxes = self.before[source[0]].box(*source[1:]), self.after[cell[0]].box(*cell[1:])
        return [ring(box) for box in boxes]

    def _cell(self, grids: list[Grid], cell: Cell, fill: str, *, bold: bool) -> list[Primitive]:
        """A cell with its number, which is the same on either side."""
        channel, row, column = cell
        value = (self.trace.input if grids is self.before else self.trace.made)[cell].item()
        return grids[channel].cell((row, column), self.formats.x(value), fill, bold=bold, value=value)

    def _beam(self, source: Cell, cell: Cell) -> list[Primitive]:
        """Lines from the corners of the cell that is copied to those of its copy; they pass behind other cells."""
        x0, y0, side, _ = self.before[source[0]].box(*source[1:])
        x1, y1, _, _ = self.after[cell[0]].box(*cell[1:])
        pieces: list[Segment] = [((x0 + side, y0), (x1, y1)), ((x0 + side, y0 + side), (x1, y1 + side))]
        for grid in (*self.small, *self.large):
            right, bottom = grid.x + grid.width, grid.y + grid.height
            ring = ((grid.x, grid.y), (right, grid.y), (right, bottom), (grid.x, bottom))
            pieces = [piece for line in pieces for piece in outside(line, ring)]
        stroke = self.style.beam
        return [Lines((piece,), stroke) for piece in pieces]

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        read = [region for channel, grid in enumerate(self.before) for region in of_grid("input", grid, channel)]
        return read + [region for channel, grid in enumerate(self.after) for region in of_grid("output", grid, channel)]

    def turn(self, k: int) -> Turn:
        return Turn(1, self.steps.cell(k))

    # in words

    def words(self, source: Cell, cell: Cell) -> str:
        """Which cell becomes which."""
        before, after = (self._named(place, many=len(grids) > 1) for place, grids in self._placed(source, cell))
        return f"{before} → {after}"

    def _placed(self, source: Cell, cell: Cell) -> list[tuple[Cell, list[Grid]]]:
        return [(source, self.before), (cell, self.after)]

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
        """Of the longest that any frame says."""
        last = tuple(n - 1 for n in self.trace.input.shape), tuple(n - 1 for n in self.trace.made.shape)
        return self.style.width(self.words(*last), size=self.style.label_size)


def pixel_shuffle(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    view = PixelShuffling(trace, style)
    made = animated(view, view.width, view.bottom, fit=view.numbers.fit)
    if view.labelled:
        made = align(made, view.words_width, view.words_top + style.label_size)
    return with_bars(made, view.scales(), style)
