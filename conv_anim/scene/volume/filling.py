"""A map of the volume view as it fills: from the back to the front, so that what is new hides what is old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.frames import outlined
from conv_anim.scene.primitives import Boxes, Frame, Polygons, Stroke
from conv_anim.scene.volume.bodies import Body
from conv_anim.scene.volume.space import Cells
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.sheet import Run
    from conv_anim.scene.steps import Steps
    from conv_anim.scene.style import Style
    from conv_anim.scene.volume.faces import Faces
    from conv_anim.scene.volume.oblique import Fill, Stack
    from conv_anim.scene.volume.space import Cuboid, Space


PALE = 0.55
"""How strong the lines between cells are that are still to come, compared with those around them."""


@dataclass(frozen=True)
class Filling:
    """A map that is made, as a body. ``portions`` are the slices that fill together, by the first index of a step.

    A map that a later layer reads lies on that layer's canvas: cells are those of the canvas.
    """

    style: Style
    space: Space
    stack: Stack
    fill: Fill
    steps: Steps
    portions: tuple[Run, ...]
    faces: Faces | None = None
    """The shades of its cells, if it has them."""
    whole: bool = False
    """Whether a step makes all cells of its slices."""

    def made(self, cell: tuple[int, ...]) -> Cells:
        """The cells of the map that a step of the animation makes."""
        cells = Cells.one(cell)
        if self.space.deep:
            return cells
        first, number = self.portions[cell[0]]
        slices = list(range(first, first + number))
        if self.whole:
            return replace(self.space.read(self.space.inputs), slices=slices)
        return replace(cells, slices=slices)

    def _placed(self, cell: tuple[int, ...]) -> Cells:
        """Where they lie on the canvas."""
        return self.space.placed(self.made(cell))

    def current(self, place: int) -> str:
        """The colour of a slice's cell that is computed now."""
        return self.style.at_work(self.fill(place))

    # what stays

    def static(self) -> list[Primitive]:
        """What does not change."""
        stack = self.stack
        if not self.style.theme.pending:
            return [*self._full(self.space.inputs), *stack.dots(self.style.colors.ink)]
        if self._all_begun:
            return [*self._empty(self.space.inputs), *stack.dots(self.style.colors.ink)]
        return [item for block in self._blocks(self.space.inputs) for item in stack.outline(block, self._waiting)]

    @property
    def _waiting(self) -> Stroke:
        return self.style.pending_edge

    @property
    def _between(self) -> Stroke:
        """Between cells that are still to come."""
        waiting = self._waiting
        return replace(waiting, color=mix(self.style.colors.background, waiting.color, PALE))

    @property
    def _all_begun(self) -> bool:
        """Whether no slice waits for another."""
        return self.stack.depth.count == (1 if self.space.deep else self.portions[0][1])

    def _blocks(self, cells: Cells) -> list[Cuboid]:
        return self.stack.from_behind(cells.blocks())

    def _full(self, cells: Cells) -> list[Primitive]:
        return [item for block in self._blocks(cells) for item in self.stack.solid(block, self.fill, self.style.edge)]

    def _empty(self, cells: Cells) -> list[Primitive]:
        """Cells that are still to come."""
        stack, blank, items = self.stack, self.style.colors.background, list["Primitive"]()
        for block in self._blocks(cells):
            items.append(Polygons((stack.top(block), stack.right(block)), blank))
            items += [Boxes((stack.front(block),), blank), *stack.edges(block, self._between)]
            items += stack.outline(block, self._waiting)
        return items

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        """What step ``k`` adds and shows."""
        made = self._placed(self.steps.cell(k))
        if not self.style.theme.pending:
            body = Body(self.style, self.space, self.stack, self.fill, self.style.colors.current)
            return Frame((), tuple(body.window(made)))
        if self._interleaved:
            return Frame((), tuple(self._so_far(k)))
        shown = [item for block in self._blocks(made) for item in self.cells(block, self.current)]
        if self._all_begun:
            shown += self.stack.dots(self.style.colors.ink)
        return Frame(tuple(self._kept(k)), tuple(shown))

    def finished(self) -> list[Primitive]:
        """All of it, when the last step is over."""
        if not self.style.theme.pending:
            return []
        if self._interleaved:
            return self._painted([(self.steps.nth(k), self.fill) for k in range(self.steps.total)])
        return [*self._kept(len(self.steps)), *(self.stack.dots(self.style.colors.ink) if self._all_begun else [])]

    def _kept(self, k: int) -> list[Primitive]:
        """New slices if some begin, and what is done of them or of those that are filling."""
        slices = self._placed(self.steps.cell(min(k, len(self.steps) - 1))).slices
        place = slices[0]
        before = None if k == 0 else self._placed(self.steps.cell(k - 1)).slices[0]
        items = [] if before == place or self._all_begun else [*self._without_outline(), *self.begun(slices)]
        made = [self._placed(cell) for cell in self.steps.passed(k)]
        there = [cells for cells in made if cells.slices[0] == place]
        rows = grouped((row, column) for cells in there for row in cells.rows for column in cells.columns)
        for row, filled in rows.items():
            for block in Cells(slices, [row], sorted(filled)).blocks():
                items += self.cells(block, self.fill)
        return items

    def _without_outline(self) -> list[Primitive]:
        """What hides the outline of all slices: it is drawn again in front of those that have begun."""
        wider = Stroke(self.style.colors.background, self._waiting.width + 1.0)
        return [item for block in self._blocks(self.space.inputs) for item in self.stack.outline(block, wider)]

    def begun(self, slices: list[int]) -> list[Primitive]:
        """Empty slices, in front of the full ones."""
        inputs, full = self.space.inputs, self._beyond(slices, nearer=False)
        items = self._full(replace(inputs, slices=full)) if full else []
        if len(full) > self.stack.depth.count / 2:
            items += self.stack.dots(self.style.colors.ink)
        return [*items, *self._empty(replace(inputs, slices=slices))]

    def _beyond(self, slices: list[int], *, nearer: bool) -> list[int]:
        """The slices in front of some neighbouring ones, or behind them."""
        before = nearer == self.stack.depth.reverse
        return [place for place in self.space.inputs.slices if (place < slices[0] if before else place > slices[-1])]

    def ahead(self, k: int) -> list[Primitive]:
        """The outline of the slices that are to come in front of the one that step ``k`` adds to."""
        if self._all_begun or self._interleaved or not self.style.theme.pending:
            return []
        slices = self._beyond(self._placed(self.steps.cell(k)).slices, nearer=True)
        blocks = self._blocks(replace(self.space.inputs, slices=slices)) if slices else []
        return [item for block in blocks for item in self.stack.outline(block, self._waiting)]

    def cells(self, block: Cuboid, fill: Fill) -> list[Primitive]:
        """Cells of the slice that is filling, with their share of the map's top and right."""
        stack, edge, inputs = self.stack, self.style.edge, self.space.inputs
        near, far = stack.ends(block.slices)
        thick = far - near >= 1
        lid = stack.lid(block, fill, edge) if thick and block.rows[0] - 1 not in inputs.rows else []
        side = stack.side(block, fill, edge) if thick and sum(block.columns) not in inputs.columns else []
        if self.faces is None:
            return [*lid, *side, *stack.face(block, fill, edge)]
        origin = inputs.slices[0], inputs.rows[0], inputs.columns[0]
        items = [*lid, *side, *self.faces.cells(stack, block, edge, origin)]
        if fill == self.current:
            (row, high), (column, wide) = block.rows, block.columns
            marked = (row, column, row + high, column + wide)
            items += outlined(self.style.marking, [marked], lambda r, c: stack.at(near, r, c), cased=True)
        return items

    @property
    def _interleaved(self) -> bool:
        """Whether slices do not fill one after the other."""
        return self.space.deep and self.stack.depth.count > 1 and self.steps.animation.order == "column-major"

    def _so_far(self, k: int) -> list[Primitive]:
        """All cells that are made, what lies in front later."""
        cells = [(self.steps.nth(rank), self.fill) for rank in range(self.steps.rank(k))]
        return self._painted([*cells, (self.steps.cell(k), self.current)])

    def _painted(self, cells: Sequence[tuple[tuple[int, ...], Fill]]) -> list[Primitive]:
        blocks = [(self._placed(cell).blocks()[0], fill) for cell, fill in cells]
        blocks.sort(key=lambda item: (item[0].slices, -item[0].rows[0], item[0].columns))
        return [item for block, fill in blocks for item in self.stack.solid(block, fill, self.style.edge)]
