"""Attention as matrices: for each head the shares, a row for each query, times the values; how large its cells are."""

from __future__ import annotations

from functools import cached_property
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.arithmetic.scoring import WHOLE, share_format
from conv_anim.scene.callouts import Callout, Key
from conv_anim.scene.color import mix
from conv_anim.scene.layout import anchored, column, moved, pad
from conv_anim.scene.matrix.equation import POINT, Layout, Line, Part
from conv_anim.scene.matrix.factors import LONGEST, MOST, NUMBER, READABLE, ROOM
from conv_anim.scene.primitives import Stroke
from conv_anim.scene.sheets.table import Table, Track
from conv_anim.scene.sheets.traced import Traced
from conv_anim.scene.wording import words
from conv_anim.tracing.attending import Attending
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Set

    from conv_anim.scene.arithmetic.numbers import Format
    from conv_anim.scene.primitives import Items
    from conv_anim.tracing.values import Array

HATCHED = 8
"""Pixels of a cell, at least, that is hatched; smaller ones that are masked have a colour."""
CLOSE = 0.96
"""How much of a cell a share fills at most, where its digits are as small as they may be."""
ROUNDED = 1e-9
"""How far from 1 a sum of shares lies at least that is not 1."""


@dataclass(frozen=True)
class Head:
    """The parts of a head where they stand: ``queries``, ``matrix``, ``values`` and ``output``; ``keys`` above."""

    number: int
    layout: Layout

    @property
    def tables(self) -> dict[str, Table]:
        """All of them by name."""
        return {name: part.table for name, part in self.layout.parts.items()}

    @property
    def labels(self) -> Items:
        """What all of them are called."""
        return tuple(item for part in self.layout.parts.values() for item in part.label())


