"""How large the cells of a panel are, so that those of several can be as large."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Fit:
    """How large a panel's cells and their numbers are, in pixels; cells that hold numbers may grow, others shrink.

    Cells ``in_shades`` hold no numbers, and are not compared with those that do.
    """

    cell: float
    size: float
    grows: bool
    in_shades: bool = False
    lead: float = 0.0
    """Cells before the first one of the input, so that cells of figures below each other can be under each other."""
    rise: float = 0.0
    """Pixels between rows at least, so that the rows of figures side by side are on one line."""

    def joined(self, other: Fit) -> Fit:
        """What suits both, which are of one kind."""
        grows = self.grows or other.grows
        cell = max(self.cell, other.cell) if grows else min(self.cell, other.cell)
        return Fit(
            cell,
            min(self.size, other.size),
            grows,
            self.in_shades,
            max(self.lead, other.lead),
            max(self.rise, other.rise),
        )


def joined(fits: Iterable[Fit | None]) -> Fit | None:
    """What suits all of them; None if none has cells of a size of its own."""
    there = [fit for fit in fits if fit is not None]
    return reduce(Fit.joined, there) if there else None
