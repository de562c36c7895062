"""What the tiles of a product load, step by step, and the lines that say it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.gemm.plan import Plan
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive
    from conv_anim.tracing.gemm import Tile
    from conv_anim.tracing.values import Array
from conv_anim.scene.gemm.walk import Walk


@dataclass(frozen=True)
class Counted(Plan):
    """A plan with the steps through it, and what each of them loads."""

    @cached_property
    def steps(self) -> Walk:
        """The tiles."""
        return Walk(self.gemm, self.trace.spec.animation)

    def tile_of(self, k: int) -> Tile:
        """That of a step."""
        return self.gemm.at(self.steps.place(self.steps.steps.rank(k)))

    @cached_property
    def counts(self) -> dict[int, tuple[Array, tuple[int, int, int, int]]]:
        """For every step: how often each input cell is loaded up to it; and inputs, weights, uses, multiply-adds."""
        cells, sums, found = np.zeros(self.layer.input.size, dtype=np.int64), np.zeros(4, dtype=np.int64), {}
        ranks = {self.steps.steps.rank(k): k for k in range(len(self.steps))}
        for rank in range(self.steps.total):
            tile = self.gemm.at(self.steps.place(rank))
            np.add.at(cells, self.gemm.loaded(tile)[0], 1)
            sums += (*self.gemm.loads(tile), tile.multiply_adds)
            if rank in ranks:
                inputs, weights, uses, products = sums.tolist()
                found[ranks[rank]] = cells.copy(), (inputs, weights, uses, products)
        return found

    def lines(self, k: int | None) -> list[Primitive]:
        """What a step loads, and what was loaded up to it; at the end what all of it comes to."""
        if not self.counted:
            return []
        said = self._totals() if k is None else self._said(k)
        x, y = self.page.anchors["counts"]
        size, ink = self.style.em(13), self.style.text_ink
        return [
            self.style.text(x, y + 1.7 * size * n, text, size=size, color=ink if n == 0 else self.style.label_ink)
            for n, text in enumerate(said)
        ]

    def _said(self, k: int) -> list[str]:
        tile, (inputs, weights, _, products) = self.tile_of(k), self.counts[k][1]
        own, held, _ = self.gemm.loads(tile)
        runs = len(self.gemm.runs(tile))
        now = self.say("gemm.now" if runs != 1 else "gemm.now.run", inputs=own, runs=runs, weights=held)
        return [now, self.say("gemm.sofar", loads=inputs + weights, products=products)]

    def _totals(self) -> list[str]:
        found = self.gemm.all_loads
        all_ = self.say("gemm.all", inputs=found.inputs, weights=found.weights, again=found.again)
        return [all_, self.say("gemm.reuse", reuse=f"{found.reuse:.3g}", intensity=f"{found.intensity:.2g}")]

    @cached_property
    def wide(self) -> float:
        """How wide the lines of what is counted may be, and all else."""
        texts = [*self._totals(), *(text for k in range(len(self.steps)) for text in self._said(k))]
        size = self.style.em(13)
        return max(self.width, *(self.style.width(text, size=size) for text in texts)) if self.counted else self.width

    def counts_before(self, k: int) -> Array:
        """How often each input cell was loaded when a step begins; past the last step, in all."""
        if k == len(self.steps):
            found: Array = self.gemm.input_loads.ravel()
            return found
        counts = self.counts[k][0].copy()
        np.subtract.at(counts, self.gemm.loaded(self.tile_of(k))[0], 1)
        return counts
