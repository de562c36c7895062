"""A map as a body in the volume view, with the window's box in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Boxes, Lines, Polygons, Stroke, closed, union
from conv_anim.scene.volume.hues import strengthened
from conv_anim.scene.volume.oblique import FINEST
from conv_anim.scene.volume.space import Cuboid
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.volume.faces import Faces
    from conv_anim.scene.volume.oblique import Fill, Stack
    from conv_anim.scene.volume.space import Cells, Space

GLASS = 0.5
"""How strong the window's box is where it lies behind cells of its map."""


GHOST = 0.7
"""How strong the edges of slices are that are left away to show what lies behind them."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Which faces of a block lie behind cells of its map."""

    top: bool
    right: bool
    front: bool


@dataclass(frozen=True)
class Body:
    """A map that a window reads; the cells under it get the colour ``over``."""

    style: Style
    space: Space
    stack: Stack
    fill: Fill
    over: str
    faces: Faces | None = None
    """The shades of its cells, if it has them."""

    # the map

    def static(self) -> list[Primitive]:
        """What does not change."""
        return [*self.canvas(), *self._map()]

    def canvas(self) -> list[Primitive]:
        """Padding and inserted zeros: empty, their edges dashed."""
        space, stack, stroke = self.space, self.stack, self.style.empty_edge
        if not space.has_empty:
            return []
        if space.deep:
            return stack.outline(stack.whole, stroke)
        if space.spread and stack.cell >= 2 * FINEST:
            return stack.face_edges(stack.whole, stroke)
        return [Boxes((stack.front(stack.whole),), None, stroke)]

    def _map(self, cells: Cells | None = None) -> list[Primitive]:
        """All of it, or some of its slices."""
        items: list[Primitive] = []
        blocks = self.stack.from_behind((cells or self.space.inputs).blocks())
        for block in blocks:
            items += self.stack.solid(block, self.fill, self.style.edge)
        if self.faces is not None and not self.space.spread:
            items += self.faces.on(self.stack, blocks[-1], self.style.edge, self.space.inputs.slices[0])
        return [*items, *self.stack.dots(self.style.colors.ink)]

    def opened(self, cells: Cells) -> list[Primitive]:
        """The map with outlines for the slices in front of what a window reads; nothing where there are none."""
        inputs, ahead = self.space.inputs, self._ahead(cells)
        if self.style.frame is None or not ahead:
            return []
        stack, blank, items = self.stack, self.style.colors.background, list["Primitive"]()
        for block in inputs.blocks():
            items += [Polygons((stack.top(block), stack.right(block)), blank), Boxes((stack.front(block),), blank)]
            items += stack.outline(block, replace(self.style.edge, color=blank))
        items += self.canvas()
        items += self._map(replace(inputs, slices=[place for place in inputs.slices if place not in ahead]))
        for block in stack.from_behind(replace(inputs, slices=ahead).blocks()):
            items += stack.outline(block, self._ghost(block))
        return items

    def _ahead(self, cells: Cells) -> list[int]:
        """The slices in front of some cells."""
        inputs, reverse = self.space.inputs.slices, self.stack.depth.reverse
        read = [place for place in cells.slices if place in inputs]
        if not read:
            return []
        return [place for place in inputs if (place < min(read) if reverse else place > max(read))]

    def _ghost(self, block: Cuboid) -> Stroke:
        """The edges of slices that are not in the way."""
        color = strengthened(self.style.colors, self.fill(self.stack.nearest(block.slices)))
        return Stroke(mix(self.style.colors.background, color, GHOST), max(1.0, self.style.scale))

    # the window

    def window(self, cells: Cells) -> list[Primitive]:
        """The window's box, and the map painted again, so that each hides what lies behind it."""
        if self.style.frame is not None:
            return [*self.opened(cells), *self._outlined(cells, self.style.frame)]
        blocks = self.stack.from_behind(cells.blocks())
        read = self.stack.from_behind(cells.within(self.space.inputs).blocks())
        items: list[Primitive] = []
        for block in blocks:
            items += self._hanging(block)
        items += self._map() if items else []
        for block in read:
            items += self._footprints(block)
        items += self._inside(read)
        for block in blocks:
            items += self._unread(block)
        for block in read:
            items += self._surface(block)
        return [*items, *self.stack.dots(self.style.colors.ink)]

    def reached(self, cells: Cells) -> list[Primitive]:
        """The cells that what the window reads was made of, in the colour of what is made."""
        width = max(1.5 * self.style.scale, 1.8 * self.style.line)
        stroke = Stroke(self.style.colors.current, width)
        return [*self.opened(cells), *self._outlined(cells, stroke)] if cells.rows else []

    def _outlined(self, cells: Cells, stroke: Stroke) -> list[Primitive]:
        """The window's box by its edges: whole in front, dashed where cells of the map hide them."""
        stack, blocks = self.stack, self.stack.from_behind(cells.blocks())
        thin = Stroke(stroke.color, max(1.0, 0.5 * stroke.width))
        dashed = replace(thin, dash=(2.5 * self.style.scale, 2.5 * self.style.scale))
        items: list[Primitive] = []
        for block in blocks:
            hidden = self._hidden(block, self._ahead(cells))
            if len(blocks) == 1:
                for ring, behind in ((stack.top(block), hidden.top), (stack.right(block), hidden.right)):
                    items.append(Lines((closed(ring),), dashed if behind else thin))
            items.append(
                Boxes((stack.front(block),), None, replace(stroke, dash=dashed.dash) if hidden.front else stroke)
            )
        if len(blocks) > 1:
            nearest = max(blocks, key=lambda block: -stack.ends(block.slices)[0])
            fronts = [stack.front(block) for block in blocks if block.slices == nearest.slices]
            items.append(Boxes((union(fronts),), None, thin))
        return items

    def strong(self, place: int) -> str:
        """The colour of a slice's cells under the window."""
        return mix(self.fill(place), self.over, self.style.theme.overlay)

    @property
    def _frame(self) -> Stroke:
        return Stroke(self.strong(self.stack.nearest(self.stack.whole.slices)), self.style.line)

    def _hanging(self, block: Cuboid) -> list[Primitive]:
        """Top and right of a box that reaches out of the map."""
        if self.space.deep or not self.space.has_empty:
            return []
        weak = self._weak
        stroke = Stroke(mix(weak, self.over, 0.5), self.style.line)
        stack = self.stack
        return [
            Polygons((stack.top(block),), weak),
            Polygons((stack.right(block),), weak),
            *stack.outline(block, stroke),
        ]

    @property
    def _weak(self) -> str:
        return mix(self.style.colors.background, self.over, self.style.theme.empty_overlay)

    def _unread(self, block: Cuboid) -> list[Primitive]:
        """The window's cells that hold nothing to read: their front, in depth only an outline."""
        if not self.space.has_empty:
            return []
        if self.space.deep:
            return self.stack.outline(block, self._frame)
        inputs = self.space.inputs
        weak = [
            self.stack.front(Cuboid(block.slices, (r, 1), (c, 1)))
            for r in range(block.rows[0], sum(block.rows))
            for c in range(block.columns[0], sum(block.columns))
            if r not in inputs.rows or c not in inputs.columns
        ]
        return [Boxes(tuple(weak), self._weak, self.style.edge)] if weak else []

    def _inside(self, blocks: list[Cuboid]) -> list[Primitive]:
        """The faces of the window's box that lie behind cells of the map, with the edges of these over them.

        Where the window is in several pieces, only their fronts: tops and sides would cover each other.
        """
        items: list[Primitive] = []
        for block in blocks:
            items += self._glass(block, only_front=len(blocks) > 1)
        if items:
            for other in self.stack.from_behind(self.space.inputs.blocks()):
                items += self.stack.edges(other, self.style.edge)
        if len(blocks) == 1:
            items += self.stack.outline(blocks[0], self._frame)
        return items

    def _glass(self, block: Cuboid, *, only_front: bool) -> list[Primitive]:
        stack, hidden = self.stack, self._hidden(block)
        front = self.fill(stack.nearest(stack.whole.slices))
        strong = self.strong(stack.nearest(block.slices))
        items: list[Primitive] = []
        if hidden.top and not only_front:
            items.append(Polygons((stack.top(block),), mix(front, strong, GLASS)))
        if hidden.right and not only_front:
            items.append(Polygons((stack.right(block),), mix(front, strong, GLASS + 0.12)))
        if hidden.front:
            items.append(Boxes((stack.front(block),), mix(front, strong, GLASS + 0.3)))
        return items

    def _surface(self, block: Cuboid) -> list[Primitive]:
        """The faces of the window's box that nothing hides."""
        stack, hidden, edge = self.stack, self._hidden(block), self.style.edge
        return [
            *([] if hidden.top else stack.lid(block, self.strong, edge)),
            *([] if hidden.right else stack.side(block, self.strong, edge)),
            *([] if hidden.front else stack.face(block, self.strong, edge)),
        ]

    def _footprints(self, block: Cuboid) -> list[Primitive]:
        """On the top and on the right of the map, how deep a box lies that does not reach through it."""
        stack, inputs = self.stack, self.space.inputs
        if len(inputs.slices) == block.slices[1] or self.space.spread:
            return []
        whole = inputs.blocks()[0]
        above = Cuboid(block.slices, whole.rows, block.columns)
        beside = Cuboid(block.slices, block.rows, whole.columns)

        def tint(place: int) -> str:
            return mix(self.fill(place), self.strong(place), 0.3)

        return [*stack.lid(above, tint, self.style.edge), *stack.side(beside, tint, self.style.edge)]

    def _hidden(self, block: Cuboid, away: Sequence[int] = ()) -> Hidden:
        """``away`` are slices that are not in the way."""
        inputs, stack = self.space.inputs, self.stack
        nearer = stack.nearest(block.slices) + (-1 if stack.depth.reverse else 1)
        return Hidden(
            top=block.rows[0] - 1 in inputs.rows,
            right=sum(block.columns) in inputs.columns,
            front=nearer in inputs.slices and nearer not in away,
        )
