"""Where the columns of a network stand in the flat view: in one line, or in several where a page ends."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.flat.fitting import MOST_OF_NETWORK, PAGE, PIXELS, WIDEST
from conv_anim.scene.flat.names import NetworkNames
from conv_anim.scene.layout import EMPTY, anchored, pad, row, space
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.sheets.cells import Numbers

MOST_HIGH = 1050
"""Pixels, at scale 1, that lines of maps with numbers may take, one below the other."""
MOST_HIGH_STACKED = 3000
"""The same where the figure has to be narrow."""


@dataclass(frozen=True)
class NetworkLines(NetworkNames):
    """Columns of maps from left to right, and the ways that go past them."""

    folded: bool = field(default=False, kw_only=True)
    """Whether numbers may go on in another line, where that is tried out."""

    @cached_property
    def tiers(self) -> list[list[list[int]]]:
        """The columns of the forward pass, in lines, and below them those of the backward one, if there is one."""
        back = [[k for k in column if self.leads_back(k)] for column in self.columns]
        ahead = [[k for k in column if not self.leads_back(k)] for column in self.columns]
        if self.forward is not None:
            return [ahead, back]
        return [[column if depth in line else [] for depth, column in enumerate(ahead)] for line in self.lines]

    def tier(self, k: int) -> int:
        """Which of them a map is in."""
        return int(self.leads_back(k)) or self.line_of[self.depths[k]]

    def _first(self, k: int) -> bool:
        """Whether a map is the first of its column: the signs of all these stand on one line."""
        return self.tiers[self.tier(k)][self.depths[k]][0] == k

    @property
    def _foldable(self) -> bool:
        """Whether it may go on in other lines: a backward pass already stands below the forward one."""
        return self.forward is None

    @cached_property
    def _folds(self) -> bool:
        """Whether it goes on in another line where a page ends: in shades it does, or if its numbers need it."""
        if self.is_shaded or self.folded:
            return self._foldable
        return self.measured is None and self._in_one_line is None and self._in_lines is not None

    @cached_property
    def _in_one_line(self) -> Numbers | None:
        """Cells of the usual size, if all maps can stand side by side."""
        return self.usual if self.width_with(self.usual, "numbers") <= self._line_width * self.style.scale else None

    @cached_property
    def _in_lines(self) -> Numbers | None:
        """Cells for maps that go on in other lines, if they can."""
        tried = replace(self, cells=self.usual, measured="numbers", folded=True)
        high = MOST_HIGH if self.style.room is None else MOST_HIGH_STACKED
        (wide, tall), scale = tried.extent, self.style.scale
        fits = wide <= WIDEST * scale and tall <= high * scale
        return self.usual if self._foldable and fits else None

    @property
    def _line_width(self) -> float:
        """Pixels, at scale 1, that maps side by side may take."""
        widest = WIDEST if self._foldable else MOST_OF_NETWORK
        return widest if self.style.room is None else min(widest, self.style.room / self.style.scale)

    @property
    def _page(self) -> float:
        """Where a line of maps ends, in pixels."""
        pixels = self.numbers.in_shades and self.numbers.cell <= 1
        page = (PIXELS if pixels else PAGE) * self.style.scale
        return page if self.style.room is None else min(page, self.style.room)

    # from left to right

    @cached_property
    def lines(self) -> list[list[int]]:
        """The numbers of the columns in each line."""
        found, depth, room = [[0]], 1, self._page - self._aisle_width * len(self._far)
        while depth < len(self.columns):
            longer = [*found[-1], depth]
            full = self._folds and self.beside(longer, [EMPTY] * len(longer)).width > room
            begins = self._begins(longer) if full else None
            if begins is None:
                found[-1] = longer
                depth += 1
            else:
                found[-1:] = [[before for before in found[-1] if before < begins], [begins]]
                depth = begins + 1
        return found

    def _begins(self, line: list[int]) -> int | None:
        """The column of a line with which the next one may begin, the last if it may; None if there is none."""
        return next((begin for begin in line[:0:-1] if self._parted_by(begin)), None)

    def beside(self, line: list[int], stacks: Sequence[Panel]) -> Panel:
        """The columns of a line from left to right, with room for what leads to each and for labels."""
        made = space(self._gutter(line[0]) if line[0] else 0.0)
        for depth, stack in zip(line, stacks, strict=True):
            wide = self._wide(depth)
            beyond = max(0.0, *(label - wide for label in (*self._labels_of(depth), 0.0)))
            after = beyond if depth == line[-1] else max(self._gutter(depth + 1), beyond + self.style.gap)
            here = anchored(stack, **{f"column {depth}": (0.0, 0.0)})
            made = row(made, pad(here, right=wide - stack.width + after))
        return made

    def _parted_by(self, depth: int) -> bool:
        """Whether one line can lead to a column from the one before it: else nobody could tell what reads what."""
        ways = [(read, k) for k in self.columns[depth] for read in self.read_by(k) if self.depths[read] == depth - 1]
        return len({read for read, _ in ways}) == 1 or len({k for _, k in ways}) == 1

    def _gutter(self, depth: int) -> float:
        """What lies between a column and the one before it: lines, a badge, an arrow."""
        ahead = [k for k in self.columns[depth] if not self.leads_back(k)]
        back = [k for k in self.columns[depth - 1] if self.leads_back(k) and not self.is_turn(k)]
        return max(self.wide_between(k) for k in (*ahead, *back)) + self.style.apart + self.style.hair

    def _wide(self, depth: int) -> float:
        """The width of a column that nothing may come into; its label may go on above a gutter with straight lines."""
        maps = max(self.size(k)[0] for k in self.columns[depth])
        crossed = self.labelled and max(map(self._abreast, self.columns[depth : depth + 2])) > 1
        return max(maps, *(self.signs[k].width for k in self.columns[depth])) if crossed else maps

    def _abreast(self, column: list[int]) -> int:
        """How many maps of a column stand in one line."""
        back = sum(map(self.leads_back, column))
        return max(back, len(column) - back)

    def _labels_of(self, depth: int) -> list[float]:
        """How wide the labels of a column are."""
        return [self.signs[k].width for k in self.columns[depth]] if self.labelled else []

    @cached_property
    def line_of(self) -> list[int]:
        """In which line each column stands."""
        return [at for at, line in enumerate(self.lines) for _ in line]

    # the ways past other columns

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
        return len(tracks) * self.style.gap + (self.style.thin if tracks else 0)
