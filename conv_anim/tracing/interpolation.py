"""Interpolation: outputs as weighed sums of the cells that they lie between, as in PyTorch."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import floor, lcm, prod
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from conv_anim.tracing.decimals import settled
from conv_anim.tracing.gathers import Gather, Share
from conv_anim.tracing.taps import SMALLEST

if TYPE_CHECKING:
    from conv_anim.spec.model import Ends
    from conv_anim.spec.shown_as import Interpolation
    from conv_anim.tracing.gathers import Index
    from conv_anim.tracing.values import Array

Part: TypeAlias = "Fraction | float"
CLOSE = 1e-12
"""In cells, for the rounding of a place."""


def interpolated(op: Interpolation, ends: Ends) -> Gather:
    """Every output cell as a sum of the cells that it lies between."""
    sides = [[_between(op, a, o) for o in range(out)] for a, out in enumerate(ends.out_size)]
    copies = op.mode == "nearest"

    def shares(cell: Index) -> list[Share]:
        channel, *place = cell
        parts = product(*(side[o].items() for side, o in zip(sides, place, strict=True)))
        made = [(tuple(i for i, _ in part), float(prod(w for _, w in part))) for part in parts]
        return [Share((channel, *at), None if copies else weight) for at, weight in made]

    def output(x: Array) -> Array:
        made = x
        for dim, side in enumerate(sides, start=1):
            made = _along(made, dim, side, copies=copies)
        part = prod(map(_part, sides))
        return settled(made, x, part) if part and not copies else made

    return Gather(ends, shares, output)


def _part(side: list[dict[int, Part]]) -> int:
    """Of which part all shares of an axis are counts: 3 for thirds; 0 if they are no fractions."""
    found = {weight for each in side for weight in each.values()}
    fractions = [weight for weight in found if isinstance(weight, Fraction)]
    return lcm(*(weight.denominator for weight in fractions)) if len(fractions) == len(found) else 0


def _along(x: Array, dim: int, side: list[dict[int, Part]], *, copies: bool) -> Array:
    """One axis interpolated."""
    taps = max(map(len, side))
    index = np.array([[*taps_of, *[0] * (taps - len(taps_of))] for taps_of in side])
    if copies:
        return np.take(x, index[:, 0], axis=dim)
    weight = np.array([[*map(float, taps_of.values()), *[0.0] * (taps - len(taps_of))] for taps_of in side])
    shape = [-1 if d == dim else 1 for d in range(x.ndim)]
    parts = (np.take(x, index[:, t], axis=dim) * weight[:, t].reshape(shape) for t in range(taps))
    total: Array = sum(parts, np.zeros(()))
    return total


def _between(op: Interpolation, a: int, o: int) -> dict[int, Part]:
    """The cells that the o-th output of an axis lies between, with their weights, which add up to 1.

    Fractions, where the place is one but for rounding errors.
    """
    size = op.in_size[a]
    if op.mode == "nearest":
        return {op.cell(a, o): Fraction(1)}
    place = op.at(a, o)
    near = Fraction(place).limit_denominator(SMALLEST)
    at: Part = near if abs(near - place) < CLOSE else place
    first = floor(at)
    t = at - first
    weights = _linear(t) if op.mode == "linear" else _cubic(t, Fraction(repr(op.cubic_coeff)))
    found: dict[int, Part] = {}
    for i, weight in enumerate(weights, start=first if op.mode == "linear" else first - 1):
        cell = min(max(i, 0), size - 1)
        if cell == i or not op.exclude_outside:
            found[cell] = found.get(cell, Fraction(0)) + weight
    if op.exclude_outside:
        whole = sum(found.values())
        found = {cell: weight / whole for cell, weight in found.items()}
    return {cell: weight for cell, weight in found.items() if weight} or {first: Fraction(1)}


def _linear(t: Part) -> list[Part]:
    return [1 - t, t]


def _cubic(t: Part, a: Fraction) -> list[Part]:
    """Keys' cubic convolution over the four cells around a point ``t`` beyond the second of them (Keys 1981)."""

    def near(d: Part) -> Part:
        return ((a + 2) * d - (a + 3)) * d * d + 1

    def far(d: Part) -> Part:
        return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a

    return [far(1 + t), near(t), near(1 - t), far(2 - t)]
