"""Dimensions: how many cells the maps of the volume view have along their edges, written on lines beside them."""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Lines, Stroke
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.volume.oblique import Stack
    from conv_anim.scene.volume.space import Space


@dataclass(frozen=True)
class Dimension:
    """A number on a line that runs beside an edge: on the left of one who walks it from ``start`` to ``end``."""

    style: Style
    start: Point
    end: Point
    number: int

    @property
    def length(self) -> float:
        """In pixels."""
        return hypot(self.end[0] - self.start[0], self.end[1] - self.start[1])

    @property
    def along(self) -> Point:
        """A pixel's way along the edge."""
        return (self.end[0] - self.start[0]) / self.length, (self.end[1] - self.start[1]) / self.length

    @property
    def _away(self) -> float:
        """How far the line is from the edge: so far that the number, which is upright, is clear of it too."""
        (ux, uy), size = self.along, self.style.small_size
        wide, high = self.style.width(str(self.number), size=size), size * self.style.font.cap_height
        return max(self.style.close, (abs(uy) * wide + abs(ux) * high) / 2 + self.style.hair)

    def at(self, distance: float, out: float = 0.0) -> Point:
        """A point of the line, or ``out`` pixels beyond it."""
        ux, uy = self.along
        away = self._away + out
        return self.start[0] + ux * distance + uy * away, self.start[1] + uy * distance - ux * away

    def items(self) -> list[Primitive]:
        """The line with its ends and its number."""
        style, middle, text = self.style, self.length / 2, str(self.number)
        color = style.label_ink
        number = style.centered(*self.at(middle), text, size=style.small_size, color=color)
        ux, uy = map(abs, self.along)
        height = style.small_size * style.font.cap_height
        room = (ux * style.width(text, size=style.small_size) + uy * height) / 2 + ux * style.hair + uy * style.thin
        if middle - room < style.hair:
            return [number]
        lines = [(self.at(0), self.at(middle - room)), (self.at(middle + room), self.at(self.length))]
        tick = style.hair
        lines += [(self.at(end, -tick), self.at(end, tick)) for end in (0, self.length)]
        pale = mix(style.colors.background, style.colors.muted, 0.5)
        return [Lines(tuple(lines), Stroke(pale, max(1.0, style.scale))), number]


def dimensions(style: Style, space: Space, first: Stack, last: Stack) -> list[Primitive]:
    """Of the input and the output, where no line of the animation passes; maps in between have their label only."""
    found = [*_of_input(style, space, first), *_of_output(style, last)]
    return [item for dimension in found if dimension.length for item in dimension.items()]


def room(style: Style, space: Space, last: Stack) -> float:
    """Pixels beside the maps for how many rows they have, which is written on their left and right."""
    numbers = (len(space.rows.inputs), last.rows)
    return max(style.width(str(number), size=style.small_size) for number in numbers) + style.hair


def _of_input(style: Style, space: Space, stack: Stack) -> list[Dimension]:
    """On its left and below it: beside the canvas, but as long as the map; none of a map among empty cells."""
    if space.spread or (space.deep and space.has_empty):
        return []
    slices, rows, columns = (len(side.inputs) for side in space.sides)
    near, far = stack.ends((min(space.inputs.slices), slices))
    top, left = space.inputs.rows[0], space.inputs.columns[0]
    below = stack.at(near, stack.rows, left + columns), stack.at(near, stack.rows, left)
    found = [Dimension(style, *below, columns)]
    if slices > 1 and not space.has_empty:
        found.append(Dimension(style, stack.at(near, 0, 0), stack.at(far, 0, 0), slices))
    if rows > 1:
        found.append(Dimension(style, stack.at(near, top + rows, 0), stack.at(near, top, 0), rows))
    return found


def _of_output(style: Style, stack: Stack) -> list[Dimension]:
    """Above it and on its right."""
    slices, rows, columns, far = stack.depth.count, stack.rows, stack.columns, stack.depth.total
    found = [Dimension(style, stack.at(far, 0, 0), stack.at(far, 0, columns), columns)]
    if slices > 1:
        found.append(Dimension(style, stack.at(far, rows, columns), stack.at(0, rows, columns), slices))
    if rows > 1:
        found.append(Dimension(style, stack.at(far, 0, columns), stack.at(far, rows, columns), rows))
    return found
