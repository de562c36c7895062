"""What stands at which height in the channels view: input maps and the rows beside them, by groups, and outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Sequence


class MapRows(NamedTuple):
    """An input map and the rows beside it, all by number; None for what is left out."""

    source: int | None
    rows: tuple[int, ...] = ()


class Span(NamedTuple):
    """A part of the height."""

    top: int
    height: int


@dataclass(frozen=True, slots=True)
class Heights:
    """Of an input map, of a row, of an output (0 without), of an ellipsis, and of what is between them."""

    source: int
    row: int
    output: int
    dots: int
    gap: int
    group_gap: int

    def block(self, block: MapRows) -> int:
        """The height of a block, in pixels."""
        if block.source is None:
            return self.dots
        return max(self.source, total([self.row] * len(block.rows), self.gap))


@dataclass(frozen=True)
class Tower:
    """Where sources and rows are, by their numbers; the outputs are spread over all groups, or stand in one place."""

    top: int
    bottom: int
    sources: dict[int, Span] = field(default_factory=dict)
    rows: dict[int, Span] = field(default_factory=dict)
    outputs: list[Span] = field(default_factory=list)
    dots: list[Span] = field(default_factory=list)
    groups: list[Span] = field(default_factory=list)

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top


def total(heights: Sequence[int], gap: int) -> int:
    """Heights with gaps between them, in pixels."""
    return sum(heights) + gap * (len(heights) - 1) if heights else 0


def stacked(heights: Sequence[int], gap: int, within: Span) -> list[Span]:
    """One below the other, in the middle of a span."""
    spans: list[Span] = []
    top = within.top + (within.height - total(heights, gap)) / 2
    for height in heights:
        spans.append(Span(round(top), height))
        top += height + gap
    return spans


def tower(groups: Sequence[Sequence[MapRows]], outputs: int, heights: Heights, *, top: int) -> Tower:
    """All groups one below the other, each beside its share of the outputs, if these are as many; else beside all."""
    shared = outputs % len(groups) == 0
    each = outputs // len(groups) if shared else 0
    column = total([heights.output] * each, heights.gap)
    bands = [max(total([heights.block(b) for b in group], heights.gap), column) for group in groups]
    high = max(total(bands, heights.group_gap), 0 if shared else total([heights.output] * outputs, heights.gap))
    whole = Span(top, high)
    made = Tower(top, top + high)
    for group, band in zip(groups, stacked(bands, heights.group_gap, whole), strict=True):
        _place(made, group, heights, band)
        made.outputs.extend(stacked([heights.output] * each, heights.gap, band))
    if not shared:
        made.outputs.extend(stacked([heights.output] * outputs, heights.gap, whole))
    return made


def _place(made: Tower, group: Sequence[MapRows], heights: Heights, band: Span) -> None:
    """A group's blocks in the middle of its band."""
    spans = stacked([heights.block(block) for block in group], heights.gap, band)
    for block, span in zip(group, spans, strict=True):
        if block.source is None:
            made.dots.append(span)
            continue
        made.sources[block.source] = span
        many = len(block.rows) > 1
        rows = stacked([heights.row] * len(block.rows), heights.gap, span) if many else [span] * len(block.rows)
        made.rows.update(zip(block.rows, rows, strict=True))
    made.groups.append(Span(spans[0].top, spans[-1].top + spans[-1].height - spans[0].top))
