"""The outline of a window: around its cells, and thinly around all of it where they do not touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.color import contrast
from conv_anim.scene.primitives import Lines, Stroke
from conv_anim.spec.grouping import row_runs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.primitives import Primitive
    from conv_anim.scene.sheets.cells import Position
    from conv_anim.scene.sheets.mosaics import At
    from conv_anim.scene.style import Style

    Block = tuple[float, float, float, float]
    """Its first row and column, and those behind its last."""


def framed(style: Style, places: Iterable[Position], at: At, *, cased: bool = False) -> list[Primitive]:
    """The window over some cells, as its theme outlines it; ``cased`` between two other lines, on any colour."""
    return outlined(style, _blocks(set(places)), at, cased=cased)


def outlined(style: Style, blocks: Iterable[Block], at: At, *, cased: bool = False) -> list[Primitive]:
    """The outline of a window in blocks, which may lie between cells."""
    if cased and style.frame is None:
        style = style.marking  # a theme that tints cells instead cannot do so in shades
    stroke, blocks = style.frame, list(blocks)
    if stroke is None or not blocks:
        return []
    lines = tuple(tuple(at(r, c) for r, c in _ring(*block)) for block in blocks)
    items: list[Primitive] = []
    if cased:
        items.append(Lines(lines, Stroke(_casing(style), stroke.width + 2 * max(1.0, style.scale))))
    items.append(Lines(lines, stroke))
    if len(blocks) > 1:
        tops, lefts, bottoms, rights = zip(*blocks, strict=True)
        whole = _ring(min(tops), min(lefts), max(bottoms), max(rights))
        items.append(Lines((tuple(at(r, c) for r, c in whole),), Stroke(stroke.color, max(1.0, 0.4 * stroke.width))))
    return items


def _casing(style: Style) -> str:
    """What the outline shows on, whatever is below it."""
    colors = style.colors
    return max((colors.background, colors.ink), key=lambda color: contrast(color, colors.window))


def _ring(top: float, left: float, bottom: float, right: float) -> list[tuple[float, float]]:
    """Around a rectangle, and on to the middle of its first side, so that all four corners are mitred."""
    middle = (left + right) / 2
    return [(top, middle), (top, right), (bottom, right), (bottom, left), (top, left), (top, middle)]


def _blocks(cells: set[Position]) -> list[Block]:
    """Neighbouring cells that make a rectangle; where they do not, a row of cells at a time."""
    blocks: list[Block] = []
    for r, run in row_runs(sorted(cells)):
        above = next((k for k, b in enumerate(blocks) if b[1:] == (run.start, r, run.stop)), None)
        if above is None:
            blocks.append((r, run.start, r + 1, run.stop))
        else:
            blocks[above] = (blocks[above][0], run.start, r + 1, run.stop)
    return blocks
