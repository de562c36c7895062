"""The point of several layers in a sentence: what they do together that none of them does alone."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.wording.captions import looks_around
from conv_anim.scene.wording.gates import gated
from conv_anim.scene.wording.words import part, size
from conv_anim.spec.view_values import Flat
from conv_anim.tracing.analysis import cost, entries, inputs_of, receptive_field, standard, total
from conv_anim.tracing.blind_spot import blind_spot
from conv_anim.tracing.input_reach import input_reach

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Size, Spec

STEPWISE = range(3, 7)
"""How many layers a sentence describes one by one."""
MOST_STEPS = 3
"""Of those that end in shares, how many it describes: it has more to say."""


def together(spec: Spec, say: Language) -> str:
    """The first that there is to say of a spec's layers; empty without any."""
    told = (gated, _composed, _hidden, _spread, _mixed, _stepwise, _chained, _joined)
    return next((said for tell in told if (said := tell(spec, say))), "")


def _composed(spec: Spec, say: Language) -> str:
    """What a composition saves, of a spec with no other layer."""
    found = entries(spec.layers)
    if len(found) != 1 or not isinstance(found[0], tuple):
        return ""
    whole = standard(found[0])
    ours, others = total(spec.layers).parameters, cost(whole).parameters
    if ours >= others:
        return say("takeaway.splits", count=len(spec.layers))
    each = " + ".join(f"{cost(op).parameters:,}" for op in spec.layers)
    made, seen, *kernel = whole.weight_shape or ()
    factors = [count for count in (*kernel, seen, made) if count > 1]
    terms = f"{'·'.join(map(str, factors))} = " if prod(factors) == others else ""
    told = {"count": len(spec.layers), "kernel": size(kernel)}
    return say("takeaway.saves", ours=f"{each} = {ours:,}", others=f"{terms}{others:,}", **told)


def _hidden(spec: Spec, say: Language) -> str:
    """What masks hide together, where that is more than each of them does."""
    found = blind_spot(spec.layers) if spec.is_chain else None
    if found is None or not found.hidden:
        return ""
    return say("takeaway.blind", count=len(spec.layers), hidden=found.hidden, earlier=found.earlier)


def _spread(spec: Spec, say: Language) -> str:
    """What sparse layers make of some active cells together, if they stand at the beginning and at the end."""
    ends = [node.op.sites for node in (spec.nodes[0], spec.nodes[-1])]
    if not spec.is_chain or ends[0] is None or ends[1] is None:
        return ""
    before, after = len(ends[0].read), len(ends[1].made)
    key = "takeaway.spreads" if after != before else "takeaway.stays"
    return say(key, count=len(spec.nodes), before=before, after=after)


def _mixed(spec: Spec, say: Language) -> str:
    """What a shuffle between grouped layers does for an output: how many of the input's channels it depends on."""
    if not spec.is_chain or not any(op.dealt for op in spec.layers):
        return ""
    apart, mixed = (_channels_seen(spec, shuffled=shuffled) for shuffled in (False, True))
    if apart is None or mixed is None or apart >= mixed:
        return ""
    return say("takeaway.mixed" if mixed == spec.input.channels else "takeaway.mixed.some", apart=apart, mixed=mixed)


def _channels_seen(spec: Spec, *, shuffled: bool) -> int | None:
    """How many of the input's channels the last map's first one depends on; None if layers do more than windows do."""
    seen = [frozenset({channel}) for channel in range(spec.input.channels)]
    for op in spec.layers:
        if op.dealt:
            each = len(seen) // op.dealt
            seen = [seen[c % op.dealt * each + c // op.dealt] for c in range(len(seen))] if shuffled else seen
        elif op.window is not None:
            taken = [op.window.seen_by(channel) for channel in range(op.window.out_channels)]
            seen = [frozenset().union(*(seen[c] for c in channels)) for channels in taken]
        elif op.ends.in_channels != op.ends.out_channels:
            return None
    return len(seen[0])


def _stepwise(spec: Spec, say: Language) -> str:
    """What each of a few layers does, where all are shown with their numbers and each does something else.

    Of a longer chain that ends in shares, what is looked for first, and how the answer comes about.
    """
    if not (spec.is_chain and isinstance(spec.view, Flat) and len(spec.nodes) in STEPWISE):
        return ""
    steps = [op.does(say) for op in spec.layers]
    if not all(steps) or len(set(steps)) < len(steps):
        return ""
    last, semicolon = spec.layers[-1].ends, say("caption.semicolon")
    if last.out_size or not spec.layers[-1].shares:
        return say("takeaway.steps", said=semicolon.join(steps))
    said = semicolon.join(steps if len(steps) <= MOST_STEPS else [steps[0], *steps[-2:]])
    cells = spec.input.channels * prod(spec.input.size)
    return say("takeaway.steps.shares", said=said, cells=cells, shares=last.out_channels)


def _chained(spec: Spec, say: Language) -> str:
    """How far the layers see together, where that is farther than the last one that looks around sees alone."""
    looking = [op for op in spec.layers if looks_around(op)]
    field = input_reach(spec.layers, inputs_of(spec.nodes)) if spec.is_chain else None
    alone = input_reach([looking[-1]]) if looking else None
    if field is None or alone is None or field.size == alone.size:
        return ""
    last = looking[-1].window
    told = {"count": len(spec.layers), "field": part(field.size, say), "alone": part(alone.size, say)}
    if last is not None and field.varies and last.transposed and any(axis.stretch > 1 for axis in last.axes):
        sizes = [spec.input.size, *(op.ends.out_size for op in spec.layers)]
        smallest = min(sizes, key=prod)
        if prod(smallest) < min(prod(sizes[0]), prod(sizes[-1])):
            ends = {"first": size(sizes[0]), "smallest": size(smallest), "last": size(sizes[-1])}
            return say("takeaway.field_back", around=_around(spec, field.size, say), **ends, **told)
        told |= {"field": size(field.size), "alone": size(alone.size)}
        return say("takeaway.field_spread", window=size(last.kernel_size), **told)
    return say("takeaway.field_up_to" if field.varies or alone.varies else "takeaway.field", **told)


def _around(spec: Spec, seen: Size, say: Language) -> str:
    """Over how many cells an output reaches with those of the padding, where these are more."""
    whole = receptive_field(spec.layers, inputs_of(spec.nodes))
    return "" if whole is None or whole.size == seen else say("takeaway.around", cells=part(whole.size, say))


def _ways(spec: Spec) -> int:
    """How many ways lead from the input to where all that they make is set one behind the other; 0 without any."""
    *others, last = spec.nodes
    ends = set(last.inputs)
    if not last.op.stacks or any(len(node.inputs) > 1 for node in others):
        return 0
    behind = {k: _behind(spec, k) for k in ends}
    return 0 if any(other in behind[k] for k in ends for other in ends) else len(ends)


def _behind(spec: Spec, k: int) -> set[int]:
    """The maps on the way from the input to one, where each map is made of one other."""
    found = set[int]()
    while k:
        (k,) = spec.nodes[k - 1].inputs
        found.add(k)
    return found


def _joined(spec: Spec, say: Language) -> str:
    """The point of the last layer that puts several maps together, else of the last one that has a point."""
    ways = _ways(spec)
    if ways > 1:
        return say("takeaway.ways", count=ways)
    joins = [node.op for node in spec.nodes if len(node.inputs) > 1]
    return next((said for op in reversed(joins or spec.layers) if (said := op.point(say))), "")
