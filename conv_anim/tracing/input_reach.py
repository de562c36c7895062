"""How far outputs reach over the cells that the input has: at its edges less far than the receptive field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from conv_anim.tracing.analysis import Field, chained
from conv_anim.tracing.geometry import borrowed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.op import Op
    from conv_anim.tracing.analysis import Inputs

MOST = 32
"""As many outputs are looked at at either end of an axis, and in its middle."""


def input_reach(layers: Sequence[Op], inputs: Inputs | None = None) -> Field | None:
    """How many cells of the input, along each axis, lie from the first to the last that an output is made of.

    Padding is none of them; ``varies`` where some outputs reach less far. None if an op does not keep neighbours
    together.
    """
    fed = chained(layers) if inputs is None else inputs
    sides: list[set[int]] = []
    for a, count in enumerate(layers[-1].ends.out_size):
        reaches = [_reach(layers, fed, a, cell) for cell in _looked_at(count)]
        known = {reach for reach in reaches if reach is not None}
        if not known or None in reaches:
            return None
        sides.append(known)
    return Field(tuple(map(max, sides)), any(len(side) > 1 for side in sides)) if sides else None


def _looked_at(count: int) -> list[int]:
    if count <= 3 * MOST:
        return list(range(count))
    starts = (0, (count - MOST) // 2, count - MOST)
    return [start + k for start in starts for k in range(MOST)]


def _reach(layers: Sequence[Op], inputs: Inputs, a: int, cell: int) -> int | None:
    seen: dict[int, set[int]] = {len(layers): {cell}}
    for number in range(len(layers), 0, -1):
        if not seen.get(number):
            continue
        for of, read in enumerate(inputs[number - 1]):
            found = _read(layers[number - 1], a, seen[number], of)
            if found is None:
                return None
            seen[read] = seen.get(read, set()) | found
    cells = seen.get(0, set())
    return max(cells) - min(cells) + 1 if cells else 0


def _read(op: Op, a: int, cells: set[int], of: int) -> set[int] | None:
    """The cells along an axis that an op reads for some of its outputs; where the ends of the input meet, beyond it."""
    span = op.reads(a, min(cells), max(cells), of)
    if span is None:
        return None
    size, window = op.ends.in_size[a], op.window
    if window is None or window.left_out or op.sampled is not None or of:
        return set(range(max(0, span[0]), min(span[1] + 1, size)))
    axis = window.axes[a]
    offsets = {axis.cell(cell, tap) - axis.before for cell in cells for tap in range(axis.kernel)}
    match axis.mode:
        case "circular":
            return offsets
        case "zeros":
            there = {offset // axis.stretch for offset in offsets if offset % axis.stretch == 0}
            return {cell for cell in there if 0 <= cell < size}
        case mode:
            return set(borrowed(np.array(sorted(offsets)), size, mode).tolist())
