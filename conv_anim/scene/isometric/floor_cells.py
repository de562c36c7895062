"""Cells of a floor in one colour, and those that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Lines, Polygons, Stroke
from conv_anim.scene.sheet import runs
from conv_anim.scene.tones import SMALLEST_EDGED
from conv_anim.spec.grouping import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.isometric.floors import Floor, Reach
    from conv_anim.scene.primitives import Point, Primitive
    from conv_anim.scene.style import Style

Position = tuple[int, int]
"""Row and column."""
FAINT = 0.4
"""How much of the theme's faint colour the edges of cells have that are not there."""


def closed(ring: tuple[Point, ...]) -> tuple[Point, ...]:
    """A ring as a line that ends where it began."""
    return (*ring, ring[0])


def absent_cells(floor: Floor, places: Iterable[Position], style: Style) -> list[Primitive]:
    """Thin lines around cells that are not there; around the whole map where they are small."""
    colors = style.colors
    stroke = Stroke(mix(colors.background, colors.faint, FAINT), max(1.0, style.scale))
    if floor.plane.unit < SMALLEST_EDGED:
        return [Lines(tuple(closed(floor.plane.block(block)) for block in floor.inputs.blocks()), stroke)]
    lines = tuple(line for r, c in sorted(places) for line in floor.plane.grid(((r, 1), (c, 1))))
    return [Lines(lines, stroke)]


def pending(floor: Floor, style: Style) -> list[Primitive]:
    """The cells of a map before they are made."""
    blocks = floor.inputs.blocks()
    lines = tuple(line for block in blocks for line in floor.plane.grid(block))
    ground = Polygons(tuple(map(floor.plane.block, blocks)), style.colors.background)
    return [ground, Lines(lines, style.pending_edge)]


def some_filled(floor: Floor, places: Iterable[Position], color: str, style: Style) -> list[Primitive]:
    """Some cells in a colour, those next to each other in a row as one."""
    rows = grouped(sorted(places))
    blocks = [((row, 1), run) for row, columns in rows.items() for run in runs(list(columns))]
    if not blocks:
        return []
    lines = tuple(line for block in blocks for line in floor.plane.grid(block))
    return [Polygons(tuple(map(floor.plane.block, blocks)), color), Lines(lines, style.edge)]


def filled(floor: Floor, reach: Reach, color: str, style: Style) -> list[Primitive]:
    """Cells in a colour, with their edges if they are large enough."""
    blocks = reach.blocks()
    if floor.plane.unit < SMALLEST_EDGED:
        return [Polygons(tuple(map(floor.plane.block, blocks)), color)]
    lines = tuple(line for block in blocks for line in floor.plane.grid(block))
    return [Polygons(tuple(map(floor.plane.block, blocks)), color), Lines(lines, style.edge)]
