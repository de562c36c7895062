"""What stands at which height in the channels view: input maps and the rows beside them, by groups, and outputs."""

from __future__ import annotations

from functools import cached_property
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from conv_anim.scene.layout import anchored, column, row, space
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.layout import Panel


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

    def group(self, blocks: Sequence[MapRows]) -> Panel:
        """Blocks one below the other."""
        return column(*map(self._block, blocks), gap=self.gap)

    def _block(self, block: MapRows) -> Panel:
        """An input map with the rows beside it, or an ellipsis."""
        if block.source is None:
            return _named("dots", space(height=self.dots))
        rows = [_named(f"row {number}", space(height=self.row)) for number in block.rows]
        made = row(space(height=self.source), column(*rows, gap=self.gap), align="middle")
        if len(rows) == 1:  # it stands beside the middle of its source
            made = _named(f"row {block.rows[0]}", made)
        return _named(f"source {block.source}", made)

    def outputs(self, numbers: Iterable[int]) -> Panel:
        """Outputs one below the other."""
        return column(*(_named(f"output {number}", space(height=self.output)) for number in numbers), gap=self.gap)


def _named(name: str, panel: Panel) -> Panel:
    """With anchors at its top and at its lower end."""
    return anchored(panel, **{name: (0.0, 0.0), f"{name} end": (0.0, panel.height)})


@dataclass(frozen=True)
class Tower:
    """All groups one below the other, each beside its share of the outputs, if these are as many; else beside all."""

    members: Sequence[Sequence[MapRows]]
    """The blocks of each group."""
    count: int
    """How many outputs there are."""
    heights: Heights
    top: int

    @cached_property
    def page(self) -> Panel:
        """Room for all of it, with anchors for what is in it."""
        many, heights = len(self.members), self.heights
        each = self.count // many if self.count % many == 0 else 0
        bands = [
            row(
                _named(f"group {k}", heights.group(group)),
                heights.outputs(range(k * each, (k + 1) * each)),
                align="middle",
            )
            for k, group in enumerate(self.members)
        ]
        whole = column(*bands, gap=heights.group_gap)
        return whole if each else row(whole, heights.outputs(range(self.count)), align="middle")

    def _span(self, name: str) -> Span:
        """A part of the height, on whole pixels: halves all go one way, so that gaps are equal."""
        top, end = (self.page.anchors[anchor][1] for anchor in (name, f"{name} end"))
        return Span(self.top + floor(top + 0.5), round(end - top))

    @property
    def _blocks(self) -> list[MapRows]:
        return [block for group in self.members for block in group]

    @cached_property
    def sources(self) -> dict[int, Span]:
        """Where input maps are, with the rows beside them."""
        return {
            block.source: self._span(f"source {block.source}") for block in self._blocks if block.source is not None
        }

    @cached_property
    def rows(self) -> dict[int, Span]:
        """Where rows are."""
        return {number: self._span(f"row {number}") for block in self._blocks for number in block.rows}

    @cached_property
    def outputs(self) -> list[Span]:
        """Where outputs are."""
        return [self._span(f"output {number}") for number in range(self.count)]

    @cached_property
    def dots(self) -> list[Span]:
        """Where some maps are left out."""
        return [self._span("dots")] if any(block.source is None for block in self._blocks) else []

    @cached_property
    def groups(self) -> list[Span]:
        """What is there of each group, without its outputs."""
        return [self._span(f"group {k}") for k in range(len(self.members))]

    @property
    def height(self) -> int:
        """In pixels."""
        return round(self.page.height)

    @property
    def bottom(self) -> int:
        """Where it ends, in pixels from the top."""
        return self.top + self.height
