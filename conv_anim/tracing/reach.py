"""How far each node of a network sees into its input: the receptive field, how it moves, and where it begins.

Where all windows move on by equal steps, r += (k̂ − 1)j and j ·= s are all it takes. Elsewhere (behind transposed
convolutions, upsampling, or a branch that sees everything) it is found by going back from the first cells of a node,
input by input, to the cells of the network's input that they are made of, padding included.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, TypeAlias

from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conv_anim.spec.model import Spec
    from conv_anim.spec.network import NetNode, NetWindow, Network

    Span: TypeAlias = tuple[int, int]
    Reads: TypeAlias = Callable[[int, int, int, int, int], "Span | None"]
    """Of a node, along an axis, what outputs from first to last read of its n-th input; None if that is no range."""

SPLITTING = {"chunk", "split", "split_with_sizes", "tensor_split"}
"""Kinds of nodes that cut their input in parts."""
WHOLE = {(None, None), ("half_pixel", None), ("half_pixel", "round_prefer_floor"), ("asymmetric", "floor")}
"""Ways of ONNX's Resize to find the nearest cell by which a whole factor repeats all cells equally often."""
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


def reaches(network: Network, spec: Spec | None = None) -> tuple[Reach | None, ...]:
    """Of every node; None for one whose cells are no neighbours in one input of the network any more.

    ``spec`` is the one that the network was made of, if it was: its ops know what they read.
    """
    if sum(node.is_input for node in network.nodes) > 1:
        return (None,) * len(network.nodes)
    found = _Found(network, _reads(network, spec))
    return tuple(map(found.reach, network.nodes))


def _reads(network: Network, spec: Spec | None) -> Reads:
    """What nodes read: by their windows, else as their ops say; without those, nothing is known but of what stays."""

    def reads(number: int, a: int, first: int, last: int, of: int) -> Span | None:
        node = network.nodes[number]
        if node.window is not None and of == 0 and a < len(node.window.stride):
            return _by_window(node.window, a, first, last)
        if spec is not None:
            return spec.nodes[number - 1].op.reads(a, first, last, of)
        if node.window is not None:
            return None
        if node.role.stays or _splits(network, node):
            return first, last
        times = _copies(network, node, a)
        return None if times is None else (first // times, last // times)

    return reads


def _splits(network: Network, node: NetNode) -> bool:
    """Whether a node takes some of the channels: a cut along another axis would make smaller maps."""
    said = node.kind.rpartition(".")[2].lower()
    return said in SPLITTING and len(node.inputs) == 1 and network.nodes[node.inputs[0]].size == node.size != ()


def _copies(network: Network, node: NetNode, a: int) -> int | None:
    """How often a node repeats each cell along an axis, if that is all it does."""
    said = {str(value) for name, value in node.settings if name in {"mode", "interpolation"}}
    kind = node.kind.lower()
    if not node.role.enlarges or len(node.inputs) != 1 or not ("nearest" in said or "_nearest" in kind):
        return None
    moved = dict(node.settings)
    if kind == "resize" and (moved.get("coordinate_transformation_mode"), moved.get("nearest_mode")) not in WHOLE:
        return None
    made, read = node.size, network.nodes[node.inputs[0]].size
    if len(made) != len(read) or a >= len(made):
        return None
    (out, into) = made[a], read[a]
    return None if not out or not into or out % into else out // into


def _by_window(window: NetWindow, a: int, first: int, last: int) -> Span | None:
    if window.padding is None:
        return None
    before, reach = window.padding[a][0], window.dilation[a] * (window.kernel_size[a] - 1)
    stride = window.stride[a]
    if window.transposed:
        return ceil((first + before - reach) / stride), floor((last + before) / stride)
    return first * stride - before, last * stride - before + reach


Even: TypeAlias = tuple[int, int, int]
"""Cell c is made of the input cells from jump · c + first to jump · c + last."""
Along: TypeAlias = "tuple[int, Fraction, Fraction, bool]"
"""Field, jump, first middle, and whether fields differ."""


@dataclass
class _Found:
    """What is known of the nodes so far."""

    network: Network
    reads: Reads
    even: dict[tuple[int, int], Even | None] = field(default_factory=dict)

    def reach(self, node: NetNode) -> Reach | None:
        size = [n for n in node.size if n is not None]
        axes = [self._along(node, a, count) for a, count in enumerate(size)]
        found = [axis for axis in axes if axis is not None]
        if not size or len(found) < len(node.size):
            return None
        fields, jumps, centers, vary = zip(*found, strict=True)
        return Reach(fields, jumps, centers, any(vary))

    def _along(self, node: NetNode, a: int, count: int) -> Along | None:
        even = self.even[node.number, a] = self._even(node, a)
        if even is None:
            return _going_back(self.network, node.number, a, self.reads, count)
        jump, first, last = even
        return last - first + 1, Fraction(jump), Fraction(first + last + 1, 2), False

    def _even(self, node: NetNode, a: int) -> Even | None:
        """If all that leads to a node moves on by the same steps."""
        if node.is_input:
            return 1, 0, 0
        before = [self.even.get((number, a)) for number in node.inputs]
        known = [each for each in before if each is not None]
        if not known or len(known) < len(before):
            return None
        window = node.window
        if window is not None:
            return None if len(known) > 1 or a >= len(window.stride) else _moved(known[0], window, a)
        if (
            not (node.role.stays or _splits(self.network, node))
            or len({jump for jump, _, _ in known}) > 1
            or self._shrinks(node, a)
        ):
            return None
        return known[0][0], min(first for _, first, _ in known), max(last for _, _, last in known)

    def _shrinks(self, node: NetNode, a: int) -> bool:
        """Whether an input has another size along an axis, as where one cell meets a whole map."""
        return any(self.network.nodes[k].size[a : a + 1] != node.size[a : a + 1] for k in node.inputs)


def _moved(before: Even, window: NetWindow, a: int) -> Even | None:
    if window.transposed or window.padding is None:
        return None
    (jump, first, last), pad = before, window.padding[a][0]
    reach = window.dilation[a] * (window.kernel_size[a] - 1)
    return jump * window.stride[a], first - jump * pad, last + jump * (reach - pad)


# going back


def _behind(network: Network, number: int) -> Sequence[int]:
    """A node and all that it is made of, from the last to the first."""
    wanted = {number}
    for node in reversed(network.nodes[: number + 1]):
        if node.number in wanted:
            wanted.update(node.inputs)
    return sorted(wanted, reverse=True)


def _going_back(network: Network, number: int, a: int, reads: Reads, count: int) -> Along | None:
    """Along an axis of a node with this number of cells."""
    behind = _behind(network, number)
    phases = min(_phases(network, behind, a), MOST_PHASES)
    spans = [_input_span(network, a, cell, behind=behind, reads=reads) for cell in range(phases + 1)]
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
            found *= node.window.stride[a]
        elif node.role.enlarges and node.inputs:
            found *= _growth(network, node, a)
        if found >= MOST_PHASES:
            return MOST_PHASES
    return found


def _growth(network: Network, node: NetNode, a: int) -> int:
    """By how much a node's map is larger than what it reads."""
    before = network.nodes[node.inputs[0]].size
    made, read = (size[a] if a < len(size) else None for size in (node.size, before))
    return 1 if not made or not read else Fraction(made, read).numerator


def _input_span(network: Network, a: int, cell: int, *, behind: Sequence[int], reads: Reads) -> Span | None:
    """The cells of the input that a cell of a node is made of; None if they are no neighbours, or there is no input."""
    spans: dict[int, Span] = {behind[0]: (cell, cell)}
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
