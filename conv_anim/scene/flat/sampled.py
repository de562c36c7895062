"""The flat view of a window that bends: where each of its cells reads, what is read there, and what comes of it."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.equality import NEAR, sum_sign
from conv_anim.scene.arithmetic.numbers import SHARE_NOISE, Format, format_for, plane, weights_format
from conv_anim.scene.arithmetic.sums import Sum, Term
from conv_anim.scene.callouts import Key
from conv_anim.scene.flat.explained import ExplainedSum
from conv_anim.scene.flat.points import Points, outline
from conv_anim.scene.flat.sampled_grids import CORNER, SampledGrids
from conv_anim.scene.sheets.sheet_grid import SheetGrid
from conv_anim.scene.wording import words
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.arithmetic.equality import Written
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.tracing.sampling import Corner, Sample
    from conv_anim.tracing.taps import Step


@dataclass(frozen=True)
class SampledView(SampledGrids):
    """The drawing of a deformable convolution of one channel."""

    # the parts

    @cached_property
    def input(self) -> SheetGrid:
        """The input's cells; their numbers stand in corners, so that points can be seen."""
        grid = self.before
        bare = replace(grid, contents=replace(grid.contents, written=False))
        return SheetGrid(bare, self.sheet, plane(self.layer.input[0]), self.x, self.x(0), self.style.colors.input)

    def resting(self) -> list[Primitive]:
        read, kernel = self.strip.grids[1:3]
        items = [*self.input.static(), *(self._cornered() if self._written else [])]
        return [*items, *read.pending(), *kernel.filled(self._kernel, self.w, self.style.colors.kernel), *self._last()]

    def _last(self) -> list[Primitive]:
        return self.after.pending()

    def _cornered(self) -> list[Primitive]:
        """The numbers of the input in the upper left corners of their cells."""
        grid, size = self.before, max(self.style.least, CORNER * self.numbers.size)
        items: list[Primitive] = []
        for r, c, source, read in self.sheet.cells():
            if source is Source.NOWHERE:
                continue
            held = source is Source.INPUT
            text = self.x(self.input.values[read].item()) if held else self.x(0)
            x, y, side, _ = grid.box(r, c)
            fill = self.input.color if held else self.style.colors.background
            ink = self.style.ink_on(fill) if held else self.style.ink_on(fill, self.style.colors.muted)
            items.append(self.style.text(x + 0.09 * side, y + 0.09 * side, text, size=size, color=ink))
        return items

    # what differs from frame to frame

    def chosen(self, step: Step) -> Sample:
        """The point whose shares are shown: another one at each step, of those that lie between cells if there are."""
        samples = self.sampling.samples(step.output[1:])
        between = [sample for sample in samples if len(self.sampling.corners(sample.at)) > 1]
        inside = [s for s in between if any(c.inside for c in self.sampling.corners(s.at))]
        some = inside or between or samples
        return some[step.index % len(some)]

    def read(self, step: Step) -> list[Primitive]:
        """The window where it stands, where its cells read, and what they find."""
        samples, one = self.sampling.samples(step.output[1:]), self.chosen(step)
        points = Points(self.before, self.sheet)
        fmt = self._shares_of(one) if self.numbers.cell >= self.style.cell else None
        items = points.shares(self.sampling.corners(one.at), fmt, samples, one)
        items += [*points.regular(samples), *points.moved(samples), *points.all(samples, one)]
        return [*items, *self._found(step, samples, one)]

    def _shares_of(self, one: Sample) -> Format:
        """How the shares of the cells around a point are written."""
        return weights_format(np.array([corner.share for corner in self.sampling.corners(one.at)]), noise=SHARE_NOISE)

    def leading(self, step: int, share: float) -> Items:
        """The points on their way to the next step."""
        start, end = (self.pace.cell(k) for k in (step, step + 1))
        if start is None or end is None:
            return tuple(self.done(step + 1))
        points = Points(self.before, self.sheet)
        led = points.led(self.sampling.samples(start[1:]), self.sampling.samples(end[1:]), share)
        return (*self.done(step + 1), *led)

    def _found(self, step: Step, samples: list[Sample], one: Sample) -> list[Primitive]:
        """What is read, in the place of each cell of the window."""
        grid, items = self.strip.grids[1], list["Primitive"]()
        for sample in samples:
            value = self._value(sample, step)
            fill = self.style.under_window(self.style.colors.input)
            items += grid.cell(sample.window, self.read_format(value), fill)
            if self.sampling.mask is not None:
                number = grid.number(sample.window, self.read_format(value), fill)
                items += grid.marked(number, sample.window, f"{words.TIMES}{self.mask_format(sample.mask)}", fill)
        return [*items, *grid.ringed([one.window], self.style.colors.current)]

    def rested(self) -> Items:
        """As an example where the last output read, what it found there, and which output that is."""
        cell = self.pace.cell(len(self.pace) - 1)
        if cell is None:
            return super().rested()
        return (*super().rested(), *self.read(self.layer.step(cell)), *self.after.framed([self.place(cell)]))

    def _value(self, sample: Sample, step: Step) -> float:
        tap = np.ravel_multi_index(sample.window, self._kernel.shape)
        found: float = self.columns[(tap, *step.output[1:])].item()
        return found

    # the sum, and what there is to know

    def keys(self) -> tuple[Key, ...]:
        op, colors = self.layer.layer, self.style.colors
        return (
            Key(self.say.of(op, "key.regular"), colors.background, outline(self.style)),
            Key(self.say.of(op, "key.point"), colors.window, self.style.edge, disc=True),
            Key(self.say.of(op, "key.shares"), colors.current, self.style.edge, disc=True),
        )

    @cached_property
    def sum(self) -> ExplainedSum | None:  # type: ignore[override]  # with a line above it
        if not self.sums:
            return None
        size, style = self.style.label_size, self.style
        slot = max(style.width(self._term(r, w, m), size=size, bold=False) for r, w, m in self._widest())
        result = max(style.width(f"{NEAR} {text}", size=size, bold=True) for text in self.y.texts(self.layer.output))
        closing = " " if self.layer.bias is None else f" + {self._bias} "
        count, row = self._kernel.size, self._kernel.shape[1]
        whole = Sum(style, count, row, slot, " + ", "", closing, result, self.strip_layout.sum_room)
        lines = (self._example(self.layer[k]) for k in range(0, len(self.layer), ceil(len(self.layer) / 50)))
        return ExplainedSum(whole, max(style.width(line, size=style.small_size) for line in lines))

    def _widest(self) -> list[tuple[float, float, float]]:
        """Numbers with the longest texts."""
        fmt, mask = self.read_format, self.sampling.mask
        ends = [float(self.columns.min()), float(self.columns.max())]
        values = [*ends, *self.columns.ravel()[:: max(1, self.columns.size // 500)].tolist()]
        masks = [1.0] if mask is None else [float(mask.min()), float(mask.max()), *mask.ravel()[:500].tolist()]
        longest = max(masks, key=lambda m: len(self.mask_format(m)))
        read = max(values, key=lambda v: len(fmt.factor(v)))
        return [(read, w, longest) for w in self._kernel.ravel().tolist()]

    def _term(self, read: float, weight: float, mask: float) -> str:
        middle = "" if self.sampling.mask is None else f"·{self.mask_format.factor(mask)}"
        return f"{self.read_format.factor(read)}{middle}·{self.w.factor(weight)}"

    def added(self, step: Step) -> list[Primitive]:
        if self.sum is None:
            return []
        terms, products = list[Term](), list[list["Written"]]()
        for sample in self.sampling.samples(step.output[1:]):
            value, weight = self._value(sample, step), self._kernel[sample.window].item()
            product = value * weight * sample.mask
            text = self._term(value, weight, sample.mask)
            products.append([(self.read_format, value), (self.mask_format, sample.mask), (self.w, weight)])
            terms.append(Term(text, product == 0, abs(product), sample.window[:1]))
        if step.bias is not None:
            products.append([(format_for(np.array([step.bias])), step.bias)])
        result = f"{sum_sign(products, (self.y, step.value))} {self.y(step.value)}"
        return self.sum.at(*self.sum_at, self._example(step), terms, result)

    def _example(self, step: Step) -> str:
        """How the number at a point comes about, counted from 1: ``reads at row 2.5, column 3: 3·0.5 + 1·0.5 = 2``."""
        one = self.chosen(step)
        around = self.sampling.corners(one.at)
        corners = [corner for corner in around if corner.inside]
        weights = self._shares_of(one)
        terms = " + ".join(self._shared(corner, weights) for corner in corners) or self.x(0)
        beyond = sum(corner.share for corner in around if not corner.inside)
        if beyond and corners:
            terms = self.say.of(self.layer.layer, "outside", sum=terms, share=weights(beyond))
        read = self._value(one, step)
        products = [[(self.x, self.input.values[corner.cell].item()), (weights, corner.share)] for corner in corners]
        equals, value = sum_sign(products, (self.read_format, read)), self.read_format(read)
        y, x = (format_for(np.array([at + 1]))(at + 1) for at in one.at)
        said = terms if not corners else f"{terms} {equals} {value}"
        row, column = (at + 1 for at in one.window)
        return self.say.of(self.layer.layer, "example", row=row, column=column, y=y, x=x, sum=said)

    def _shared(self, corner: Corner, weights: Format) -> str:
        return f"{self.x.factor(self.input.values[corner.cell].item())}·{weights.factor(corner.share)}"
