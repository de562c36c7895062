"""What planes and maps are called, how large they are, and what is to be known about them: all from the trace."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from conv_anim.scene.wording.language import Language
from conv_anim.spec.model import Labels
from conv_anim.tracing.analysis import unread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.spec.model import Padding, Size
    from conv_anim.tracing.operators import Operator
    from conv_anim.tracing.trace import LayerTrace, Trace

TIMES = "\N{MULTIPLICATION SIGN}"
MINUS = "\N{MINUS SIGN}"


class Label(NamedTuple):
    """What a plane is called, its size, and what is to be known about it."""

    name: str
    detail: str = ""

    def called(self, name: str | None) -> Label:
        """With the name that a spec gives it, if it gives one."""
        return self if name is None else Label(name, self.detail)


def said_of(trace: Trace) -> Language:
    """The language of a trace's figure."""
    return Language(trace.spec.lang)


def ends_of(trace: Trace) -> tuple[str, str]:
    """What input and output are called."""
    given, say = trace.spec.labels or Labels(), said_of(trace)
    first, last = trace.layer.layer.roles[0], trace.layers[-1].layer.roles[2]
    return given.input or say(first), given.output or say(last)


def kernel_of(trace: Trace) -> str:
    """What the kernel is called."""
    return (trace.spec.labels or Labels()).kernel or said_of(trace)(trace.layer.layer.roles[1])


# numbers, the same in every language


def size(cells: Iterable[int], channels: int = 1, say: Language | None = None) -> str:
    """``5×5``, with more than one channel ``5×5×3``; of a flat vector, which has no axes, how many numbers.

    A length with channels is put in words, ``length 6, 8 channels``: as ``6×8`` it would be a plane.
    """
    axes = tuple(cells)
    if say is not None and len(axes) == 1 and channels > 1:
        return say("size.channels", size=number(axes[0]), count=channels)
    return TIMES.join(map(number, (*axes, channels) if channels > 1 or not axes else axes))


def length(cells: Iterable[int], say: Language) -> str:
    """A size beside words: ``2×2``; of a row ``length 4``, as a bare number would be taken for a count."""
    axes = tuple(cells)
    return say("size.length", size=number(axes[0])) if len(axes) == 1 else size(axes)


def part(cells: Iterable[int], say: Language) -> str:
    """How much of a map: ``5×5``; of a row ``5 cells``."""
    axes = tuple(cells)
    return say("size.cells", count=number(axes[0])) if len(axes) == 1 and axes[0] > 1 else size(axes)


def number(n: int) -> str:
    """A whole number with a proper minus sign."""
    return str(n).replace("-", MINUS)


def per_axis(values: Size) -> str:
    """One number where the axes agree, else all of them."""
    return number(values[0]) if len(set(values)) == 1 else size(values)


def padding(pads: Padding, say: Language) -> str:
    """One number where all sides agree, else before and after, axis by axis where they differ."""
    if all(before == after for before, after in pads):
        return per_axis(tuple(before for before, _ in pads))
    return say.joined(
        _sides(pair, name, say) for name, pair in zip(axis_names(len(pads)), pads, strict=True) if any(pair)
    )


def _sides(pair: tuple[int, int], name: str, say: Language) -> str:
    """``1 row below``, ``1 column left, 2 right``: before and after along an axis, where they differ."""
    before, after = (say(f"side.{name}.{end}") for end in ("before", "after"))
    if pair[0] == pair[1]:
        unit = say(f"axis.{name}.{'one' if abs(pair[0]) == 1 else 'many'}")
        return say("side.both", count=number(pair[0]), unit=unit, before=before, after=after)
    there = [(count, side) for count, side in zip(pair, (before, after), strict=True) if count]
    (count, side), *more = there
    unit = say(f"axis.{name}.{'one' if abs(count) == 1 else 'many'}")
    first = say("side.first", count=number(count), unit=unit, side=side)
    return say.joined([first, *(say("side.more", count=number(n), side=at) for n, at in more)])


# input and output


def input_label(traced: LayerTrace, say: Language) -> Label:
    """The input plane's name and what was done to it before the window came."""
    ends = traced.layer.ends
    name = say(f"label.{traced.layer.roles[0]}", size=_labelled(ends.in_size, ends.in_channels, say))
    return Label(name, canvas_detail(traced, say))


