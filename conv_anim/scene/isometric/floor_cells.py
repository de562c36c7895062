"""Cells of a floor in one colour, and those that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import mix
from conv_anim.scene.primitives import Lines, Polygons, Stroke, closed
from conv_anim.scene.sheets.tones import SMALLEST_EDGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from conv_anim.scene.isometric.floors import CellBlock, Floor, Plane
    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.style import Style

FAINT = 0.4
"""How much of the theme's faint colour the edges of cells have that are not there."""


def absent_cells(floor: Floor, places: Iterable[tuple[int, int]], style: Style) -> list[Primitive]:
    """Thin lines around cells that are not there; around the whole map where they are small."""
    colors = style.colors
    stroke = Stroke(mix(colors.background, colors.faint, FAINT), max(1.0, style.scale))
    if floor.plane.unit < SMALLEST_EDGED:
        return [Lines(tuple(closed(floor.plane.block(block)) for block in floor.inputs.blocks()), stroke)]
    return [Lines(floor.plane.edges(sorted(places)), stroke)]


def filled(plane: Plane, blocks: Sequence[CellBlock], color: str, edge: Stroke) -> list[Primitive]:
    """Blocks of cells in a colour, with their edges if they are large enough."""
    items: list[Primitive] = [Polygons(tuple(map(plane.block, blocks)), color)]
    return [*items, Lines(plane.grid(*blocks), edge)] if plane.unit >= SMALLEST_EDGED else items
