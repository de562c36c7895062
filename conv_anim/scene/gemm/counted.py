"""What the tiles of a product load, step by step, and the lines that say it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.workings import worked
from conv_anim.scene.gemm.plan import LEADING, LINE, Plan
from conv_anim.scene.wording.loads import of_tile, totals
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive
    from conv_anim.tracing.gemm import Tile
    from conv_anim.tracing.values import Array

MOST_WORKED = 2
"""Rows of a column up to which the outputs in all of them are worked out."""
NARROWEST = 300
"""Pixels, at scale 1, that a line of text may take where all else takes less."""


@dataclass(frozen=True)
class Counted(Plan):
    """A plan with the steps through it, and what each of them loads."""

    def loaded_by(self, tile: Tile) -> list[int]:
        """The input cells that a tile needs, each once."""
        return sorted(set(self.gemm.loaded(tile)[0].tolist()))

    @cached_property
    def counts(self) -> dict[int, tuple[Array, tuple[int, int, int, int]]]:
        """For every step: how often each input cell is loaded up to it; and inputs, weights, uses, multiply-adds."""
        cells, sums, found = np.zeros(self.layer.input.size, dtype=np.int64), np.zeros(4, dtype=np.int64), {}
        ranks = {self.steps.rank(k): k for k in range(len(self.steps))}
        for rank in range(self.steps.total):
            tile = self.gemm.at(self.steps.place(rank))
            np.add.at(cells, self.gemm.loaded(tile)[0], 1)
            sums += (*self.gemm.loads(tile), tile.multiply_adds)
            if rank in ranks:
                inputs, weights, uses, products = sums.tolist()
                found[ranks[rank]] = cells.copy(), (inputs, weights, uses, products)
        return found

    def lines(self, k: int | None) -> list[Primitive]:
        """How the first cell of a step comes about, or what it loads; at the end what all of it comes to."""
        x, y = self.page.anchors["counts"]
        size, ink = self.style.em(LINE), self.style.text_ink
        quiet = self.style.label_ink if self.counted and k is not None else ink
        return [
            self.style.text(x, y + LEADING * size * n, text, size=size, color=ink if n == 0 else quiet)
            for n, text in enumerate(self._lines(k, self.page.width))
        ]

    def _lines(self, k: int | None, width: float) -> list[str]:
        """The description, wrapped where it is long."""
        if self.counted:
            return self._told(k)
        style, wide = self.style, max(width, NARROWEST * self.style.scale)
        return [part for text in self._told(k) for part in style.wrapped(text, size=style.em(LINE), width=wide)]

    def _told(self, k: int | None) -> list[str]:
        if not self.counted:
            return self._cells(len(self.steps) - 1 if k is None else k)
        return totals(self.gemm.all_loads, self.say)[:2] if k is None else self._said(k)

    def most_lines(self, width: float) -> int:
        return max(len(self._lines(k, width)) for k in (None, *range(len(self.steps))))

    def _cells(self, k: int) -> list[str]:
        """How the outputs of a step come about: all in its first column if they are few, else the first of them."""
        tile, column = self.steps.tile(k), self.steps.tile(k).columns[0]
        rows = tile.rows if len(tile.rows) <= MOST_WORKED else tile.rows[:1]
        steps = [(row, self.layer.step(self.gemm.cell(row, column))) for row in rows]
        said = [
            self.say("gemm.cell", row=row + 1, column=column + 1, made=worked(self.layer, step, self.say))
            for row, step in steps
        ]
        return said if len(rows) == len(tile.rows) else [*said, self.say("gemm.cells.more")]

    def _said(self, k: int) -> list[str]:
        inputs, weights, _, products = self.counts[k][1]
        return [
            of_tile(self.gemm, self.steps.tile(k), self.say),
            self.say("gemm.sofar", loads=inputs + weights, products=products),
        ]

    @cached_property
    def wide(self) -> float:
        """How wide the lines of the description, and everything else, may be."""
        size, steps = self.style.em(LINE), (None, *range(len(self.steps)))
        texts = [text for k in steps for text in self._lines(k, self.width)]
        return max(self.width, *(self.style.width(text, size=size) for text in texts))

    def counts_before(self, k: int) -> Array:
        """How often each input cell was loaded when a step begins; past the last step, in all."""
        if k == len(self.steps):
            found: Array = self.gemm.input_loads.ravel()
            return found
        counts = self.counts[k][0].copy()
        np.subtract.at(counts, self.gemm.loaded(self.steps.tile(k))[0], 1)
        return counts
