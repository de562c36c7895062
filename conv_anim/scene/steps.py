"""Which output cell each step of an animation computes."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from math import ceil, prod
from typing import TYPE_CHECKING

from conv_anim.scene.primitives import Lazy
from conv_anim.spec.model import MOST_STEPS
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.spec.model import Animation

    Cell = tuple[int, ...]

FEW, MADE_BEFORE = 16, 3
"""Where no more than one output in 16 is shown, a third of the rows is made before."""
SLOW = 3
"""Steps at the beginning that are slow: where outputs are left out, these follow one another."""


@dataclass(frozen=True)
class Steps:
    """The cells of an output (channels, *size) in the order of the animation: all of them, or some.

    Those shown always make the window move in every direction in which it moves, and the last one is among them.
    ``most`` is how many are shown at most, where the pace is not even.
    """

    shape: tuple[int, ...]
    animation: Animation
    most: int = MOST_STEPS
    ahead: bool = False
    """Whether it may begin where some outputs are made, if it shows only few of them."""
    first: int | None = None
    """The output at which it begins then; None for the first of the second third of the rows."""

    def __len__(self) -> int:
        return len(self._ranks)

    def rank(self, frame: int) -> int:
        """How many cells come before the one that the step computes; past the last step, how many there are."""
        return self.total if frame == len(self) else self._ranks[frame]

    @property
    def total(self) -> int:
        """How many cells there are."""
        return prod(self.shape)

    @cached_property
    def _ranks(self) -> Sequence[int]:
        count, every = self.total, self.animation.every
        shown = 1 + ceil((count - 1) / every)
        if self.animation.pace == "auto":
            shown = min(shown, self.most)
        if shown == count:
            return range(count)
        before = self._made_before(shown)
        if before and self.first is not None:
            return self._from(self.first, shown)
        if before:
            *outer, rows, columns = self.dimensions
            return [before * columns + rank for rank in chosen((*outer, rows - before, columns), shown)]
        evenly: Sequence[int] = Lazy(1 + ceil((count - 1) / every), lambda k: min(k * every, count - 1))
        if shown == len(evenly) and moves(self.dimensions, evenly):
            return evenly
        return chosen(self.dimensions, shown)

    def _from(self, first: int, shown: int) -> Sequence[int]:
        """The first ones follow one another; then rows further down."""
        *outer, rows, columns = self.dimensions
        below = first // columns + 1
        rest = chosen((*outer, rows - below, columns), max(1, shown - SLOW))
        return [*range(first, first + SLOW), *(below * columns + rank for rank in rest)]

    @property
    def begins_late(self) -> bool:
        """Whether some outputs are made when the first step begins."""
        return self.rank(0) > 0

    def _made_before(self, shown: int) -> int:
        """Rows that are made when the first step begins, so that a picture does not begin with a blank."""
        few = self.animation.pace == "auto" and self.total >= FEW * shown
        if not (self.ahead and few and len(self.dimensions) > 2 and max(self.dimensions[:-2]) == 1):
            return 0
        return self.dimensions[-2] // MADE_BEFORE

    @property
    def dimensions(self) -> tuple[int, ...]:
        """The shape in the order in which it is gone through: what changes fastest comes last."""
        channels, *size = self.shape
        return (channels, *(size[::-1] if self.animation.order == "column-major" else size))

    def cell(self, frame: int) -> Cell:
        """The output cell of a frame."""
        return self.nth(self.rank(frame))

    def passed(self, frame: int) -> list[Cell]:
        """The cells that are done when the step begins and were not when the one before it began.

        Past the last step, the cells that it leaves behind.
        """
        return [self.nth(rank) for rank in range(0 if frame == 0 else self.rank(frame - 1), self.rank(frame))]

    def nth(self, rank: int) -> Cell:
        """Channel by channel, and within a channel by rows, by columns, or all of it from the end."""
        order = self.animation.order
        _channels, *size = self.shape
        if order == "reverse":
            rank = prod(self.shape) - 1 - rank
        position = [0] * len(size)
        axes = range(len(size))
        for axis in axes if order == "column-major" else reversed(axes):
            rank, position[axis] = divmod(rank, size[axis])
        return (rank, *position)


def moves(dimensions: Sequence[int], ranks: Iterable[int]) -> bool:
    """Whether some steps of a walk through all cells go on along every axis: along a row, from row to row, ….

    A step goes along the outermost axis on which it changes anything.
    """
    inner = [prod(dimensions[a + 1 :]) for a in range(len(dimensions))]
    wanted = {a for a, size in enumerate(dimensions) if size > 1}
    before = None
    for rank in ranks:
        if before is not None:
            wanted.discard(next(a for a, size in enumerate(inner) if before // size != rank // size))
        if not wanted:
            return True
        before = rank
    return not wanted


def chosen(dimensions: Sequence[int], most: int) -> Sequence[int]:
    """So many steps at most of a walk through all cells: some places on each axis, and all that they make together.

    On every axis there are two at least, so that the window is seen to move in every direction: with very few steps
    there are more than ``most``. The first ones follow one another, and the last one is the last of all.
    """
    last = len(dimensions) - 1
    counts = zip(dimensions, _shared(dimensions, most), strict=True)
    places = [_spread(size, count, SLOW if a == last else 1) for a, (size, count) in enumerate(counts)]
    ranks = [0]
    for size, there in zip(dimensions, places, strict=True):
        ranks = [rank * size + place for rank in ranks for place in there]
    return ranks


def _shared(dimensions: Sequence[int], most: int) -> list[int]:
    """How many places are shown on each axis: along a row the most, and then of those that show the fewest."""
    counts = [min(2, size) for size in dimensions]
    while True:
        growing = [a for a, size in enumerate(dimensions) if counts[a] < size and _grown(counts, a) <= most]
        if not growing:
            return counts
        a = min(growing, key=lambda a: (min(counts[a], SLOW + 1) if a == len(counts) - 1 else counts[a] + 1, -a))
        counts[a] += 1


def _grown(counts: Sequence[int], a: int) -> int:
    return prod(counts) // counts[a] * (counts[a] + 1)


def _spread(size: int, count: int, together: int) -> list[int]:
    """Places on an axis: so many at first next to each other, the rest as far apart as can be, up to the last."""
    if count >= size:
        return list(range(size))
    near = max(1, min(together, count - 1))
    left = count - near
    step = (size - near) / left
    return [*range(near), *(near - 1 + round((k + 1) * step) for k in range(left))]


@dataclass(frozen=True)
class Walks:
    """The steps of several outputs, one after the other."""

    each: tuple[Steps, ...]

    def __len__(self) -> int:
        return sum(map(len, self.each))

    @property
    def total(self) -> int:
        """How many cells there are."""
        return sum(steps.total for steps in self.each)

    @cached_property
    def starts(self) -> list[int]:
        """The first frame of each output, and the number of all frames."""
        return [0, *accumulate(map(len, self.each))]

    @property
    def stages(self) -> tuple[int, ...]:
        """The first frame of each output."""
        return tuple(self.starts[:-1])

    def at(self, k: int) -> tuple[int, int]:
        """Which output a frame is about, counted from 0, and which of its steps."""
        stage = bisect_right(self.starts, k) - 1
        return stage, k - self.starts[stage]

    def over(self, k: int) -> list[tuple[int, int]]:
        """Which steps are over when a frame begins and were not before: those before a step of an output."""
        stage, step = self.at(k)
        ended = [(stage - 1, len(self.each[stage - 1]))] if step == 0 and stage > 0 else []
        return [*ended, (stage, step)]


def allotted(counts: Sequence[int], most: int) -> list[int]:
    """Of how many steps each of several walks may show, so that all of them together show no more than ``most``.

    Short ones are shown in full as long as there is room; each shows four at least.
    """
    left, found = most, dict[int, int]()
    for place, k in enumerate(sorted(range(len(counts)), key=lambda k: counts[k])):
        share = max(4, left // (len(counts) - place))
        found[k] = min(counts[k], share)
        left -= found[k]
    return [found[k] for k in range(len(counts))]
