"""The matrix view at rest: the matrix, its vectors and maps, the signs between them, and one row as an example."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.color import contrast
from conv_anim.scene.matrix.plan import Plan
from conv_anim.scene.strokes import strong
from conv_anim.tracing.matrix import EMPTY
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.primitives import Primitive, Stroke
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.table import Table


@dataclass(frozen=True)
class MatrixAtRest(Plan):
    """What is drawn of a plan before its first row is computed, or of all of it in a still."""

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The tables that are drawn, where they are."""
        return {name: part.table for name, part in self.layout.parts.items()}

    def _matrix(self) -> list[Primitive]:
        table, factors = self.tables["matrix"], self.factors
        items = table.blank()
        for weight, places in factors.groups.items():
            items += table.cells([(place, factors.entry(place)) for place in places], factors.tint(weight))
        top = table.y - self.head_size * (0.6 + self.style.font.cap_height)
        for x, name in self.heads:
            middle = table.x + x
            items.append(
                self.style.text(middle, top, name, size=self.head_size, color=self.style.label_ink, anchor="middle")
            )
        return items

    def _kernel(self) -> list[Primitive]:
        """The legend of the colours, and the matrix as it was before it was transposed."""
        items: list[Primitive] = []
        if "kernel" in self.tables:
            places = self.factors.plates["kernel"].places(range(len(self.factors.weights)))
            for k, (place, text) in enumerate(zip(places, self.factors.weights, strict=True)):
                items += self.tables["kernel"].cells([(place, text)], self.factors.tint(k))
        if "turned" in self.tables:
            items += self.tables["turned"].blank()
            for weight, entries in self.factors.groups.items():
                items += self.tables["turned"].cells(
                    [((c, r), self.factors.entry((r, c))) for r, c in entries], self.factors.tint(weight)
                )
        return items

    def _results(self, cells: Iterable[int], fill: str, *, bold: bool = False) -> list[Primitive]:
        return self._in_all(("y", "output"), cells, self.factors.y, fill, bold=bold)

    def _in_all(
        self, names: Iterable[str], cells: Iterable[int], texts: Sequence[str], fill: str, *, bold: bool = False
    ) -> list[Primitive]:
        """Cells of a map in all the tables that show it."""
        written = [(k, texts[k]) for k in cells]
        items: list[Primitive] = []
        for name in names:
            if name in self.tables:
                items += self.tables[name].cells([(self._place(name, k), text) for k, text in written], fill, bold=bold)
        return items

    def _place(self, name: str, k: int) -> Position:
        return self.factors.plates[name].place(k) if name in self.factors.plates else (k, 0)

    # the example of a static picture

    def _example(self) -> list[Primitive]:
        """One window and its row of the matrix outlined; of a transposed layer one column, which was a row of C."""
        factors, colors = self.factors, self.style.colors
        read, made = self._strong(colors.window), self._strong(colors.current)
        seen = factors.matrix.weights != EMPTY
        if factors.transposed:
            column = int(seen.sum(axis=0).argmax())
            rows, columns = np.flatnonzero(seen[:, column]).tolist(), [column]
            items = self.tables["matrix"].column_outlined(column, read)
            items += self.tables["turned"].row_outlined(column, read) if "turned" in self.tables else []
        else:
            row = self._example_row
            rows, columns = [row], self._read(row)
            items = self.tables["matrix"].row_outlined(row, made)
        return [*items, *self._outlined(("x", "input"), columns, read), *self._outlined(("y", "output"), rows, made)]

    def _strong(self, color: str) -> Stroke:
        """An outline that is stronger than the edges of cells."""
        colors = self.style.colors
        edges = contrast(colors.line, colors.background)
        return strong(self.style, color if contrast(color, colors.background) >= edges else colors.ink)

    @property
    def _example_row(self) -> int:
        return int((self.factors.matrix.weights != EMPTY).sum(axis=1).argmax())

    def _read(self, row: int) -> list[int]:
        """The input cells that a row of the matrix meets."""
        return [int(k) for k in np.flatnonzero(self.factors.matrix.weights[row] != EMPTY)]

    def _outlined(self, names: Iterable[str], cells: Sequence[int], stroke: Stroke) -> list[Primitive]:
        items: list[Primitive] = []
        for name in names:
            if name in self.tables and cells:
                rows, columns = zip(*(self._place(name, k) for k in cells), strict=True)
                items += self.tables[name].outlined(rows, columns, stroke)
        return items
