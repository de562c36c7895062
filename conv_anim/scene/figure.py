"""A whole figure: the view's panel, with what is written below it, in a frame of the size that the spec asks for."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Literal

from conv_anim.scene.board import board, fitted, room
from conv_anim.scene.cost import CostTable, rows
from conv_anim.scene.differences import key, marked
from conv_anim.scene.layout import EMPTY, align, column, pad, space, still, written
from conv_anim.scene.legend import Legend
from conv_anim.scene.primitives import Lazy, Scene
from conv_anim.scene.style import Style
from conv_anim.scene.wording.captions import caption, description
from conv_anim.scene.wording.formulas import formulas
from conv_anim.scene.wording.language import Language
from conv_anim.spec.registry import named
from conv_anim.spec.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.drawing import Drawing
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Guide
    from conv_anim.scene.style import Font
    from conv_anim.spec.model import Spec
    from conv_anim.tracing.trace import Trace

NARROWEST = 300
"""Pixels, at scale 1, that a line of text may take even if the drawing is narrower."""


LEAST = 0.05
"""The smallest scale that is tried to make a figure narrow."""


class TooNarrowError(Exception):
    """A figure cannot be as narrow as its spec wants it; ``narrowest`` is how narrow it can be, in pixels."""

    def __init__(self, narrowest: int) -> None:
        super().__init__(f"this figure cannot be narrower than {narrowest} pixels")
        self.narrowest = narrowest


def scene(trace: Trace, font: Font) -> Scene:
    """The picture of a trace, in its spec's view, theme and size. Raises TooNarrowError."""
    return scene_of(trace.spec, [trace], font)


def scene_of(spec: Spec, traces: Sequence[Trace], font: Font) -> Scene:
    """The picture of a spec, given the traces of its figures. Raises TooNarrowError."""
    scale = _scale(spec, traces, font)
    return _composed(spec, traces, Style(spec.theme, scale, font))


def _scale(spec: Spec, traces: Sequence[Trace], font: Font) -> float:
    """As it is asked for; for a width the largest at which the figure is no wider, searched for as lengths round."""
    width = spec.size.width
    if width is None:
        return spec.size.scale or 1.0

    def taken(scale: float) -> int:
        return _composed(spec, traces, Style(spec.theme, scale, font), natural=True).width

    narrowest = taken(LEAST)
    if narrowest > width:
        raise TooNarrowError(narrowest)
    low, high = LEAST, 2.0 * width / taken(1.0)
    while high - low > 0.004:
        middle = (low + high) / 2
        low, high = (middle, high) if taken(middle) <= width else (low, middle)
    return low


def _composed(spec: Spec, traces: Sequence[Trace], style: Style, *, natural: bool = False) -> Scene:
    """A figure as wide as it is asked to be, or as wide as it takes."""
    page = _page(spec, traces, style, None if natural else spec.size.width)
    say, drawn = Language(spec.lang), page.drawn
    return Scene(
        width=ceil(page.width),
        height=ceil(page.height),
        background=style.colors.background,
        still=drawn.still,
        frames=drawn.frames,
        step=spec.animation.step,
        hold=spec.animation.hold,
        loop=spec.animation.loop,
        title=spec.title or "",
        description=description(spec),
        glide=drawn.glide,
        names=Lazy(drawn.steps, lambda k: say("step", number=k)),
        guide=lambda: _guide(traces, drawn),
    )


def _guide(traces: Sequence[Trace], drawn: Drawing) -> Guide:
    from conv_anim.scene.guides import together

    return together(traces, tuple(drawn.areas()), drawn.turns)


def _page(spec: Spec, traces: Sequence[Trace], style: Style, width: int | None) -> Panel:
    """What is drawn, with what is written below it, in the middle of a page."""
    shown = _board(spec, traces, style) if spec.panels else _view(traces[0], style)
    below = _below(spec, style, max(shown.width, NARROWEST * style.scale))
    full = width or ceil(max(shown.width, *(one.width for one in below))) + 2 * style.margin
    body = pad(align(shown, full, 0), top=style.margin, bottom=style.margin)
    return column(body, *below, align="middle")


def _view(trace: Trace, style: Style) -> Panel:
    made: Panel = named(VIEWS[trace.spec.view.kind].draws)(trace, style)
    return made


def _board(spec: Spec, traces: Sequence[Trace], style: Style) -> Panel:
    """The figures of all panels side by side, each with what is said of it."""
    shown = fitted(traces, style, _view)
    said = [
        column(*_below(one.spec, style, room(panel, style), "start")) for one, panel in zip(traces, shown, strict=True)
    ]
    if not spec.differences:
        return board(traces, shown, style, said)
    made = board(traces, marked(traces, shown, style), style, said)
    legend = Legend(style, (key(style, Language(spec.lang)),), made.width)
    return column(made, still(legend.at(0, 0), legend.width, legend.height), gap=1.5 * style.gap)


def _below(spec: Spec, style: Style, width: float, anchor: Literal["start", "middle"] = "middle") -> list[Panel]:
    """Formula, caption and costs, as far as they are asked for."""
    lines = _lines(spec, style, width)
    table = _table(spec, style)
    between = space(height=0.5 * style.gap if lines and table.parts else 0)
    return [_written(lines, style, anchor), between, table]


def _table(spec: Spec, style: Style) -> Panel:
    """What the layers cost, if that is asked for."""
    if not spec.cost:
        return EMPTY
    say = Language(spec.lang)
    table = CostTable(style, say, tuple(rows(spec.layers, say)))
    return pad(still(table.at(0, 0), table.width, table.height), bottom=style.margin)


def _lines(spec: Spec, style: Style, width: float) -> list[str]:
    """Formula and caption, broken where the figure ends."""
    said: list[str] = []
    match spec.formula:
        case str(text):
            said.append(text)
        case True:
            said += formulas(spec.layers, Language(spec.lang))
    match spec.caption:
        case str(text):
            said.append(text)
        case True:
            said.append(caption(spec))
    return [line for text in said for line in style.wrapped(text, size=style.label_size, width=width)]


def _written(lines: list[str], style: Style, anchor: Literal["start", "middle"]) -> Panel:
    """Lines below each other."""
    if not lines:
        return EMPTY
    size, leading = style.label_size, style.label_size * 1.5
    width = max(style.width(line, size=size) for line in lines)
    x = width / 2 if anchor == "middle" else 0.0
    items = tuple(
        style.text(x, k * leading, line, size=size, color=style.label_ink, anchor=anchor)
        for k, line in enumerate(lines)
    )
    return written(items, width, len(lines) * leading, baseline=0.0)
