"""What the matrix view draws: the numbers of matrix, vectors and kernel as text, their colours, and their cells."""

from __future__ import annotations

from functools import cached_property
from math import ceil, floor, prod
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.arithmetic.numbers import Format, format_for
from conv_anim.scene.color import mix, rgb
from conv_anim.scene.sheets.table import Table, Track
from conv_anim.scene.sheets.tints import tints
from conv_anim.spec.grouping import grouped
from conv_anim.tracing.matrix import EMPTY, SEVERAL
from conv_anim.tracing.matrix import matrix as matrix_of
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Size
    from conv_anim.tracing.matrix import LayerMatrix
    from conv_anim.tracing.trace import LayerTrace

LONGEST = 560
"""Pixels, at scale 1, that the rows or columns of a matrix may take."""
SIDE = 28
MOST = 34
"""Pixels of a cell, at scale 1: what it has, and what it may have for the sake of long numbers."""
NUMBER = 13
"""Pixels of a number, at scale 1."""
TURNED, TURNED_WIDTH = 18, 300
"""Pixels, at scale 1, of a cell and of all cells of the matrix before it was transposed."""
TURNED_SIZE = 0.62
"""The em of a number in such a cell, in cells."""
READABLE = 9.0
"""Pixels, at any scale, that a number needs; smaller ones are left out."""
ROOM = 0.84
"""How much of a cell's width its number may take."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The width, height and number size of a table's cells; no size where numbers would not be readable."""

    width: int
    height: int
    size: float | None


@dataclass(frozen=True)
class Sizes:
    """How large the cells of all parts are; ``wide`` measures a text at an em of 1."""

    scale: float
    count: int
    entry: float
    """The widest number in the matrix, for an em of 1."""
    vectors: dict[str, float]
    """The widest number of each vector."""

    @cached_property
    def side(self) -> int:
        """Of a cell of the matrix: as large as all numbers need, as long as the matrix does not grow too large."""
        widest = max(self.entry, *self.vectors.values())
        wanted = min(round(MOST * self.scale), max(round(SIDE * self.scale), ceil(widest * NUMBER * self.scale / ROOM)))
        return max(2, min(wanted, floor(LONGEST * self.scale / self.count)))

    def _size(self, text: float, width: int) -> float | None:
        """That of numbers in cells of a width, as high as those of the matrix; ``text`` is the widest number's."""
        wanted = min(max(READABLE, min(NUMBER * self.scale, 0.48 * self.side)), 0.85 * self.side)
        size = min(wanted, ROOM * width / text)
        return size if size >= READABLE else None

    @cached_property
    def matrix(self) -> Cell:
        """A cell of the matrix, with its number."""
        return Cell(self.side, self.side, self._size(self.entry, self.side))

    def vector(self, name: str) -> Cell:
        """With numbers no larger than those of the matrix, if that has any."""
        size = self._size(max(self.vectors.values()), max(self.side, round(MOST * self.scale)))
        if size is None:
            return Cell(max(self.side, round(8 * self.scale)), self.side, None)
        size = min(size, self.matrix.size or size)
        return Cell(max(self.side, ceil(self.vectors[name] * size / ROOM)), self.side, size)

    @cached_property
    def map(self) -> Cell:
        """Square, and wide enough for the numbers of input and output."""
        cells = [self.vector(name) for name in ("x", "y")]
        side = max(cell.width for cell in cells)
        return Cell(side, side, cells[0].size)

    @cached_property
    def kernel(self) -> Cell:
        """As those of the maps, or larger if that makes numbers readable."""
        widest = max(round(MOST * self.scale), self.map.width)
        size = min(self.map.size or READABLE, ROOM * widest / self.entry, 0.65 * widest)
        if size < READABLE:
            return Cell(self.map.width, self.map.width, None)
        side = max(self.map.width, ceil(self.entry * size / ROOM), ceil(size / 0.65))
        return Cell(side, side, size)


@dataclass(frozen=True)
class Plates:
    """An array as plates of rows and columns: its first index downwards, all others but the last two across."""

    down: int
    across: int
    rows: int
    columns: int

    @classmethod
    def of(cls, channels: int, size: Size, *, across: int = 1) -> Plates:
        """The plates of a map."""
        rows = size[-2] if len(size) > 1 else 1
        return cls(channels, across * prod(size[:-2]), rows, size[-1])

    def place(self, index: int) -> Position:
        """Where an element stands, given its index in row-major order."""
        down, across, row, column = np.unravel_index(index, (self.down, self.across, self.rows, self.columns))
        return int(down * self.rows + row), int(across * self.columns + column)

    def places(self, indices: Iterable[int]) -> list[Position]:
        """Row and column of several elements."""
        return [self.place(index) for index in indices]

    def table(self, style: Style, cell: Cell) -> Table:
        """The table that shows them."""
        gap = max(2, round(cell.width / 4))
        rows = Track((self.down, self.rows), cell.height, gap)
        return Table(style, rows, Track((self.across, self.columns), cell.width, gap), cell.size)


