"""The volume view: maps as boxes, the filter's box inside its input's, the filters on their own, the output filling."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.curves import bent
from conv_anim.scene.fit import Fit
from conv_anim.scene.gliding import gliding
from conv_anim.scene.hit_regions import HitRegion, Turn, along
from conv_anim.scene.layout import Panel, animated
from conv_anim.scene.primitives import Frame, Lines, Polygons, Stroke, corners
from conv_anim.scene.sheets.scales import with_bars
from conv_anim.scene.strokes import strong
from conv_anim.scene.volume.dimensions import dimensions
from conv_anim.scene.volume.hues import sources, strengthened
from conv_anim.scene.volume.plan import LARGEST, SMALLEST, VolumePlan
from conv_anim.scene.volume.space import Cells
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.primitives import Items, Primitive, Side
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.scene.volume.filters import Bank, Line
    from conv_anim.scene.volume.oblique import Stack
    from conv_anim.scene.volume.space import Space
    from conv_anim.tracing.trace import Trace

IDLE = 0.35
"""How strong the lines of channels are that are not read."""
SIDES = (*range(LARGEST, SMALLEST - 1, -1), 5, 4, 3, 2, 1.5, 1, 0.7, 0.5)


@dataclass(frozen=True)
class VolumeView(VolumePlan):
    """The drawing of a trace with cells of ``cell`` pixels."""

    # what stays

    def static(self) -> Items:
        items: list[Primitive] = [*self.lineup.items()]
        for k, body in enumerate(self.bodies):
            waits = k > 0 and self.style.theme.pending
            items += [*body.canvas(), *self.fillings[k - 1].static()] if waits else body.static()
        items += self.fillings[-1].static()
        if self.labelled:
            items += dimensions(self.style, self.spaces[0], self.stacks[0], self.stacks[-1])
        return tuple(items)

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        """The fronts of input and output: a cell there stands for all that lie behind it."""
        read, made = self.trace.input.ndim, self.trace.made.ndim
        return [
            *_front("input", self.spaces[0], self.stacks[0], read),
            *_front("output", self.spaces[-1], self.stacks[-1], made),
        ]

    def turn(self, k: int) -> Turn:
        stage, step = self.steps.at(k)
        ends, portions = stage + 1 == len(self.layers), self.portions[stage]
        portion, *position = self.steps.each[stage].cell(step)
        first, number = portions[portion]
        slices = (position[0], 1) if self.deep else portions[portion] if ends else self.portions[-1][0]
        return Turn(stage + 1, (first if number == 1 else None, *position), self.stacks[-1].drift(slices))

    # what differs from frame to frame

    def reaches(self, k: int) -> list[Cells]:
        """What a step reads and makes: cells of the input and of all maps up to the one that its layer makes.

        Of the map that the layer reads, its window; of those before, all that this was made of.
        """
        stage, step = self.steps.at(k)
        made = self.fillings[stage].made(self.steps.each[stage].cell(step))
        reaches = [self.spaces[stage + 1].placed(made)]
        for space, layer in zip(self.spaces[stage::-1], self.layers[stage::-1], strict=True):
            covered = space.covered(layer.means, made)
            reaches.insert(0, covered)
            made = space.read(covered)
        return reaches

    def frame(self, k: int) -> Frame:
        stage, _ = self.steps.at(k)
        kept: list[Primitive] = []
        for over, first in self.steps.over(k):
            filling = self.fillings[over]
            kept += filling.finished() if over < stage else filling.frame(first).kept
        return Frame(tuple(kept), lambda: tuple(self._shown(k)))

    def _shown(self, k: int) -> list[Primitive]:
        """The windows with their lines, the filters, and the cells that are made."""
        (stage, step), reaches = self.steps.at(k), self.reaches(k)
        shown = [*self._windows(k), *self._beam(stage, reaches), *self._filters(k, stage)]
        return [*shown, *self.fillings[stage].frame(step).shown]

    def _windows(self, k: int) -> list[Primitive]:
        """The window of a step, and what was read of the maps before."""
        (stage, _), reaches = self.steps.at(k), self.reaches(k)[:-1]
        *before, last = zip(self.bodies[: stage + 1], reaches, strict=True)
        shown = [item for body, cells in before for item in body.reached(cells)]
        shown += [*last[0].window(last[1]), *self._shuffled(reaches), *self._stage_marks(stage)]
        return [*shown, *self._to_come(k)]

    def _to_come(self, k: int) -> list[Primitive]:
        """Of the map that a step adds to, the slices that will stand in front."""
        stage, step = self.steps.at(k)
        return self.fillings[stage].ahead(step)

    def _opened(self, k: int) -> list[Primitive]:
        """The maps that a step reads, opened where slices are in the way."""
        both = zip(self.bodies, self.reaches(k)[:-1], strict=False)
        return [item for body, cells in both for item in body.opened(cells)]

    def _filters(self, k: int, stage: int | None = None) -> list[Primitive]:
        """All filters, as a step sees them: those of a layer that is at work standing out, the others at rest."""
        items: list[Primitive] = []
        for number, filters in enumerate(self.banks):
            if filters is not None:
                items += filters.items(self._working(number, k), at_rest=number != stage)
        return items

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """The windows and the filters, before anything is made; and the windows on their way."""
        if phase == "way":
            over = [*self._opened(step + 1), *self._shuffled(self.reaches(step + 1)[:-1])]
            waiting = [*over, *self._filters(step + 1), *self._stage_marks(self.steps.at(step + 1)[0])]
            starts, ends = (self._marked(self.reaches(k)) for k in (step, step + 1))
            stroke = strong(self.style, self.style.colors.window)
            kept = [*self.frame(step + 1).kept, *self._to_come(step + 1)]
            return (*waiting, *kept, *gliding(starts, ends, share, stroke))
        return (*self._windows(step), *self._filters(step, self.steps.at(step)[0]))

    def _marked(self, reaches: list[Cells]) -> list[Ring]:
        """The faces of the window, and of what is made."""
        found: list[Ring] = []
        stacks = self.stacks[: len(reaches)]
        for stack, reach in [*zip(stacks, reaches, strict=True)][-2:]:
            for block in reach.blocks()[:1]:
                found += [corners(stack.front(block)), stack.top(block), stack.right(block)]
        return found

    def finished(self) -> Frame:
        """The maps without a window, and the filters at rest."""
        full = [stack.cells for stack in self.stacks] if len(self.layers) > 1 else []
        shown = [*self._shuffled(full), *self._filters(len(self.steps) - 1), *self._stage_marks(None)]
        return Frame(tuple(self.fillings[-1].finished()), tuple(shown))

    def _working(self, number: int, k: int) -> list[int]:
        """The filters of a layer that are at work in a step, or in the one of the layer's own that is nearest to it."""
        starts = self.steps.starts
        own = self.steps.each[number].cell(min(max(k, starts[number]), starts[number + 1] - 1) - starts[number])
        return [0] if self.deep else self.fillings[number].made(own).slices

    def _stage_marks(self, at_work: int | None) -> list[Primitive]:
        """Below the maps which layer leads from one to the next: its number on an arrow, of the one at work in bold."""
        if not self.marks_room:
            return []
        style, size, items = self.style, self.style.small_size, list["Primitive"]()
        y, tip = self.lineup.height + self.marks_room / 2, self.style.thin
        for k, (before, after) in enumerate(pairwise(stack.x + stack.width / 2 for stack in self.stacks)):
            bold, text = k == at_work, self.say("step", number=k + 1)
            left, right = before + style.half, after - style.half
            middle, room = (left + right) / 2, style.width(text, size=size, bold=True) / 2 + style.thin
            ink = style.text_ink if bold else style.label_ink
            color = ink if bold else mix(style.colors.background, style.colors.muted, 0.5)
            stroke = Stroke(color, max(1.0, (1.5 if bold else 1.0) * style.scale))
            head = ((right, y), (right - tip, y - 0.6 * tip), (right - tip, y + 0.6 * tip))
            lines = (((left, y), (middle - room, y)), ((middle + room, y), (right - tip, y)))
            words = style.centered(middle, y, text, size=size, color=ink, bold=bold)
            items += [Lines(lines, stroke), Polygons((head,), color), words]
        return items

    def _beam(self, number: int, reaches: list[Cells]) -> list[Primitive]:
        """Lines from a window to what is made of it; on their way they meet the filters that are at work."""
        *_, window, made = reaches
        if not (window.rows and window.columns):
            return []
        if number in self.shuffles:
            return self._connectors(number, made.slices)
        starts = self.stacks[number].corners(window, right=True)
        ends = self.stacks[number + 1].corners(made, right=False)
        lines = list["Line"](zip(starts, ends, strict=True))
        filters = self.banks[number]
        if filters is not None:
            working = [0] if self.deep else made.slices
            lines = filters.lines(working, starts, ends)
            if self._apart(number) and 1 < len(working) == len(filters.slots):
                lines = [*lines[:2], *self._each(filters, self.stacks[number + 1], made)]
        stroke = self.style.beam
        return [Lines((line,), stroke) for line in lines]

    def _apart(self, number: int) -> bool:
        """Whether each filter of a layer sees a channel of its own."""
        layer = self.layers[number]
        return layer.kernels is not None and layer.operator.groups == layer.operator.in_channels > 1

    @staticmethod
    def _each(filters: Bank, stack: Stack, made: Cells) -> list[Line]:
        """From every filter to the cell of its own slice."""
        found = list["Line"]()
        for slot in filters.slots:
            one, own = filters.stack(slot), Cells([slot.first], made.rows, made.columns)
            sides = one.sides(right=True), stack.corners(own, right=False)
            start, end = (((x0 + x1) / 2, (y0 + y1) / 2) for (x0, y0), (x1, y1) in sides)
            found.append((start, end))
        return found

    def _shuffled(self, reaches: list[Cells]) -> list[Primitive]:
        """The lines of shuffles that are over, those to the cells that were read stronger."""
        over = [number for number in self.shuffles if number + 1 < len(reaches)]
        return [item for number in over for item in self._connectors(number, reaches[number + 1].slices)]

    def _connectors(self, number: int, working: list[int]) -> list[Primitive]:
        """Lines from the channels that a shuffle takes to where it deals them, those that are read stronger."""
        means, style, items = self.layers[number].means, self.style, list["Primitive"]()
        before, after, fill = self.stacks[number], self.stacks[number + 1], self.hues.of_map(number)
        for place in sorted(range(means.out_channels), key=lambda place: place in working):
            source = sources(means, place)[0]
            color = strengthened(style.colors, fill(source))
            color = color if place in working else mix(style.colors.background, color, IDLE)
            line = bent(before.upper(source, right=True), after.upper(place, right=False))
            items.append(Lines((line,), Stroke(color, max(1.0, (2.5 if place in working else 1.5) * style.scale))))
        return items


