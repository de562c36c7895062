"""The flat view of a backward pass: the forward cells, the windows and the weights that a gradient is about."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.flat.worked_line import WorkedLine
from conv_anim.scene.primitives import Boxes
from conv_anim.scene.strokes import strong
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.steps import Cell
    from conv_anim.spec.op import Op
    from conv_anim.tracing.taps import Step

MOST_OUTPUTS = 2000
"""Outputs of a pooling whose windows are all gone through for the cells that they read."""


@dataclass(frozen=True)
class Behind:
    """What stands behind a gradient: cells in their fills, those that an outline surrounds, and what lies on top."""

    items: list[Primitive] = field(default_factory=list)
    read: list[tuple[int, Cell]] = field(default_factory=list)
    above: list[Primitive] = field(default_factory=list)


@dataclass(frozen=True)
class LedBack(WorkedLine):
    """Of a step of the backward pass, what it goes back to."""

    def cell_of(self, k: int, cell: Cell, fill: str, *, bold: bool = False) -> list[Primitive]:
        """A cell of a map with its number."""
        pane, place = self.at(cell)
        grid = self.grids[k][pane]
        value = self.maps[k][cell].item()
        return grid.cell(place, self.formats[k](value), fill, bold=bold, value=value)

    def behind(self, stage: int, step: Step) -> Behind:
        """The forward cell that a gradient belongs to, or the windows that it went into; of a sum of gradients none."""
        of, op = self.gradient_of[stage + 1] if self.forward is not None else None, self.layers[stage].layer
        if of is None or (op.undoes is None and op.window is None):
            return Behind()
        meant = self.ringed(of, step.output)
        if op.undoes is None:
            return Behind(above=meant)  # a window over gradients: the cell's number takes no part
        if is_maximum(op.undoes):
            return self._windows(stage, step, of, meant)
        lit = self.cell_of(of, step.output, self.style.under_window(self.color(of, self.at(step.output)[0])))
        return Behind(lit, [(of, step.output)])

    def ringed(self, k: int, cell: Cell) -> list[Primitive]:
        """An outline in the colour of what is being made."""
        pane, place = self.at(cell)
        return [Boxes((self.grids[k][pane].box(*place),), None, strong(self.style, self.style.colors.current))]

    def _windows(self, stage: int, step: Step, of: int, meant: list[Primitive]) -> Behind:
        """The windows that read a cell, with their maxima, and the gradients of their outputs."""
        found, upstream = Behind(above=meant), self.layers[stage].fed[0]
        for forward in self._readers.get(stage, {}).get(step.output, ()):
            largest = next(tap.input for tap in forward.taps if tap.x == forward.value)
            for cell in (tap.input for tap in forward.taps if tap.input is not None):
                color, top = self.color(of, self.at(cell)[0]), cell == largest
                fill = self.style.at_work(color) if top else self.style.under_window(color)
                if top or (of, cell) not in found.read:
                    found.items.extend(self.cell_of(of, cell, fill, bold=top))
                found.read.append((of, cell))
            found.read.append((upstream, forward.output))
        return found

    @cached_property
    def _readers(self) -> Mapping[int, Mapping[Cell, list[Step]]]:
        """By the stage that leads back through a maximum, the forward steps that read a cell."""
        found: dict[int, dict[Cell, list[Step]]] = {}
        for stage, layer in enumerate(self.layers):
            op = layer.layer.undoes
            if op is None or not is_maximum(op) or not layer.fed[1:]:
                continue
            forward = self.layers[layer.fed[1] - 1]
            for step in forward if forward.output.size <= MOST_OUTPUTS else ():
                for tap in step.taps:
                    if tap.input is not None:
                        found.setdefault(stage, {}).setdefault(tap.input, []).append(step)
        return found

    def weights_met(self, k: int, step: Step) -> list[Primitive]:
        """Of a window that leads back, the weights below its badge that meet a gradient: at an edge not all of them."""
        layer = self.layers[k - 1]
        if k not in self.written_below or not self.leads_back(k):
            return []
        flipped = [axis.flipped for axis in layer.operator.axes]
        shape = self.matrices[k].shape
        places: list[Position] = []
        for tap in step.taps:
            if tap.input is not None and tap.weight is not None:
                at = tuple(
                    n - 1 - i if turned else i for i, n, turned in zip(tap.weight[2:], shape, flipped, strict=True)
                )
                places.append((at[0], at[1]))
        return self.weights_grid(k).framed(places)


def is_maximum(op: Op) -> bool:
    """Whether an op makes each output the largest cell of its window."""
    return op.badge == "max" or (op.window is not None and op.window.reduce == "max")
