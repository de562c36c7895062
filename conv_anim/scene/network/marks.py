"""What is drawn besides boxes: lines with round corners and arrows, signs in circles, and badges."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Boxes, Lines, Polygons, Stroke

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Items, Point, Primitive
    from conv_anim.scene.style import Style

HEAD = (6.0, 2.8)
"""Length and half the width of an arrow's head, in pixels at scale 1."""
ROUND = 5.0
"""The radius of a line's corners."""
PILL = (9.5, 13.5, 4.5)
"""Of a badge: the size of its letters, its height, and the room on either side of them."""


def rounded(points: Sequence[Point], radius: float) -> tuple[Point, ...]:
    """A line with round corners, as far as its parts are long enough."""
    points = [point for k, point in enumerate(points) if k == 0 or _apart(points[k - 1], point) > 1e-6]
    found = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        r = min(radius, _apart(before, corner) / 2, _apart(corner, after) / 2)
        start, end = _toward(corner, before, r), _toward(corner, after, r)
        found += [_curve(start, corner, end, k / 4) for k in range(5)]
    return (*found, points[-1])


def _apart(a: Point, b: Point) -> float:
    return hypot(b[0] - a[0], b[1] - a[1])


def _toward(start: Point, end: Point, far: float) -> Point:
    whole = _apart(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * far / whole, start[1] + (end[1] - start[1]) * far / whole


def _curve(a: Point, b: Point, c: Point, t: float) -> Point:
    """On the parabola from a to c that turns at b."""
    u = 1 - t
    x, y = (u * u * p + 2 * u * t * q + t * t * r for p, q, r in zip(a, b, c, strict=True))
    return x, y


def shortened(points: Sequence[Point], far: float) -> tuple[Point, ...]:
    """A line that ends so far before its end: where its arrow begins."""
    return (*points[:-1], _toward(points[-1], points[-2], min(far, _apart(points[-2], points[-1]))))


def head(points: Sequence[Point], style: Style) -> tuple[Point, ...]:
    """The arrow at the end of a line."""
    length, half = (each * style.scale for each in HEAD)
    end = points[-1]
    before = next((point for point in reversed(points[:-1]) if _apart(point, end) > 1e-6), points[-2])
    back = _toward(end, before, length)
    dx, dy = (end[0] - back[0]) / length * half, (end[1] - back[1]) / length * half
    return end, (back[0] - dy, back[1] + dx), (back[0] + dy, back[1] - dx)


def arrow_heads(rings: Sequence[tuple[Point, ...]], color: str) -> Items:
    """Each once, where several lines end in one."""
    unique = dict.fromkeys(tuple((round(x, 3), round(y, 3)) for x, y in ring) for ring in rings)
    return (Polygons(tuple(unique), color),) if unique else ()


def sign(middle: Point, text: str, radius: float, style: Style, *, fill: str, ink: str) -> Items:
    """A sign in a circle."""
    x, y = middle
    colors = style.colors
    edge = Stroke(mix(fill, colors.ink, 0.55), max(style.scale, 0.6))
    box = (x - radius, y - radius, 2 * radius, 2 * radius)
    arm = 0.5 * radius
    line = Stroke(ink, max(1.5 * style.scale, 0.9))
    circle = Boxes((box,), fill, edge, radius=radius)
    return circle, *_strokes(text, middle, arm, line)


def _strokes(text: str, middle: Point, arm: float, line: Stroke) -> tuple[Primitive, ...]:
    """A sign as lines, so that it is in the middle to the pixel."""
    (x, y), d = middle, arm * 0.75
    level, upright = ((x - arm, y), (x + arm, y)), ((x, y - arm), (x, y + arm))
    match text:
        case "+":
            return (Lines((level, upright), line),)
        case "×":
            return (Lines((((x - d, y - d), (x + d, y + d)), ((x - d, y + d), (x + d, y - d))), line),)
        case "÷":
            dot = max(line.width, 1.0)
            dots = tuple((x - dot / 2, y + side * arm - dot / 2, dot, dot) for side in (-0.8, 0.8))
            return Lines((level,), line), Boxes(dots, line.color)
        case _:
            return (Lines((level,), line),)


# badges


def pill_width(text: str, style: Style) -> float:
    """How wide the pill of a text is."""
    size, _, room = PILL
    return style.width(text, size=style.em(size)) + 2 * room * style.scale


def pill(x: float, top: float, text: str, style: Style) -> Items:
    """A badge with its left upper corner at a point."""
    size, high, room = style.em(PILL[0]), PILL[1] * style.scale, PILL[2] * style.scale
    high = max(high, 1.3 * size)
    colors, wide = style.colors, pill_width(text, style)
    fill = mix(colors.background, colors.muted, 0.16)
    ink = style.ink_on(fill, colors.ink)
    letters = style.text(x + room, top + (high - style.font.cap_height * size) / 2, text, size=size, color=ink)
    return Boxes(((x, top, wide, high),), fill, radius=high / 2), letters


def pill_rows(badges: Sequence[str], style: Style, most: float) -> list[list[str]]:
    """Badges in rows that are no wider than so much."""
    rows: list[list[str]] = []
    for text in badges:
        if rows and pills_width([*rows[-1], text], style) <= most:
            rows[-1].append(text)
        else:
            rows.append([text])
    return rows


def pills_width(badges: Sequence[str], style: Style) -> float:
    """How wide pills are side by side."""
    gap = 3 * style.scale
    return sum(pill_width(text, style) for text in badges) + gap * max(0, len(badges) - 1)


def pills(x: float, top: float, badges: Sequence[str], style: Style) -> Items:
    """Badges side by side."""
    found: list[Primitive] = []
    for text in badges:
        found += pill(x, top, text, style)
        x += pill_width(text, style) + 3 * style.scale
    return tuple(found)
