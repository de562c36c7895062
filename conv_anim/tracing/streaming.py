"""A stack of layers over a sequence that arrives piece by piece: what can be made when, and what has to be kept for it.

An output is made as soon as all cells that it reads have arrived. Of the cells that have, those are kept that an output
still to come reads: no fewer will do. What comes after the last cell is not known before the sequence ends: outputs
that read the padding there wait for it.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import floor
from typing import TYPE_CHECKING, Protocol

from conv_anim.spec.view_support import streams
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conv_anim.spec.op import Op
    from conv_anim.tracing.geometry import Axis


class Reader(Protocol):
    """What the outputs of a layer read of a sequence that never ends, and how many of them there are if it does."""

    @property
    def count(self) -> int:
        """Outputs of the whole sequence."""
        ...

    def reads(self, output: int) -> list[int]:
        """The cells that an output reads, from the first cell on; those behind the last one count on."""
        ...

    def later(self, output: int, arrived: int) -> Iterator[int]:
        """Outputs from one on, as long as they may read any of the cells that have arrived."""
        ...


@dataclass(frozen=True, slots=True)
class Window:
    """A window that slides along an axis."""

    axis: Axis

    @property
    def count(self) -> int:
        return self.axis.count

    def reads(self, output: int) -> list[int]:
        axis, reach = self.axis, range(self.axis.kernel)
        places = (self._shown(axis.cell(output, tap) - axis.before) for tap in reach)
        return [place // axis.stretch for place in places if place >= 0 and place % axis.stretch == 0]

    def _shown(self, place: int) -> int:
        """The place whose cell stands at a place before the first one; where there is none, the place itself."""
        if place >= 0 or self.axis.mode == "zeros":
            return place
        return 0 if self.axis.mode == "replicate" else -place

    def later(self, output: int, arrived: int) -> Iterator[int]:
        while self.axis.cell(output, 0) - self.axis.before <= (arrived - 1) * self.axis.stretch:
            yield output
            output += 1


@dataclass(frozen=True, slots=True)
class Looking:
    """Causal attention: cells look back by some ``offsets``, or to the start of their block; else to the first cell."""

    count: int
    offsets: tuple[int, ...] | None
    blocks: tuple[int, int] | None

    @property
    def sees_all(self) -> bool:
        """Whether every cell looks at all before it."""
        return self.offsets is None and self.blocks is None

    def reads(self, output: int) -> list[int]:
        if self.offsets is not None:
            return [output + offset for offset in self.offsets if output + offset >= 0]
        if self.blocks is None:
            return list(range(output + 1))
        size, first = self.blocks
        start = 0 if output < first else first + (output - first) // size * size
        return list(range(start, output + 1))

    def later(self, output: int, arrived: int) -> Iterator[int]:
        if self.sees_all:
            yield max(output, arrived)
            return
        while self._first(output) < arrived:
            yield output
            output += 1

    def _first(self, output: int) -> int:
        """The first cell that it would read if the sequence had begun earlier."""
        return self.reads(output)[0] if self.offsets is None else output + min(self.offsets)


def reader(op: Op) -> Reader:
    """What an op with one axis reads. Raises TypeError for one that `view_support.streams` rules out."""
    attends = op.attends
    if attends is not None and streams(op) is None:
        return Looking(op.ends.out_size[0], attends.offsets, attends.blocks)
    if op.window is None:
        raise TypeError(op.type)
    return Window(op.window.axes[0])


@dataclass(frozen=True, slots=True)
class State:
    """After a step: how many cells of each map are there, and which of those that are read are kept for later.

    ``there`` has a number for each map, from the input to the output, and ``kept`` cells for each but the output.
    """

    there: tuple[int, ...]
    kept: tuple[tuple[int, ...], ...]
    ended: bool = False


@dataclass(frozen=True)
class Streaming:
    """Layers over a sequence of ``size`` cells that arrive ``chunk`` at a time."""

    readers: tuple[Reader, ...]
    size: int
    chunk: int

    @classmethod
    def of(cls, ops: Sequence[Op], chunk: int) -> Streaming:
        """The streaming of layers that are each fed by the one before."""
        return cls(tuple(map(reader, ops)), ops[0].ends.in_size[0], chunk)

    @cached_property
    def states(self) -> list[State]:
        """Before the first cell, after each chunk, and after the end if some outputs wait for it."""
        maps = len(self.readers) + 1
        found = [State((0,) * maps, ((),) * (maps - 1))]
        for first in range(0, self.size, self.chunk):
            found.append(self._after(found[-1], min(first + self.chunk, self.size), ended=False))
        if found[-1].there[-1] < self.readers[-1].count:
            found.append(self._after(found[-1], self.size, ended=True))
        return found

    @property
    def steps(self) -> list[tuple[State, State]]:
        """Each step as what was before and after it."""
        return list(pairwise(self.states))

    def _after(self, before: State, arrived: int, *, ended: bool) -> State:
        there, kept = [arrived], list[tuple[int, ...]]()
        for reader_, made in zip(self.readers, before.there[1:], strict=True):
            count = made
            while count < reader_.count and (ended or all(cell < there[-1] for cell in reader_.reads(count))):
                count += 1
            kept.append(() if ended else _needed(reader_, count, there[-1]))
            there.append(count)
        return State(tuple(there), tuple(kept), ended)

    @cached_property
    def held(self) -> tuple[int, ...]:
        """The same until the sequence ends, when nothing is kept any more."""
        return tuple(max(len(state.kept[k]) for state in self.states[:-1]) for k in range(len(self.readers)))

    @cached_property
    def buffers(self) -> tuple[int, ...]:
        """For each map that is read the most cells that are kept from one step to the next."""
        return tuple(max(len(state.kept[k]) for state in self.states) for k in range(len(self.readers)))

    def latency(self, ratio: Fraction) -> int | None:
        """How many cells after its own an output is made, at the most, if cells arrive one by one.

        ``ratio`` is how many cells of the input an output stands for: the own cell of output o is ⌊o·ratio⌋. None if
        all outputs wait for the end.
        """
        one_by_one = Streaming(self.readers, self.size, 1)
        late = [
            after.there[0] - 1 - floor(output * ratio)
            for before, after in one_by_one.steps
            if not after.ended
            for output in range(before.there[-1], after.there[-1])
        ]
        return max(late, default=None)


def _needed(reader_: Reader, output: int, arrived: int) -> tuple[int, ...]:
    """The cells among those that have arrived that outputs from one on read."""
    read = {cell for later in reader_.later(output, arrived) for cell in reader_.reads(later)}
    return tuple(sorted(cell for cell in read if cell < arrived))


def ratio_of(ops: Sequence[Op]) -> Fraction:
    """How many input cells lie between neighbouring outputs of the last layer: the product of strides."""
    found = Fraction(1)
    for op in ops:
        if op.window is not None:
            axis = op.window.axes[0]
            found *= Fraction(axis.stride, axis.stretch)
    return found
