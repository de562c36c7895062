"""What a page tells of the winograd and fft views, and the steps that it tells of."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from conv_anim.scene.guide import of_steps
from conv_anim.scene.steps import Steps
from conv_anim.scene.wording.language import Language
from conv_anim.tracing.fourier import Fourier
from conv_anim.tracing.winograd import OUT, Winograd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.hit_regions import HitRegion, Turns
    from conv_anim.scene.primitives import Guide
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.tracing.trace import Trace


def tiles_of(trace: Trace) -> Steps:
    """The tiles of the output."""
    return Steps((1, *Winograd(trace.layer).tiles), trace.spec.animation)


def outputs_of(trace: Trace, tile: Position) -> list[Position]:
    """The places of the outputs of a tile."""
    rows, columns = trace.layer.output.shape[1:]
    wanted = product(*(range(OUT * at, OUT * at + OUT) for at in tile))
    return [(r, c) for r, c in wanted if r < rows and c < columns]


def winograd(trace: Trace, hit_regions: Iterable[HitRegion], turns: Turns) -> Guide:
    """The guide of a figure, given the areas of its cells."""
    del turns
    steps, say = tiles_of(trace), Language(trace.spec.lang)
    told, about = [], []
    for k in range(len(steps)):
        _, row, column = steps.cell(k)
        cells = [(0, *place) for place in outputs_of(trace, (row, column))]
        names = say.listed(f"({r + 1}, {c + 1})" for _, r, c in cells)
        told.append(say.told("winograd.step", row=row + 1, column=column + 1, cells=names))
        about.append(cells)
    return of_steps(trace, hit_regions, told, about)


def waves_of(trace: Trace) -> Steps:
    """The waves."""
    return Steps((1, len(way_of(trace).frequencies)), trace.spec.animation)


def way_of(trace: Trace) -> Fourier:
    """The way of a trace through its spectra."""
    return Fourier(trace.layer, getattr(trace.spec.view, "wrap", False))


def fft(trace: Trace, hit_regions: Iterable[HitRegion], turns: Turns) -> Guide:
    """The guide of a figure, given the areas of its cells: every wave is in all outputs."""
    del turns
    steps, say, frequencies = waves_of(trace), Language(trace.spec.lang), way_of(trace).frequencies
    told = []
    for k in range(len(steps)):
        names = say.listed(f"({', '.join(map(str, f))})" for f in frequencies[steps.cell(k)[1]])
        told.append(say.told("fft.step", cells=names, count=steps.rank(k) + 1, all=len(frequencies)))
    return of_steps(trace, hit_regions, told, [()] * len(steps))
