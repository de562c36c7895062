"""The grids of a transposed convolution as a scatter, in the flat view: input, kernel, a stamp, and their sum."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import Format, format_for
from conv_anim.scene.flat.fitted import FittedStrip
from conv_anim.scene.flat.fitting import contents
from conv_anim.scene.flat.full_output import ScatterDrawing
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.sheets.cells import Numbers
from conv_anim.scene.sheets.scales import scale
from conv_anim.scene.sheets.shades import shades_for
from conv_anim.scene.wording import words
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.sheets.scales import Scale
    from conv_anim.scene.sheets.shades import Shades
    from conv_anim.tracing.values import Array

LEAST = 16
"""Pixels, at scale 1, of a cell of a kernel or of a stamp beside maps in shades."""


@dataclass(frozen=True)
class StampGrids(FittedStrip, ScatterDrawing):
    """The grids of one channel.

    For the sake of another drawing, ``start``, where the output begins, may be farther to the right.
    """

    start: float = 0.0

    @property
    def bias(self) -> float:
        """What is added to every output."""
        return 0 if self.layer.bias is None else self.layer.bias[0].item()

    # numbers

    @cached_property
    def fmt(self) -> Format:
        """How products and their sums are written."""
        return format_for(self.layer.output, self._products)

    @cached_property
    def _products(self) -> Array:
        return np.multiply.outer(self.layer.input.ravel(), self.kernel.ravel())

    @cached_property
    def for_numbers(self) -> Numbers:
        fmt = self.formats
        read = {f(v) for f, a in ((fmt.x, self.layer.input), (fmt.w, self.kernel)) for v in a.ravel().tolist()}
        ends = (values + bias for values in self.scatter.bounds for bias in (0, self.bias))
        sums = {self.fmt(v) for a in (*ends, self._products) for v in (a.min().item(), a.max().item())}
        return Numbers.fitting(self.style, self.style.cell, read, self.style.number_size, bold=sums)

    @property
    def tallest(self) -> int:
        return self.full.shape[0]

    # shades

    @cached_property
    def _shades(self) -> tuple[Shades | None, ...]:
        """Of input, kernel, a stamp, and of what stamps add up to, also before the last one has fallen."""
        colors, tones, fixed = self.style.colors, self.tones, self.tones.fixed
        sums = np.concatenate([(values + bias).ravel() for values in self.scatter.bounds for bias in (0, self.bias)])
        stamp = shades_for(self._products, self.current, colors)
        return tones.of_maps[0], tones.of_kernels[0], stamp, shades_for(sums, colors.output, colors, fixed=fixed)

    @property
    def small(self) -> Numbers | None:
        """The cells of the kernel and of a stamp beside maps whose cells are tiny."""
        cells = self.cells or self.numbers
        least = LEAST * self.style.scale
        return replace(cells, cell=least) if self.is_shaded and cells.cell < least else None

    def scales(self) -> list[Scale]:
        found = super().scales()
        shades, kernels = self.strip.grids[2].contents.shades, self.layer.kernels
        if shades is None or kernels is None:
            return found
        kernel = self.strip.grids[1].contents.shades
        more = [scale(words.kernel_of(self.trace), kernel, kernels)] if kernel is not None else []
        return [found[0], *more, scale(self.say("flat.stamp"), shades, self._products), *found[1:]]

    # the parts, from left to right

    @cached_property
    def strip(self) -> Strip:
        colors, rows, columns = self.style.colors, self.full.rows, self.full.columns
        signs = self.signs_of(self._labels(), colors.input, colors.kernel, colors.output, colors.output)
        held = [contents(self.mode, own) for own in self._shades]
        kernel, start = (rows.kernel, columns.kernel), self.start - columns.before * self.numbers.cell
        parts = (
            Part((rows.size, columns.size), signs[0], words.TIMES, contents=held[0]),
            Part(kernel, signs[1], "=", contents=held[1], numbers=self.small),
            Part(kernel, signs[2], "→", contents=held[2], numbers=self.small),
            Part(self.full.shape, signs[3], contents=held[3], start=start),
        )
        return Strip(self.style, self.numbers, parts, labelled=self.titled)

    @property
    def output_left(self) -> float:
        """Where the output begins that is left of the full one."""
        return self.after.x + self.full.columns.before * self.numbers.cell

    @property
    def _overlap(self) -> bool:
        """Whether the stamps of two input cells share a cell of the output."""
        axes = [(axis.size, axis.stretch, axis.kernel, axis.dilation) for axis in self.layer.operator.axes]
        return any(len({i * s + k * d for i in range(n) for k in range(m)}) < n * m for n, s, m, d in axes)

    def _labels(self) -> list[words.Label]:
        input_, kernel, output = words.labels(self.trace)
        stamp = words.Label(self.say("flat.stamp"), self.say("flat.stamp_of"))
        return [
            words.Label(input_.name),
            words.Label(kernel.name),
            stamp,
            words.Label(output.name, self.say("flat.add_up") if self._overlap else ""),
        ]
