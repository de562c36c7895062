"""A few words above each channel of a network's map, where they are the point of an op: whence it is, or its spread."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from conv_anim.scene.arithmetic.numbers import format_for
from conv_anim.scene.wording.language import Language

if TYPE_CHECKING:
    from conv_anim.spec.model import Size
    from conv_anim.spec.op import Op
    from conv_anim.tracing.trace import Trace
    from conv_anim.tracing.values import Array

MOST_PANES, MOST_CELLS = 4, 36
"""Channels of a map that have words above them, and cells of each."""
NORM = "norm"
"""The badge of what brings channels to a mean and a spread."""


def notes(trace: Trace) -> dict[int, list[str]]:
    """By the number of a map, 0 for the input, one for each of its channels."""
    if trace.spec.labels is None or trace.spec.backward is not None:
        return {}
    maps, found = [trace.input, *(layer.output for layer in trace.layers)], dict[int, list[str]]()
    say = Language(trace.spec.lang)
    for k, layer in enumerate(trace.layers, start=1):
        small = [number for number in (layer.fed[0], k) if _is_small(maps[number])]
        if layer.layer.stacks and k in small:
            found[k] = [say("flat.from", name=name) for name in _sources(trace, k, maps)]
        elif shows_spread(layer.layer):
            found |= {number: [_spread(channel, say) for channel in maps[number]] for number in small}
    return found


def shows_spread(op: Op) -> bool:
    """Whether the mean and the spread of each channel are written above it, before and after an op."""
    return op.badge == NORM and _is_few(op.ends.in_channels, op.ends.in_size)


def _is_small(values: Array) -> bool:
    return _is_few(len(values), values.shape[1:])


def _is_few(channels: int, size: Size) -> bool:
    return bool(size) and 1 < channels <= MOST_PANES and prod(size) <= MOST_CELLS


def _spread(channel: Array, say: Language) -> str:
    """The mean of a channel's numbers, and their standard deviation."""
    mean, deviation = (round(float(found), 1) for found in (np.mean(channel), np.std(channel)))
    fmt = format_for(np.array([mean, deviation]))
    return say("flat.spread", mean=fmt(mean), spread=fmt(deviation))


def _sources(trace: Trace, k: int, maps: list[Array]) -> list[str]:
    """Of each channel of a map that is stacked, what it is a channel of."""
    return [name for number, name in fed_by(trace, k) for _ in range(len(maps[number]))]


def fed_by(trace: Trace, k: int) -> list[tuple[int, str]]:
    """The maps that a node is fed, by their numbers, and what they are called: by their layers, if else not apart."""
    say, fed = Language(trace.spec.lang), trace.layers[k - 1].fed
    called = {number: called_in(trace, number, say) for number in fed}
    if len(set(called.values())) < len(called):
        called |= {number: say("formula.layer", number=number) for number in fed if number > 0}
    return [(number, called[number]) for number in fed]


def called_in(trace: Trace, number: int, say: Language) -> str:
    """Of a map: the name of its node, else that of what makes it."""
    if number == 0:
        return say("input")
    node = trace.spec.nodes[number - 1]
    return node.op.name(say) if node.name == str(number) else node.name
