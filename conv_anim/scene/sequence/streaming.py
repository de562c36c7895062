"""The sequence view of a stream: what arrives in each step, what is made of it, and what is kept for later."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Callout, Key
from conv_anim.scene.color import mix
from conv_anim.scene.hit_regions import Turn
from conv_anim.scene.primitives import Boxes, Frame, Lines, Stroke
from conv_anim.scene.sequence.lattice import LEADING, Lattice
from conv_anim.scene.sequence.view import SequenceView
from conv_anim.scene.sheets.sheet import runs
from conv_anim.scene.sheets.stacks import broken
from conv_anim.scene.steps import Steps
from conv_anim.spec.view_values import Sequence
from conv_anim.tracing.streaming import Streaming, ratio_of
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.sequence.nodes import Nodes
    from conv_anim.scene.timeline import Phase
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.op import Op
    from conv_anim.tracing.streaming import State
    from conv_anim.tracing.trace import Trace

GONE = 0.3
"""How much of its colour a cell has that no output to come reads."""
TRAY = 0.34
"""How far the ground of what is kept reaches around a node, in radii."""
KEPT = 0.75
"""How much of the colour of kernels that ground has."""


def streaming_of(trace: Trace) -> Streaming:
    """The stream that a trace's view asks for."""
    view = trace.spec.view
    assert isinstance(view, Sequence)
    return Streaming.of(trace.spec.layers, view.chunk)


