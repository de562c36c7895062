"""Several figures side by side and in step: headings on one line, cells of one size, what is said of each below it."""

from __future__ import annotations

from math import ceil
from string import ascii_lowercase
from typing import TYPE_CHECKING

from conv_anim.scene.fit import joined
from conv_anim.scene.layout import EMPTY, Panel, column, of_figure, table
from conv_anim.scene.text_panels import paragraph
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conv_anim.scene.style import Style
    from conv_anim.tracing.trace import Trace

WIDEST = 1600
"""Pixels, at scale 1, that figures side by side may take; more of them stand below each other."""
NARROWEST = 200
"""Pixels, at scale 1, that a line above or below a figure may take even if the figure is narrower."""


def board(
    traces: Sequence[Trace],
    shown: Sequence[Panel],
    style: Style,
    below: Sequence[Panel],
    *,
    each: int | None,
    letters: bool = False,
) -> Panel:
    """The panels of some traces with their headings, and what is said ``below`` each; ``each`` of them in a line."""
    titles = [lettered(k, trace.spec.title) if letters else trace.spec.title for k, trace in enumerate(traces)]
    headings = [heading(title, style, room(one, style)) for title, one in zip(titles, shown, strict=True)]
    rows = [row for row in (headings, shown, below) if any(one != EMPTY for one in row)]
    widths = [max(one.width for one in column_) for column_ in zip(*rows, strict=True)]
    gap = style.apart
    each = each or abreast(widths, gap, WIDEST * style.scale)
    parts = [[row[k : k + each] for row in rows] for k in range(0, len(shown), each)]
    return column(*(table(part, across=gap, down=style.gap) for part in parts), gap=gap)


def room(shown: Panel, style: Style) -> float:
    """What a line above or below a figure may take."""
    return max(shown.width, NARROWEST * style.scale)


def abreast(widths: Sequence[float], gap: float, most: float) -> int:
    """How many figures stand side by side: as many as fit, in lines that are as even as can be."""
    count = len(widths)

    def fits(each: int) -> bool:
        lines = (widths[k : k + each] for k in range(0, count, each))
        return all(sum(line) + gap * (len(line) - 1) <= most for line in lines)

    largest = next((each for each in range(count, 1, -1) if fits(each)), 1)
    return ceil(count / ceil(count / largest))


def lettered(number: int, title: str | None) -> str:
    """A title after its panel's letter; the letter alone where there is none."""
    return f"({ascii_lowercase[number]}) {title or ''}".rstrip()


def heading(title: str | None, style: Style, width: float) -> Panel:
    """A title in bold, in lines; all headings begin on one line."""
    if title is None:
        return EMPTY
    size, leading = style.label_size * 1.15, style.label_size * 1.5
    lines = style.wrapped(title, size=size, width=width / 1.08)
    return paragraph(lines, style, size=size, leading=leading, color=style.text_ink, bold=True)


def fitted(traces: Sequence[Trace], style: Style, view: Callable[[Trace, Style], Panel]) -> list[Panel]:
    """The panels of all traces, those of one view with cells of one size; cells in shades have one of their own."""
    alone = [view(trace, style) for trace in traces]
    kinds = [
        (trace.spec.view.kind, one.fit is not None and one.fit.in_shades)
        for trace, one in zip(traces, alone, strict=True)
    ]
    fits = {kind: joined(one.fit for one, its in zip(alone, kinds, strict=True) if its == kind) for kind in kinds}
    found = []
    for k, (trace, kind, one) in enumerate(zip(traces, kinds, alone, strict=True)):
        again = fits[kind] is not None and one.fit != fits[kind]
        found.append(of_figure(view(trace, replace(style, fit=fits[kind])) if again else one, k))
    return found
