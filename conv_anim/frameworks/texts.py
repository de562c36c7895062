"""A layer's text, as its library has it, to a sketch of a spec: ``nn.Conv2d(3, 8, 3)``, ``nn.Sequential(…)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from conv_anim.diagnostics import Code, Problem, Span, SpecError
from conv_anim.frameworks import libraries
from conv_anim.frameworks.arguments import bound
from conv_anim.frameworks.calls import plain
from conv_anim.frameworks.feeding import Feed, smallest
from conv_anim.frameworks.listing import listing
from conv_anim.frameworks.sketch import DRAWN, NOTHING, Sketch, unsupported
from conv_anim.frameworks.tables import BARE, TABLES
from conv_anim.frameworks.text_channels import Read, axes_of_text, channels_of_text, columns_of
from conv_anim.frameworks.unknown_layers import refusal, unknown
from conv_anim.spec.entering import axes_of
from conv_anim.spec.kinds import Invalid, Report
from conv_anim.spec.nodes import Items, Scalar
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from conv_anim.diagnostics import Source
    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.foreign import ForeignLayer
    from conv_anim.frameworks.listing import Listing
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record


INPUTS = ("Input", "InputLayer")


def sketched(
    source: Source, feed: Feed, names: Names | None = None, wanted: str | None = None, row: Listing | None = None
) -> Sketch:
    """What a text draws, fed as requested, or with what shows it well. Raises SpecError.

    ``names`` are the values of its names, ``wanted`` one of the classes or layers of a file; ``row`` are its layers
    where they are known already.
    """
    found = row or listing(source, names or {}, wanted)
    calls = [line.call for line in found.lines]
    feed = _inputs(calls, feed)
    notes, shown = _shown(calls, found)
    layers = read_all(shown, found)
    if not layers:
        span = calls[0].span if calls else Span(source, 1, 1, Span.TO_END)
        unsupported(NOTHING, Scalar(None, "", "", span), DRAWN)
    sketch = _fed(layers, feed)
    sketch.notes[:0] = [*found.notes, *notes]
    return sketch


# which layers


def kind_of(call: Call, found: Listing) -> Literal["drawn", "pointwise", "harmless", "beyond", "unknown"]:
    """What becomes of a call, by the library that it belongs to."""
    owners = [TABLES[owner] for owner in _owners(call, found.imports)]
    tables: list[tuple[Literal["drawn", "pointwise", "harmless", "beyond"], list[Container[str]]]] = [
        ("drawn", [owner.layers for owner in owners]),
        ("pointwise", [owner.pointwise for owner in owners]),
        ("harmless", [owner.harmless for owner in owners]),
        ("beyond", [owner.beyond for owner in owners]),
    ]
    return next((kind for kind, known in tables if any(call.short in each for each in known)), "unknown")


def _owners(call: Call, imports: Mapping[str, str]) -> tuple[str, ...]:
    """The libraries that a call's name may belong to: one, of a bare name both; none if it is no place of layers."""
    within = libraries.module(libraries.whole(call.name, imports))
    if not within:
        return BARE
    return tuple(
        name for name, table in TABLES.items() if within in table.modules or within.startswith(f"{table.modules[-1]}.")
    )


def _shown(calls: list[Call], found: Listing) -> tuple[list[str], list[Call]]:
    """Notes about layers that are not drawn, and the other layers."""
    notes: dict[str, None] = {}
    shown: list[Call] = []
    for call in calls:
        kind = kind_of(call, found)
        if kind == "beyond":
            notes[f"{call.name} and what follows it are not drawn: no window slides there"] = None
            break
        if kind in {"pointwise", "harmless"}:
            notes[f"{call.name} is not drawn: it moves nothing"] = None
        elif kind == "unknown" and found.loose:
            reason = refusal(call, _owners(call, found.imports))
            why = "it is not a known layer" if reason is None else reason.why
            notes[f"{call.name} is not drawn: {why}"] = None
        else:
            shown.append(call)
    return list(notes), shown


