"""Windows whose cells are read elsewhere, between cells: each moved by an offset, and weighed by a mask.

Deformable convolution (Dai et al. 2017; with a mask, Zhu et al. 2019) in the order of torchvision's
``deform_conv2d``: of the 2·G·k·k channels of offsets, those of a group of input channels follow one another, tap by
tap, each Δy before Δx. What lies beyond the map counts as 0, whether it is padding or farther away.
"""

from __future__ import annotations

from functools import cached_property
from itertools import product
from math import floor, prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from conv_anim.tracing.decimals import part_of, products, settled
from conv_anim.tracing.gathers import Gather, Share
from conv_anim.tracing.interpolation import CLOSE
from conv_anim.tracing.taps import DECIMALS, multiplied
from conv_anim.tracing.values import product_of
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.spec.model import Ends, Number
    from conv_anim.tracing.gathers import Index
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.values import Array


class Corner(NamedTuple):
    """A cell around a point with its share, and None as its place if it lies beyond the map."""

    cell: tuple[int, int]
    share: float
    inside: bool


class Sample(NamedTuple):
    """What a cell of the window reads: ``regular`` without offsets, ``at`` with them, in rows and columns of a map."""

    window: tuple[int, int]
    regular: tuple[int, int]
    at: tuple[float, float]
    mask: Number

    @property
    def moved(self) -> tuple[float, float]:
        """Δy and Δx."""
        return self.at[0] - self.regular[0], self.at[1] - self.regular[1]


