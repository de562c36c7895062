"""Drawings with cells as large as their numbers need or, in shades, as large as a page has room for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.flat.fitting import PAGE, TALLEST, chosen, shaded
from conv_anim.scene.sheets.scales import scale
from conv_anim.scene.sheets.tones import asked
from conv_anim.scene.sheets.traced import Traced
from conv_anim.spec.view_support import MOST_DRAWN
from conv_anim.values import KW_ONLY, dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.flat.strip import Strip
    from conv_anim.scene.sheets.cells import Numbers
    from conv_anim.scene.sheets.scales import Scale
    from conv_anim.spec.view_values import Cells


@dataclass(frozen=True)
class Fitted(Traced):
    """A drawing of a trace that is measured with cells of several sizes before one is chosen."""

    _: KW_ONLY
    cells: Numbers | None = None
    """How large its cells are, where that is tried out or another drawing says so; else they are as large as suits."""
    measured: Cells | None = None
    """What stands in them, where that is tried out."""

    @cached_property
    def mode(self) -> Cells:
        """What stands in the cells."""
        wanted = self.measured or asked(self.trace.spec.view)
        return wanted if wanted != "auto" else chosen(picture=self.tones.greys[0], readable=self.readable)

    @property
    def is_shaded(self) -> bool:
        """Whether nothing is written in the cells of maps."""
        return self.mode in {"shades", "plain"}

    @property
    def readable(self) -> bool:
        """Whether its numbers can be read."""
        return self._readable is not None

    @cached_property
    def _readable(self) -> Numbers | None:
        """Cells whose numbers can be read; None if there are too many of them."""
        return self.for_numbers if sum(values.size for values in self.tones.maps) <= MOST_DRAWN else None

    @cached_property
    def numbers(self) -> Numbers:
        """How large the cells and their numbers are."""
        if self.cells is not None:
            return self.cells
        if self.is_shaded:
            return shaded(self.style, self.tallest, self.width_with)
        return self._readable or self.for_numbers

    @cached_property
    def for_numbers(self) -> Numbers:
        """Cells that hold every number, at its usual size."""
        raise NotImplementedError

    @property
    def tallest(self) -> int:
        """The most rows that a map has."""
        raise NotImplementedError

    def scales_of_maps(self, names: Iterable[str]) -> list[Scale]:
        """The shades that its maps have, by their names."""
        if self.mode not in {"shades", "both"}:
            return []
        return [scale(*each) for each in zip(names, self.tones.of_maps, self.tones.maps, strict=True)]

    def width_with(self, cells: Numbers, mode: Cells | None = None) -> float:
        """How wide it would be."""
        return replace(self, cells=cells, measured=mode or self.mode).needed

    @property
    def needed(self) -> float:
        """The width that it needs; if it is high, that of a page on which it fits."""
        width, height = self.extent
        return max(width, height * PAGE / TALLEST)

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height, in pixels."""
        raise NotImplementedError


@dataclass(frozen=True)
class FittedStrip(Fitted):
    """With its grids in a strip."""

    @cached_property
    def strip(self) -> Strip:
        """The grids from left to right, with the signs between them."""
        raise NotImplementedError

    @property
    def titled(self) -> bool:
        """Whether labels are written above the grids: not while these are measured."""
        return self.labelled and self.measured is None

    @property
    def needed(self) -> float:
        """How wide the grids are together, without what is written above them."""
        return self.strip.width
