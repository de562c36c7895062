"""Grids from left to right, as the flat view shows them: labels above, signs between, and room around a grid."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.layout import anchored, column, pad, row, space
from conv_anim.scene.primitives import Lines, Polygons, Stroke
from conv_anim.scene.sheets.cells import WRITTEN
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.slots import slot
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.layout import Panel
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

    # where the grids are

    @cached_property
    def lines(self) -> list[list[int]]:
        """The numbers of the parts in each line: one without room begins the next, unless it belongs to another."""
        found, room = [[0]], self.style.room
        for k, part in enumerate(self.parts[1:], start=1):
            longer = [*found[-1], k]
            if part.beside or room is None or self._row(longer).width <= room:
                found[-1] = longer
            else:
                found.append([k])
        return found

    @cached_property
    def page(self) -> Panel:
        """Room for all of it; where grids, labels and the signs of a line are, anchors say."""
        return column(*map(self._line, range(len(self.lines))), gap=round(self.style.far))

    def _line(self, at: int) -> Panel:
        """A line below its labels; it stands on the middle of its signs."""
        line = self.lines[at]
        made = self._row(line)
        if self._stands(line):
            signs = made.height - max(self._high(k) for k in line if self.parts[k].made_from is not None) // 2
        else:
            signs = made.baseline + round(min(map(self._high, line)) / 2)
        there = pad(replace(made, baseline=signs), top=round(max(map(self._said_above, line))))
        heads = {} if self._stands(line) else {f"label {k}": (0.0, 0.0) for k in line}
        return anchored(there, **heads, **{f"signs {at}": (0.0, there.baseline)})

    def _row(self, line: list[int]) -> Panel:
        """The grids of a line, with room for signs and words."""
        first, last, stands = line[0], line[-1], self._stands(line)
        made = space(self._lead(self.parts[first - 1]) if first else 0.0)
        for k in line:
            part, said = self.parts[k], self._overhang(k)
            left = max(part.left, part.start - made.width if self.style.room is None else 0.0)
            right = max(0.0, said) if k == last else max(self._room(part), said + self.style.gap)
            made = row(made, pad(self._slot(k, stands=stands), left=left, right=right))
        return made

    def _slot(self, k: int, *, stands: bool) -> Panel:
        """Room for a grid and what is above it, which stands on the grid's lower edge or hangs from its upper one."""
        part, room = self.parts[k], slot(f"grid {k}", self._wide(k), self._high(k))
        if part.made_from is not None:
            room = column(slot(f"given {k}", room.width, room.height), room, gap=self.arrow)
        above = round(part.above)
        room = anchored(pad(room, top=above), **{f"label {k}": (0.0, -round(self._said_above(k)))})
        return replace(room, baseline=room.height if stands else above)

    def _said_above(self, k: int) -> float:
        """The room that a label takes above what it is about."""
        return self.signs[k].height + self.style.close if self.labelled else 0.0

    def _stands(self, line: list[int]) -> bool:
        """Whether the grids of a line stand on one line instead of hanging from one."""
        return any(self.parts[k].made_from is not None for k in line)

    def _wide(self, k: int) -> float:
        part = self.parts[k]
        return part.shape[1] * (part.numbers or self.numbers).cell

    def _high(self, k: int) -> int:
        part = self.parts[k]
        return round(part.shape[0] * (part.numbers or self.numbers).cell)

    @property
    def bottom(self) -> int:
        """Where the lowest grid ends."""
        return round(self.page.height)

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """The grids in their places."""
        return tuple(self._grid(k, "grid") for k in range(len(self.parts)))

    def given(self, k: int) -> Grid:
        """The grid above the k-th, which that is made from."""
        return self._grid(k, "given")

    def _grid(self, k: int, anchor: str) -> Grid:
        part, (x, y) = self.parts[k], self.page.anchors[f"{anchor} {k}"]
        return Grid(self.style, part.numbers or self.numbers, *part.shape, round(x), round(y), part.contents)

    @cached_property
    def width(self) -> float:
        """In pixels."""
        lasts = [line[-1] for line in self.lines]
        return max(self.grids[k].x + self.grids[k].width + max(0.0, self._overhang(k)) for k in lasts)

    # what is said of them

    @cached_property
    def signs(self) -> list[Callout]:
        """The labels; a detail that is too long is broken."""
        return [self._wrapped(k) for k in range(len(self.parts))]

    def _wrapped(self, k: int) -> Callout:
        part, size = self.parts[k], self.style.small_size
        wide = part.left + self._wide(k) + self._room(part) - self.style.gap
        room = max(wide, NARROWEST * self.style.scale) - part.sign.indent
        lines = self.style.wrapped(part.sign.label.detail, size=size, width=room)
        label = part.sign.label._replace(detail="".join(lines[:1]))
        return Callout(self.style, label, part.sign.swatch, tuple(lines[1:]))

    def _room(self, part: Part) -> float:
        """What the sign after a grid takes."""
        return self.style.width(part.after, size=self.sign_size) + self.style.far

    def _lead(self, part: Part) -> float:
        """What the sign after a part takes where it begins the next line."""
        return self.style.width(part.after, size=self.sign_size) + self.style.gap if part.after else 0.0

    def _overhang(self, k: int) -> float:
        """How far the words of a part go beyond its grid."""
        part, wide = self.parts[k], self._wide(k)
        said = self.signs[k].width - part.left if self.labelled else 0.0
        if part.made_from is not None:
            said = max(said, self._beside_arrow(wide) + self.style.width(part.made_from, size=self.style.small_size))
        return said - wide

    def _beside_arrow(self, wide: float) -> float:
        return wide / 2 + self.style.close

    def static(self) -> list[Primitive]:
        """Signs, arrows and labels."""
        return [*self._signs(), *self._arrows(), *self._labels()]

    def _signs(self) -> list[Primitive]:
        items: list[Primitive] = []
        for at, line in enumerate(self.lines):
            y, ink = self.page.anchors[f"signs {at}"][1], self.style.label_ink
            for k in line[line[0] == 0 :]:
                after, right = self.parts[k - 1].after, self.grids[k].x
                left = self.grids[k - 1].x + self.grids[k - 1].width
                x = self.style.width(after, size=self.sign_size) / 2 if k == line[0] else (left + right) / 2
                items.append(self.style.centered(x, y, after, size=self.sign_size, color=ink))
        return items

    def _labels(self) -> list[Primitive]:
        return [item for k, part in enumerate(self.parts) if not part.passing for item in self.label(k)]

    def label(self, k: int) -> list[Primitive]:
        """The label of a part: on the header line, or just above its grid where two grids stand on one another."""
        if not self.labelled:
            return []
        return list(self.signs[k].at(self.grids[k].x - self.parts[k].left, self.page.anchors[f"label {k}"][1]))

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
