"""The picture of a network without its words: boxes, signs and lines, in the direction that it leads."""

from __future__ import annotations

from functools import cached_property
from math import floor
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix, rgb
from conv_anim.scene.network import kinds, marks
from conv_anim.scene.network.bodies import SIGN, drawn, outline, ring
from conv_anim.scene.primitives import Boxes, Lines, Stroke
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.network.bodies import Body, Direction
    from conv_anim.scene.network.plan import Item, Plan
    from conv_anim.scene.network.positions import Positions
    from conv_anim.scene.network.routing import Route
    from conv_anim.scene.primitives import Items, Point, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.spec.roles import Family


def fill_of(family: Family, style: Style) -> str:
    """The colour of the boxes of a family."""
    colors = style.colors
    second, third = _unlike(colors.input, colors.channels)
    return {
        "input": mix(colors.background, colors.muted, 0.3),
        "window": colors.input,
        "pool": second,
        "resize": third,
        "dense": colors.kernel,
        "join": mix(colors.background, colors.output, 0.75),
        "other": mix(colors.background, colors.muted, 0.18),
    }[family]


def _on_pixels(point: Point, shift: float) -> Point:
    """Where an upright line is sharp, and as dark where several run together as where one does."""
    return floor(point[0]) + shift, floor(point[1]) + shift


def _unlike(color: str, others: Sequence[str]) -> tuple[str, str]:
    """The two of some colours that are least like another one."""

    def apart(other: str) -> int:
        return sum((a - b) ** 2 for a, b in zip(rgb(color), rgb(other), strict=True))

    found = sorted(others, key=apart, reverse=True)
    return found[0], found[min(1, len(found) - 1)]


@dataclass(frozen=True)
class Picture:
    """It begins at ``top``."""

    plan: Plan
    style: Style
    direction: Direction
    bodies: Sequence[Body]
    places: Positions
    top: float

    def point(self, along: float, across: float) -> Point:
        """A place along the network and across it, as x and y."""
        if self.direction == "right":
            return along, self.top + across
        return across, self.top + along

    def middle(self, item: Item) -> Point:
        """The middle of an item."""
        return self.point(*self.places.middle(item.number))

    def corner(self, item: Item) -> Point:
        """The left upper corner of all of a box."""
        (x, y), (wide, high) = self.middle(item), self.bodies[item.number].extent
        return x - wide / 2, y - high / 2

    @property
    def radius(self) -> float:
        """The radius of the circles of signs."""
        return SIGN * self.style.scale

    # items

    def fill(self, item: Item) -> str:
        """The colour of an item: that of its family."""
        return fill_of(kinds.family(item.node), self.style)

    def item(self, item: Item, *, pale: bool = False) -> Items:
        """A box, or a sign in its circle: as it is, or before its turn."""
        style, fill = self.style, self.fill(item)
        if pale:
            fill = mix(style.colors.background, fill, 0.35)
        if item.sign is not None:
            ink = mix(fill, style.colors.ink, 0.3) if pale else style.ink_on(fill, style.colors.ink)
            return marks.sign(self.middle(item), item.sign, self.radius, style, fill=fill, ink=ink)
        return drawn(self.bodies[item.number], self.corner(item), style, fill, pale=pale)

    def ring(self, item: Item) -> Items:
        """What marks an item whose turn it is."""
        stroke = Stroke(self.style.colors.window, 2.2 * self.style.scale)
        if item.sign is not None:
            (x, y), r = self.middle(item), self.radius + 1.5 * self.style.scale
            return (Boxes(((x - r, y - r, 2 * r, 2 * r),), None, stroke, radius=r),)
        return (ring(self.bodies[item.number], self.corner(item), stroke),)

    def outline(self, item: Item) -> tuple[Point, ...]:
        """What can be pointed at: no narrower than a fingertip needs."""
        body = self.bodies[item.number]
        if item.sign is None and min(body.extent) >= self.radius:
            return outline(body, self.corner(item))
        (x, y), (wide, high) = self.middle(item), body.extent
        a, b = max(wide / 2, self.radius), max(high / 2, self.radius)
        return (x - a, y - b), (x + a, y - b), (x + a, y + b), (x - a, y + b)

    # lines

    @cached_property
    def routes(self) -> dict[int, list[Route]]:
        """The lines that lead to each item."""
        found: dict[int, list[Route]] = {item.number: [] for item in self.plan.items}
        for route in self.places.routing.routes:
            found[route.target].append(route)
        return found

    @property
    def line_color(self) -> str:
        """The colour of lines at rest."""
        return mix(self.style.colors.background, self.style.colors.ink, 0.6)

    @property
    def line_width(self) -> float:
        """How thick lines at rest are."""
        return float(max(1, round(1.2 * self.style.scale)))

    def lines(self, routes: Sequence[Route], color: str, width: float) -> Items:
        """Lines with their arrows, each once."""
        if not routes:
            return ()
        shift = 0.5 * (round(self.line_width) % 2)
        ways = [[_on_pixels(self.point(*at), shift) for at in self.places.route(route)] for route in routes]
        far = (marks.HEAD[0] - 1) * self.style.scale
        shapes = tuple(marks.rounded(marks.shortened(way, far), marks.ROUND * self.style.scale) for way in ways)
        heads = marks.arrow_heads([marks.head(way, self.style) for way in ways], color)
        return Lines(shapes, Stroke(color, width)), *heads

    def all_lines(self) -> Items:
        """The lines between all items."""
        return self.lines(self.places.routing.routes, self.line_color, self.line_width)

    def lit_lines(self, item: Item) -> Items:
        """The lines of an item, in the colour of the window."""
        return self.lines(self.routes[item.number], self.style.colors.window, 1.6 * self.line_width)

    # blocks

    def bracket(self, low: float, high: float, at: float, times: int, *, outward: float) -> Items:
        """Along the items of a block that repeats: a line from ``low`` to ``high``, with how often."""
        style, arm = self.style, 4 * self.style.scale * outward
        stroke = Stroke(style.label_ink, max(1.1 * style.scale, 0.7))
        points = [self.point(low, at - arm), self.point(low, at), self.point(high, at), self.point(high, at - arm)]
        x, y = self.point((low + high) / 2, at)
        size = style.em(12)
        found: list[Primitive] = [Lines((tuple(points),), stroke)]
        text, ink = f"×{times}", style.text_ink
        if self.direction == "right":
            found.append(style.centered(x, y + outward * 0.75 * size, text, size=size, color=ink, bold=True))
        else:
            top = y - style.font.cap_height * size / 2
            found.append(style.text(x + 0.5 * size, top, text, size=size, color=ink, bold=True))
        return tuple(found)
