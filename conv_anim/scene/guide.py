"""A figure's guide: which of its areas are linked, which steps are about them, and what is said of each step."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, cached_property
from itertools import product
from typing import TYPE_CHECKING

from conv_anim.scene.hit_regions import Turn
from conv_anim.scene.primitives import Guide, Spot
from conv_anim.scene.wording.narration import Narration
from conv_anim.tracing.origins import Origins
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conv_anim.scene.hit_regions import Cell, HitRegion, Turns
    from conv_anim.scene.primitives import Side
    from conv_anim.tracing.trace import Trace

    Pattern = tuple[bool, ...]


MOST_AREAS = 5000
"""The most areas of a figure; with more, cells are a few pixels wide."""


def guide(trace: Trace, hit_regions: Iterable[HitRegion], turns: Turns) -> Guide:
    """The guide of a figure of a trace; one with more areas than can be pointed at has none."""
    found = tuple(hit_regions)
    return Links(trace, found if len(found) <= MOST_AREAS else (), turns).guide()


def of_steps(
    trace: Trace, hit_regions: Iterable[HitRegion], told: Sequence[str], about: Sequence[Sequence[tuple[int, ...]]]
) -> Guide:
    """The guide of a figure whose steps compute several cells each: their narration, and the output cells."""
    found: dict[Cell, list[int]] = defaultdict(list)
    for k, cells in enumerate(about):
        for cell in cells:
            found[cell].append(k)
    plain = guide(trace, hit_regions, ())
    spots = (_stepped(spot, found.get(spot.cell, [])) for spot in plain.spots)
    return replace(plain, told=tuple(told), spots=tuple(spots))


def _stepped(spot: Spot, steps: list[int]) -> Spot:
    """A spot of the output with the steps about it, whose narration says the rest."""
    return replace(spot, steps=tuple(steps), told="") if steps and spot.side == "output" else spot


@dataclass(frozen=True)
class Links:
    """Between the areas of a figure, found by the cells that they stand for."""

    trace: Trace
    hit_regions: tuple[HitRegion, ...]
    turns: Turns

    @cached_property
    def narration(self) -> Narration:
        """What is said of cells and steps."""
        return Narration(self.trace)

    @cached_property
    def numbers(self) -> dict[Side, dict[Cell, list[int]]]:
        """The numbers of the areas of each cell."""
        found: dict[Side, dict[Cell, list[int]]] = {side: defaultdict(list) for side in ("input", "kernel", "output")}
        for k, region in enumerate(self.hit_regions):
            found[region.side][region.cell].append(k)
        return found

    @cached_property
    def merged(self) -> bool:
        """Whether no area distinguishes channels."""
        return all(region.cell[0] is None for region in self.hit_regions)

    @cached_property
    def origins(self) -> Origins:
        """Which cells lie behind which."""
        layers = self.trace.layers
        return Origins([layer.means for layer in layers], [layer.fed for layer in layers], self.merged)

    # from cells to cells

    def behind(self, cell: Cell) -> frozenset[tuple[int, ...]]:
        """The input cells of an output cell, without their channel if channels are not distinguished."""
        shape = self.trace.made.shape
        whole = [range(size) if at is None else (at,) for at, size in zip(cell, shape, strict=True)]
        cells = product(*(whole[1:] if self.merged else whole))
        return frozenset().union(*(self.origins.of(each) for each in cells))

    @cached_property
    def made_of(self) -> dict[Cell, list[Cell]]:
        """For each output cell that has an area, those of the input, in their order."""
        rank = {cell: k for k, cell in enumerate(self.numbers["input"])}
        patterns = {_pattern(cell) for cell in rank}
        found: dict[Cell, list[Cell]] = {}
        for output in self.numbers["output"]:
            seen = {self._seen(read, pattern) for read in self.behind(output) for pattern in patterns}
            found[output] = sorted(seen & rank.keys(), key=rank.__getitem__)
        return found

    def _seen(self, read: tuple[int, ...], pattern: Pattern) -> Cell:
        """A cell as far as the areas of a pattern distinguish it."""
        return _hidden((None, *read) if self.merged else read, pattern)

    @cached_property
    def reached(self) -> dict[Cell, list[Cell]]:
        """For each input cell that has an area, those of the output."""
        found: dict[Cell, list[Cell]] = {cell: [] for cell in self.numbers["input"]}
        for output, inputs in self.made_of.items():
            for cell in inputs:
                found[cell].append(output)
        return found

    # from cells to steps

    @cached_property
    def _about(self) -> dict[int, dict[Pattern, list[tuple[int, Cell]]]]:
        """The steps about cells of each map, with these, by what they leave open."""
        found: dict[int, dict[Pattern, list[tuple[int, Cell]]]] = defaultdict(lambda: defaultdict(list))
        for k, turn in enumerate(self.turns):
            if turn is not None:
                found[turn.number][_pattern(turn.cell)].append((k, turn.cell))
        return found

    @cached_property
    def _indexed(self) -> Callable[[int, Pattern, Pattern], dict[Cell, list[int]]]:
        return cache(self._index)

    def _index(self, number: int, left_open: Pattern, pattern: Pattern) -> dict[Cell, list[int]]:
        """The steps about each cell, as far as a pattern distinguishes it."""
        steps: dict[Cell, list[int]] = defaultdict(list)
        for k, cell in self._about[number][left_open]:
            steps[_hidden(cell, pattern)].append(k)
        return steps

    def steps(self, number: int, cell: Cell) -> tuple[int, ...]:
        """The steps about a cell of a map."""
        found: list[int] = []
        for left_open in self._about[number]:
            pattern = tuple(a or b for a, b in zip(left_open, _pattern(cell), strict=True))
            found += self._indexed(number, left_open, pattern).get(_hidden(cell, pattern), [])
        return tuple(sorted(found))

    # the guide

    def spot(self, region: HitRegion) -> Spot:
        """An area with all that a page says of it."""
        return self._weight(region) if region.side == "kernel" else self._cell(region)

    def _weight(self, region: HitRegion) -> Spot:
        """A cell of the kernel: only its number is said."""
        name, same = self.narration.position(region.cell[1:]), tuple(self.numbers["kernel"][region.cell])
        return Spot("kernel", name, region.ring, region.cell, same=same, told=self.narration.weight(region.cell))

    def _cell(self, region: HitRegion) -> Spot:
        last = len(self.trace.layers)
        number, far, cells = (0, last, self.reached) if region.side == "input" else (last, 0, self.made_of)
        steps = self.steps(number, region.cell)
        linked = [k for cell in cells[region.cell] for k in self.numbers["input" if far == 0 else "output"][cell]]
        return Spot(
            side=region.side,
            name=self.narration.cell(number, region.cell),
            ring=region.ring,
            cell=region.cell,
            steps=steps,
            linked=tuple(sorted(k for k in linked if not self.hit_regions[k].echo)),
            same=tuple(self.numbers[region.side][region.cell]),
            names=tuple(self.narration.cell(far, cell, every="") for cell in _plainest(cells[region.cell])),
            told="" if steps or number == 0 else self.told(Turn(number, region.cell)),
            drifts=int(region.drifts),
        )

    def told(self, turn: Turn | None) -> str:
        """What is said of a step; "" where nothing is computed."""
        if turn is None:
            return ""
        ends = turn.number == len(self.trace.layers)
        return self.narration.step(turn, len(self.behind(turn.cell)) if ends else 0)

    def guide(self) -> Guide:
        """All that a page says of the figure."""
        drifts = tuple((0.0, 0.0) if turn is None else turn.drift for turn in self.turns)
        return Guide(
            lang=self.narration.lang,
            phrases=self.narration.phrases,
            told=tuple(map(self.told, self.turns)),
            spots=tuple(map(self.spot, self.hit_regions)),
            drifts=drifts if any(region.drifts for region in self.hit_regions) and any(map(any, drifts)) else (),
        )


def _pattern(cell: Cell) -> Pattern:
    """What a cell leaves open."""
    return tuple(at is None for at in cell)


def _hidden(cell: Cell, pattern: Pattern) -> Cell:
    return tuple(None if hidden else at for hidden, at in zip(pattern, cell, strict=True))


def _plainest(cells: Sequence[Cell]) -> list[Cell]:
    """Those that leave least open: a part of an output is not counted beside it."""
    least = min((sum(_pattern(cell)) for cell in cells), default=0)
    return [cell for cell in cells if sum(_pattern(cell)) == least]
