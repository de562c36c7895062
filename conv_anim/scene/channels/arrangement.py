"""Where everything in the channels view goes: columns of input maps, kernels, maps and outputs, and their heights."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.callouts import Callout
from conv_anim.scene.channels.headings import headings
from conv_anim.scene.channels.outputs import Column, pile
from conv_anim.scene.channels.towers import Heights, MapRows, Tower
from conv_anim.scene.layout import row, space
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.slots import slot
from conv_anim.scene.sheets.stacks import broken
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.channels.channel_rows import ChannelRows
    from conv_anim.scene.channels.layer_rows import ChannelRow
    from conv_anim.scene.channels.outputs import Outputs
    from conv_anim.scene.channels.towers import Span
    from conv_anim.scene.sheets.cells import Contents, Numbers
    from conv_anim.scene.style import Style

MOST = 5
"""With more rows than this that are too high together, the first ones, an ellipsis and the last stand for all."""
TALLEST = 800
"""Pixels, at scale 1, that all maps one below the other may take."""
WIDEST_LABEL = 190
"""Pixels, at scale 1, that a line below the name of a column may take."""


@dataclass(frozen=True)
class Arrangement:
    """Places of the rows; with ``add``, room for the outputs on the right."""

    channel_rows: ChannelRows
    add: bool

    @property
    def style(self) -> Style:
        """The figure's lengths, colours and fonts."""
        return self.channel_rows.style

    @property
    def labelled(self) -> bool:
        """Whether the spec asks for labels."""
        return self.channel_rows.labelled

    @cached_property
    def columns(self) -> list[Grid]:
        """An input map, a kernel if there are any, a map, and the output if there is one; not yet in their places."""
        rows, layer = self.channel_rows, self.channel_rows.layer
        sizes: list[tuple[tuple[int, ...], Numbers]] = [(rows.sheet.shape, rows.numbers)]
        if layer.kernels is not None:
            sizes.append((plane(layer.kernels[0, 0]).shape, rows.kernel_numbers))
        sizes += [(plane(layer.output[0]).shape, rows.numbers)] * (2 if self.add else 1)
        return [Grid(self.style, cells, high, wide, 0.0, 0.0) for (high, wide), cells in sizes]

    @cached_property
    def contents(self) -> list[Contents]:
        """What stands in their cells."""
        rows = self.channel_rows
        kernels = [] if rows.layer.kernels is None else [rows.kernel_contents]
        return [rows.input_contents, *kernels, rows.map_contents, *([rows.output_contents] if self.add else [])]

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels over the columns; a long one goes on in further lines, so that columns stay close."""
        style, most = self.style, WIDEST_LABEL * self.style.scale
        found = []
        given = headings(self.channel_rows, add=self.add)
        if self.add and self.piled and not given[-1].detail:
            given[-1] = given[-1]._replace(detail=self.channel_rows.say("channels.piled"))
        for name, detail in given:
            parts = broken([detail], style, self.channel_rows.say, most=WIDEST_LABEL)
            lines = [line for part in parts for line in style.wrapped(part, size=style.small_size, width=most)]
            found.append(Callout.of(style, name, lines, None, ()))
        return found

    # heights

    @property
    def gap(self) -> int:
        """Between rows."""
        return round(self.style.wide)

    @cached_property
    def top(self) -> int:
        """Top of the rows, below their labels, in pixels."""
        if not self.labelled:
            return 0
        return round(max(sign.height for sign in self.signs) + self.style.half) + self.gap

    @cached_property
    def groups(self) -> list[list[MapRows]]:
        """The channels of all groups if they fit, else those of one filter, else some of them."""
        choices = self._choices()
        heights = [self._tower(groups, 0, top=0).height for groups in choices]
        fitting = (k for k, height in enumerate(heights) if height <= self._limit)
        return choices[next(fitting, -1)]

    @property
    def unshortened(self) -> float:
        """How high all of it would be, without leaving anything out."""
        return self._tower(self._choices()[0], 0).height

    def _choices(self) -> list[list[list[MapRows]]]:
        channel_rows = self.channel_rows
        if not channel_rows.meet:
            return [
                [self._apart(range(channel_rows.out_channels))],
                [self._apart(shortened(channel_rows.out_channels))],
            ]
        each = channel_rows.seen
        whole = [[MapRows(c, (c,)) for c in range(g * each, (g + 1) * each)] for g in range(channel_rows.groups)]
        one = [MapRows(k, () if k is None else (k,)) for k in shortened(each)]
        return [whole, whole[:1], [one]]

    def _apart(self, outputs: Sequence[int | None]) -> list[MapRows]:
        """Each channel with the outputs that are made of it alone."""
        each = self.channel_rows.out_channels // self.channel_rows.groups
        sources = [None if output is None else output // each for output in outputs]
        return [
            MapRows(source, tuple(o for o, of in zip(outputs, sources, strict=True) if o is not None and of == source))
            for source in dict.fromkeys(sources)
        ]

    @property
    def whole(self) -> bool:
        """Whether all groups are drawn, one of them at work."""
        return len(self.groups) > 1

    @property
    def _limit(self) -> float:
        return TALLEST * self.style.scale

    @cached_property
    def piled(self) -> bool:
        """Whether the outputs are too many to stand one below the other."""
        counts = self.channel_rows.out_channels, 0
        column, rows = (self._tower(self.groups, count, top=0).height for count in counts)
        return self.channel_rows.out_channels > 1 and column > max(self._limit, rows)

    def _tower(
        self, groups: Sequence[Sequence[MapRows]], outputs: int, output: int | None = None, *, top: int | None = None
    ) -> Tower:
        source, *others = (round(grid.height) for grid in self.columns)
        each, dots = others[-1] if output is None else output, round(self.channel_rows.numbers.cell)
        heights = Heights(source, max(others), each, dots, self.gap, self.gap + round(self.style.gap))
        return Tower(groups, outputs, heights, self.top if top is None else top)

    @cached_property
    def tower(self) -> Tower:
        """The rows from top to bottom, with what they come from and go to."""
        if not self.add:
            return self._tower(self.groups, 0)
        if self.piled:
            return self._tower(self.groups, 1, ceil(pile(self.channel_rows).filling.stack.height))
        return self._tower(self.groups, self.channel_rows.out_channels)

    # columns

    @cached_property
    def lefts(self) -> list[int]:
        """Where each column of grids begins."""
        rooms = [
            max(wide + self._between(k), self._named(k) + self.style.gap if self.labelled else 0.0)
            for k, wide in enumerate(self._widths)
        ]
        page = row(space(self.bar_room), *(slot(str(k), wide, 0.0) for k, wide in enumerate(rooms)))
        return [round(page.anchors[str(k)][0]) for k in range(len(rooms))]

    def _named(self, column: int) -> float:
        """How wide the label of a column is, or the name of the filter that is at work in it."""
        rows = self.channel_rows
        if column != 1 or rows.layer.kernels is None or rows.out_channels == 1 or not rows.meet:
            return self.signs[column].width
        name = rows.say("channels.filter_of", number=rows.out_channels, count=rows.out_channels)
        return max(self.signs[column].width, self.style.width(name, size=self.style.small_size, bold=True))

    @cached_property
    def _widths(self) -> list[float]:
        widths = [grid.width for grid in self.columns]
        if self.add and self.piled:
            widths[-1] = pile(self.channel_rows).filling.stack.width
        return widths

    @property
    def bar_room(self) -> int:
        """For the bars that mark groups."""
        return round(self.style.close) if self.whole else 0

    def _between(self, column: int) -> float:
        last = len(self.columns) - 1
        if column == last:
            return 0
        fork = self.style.loose if column == 0 and self.forked else 0
        return fork + self._sign_room(column, last)

    @cached_property
    def forked(self) -> bool:
        """Whether lines lead from an input map to several kernels."""
        return any(len(block.rows) > 1 for group in self.groups for block in group)

    def _sign_room(self, column: int, last: int) -> float:
        if self.add and column == last - 1:
            return self._wide(f"{self.channel_rows.bias_text} =") + 4 * self.style.gap
        if not self.channel_rows.meet and column == last - 1:
            text = "" if self.channel_rows.layer.kernels is not None else self.done
            wide = self.style.width(text, size=self.style.small_size)
            return max(self._wide(self.made_sign(self.channel_rows.bias_text)) + self.style.far, wide + self.style.gap)
        return self._wide("∗") + self.style.far

    def _wide(self, text: str) -> float:
        return self.style.width(text, size=self.sign_size)

    @property
    def sign_size(self) -> float:
        """Em of the signs between the parts, in pixels."""
        return 1.3 * self.style.number_size

    @cached_property
    def done(self) -> str:
        """What is done to the cells that are read, where they meet no kernel."""
        op = self.channel_rows.layer.layer
        reduced = None if op.window is None or op.window.weighs else op.window.reduce
        done = reduced if op.interpolation is None else op.interpolation.mode
        return self.channel_rows.say(f"channels.{done}") if self.labelled and done is not None else ""

    def made_sign(self, bias: str) -> str:
        """Before what becomes of a channel row."""
        if self.channel_rows.layer.kernels is None:
            return "→"
        return "=" if self.channel_rows.meet else f"{bias} =".strip()

    @property
    def width(self) -> float:
        """In pixels."""
        return self.lefts[-1] + max(self._widths[-1], self.signs[-1].width if self.labelled else 0)

    # grids

    def grid(self, column: int, span: Span) -> Grid:
        """The grid of a column in the middle of a span."""
        grid = self.columns[column]
        y = round(span.top + (span.height - grid.height) / 2)
        return replace(grid, x=self.lefts[column], y=y, contents=self.contents[column])

    def place(self, number: int, channel_row: ChannelRow) -> tuple[int, int]:
        """The numbers of a channel row's source and of its row; ``number`` is its place among those of its output."""
        if not self.channel_rows.meet:
            return channel_row.channel, channel_row.output
        return (channel_row.channel, channel_row.channel) if self.whole else (number, number)

    @cached_property
    def outputs(self) -> Outputs | None:
        """The outputs on the right; None without an addition."""
        if not self.add:
            return None
        spans, last = self.tower.outputs, len(self.columns) - 1
        if not self.piled:
            return Column(self.channel_rows, tuple(self.grid(last, span) for span in spans))
        there = pile(self.channel_rows)
        return there.at(self.lefts[last], round(spans[0].top + there.filling.stack.depth.total))


def shortened(count: int) -> list[int | None]:
    """The first ones, None, and the last."""
    return [*range(MOST - 2), None, count - 1] if count > MOST else list(range(count))
