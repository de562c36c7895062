"""Cells that a figure marks for what they are: never read, borrowed from the input, or there for output_padding."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.callouts import Key
from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Stroke
from conv_anim.scene.wording.words import never_read
from conv_anim.tracing.analysis import unread
from conv_anim.tracing.geometry import Source
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.sheets.sheet import Side
    from conv_anim.scene.style import Style
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Layer

TINT = 0.5
"""How much of a colour a borrowed cell has, and an unread one."""
GREY = 0.22
"""How grey a zero is that stands between two cells."""


@dataclass(frozen=True)
class Marks:
    """What is special about the cells along one axis of a sheet."""

    side: Side
    output_padding: int = 0

    @classmethod
    def along(cls, sides: tuple[Side, ...], layer: Layer) -> tuple[Marks, ...]:
        """The marks of the last axes of a layer, one for each side; a side without an axis of its own has none."""
        more = () if layer.window is None else tuple(axis.extra for axis in layer.window.axes)
        more = (0,) * (len(sides) - len(more)) + more[-len(sides) :]
        return tuple(cls(side, cells) for side, cells in zip(sides, more, strict=True))

    @cached_property
    def unread(self) -> frozenset[int]:
        """The cells that no window covers."""
        met, sources = self.side.met, self.side.sources
        return frozenset(c for c, (s, _) in enumerate(sources) if c not in met and s is not Source.OUTSIDE)

    @cached_property
    def borrowed(self) -> frozenset[int]:
        """Cells along it whose numbers are borrowed."""
        return frozenset(c for c, (source, _) in enumerate(self.side.sources) if source is Source.BORROWED)

    @cached_property
    def extra(self) -> frozenset[int]:
        """The cells of the border that output_padding adds after the others."""
        end = self.side.lead + self.side.axis.canvas
        return frozenset(range(end - min(self.output_padding, max(0, self.side.axis.after)), end))


@dataclass(frozen=True)
class MarkStyle:
    """How marked cells look on a map of a colour."""

    style: Style
    color: str

    @property
    def borrowed(self) -> str:
        """The colour of a cell with a borrowed number."""
        return mix(self.style.colors.background, self.color, TINT)

    @property
    def borrowed_under_window(self) -> str:
        """Weaker than a cell of the map, stronger than one without anything to read."""
        return self.style.between_under_window(self.borrowed)

    @property
    def inserted(self) -> str:
        """The colour of a zero between two cells, so that it is told from one of the padding; none in plain looks."""
        colors = self.style.colors
        return colors.background if self.style.frame is None else mix(colors.background, colors.muted, GREY)

    @property
    def unread(self) -> str:
        """The colour of a cell that no window reads."""
        return mix(self.style.colors.background, self.color, TINT)

    @property
    def extra(self) -> str:
        """The colour of a cell that output padding adds."""
        return mix(self.style.colors.background, self.style.colors.output, TINT)

    @property
    def cross(self) -> Stroke:
        """The lines through a cell that is never read."""
        colors = self.style.colors
        return Stroke(mix(colors.background, colors.muted, 0.6), self.style.line)


def keys(
    marks: tuple[Marks, ...], layer: Layer, mark_style: MarkStyle, say: Language, *, borrowed: str | None = None
) -> tuple[Key, ...]:
    """What a figure says about the marked cells that a layer reads, or never reads, for those that there are.

    ``borrowed`` is the colour of a cell with a borrowed number, if such cells have colours of their own.
    """
    style, found = mark_style.style, []
    if any(mark.borrowed for mark in marks):
        mode = next(mark.side.axis.mode for mark in marks if mark.borrowed)
        found.append(Key(say(f"marks.{mode}"), borrowed or mark_style.borrowed, style.empty_edge))
    if any(mark.extra for mark in marks):
        found.append(Key(say("marks.output_padding.zeros"), mark_style.extra, style.empty_edge))
    if any(mark.unread for mark in marks):
        found.append(Key(_unread(marks, layer, say), style.colors.background, style.empty_edge, mark_style.cross))
    return tuple(found)


def _unread(marks: tuple[Marks, ...], layer: Layer, say: Language) -> str:
    """Which cells no window covers: rows and columns at the edges, or some in between."""
    window = layer.window
    at_edges = 0 if window is None else sum(cells.first + cells.last for cells in unread(window))
    if window is None or at_edges < sum(len(mark.unread) for mark in marks):
        return say("marks.unread")
    return say.joined(never_read(window, say))
