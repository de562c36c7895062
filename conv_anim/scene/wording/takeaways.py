"""The point of a figure in a sentence, made from its spec: what one is to learn from it."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.scene.rounding import short
from conv_anim.scene.wording.captions import looks_around
from conv_anim.scene.wording.gates import gated
from conv_anim.scene.wording.language import Language
from conv_anim.scene.wording.words import part, size
from conv_anim.spec.model import Given
from conv_anim.spec.view_values import (
    Channels,
    Flat,
    FourierView,
    GemmView,
    Matrix,
    NetworkView,
    Sequence,
    WinogradView,
)
from conv_anim.tracing.analysis import cost, entries, inputs_of, receptive_field, standard, total
from conv_anim.tracing.blind_spot import blind_spot
from conv_anim.tracing.input_reach import input_reach

if TYPE_CHECKING:
    from conv_anim.spec.model import Backward, Node, Size, Spec
    from conv_anim.spec.op import Op
    from conv_anim.tracing.operators import Operator


STEPWISE = range(3, 7)
"""How many layers a sentence describes one by one."""
MOST_STEPS = 3
"""Of those that end in shares, how many it describes: it has more to say."""
LEANING = 0.05
"""How much of its weights a filter may add up to that is as much below 0 as above."""


def takeaway(spec: Spec) -> str:
    """What the view shows of it, where that is special; of several layers what they do together; empty without any."""
    say = Language(spec.lang)
    if isinstance(spec.view, NetworkView):
        from conv_anim.scene.wording.network_takeaways import network_takeaway
        from conv_anim.tracing import networks

        return network_takeaway(networks.of_spec(spec), spec if spec.view.of is None else None, say)
    if spec.backward is not None:
        return _backward(spec, spec.backward, say)
    if isinstance(spec.view, Sequence) and spec.view.cache:
        from conv_anim.scene.wording.streaming_takeaways import streaming_takeaway

        return streaming_takeaway(spec.layers, spec.view.chunk, say)
    if len(spec.nodes) == 1:
        return _of_view(spec, say) or spec.layers[-1].point(say)
    told = (gated, _composed, _hidden, _spread, _mixed, _stepwise, _chained, _joined)
    return next((said for tell in told if (said := tell(spec, say))), "")


def _backward(spec: Spec, backward: Backward, say: Language) -> str:
    """For one layer what its gradient is, for several the chain rule."""
    last, view = spec.layers[-1], spec.view
    if len(backward.nodes) > 1 or last.roles[2] == "output":
        if backward.of == "grad_input" and any(_goes_past(node) for node in backward.nodes):
            return say("takeaway.grad_input.add")
        return say(f"takeaway.{backward.of}")
    stamps = isinstance(view, Flat) and view.mode == "scatter" and last.window is not None and last.window.transposed
    return say("takeaway.stamped_back") if stamps else last.point(say)


def _goes_past(node: Node) -> bool:
    """Whether it adds the input itself to what layers make of it."""
    return node.op.badge == "+" and 0 in node.inputs and any(node.inputs)


def _of_view(spec: Spec, say: Language) -> str:
    """What a view shows besides what the layer does."""
    (layer,), view = spec.layers, spec.view
    window = layer.window
    if window is None or not window.weighs:
        return ""
    match view:
        case Matrix():
            return say("takeaway.transposed_matrix" if window.transposed else "takeaway.matrix")
        case GemmView() | WinogradView() | FourierView():
            return _computed(view, window, say)
        case Flat() if window.transposed:
            return _overlap(layer, say) if view.overlap else _way(view, layer, say)
        case Channels():
            return _of_channels(spec, view, window, say)
    return ""


def _of_channels(spec: Spec, view: Channels, window: Operator, say: Language) -> str:
    """What filters find in a picture, or which half of a layer is shown."""
    if window.in_channels == 1 < window.out_channels and _compares(spec, spec.layers[-1]):
        return say("takeaway.looks_like", count=window.out_channels)
    if window.transposed and window.in_channels > window.groups:
        spread = any(axis.stretch > 1 and axis.size > 1 for axis in window.axes)
        told = {"made": window.out_channels, "seen": window.in_channels // window.groups}
        block = size(window.kernel_size)
        how = ".blocks" if _in_blocks(window) else ".spread" if spread else ""
        return say(f"takeaway.transposed_channels{how}", block=block, **told)
    if view.show != "both" and window.in_channels > window.groups:
        biased = ".biased" if view.show == "sum" and spec.layers[-1].added is not None else ""
        return say(f"takeaway.{view.show}{biased}", count=window.in_channels // window.groups)
    return ""


def _in_blocks(window: Operator) -> bool:
    """Whether each input cell makes a whole block of the output, and none of them overlap."""
    return all(axis.kernel == axis.stretch > 1 == axis.dilation and axis.cut == (0, 0) for axis in window.axes)


def _compares(spec: Spec, layer: Op) -> bool:
    """Whether filters compare a picture with what they look like: the weights of each of them are about even."""
    values, weights = spec.input.values, layer.weight_values
    if not (isinstance(values, Given) and values.is_picture and isinstance(weights, Given)):
        return False
    each = len(weights.numbers) // layer.ends.out_channels
    filters = [weights.numbers[k : k + each] for k in range(0, len(weights.numbers), each)] if each else []
    return bool(filters) and all(abs(sum(one)) <= LEANING * sum(map(abs, one)) for one in filters)


def _computed(view: GemmView | WinogradView | FourierView, window: Operator, say: Language) -> str:
    """What a way to compute a layer saves, or what it takes."""
    from conv_anim.tracing.fourier import Count, transformed
    from conv_anim.tracing.winograd import direct, multiplications

    match view:
        case GemmView():
            return _gemm(view, window, say)
        case WinogradView():
            return say("takeaway.winograd", ours=multiplications(window), direct=direct(window))
        case FourierView():
            if view.wrap:
                return say("takeaway.fft_wrap")
            dearer = Count.of(transformed(window, wrap=False)).real > direct(window)
            return say("takeaway.fft_dearer" if dearer else "takeaway.fft")


def _gemm(view: GemmView, window: Operator, say: Language) -> str:
    """What tiles or a layout in memory are for, else what a product of matrices has to do with it."""
    if view.tile is not None:
        from conv_anim.tracing.gemm import Gemm

        reuse = Gemm(window, view.layout or "nchw", view.tile).all_loads.reuse
        used = short(reuse, 3)
        return say("takeaway.gemm_tile.once") if used == "1" else say("takeaway.gemm_tile", reuse=used)
    if view.layout is not None:
        return say(f"takeaway.gemm_{view.layout}")
    return say("takeaway.gemm_pointwise" if set(window.kernel_size) == {1} else "takeaway.gemm")


def _way(view: Flat, layer: Op, say: Language) -> str:
    """How a transposed layer is seen, if not as a window that gathers, and if no setting is what it is about."""
    padded = view.mode == "both" and any(getattr(layer, "output_padding", ()))
    if padded or view.mode == "gather":
        return ""
    return (view.mode == "scatter" and layer.stamped(say)) or say(f"takeaway.{view.mode}")


def _overlap(layer: Op, say: Language) -> str:
    """Whether the stamps of a transposed layer fall evenly, which is so where its stride divides its kernel."""
    assert layer.window is not None
    axes = [axis for axis in layer.window.axes if axis.size > 1]
    if any(axis.dilation > 1 for axis in axes):
        return layer.point(say)
    uneven = any(axis.kernel % axis.stretch for axis in axes)
    once = axes and all(axis.kernel == axis.stretch and not axis.extra for axis in axes)
    kernel = size(dict.fromkeys(axis.kernel for axis in axes)) if axes else "1"
    stride = size(dict.fromkeys(axis.stretch for axis in axes)) if axes else "1"
    key = "uneven" if uneven else "even.all" if once and kernel == stride else "even.one" if stride == "1" else "even"
    return say(f"takeaway.{key}", kernel=kernel, stride=stride)


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
