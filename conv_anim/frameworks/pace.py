"""How a layer's animation runs where no spec says it: one that goes on for an hour teaches nothing."""

from __future__ import annotations

from math import ceil, gcd, prod
from typing import TYPE_CHECKING

from conv_anim.spec.model import Channels
from conv_anim.spec.nodes import Entries, Scalar, from_python

if TYPE_CHECKING:
    from conv_anim.spec.model import Spec

MANY, MOST = 40, 120
"""Steps that are each shown for a second, and steps that are shown at all."""
STEP, HOLD = 250, 2000
"""Milliseconds of a step where there are many, and of the last one."""


def steps(spec: Spec) -> int:
    """How many outputs an animation computes one by one: all channels at once in a stack, or if none meet."""
    ends, layer = spec.layers[-1].ends, spec.layers[0]
    if len(spec.layers) > 1 or len(ends.out_size) == 3 or (layer.columns is not None and layer.columns.made):
        return prod(ends.out_size)
    apart = layer.interpolation is not None
    if layer.window is not None:
        apart = layer.window.in_channels == layer.window.groups
    return prod(ends.out_size) * (1 if apart and isinstance(spec.view, Channels) else ends.out_channels)


def paced(tree: Entries, spec: Spec) -> tuple[Entries, str | None]:
    """The spec's tree with the time of its steps, and what is to be said about it."""
    count = steps(spec)
    if count <= MANY:
        return tree, None
    every = _every(count, spec.layers[-1].ends.out_size[-1])
    times = {"step": STEP, "hold": HOLD, **({"every": every} if every > 1 else {})}
    entry = (Scalar("animation", "animation", "animation"), from_python(times, "animation"))
    note = f"of {count:,} outputs, one in {every} is shown; --set animation.every=1 shows all" if every > 1 else None
    return Entries((*tree.entries, entry), tree.path, tree.span), note


def _every(count: int, width: int) -> int:
    """How many outputs to go on at a time: the next number that visits all columns of a row in turn."""
    if count <= MOST:
        return 1
    every = ceil(count / MOST)
    while gcd(every, width) > 1:
        every += 1
    return every
