"""The kernel beside a layer's planes with numbers: upright, higher than these and all lines from output to window."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from conv_anim.scene.arithmetic.numbers import plane, weights_format
from conv_anim.scene.callouts import Callout
from conv_anim.scene.sheets.cells import Contents, Numbers
from conv_anim.scene.sheets.grid import Grid
from conv_anim.scene.sheets.sheet import two
from conv_anim.scene.sheets.symbols import W
from conv_anim.scene.wording import words
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.scene.isometric.drawing import Isometric
    from conv_anim.scene.isometric.floors import Plane
    from conv_anim.scene.primitives import Box, Items

MOST_CELLS = 7
"""The most cells along a side of a kernel that is drawn."""
CELL = 24
"""The side of its cells, in pixels at scale 1."""


def kernel_sign(view: Isometric, label: Box) -> tuple[Items, Box] | None:
    """Its label and its cells, to the right of the output and of its ``label``, and no lower than that.

    None where no numbers of it are met, or it is too large.
    """
    kernels, style = view.layer.kernels, view.style
    if view.numbers is None or kernels is None or style.frame is None or max(kernels.shape[2:]) > MOST_CELLS:
        return None
    if not view.numbers.shows_products:
        return None
    values, fmt = plane(kernels[0, 0]), weights_format(kernels)
    named = words.kernel_label(view.layer, view.say)
    name = words.kernel_of(view.trace) if view.trace.spec.labels and view.trace.spec.labels.kernel else named.name
    sign = Callout(style, words.Label(name, named.detail), style.colors.kernel)
    wanted = Numbers.fitting(style, round(CELL * style.scale), fmt.texts(kernels), view.numbers.size)
    contents = Contents(letter=W) if view.numbers.symbols else Contents()
    (rows, columns), top_plane = values.shape, view.floors[-1].plane
    grid = Grid(style, wanted, rows, columns, 0.0, 0.0, contents)
    high = sign.height + style.half + grid.height
    right, low = top_plane.at(top_plane.rows, top_plane.columns)
    left, wide = round(max(right, label[0] + label[2]) + style.loose), max(sign.width, grid.width)
    lowest = min(low, _highest(view.floors[0].plane, left, left + wide) - style.gap)
    top = min(label[1], round(lowest - high))
    grid = replace(grid, x=left, y=top + high - grid.height)
    masked = [two(cell) for cell in view.layer.operator.left_out]
    items = (*sign.at(left, top), *grid.filled(values, fmt, style.colors.kernel), *grid.hatched(masked))
    return items, (left, top, wide, high)


def _highest(floor: Plane, left: float, right: float) -> float:
    """The top of a plane between two places, infinity beside it: it rises up to its far corner and falls from there."""
    corners = floor.at(0, 0), floor.at(0, floor.columns), floor.at(floor.rows, floor.columns)
    start, far, end = (x for x, _ in corners)
    if right < start or left > end:
        return inf
    at = min(max(far, left), right)
    (x, y), (u, v) = corners[:2] if at <= far else corners[1:]
    return y + (v - y) * (at - x) / (u - x)
