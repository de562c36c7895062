"""A whole figure: the view's panel, with what is written below it, in a frame of the size that the spec asks for."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, assert_never

from conv_anim.scene.color import readable
from conv_anim.scene.cost import CostTable, rows
from conv_anim.scene.panel import Panel, shifted
from conv_anim.scene.primitives import Lazy, Scene
from conv_anim.scene.style import Style
from conv_anim.scene.wording.captions import caption, description
from conv_anim.scene.wording.formulas import formulas
from conv_anim.scene.wording.language import Language
from conv_anim.spec import model

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Guide, Items
    from conv_anim.scene.style import Font
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
    match trace.spec.view:
        case model.Isometric():
            from conv_anim.scene.isometric.view import isometric

            return isometric(trace, style)
        case model.Flat():
            from conv_anim.scene.flat.view import flat

            return flat(trace, style)
        case model.Channels():
            from conv_anim.scene.channels.view import channels

            return channels(trace, style)
        case model.Volume():
            from conv_anim.scene.volume.view import volume

            return volume(trace, style)
        case model.Matrix():
            from conv_anim.scene.matrix.view import matrix

            return matrix(trace, style)
        case model.Sequence():
            from conv_anim.scene.sequence.view import sequence

            return sequence(trace, style)
        case model.Undrawn(why=why):
            raise ValueError(why)
        case _:
            assert_never(trace.spec.view)


def _composed(trace: Trace, style: Style, width: int | None) -> Scene:
    spec = trace.spec
    panel = _panel(trace, style)
    lines = _lines(trace, style, max(panel.width, NARROWEST * style.scale))
    say = Language(spec.lang)
    table = CostTable(style, say, tuple(rows(spec.nodes, say))) if spec.cost else None
    texts = (style.width(text, size=style.label_size) for text in lines)
    content = max(panel.width, *texts, 0 if table is None else table.width)
    full = width or ceil(content) + 2 * style.margin
    dx, dy = round((full - panel.width) / 2), style.margin
    below = dy + panel.height + style.margin
    written = _written(lines, style, x=full / 2, top=below)
    below += len(lines) * _leading(style)
    if table is not None:
        below += 0.5 * style.gap if lines else 0
        written += table.at(round((full - table.width) / 2), round(below))
        below += table.height + style.margin
    height = ceil(below)
    return Scene(
        width=full,
        height=height,
        background=style.colors.background,
        still=(*shifted(panel.still, dx, dy), *written),
        frames=panel.moved_frames(dx, dy),
        step=spec.animation.step,
        hold=spec.animation.hold,
        loop=spec.animation.loop,
        title=spec.title or "",
        description=description(spec),
        glide=panel.glide,
        names=Lazy(panel.glide.steps(len(panel.frames)), lambda k: say("step", number=k)),
        guide=lambda: _guide(trace, panel.moved(dx, dy)),
    )


def _guide(trace: Trace, panel: Panel) -> Guide:
    from conv_anim.scene.guide import guide

    return guide(trace, panel.areas(), panel.turns)


def _lines(trace: Trace, style: Style, width: float) -> list[str]:
    """Formula and caption, broken where the figure ends."""
    said: list[str] = []
    match trace.spec.formula:
        case str(text):
            said.append(text)
        case True:
            said += formulas(trace.spec, Language(trace.spec.lang))
    match trace.spec.caption:
        case str(text):
            said.append(text)
        case True:
            said.append(caption(trace.spec))
    return [line for text in said for line in style.wrapped(text, size=style.label_size, width=width)]


def _leading(style: Style) -> float:
    return style.label_size * 1.5


def _written(lines: list[str], style: Style, *, x: float, top: float) -> Items:
    ink = readable(style.colors.background, style.colors.muted, style.colors.ink)
    return tuple(
        style.text(x, top + k * _leading(style), line, size=style.label_size, color=ink, anchor="middle")
        for k, line in enumerate(lines)
    )
