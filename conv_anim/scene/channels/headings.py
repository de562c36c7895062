"""What stands over the columns of the channels view: their names, their number and their size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.wording import words
from conv_anim.scene.wording.words import Label
from conv_anim.spec.model import Labels
from conv_anim.tracing.gathers import Gather

if TYPE_CHECKING:
    from conv_anim.scene.channels.channel_rows import ChannelRows
    from conv_anim.scene.wording.language import Language
    from conv_anim.tracing.trace import Trace


def headings(channel_rows: ChannelRows, *, add: bool) -> list[Label]:
    """Input, kernels, maps, output, as far as there are such columns."""
    layer = channel_rows.layer
    input_, output = ends(channel_rows.trace, channel_rows.say)
    kernel = [] if layer.kernels is None else [_filters(channel_rows)]
    if not channel_rows.meet:
        return [input_, *kernel, output]
    size = words.length(layer.operator.out_size, channel_rows.say)
    maps = Label(
        channel_rows.say(f"channels.{channel_rows.made_of}", count=channel_rows.seen, size=size),
        channel_rows.say("channels.each"),
    )
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


def _filters(channel_rows: ChannelRows) -> Label:
    """Of one filter at a time how many kernels it has; of all at once how many there are."""
    say, traced = channel_rows.say, channel_rows.layer
    size = words.size(traced.operator.kernel_size, channel_rows.seen, say)
    one = channel_rows.meet or channel_rows.out_channels == 1
    name = (
        say("channels.filter", size=size)
        if one
        else say("channels.filters", count=channel_rows.out_channels, size=size)
    )
    given = channel_rows.trace.spec.labels
    if given is not None and given.kernel is not None:
        name = given.kernel
    _, kernel, _ = words.labels(channel_rows.trace)
    return Label(name, kernel.detail or _number(channel_rows))


def _number(channel_rows: ChannelRows) -> str:
    """The number of kernels in a filter, or of filters for each channel."""
    if channel_rows.meet:
        return channel_rows.say("channels.kernels", count=channel_rows.seen)
    if channel_rows.groups == 1:
        return ""
    each = channel_rows.out_channels // channel_rows.groups
    return channel_rows.say("channels.each") if each == 1 else channel_rows.say("channels.each_many", count=each)