def read_all(calls: list[Call], found: Listing) -> list[Read]:
    """The layers with their arguments. Raises SpecError with the problems of all of them."""
    report, made = Report(), list[Read]()
    for call in calls:
        layer = _layer(call, found, report)
        if layer is None:
            continue
        before = len(report.problems)
        record = layer.keys.decode(bound(call, layer.keys, report, layer.positional), report)
        if len(report.problems) == before and not isinstance(record, Invalid):
            made.append(Read(call, layer, record))
    if report.problems:
        raise SpecError(_once(report.problems))
    return made


def _once(problems: list[Problem]) -> list[Problem]:
    """Without what is said to be missing of a call whose arguments cannot be read."""
    unreadable = {problem.path for problem in problems if problem.code is Code.NOT_YAML_DATA}
    return [p for p in problems if not (unreadable and p.code is Code.MISSING_KEY)] or problems


def layer_of(call: Call, found: Listing) -> ForeignLayer | None:
    """The layer of a table that a call is."""
    owners = _owners(call, found.imports)
    return next((TABLES[owner].layers[call.short] for owner in owners if call.short in TABLES[owner].layers), None)


def drawn_layer(call: Call, found: Listing) -> tuple[ForeignLayer, Record]:
    """The layer that a call is known to be, with its arguments. Raises SpecError."""
    layer, report = layer_of(call, found), Report()
    assert layer is not None
    return layer, layer.settings(bound(call, layer.keys, report, layer.positional), report)


def _layer(call: Call, found: Listing, report: Report) -> ForeignLayer | None:
    layer = layer_of(call, found)
    if layer is None:
        report.problems.append(unknown(call, _owners(call, found.imports), found.imports))
    return layer


def fed_size(found: Listing, feed: Feed) -> tuple[int, Size] | None:
    """The channels and the size that all layers of a text are fed; None where none of them says how many axes."""
    calls = [line.call for line in found.lines]
    feed = _inputs(calls, feed)
    layers = read_all([call for call in calls if kind_of(call, found) == "drawn"], found)
    if not layers:
        return None
    axes = axes_of_text(layers)
    wanted, sure = channels_of_text(layers)
    channels, size = feed.sized(axes, layers[0].call.name, wanted if sure else None)
    if size is not None:
        return channels or wanted, size
    return channels or wanted, ((SIDE,) * axes if axes and axes > 1 else (LENGTH,)) if axes != 3 else (BLOCK,) * 3


SIDE, LENGTH, BLOCK = 224, 1000, 32
"""Default sizes along each axis of a network's input: a picture, a sequence and a volume."""


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
    axes = axes_of_text(layers)
    wanted, sure = channels_of_text(layers)
    named = next((read.call.name for read in layers if read.layer.along(read.record) is not None), first.call.name)
    channels, size = feed.sized(axes, named, wanted if sure else None)
    channels = channels or wanted
    if size is not None:
        return _drawn(layers, channels, size, feed)
    if first.call.short == "Fold":
        return _noted(_drawn(layers, channels, columns_of(first), feed))
    grows = any(word in first.call.short for word in ("Transpose", "Upsampl", "UpSampl", "PixelShuffle"))
    return _noted(smallest(lambda size: _drawn(layers, channels, size, feed), axes or 2, grows=grows))


def _noted(sketch: Sketch) -> Sketch:
    sketch.notes.append(f"the input is {sketch.told}; --input says another size")
    return sketch


def _drawn(layers: list[Read], channels: int, size: Size, feed: Feed) -> Sketch:
    sketch = Sketch(channels, size, feed.span)
    for read in layers:
        axes = read.layer.along(read.record)
        if axes not in {None, sketch.axes}:
            what = f"{read.call.name} works along {axes_of(axes or 0)}, and what enters has {sketch.axes}"
            raise SpecError([Problem(Code.AXES, what, read.call.name, read.call.span)])
        read.layer.enter(read.record, sketch)
    sketch.settle()
    if not sketch.nodes:
        did = "cuts off" if layers[0].call.short.startswith("Cropping") else "pads"
        unsupported(f"{layers[0].call.name} {did} nothing here: nothing to draw", layers[0].record.node)
    return sketch
