"""Where the maps of a network go in the flat view: in columns by how many ops lie behind them, with badges between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.callouts import Callout
from conv_anim.scene.flat.fitting import MOST_OF_NETWORK, PAGE, TALLEST, WIDEST, chosen, contents, shaded, smaller
from conv_anim.scene.grid import Grid, Numbers
from conv_anim.scene.numbers import weights_format
from conv_anim.scene.scales import scale
from conv_anim.scene.tones import Tones, asked
from conv_anim.scene.traced import TracedMaps
from conv_anim.scene.wording import words
from conv_anim.spec.model import Labels
from conv_anim.spec.view_support import MOST_DRAWN

if TYPE_CHECKING:
    from conv_anim.scene.grid import Position
    from conv_anim.scene.numbers import Format
    from conv_anim.scene.scales import Scale
    from conv_anim.spec.model import Cells
    from conv_anim.tracing.trace import LayerTrace

NARROWEST = 130
"""Pixels, at scale 1, that a line of a label may take even if its map is narrower."""
MOST_HIGH = 1000
"""Pixels, at scale 1, that lines of maps with numbers may take, one below the other."""
Index = tuple[int, ...]


@dataclass(frozen=True)
class Diagram(TracedMaps):
    """Of a trace. Maps are numbered: 0 is the input, k what the k-th node makes; each has a grid for every channel."""

    cells: Numbers | None = None
    """How large cells are, where that is tried out; else they are as large as suits."""
    tried: Cells | None = None
    """What stands in them, where that is tried out."""
    folded: bool = False
    """Whether numbers may go on in another line, where that is tried out."""

    # shades

    @cached_property
    def tones(self) -> Tones:
        """The shades of its maps."""
        return Tones(self.trace, self.style)

    @cached_property
    def mode(self) -> Cells:
        """What stands in the cells."""
        wanted = asked(self.trace.spec.view)
        return self.tried or chosen(wanted, picture=self.tones.greys[0], readable=self._readable is not None)

    @property
    def _readable(self) -> Numbers | None:
        """Cells whose numbers can be read; None if there are too many of them."""
        if sum(values.size for values in self.maps) > MOST_DRAWN:
            return None
        return self._in_one_line or self._in_lines

    @cached_property
    def _in_one_line(self) -> Numbers | None:
        """The same if all maps stand side by side."""

        def width(cells: Numbers) -> float:
            return self._width_with(cells, "numbers")

        most = MOST_OF_NETWORK
        return smaller(self.style, self.usual, self.texts, width, widest=most, page=most)

    @cached_property
    def _in_lines(self) -> Numbers | None:
        """The same if they go on in other lines."""
        tried = replace(self, cells=self.usual, tried="numbers", folded=True)
        fits = tried.width <= WIDEST * self.style.scale and tried.foot <= MOST_HIGH * self.style.scale
        return self.usual if self._chain and fits else None

    def _width_with(self, cells: Numbers, mode: Cells) -> float:
        """How wide the figure would be; as wide as a page is high, if it were too high."""
        tried = replace(self, cells=cells, tried=mode)
        return max(tried.width, tried.foot * PAGE / TALLEST if mode != "numbers" else 0.0)

    @cached_property
    def numbers(self) -> Numbers:
        """How large the cells and their numbers are."""
        if self.cells is not None:
            return self.cells
        if self.mode in {"shades", "plain"}:
            rows = max(self.shape(k)[0] for k in range(len(self.maps)))
            return shaded(self.style, rows, lambda cells: self._width_with(cells, self.mode))
        return self._readable or self.usual

    @cached_property
    def usual(self) -> Numbers:
        fitting = super().usual
        return replace(fitting, cell=max(fitting.cell, self._for_weights))

    @cached_property
    def weights(self) -> list[Format]:
        """How the weights of each layer are written."""
        arrays = (layer.weight if layer.kernels is None else layer.kernels for layer in self.layers)
        return [weights_format(np.zeros(1) if array is None else array) for array in arrays]

    @property
    def weight_size(self) -> float:
        """Em of a weight beside a number, in pixels."""
        return max(self.style.em(9), min(0.275 * self.numbers.cell, 0.7 * self.numbers.size))

    @property
    def _for_weights(self) -> int:
        """A cell in whose corner every weight can be read."""
        arrays = (layer.weight for layer in self.layers)
        written = zip(self.weights, arrays, strict=True)
        texts = {f"{words.TIMES}{fmt(w)}" for fmt, a in written if a is not None for w in np.unique(a).tolist()}
        size = self.style.em(9)
        return ceil(max((self.style.width(text, size=size) for text in texts), default=0.0) / 0.82)

    def shape(self, k: int) -> Position:
        """Rows and columns of each grid of a map; a flat vector is one column."""
        channels, *size = self.maps[k].shape
        return (channels, 1) if not size else (1, size[0]) if len(size) == 1 else (size[0], size[1])

    def panes(self, k: int) -> int:
        """How many grids a map has."""
        return len(self.maps[k]) if self.maps[k].ndim > 1 else 1

    def at(self, cell: Index) -> tuple[int, Position]:
        """Which of its map's grids shows a cell, and the place in it."""
        channel, *position = cell
        if not position:
            return 0, (channel, 0)
        return channel, (position[-2] if len(position) > 1 else 0, position[-1])

    def color(self, k: int, pane: int = 0) -> str:
        """Of a map: from the input's to the output's; what only stands behind others keeps its map's colour."""
        if k > 0 and self.layers[k - 1].layer.stacks and self.maps[k].ndim > 1:
            (tap,) = self.layers[k - 1].step((pane, *(0,) * (self.maps[k].ndim - 1))).taps
            return self.color(self.layers[k - 1].fed[tap.of], tap.channel)
        return super().color(k)

    # columns

    @cached_property
    def depths(self) -> list[int]:
        """How many ops lie behind each map, by the longest way."""
        found = [0]
        for layer in self.layers:
            found.append(1 + max(found[k] for k in layer.fed))
        return found

    @cached_property
    def columns(self) -> list[list[int]]:
        """The numbers of the maps in each column, from left to right."""
        return [[k for k, depth in enumerate(self.depths) if depth == d] for d in range(max(self.depths) + 1)]

    @property
    def between(self) -> int:
        """Pixels between two grids of a map."""
        return round(0.6 * self.style.gap)

    def size(self, k: int) -> tuple[float, float]:
        """Width and height of a map's grids together."""
        (rows, columns), count, side = self.shape(k), self.panes(k), self.numbers.cell
        return columns * side, count * rows * side + (count - 1) * self.between

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels, from left to right."""
        return [self._sign(k) for k in range(len(self.maps))]

    def _sign(self, k: int) -> Callout:
        """What a map is, and how large."""
        given, size = (
            self.trace.spec.labels or Labels(),
            words.size(self.maps[k].shape[1:], len(self.maps[k]), self.say),
        )
        if k == 0:
            return self._wrapped(k, given.input or self.say("input"), [size])
        node = self.trace.spec.nodes[k - 1]
        called = self.say.sentence(node.op.name(self.say))
        name = called if node.name == str(k) else f"{node.name}: {called}"
        if k == len(self.maps) - 1 and given.output is not None:
            name = given.output
        said = [setting.said(self.say) for setting in node.op.settings(self.say) if not setting.usual]
        return self._wrapped(k, name, [self.say.joined(said), size])

    def _wrapped(self, k: int, name: str, details: list[str]) -> Callout:
        room = max(self.size(k)[0], NARROWEST * self.style.scale)
        lines = [
            line
            for text in details
            if text
            for line in self.style.wrapped(text, size=self.style.small_size, width=room)
        ]
        return Callout(self.style, words.Label(name, lines[0]), self.color(k), tuple(lines[1:]))

    def _first(self, k: int) -> bool:
        """Whether a map is the first of its column: the signs of all these stand on one line."""
        return self.columns[self.depths[k]][0] == k

    def _head(self, k: int) -> float:
        """What a map has above it."""
        return self.signs[k].height + self.style.close if self.labelled else 0.0

    # badges

    @cached_property
    def badges(self) -> list[str]:
        """What is done on the way to each map but the input."""
        return [self._badge(layer) for layer in self.layers]

    def _badge(self, layer: LayerTrace) -> str:
        op = layer.layer
        badge = op.badge_in(self.say)
        if badge is not None:
            return badge
        if op.window is None:
            return op.name(self.say)
        size = words.size(op.window.kernel_size)
        return f"∗ {size}" if op.window.weighs else self.say(f"volume.{op.window.reduce}", size=size)

    @property
    def badge_size(self) -> float:
        """Em of the text in a badge, in pixels."""
        return self.style.label_size

    @property
    def badge_height(self) -> float:
        """In pixels."""
        return 1.9 * self.badge_size

    def badge_width(self, k: int) -> float:
        """Of the one before a map."""
        wide = self.style.width(self.badges[k - 1], size=self.badge_size, bold=True)
        return max(wide + 0.9 * self.style.gap, self.badge_height)

    def _gutter(self, depth: int) -> float:
        """What lies between a column and the one before it: lines, a badge, an arrow."""
        return max(self.badge_width(k) for k in self.columns[depth]) + 3.2 * self.style.gap

    # places

    @property
    def _chain(self) -> bool:
        """Whether each map is made of the one before it."""
        return all(len(column) == 1 for column in self.columns) and not self.tracks

    @cached_property
    def _folds(self) -> bool:
        """Whether it goes on in another line where a page ends: a chain in shades does, or whose numbers need it."""
        if self.mode in {"shades", "plain"} or self.folded:
            return self._chain
        return self._chain and self.tried is None and self._in_one_line is None

    @cached_property
    def _placed(self) -> list[tuple[int, float]]:
        """In which line each column stands, and where it begins."""
        found = [(0, 0.0)]
        for depth in range(1, len(self.columns)):
            labels = self._labels_of(depth - 1)
            after = self._wide(depth - 1) + self._gutter(depth)
            line, left = found[-1]
            left += max(after, *(wide + self.style.gap for wide in labels), 0.0)
            end = left + max(self._wide(depth), *self._labels_of(depth), 0.0)
            folded = self._folds and end > PAGE * self.style.scale
            found.append((line + 1, self._gutter(depth)) if folded else (line, left))
        return found

    def _labels_of(self, depth: int) -> list[float]:
        """How wide the labels of a column are."""
        return [self.signs[k].width for k in self.columns[depth]] if self.labelled else []

    @cached_property
    def lefts(self) -> list[float]:
        """Where each column begins."""
        return [left for _, left in self._placed]

    @cached_property
    def line_of(self) -> list[int]:
        """In which line of columns each of them stands."""
        return [line for line, _ in self._placed]

    @cached_property
    def line_tops(self) -> list[float]:
        """Where each line of columns begins."""
        found, y = list[float](), 0.0
        for line in range(self.line_of[-1] + 1):
            found.append(y)
            y = self._center(line) + self._high(line) / 2 + self.between_lines
        return found

    @property
    def between_lines(self) -> float:
        """Between two lines of columns; a way to the next line goes through it."""
        return 2.5 * self.style.gap

    def _in_line(self, line: int) -> list[int]:
        return [depth for depth, own in enumerate(self.line_of) if own == line]

    def _high(self, line: int) -> float:
        """The height of a line without what stands above its maps."""
        return max(self._column(depth) for depth in self._in_line(line))

    def _center(self, line: int) -> float:
        """The height that the columns of a line are centred on."""
        above = max(self._head(self.columns[depth][0]) for depth in self._in_line(line))
        top = 0.0 if line == 0 else self._center(line - 1) + self._high(line - 1) / 2 + self.between_lines
        return top + above + self._high(line) / 2

    def _wide(self, depth: int) -> float:
        """The width of a column that nothing may come into; its label may go on above a gutter with straight lines."""
        maps = max(self.size(k)[0] for k in self.columns[depth])
        crossed = self.labelled and max(len(column) for column in self.columns[depth : depth + 2]) > 1
        return max(maps, *(self.signs[k].width for k in self.columns[depth])) if crossed else maps

    @property
    def _apart(self) -> float:
        """Between maps of one column."""
        return 1.8 * self.style.gap

    def _below(self, k: int) -> float:
        return self._head(k) + self.size(k)[1]

    @property
    def line(self) -> float:
        """The height that the columns of the first line are centred on, without what stands above their first map."""
        return self._center(0)

    @cached_property
    def tops(self) -> dict[int, float]:
        """Where the grids of each map begin."""
        found: dict[int, float] = {}
        for d, column in enumerate(self.columns):
            y = self._center(self.line_of[d]) - self._column(d) / 2 - self._head(column[0])
            for k in column:
                found[k] = round(y + self._head(k))
                y += self._below(k) + self._apart
        return found

    def _column(self, depth: int) -> float:
        """The height of a column without what stands above its first map."""
        column = self.columns[depth]
        whole = sum(self._below(k) for k in column) + (len(column) - 1) * self._apart
        return whole - self._head(column[0])

    @cached_property
    def grids(self) -> list[list[Grid]]:
        """Those of each map."""
        return [[self._grid(k, pane) for pane in range(self.panes(k))] for k in range(len(self.maps))]

    def _grid(self, k: int, pane: int) -> Grid:
        rows, columns = self.shape(k)
        depth = self.depths[k]
        x = self.lefts[depth]
        y = self.tops[k] + pane * (rows * self.numbers.cell + self.between)
        there = contents(self.mode, self.tones.of_maps[k])
        return Grid(self.style, self.numbers, rows, columns, round(x), round(y), there)

    def scales(self) -> list[Scale]:
        """The shades that there are, by the names of the maps."""
        if self.mode not in {"shades", "both"}:
            return []
        names = [sign.label.name for sign in self.signs]
        return [scale(*each) for each in zip(names, self.tones.of_maps, self.maps, strict=True)]

    def middle(self, k: int) -> float:
        """Of a map, from top to bottom."""
        return round(self.tops[k] + self.size(k)[1] / 2)

    @property
    def bottom(self) -> float:
        """Where maps end."""
        return max(self.tops[k] + self.size(k)[1] for k in range(len(self.maps)))

    @cached_property
    def tracks(self) -> list[tuple[int, int]]:
        """The ways (from, to) that go past other columns, each with a line of its own below the maps."""
        return [
            (read, k)
            for k, layer in enumerate(self.layers, start=1)
            for read in dict.fromkeys(layer.fed)
            if self.depths[k] - self.depths[read] > 1
        ]

    @property
    def foot(self) -> float:
        """Where maps and the lines below them end."""
        return self.bottom + len(self.tracks) * self.style.gap + (0.4 * self.style.gap if self.tracks else 0)

    @cached_property
    def width(self) -> float:
        """In pixels."""
        ends = [self.grids[k][0].x + self.signs[k].width for k in range(len(self.maps))] if self.labelled else []
        turns: list[float] = [
            self.bend(depth) + self.style.gap
            for depth, (one, other) in enumerate(pairwise(self.line_of))
            if one != other
        ]
        return max([*(left + self._wide(depth) for depth, left in enumerate(self.lefts)), *ends, *turns])

    def bend(self, depth: int) -> int:
        """Where ways from a column's maps may turn."""
        return round(self.lefts[depth] + self._wide(depth) + 0.95 * self.style.gap)
