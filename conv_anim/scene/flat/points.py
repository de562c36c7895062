"""Points between cells, where a window that bends reads: where they moved from, and which cells share in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Boxes, Lines, Stroke
from conv_anim.scene.sheet import Sheet, Side
from conv_anim.scene.wording import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.grid import Grid
    from conv_anim.scene.numbers import Format
    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.tracing.geometry import Axis
    from conv_anim.tracing.sampling import Corner, Sample, Sampling

FARTHEST = 3
"""Cells beyond the padding that are drawn, where points lie that far."""
RADIUS, CHOSEN = 0.11, 0.16
"""Of a point, and of the one whose shares are shown, in cells."""


class WholeSheet(Sheet):
    """A sheet none of whose cells is said to be never read: points may lie anywhere."""

    @classmethod
    def of(cls, sampling: Sampling) -> WholeSheet:
        """The input with its border, and as far as points lie beyond, up to some cells."""
        sides = [_side(axis, *ends) for axis, ends in zip(sampling.window.axes, sampling.reach, strict=True)]
        return cls(sides[0], sides[1])

    def unread(self, place: tuple[int, int]) -> bool:
        del place
        return False


def _side(axis: Axis, first: float, last: float) -> Side:
    """An axis with room for what lies beyond its padding."""
    before = min(axis.before + FARTHEST, max(axis.before, ceil(-first - 0.5)))
    after = min(axis.after + FARTHEST, max(axis.after, ceil(last - axis.size + 0.5)))
    return Side(replace(axis, count=1, kernel=1, dilation=1, before=before, after=after))


@dataclass(frozen=True)
class Points:
    """On a grid that shows a sheet."""

    style: Style
    grid: Grid | None
    sheet: Sheet

    @property
    def _on(self) -> Grid:
        assert self.grid is not None
        return self.grid

    @property
    def outline(self) -> Stroke:
        """Around the window where it stands without offsets."""
        colors, scale = self.style.colors, self.style.scale
        return Stroke(colors.window, 1.5 * scale, (4 * scale, 3 * scale))

    def at(self, place: tuple[float, float]) -> Point:
        """A place on the map, in pixels; one too far beyond is drawn at the edge."""
        grid = self._on
        row, column = (side.place(0) + at + 0.5 for side, at in zip(self._sides, place, strict=True))
        return grid.corner(min(max(row, 0.0), grid.rows), min(max(column, 0.0), grid.columns))

    @property
    def _sides(self) -> tuple[Side, Side]:
        return self.sheet.rows, self.sheet.columns

    def regular(self, samples: Sequence[Sample]) -> list[Primitive]:
        """An outline around the window as it stands without offsets."""
        cells = [sample.regular for sample in samples]
        (top, left), (bottom, right) = (
            self.at((edge(r for r, _ in cells) + half, edge(c for _, c in cells) + half))
            for edge, half in ((min, -0.5), (max, 0.5))
        )
        ring = ((top, left), (bottom, left), (bottom, right), (top, right), (top, left))
        return [Lines((ring,), self.outline)]

    def moved(self, samples: Sequence[Sample]) -> list[Primitive]:
        """Lines from where points stood to where they are."""
        lines = tuple((self.at(s.regular), self.at(s.at)) for s in samples if s.regular != s.at)
        stroke = Stroke(self.style.text_ink, max(1.0, self.style.scale))
        starts = self._discs([s.regular for s in samples if s.regular != s.at], 0.04, self.style.text_ink)
        return [Lines(lines, stroke), *starts] if lines else []

    def all(self, samples: Sequence[Sample], one: Sample) -> list[Primitive]:
        """The points; one of them stronger."""
        colors, edge = self.style.colors, Stroke(self.style.colors.background, max(1.0, self.style.scale))
        others = [sample.at for sample in samples if sample.window != one.window]
        return [*self._discs(others, RADIUS, colors.window, edge), *self._discs([one.at], CHOSEN, colors.current, edge)]

    def _discs(
        self, places: Sequence[tuple[float, float]], radius: float, fill: str, edge: Stroke | None = None
    ) -> list[Primitive]:
        half = max(2.0 * self.style.scale, radius * self._on.numbers.cell)
        middles = [self.at(place) for place in places]
        boxes = tuple((x - half, y - half, 2 * half, 2 * half) for x, y in middles)
        return [Boxes(boxes, fill, edge, radius=half)] if boxes else []

    def shares(self, corners: Sequence[Corner], fmt: Format | None) -> list[Primitive]:
        """The cells around a point, each with its share."""
        grid, items = self._on, list["Primitive"]()
        places = [
            (self.sheet.rows.place(corner.cell[0]), self.sheet.columns.place(corner.cell[1])) for corner in corners
        ]
        for place, corner in zip(places, corners, strict=True):
            if 0 <= place[0] < grid.rows and 0 <= place[1] < grid.columns:
                items += grid.ringed([place], self.style.colors.current)
                if fmt is not None:
                    fill = self.style.colors.input if corner.inside else self.style.colors.background
                    items.append(grid.weight(place, f"{words.TIMES}{fmt(round(corner.share, 2))}", fill))
        return items
