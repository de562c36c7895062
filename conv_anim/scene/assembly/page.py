"""What stands in a figure: a heading, the view's panel or several, and what is written below."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Literal

from conv_anim.scene.assembly.cost import CostTable, rows
from conv_anim.scene.assembly.heading import explained, headed, pointed
from conv_anim.scene.assembly.marked_terms import at_first
from conv_anim.scene.assembly.terms import terms
from conv_anim.scene.drawing import Drawing
from conv_anim.scene.layout import EMPTY, align, column, pad, panel, space
from conv_anim.scene.primitives import Frame
from conv_anim.scene.text_panels import paragraph
from conv_anim.scene.wording.captions import caption
from conv_anim.scene.wording.formulas import formulas
from conv_anim.scene.wording.language import Language
from conv_anim.spec.registry import named
from conv_anim.spec.views import VIEWS
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Spec
    from conv_anim.tracing.trace import Trace

NARROWEST = 300
"""Pixels, at scale 1, that a line of text may take even if the drawing is narrower."""
HEADED = 420
"""Pixels, at scale 1, that a heading may take even if the drawing is narrower."""


def page_of(
    spec: Spec, traces: Sequence[Trace], style: Style, width: int | None, each: int | None
) -> tuple[Panel, Panel]:
    """The heading; and all of it: what is drawn below the heading, with what is written below that, in the middle."""
    shown = _board(spec, traces, style, each) if spec.panels else _view(traces[0], style)
    room = max(shown.width, NARROWEST * style.scale)
    words, below = _words(spec, style, room) if spec.theme.headed else EMPTY, _below(spec, style, room)
    headed_by = HEADED * style.scale if style.room is None else min(HEADED * style.scale, style.room)
    head = headed(spec, style, max(shown.width, headed_by)) if spec.theme.headed else EMPTY
    full = width or ceil(max(shown.width, head.width, *(one.width for one in (words, *below)))) + 2 * style.margin
    if head != EMPTY:
        above = round(style.margin + style.half)
        head = align(pad(head, left=style.margin, top=above), full, 0, across="start")
        head = align(head, full, round(head.height))
    body = pad(align(shown, full, 0), top=style.margin, bottom=style.margin)
    if words != EMPTY:
        words = align(pad(words, left=style.margin), full, 0, across="start")
    return head, column(head, body, words, *below, align="middle")


def _words(spec: Spec, style: Style, room: float) -> Panel:
    """What words mean, and what holds until all outputs are made."""
    words, first = explained(terms(spec), style, room), explained(at_first(spec), style, room)
    if first == EMPTY:
        return words
    passing = Drawing(frames=(Frame((), first.static),), finished=Frame)
    last = replace(first, parts=panel(passing, first.width, first.height).parts)
    return column(words, last, gap=-style.close)  # no further from the others than these


def _view(trace: Trace, style: Style) -> Panel:
    roles = trace.layers[-1].layer.roles if len(trace.layers) == 1 else None
    made: Panel = named(VIEWS[trace.spec.view.kind].draws)(trace, style if roles is None else style.playing(roles))
    return made


def _board(spec: Spec, traces: Sequence[Trace], style: Style, each: int | None) -> Panel:
    """The figures of all panels side by side, each with what is said of it."""
    from conv_anim.scene.assembly.board import board, fitted, room
    from conv_anim.scene.assembly.differences import key, marked
    from conv_anim.scene.assembly.in_turn import in_turn
    from conv_anim.scene.callouts import Legend

    shown = fitted(traces, style, _view)
    if len({trace.spec.backward is None for trace in traces}) > 1:
        shown = in_turn(shown)
    said = [_said(one.spec, style, room(panel, style)) for one, panel in zip(traces, shown, strict=True)]
    if not spec.differences:
        return board(traces, shown, style, said, each=each, letters=spec.letters)
    made = board(traces, marked(traces, shown, style), style, said, each=each, letters=spec.letters)
    legend = Legend(style, (key(style, Language(spec.lang)),), made.width)
    return column(made, legend.panel, gap=style.wide)


def _said(spec: Spec, style: Style, width: float) -> Panel:
    """What stands below one of several figures."""
    point = pointed(spec, style, width)
    return column(pad(point, bottom=style.half if point.parts else 0.0), *_below(spec, style, width, "start"))


def _below(spec: Spec, style: Style, width: float, anchor: Literal["start", "middle"] = "middle") -> list[Panel]:
    """Formula, caption and costs, as requested."""
    lines = _lines(spec, style, width)
    table = _table(spec, style)
    between = space(height=style.half if lines and table.parts else 0)
    size, ink = style.label_size, style.label_ink
    said = paragraph(lines, style, size=size, leading=1.5 * size, color=ink, anchor=anchor) if lines else EMPTY
    return [said, between, table]


def _table(spec: Spec, style: Style) -> Panel:
    """What the layers cost, if requested."""
    if not spec.cost or not spec.nodes:
        return EMPTY
    say = Language(spec.lang)
    return pad(CostTable(style, say, tuple(rows(spec.nodes, say))).panel(), bottom=style.margin)


def _lines(spec: Spec, style: Style, width: float) -> list[str]:
    """Formula and caption, broken where the figure ends."""
    said: list[str] = []
    match spec.formula:
        case str(text):
            said.append(text)
        case True:
            said += formulas(spec, Language(spec.lang), named=True)
    match spec.caption:
        case str(text):
            said.append(text)
        case True:
            said.append(caption(spec))
    return [line for text in said for line in style.wrapped(text, size=style.label_size, width=width)]
