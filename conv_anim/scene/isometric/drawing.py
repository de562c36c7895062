"""What the isometric view draws: slanted planes, the input below, the output above, lines from window to output."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise, product
from math import dist
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.scene.arithmetic.numbers import plane
from conv_anim.scene.clipping import outside, within
from conv_anim.scene.frames import outlined
from conv_anim.scene.gliding import between, gliding
from conv_anim.scene.hit_regions import HitRegion, Turn, along, held
from conv_anim.scene.isometric.floor_cells import absent_cells, filled
from conv_anim.scene.isometric.making import Making
from conv_anim.scene.isometric.plan import IsometricPlan
from conv_anim.scene.isometric.tweening import Tweening
from conv_anim.scene.isometric.unseen import blind, own_place, unseen
from conv_anim.scene.primitives import Frame, Lines, Polygons, Stroke, Text, closed
from conv_anim.scene.sheets.mosaics import finished
from conv_anim.scene.sheets.presence import ChosenSteps, SomeSteps
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.symbols import Y
from conv_anim.scene.sheets.tones import SHADED_EDGED, SMALLEST_EDGED
from conv_anim.scene.strokes import halo, strong
from conv_anim.tracing.blind_spot import blind_spot
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from conv_anim.scene.clipping import Segment
    from conv_anim.scene.isometric.floors import Floor, Reach
    from conv_anim.scene.primitives import Items, Point, Primitive, Side
    from conv_anim.scene.steps import Cell, Steps
    from conv_anim.scene.timeline import Phase

    Parts: TypeAlias = tuple[list[Segment], list[Segment]]

OUTER = 0, 2
"""The left and the right corner: with numbers, lines lead from these alone, since others would cross the window's."""


