"""Words about a drawing: callouts beside its parts, with keys to marked cells, and a legend of such keys below all."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.hatching import hatched
from conv_anim.scene.layout import static
from conv_anim.scene.primitives import Boxes, Lines, Polygons
from conv_anim.scene.wording.words import Label
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive, Stroke
    from conv_anim.scene.style import Style

NARROWEST = 300
"""Pixels, at scale 1, that a line of a legend may take even if the drawing is narrower."""


@dataclass(frozen=True)
class Key:
    """What cells of a look are: a small one of them, and words. A ``cross`` strikes it out, a ``hatch`` covers it.

    Points that are drawn as discs have a ``disc``; a ``pointer`` is a triangle that points down.

    Without a ``fill`` it is an edge alone: such cells have colours of their own.
    """

    text: str
    fill: str | None
    edge: Stroke
    cross: Stroke | None = None
    hatch: Stroke | None = None
    disc: bool = False
    pointer: bool = False

    def cell(self, style: Style, side: int, x: float, capitals: float) -> list[Primitive]:
        """A cell with its middle beside that of small capitals that begin at a height."""
        left, high = round(x), round(capitals + (style.small_size * style.font.cap_height - side) / 2)
        edge = self.edge if self.edge.dash is None else replace(self.edge, dash=(side / 4, side / 4))
        if self.pointer and self.fill is not None:
            return [Polygons((((left, high), (left + side, high), (left + side / 2, high + side)),), self.fill)]
        radius = side / 2 if self.disc else 0.0
        items: list[Primitive] = [Boxes(((left, high, side, side),), self.fill, edge, radius)]
        if self.cross is not None:
            right, low = left + side, high + side
            items.append(Lines((((left, high), (right, low)), ((left, low), (right, high))), self.cross))
        if self.hatch is not None:
            items.append(Lines(hatched([(left, high, side, side)]), self.hatch))
        return items


@dataclass(frozen=True)
class Callout:
    """A name with a swatch of the plane's colour, under it the detail, and below those further lines and keys."""

    style: Style
    label: Label
    swatch: str | None
    lines: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    disc: bool = False
    """Whether the cells are discs, and so the swatch."""

    @classmethod
    def of(
        cls,
        style: Style,
        name: str,
        lines: Sequence[str],
        swatch: str | None,
        keys: tuple[Key, ...],
        *,
        disc: bool = False,
    ) -> Callout:
        """A name, lines below it, those that are empty left out, and keys, which are ``disc`` as the swatch is."""
        detail, *more = [line for line in lines if line] or [""]
        keys = tuple(replace(key, disc=True) for key in keys) if disc else keys
        return cls(style, Label(name, detail), swatch, tuple(more), keys, disc)

    @property
    def indent(self) -> float:
        """Room for a swatch before the text, in pixels."""
        return 0.0 if self.swatch is None else self.beside

    @property
    def beside(self) -> float:
        """From a swatch's left to the text beside it, in pixels."""
        return self.style.label_size * 1.15

    @property
    def capitals(self) -> float:
        """The height of the name."""
        return self.style.label_size * self.style.font.cap_height

    @property
    def leading(self) -> float:
        """From one line of text to the next, in pixels."""
        return self.style.small_size * 1.5

    @property
    def width(self) -> float:
        """In pixels."""
        name = self.style.width(self.label.name, size=self.style.label_size, bold=True)
        small = [self.style.width(text, size=self.style.small_size) for text in (self.label.detail, *self.lines)]
        keys = [self.beside + self.style.width(key.text, size=self.style.small_size) for key in self.keys]
        return max(self.indent + max(name, *small), *keys, 0.0)

    @property
    def _below(self) -> list[tuple[str, Key | None]]:
        """What stands under the name, line by line."""
        texts = [self.label.detail, *self.lines] if self.label.detail else self.lines
        return [*((text, None) for text in texts), *((key.text, key) for key in self.keys)]

    @property
    def height(self) -> float:
        """In pixels."""
        return self.capitals + len(self._below) * self.leading

    def at(self, x: float, top: float) -> Items:
        """With its left upper corner at a point."""
        style, side = self.style, round(self.capitals)
        items: list[Primitive] = []
        if self.swatch is not None:
            items.append(
                Boxes(((round(x), round(top), side, side),), self.swatch, radius=side / (2 if self.disc else 5))
            )
        left, ink = x + self.indent, style.colors.ink
        items.append(style.text(left, top, self.label.name, size=style.label_size, color=ink, bold=True))
        baseline = top + self.capitals
        for text, key in self._below:
            baseline += self.leading
            capitals = baseline - style.small_size * style.font.cap_height
            after = left if key is None else x + self.beside
            items.append(style.text(after, capitals, text, size=style.small_size, color=style.label_ink))
            items += [] if key is None else key.cell(style, side, x, capitals)
        return tuple(items)


@dataclass(frozen=True)
class Legend:
    """Keys one below the other; a text longer than ``room`` is broken."""

    style: Style
    keys: tuple[Key, ...]
    room: float

    @property
    def indent(self) -> float:
        """Room for a swatch before the text, in pixels."""
        return self.style.small_size * 1.6

    @property
    def leading(self) -> float:
        """From one line of text to the next, in pixels."""
        return self.style.small_size * 1.55

    @cached_property
    def texts(self) -> list[list[str]]:
        """Each key's text in lines."""
        width = max(self.room, NARROWEST * self.style.scale) - self.indent
        return [self.style.wrapped(key.text, size=self.style.small_size, width=width) for key in self.keys]

    @cached_property
    def width(self) -> float:
        """In pixels."""
        lines = [line for text in self.texts for line in text]
        return self.indent + max((self.style.width(line, size=self.style.small_size) for line in lines), default=0.0)

    @property
    def height(self) -> float:
        """Without the space that leads up to the first line; 0 if there is nothing to say."""
        count = sum(map(len, self.texts))
        return (count - 1) * self.leading + self.style.small_size if count else 0.0

    @property
    def panel(self) -> Panel:
        """As a panel of its own."""
        return static(self.at(0, 0), self.width, self.height)

    def at(self, x: float, top: float) -> Items:
        """With its left upper corner at a point."""
        size, side = self.style.small_size, round(self.style.small_size)
        items: list[Primitive] = []
        for key, lines in zip(self.keys, self.texts, strict=True):
            items += key.cell(self.style, side, x, top)
            for line in lines:
                items.append(self.style.text(x + self.indent, top, line, size=size, color=self.style.label_ink))
                top += self.leading
        return tuple(items)
