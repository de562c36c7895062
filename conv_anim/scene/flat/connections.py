"""What stands between the maps of a network in the flat view, and above them: lines, badges, arrows, labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.clipping import once
from conv_anim.scene.color import mix
from conv_anim.scene.flat.diagram import Diagram
from conv_anim.scene.flat.weights import PLUS
from conv_anim.scene.primitives import Boxes, Lines, Polygons, Stroke
from conv_anim.scene.sheets.grid import Grid
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Point, Primitive


@dataclass(frozen=True)
class Connections(Diagram):
    """Drawn once."""

    def around(self) -> list[Primitive]:
        """Ways, badges and labels."""
        written = [
            grid.name(text) for k, own in self.notes.items() for grid, text in zip(self.grids[k], own, strict=True)
        ]
        return [*self._ways(), *self._badges(), *self._weights_below(), *self._signs(), *written]

    def _weights_below(self) -> list[Primitive]:
        """What the badges that weigh do it with."""
        items: list[Primitive] = []
        for k in self.written_below:
            grid = self.weights_grid(k)
            items += grid.filled(self.matrices[k], self.weights[k - 1], self.style.colors.kernel)
            items += self._bias_beside(k, grid)
        return items

    def weights_grid(self, k: int) -> Grid:
        """Where the weights below the badge of a map stand."""
        (x, y), (wide, high) = self.badge_at(k), self.weights_size(k)
        rows, columns = self.matrices[k].shape
        left, top = round(x - wide / 2), round(y + self.weights_drop(k) - high)
        return Grid(self.style, self.weights_numbers, rows, columns, left, top)

    def _bias_beside(self, k: int, grid: Grid) -> list[Primitive]:
        """What is added to each sum, in a column to the right of the weights."""
        if k not in self.biases:
            return []
        bias, numbers = self.biases[k], self.weights_numbers
        left, down = grid.x + grid.width + PLUS * numbers.cell, (grid.height - len(bias) * numbers.cell) / 2
        column = Grid(self.style, numbers, len(bias), 1, round(left), round(grid.y + down))
        middle = (grid.x + grid.width + left) / 2, grid.y + grid.height / 2
        sign = self.style.centered(*middle, "+", size=numbers.size, color=self.style.label_ink)
        return [sign, *column.filled(bias, self.weights[k - 1], self.style.colors.kernel)]

    def badge_at(self, k: int) -> Point:
        """The middle of the badge before a map; backward it is to its right."""
        if self.is_turn(k):
            assert self.forward is not None
            return round(self.turn_at), round((self.middle(self.forward) + self.middle(k)) / 2)
        if self.leads_back(k):
            right = self.grids[k][0].x + self.size(k)[0] + self.style.loose
            return round(right + self.wide_between(k) / 2), self.middle(k)
        left = self.lefts[self.depths[k]] - self.style.loose
        return round(left - self.wide_between(k) / 2), self.middle(k)

    def _ways(self) -> list[Primitive]:
        """Lines from map to badge, and arrows from there to what is made."""
        lines: list[tuple[Point, ...]] = []
        heads: list[tuple[Point, ...]] = []
        for k in range(1, len(self.maps)):
            lines += [self._way(read, k) for read in self.read_by(k)]
            line, head = self._arrow(k)
            lines.append(line)
            heads.append(head)
        stroke = Stroke(self.style.label_ink, max(1.0, 1.5 * self.style.scale))
        return [Lines(tuple(once(lines)), stroke), Polygons(tuple(heads), self.style.label_ink)]

    def _arrow(self, k: int) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
        """From the badge before a map to the map: the line and its head."""
        (x, y), size = self.badge_at(k), self.style.thin
        back = self.leads_back(k)
        side = -1 if back else 1
        edge = self.grids[k][0].x + (self.size(k)[0] if back else 0)
        end = edge - side * self.style.thin
        start = (x, y + self.badge_height / 2) if self.is_turn(k) else (x + side * self.badge_width(k) / 2, y)
        high = self.middle(k)
        line = (start, (x, high), (end - side * size, high)) if self.is_turn(k) else (start, (end - side * size, high))
        return line, ((end - side * size, high - 0.6 * size), (end - side * size, high + 0.6 * size), (end, high))

    def _way_back(self, read: int, k: int) -> tuple[Point, ...]:
        """The same as `_way`, from right to left."""
        x, y = self.badge_at(k)
        start, high = self.grids[read][0].x - self.style.thin, self.middle(read)
        turn = round(self.grids[read][0].x - self.style.gap)
        tracks = self.tracks[self.tier(k)]
        if (read, k) not in tracks:
            right = x + self.badge_width(k) / 2
            return ((start, high), (right, y)) if high == y else ((start, high), (turn, high), (turn, y), (right, y))
        track = self._track(self.tier(k), read, k)
        return (start, high), (turn, high), (turn, track), (x, track), (x, y + self.badge_height / 2)

    def _way(self, read: int, k: int) -> tuple[Point, ...]:
        """From a map to the badge before another: straight, round a corner, or below the columns between them."""
        x, y = self.badge_at(k)
        if self.is_turn(k):
            right = self.grids[read][0].x + self.size(read)[0] + self.style.thin
            return (right, self.middle(read)), (x, self.middle(read)), (x, y - self.badge_height / 2)
        if self.leads_back(k):
            return self._way_back(read, k)
        tracks = self.tracks[self.tier(k)]
        depth = self.depths[read]
        start, high = self.grids[read][0].x + self.size(read)[0] + self.style.thin, self.middle(read)
        turn = self.bend(depth)
        if (read, k) in self.aisles:
            return (start, high), *self._way_by_aisle(read, k)
        if self.tier(read) != self.tier(k):
            between = round(self.starts_of_tiers[self.tier(k)] - 0.5 * self.between_tiers)
            edge = self.aisle(len(self.aisles))
            return (start, high), (turn, high), (turn, between), (edge, between), (edge, y), (x, y)
        if (read, k) not in tracks:
            left = x - self.badge_width(k) / 2
            return ((start, high), (left, y)) if high == y else ((start, high), (turn, high), (turn, y), (left, y))
        track, turn = self._track(self.tier(k), read, k), self._turn(read)
        return (start, high), (turn, high), (turn, track), (x, track), (x, y + self.badge_height / 2)

    def _way_by_aisle(self, read: int, k: int) -> tuple[Point, ...]:
        """From beside a map down below its line, left to an aisle, and down that to below the line of another."""
        (x, y), turn, aisle = self.badge_at(k), self._turn(read), self.aisle(self.aisles.index((read, k)))
        leaves, arrives = self._track(self.tier(read), read, k), self._track(self.tier(k), read, k)
        down = ((turn, self.middle(read)), (turn, leaves), (aisle, leaves), (aisle, arrives))
        return (*down, (x, arrives), (x, y + self.badge_height / 2))

    def _track(self, tier: int, read: int, k: int) -> int:
        """The height of a way below the maps of a line."""
        return round(self.bottom_of(tier) + (self.tracks[tier].index((read, k)) + 1) * self.style.gap)

    def _turn(self, read: int) -> int:
        """Where ways to the tracks below its line leave the height of a map."""
        several = len({to for one, to in self.tracks[self.tier(read)] if one == read}) > 1
        return self.bend(self.depths[read]) + round(self.style.thin) * several

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
        return self.starts_of_tiers[self.tier(k)] if self._first(k) else self.tops[k] - self._head(k)