@dataclass(frozen=True)
class StreamLattice(Lattice):
    """With what is kept said beside the rows."""

    @cached_property
    def streaming(self) -> Streaming:
        """What arrives when."""
        return streaming_of(self.trace)

    @cached_property
    def posts(self) -> list[Callout]:
        found = [self._post(k, post) for k, post in enumerate(super().posts)]
        found[0] = replace(found[0], keys=(*found[0].keys, *self._legend()))
        return found

    def _post(self, k: int, post: Callout) -> Callout:
        """With how many cells are kept, or how long it takes."""
        said = self._latency() if k == len(self.layers) else self._buffer(k)
        lines = broken([said], self.style, self.say)
        if not post.label.detail:
            return Callout.of(self.style, post.label.name, lines, post.swatch, post.keys, disc=True)
        return replace(post, lines=(*post.lines, *lines))

    def _buffer(self, k: int) -> str:
        """How many cells of a map are kept, and why as many."""
        op, most = self.layers[k].layer, self.streaming.held[k]
        if op.attends is not None:
            return self.say("stream.pairs", count=most)
        if most == 0:
            return self.say("stream.buffer.none")
        how = why(op, most, self.say)
        known = "stream.buffer" if how else "stream.buffer.most"
        return self.say(f"{known}.one" if most == 1 else known, count=most, how=how)

    def _latency(self) -> str:
        """How late outputs are; where not every cell has one, with which cell one of them comes."""
        ratio = ratio_of(self.trace.spec.layers)
        late = self.streaming.latency(ratio)
        if late is None:
            return self.say("stream.latency.end")
        if ratio != 1:
            output, cell = self._example()
            return self.say("stream.latency.at", output=output, cell=cell)
        return self.say(f"stream.latency.{late}" if late < 2 else "stream.latency", count=late)

    def _example(self) -> tuple[int, int]:
        """An output of those that do not wait for the end, and the cell that completes it, both counted from 1."""
        one_by_one = replace(self.streaming, chunk=1)
        made = [
            after.there for before, after in one_by_one.steps if after.there[-1] > before.there[-1] and not after.ended
        ]
        there = made[len(made) // 2]
        return there[-1], there[0]

    def put_in(self, k: int) -> list[str]:
        op = self.layers[k].layer
        inserted = op.window is not None and self.axes[k].stretch > 1
        return [self.say("stream.zeros", stride=self.axes[k].stretch)] if inserted else []

    def _legend(self) -> tuple[Key, ...]:
        colors, edge = self.style.colors, self.style.edge
        arriving = self.style.frame or Stroke(colors.window, 2 * self.style.scale)
        keys = [
            Key(self.say("stream.arrives"), self.swatch(colors.input), arriving, disc=True),
            Key(self.say("stream.kept"), tray(self), edge),
            Key(
                self.say("stream.gone"),
                self.swatch(mix(colors.background, colors.input, GONE)),
                self.style.pending_edge,
                disc=True,
            ),
        ]
        return tuple(keys)

    @property
    def timed(self) -> bool:
        return True

    @property
    def reach(self) -> int:
        return round((1 + TRAY) * self.radius)

    asks = False  # the query is that of the cell that arrives

    @property
    def height(self) -> float:
        """With room for what is said of each step."""
        apart = (LEADING - 1) * self.style.label_size if self.lines_told else self.style.wide
        return super().height + apart + self.style.label_size


def tray(lattice: Lattice) -> str:
    """The ground of what is kept."""
    return mix(lattice.style.colors.background, lattice.style.colors.kernel, KEPT)


def why(op: Op, most: int, say: Language) -> str:
    """Why a layer keeps so many cells: its window without what that leaves behind; empty where that is not so."""
    if op.window is None:
        return ""
    axis = op.window.axes[0]
    wide = axis.effective_kernel
    gone = wide - most
    if axis.stretch > 1 or most < 1 or gone not in {1, axis.stride}:
        return ""
    key = "window" if wide == axis.kernel else "reach"
    return say(f"stream.{key}" if gone == 1 else f"stream.{key}.many", wide=wide, gone=gone)


@dataclass(frozen=True)
class StreamingView(SequenceView):
    """A step is a chunk that arrives; the last one may be the end, for which some outputs wait."""

    @cached_property
    def lattice(self) -> StreamLattice:
        return StreamLattice(self.trace, self.style)

    @property
    def streaming(self) -> Streaming:
        """What arrives when."""
        return self.lattice.streaming

    @cached_property
    def steps(self) -> Steps:
        return Steps((1, len(self.streaming.steps)), self.trace.spec.animation)

    def _step(self, k: int) -> tuple[State, State]:
        return self.streaming.steps[self.steps.cell(k)[1]]

    # what stays

    def static(self) -> Items:
        colors = self.style.colors
        faint = Stroke(mix(colors.background, colors.muted, 0.22), self.style.scale)
        return (Lines(tuple(self._all_lines()), faint), *self._labels(), *self._time())

    # steps

    def frame(self, k: int) -> Frame:
        before, after = self._step(k)
        told = self._worked(after.there[-1] - 1) if after.there[-1] > before.there[-1] else []
        return Frame((), (*self._drawn(before, after), *told, *self._said(self.sentence(before, after))))

    def _told(self, output: int) -> list[str]:
        """Of the last output that a chunk makes."""
        *scores, made = super()._told(output) or [""]
        return [*scores, self.say("stream.sum", cell=output + 1, sum=made)] if made else []

    def finished(self) -> Frame:
        """The sequence has ended: nothing is kept, for nothing is to come."""
        say, last = self.say, self.streaming.states[-1]
        over = replace(last, kept=((),) * len(last.kept), ended=True)
        out = say("stream.all", count=last.there[-1])
        text = say("stream.step", held=say("stream.empty"), come=say("stream.end"), out=out)
        return Frame((), (*self._drawn(over, over), *self._said(text)))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset()

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A step is whole."""
        del phase, share
        return self.frame(step).shown

    def turn(self, k: int) -> Turn | None:
        before, after = self._step(k)
        if after.there[-1] == before.there[-1]:
            return None
        return Turn(len(self.layers), (None, after.there[-1] - 1))

    def _drawn(self, before: State, after: State) -> list[Primitive]:
        """Grounds of what was kept, lines to what is made, and all nodes above them."""
        items: list[Primitive] = []
        for nodes, kept in zip(self.lattice.nodes, before.kept, strict=False):
            items += self._tray(nodes, kept)
        items += self._lines_to(map(range, before.there[1:], after.there[1:]))
        for k, nodes in enumerate(self.lattice.nodes):
            kept = before.kept[k] if k < len(before.kept) else ()
            items += self._row(nodes, k, (before.there[k], after.there[k]), kept)
        return items

    def _tray(self, nodes: Nodes, kept: tuple[int, ...]) -> list[Primitive]:
        """One ground for neighbours."""
        if not kept:
            return []
        row, reach = nodes.row, self.lattice.reach
        boxes = []
        for first, count in runs(list(kept)):
            left, right = row.made(first)[0], row.made(first + count - 1)[0]
            boxes.append((left - reach, row.y - reach, right - left + 2 * reach, 2 * reach))
        edge = Stroke(mix(self.style.colors.kernel, self.style.colors.window, 0.35), self.style.line)
        return [Boxes(tuple(boxes), tray(self.lattice), edge, radius=reach)]

    def _row(self, nodes: Nodes, k: int, there: tuple[int, int], kept: tuple[int, ...]) -> list[Primitive]:
        """The nodes of a map: gone, kept, new, and still to come; what borders it is as ever."""
        colors, place = self.style.colors, nodes.row.side.place
        top = k == len(self.layers)
        old = [cell for cell in range(there[0]) if top or cell in kept]
        gone = [] if top else [cell for cell in range(there[0]) if cell not in kept]
        new, later = range(*there), range(there[1], len(nodes.row.side.inputs))
        pale = {place(cell): mix(colors.background, nodes.fill(place(cell)), GONE) for cell in gone}
        border = {cell: nodes.fill(cell) for cell in nodes.row.cells() if cell not in nodes.row.side.inputs}
        items = nodes.painted(border | pale | {place(cell): nodes.fill(place(cell)) for cell in old})
        if later:
            empty = self.style.pending_edge if self.style.theme.pending else self.style.edge
            items.append(nodes.circles([place(cell) for cell in later], colors.background, empty))
        fills = {place(cell): nodes.fill(place(cell)) for cell in new}
        if k == 0 or nodes.shades:
            return [*items, *nodes.painted(fills, bold=True), *nodes.framed(fills)]
        return [*items, *nodes.painted({cell: self.style.at_work(fill) for cell, fill in fills.items()}, bold=True)]

    # what is said of a step

    def _said(self, text: str) -> list[Primitive]:
        top, size = self.lattice.height - self.style.label_size, self.style.label_size
        size *= min(1.0, self.lattice.width / self.style.width(text, size=size))
        return [self.style.text(0, top, text, size=size, color=self.style.text_ink)]

    def sentence(self, before: State, after: State) -> str:
        """What is kept from before, what arrives, and what goes out."""
        say, kept = self.say, sum(map(len, before.kept))
        arrived = self._cells(before.there[0], after.there[0])
        made = self._cells(before.there[-1], after.there[-1])
        held = say("stream.empty" if kept == 0 else "stream.held.one" if kept == 1 else "stream.held", count=kept)
        come = say("stream.end") if after.ended else say(_many("stream.in", arrived), cells=arrived)
        out = say(_many("stream.out", made), cells=made) if made else say("stream.nothing")
        return say("stream.step", held=held, come=come, out=out)

    def _cells(self, first: int, end: int) -> str:
        """Cells by their numbers, from 1 on; empty for none."""
        if first == end:
            return ""
        return str(end) if end - first == 1 else f"{first + 1}–{end}"


def _many(key: str, cells: str) -> str:
    """The phrase for one cell, or for several."""
    return f"{key}.many" if "–" in cells else key
