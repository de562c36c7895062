"""A scene's primitives as short SVG elements for a page, text as outlines.

Attributes have no quotes, which HTML allows. An outline is there once for each glyph, and a text once for each size.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias, assert_never

from conv_anim.painting.fonts import face
from conv_anim.painting.snapping import snapped
from conv_anim.painting.svg import picture
from conv_anim.scene.primitives import Boxes, Lines, Mosaic, Polygons, Text, corners
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.painting.fonts import Glyph
    from conv_anim.scene.primitives import Box, Point, Primitive, Stroke

EM = 1000
"""Units of a glyph's outline."""
LETTERS = {1: "m", 2: "l", 3: "q", 4: "c", 79: "z"}
"""FreeType's codes as SVG's commands."""
POINTS = {"m": 1, "l": 1, "q": 2, "c": 3}

Units: TypeAlias = tuple[int, int]
"""Whole hundredths of a pixel."""


@dataclass(frozen=True)
class Markup:
    """Elements, with the glyphs and texts that they use."""

    glyphs: dict[tuple[str, bool, str], str] = field(default_factory=dict)
    texts: dict[tuple[str, bool, str, float], tuple[str, float]] = field(default_factory=dict)
    """The name of each, and how wide it is."""

    def element(self, item: Primitive) -> str:
        """A primitive as the text of an SVG element."""
        item = item if isinstance(item, Text) else snapped(item)
        match item:
            case Polygons(rings=rings):
                return _path(_drawn(_units(rings), closed=True), item.fill, item.stroke)
            case Boxes(radius=0):
                return _path(_drawn(_units(list(map(corners, item.boxes))), closed=True), item.fill, item.stroke)
            case Boxes():
                return _path("".join(_rounded(box, item.radius) for box in item.boxes), item.fill, item.stroke)
            case Lines(lines=lines):
                return _path(_drawn(_units(lines), closed=False), None, item.stroke)
            case Text():
                return self._text(item)
            case Mosaic():
                return picture(item)
            case _:
                assert_never(item)

    def _text(self, item: Text) -> str:
        """On a whole pixel, as `snapped` has it."""
        key = (item.text, item.bold, item.font, round(item.size, 2))
        if key not in self.texts:
            self.texts[key] = f"s{len(self.texts)}", face(bold=item.bold, own=item.font).width(item.text)
        name, ems = self.texts[key]
        width = item.size * ems
        start = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
        x, y = 10 * round(10 * start), 100 * round(item.y)
        return f"<use href=#{name} x={_number(x)} y={_number(y)} fill={_color(item.color)} />"

    def definitions(self) -> str:
        """All texts that elements use, and below them the glyphs that these use."""
        texts = [self._defined(*key, name) for key, (name, _) in self.texts.items()]
        outlines = [
            f"<path id={name} d={_outlined(character, bold, own)} />"
            for (character, bold, own), name in self.glyphs.items()
        ]
        return "".join([*outlines, *texts])

    def _defined(self, text: str, bold: bool, own: str, size: float, name: str) -> str:  # noqa: FBT001  # a key
        uses, x = [], 0.0
        for character in text:
            glyph = face(bold=bold, own=own).glyph(character)
            if len(glyph.codes):
                known = self.glyphs.setdefault((character, bold, own), f"g{len(self.glyphs)}")
                uses.append(f"<use href=#{known} x={round(EM * x)} />" if x else f"<use href=#{known} />")
            x += glyph.advance
        return f"<g id={name} transform=scale({size / EM:.6g})>{''.join(uses)}</g>"


@lru_cache(maxsize=2000)
def _outlined(character: str, bold: bool, own: str) -> str:  # noqa: FBT001  # a key
    """A page that is drawn again and again has mostly the same ones."""
    return _outline(face(bold=bold, own=own).glyph(character))


def ring(points: Sequence[Point]) -> str:
    """A closed shape, as a path."""
    return _drawn(_units([points]), closed=True)


