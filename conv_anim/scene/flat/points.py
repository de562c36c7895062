"""Points between cells, where a window that bends reads: where they moved from, and which cells share in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.gliding import between
from conv_anim.scene.primitives import Boxes, Lines, Stroke
from conv_anim.scene.strokes import halo
from conv_anim.scene.style import text_box
from conv_anim.scene.tween import meet
from conv_anim.scene.wording import words
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Box, Point, Primitive, Text
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.grid import Grid
    from conv_anim.scene.sheets.sheet import Sheet
    from conv_anim.scene.style import Style
    from conv_anim.tracing.sampling import Corner, Sample

RADIUS, CHOSEN = 0.11, 0.16
"""The radius of a point, and of the one whose shares are shown, in cells."""


def outline(style: Style) -> Stroke:
    """Around the window where it stands without offsets."""
    return Stroke(style.colors.window, 1.5 * style.scale, (4 * style.scale, 3 * style.scale))


@dataclass(frozen=True)
class Points:
    """On a grid that shows a sheet."""

    grid: Grid
    sheet: Sheet

    @property
    def style(self) -> Style:
        """The figure's lengths, colours and fonts."""
        return self.grid.style

    def at(self, place: tuple[float, float]) -> Point:
        """A place on the map, in pixels; one too far beyond is drawn at the edge."""
        grid, sides = self.grid, (self.sheet.rows, self.sheet.columns)
        row, column = (side.place(0) + at + 0.5 for side, at in zip(sides, place, strict=True))
        return grid.corner(min(max(row, 0.0), grid.rows), min(max(column, 0.0), grid.columns))

    def regular(self, samples: Sequence[Sample]) -> list[Primitive]:
        """An outline around the window without its offsets."""
        cells = [sample.regular for sample in samples]
        (top, left), (bottom, right) = (
            self.at((edge(r for r, _ in cells) + half, edge(c for _, c in cells) + half))
            for edge, half in ((min, -0.5), (max, 0.5))
        )
        ring = ((top, left), (bottom, left), (bottom, right), (top, right), (top, left))
        return [Lines((ring,), outline(self.style))]

    def led(self, samples: Sequence[Sample], others: Sequence[Sample], share: float) -> list[Primitive]:
        """The points on their way from one step to the next."""
        pairs = zip(samples, others, strict=True)
        return self._discs([between(a.at, b.at, share) for a, b in pairs], RADIUS, self.style.colors.window)

    def moved(self, samples: Sequence[Sample]) -> list[Primitive]:
        """Lines from where points stood to where they are."""
        lines = tuple((self.at(s.regular), self.at(s.at)) for s in samples if s.regular != s.at)
        stroke = Stroke(self.style.text_ink, max(1.0, self.style.scale))
        starts = self._discs([s.regular for s in samples if s.regular != s.at], 0.04, self.style.text_ink)
        below = [] if self.grid.contents.shades is None else [Lines(lines, halo(self.style, stroke))]
        return [*below, Lines(lines, stroke), *starts] if lines else []

    def all(self, samples: Sequence[Sample], one: Sample) -> list[Primitive]:
        """The points; one of them stronger."""
        colors, edge = self.style.colors, Stroke(self.style.colors.background, max(1.0, self.style.scale))
        others = [sample.at for sample in samples if sample.window != one.window]
        return [*self._discs(others, RADIUS, colors.window, edge), *self._discs([one.at], CHOSEN, colors.current, edge)]

    def _boxes(self, places: Sequence[tuple[float, float]], radius: float) -> tuple[Box, ...]:
        half = self._half(radius)
        middles = [self.at(place) for place in places]
        return tuple((x - half, y - half, 2 * half, 2 * half) for x, y in middles)

    def _half(self, radius: float) -> float:
        return max(2.0 * self.style.scale, radius * self.grid.numbers.cell)

    def _discs(
        self, places: Sequence[tuple[float, float]], radius: float, fill: str, edge: Stroke | None = None
    ) -> list[Primitive]:
        return [Boxes(self._boxes(places, radius), fill, edge, radius=self._half(radius))] if places else []

    def shares(
        self, corners: Sequence[Corner], fmt: Format | None, samples: Sequence[Sample], one: Sample
    ) -> list[Primitive]:
        """The cells around a point, each with its share, in a corner that none of the points covers."""
        grid, items = self.grid, list["Primitive"]()
        dots = *self._boxes([sample.at for sample in samples], RADIUS), *self._boxes([one.at], CHOSEN)
        places = [
            (self.sheet.rows.place(corner.cell[0]), self.sheet.columns.place(corner.cell[1])) for corner in corners
        ]
        for place, corner in zip(places, corners, strict=True):
            if 0 <= place[0] < grid.rows and 0 <= place[1] < grid.columns:
                items += grid.ringed([place], self.style.colors.current)
                if fmt is not None:
                    fill = self.style.colors.input if corner.inside else self.style.colors.background
                    text = grid.weight(place, f"{words.TIMES}{fmt(corner.share)}", fill, grid.numbers.size)
                    items.append(self._beside(text, place, dots))
        return items

    def _beside(self, text: Text, place: Position, dots: Sequence[Box]) -> Text:
        """A text in the lower right corner of a cell, in another one if a dot covers it there."""
        left, top, side, _ = self.grid.box(*place)
        inset, high = left + side - text.x, self.style.font.cap_height * text.size
        upper = top + (top + side - text.y) + high
        to_left = replace(text, x=left + inset, anchor="start")
        ways = text, to_left, replace(text, y=upper), replace(to_left, y=upper)
        return next((way for way in ways if not any(meet(text_box(self.style, way), dot) for dot in dots)), text)
