"""A label as it is drawn, and the boxes that drawings and texts cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from conv_anim.scene.primitives import Boxes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.primitives import Box, Items, Primitive, Text
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.words import Label


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them."""
    boxes = list(boxes)
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return left, top, max(b[0] + b[2] for b in boxes) - left, max(b[1] + b[3] for b in boxes) - top


@dataclass(frozen=True)
class Sign:
    """A label as it is drawn: its name with a swatch of the plane's colour, and under it the detail."""

    style: Style
    label: Label
    swatch: str | None

    @property
    def indent(self) -> float:
        return 0.0 if self.swatch is None else self.style.label_size * 1.15

    @property
    def width(self) -> float:
        name = self.style.width(self.label.name, size=self.style.label_size, bold=True)
        detail = self.style.width(self.label.detail, size=self.style.small_size)
        return self.indent + max(name, detail)

    @property
    def height(self) -> float:
        name = self.style.label_size * self.style.font.cap_height
        return name + (self.style.small_size * 1.5 if self.label.detail else 0)

    def at(self, x: float, top: float, anchor: Literal["start", "middle", "end"] = "start") -> Items:
        """The sign with its start, middle or end at ``x``."""
        x -= {"start": 0.0, "middle": self.width / 2, "end": self.width}[anchor]
        style, colors = self.style, self.style.colors
        name_height = style.label_size * style.font.cap_height
        items: list[Primitive] = []
        if self.swatch is not None:
            side = round(name_height)
            items.append(Boxes(((round(x), round(top), side, side),), self.swatch, radius=side / 5))
        x += self.indent
        items.append(style.text(x, top, self.label.name, size=style.label_size, color=colors.ink, bold=True))
        if self.label.detail:
            below = top + name_height + style.small_size * 1.5 - style.small_size * style.font.cap_height
            ink = self.style.label_ink
            items.append(style.text(x, below, self.label.detail, size=style.small_size, color=ink))
        return tuple(items)


def text_box(style: Style, item: Text) -> Box:
    """What a line of text covers, from its capitals' tops to its baseline."""
    width = style.width(item.text, size=item.size, bold=item.bold)
    left = item.x - {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
    height = style.font.cap_height * item.size
    return left, item.y - height, width, height
