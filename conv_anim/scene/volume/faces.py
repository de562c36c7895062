"""The faces of a map in shades: its front slice, and the edges of all slices on its top and on its right."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.sheets.mosaics import mosaic
from conv_anim.scene.sheets.tones import SMALLEST_EDGED
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.scene.primitives import Primitive, Stroke
    from conv_anim.scene.sheets.shades import Rgb
    from conv_anim.scene.volume.oblique import Stack
    from conv_anim.scene.volume.space import Cuboid


@dataclass(frozen=True)
class Faces:
    """The colours of a map's cells, (slices, rows, columns, 3); ``front`` is shown instead of the front slice."""

    colors: Rgb
    front: Rgb | None = None

    def on(self, stack: Stack, block: Cuboid, edge: Stroke, first: int) -> list[Primitive]:
        """All three faces of a map, or of some of its slices; ``first`` is where the map's first slice lies."""
        (start, count), nearest = block.slices, stack.nearest(block.slices)
        picture = self.front if count == len(self.colors) else None
        slices = self.colors[start - first : start - first + count][:: 1 if nearest == start else -1]
        items = self._sides(stack, block, slices) if picture is None and not stack.depth.cut else []
        image = slices[0] if picture is None else picture
        items += self._face(stack, image, block.slices, (block.rows[0], block.columns[0]))
        return [*items, *stack.edges(block, edge)] if stack.cell >= SMALLEST_EDGED else items

    def cells(self, stack: Stack, block: Cuboid, edge: Stroke, origin: tuple[int, int, int]) -> list[Primitive]:
        """The front of some cells of one slice; ``origin`` is where the map's first cell lies."""
        (row, high), (column, wide) = block.rows, block.columns
        place, top, left = stack.nearest(block.slices) - origin[0], row - origin[1], column - origin[2]
        image = self.colors[place, top : top + high, left : left + wide]
        items = self._face(stack, image, block.slices, (row, column))
        return [*items, *stack.face_edges(block, edge)] if stack.cell >= SMALLEST_EDGED else items

    def _face(self, stack: Stack, image: Rgb, slices: tuple[int, int], first: tuple[int, int]) -> list[Primitive]:
        near, _ = stack.ends(slices)
        return [mosaic(image, partial(stack.at, near), *first)]

    def _sides(self, stack: Stack, block: Cuboid, slices: Rgb) -> list[Primitive]:
        """Top and right, whose rows and columns are the slices, from the front to the back."""
        near, far = stack.ends(block.slices)
        (row, _), (column, wide) = block.rows, block.columns
        deep = (far - near) / len(slices)
        top, right = slices[:, 0], slices[:, :, -1].swapaxes(0, 1)
        return [
            mosaic(_lit(top), lambda k, c: stack.at(near + k * deep, row, column + c)),
            mosaic(_shaded(right), lambda r, k: stack.at(near + k * deep, row + r, column + wide)),
        ]


def _lit(colors: Rgb) -> Rgb:
    return (colors + (255 - colors.astype(int)) * 0.15).astype(np.uint8)


def _shaded(colors: Rgb) -> Rgb:
    return (colors * 0.88).astype(np.uint8)