@dataclass(frozen=True, eq=False)
class Sampling:
    """A ``window`` over maps, its ``offset`` (2·G·k·k, rows, columns), ``mask`` (G·k·k, rows, columns) or none.

    ``weight`` is (out_channels, in_channels / groups, k, k).
    """

    window: Operator
    ends: Ends
    weight: Array
    bias: Array | None
    offset: Array
    mask: Array | None

    @property
    def taps(self) -> int:
        """Cells of the window."""
        return prod(self.window.kernel_size)

    @cached_property
    def groups(self) -> int:
        """Groups of input channels with offsets of their own."""
        return len(self.offset) // (2 * self.taps)

    def group(self, channel: int) -> int:
        """The group of an input channel."""
        return channel // (self.ends.in_channels // self.groups)

    def samples(self, place: Index, group: int = 0) -> list[Sample]:
        """What each cell of the window at an output's place reads in a channel of a group."""
        rows, columns = self.window.axes
        found = []
        for tap, (i, j) in enumerate(product(range(rows.kernel), range(columns.kernel))):
            regular = rows.cell(place[0], i) - rows.before, columns.cell(place[1], j) - columns.before
            channel = 2 * (group * self.taps + tap)
            dy, dx = (float(self.offset[(channel + axis, *place)]) for axis in (0, 1))
            mask = 1 if self.mask is None else self.mask[(group * self.taps + tap, *place)].item()
            found.append(Sample((i, j), regular, (regular[0] + dy, regular[1] + dx), mask))
        return found

    def corners(self, at: tuple[float, float]) -> list[Corner]:
        """The cells around a point that have a share in what is read there."""
        sides = []
        for x in at:
            first = floor(x)
            sides.append([(first, _said(1 - (x - first))), (first + 1, _said(x - first))])
        size = self.ends.in_size
        return [
            Corner((r, c), float(multiplied(down, across)), 0 <= r < size[0] and 0 <= c < size[1])
            for (r, down), (c, across) in product(*sides)
            if down * across
        ]

    def read(self, x: Array, sample: Sample) -> float:
        """What is between the cells of a map (rows, columns) at a point, before a mask weighs it."""
        corners = self.corners(sample.at)
        return float(sum((x[corner.cell].item() * corner.share for corner in corners if corner.inside), 0.0))

    def gather(self) -> Gather:
        """As a list of cells for each output cell."""
        added = None if self.bias is None else (lambda cell: self._bias(cell[0]))
        return Gather(self.ends, self._shares, self._output, added=added, sampling=self)

    def _bias(self, channel: int) -> Number:
        assert self.bias is not None
        number: Number = self.bias[channel].item()
        return number

    def _shares(self, cell: Index) -> list[Share]:
        channel, *place = cell
        read = {group: self.samples(tuple(place), group) for group in range(self.groups)}
        found = []
        for k, seen in enumerate(self.window.seen_by(channel)):
            for sample in read[self.group(seen)]:
                weight = multiplied(self.weight[(channel, k, *sample.window)].item(), sample.mask)
                found += [self._share(seen, sample, corner, weight) for corner in self.corners(sample.at)]
        return found

    def _share(self, channel: int, sample: Sample, corner: Corner, weight: Number) -> Share:
        rows, columns = self.window.axes
        canvas = corner.cell[0] + rows.before, corner.cell[1] + columns.before
        read = (channel, *corner.cell) if corner.inside else None
        return Share(read, multiplied(weight, corner.share), canvas, window=sample.window)

    def _output(self, x: Array, *_: Array) -> Array:
        columns = self.columns(x)
        if self.mask is not None:
            masks = self.mask.reshape(self.groups, self.taps, *self.ends.out_size)
            columns = product_of(columns, masks.repeat(self.ends.in_channels // self.groups, axis=0))

        def weighed(columns: Array, weight: Array, added: Array) -> Array:
            made = np.zeros((self.ends.out_channels, *self.ends.out_size), columns.dtype)
            for channel in range(self.ends.out_channels):
                seen = self.window.seen_by(channel)
                each = weight[channel].reshape(len(seen), self.taps)
                made[channel] = np.einsum("ct,ctrq->rq", each, columns[seen.start : seen.stop])
            return made + added.reshape(-1, 1, 1)

        return products(weighed, columns, self.weight, self.bias, terms=self.weight[0].size)

    def columns(self, x: Array) -> Array:
        """What all windows read, before a mask weighs it: (in_channels, taps, rows, columns)."""
        each = self.ends.in_channels // self.groups
        read = [self._column(x[g * each : (g + 1) * each].astype(np.float64), g) for g in range(self.groups)]
        part = part_of(self.offset)
        return np.concatenate(read) if part is None else settled(np.concatenate(read), x, part**2)

    @cached_property
    def reach(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Along each axis the first and the last place that is read, in cells of a map."""
        moved = self.offset.reshape(self.groups, self.taps, 2, *self.ends.out_size)
        ends = []
        for a in (0, 1):
            at = [self._along(a, window[a]) + moved[:, t, a] for t, window in enumerate(self.windows)]
            ends.append((float(np.min(at)), float(np.max(at))))
        return ends[0], ends[1]

    @property
    def windows(self) -> list[Index]:
        """The cells of the window, in their order."""
        return list(np.ndindex(*self.window.kernel_size))

    def _along(self, a: int, tap: int) -> Array:
        """Where a cell of all windows stands along an axis without offsets: (rows, 1) or (columns,)."""
        axis = self.window.axes[a]
        at = np.arange(axis.count) * axis.stride + axis.cell(0, tap) - axis.before
        return at[:, None] if a == 0 else at

    def _column(self, x: Array, group: int) -> Array:
        """What all windows read in the channels of a group: (channels, taps, rows, columns)."""
        size = self.ends.out_size
        moved = self.offset.reshape(self.groups, self.taps, 2, *size)[group]
        found = np.zeros((len(x), self.taps, *size))
        for tap, (i, j) in enumerate(self.windows):
            found[:, tap] = _between(x, self._along(0, i) + moved[tap, 0], self._along(1, j) + moved[tap, 1])
        return found


def _said(share: float) -> float:
    """A share as the decimals of an offset make it: 0.3 of a cell, and not what is left of 1.3 as floats have it."""
    near = round(share, DECIMALS)
    return near if abs(near - share) < CLOSE else share


def _between(x: Array, y: Array, across: Array) -> Array:
    """Bilinear, with zeros beyond the map: ``x`` (channels, rows, columns) at points (rows, columns)."""
    total = np.zeros((len(x), *y.shape))
    top, left = np.floor(y), np.floor(across)
    for down, right in product((0, 1), repeat=2):
        r, c = top + down, left + right
        share = (1 - np.abs(y - r)) * (1 - np.abs(across - c))
        inside = (r >= 0) & (r < x.shape[1]) & (c >= 0) & (c < x.shape[2])
        at = np.where(inside, r, 0).astype(np.intp), np.where(inside, c, 0).astype(np.intp)
        total += np.where(inside, share, 0) * x[:, at[0], at[1]]
    return total
