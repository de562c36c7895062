"""A network that leads to the right: what is to be said of a box stands below it."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.network import marks, routing, wording
from conv_anim.scene.network.directed import Directed
from conv_anim.scene.network.picture import Picture
from conv_anim.scene.network.positions import Gaps, Positions, Room
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.network.plan import Item
    from conv_anim.scene.network.routing import Routing
    from conv_anim.scene.primitives import Items, Primitive

WIDEST = 62
"""Pixels at scale 1 that a line below a box may take before it is broken."""
LONGEST = 90
"""The same for a name."""
MANY, SMALL = 3, 0.7
"""Boxes below each other that are drawn smaller, and how large then."""


@dataclass(frozen=True)
class Line:
    """Below a box: a line of text, or badges."""

    text: str = ""
    quiet: bool = False
    bold: bool = False
    badges: tuple[str, ...] = ()


@dataclass(frozen=True)
class Landscape(Directed):
    """A network from left to right, what is to be known of each item below it."""

    direction = "right"
    letters = 11

    @property
    def leading(self) -> float:
        """From one line of words to the next."""
        return 1.32 * self.size

    # what is said

    @cached_property
    def labels(self) -> list[list[Line]]:
        """The lines below each item."""
        return [self._label(item) for item in self.plan.items]

    def _label(self, item: Item) -> list[Line]:
        most = WIDEST * self.style.scale
        badges = [Line(badges=tuple(row)) for row in marks.pill_rows(item.badges, self.style, most)]
        if item.sign is not None:
            return badges
        name = wording.own_name(item.node)
        lines = [] if name is None else [Line(text, bold=True) for text in self._broken_name(name)]
        kind, kernel = wording.kind(item.node, self.say), wording.kernel(item.node, self.say, short=True)
        lines += [Line(text) for text in self._kind(kind, kernel)]
        lines += [Line(text, quiet=True) for text in self._broken_size(wording.made(item.node))]
        return [*lines, *badges, *self._columns(item)]

    def _columns(self, item: Item) -> list[Line]:
        found = []
        for column in self.view.columns:
            said = self.costs.said(column, item, short=True)
            if said != wording.NONE:
                found.append(Line(self.say(f"network.below.{column}", value=said), quiet=True))
        return found

    def _kind(self, kind: str, kernel: str) -> list[str]:
        """What it is, with its kernel in the same line if there is room."""
        whole = f"{kind} {kernel}".strip()
        if self.style.width(whole, size=self.size) <= WIDEST * self.style.scale:
            return [whole]
        return [*self._wrapped(kind), *([kernel] if kernel else [])]

    def _wrapped(self, text: str) -> list[str]:
        return self.style.wrapped(text, size=self.size, width=WIDEST * self.style.scale)

    def _broken_size(self, text: str) -> list[str]:
        """A size in two lines if it is long, the channels in the second."""
        if self.style.width(text, size=self.size) <= 0.8 * WIDEST * self.style.scale or "×" not in text:
            return [text]
        cells, _, channels = text.rpartition("×")
        return [cells, f"×{channels}"]

    def _broken_name(self, name: str) -> list[str]:
        """In two lines if it is long, the second one of what it is inside of the rest: ``layer2.0.``, ``conv1``."""
        parts = re.fullmatch(r"(.*\.)([^.\d][^.]*(?:\.\d+)*)", name)
        if parts is None or self.style.width(name, size=self.size, bold=True) <= LONGEST * self.style.scale:
            return [self._elided(name)]
        return [self._elided(part) for part in parts.groups()]

    def _elided(self, name: str) -> str:
        """The end of a name that is too long, which tells it from others."""
        most = LONGEST * self.style.scale
        if self.style.width(name, size=self.size, bold=True) <= most:
            return name
        rest = name
        while len(rest) > 1 and self.style.width(f"…{rest}", size=self.size, bold=True) > most:
            rest = rest[1:]
        return f"…{rest}"

    def _line_width(self, line: Line) -> float:
        if line.badges:
            return marks.pills_width(line.badges, self.style)
        return self.style.width(line.text, size=self.size, bold=line.bold)

    def _line_height(self, line: Line) -> float:
        return (marks.PILL[1] + 2.5) * self.style.scale if line.badges else self.leading

    # where it is

    @property
    def share(self) -> float:
        return 1.0 if max(Counter(self.routing.ranks).values()) < MANY else SMALL

    @cached_property
    def routing(self) -> Routing:
        """Ranks and lanes of the items."""
        return routing.routed(self.plan, each=False)

    @cached_property
    def picture(self) -> Picture:
        """Boxes and lines in their places."""
        half = self.halves
        rooms = [self._room(item, half[item.number]) for item in self.plan.items]
        scale = self.style.scale
        places = Positions(
            self.routing,
            rooms,
            [wide for wide, _ in half],
            [high for _, high in half],
            Gaps(22 * scale, 8 * scale, 16 * scale),
        )
        top = 24 * scale if self.plan.blocks else 0.0
        return Picture(self.plan, self.style, self.direction, self.bodies, places, top)

    def _room(self, item: Item, half: tuple[float, float]) -> Room:
        lines = self.labels[item.number]
        wide = max([half[0], *(self._line_width(line) / 2 for line in lines)])
        below = sum(map(self._line_height, lines))
        apart = 8 * self.style.scale
        return Room(wide, half[1] + apart, half[1] + (0.6 * self.size + below if lines else 0.0) + apart)

    @property
    def width(self) -> float:
        """From the first item to the last, with their words."""
        return self.picture.places.length

    @property
    def height(self) -> float:
        """All lanes, and the names of blocks above them."""
        return self.picture.top + self.picture.places.width

    # what is drawn

    def words(self, item: Item) -> Items:
        """What stands below an item."""
        x, y = self.picture.middle(item)
        top = y + self.halves[item.number][1] + 0.6 * self.size
        found: list[Primitive] = []
        for line in self.labels[item.number]:
            if line.badges:
                left = x - self._line_width(line) / 2
                found += marks.pills(left, top - 1.5 * self.style.scale, line.badges, self.style)
            else:
                color = self.style.label_ink if line.quiet else self.style.text_ink
                found.append(
                    self.style.text(x, top, line.text, size=self.size, color=color, bold=line.bold, anchor="middle")
                )
            top += self._line_height(line)
        return tuple(found)

    def around(self) -> Items:
        """What stands beside the items: how often blocks repeat."""
        return self.brackets(-8 * self.style.scale, outward=-1)
