"""The matrix view: a layer as a sparse matrix times its input as one long vector, a colour for each weight."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.sums import sum_for, written_sum
from conv_anim.scene.color import mix
from conv_anim.scene.drawing import Drawing
from conv_anim.scene.gliding import gliding, outlines
from conv_anim.scene.hit_regions import HitRegion, Turn
from conv_anim.scene.layout import Panel, animated, panel
from conv_anim.scene.matrix.at_rest import MatrixAtRest
from conv_anim.scene.matrix.attention import attention
from conv_anim.scene.matrix.row_sums import formats_of, room_for, step_of
from conv_anim.scene.primitives import Boxes, Frame, Text, corners
from conv_anim.scene.steps import Steps
from conv_anim.scene.tween import sent
from conv_anim.tracing.matrix import SEVERAL
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.arithmetic.sums import Sum
    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.primitives import Items, Primitive, Side
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.trace import Trace


@dataclass(frozen=True)
class MatrixView(MatrixAtRest):
    """The drawing of a plan."""

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.layer.output.shape, self.trace.spec.animation)

    # what stays

    @property
    def animated(self) -> bool:
        """Whether it goes through the matrix row by row."""
        return getattr(self.trace.spec.view, "animate", False)

    def static(self) -> Items:
        factors, colors = self.factors, self.style.colors
        items: list[Primitive] = [*self._matrix(), *self._kernel()]
        items += self._in_all(("x", "input"), range(len(factors.x)), factors.x, colors.input)
        if factors.bias is not None:
            fill = mix(colors.background, colors.kernel, 0.5)
            items += self._in_all(("bias",), range(len(factors.bias)), factors.bias, fill)
        if self.animated:
            for name in ("y", "output"):
                items += self.tables[name].pending() if name in self.tables else []
        else:
            items += self._results(range(len(factors.y)), colors.output)
            items += self._example()
            items += [] if self.factors.transposed else self._sum(self._example_row)
        for part in self.layout.parts.values():
            items += part.label()
        items += self.layout.signs()
        return tuple(items)

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        return Frame(self._kept(k), lambda: self._shown(self.steps.cell(k)))

    def _kept(self, k: int) -> Items:
        """The results that are there when a step begins."""
        return tuple(self._results([self._row(cell) for cell in self.steps.passed(k)], self.style.colors.output))

    def finished(self) -> Frame:
        return Frame(self._kept(len(self.steps)))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way") if self._written is None else ("read", "summed", "sent", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A step as it comes about: a row and the cells that it meets, their sum, and the result on its way."""
        row = self._row(self.steps.cell(step))
        if phase == "way":
            places, others = (self._marked(self.steps.cell(k)) for k in (step, step + 1))
            stroke = self._strong(self.style.colors.window)
            return (*self._kept(step + 1), *gliding(places, others, share, stroke))
        reading, added = self._reading(row), self._sum(row)
        if phase == "read":
            return (*reading, *added[:-1])
        if phase != "sent":
            return (*reading, *added)
        current = self.style.at_work(self.style.colors.output)
        ends = self._results([row], current, bold=True)
        cells = (item.boxes[0] for item in ends if isinstance(item, Boxes))
        numbers = (item for item in ends if isinstance(item, Text))
        tables = [self.tables[name] for name in ("y", "output") if name in self.tables]
        maps = [table.whole for table in tables]
        moving = (
            sent(self.style, added, end, cell=cell, maps=maps, fill=current, share=share)
            for cell, end in zip(cells, numbers, strict=True)
        )
        return (*reading, *added, *chain.from_iterable(moving))

    def _marked(self, cell: tuple[int, ...]) -> list[Ring]:
        """The row of the matrix, and what is marked in the maps and vectors."""
        table = self.tables["matrix"]
        others = [self.tables[name] for name in ("x", "input", "y", "output") if name in self.tables]
        return [corners(table.row(self._row(cell))), *outlines(self._shown(cell), others)]

    def _row(self, cell: tuple[int, ...]) -> int:
        return int(np.ravel_multi_index(cell, self.layer.output.shape))

    def _shown(self, cell: tuple[int, ...]) -> list[Primitive]:
        row, current = self._row(cell), self.style.at_work(self.style.colors.output)
        return [*self._reading(row), *self._results([row], current, bold=True), *self._sum(row)]

    def _reading(self, row: int) -> list[Primitive]:
        """A row of the matrix, and the input cells that it meets."""
        colors = self.style.colors
        items = self._in_all(("x", "input"), self._read(row), self.factors.x, self.style.under_window(colors.input))
        if self.style.frame is not None:
            items += self._outlined(("x", "input"), self._read(row), self.style.frame)
        return [*items, *self.tables["matrix"].row_outlined(row, self._strong(colors.current))]

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        """Columns of the matrix are input cells and its rows output cells, as are those of the maps and vectors."""
        table = self.tables["matrix"]
        found: list[HitRegion] = []
        for k, cell in enumerate(np.ndindex(self.layer.input.shape)):
            column = HitRegion("input", cell, corners(table.column(k)), echo=True)
            found += [column, *self._in_maps(("x", "input"), "input", k, cell)]
        for k, cell in enumerate(np.ndindex(self.layer.output.shape)):
            row = HitRegion("output", cell, corners(table.row(k)))
            found += [row, *self._in_maps(("y", "output"), "output", k, cell)]
        return found

    def _in_maps(self, names: Iterable[str], side: Side, k: int, cell: tuple[int, ...]) -> list[HitRegion]:
        drawn = [name for name in names if name in self.tables]
        return [HitRegion(side, cell, corners(self.tables[name].box(self._place(name, k)))) for name in drawn]

    def turn(self, k: int) -> Turn:
        return Turn(1, self.steps.cell(k))

    # the sum of a row

    @cached_property
    def _written(self) -> tuple[Sum, float, float] | None:
        """Room for the sum of any row, and where it begins: below the matrix if it fits there, else below all.

        In a still it is left out where it does not fit below the matrix.
        """
        table, layout = self.tables["matrix"], self.layout
        top = table.bottom + self.style.wide
        close = self._sum_in(table.width)
        if close.width <= table.width and top + close.height <= layout.height:
            return close, table.x, top
        if not self.animated:
            return None
        wide = self._sum_in(max(layout.width, 420 * self.style.scale))
        return wide, max(0, (layout.width - wide.width) / 2), layout.height + self.style.wide

    def _sum_in(self, room: float) -> Sum:
        named = self.say("bias.named", value="{value}")
        if self.layer.layer.sampled is not None:
            return room_for(self.factors, self.style, room, named)
        whole = sum_for(self.layer, self.factors.formats, self.style, room, bias=named)
        if SEVERAL in self.factors.groups:
            return whole
        return replace(whole, count=max(1, *(len(self._read(row)) for row in range(len(self.layer)))))

    def _sum(self, row: int) -> list[Primitive]:
        """The sum of a row, without the cells of the window that have no column."""
        if self._written is None:
            return []
        room, x, top = self._written
        if self.layer.layer.sampled is not None:
            step, formats = step_of(self.factors, row), formats_of(self.factors)
        else:
            step, formats = self.layer[row], self.factors.formats
            step = replace(step, taps=tuple(tap for tap in step.taps if tap.input is not None) or step.taps[:1])
        return written_sum(room.of(max(1, len(step.taps))), step, formats, x=x, y=top + room.size)

    def panel(self) -> Panel:
        """It as a panel, which can be put beside others."""
        width, height = self.layout.width, self.layout.height
        if self._written is not None:
            room, x, top = self._written
            width, height = max(width, x + room.width), max(height, top + room.height)
        if not self.animated:
            return panel(Drawing(self.static(), hit_regions=self.hit_regions), width, height)
        return animated(self, width, height)


def matrix(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    if trace.layer.layer.attends is not None:
        return attention(trace, style)
    return MatrixView(trace, style).panel()
