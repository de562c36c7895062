"""The guide of a network: what is said of each of its boxes, and which figure is inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.network import inside, wording
from conv_anim.scene.network.plan import plan
from conv_anim.scene.network.wording import Costs
from conv_anim.scene.primitives import Guide, Spot
from conv_anim.scene.wording.language import TOLD, Language
from conv_anim.spec.view_values import NetworkView
from conv_anim.tracing import networks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.hit_regions import HitRegion, Turns
    from conv_anim.scene.network.plan import Item
    from conv_anim.tracing.trace import Trace


def guide(trace: Trace, hit_regions: Iterable[HitRegion], turns: Turns) -> Guide:
    """The guide of a figure of a trace in the network view."""
    del turns
    view, say = trace.spec.view, Language(trace.spec.lang)
    assert isinstance(view, NetworkView)
    costs = Costs(networks.of_spec(trace.spec), ())
    items = plan(costs.network, fold=view.fold).items
    _, own = inside.specs(items, say)
    said = tuple(_told(item, costs, say) for item in items)
    spots = tuple(_spot(region, items, own, say, said) for region in hit_regions)
    told = (*said, _all(costs, say))
    how = "how.network" if own else "how.boxes"
    words = {"how": say.told(how), "how.cells": say.told(f"{how}.keys"), "map.output": "{cell}"}
    phrases = {**TOLD[trace.spec.lang], **words}
    return Guide(trace.spec.lang, phrases, told, spots)


def _spot(
    region: HitRegion, items: tuple[Item, ...], own: dict[int, int], say: Language, said: tuple[str, ...]
) -> Spot:
    """A box, linked to those that feed it; the network stays as it is while it is pointed at."""
    number = region.cell[0] or 0
    item = items[number]
    name = wording.name(item.node) or wording.kind(item.node, say)
    opens = own[number] + 1 if number in own else 0
    return Spot(
        "output",
        f"{number + 1} {name}",
        region.ring,
        linked=item.inputs,
        same=(number,),
        told=said[number],
        opens=opens,
    )


def _told(item: Item, costs: Costs, say: Language) -> str:
    """Name, kernel, badges, size and cost of a box."""
    node = item.node
    what = " ".join(filter(None, (wording.kind(node, say), wording.kernel(node, say))))
    name = wording.name(node)
    said = [what if name is None else say.told("network.named", name=name, what=what), *item.badges]
    found = [say.joined(said), say.told("network.makes", size=wording.made(node))]
    if item.times > 1:
        found.append(say.told("network.repeated", count=item.times))
    if costs.parameters(item) or costs.products(item):
        parameters, products = (wording.counted(n, short=False) for n in (costs.parameters(item), costs.products(item)))
        found.append(say.told("network.cost", parameters=parameters, products=products))
    found += [node.why] if node.why else []
    return say("caption.semicolon").join(found)


def _all(costs: Costs, say: Language) -> str:
    """What all layers take together."""
    cost = say.told("network.cost", parameters=costs.total("parameters"), products=costs.total("multiply_adds"))
    return say.told("network.all", cost=cost)
