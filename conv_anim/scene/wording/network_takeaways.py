"""The point of a whole network, in a sentence: how its maps change, and where its ways part and meet."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.wording.words import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.network import NetNode, Network

Map = tuple[tuple[int, ...], int]
"""Size along the axes, and channels."""
ADDS, CONCATS, GATES = {"add", "sum"}, {"concat", "concatenate", "cat"}, {"multiply", "mul"}


def network_takeaway(network: Network, say: Language) -> str:
    """Of layers one after the other that change no size, that there are so many."""
    count = sum(not node.is_input and not node.sizing for node in network.nodes)
    parts = [*_sizes(network, say), *_joins(network, say)] or [say("takeaway.network.chain", count=count)]
    return say("takeaway.network", said=say.sentence(say("caption.semicolon").join(parts)))


def _sizes(network: Network, say: Language) -> Iterator[str]:
    """From the first map to the smallest, and back, as far as sizes are known; single cells are no maps."""
    maps = [each for each in map(_map, network.nodes) if each is not None]
    if not maps:
        return
    (first, _), (smallest, deep), (last, _) = maps[0], min(maps, key=lambda each: (prod(each[0]), -each[1])), maps[-1]
    if prod(smallest) == prod(first):
        return
    told = {"first": size(first), "smallest": size(smallest), "last": size(last)}
    if prod(last) > prod(smallest):
        yield say("takeaway.network.back", **told)
    elif deep > maps[0][1]:
        yield say("takeaway.network.deeper", few=maps[0][1], many=deep, **told)
    else:
        yield say("takeaway.network.smaller", **told)


def _map(node: NetNode) -> Map | None:
    cells = [n for n in node.size if n is not None]
    if node.sizing or len(cells) < len(node.size) or node.channels is None or prod(cells) <= 1:
        return None
    return tuple(cells), node.channels


def _joins(network: Network, say: Language) -> Iterator[str]:
    """How often ways meet, and how."""
    joining = [node for node in network.nodes if len(set(node.inputs)) > 1]
    concats = [node for node in joining if _is(node, CONCATS)]
    far = [node for node in concats if _goes_back(network, node)]
    near = [len(set(node.inputs)) for node in concats if node not in far]
    yield from _counted("adds", sum(_is(node, ADDS) for node in joining), say)
    yield from _counted("skips", len(far), say)
    if len(near) == 1:
        yield say("takeaway.network.branches", count=near[0])
    else:
        yield from _counted("concats", len(near), say)
    yield from _counted("gates", sum(_is(node, GATES) for node in joining), say)


def _counted(key: str, count: int, say: Language) -> Iterator[str]:
    if count:
        yield say(f"takeaway.network.{key}.one" if count == 1 else f"takeaway.network.{key}", count=count)


def _is(node: NetNode, names: set[str]) -> bool:
    return node.type in names or node.kind.rsplit(".", 1)[-1].lower() in names


def _goes_back(network: Network, node: NetNode) -> bool:
    """Whether one of the maps that it joins is also on the way to another of them."""
    sources = set(node.inputs)
    least, seen, waiting = min(sources), set[int](), [k for one in sources for k in network.nodes[one].inputs]
    while waiting:
        k = waiting.pop()
        if k in sources:
            return True
        if k > least and k not in seen:
            seen.add(k)
            waiting += network.nodes[k].inputs
    return False
