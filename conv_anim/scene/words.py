"""What a figure says in words: names of planes, caption, size formula, description. All follows from the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, assert_never

from conv_anim.spec.model import Channels, Conv, ConvTranspose, Labels, Pool
from conv_anim.spec.views import name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.spec.model import Layer, Padding, Size, Spec, Windowed
    from conv_anim.tracing.trace import LayerTrace, Trace

TIMES = "\N{MULTIPLICATION SIGN}"
MINUS = "\N{MINUS SIGN}"
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Label(NamedTuple):
    """What a plane is called, its size, and what is to be known about it."""

    name: str
    detail: str = ""


def size(cells: Iterable[int], channels: int = 1) -> str:
    """``5×5``, with more than one channel ``5×5×3``."""
    return TIMES.join(map(str, (*cells, channels) if channels > 1 else cells))


def per_axis(values: Size) -> str:
    """One number where the axes agree, else all of them."""
    return str(values[0]) if len(set(values)) == 1 else TIMES.join(map(str, values))


def padding(pads: Padding) -> str:
    """One number where all sides agree, else before and after, axis by axis where they differ."""
    sides = ["+".join(map(str, pair)) if pair[0] != pair[1] else str(pair[0]) for pair in pads]
    return sides[0] if len(set(sides)) == 1 else f" {TIMES} ".join(sides)


def kind(layer: Layer) -> str:
    if not isinstance(layer, Conv | ConvTranspose | Pool):
        return name_of(layer).replace("_", " ").capitalize()
    match layer:
        case Conv(groups=1):
            return "Convolution" if max(layer.dilation) == 1 else "Dilated convolution"
        case Conv():
            depthwise = layer.groups == layer.ends.in_channels
            return "Depthwise convolution" if depthwise else "Grouped convolution"
        case ConvTranspose():
            return "Transposed convolution"
        case Pool(reduce="max"):
            return "Max pooling"
        case Pool(reduce="norm"):
            return f"Pooling by {layer.norm_type}-norm"
        case Pool():
            return "Average pooling"
        case _:
            assert_never(layer)


def settings(layer: Layer) -> list[str]:
    """The parameters of a layer that are not their default."""
    if not isinstance(layer, Conv | ConvTranspose | Pool):
        return []
    said = [f"{size(layer.kernel_size)} {'window' if isinstance(layer, Pool) else 'kernel'}"]
    if set(layer.stride) != {1}:
        said.append(f"stride {per_axis(layer.stride)}")
    if any(map(any, layer.padding)):
        said.append(_padding_setting(layer))
    if isinstance(layer, ConvTranspose) and any(layer.output_padding):
        said.append(f"output padding {per_axis(layer.output_padding)}")
    if set(layer.dilation) != {1}:
        said.append(f"dilation {per_axis(layer.dilation)} ({skipped(layer.dilation)})")
    if not isinstance(layer, Pool) and layer.groups > 1:
        said.append(f"{layer.groups} groups")
    if isinstance(layer, Conv) and layer.flip:
        said.append("flipped kernel")
    return said


def _padding_setting(layer: Windowed) -> str:
    name = layer.padding_name if isinstance(layer, Conv) else None
    mode = layer.padding_mode if isinstance(layer, Conv) and layer.padding_mode != "zeros" else None
    words = [mode, name.replace("_", " ") if name else None, f"padding {padding(layer.padding)}"]
    return " ".join(word for word in words if word)


def skipped(dilation: Size) -> str:
    """Dilation as its number of gaps, which other texts count."""
    gaps = [d - 1 for d in dilation]
    if len(set(gaps)) > 1:
        return f"{size(gaps)} cells skipped"
    word = COUNTS[gaps[0]] if gaps[0] < len(COUNTS) else str(gaps[0])
    return f"{word} cell{'s' if gaps[0] > 1 else ''} skipped"


def caption(trace: Trace) -> str:
    """One line: what is computed, with which parameters, from which size to which."""
    ends = [trace.spec.layers[0].ends, *(layer.ends for layer in trace.spec.layers)]
    sizes = [size(ends[0].in_size, ends[0].in_channels), *(size(e.out_size, e.out_channels) for e in ends[1:])]
    if isinstance(trace.spec.view, Channels) and ends[0].in_channels > 1:
        sizes = _halves(trace.layers[0], sizes, trace.spec.view.show)
    arrows = "\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}".join(sizes)
    if len(trace.spec.layers) > 1:
        return f"{len(trace.spec.layers)} layers: {arrows}"
    layer = trace.spec.layers[0]
    return f"{kind(layer)}, {', '.join(settings(layer))}: {arrows}"


def _halves(traced: LayerTrace, sizes: list[str], show: Literal["maps", "sum", "both"]) -> list[str]:
    """The sizes on the way that the channels view shows: to the channels' maps, from them, or all of it."""
    seen = len(traced.operator.seen_by(0))
    if seen == 1:
        return sizes
    maps = f"{seen} maps {size(traced.operator.out_size)}".replace(" ", "\N{NO-BREAK SPACE}")
    match show:
        case "maps":
            return [sizes[0], maps]
        case "sum":
            return [maps, sizes[-1]]
        case _:
            return [sizes[0], maps, sizes[-1]]


