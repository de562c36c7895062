"""Lengths for ranks and lanes: where along the network items are, where lines change lanes, and how lines run.

Everything is said along the direction of the network and across it; the view turns that into right and down.
"""

from __future__ import annotations

from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.network.routing import Route, Routing


class Room(NamedTuple):
    """What an item takes from its own middle: along the network to both ends, across it on either side."""

    along: float
    low: float
    high: float


class Gaps(NamedTuple):
    """Between ranks: at least ``least``, and ``track`` more for each further line that runs across."""

    least: float
    track: float
    lane: float
    """Between lanes, and as wide as a lane of lines alone."""


Along = tuple[float, float]
"""A place along and across the network."""


@dataclass(frozen=True)
class Positions:
    """``rooms`` are those of all items; ``bodies`` how far their boxes reach from their middles to both ends."""

    routing: Routing
    rooms: Sequence[Room]
    bodies: Sequence[float]
    sides: Sequence[float]
    """How far from its middle, across, a line that comes from a lane beside it meets an item."""
    gaps: Gaps

    # lines that run across, in gaps

    @cached_property
    def crossings(self) -> dict[tuple[int, tuple[str, int]], tuple[int, int]]:
        """By gap and end, from which lane to which lines run across."""
        found: dict[tuple[int, tuple[str, int]], tuple[int, int]] = {}
        for route in self.routing.routes:
            for gap, end, from_, to in self._changes(route):
                low, high = found.get((gap, end), (from_, from_))
                found[gap, end] = min(low, from_, to), max(high, from_, to)
        return found

    def _changes(self, route: Route) -> list[tuple[int, tuple[str, int], int, int]]:
        """The gaps where a route changes lanes, with the end that it shares them by, and the lanes."""
        lanes = self.routing.lanes
        source, target = lanes[route.source], lanes[route.target]
        found = []
        if route.lane != source:
            found.append((route.leaves, ("out", route.source), source, route.lane))
        if route.lane != target and route.enters % 2:
            found.append((route.enters, ("in", route.target), route.lane, target))
        if len(found) == 1 and route.leaves == route.enters and self._joins(route):
            found = [(route.leaves, ("in", route.target), source, target)]
        return found

    def _joins(self, route: Route) -> bool:
        """Whether more lines come together in a route's target than leave its source."""
        into = sum(other.target == route.target for other in self.routing.routes)
        return into > sum(other.source == route.source for other in self.routing.routes)

    @cached_property
    def tracks(self) -> dict[tuple[int, tuple[str, int]], int]:
        """Of each crossing the number of its track in its gap: those that meet have different ones, outs come first."""
        found: dict[tuple[int, tuple[str, int]], int] = {}
        for gap, end in sorted(self.crossings, key=lambda key: (key[0], key[1][0] == "in", key[1][1])):
            low, high = self.crossings[gap, end]
            met = [
                track
                for (other, other_end), track in found.items()
                if other == gap
                and not (high < self.crossings[gap, other_end][0] or self.crossings[gap, other_end][1] < low)
            ]
            found[gap, end] = max(met, default=-1) + 1
        return found

    # along

    @property
    def count(self) -> int:
        """How many ranks there are."""
        return max(self.routing.ranks) + 1

    @cached_property
    def _tracks_in(self) -> list[int]:
        """How many tracks each gap has."""
        found = [0] * self.count
        for (gap, _), track in self.tracks.items():
            found[gap // 2] = max(found[gap // 2], track + 1)
        return found

    @cached_property
    def _extents(self) -> list[float]:
        """Of each rank, how far its items reach from their middles to both ends."""
        found = [0.0] * self.count
        for rank, room in zip(self.routing.ranks, self.rooms, strict=True):
            found[rank] = max(found[rank], room.along)
        return found

    @cached_property
    def middles(self) -> list[float]:
        """Where the middle of each rank is."""
        found, at = list[float](), 0.0
        for rank, extent in enumerate(self._extents):
            found.append(at + extent)
            at += 2 * extent + self._gap(rank)
        return found

    def _gap(self, rank: int) -> float:
        """After a rank."""
        if rank == self.count - 1:
            return 0.0
        return self.gaps.least + max(0, self._tracks_in[rank] - 1) * self.gaps.track

    @property
    def length(self) -> float:
        """Along the network."""
        return self.middles[-1] + self._extents[-1]

    def _track(self, gap: int, end: tuple[str, int]) -> float:
        """Where a line runs across, in a gap: those of a source near it, those of a target before its arrow."""
        rank = gap // 2
        start = self.middles[rank] + self._extents[rank]
        count, number = self._tracks_in[rank], self.tracks[gap, end]
        first = start + (self._gap(rank) - (count - 1) * self.gaps.track) / 2
        return first + number * self.gaps.track - 0.12 * self.gaps.least

    # across

    @cached_property
    def _widths(self) -> dict[int, tuple[float, float]]:
        """How far each lane reaches on either side of its line."""
        thin = self.gaps.lane / 2
        found = dict.fromkeys(self.routing.used, (thin, thin))
        for lane, room in zip(self.routing.lanes, self.rooms, strict=True):
            low, high = found[lane]
            found[lane] = max(low, room.low), max(high, room.high)
        return found

    @cached_property
    def lines(self) -> dict[int, float]:
        """Where the line of each lane is."""
        widths = [self._widths[lane] for lane in self.routing.used]
        starts = accumulate((low + high for low, high in widths[:-1]), initial=0.0)
        return {lane: start + low for lane, start, (low, _) in zip(self.routing.used, starts, widths, strict=True)}

    def _line(self, route: Route) -> float:
        """Where a line runs in its lane; where items of other ranks have made that wide, near the middle of all."""
        lane, own = route.lane, self.routing.lanes
        if lane in {own[route.source], own[route.target]}:
            return self.lines[lane]
        low, high = self._widths[lane]
        thin = self.gaps.lane / 2
        return self.lines[lane] + (high - thin if lane < 0 else thin - low)

    @property
    def width(self) -> float:
        """Across the network."""
        return sum(low + high for low, high in self._widths.values())

    def middle(self, item: int) -> Along:
        """The middle of an item."""
        return self.middles[self.routing.ranks[item]], self.lines[self.routing.lanes[item]]

    def span(self, first: int, last: int) -> tuple[float, float]:
        """Along the network, from where the first of some items begin to where the last of them end."""
        extents = [(self.middle(k)[0], self.rooms[k].along) for k in range(first, last + 1)]
        return min(at - along for at, along in extents), max(at + along for at, along in extents)

    # lines

    def route(self, route: Route) -> tuple[Along, ...]:
        """The corners of a line, from item to item."""
        start, end = self.middle(route.source), self.middle(route.target)
        across = self._line(route)
        points = [(start[0] + self.bodies[route.source], start[1])]
        for gap, whose, _, to in self._changes(route):
            at = self._track(gap, whose)
            points += [(at, points[-1][1]), (at, across if to == route.lane else self.lines[to])]
        if route.enters % 2:
            points.append((end[0] - self.bodies[route.target], end[1]))
        else:
            side = self.sides[route.target] * (-1 if across < end[1] else 1)
            points += [(end[0], across), (end[0], end[1] + side)]
        return tuple(points)
