"""Scale bars: the number of each shade, below a figure in shades."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.layout import column, pad, row, static
from conv_anim.scene.primitives import Boxes, Lines, Stroke
from conv_anim.scene.sheets.mosaics import mosaic
from conv_anim.scene.sheets.shades import LEVELS
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.shades import Shades
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.values import Array

LONG, HIGH = 120, 10
"""Pixels, at scale 1, of a bar."""
MOST = 6
"""Bars of one figure: with more maps than that, those of the first and of the last stand for all."""
TICK = 3
"""Pixels of the marks below it."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The shades of some maps, by their names; ``beyond`` says whether numbers lie below or above the ends."""

    names: tuple[str, ...]
    shades: Shades
    beyond: tuple[bool, bool] = (False, False)


def scale(name: str, shades: Shades, *arrays: Array) -> Scale:
    """The scale of a map and its numbers."""
    least, most = min(a.min() for a in arrays), max(a.max() for a in arrays)
    return Scale((name,), shades, (bool(least < shades.low), bool(most > shades.high)))


def merged(scales: Iterable[Scale]) -> list[Scale]:
    """Equal ones as one, with the names of all."""
    found: dict[tuple[Shades, tuple[bool, bool]], Scale] = {}
    for one in scales:
        key = one.shades, one.beyond
        names = found[key].names if key in found else ()
        found[key] = Scale((*names, *(name for name in one.names if name not in names)), *key)
    return list(found.values())


def with_bars(shown: Panel, scales: Iterable[Scale], style: Style, say: Language, others: str = "") -> Panel:
    """A drawing with a bar for each scale below it, side by side as far as there is room.

    Of many the first and the last are shown, and what is said of the ``others``.
    """
    each, gap, room = merged(scales), style.far, max(shown.width, LONG * 3 * style.scale)
    many = len(each) > MOST
    told = [each[0], each[-1]] if many else each
    made = [_bar(one, style, say) for one in told]
    lines = [made] if sum(one.width + gap for one in made) - gap <= room else _in_columns(told, style, say, gap, room)
    found = [row(*line, gap=gap) for line in lines]
    found += [_said(line, style) for line in style.wrapped(others, size=style.small_size, width=room)] if many else []
    return column(shown, column(*found, gap=style.half), gap=style.wide, align="middle")


def _in_columns(told: Sequence[Scale], style: Style, say: Language, gap: float, room: float) -> list[list[Panel]]:
    """In lines of about as many each, one below the other."""
    lead = max(_lead(one, style) for one in told)
    made = [_bar(one, style, say, lead) for one in told]
    wide = max(one.width for one in made)
    most = max(1, int((room + gap) / (wide + gap)))
    each = ceil(len(made) / ceil(len(made) / most))
    made = [pad(one, right=wide - one.width) for one in made]
    return [made[k : k + each] for k in range(0, len(made), each)]


def _lead(one: Scale, style: Style) -> float:
    """How much room stands before a bar: for its name, and for half of the number below its left end."""
    name, first = ", ".join(one.names), _ends(one)[0][1]
    half = style.width(first, size=style.small_size) / 2
    return style.width(name, size=style.small_size, bold=True) + style.half + half


def _said(line: str, style: Style) -> Panel:
    size = style.small_size
    return static((style.text(0, 0, line, size=size, color=style.label_ink),), style.width(line, size=size), size)


def _bar(one: Scale, style: Style, say: Language, lead: float = 0.0) -> Panel:
    """A bar behind its name, or behind more room than that needs."""
    size, ink = style.small_size, style.label_ink
    long, high, tick = (round(length * style.scale) for length in (LONG, HIGH, TICK))
    high = max(high, 6)
    texts = _ends(one)
    right = max(long, *(style.width(text, size=size) / 2 + at * long for at, text in texts))
    name = ", ".join(one.names)
    start = round(max(lead, _lead(one, style)))
    numbers = np.linspace(one.shades.low, one.shades.high, min(LEVELS, max(2, long)))[None]
    items: list[Primitive] = [
        style.text(0, (high - size * style.font.cap_height) / 2, name, size=size, color=style.text_ink, bold=True),
        mosaic(one.shades.colors(numbers), lambda r, c: (start + c * long / numbers.shape[1], r * high)),
        Boxes(((start, 0, long, high),), None, Stroke(style.colors.faint, 1.0)),
    ]
    ticks = tuple(((start + round(at * long), high), (start + round(at * long), high + tick)) for at, _ in texts)
    items.append(Lines(ticks, Stroke(style.colors.faint, 1.0)))
    top = high + tick + 0.25 * size
    for at, text in texts:
        items.append(style.text(start + at * long, top, text, size=size, color=ink, anchor="middle"))
    if one.shades.kind != "signed" or not one.shades.low < 0 < one.shades.high:
        return static(tuple(items), start + right, top + size, baseline=high / 2)
    signs = _signs(one, style, say, long)
    items += [style.text(start + x, top + 1.3 * size, text, size=size, color=ink) for x, text in signs]
    right = max(right, *(x + style.width(text, size=size) for x, text in signs))
    return static(tuple(items), start + right, top + 2.3 * size, baseline=high / 2)


def _signs(one: Scale, style: Style, say: Language, long: float) -> list[tuple[float, str]]:
    """Which side of 0 each hue of a bar is for: where along it the words begin, in the middle of a side or beside 0."""
    zero = -one.shades.low / (one.shades.high - one.shades.low) * long
    below, above = say("scales.below"), say("scales.above")
    wide, room = style.width(below, size=style.small_size), 0.5 * style.small_size
    left = min(zero / 2 - wide / 2, zero - room - wide)
    right = max((zero + long) / 2 - style.width(above, size=style.small_size) / 2, zero + room)
    return [(left, below), (right, above)]


def _ends(one: Scale) -> list[tuple[float, str]]:
    """Where along a bar which numbers stand: its ends, and 0 if that lies between them."""
    low, high = one.shades.low, one.shades.high
    fmt = format_for(np.array([low, high]))
    below, above = ("≤ " if one.beyond[0] else ""), ("≥ " if one.beyond[1] else "")
    found = [(0.0, below + fmt(_whole(low))), (1.0, above + fmt(_whole(high)))]
    if low < 0 < high:
        found.insert(1, (-low / (high - low), "0"))
    return found


def _whole(number: float) -> int | float:
    return int(number) if float(number).is_integer() else number
