"""SVG: primitives as elements, their text as text.

How they look is said by attributes: some programs that put an SVG into a document read no style sheet.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, assert_never

from conv_anim.painting.fonts import face
from conv_anim.painting.mosaics import data_uri
from conv_anim.painting.snapping import snapped
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Box, Point, Primitive, Stroke

FAMILY = "'DejaVu Sans','Noto Sans TC','Noto Sans CJK TC',Verdana,sans-serif"
"""The fonts that figures are measured in, then those that are like them."""
ANCHORS = {"start": "", "middle": "text-anchor:middle;", "end": "text-anchor:end;"}


def number(value: float) -> str:
    """As short as a hundredth of a pixel allows."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def element(item: Primitive) -> str:
    """An element, where Agg would paint it."""
    item = snapped(item)
    match item:
        case Polygons():
            return _path("".join(map(ring, item.rings)), painted(item.fill, item.stroke))
        case Boxes():
            outlines = (rectangle(box, item.radius) for box in item.boxes)
            return _path("".join(outlines), painted(item.fill, item.stroke))
        case Lines():
            return _path("".join(map(line, item.lines)), painted(None, item.stroke))
        case Text():
            return _text(item)
        case Mosaic():
            return picture(item)
        case _:
            assert_never(item)


def _path(outline: str, style: str) -> str:
    return f'<path {_attributes(style)} d="{outline}"/>'


def _text(item: Text) -> str:
    """As wide as measured, whatever font the viewer has."""
    bold = "font-weight:700;" if item.bold else ""
    looks = _attributes(f"{ANCHORS[item.anchor]}{bold}font-size:{number(item.size)}px;fill:{item.color}")
    width = face(bold=item.bold, own=item.font).width(item.text) * item.size
    wide = f' textLength="{number(width)}" lengthAdjust="spacingAndGlyphs"' if len(item.text) > 1 else ""
    # Without this, spaces at the ends are lost, and what is left is stretched in their place.
    spaced = "" if item.text == " ".join(filter(None, item.text.split(" "))) else ' xml:space="preserve"'
    place = f'x="{number(item.x)}" y="{number(item.y)}"'
    return f"<text {looks} {place}{wide}{spaced}>{escape(item.text)}</text>"


def _attributes(style: str) -> str:
    """For rules of CSS the attributes that say the same."""
    return " ".join(f'{name}="{value}"' for name, _, value in (rule.partition(":") for rule in style.split(";")))


def picture(item: Mosaic) -> str:
    """A picture as an image of one pixel for each cell, which is not to be blurred."""
    numbers = (*item.across, *item.down, *item.corner)
    matrix = " ".join(f"{value:.6g}" for value in numbers)
    size = f'width="{item.columns}" height="{item.rows}" preserveAspectRatio="none"'
    return f'<image {size} transform="matrix({matrix})" style="image-rendering:pixelated" href="{data_uri(item)}"/>'


def painted(fill: str | None, stroke: Stroke | None) -> str:
    """How a path is filled and drawn, as CSS."""
    rules = [f"fill:{fill or 'none'}"]
    if stroke is not None:
        rules.append(f"stroke:{stroke.color}")
        if stroke.width != 1:
            rules.append(f"stroke-width:{number(stroke.width)}")
        if stroke.dash is not None:
            rules.append(f"stroke-dasharray:{' '.join(map(number, stroke.dash))}")
    return ";".join(rules)


def line(points: tuple[Point, ...]) -> str:
    """A line as the data of an SVG path."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def ring(points: tuple[Point, ...]) -> str:
    """A closed outline as the data of an SVG path."""
    return f"{line(points)}Z"


def rectangle(box: Box, radius: float) -> str:
    """A box, with round corners if there is a radius, as the data of an SVG path."""
    x, y, width, height = box
    if radius == 0:
        return f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}Z"
    r, across, down = number(radius), number(width - 2 * radius), number(height - 2 * radius)
    back, up = number(2 * radius - width), number(2 * radius - height)
    return (
        f"M{number(x + radius)} {number(y)}h{across}a{r} {r} 0 0 1 {r} {r}v{down}a{r} {r} 0 0 1-{r} {r}"
        f"h{back}a{r} {r} 0 0 1-{r}-{r}v{up}a{r} {r} 0 0 1 {r}-{r}Z"
    )
