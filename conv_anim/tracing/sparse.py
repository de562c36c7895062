"""A convolution of active cells alone: the same window, but only pairs of active cells take part."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.tracing.gathers import Gather, Share
from conv_anim.tracing.values import output

if TYPE_CHECKING:
    from conv_anim.spec.model import Ends, Size
    from conv_anim.spec.shown_as import Sites
    from conv_anim.tracing.gathers import Index
    from conv_anim.tracing.values import Array


def marked(places: frozenset[Size], size: Size) -> Array:
    """An array of a size that is true at some places."""
    found = np.zeros(size, dtype=bool)
    for place in places:
        found[place] = True
    return found


def sparse(sites: Sites, ends: Ends, weight: Array, bias: Array | None) -> Gather:
    """What a window makes at active places of what is active there; 0 stands at all others."""
    window = sites.window

    def shares(cell: Index) -> list[Share]:
        channel, *place = cell
        if tuple(place) not in sites.made:
            return []
        found = []
        for k, tap in product(range(ends.in_channels), product(*map(range, window.kernel_size))):
            canvas = tuple(axis.cell(o, t) for axis, o, t in zip(window.axes, place, tap, strict=True))
            read = tuple(at - axis.before for axis, at in zip(window.axes, canvas, strict=True))
            if read in sites.read:
                met = (channel, k, *tap)
                found.append(Share((k, *read), weight[met].item(), canvas, met=met, window=tap))
        return found

    def made(x: Array) -> Array:
        there = marked(sites.read, ends.in_size)
        whole = output(window, np.where(there, x, 0), weight, bias)
        return np.where(marked(sites.made, ends.out_size), whole, 0)

    added = None
    if bias is not None:
        numbers = bias

        def added(cell: Index) -> int | float | None:
            number: int | float = numbers[cell[0]].item()
            return number if tuple(cell[1:]) in sites.made else None

    return Gather(ends, shares, made, added=added, sites=sites)  # type: ignore[arg-type]  # nothing is added to what is absent
