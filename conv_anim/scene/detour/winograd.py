"""The winograd view: F(2×2, 3×3), one tile of the output a step."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.color import mix
from conv_anim.scene.detour.plan import NAMES
from conv_anim.scene.detour.tiles import Tiles, floats
from conv_anim.scene.fit import Fit
from conv_anim.scene.gliding import gliding
from conv_anim.scene.hit_regions import HitRegion
from conv_anim.scene.primitives import Boxes, Frame, Lines, Stroke, corners, shrunk
from conv_anim.scene.sheets.marks import MarkStyle
from conv_anim.scene.sheets.slots import filled
from conv_anim.scene.strokes import strong
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.winograd import OUT, READ
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive, Side
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.trace import Trace
    from conv_anim.tracing.values import Array

READ_LINES = 2
"""Sentences about what is made of a tile and of the kernel before anything is multiplied."""
SIGN = 11
"""Across a disc with a plus or a minus in the corner of a cell, in pixels at scale 1."""
BAR = 0.28
"""Half of the length of a bar of its sign, by that."""


@dataclass(frozen=True)
class WinogradDrawing(Tiles):
    """The drawing of all tiles."""

    # what stays

    def static(self) -> Items:
        _ = self.way.output  # which is the trace's, or nothing is drawn
        colors, tables = self.style.colors, self.tables
        kernel = floats(self.way.kernels[0, 0])
        items = [*tables["kernel"].cells(self._written(kernel, self.formats.w), colors.kernel)]
        items += self._paler("kernel_way", self.transformed_kernel, self.way_formats[1], colors.kernel)
        items += self._canvas(np.ndindex(*self.shapes["input"]), marked=False)
        for name in ("output", "input_way", "output_way"):
            items += tables[name].pending()
        return tuple(items)

    @staticmethod
    def _written(numbers: Array, fmt: Format) -> list[tuple[Position, str]]:
        return [((r, c), fmt(numbers[r, c].item())) for r, c in np.ndindex(*numbers.shape)]

    def _paler(self, name: str, numbers: Array, fmt: Format, color: str) -> list[Primitive]:
        """A map below in a paler colour than the one above it."""
        return self.tables[name].cells(self._written(numbers, fmt), mix(self.style.colors.background, color, 0.55))

    def _source(self, place: Position) -> Source:
        """What a cell of the canvas is."""
        found = [
            Source(int(axis.sources[1][at])) if at < axis.reach else Source.OUTSIDE
            for at, axis in zip(place, self.way.op.axes, strict=True)
        ]
        return max(found)

    def _canvas(self, places: Iterable[Position], *, marked: bool) -> list[Primitive]:
        """Cells of the padded input."""
        style, table = self.style, self.tables["input"]
        marks = MarkStyle(style, style.colors.input)
        fills = {Source.INPUT: style.colors.input, Source.BORROWED: marks.borrowed}
        groups: dict[Source, list[tuple[Position, str]]] = {}
        for r, c in places:
            number: Fraction = self.way.canvas[0][r][c]
            text = self.formats.x(int(number) if number.denominator == 1 else float(number))
            groups.setdefault(self._source((r, c)), []).append(((r, c), text))
        items: list[Primitive] = []
        for source, texts in groups.items():
            there = source <= Source.BORROWED
            fill = fills.get(source, style.colors.background)
            fill = style.under_window(fill, weak=not there) if marked else fill
            items += table.cells(texts, fill) if there else self._empty(texts, fill)
        return items

    def _empty(self, texts: list[tuple[Position, str]], fill: str) -> list[Primitive]:
        """Cells of the padding: their edges dashed, their zeros quiet."""
        style, table = self.style, self.tables["input"]
        ink = style.ink_on(fill, style.colors.muted)
        boxes = Boxes(tuple(table.box(place) for place, _ in texts), fill, style.empty_edge)
        return [boxes, *(replace(text, color=ink) for text in table.numbers(texts, fill))]

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        return Frame(
            self._kept(k),
            (*self._reading(k), *self.worked(k), *self._products(k), *self._example(k), *self._made(k)),
        )

    def _kept(self, k: int) -> Items:
        return tuple(item for _, row, column in self.steps.passed(k) for item in self._outputs((row, column)))

    def finished(self) -> Frame:
        """All outputs, and as an example the last tile with its transforms."""
        last, ink = len(self.steps) - 1, self.style.colors.ink
        there = [*self._outlined("output", self.outputs_of(self.tile(last)), ink), *self._worked_out(last, ink)]
        read = self._reading(last, ink)
        shown = (*read, *self.worked(last), *self._products(last), *self._example(last), *there)
        return Frame(self._kept(len(self.steps)), shown)

    def _outputs(self, tile: Position, *, bold: bool = False) -> list[Primitive]:
        """The outputs of a tile, as the trace has them."""
        output = self.layer.output[0]
        places = self.outputs_of(tile)
        fill = self.style.at_work(self.style.colors.output) if bold else self.style.colors.output
        texts = [(at, self.formats.y(output[at].item())) for at in places]
        return self.tables["output"].cells(texts, fill, bold=bold)

    def _read(self, k: int) -> list[Position]:
        row, column = self.tile(k)
        return list(product(range(OUT * row, OUT * row + READ), range(OUT * column, OUT * column + READ)))

    def _reading(self, k: int, color: str | None = None) -> list[Primitive]:
        """The tile that is read, outlined in the colour of the window if in no other, and its transform."""
        items = self._canvas(self._read(k), marked=True)
        outlined = self._outlined("input", self._read(k), color or self.style.colors.window)
        return [*items, *outlined, *self._transform(k)]

    def _example(self, k: int, there: Sequence[str] = NAMES) -> list[Primitive]:
        """Around the cells that are worked out below, and on those of the maps that are there."""
        signs = [item for name, of in self.signs_of(k).items() if name in there for item in self._signed(name, of)]
        at = self.example(k)
        return [*signs, *(self._outlined(name, [at], self.style.colors.ink)[0] for name in NAMES[3:5])]

    def _signed(self, name: str, signs: dict[Position, bool]) -> list[Primitive]:
        """A disc with a plus or a minus at the corner of each cell that is added or subtracted, as no number has it."""
        table, side, style = self.tables[name], 2 * round(SIGN * self.style.scale / 2), self.style
        if table.size is None:
            return []
        places = {place: (table.box(place)[0] + 1, table.box(place)[1] + 1) for place in signs}
        discs = tuple((x, y, side, side) for x, y in places.values())
        half, half_way = BAR * side, side / 2
        lines = []
        for place, plus in signs.items():
            x, y = (at + half_way for at in places[place])
            lines += [((x - half, y), (x + half, y)), *([((x, y - half), (x, y + half))] if plus else [])]
        stroke = Stroke(style.colors.background, 1.5 * style.scale)
        return [Boxes(discs, style.text_ink, radius=half_way), Lines(tuple(lines), stroke)]

    def _transform(self, k: int) -> list[Primitive]:
        return self._paler("input_way", self.transformed[k][0], self.way_formats[0], self.style.colors.input)

    def _products(self, k: int) -> list[Primitive]:
        cells = self._paler("output_way", self.transformed[k][1], self.way_formats[2], self.style.colors.output)
        return [*cells, *self._outlined("output_way", [self.example(k)], self.style.colors.ink)]

    def _made(self, k: int) -> list[Primitive]:
        tile, colors = self.tile(k), self.style.colors
        outlined = self._outlined("output", self.outputs_of(tile), colors.current)
        return [*self._outputs(tile, bold=True), *outlined, *self._worked_out(k, colors.background)]

    def _worked_out(self, k: int, color: str) -> list[Primitive]:
        """A line inside the output that is worked out below, in a colour that shows on it."""
        _, at = self.made_of(k)
        inner = shrunk(self.tables["output"].box(at), 2 * self.style.scale)
        return [Boxes((inner,), None, Stroke(color, 1.5 * self.style.scale))]

    def _outlined(self, name: str, places: list[Position], color: str) -> list[Primitive]:
        rows, columns = zip(*places, strict=True)
        return self.tables[name].outlined(rows, columns, strong(self.style, color))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "summed", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A step as it comes about: the tile and its transform, the products, the outputs; or tiles on their way."""
        if phase == "way":
            stroke = strong(self.style, self.style.colors.window)
            left = (*self._products(step), *self._outputs(self.tile(step)))
            return (*left, *gliding(self._rings(step), self._rings(step + 1), share, stroke))
        if phase == "read":
            return (*self._reading(step), *self.worked(step, READ_LINES), *self._example(step, NAMES[:5]))
        left = (*self._products(step), *self._example(step, NAMES[:5]))
        return (*self._reading(step), *self.worked(step, READ_LINES + 1), *left)

    def _rings(self, k: int) -> list[Ring]:
        tiles = ("input", self._read(k)), ("output", self.outputs_of(self.tile(k)))
        return [corners(self.tables[name].around(*zip(*places, strict=True))) for name, places in tiles]

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        tables, axes = self.tables, self.way.op.axes
        found = []
        for place in np.ndindex(*self.shapes["input"]):
            if self._source(place) == Source.INPUT:
                cell = tuple(int(axis.sources[0][at]) for at, axis in zip(place, axes, strict=True))
                found.append(HitRegion("input", (0, *cell), corners(tables["input"].box(place))))
        sides: tuple[Side, ...] = ("kernel", "output")
        for side in sides:
            table = tables[side]
            found += [HitRegion(side, (0, *at), corners(table.box(at))) for at in np.ndindex(*self.shapes[side])]
        return found


def winograd(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    view = WinogradDrawing(trace, style)
    side, size = view.cell
    return filled(view.page, view, fit=Fit(side, size or 0.0, grows=view.grows))
