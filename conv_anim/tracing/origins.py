"""Which cells of the input each cell of an output is made of, through all layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.tracing.gathers import Gather
from conv_anim.tracing.geometry import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.operators import Operator

Index: TypeAlias = tuple[int, ...]
Cells: TypeAlias = frozenset[Index]


@dataclass(frozen=True)
class Origins:
    """Of layers, each fed by the one before: by cell (channel, row, …), or by position (row, …) alone if ``merged``.

    Padding and inserted zeros are no cells; where padding repeats a cell, that is the one.
    """

    means: Sequence[Operator | Gather]
    merged: bool
    _known: list[dict[Index, Cells]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._known.extend({} for _ in self.means)

    def of(self, cell: Index) -> Cells:
        """The input cells behind a cell of the last layer's output."""
        return self._behind(len(self.means) - 1, cell)

    def _behind(self, k: int, cell: Index) -> Cells:
        known = self._known[k]
        if cell not in known:
            read = _read(self.means[k], cell, merged=self.merged)
            known[cell] = read if k == 0 else frozenset().union(*(self._behind(k - 1, other) for other in read))
        return known[cell]


def _read(means: Operator | Gather, cell: Index, *, merged: bool) -> Cells:
    """What one layer reads."""
    if isinstance(means, Gather):
        cells = [(channel, *cell) for channel in range(means.out_channels)] if merged else [cell]
        shares = (share.cell for each in cells for share in means.shares(each) if share.cell is not None)
        return frozenset(read[1:] if merged else read for read in shares)
    position = cell if merged else cell[1:]
    along = [_along(axis, o) for axis, o in zip(means.axes, position, strict=True)]
    return frozenset(product(*along) if merged else product(means.seen_by(cell[0]), *along))


@lru_cache(maxsize=4096)
def _along(axis: Axis, output: int) -> list[int]:
    """The input cells under a window, along an axis."""
    index, source = axis.sources
    covered = (axis.cell(output, tap) for tap in range(axis.kernel))
    return sorted({int(index[c]) for c in covered if source[c] <= Source.BORROWED})
