"""A layer's text, as PyTorch or Keras has it, to a sketch of a spec: ``nn.Conv2d(3, 8, 3)``, ``nn.Sequential(…)``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, SpecError, nearest
from conv_anim.frameworks import keras_layers, torch_layers
from conv_anim.frameworks.arguments import bound, unread
from conv_anim.frameworks.calls import Call, Group, Unread, parsed, plain
from conv_anim.frameworks.feeding import ENOUGH, Feed, candidates
from conv_anim.frameworks.sketch import DRAWN, NOTHING, Sketch, unsupported
from conv_anim.spec.entering import axes_of
from conv_anim.spec.kinds import Invalid, Report
from conv_anim.spec.nodes import Items, Scalar
from conv_anim.spec.sizes import conv_size, effective_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conv_anim.diagnostics import Source
    from conv_anim.frameworks.calls import Value
    from conv_anim.frameworks.foreign import ForeignLayer
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record

SEQUENTIAL = "Sequential"
INPUTS = ("Input", "InputLayer")
NAMED = ("OrderedDict",)
LAYERS: dict[str, Mapping[str, ForeignLayer]] = {"PyTorch": torch_layers.TORCH, "Keras": keras_layers.KERAS}
POINTWISE = {*torch_layers.POINTWISE, *keras_layers.POINTWISE}
HARMLESS = {*torch_layers.HARMLESS, *keras_layers.HARMLESS}
BEYOND = {*torch_layers.BEYOND, *keras_layers.BEYOND}
KEEPING = ("Pool", "Pad", "Upsampl", "UpSampl", "Unpool")
"""In the names of layers that have as many channels as their input."""


@dataclass(frozen=True, slots=True)
class Read:
    """A layer of the text, with its arguments."""

    call: Call
    layer: ForeignLayer
    record: Record


def sketched(source: Source, feed: Feed) -> Sketch:
    """What a text draws, fed as it is said, or with what shows it well. Raises SpecError."""
    calls = list(_flat(parsed(source)))
    feed = _inputs(calls, feed)
    notes, shown = _shown(calls)
    layers = _read(shown)
    if not layers:
        call = calls[0] if calls else parsed(source)
        unsupported(NOTHING, Scalar(None, "", "", call.span), DRAWN)
    sketch = _fed(layers, feed)
    sketch.notes[:0] = notes
    return sketch


# which layers


def _flat(value: Value) -> Iterator[Call]:
    """The layers of a call, through all that only puts them in a row."""
    match value:
        case Call() if value.short in {SEQUENTIAL, *NAMED}:
            for argument in value.arguments:
                if argument.keyword is None or argument.keyword.text == "layers":
                    yield from _flat(argument.value)
        case Call():
            yield value
        case Group(items=(Scalar(value=str()), layer)):
            yield from _flat(layer)
        case Group():
            for item in value.items:
                yield from _flat(item)
        case Unread():
            raise SpecError([unread(value, "a layer")])
        case Scalar():
            raise SpecError([Problem(Code.WRONG_TYPE, f"{value.text} is no layer", "", value.span)])


def _shown(calls: list[Call]) -> tuple[list[str], list[Call]]:
    """What is said about layers that are not drawn, and the others."""
    notes: dict[str, None] = {}
    shown: list[Call] = []
    for call in calls:
        if call.short in BEYOND:
            notes[f"{call.name} and what follows it are not drawn: no window slides there"] = None
            break
        if call.short in POINTWISE | HARMLESS:
            notes[f"{call.name} is not drawn: it moves nothing"] = None
        else:
            shown.append(call)
    return list(notes), shown


def _read(calls: list[Call]) -> list[Read]:
    """The layers with their arguments. Raises SpecError with the problems of all of them."""
    report, found = Report(), list[Read]()
    for call in calls:
        layer = _layer(call, report)
        if layer is None:
            continue
        before = len(report.problems)
        record = layer.keys.decode(bound(call, layer.keys, report), report)
        if len(report.problems) == before and not isinstance(record, Invalid):
            found.append(Read(call, layer, record))
    if report.problems:
        raise SpecError(_once(report.problems))
    return found


def _once(problems: list[Problem]) -> list[Problem]:
    """Without what is said to be missing of a call whose arguments cannot be read."""
    unreadable = {problem.path for problem in problems if problem.code is Code.NOT_YAML_DATA}
    return [p for p in problems if not (unreadable and p.code is Code.MISSING_KEY)] or problems


def _layer(call: Call, report: Report) -> ForeignLayer | None:
    tables = [table for name, table in LAYERS.items() if name in _frameworks(call.prefix)]
    for table in tables:
        if call.short in table:
            return table[call.short]
    near = nearest(call.short, [name for table in reversed(tables) for name in table])
    dot = f"{call.prefix}." if call.prefix else ""
    hint = DRAWN if near is None else f"did you mean '{dot}{near}'? {DRAWN}"
    report.problems.append(Problem(Code.UNKNOWN_NAME, f"no layer is known as '{call.name}'", "", call.span, hint))
    return None


def _frameworks(prefix: str) -> tuple[str, ...]:
    """Whose layers a module's name stands for."""
    if prefix == "nn" or "torch" in prefix:
        return ("PyTorch",)
    if "keras" in prefix or "layers" in prefix or prefix == "tf":
        return ("Keras",)
    return ("PyTorch", "Keras")


# what they are fed


