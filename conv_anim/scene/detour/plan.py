"""A convolution and the way around it: input, kernel and output above, what they are transformed to below them."""

from __future__ import annotations

from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.layer_formats import Formats
from conv_anim.scene.callouts import Legend
from conv_anim.scene.layout import EMPTY, Panel, align, anchored, column, over, pad, space, static, table
from conv_anim.scene.primitives import Lines, Polygons, Stroke
from conv_anim.scene.sheets.slots import named, settled, sign, slot
from conv_anim.scene.sheets.table import Table, Track
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.text_panels import paragraph, written
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conv_anim.scene.callouts import Key
    from conv_anim.scene.hit_regions import Turn
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.steps import Steps
    from conv_anim.scene.wording.words import Label

NUMBER = 14
"""Pixels of a number, at scale 1."""
MOST = 40
"""Pixels of a cell, at scale 1, that grows with its numbers."""
TOLERANCE = 1e-6
ROOM = 0.88
"""How much of a cell's width its number may take."""
NAMES = ("input", "kernel", "output", "input_way", "kernel_way", "output_way")
"""The maps above, and those below them."""
ABOVE = 3
"""How many of them stand above."""
SIGNS = (("∗", "="), ("⊙", "="))
"""Between the maps above, and between those below: the kernel slides, or every pair is multiplied."""

SIGN = 20
"""Pixels of a sign between two maps, at scale 1."""
TOLD, LINE = 13, 300
"""Pixels, at scale 1, of the text below the maps, and what a line of it may take where the maps take less."""
WORKED = "worked"
"""The room for the description of a step."""
UP = "up"
"""The anchor at the right end of what is said of the way to the output."""


