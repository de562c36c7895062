"""The channels view of a channel shuffle: two columns of maps, and a line from every channel to its new place."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.channels.moved import Moved
from conv_anim.scene.channels.towers import Heights, MapRows, Tower
from conv_anim.scene.color import mix
from conv_anim.scene.curves import bent
from conv_anim.scene.gliding import gliding
from conv_anim.scene.hit_regions import HitRegion, Turn
from conv_anim.scene.layout import Panel, animated
from conv_anim.scene.primitives import Boxes, Frame, Lines, Stroke, corners
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.scales import with_bars
from conv_anim.scene.steps import Steps
from conv_anim.scene.strokes import strong
from conv_anim.scene.volume.hues import strengthened, told_apart
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.channels.towers import Span
    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.hit_regions import Cell
    from conv_anim.scene.primitives import Items, Primitive, Side
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.trace import Trace


@dataclass(frozen=True)
class Crossing(Moved):
    """Every frame brings one channel to its new place."""

    @cached_property
    def groups(self) -> int:
        """How many groups the channels are in."""
        groups = self.trace.layer.layer.dealt
        assert groups is not None
        return groups

    @property
    def count(self) -> int:
        """How many there are."""
        return self.out_channels

    @cached_property
    def sources(self) -> list[int]:
        """For each output channel the input channel that it is."""
        layer = self.trace.layer
        first = (0,) * len(layer.means.out_size)
        return [layer.step((channel, *first)).taps[0].channel for channel in range(self.count)]

    @cached_property
    def steps(self) -> Steps:
        return Steps((self.count, 1), self.trace.spec.animation)

    def color(self, channel: int) -> str:
        """The colour of an input channel: its group's."""
        return told_apart(self.style.colors, channel // (self.count // self.groups))

    # places

    def _spans(self, group: int) -> list[Span]:
        """The heights of all maps, in groups of so many."""
        gap = round(self.style.wide if self.labelled else self.style.close)
        high = round(self.shape[0] * self.numbers.cell)
        heights = Heights(high, high, 0, high, gap, gap + round(self.style.close))
        groups = [[MapRows(c, (c,)) for c in range(first, first + group)] for first in range(0, self.count, group)]
        return list(Tower(groups, 0, heights, self.top).rows.values())

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of a channel."""
        rows, columns = plane(self.trace.input[0]).shape
        return rows, columns

    @cached_property
    def columns(self) -> tuple[list[Grid], list[Grid]]:
        """The input's maps group by group, and the output's: the first ones of all groups, the second ones, …."""
        before, after = self._spans(self.count // self.groups), self._spans(self.groups)
        bottom = max(before[-1].top, after[-1].top)
        x, right = round(self.style.close), self.right
        return (
            [self._grid(x, span.top + (bottom - before[-1].top) // 2) for span in before],
            [self._grid(right, span.top + (bottom - after[-1].top) // 2) for span in after],
        )

    @cached_property
    def clear(self) -> float:
        """Where lines may leave the height of their map: beyond all maps and names."""
        size = self.style.small_size
        names = [self.style.width(self._name_of(c), size=size) for c in range(self.count)] if self.labelled else []
        wide = max([self.shape[1] * self.numbers.cell, *names])
        return self.style.close + wide + self.style.half

    @cached_property
    def right(self) -> int:
        """Left edge of the outputs, in pixels."""
        wide = max(self.clear, self.style.close + self.signs[0].width if self.labelled else 0)
        return round(wide + max(6 * self.style.gap, self.count * self.style.gap))

    def _grid(self, x: float, y: float) -> Grid:
        return Grid(self.style, self.numbers, *self.shape, x, y, self.there)

    @property
    def width(self) -> float:
        """In pixels."""
        widths: list[float] = [self.shape[1] * self.numbers.cell]
        texts = [self._new_name(channel) for channel in range(self.count)] if self.labelled else []
        widths += [self.style.width(text, size=self.style.small_size) for text in texts]
        return self.right + max(*widths, self.signs[1].width if self.labelled else 0)

    @property
    def bottom(self) -> float:
        """Its lower edge, in pixels from the top."""
        return max(grids[-1].y + grids[-1].height for grids in self.columns)

    # what is drawn

    def static(self) -> Items:
        items: list[Primitive] = []
        before, after = self.columns
        for channel, grid in enumerate(before):
            items += grid.filled(plane(self.trace.input[channel]), self.formats.x, self.color(channel))
        for grid in after:
            items += grid.pending()
        items += [self._way(output, 0.45, 1.5) for output in range(self.count)]
        each = self.count // self.groups
        for first in range(0, self.count, each):
            top, last = before[first].y, before[first + each - 1]
            items.append(self._bar(first, top, last.y + last.height))
        return (*items, *(self._labels() if self.labelled else []))

    def _bar(self, channel: int, top: float, bottom: float) -> Primitive:
        box = (0, top, round(4 * self.style.scale), bottom - top)
        return Boxes((box,), strengthened(self.style.colors, self.color(channel)))

    def _way(self, output: int, share: float, width: float) -> Lines:
        """The line to an output channel, more or less strong."""
        before, after = self.columns
        source = self.sources[output]
        color = mix(self.style.colors.background, strengthened(self.style.colors, self.color(source)), share)
        start, end, gap = before[source], after[output], self.style.half
        from_map = start.x + start.width + gap, start.middle
        line = bent((self.clear, start.middle), (end.x - gap, end.middle))
        return Lines(((from_map, *line),), Stroke(color, max(1.0, width * self.style.scale)))

    def _labels(self) -> list[Primitive]:
        items: list[Primitive] = []
        before, after = self.columns
        for x, sign in zip((before[0].x, self.right), self.signs, strict=True):
            items += sign.at(x, 0)
        items += [grid.name(self._name_of(channel)) for channel, grid in enumerate(before)]
        return [*items, *(grid.name(self._new_name(channel)) for channel, grid in enumerate(after))]

    def _name_of(self, channel: int) -> str:
        group = channel // (self.count // self.groups)
        return self.say("channels.in_group", channel=channel + 1, group=group + 1)

    def _new_name(self, channel: int) -> str:
        return self.say("channels.moved", channel=channel + 1, source=self.sources[channel] + 1)

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("way",))

    def during(self, step: int, _phase: Phase, share: float) -> Items:
        """The marks around a channel and its place on their way to the next ones."""
        stroke = strong(self.style, self.style.colors.window)
        return (*self._kept(step + 1), *gliding(self._marked(step), self._marked(step + 1), share, stroke))

    def _marked(self, step: int) -> list[Ring]:
        output, _ = self.steps.cell(step)
        grids = self.columns[0][self.sources[output]], self.columns[1][output]
        return [corners((grid.x, grid.y, grid.width, grid.height)) for grid in grids]

    def _kept(self, k: int) -> list[Primitive]:
        """What stays of the channels that are dealt out when a step begins."""
        kept: list[Primitive] = []
        for output, _ in self.steps.passed(k):
            kept += [self._way(output, 1.0, 1.5), *self._made(output, self.color(self.sources[output]))]
        return kept

    def finished(self) -> Frame:
        return Frame(tuple(self._kept(len(self.steps))))

    def frame(self, k: int) -> Frame:
        output, _ = self.steps.cell(k)
        source = self.sources[output]
        read = self.style.under_window(self.color(source))
        values, fmt = plane(self.trace.input[source]), self.formats.x
        grid = self.columns[0][source]
        framed = grid.framed(product(range(grid.rows), range(grid.columns)))
        shown = [self._way(output, 1.0, 3.5), *grid.filled(values, fmt, read), *framed]
        return Frame(tuple(self._kept(k)), (*shown, *self._made(output, self.style.at_work(self.color(source)))))

    def hit_regions(self) -> list[HitRegion]:
        """Whole maps: all of a channel moves at once."""
        before, after = self.columns
        sides: tuple[tuple[Side, list[Grid]], ...] = (("input", before), ("output", after))
        return [
            HitRegion(side, (channel, *self._everywhere), corners((grid.x, grid.y, grid.width, grid.height)))
            for side, grids in sides
            for channel, grid in enumerate(grids)
        ]

    def turn(self, k: int) -> Turn:
        return Turn(1, (self.steps.cell(k)[0], *self._everywhere))

    @property
    def _everywhere(self) -> Cell:
        return (None,) * (self.trace.input.ndim - 1)

    def _made(self, output: int, color: str) -> list[Primitive]:
        return self.columns[1][output].filled(plane(self.trace.made[output]), self.formats.x, color)


def crossing(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    view = Crossing(trace, style)
    return with_bars(animated(view, view.width, view.bottom, fit=view.numbers.fit), view.scales(), style, view.say)
