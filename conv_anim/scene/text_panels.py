"""Panels of words: a line, a paragraph, and letters with what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from conv_anim.scene.drawing import Drawing
from conv_anim.scene.layout import panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items
    from conv_anim.scene.style import Style


def written(items: Items, width: float, height: float, *, baseline: float | None = None) -> Panel:
    """Letters, which need no whole pixels."""
    return panel(Drawing(items, lettering=True), width, height, baseline=baseline)


def paragraph(  # how text looks
    lines: Sequence[str],
    style: Style,
    *,
    size: float,
    leading: float,
    color: str,
    bold: bool = False,
    anchor: Literal["start", "middle"] = "start",
) -> Panel:
    """Lines of text below each other."""
    width = max(style.width(line, size=size, bold=bold) for line in lines)
    x = width / 2 if anchor == "middle" else 0.0
    items = tuple(
        style.text(x, k * leading, line, size=size, color=color, bold=bold, anchor=anchor)
        for k, line in enumerate(lines)
    )
    return written(items, width, len(lines) * leading, baseline=0.0)


def line(  # how text looks
    text: str,
    style: Style,
    *,
    size: float,
    color: str,
    bold: bool = False,
    width: float | None = None,
    anchor: Literal["start", "end"] = "start",
) -> Panel:
    """A line of text from the top of its capitals to its baseline, in a box as wide as ``width`` or as the text."""
    wide = style.width(text, size=size, bold=bold) if width is None else width
    item = style.text(wide if anchor == "end" else 0.0, 0.0, text, size=size, color=color, bold=bold, anchor=anchor)
    high = size * style.font.cap_height
    return written((item,), wide, high, baseline=high)
