"""Gather and scatter in step: as soon as one has computed an output cell, the other has stamped all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.flat.pace import Pace
from conv_anim.scene.flat.stamps import StampsView
from conv_anim.scene.flat.windows import WindowView
from conv_anim.scene.layout import column, row, static
from conv_anim.scene.sheets.cells import Numbers
from conv_anim.scene.steps import Steps
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.words import Label
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace

NARROWEST = 250
"""Pixels, at scale 1, that a line above a drawing may take even if the drawing is narrower."""
WIDEST = 1200
"""Pixels, at scale 1, up to which the two stand side by side."""


def both(trace: Trace, style: Style) -> Panel:
    """The panel of a transposed layer of one channel."""
    every = replace(trace.spec.animation, every=1, pace="even")
    outputs, inputs = Steps(trace.made.shape, every), Steps(trace.input.shape, every)
    wanted = Steps(trace.made.shape, trace.spec.animation)
    moments = _thinned(in_step(trace, outputs, inputs), {wanted.rank(k) for k in range(len(wanted))})
    gathered = Pace(outputs, [output for output, _ in moments])
    scattered = Pace(inputs, [stamp for _, stamp in moments])
    gather, scatter = WindowView(trace, style, gathered), StampsView(trace, style, scattered, watched=gathered)
    side, size = max(gather.numbers.cell, scatter.numbers.cell), min(gather.numbers.size, scatter.numbers.size)
    cells = Numbers(side, size, gather.numbers.in_shades and scatter.numbers.in_shades)
    pair = replace(gather, cells=cells), replace(scatter, cells=cells)
    beside = row(*_headed(*pair), gap=style.apart, align="start")
    if beside.width <= (WIDEST * style.scale if style.room is None else style.room):
        return beside
    start = max(pair[0].grids[-1].x, pair[1].output_left)
    return column(*_headed(replace(pair[0], start=start), replace(pair[1], start=start)), gap=style.apart)


def in_step(trace: Trace, outputs: Steps, inputs: Steps) -> list[tuple[int, int]]:
    """For each frame which output is gathered and which input is stamped, by rank; -1 before the first.

    An output waits for the stamps that it is made of; at most one is made in a frame.
    """
    layer = trace.layer
    ranks = {inputs.nth(rank): rank for rank in range(layer.input.size)}
    moments: list[tuple[int, int]] = []
    stamped = -1
    for output in range(layer.output.size):
        read = [tap.input for tap in layer.step(outputs.nth(output)).taps]
        needed = max((ranks[cell] for cell in read if cell is not None), default=-1)
        moments += [(output - 1, rank) for rank in range(stamped + 1, needed)]
        stamped = max(stamped, needed)
        moments.append((output, stamped))
    return moments + [(layer.output.size - 1, rank) for rank in range(stamped + 1, layer.input.size)]


def _thinned(moments: list[tuple[int, int]], wanted: set[int]) -> list[tuple[int, int]]:
    """Those that gather a wanted output; all of them, and those with stamps alone, if all are wanted."""
    if len({output for output, _ in moments if output >= 0}) == len(wanted):
        return moments
    gathering = {output: (output, stamp) for output, stamp in reversed(moments) if output in wanted}
    last = moments[-1]
    return [*list(gathering.values())[:0:-1], last]


def _headed(gather: WindowView, scatter: StampsView) -> list[Panel]:
    """Both panels with what they are above them."""
    say = Language(gather.trace.spec.lang)
    return [
        _with_heading(view.panel(), name, say, gather.style)
        for view, name in ((gather, "gather"), (scatter, "scatter"))
    ]


def _with_heading(panel: Panel, name: str, say: Language, style: Style) -> Panel:
    width = max(panel.width, NARROWEST * style.scale)
    lines = style.wrapped(say(f"flat.{name}.what"), size=style.small_size, width=width)
    sign = Callout(style, Label(say(f"flat.{name}"), lines[0]), None, tuple(lines[1:]))
    heading = static(sign.at(0, 0), sign.width, round(sign.height + style.wide))
    return column(heading, panel)