@dataclass(frozen=True)
class Isometric(IsometricPlan):
    """The drawing of a trace, from the floor of the input up to that of the output."""

    # what stays

    def static(self) -> Items:
        planes = enumerate(self.drawn_planes)
        items = [item for k, plane in planes for item in plane.static(waits=k in self.making.floors)]
        top, absent = self.floors[-1], self.absent(len(self.floors) - 1)
        if absent:
            waiting = [place for place in top.inputs.cells() if place not in absent]
            items += absent_cells(top, absent, self.style)
            items.append(Lines(top.plane.edges(waiting), self.style.pending_edge))
        elif self.style.theme.pending:
            ring = top.plane.block(top.plane.whole)
            items.append(Polygons((ring,), self.style.colors.background))
            added = tuple(top.plane.ring(*place) for place in sorted(self.extra))
            items += [Polygons(added, self.extra_color)] if added else []
            lined = self.unit >= (SMALLEST_EDGED if self.images[-1] is None else SHADED_EDGED)
            edges = top.plane.grid(top.plane.whole) if lined else (closed(ring),)
            items.append(Lines(edges, self.style.pending_edge))
        else:
            items += filled(top.plane, top.inputs.blocks(), top.color, self.style.edge)
        return tuple(items)

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        done = self._done(k)
        return Frame(tuple(done), lambda: self._shown(self.steps.cell(k), done))

    def _shown(self, cell: Cell, done: list[Primitive]) -> list[Primitive]:
        """What a step reads and makes, and its sightlines, which go around what has been made."""
        shown = self._covered(cell)
        items = self._result(*two(cell[1:]), self.style.at_work(self.floors[-1].color), bold=True)
        return [*shown, *self._sightlines(cell, [*done, *shown, *items]), *items]

    def _covered(self, cell: Cell) -> list[Primitive]:
        """What a step reads, floor by floor."""
        last = self.drawn_planes[-1]
        shown: list[Primitive] = []
        products = {} if self.numbers is None else self.numbers.products(self.layers[-1].step(cell), last.floor)
        reaches = self.reaches(*two(cell[1:]))
        hidden, first = self.masked(two(cell[1:]), reaches), self.drawn_planes[0]
        dark = self.blind_cells(two(cell[1:]), reaches[0])
        for drawn_plane, reach, unseen_ in zip(self.drawn_planes, reaches, hidden, strict=False):
            there = products if drawn_plane is last else {}
            shown += drawn_plane.covered(reach, there, unseen_, dark if drawn_plane is first else ())
        own = own_place(first.floor, self.operators, two(cell[1:])) if self.blind else None
        return shown if own is None else [*shown, *first.owned(own)]

    def blind_cells(self, made: tuple[int, int], reach: Reach) -> set[tuple[int, int]]:
        """The input's cells under a window that belong to the blind spot."""
        return blind(self.floors[0], self.operators, self.blind, made, reach) if self.blind else set()

    @cached_property
    def blind(self) -> tuple[tuple[int, ...], ...]:
        """The cells of the input that no way through masked layers leads to, from an output's own cell."""
        found = blind_spot([layer.layer for layer in self.layers]) if len(self.layers) > 1 else None
        return () if found is None else found.cells

    def masked(self, made: tuple[int, int], reaches: list[Reach]) -> list[list[tuple[int, int]]]:
        """What masks hide from an output, floor by floor."""
        if not any(op.left_out for op in self.operators):
            return [[] for _ in self.operators]
        return unseen(self.floors, self.operators, reaches, made)

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """The window before anything is made with it, or on its way to the next output."""
        if phase != "way":
            return self.frame(step).shown if self.blind else tuple(self._covered(self.steps.cell(step)))
        return tuple(self._tweened(step, share) if len(self.layers) == 1 else self._led(step, share))

    def _led(self, step: int, share: float) -> list[Primitive]:
        """Of several layers the outlines of all windows, on their way to the next output."""
        starts, ends = (self._corners(self.steps.cell(k)) for k in (step, step + 1))
        return [*self._done(step + 1), *gliding(starts, ends, share, strong(self.style, self.style.colors.window))]

    def _corners(self, cell: Cell) -> list[tuple[Point, ...]]:
        """The corners of what an output is made of, floor by floor, and of itself."""
        levels = zip(self.floors, self.reaches(*two(cell[1:])), strict=True)
        return [reach.corners(floor.plane) for floor, reach in levels]

    def finished(self) -> Frame:
        """All outputs; of masked layers also what one of them does not see."""
        done, seen = self._done(len(self.steps)), self._blindest
        return Frame(tuple(done), () if seen is None else lambda: self._shown(seen, done))

    @cached_property
    def steps(self) -> Steps:
        """Of masked layers those with a blind spot on the input, where outputs are left out anyway."""
        steps = super().steps
        if not self.blind or len(steps) == steps.total or isinstance(steps, SomeSteps):
            return steps
        wanted = frozenset((0, *place) for place, count in self._darkened.items() if count)
        return ChosenSteps(steps.shape, steps.animation, wanted=wanted)

    @cached_property
    def _darkened(self) -> dict[tuple[int, int], int]:
        """How many cells of the blind spot each output has on the input; nothing without one, or with a single axis."""
        if not self.blind or len(self.operators[-1].axes) == 1:
            return {}
        places = product(*map(range, self.sheets[-1].shape))
        return {(r, c): len(self.blind_cells((r, c), self.reaches(r, c)[0])) for r, c in places}

    @cached_property
    def _blindest(self) -> Cell | None:
        """Of the outputs with most of the blind spot on the input, that next to the middle; None without any."""
        most = max(self._darkened.values(), default=0)
        found = [place for place, count in self._darkened.items() if count == most > 0]
        rows, columns = self.sheets[-1].shape
        middle = (rows - 1) / 2, (columns - 1) / 2
        return (0, *min(found, key=lambda place: dist(place, middle))) if found else None

    def _tweened(self, step: int, share: float) -> list[Primitive]:
        """What has just been computed, and window and output cell on their way to the next one, with their lines.

        A theme without an outline of the window has none on the way: they would be three quarters of its file.
        """
        start, end = (two(self.steps.cell(k)[1:]) for k in (step, step + 1))
        top, moving = self.floors[-1], Tweening(self.drawn_planes[0], self.floors[-1], between(start, end, share))
        shown = moving.window()
        shown += self._result(*start, top.color) if self._fills else []
        done = [*self._done(step + 1), *shown, *moving.result()] if self.numbers is not None else []
        if self.style.frame is None:
            return [*shown, *moving.result()]
        part = self._parted(moving.corners(), top.plane.ring(*moving.spot), top)
        return [*shown, *self._drawn([part], done), *moving.result()]

    @property
    def _fills(self) -> bool:
        """Whether a result looks otherwise than a cell that is not computed yet."""
        sparse = bool(self.absent(len(self.floors) - 1))
        return self.style.theme.pending or self.numbers is not None or sparse

    def _result(self, row: int, column: int, fill: str, *, bold: bool = False) -> list[Primitive]:
        top, image = self.floors[-1], self.images[-1]
        if (row, column) in self.extra and fill == top.color:
            fill = self.extra_color
        if image is None:
            items = filled(top.plane, [((row, 1), (column, 1))], fill, self.style.edge)
        else:
            fill = "#" + bytes(image[row, column]).hex()
            items = [*finished(image, [(row, column)], top.plane.at, blended=False)]
            if self.unit >= SHADED_EDGED:
                items.append(Lines(top.plane.edges([(row, column)]), self.style.edge))
            if bold:
                items += outlined(self.style.marking, [(row, column, row + 1, column + 1)], top.plane.at, cased=True)
        if self.numbers is not None:
            value = self.numbers.formats[-1](plane(self.numbers.maps[-1][0])[row, column].item())
            if self.numbers.symbols:
                value = self.numbers.named(Y, (row, column))
            items.append(self.numbers.text(top, (row, column), value, fill, bold=bold))
        return items

    @cached_property
    def making(self) -> Making:
        """The maps on the way, as their cells are made."""
        return Making.of(self)

    def _done(self, k: int) -> list[Primitive]:
        if not self._fills:
            return []
        return [*self.making.made(k), *self._outputs(k)]

    def _outputs(self, k: int) -> list[Primitive]:
        """The outputs that are over when a step begins."""
        color, image = self.floors[-1].color, self.images[-1]
        if image is not None and self.numbers is None:
            cells, plane = [two(cell[1:]) for cell in self.steps.passed(k)], self.floors[-1].plane
            # edges hide the seams between cells, and neighbours painted once more would cover those drawn before
            edged = self.unit >= SHADED_EDGED
            blended = self.trace.spec.animation.order == "row-major" and not edged
            found: list[Primitive] = [*finished(image, cells, plane.at, blended=blended)]
            return [*found, Lines(plane.edges(cells), self.style.edge)] if edged and cells else found
        return [item for cell in self.steps.passed(k) for item in self._result(*two(cell[1:]), color)]

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        axes = len(self.steps.shape) - 1
        return [*_cells("input", self.floors[0], axes), *_cells("output", self.floors[-1], axes)]

    def turn(self, k: int) -> Turn:
        return Turn(len(self.layers), (None, *self.steps.cell(k)[1:]))

    # the lines from a window's corners to what is made of it

    def _sightlines(self, cell: Cell, shown: list[Primitive]) -> list[Primitive]:
        """From the corners of what is read to those of what is made of it; dashed where a floor hides them."""
        levels = list(zip(self.floors, self.reaches(*two(cell[1:])), strict=True))
        return self._drawn([self._joined(lower, upper) for lower, upper in pairwise(levels)], shown)

    def _drawn(self, parts: list[Parts], shown: list[Primitive]) -> list[Primitive]:
        """Lines with what is seen of them and what is hidden; they leave all texts free."""
        seen, hidden = ([line for part in parts for line in part[k]] for k in (0, 1))
        if self.numbers is not None:
            texts = {(item.x, item.y): item for item in (*self.static(), *shown) if isinstance(item, Text)}
            rings = [self.numbers.ring(text) for text in texts.values()]
            seen, hidden = _free(seen, rings), _free(hidden, rings)
        beam, dash = self.style.beam, (2.5 * self.style.scale, 2.5 * self.style.scale)
        behind = Stroke(beam.color, beam.width, dash)
        on_shades = any(image is not None for image in self.images)
        drawn = [(seen, halo(self.style, beam))] if on_shades else []
        drawn += [(seen, beam), (hidden, behind)]
        return [Lines(tuple(lines), stroke) for lines, stroke in drawn if lines]

    def _joined(self, lower: tuple[Floor, Reach], upper: tuple[Floor, Reach]) -> Parts:
        """The lines between two floors."""
        made = upper[1].within(upper[0].inputs)
        if not made.rows or not made.columns or not lower[1].rows:
            return [], []
        return self._parted(lower[1].corners(lower[0].plane), made.corners(upper[0].plane), upper[0])

    def _parted(self, starts: tuple[Point, ...], ends: tuple[Point, ...], upper: Floor) -> Parts:
        """What is seen of lines up to a floor, and what it hides, if its theme shows that."""
        lines = list(zip(starts, ends, strict=True))
        if self.numbers is not None and self.style.frame is not None:
            lines = [lines[k] for k in OUTER]
        solid = upper.solid()
        hidden = (
            []
            if self.style.frame is None
            else [piece for ring in solid for line in lines for piece in within(line, ring)]
        )
        return _free(lines, solid), hidden


def _cells(side: Side, floor: Floor, axes: int) -> Iterator[HitRegion]:
    for place, cell in held(floor.sheet):
        yield HitRegion(side, (None, *along(cell, axes)), floor.plane.ring(*place))


def _free(lines: Iterable[Segment], rings: list[tuple[Point, ...]]) -> list[Segment]:
    """The pieces of lines that no ring hides."""
    pieces = list(lines)
    for ring in rings:
        pieces = [piece for line in pieces for piece in outside(line, ring)]
    return pieces