@dataclass(frozen=True)
class SharesPlan(Traced):
    """The parts of the picture of one attention."""

    @cached_property
    def attending(self) -> Attending:
        """What each token attends to."""
        means = self.layer.means
        assert isinstance(means, Attending)
        return means

    @property
    def tokens(self) -> int:
        """How many there are."""
        return len(self.attending.seen)

    @property
    def each(self) -> int:
        """Channels of the output that a head makes."""
        return len(self.attending.values) // self.attending.heads

    @cached_property
    def matrices(self) -> list[Array]:
        """The shares of each head, NaN where nothing is seen."""
        return [self.attending.matrix(head) for head in range(self.attending.heads)]

    @property
    def named(self) -> bool:
        """Whether numbers of queries and keys can tell rows and columns: each head has one channel of the input."""
        found = self.attending
        plain = found.queries is found.keys and found.keys is found.values
        return plain and len(found.values) == found.heads

    # numbers

    @cached_property
    def value(self) -> Format:
        """How values are written."""
        return format_for(self.attending.values)

    @cached_property
    def made(self) -> Format:
        """How outputs are written."""
        return format_for(self.layer.output)

    # colours

    @property
    def hatch(self) -> Stroke:
        """The lines over what is masked."""
        return Stroke(
            mix(self.style.colors.background, self.style.colors.muted, 0.55), max(1.0, self.style.line * 0.75)
        )

    @property
    def masked(self) -> str:
        """The colour of a cell that is too small to be hatched."""
        return mix(self.style.colors.background, self.style.colors.muted, 0.28)

    # sizes

    @cached_property
    def side(self) -> int:
        """The side of a cell of the matrix, in pixels.

        It has room for the digits that shares need, if it has for two of them.
        """
        style, room = self.style, floor(LONGEST * self.style.scale / self.tokens)
        if style.width(WHOLE(0), size=READABLE) <= CLOSE * room:
            room = max(room, ceil(self._widest * READABLE / CLOSE))
        wanted = max(round(1.12 * MOST * style.scale), ceil(self._widest * NUMBER * style.scale / ROOM))
        return max(2, min(wanted, room))

    @cached_property
    def share(self) -> Format:
        """How shares are written."""
        return share_format(self.attending)

    @property
    def _widest(self) -> float:
        """The width of a share, in ems."""
        return self.style.width(self.share(0), size=1.0)

    @cached_property
    def size(self) -> float | None:
        """Em of the shares, None where they cannot be read."""
        size = min(NUMBER * self.style.scale, ROOM * self.side / self._widest, 0.85 * self.side)
        size = max(size, min(READABLE, CLOSE * self.side / self._widest))
        return size if size >= READABLE else None

    def _column(self, texts: Set[str]) -> tuple[int, float | None]:
        """The width of a cell of values, and the em of their numbers."""
        size = min(NUMBER * self.style.scale, 0.85 * self.side)
        if size < READABLE:
            return max(self.side, round(8 * self.style.scale)), None
        widest = max(self.style.width(text, size=size, bold=True) for text in texts)
        return max(self.side, ceil(widest / ROOM)), size

    def _above(self, size: float | None) -> float | None:
        """The em of numbers above the matrix, whose columns are no wider for them; None where they do not fit."""
        widest = max(self.style.width(text, size=1.0, bold=True) for text in self.value.texts(self.attending.values))
        fitting = min(size or 0.0, ROOM * self.side / widest)
        return fitting if fitting >= READABLE else None

    @cached_property
    def _tracks(self) -> Track:
        """The tokens, in rows of the map where it has several axes."""
        return Track(self.layer.layer.ends.in_size, self.side, max(1, round(self.side / 6)))

    def _tables(self) -> dict[str, Table]:
        style, rows = self.style, self._tracks
        values, size = self._column(self.value.texts(self.attending.values))
        made, _ = self._column(self.made.texts(self.layer.output))
        one = Table(style, rows, Track((1,), values, 0), size)
        tables = {
            "queries": one,
            "matrix": Table(style, rows, rows, self.size),
            "values": Table(style, rows, Track((self.each,), values, 0), size),
            "output": Table(style, rows, Track((self.each,), made, 0), size),
        }
        return tables if self.named else {name: table for name, table in tables.items() if name != "queries"}

    # where they go

    @cached_property
    def heads(self) -> list[Head]:
        """One below the other."""
        alone = [self._head(number) for number in range(self.attending.heads)]
        pages = [anchored(layout.page, **{str(number): (0.0, 0.0)}) for number, layout in enumerate(alone)]
        page = column(*pages, gap=self.style.far)
        tops = [page.anchors[str(number)] for number in range(len(alone))]
        return [
            Head(number, replace(layout, page=moved(layout.page, *top)))
            for number, (layout, top) in enumerate(zip(alone, tops, strict=True))
        ]

    def _head(self, number: int) -> Layout:
        tables, labels = self._tables(), self._labels(number)
        parts = {name: self._part(name, table, labels, number) for name, table in tables.items()}
        signs = {"matrix": "", "values": POINT, "output": "="}
        layout = Line(self.style, parts, [signs[name] for name in list(parts)[1:]]).layout
        if not self.named:
            return layout
        size = None if self.size is None else self._above(tables["values"].size)
        table = Table(self.style, Track((1,), self.side, 0), tables["matrix"].columns, size)
        keys = self._part("keys", table, labels, number)
        above = pad(keys.room("keys"), left=layout.page.anchors["matrix"][0])
        return replace(layout, page=column(above, layout.page, gap=self.style.gap), named={"keys": keys, **parts})

    def _part(self, name: str, table: Table, labels: dict[str, words.Label], number: int) -> Part:
        """A table below its name, where there are names."""
        if not self.labelled:
            return Part(table, None)
        sign = Callout(self.style, labels[name], self._swatch(name), keys=self._keys(name, number))
        return Part(table, sign, self.style.close)

    def _swatch(self, name: str) -> str | None:
        colors = self.style.colors
        return {"matrix": None, "output": colors.output}.get(name, colors.input)

    def _labels(self, number: int) -> dict[str, words.Label]:
        say, count = self.say, self.tokens
        name = say("attention.matrix", size=words.size((count, count)))
        if self.attending.heads > 1:
            name = say("attention.head", number=number + 1, name=name)
        given = words.labels(self.trace)
        own = say("attention.values.own") if self.attending.values is self.attending.queries else ""
        return {
            "queries": words.Label(say("attention.queries")),
            "matrix": words.Label(name, say("attention.rows.rounded" if self._is_rounded else "attention.rows")),
            "keys": words.Label(say("attention.keys")),
            "values": words.Label(say("attention.values"), own),
            "output": words.Label(self.say("output") if self.attending.heads > 1 else given[-1].name),
        }

    @property
    def _is_rounded(self) -> bool:
        """Whether the shares of some query, as they are written, add up to a little more or less than 1."""
        totals = self.share.shown(self.attending.weights).sum(axis=-1)
        return bool(np.abs(totals - 1).max() > ROUNDED)

    @property
    def masks(self) -> bool:
        """Whether some cells are not seen."""
        return bool(np.isnan(self.matrices[0]).any())

    def _keys(self, name: str, number: int) -> tuple[Key, ...]:
        """What is masked, said once."""
        if name != "matrix" or number > 0 or not self.masks:
            return ()
        said = self.say("attention.masked")
        if self.side < HATCHED:
            return (Key(said, self.masked, self.style.empty_edge),)
        edge = replace(self.style.empty_edge, dash=None)
        return (Key(said, self.style.colors.background, edge, hatch=self.hatch),)
