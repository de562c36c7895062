"""The numbers of the fft view's waves: how they are written, what they are called, and what they come to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.equality import sum_sign
from conv_anim.scene.arithmetic.numbers import Format, enough, format_for
from conv_anim.scene.detour.guide import waves_of, way_of
from conv_anim.scene.detour.plan import NAMES, SIGNS, Detour
from conv_anim.scene.detour.spectra import Wave
from conv_anim.scene.wording.words import Label, labels, size
from conv_anim.tracing.fourier import REAL, Count, Fourier
from conv_anim.tracing.winograd import direct
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.steps import Steps
    from conv_anim.tracing.fourier import Frequency

LONGEST = 580
"""Pixels, at scale 1, that three maps beside each other may take."""
WIDER = 660
"""The same where cells of the output hold a wrong number and the right one."""
WANTED = 34
"""Pixels of a cell, at scale 1, where there is room."""
SHIFT = Format(2, exact=False)
"""How it is written how far a wave is moved, by its length."""
HEIGHT = Format(0, exact=False, digits=3)
"""How heights of waves are written."""


@dataclass(frozen=True)
class Waves(Detour):
    """A figure of the waves, one a step, with all that is written in it."""

    @cached_property
    def way(self) -> Fourier:
        """All numbers of it."""
        return way_of(self.trace)

    @cached_property
    def steps(self) -> Steps:
        return waves_of(self.trace)

    @property
    def grows(self) -> bool:
        return False

    @property
    def texts(self) -> frozenset[str]:
        x, w, y = self.formats.x, self.formats.w, self.formats.y
        return x.texts(self.layer.input) | w.texts(self.way.kernel) | y.texts(self.layer.output)

    # the plan

    @property
    def signs(self) -> tuple[tuple[str, str], tuple[str, str]]:
        return SIGNS[0], ("", "=")

    @property
    def wanted(self) -> int:
        return min(WANTED, (WIDER if self.way.wrap else LONGEST) // (3 * self._square[1]))

    @property
    def _square(self) -> Position:
        return (1, *self.way.size)[-2:]  # type: ignore[return-value]  # of one axis or two

    @property
    def shapes(self) -> dict[str, Position]:
        return dict.fromkeys(NAMES, self._square)

    @property
    def heads(self) -> dict[str, Label]:
        say, full = self.say, size(self.way.size)
        found = dict(zip(NAMES[:3], labels(self.trace), strict=True))
        for name in ("input", "kernel"):
            begun = ".begun" if name == "kernel" and any(self.way.starts) else ""
            whole = found[name].name if self.way.wrap and name == "input" else say(f"fft.padded{begun}", size=full)
            found[name] = Label(found[name].name, "" if whole == found[name].name else whole)
        found["output"] = Label(found["output"].name, say("fft.result", size=full))
        found["input_way"] = Label(say("fft.input"))
        found["kernel_way"] = Label(say("fft.kernel"))
        return found | {"output_way": Label(say("fft.product"))}

    @property
    def ways(self) -> tuple[str, str, str]:
        return self.say("fft.split"), self.say("fft.down"), self.say("fft.up")

    @property
    def remarks(self) -> list[str]:
        found, op = Count.of(self.way.size), self.way.op
        given = self.layer.bias
        bias = [] if given is None else [self.say("fft.bias", bias=format_for(given)(given[0].item()))]
        alone = sum(len(pair) == 1 for pair in self.way.frequencies)
        pairs = len(self.way.frequencies) - alone
        count = self.say("fft.count", pairs=pairs, alone=alone, all=pairs + alone, cells=2 * pairs + alone)
        height = self.say("fft.height", half=f"{(2 * pairs + alone) / 2:g}", cells=2 * pairs + alone)
        return [
            count,
            height,
            *bias,
            self.say("fft.all", ours=found.real, products=REAL * found.products, direct=direct(op)),
        ]

    def told(self, k: int) -> tuple[str, ...]:
        if k >= len(self.steps):
            return (self.say("fft.whole", count=len(self.way.frequencies)),)
        wave = self.wave(k)
        told = dict(zip(("before", "equals", "factor", "after"), self.written(wave), strict=True))
        key = "fft.mean" if wave.is_mean else "fft.wave.same" if told["factor"] == "1" else "fft.wave"
        return (self.say(key, number=self._number(k), count=len(self.way.frequencies), **told),)

    def _number(self, k: int) -> int:
        """The number of a step's wave, the slowest is the first; past the last step still that of the last."""
        return 1 + self.steps.cell(min(k, len(self.steps) - 1))[1]

    @staticmethod
    def written(wave: Wave) -> tuple[str, str, str, str]:
        """A wave's height, "=" or "≈" before what comes of it, its factor, and the height that comes of it."""
        finer = HEIGHT.finer(enough(lambda more: wave.agrees(HEIGHT, more)))
        equals = sum_sign([[(finer, wave.before), (finer, wave.factor)]], (HEIGHT, wave.after))
        return finer(wave.before), equals, finer(wave.factor), HEIGHT(wave.after)

    def wave(self, k: int) -> Wave:
        """The wave of a step."""
        return Wave(self.way, self.pair(k))

    def pair(self, k: int) -> tuple[Frequency, ...]:
        """The frequencies of the wave of a step."""
        return self.way.frequencies[self._number(k) - 1]
