"""The flat view of a transposed convolution as a scatter: each input cell stamps the kernel onto the output."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.color import mix
from conv_anim.scene.flat.full_output import ScatterDrawing
from conv_anim.scene.flat.remarks import stamp_keys
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.grid import Numbers, ring_color
from conv_anim.scene.marks import MarkStyle
from conv_anim.scene.numbers import Format, Formats, format_for, plane
from conv_anim.scene.primitives import Frame, Primitive
from conv_anim.scene.sheet import two
from conv_anim.scene.wording import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from conv_anim.scene.callouts import Key
    from conv_anim.scene.flat.pace import Pace
    from conv_anim.scene.grid import Position
    from conv_anim.scene.steps import Cell
    from conv_anim.tracing.scatter import Stamp
    from conv_anim.tracing.values import Array

ADDED = "+"


@dataclass(frozen=True)
class StampsView(ScatterDrawing):
    """The drawing of a transposed layer of one channel.

    For the sake of another drawing, ``cells`` may be larger than its numbers need and ``start``, where the output
    begins, farther to the right; ``watched`` are the output cells that the other is at.
    """

    watched: Pace | None = None
    cells: Numbers | None = None
    start: float = 0.0

    @property
    def bias(self) -> float:
        """What is added to every output."""
        return 0 if self.layer.bias is None else self.layer.bias[0].item()

    # numbers

    @cached_property
    def formats(self) -> Formats:
        """How its numbers are written."""
        return Formats.of(self.layer)

    @cached_property
    def fmt(self) -> Format:
        """Of products and of the sums that they add up to."""
        return format_for(self.layer.output, self._products)

    @cached_property
    def kernel(self) -> Array:
        """Rows and columns."""
        assert self.layer.kernels is not None
        return plane(self.layer.kernels[0, 0])

    @cached_property
    def _products(self) -> Array:
        return np.multiply.outer(self.layer.input.ravel(), self.kernel.ravel())

    @cached_property
    def numbers(self) -> Numbers:
        """How large the cells and their numbers are."""
        if self.cells is not None:
            return self.cells
        fmt = self.formats
        read = {f(v) for f, a in ((fmt.x, self.layer.input), (fmt.w, self.kernel)) for v in a.ravel().tolist()}
        ends = (values + bias for values in self.scatter.bounds for bias in (0, self.bias))
        sums = {self.fmt(v) for a in (*ends, self._products) for v in (a.min().item(), a.max().item())}
        return Numbers.fitting(self.style, self.style.cell, read, self.style.number_size, bold=sums)

    # the parts, from left to right

    @cached_property
    def strip(self) -> Strip:
        colors, rows, columns = self.style.colors, self.full.rows, self.full.columns
        kernel = (rows.kernel, columns.kernel)
        shapes = [(rows.size, columns.size), kernel, kernel, self.full.shape]
        planes = [colors.input, colors.kernel, self.current, colors.output]
        signs = self.signs_of(self._labels(), *planes)
        named = zip(shapes, signs, (words.TIMES, "=", "→", ""), strict=True)
        *others, output = (Part(*part) for part in named)
        output = replace(output, start=self.start - columns.before * self.numbers.cell)
        return Strip(self.style, self.numbers, (*others, output), labelled=self.labelled)

    @property
    def output_left(self) -> float:
        """Where the output begins that is left of the full one."""
        return self.after.x + self.full.columns.before * self.numbers.cell

    def _labels(self) -> list[words.Label]:
        input_, kernel, output = words.labels(self.trace)
        stamp = words.Label(self.say("flat.stamp"), self.say("flat.stamp_of"))
        return [
            words.Label(input_.name),
            words.Label(kernel.name),
            stamp,
            words.Label(output.name, self.say("flat.add_up")),
        ]

    # what stays

    def resting(self) -> list[Primitive]:
        colors, fmt = self.style.colors, self.formats
        input_, kernel, stamp, _ = self.strip.grids
        items = input_.filled(plane(self.layer.input[0]), fmt.x, colors.input)
        items += kernel.filled(self.kernel, fmt.w, colors.kernel)
        return [*items, *stamp.pending(), *self._empty()]

    def _empty(self) -> list[Primitive]:
        """The output before the first stamp: zeros, or the bias."""
        background, muted = self.style.colors.background, self.style.colors.muted
        items = self.empty()
        extra = {place: self._color(place) for place in self.places if self._is_extra(place)}
        items += self.after.patches(extra, self.style.edge)
        for place in self.places:
            text, fill = self.fmt(self._start(place)), extra.get(place, background)
            items.append(self.after.number(place, text, fill, muted))
        return items

    def _start(self, place: Position) -> float:
        return 0 if self.full.kept(place) is None else self.bias

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        made = super().frame(k)
        return Frame(made.kept, (*made.shown, *self._watching(k)))

    def shown(self, k: int, cell: Cell) -> list[Primitive]:
        return self._stamping(self.scatter.stamp(cell), self._total(self.pace.reached(k)))

    def _total(self, stamped: NDArray[np.bool_]) -> Array:
        """Rows and columns of the full output after the stamps of some cells, without the bias."""
        return plane(self.scatter.total(stamped)[0])

    def fallen_on(self, places: list[Position], stamped: NDArray[np.bool_]) -> list[Primitive]:
        items, total = list[Primitive](), self._total(stamped)
        for place in places:
            fill = self._color(place)
            items += (
                self.after.dashed([place])
                if self.full.kept(place) is None
                else self.after.patches({place: fill}, self.style.edge)
            )
            items.append(self._number(place, total, fill))
        return items

    def _number(self, place: Position, total: Array, fill: str, *, bold: bool = False) -> Primitive:
        wanted = [self.style.colors.muted] if self.full.kept(place) is None else []
        return self.after.number(place, self.fmt(total[place].item() + self._start(place)), fill, *wanted, bold=bold)

    def _color(self, place: Position) -> str:
        """The colour of a cell that stamps have fallen on."""
        if self._is_extra(place):
            return MarkStyle(self.style, self.style.colors.input).extra
        return self.style.colors.background if self.full.kept(place) is None else self.style.colors.output

    def _is_extra(self, place: Position) -> bool:
        """Whether a cell is there for output_padding."""
        cell = self.full.kept(place)
        axes = (self.full.rows, self.full.columns)
        return cell is not None and any(at >= axis.count - axis.extra for at, axis in zip(cell, axes, strict=True))

    def _stamping(self, stamp: Stamp, total: Array) -> list[Primitive]:
        colors, theme, (input_, _, block, output) = self.style.colors, self.style.theme, self.strip.grids
        read, at = self.style.under_window(colors.input), two(stamp.input[1:])
        items = input_.cell(at, self.formats.x(stamp.x), read, bold=True)
        cut = mix(colors.background, colors.current, theme.empty_overlay)
        fills = {two(hit.place[1:]): self.current if hit.output is not None else cut for hit in stamp.hits}
        items += output.patches(fills, self.style.edge)
        for hit in stamp.hits:
            place, added = two(hit.place[1:]), self.fmt(hit.product)
            items += block.cell(two(hit.weight[2:]), added, self.current, bold=True)
            items.append(self._number(place, total, fills[place], bold=hit.output is not None))
            items.append(output.weight(place, self._added(hit.product), fills[place]))
        return items

    def _added(self, product: float) -> str:
        return self.fmt(product) if product < 0 else f"{ADDED}{self.fmt(product)}"

    def _watching(self, k: int) -> list[Primitive]:
        cell = None if self.watched is None else self.watched.cell(k)
        if cell is None:
            return []
        place = self.full.place(two(cell[1:]))
        return self.after.ringed([place], ring_color(self.style, self._now(k, place)))

    def _now(self, k: int, place: Position) -> str:
        """The colour that a cell of the output has in a frame."""
        cell = self.pace.cell(k)
        return self.current if cell is not None and place in self.hit(cell) else self._color(place)

    # what there is to know

    def keys(self) -> tuple[Key, ...]:
        return stamp_keys(self.layer, self.say, self.style)
