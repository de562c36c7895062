"""What a page tells of the gemm view: each step is a tile, and many cells are about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.gemm.walk import walk_of
from conv_anim.scene.guide import of_steps
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.loads import of_tile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.hit_regions import HitRegion, Turns
    from conv_anim.scene.primitives import Guide
    from conv_anim.tracing.trace import Trace


def guide(trace: Trace, hit_regions: Iterable[HitRegion], turns: Turns) -> Guide:
    """The guide of a figure, given the areas of its cells."""
    del turns
    walk, say = walk_of(trace), Language(trace.spec.lang)
    told, about = [], []
    for tile in map(walk.tile, range(len(walk))):
        said = of_tile(walk.gemm, tile, say)
        spans = {"rows": tile.rows, "columns": tile.columns, "inner": tile.inner}
        told.append(say.told("gemm.step", said=said, **{name: _span(span) for name, span in spans.items()}))
        about.append([walk.gemm.cell(r, c) for r in tile.rows for c in tile.columns])
    return of_steps(trace, hit_regions, told, about)


def _span(numbers: range) -> str:
    """The first and the last one, counted from 1."""
    first, last = numbers.start + 1, numbers.stop
    return str(first) if first == last else f"{first}–{last}"
