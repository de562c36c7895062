"""The fft view: the input wave by wave, what the kernel makes of each wave, and the output as these add up."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.callouts import Key
from conv_anim.scene.color import mix, readable
from conv_anim.scene.detour.spectra import deepened, heard, place_of, shares_in
from conv_anim.scene.detour.waves import SHIFT, Waves
from conv_anim.scene.gliding import gliding
from conv_anim.scene.hit_regions import HitRegion
from conv_anim.scene.primitives import Boxes, Frame, Stroke, corners
from conv_anim.scene.sheets.slots import filled
from conv_anim.scene.strokes import strong
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.trace import Trace
    from conv_anim.tracing.values import Array

CORRECTED = 2.9
"""The side of a cell that has room for two numbers, by the size of the smallest that can be read."""


@dataclass(frozen=True)
class FourierDrawing(Waves):
    """The drawing of all waves."""

    def _deep(self, color: str) -> str:
        """The colour of the top of a wave."""
        return deepened(self.style.colors.background, color)

    @property
    def keys(self) -> tuple[Key, ...]:
        style, colors = self.style, self.style.colors
        found = [Key(self.say("fft.crests"), self._deep(colors.input), style.edge)]
        if self._spoiled:
            chance = any(not self.way.wrong[at] for at in self._spoiled)
            found.append(Key(self.say("fft.wraps.chance" if chance else "fft.wraps"), self.thrown_fill, style.edge))
        if self.way.wrong.any():
            said = self.say("fft.wrong.corrected" if self._corrects else "fft.wrong")
            found.append(Key(said, self.thrown_fill, self._marked))
        if self._thrown:
            found.append(Key(self.say("fft.thrown"), self.thrown_fill, style.pending_edge))
        return tuple(found)

    @property
    def thrown_fill(self) -> str:
        """The colour of what is no output."""
        return mix(self.style.colors.background, self.style.colors.muted, 0.18)

    @property
    def _marked(self) -> Stroke:
        """Around outputs that are wrong."""
        return strong(self.style, self.style.colors.window)

    # what stays

    def static(self) -> Items:
        _ = self.way.result  # which is the trace's output where no window is wrapped, or nothing is drawn
        items = [*self._input(), *self._kernel(), *self.tables["output"].pending()]
        pale = mix(self.style.colors.background, self.style.colors.kernel, 0.3)
        return (*items, Boxes((self.tables["kernel_way"].whole,), pale, self.style.edge))

    def _input(self) -> list[Primitive]:
        """The map that is transformed: the input, and what stands beside it."""
        table, fmt = self.tables["input"], self.formats.x
        cells = [(at, self._read(at)) for at in np.ndindex(*self.way.size)]
        numbers = self.layer.input[0]
        written = [(place_of(at), fmt(numbers[cell].item())) for at, (source, cell) in cells if source == Source.INPUT]
        lent = [(place_of(at), fmt(numbers[cell].item())) for at, (source, cell) in cells if source == Source.BORROWED]
        items = [*table.blank(), *table.cells(written, self.style.colors.input)]
        pale = mix(self.style.colors.background, self.style.colors.input, 0.4)
        return [*items, *(table.cells(lent, pale) if lent else [])]

    def _read(self, at: tuple[int, ...]) -> tuple[Source, tuple[int, ...]]:
        """What a cell that is transformed is, and the input cell that it shows."""
        if self.way.wrap:
            return Source.INPUT, at
        found = [
            (int(axis.sources[1][c]), int(axis.sources[0][c])) if c < axis.canvas else (int(Source.OUTSIDE), 0)
            for c, axis in zip(at, self.way.op.axes, strict=True)
        ]
        return Source(max(source for source, _ in found)), tuple(cell for _, cell in found)

    def _kernel(self) -> list[Primitive]:
        table, there = self.tables["kernel"], [axis.effective_kernel for axis in self.way.op.axes]
        taps = [
            at
            for at in np.ndindex(*there)
            if not any(c % a.dilation for c, a in zip(at, self.way.op.axes, strict=True))
        ]
        begun = [
            tuple((c + start) % n for c, start, n in zip(at, self.way.starts, self.way.size, strict=True))
            for at in taps
        ]
        numbers = [self.formats.w(self.way.kernel[at].item()) for at in taps]
        written = [(place_of(at), number) for at, number in zip(begun, numbers, strict=True)]
        return [*table.blank(), *table.cells(written, self.style.colors.kernel)]

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        last = self._count(k) == len(self.way.frequencies)
        return Frame((), (*self._met(k), *(self._result() if last else self._waves(self._count(k)))))

    def _count(self, k: int) -> int:
        """How many waves are added up with a step."""
        return self.steps.rank(k) + 1

    def finished(self) -> Frame:
        """All outputs, and the wave that was the last to be added."""
        return Frame((), (*self._met(len(self.steps)), *self._result()))

    def _met(self, k: int) -> list[Primitive]:
        """A step's wave in the input, what it is multiplied by, and the wave that comes of it."""
        wave, colors = self.wave(k), self.style.colors
        ends = ("input_way", wave.shares, colors.input), ("output_way", wave.made, colors.output)
        items = [
            item
            for name, shares, color in ends
            for item in shares_in(self.tables[name], np.ndenumerate(shares), self._deep(color))
        ]
        _, _, factor, _ = self.written(wave)
        said = [
            self.say("fft.times", factor=factor),
            *([] if wave.shift is None else [self.say("fft.moved", share=SHIFT(abs(wave.shift)))]),
        ]
        framed = [self._framed(name) for name in ("input_way", "output_way")]
        return [*items, *framed, *heard(self.tables["kernel_way"], said), *self.worked(k)]

    def _framed(self, name: str) -> Boxes:
        """The border of a map in shades, whose palest cells are as white as the ground."""
        return Boxes((self.tables[name].whole,), None, self.style.pending_edge)

    def _summed(self, count: int) -> Array:
        if self.trace.spec.animation.order != "reverse":
            return self.way.summed(count)
        bias = 0.0 if self.layer.bias is None else float(self.layer.bias[0])
        found: Array = self.way.result - self.way.summed(len(self.way.frequencies) - count) + bias
        return found

    def _waves(self, count: int) -> list[Primitive]:
        """The first waves, added up, in shades; nothing yet without any."""
        if not count:
            return list(self.tables["output"].pending())
        made, whole = self._summed(count), self.way.result
        low, high = float(whole.min()), float(whole.max())
        cells = np.ndindex(*self.way.size)
        shares = ((at, 0.5 if high == low else (float(made[at]) - low) / (high - low)) for at in cells)
        return [*shares_in(self.tables["output"], shares, self._deep(self.style.colors.output)), self._framed("output")]

    @cached_property
    def _kept(self) -> list[tuple[int, ...]]:
        """The places that are outputs."""
        return [*np.ndindex(*self.layer.output.shape[1:])]

    @cached_property
    def _thrown(self) -> list[tuple[int, ...]]:
        """The places that are no outputs."""
        kept = set(self._kept)
        return [at for at in np.ndindex(*self.way.size) if at not in kept]

    @cached_property
    def _spoiled(self) -> list[tuple[int, ...]]:
        """Outputs whose windows go on at the other side, wrong or right by chance."""
        return [at for at in self._kept if self.way.wrapped[at]]

    def _result(self) -> list[Primitive]:
        """The outputs with the trace's numbers, those that are wrong with their own, and what is thrown away."""
        table, wrong = self.tables["output"], [at for at in self._kept if self.way.wrong[at]]
        right = [at for at in self._kept if not (self.way.wrong[at] or self.way.wrapped[at])]
        by_chance = [at for at in self._spoiled if not self.way.wrong[at]]
        items = table.cells(self._made(right), self.style.colors.output)
        items += table.cells(self._made(by_chance), self.thrown_fill) if by_chance else []
        items += table.cells([(place_of(at), "") for at in self._thrown], self.thrown_fill) if self._thrown else []
        return [*items, *(self._wrong(wrong) if wrong else [])]

    def _made(self, cells: Iterable[tuple[int, ...]]) -> list[tuple[Position, str]]:
        """Outputs with the trace's numbers."""
        return [(place_of(at), self.formats.y(self.layer.output[0][at].item())) for at in cells]

    def _own(self, at: tuple[int, ...]) -> str:
        """What a window that is wrapped around makes."""
        number = float(self.way.result[at])
        return self.formats.y(round(number) if self.layer.output.dtype.kind == "i" else number)

    def _wrong(self, cells: Sequence[tuple[int, ...]]) -> list[Primitive]:
        """Numbers that are wrong, and in the corner of their cells, where there is room, those that are right."""
        table, style = self.tables["output"], self.style
        texts = [(place_of(at), self._own(at)) for at in cells]
        around = Boxes(tuple(table.box(place) for place, _ in texts), None, self._marked)
        if not self._corrects:
            return [*table.cells(texts, self.thrown_fill), around]
        items = [*table.cells([(place, "") for place, _ in texts], self.thrown_fill), around]
        ink = readable(self.thrown_fill, style.result_ink, style.text_ink)
        for (place, wrong), (_, meant) in zip(texts, self._made(cells), strict=True):
            x, y, wide, high = table.box(place)
            size, inset = 1.2 * style.least, 0.12 * wide
            left, top = x + wide - inset - style.width(meant, size=size, bold=True), y + high - inset - 0.75 * size
            items.append(style.text(x + inset, y + inset, wrong, size=size, color=style.text_ink))
            items.append(style.text(left, top, meant, size=size, color=ink, bold=True))
        return items

    @property
    def _corrects(self) -> bool:
        return self.cell[1] is not None and self.cell[0] >= CORRECTED * self.style.least

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A step as it comes about: what the kernel makes of the wave, before it is added; or the wave on its way."""
        if phase == "way":
            stroke = strong(self.style, self.style.colors.current)
            start, end = (corners(self.tables[name].whole) for name in ("output_way", "output"))
            return (*self._met(step), *self._waves(self._count(step)), *gliding([start], [end], share, stroke))
        return (*self._met(step), *self._waves(self._count(step) - 1))

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        read, made, kept = self.tables["input"], self.tables["output"], set(self._kept)
        found = []
        for at in np.ndindex(*self.way.size):
            source, cell = self._read(at)
            if source == Source.INPUT:
                found.append(HitRegion("input", (0, *cell), corners(read.box(place_of(at)))))
            if at in kept:
                found.append(HitRegion("output", (0, *at), corners(made.box(place_of(at)))))
        return found


def fft(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    view = FourierDrawing(trace, style)
    return filled(view.page, view)
