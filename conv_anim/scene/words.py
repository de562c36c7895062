"""What a figure says in words: names of planes, caption, size formula, description. All follows from the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, assert_never

from conv_anim.spec.model import Conv, ConvTranspose, Labels, Pool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.spec.model import Layer, Padding, Size, Spec
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
        case Pool():
            return "Average pooling"
        case _:
            assert_never(layer)


def settings(layer: Layer) -> list[str]:
    """The parameters of a layer that are not their default."""
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


def _padding_setting(layer: Layer) -> str:
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
    arrows = "\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}".join(sizes)
    if len(trace.spec.layers) > 1:
        return f"{len(trace.spec.layers)} layers: {arrows}"
    layer = trace.spec.layers[0]
    return f"{kind(layer)}, {', '.join(settings(layer))}: {arrows}"


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
    lines = [_axis_formula(traced.layer, a) for a in range(len(traced.operator.axes))]
    return list(dict.fromkeys(lines))


def _axis_formula(layer: Layer, a: int) -> str:
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
