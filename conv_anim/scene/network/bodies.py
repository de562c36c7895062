"""Maps as boxes: how thick and how large they are, for the sizes that they stand for, and their faces."""

from __future__ import annotations

from functools import cached_property
from math import log2
from typing import TYPE_CHECKING, Literal, TypeAlias

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Lines, Polygons, Stroke
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.primitives import Items, Point
    from conv_anim.scene.style import Style
    from conv_anim.spec.network import NetNode

Direction: TypeAlias = Literal["right", "down"]
Scale: TypeAlias = Literal["true", "log", "equal"]

SLANT = 0.35
"""How long the edge that leads to the back is drawn, of its length."""
LONGEST = {"right": (96, 44), "down": (132, 30)}
"""Pixels at scale 1: of the longest side of a map, and of the most channels, for each direction."""
VECTOR = 5
"""How thick a flat vector is."""
EQUAL = {"right": (18, 54, 54), "down": (13, 84, 60)}
"""Channels, rows and columns of boxes that are all alike."""
LEAST = 3
"""The least length of any edge, so that it can be seen."""
GROWN = 4
"""How many times as large as the input maps are drawn to scale; larger ones are cut off."""
OPEN = 0.6
"""How large a box is, of those that are all alike, whose size is not known."""
SIGN = 10
"""The radius of the circle around a sign."""


@dataclass(frozen=True, slots=True)
class Body:
    """A box in pixels. Along the network's direction it is as thick as its channels are many.

    ``across`` is the side that is seen from the front, ``back`` how far edges to the back reach to the right and up.
    ``open``: whether a size is not known, or cut off; its edge is dashed then.
    """

    direction: Direction
    thick: float
    across: float
    back: float
    open: bool = False

    @property
    def front(self) -> tuple[float, float]:
        """Width and height of its front."""
        return (self.thick, self.across) if self.direction == "right" else (self.across, self.thick)

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of all of it."""
        wide, high = self.front
        return wide + self.back, high + self.back


@dataclass(frozen=True)
class Measure:
    """What cells and channels of the maps of a network are in pixels, so that the largest ones have their length."""

    scale: Scale
    direction: Direction
    unit: float
    share: float
    most_cells: tuple[int, int]
    """The most cells of sequences, and of maps with rows and columns."""
    most_channels: int
    most_numbers: int

    @classmethod
    def of(cls, nodes: Sequence[NetNode], style: Style, scale: Scale, direction: Direction, share: float) -> Measure:
        """For nodes; ``share`` is how large they are drawn where there are many of them."""
        maps = [node for node in nodes if node.size]
        cells = max(_sides(maps, flat=True), default=1), _longest(maps)
        channels = [node.channels for node in maps if node.channels is not None]
        numbers = [node.channels for node in nodes if not node.size and node.channels is not None]
        return cls(scale, direction, style.scale, share, cells, max(channels, default=1), max(numbers, default=1))

    @cached_property
    def longest(self) -> tuple[float, float]:
        """The most that sides and thickness of a box take."""
        side, thick = LONGEST[self.direction]
        return side * self.unit * self.share, thick * self.unit * self.share

    def _length(self, count: int, most: int, longest: float) -> float:
        """In proportion to a count, or to its logarithm."""
        share = log2(1 + count) / log2(1 + most) if self.scale == "log" else count / most
        return max(longest * share, LEAST * self.unit)

    def body(self, node: NetNode) -> Body:
        """The box of what a node makes."""
        if node.shape is None or node.channels is None or None in node.size:
            return self._equal(open_=True)
        if self.scale == "equal":
            return self._equal()
        side, thick = self.longest
        if not node.size:
            return Body(self.direction, VECTOR * self.unit, self._length(node.channels, self.most_numbers, side), 0.0)
        front, deep = _plane(node) if self.direction == "right" else _plane(node)[::-1]
        if len(node.size) == 1:
            front, deep = node.size[0], None
        most = self.most_cells[len(node.size) > 1]
        longer = max(front or 1, deep or 1) > most
        front, deep = min(front or 1, most), None if deep is None else min(deep, most)
        back = 0.0 if deep is None else SLANT * self._length(deep, most, side)
        across = self._length(front, most, side)
        return Body(self.direction, self._length(node.channels, self.most_channels, thick), across, back, longer)

    def _equal(self, *, open_: bool = False) -> Body:
        thick, front, deep = (each * self.unit * self.share for each in EQUAL[self.direction])
        part = OPEN if open_ else 1.0
        return Body(self.direction, part * thick, part * front, part * SLANT * deep, open_)


def _longest(maps: Sequence[NetNode]) -> int:
    """Rows or columns of the largest map, but for those that reshaping made longer than any picture."""
    fed = _sides([node for node in maps if node.is_input], flat=False)
    sides = _sides(maps, flat=False)
    return max((n for n in sides if not fed or n <= GROWN * max(fed)), default=1)


def _sides(maps: Iterable[NetNode], *, flat: bool) -> list[int]:
    """Rows and columns of maps, or the lengths of those with one axis."""
    return [n for node in maps if (len(node.size) == 1) is flat for n in node.size[-2:] if n is not None]


def _plane(node: NetNode) -> tuple[int | None, int | None]:
    """Rows and columns, as far as there are any."""
    return node.size[-2] if len(node.size) > 1 else None, node.size[-1]


# faces


def faces(body: Body, at: Point) -> tuple[tuple[Point, ...], ...]:
    """The front, the upper side and the right side, with the left upper corner of all of it at a point."""
    b, (wide, high) = body.back, body.front
    x, y = at[0], at[1] + b
    front = ((x, y), (x + wide, y), (x + wide, y + high), (x, y + high))
    if not b:
        return (front,)
    top = ((x, y), (x + b, y - b), (x + wide + b, y - b), (x + wide, y))
    side = ((x + wide, y), (x + wide + b, y - b), (x + wide + b, y + high - b), (x + wide, y + high))
    return front, top, side


def outline(body: Body, at: Point) -> tuple[Point, ...]:
    """Around all of it."""
    (x, y), (wide, high), b = at, body.extent, body.back
    right, low = x + wide, y + high
    return (x, y + b), (x + b, y), (right, y), (right, low - b), (right - b, low), (x, low)


def drawn(body: Body, at: Point, style: Style, fill: str, *, pale: bool = False) -> Items:
    """A box in a colour; ``pale`` before its turn has come."""
    colors = style.colors
    edge = mix(fill, colors.ink, 0.25 if pale else 0.55)
    dash = (3 * style.scale, 2 * style.scale) if body.open else None
    stroke = Stroke(edge, max(0.8 * style.scale, 0.5), dash)
    front, *others = faces(body, at)
    shades = (mix(fill, colors.background, 0.45), mix(fill, colors.ink, 0.05 if pale else 0.16))
    sides = tuple(Polygons((ring,), shade, stroke) for ring, shade in zip(others, shades, strict=False))
    return (*sides, Polygons((front,), fill, stroke))


def ring(body: Body, at: Point, stroke: Stroke) -> Lines:
    """A line around a box."""
    around = outline(body, at)
    return Lines(((*around, around[0], around[1]),), stroke)
