"""What stands between the maps of a network in the flat view, and above them: lines, badges, arrows, labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.flat.diagram import Diagram
from conv_anim.scene.primitives import Boxes, Lines, Polygons, Stroke

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Point, Primitive


@dataclass(frozen=True)
class Connections(Diagram):
    """Drawn once."""

    def around(self) -> list[Primitive]:
        """Ways, badges and labels."""
        return [*self._ways(), *self._badges(), *self._signs()]

    def badge_at(self, k: int) -> Point:
        """The middle of the badge before a map."""
        left = self.lefts[self.depths[k]] - 1.3 * self.style.gap
        return round(left - self.badge_width(k) / 2), self.middle(k)

    def _ways(self) -> list[Primitive]:
        """Lines from map to badge, and arrows from there to what is made."""
        lines: list[tuple[Point, ...]] = []
        heads: list[tuple[Point, ...]] = []
        for k, layer in enumerate(self.layers, start=1):
            lines += [self._way(read, k) for read in dict.fromkeys(layer.fed)]
            (x, y), end = self.badge_at(k), self.grids[k][0].x - 0.35 * self.style.gap
            size = 0.42 * self.style.gap
            lines.append(((x + self.badge_width(k) / 2, y), (end - size, y)))
            heads.append(((end - size, y - 0.6 * size), (end - size, y + 0.6 * size), (end, y)))
        stroke = Stroke(self.style.label_ink, max(1.0, 1.5 * self.style.scale))
        return [Lines(tuple(lines), stroke), Polygons(tuple(heads), self.style.label_ink)]

    def _way(self, read: int, k: int) -> tuple[Point, ...]:
        """From a map to the badge before another: straight, round a corner, or below the columns between them."""
        (x, y), gap = self.badge_at(k), self.style.gap
        depth = self.depths[read]
        start, high = self.grids[read][0].x + self.size(read)[0] + 0.35 * gap, self.middle(read)
        turn, line = self.bend(depth), self.line_of[self.depths[k]]
        if self.line_of[depth] != line:
            between, edge = round(self.line_tops[line] - 0.5 * self.between_lines), round(0.5 * gap)
            return (start, high), (turn, high), (turn, between), (edge, between), (edge, y), (x, y)
        if (read, k) not in self.tracks:
            left = x - self.badge_width(k) / 2
            return ((start, high), (left, y)) if high == y else ((start, high), (turn, high), (turn, y), (left, y))
        track = round(self.bottom + (self.tracks.index((read, k)) + 0.9) * gap)
        turn += round(0.35 * gap) * (len({to for one, to in self.tracks if one == read}) > 1)
        return (start, high), (turn, high), (turn, track), (x, track), (x, y + self.badge_height / 2)

    def _badges(self) -> list[Primitive]:
        colors, high = self.style.colors, self.badge_height
        fill, edge = mix(colors.background, colors.kernel, 0.85), Stroke(colors.line, self.style.line)
        items: list[Primitive] = []
        for k, text in enumerate(self.badges, start=1):
            (x, y), wide = self.badge_at(k), self.badge_width(k)
            box = (round(x - wide / 2), round(y - high / 2), round(wide), round(high))
            items.append(Boxes((box,), fill, edge, radius=high / 2))
            color = self.style.ink_on(fill)
            items.append(self.style.centered(x, y, text, size=self.badge_size, color=color, bold=True))
        return items

    def _signs(self) -> list[Primitive]:
        if not self.labelled:
            return []
        return [item for k, sign in enumerate(self.signs) for item in sign.at(self.grids[k][0].x, self._sign_top(k))]

    def _sign_top(self, k: int) -> float:
        """Where the label of a map begins: those of the first maps of a line stand on one height."""
        return self.line_tops[self.line_of[self.depths[k]]] if self._first(k) else self.tops[k] - self._head(k)
