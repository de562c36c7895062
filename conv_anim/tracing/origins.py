"""Which cells of the input each cell of an output is made of, through all layers and by all ways."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain, product
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.tracing.gathers import Gather
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.operators import Operator

Index: TypeAlias = tuple[int, ...]
Cells: TypeAlias = frozenset[Index]


@dataclass(frozen=True)
class Origins:
    """Of layers with the maps that each reads: by cell (channel, row, …), or by position (row, …) alone if ``merged``.

    Padding and inserted zeros are no cells; where padding repeats a cell, that is the one.
    """

    means: Sequence[Operator | Gather]
    fed: Sequence[tuple[int, ...]]
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
            found: set[Index] = set()
            for of, cells in _read(self.means[k], cell, merged=self.merged).items():
                number = self.fed[k][of]
                found.update(cells if number == 0 else chain(*(self._behind(number - 1, other) for other in cells)))
            known[cell] = frozenset(found)
        return known[cell]


def _read(means: Operator | Gather, cell: Index, *, merged: bool) -> dict[int, Cells]:
    """What one layer reads of each of its inputs."""
    if isinstance(means, Gather):
        cells = [(channel, *cell) for channel in range(means.out_channels)] if merged else [cell]
        found: dict[int, set[Index]] = {}
        for share in (share for each in cells for share in means.shares(each)):
            both = [(share.of, share.cell), *([] if share.other is None else [share.other])]
            for of, read in both:
                if read is not None:
                    found.setdefault(of, set()).add(read[1:] if merged else read)
        return {of: frozenset(reads) for of, reads in found.items()}
    position = cell if merged else cell[1:]
    along = [_along(axis, o) for axis, o in zip(means.axes, position, strict=True)]
    return {0: frozenset(product(*along) if merged else product(means.seen_by(cell[0]), *along))}


@lru_cache(maxsize=4096)
def _along(axis: Axis, output: int) -> list[int]:
    """The input cells under a window, along an axis."""
    index, source = axis.sources
    covered = (axis.cell(output, tap) for tap in range(axis.kernel))
    return sorted({int(index[c]) for c in covered if source[c] <= Source.BORROWED})
