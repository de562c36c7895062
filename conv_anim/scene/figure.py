"""A whole figure: the view's panel, with what is written below it, in a frame of the size that the spec asks for."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.color import readable
from conv_anim.scene.cost import CostTable, rows
from conv_anim.scene.layout import EMPTY, align, column, pad, space, still, written
from conv_anim.scene.primitives import Lazy, Scene
from conv_anim.scene.style import Style
from conv_anim.scene.wording.captions import caption, description
from conv_anim.scene.wording.formulas import formulas
from conv_anim.scene.wording.language import Language
from conv_anim.spec.registry import named
from conv_anim.spec.views import VIEWS

if TYPE_CHECKING:
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
    """The picture of a trace, in its spec's view, theme and size."""
    size = trace.spec.size
    if size.width is None:
        return _composed(trace, Style(trace.spec.theme, size.scale or 1.0, font), None)
    scale = _scale_for(trace, font, size.width)
    return _composed(trace, Style(trace.spec.theme, scale, font), size.width)


def _scale_for(trace: Trace, font: Font, width: int) -> float:
    """The largest scale at which the figure is no wider; searched for, because lengths round."""
    narrowest = _composed(trace, Style(trace.spec.theme, LEAST, font), None).width
    if narrowest > width:
        raise TooNarrowError(narrowest)
    low, high = LEAST, 2.0 * width / _composed(trace, Style(trace.spec.theme, 1.0, font), None).width
    while high - low > 0.004:
        middle = (low + high) / 2
        fits = _composed(trace, Style(trace.spec.theme, middle, font), None).width <= width
        low, high = (middle, high) if fits else (low, middle)
    return low


def _panel(trace: Trace, style: Style) -> Panel:
    made: Panel = named(VIEWS[trace.spec.view.kind].draws)(trace, style)
    return made


def _composed(trace: Trace, style: Style, width: int | None) -> Scene:
    spec = trace.spec
    page = _page(trace, style, width)
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
        guide=lambda: _guide(trace, drawn),
    )


def _guide(trace: Trace, drawn: Drawing) -> Guide:
    from conv_anim.scene.guide import guide

    return guide(trace, drawn.areas(), drawn.turns[0] if drawn.turns else ())


def _page(trace: Trace, style: Style, width: int | None) -> Panel:
    """The view's panel with what is written below it, in the middle of a page."""
    shown, table = _panel(trace, style), _table(trace.spec, style)
    lines = _lines(trace, style, max(shown.width, NARROWEST * style.scale))
    texts = (style.width(text, size=style.label_size) for text in lines)
    full = width or ceil(max(shown.width, table.width, *texts)) + 2 * style.margin
    between = space(height=0.5 * style.gap if lines and table.parts else 0)
    body = pad(align(shown, full, 0), top=style.margin, bottom=style.margin)
    return column(body, _written(lines, style, full), between, align(table, full, 0))


def _table(spec: Spec, style: Style) -> Panel:
    """What the layers cost, if that is asked for."""
    if not spec.cost:
        return EMPTY
    say = Language(spec.lang)
    table = CostTable(style, say, tuple(rows(spec.layers, say)))
    return pad(still(table.at(0, 0), table.width, table.height), bottom=style.margin)


def _lines(trace: Trace, style: Style, width: float) -> list[str]:
    """Formula and caption, broken where the figure ends."""
    said: list[str] = []
    match trace.spec.formula:
        case str(text):
            said.append(text)
        case True:
            said += formulas(trace.spec.layers, Language(trace.spec.lang))
    match trace.spec.caption:
        case str(text):
            said.append(text)
        case True:
            said.append(caption(trace.spec))
    return [line for text in said for line in style.wrapped(text, size=style.label_size, width=width)]


def _leading(style: Style) -> float:
    return style.label_size * 1.5


def _written(lines: list[str], style: Style, width: float) -> Panel:
    """Lines below each other, in the middle of a width."""
    ink = readable(style.colors.background, style.colors.muted, style.colors.ink)
    items = tuple(
        style.text(width / 2, k * _leading(style), line, size=style.label_size, color=ink, anchor="middle")
        for k, line in enumerate(lines)
    )
    return written(items, width, len(lines) * _leading(style))
