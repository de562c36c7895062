"""The output of the volume view as it fills: from the back to the front, so that what is new hides what is old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.frames import outlined
from conv_anim.scene.primitives import Boxes, Frame, Polygons
from conv_anim.scene.volume.bodies import Body
from conv_anim.scene.volume.space import Cells
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheet import Run
    from conv_anim.scene.steps import Steps
    from conv_anim.scene.style import Style
    from conv_anim.scene.volume.faces import Faces
    from conv_anim.scene.volume.oblique import Fill, Stack
    from conv_anim.scene.volume.space import Cuboid, Space


@dataclass(frozen=True)
class Filling:
    """The output as a body. ``portions`` are the slices that fill together, by the first index of a step."""

    style: Style
    space: Space
    stack: Stack
    fill: Fill
    steps: Steps
    portions: tuple[Run, ...]
    faces: Faces | None = None
    """The shades of its cells, if it has them."""

    def made(self, cell: tuple[int, ...]) -> Cells:
        """The cells that a step of the animation makes."""
        cells = Cells.one(cell)
        if self.space.deep:
            return cells
        first, number = self.portions[cell[0]]
        return replace(cells, slices=list(range(first, first + number)))

    def current(self, place: int) -> str:
        """The colour of a slice's cell that is computed now."""
        return self.style.at_work(self.fill(place))

    # what stays

    def static(self) -> list[Primitive]:
        """What does not change."""
        stack = self.stack
        if not self.style.theme.pending:
            return [*stack.solid(stack.whole, self.fill, self.style.edge), *stack.dots(self.style.colors.ink)]
        if self._all_begun:
            return [*self._empty(stack.whole), *stack.dots(self.style.colors.ink)]
        return stack.outline(stack.whole, self.style.pending_edge)

    @property
    def _all_begun(self) -> bool:
        """Whether no slice waits for another."""
        return self.stack.depth.count == (1 if self.space.deep else self.portions[0][1])

    def _empty(self, block: Cuboid) -> list[Primitive]:
        """Cells that are still to come."""
        stack, blank = self.stack, self.style.colors.background
        faces = Polygons((stack.top(block), stack.right(block)), blank)
        return [faces, Boxes((stack.front(block),), blank), *stack.edges(block, self.style.pending_edge)]

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        """What step ``k`` adds and shows."""
        made = self.made(self.steps.cell(k))
        if not self.style.theme.pending:
            body = Body(self.style, self.space, self.stack, self.fill, self.style.colors.current)
            return Frame((), tuple(body.window(made)))
        if self._interleaved:
            return Frame((), tuple(self._so_far(k)))
        shown = self.cells(made.blocks()[0], self.current)
        if self._all_begun:
            shown += self.stack.dots(self.style.colors.ink)
        return Frame(tuple(self._kept(k)), tuple(shown))

    def finished(self) -> Frame:
        """All of it, when the last step is over."""
        last = len(self.steps)
        if not self.style.theme.pending:
            return Frame()
        if self._interleaved:
            return Frame((), tuple(self._painted([(self.steps.nth(k), self.fill) for k in range(self.steps.total)])))
        dots = self.stack.dots(self.style.colors.ink) if self._all_begun else []
        return Frame((*self._kept(last), *dots))

    def _kept(self, k: int) -> list[Primitive]:
        """New slices if some begin, and what is done of them or of those that are filling."""
        slices = self.made(self.steps.cell(min(k, len(self.steps) - 1))).slices
        place = slices[0]
        before = None if k == 0 else self.made(self.steps.cell(k - 1)).slices[0]
        items = [] if before == place or self._all_begun else self.begun((place, len(slices)))
        made = [self.made(cell) for cell in self.steps.passed(k)]
        rows = grouped((cells.rows[0], cells.columns[0]) for cells in made if cells.slices[0] == place)
        for row, filled in rows.items():
            for block in Cells(slices, [row], sorted(filled)).blocks():
                items += self.cells(block, self.fill)
        return items

    def begun(self, slices: Run) -> list[Primitive]:
        """Empty slices, in front of the full ones."""
        whole, count = self.stack.whole, self.stack.depth.count
        first, number = (sum(slices), count - sum(slices)) if self.stack.depth.reverse else (0, slices[0])
        items: list[Primitive] = []
        if number > 0:
            items += self.stack.solid(replace(whole, slices=(first, number)), self.fill, self.style.edge)
        if number > count / 2:
            items += self.stack.dots(self.style.colors.ink)
        return [*items, *self._empty(replace(whole, slices=slices))]

    def cells(self, block: Cuboid, fill: Fill) -> list[Primitive]:
        """Cells of the slice that is filling, with their share of the map's top and right."""
        stack, edge = self.stack, self.style.edge
        near, far = stack.ends(block.slices)
        thick = far - near >= 1
        lid = stack.lid(block, fill, edge) if thick and block.rows[0] == 0 else []
        side = stack.side(block, fill, edge) if thick and sum(block.columns) == stack.columns else []
        if self.faces is None:
            return [*lid, *side, *stack.face(block, fill, edge)]
        items = [*lid, *side, *self.faces.cells(stack, block, edge)]
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
        blocks = [(self.made(cell).blocks()[0], fill) for cell, fill in cells]
        blocks.sort(key=lambda item: (item[0].slices, -item[0].rows[0], item[0].columns))
        return [item for block, fill in blocks for item in self.stack.solid(block, fill, self.style.edge)]
