"""The volume view: maps as boxes, the filter's box inside its input's, the filters on their own, the output filling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.fit import Fit
from conv_anim.scene.gliding import gliding
from conv_anim.scene.hit_regions import Turn
from conv_anim.scene.layout import Panel, animated
from conv_anim.scene.primitives import Frame, Lines, corners
from conv_anim.scene.scales import with_bars
from conv_anim.scene.strokes import strong
from conv_anim.scene.volume.connectors import connectors
from conv_anim.scene.volume.dimensions import dimensions
from conv_anim.scene.volume.fronts import front
from conv_anim.scene.volume.hues import sources
from conv_anim.scene.volume.plan import LARGEST, SMALLEST, VolumePlan
from conv_anim.scene.volume.space import Cells
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.hit_regions import HitRegion
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.scene.volume.filters import Bank, Line
    from conv_anim.scene.volume.oblique import Stack
    from conv_anim.scene.volume.space import Space
    from conv_anim.tracing.trace import Trace

SIDES = (*range(LARGEST, SMALLEST - 1, -1), 5, 4, 3, 2, 1.5, 1, 0.7, 0.5)


@dataclass(frozen=True)
class VolumeView(VolumePlan):
    """The drawing of a trace with cells of ``cell`` pixels."""

    # what stays

    def static(self) -> Items:
        items: list[Primitive] = [*self.lineup.items()]
        for body in self.bodies:
            items += body.static()
        items += self.filling.static()
        if self.labelled:
            items += dimensions(self.style, self.spaces[0], self.stacks[0], self.stacks[-1])
        return tuple(items)

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        """The fronts of input and output: a cell there stands for all that lie behind it."""
        read, made = self.trace.input.ndim, self.trace.made.ndim
        return [
            *front("input", self.spaces[0], self.stacks[0], read),
            *front("output", self.spaces[-1], self.stacks[-1], made),
        ]

    def turn(self, k: int) -> Turn:
        portion, *position = self.steps.cell(k)
        first, number = self.portions[portion]
        slices = self.portions[portion] if not self.deep else (position[0], 1)
        drift = self.stacks[-1].drift(slices)
        return Turn(len(self.layers), (first if number == 1 else None, *position), drift)

    # what differs from frame to frame

    def reaches(self, k: int) -> list[Cells]:
        """Each layer's window, from the input's to the last one's, and the output that a frame computes.

        Every layer is shown as it makes the last cell that the next one reads: its window is its own, and fits its
        filter. (All cells that it makes would have the receptive field below them.)
        """
        made = self.filling.made(self.steps.cell(k))
        reaches = [made]
        for space, layer in zip(self.spaces[-2::-1], self.layers[::-1], strict=True):
            covered = space.covered(layer.means, made)
            reaches.insert(0, covered)
            made = space.read(self._last(space, covered))
        return reaches

    def _last(self, space: Space, covered: Cells) -> Cells:
        """The last cell under a window that was made."""
        return covered.within(space.inputs).last(deep=self.deep)

    def frame(self, k: int) -> Frame:
        reaches = self.reaches(k)
        shown: list[Primitive] = []
        for body, reach in zip(self.bodies, reaches[:-1], strict=True):
            shown += body.window(reach)
        for number in range(len(self.layers)):
            shown += self._beam(number, reaches)
        for number, filters in enumerate(self.banks):
            shown += [] if filters is None else filters.items(self._working(number, reaches))
        made = self.filling.frame(k)
        return Frame(made.kept, (*shown, *made.shown))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """The windows and the filters, before anything is made; and the windows on their way."""
        reaches = self.reaches(step)
        if phase == "way":
            waiting = self._waiting(step + 1)
            starts, ends = self._marked(reaches), self._marked(self.reaches(step + 1))
            stroke = strong(self.style, self.style.colors.window)
            return (*waiting, *self.frame(step + 1).kept, *gliding(starts, ends, share, stroke))
        shown = [item for body, reach in zip(self.bodies, reaches[:-1], strict=True) for item in body.window(reach)]
        for number, filters in enumerate(self.banks):
            shown += [] if filters is None else filters.items(self._working(number, reaches))
        return tuple(shown)

    def _marked(self, reaches: list[Cells]) -> list[Ring]:
        """The faces of every window, and of what is made."""
        found: list[Ring] = []
        for stack, reach in zip(self.stacks, reaches, strict=True):
            for block in reach.blocks()[:1]:
                found += [corners(stack.front(block)), stack.top(block), stack.right(block)]
        return found

    def finished(self) -> Frame:
        """The maps without a window, and the filters at rest."""
        made = self.filling.finished()
        return Frame(made.kept, (*self._waiting(len(self.steps) - 1), *made.shown))

    def _waiting(self, k: int) -> list[Primitive]:
        """The filters at rest, those that are seen in a step."""
        reaches = self.reaches(k)
        return [
            item
            for number, filters in enumerate(self.banks)
            if filters is not None
            for item in filters.items(self._working(number, reaches), at_rest=True)
        ]

    def _working(self, number: int, reaches: list[Cells]) -> list[int]:
        """The filters of a layer that make what is read of its output."""
        return [0] if self.deep else reaches[number + 1].slices

    def _beam(self, number: int, reaches: list[Cells]) -> list[Primitive]:
        """Lines from a window to what is made of it; on their way they meet the filters that are at work."""
        made = reaches[number + 1]
        if number + 1 < len(self.layers):
            made = self._last(self.spaces[number + 1], made)
        if not (made.slices and made.rows and made.columns):
            return []
        if number in self.shuffles:
            return self._connectors(number, made.slices)
        starts = self.stacks[number].corners(reaches[number], right=True)
        ends = self.stacks[number + 1].corners(made, right=False)
        lines = list["Line"](zip(starts, ends, strict=True))
        filters = self.banks[number]
        if filters is not None:
            working = self._working(number, reaches)
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
            sides = one.corners(one.cells, right=True), stack.corners(own, right=False)
            start, end = (((x0 + x1) / 2, (y0 + y1) / 2) for (x0, y0), (x1, y1) in sides)
            found.append((start, end))
        return found

    def _connectors(self, number: int, working: list[int]) -> list[Primitive]:
        """Lines from the channels that a shuffle takes to where it deals them, those that are read stronger."""
        means = self.layers[number].means
        ways = [(sources(means, channel)[0], channel) for channel in range(means.out_channels)]
        ends = self.stacks[number], self.stacks[number + 1]
        return connectors(self.style, ways, ends, self.hues.of_map(number), working)


def _sized(trace: Trace, style: Style, side: float) -> VolumeView:
    return VolumeView(trace, style, round(side * style.scale) if side >= SMALLEST else side * style.scale)


def volume(trace: Trace, style: Style) -> Panel:
    """The panel of the view, with the largest cells that fit, or that take no more room than the labels do."""
    narrowest = _sized(trace, style, SIDES[-1]).lineup.width
    widest = max((760 + 130 * (len(trace.layers) - 1)) * style.scale, narrowest)
    for side in SIDES:
        view = _sized(trace, style, side)
        small = style.fit is None or view.cell <= style.fit.cell
        if small and view.lineup.width <= widest and view.lineup.height <= 480 * style.scale:
            break
    fit = Fit(view.cell, style.number_size, grows=False)
    made = animated(view, view.lineup.width, view.lineup.height, baseline=view.lineup.middle, fit=fit)
    return with_bars(made, view.scales(), style)
