"""A network that leads down: a line for each box, with what is to be said of it in columns beside the picture."""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.network import marks, routing, wording
from conv_anim.scene.network.directed import Directed
from conv_anim.scene.network.picture import Picture
from conv_anim.scene.network.positions import Gaps, Positions, Room
from conv_anim.scene.primitives import Boxes, Lines, Stroke
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.network.plan import Item
    from conv_anim.scene.primitives import Items, Primitive

ROW, TIGHT = 22, 14
"""How high a line is at least, and where there are many."""
MANY, SMALL = 40, 0.6
"""The number of items from which boxes are drawn smaller, and their scale then."""
GAP = 18
"""Between columns."""


@dataclass(frozen=True)
class Column:
    """``right``: whether its texts end at one line, as numbers do."""

    head: str
    texts: tuple[str, ...]
    right: bool = False
    bold: bool = False
    quiet: bool = False
    badges: bool = False


@dataclass(frozen=True)
class Portrait(Directed):
    """A network from top to bottom, a line of a table beside each item."""

    direction = "down"
    letters = 12

    # what is said

    @cached_property
    def columns(self) -> list[Column]:
        """The columns that have something to say."""
        items, say = self.plan.items, self.say
        kinds_ = tuple(wording.kind(item.node, say) for item in items)
        names = wording.names([item.node for item in items])
        kernels = tuple(wording.kernel(item.node, say) for item in items)
        sizes = tuple(wording.made(item.node) for item in items)
        found = [
            Column(say("network.name"), names, bold=True),
            Column(say("network.layer"), kinds_),
            Column(say("network.kernel"), kernels),
            Column("", tuple("" for _ in items), badges=True),
            Column(say("network.output"), sizes, quiet=False),
        ]
        for column in self.view.columns:
            said = tuple(self.costs.said(column, item, short=False) for item in items)
            found.append(Column(say(f"network.{column}"), said, right=True))
        return [column for column in found if (column.badges and any(i.badges for i in items)) or any(column.texts)]

    @property
    def totals(self) -> bool:
        """Whether a line below the table adds columns up."""
        return any(column in {"parameters", "multiply_adds"} for column in self.view.columns)

    def _total(self, column: Column) -> str:
        names = {self.say(f"network.{each}"): each for each in self.view.columns}
        each = names.get(column.head) if column.right else None
        return self.costs.total(each) if each in {"parameters", "multiply_adds"} else ""

    @cached_property
    def widths(self) -> list[float]:
        """The widths of all columns."""
        return [self._wide(column) for column in self.columns]

    def _wide(self, column: Column) -> float:
        head = self.style.width(column.head, size=self.size)
        if column.badges:
            return max([head, *(marks.pills_width(item.badges, self.style) for item in self.plan.items)])
        texts = [*column.texts, self._total(column)]
        return max([head, *(self.style.width(text, size=self.size, bold=column.bold) for text in texts)])

    @cached_property
    def lefts(self) -> list[float]:
        """Where each column begins."""
        gap = GAP * self.style.scale
        return [*accumulate((wide + gap for wide in self.widths[:-1]), initial=self.table)]

    @property
    def table(self) -> float:
        """Where the columns begin."""
        room = 42 if self.plan.blocks else 16
        return self.picture.places.width + room * self.style.scale

    # where it is

    @property
    def is_long(self) -> bool:
        """Whether there are so many items that all of them are set closer."""
        return len(self.plan.items) > MANY

    @property
    def share(self) -> float:
        return SMALL if self.is_long else 1.0

    @cached_property
    def picture(self) -> Picture:
        """Boxes and lines in their places."""
        half = self.halves
        scale = self.style.scale
        least, apart = (TIGHT if self.is_long else ROW) * scale / 2, 6 * scale
        rooms = [Room(max(high, least), wide + apart, wide + apart) for wide, high in half]
        places = Positions(
            routing.routed(self.plan, each=True),
            rooms,
            [high for _, high in half],
            [wide for wide, _ in half],
            Gaps((11 if self.is_long else 14) * scale, 6 * scale, 14 * scale),
        )
        return Picture(self.plan, self.style, self.direction, self.bodies, places, 1.9 * self.size)

    @property
    def width(self) -> float:
        """Boxes and table together."""
        return self.lefts[-1] + self.widths[-1] + 8 * self.style.scale

    @property
    def height(self) -> float:
        """All lines of the table with its head, and the totals if there are any."""
        return self.picture.top + self.picture.places.length + (2.4 * self.size if self.totals else 0.0)

    # what is drawn

    def words(self, item: Item) -> Items:
        """The line of an item."""
        _, y = self.picture.middle(item)
        found: list[Primitive] = []
        for column, left, wide in zip(self.columns, self.lefts, self.widths, strict=True):
            if column.badges:
                found += marks.pills(left, y - marks.PILL[1] * self.style.scale / 2, item.badges, self.style)
            elif column.texts[item.number]:
                color = self.style.text_ink
                found.append(self._text(column, column.texts[item.number], left, wide, y=y, color=color))
        return tuple(found)

    def _text(self, column: Column, text: str, left: float, wide: float, *, y: float, color: str) -> Primitive:
        top = y - self.style.font.cap_height * self.size / 2
        x, anchor = (left + wide, "end") if column.right else (left, "start")
        return self.style.text(
            x,
            top,
            text,
            size=self.size,
            color=color,
            bold=column.bold and bool(text),
            anchor=anchor,  # type: ignore[arg-type]
        )

    def around(self) -> Items:
        """Bands behind every other line, the heads of the columns, sums, and how often blocks repeat."""
        found: list[Primitive] = [*self._bands()]
        style = self.style
        for column, left, wide in zip(self.columns, self.lefts, self.widths, strict=True):
            plain = Column(column.head, (), column.right)
            found.append(self._text(plain, column.head, left, wide, y=0.5 * self.size, color=style.label_ink))
        if self.totals:
            found += self._sums()
        return (*found, *self.brackets(self.picture.places.width + 6 * style.scale, outward=1))

    def _bands(self) -> Items:
        style = self.style
        color = mix(style.colors.background, style.colors.muted, 0.07)
        half = self.picture.places.gaps.least / 2
        boxes = []
        for item in self.plan.items[::2]:
            low, high = self.picture.places.span(item.number, item.number)
            boxes.append((0.0, self.picture.top + low - half, self.width, high - low + 2 * half))
        return (Boxes(tuple(boxes), color),)

    def _sums(self) -> Items:
        style, bottom = self.style, self.picture.top + self.picture.places.length
        y = bottom + 1.9 * self.size
        pale = Stroke(mix(style.colors.background, style.colors.muted, 0.5), max(1.0, style.scale))
        line = round(bottom + 0.95 * self.size)
        found: list[Primitive] = [Lines((((self.table, line), (self.width, line)),), pale)]
        for number, (column, left, wide) in enumerate(zip(self.columns, self.lefts, self.widths, strict=True)):
            text = self.say("cost.total") if number == 0 else self._total(column)
            bold = Column(column.head, (), column.right, bold=True)
            if text:
                found.append(self._text(bold, text, left, wide, y=y, color=style.text_ink))
        return tuple(found)
