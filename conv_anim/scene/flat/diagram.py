"""Where the maps of a network go in the flat view: in columns by how many ops lie behind them, with badges between."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.flat.fitting import contents, smaller
from conv_anim.scene.flat.lines import NetworkLines
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.wording import words
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.sheets.cells import Numbers
WEIGHED, SHARED = 0.82, 0.6
"""How much of a cell's width a weight in its corner may take; shares of attention stand in all cells at once."""
KINK = 0.75
"""How far apart, in heights of a badge, two ends of a way may lie that are brought to one height."""


@dataclass(frozen=True)
class Diagram(NetworkLines):
    """All maps in their places."""

    # how large cells are

    @property
    def for_numbers(self) -> Numbers:
        return self.usual

    @cached_property
    def _readable(self) -> Numbers | None:
        if super()._readable is None:
            return None
        return self._in_one_line or self._in_lines or self._smaller

    @cached_property
    def _smaller(self) -> Numbers | None:
        """Smaller ones in one line."""

        def width(cells: Numbers) -> float:
            return self.width_with(cells, "numbers")

        return smaller(self.style, self.usual, self.texts, width, widest=self._line_width, page=self._line_width)

    @cached_property
    def usual(self) -> Numbers:
        fitting = super().usual
        return replace(fitting, cell=max(fitting.cell, self._for_weights))

    @property
    def _for_weights(self) -> int:
        """A cell in whose corner every weight can be read."""
        written = list(zip(self.weights, self.layers, strict=True))
        arrays = [(fmt, layer.weight) for fmt, layer in written if layer.weight is not None]
        texts = {f"{words.TIMES}{fmt(w)}" for fmt, array in arrays for w in np.unique(array).tolist()}
        shared = {f"{words.TIMES}{fmt(0)}" for fmt, layer in written if layer.layer.attends is not None}
        widest = max((self.style.width(text, size=self.style.em(12)) for text in texts | shared), default=0.0)
        return ceil(widest / (SHARED if shared else WEIGHED))

    @property
    def needed(self) -> float:
        return super().needed if self.mode != "numbers" and self.style.room is None else self.width

    @property
    def extent(self) -> tuple[float, float]:
        return self.width, self.bottom

    # from top to bottom

    @property
    def _apart(self) -> float:
        """Between maps of one column."""
        return self.style.far

    def _below(self, k: int) -> float:
        return self._head(k) + self.size(k)[1]

    @property
    def line(self) -> float:
        """The height that columns are centred on, without what stands above their first map."""
        return self._line_of(self.tiers[0])

    def _line_of(self, tier: list[list[int]]) -> float:
        columns = [column for column in tier if column]
        return max(self._head(column[0]) for column in columns) + max(map(self._above, columns))

    @cached_property
    def starts_of_tiers(self) -> list[float]:
        """Where each line of the forward pass begins, and the backward one below it."""
        found = [0.0]
        for k, tier in enumerate(self.tiers):
            high = self._line_of(tier) + max(map(self._under, filter(None, tier)))
            found.append(found[-1] + high + self._overhang(tier) + self._tracked(k) + self.between_tiers)
        return found

    def _overhang(self, tier: list[list[int]]) -> float:
        """How far weights below badges reach beyond the maps of a line."""
        half = max(map(self._under, filter(None, tier)))
        alone = [column[0] for column in tier if len(column) == 1 and column[0] in self.written_below]
        several = [k for column in tier if len(column) > 1 for k in column if k in self.written_below]
        lows = [self.weights_drop(k) - half for k in alone]
        lows += [self.weights_drop(k) - self.size(k)[1] / 2 for k in several]
        return max(0.0, *lows) if lows else 0.0

    @property
    def between_tiers(self) -> float:
        """Pixels between what stands in one line and in the next."""
        return self.style.apart

    @cached_property
    def tops(self) -> dict[int, float]:
        """Where the grids of each map begin."""
        found: dict[int, float] = {}
        for start, tier in zip(self.starts_of_tiers, self.tiers, strict=False):
            line = start + self._line_of(tier)
            for column in filter(None, tier):
                y = line - self._above(column) - self._head(column[0])
                for k in column:
                    found[k] = round(y + self._head(k))
                    y += self._below(k) + self._apart
        return found

    def _column(self, column: list[int]) -> float:
        """The height of a column without what stands above its first map."""
        whole = sum(self._below(k) for k in column) + (len(column) - 1) * self._apart
        return whole - self._head(column[0])

    def _above(self, column: list[int]) -> float:
        """How far a column, without what stands above its first map, reaches above the line: by half of it.

        A map's middle that would lie next to the line lies on it, so that no way has a kink.
        """
        middles, y = list[float](), -self._head(column[0])
        for k in column:
            middles.append(y + self._head(k) + self.size(k)[1] / 2)
            y += self._below(k) + self._apart
        half = self._column(column) / 2
        nearest = min(middles, key=lambda middle: abs(middle - half))
        return nearest if abs(nearest - half) < KINK * self.badge_height else half

    def _under(self, column: list[int]) -> float:
        """How far it reaches below the line."""
        return self._column(column) - self._above(column)

    @cached_property
    def grids(self) -> list[list[Grid]]:
        """The grids of each map."""
        return [[self._grid(k, pane) for pane in range(self.panes(k))] for k in range(len(self.maps))]

    def _grid(self, k: int, pane: int) -> Grid:
        rows, columns = self.shape(k)
        depth = self.depths[k]
        x = self.lefts[depth]
        cells = self.cells_of(k)
        y = self.tops[k] + pane * (rows * cells.cell + self.between)
        there = contents(self.mode, self.tones.of_maps[k])
        return Grid(self.style, cells, rows, columns, round(x), round(y), there)

    def middle(self, k: int) -> float:
        """The middle of a map, from top to bottom."""
        return round(self.tops[k] + self.size(k)[1] / 2)

    def bottom_of(self, tier: int) -> float:
        """Where the maps of a pass end."""
        maps = [k for column in self.tiers[tier] for k in column]
        drops = [self.middle(k) + self.weights_drop(k) for k in maps if k in self.written_below]
        return max(*(self.tops[k] + self.size(k)[1] for k in maps), *drops, 0.0)

    @property
    def bottom(self) -> float:
        """Where maps and the lines below them end."""
        last = len(self.tiers) - 1
        return self.bottom_of(last) + self._tracked(last)

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
        return round(self.lefts[depth] + self._wide(depth) + self.style.gap)

    @property
    def turn_at(self) -> float:
        """Where the way from the output back to its gradient goes down, right of both."""
        last = len(self.columns) - 1
        return self.lefts[-1] + max(self._wide(last), *self._labels_of(last), 0.0) + self.style.far
