"""How large the cells of a figure are, and what stands in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.fit import Fit
from conv_anim.scene.sheets.symbols import symbol
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.sheets.shades import Shades
    from conv_anim.scene.style import Style
    from conv_anim.tracing.values import Array

Position = tuple[int, int]
"""Row and column."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers fit into the cells of a figure: all cells alike, as large as the widest number needs."""

    cell: float
    size: float
    in_shades: bool = False
    """Whether cells are shades instead, and as large as there is room."""

    @classmethod
    def fitting(
        cls, style: Style, cell: int, texts: Iterable[str], size: float, *, bold: Iterable[str] = ()
    ) -> Numbers:
        """Cells of the wanted side if the numbers fit at four fifths of the wanted size or more, else larger ones."""
        widest = max((style.width(text, size=1.0) for text in set(texts)), default=0.0)
        widest = max(widest, *(style.width(text, size=1.0, bold=True) for text in set(bold)), 0.1)
        room = 0.84 * cell
        if widest * size > room:
            size = max(room / widest, min(size, max(style.least, 0.8 * size)))
            cell = max(cell, round(widest * size / 0.84))
        fit = style.fit
        if fit is None or fit.in_shades:
            return cls(cell, size)
        return cls(max(cell, round(fit.cell)), min(size, fit.size))

    @property
    def fit(self) -> Fit:
        """What other figures have to match."""
        return Fit(self.cell, self.size, grows=not self.in_shades, in_shades=self.in_shades)


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in cells: their numbers, shades that stand for them, or both."""

    written: bool = True
    shades: Shades | None = None
    letter: str = ""
    """The letter of the cells' names, if these stand in the cells instead of numbers."""
    flipped: bool = False
    """Whether the cells are named from the last to the first."""

    def text(self, values: Array, fmt: Format, place: Position) -> str:
        """What is written in a cell of a map: its number, or its name."""
        if not self.letter:
            return fmt(values[place].item())
        r, c = (n - 1 - at if self.flipped else at for at, n in zip(place, values.shape, strict=True))
        return symbol(self.letter, (c,) if len(values) == 1 else (r, c))


WRITTEN = Contents()
