"""Which cells of the maps of a figure there are: of sparse layers only the active ones."""

from __future__ import annotations

from functools import cached_property
from itertools import repeat
from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.steps import Steps, allotted
from conv_anim.spec.model import MOST_STEPS
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.steps import Cell
    from conv_anim.spec.model import Animation, Size
    from conv_anim.tracing.trace import Trace


def present(trace: Trace, k: int) -> frozenset[Size] | None:
    """The places of the cells of a map that there are, 0 for the input; None if all are."""
    if k == 0:
        sites = [layer.layer.sites for layer in trace.layers if layer.fed[0] == 0]
        return next((each.read for each in sites if each is not None), None)
    made = trace.layers[k - 1]
    if made.layer.sites is not None:
        return made.layer.sites.made
    return present(trace, made.fed[0]) if made.layer.leaves_absent() else None


def places(cells: frozenset[Size]) -> frozenset[Position]:
    """Cells of one or two axes as rows and columns."""
    return frozenset(map(two, cells))


@dataclass(frozen=True)
class SomeSteps(Steps):
    """Steps of the cells that there are, and of no others."""

    there: frozenset[Size] = frozenset()

    @cached_property
    def cells(self) -> list[Cell]:
        """In the order of the animation."""
        everyone = Steps(self.shape, self.animation, self.most)
        cells = (everyone.nth(rank) for rank in range(everyone.total))
        return [cell for cell in cells if cell[1:] in self.there]

    @property
    def total(self) -> int:
        return len(self.cells)

    @cached_property
    def _ranks(self) -> Sequence[int]:
        count, every = self.total, self.animation.every
        shown = list(dict.fromkeys([*range(0, count, every), count - 1]))
        if self.animation.pace != "auto" or len(shown) <= self.most:
            return shown
        return sorted({round(k * (count - 1) / (self.most - 1)) for k in range(self.most)})

    def nth(self, rank: int) -> Cell:
        return self.cells[rank]


@dataclass(frozen=True)
class ChosenSteps(Steps):
    """Steps of which only those of some outputs are shown, if there are any; the others are made between them."""

    wanted: frozenset[Size] = frozenset()

    @cached_property
    def _ranks(self) -> Sequence[int]:
        usual, wanted = super()._ranks, [rank for rank in range(self.total) if self.nth(rank) in self.wanted]
        if not wanted:
            return usual
        last, count = len(wanted) - 1, max(2, len(usual))
        return sorted({wanted[round(k * last / (count - 1))] for k in range(count)})


def steps_of(shape: Size, animation: Animation, there: frozenset[Size] | None, first: int | None = None) -> Steps:
    """The steps of an output (channels, *size), of all its cells or of some; ``first`` where it may begin."""
    if there is not None:
        return SomeSteps(shape, animation, there=there)
    return Steps(shape, animation, ahead=True, first=first)


def staged(
    shapes: Sequence[Size],
    animation: Animation,
    there: Iterable[frozenset[Size] | None] = repeat(None),
    most: int = MOST_STEPS,
) -> list[Steps]:
    """The steps of several outputs that are computed one after the other, each of all its cells or of those ``there``.

    All of them together are no more than ``most``, as far as each shows how its window moves.
    """
    each = list(zip(shapes, there, strict=False))
    shares = allotted([prod(shape) if cells is None else shape[0] * len(cells) for shape, cells in each], most)
    return [
        Steps(shape, animation, share) if cells is None else SomeSteps(shape, animation, share, there=cells)
        for (shape, cells), share in zip(each, shares, strict=True)
    ]
