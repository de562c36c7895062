"""A label with more to say than a name and a detail: further lines, and keys to marked cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conv_anim.scene.panel import Sign
from conv_anim.scene.primitives import Boxes, Lines
from conv_anim.scene.wording.words import Label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Items, Primitive, Stroke
    from conv_anim.scene.style import Style


@dataclass(frozen=True)
class Key:
    """What cells of a look are: a small one of them, and words. A ``cross`` strikes it out."""

    text: str
    fill: str
    edge: Stroke
    cross: Stroke | None = None


@dataclass(frozen=True)
class Signpost:
    """A sign, with further lines and keys below it."""

    style: Style
    label: Label
    swatch: str | None
    lines: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()

    @classmethod
    def of(cls, style: Style, name: str, lines: Sequence[str], swatch: str | None, keys: tuple[Key, ...]) -> Signpost:
        """A name, lines below it, those that are empty left out, and keys."""
        detail, *more = [line for line in lines if line] or [""]
        return cls(style, Label(name, detail), swatch, tuple(more), keys)

    @property
    def sign(self) -> Sign:
        return Sign(self.style, self.label, self.swatch)

    @property
    def leading(self) -> float:
        return self.style.small_size * 1.5

    @property
    def width(self) -> float:
        texts = [*self.lines, *(key.text for key in self.keys)]
        below = max((self.style.width(text, size=self.style.small_size) for text in texts), default=0.0)
        return max(self.sign.width, self.sign.indent + below)

    @property
    def height(self) -> float:
        return self.sign.height + (len(self.lines) + len(self.keys)) * self.leading

    def at(self, x: float, top: float) -> Items:
        """With its left upper corner at a point."""
        items: list[Primitive] = list(self.sign.at(x, top))
        style, ink = self.style, self.style.label_ink
        rows = [*((text, None) for text in self.lines), *((key.text, key) for key in self.keys)]
        baseline = top + self.sign.height
        for text, key in rows:
            baseline += self.leading
            capitals = baseline - style.small_size * style.font.cap_height
            items.append(style.text(x + self.sign.indent, capitals, text, size=style.small_size, color=ink))
            if key is not None:
                items += self._cell(key, x, capitals)
        return tuple(items)

    def _cell(self, key: Key, x: float, top: float) -> list[Primitive]:
        side = round(self.style.label_size * self.style.font.cap_height)
        left, high = round(x), round(top + (self.style.small_size * self.style.font.cap_height - side) / 2)
        edge = key.edge if key.edge.dash is None else replace(key.edge, dash=(side / 4, side / 4))
        items: list[Primitive] = [Boxes(((left, high, side, side),), key.fill, edge)]
        if key.cross is not None:
            right, low = left + side, high + side
            items.append(Lines((((left, high), (right, low)), ((left, low), (right, high))), key.cross))
        return items
