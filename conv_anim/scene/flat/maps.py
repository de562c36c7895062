"""The maps of a network in the flat view: their cells and colours, and which maps each is made of."""

from __future__ import annotations

from functools import cached_property
from math import floor
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.workings import cell_formats
from conv_anim.scene.color import mix
from conv_anim.scene.flat.fitted import Fitted
from conv_anim.scene.flat.fitting import LARGEST
from conv_anim.scene.flat.notes import notes
from conv_anim.scene.flat.weights import Weights
from conv_anim.scene.sheets.sheet import two
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.sheets.cells import Numbers, Position
    from conv_anim.scene.steps import Cell

SEEN = 112
"""Pixels, at scale 1, that a map in shades is high at least, among maps with many more cells."""


@dataclass(frozen=True)
class NetworkMaps(Fitted, Weights):
    """Of a trace. Maps are numbered: 0 is the input, k what the k-th node makes; each has a grid for every channel."""

    def shape(self, k: int) -> Position:
        """Rows and columns of each grid of a map; a flat vector is one column."""
        channels, *size = self.maps[k].shape
        return (channels, 1) if not size else (1, size[0]) if len(size) == 1 else (size[0], size[1])

    @cached_property
    def formats(self) -> list[Format]:
        """How the numbers of each map are written: where maps are joined, with what it takes to see how."""
        return cell_formats(self.trace)

    def panes(self, k: int) -> int:
        """How many grids a map has."""
        return len(self.maps[k]) if self.maps[k].ndim > 1 else 1

    def at(self, cell: Cell) -> tuple[int, Position]:
        """Which of its map's grids shows a cell, and the place in it."""
        channel, *position = cell
        return (channel, two(tuple(position))) if position else (0, (channel, 0))

    def color(self, k: int, pane: int = 0) -> str:
        """Of a map: from the input's to the output's; what only stands behind others keeps its map's colour.

        A gradient has the colour of the map that it is the gradient of.
        """
        if self.forward is not None:
            of = self.gradient_of[k]
            if of is None and k > self.forward:
                return self.style.colors.kernel
            at = (k if of is None else of) / self.forward
            return mix(self.style.colors.input, self.style.colors.output, at)
        if k > 0 and self.layers[k - 1].layer.stacks and self.maps[k].ndim > 1:
            (tap,) = self.layers[k - 1].step((pane, *(0,) * (self.maps[k].ndim - 1))).taps
            return self.color(self.layers[k - 1].fed[tap.of], tap.channel)
        return super().color(k)

    # a backward pass, which leads back below the forward one

    @cached_property
    def forward(self) -> int | None:
        """The number of the last forward map, whose gradient arrives below it; None if nothing leads back."""
        backward = self.trace.spec.backward
        return len(backward.nodes) if backward is not None and backward.gradient_of else None

    @cached_property
    def gradient_of(self) -> list[int | None]:
        """For each map the forward one whose gradient it is."""
        backward = self.trace.spec.backward
        return [None, *(backward.gradient_of if backward is not None else ())]

    def leads_back(self, k: int) -> bool:
        """Whether a map belongs to the backward pass."""
        return self.forward is not None and k > self.forward

    def is_turn(self, k: int) -> bool:
        """Whether a map is the one where the forward pass turns back: the gradient that arrives at its end."""
        return self.leads_back(k) and self.read_by(k) == [self.forward]

    def read_by(self, k: int) -> list[int]:
        """The maps that a node is drawn to be fed by."""
        layer = self.layers[k - 1]
        return list(dict.fromkeys(layer.fed[: layer.layer.drawn_inputs]))

    # columns

    @cached_property
    def depths(self) -> list[int]:
        """How many ops lie behind each map, by the longest way; backward as many less as lie after the loss."""
        found = [0]
        for k in range(1, len(self.maps)):
            if self.leads_back(k):
                reads = self.read_by(k)
                found.append(found[reads[0]] if reads == [self.forward] else min(found[read] for read in reads) - 1)
            else:
                found.append(1 + max(found[read] for read in self.read_by(k)))
        return [depth - min(found) for depth in found]

    @cached_property
    def columns(self) -> list[list[int]]:
        """The numbers of the maps in each column, from left to right."""
        return [[k for k, depth in enumerate(self.depths) if depth == d] for d in range(max(self.depths) + 1)]

    # sizes

    @property
    def between(self) -> int:
        """Pixels between two grids of a map."""
        return round(self.style.half) + self.note_room

    @cached_property
    def notes(self) -> dict[int, list[str]]:
        """What is written above the grids of some maps."""
        return notes(self.trace)

    @property
    def note_room(self) -> int:
        """The height that a line above each grid takes, where some maps have them, in pixels."""
        return round(self.style.small_size + self.style.thin) if self.notes else 0

    def cells_of(self, k: int) -> Numbers:
        """How large the cells of a map are: in shades a map of few cells has larger ones, so that it can be seen."""
        if not self.numbers.in_shades:
            return self.numbers
        seen = min(SEEN * self.style.scale / max(self.shape(k)), LARGEST * self.style.scale)
        return self.numbers if seen <= self.numbers.cell else replace(self.numbers, cell=float(max(1, floor(seen))))

    def size(self, k: int) -> tuple[float, float]:
        """Width and height of a map's grids together."""
        (rows, columns), count, side = self.shape(k), self.panes(k), self.cells_of(k).cell
        return columns * side, count * rows * side + (count - 1) * self.between

    @property
    def tallest(self) -> int:
        return max(self.shape(k)[0] for k in range(len(self.maps)))
