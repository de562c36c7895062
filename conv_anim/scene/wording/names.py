"""What the parts of the matrix and volume views are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.wording.words import Label, floor_labels, kernel_label, per_axis, said_of, size
from conv_anim.spec.model import Labels

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Size
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import LayerTrace, Trace


# matrix


def matrix_names(traced: LayerTrace, say: Language, *, beside_c: bool) -> list[Label]:
    """The name of a layer's matrix and how its entries come about, from the longest way to say it to the shortest.

    ``beside_c``: the matrix is a transposed one, and C itself is shown too.
    """
    shape = size((traced.output.size, traced.input.size))
    if traced.operator.transposed:
        how = say("matrix.columns") if beside_c else say("matrix.transpose_of", sizes=_turned(traced, say))
        return [Label(f"Cᵀ {shape}", detail) for detail in (how, say("matrix.transpose"))]
    key = "matrix.kernels" if traced.operator.weighs else "matrix.means"
    how = say("matrix.shared" if traced.layer.sampled is not None else key)
    return [Label(f"C {shape}", detail) for detail in (how, say("matrix.rows"), "")]


def turned_label(traced: LayerTrace, say: Language) -> Label:
    """The matrix of the convolution that a transposed one is named after."""
    return Label(f"C {size((traced.input.size, traced.output.size))}", say("matrix.of", sizes=_turned(traced, say)))


def _turned(traced: LayerTrace, say: Language) -> str:
    ends = traced.layer.ends
    return f"{size(ends.out_size, ends.out_channels, say)} → {size(ends.in_size, ends.in_channels, say)}"


def vector_label(label: Label, count: int, say: Language) -> Label:
    """A map's label where its cells stand in one column."""
    return Label(label.name, say("matrix.vector", count=count))


def block_names(channels: int, cells: Size, say: Language) -> list[list[str]]:
    """What the parts of a flattened input are called, its channels, else its rows or slices: a long way and a short."""
    if channels == len(cells) == 1:
        return []
    name = "channel" if channels > 1 else {2: "row", 3: "slice"}[len(cells)]
    count = channels if channels > 1 else cells[0]
    return [[say(f"block.{how}.{name}", number=k + 1) for k in range(count)] for how in ("long", "short")]


def with_sums(label: Label, say: Language) -> Label:
    """A kernel's label where padding makes some entries of the matrix the sum of several weights."""
    return Label(label.name, say.joined([label.detail, say("matrix.sums")]))


# volume


def volume_labels(trace: Trace) -> list[Label]:
    """Labels of the volume view from left to right: input, filters, map, filters, …, output."""
    maps, given, say = floor_labels(trace), trace.spec.labels or Labels(), said_of(trace)
    first = maps[0]
    if len(trace.spec.input.size) == 3 and trace.layer.means.in_channels == 1 and not first.detail:
        first = Label(first.name, say("volume.deep", count=trace.spec.input.size[0]))
    found = [_one_volume(first, trace.layer.means.in_channels, trace)]
    maps[1:-1] = [_between(*both, say) for both in zip(trace.layers[:-1], maps[1:-1], strict=True)]
    for layer, label in zip(trace.layers, maps[1:], strict=True):
        found.append(filters_label(layer, say, narrow=len(trace.layers) > 1))
        found.append(_one_volume(label, layer.means.out_channels, trace))
    if trace.layer.kernels is not None:
        found[1] = found[1].called(given.kernel)
    return found


def _between(made: LayerTrace, label: Label, say: Language) -> Label:
    """The label of what one layer makes and the next one reads."""
    ends = made.layer.ends
    key = "volume.maps" if ends.out_channels > 1 else "volume.map"
    return Label(say(key, size=size(ends.out_size, ends.out_channels, say)), label.detail)


def _one_volume(label: Label, channels: int, trace: Trace) -> Label:
    """The label of a map with three dimensions: only one channel can be drawn."""
    if channels == 1 or len(trace.spec.input.size) < 3:
        return label
    say = said_of(trace)
    return Label(label.name, say.joined([label.detail, say("volume.one_channel", count=channels)]))


def filters_label(traced: LayerTrace, say: Language, *, narrow: bool) -> Label:
    """The number, size and kind of filters of a layer; for others, what they do. Narrow, with the size below."""
    layer = traced.layer
    if layer.dealt is not None:
        name = say("volume.shuffle") if narrow else layer.name(say)
        return Label(name, say("setting.groups", cells=layer.dealt))
    if layer.interpolation is not None:
        return Label(say("volume.upsample"), say(f"volume.{layer.interpolation.mode}"))
    op = traced.operator
    steps = tuple(axis.stride for axis in op.axes)
    stride = [say("setting.stride", cells=per_axis(steps))] if set(steps) != {1} else []
    if not op.weighs:
        return Label(say(f"volume.{op.reduce}", size=size(op.kernel_size)), say.joined(stride))
    deep = op.in_channels // op.groups
    cells = size(op.kernel_size, deep, say) if deep > 1 or op.in_channels == 1 else size((*op.kernel_size, 1))
    name = say("volume.filter") if op.out_channels == 1 else say("volume.filters", count=op.out_channels)
    details = [*_filter_kind(traced, say), *stride]
    if narrow:
        return Label(name, say.joined([cells, *details]))
    return Label(f"{name} {cells}", say.joined(details))


def group_names(op: Operator, say: Language) -> list[list[str]]:
    """What each group of a layer's channels is called, a long way and a short."""
    each, found = op.in_channels // op.groups, []
    for group in range(op.groups):
        short = say("volume.group", number=group + 1)
        first, last = group * each + 1, (group + 1) * each
        key = "volume.group.channels" if each > 1 else "volume.group.channel"
        found.append([say(key, group=short, first=first, last=last), short])
    return found


def _filter_kind(traced: LayerTrace, say: Language) -> list[str]:
    op = traced.operator
    dilation = tuple(axis.dilation for axis in op.axes)
    said = []
    if op.groups > 1:
        apart = op.groups == op.in_channels
        said.append(say("volume.depthwise") if apart else say("setting.groups", cells=op.groups))
    elif max(op.kernel_size) == 1 and op.in_channels > 1:
        said.append(say("volume.pointwise"))
    if set(dilation) != {1}:
        said.append(say("series.dilation", cells=per_axis(dilation)))
    said.append(kernel_label(traced, say).detail)
    if len(op.axes) > 2 and all(axis.count > 1 for axis in op.axes):
        said.append(say("volume.moves"))
    kernels = op.out_channels * op.in_channels // op.groups
    if len(op.axes) > 2 and kernels > 1:
        said.append(say("volume.one_kernel", count=kernels))
    return said
