"""Gather and scatter in step: as soon as one has computed an output cell, the other has stamped all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conv_anim.scene.flat.pace import Pace
from conv_anim.scene.flat.stamps import StampsView
from conv_anim.scene.flat.windows import WindowView
from conv_anim.scene.grid import Numbers
from conv_anim.scene.panel import Panel, shifted
from conv_anim.scene.primitives import Frame, Lazy
from conv_anim.scene.signpost import Signpost
from conv_anim.scene.steps import Steps
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.words import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.areas import Area, Turn
    from conv_anim.scene.primitives import Items, Point
    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace

NARROWEST = 250
"""Pixels, at scale 1, that a line above a drawing may take even if the drawing is narrower."""
WIDEST = 1200
"""Pixels, at scale 1, up to which the two stand side by side."""


def both(trace: Trace, style: Style) -> Panel:
    """The panel of a transposed layer of one channel."""
    every = replace(trace.spec.animation, every=1)
    outputs, inputs = Steps(trace.output.shape, every), Steps(trace.input.shape, every)
    moments = _thinned(in_step(trace, outputs, inputs), trace.spec.animation.every)
    gathered = Pace(outputs, [output for output, _ in moments])
    scattered = Pace(inputs, [stamp for _, stamp in moments])
    gather, scatter = WindowView(trace, style, gathered), StampsView(trace, style, scattered, watched=gathered)
    cells = Numbers(max(gather.numbers.cell, scatter.numbers.cell), min(gather.numbers.size, scatter.numbers.size))
    pair = replace(gather, cells=cells), replace(scatter, cells=cells)
    beside = _beside(_headed(*pair), style)
    if beside.width <= WIDEST * style.scale:
        return beside
    start = max(pair[0].grids[-1].x, pair[1].output_left)
    return _below(_headed(replace(pair[0], start=start), replace(pair[1], start=start)), style)


def in_step(trace: Trace, outputs: Steps, inputs: Steps) -> list[tuple[int, int]]:
    """For each frame which output is gathered and which input is stamped, by rank; -1 before the first.

    An output waits for the stamps that it is made of; at most one is made in a frame.
    """
    layer = trace.layers[0]
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


def _thinned(moments: list[tuple[int, int]], every: int) -> list[tuple[int, int]]:
    """Every n-th, and always the last."""
    return [*moments[:-1:every], moments[-1]]


def _headed(gather: WindowView, scatter: StampsView) -> list[Panel]:
    """Both panels with what they are above them."""
    say = Language(gather.trace.spec.lang)
    return [
        _with_heading(view.panel(), name, say, gather.style)
        for view, name in ((gather, "gather"), (scatter, "scatter"))
    ]


def _with_heading(panel: Panel, name: str, say: Language, style: Style) -> Panel:
    lines = style.wrapped(
        say(f"flat.{name}.what"), size=style.small_size, width=max(panel.width, NARROWEST * style.scale)
    )
    sign = Signpost(style, Label(say(f"flat.{name}"), lines[0]), None, tuple(lines[1:]))
    down = round(sign.height + 1.4 * style.gap)
    still = (*sign.at(0, 0), *shifted(panel.still, 0, down))
    width, height = max(panel.width, sign.width), panel.height + down
    return replace(panel.moved(0, down), width=width, height=height, still=still)


def _beside(panels: Sequence[Panel], style: Style) -> Panel:
    lefts = [0.0]
    for panel in panels:
        lefts.append(lefts[-1] + panel.width + 3 * style.gap)
    placed = [(panel, (round(x), 0.0)) for panel, x in zip(panels, lefts, strict=False)]
    return _joined(placed, lefts[-1] - 3 * style.gap, max(panel.height for panel in panels))


def _below(panels: Sequence[Panel], style: Style) -> Panel:
    tops = [0.0]
    for panel in panels:
        tops.append(tops[-1] + panel.height + 3 * style.gap)
    placed = [(panel, (0.0, round(y))) for panel, y in zip(panels, tops, strict=False)]
    return _joined(placed, max(panel.width for panel in panels), tops[-1] - 3 * style.gap)


def _joined(placed: Sequence[tuple[Panel, Point]], width: float, height: float) -> Panel:
    """Panels with the same number of frames, each at its corner, as one."""
    moved = [panel.moved(*corner) for panel, corner in placed]

    def frame(k: int) -> Frame:
        frames = [panel.frames[k] for panel in moved]
        return Frame(_all([frame.kept for frame in frames]), _all([frame.shown for frame in frames]))

    def areas() -> list[Area]:
        return [area for panel in moved for area in panel.areas()]

    def turn(k: int) -> Turn | None:
        """What is gathered; before anything is, what is stamped."""
        return next((panel.turns[k] for panel in moved if panel.turns[k] is not None), None)

    still, count = _all([panel.still for panel in moved]), len(moved[0].frames)
    return Panel(width, height, still, Lazy(count, frame), areas=areas, turns=Lazy(count, turn))


def _all(parts: Sequence[Items]) -> Items:
    return tuple(item for items in parts for item in items)
