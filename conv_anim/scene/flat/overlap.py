"""How many stamps of a transposed convolution fall on each output cell: even, or in the pattern of a checkerboard."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.color import mix
from conv_anim.scene.flat.full_output import ScatterDrawing
from conv_anim.scene.flat.remarks import overlap_keys
from conv_anim.scene.flat.strip import Part, Strip
from conv_anim.scene.primitives import Boxes, Primitive, union
from conv_anim.scene.sheets.cells import Numbers
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.strokes import strong
from conv_anim.scene.wording import words
from conv_anim.values import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from conv_anim.scene.callouts import Key
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.steps import Cell

PALE = 0.5
"""How much of the output's colour a cell has that is hit once."""


@dataclass(frozen=True)
class OverlapView(ScatterDrawing):
    """The drawing of a transposed layer of one channel: its input cells in turn, and what they have hit so far."""

    @cached_property
    def most(self) -> int:
        """The most stamps that fall on one cell in the end."""
        return int(self.scatter.counts().max())

    @cached_property
    def strip(self) -> Strip:
        rows, columns = self.full.rows, self.full.columns
        first, _, last = words.labels(self.trace)
        labels = words.Label(first.name), words.Label(last.name, self.say("flat.hits"))
        signs = self.signs_of(labels, self.style.colors.input, self.shade(self.most))
        numbers = Numbers.fitting(self.style, self.style.small_cell, (), self.style.em(14.4), bold=[str(self.most)])
        parts = Part((rows.size, columns.size), signs[0], "→"), Part(self.full.shape, signs[1])
        return Strip(self.style, numbers, parts, labelled=self.labelled)

    def resting(self) -> list[Primitive]:
        return [self.before.boxes(self.before.places, self.style.colors.input, self.style.edge), *self.empty()]

    def shown(self, k: int, cell: Cell) -> list[Primitive]:
        fallen = self.fallen_on(sorted(set(self.hit(cell))), self.pace.reached(k), bold=True)
        return [*fallen, *self._stamp(cell)]

    def reading(self, cell: Cell) -> list[Primitive]:
        return self._stamp(cell)

    def fallen_on(self, places: list[Position], stamped: NDArray[np.bool_], *, bold: bool = False) -> list[Primitive]:
        """How often each cell was hit."""
        items, colors, counts = list[Primitive](), self.style.colors, plane(self.scatter.counts(stamped[0]))
        for place in places:
            count = int(counts[place])
            if self.full.kept(place) is None:
                items += self.after.dashed([place])
                items.append(self.after.number(place, str(count), colors.background, colors.muted))
            else:
                items += self.after.cell(place, str(count), self.shade(count), bold=bold)
        return items

    def shade(self, count: int) -> str:
        """The darker, the more often a cell is hit."""
        colors = self.style.colors
        pale, darkest = mix(colors.background, colors.output, PALE), colors.current
        return mix(pale, darkest, (count - 1) / max(1, self.most - 1))

    def _stamp(self, cell: Cell) -> list[Primitive]:
        """The input cell that stamps, and a line around its stamp, or around each cell of a dilated one."""
        colors, style = self.style.colors, self.style
        read = self.style.under_window(colors.input)
        stroke = strong(style, colors.ink)
        hit = sorted(self.hit(cell))
        whole: Primitive = Boxes((union(self.after.box(*place) for place in hit),), None, stroke)
        dense = max(self.full.rows.dilation, self.full.columns.dilation) == 1
        outline = [whole] if dense else self.after.ringed(hit, colors.ink)
        at = two(cell[1:])
        return [*self.before.patches({at: read}, style.edge), *self.before.framed([at]), *outline]

    def keys(self) -> tuple[Key, ...]:
        return overlap_keys(self.layer, self.say, self.style, self.shade(self.most))
