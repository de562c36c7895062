"""Grids from left to right, as the flat view shows them: labels above, signs between, and room around a grid."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout
from conv_anim.scene.grid import WRITTEN, Grid
from conv_anim.scene.primitives import Lines, Polygons, Stroke
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.grid import Contents, Numbers, Position
    from conv_anim.scene.primitives import Primitive
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


@dataclass(frozen=True)
class Strip:
    """All grids are centred on one line; if one of them has another above it, they stand on one line."""

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
    def top(self) -> int:
        """Where the highest grid begins: below the labels."""
        if not self.labelled:
            return 0
        return round(max(sign.height for sign in self.signs) + self.style.close)

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

    @property
    def stands(self) -> bool:
        """Whether the grids stand on one line instead of being centred."""
        return any(part.made_from is not None for part in self.parts)

    @cached_property
    def bottom(self) -> int:
        """Where the lowest grid ends."""
        if self.stands:
            return round(self.top + max(self._rise(part) + self._high(part) for part in self.parts))
        return round(max(grid.y + grid.height for grid in self.grids))

    @cached_property
    def middle(self) -> int:
        """The line that the signs are centred on."""
        if self.stands:
            high = max(self._high(part) for part in self.parts if part.made_from is not None)
            return round(self.bottom - high // 2)
        return round(self.top + max(self._rise(part) + self._high(part) / 2 for part in self.parts))

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """The grids in their places."""
        grids: list[Grid] = []
        x = 0.0
        for k, part in enumerate(self.parts):
            x = max(x + part.left, part.start)
            high = self._high(part)
            y = self.bottom - high if self.stands else self.middle - high // 2
            grids.append(Grid(self.style, self._cells(part), *part.shape, round(x), round(y), part.contents))
            x += grids[-1].width
            if k < len(self.parts) - 1:
                x += max(self._room(part), self._overhang(k) + self.style.gap)
        return tuple(grids)

    def given(self, k: int) -> Grid:
        """The grid above the k-th, which that is made from."""
        grid = self.grids[k]
        return replace(grid, y=grid.y - self.arrow - grid.height)

    def _room(self, part: Part) -> float:
        """What the sign after a grid takes."""
        return self.style.width(part.after, size=self.sign_size) + self.style.far

    def _overhang(self, k: int) -> float:
        """How far the words of a part go beyond its grid."""
        part = self.parts[k]
        wide = self._wide(part)
        said = self.signs[k].width - part.left if self.labelled else 0.0
        if part.made_from is not None:
            said = max(said, self._beside_arrow(wide) + self.style.width(part.made_from, size=self.style.small_size))
        return said - wide

    def _beside_arrow(self, wide: float) -> float:
        return wide / 2 + self.style.gap * 0.5

    @cached_property
    def width(self) -> float:
        """In pixels."""
        last = self.grids[-1]
        return last.x + last.width + max(0.0, self._overhang(-1))

    def static(self) -> list[Primitive]:
        """Signs, arrows and labels."""
        return [*self._signs(), *self._arrows(), *self._labels()]

    def _signs(self) -> list[Primitive]:
        items: list[Primitive] = []
        for part, left, right in zip(self.parts, self.grids, self.grids[1:], strict=False):
            x = (left.x + left.width + right.x) / 2
            items.append(
                self.style.centered(x, self.middle, part.after, size=self.sign_size, color=self.style.label_ink)
            )
        return items

    def _labels(self) -> list[Primitive]:
        if not self.labelled:
            return []
        items: list[Primitive] = []
        for part, grid, sign in zip(self.parts, self.grids, self.signs, strict=True):
            items += sign.at(grid.x - part.left, 0)
        return items

    def _arrows(self) -> list[Primitive]:
        items: list[Primitive] = []
        for part, grid in zip(self.parts, self.grids, strict=True):
            if part.made_from is not None:
                items += self._arrow(grid, part.made_from)
        return items

    def _arrow(self, grid: Grid, words: str) -> list[Primitive]:
        """Down to a grid, with words beside it."""
        style, inset, head = self.style, 0.25 * self.style.gap, 0.3 * self.style.gap
        x, start, end = round(grid.x + grid.width / 2), grid.y - self.arrow + inset, grid.y - inset
        size, middle = style.small_size, grid.y - self.arrow / 2
        left, top = grid.x + self._beside_arrow(grid.width), middle - size * style.font.cap_height / 2
        return [
            Lines((((x, start), (x, end - head)),), Stroke(self.style.label_ink, max(1.0, 1.5 * style.scale))),
            Polygons((((x - head * 0.7, end - head), (x + head * 0.7, end - head), (x, end)),), self.style.label_ink),
            style.text(left, top, words, size=size, color=self.style.label_ink),
        ]
