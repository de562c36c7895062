"""Interpolation: outputs as weighed sums of the cells that they lie between, as in PyTorch."""

from __future__ import annotations

from itertools import product
from math import floor, prod
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.tracing.gathers import Gather, Share

if TYPE_CHECKING:
    from conv_anim.spec.model import Ends
    from conv_anim.spec.shown_as import Interpolation
    from conv_anim.tracing.gathers import Index
    from conv_anim.tracing.values import Array

CUBIC = -0.75
"""The parameter of bicubic interpolation (Keys 1981) that PyTorch uses."""


def interpolated(op: Interpolation, ends: Ends) -> Gather:
    """Every output cell as a sum of the cells that it lies between."""
    sides = [[_between(op, a, o) for o in range(out)] for a, out in enumerate(ends.out_size)]
    copies = op.mode == "nearest"

    def shares(cell: Index) -> list[Share]:
        channel, *place = cell
        parts = product(*(side[o].items() for side, o in zip(sides, place, strict=True)))
        made = [(tuple(i for i, _ in part), prod(w for _, w in part)) for part in parts]
        return [Share((channel, *at), None if copies else weight) for at, weight in made]

    def output(x: Array) -> Array:
        for dim, side in enumerate(sides, start=1):
            x = _along(x, dim, side, copies=copies)
        return x

    return Gather(ends, shares, output)


def _along(x: Array, dim: int, side: list[dict[int, float]], *, copies: bool) -> Array:
    """One axis interpolated."""
    taps = max(map(len, side))
    index = np.array([[*taps_of, *[0] * (taps - len(taps_of))] for taps_of in side])
    if copies:
        return np.take(x, index[:, 0], axis=dim)
    weight = np.array([[*taps_of.values(), *[0.0] * (taps - len(taps_of))] for taps_of in side])
    shape = [-1 if d == dim else 1 for d in range(x.ndim)]
    parts = (np.take(x, index[:, t], axis=dim) * weight[:, t].reshape(shape) for t in range(taps))
    total: Array = sum(parts, np.zeros(()))
    return total


def _between(op: Interpolation, a: int, o: int) -> dict[int, float]:
    """The cells that the o-th output of an axis lies between, with their weights, which add up to 1."""
    size = op.in_size[a]
    if op.mode == "nearest":
        return {min(floor(o * op.ratio[a]), size - 1): 1.0}
    at = op.at(a, o)
    first = floor(at)
    t = at - first
    weights = _linear(t) if op.mode == "linear" else _cubic(t)
    found: dict[int, float] = {}
    for i, weight in enumerate(weights, start=first if op.mode == "linear" else first - 1):
        cell = min(max(i, 0), size - 1)
        found[cell] = found.get(cell, 0.0) + weight
    return {cell: weight for cell, weight in found.items() if weight} or {first: 1.0}


def _linear(t: float) -> list[float]:
    return [1 - t, t]


def _cubic(t: float) -> list[float]:
    """Keys' cubic convolution over the four cells around a point ``t`` beyond the second of them."""

    def near(d: float) -> float:
        return ((CUBIC + 2) * d - (CUBIC + 3)) * d * d + 1

    def far(d: float) -> float:
        return ((CUBIC * d - 5 * CUBIC) * d + 8 * CUBIC) * d - 4 * CUBIC

    return [far(1 + t), near(t), near(1 - t), far(2 - t)]