def _front(side: Side, space: Space, stack: Stack, dimensions: int) -> Iterator[HitRegion]:
    """The cells in front of a map with so many dimensions; those of the output go where it is filled."""
    behind = (None,) * max(1, dimensions - 2)
    for row, r in space.rows.inputs.items():
        for column, c in space.columns.inputs.items():
            x, y = stack.at(0, row, column)
            ring = corners((x, y, stack.cell, stack.cell))
            cell = (*behind, *along((r, c), min(2, dimensions - 1)))
            yield HitRegion(side, cell, ring, drifts=side == "output")


def _sized(trace: Trace, style: Style, side: float) -> VolumeView:
    return VolumeView(trace, style, round(side * style.scale) if side >= SMALLEST else side * style.scale)


def volume(trace: Trace, style: Style) -> Panel:
    """The panel of the view, with the largest cells that fit, or that take no more room than the labels do."""
    narrowest = _sized(trace, style, SIDES[-1]).lineup.width
    widest = max((780 + 140 * (len(trace.layers) - 1)) * style.scale, narrowest)
    for side in SIDES:
        view = _sized(trace, style, side)
        small = style.fit is None or view.cell <= style.fit.cell
        if small and view.lineup.width <= widest and view.lineup.height <= 480 * style.scale:
            break
    fit = Fit(view.cell, style.number_size, grows=False)
    height = view.lineup.height + view.marks_room
    made = animated(view, view.lineup.width, height, baseline=view.lineup.middle, fit=fit)
    return with_bars(made, view.scales(), style, view.say)
