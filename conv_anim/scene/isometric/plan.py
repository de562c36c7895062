"""The floors of the isometric view: how large cells are, what stands in them, and which an output is made of."""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.fit import Fit
from conv_anim.scene.isometric.drawn_plane import DrawnPlane
from conv_anim.scene.isometric.floors import Floor, Plane, Reach, centred, nearest
from conv_anim.scene.isometric.slanted import Slanted
from conv_anim.scene.primitives import union
from conv_anim.scene.sheets.marks import Marks, MarkStyle
from conv_anim.scene.sheets.presence import places, present, steps_of
from conv_anim.scene.sheets.scales import scale
from conv_anim.scene.sheets.sheet import Sheet, row_and_column
from conv_anim.scene.sheets.tones import SMALLEST_EDGED, with_numbers
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.wording import words
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.scales import Scale
    from conv_anim.scene.sheets.shades import Rgb
    from conv_anim.scene.steps import Steps
    from conv_anim.spec.view_values import Cells
    from conv_anim.tracing.operators import Operator

WIDEST, WIDEST_OF_STACK = 560, 440
"""Pixels, at scale 1, that the planes of a figure may take: those with more cells have smaller ones."""
TALLEST = 1100
"""The same of all planes of a stack, one above the other."""


@dataclass(frozen=True)
class IsometricPlan(Traced):
    """All maps of a trace as slanted planes, the output last."""

    @cached_property
    def operators(self) -> list[Operator]:
        """The windows of all layers."""
        return [layer.operator for layer in self.layers]

    @cached_property
    def sheets(self) -> list[Sheet]:
        """Every map with its border, the output last."""
        rows, columns = row_and_column(self.operators[-1])
        return [*map(Sheet.read_by, self.operators), Sheet.bare(rows.count, columns.count)]

    @cached_property
    def least(self) -> float:
        """The side of a cell without numbers."""
        alone, scale = len(self.layers) == 1, self.style.scale
        widest = max(Plane(*sheet.shape, (0.0, 0.0), 1.0).box[2] for sheet in self.sheets)
        unit = min(self.style.iso_cell, (WIDEST if alone else WIDEST_OF_STACK) * scale / widest)
        if not alone:
            unit = min(unit, TALLEST * scale / union(plane.box for plane in centred(self.sheets, 1.0))[3])
        return unit if self.style.fit is None else min(unit, self.style.fit.cell)

    @cached_property
    def cells(self) -> Cells:
        """What stands in the cells: numbers if they are asked for, shades of pictures and of small cells."""
        small = self.least < SMALLEST_EDGED or self.tones.greys[0]
        return with_numbers(self.trace.spec.view, "shades" if small else "plain")

    @cached_property
    def images(self) -> list[Rgb | None]:
        """The colours of each map's cells, if it has shades."""
        shaded = self.cells in {"shades", "both"}
        return [self.tones.picture(k) if shaded else None for k in range(len(self.floors))]

    @cached_property
    def numbers(self) -> Slanted | None:
        """The numbers of all cells; None if none are written."""
        wanted = self.cells in {"numbers", "both", "symbols"}
        return Slanted(self.trace, self.style, self.least, self.cells == "symbols") if wanted else None

    @property
    def unit(self) -> float:
        """The side of a cell."""
        return self.least if self.numbers is None else self.numbers.unit

    @property
    def fit(self) -> Fit:
        """What other figures have to match."""
        if self.numbers is None:
            return Fit(self.unit, self.style.number_size, grows=False)
        return Fit(self.unit, self.numbers.size, grows=True)

    @cached_property
    def floors(self) -> list[Floor]:
        """Every map as a slanted plane, the output last."""
        unit = self.unit
        alone = len(self.layers) == 1 and len(self.layer.operator.axes) > 1
        planes = nearest(self.sheets, unit) if alone else centred(self.sheets, unit)
        count = len(self.layers)
        return [
            Floor(plane, sheet, mix(self.style.colors.input, self.style.colors.output, k / count))
            for k, (plane, sheet) in enumerate(zip(planes, self.sheets, strict=True))
        ]

    @cached_property
    def drawn_planes(self) -> list[DrawnPlane]:
        """All floors but the last, as they are drawn."""
        drawn_planes = []
        for k, (floor, layer) in enumerate(zip(self.floors, self.layers, strict=False)):
            rows, columns = Marks.along((floor.sheet.rows, floor.sheet.columns), layer.layer)
            absent = self.absent(k)
            texts = {} if self.numbers is None else self.numbers.written(k, floor)
            if layer.layer.sites is not None:
                held = set(floor.inputs.cells()) - absent
                texts = {place: text for place, text in texts.items() if place in held}
            marks = rows, columns, self.numbers, texts, self.labelled
            drawn_planes.append(DrawnPlane(self.style, floor, layer.layer, *marks, self.images[k], absent))
        return drawn_planes

    def absent(self, k: int) -> frozenset[tuple[int, int]]:
        """The cells of a floor's map that are not there."""
        there, sheet = present(self.trace, k), self.floors[k].sheet
        if there is None:
            return frozenset()
        cells = {(sheet.rows.place(r), sheet.columns.place(c)) for r, c in places(there)}
        return frozenset(set(self.floors[k].inputs.cells()) - cells)

    @cached_property
    def extra(self) -> frozenset[tuple[int, int]]:
        """The cells of the output that are there for output padding; none unless they are explained."""
        rows, columns = row_and_column(self.layers[-1].operator)
        if not self.labelled or self.style.frame is None or self.images[-1] is not None:
            return frozenset()
        cells = product(range(rows.count), range(columns.count))
        return frozenset((r, c) for r, c in cells if r >= rows.count - rows.extra or c >= columns.count - columns.extra)

    @property
    def extra_color(self) -> str:
        """Theirs."""
        return MarkStyle(self.style, self.floors[-1].color).extra

    @cached_property
    def steps(self) -> Steps:
        """One map stands for all: channels do not show here."""
        shape = (1, *self.layers[-1].operator.out_size)
        return steps_of(shape, self.trace.spec.animation, present(self.trace, len(self.layers)))

    def scales(self) -> list[Scale]:
        """The shades of all maps that have them; those of a stack by what makes them."""
        tones, ends = self.tones, words.ends_of(self.trace)
        names = [ends[0], *(label.name for label in words.floor_labels(self.trace)[1:-1]), ends[1]]
        return [
            scale(name, tones.of_maps[k], tones.maps[k])
            for k, (name, image) in enumerate(zip(names, self.images, strict=True))
            if image is not None and len(tones.maps[k]) == 1
        ]

    def reaches(self, row: int, column: int) -> list[Reach]:
        """From the input up to the output: the cells that an output cell is made of, directly or through layers."""
        rows, columns = [row], [column]
        reaches = [Reach(rows, columns)]
        for floor in reversed(self.floors[:-1]):
            sheet = floor.sheet
            covered = Reach(sheet.rows.covered(rows), sheet.columns.covered(columns))
            reaches.insert(0, covered)
            rows, columns = sheet.rows.read(covered.rows), sheet.columns.read(covered.columns)
        return reaches
