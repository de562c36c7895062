"""Where the maps of a network go in the flat view: in columns by how many ops lie behind them, with badges between."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.flat.fitting import contents, smaller
from conv_anim.scene.flat.lines import NetworkLines
from conv_anim.scene.layout import align, anchored, column, pad
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.slots import slot
from conv_anim.scene.wording import words
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Point
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

    @cached_property
    def page(self) -> Panel:
        """Room for all of it; anchors say where each line, column, map and grid begins."""
        return column(*map(self._tier, range(len(self.tiers))), gap=self.between_tiers)

    def _tier(self, at: int) -> Panel:
        """A line of maps below their labels, with room for the ways that go below them."""
        line, tier = self.lines[at if self.forward is None else 0], self.tiers[at]
        made = self.beside(line, [self._stack(tier[depth]) for depth in line])
        labels = max(self._head(maps[0]) for maps in tier if maps)
        aside = self._aisle_width * len(self.aisles) if line[0] else 0
        return anchored(pad(made, left=aside, top=labels, bottom=self._tracked(at)), **{f"line {at}": (0.0, 0.0)})

    def _stack(self, maps: list[int]) -> Panel:
        """The maps of a column, the first without its label; it stands on its middle.

        A map's middle that would lie next to the line lies on it, so that no way has a kink.
        """
        made = column(
            *(pad(self._map(k), top=self._head(k) if k != maps[0] else 0.0) for k in maps), gap=self.style.far
        )
        middles, half = [made.anchors[f"middle {k}"][1] for k in maps], made.height / 2
        drops = [y + self.weights_drop(k) for k, y in zip(maps, middles, strict=True) if k in self.written_below]
        nearest = min(middles, key=lambda middle: abs(middle - half), default=0.0)
        line = nearest if abs(nearest - half) < KINK * self.badge_height else half
        return replace(align(made, 0.0, max(drops, default=0.0)), baseline=line)

    def _map(self, k: int) -> Panel:
        """Room for the grids of a map."""
        rows, columns = self.shape(k)
        side = self.cells_of(k).cell
        grids = [slot(f"grid {k} {pane}", columns * side, rows * side) for pane in range(self.panes(k))]
        made = column(*grids, gap=self.between)
        return anchored(made, **{f"map {k}": (0.0, 0.0), f"middle {k}": (0.0, made.height / 2)})

    def _at(self, anchor: str) -> Point:
        return self.page.anchors[anchor]

    @property
    def between_tiers(self) -> float:
        """Pixels between what stands in one line and in the next."""
        return self.style.apart

    @cached_property
    def starts_of_tiers(self) -> list[float]:
        """Where each line of the forward pass begins, and the backward one below it."""
        return [self._at(f"line {at}")[1] for at in range(len(self.tiers))]

    @cached_property
    def lefts(self) -> list[float]:
        """Where each column begins."""
        return [self._at(f"column {depth}")[0] for depth in range(len(self.columns))]

    @cached_property
    def tops(self) -> dict[int, float]:
        """Where the grids of each map begin."""
        return {k: round(self._at(f"map {k}")[1]) for k in range(len(self.maps))}

    @cached_property
    def grids(self) -> list[list[Grid]]:
        """The grids of each map."""
        return [[self._grid(k, pane) for pane in range(self.panes(k))] for k in range(len(self.maps))]

    def _grid(self, k: int, pane: int) -> Grid:
        x, y = self._at(f"grid {k} {pane}")
        there = contents(self.mode, self.tones.of_maps[k])
        return Grid(self.style, self.cells_of(k), *self.shape(k), round(x), round(y), there)

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
