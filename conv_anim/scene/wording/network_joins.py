"""How the ways of a network meet: around layers, from further back, side by side, or one as the measure of another."""

from __future__ import annotations

from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.network import NetNode, Network

ADDS, CONCATS, GATES = {"add", "sum"}, {"concat", "concatenate", "cat"}, {"multiply", "mul"}
BETWEEN_0_AND_1 = {"sigmoid", "hardsigmoid"}
COPIES = {"expand", "expandas", "view", "reshape", "unsqueeze", "squeeze", "broadcastto", "expanddims"}
"""Kinds of nodes that make the same numbers of another shape."""


def joins(network: Network, say: Language) -> Iterator[str]:
    """What ways that meet are for, by how they meet."""
    joining = [node for node in network.nodes if len(set(node.inputs)) > 1]
    far = skips(network)
    yield from _counted("skips", len(far), say)
    yield from _gated(network, [node for node in joining if _is(node, GATES)], say)
    yield from _shortcuts(network, [node for node in joining if _is(node, ADDS) and node.number not in far], say)
    stacked = [node for node in joining if _is(node, CONCATS) and node.number not in far]
    dense = [node for node in stacked if _goes_back(network, node)]
    yield from _counted("dense", len(dense), say)
    yield from _branches(network, [node for node in stacked if node not in dense], say)


def _counted(key: str, count: int, say: Language, **told: object) -> Iterator[str]:
    if count:
        yield say(f"takeaway.network.{key}.one" if count == 1 else f"takeaway.network.{key}", count=count, **told)


def _word(node: NetNode) -> str:
    return node.kind.rsplit(".", 1)[-1].lower().replace("_", "")


def _is(node: NetNode, names: set[str]) -> bool:
    return node.type in names or _word(node) in names


# ways down and up again


@lru_cache(maxsize=4)
def skips(network: Network) -> frozenset[int]:
    """The nodes where a map meets one of its size from before the maps between became smaller."""
    joining = [node for node in network.nodes if len(set(node.inputs)) == 2 and _is(node, ADDS | CONCATS)]
    return frozenset(node.number for node in joining if _is_skip(network, node))


def _is_skip(network: Network, node: NetNode) -> bool:
    early, late = sorted(set(node.inputs))
    cells = _cells(node)
    between = [_cells(network.nodes[k]) for k in _behind(network, late) if k > early]
    return early != 0 and cells is not None and any(each is not None and 1 < each < cells for each in between)


def _cells(node: NetNode) -> int | None:
    known = [n for n in node.size if n is not None]
    return prod(known) if known and len(known) == len(node.size) else None


def _behind(network: Network, number: int) -> set[int]:
    """The nodes that one is made of, with itself."""
    found, waiting = set[int](), [number]
    while waiting:
        k = waiting.pop()
        if k not in found:
            found.add(k)
            waiting += network.nodes[k].inputs
    return found


def _goes_back(network: Network, node: NetNode) -> bool:
    """Whether one of the maps that it joins is also on the way to another of them."""
    sources = set(node.inputs)
    return any(sources & (_behind(network, one) - {one}) for one in sources)


# ways around layers


def _shortcuts(network: Network, adds: list[NetNode], say: Language) -> Iterator[str]:
    """Additions of ways of which one passes fewer layers with weights, and how many layers that leaves on the way."""
    depths = _depths(network)
    found = [node for node in adds if len(set(node.inputs)) == 2 and len({depths[k][1] for k in node.inputs}) == 2]
    ends = network.outputs or (len(network.nodes) - 1,)
    least, most = (pick(depths[k][n] for k in ends) for n, pick in enumerate((min, max)))
    key = "shortcuts" if least < most else "shortcuts.same"
    least_said = say(f"takeaway.network.weighted{'.one' if least == 1 else ''}", count=least)
    yield from _counted(key, len(found), say, least=least_said, most=most)


def _depths(network: Network) -> list[tuple[int, int]]:
    """Of each node, how many layers with weights are on the shortest and on the longest way from an input to it."""
    found: list[tuple[int, int]] = []
    for node in network.nodes:
        own = int(node.weight is not None and (node.window is not None or _is(node, {"linear", "dense", "gemm"})))
        before = [found[k] for k in node.inputs] or [(0, 0)]
        found.append((min(low for low, _ in before) + own, max(high for _, high in before) + own))
    return found


# one way as the measure of another


def _gated(network: Network, products: list[NetNode], say: Language) -> Iterator[str]:
    """Of channels by a number each, of cells by a sigmoid, or cell by cell."""
    pairs = [tuple(_source(network, k) for k in dict.fromkeys(node.inputs)) for node in products]
    pairs = [pair for pair in pairs if not any(one.number in other.inputs for one in pair for other in pair)]
    weighed = [pair for pair in pairs if any(_measures(one) for one in pair)]
    channels = [
        pair for pair in weighed if min(_cells(one) or 1 for one in pair) == 1 < max(_cells(one) or 1 for one in pair)
    ]
    yield from _counted("weighed", len(channels), say)
    yield from _counted("gates", len(weighed) - len(channels), say)
    yield from _counted("products", len(pairs) - len(weighed), say)


def _source(network: Network, number: int) -> NetNode:
    """The node whose numbers another one only has in another shape."""
    node = network.nodes[number]
    while _word(node) in COPIES and node.inputs:
        node = network.nodes[node.inputs[0]]
    return node


def _measures(node: NetNode) -> bool:
    return _is(node, BETWEEN_0_AND_1 | {"hard_sigmoid"})


# ways side by side


def _branches(network: Network, concats: list[NetNode], say: Language) -> Iterator[str]:
    """Of one such place also how many channels come from each way."""
    if len(concats) != 1:
        yield from _counted("concats", len(concats), say)
        return
    (node,) = concats
    told = [network.nodes[k].channels for k in node.inputs]
    known = sum(one.is_input for one in network.nodes) == 1 and node.channels == sum(n or 0 for n in told)
    how = f"{' + '.join(map(str, told))} = {node.channels}"
    yield say("takeaway.network.branches" if known else "takeaway.network.concats.one", count=len(told), how=how)
