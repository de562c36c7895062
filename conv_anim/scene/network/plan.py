"""A network as it is drawn: activations and norms as badges, blocks that repeat drawn once, everything else an item."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from conv_anim.scene.network import kinds
from conv_anim.spec.grouping import grouped
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from conv_anim.spec.network import NetNode, Network

LEAST_SAVED = 2
"""Items that folding a block has to spare, or it is drawn as often as it is there."""


@dataclass(frozen=True, slots=True)
class Item:
    """A box or a sign. ``inputs`` are the numbers of items."""

    number: int
    node: NetNode
    inputs: tuple[int, ...]
    badges: tuple[str, ...] = ()
    members: tuple[int, ...] = ()
    """The nodes of the network that it shows: its own, and those of its badges."""
    repeats: tuple[int, ...] = ()
    """Nodes like its own in the blocks that are not drawn."""

    @property
    def sign(self) -> str | None:
        """What stands in its circle; None for a box."""
        return kinds.sign(self.node)

    @property
    def times(self) -> int:
        """How often it stands in the network."""
        return 1 + len(self.repeats)

    def like(self) -> tuple[object, ...]:
        """What two items have in common that are drawn alike."""
        node = self.node
        shape = None if node.shape is None else node.shape[1:]
        wired = tuple(self.number - number for number in self.inputs)
        cost = node.parameters, node.products
        return (node.kind, node.type, node.window, shape, node.settings, self.badges, cost, wired)


@dataclass(frozen=True, slots=True)
class Block:
    """Items from first to last that stand for so many copies one after the other."""

    first: int
    last: int
    times: int


@dataclass(frozen=True)
class Plan:
    """The items in the order in which they are computed."""

    items: tuple[Item, ...]
    blocks: tuple[Block, ...] = ()

    @cached_property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """From item to item, each once."""
        return tuple(dict.fromkeys((source, item.number) for item in self.items for source in item.inputs))

    @cached_property
    def readers(self) -> tuple[tuple[int, ...], ...]:
        """The items that each item feeds."""
        found: list[list[int]] = [[] for _ in self.items]
        for source, target in self.edges:
            found[source].append(target)
        return tuple(map(tuple, found))


def plan(network: Network, *, fold: bool) -> Plan:
    """What is drawn of a network."""
    whole = Plan(tuple(_Folding(_nested(network)).items()))
    return folded(whole) if fold else whole


def _nested(network: Network) -> Network:
    """Where channels are stacked onto those that another node has stacked, a line from there instead of from all."""
    stacked: dict[tuple[int, ...], int] = {}
    found: list[NetNode] = []
    for node in network.nodes:
        inputs = node.inputs
        if len(inputs) > 1 and _stacks(network, node):
            k = next((k for k in range(len(inputs) - 1, 1, -1) if inputs[:k] in stacked), 0)
            found.append(replace(node, inputs=(stacked[inputs[:k]], *inputs[k:])) if k else node)
            stacked[inputs] = node.number
        else:
            found.append(node)
    return replace(network, nodes=tuple(found))


def _stacks(network: Network, node: NetNode) -> bool:
    """Whether it has the channels of its inputs one after the other, and nothing else."""
    channels = [network.nodes[k].channels for k in node.inputs]
    known = [n for n in channels if n is not None]
    return node.role.stacks and len(known) == len(channels) and sum(known) == node.channels


# badges


@dataclass
class _Folding:
    """Goes through the nodes of a network; ``maker`` has for each the item that shows what it makes."""

    network: Network
    maker: dict[int, int] = field(default_factory=dict)
    made: list[Item] = field(default_factory=list)

    def items(self) -> list[Item]:
        for node in self.network.nodes:
            self._add(node)
        return self.made

    def _add(self, node: NetNode) -> None:
        inputs = tuple(dict.fromkeys(self.maker[k] for k in node.inputs if k in self.maker))
        gated = self._gated(node)
        said = gated or kinds.badge(node)
        if (kinds.is_silent(node) or self._gates(node)) and len(inputs) < 2:
            self.maker |= {node.number: inputs[0]} if inputs else {}
        elif said is not None and len(inputs) == 1 and (gated or self._last(node, inputs[0])):
            item = self.made[inputs[0]]
            self.made[inputs[0]] = replace(item, badges=(*item.badges, said), members=(*item.members, node.number))
            self.maker[node.number] = inputs[0]
        else:
            self.maker[node.number] = len(self.made)
            self.made.append(Item(len(self.made), node, inputs, members=(node.number,)))

    def _last(self, node: NetNode, into: int) -> bool:
        """Whether a node is all that is made of what an item shows."""
        item = self.made[into]
        if item.node.is_input:
            return False
        before = self.network.nodes[node.inputs[0]]
        while kinds.is_silent(before) and before.inputs and len(self.network.readers[before.number]) == 1:
            before = self.network.nodes[before.inputs[0]]
        return before.number == item.members[-1] and len(self.network.readers[before.number]) == 1

    def _gates(self, node: NetNode) -> bool:
        """Whether a node is the gate of x · gate(x)."""
        readers = self.network.readers[node.number]
        return len(readers) == 1 and self._gated(self.network.nodes[readers[0]]) is not None

    def _gated(self, node: NetNode) -> str | None:
        """The activation that x · gate(x) is, if a node is that product."""
        if kinds.sign(node) != "×" or len(node.inputs) != 2:
            return None
        for x, gate in (node.inputs, node.inputs[::-1]):
            said = kinds.GATES.get(kinds.word(self.network.nodes[gate]))
            alone = set(self.network.readers[x]) == {gate, node.number} and not self.network.nodes[x].is_input
            if (
                said
                and alone
                and self.network.nodes[gate].inputs == (x,)
                and self.network.readers[gate] == (node.number,)
            ):
                return said
        return None


# blocks that repeat


def folded(whole: Plan) -> Plan:
    """With blocks that come several times in a row drawn once."""
    marks = [item.like() for item in whole.items]
    runs, at = list[tuple[int, int, int]](), 0
    while at < len(marks):
        run = _longest(whole, marks, at)
        runs += [] if run is None else [run]
        at = at + 1 if run is None else run[0] + run[1] * run[2]
    return _without(whole, runs)


def _longest(whole: Plan, marks: list[tuple[object, ...]], at: int) -> tuple[int, int, int] | None:
    """The block from an item on that spares most items: where it begins, how long it is, and how often it comes."""
    best: tuple[int, int, int] | None = None
    for length in range(1, (len(marks) - at) // 2 + 1):
        times = 1
        while marks[at : at + length] == marks[at + times * length : at + (times + 1) * length]:
            times += 1
        while times > 1 and not _closed(whole, at, length, times):
            times -= 1
        saved = length * (times - 1)
        if saved >= LEAST_SAVED and times > 1 and (best is None or saved > best[1] * (best[2] - 1)):
            best = at, length, times
    return best


def _closed(whole: Plan, at: int, length: int, times: int) -> bool:
    """Whether each copy is fed by the end of the one before alone, and nothing reads from its middle."""
    for copy in range(times):
        first, last = at + copy * length, at + (copy + 1) * length - 1
        for item in whole.items[first : last + 1]:
            if any(number < first - 1 for number in item.inputs):
                return False
            if item.number < last and any(reader > last for reader in whole.readers[item.number]):
                return False
        if copy < times - 1 and any(reader > last + length for reader in whole.readers[last]):
            return False
    return at > 0


def _without(whole: Plan, runs: list[tuple[int, int, int]]) -> Plan:
    """The plan without the further copies, renumbered."""
    first_of = {
        at + copy * length + k: at + k for at, length, times in runs for copy in range(1, times) for k in range(length)
    }
    repeats = grouped((first, whole.items[copy].node.number) for copy, first in first_of.items())
    kept = [item for item in whole.items if item.number not in first_of]
    number = {item.number: k for k, item in enumerate(kept)}
    number |= {copy: number[first] for copy, first in first_of.items()}
    items = tuple(
        replace(
            item,
            number=k,
            inputs=tuple(dict.fromkeys(number[n] for n in item.inputs)),
            repeats=tuple(repeats.get(item.number, ())),
        )
        for k, item in enumerate(kept)
    )
    blocks = tuple(Block(number[at], number[at + length - 1], times) for at, length, times in runs)
    return Plan(items, blocks)
