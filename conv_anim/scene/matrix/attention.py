"""The matrix view of attention: who sees whom, what is masked, and the shares, row by row."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.scoring import scored, shade, share_text
from conv_anim.scene.arithmetic.workings import worked
from conv_anim.scene.drawing import Drawing
from conv_anim.scene.gliding import gliding, outlines
from conv_anim.scene.hatching import hatched
from conv_anim.scene.hit_regions import HitRegion, Turn
from conv_anim.scene.layout import Panel, align, animated, column, pad, panel, row
from conv_anim.scene.matrix.shares import HATCHED, SharesPlan
from conv_anim.scene.primitives import Boxes, Frame, Lines, corners
from conv_anim.scene.sheets.shifted import with_shift
from conv_anim.scene.steps import Steps
from conv_anim.scene.strokes import strong
from conv_anim.scene.text_panels import line
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.gliding import Ring
    from conv_anim.scene.matrix.shares import Head
    from conv_anim.scene.primitives import Items, Primitive
    from conv_anim.scene.style import Style
    from conv_anim.scene.timeline import Phase
    from conv_anim.spec.model import Size
    from conv_anim.tracing.trace import Trace

MOST_LINES = 4
"""Sums of one token that are written, one for each channel."""


@dataclass(frozen=True)
class AttentionView(SharesPlan):
    """The drawing of the plan: a step is a token, with all its channels."""

    @cached_property
    def steps(self) -> Steps:
        return Steps((1, *self.layer.layer.ends.in_size), self.trace.spec.animation)

    @property
    def animated(self) -> bool:
        """Whether it goes through the tokens."""
        return getattr(self.trace.spec.view, "animate", False)

    def _token(self, cell: tuple[int, ...]) -> int:
        """The number of the token that an output cell belongs to."""
        return int(np.ravel_multi_index(cell[1:], self.layer.layer.ends.in_size))

    def _place(self, token: int) -> Size:
        return tuple(int(i) for i in np.unravel_index(token, self.layer.layer.ends.in_size))

    # what stays

    def static(self) -> Items:
        items: list[Primitive] = []
        for head in self.heads:
            items += self._at_rest(head)
        if not self.animated:
            items += self._done(range(self.tokens))
            items += self._reading(self._example)
            items += self._lines(self._example)
        return tuple(items)

    @property
    def example(self) -> Size:
        """The place of that token."""
        return self._place(self._example)

    @property
    def _example(self) -> int:
        """The token whose row is marked in a still: one in the middle."""
        return self.tokens // 2

    def _at_rest(self, head: Head) -> list[Primitive]:
        """All that is there before any share is."""
        tables = head.tables
        items: list[Primitive] = []
        for name in ("values", "queries", "keys"):
            if name in tables:
                items += self._numbers(head, name, range(self.tokens), self.style.colors.input)
        items += tables["matrix"].blank()
        items += self._mask(head)
        items += tables["output"].pending() if self.animated else []
        return [*items, *head.labels, *head.layout.signs()]

    def _mask(self, head: Head) -> list[Primitive]:
        table = head.tables["matrix"]
        hidden = [table.box((r, c)) for r, c in np.argwhere(np.isnan(self.matrices[head.number])).tolist()]
        if not hidden:
            return []
        if self.side < HATCHED:
            return [Boxes(tuple(hidden), self.masked)]
        return [Lines(hatched(hidden), self.hatch)]

    def _numbers(
        self, head: Head, name: str, tokens: Iterable[int], fill: str, *, bold: bool = False
    ) -> list[Primitive]:
        """The cells of some tokens in a table of a head."""
        table, there = head.tables[name], list(tokens)
        first = head.number * self.each
        if name == "output":
            flat, fmt = self.layer.output.reshape(len(self.layer.output), -1), self.made
        else:
            flat, fmt = self.attending.values, self.value
        if name in {"queries", "keys"}:
            cells = [((t, 0) if name == "queries" else (0, t), fmt(flat[first, t].item())) for t in there]
        else:
            cells = [((t, c), fmt(flat[first + c, t].item())) for t in there for c in range(self.each)]
        return table.cells(cells, fill, bold=bold)

    # what is done, and what is being done

    def _done(self, tokens: Iterable[int]) -> list[Primitive]:
        there = list(tokens)
        items: list[Primitive] = []
        for head in self.heads:
            items += self._shares(head, there)
            items += self._numbers(head, "output", there, self.style.colors.output) if there else []
        return items

    def _shares(self, head: Head, tokens: list[int]) -> list[Primitive]:
        """The rows of some tokens in the matrix of a head: cells of one colour together."""
        table, matrix, fmt = head.tables["matrix"], self.matrices[head.number], self.share
        shades: dict[str, list[tuple[tuple[int, int], str]]] = {}
        for token in tokens:
            for seen in np.flatnonzero(~np.isnan(matrix[token])).tolist():
                share = matrix[token, seen].item()
                shades.setdefault(shade(self.style, share), []).append(((token, seen), share_text(fmt, share)))
        return [item for fill, cells in shades.items() for item in table.cells(cells, fill)]

    def _reading(self, token: int) -> list[Primitive]:
        """A row of each matrix, the query it belongs to, and the keys and values that it meets."""
        items: list[Primitive] = []
        seen = [t for t in self.attending.seen[token].tolist() if t >= 0]
        lit = self.style.under_window(self.style.colors.input)
        current = strong(self.style, self.style.colors.current)
        window = self.style.frame or strong(self.style, self.style.colors.window)
        for head in self.heads:
            tables = head.tables
            for name in ("values", "keys"):
                if name in tables:
                    items += self._numbers(head, name, seen, lit)
            if "keys" in tables:
                items += tables["keys"].outlined([0], seen, window)
            items += tables["values"].outlined(seen, range(self.each), window)
            if "queries" in tables:
                items += self._numbers(head, "queries", [token], self.style.at_work(self.style.colors.input), bold=True)
            items += tables["matrix"].row_outlined(token, current)
        return items

    def _made(self, token: int) -> list[Primitive]:
        fill = self.style.at_work(self.style.colors.output)
        return [item for head in self.heads for item in self._numbers(head, "output", [token], fill, bold=True)]

    def frame(self, k: int) -> Frame:
        token = self._token(self.steps.cell(k))
        return Frame(self._kept(k), (*self._row(token), *self._made(token), *self._lines(token)))

    def _row(self, token: int) -> Items:
        return (*(i for head in self.heads for i in self._shares(head, [token])), *self._reading(token))

    def _kept(self, k: int) -> Items:
        passed = [self._token(cell) for cell in self.steps.passed(k)]
        return tuple(self._done(passed)) if passed else ()

    def finished(self) -> Frame:
        return Frame(self._kept(len(self.steps)))

    @property
    def phases(self) -> frozenset[Phase]:
        return frozenset(("read", "way"))

    def during(self, step: int, phase: Phase, share: float) -> Items:
        """A row without what comes of it, and outlines on their way to the next one."""
        if phase == "way":
            stroke = strong(self.style, self.style.colors.window)
            return (*self._kept(step + 1), *gliding(self._marked(step), self._marked(step + 1), share, stroke))
        token = self._token(self.steps.cell(step))
        return (*self._row(token), *self._lines(token, whole=False))

    def _marked(self, k: int) -> list[Ring]:
        token, found = self._token(self.steps.cell(k)), list["Ring"]()
        items = (*self._reading(token), *self._made(token))
        for head in self.heads:
            others = [head.tables[name] for name in ("values", "keys", "output") if name in head.tables]
            found += [corners(head.tables["matrix"].row(token)), *outlines(items, others)]
        return found

    # how a token's output comes about

    @cached_property
    def _written(self) -> bool:
        """Whether there is room for words: where no number can be read, none are explained."""
        return self.size is not None

    def _lines(self, token: int, *, whole: bool = True) -> Items:
        """The scores and their shares, then the sum of each channel."""
        if not self._written:
            return ()
        lines = [self._line(*said) for said in self._said(token)[: None if whole else len(self.heads)]]
        return pad(column(*lines), top=self._foot + self.style.wide).static

    def _line(self, text: str, result: str) -> Panel:
        """A line as large as the figure is wide enough for."""
        style = self.style
        wide = style.width(text, size=style.label_size) + style.width(result, size=style.label_size, bold=True)
        size = style.label_size * min(1.0, self.width / wide)
        told = line(text, style, size=size, color=style.text_ink)
        found = line(result, style, size=size, color=style.result_ink, bold=True)
        return align(row(told, found), 0.0, self._leading)

    def _said(self, token: int) -> list[tuple[str, str]]:
        """Each line, and the part of it that stands out."""
        found = [(scored(self.attending, head, token, self.say), "") for head in range(len(self.heads))]
        for channel in range(min(MOST_LINES, len(self.layer.output))):
            said = worked(self.layer, self.layer.step((channel, *self._place(token))), self.say)
            at = max(said.rfind("="), said.rfind("≈"))
            found.append((said[:at], said[at:]))
        return found

    @property
    def _leading(self) -> float:
        return 1.6 * self.style.label_size

    @property
    def _foot(self) -> float:
        return self.heads[-1].layout.height

    # the panel

    @cached_property
    def width(self) -> float:
        """In pixels: no narrower than lines of words may be."""
        drawn = max(head.layout.width for head in self.heads)
        return max(drawn, 420 * self.style.scale) if self._written else drawn

    @property
    def height(self) -> float:
        """In pixels."""
        if not self._written:
            return self._foot
        return self._foot + self.style.wide + len(self._said(0)) * self._leading

    def hit_regions(self) -> list[HitRegion]:
        """Columns of the matrices are tokens that are read, rows those that are made."""
        found: list[HitRegion] = []
        places = list(np.ndindex(*self.layer.layer.ends.in_size))
        for head in self.heads:
            matrix, output, values = (head.tables[name] for name in ("matrix", "output", "values"))
            for t, place in enumerate(places):
                found += [
                    HitRegion("input", (None, *place), corners(matrix.column(t)), echo=True),
                    HitRegion("input", (None, *place), corners(values.row(t))),
                    HitRegion("output", (None, *place), corners(matrix.row(t))),
                    HitRegion("output", (None, *place), corners(output.row(t))),
                ]
        return found

    def turn(self, k: int) -> Turn:
        return Turn(1, (None, *self.steps.cell(k)[1:]))


def attention(trace: Trace, style: Style) -> Panel:
    """The panel of the view."""
    view = AttentionView(trace, style)
    if not view.animated:
        still = panel(Drawing(view.static(), hit_regions=view.hit_regions), view.width, view.height)
        return with_shift(still, trace, style, (1,), lambda _: view.example, still=True)
    made = animated(view, view.width, view.height)
    return with_shift(made, trace, style, view.steps, lambda k: view.steps.cell(k)[1:])
