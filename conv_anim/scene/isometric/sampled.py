"""The isometric view of a window that bends: the points that it reads, where they moved from, and what they make."""

from __future__ import annotations

from functools import cached_property
from math import cos, pi, sin
from typing import TYPE_CHECKING

from conv_anim.scene.gliding import between
from conv_anim.scene.isometric.drawing import Isometric
from conv_anim.scene.primitives import Lines, Polygons, Stroke, closed
from conv_anim.scene.sheets.sheet import Sheet, row_and_column, two
from conv_anim.scene.strokes import halo
from conv_anim.scene.volume.hues import strengthened
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.steps import Cell
    from conv_anim.tracing.sampling import Sample, Sampling

RADIUS, RINGED = 0.14, 0.34
"""The radius of a point, in cells, and of a ring around a number."""
AROUND = 24
"""Corners of a point."""


@dataclass(frozen=True)
class SampledIsometric(Isometric):
    """The drawing of one deformable convolution; each group of offsets has points of its own colour."""

    @property
    def sampling(self) -> Sampling:
        """Where the layer reads."""
        found = self.trace.layer.means.sampling  # type: ignore[union-attr]  # it is no window
        assert found is not None
        return found

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The input with its border, as far as points lie, and the output."""
        rows, columns = row_and_column(self.sampling.window)
        return [Sheet.sampled_by(self.sampling), Sheet.bare(rows.count, columns.count)]

    def _samples(self, cell: Cell) -> list[list[Sample]]:
        """Group by group."""
        return [self.sampling.samples(cell[1:], group) for group in range(self.sampling.groups)]

    def _colors(self) -> list[str]:
        colors, count = self.style.colors, self.sampling.groups
        if count == 1:
            return [colors.window]
        return [strengthened(colors, colors.channels[k % len(colors.channels)]) for k in range(count)]

    # a step

    def _covered(self, cell: Cell) -> list[Primitive]:
        items: list[Primitive] = [*self._regular(cell)]
        for samples, color in zip(self._samples(cell), self._colors(), strict=True):
            items += [*self._moves(samples), *self._points([sample.at for sample in samples], color)]
        return items

    def _regular(self, cell: Cell) -> list[Primitive]:
        """The window where it stands without offsets, thinly."""
        cells = [self._on(sample.regular) for sample in self._samples(cell)[0]]
        (top, left), (bottom, right) = ((edge(r for r, _ in cells), edge(c for _, c in cells)) for edge in (min, max))
        plane, scale = self.floors[0].plane, self.style.scale
        ring = plane.ring(top - 0.5, left - 0.5, bottom - top + 1, right - left + 1)
        return [Lines((closed(ring),), Stroke(self.style.colors.window, 1.5 * scale, (4 * scale, 3 * scale)))]

    def _moves(self, samples: Sequence[Sample]) -> list[Primitive]:
        """From where points stood to where they are."""
        at = self.floors[0].plane.at
        lines = tuple((at(*self._on(s.regular)), at(*self._on(s.at))) for s in samples if s.regular != s.at)
        stroke = Stroke(self.style.text_ink, max(1.0, self.style.scale))
        below = [] if self.images[0] is None else [Lines(lines, halo(self.style, stroke))]
        return [*below, Lines(lines, stroke)] if lines else []

    def _on(self, place: tuple[float, float]) -> tuple[float, float]:
        """A place of the map on its floor; one too far beyond is drawn at the edge."""
        sheet, (rows, columns) = self.sheets[0], self.sheets[0].shape
        row, column = sheet.rows.place(0) + place[0] + 0.5, sheet.columns.place(0) + place[1] + 0.5
        return min(max(row, 0.0), float(rows)), min(max(column, 0.0), float(columns))

    def _points(self, places: Sequence[tuple[float, float]], color: str) -> list[Primitive]:
        """Discs that lie on the floor; rings where numbers are written."""
        if not places:
            return []
        written = self.numbers is not None
        rings = tuple(self._circle(self._on(place), RINGED if written else RADIUS) for place in places)
        edge = Stroke(self.style.colors.background, max(1.0, self.style.scale))
        return [Polygons(rings, None, Stroke(color, 2 * self.style.scale)) if written else Polygons(rings, color, edge)]

    def _circle(self, middle: tuple[float, float], radius: float) -> tuple[Point, ...]:
        turns = (2 * pi * k / AROUND for k in range(AROUND))
        at = self.floors[0].plane.at
        return tuple(at(middle[0] + radius * sin(turn), middle[1] + radius * cos(turn)) for turn in turns)

    def _sightlines(self, cell: Cell, _shown: list[Primitive]) -> list[Primitive]:
        """From each point to the output that it is a part of."""
        top = self.floors[-1].plane
        end = top.middle(*two(cell[1:]))
        floor, items = self.floors[0].plane, list["Primitive"]()
        for samples, color in zip(self._samples(cell), self._colors(), strict=True):
            lines = tuple((floor.at(*self._on(sample.at)), end) for sample in samples)
            items.append(Lines(lines, Stroke(color, max(1.0, self.style.scale))))
        return items

    # on the way

    def _tweened(self, step: int, share: float) -> list[Primitive]:
        """The points on their way to the next output."""
        starts, ends = (self._samples(self.steps.cell(k)) for k in (step, step + 1))
        items: list[Primitive] = [*self._done(step + 1)]
        for one, other, color in zip(starts, ends, self._colors(), strict=True):
            pairs = zip(one, other, strict=True)
            items += self._points([between(a.at, b.at, share) for a, b in pairs], color)
        return items
