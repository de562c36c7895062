"""The flat view of a sparse convolution: a window that meets active cells alone, and the rulebook beside it."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from math import ceil
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Key
from conv_anim.scene.flat.fitting import PAGE
from conv_anim.scene.flat.rulebook import Rulebook
from conv_anim.scene.flat.windows import WindowView
from conv_anim.scene.layout import align
from conv_anim.scene.sheets.grid import INDENT, INDEX
from conv_anim.scene.sheets.presence import places
from conv_anim.scene.sheets.sheet import two
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.layout import Panel
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sheets.cells import Numbers, Position
    from conv_anim.scene.sheets.sheet_grid import SheetGrid
    from conv_anim.spec.model import Size
    from conv_anim.spec.shown_as import Sites
    from conv_anim.tracing.taps import Step


@dataclass(frozen=True)
class SparseView(WindowView):
    """The drawing of a sparse convolution of one channel."""

    @property
    def sites(self) -> Sites:
        """The cells that there are."""
        found = self.layer.layer.sites
        assert found is not None
        return found

    @cached_property
    def input(self) -> SheetGrid:
        """Without the cells that are not active."""
        there = places(self.sites.read)
        absent = [
            (r, c)
            for r, row in self.sheet.rows.inputs.items()
            for c, col in self.sheet.columns.inputs.items()
            if (row, col) not in there
        ]
        return replace(super().input, absent=frozenset(absent), empty="")

    @cached_property
    def for_numbers(self) -> Numbers:
        return self._with_indices(super().for_numbers)

    @cached_property
    def _readable(self) -> Numbers | None:
        found = super()._readable
        if found is None:
            return None
        roomy = self._with_indices(found)
        fits = roomy == found or self.width_with(roomy, "numbers") <= PAGE * self.style.scale
        return roomy if fits else None

    def _with_indices(self, numbers: Numbers) -> Numbers:
        """With room for a cell's index above its number, as the rulebook names cells by their indices."""
        cap = self.style.font.cap_height
        least = (self.style.em(INDEX) * cap + numbers.size * cap / 2) / (0.5 - INDENT)
        return replace(numbers, cell=max(numbers.cell, ceil(least)))

    # what stays

    def _awaited(self) -> list[Primitive]:
        there = sorted(places(self.sites.made))
        return [*self.after.blank(self.after.places), *self.after.pending(there, cleared=False)]

    def resting(self) -> list[Primitive]:
        return [*super().resting(), *self._indices()]

    @property
    def _indexed(self) -> bool:
        """Whether cells have indices, which the rulebook calls them by."""
        return self.rulebook.shown and not self.is_shaded

    def _indices(self) -> list[Primitive]:
        """The index of each active cell, also of those that are still to be made."""
        if not self._indexed:
            return []
        read = [self.sheet.place(self._canvas(cell)) for cell in sorted(self.sites.read)]
        made = [self.place((0, *cell)) for cell in sorted(self.sites.made)]
        colors = self.style.colors
        places = ((self.before, read, colors.input), (self.after, made, colors.background))
        return [grid.index(at, str(k), fill) for grid, cells, fill in places for k, at in enumerate(cells, 1)]

    def _canvas(self, cell: Size) -> Position:
        """Where a cell of the input lies on the canvas."""
        axes = self.layer.operator.axes
        return two(tuple(at + axis.before for at, axis in zip(cell, axes, strict=True)))

    def static(self) -> Items:
        return (*super().static(), *(self.rulebook.panel.static if self.rulebook.shown else ()))

    # what differs from frame to frame

    def result(self, cell: Size, fill: str, *, bold: bool = False) -> list[Primitive]:
        items = super().result(cell, fill, bold=bold)
        if not self._indexed:
            return items
        return [*items, self.after.index(self.place(cell), str(sorted(self.sites.made).index(cell[1:]) + 1), fill)]

    def read(self, step: Step) -> list[Primitive]:
        """The window, with weights where it meets active cells, and the lines of the rulebook that say so."""
        axes = self.layer.operator.axes
        window = [
            self.sheet.place(two(tuple(axis.cell(o, t) for axis, o, t in zip(axes, step.output[1:], tap, strict=True))))
            for tap in product(*map(range, self.layer.operator.kernel_size))
        ]
        items = [item for item in super().read(step) if item not in self._part(step)]
        number = sorted(self.sites.made).index(step.output[1:])
        told = self.rulebook.lit(number) if self.rulebook.shown else []
        return [*items, *self._kept(step), *self.before.framed(window), *told]

    def _kept(self, step: Step) -> list[Primitive]:
        """The indices of the cells that a step reads, where they have room beside numbers with weights below."""
        if not self._indexed:
            return []
        style, grid, fill = self.style, self.before, self.style.under_window(self.style.colors.input)
        items: list[Primitive] = []
        for tap in step.taps:
            assert tap.input is not None
            number, index = self.x(tap.x or 0), str(sorted(self.sites.read).index(tap.input[1:]) + 1)
            free = (grid.numbers.cell - style.width(number, size=grid.numbers.size)) / 2 - INDENT * grid.numbers.cell
            if style.width(index, size=style.em(INDEX)) < free:
                items.append(grid.index(self.sheet.place(two(tap.canvas)), index, fill))
        return items

    def _part(self, step: Step) -> list[Primitive]:
        """The outline of those cells alone that are active."""
        return self.before.framed({self.sheet.place(two(tap.canvas)): tap for tap in step.taps})

    # the rulebook, and what there is to know

    @cached_property
    def rulebook(self) -> Rulebook:
        """To the right of the output."""
        return Rulebook(self.style, self.say, self.layer.layer, self.sites, self.strip.width + 2 * self.style.far)

    def keys(self) -> tuple[Key, ...]:
        op = self.layer.layer
        keys = [Key(self.say.of(op, "absent"), self.style.colors.background, self.before.blank_edge)]
        if self._indexed:
            keys.append(Key(self.say.of(op, "index"), self.style.colors.input, self.style.edge))
        return (*super().keys(), *keys)

    def hit_regions(self) -> list[HitRegion]:
        cells = {"input": self.sites.read, "output": self.sites.made}
        found = super().hit_regions()
        return [each for each in found if each.side not in cells or (each.cell or ())[1:] in cells[each.side]]

    def panel(self) -> Panel:
        made = super().panel()
        if not self.rulebook.shown:
            return made
        return align(made, self.rulebook.panel.width, self.rulebook.panel.height, across="start")