@dataclass(frozen=True)
class Detour(Traced):
    """Six tables by their `NAMES`; what differs from one way to another is asked of what is derived from it."""

    @property
    def shapes(self) -> Mapping[str, Position]:
        """Rows and columns of each map."""
        raise NotImplementedError

    @property
    def texts(self) -> frozenset[str]:
        """All numbers that may stand in cells."""
        raise NotImplementedError

    @property
    def plain_texts(self) -> frozenset[str]:
        """The texts of the maps above."""
        return self.texts

    @property
    def wanted(self) -> int:
        """Pixels of a cell, at scale 1, that its numbers do not make larger."""
        raise NotImplementedError

    @property
    def heads(self) -> Mapping[str, Label]:
        """What the maps are called."""
        raise NotImplementedError

    @property
    def ways(self) -> tuple[str, str, str]:
        """What leads down from the input and from the kernel, and up to the output."""
        raise NotImplementedError

    @property
    def signs(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Between the maps above, and between those below."""
        return SIGNS

    @property
    def remarks(self) -> Iterable[str]:
        """What is counted, below all."""
        return ()

    @property
    def counted(self) -> Panel:
        """A picture of what is counted, below the maps."""
        return EMPTY

    def told(self, k: int) -> tuple[str, ...]:
        """How a step's numbers come about, line by line; past the last step, those of an example at the end."""
        del k
        return ()

    @property
    def steps(self) -> Steps:
        """All of them."""
        raise NotImplementedError

    @property
    def keys(self) -> tuple[Key, ...]:
        """What marked cells are."""
        return ()

    # sizes

    @cached_property
    def formats(self) -> Formats:
        """How the layer's numbers are written."""
        return Formats.of(self.layer)

    @cached_property
    def cell(self) -> tuple[int, float | None]:
        """The side of all cells, and the size of their numbers; None where they could not be read."""
        style = self.style
        widest = max(style.width(text, size=1.0, bold=True) for text in self.texts)
        side = round(self.wanted * style.scale)
        if self.grows:
            side = max(side, min(round(MOST * style.scale), ceil(widest * NUMBER * style.scale / ROOM)))
            side = max(side, ceil(widest * style.least / ROOM))
        if style.fit is not None:
            side = (max if self.grows else min)(side, round(style.fit.cell))
        size = self._sized(side, self.texts)
        size = max(size, min(style.least, ROOM * side / widest, 0.7 * side))
        return side, size if size >= style.least - TOLERANCE else None

    def _sized(self, side: int, texts: Iterable[str]) -> float:
        """The size of numbers in cells of a side."""
        widest = max(self.style.width(text, size=1.0, bold=True) for text in texts)
        return min(NUMBER * self.style.scale, ROOM * side / widest, 0.6 * side)

    @property
    def grows(self) -> bool:
        """Whether cells become as large as their numbers need."""
        return True

    @cached_property
    def _tables(self) -> dict[str, Table]:
        side, size = self.cell
        above = None if size is None else max(size, self._sized(side, self.plain_texts))
        return {
            name: Table(self.style, Track((rows,), side, 0), Track((columns,), side, 0), above if k < ABOVE else size)
            for k, (name, (rows, columns)) in enumerate((name, self.shapes[name]) for name in NAMES)
        }

    # where they go

    def _named(self, name: str) -> Panel:
        if not self.labelled:
            return named(self._tables[name], name)
        row = NAMES[:ABOVE] if name in NAMES[:ABOVE] else NAMES[ABOVE:]
        high, own = max(self._head(each).height for each in row), self._head(name)
        return named(self._tables[name], name, pad(own, bottom=high - own.height))  # their names are on one line

    def _head(self, name: str) -> Panel:
        colors, room = self.style.colors, self._tables[name].width + self.style.far
        swatch = {"input": colors.input, "kernel": colors.kernel, "output": colors.output}.get(name)
        return sign(self.style, self.heads[name], swatch, room=room)

    @cached_property
    def page(self) -> Panel:
        """All maps, their signs, what leads from one to another, and the words below."""
        made, style = self._above, self.style
        below = column(self._worked(made.width), self._below(made.width), gap=style.close)
        return column(made, self.counted, below, gap=style.wide)

    @cached_property
    def _above(self) -> Panel:
        """All maps, their signs, and what leads from one to another."""
        style = self.style
        lines = []
        for names, signs in zip((NAMES[:ABOVE], NAMES[ABOVE:]), self.signs, strict=True):
            first, second, third = (self._named(name) for name in names)
            lines.append([first, self._room_for(signs[0]), second, self._room_for(signs[1]), third])
        fits = all(
            self._tables[name].width >= one.width
            for name, one in zip(NAMES, lines[0][::2] + lines[1][::2], strict=True)
        )
        down = [self._way(said, down=k < 2) for k, said in enumerate(self.ways)]
        arrows = [down[0], EMPTY, down[1], EMPTY, down[2]]
        made = table(
            [lines[0], arrows, lines[1]],
            across=style.gap,
            down=style.close,
            align="middle" if fits else "start",
        )
        return align(over(made, self._signs(made)), made.anchors[UP][0], 0, across="start")

    def _worked(self, width: float) -> Panel:
        """Room for the longest description of a step."""
        size, wide = self.style.em(TOLD), max(width, LINE * self.style.scale)
        lines = [self._broken(k, wide) for k in range(len(self.steps) + 1)]
        most = max(map(len, lines), default=0)
        widest = max((self.style.width(line, size=size) for each in lines for line in each), default=0.0)
        return slot(WORKED, max(wide, widest), 1.6 * size * most) if most else EMPTY

    def _broken(self, k: int, wide: float, most: int | None = None) -> list[str]:
        style, size = self.style, self.style.em(TOLD)
        return [part for said in self.told(k)[:most] for part in style.wrapped(said, size=size, width=wide)]

    def worked(self, k: int, most: int | None = None) -> list[Primitive]:
        """The description of a step, in its room below the maps; or the first sentences of it, so many at most."""
        (x, y), size = self.page.anchors[WORKED], self.style.em(TOLD)
        wide = max(self._above.width, LINE * self.style.scale)
        return [
            self.style.text(x, y + 1.6 * size * n, line, size=size, color=self.style.text_ink)
            for n, line in enumerate(self._broken(k, wide, most))
        ]

    def _room_for(self, sign: str) -> Panel:
        size = self.style.em(SIGN)
        return space(self.style.width(sign, size=size), size)

    def _signs(self, made: Panel) -> Panel:
        """Each halfway between two maps."""
        found: list[Primitive] = []
        for names, signs in zip((NAMES[:ABOVE], NAMES[ABOVE:]), self.signs, strict=True):
            for one, other, text in zip(names, names[1:], signs, strict=False):
                (left, top), (right, _) = made.anchors[one], made.anchors[other]
                x, y = (left + self._tables[one].width + right) / 2, top + self._tables[one].height / 2
                found.append(self.style.centered(x, y, text, size=self.style.em(SIGN), color=self.style.label_ink))
        return written(tuple(found), made.width, made.height)

    def _way(self, said: str, *, down: bool) -> Panel:
        """An arrow with what it stands for."""
        style, ink = self.style, self.style.label_ink
        size, high, head = style.em(13), round(style.far), max(4, round(style.thin))
        x, start, end = 0.6 * head, *((0, high) if down else (high, 0))
        back = end - head if down else end + head
        stroke = Stroke(ink, max(1.5, 1.5 * style.scale))
        tip = ((x, end), (x - 0.6 * head, back), (x + 0.6 * head, back))
        top = (high - size * style.font.cap_height) / 2
        text = style.text(x + head + style.thin, top, said, size=size, color=ink)
        items = (Lines((((x, start), (x, back)),), stroke), Polygons((tip,), ink), text)
        ends = {} if down else {UP: (text.x + style.width(said, size=size), 0.0)}  # to its right there is no room
        return anchored(static(items, 2 * x, high), **ends)

    def _below(self, width: float) -> Panel:
        style, size = self.style, self.style.em(13)
        wide = max(width, LINE * style.scale)
        lines = [part for said in self.remarks for part in style.wrapped(said, size=size, width=wide)]
        said = paragraph(lines, style, size=size, leading=1.6 * size, color=style.text_ink) if lines else EMPTY
        keys = Legend(style, self.keys, wide).panel if self.keys else EMPTY
        return column(keys, said, gap=style.close)

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All maps, where they are."""
        return settled(self._tables, self.page)

    def turn(self, k: int) -> Turn | None:
        """None: a guide of its own says what each step is about."""
        del k
        return None