def input_label(traced: LayerTrace) -> Label:
    """The input plane's name and what was done to it before the window came."""
    ends = traced.layer.ends
    return Label(f"input {size(ends.in_size, ends.in_channels)}", canvas_detail(traced))


def canvas_detail(traced: LayerTrace) -> str:
    """Padding of a convolution; inserted zeros and border of a transposed one."""
    axes = traced.operator.axes
    border: Padding = tuple((axis.before, axis.after) for axis in axes)
    said = []
    if any(axis.stretch > 1 and axis.size > 1 for axis in axes):
        said.append(f"spread to {size(axis.stretched for axis in axes)}")
    if any(map(any, border)):
        said.append(f"{'border' if isinstance(traced.layer, ConvTranspose) else 'padding'} {padding(border)}")
    return ", ".join(said)


def kernel_label(traced: LayerTrace) -> Label:
    flipped = any(axis.flipped and axis.kernel > 1 for axis in traced.operator.axes)
    return Label(f"kernel {size(traced.operator.kernel_size)}", "flipped in the window" if flipped else "")


def output_label(traced: LayerTrace) -> Label:
    ends = traced.layer.ends
    return Label(f"output {size(ends.out_size, ends.out_channels)}")


def formula(traced: LayerTrace) -> list[str]:
    """The output size with its numbers, one line for each different axis."""
    if not isinstance(traced.layer, Conv | ConvTranspose | Pool):
        return []
    lines = [_axis_formula(traced.layer, a) for a in range(len(traced.operator.axes))]
    return list(dict.fromkeys(lines))


def _axis_formula(layer: Windowed, a: int) -> str:
    i, o = layer.ends.in_size[a], layer.ends.out_size[a]
    k, s, d = layer.kernel_size[a], layer.stride[a], layer.dilation[a]
    before, after = layer.padding[a]
    if isinstance(layer, ConvTranspose):
        less = f"2·{before}" if before == after else f"{before} {MINUS} {after}"
        reach = f"({k} {MINUS} 1)" if d == 1 else f"{d}·({k} {MINUS} 1)"
        extra = f" + {layer.output_padding[a]}" if layer.output_padding[a] else ""
        return f"o = ({i} {MINUS} 1)·{s} {MINUS} {less} + {reach}{extra} + 1 = {o}"
    more = f"2·{before}" if before == after else f"{before} + {after}"
    left, right = ("⌈", "⌉") if isinstance(layer, Pool) and layer.ceil_mode else ("⌊", "⌋")
    return f"o = {left}({i} + {more} {MINUS} {d * (k - 1) + 1})/{s}{right} + 1 = {o}"


def description(trace: Trace) -> str:
    """The figure in words, for alternative text."""
    said = caption(trace)
    spec: Spec = trace.spec
    return f"{spec.title}. {said}." if spec.title else f"{said}."


def floor_labels(trace: Trace) -> list[Label]:
    """One label for each map of the trace, from the input to the output."""
    first, *others = trace.layers
    labels = [input_label(first)]
    for k, layer in enumerate(others, start=1):
        ends = layer.layer.ends
        labels.append(Label(f"layer {k}: {size(ends.in_size, ends.in_channels)}", canvas_detail(layer)))
    last = output_label(trace.layers[-1])
    labels.append(last)
    given = trace.spec.labels
    if given is not None and given.input is not None:
        labels[0] = Label(given.input, labels[0].detail)
    if given is not None and given.output is not None:
        labels[-1] = Label(given.output, last.detail)
    return labels


def labels(trace: Trace) -> list[Label]:
    """Labels of input, kernel (if there is one) and output of a trace of one layer."""
    traced, given = trace.layers[0], trace.spec.labels or Labels()
    named = [(input_label(traced), given.input), (output_label(traced), given.output)]
    if traced.kernels is not None:
        named.insert(1, (kernel_label(traced), given.kernel))
    return [label if name is None else Label(name, label.detail) for label, name in named]


def channel_labels(trace: Trace, *, meet: bool, add: bool) -> list[Label]:
    """Labels over the columns of the channels view: input, filter, maps, output, as far as there are such columns."""
    input_, *kernel, result = labels(trace)
    traced, given = trace.layers[0], trace.spec.labels or Labels()
    if kernel and given.kernel is None:
        seen = len(traced.operator.seen_by(0)) if meet else 1
        detail = kernel[0].detail or (f"{seen} kernels" if seen > 1 else "")
        kernel = [Label(f"filter {size(traced.operator.kernel_size, seen)}", detail)]
    if not meet:
        return [input_, *kernel, result]
    maps = Label(f"{len(traced.operator.seen_by(0))} maps {size(traced.operator.out_size)}", "one per channel")
    return [input_, *kernel, maps, *([result] if add else [])]