def _inputs(calls: list[Call], feed: Feed) -> Feed:
    """The input as Keras's Input says it, which is taken out of the calls, unless it is said already."""
    last = not any(_argument(call, "data_format") == "channels_first" for call in calls)
    for call in list(calls):
        if call.short in INPUTS:
            calls.remove(call)
        value = _argument(call, "shape" if call.short in INPUTS else "input_shape", first=call.short in INPUTS)
        if feed.shape is None and isinstance(value, tuple):
            feed = replace(feed, shape=value, span=call.span, channels_last=last)
    return feed


def _argument(call: Call, name: str, *, first: bool = False) -> Any:
    """A text, or whole numbers as a tuple; None for all else."""
    for k, argument in enumerate(call.arguments):
        if (first and k == 0 and argument.keyword is None) or (argument.keyword and argument.keyword.text == name):
            node = plain(argument.value, name)
            if isinstance(node, Scalar):
                return node.value
            if isinstance(node, Items):
                numbers = tuple(item.value for item in node.items if isinstance(item, Scalar))
                return numbers if all(isinstance(n, int) and n > 0 for n in numbers) else None
    return None


def _fed(layers: list[Read], feed: Feed) -> Sketch:
    first = layers[0]
    axes = _axes(layers)
    wanted, sure = _channels(layers)
    named = next((read.call.name for read in layers if read.layer.axes is not None), first.call.name)
    channels, size = feed.sized(axes, named, wanted if sure else None)
    channels = channels or wanted
    if size is not None:
        return _drawn(layers, channels, size, feed)
    if first.call.short == "Fold":
        return _noted(_drawn(layers, channels, _columns(first.record), feed))
    return _noted(_best(layers, channels, axes or 2, feed))


def _noted(sketch: Sketch) -> Sketch:
    channels, size = sketch.fed
    along = "x".join(map(str, size))
    many = f" with {channels} channels" if channels > 1 else ""
    sketch.notes.append(f"the input is {along}{many}; --input says another size")
    return sketch


def _best(layers: list[Read], channels: int, axes: int, feed: Feed) -> Sketch:
    """With the smallest input that shows how the window moves, else the smallest that fits at all."""
    fitting: Sketch | None = None
    problem: SpecError | None = None
    grows = any(word in layers[0].call.short for word in ("Transpose", "Upsampl", "UpSampl", "PixelShuffle"))
    for size in candidates(axes, grows=grows):
        try:
            sketch = _drawn(layers, channels, size, feed)
        except SpecError as error:
            problem = problem or error
            continue
        fitting = fitting or sketch
        if min(sketch.size) >= ENOUGH[axes]:
            return sketch
    if fitting is None:
        assert problem is not None
        raise problem
    return fitting


def _drawn(layers: list[Read], channels: int, size: Size, feed: Feed) -> Sketch:
    sketch = Sketch(channels, size, feed.span)
    for read in layers:
        axes = read.layer.axes
        if axes not in {None, sketch.axes}:
            what = f"{read.call.name} works along {axes_of(axes or 0)}, and what enters has {sketch.axes}"
            raise SpecError([Problem(Code.AXES, what, read.call.name, read.call.span)])
        read.layer.enter(read.record, sketch)
    sketch.finish()
    return sketch


def _channels(layers: list[Read]) -> tuple[int, bool]:
    """How many channels the input has as the layers say it, and whether they do; else as many as show something."""
    for read in layers:
        if read.record.has(torch_layers.IN_CHANNELS):
            return read.record.of(torch_layers.IN_CHANNELS), True
        if not any(word in read.call.short for word in KEEPING):
            return _some(read), False
    return 1, False


def _some(read: Read) -> int:
    record, name = read.record, read.call.short
    match name:
        case "PixelShuffle":
            return record.of(torch_layers.UP) ** 2
        case "ChannelShuffle":
            return 2 * record.of(torch_layers.SHUFFLED)
        case "Fold":
            return _taps(record)
        case _ if "Depthwise" in name or "Separable" in name:
            return 3
        case _:
            return record.of(torch_layers.GROUPS) if record.has(torch_layers.GROUPS) else 1


def _pair(value: int | tuple[int, ...]) -> tuple[int, ...]:
    return (value, value) if isinstance(value, int) else value


def _taps(record: Record) -> int:
    rows, columns = _pair(record.of(torch_layers.KERNEL_SIZE))
    return rows * columns


def _columns(record: Record) -> Size:
    """As many columns as windows lie on what a fold makes."""
    fields = (torch_layers.FOLDED, torch_layers.KERNEL_SIZE, torch_layers.STRIDE, torch_layers.PADDING)
    out, kernel, stride, padding = (_pair(record.of(field)) for field in fields)
    windows = map(effective_kernel, kernel, _pair(record.of(torch_layers.DILATION)))
    rows, columns = (
        conv_size(o, window, s, (p, p)) for o, window, s, p in zip(out, windows, stride, padding, strict=True)
    )
    return (max(1, rows * columns),)


def _axes(layers: list[Read]) -> int | None:
    """Along how many axes the layers work, as far as one of them says it."""
    for read in layers:
        if read.layer.axes is not None:
            return read.layer.axes
        mode = read.record.get(torch_layers.UPSAMPLING) if read.call.short == "Upsample" else None
        if mode in torch_layers.MODE_AXES:
            return torch_layers.MODE_AXES[mode]
    return None
