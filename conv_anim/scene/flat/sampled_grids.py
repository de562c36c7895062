"""The grids of a window that bends, in the flat view, and how its numbers are written so that sums agree."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import Format, agrees, enough, format_for, plane, weights_format
from conv_anim.scene.callouts import Callout
from conv_anim.scene.flat.drawing import FlatDrawing
from conv_anim.scene.flat.fitted import FittedStrip
from conv_anim.scene.flat.fitting import contents
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.sheets.cells import Numbers
from conv_anim.scene.sheets.sheet import Sheet
from conv_anim.scene.wording import words
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.tracing.sampling import Sampling
    from conv_anim.tracing.values import Array

CORNER = 0.8
"""Of a number in the corner of its cell, compared with one in the middle."""
MOST_SUMMED = 2000
"""The most outputs whose sums are all checked; larger figures write sums with the usual digits."""


@dataclass(frozen=True)
class SampledGrids(FittedStrip, FlatDrawing):
    """Input, what is read, kernel and output of one channel."""

    @property
    def sampling(self) -> Sampling:
        """Where the layer reads."""
        found = self.layer.means.sampling  # type: ignore[union-attr]  # it is no window
        assert found is not None
        return found

    @cached_property
    def sheet(self) -> Sheet:
        """The input with its border, and as far as its points lie beyond."""
        return Sheet.sampled_by(self.sampling)

    # numbers

    @cached_property
    def columns(self) -> Array:
        """What all windows read: (taps, rows, columns)."""
        found: Array = self.sampling.columns(self.layer.input)[0]
        return found

    @cached_property
    def finer(self) -> int:
        """How many digits more the terms have, so that they add up to what is written as their sum."""
        if self.layer.output.size > MOST_SUMMED:
            return 0
        return enough(self._adds_up)

    def _adds_up(self, more: int) -> bool:
        read = self._read.finer(more).shown(self.columns)
        total = np.einsum("t,tyx->yx", self._w.finer(more).shown(self._kernel).ravel(), self._weighed(read, more))
        if self.layer.bias is not None:
            total = total + self.layer.bias[0]
        return agrees(self.y, self.layer.output[0], total)

    def _weighed(self, read: Array, more: int) -> Array:
        mask = self.sampling.mask
        return read if mask is None else read * format_for(mask).finer(more).shown(mask)

    @property
    def _kernel(self) -> Array:
        assert self.layer.weight is not None
        return plane(self.layer.weight[0, 0])

    @cached_property
    def _w(self) -> Format:
        return weights_format(self._kernel)

    @cached_property
    def w(self) -> Format:
        """How weights are written."""
        return self._w.finer(self.finer)

    @cached_property
    def read_format(self) -> Format:
        """How what is read is written."""
        return self._read.finer(self.finer)

    @cached_property
    def _read(self) -> Format:
        return format_for(self.columns, most=4 if format_for(self.columns, most=4).exact else 2)

    @cached_property
    def mask_format(self) -> Format:
        """How masks are written."""
        mask = self.sampling.mask
        return format_for(np.ones(1) if mask is None else mask).finer(self.finer)

    # how large cells are

    @property
    def _written(self) -> bool:
        return self.mode in {"numbers", "both"}

    @cached_property
    def for_numbers(self) -> Numbers:
        least = max(self.style.cell, ceil(1.2 * self.style.number_size / (1 - CORNER / 2)))
        return self.fitting(self.x.texts(self.layer.input), self.y.texts(self.layer.output), least)

    @property
    def tallest(self) -> int:
        return self.sheet.shape[0]

    @cached_property
    def _closer(self) -> Numbers:
        """Cells of the kernel and of what is read, which always have their numbers: small ones beside shades."""
        written = self.read_format.texts(self.columns) | self.w.texts(self._kernel)
        if self._written:
            return Numbers.fitting(replace(self.style, fit=None), self.style.cell, written, self.style.number_size)
        size = self.style.em(10.5)
        widest = max(self.style.width(text, size=size) for text in written)
        return Numbers(max(round(1.7 * size), round(widest / 0.84)), size)

    # the parts

    @cached_property
    def strip(self) -> Strip:
        labels, colors, tones = words.labels(self.trace), self.style.colors, self.tones
        first, kernel, last = self.signs_of(labels, colors.input, colors.kernel, colors.output)
        op = self.layer.layer
        read = words.Label(self.say.sentence(self.say.of(op, "read" if self.sampling.mask is None else "read.masked")))
        shape, made = self._kernel.shape, plane(self.layer.output[0]).shape
        bias = "=" if self.layer.bias is None else f"+ {self._bias} ="
        parts = (
            Part(self.sheet.shape, first, "→", contents=contents(self.mode, tones.of_maps[0])),
            Part(shape, Callout(self.style, read, None), "∗", numbers=self._closer),
            Part(shape, kernel, bias, numbers=self._closer),
            Part(made, last, contents=contents(self.mode, tones.of_maps[-1])),
        )
        return Strip(self.style, self.numbers, parts, labelled=self.titled)

    @property
    def _bias(self) -> str:
        assert self.layer.bias is not None
        return self.say("bias.named", value=format_for(self.layer.bias).factor(self.layer.bias[0].item()))
