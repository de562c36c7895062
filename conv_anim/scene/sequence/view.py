"""The sequence view: layers with one axis as rows of nodes, the input below; what the current output sees is lit."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.scoring import scored
from conv_anim.scene.arithmetic.workings import worked
from conv_anim.scene.color import mix
from conv_anim.scene.gliding import gliding
from conv_anim.scene.hit_regions import HitRegion, Turn, circle
from conv_anim.scene.primitives import Frame, Lines, Polygons, Stroke, Text, corners, union
from conv_anim.scene.sequence.lattice import LEADING, Lattice
from conv_anim.scene.sequence.rows import reaches
from conv_anim.scene.sequence.weights import at_lines
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.steps import Steps
from conv_anim.scene.strokes import strong
from conv_anim.tracing.attending import Attending
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.clipping import Segment
    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.primitives import Items, Primitive, Side
    from conv_anim.scene.sequence.nodes import Nodes
    from conv_anim.scene.sequence.rows import Row
    from conv_anim.scene.timeline import Phase

WIDEST, THINNEST = 0.5, 0.6
"""Width of a line whose cell has a share of 1, in radii of a node, and of one with hardly any, in pixels at scale 1."""
MOST_FOLLOWED = 400
"""Outputs up to which it is followed when each node of a map on the way is made."""
FAINT = 0.3
"""How much of the ink of the explanations the lines have that are not lit."""


@dataclass(frozen=True)
class SequenceView(Traced):
    """The drawing of a trace of layers with one axis."""

    @cached_property
    def lattice(self) -> Lattice:
        """The rows of nodes."""
        return Lattice(self.trace, self.style)

    @cached_property
    def steps(self) -> Steps:
        """One map stands for all: channels do not show here."""
        return Steps((1, self.lattice.axes[-1].count), self.trace.spec.animation)

    # what stays

    def static(self) -> Items:
        colors = self.style.colors
        faint = Stroke(mix(colors.background, colors.muted, FAINT), self.style.scale)
        items: list[Primitive] = [Lines(tuple(self._all_lines()), faint)]
        for nodes in self.lattice.nodes[:-1]:
            items += nodes.at_rest()
        return (*items, *self._labels(), *self._time())

    def _all_lines(self) -> list[Segment]:
        """From every node to those of its taps that hold something."""
        return [
            (lower.at(cell), upper.made(output))
            for lower, upper in pairwise(self.lattice.rows)
            for output in range(lower.side.axis.count)
            for cell in lower.taps(output)
            if holds(lower, cell)
        ]

    def _labels(self) -> list[Primitive]:
        if not self.labelled:
            return []
        x = self.lattice.right + self.style.wide
        places = zip(self.lattice.rows, self.lattice.posts, strict=True)
        return [item for row, post in places for item in post.at(x, row.y - post.height / 2)]

    def _time(self) -> list[Primitive]:
        """Which way time runs, where no output may look ahead."""
        if not self.lattice.timed:
            return []
        row, radius, style = self.lattice.rows[0], self.lattice.radius, self.style
        word, y = self.say("sequence.time"), round(self.lattice.arcs_end + style.gap)
        ink = style.label_ink
        left, right = row.made(0)[0] - radius, row.made(row.side.axis.size - 1)[0] + radius
        start = left + style.width(word, size=style.small_size) + style.half
        barb = 4 * style.scale
        base = right - 1.8 * barb
        baseline = y + style.font.cap_height * style.small_size / 2
        return [
            Text(left, baseline, word, style.small_size, ink),
            Lines((((start, y), (base, y)),), Stroke(ink, style.scale)),
            Polygons((((base, y - barb), (right, y), (base, y + barb)),), ink),
        ]

    # hit regions

    def hit_regions(self) -> list[HitRegion]:
        nodes, axes = self.lattice.nodes, self.lattice.axes
        read = [_region(nodes[0], "input", i) for i in range(axes[0].size)]
        return [*read, *(_region(nodes[-1], "output", o) for o in range(axes[-1].count))]

    def turn(self, k: int) -> Turn | None:
        return Turn(len(self.layers), (None, *self.steps.cell(k)[1:]))

    # what differs from frame to frame

    def frame(self, k: int) -> Frame:
        """Lines first, then all nodes again: a lit line may pass behind a node that has no part in it."""
        (cell,) = self.steps.cell(k)[1:]
        return Frame((), (*self._seen(k, cell), *self._outputs(k, cell), *self._worked(cell)))

    def _seen(self, k: int, cell: int) -> list[Primitive]:
        """All that an output is made of, in all layers."""
        made = reaches(self.lattice.rows, cell)
        shown: list[Primitive] = self._lit_lines(made)
        for nodes, above, waiting in zip(self.lattice.nodes, made[1:], self._waiting[k], strict=False):
            shown += [*nodes.at_rest(waiting), *nodes.lit(nodes.row.covered(above))]
        return [*shown, *self._query(cell)]

    def _query(self, cell: int) -> list[Primitive]:
        """The node whose query meets the keys of the others, where these are worked out."""
        if not self.lattice.asks:
            return []
        nodes = self.lattice.nodes[-2]
        return [nodes.circles([nodes.row.side.lead + cell], None, strong(self.style, self.style.colors.current))]

    @cached_property
    def _waiting(self) -> list[list[set[int]]]:
        """By step and row, the nodes between two layers that something will yet be made of, if that is followed."""
        rows, steps = self.lattice.rows[:-1], self.steps
        followed = self.style.theme.pending and steps.total <= MOST_FOLLOWED
        left = [
            {row.side.place(i) for i in range(row.side.axis.size)} if k and followed else set()
            for k, row in enumerate(rows)
        ]
        found: list[list[set[int]]] = []
        for step in range(len(steps)):
            for output in (*steps.passed(step), steps.cell(step)) if followed else ():
                made = reaches(self.lattice.rows, output[1])
                read = [map(row.side.place, cells) for row, cells in zip(rows, made, strict=False)]
                left = [here - set(cells) for here, cells in zip(left, read, strict=True)]
            found.append(left)
        return [[here - never for here, never in zip(each, left, strict=True)] for each in found]

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """What the current output sees, before it is made; and that on its way to the next output."""
        (cell,) = self.steps.cell(step)[1:]
        if phase == "way":
            (other,) = self.steps.cell(step + 1)[1:]
            stroke = Stroke(self.style.colors.window, 2 * self.style.scale)
            way = gliding(self._marked(cell), self._marked(other), share, stroke)
            rows = zip(self.lattice.nodes, self._waiting[step + 1], strict=False)
            waiting = [item for nodes, cells in rows if cells for item in nodes.at_rest(cells)]
            return (*waiting, *self._outputs(step + 1, None), *way)
        return (*self._seen(step, cell), *self._outputs(step, None), *self._worked(cell)[:-1])

    def _marked(self, output: int) -> list[Ring]:
        """Around the nodes of every row that an output is made of, and around itself."""
        found, radius = list["Ring"](), 1.25 * self.lattice.radius
        for row, cells in zip(self.lattice.rows, reaches(self.lattice.rows, output), strict=True):
            last = row is self.lattice.rows[-1]
            places = [row.made(cell) if last else row.at(cell) for cell in (cells if last else row.covered(cells))]
            if places:
                boxes = [(x - radius, y - radius, 2 * radius, 2 * radius) for x, y in places]
                found.append(corners(union(boxes)))
        return found

    def finished(self) -> Frame:
        return Frame((), tuple(self.lattice.nodes[-1].at_rest()))

    def _worked(self, output: int) -> list[Primitive]:
        """With numbers how an output comes about; of attention first how scores become shares."""
        lattice, style = self.lattice, self.style
        size, top = style.label_size, lattice.drawn_height + style.wide
        return [
            style.text(
                0,
                top + k * LEADING * size,
                line,
                size=size * min(1.0, lattice.width / style.width(line, size=size)),
                color=style.text_ink,
            )
            for k, line in enumerate(self._told(output))
        ]

    def _told(self, output: int) -> list[str]:
        layer = self.layers[-1]
        if not self.lattice.lines_told:
            return []
        scores = [scored(layer.means, 0, output, self.say)] if isinstance(layer.means, Attending) else []
        return [*scores, worked(layer, layer.step((0, output)), self.say)]

    def _outputs(self, k: int, cell: int | None) -> list[Primitive]:
        """Those that are done, those still to come, and the current one, which is not beneath any of them."""
        top, colors, theme = self.lattice.nodes[-1], self.style.colors, self.style.theme
        before = [self.steps.nth(rank)[1] for rank in range(self.steps.rank(k))]
        done = {other: top.fill(other) for other in before}
        rest = [other for other in top.row.cells() if other not in done and other != cell]
        items = top.painted(done)
        if rest and theme.pending:
            items.append(top.circles(rest, colors.background, self.style.pending_edge))
        elif rest:
            items.append(top.circles(rest, top.color, self.style.edge))
        if cell is None:
            return items
        if top.shades:
            marking = self.style.marking.frame
            assert marking is not None
            return [*items, *top.painted({cell: top.fill(cell)}, bold=True), top.circles([cell], None, marking)]
        return [*items, *top.painted({cell: self.style.at_work(top.color)}, bold=True)]

    def _lit_lines(self, made: list[list[int]]) -> list[Primitive]:
        """The lines that the current output is made along, with the weights at them."""
        return [*self._lines_to(made[1:]), *at_lines(self.lattice, made[-1][0])]

    def _lines_to(self, made: Iterable[Iterable[int]]) -> list[Primitive]:
        """The lines along which outputs of each layer are made: those to nodes without anything to read are dashed."""
        strong: list[Segment] = []
        empty: list[Segment] = []
        shared: list[Primitive] = []
        for k, ((lower, upper), outputs) in enumerate(zip(pairwise(self.lattice.rows), made, strict=True)):
            means = self.layers[k].means
            for output in outputs:
                if isinstance(means, Attending) and means.heads == 1:
                    shared += self._by_shares(means, lower, upper, output)
                    continue
                for cell in lower.taps(output):
                    lines = strong if holds(lower, cell) else empty
                    lines.append((lower.at(cell), upper.made(output)))
        colors, scale = self.style.colors, self.style.scale
        dashed = Stroke(colors.window, scale, self.style.dash)
        wide = max(scale, min(2 * scale, self.lattice.radius / 5))
        drawn = [(empty, dashed), (strong, Stroke(colors.window, wide))]
        return [*(Lines(tuple(lines), stroke) for lines, stroke in drawn if lines), *shared]

    def _by_shares(self, means: Attending, lower: Row, upper: Row, output: int) -> list[Primitive]:
        """Lines as wide as the shares of the cells that they lead to."""
        color, widest = self.style.colors.window, WIDEST * self.lattice.radius
        shares = zip(lower.taps(output), means.weights[0, output].tolist(), strict=False)
        return [
            Lines(
                ((lower.at(cell), upper.made(output)),), Stroke(color, max(THINNEST * self.style.scale, widest * share))
            )
            for cell, share in shares
        ]


def _region(nodes: Nodes, side: Side, position: int) -> HitRegion:
    return HitRegion(side, (None, position), circle(nodes.row.made(position), nodes.radius))


def holds(row: Row, cell: int) -> bool:
    """Whether a node shows a cell of its map."""
    return row.side.sources[cell][0] <= Source.BORROWED
