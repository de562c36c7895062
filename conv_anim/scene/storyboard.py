"""Several steps of a figure on one page: a grid of panels, or a strip of them, each with the name of its step."""

from __future__ import annotations

from math import ceil, log
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.limits import Asked
from conv_anim.scene.color import mix, readable
from conv_anim.scene.drawing import shifted
from conv_anim.scene.primitives import Boxes, Frame, Lazy, Stroke, Text, moved
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conv_anim.limits import Limits
    from conv_anim.scene.primitives import Items, Primitive, Scene

MOST = 64
"""Panels of a page."""
SIDE_BY_SIDE = 4
"""Panels beside each other on a page of a given width."""
UNREADABLE = 100.0
"""How far from good a page is whose texts cannot be read."""
SHAPE = 4 / 3
"""Width to height of the page that a grid comes near to."""
SMALLEST = 11.0
"""Size of the panels' names, in pixels, if all texts of the figure are smaller."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Where panels go; all lengths are in whole pixels, and even, so that a panel is painted like its frame."""

    width: int
    height: int
    columns: int
    count: int
    gap: int

    @property
    def head(self) -> int:
        """Above each panel, for its name."""
        return 2 * self.gap

    @property
    def rows(self) -> int:
        """How many."""
        return ceil(self.count / self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the page."""
        across, down = self.width + self.gap, self.head + self.height + self.gap
        return self.columns * across + self.gap, self.rows * down + self.gap

    def corner(self, place: int) -> tuple[int, int]:
        """Left and top of a panel below its name."""
        row, column = divmod(place, self.columns)
        left = self.gap + column * (self.width + self.gap)
        return left, self.gap + self.head + row * (self.head + self.height + self.gap)


def page(drawn: Scene, *, strip: bool, vectors: bool, limits: Limits) -> Scene:
    """A still of all steps of a figure, row by row, or in one row.

    Raises SpecError if there are too many, or if they make too large a picture, unless it is made of vectors.
    """
    count = len(drawn.rests)
    if count > MOST:
        what = f"{count} steps are too many for one page, which has room for {MOST}"
        hint = "choose some with --step, as in --step 0,4,last, or show every n-th: animation: {every: 4}"
        raise SpecError([Problem(Code.STEP, what, hint=hint)])
    whole = drawn.width if drawn.resized is not None else None
    heading, head = drawn.heading, even(drawn.head)
    if drawn.resized is not None:
        drawn = _narrowed(drawn, drawn.resized, count, strip=strip)
    size, color = _lettering(drawn)
    drawn = _without_heading(drawn)
    grid = _grid(drawn, count, even(size), strip=strip, most=whole)
    width, height = max(grid.size[0], whole or 0), grid.size[1] + head
    if not vectors:
        what = f"{count} steps side by side are {width:,} x {height:,} pixels, {width * height:,} of them"
        way = "choose some with --step, make the figure smaller with 'size', or draw them as svg or pdf"
        Asked("pixels", width * height, what, way).check(limits)
    left = (width - grid.size[0]) // 2
    panels = (moved(item, left, head) for item in _panels(drawn, grid, size, color))
    made = replace(drawn, width=width, height=height, static=(*heading, *panels), frames=(Frame(),), names=())
    return replace(made, timeline=None, resized=None, head=0, heading=())


def _narrowed(drawn: Scene, resized: Callable[[int], Scene], count: int, *, strip: bool) -> Scene:
    """The figure so narrow that the page is as wide as the figure was to be.

    In a grid as many panels stand side by side as leave their texts readable, and make a page of a good shape; in a
    strip all do, and where texts are too small for reading, that is said.
    """
    found: list[tuple[float, int, Scene]] = []
    for columns in (count,) if strip else range(min(count, SIDE_BY_SIDE), 0, -1):
        unit = even(_lettering(drawn)[0])
        width = (drawn.width - unit) // columns - unit
        panel = _at(resized, width // 2 * 2)
        if panel is not None:
            fine = Grid(even(panel.width), even(panel.height) - even(panel.head), columns, count, gap=unit)
            found.append((_misfit(fine) + (UNREADABLE if panel.legible is not None else 0), columns, panel))
    if not found:
        what = f"{count} steps side by side cannot be {drawn.width} pixels wide together"
        hint = "choose fewer with --step, use a storyboard, or a larger width"
        raise SpecError([Problem(Code.OUT_OF_RANGE, what, "size.width", hint=hint)])
    return min(found, key=lambda each: each[:2])[2]


def _at(resized: Callable[[int], Scene], width: int) -> Scene | None:
    """The figure at a width; None if it cannot be so narrow."""
    from conv_anim.scene.figure import TooNarrowError

    try:
        return resized(width) if width > 0 else None
    except TooNarrowError:
        return None


def _without_heading(drawn: Scene) -> Scene:
    """The figure alone: what is above it stands above all of its panels, once."""
    if not drawn.head:
        return drawn
    up = -even(drawn.head)
    below = tuple(moved(item, 0, up) for item in drawn.static if item not in drawn.heading)
    frames = Lazy(len(drawn.frames), lambda k: drawn.frames[k].mapped(lambda items: shifted(items, 0, up)))
    return replace(drawn, height=drawn.height + up, static=below, frames=frames)


def _lettering(drawn: Scene) -> tuple[float, str]:
    """Size and colour of the panels' names: those of the figure's own labels, which stand on its background."""
    texts = [item for item in drawn.static if isinstance(item, Text)]
    sizes = sorted(text.size for text in texts if text.anchor != "middle" or text.bold)
    size = max(SMALLEST, 1.1 * sizes[-1] if sizes else SMALLEST)
    return size, readable(drawn.background, *(text.color for text in texts))


def _grid(drawn: Scene, count: int, unit: int, *, strip: bool, most: int | None = None) -> Grid:
    """The grid of the best shape; no wider than ``most`` pixels, if that can be."""
    grids = [
        Grid(even(drawn.width), even(drawn.height), columns, count, gap=unit)
        for columns in ([count] if strip else range(1, count + 1))
    ]
    fitting = [grid for grid in grids if most is None or grid.size[0] <= most]
    return min(fitting or grids[:1], key=_misfit)


def _misfit(grid: Grid) -> float:
    """How far a page is from its best shape; places that stay empty count too."""
    width, height = grid.size
    return abs(log(width / height / SHAPE)) + 4 * (grid.rows * grid.columns - grid.count) / grid.count


def even(length: float) -> int:
    """The even number at or above it."""
    return 2 * ceil(length / 2)


def _panels(drawn: Scene, grid: Grid, size: float, color: str) -> Iterator[Primitive]:
    edge = Stroke(mix(drawn.background, color, 0.25), 1.0)
    for place, items in enumerate(_pictures(drawn)):
        left, top = grid.corner(place)
        yield Boxes(((left, top, grid.width, grid.height),), stroke=edge)
        yield from (moved(item, left, top) for item in items)
        if drawn.names:
            middle, base = left + grid.width / 2, top - grid.head / 2 + 0.36 * size
            yield Text(middle, round(base), drawn.names[place], size, color, "middle")


def _pictures(drawn: Scene) -> Iterator[Items]:
    """All that lies on the picture at each step."""
    lasting = drawn.static
    for number, frame in enumerate(drawn.frames):
        lasting += frame.kept
        if number in drawn.rests:
            yield lasting + frame.shown
