"""The flat view of upsampling: which input cells each output is made of, and their shares in it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.equality import NEAR, sum_sign
from conv_anim.scene.arithmetic.numbers import agrees, enough, format_for, plane
from conv_anim.scene.arithmetic.shares import Shares, shares
from conv_anim.scene.arithmetic.sums import Sum, Term
from conv_anim.scene.callouts import Key
from conv_anim.scene.color import mix
from conv_anim.scene.flat.curve import Curve
from conv_anim.scene.flat.drawing import FlatDrawing
from conv_anim.scene.flat.fitted import FittedStrip
from conv_anim.scene.flat.fitting import contents
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.primitives import Polygons
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording import interpolating, words
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.cells import Numbers, Position
    from conv_anim.spec.shown_as import Interpolation
    from conv_anim.tracing.taps import Step
    from conv_anim.tracing.values import Array

FAINTEST = 0.25
"""How much a cell with hardly any share is marked, compared with the one that has the largest."""
MOST_SUMMED = 5000
"""The most outputs whose sums are all written; larger figures write none."""
SHARE_SIZE = 12
"""The size of a share's text, in pixels at scale 1."""


@dataclass(frozen=True)
class UpsampledView(FittedStrip, FlatDrawing):
    """The drawing of a layer that makes one channel larger."""

    @property
    def upsample(self) -> Interpolation:
        """How the layer interpolates."""
        found = self.layer.layer.interpolation
        assert found is not None
        return found

    @property
    def interpolates(self) -> bool:
        """Whether an output is made of several inputs."""
        return self.upsample.mode != "nearest"

    # numbers

    @cached_property
    def shares(self) -> dict[Position, Shares]:
        """The shares of every output cell, by row and column."""
        return shares(self._weights, 2 + self.finer) if self._shared else {}

    @property
    def _shared(self) -> bool:
        """Whether the shares of outputs are written."""
        return self.interpolates and self.layer.output.size <= MOST_SUMMED

    @cached_property
    def _weights(self) -> dict[Position, list[float]]:
        return {two(step.output[1:]): [tap.w or 0.0 for tap in step.taps] for step in self.layer}

    @cached_property
    def finer(self) -> int:
        """How many digits more the terms have, so that they add up to what is written as their sum."""
        if not self._shared or not self.sums:
            return 0
        x = format_for(self.layer.input)
        return enough(lambda more: self._adds_up(x.finer(more), shares(self._weights, 2 + more)))

    def _adds_up(self, x: Format, written: Mapping[Position, Shares]) -> bool:
        totals = [
            x.shown(np.array([tap.x or 0 for tap in step.taps], float)) @ written[two(step.output[1:])].shown()
            for step in self.layer
        ]
        return agrees(self.y, self.layer.output.ravel(), np.array(totals))

    @cached_property
    def x(self) -> Format:
        return format_for(self.layer.input).finer(self.finer)

    @cached_property
    def for_numbers(self) -> Numbers:
        written = {f"{words.TIMES}{text}" for each in self.shares.values() for text in each.texts()}
        widest = max((self.style.width(text, size=self.share_size) for text in written), default=0.0)
        cell = max(self.style.cell, round(widest / 0.82))
        return self.fitting(self.x.texts(self.layer.input), self.y.texts(self.layer.output), cell)

    @property
    def tallest(self) -> int:
        return len(plane(self.layer.output[0]))

    @property
    def _numbered(self) -> bool:
        """Whether cells are marked by colours, and shares stand beside their numbers."""
        return self.mode == "numbers"

    @property
    def share_size(self) -> float:
        """Em of the shares, in pixels."""
        return self.style.em(SHARE_SIZE)

    # the parts

    @cached_property
    def strip(self) -> Strip:
        room = self._pointer * 1.6 if self.interpolates else 0.0
        beside = room if len(self.values) > 1 else 0.0
        if self._curved:
            cell, size = self.numbers.cell, self.share_size
            room, beside = (room + Curve.room(cell, size, turned=turned) for turned in (False, True))
        first, last = self.signs_of(self._labels(), self.style.colors.input, self.style.colors.output)
        read, made = (contents(self.mode, self.tones.of_maps[k]) for k in (0, -1))
        parts = (
            Part(self.values.shape, first, "→", left=beside, above=room, contents=read),
            Part(plane(self.layer.output[0]).shape, last, contents=made),
        )
        return Strip(self.style, self.numbers, parts, labelled=self.titled)

    def _labels(self) -> list[words.Label]:
        first, last = words.labels(self.trace)
        return [first, last if self.interpolates else words.Label(last.name, self.say("flat.copied"))]

    def resting(self) -> list[Primitive]:
        return [*self.before.filled(self.values, self.x, self.style.colors.input), *self.after.pending()]

    @cached_property
    def values(self) -> Array:
        """The input's rows and columns."""
        return plane(self.layer.input[0])

    # what differs from frame to frame

    def read(self, step: Step) -> list[Primitive]:
        """The cells that an output is made of: the larger its share, the stronger the mark."""
        weights = {two(tap.canvas): 1.0 if tap.w is None else tap.w for tap in step.taps}
        most = max(map(abs, weights.values()))
        if not self._numbered:
            pointers = [self._pointers(step)] if self.interpolates else []
            return [*pointers, *self.before.framed(weights)]
        fills = {place: self._marked(abs(weight) / most) for place, weight in weights.items()}
        items = self.before.patches(fills, self.style.edge)
        items += [self._pointers(step)] if self.interpolates else []
        items += [self.before.number(place, self.x(self.values[place].item()), fill) for place, fill in fills.items()]
        items += self._curves(step) if self._curved else []
        if self._shared:
            texts = [f"{words.TIMES}{text}" for text in self.shares[two(step.output[1:])].texts()]
            for (place, fill), text in zip(fills.items(), texts, strict=True):
                number = self.before.number(place, self.x(self.values[place].item()), fill)
                items += self.before.marked(number, place, text, fill, like=texts)
        return [*items, *self.before.framed(weights)]

    def _marked(self, share: float) -> str:
        colors, theme, strength = self.style.colors, self.style.theme, FAINTEST + (1 - FAINTEST) * share
        if theme.overlay:
            return mix(colors.input, colors.window, theme.overlay * strength)
        return self.style.deeper(colors.input, strength)

    @property
    def _curved(self) -> bool:
        """Whether the curve that weighs the cells is drawn, on both axes."""
        return self.upsample.mode == "cubic" and self._numbered and len(self.values) > 1

    def _curves(self, step: Step) -> list[Primitive]:
        """Of both axes: all that a row or a column weighs, an edge with what lies beyond it."""
        items, at = list["Primitive"](), self._at(two(step.output[1:]))
        for axis, turned in ((0, True), (1, False)):
            weights = dict[int, float]()
            for tap in step.taps:
                place = two(tap.canvas)[axis]
                weights[place] = weights.get(place, 0.0) + (tap.w or 0.0)
            curve = Curve(self.before, self.upsample.cubic_coeff, 1.6 * self._pointer, self.share_size, turned)
            items += curve.shown(at[axis], weights)
        return items

    @property
    def _pointer(self) -> float:
        """The height of the heads beside the input."""
        return self.style.half

    def _pointers(self, step: Step) -> Primitive:
        """Beside the input, the row and the column where the middle of an output lies."""
        grid, high = self.before, self._pointer
        row, column = self._at(two(step.output[1:]))
        x, y = grid.x + (column + 0.5) * grid.numbers.cell, grid.y + (row + 0.5) * grid.numbers.cell
        left, top, half = grid.x - 0.2 * high, grid.y - 0.2 * high, 0.55 * high
        above = (x, top), (x - half, top - high), (x + half, top - high)
        beside = (left, y), (left - high, y - half), (left - high, y + half)
        return Polygons((above, beside) if grid.rows > 1 else (above,), self.style.colors.current)

    def _at(self, place: Position) -> tuple[float, float]:
        """The row and column that an output is read at."""
        cells = place[-len(self.upsample.ratio) :]
        found = [self.upsample.place(a, o) for a, o in enumerate(cells)]
        return (found[-2] if len(found) > 1 else 0.0), found[-1]

    # the sum, and what there is to know

    def keys(self) -> tuple[Key, ...]:
        if not self.interpolates:
            return ()
        edge, said = self.style.edge, interpolating.rule(self.upsample, self.before.rows, self.say)
        around = strong(self.style, self.style.colors.window)
        keys = [
            Key(
                self.say("flat.pointers", apart=interpolating.apart(self.upsample)),
                self.style.colors.current,
                edge,
                pointer=True,
            ),
            Key(said, self._marked(1.0), edge) if self._numbered else Key(said, self.style.colors.background, around),
        ]
        if self.upsample.align_corners:
            keys.append(Key(self.say("flat.aligned"), self.style.colors.output, self.style.edge))
        return tuple(keys)

    @cached_property
    def sum(self) -> Sum | None:
        """Room for the longest sum; copies have none."""
        if not self._shared or not self.sums:
            return None
        size = self.style.label_size
        wide = {share: self.style.width(share, size=size) for each in self.shares.values() for share in each.factors()}
        numbers = map(self.x.factor, np.unique(self.layer.input).tolist())
        slot = max(wide.values()) + max(self.style.width(f"{number}·", size=size) for number in numbers)
        results = self.y.texts(self.layer.output)
        result = max(self.style.width(f"{NEAR} {text}", size=size, bold=True) for text in results)
        closing = max((self._closing(each) for each in self.shares.values()), key=len)
        count = max(len(each.weights) for each in self.shares.values())
        row = max(1, round(count ** (1 / len(self.upsample.ratio))))
        opening = "" if closing == " " else "("
        return Sum(self.style, count, row, slot, " + ", opening, closing, result, self.strip_layout.sum_room)

    def _closing(self, shares: Shares) -> str:
        return f") / {shares.denominator} " if (shares.denominator or 1) > 1 else " "

    def added(self, step: Step) -> list[Primitive]:
        if self.sum is None:
            return []
        each = self.shares[two(step.output[1:])]
        terms = [
            Term(f"{self.x.factor(tap.x or 0)}·{share}", tap.product == 0, abs(tap.product or 0), tap.canvas[:-1])
            for tap, share in zip(step.taps, each.factors(), strict=True)
        ]
        products = [[(self.x, tap.x or 0), (each.fmt, w)] for tap, w in zip(step.taps, each.weights, strict=True)]
        equals = sum_sign(products, (self.y, step.value))
        room = replace(self.sum.of(len(terms)), opening=self.sum.opening if (each.denominator or 1) > 1 else "")
        x, y = self.sum_at
        result = f"{equals} {self.y(step.value)}"
        return room.at(x, y, terms, result, self.style.result_ink, closing=self._closing(each))