@dataclass(frozen=True)
class Factors:
    """A layer as ``matrix · x (+ bias) = y``, its kernel, and its maps."""

    layer: LayerTrace
    style: Style

    @cached_property
    def matrix(self) -> LayerMatrix:
        """The layer's matrix."""
        return matrix_of(self.layer)

    @property
    def transposed(self) -> bool:
        """Whether it is a transposed convolution's."""
        return self.layer.operator.transposed

    @cached_property
    def kernel_shape(self) -> Size | None:
        """The shape of the weight, or None in a pool."""
        return None if self.layer.weight is None else self.layer.weight.shape

    # numbers

    @cached_property
    def formats(self) -> Formats:
        """How its numbers are written."""
        return Formats.of(self.layer)

    @cached_property
    def x(self) -> list[str]:
        """The input's numbers as text, row by row."""
        return [self.formats.x(v) for v in self.layer.input.ravel().tolist()]

    @cached_property
    def y(self) -> list[str]:
        """The output's numbers as text, row by row."""
        return [self.formats.y(v) for v in self.layer.output.ravel().tolist()]

    @cached_property
    def bias(self) -> list[str] | None:
        """The bias of each output cell."""
        if self.layer.bias is None:
            return None
        fmt = format_for(self.layer.bias)
        each = prod(self.layer.operator.out_size)
        return [fmt(v) for v in self.layer.bias.tolist() for _ in range(each)]

    def entry(self, place: Position) -> str:
        """A number of the matrix; that of a mean as a fraction."""
        value = self.matrix.values[place].item()
        if self.layer.layer.sampled is not None:
            return self.shared(value)
        return self.formats.w(value) if self.kernel_shape is not None else f"1/{round(1 / value)}"

    @cached_property
    def shared(self) -> Format:
        """How weights that are shared out among several cells are written."""
        found = format_for(self.matrix.values, most=3)
        return found if found.exact else Format(2, exact=False)

    @cached_property
    def weights(self) -> list[str]:
        """The numbers of the kernel."""
        return [] if self.layer.weight is None else [self.formats.w(v) for v in self.layer.weight.ravel().tolist()]

    # colours

    @cached_property
    def tints(self) -> tuple[str, ...]:
        """The colour of each weight; those of a mean are all alike."""
        colors = self.style.colors
        if self.kernel_shape is None:
            return (colors.kernel,) * prod(self.layer.operator.kernel_size)
        return tints(colors, self.kernel_shape)

    def tint(self, weight: int) -> str:
        """The colour of a weight, by its number; a sum of several is grey, or white where the weights are greys."""
        if weight != SEVERAL:
            return self.tints[weight]
        grey = all(len(set(rgb(tint))) == 1 for tint in self.tints)
        colors = self.style.colors
        return colors.background if grey else mix(colors.background, colors.muted, 0.35)

    @cached_property
    def groups(self) -> dict[int, list[Position]]:
        """The entries of each weight, from the first weight on."""
        rows, columns = np.nonzero(self.matrix.weights != EMPTY)
        weights = self.matrix.weights[rows, columns].tolist()
        places = zip(rows.tolist(), columns.tolist(), strict=True)
        return dict(sorted(grouped(zip(weights, places, strict=True)).items()))

    # tables

    @cached_property
    def entries(self) -> set[str]:
        """All that is written into the matrix."""
        return {self.entry(place) for places in self.groups.values() for place in places}

    @cached_property
    def sizes(self) -> Sizes:
        """How large cells have to be for their numbers."""
        style = self.style

        def widest(texts: Iterable[str], *, bold: bool = False) -> float:
            return max((style.width(text, size=1.0, bold=bold) for text in set(texts)), default=1.0)

        vectors = {"x": widest(self.x), "y": widest(self.y, bold=True), "bias": widest(self.bias or ())}
        return Sizes(style.scale, max(self.matrix.values.shape), widest(self.entries | set(self.weights)), vectors)

    def _track(self, shape: Size, cell: int) -> Track:
        return Track(shape, cell, max(1, round(cell / 6)))

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Matrix and vectors, their cells grouped as those of the maps."""
        sizes, cell = self.sizes, self.sizes.matrix
        rows = self._track(self.layer.output.shape, cell.height)
        columns = self._track(self.layer.input.shape, cell.width)
        along = {"x": columns, "y": rows, **({} if self.bias is None else {"bias": rows})}
        cells = {name: sizes.vector(name) for name in along}
        vectors = {
            name: Table(self.style, track, Track((1,), cells[name].width, 0), cells[name].size)
            for name, track in along.items()
        }
        return {"matrix": Table(self.style, rows, columns, cell.size), **vectors}

    @cached_property
    def plates(self) -> dict[str, Plates]:
        """How input, output and kernel lie as small maps."""
        ends, shape = self.layer.layer.ends, self.kernel_shape
        kernel = {} if shape is None else {"kernel": Plates.of(shape[0], shape[2:], across=shape[1])}
        read, made = Plates.of(ends.in_channels, ends.in_size), Plates.of(ends.out_channels, ends.out_size)
        return {"input": read, "output": made, **kernel}

    @cached_property
    def maps(self) -> dict[str, Table]:
        """The maps and the kernel as tables, by name."""
        cells = {"input": self.sizes.map, "output": self.sizes.map, "kernel": self.sizes.kernel}
        return {name: plates.table(self.style, cells[name]) for name, plates in self.plates.items()}

    @cached_property
    def turned(self) -> Table | None:
        """The matrix before it was transposed, small; None for a layer that is not, or where it would be too small."""
        count = self.layer.output.size
        side = min(round(TURNED * self.style.scale), floor(TURNED_WIDTH * self.style.scale / count))
        if not self.transposed or side < 2:
            return None
        rows, columns = self._track(self.layer.input.shape, side), self._track(self.layer.output.shape, side)
        return Table(self.style, rows, columns, self._fitting(side))

    def _fitting(self, side: int) -> float | None:
        """The size of the weights in cells of a side, if they can be read there."""
        size = min(TURNED_SIZE * side, NUMBER * self.style.scale)
        if size < self.style.least:
            return None
        size = min(size, ROOM * side / max((self.style.width(text, size=1.0) for text in self.entries), default=ROOM))
        return size if size >= self.style.least else None