def _path(drawn: str, fill: str | None, stroke: Stroke | None) -> str:
    said = [f"d={drawn}"]
    if fill is not None:
        said.append(f"fill={_color(fill)}")
    if stroke is not None:
        said += [f"stroke={_color(stroke.color)}", f"stroke-width={_number(round(100 * stroke.width))}"]
        if stroke.dash is not None:
            said.append(f"stroke-dasharray={','.join(_number(round(100 * length)) for length in stroke.dash)}")
    return f"<path {' '.join(said)} />"


def _color(color: str) -> str:
    """``#aabbcc`` as ``#abc``."""
    return f"#{color[1::2]}" if color[1::2] == color[2::2] else color


# numbers


@lru_cache(maxsize=20_000)
def _number(hundredths: int) -> str:
    sign, size = "-" if hundredths < 0 else "", abs(hundredths)
    whole, rest = divmod(size, 100)
    if rest == 0:
        return f"{sign}{whole}"
    return f"{sign}{whole or ''}.{rest:02}".rstrip("0")


def _numbers(values: Iterable[int]) -> str:
    """As few characters between them as may be."""
    return ",".join(map(_number, values)).replace(",-", "-")


def _units(lines: Sequence[Sequence[Point]]) -> list[list[Units]]:
    """To a tenth of a pixel, counted from the first point: a shape is written alike wherever it is."""
    if not lines:
        return []
    (x, y), start = lines[0][0], _tenths(*lines[0][0])
    moved = ((_tenths(px - x, py - y) for px, py in line) for line in lines)
    return [[(start[0] + dx, start[1] + dy) for dx, dy in line] for line in moved]


def _tenths(x: float, y: float) -> Units:
    return 10 * round(10 * x), 10 * round(10 * y)


# paths


def _drawn(lines: Iterable[Sequence[Units]], *, closed: bool) -> str:
    """Lines one after the other, each from where the one before it ended."""
    drawn: list[str] = []
    at: Units | None = None
    for line in lines:
        drawn.append(f"M{_numbers(line[0])}" if at is None else f"m{_numbers(_step(at, line[0]))}")
        drawn += [_side(*_step(a, b)) for a, b in pairwise(line)]
        drawn += ["z"] if closed else []
        at = line[0] if closed else line[-1]
    return "".join(drawn)


def _step(start: Units, end: Units) -> Units:
    return end[0] - start[0], end[1] - start[1]


def _side(x: int, y: int) -> str:
    if y == 0:
        return f"h{_number(x)}"
    return f"v{_number(y)}" if x == 0 else f"l{_numbers((x, y))}"


def _rounded(box: Box, radius: float) -> str:
    """An upright rectangle with round corners; a circle if nothing is left between them."""
    (left, top), _, (right, bottom), _ = _units([corners(box)])[0]
    wide, high = right - left, bottom - top
    r = min(round(100 * radius), wide // 2, high // 2)
    arc = f"a{_number(r)},{_number(r)},0,0,1,"
    along, down = wide - 2 * r, high - 2 * r
    sides = (along, 0, (r, r)), (0, down, (-r, r)), (-along, 0, (-r, -r)), (0, -down, (r, -r))
    drawn = [f"{_side(x, y) if x or y else ''}{arc}{_numbers(corner)}" for x, y, corner in sides]
    return f"M{_numbers((left + r, top))}{''.join(drawn)}z"


def _outline(glyph: Glyph) -> str:
    """With y down, in units of `EM`."""
    points = [(round(EM * x), round(-EM * y)) for x, y in glyph.vertices.tolist()]
    drawn: list[str] = []
    k, at, start = 0, (0, 0), (0, 0)
    while k < len(points):
        letter = LETTERS[int(glyph.codes[k])]
        if letter == "z":
            drawn.append("z")
            k, at = k + 1, start
            continue
        mine = points[k : k + POINTS[letter]]
        moved = [100 * d for x, y in mine for d in (x - at[0], y - at[1])]
        drawn.append(f"{letter}{_numbers(moved)}")
        k, at = k + len(mine), mine[-1]
        start = at if letter == "m" else start
    return "".join(drawn)
