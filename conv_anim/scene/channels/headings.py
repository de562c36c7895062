"""What stands over the columns of the channels view: what they are called, how many there are, and of which size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.wording import words
from conv_anim.scene.wording.words import Label
from conv_anim.spec.model import Labels
from conv_anim.tracing.gathers import Gather

if TYPE_CHECKING:
    from conv_anim.scene.channels.lanes import Lanes
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.trace import Trace


def headings(lanes: Lanes, *, add: bool) -> list[Label]:
    """Input, kernels, maps, output, as far as there are such columns."""
    layer = lanes.layer
    input_, output = ends(lanes.trace, lanes.say)
    kernel = [] if layer.kernels is None else [_filters(lanes)]
    if not lanes.meet:
        return [input_, *kernel, output]
    size = words.size(layer.operator.out_size)
    maps = Label(lanes.say("channels.maps", count=lanes.seen, size=size), lanes.say("channels.each"))
    return [input_, *kernel, maps, *([output] if add else [])]


def ends(trace: Trace, say: Language) -> tuple[Label, Label]:
    """What goes into a layer and comes out of it."""
    layer, given = trace.layer, trace.spec.labels or Labels()
    if not isinstance(layer.means, Gather):
        first, *_, last = words.labels(trace)
        return first, last
    sizes = layer.layer.ends
    entering = f"{say('input')} {words.size(sizes.in_size, sizes.in_channels, say)}"
    leaving = f"{say('output')} {words.size(sizes.out_size, sizes.out_channels, say)}"
    return Label(given.input or entering), Label(given.output or leaving)


def _filters(lanes: Lanes) -> Label:
    """Of one filter at a time how many kernels it has; of all at once how many there are."""
    say, traced = lanes.say, lanes.layer
    size = words.size(traced.operator.kernel_size, lanes.seen, say)
    one = lanes.meet or lanes.outputs == 1
    name = say("channels.filter", size=size) if one else say("channels.filters", count=lanes.outputs, size=size)
    given = lanes.trace.spec.labels
    if given is not None and given.kernel is not None:
        name = given.kernel
    _, kernel, _ = words.labels(lanes.trace)
    return Label(name, kernel.detail or _number(lanes))


def _number(lanes: Lanes) -> str:
    """Of kernels in a filter, or of filters for each channel."""
    if lanes.meet:
        return lanes.say("channels.kernels", count=lanes.seen)
    if lanes.groups == 1:
        return ""
    each = lanes.outputs // lanes.groups
    return lanes.say("channels.each") if each == 1 else lanes.say("channels.each_many", count=each)
