"""The filters of a layer as boxes of their own: one, rows or a column of them, or of many some that stand for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.scene.color import mix
from conv_anim.scene.layout import column, pad, row, space
from conv_anim.scene.primitives import Boxes, Stroke
from conv_anim.scene.sheets.slots import slot
from conv_anim.scene.style import text_box
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Box, Point, Primitive, Text
    from conv_anim.scene.style import Style
    from conv_anim.scene.volume.oblique import Stack
    from conv_anim.tracing.operators import Operator

Line: TypeAlias = "tuple[Point, ...]"
Ends: TypeAlias = "tuple[Point, Point]"
Hue: TypeAlias = Callable[[int], str]
"""The colour of the kernel that meets an input channel."""

MOST = 4
"""As many filters as stand in a column."""
FRAME = 0.4
"""How strong the frames are of groups that are not at work."""
PALE = 0.35
"""How much of its colour a filter loses while it is not at work."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a filter: always the same one, or whichever from ``first`` to ``last`` is at work."""

    first: int
    last: int
    row: int
    column: int = 0

    def shows(self, working: int) -> int:
        """The filter that is seen here while another is at work."""
        return min(max(working, self.first), self.last)


@dataclass(frozen=True)
class Bank:
    """Filters in their slots, from ``x``, ``y``; ``filter`` is one of them. Narrow, in one column if they fit."""

    style: Style
    op: Operator
    filter: Stack
    hue: Hue
    numbered: bool
    narrow: bool
    names: Sequence[Sequence[str]] = ()
    """What each group is called, from the longest way to say it to the shortest; nothing without groups."""
    x: float = 0.0
    y: float = 0.0

    @property
    def count(self) -> int:
        """With three dimensions only one channel is drawn, and so one filter."""
        return 1 if len(self.op.axes) > 2 else self.op.out_channels

    # places

    @property
    def gap(self) -> int:
        """Between neighbours, in pixels."""
        return round(self.style.gap)

    @cached_property
    def most(self) -> int:
        """How many filters a column has room for."""
        return max(2, min(MOST, int(28 * self.style.gap / (self.filter.height + self.gap))))

    @cached_property
    def slots(self) -> list[Slot]:
        """The places for filters, from the top."""
        each, last = self.each, self.count - 1
        column = self.narrow and self.count <= self.most
        if 1 < self.op.groups <= self.most and 1 < each < MOST and not column:
            return [Slot(k, k, *divmod(k, each)) for k in range(self.count)]
        if self.count <= self.most:
            return [Slot(k, k, k) for k in range(self.count)]
        if self.most == 2:
            return [Slot(0, last - 1, 0), Slot(last, last, 1)]
        return [Slot(0, 0, 0), Slot(1, last - 1, 1), Slot(last, last, 2)]

    @property
    def omits(self) -> bool:
        """Whether there are more filters than slots: then there is room for an ellipsis between slots."""
        return len(self.slots) < self.count

    @property
    def below(self) -> float:
        """The room for a filter's number, below its front: lines come from the left and leave to the right."""
        return 1.1 * self.style.small_size if self.numbered and self.count > 1 else 0.0

    @property
    def dots_room(self) -> float:
        """Room between two slots for the dots that stand for filters left out, in pixels."""
        return self.style.gap if self.omits else 0.0

    @property
    def each(self) -> int:
        """How many filters a group has."""
        return self.count // self.op.groups

    @property
    def framed(self) -> bool:
        """Whether there is a frame around the filters of each group."""
        return 1 < self.each < self.count and not self.omits

    @property
    def room(self) -> float:
        """From filters to the frame of their group, in pixels."""
        return round(self.style.half) if self.framed else 0.0

    @property
    def named(self) -> float:
        """The room above a frame for what its group is called, in pixels."""
        return round(1.5 * self.style.small_size) if self.framed and self.names else 0.0

    @cached_property
    def page(self) -> Panel:
        """Room for all filters in the frames of their groups, an anchor for each slot by its row and column."""
        groups = grouped((slot.first // self.each if self.framed else 0, slot) for slot in self.slots)
        apart, room = self.gap + self.dots_room, self.room
        filters = [
            column(*map(self._line, grouped((one.row, one) for one in slots).values()), gap=apart)
            for slots in groups.values()
        ]
        framed = (pad(one, left=room, top=self.named + room, right=room, bottom=room) for one in filters)
        return column(column(*framed, gap=apart), space(self._called), align="middle")

    def _line(self, slots: Sequence[Slot]) -> Panel:
        wide, high = self.filter.width, self.filter.height + self.below
        return row(*(slot(f"{one.row} {one.column}", wide, high) for one in slots), gap=self.gap)

    @property
    def _called(self) -> float:
        """What the widest name of a group takes, in pixels."""
        names = max((self._wide(names[-1 if self.narrow else 0]) for names in self.names), default=0.0)
        return names if self.framed else 0.0

    @property
    def width(self) -> float:
        """In pixels: with the frames of groups, as wide as what these are called."""
        return ceil(self.page.width) if self.framed else self.page.width

    def _wide(self, name: str) -> float:
        return self.style.width(name, size=self.style.small_size, bold=True)

    @property
    def height(self) -> float:
        """In pixels."""
        return self.page.height

    def stack(self, slot: Slot) -> Stack:
        """The filter in a slot, in its place."""
        x, y = self.page.anchors[f"{slot.row} {slot.column}"]
        left = self.x + (self.width - self.page.width) / 2
        return replace(self.filter, x=round(left + x), y=round(self.y + y + self.filter.depth.total))

    def frame(self, group: int) -> Box:
        """The box around the filters of a group."""
        boxes = [self.stack(slot).box for slot in self.slots if slot.first // self.each == group]
        top, bottom = boxes[0][1] - self.room, boxes[-1][1] + boxes[-1][3] + self.below + self.room
        return self.x, top, self.width, bottom - top

    def corners(self, working: Sequence[int], *, right: bool) -> tuple[Point, Point]:
        """Above and below on the left or right of the filters that make some output channels, or of their group."""
        if self.framed:
            x, y, wide, high = self.frame(working[0] // self.each)
            return (x + right * wide, y), (x + right * wide, y + high)
        shown = [self.stack(slot) for slot in self.slots if slot.shows(working[0]) in working]
        ends = [stack.sides(right=right) for stack in shown]
        return ends[0][0], ends[-1][1]

    def lines(self, working: Sequence[int], starts: Ends, ends: Ends) -> list[Line]:
        """From a window to the filters at work, or to the frame of their group, and from there on."""
        into, out = self.corners(working, right=False), self.corners(working, right=True)
        return [*zip(starts, into, strict=True), *zip(out, ends, strict=True)]

    # what is drawn

    def items(self, seen: Sequence[int], *, at_rest: bool = False) -> list[Primitive]:
        """The filters, some of which are seen at work and stand out unless all do; at rest all of them alike."""
        items = self._frames(None if at_rest else seen[0] // self.each) if self.framed else []
        for place in self.slots:
            items += self._filter(place, () if at_rest else seen, place.shows(seen[0]))
        for above, below in pairwise(self.slots):
            if below.shows(seen[0]) - above.shows(seen[0]) > 1:
                items += self._dots(above, below)
        return items

    def _frames(self, at_work: int | None) -> list[Primitive]:
        """Around the filters of each group, with what it is called above."""
        style, colors, items = self.style, self.style.colors, list["Primitive"]()
        for group in range(self.op.groups):
            x, y, wide, high = self.frame(group)
            bold = group == at_work
            color = style.label_ink if bold else mix(colors.background, colors.muted, FRAME)
            items.append(Boxes(((x, y, wide, high),), None, Stroke(color, max(1.0, style.scale))))
            names = [name for name in self.names[group] if self._wide(name) <= wide] if self.names else []
            if names:
                top = y - (0.6 + style.font.cap_height) * style.small_size
                ink = style.text_ink if bold else style.label_ink
                items.append(style.text(x, top, names[0], size=style.small_size, color=ink, bold=bold))
        return items

    def _filter(self, slot: Slot, working: Sequence[int], number: int) -> list[Primitive]:
        style, colors, stack = self.style, self.style.colors, self.stack(slot)
        at_work = number in working
        seen = self.op.seen_by(number)

        def fill(place: int) -> str:
            color = self.hue(seen[place] if len(seen) == stack.depth.count else 0)
            return color if at_work or not working else mix(color, colors.background, PALE)

        items = [*stack.solid(stack.whole, fill, style.edge), *stack.dots(colors.ink)]
        if at_work:
            items += stack.outline(stack.whole, Stroke(colors.window, 1.5 * style.line))
        if self.below:
            items += self._number(stack, number, bold=at_work and len(working) < self.count)
        return items

    def _number(self, stack: Stack, number: int, *, bold: bool) -> list[Primitive]:
        style, size = self.style, self.style.small_size
        x, y = stack.at(0, stack.rows, stack.columns / 2)
        middle = y + style.thin + style.font.cap_height * size / 2
        return self._cleared(style.centered(x, middle, str(number + 1), size=size, color=style.colors.ink, bold=bold))

    def _cleared(self, text: Text) -> list[Primitive]:
        """A text that no line runs through: lines pass behind it as they pass behind a filter."""
        x, y, width, height = text_box(self.style, text)
        room = self.style.hair
        return [Boxes(((x - room, y - room, width + 2 * room, height + 2 * room),), self.style.colors.background), text]

    def _dots(self, *slots: Slot) -> list[Primitive]:
        """What stands for the filters that are left out between two slots."""
        above, below = map(self.stack, slots)
        x, y = above.at(0, above.rows, above.columns / 2)
        y = (y + self.below + below.box[1]) / 2
        return self._cleared(self.style.centered(x, y, "⋮", size=self.style.label_size, color=self.style.colors.ink))
