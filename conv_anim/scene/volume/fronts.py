"""The fronts of boxes, where their cells can be pointed at: each stands for all that lie behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.hit_regions import HitRegion, along
from conv_anim.scene.primitives import corners

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.primitives import Side
    from conv_anim.scene.volume.oblique import Stack
    from conv_anim.scene.volume.space import Space


def front(side: Side, space: Space, stack: Stack, dimensions: int) -> Iterator[HitRegion]:
    """The cells of a map with so many dimensions, its channels among them.

    Those of the output go where it is filled.
    """
    behind = (None,) * max(1, dimensions - 2)
    for row, r in space.rows.inputs.items():
        for column, c in space.columns.inputs.items():
            x, y = stack.at(0, row, column)
            ring = corners((x, y, stack.cell, stack.cell))
            cell = (*behind, *along((r, c), min(2, dimensions - 1)))
            yield HitRegion(side, cell, ring, drifts=side == "output")
