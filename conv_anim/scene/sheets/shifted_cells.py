"""Which cells shifted windows bring together, before the shift, after it, and when the map is moved round."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise, product
from typing import TYPE_CHECKING

from conv_anim.scene.sheets.traced import Traced
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.spec.model import Size
    from conv_anim.spec.shown_as import Attends


@dataclass(frozen=True)
class ShiftedCells(Traced):
    """Of a trace of one attention to windows that are shifted."""

    @cached_property
    def attends(self) -> Attends:
        """Which places see which."""
        found = self.layer.layer.attends
        assert found is not None
        return found

    @cached_property
    def parts(self) -> tuple[Size, Size]:
        """Windows and shift along each axis."""
        found = self.attends.shifted
        assert found is not None
        return found

    @property
    def extent(self) -> Size:
        """Cells along each axis."""
        return self.layer.layer.ends.in_size

    @property
    def shape(self) -> Position:
        """Rows and columns; a sequence is one row."""
        return (1, self.extent[0]) if len(self.extent) == 1 else (self.extent[-2], self.extent[-1])

    def moved_round(self, place: Size) -> Size:
        """Where a cell comes to lie when the map is moved round by the shift."""
        return tuple((at - s) % size for at, s, size in zip(place, self.parts[1], self.extent, strict=True))

    def masked_for(self, place: Size) -> list[Size]:
        """The cells of its window that come from the opposite end of the map, along one axis or more."""
        shift = self.parts[1]

        def apart(other: Size) -> bool:
            return any((a < s) is not (b < s) for a, b, s in zip(place, other, shift, strict=True))

        return [other for other in self._in_window(place) if apart(other)]

    def _in_window(self, place: Size) -> list[Size]:
        """All cells of the window of a place as it is computed, whether they are seen or not."""
        along = []
        for at, size, w, s in zip(place, self.extent, *self.parts, strict=True):
            along.append([j for j in range(size) if (j - s) % size // w == (at - s) % size // w])
        return list(product(*along))

    def together(self, place: Size) -> list[Size]:
        """All cells of its window before the shift."""
        starts = (at // w * w for at, w in zip(place, self.parts[0], strict=True))
        ends = zip(starts, self.parts[0], self.extent, strict=True)
        return list(product(*(range(start, min(start + w, size)) for start, w, size in ends)))


def runs(size: int, window: int, first: int) -> list[tuple[int, int]]:
    """Where each window starts and ends, if one of them starts at ``first``."""
    cuts = sorted({0, *range(first % window, size, window), size})
    return list(pairwise(cuts))
