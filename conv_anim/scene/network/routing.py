"""Where items and lines of a network go: ranks along its direction, and lanes beside each other.

The longest way through the network is straight, in lane 0. Branches and lines that skip items have lanes of their own,
chosen so that no two things meet in one and as few lines as may be cross. Lines change lanes only between ranks, or
right beside a sign: so none runs through a box.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import count, islice, pairwise
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from conv_anim.scene.network.plan import Plan

Span: TypeAlias = tuple[int, int]
"""Places along a lane, both ends included: 2r is rank r, 2r + 1 the gap after it."""
Owner: TypeAlias = "frozenset[tuple[str, int]]"
"""What a line leads from and to: those that share one end may run in one lane, as one line that forks or joins."""
NOBODY: Owner = frozenset()
CROSSED, TURNED = 3, 6
"""What counts as much as a lane further away: a crossing of two lines, and the side where labels stand."""
APART = 3, 8
"""Of how many inputs, from the fewest to the most, the lines to a sign have lanes of their own."""
NEAR = 10
"""Ranks up to which branches keep their lanes for their way back."""


@dataclass(frozen=True, slots=True)
class Route:
    """A line from an item to one that it feeds, in a lane on the way.

    ``leaves`` and ``enters`` are the places where it changes to that lane and from it; they are odd, a gap, but for
    what enters a sign from its side.
    """

    source: int
    target: int
    lane: int
    leaves: int
    enters: int


@dataclass(frozen=True)
class Routing:
    """``ranks`` and ``lanes`` of all items, and a route for every edge."""

    ranks: tuple[int, ...]
    lanes: tuple[int, ...]
    routes: tuple[Route, ...]

    @property
    def used(self) -> range:
        """All lanes from the first to the last one that anything is in."""
        found = [*self.lanes, *(route.lane for route in self.routes)]
        return range(min(found), max(found) + 1)


def routed(plan: Plan, *, each: bool) -> Routing:
    """The lanes of a plan; with ``each``, every item has a rank of its own, and nothing is written below it."""
    ranks = tuple(range(len(plan.items))) if each else _ranks(plan)
    return _Laying(plan, ranks, each).laid()


def _ranks(plan: Plan) -> tuple[int, ...]:
    """As many as the longest way to an item has steps; what is fed by nothing stands right before what it feeds."""
    found: list[int] = []
    for item in plan.items:
        found.append(1 + max((found[number] for number in item.inputs), default=-1))
    for item in plan.items:
        if not item.inputs and plan.readers[item.number]:
            found[item.number] = max(0, min(found[reader] for reader in plan.readers[item.number]) - 1)
    return tuple(found)


@dataclass
class _Laying:
    """Lanes in the making; ``taken`` has for each the spans where something is."""

    plan: Plan
    ranks: tuple[int, ...]
    each: bool
    lane: dict[int, int] = field(default_factory=dict)
    taken: dict[int, list[tuple[Span, Owner]]] = field(default_factory=lambda: defaultdict(list))
    routes: dict[Span, Route] = field(default_factory=dict)

    def laid(self) -> Routing:
        self._chain(_longest(self.plan, range(len(self.plan.items)), self.ranks, last=True), 0)
        while len(self.lane) < len(self.plan.items):
            rest = [item.number for item in self.plan.items if item.number not in self.lane]
            chain = _longest(self.plan, rest, self.ranks)
            self._chain(chain, self._lane_of(chain))
        waiting = [edge for edge in self.plan.edges if edge not in self.routes]
        for edge in sorted(waiting, key=lambda edge: (self.ranks[edge[1]] - self.ranks[edge[0]], edge)):
            self._line(*edge)
        count = len(self.plan.items)
        return Routing(
            self.ranks,
            tuple(self.lane[k] for k in range(count)),
            tuple(self.routes[edge] for edge in self.plan.edges),
        )

    # items

    def _chain(self, chain: Sequence[int], lane: int) -> None:
        """Puts items into a lane, with the lines between them, and those to and from them as far as there is room."""
        for number in chain:
            self.lane[number] = lane
        self.taken[lane].append((self._span(chain), NOBODY))
        for edge in pairwise(chain):
            self._straight(*edge)

    def _span(self, chain: Sequence[int]) -> Span:
        return 2 * self.ranks[chain[0]], 2 * self.ranks[chain[-1]]

    def _straight(self, source: int, target: int) -> None:
        lane, (first, last) = self.lane[source], self._between(source, target)
        self.routes[source, target] = Route(source, target, lane, first, last)

    def _between(self, source: int, target: int) -> Span:
        """From the gap after an item to the one before another."""
        return 2 * self.ranks[source] + 1, 2 * self.ranks[target] - 1

    def _lane_of(self, chain: Sequence[int]) -> int:
        """The nearest free lane, with room for the lines that lead there and away."""
        before = [n for n in self.plan.items[chain[0]].inputs if n in self.lane]
        after = [n for n in self.plan.readers[chain[-1]] if n in self.lane]
        first, last = self._span(chain)
        enters = min([first, *(2 * self.ranks[n] + 1 for n in before)])
        leaves = max([last, *(2 * self.ranks[n] - 1 for n in after if self._is_near(n))])
        ends = [self.lane[n] for n in (*before, *after)] or [0]
        side = self._side(chain, after)
        lane = next(lane for lane in self._nearest(ends, side) if self._is_free(lane, (enters, leaves)))
        self.taken[lane].append(((enters, first - 1), frozenset({("in", chain[0])})))
        self.taken[lane].append(((last + 1, leaves), frozenset({("out", chain[-1])})))
        return lane

    def _is_near(self, target: int) -> bool:
        """Whether all that leads to an item comes from near."""
        return self.ranks[target] - min(self.ranks[n] for n in self.plan.items[target].inputs) <= NEAR

    def _side(self, chain: Sequence[int], after: Sequence[int]) -> int:
        """-1 for what comes before the straight way in what both lead to, or is added to it; else 1."""
        if not after:
            return 1
        target = self.plan.items[after[0]]
        inputs = list(target.inputs)
        others = [inputs.index(n) for n in inputs if n in self.lane and n != chain[-1]]
        return -1 if target.sign is not None or (others and inputs.index(chain[-1]) < min(others)) else 1

    # lines

    def _line(self, source: int, target: int) -> None:
        """The route of a line between two items: in the lane of either if there is room, else in one of its own."""
        span, owner = self._between(source, target), self._owner(source, target)
        ends = self.lane[source], self.lane[target]
        first = ends if self.plan.items[target].sign is not None else ends[::-1]
        own = [lane for lane in first if span[0] >= span[1] or self._is_free(lane, span, owner)]
        if own:
            self._take(source, target, own[0], owner)
            return
        few = self._few(ends, span, owner)
        beside = [lane for lane in few if lane < 0 or len(owner) > 1]
        lane = min(beside or few, key=lambda lane: self._cost(lane, ends, span, owner))
        self._take(source, target, lane, owner)

    def _owner(self, source: int, target: int) -> Owner:
        """What a line may run together with; several that are added up have lanes of their own, to be told apart."""
        item = self.plan.items[target]
        apart = item.sign is not None and APART[0] <= len(item.inputs) <= APART[1]
        return frozenset({("out", source)} if apart else {("out", source), ("in", target)})

    def _take(self, source: int, target: int, lane: int, owner: Owner) -> None:
        first, last = self._between(source, target)
        if self._enters_beside(target, lane, owner):
            last = 2 * self.ranks[target]
        self.taken[lane].append(((first, last), owner))
        self.routes[source, target] = Route(source, target, lane, first, last)

    def _enters_beside(self, target: int, lane: int, owner: Owner) -> bool:
        """Whether a line can lead from its lane straight to the side of a sign."""
        own, place = self.lane[target], 2 * self.ranks[target]
        item = self.plan.items[target]
        if item.sign is None or lane == own or (lane > own and item.badges and not self.each):
            return False
        between = range(min(own, lane) + 1, max(own, lane))
        free = all(self._is_free(other, (place, place)) for other in between)
        others = (route for route in self.routes.values() if route.target == target and route.enters == place)
        alone = all(route.lane == lane or (route.lane < own) != (lane < own) for route in others)
        return free and alone and self._is_free(lane, (place, place), owner)

    def _few(self, ends: Span, span: Span, owner: Owner) -> list[int]:
        """Lanes with room: as many as there have to be to choose from."""
        lanes = count(min(*ends, 0) - 1, -1), count(max(*ends, 0) + 1)
        free = [(lane for lane in side if self._is_free(lane, span, owner)) for side in lanes]
        between = [lane for lane in range(min(ends), max(ends) + 1) if self._is_free(lane, span, owner)]
        return [*between, *(lane for side in free for lane in islice(side, 3))]

    def _cost(self, lane: int, ends: Span, span: Span, owner: Owner) -> tuple[int, int]:
        """How far a lane is, and how many lines are crossed on the way to it and from it."""
        crossed = sum(self._crossed(end, lane, place, owner) for end, place in zip(ends, span, strict=True))
        far = max(abs(lane - end) for end in ends)
        return far + CROSSED * crossed + TURNED * (lane > 0), lane

    def _crossed(self, start: int, end: int, place: int, owner: Owner) -> int:
        between = range(min(start, end) + 1, max(start, end))
        found = (each for lane in between for each in self.taken[lane])
        return sum(first <= place <= last and not whose & owner for (first, last), whose in found)

    # lanes

    def _is_free(self, lane: int, span: Span, owner: Owner = NOBODY) -> bool:
        """Whether nothing is in a part of a lane but what a line may run together with."""
        return all(span[1] < first or last < span[0] or whose & owner for (first, last), whose in self.taken[lane])

    @staticmethod
    def _nearest(ends: Sequence[int], side: int) -> Iterator[int]:
        """All lanes, those near the first end before others; on a side two for each on the other."""
        middle = ends[0]
        yield middle
        for far in count(1):
            yield from (middle + side * (2 * far - 1), middle + side * 2 * far, middle - side * far)


def _longest(plan: Plan, among: Iterable[int], ranks: Sequence[int], *, last: bool = False) -> list[int]:
    """The longest way through some items; with ``last``, one that ends at the last of them."""
    best: dict[int, tuple[int, int | None]] = {}
    for number in among:
        before = [(best[n][0], -k, n) for k, n in enumerate(plan.items[number].inputs) if n in best]
        length, _, source = max(before, default=(0, 0, None))
        best[number] = length + 1, source
    at: int | None = max(best) if last else max(best, key=lambda n: (best[n][0], -ranks[n]))
    found: list[int] = []
    while at is not None:
        found.append(at)
        at = best[at][1]
    return found[::-1]
