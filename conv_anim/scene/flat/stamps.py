"""The flat view of a transposed convolution as a scatter: each input cell stamps the kernel onto the output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.color import mix
from conv_anim.scene.flat.remarks import stamp_keys
from conv_anim.scene.flat.stamp_grids import StampGrids
from conv_anim.scene.primitives import Boxes, Frame, Primitive, union
from conv_anim.scene.sheets.marks import MarkStyle
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.strokes import ring_color, strong
from conv_anim.values import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from conv_anim.scene.callouts import Key
    from conv_anim.scene.flat.pace import Pace
    from conv_anim.scene.primitives import Items, Text
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.steps import Cell
    from conv_anim.scene.timeline import Phase
    from conv_anim.tracing.scatter import Hit, Stamp
    from conv_anim.tracing.values import Array

ADDED = "+"
HALFWAY = 0.5
"""From where on a stamp that is lifted is shown where it falls."""
CUT = 0.18
"""How strong a stamp is where the output is cut off."""


@dataclass(frozen=True)
class StampsView(StampGrids):
    """The drawing of a transposed layer of one channel.

    For the sake of another drawing, ``cells`` may be larger than its numbers need and ``start``, where the output
    begins, farther to the right; ``watched`` are the output cells that the other is at.
    """

    watched: Pace | None = None

    # what stays

    def resting(self) -> list[Primitive]:
        colors, fmt = self.style.colors, self.formats
        input_, kernel, stamp, _ = self.strip.grids
        items = input_.filled(plane(self.layer.input[0]), fmt.x, colors.input)
        items += kernel.filled(self.kernel, fmt.w, colors.kernel)
        return [*items, *stamp.pending(), *self._empty()]

    def _empty(self) -> list[Primitive]:
        """The output before the first stamp: zeros, or the bias."""
        background, muted = self.style.colors.background, self.style.colors.muted
        items = self.empty()
        extra = {place: self._color(place) for place in self.after.places if self._is_extra(place)}
        items += self.after.patches(extra, self.style.edge)
        for place in self.after.places if self.after.contents.written else ():
            text, fill = self.fmt(self._start(place)), extra.get(place, background)
            items.append(self.after.number(place, text, fill, muted))
        return items

    def _start(self, place: Position) -> float:
        return 0 if self.full.kept(place) is None else self.bias

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        made = super().frame(k)
        return Frame(made.kept, lambda: (*made.shown, *self._watching(k)))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "sent", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """An input cell with its stamp, and the stamp as it is lifted onto the output."""
        cell = self.pace.cell(step)
        if phase == "way":
            return self.leading(step, share)
        if cell is None or (step > 0 and self.pace.cell(step - 1) == cell):
            return self.frame(step).shown
        stamp = self.scatter.stamp(cell)
        items = [*self._stamped(stamp), *self._watching(step)]
        return (*items, *self._lifted(stamp, share)) if phase == "sent" else tuple(items)

    def rested(self) -> Items:
        """The last stamp as an example, and the outline of the input cell that it is of; nothing else is at work."""
        cell = self.pace.cell(len(self.pace) - 1)
        if cell is None:
            return ()
        hits, fill = self.scatter.stamp(cell).hits, self.style.colors.output
        return (*self.before.framed([two(cell[1:])]), *(item for hit in hits for item in self._product(hit, fill)))

    def _stamped(self, stamp: Stamp) -> list[Primitive]:
        """The input cell, and the kernel times its number."""
        input_, bold = self.before, self.after.contents.shades is None
        read = self.style.under_window(self.style.colors.input)
        at = two(stamp.input[1:])
        items = [*input_.cell(at, self.formats.x(stamp.x), read, bold=True, value=stamp.x), *input_.framed([at])]
        for hit in stamp.hits:
            items += self._product(hit, self.current, bold=bold)
        return items

    def _product(self, hit: Hit, fill: str, *, bold: bool = False) -> list[Primitive]:
        """A cell of a stamp."""
        block, text = self.strip.grids[2], self.fmt(hit.product)
        return block.cell(two(hit.weight[2:]), text, fill, bold=bold, value=hit.product)

    def _lifted(self, stamp: Stamp, share: float) -> list[Primitive]:
        """A stamp where it is, then where it falls: outlines alone, so that all can be read that is there.

        That of the whole stamp; of one that falls between other cells, that of each cell. In between it would go
        through numbers.
        """
        if self.small is not None:
            return []
        block, falls = self.strip.grids[2], share >= HALFWAY
        boxes = [
            self.after.box(*two(hit.place[1:])) if falls else block.box(*two(hit.weight[2:])) for hit in stamp.hits
        ]
        apart = any(axis.dilation > 1 for axis in self.layer.operator.axes)
        return [Boxes(tuple(boxes) if apart else (union(boxes),), None, strong(self.style, self.current))]

    def shown(self, k: int, cell: Cell) -> list[Primitive]:
        reached = self.pace.reached(k)
        before, total = reached.copy(), self._total(reached)
        before[cell] = False
        fallen = k > 0 and self.pace.cell(k - 1) == cell
        return self._stamping(self.scatter.stamp(cell), total if fallen else self._total(before), total)

    def _total(self, stamped: NDArray[np.bool_]) -> Array:
        """Rows and columns of the full output after the stamps of some cells, without the bias."""
        return plane(self.scatter.total(stamped)[0])

    def fallen_on(self, places: list[Position], stamped: NDArray[np.bool_]) -> list[Primitive]:
        items, total = list[Primitive](), self._total(stamped)
        if self.mode != "numbers":
            return [item for place in places for item in self._shown_in_shades(place, total)]
        for place in places:
            fill = self._color(place)
            items += (
                self.after.dashed([place])
                if self.full.kept(place) is None
                else self.after.patches({place: fill}, self.style.edge)
            )
            items.append(self._number(place, total, fill))
        return items

    def _shown_in_shades(self, place: Position, total: Array) -> list[Primitive]:
        """A cell that stamps have fallen on, by the shade of what it holds; what is cut off stays empty."""
        if self.full.kept(place) is None:
            return self.after.dashed([place])
        value = total[place].item() + self._start(place)
        return self.after.cell(place, self.fmt(value), self._color(place), value=value)

    def _number(self, place: Position, total: Array, fill: str, *, bold: bool = False) -> Text:
        wanted = [self.style.colors.muted] if self.full.kept(place) is None else []
        return self.after.number(place, self.fmt(total[place].item() + self._start(place)), fill, *wanted, bold=bold)

    def _color(self, place: Position) -> str:
        """The colour of a cell that stamps have fallen on."""
        if self._is_extra(place):
            return MarkStyle(self.style, self.style.colors.input).extra
        return self.style.colors.background if self.full.kept(place) is None else self.style.colors.output

    def _is_extra(self, place: Position) -> bool:
        """Whether a cell is there for output_padding."""
        cell = self.full.kept(place)
        axes = (self.full.rows, self.full.columns)
        return cell is not None and any(at >= axis.count - axis.extra for at, axis in zip(cell, axes, strict=True))

    def _stamping(self, stamp: Stamp, before: Array, total: Array) -> list[Primitive]:
        """A stamp as it falls; as numbers, what it is added to and what it adds, or the sum if it has fallen before."""
        colors, theme, output = self.style.colors, self.style.theme, self.after
        items = self._stamped(stamp)
        if self.mode != "numbers":
            places = [two(hit.place[1:]) for hit in stamp.hits]
            items += [item for place in places for item in self._shown_in_shades(place, total)]
            return [*items, *self.after.framed(places)]
        cut = mix(colors.background, colors.current, theme.empty_overlay or CUT)
        fills = {two(hit.place[1:]): self.current if hit.output is not None else cut for hit in stamp.hits}
        items += output.patches(fills, self.style.edge)
        adds = [self._added(hit.product) for hit in stamp.hits]
        for hit, text in zip(stamp.hits, adds, strict=True):
            place, bold = two(hit.place[1:]), hit.output is not None
            number, made = (self._number(place, each, fills[place], bold=bold) for each in (before, total))
            added = [] if before is total else output.marked(number, place, text, fills[place], like=adds)
            items += [number, *added] if added else [made]
        return items

    def _added(self, product: float) -> str:
        return self.fmt(product) if product < 0 else f"{ADDED}{self.fmt(product)}"

    def _watching(self, k: int) -> list[Primitive]:
        cell = None if self.watched is None else self.watched.cell(k)
        if cell is None:
            return []
        place = self.full.place(two(cell[1:]))
        return self.after.ringed([place], ring_color(self.style, self._now(k, place)))

    def _now(self, k: int, place: Position) -> str:
        """The colour that a cell of the output has in a frame."""
        cell = self.pace.cell(k)
        return self.current if cell is not None and place in self.hit(cell) else self._color(place)

    # what there is to know

    def keys(self) -> tuple[Key, ...]:
        return stamp_keys(self.layer, self.say, self.style)
