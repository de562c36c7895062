"""What is to be known about the cells of a drawing, below it: a small one of each look, and words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Boxes, Lines

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.signpost import Key
    from conv_anim.scene.style import Style

NARROWEST = 300
"""Pixels, at scale 1, that a line may take even if the drawing is narrower."""


@dataclass(frozen=True)
class Legend:
    """Keys one below the other; a text longer than ``room`` is broken."""

    style: Style
    keys: tuple[Key, ...]
    room: float

    @property
    def indent(self) -> float:
        return self.style.small_size * 1.6

    @property
    def leading(self) -> float:
        return self.style.small_size * 1.55

    @cached_property
    def texts(self) -> list[list[str]]:
        """Each key's text in lines."""
        width = max(self.room, NARROWEST * self.style.scale) - self.indent
        return [self.style.wrapped(key.text, size=self.style.small_size, width=width) for key in self.keys]

    @cached_property
    def width(self) -> float:
        lines = [line for text in self.texts for line in text]
        return self.indent + max((self.style.width(line, size=self.style.small_size) for line in lines), default=0.0)

    @property
    def height(self) -> float:
        """Without the space that leads up to the first line; 0 if there is nothing to say."""
        count = sum(map(len, self.texts))
        return (count - 1) * self.leading + self.style.small_size if count else 0.0

    def at(self, x: float, top: float) -> Items:
        """With its left upper corner at a point."""
        ink, size = self.style.label_ink, self.style.small_size
        items: list[Primitive] = []
        for key, lines in zip(self.keys, self.texts, strict=True):
            items += self._cell(key, x, top)
            for line in lines:
                items.append(self.style.text(x + self.indent, top, line, size=size, color=ink))
                top += self.leading
        return tuple(items)

    def _cell(self, key: Key, x: float, top: float) -> list[Primitive]:
        side = round(self.style.small_size)
        left, high = round(x), round(top + (self.style.small_size * self.style.font.cap_height - side) / 2)
        edge = key.edge if key.edge.dash is None else replace(key.edge, dash=(side / 4, side / 4))
        items: list[Primitive] = [Boxes(((left, high, side, side),), key.fill, edge)]
        if key.cross is not None:
            right, low = left + side, high + side
            items.append(Lines((((left, high), (right, low)), ((left, low), (right, high))), key.cross))
        return items
