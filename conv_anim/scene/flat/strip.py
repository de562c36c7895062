"""Grids from left to right, as the flat view shows them: labels above, signs between, and room around a grid."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.primitives import Lines, Polygons, Stroke
from conv_anim.scene.sheets.cells import WRITTEN
from conv_anim.scene.sheets.grid import Grid
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.cells import Contents, Numbers, Position
    from conv_anim.scene.style import Style

NARROWEST = 190
"""Pixels, at scale 1, that a line of a label may take even if its grid is narrower."""


@dataclass(frozen=True)
class Part:
    """A grid to be: its rows and columns, its label, and the sign between it and the next.

    ``made_from`` is said beside an arrow from a grid of the same shape above it. ``left`` and ``above`` are pixels that
    something beside the grid needs; it begins at ``start`` or, if there is no room, after that.
    """

    shape: Position
    sign: Callout
    after: str = ""
    made_from: str | None = None
    left: float = 0.0
    above: float = 0.0
    start: float = 0.0
    contents: Contents = WRITTEN
    numbers: Numbers | None = None
    """If its cells are of another size than those of other grids."""
    beside: bool = False
    """Whether it belongs to the part before it, so that both stand in one line."""
    passing: bool = False
    """Whether it is there only while a window stands, and its label with it."""


@dataclass(frozen=True)
class Strip:
    """All grids hang from one line, below their labels; if one of them has another above it, they stand on one line.

    So no grid is far from its label: where they stand, each label is just above its own.
    In a narrow figure they wrap; each line begins with the sign that leads to it.
    """

    style: Style
    numbers: Numbers
    parts: tuple[Part, ...]
    labelled: bool

    @property
    def sign_size(self) -> float:
        """Em of the signs between the parts, in pixels."""
        return 1.4 * self.style.number_size

    @property
    def arrow(self) -> int:
        """The height between two grids of one part."""
        return round(self.style.far)

    @cached_property
    def _placed(self) -> list[tuple[int, float]]:
        """In which line each grid stands, and where it begins."""
        found: list[tuple[int, float]] = []
        line, x = 0, 0.0
        for k, part in enumerate(self.parts):
            left = max(x + part.left, part.start if self.style.room is None else 0.0)
            end = left + self._wide(part) + max(0.0, self._overhang(k))
            if k > 0 and not part.beside and self.style.room is not None and end > self.style.room:
                line, left = line + 1, self._lead(self.parts[k - 1]) + part.left
            found.append((line, left))
            x = left + self._wide(part) + max(self._room(part), self._overhang(k) + self.style.gap)
        return found

    @cached_property
    def lines(self) -> list[list[int]]:
        """The numbers of the parts in each line."""
        return [[k for k, (at, _) in enumerate(self._placed) if at == line] for line in range(self._placed[-1][0] + 1)]

    @cached_property
    def _spans(self) -> list[tuple[int, int, int]]:
        """Where each line begins, its highest grid below the labels does, and its lowest one ends."""
        found: list[tuple[int, int, int]] = []
        start = 0
        for line in self.lines:
            labels = max(self.signs[k].height for k in line) + self.style.close if self.labelled else 0
            top = round(start + labels)
            bottom = self._bottom_of(line, top)
            found.append((start, top, bottom))
            start = bottom + round(self.style.far)
        return found

    def _bottom_of(self, line: list[int], top: int) -> int:
        parts = [self.parts[k] for k in line]
        if self._stands(line):
            return round(top + max(self._rise(part) + self._high(part) for part in parts))
        return round(self._hanging(line, top) + max(map(self._high, parts)))

    def _middle_of(self, line: list[int], top: int) -> int:
        parts = [self.parts[k] for k in line]
        if self._stands(line):
            high = max(self._high(part) for part in parts if part.made_from is not None)
            return round(self._bottom_of(line, top) - high // 2)
        return self._hanging(line, top) + round(min(map(self._high, parts)) / 2)

    def _hanging(self, line: list[int], top: int) -> int:
        """The line that grids hang from."""
        return round(top + max(self.parts[k].above for k in line))

    def _stands(self, line: list[int]) -> bool:
        """Whether the grids of a line stand on one line instead of hanging from one."""
        return any(self.parts[k].made_from is not None for k in line)

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels; a detail that is too long is broken."""
        return [self._wrapped(part) for part in self.parts]

    def _wrapped(self, part: Part) -> Callout:
        label, size = part.sign.label, self.style.small_size
        wide = part.left + self._wide(part) + self._room(part) - self.style.gap
        room = max(wide, NARROWEST * self.style.scale) - part.sign.indent
        lines = self.style.wrapped(label.detail, size=size, width=room)
        return Callout(self.style, label._replace(detail="".join(lines[:1])), part.sign.swatch, tuple(lines[1:]))

    def _rise(self, part: Part) -> float:
        """What a part has above its grid, without the label."""
        return part.above + (0 if part.made_from is None else self._high(part) + self.arrow)

    def _cells(self, part: Part) -> Numbers:
        return part.numbers or self.numbers

    def _wide(self, part: Part) -> float:
        return part.shape[1] * self._cells(part).cell

    def _high(self, part: Part) -> float:
        return part.shape[0] * self._cells(part).cell

    @cached_property
    def bottom(self) -> int:
        """Where the lowest grid ends."""
        return self._spans[-1][2]

    @cached_property
    def middles(self) -> list[int]:
        """The line that the signs of each line are centred on: beside the lowest grid, so that they are beside all."""
        return [self._middle_of(line, top) for line, (_, top, _) in zip(self.lines, self._spans, strict=True)]

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """The grids in their places."""
        grids: list[Grid] = []
        for part, (at, x) in zip(self.parts, self._placed, strict=True):
            line, (_, top, bottom) = self.lines[at], self._spans[at]
            y = bottom - self._high(part) if self._stands(line) else self._hanging(line, top)
            grids.append(Grid(self.style, self._cells(part), *part.shape, round(x), round(y), part.contents))
        return tuple(grids)

    def given(self, k: int) -> Grid:
        """The grid above the k-th, which that is made from."""
        grid = self.grids[k]
        return replace(grid, y=grid.y - self.arrow - grid.height)

    def _room(self, part: Part) -> float:
        """What the sign after a grid takes."""
        return self.style.width(part.after, size=self.sign_size) + self.style.far

    def _lead(self, part: Part) -> float:
        """What the sign after a part takes where it begins the next line."""
        return self.style.width(part.after, size=self.sign_size) + self.style.gap if part.after else 0.0

    def _overhang(self, k: int) -> float:
        """How far the words of a part go beyond its grid."""
        part = self.parts[k]
        wide = self._wide(part)
        said = self.signs[k].width - part.left if self.labelled else 0.0
        if part.made_from is not None:
            said = max(said, self._beside_arrow(wide) + self.style.width(part.made_from, size=self.style.small_size))
        return said - wide

    def _beside_arrow(self, wide: float) -> float:
        return wide / 2 + self.style.half

    @cached_property
    def width(self) -> float:
        """In pixels."""
        lasts = [line[-1] for line in self.lines]
        return max(self.grids[k].x + self.grids[k].width + max(0.0, self._overhang(k)) for k in lasts)

    def static(self) -> list[Primitive]:
        """Signs, arrows and labels."""
        return [*self._signs(), *self._arrows(), *self._labels()]

    def _signs(self) -> list[Primitive]:
        items: list[Primitive] = []
        for k, (part, left, right) in enumerate(zip(self.parts, self.grids, self.grids[1:], strict=False)):
            line = self._placed[k + 1][0]
            begins = self._placed[k][0] != line
            x = self.style.width(part.after, size=self.sign_size) / 2 if begins else (left.x + left.width + right.x) / 2
            y, ink = self.middles[line], self.style.label_ink
            items.append(self.style.centered(x, y, part.after, size=self.sign_size, color=ink))
        return items

    def _labels(self) -> list[Primitive]:
        return [item for k, part in enumerate(self.parts) if not part.passing for item in self.label(k)]

    def label(self, k: int) -> list[Primitive]:
        """The label of a part: on the header line, or just above its grid where two grids stand on one another."""
        if not self.labelled:
            return []
        line, grid, sign = self._placed[k][0], self.grids[k], self.signs[k]
        top: float = self._spans[line][0]
        if self._stands(self.lines[line]):
            top = grid.y - round(self._rise(self.parts[k]) + self.style.close + sign.height)
        return list(sign.at(grid.x - self.parts[k].left, top))

    def _arrows(self) -> list[Primitive]:
        items: list[Primitive] = []
        for part, grid in zip(self.parts, self.grids, strict=True):
            if part.made_from is not None:
                items += self._arrow(grid, part.made_from)
        return items

    def _arrow(self, grid: Grid, words: str) -> list[Primitive]:
        """Down to a grid, with words beside it."""
        style, inset, head = self.style, self.style.hair, self.style.thin
        x, start, end = round(grid.x + grid.width / 2), grid.y - self.arrow + inset, grid.y - inset
        size, middle = style.small_size, grid.y - self.arrow / 2
        left, top = grid.x + self._beside_arrow(grid.width), middle - size * style.font.cap_height / 2
        return [
            Lines((((x, start), (x, end - head)),), Stroke(self.style.label_ink, max(1.0, 1.5 * style.scale))),
            Polygons((((x - head * 0.7, end - head), (x + head * 0.7, end - head), (x, end)),), self.style.label_ink),
            style.text(left, top, words, size=size, color=self.style.label_ink),
        ]
