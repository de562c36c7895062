"""What a figure is about, above it: its title, and its point in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.layout import EMPTY, column, written
from conv_anim.scene.wording.takeaways import takeaway

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.style import Style
    from conv_anim.spec.model import Spec

TITLE = 18
"""Pixels, at scale 1, of the em of a title."""
LEADING = 1.35
"""From line to line, in ems."""


def headed(spec: Spec, style: Style, width: float) -> Panel:
    """The title in bold, and the takeaway below it, in lines that are no wider."""
    title = EMPTY if spec.title is None else _lines(spec.title, style, style.em(TITLE), width, bold=True)
    return column(title, pointed(spec, style, width), gap=0.6 * style.gap)


def pointed(spec: Spec, style: Style, width: float) -> Panel:
    """The takeaway, if one is asked for."""
    said = takeaway(spec) if spec.takeaway is True else spec.takeaway or ""
    return _lines(said, style, style.label_size, width, bold=False) if said else EMPTY


def _lines(text: str, style: Style, size: float, width: float, *, bold: bool) -> Panel:
    lines = style.wrapped(text, size=size, width=width / 1.1 if bold else width)
    leading = LEADING * size
    items = tuple(
        style.text(0, k * leading, line, size=size, color=style.text_ink, bold=bold) for k, line in enumerate(lines)
    )
    widest = max(style.width(line, size=size, bold=bold) for line in lines)
    return written(items, widest, (len(lines) - 1) * leading + size, baseline=0.0)
