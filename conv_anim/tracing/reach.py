"""How far each node of a network sees into its input: the receptive field, how it moves, and where it begins.

Found by going back from the first cells of a node, input by input, to the cells of the network's input that they are
made of, padding included. So it is right for branches, upsampling and uneven padding too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from conv_anim.spec.model import Spec
    from conv_anim.spec.network import Network, NetNode, NetWindow

    Span: TypeAlias = tuple[int, int]
    Reads: TypeAlias = Callable[[int, int, int, int, int], "Span | None"]
    """Of a node, along an axis, what outputs from first to last read of its n-th input; None if that is no range."""

STAY = {
    *("relu", "leaky_relu", "gelu", "silu", "sigmoid", "tanh", "hard_swish", "hard_sigmoid", "softmax", "batch_norm"),
    *("add", "multiply", "concat"),
}
"""Types whose outputs are made of the cells at their own place."""
MOST_PHASES = 64
"""Cells of a node that are looked at where they differ, as behind transposed convolutions."""


@dataclass(frozen=True, slots=True)
class Reach:
    """In cells of the network's input, one number for each axis.

    ``field``: how many lie behind a cell; ``varies`` where this is the most. ``jump``: how far the fields of neighbours
    stand apart. ``center``: the middle of the first cell's field, where 0.5 is the middle of the first input cell.
    """

    field: tuple[int, ...]
    jump: tuple[Fraction, ...]
    center: tuple[Fraction, ...]
    varies: bool = False


def reaches(network: Network, reads: Reads | None = None) -> tuple[Reach | None, ...]:
    """Of every node; None for one whose cells are no neighbours in one input of the network any more."""
    reads = reads or windows_of(network)
    several = sum(node.is_input for node in network.nodes) > 1
    found = (None if several else _reach(network, node, reads) for node in network.nodes)
    return tuple(found)


def of_spec(spec: Spec) -> Reads:
    """What the ops of a spec read."""

    def reads(number: int, a: int, first: int, last: int, of: int) -> Span | None:
        return spec.nodes[number - 1].op.reads(a, first, last, of)

    return reads


def windows_of(network: Network) -> Reads:
    """What nodes read by their windows alone; nothing is known of one that has none and does not stay in its place."""

    def reads(number: int, a: int, first: int, last: int, of: int) -> Span | None:
        node = network.nodes[number]
        if node.window is not None:
            return _by_window(node.window, a, first, last) if of == 0 and a < len(node.window.stride) else None
        return (first, last) if node.type in STAY else None

    return reads


def _by_window(window: NetWindow, a: int, first: int, last: int) -> Span | None:
    if window.padding is None:
        return None
    before, reach = window.padding[a][0], window.dilation[a] * (window.kernel_size[a] - 1)
    stride = window.stride[a]
    if window.transposed:
        return ceil((first + before - reach) / stride), floor((last + before) / stride)
    return first * stride - before, last * stride - before + reach


def _reach(network: Network, node: NetNode, reads: Reads) -> Reach | None:
    size = node.size
    if not size or None in size:
        return None
    behind = _behind(network, node.number)
    axes = [_along(network, node.number, a, behind, reads, count or 1) for a, count in enumerate(size)]
    found = [axis for axis in axes if axis is not None]
    if len(found) < len(axes):
        return None
    field, jump, center, varies = zip(*found, strict=True)
    return Reach(field, jump, center, any(varies))


def _behind(network: Network, number: int) -> Sequence[int]:
    """A node and all that it is made of, from the last to the first."""
    wanted = {number}
    for node in reversed(network.nodes[: number + 1]):
        if node.number in wanted:
            wanted.update(node.inputs)
    return sorted(wanted, reverse=True)


def _along(
    network: Network, number: int, a: int, behind: Sequence[int], reads: Reads, count: int
) -> tuple[int, Fraction, Fraction, bool] | None:
    """The field, the jump, the first middle, and whether fields differ, along an axis."""
    phases = min(_phases(network, behind, a), MOST_PHASES)
    spans = [_input_span(network, number, a, cell, behind, reads) for cell in range(phases + 1)]
    known = [span for span in spans if span is not None]
    if len(known) < len(spans):
        return None
    sizes = [last - first + 1 for first, last in known[: min(phases, count)]]
    middles = [Fraction(first + last + 1, 2) for first, last in known]
    return max(sizes), (middles[phases] - middles[0]) / phases, middles[0], len(set(sizes)) > 1


def _phases(network: Network, behind: Sequence[int], a: int) -> int:
    """After how many cells fields repeat themselves, moved on."""
    found = 1
    for number in behind:
        node = network.nodes[number]
        if node.window is not None and node.window.transposed and a < len(node.window.stride):
            found = lcm(found, 1) * node.window.stride[a]
        elif node.type == "upsample" and node.inputs:
            found *= _growth(network, node, a)
        if found >= MOST_PHASES:
            return MOST_PHASES
    return found


def _growth(network: Network, node: NetNode, a: int) -> int:
    """By how much a node's map is larger than what it reads."""
    before = network.nodes[node.inputs[0]].size
    made, read = (size[a] if a < len(size) else None for size in (node.size, before))
    return 1 if not made or not read else Fraction(made, read).numerator


def _input_span(network: Network, number: int, a: int, cell: int, behind: Sequence[int], reads: Reads) -> Span | None:
    """The cells of the input that a cell of a node is made of; None if they are no neighbours, or there is no input."""
    spans: dict[int, Span] = {number: (cell, cell)}
    made: Span | None = None
    for each in behind:
        if each not in spans:
            continue
        node = network.nodes[each]
        if node.is_input:
            made = spans[each]
        for of, read in enumerate(node.inputs):
            found = reads(each, a, *spans[each], of)
            if found is None:
                return None
            first, last = spans.get(read, found)
            spans[read] = min(first, found[0]), max(last, found[1])
    return made
