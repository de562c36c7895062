"""What stands in the cells of the flat view, and how large these are: numbers where they can be read, else shades."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from conv_anim.scene.sheets.cells import Contents, Numbers
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conv_anim.scene.sheets.shades import Shades
    from conv_anim.scene.style import Style
    from conv_anim.spec.view_values import Cells

    Width = Callable[[Numbers], float]
    """How wide a figure is with cells of a size."""

WIDEST = 980
"""Pixels, at scale 1, of a figure with numbers in cells of the usual size; one that is wider has smaller cells."""
MOST_OF_NETWORK = 1300
"""The same of a network with numbers, whatever the size of its cells."""
PAGE = 715
"""Pixels, at scale 1, that such a figure may take, and one in shades."""
PIXELS = 800
"""The same of one with a pixel for each cell."""
TALLEST = 760
"""Pixels, at scale 1, that a map in shades may be high."""
LARGEST = 28
"""Pixels, at scale 1, of a cell in shades."""
LEAST_SEEN = 64
"""The least that a map in shades is high, at scale 1, however much stands beside it."""
MUCH = 2
"""How many times larger than in a figure beside it cells in shades may have to be before they stay as they are."""
CROWDED = 0.84
"""How much of a cell a number may take."""


def smaller(
    style: Style, usual: Numbers, texts: Iterable[str], width: Width, *, widest: float = WIDEST, page: float = PAGE
) -> Numbers | None:
    """Cells in which numbers can be read, in a figure that is no wider than a page; None if there are none.

    Those of the usual size may be up to ``widest`` together, at scale 1.
    """
    if width(usual) <= widest * style.scale:
        return usual
    wide = max((style.width(text, size=1.0, bold=True) for text in texts), default=1.0)
    size = usual.size
    while size >= style.least:
        cell = max(1.5 * size, wide * size / CROWDED)
        found = Numbers(round(cell), size)
        if width(found) <= page * style.scale:
            return found
        size -= 0.5
    return None


def shaded(style: Style, rows: int, width: Width) -> Numbers:
    """The cells of a figure in shades: the largest, or those of a figure beside it if these are not much smaller."""
    largest, fit = _largest(style, rows, width), style.fit
    if fit is None or not fit.in_shades or not fit.cell <= largest.cell <= MUCH * fit.cell:
        return largest
    return replace(largest, cell=fit.cell)


def _largest(style: Style, rows: int, width: Width) -> Numbers:
    """The largest cells with which a figure in shades is no wider than a page, or than its labels are."""
    largest = min(LARGEST * style.scale, TALLEST * style.scale / rows)
    sizes = [float(side) for side in range(max(1, floor(largest)), 0, -1)]
    sizes += [0.9 * sizes[-1] * 0.9**k for k in range(40)]
    seen = min(largest, LEAST_SEEN * style.scale / rows)
    sizes = [*(side for side in sizes if side > seen), seen]
    narrowest = width(Numbers(sizes[-1], style.number_size, in_shades=True))
    page = PAGE * style.scale if style.room is None else min(PAGE * style.scale, style.room)
    whole = Numbers(1.0, style.number_size, in_shades=True)
    if seen <= 1 and PAGE * style.scale < width(whole) <= PIXELS * style.scale:
        return whole  # a pixel for each cell is worth a little more room
    for side in sizes:
        found = Numbers(side, style.number_size, in_shades=True)
        if width(found) <= max(page, 1.25 * narrowest if style.room is None else 0.0):
            return found
    return Numbers(sizes[-1], style.number_size, in_shades=True)


def chosen(*, picture: bool, readable: bool) -> Cells:
    """What ``auto`` means: a picture is seen as one, and its numbers are written where they can be read."""
    if picture:
        return "both" if readable else "shades"
    return "numbers" if readable else "shades"


def contents(cells: Cells, shades: Shades | None, letter: str = "") -> Contents:
    """Of a map whose numbers have some shades, and whose cells have names with a letter."""
    shown = shades if cells in {"shades", "both"} else None
    return Contents(cells in {"numbers", "both", "symbols"}, shown, letter if cells == "symbols" else "")
