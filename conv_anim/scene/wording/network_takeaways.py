"""The point of a whole network, in sentences: how its maps change, how far it sees, what it saves, how ways meet."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.wording.network_joins import joins, skips
from conv_anim.scene.wording.words import size
from conv_anim.tracing.reach import reaches
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Spec
    from conv_anim.spec.network import NetNode, Network

Map = tuple[tuple[int, ...], int]
"""Size along the axes, and channels."""
MOST = 3
"""Sentences that somebody reads before the picture."""
LISTED = 6
"""Numbers that are told one by one."""


def network_takeaway(network: Network, spec: Spec | None, say: Language) -> str:
    """What is special about it first; of layers one after the other that change no size, that there are so many.

    ``spec`` is the one that the network was made of, if it was.
    """
    count = sum(not node.is_input and not node.sizing for node in network.nodes)
    special = [*_dilated(network, spec, say), *_depthwise(network, say), *joins(network, say)]
    sizes = list(_sizes(network, say))
    parts = [*sizes, *special] if len(special) < MOST or skips(network) else special
    said = parts[:MOST] or [say("takeaway.network.chain", count=count)]
    return "\n".join(say("takeaway.network", said=say.sentence(part)) for part in said)


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


# dilation


def _dilated(network: Network, spec: Spec | None, say: Language) -> Iterator[str]:
    """How far dilated layers see, from one dilation to the next where it doubles, and how far they would without it."""
    runs = _runs(network)
    if all(dilation == 1 for dilation, _ in runs):
        return
    near = replace(network, nodes=tuple(map(_undilated, network.nodes)))
    last = max(node for dilation, node in runs if dilation > 1)
    fields, others = reaches(network, spec), reaches(near, spec)
    far, alone = fields[last], others[last]
    seen = [reach.field for _, node in runs if (reach := fields[node]) is not None]
    if far is None or alone is None or far.field == alone.field or len(seen) < len(runs):
        return
    doubles = len(runs) > 2 and all(b == 2 * a for (a, _), (b, _) in pairwise(runs))
    key = "doubled" if doubles else "dilated"
    told = _listed([dilation for dilation, _ in runs], say), _listed([size(field) for field in seen], say)
    yield say(f"takeaway.network.{key}", steps=told[0], fields=told[1], field=size(far.field), alone=size(alone.field))


def _runs(network: Network) -> list[tuple[int, int]]:
    """The dilations of layers that look around, each once where several in a row have it, with the last such layer."""
    found: list[tuple[int, int]] = []
    for node in network.nodes:
        window = node.window
        if window is not None and node.weight is not None and max(window.kernel_size) > 1:
            dilation = max(window.dilation)
            found = [*(found[:-1] if found and found[-1][0] == dilation else found), (dilation, node.number)]
    return found


def _undilated(node: NetNode) -> NetNode:
    """The same without dilation, and with as much less padding, so that ways that meet still lie on each other."""
    window = node.window
    if window is None:
        return node
    padding = window.padding and tuple(
        (before // d, after // d) for (before, after), d in zip(window.padding, window.dilation, strict=True)
    )
    return replace(node, window=replace(window, dilation=(1,) * len(window.dilation), padding=padding))


def _listed(items: Sequence[object], say: Language) -> str:
    some = items if len(items) <= LISTED else [*items[:3], "…", items[-1]]
    return say("enumeration").join(map(str, some))


# depthwise layers


def _depthwise(network: Network, say: Language) -> Iterator[str]:
    """How many times as much the depthwise layers would cost if each filter read all channels."""
    found = [node for node in network.nodes if node.is_depthwise and node.window is not None]
    ours = sum(node.products or 0 for node in found)
    full = sum((node.products or 0) * node.window.groups for node in found if node.window is not None)
    if ours and all(node.products for node in found):
        one = ".one" if len(found) == 1 else ""
        read = [network.nodes[k] for node in found for k in network.readers[node.number]]
        norms = sum(node.products or 0 for node in read if node.role.norm)  # which figures count with them
        times = (full + norms) / (ours + norms)
        yield say(f"takeaway.network.depthwise{one}", count=len(found), times=f"{times:.0f}")