def matrix_names(traced: LayerTrace, *, beside_c: bool) -> list[Label]:
    """The name of a layer's matrix and how its entries come about, from the longest way to say it to the shortest.

    ``beside_c``: the matrix is a transposed one, and C itself is shown too.
    """
    shape = size((traced.output.size, traced.input.size))
    match traced.layer:
        case ConvTranspose():
            details = ["each column is a row of C"] if beside_c else [f"transpose of C, {_turned(traced)}"]
            return [Label(f"Cᵀ {shape}", detail) for detail in (*details, "transpose of C")]
        case Pool():
            details = ["a row for each window: the mean of its cells", "a row for each window"]
        case _:
            details = ["a row for each window: the kernel, laid out over the input's cells", "a row for each window"]
    return [Label(f"C {shape}", detail) for detail in (*details, "")]


def turned_label(traced: LayerTrace) -> Label:
    """The matrix of the convolution that a transposed one is named after."""
    return Label(f"C {size((traced.input.size, traced.output.size))}", f"of the convolution {_turned(traced)}")


def _turned(traced: LayerTrace) -> str:
    ends = traced.layer.ends
    return f"{size(ends.out_size, ends.out_channels)} → {size(ends.in_size, ends.in_channels)}"


def vector_label(label: Label, count: int) -> Label:
    """A map's label where its cells stand in one column."""
    return Label(label.name, f"as a {count}-vector")


def block_names(channels: int, cells: Size) -> list[list[str]]:
    """What the parts of a flattened input are called, its channels, else its rows or slices: a long way and a short."""
    if channels == len(cells) == 1:
        return []
    name = "channel" if channels > 1 else {2: "row", 3: "slice"}[len(cells)]
    count = channels if channels > 1 else cells[0]
    return [[f"{start}{name} {k + 1}" for k in range(count)] for start in ("input ", "")]


def with_sums(label: Label) -> Label:
    """A kernel's label where padding makes some entries of the matrix the sum of several weights."""
    return Label(label.name, ", ".join(said for said in (label.detail, "grey: weights added up") if said))


def volume_labels(trace: Trace) -> list[Label]:
    """Labels of the volume view from left to right: input, filters, map, filters, …, output."""
    maps, given = floor_labels(trace), trace.spec.labels
    found = [_one_volume(maps[0], trace.layers[0].operator.in_channels, trace)]
    for layer, label in zip(trace.layers, maps[1:], strict=True):
        found.append(filters_label(layer, narrow=len(trace.layers) > 1))
        found.append(_one_volume(label, layer.operator.out_channels, trace))
    if given is not None and given.kernel is not None and trace.layers[0].kernels is not None:
        found[1] = Label(given.kernel, found[1].detail)
    return found


def _one_volume(label: Label, channels: int, trace: Trace) -> Label:
    """Of a map with three dimensions only one channel can be drawn."""
    if channels == 1 or len(trace.layers[0].operator.axes) < 3:
        return label
    return Label(label.name, ", ".join(said for said in (label.detail, f"1 of {channels} channels drawn") if said))


def filters_label(traced: LayerTrace, *, narrow: bool) -> Label:
    """How many filters a layer has, of which size and kind; of a pool, its window. Narrow, with the size below."""
    op, layer = traced.operator, traced.layer
    assert isinstance(layer, Conv | ConvTranspose | Pool)
    moves = set(layer.stride) != {1} and not isinstance(layer, ConvTranspose)
    stride = [f"stride {per_axis(layer.stride)}"] if moves else []
    if isinstance(layer, Pool):
        return Label(f"{'max' if layer.reduce == 'max' else 'average'} {size(op.kernel_size)}", ", ".join(stride))
    cells = size((*op.kernel_size, op.in_channels // op.groups) if op.in_channels > 1 else op.kernel_size)
    name = "filter" if op.out_channels == 1 else f"{op.out_channels} filters"
    details = [*_filter_kind(traced), *stride]
    return Label(name, ", ".join([cells, *details])) if narrow else Label(f"{name} {cells}", ", ".join(details))


def _filter_kind(traced: LayerTrace) -> list[str]:
    op, flipped = traced.operator, kernel_label(traced).detail
    assert isinstance(traced.layer, Conv | ConvTranspose | Pool)
    said = []
    if op.groups > 1:
        said.append("depthwise" if op.groups == op.in_channels else f"{op.groups} groups")
    elif max(op.kernel_size) == 1 and op.in_channels > 1:
        said.append("pointwise")
    if set(traced.layer.dilation) != {1}:
        said.append(f"dilation {per_axis(traced.layer.dilation)}")
    if flipped:
        said.append(flipped)
    kernels = op.out_channels * op.in_channels // op.groups
    if len(op.axes) > 2 and kernels > 1:
        said.append(f"1 of {kernels} kernels drawn")
    return said
