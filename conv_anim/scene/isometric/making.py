"""The maps between input and output of a stack, whose cells appear as soon as an output is made of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.isometric.floor_cells import filled
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.tones import SMALLEST_EDGED
from conv_anim.spec.grouping import grouped, row_runs
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.isometric.drawing import Isometric
    from conv_anim.scene.primitives import Primitive

    Position = tuple[int, int]

MOST = 400
"""Cells of a map, and outputs, up to which it is followed which cell is made when."""


@dataclass(frozen=True)
class Making:
    """``floors`` are the numbers of these maps; none where they are there from the start."""

    plan: Isometric
    floors: tuple[int, ...]

    @classmethod
    def of(cls, plan: Isometric) -> Making:
        """Of all maps between two layers, if each of their cells can be seen."""
        between = range(1, len(plan.layers))
        few = max(plan.steps.total, *(len(plan.floors[k].inputs.cells()) for k in between), 0) <= MOST
        plain = plan.numbers is None and all(image is None for image in plan.images)
        whole = not any(plan.absent(k) for k in range(len(plan.floors)))
        seen = plan.style.theme.pending and plan.unit >= SMALLEST_EDGED
        return cls(plan, tuple(between) if few and plain and whole and seen else ())

    def made(self, step: int) -> list[Primitive]:
        """The cells that appear as a step begins, or past the last; with the first also those that no output reads."""
        items: list[Primitive] = []
        if not self.floors:
            return items
        for k, appearing in zip(self.floors, self._appearing[step], strict=True):
            drawn_plane = self.plan.drawn_planes[k]
            fills = grouped((drawn_plane.fill(place), place) for place in sorted(appearing))
            for fill, alike in fills.items():
                blocks = [((row, 1), (run.start, len(run))) for row, run in row_runs(alike)]
                items += filled(drawn_plane.floor.plane, blocks, fill, self.plan.style.edge)
        return items

    @cached_property
    def _appearing(self) -> list[list[set[Position]]]:
        """By step and map."""
        steps = self.plan.steps
        left = [set(self.plan.floors[k].inputs.cells()) for k in self.floors]
        unread = [set(self.plan.drawn_planes[k].unread) for k in self.floors]
        left = [cells - crossed for cells, crossed in zip(left, unread, strict=True)]
        found: list[list[set[Position]]] = []
        for step in range(len(steps) + 1):
            outputs = [*steps.passed(step), *([steps.cell(step)] if step < len(steps) else [])]
            reached = [set["Position"]() for _ in self.floors]
            for output in outputs:
                reaches = self.plan.reaches(*two(output[1:]))
                masked = self.plan.masked(two(output[1:]), reaches)
                for cells, k in zip(reached, self.floors, strict=True):
                    plane = self.plan.drawn_planes[k]
                    read = set(reaches[k].cells()) - set(masked[k])
                    cells.update(plane.source_of(at) for at in read if plane.every[at] <= Source.BORROWED)
            found.append([here & cells for here, cells in zip(left, reached, strict=True)])
            left = [here - cells for here, cells in zip(left, reached, strict=True)]
        first = [here | never for here, never in zip(found[0], left, strict=True)]
        return [first, *found[1:]]
