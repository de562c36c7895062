"""Where the maps of a network go in the flat view: in columns by how many ops lie behind them, with badges between."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.callouts import Callout
from conv_anim.scene.color import mix
from conv_anim.scene.flat.fitting import (
    LARGEST,
    MOST_OF_NETWORK,
    PAGE,
    TALLEST,
    WIDEST,
    chosen,
    contents,
    shaded,
    smaller,
)
from conv_anim.scene.flat.weights import Weights
from conv_anim.scene.grid import Grid
from conv_anim.scene.scales import scale
from conv_anim.scene.scoring import SHARE
from conv_anim.scene.tones import Tones, asked
from conv_anim.scene.wording import words
from conv_anim.spec.model import Labels
from conv_anim.spec.view_support import MOST_DRAWN
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.cells import Numbers, Position
    from conv_anim.scene.scales import Scale
    from conv_anim.spec.model import Cells
    from conv_anim.spec.op import Op

NARROWEST = 130
"""Pixels, at scale 1, that a line of a label may take even if its map is narrower."""
MOST_HIGH = 1000
"""Pixels, at scale 1, that lines of maps with numbers may take, one below the other."""
MOST_HIGH_STACKED = 3000
"""The same where the figure has to be narrow."""
SEEN = 112
"""Pixels, at scale 1, that a map in shades is high at least, among maps with many more cells."""
Index = tuple[int, ...]


@dataclass(frozen=True)
class Diagram(Weights):
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
        return self._in_one_line or self._in_lines or self._smaller

    @property
    def _line_width(self) -> float:
        """Pixels, at scale 1, that maps side by side may take."""
        widest = WIDEST if self._foldable else MOST_OF_NETWORK
        return widest if self.style.room is None else min(widest, self.style.room / self.style.scale)

    @cached_property
    def _in_one_line(self) -> Numbers | None:
        """Those of the usual size, if all maps can stand side by side."""
        return self.usual if self._width_with(self.usual, "numbers") <= self._line_width * self.style.scale else None

    @cached_property
    def _smaller(self) -> Numbers | None:
        """Smaller ones in one line."""

        def width(cells: Numbers) -> float:
            return self._width_with(cells, "numbers")

        return smaller(self.style, self.usual, self.texts, width, widest=self._line_width, page=self._line_width)

    @cached_property
    def _in_lines(self) -> Numbers | None:
        """The same if they can go on in other lines."""
        tried = replace(self, cells=self.usual, tried="numbers", folded=True)
        high = MOST_HIGH if self.style.room is None else MOST_HIGH_STACKED
        fits = tried.width <= WIDEST * self.style.scale and tried.foot <= high * self.style.scale
        return self.usual if self._foldable and fits else None

    def _width_with(self, cells: Numbers, mode: Cells) -> float:
        """How wide the figure would be; as wide as a page is high, if it were too high."""
        tried = replace(self, cells=cells, tried=mode)
        return max(tried.width, tried.foot * PAGE / TALLEST if mode != "numbers" and self.style.room is None else 0.0)

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
        texts |= {f"{words.TIMES}{SHARE(0)}" for layer in self.layers if layer.layer.attends is not None}
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
        """Of a map: from the input's to the output's; what only stands behind others keeps its map's colour.

        A gradient has the colour of the map that it is the gradient of.
        """
        if self.forward is not None:
            of = self.gradient_of[k]
            if of is None and k > self.forward:
                return self.style.colors.kernel
            at = (k if of is None else of) / self.forward
            return mix(self.style.colors.input, self.style.colors.output, at)
        if k > 0 and self.layers[k - 1].layer.stacks and self.maps[k].ndim > 1:
            (tap,) = self.layers[k - 1].step((pane, *(0,) * (self.maps[k].ndim - 1))).taps
            return self.color(self.layers[k - 1].fed[tap.of], tap.channel)
        return super().color(k)

    # a backward pass, which leads back below the forward one

    @cached_property
    def forward(self) -> int | None:
        """The number of the last forward map, whose gradient arrives below it; None if nothing leads back."""
        backward = self.trace.spec.backward
        return len(backward.nodes) if backward is not None and backward.gradient_of else None

    @cached_property
    def gradient_of(self) -> list[int | None]:
        """For each map the forward one whose gradient it is."""
        backward = self.trace.spec.backward
        return [None, *(backward.gradient_of if backward is not None else ())]

    def leads_back(self, k: int) -> bool:
        """Whether a map belongs to the backward pass."""
        return self.forward is not None and k > self.forward

    def read_by(self, k: int) -> list[int]:
        """The maps that a node is drawn to be fed by."""
        layer = self.layers[k - 1]
        return list(dict.fromkeys(layer.fed[: layer.layer.drawn_inputs]))

    # columns

    @cached_property
    def depths(self) -> list[int]:
        """How many ops lie behind each map, by the longest way; backward as many less as lie after the loss."""
        found = [0]
        for k in range(1, len(self.maps)):
            if self.leads_back(k):
                reads = self.read_by(k)
                found.append(found[reads[0]] if reads == [self.forward] else min(found[read] for read in reads) - 1)
            else:
                found.append(1 + max(found[read] for read in self.read_by(k)))
        return [depth - min(found) for depth in found]

    @cached_property
    def columns(self) -> list[list[int]]:
        """The numbers of the maps in each column, from left to right."""
        return [[k for k, depth in enumerate(self.depths) if depth == d] for d in range(max(self.depths) + 1)]

    @cached_property
    def tiers(self) -> list[list[list[int]]]:
        """The columns of the forward pass, in lines, and below them those of the backward one, if there is one."""
        back = [[k for k in column if self.leads_back(k)] for column in self.columns]
        ahead = [[k for k in column if not self.leads_back(k)] for column in self.columns]
        if self.forward is not None:
            return [ahead, back]
        lines = range(self.line_of[-1] + 1)
        return [
            [column if own == line else [] for column, own in zip(ahead, self.line_of, strict=True)] for line in lines
        ]

    def tier(self, k: int) -> int:
        """Which of them a map is in."""
        return int(self.leads_back(k)) or self.line_of[self.depths[k]]

    @property
    def between(self) -> int:
        """Pixels between two grids of a map."""
        return round(0.6 * self.style.gap)

    def cells_of(self, k: int) -> Numbers:
        """How large the cells of a map are: in shades a map of few cells has larger ones, so that it can be seen."""
        if not self.numbers.in_shades:
            return self.numbers
        seen = min(SEEN * self.style.scale / max(self.shape(k)), LARGEST * self.style.scale)
        return self.numbers if seen <= self.numbers.cell else replace(self.numbers, cell=float(max(1, floor(seen))))

    def size(self, k: int) -> tuple[float, float]:
        """Width and height of a map's grids together."""
        (rows, columns), count, side = self.shape(k), self.panes(k), self.cells_of(k).cell
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
        if self.leads_back(k):
            own = given.output if k == len(self.maps) - 1 else None
            return self._wrapped(k, own or self._name_back(k), [size])
        called = self.say.sentence(node.op.name(self.say))
        name = called if node.name == str(k) else f"{node.name}: {called}"
        if k == len(self.maps) - 1 and given.output is not None:
            name = given.output
        said = [setting.said(self.say) for setting in node.op.settings(self.say) if not setting.usual]
        return self._wrapped(k, name, [self.say.joined(said), size])

    def _name_back(self, k: int) -> str:
        """Of a map of the backward pass: whose gradient it is."""
        of, op = self.gradient_of[k], self.trace.spec.nodes[k - 1].op
        if of is not None and of in self.gradient_of[k + 1 :]:
            return self.say.sentence(self.say("flat.gradient_part"))
        if of is None or of == 0 or self.is_turn(k):
            return self.say.sentence(self.say("grad_input" if of == 0 else op.roles[2]))
        node = self.trace.spec.nodes[of - 1]
        what = node.op.name(self.say) if node.name == str(of) else node.name
        return self.say.sentence(self.say("flat.gradient_of", what=what))

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
        return self.tiers[self.tier(k)][self.depths[k]][0] == k

    def _head(self, k: int) -> float:
        """What a map has above it."""
        return self.signs[k].height + self.style.close if self.labelled else 0.0

    # badges

    @cached_property
    def badges(self) -> list[str]:
        """What is done on the way to each map but the input."""
        return [self._badge(layer.layer) for layer in self.layers]

    def _badge(self, op: Op) -> str:
        """Of a gradient that of the op that it leads back through, with the mark of a derivative."""
        if op.undoes is not None:
            name, *rest = self._badge(op.undoes).split(" ")
            return " ".join([f"{name}′", *rest])
        badge = op.badge_in(self.say)
        if badge is not None:
            return badge
        window = op.window or op.sampled or (None if op.sites is None else op.sites.window)
        if window is None:
            return op.name(self.say)
        size = words.size(window.kernel_size)
        if not window.weighs:
            return self.say(f"volume.{window.reduce}", size=size)
        return f"∗ {size} {self.say('flat.flipped')}" if self._flips_back(op) else f"∗ {size}"

    def _flips_back(self, op: Op) -> bool:
        """Whether a window flips its kernel because it leads back."""
        axes = [] if op.window is None or op.roles[2] == "output" else op.window.axes
        return any(axis.flipped and axis.kernel > 1 for axis in axes)

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

    @cached_property
    def written_below(self) -> list[int]:
        """The maps below whose badge weights are written: where numbers are, on the way forward."""
        if not (self.mode in {"numbers", "both"} and self.labelled):
            return []
        return [k for k in self.matrices if not self.leads_back(k)]

    def wide_between(self, k: int) -> float:
        """The width of a badge, with the weights below it."""
        return max(self.badge_width(k), self.weights_size(k)[0] if k in self.written_below else 0.0)

    def weights_drop(self, k: int) -> float:
        """How far from the middle of a badge the weights below it reach down."""
        return self.badge_height / 2 + 0.4 * self.style.gap + self.weights_size(k)[1]

    def _gutter(self, depth: int) -> float:
        """What lies between a column and the one before it: lines, a badge, an arrow."""
        ahead = [k for k in self.columns[depth] if not self.leads_back(k)]
        back = [k for k in self.columns[depth - 1] if self.leads_back(k) and not self.is_turn(k)]
        return max(self.wide_between(k) for k in (*ahead, *back)) + 3.2 * self.style.gap

    def is_turn(self, k: int) -> bool:
        """Whether a map is the one where the forward pass turns back: the gradient that arrives at its end."""
        return self.leads_back(k) and self.read_by(k) == [self.forward]

    # places

    @property
    def _foldable(self) -> bool:
        """Whether it may go on in other lines: a backward pass already stands below the forward one."""
        return self.forward is None

    @cached_property
    def _folds(self) -> bool:
        """Whether it goes on in another line where a page ends: in shades it does, or if its numbers need it."""
        if self.mode in {"shades", "plain"} or self.folded:
            return self._foldable
        return self.tried is None and self._in_one_line is None and self._in_lines is not None

    @property
    def _page(self) -> float:
        """Where a line of maps ends, in pixels."""
        page = PAGE * self.style.scale
        return page if self.style.room is None else min(page, self.style.room)

    @cached_property
    def _placed(self) -> list[tuple[int, float]]:
        """In which line each column stands, and where it begins."""
        found, depth, room = [(0, 0.0)], 1, self._page - self._aisle_width * len(self._far)
        while depth < len(self.columns):
            line, left = found[-1]
            after = self._wide(depth - 1) + self._gutter(depth)
            left += max(after, *(wide + self.style.gap for wide in self._labels_of(depth - 1)), 0.0)
            end = left + max(self._wide(depth), *self._labels_of(depth), 0.0)
            begins = self._begins(found, depth) if self._folds and end > room else None
            if begins is None:
                found.append((line, left))
                depth += 1
            else:
                found[begins:] = [(line + 1, self._gutter(begins))]
                depth = begins + 1
        return found

    def _begins(self, found: list[tuple[int, float]], depth: int) -> int | None:
        """The column, at most the one at ``depth``, with which the next line may begin; None if there is none."""
        first = next(k for k, (line, _) in enumerate(found) if line == found[-1][0])
        return next((begin for begin in range(depth, first, -1) if self._parted_by(begin)), None)

    def _parted_by(self, depth: int) -> bool:
        """Whether one line can lead to a column from the one before it: else nobody could tell what reads what."""
        ways = [(read, k) for k in self.columns[depth] for read in self.read_by(k) if self.depths[read] == depth - 1]
        return len({read for read, _ in ways}) == 1 or len({k for _, k in ways}) == 1

    @cached_property
    def _far(self) -> list[tuple[int, int]]:
        """The ways (from, to) that go past other columns."""
        ways = [(read, k) for k in range(1, len(self.maps)) for read in self.read_by(k)]
        return [(read, k) for read, k in ways if abs(self.depths[k] - self.depths[read]) > 1]

    @cached_property
    def aisles(self) -> list[tuple[int, int]]:
        """Of these ways those to another line: each goes down in an aisle of its own, left of all maps."""
        return [(read, k) for read, k in self._far if self.tier(read) != self.tier(k)]

    @property
    def _aisle_width(self) -> int:
        return self.style.gap

    def aisle(self, number: int) -> int:
        """Where it is, from left to right; the one after the last is of the ways from each line to the next."""
        return round((number + 0.5) * self._aisle_width)

    def _labels_of(self, depth: int) -> list[float]:
        """How wide the labels of a column are."""
        return [self.signs[k].width for k in self.columns[depth]] if self.labelled else []

    @cached_property
    def lefts(self) -> list[float]:
        """Where each column begins."""
        aside = self._aisle_width * len(self.aisles)
        return [left + (aside if line else 0) for line, left in self._placed]

    @cached_property
    def line_of(self) -> list[int]:
        """In which line each column stands."""
        return [line for line, _ in self._placed]

    def _wide(self, depth: int) -> float:
        """The width of a column that nothing may come into; its label may go on above a gutter with straight lines."""
        maps = max(self.size(k)[0] for k in self.columns[depth])
        crossed = self.labelled and max(map(self._abreast, self.columns[depth : depth + 2])) > 1
        return max(maps, *(self.signs[k].width for k in self.columns[depth])) if crossed else maps

    def _abreast(self, column: list[int]) -> int:
        """How many maps of a column stand in one line."""
        back = sum(map(self.leads_back, column))
        return max(back, len(column) - back)

    @property
    def _apart(self) -> float:
        """Between maps of one column."""
        return 1.8 * self.style.gap

    def _below(self, k: int) -> float:
        return self._head(k) + self.size(k)[1]

    @property
    def line(self) -> float:
        """The height that columns are centred on, without what stands above their first map."""
        return self._line_of(self.tiers[0])

    def _line_of(self, tier: list[list[int]]) -> float:
        columns = [column for column in tier if column]
        return max(self._head(column[0]) for column in columns) + max(map(self._column, columns)) / 2

    @cached_property
    def starts_of_tiers(self) -> list[float]:
        """Where each line of the forward pass begins, and the backward one below it."""
        found = [0.0]
        for k, tier in enumerate(self.tiers):
            high = 2 * self._line_of(tier) - max(self._head(column[0]) for column in tier if column)
            found.append(found[-1] + high + self._overhang(tier) + self._tracked(k) + self.between_tiers)
        return found

    def _overhang(self, tier: list[list[int]]) -> float:
        """How far weights below badges reach beyond the maps of a line."""
        half = max(map(self._column, filter(None, tier))) / 2
        alone = [column[0] for column in tier if len(column) == 1 and column[0] in self.written_below]
        several = [k for column in tier if len(column) > 1 for k in column if k in self.written_below]
        lows = [self.weights_drop(k) - half for k in alone]
        lows += [self.weights_drop(k) - self.size(k)[1] / 2 for k in several]
        return max(0.0, *lows) if lows else 0.0

    @property
    def between_tiers(self) -> float:
        """Pixels between what stands in one line and in the next."""
        return 2.6 * self.style.gap

    @cached_property
    def tops(self) -> dict[int, float]:
        """Where the grids of each map begin."""
        found: dict[int, float] = {}
        for start, tier in zip(self.starts_of_tiers, self.tiers, strict=False):
            line = start + self._line_of(tier)
            for column in filter(None, tier):
                y = line - self._column(column) / 2 - self._head(column[0])
                for k in column:
                    found[k] = round(y + self._head(k))
                    y += self._below(k) + self._apart
        return found

    def _column(self, column: list[int]) -> float:
        """The height of a column without what stands above its first map."""
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
        cells = self.cells_of(k)
        y = self.tops[k] + pane * (rows * cells.cell + self.between)
        there = contents(self.mode, self.tones.of_maps[k])
        return Grid(self.style, cells, rows, columns, round(x), round(y), there)

    def scales(self) -> list[Scale]:
        """The shades that there are, by the names of the maps."""
        if self.mode not in {"shades", "both"}:
            return []
        names = [sign.label.name for sign in self.signs]
        return [scale(*each) for each in zip(names, self.tones.of_maps, self.maps, strict=True)]

    def middle(self, k: int) -> float:
        """Of a map, from top to bottom."""
        return round(self.tops[k] + self.size(k)[1] / 2)

    def bottom(self, tier: int) -> float:
        """Where the maps of a pass end."""
        maps = [k for column in self.tiers[tier] for k in column]
        drops = [self.middle(k) + self.weights_drop(k) for k in maps if k in self.written_below]
        return max(*(self.tops[k] + self.size(k)[1] for k in maps), *drops, 0.0)

    @cached_property
    def tracks(self) -> list[list[tuple[int, int]]]:
        """The ways (from, to) of each pass that go past other columns, each with a line of its own below the maps."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.tiers]
        for read, k in self._far:
            for tier in sorted({self.tier(read), self.tier(k)} if self.forward is None else {self.tier(k)}):
                found[tier].append((read, k))
        return found

    def _tracked(self, tier: int) -> float:
        """The height of the lines below the maps of a pass."""
        tracks = self.tracks[tier]
        return len(tracks) * self.style.gap + (0.4 * self.style.gap if tracks else 0)

    @property
    def foot(self) -> float:
        """Where maps and the lines below them end."""
        last = len(self.tiers) - 1
        return self.bottom(last) + self._tracked(last)

    @cached_property
    def width(self) -> float:
        """In pixels."""
        ends = [self.grids[k][0].x + self.signs[k].width for k in range(len(self.maps))] if self.labelled else []
        maps = [left + self._wide(depth) for depth, left in enumerate(self.lefts)]
        turns = [self.turn_at + self.badge_width(k) / 2 for k in range(1, len(self.maps)) if self.is_turn(k)]
        folds = enumerate(pairwise(self.line_of))
        turns += [self.bend(depth) + self.style.gap for depth, (one, other) in folds if one != other]
        return max([*maps, *ends, *turns])

    def bend(self, depth: int) -> int:
        """Where ways from a column's maps may turn."""
        return round(self.lefts[depth] + self._wide(depth) + 0.95 * self.style.gap)

    @property
    def turn_at(self) -> float:
        """Where the way from the output back to its gradient goes down, right of both."""
        last = len(self.columns) - 1
        return self.lefts[-1] + max(self._wide(last), *self._labels_of(last), 0.0) + 2.2 * self.style.gap
