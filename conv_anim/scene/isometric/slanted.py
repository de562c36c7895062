"""Numbers that stand upright in slanted cells."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import plane, weights_format
from conv_anim.scene.isometric.floors import COLUMN, ROW
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.symbols import W, X, symbol, term
from conv_anim.scene.sheets.traced import TracedMaps
from conv_anim.scene.style import text_box
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.isometric.floors import Floor
    from conv_anim.scene.primitives import Point, Text
    from conv_anim.tracing.taps import Step

Position = tuple[int, int]
"""Row and column."""
LOOSE = 1.15
"""How much larger a cell is than its number needs."""
LARGEST = 1.5
"""How much larger cells may become for the sake of products."""


@dataclass(frozen=True)
class Slanted(TracedMaps):
    """The numbers of a trace with one channel, and how large they and their cells are."""

    least: float
    """The side of a cell without numbers."""
    symbols: bool = False
    """Whether cells have names instead of numbers."""

    @cached_property
    def size(self) -> float:
        """The size of the numbers; they become smaller before cells become larger."""
        size, smallest = self.style.label_size, self.style.em(10.2)
        fitting = max(smallest, min(size, size * self.least / self._side(self.texts, size)))
        return fitting if self.style.fit is None else min(fitting, self.style.fit.size)

    @cached_property
    def unit(self) -> float:
        """The side of a cell that holds every number, and the last layer's products if it need not be too large."""
        plain = max(self.least, self._side(self.texts, self.size))
        whole = self._side(self._products, self.size)
        unit = max(plain, whole) if whole <= LARGEST * self.least else plain
        return unit if self.style.fit is None else max(unit, self.style.fit.cell)

    @property
    def shows_products(self) -> bool:
        """Whether there is room for the products in the cells."""
        return bool(self._products) and self._side(self._products, self.size) <= self.unit

    @cached_property
    def texts(self) -> set[str]:
        if self.symbols:
            return {symbol(X, [n - 1 for n in self.trace.input.shape[1:]]), symbol(X, (0, 0))}
        return super().texts

    @cached_property
    def _products(self) -> set[str]:
        """The widest number of the last layer's input times the widest weight; none where there are no weights."""
        last = self.layers[-1]
        if last.kernels is None:
            return set()
        if self.symbols:
            places = [n - 1 for n in last.input.shape[1:]], [n - 1 for n in last.kernels.shape[2:]]
            return {f"{symbol(X, places[0])}·{symbol(W, places[1])}"}
        x, w = self.formats[-2], weights_format(last.kernels)
        numbers = {x(n) for n in (0, *last.input.ravel().tolist())}
        weights = {w.factor(n) for n in last.kernels.ravel().tolist()}
        return {f"{self._widest(numbers)}·{self._widest(weights)}"}

    def _widest(self, texts: set[str]) -> str:
        return max(sorted(texts), key=lambda text: self.style.width(text, size=1.0))

    def _side(self, texts: set[str], size: float) -> float:
        """Of the cells that hold some texts: all four corners of a text lie between the cell's edges."""
        wide = max((self.style.width(text, size=size) for text in texts), default=0.0)
        high = size * self.style.font.cap_height
        across = ROW[1] * wide + ROW[0] * high
        along = -COLUMN[1] * wide + COLUMN[0] * high
        return LOOSE * max(across, along)

    # what is written

    def written(self, k: int, floor: Floor) -> dict[Position, str]:
        """What stands in the cells of a floor, the k-th from below."""
        fmt, values, empty = self.formats[k], plane(self.maps[k][0]), Formats.of(self.layers[k]).empty
        found = {}
        for r, c, source, read in floor.sheet.cells():
            if source <= Source.BORROWED:
                found[r, c] = self.named(X, read) if self.symbols else fmt(values[read].item())
            elif source < Source.OUTSIDE:
                found[r, c] = empty
        return found

    def products(self, step: Step, floor: Floor) -> dict[Position, str]:
        """What each cell under the window of the last layer contributes: ``3·2``; empty where that does not fit."""
        if not self.shows_products:
            return {}
        last = self.layers[-1]
        assert last.kernels is not None
        x, w = self.formats[-2], weights_format(last.kernels)
        return {
            floor.sheet.place(two(tap.canvas)): term(tap).text if self.symbols else f"{x(tap.x)}·{w.factor(tap.w)}"
            for tap in step.taps
            if tap.x is not None and tap.w is not None
        }

    def named(self, letter: str, place: Position) -> str:
        """The name of a cell; of a map with one axis by its column."""
        return symbol(letter, place if self.trace.input.ndim > 2 else place[1:])

    def text(self, floor: Floor, place: Position, text: str, on: str, *wanted: str, bold: bool = False) -> Text:
        """In the middle of a cell of a colour, in the first wanted colour that reads on it."""
        x, y = floor.plane.middle(*place)
        color = self.style.ink_on(on, *wanted)
        return self.style.centered(x, y, text, size=self.size, color=color, bold=bold)

    def ring(self, text: Text) -> tuple[Point, ...]:
        """The outline of a text with a little room around it: lines leave it free."""
        x, y, wide, high = text_box(self.style, text)
        room = 0.15 * text.size
        left, top, right, bottom = x - room, y - room, x + wide + room, y + high + room
        return (left, top), (right, top), (right, bottom), (left, bottom)