def _labelled(cells: Size, channels: int, say: Language) -> str:
    """The size of a map beside its name, where the bare number of a row's cells would be taken for a value."""
    return length(cells, say) if channels == 1 else size(cells, channels, say)


def canvas_detail(traced: LayerTrace, say: Language) -> str:
    """Padding of a convolution; inserted zeros and border of a transposed one; what is never read."""
    window = traced.layer.window
    unread = [] if window is None or window.transposed else never_read(window, say)
    return say.joined([traced.layer.surroundings(say), *unread])


def border(window: Operator, say: Language) -> str:
    """The border without output_padding, and where it comes from, so that it is not taken for the padding."""
    cells: Padding = tuple((axis.before, axis.after - axis.extra) for axis in window.axes)
    (k, d, (before, after)), *others = {(axis.kernel, axis.dilation, axis.cut) for axis in window.axes}
    known = not others and before == after
    one, other, less = (f" {n}" if known else "" for n in (k, d, before))
    reach = f"{say('kernel')}{one} {MINUS} 1"
    if {axis.dilation for axis in window.axes} != {1}:
        reach = f"{say('formula.dilation')}{other}·({reach})"
    return f"{padding(cells, say)} = {reach} {MINUS} {say('formula.padding')}{less}"


def never_read(window: Operator, say: Language) -> list[str]:
    """Rows, columns, … that no window reads, at either end and in between, those of one number together."""
    found = list(zip(unread(window), axis_names(len(window.axes)), strict=True))
    ends = [("first", cells.first, name) for cells, name in found if cells.first]
    ends += [("padding" if cells.padding else "last", cells.last, name) for cells, name in found if cells.last]
    said = []
    for (key, count), alike in groupby(ends, key=lambda end: end[:2]):
        many = "one" if count == 1 else "many"
        named = say.listed(say(f"axis.{name}.{many}") for _, _, name in alike)
        said.append(say(f"unread.{key}.{many}", count=count, cells=named))
    between = [say(f"axis.{name}.many") for cells, name in found if cells.between]
    return [*said, say("unread.between", cells=say.listed(between))] if between else said


def axis_names(count: int) -> tuple[str, ...]:
    """The phrases' names for the axes of an input with so many."""
    return ("cell",) if count == 1 else ("slice", "row", "column")[3 - count :]


def kernel_label(traced: LayerTrace, say: Language) -> Label:
    """What stands beside a kernel."""
    name = say(f"label.{traced.layer.roles[1]}", size=size(traced.operator.kernel_size))
    return Label(name, say("label.flipped") if _flips(traced) else "")


def _flips(traced: LayerTrace) -> bool:
    return any(axis.flipped and axis.kernel > 1 for axis in traced.operator.axes)


def output_label(traced: LayerTrace, say: Language) -> Label:
    """What stands beside an output."""
    ends = traced.layer.ends
    return Label(say(f"label.{traced.layer.roles[2]}", size=_labelled(ends.out_size, ends.out_channels, say)))


def floor_labels(trace: Trace) -> list[Label]:
    """One label for each map of the trace, from the input to the output."""
    say = said_of(trace)
    first, *others = trace.layers
    labels = [input_label(first, say)]
    for k, layer in enumerate(others, start=1):
        ends = layer.layer.ends
        name = say("label.layer", number=k, size=_labelled(ends.in_size, ends.in_channels, say))
        labels.append(Label(name, canvas_detail(layer, say)))
    last, given = output_label(trace.layers[-1], say), trace.spec.labels or Labels()
    return [labels[0].called(given.input), *labels[1:], last.called(given.output)]


def labels(trace: Trace) -> list[Label]:
    """Labels of input, kernel (if there is one) and output of a trace of one layer."""
    traced, given, say = trace.layer, trace.spec.labels or Labels(), said_of(trace)
    kernel = [] if traced.kernels is None else [kernel_label(traced, say).called(given.kernel)]
    return [input_label(traced, say).called(given.input), *kernel, output_label(traced, say).called(given.output)]
