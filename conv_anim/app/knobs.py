"""What a reader of ``play`` can turn: the parameters of the layers and how they are shown, each with its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from conv_anim import pages, pipeline
from conv_anim.diagnostics import SpecError
from conv_anim.spec import document, yaml_text
from conv_anim.spec.nodes import Entries, Items, Scalar, from_python
from conv_anim.spec.op_types import TYPES
from conv_anim.spec.overrides import Change, parts, put
from conv_anim.spec.themes import THEMES
from conv_anim.spec.views import VIEWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.limits import Limits
    from conv_anim.spec.arrays import Files
    from conv_anim.spec.model import Spec
    from conv_anim.spec.nodes import Node

RANGES = {
    "out_channels": range(1, 5),
    "kernel_size": range(1, 8),
    "stride": range(1, 5),
    "padding": range(5),
    "output_padding": range(3),
    "dilation": range(1, 5),
    "groups": range(1, 5),
    "scale_factor": range(2, 5),
}
SIZES = range(3, 13)
"""Cells of a side of the input."""
MOST_LAYERS = 3
"""Layers whose parameters can be turned; of more, none."""


class Knob(NamedTuple):
    """A place of a spec, what it is called, and its values as they are written, with the number of the one it has."""

    path: str
    label: str
    values: tuple[str, ...]
    chosen: int
    kind: str


def knobs(root: Entries, spec: Spec) -> list[Knob]:
    """Those of a spec, by the tree that it was read from. Its own controls come first."""
    found = [*_asked(root, spec), *_of_layers(root), *_of_input(root), *_of_appearance(spec)]
    ungrouped = {"layer.groups"} if spec.input.channels == 1 else set()  # one channel has no groups
    first: dict[str, Knob] = {}
    for knob in found:
        if knob.path not in ungrouped:
            first.setdefault(knob.path, knob)
    return list(first.values())


def _asked(root: Entries, spec: Spec) -> Iterator[Knob]:
    labels = pages.labels([control.path for control in spec.controls])
    first = spec.states[spec.first_state].chosen if spec.states else ()
    for control, label, k in zip(spec.controls, labels, first, strict=True):
        own = _value(root, control.path)
        if own is None or own in control.values:
            chosen = k if own is None else control.values.index(own)
            yield Knob(control.path, label, control.values, chosen, control.kind)
        elif control.kind == "slider" and _is_number(own):
            values = tuple(sorted((*control.values, own), key=float))
            yield Knob(control.path, label, values, values.index(own), "slider")
        else:
            yield Knob(control.path, label, (own, *control.values), 0, "stepper")


def _is_number(text: str) -> bool:
    return isinstance(document.scalar(text), int | float)


def _value(root: Node, path: str) -> str | None:
    """What stands at a place, on one line; None if nothing does."""
    node: Node | None = root
    for part in path.replace("[", ".").replace("]", "").split("."):
        match node:
            case Entries():
                node = node.get(part)
            case Items() if part.isdecimal() and int(part) < len(node.items):
                node = node.items[int(part)]
            case _:
                return None
    return None if node is None else _written(node)


def _written(node: Node) -> str:
    return node.text if isinstance(node, Scalar) else yaml_text.flow(node)


def _of_layers(root: Entries) -> Iterator[Knob]:
    one, more = root.get("layer"), root.get("layers")
    if isinstance(one, Entries):
        yield from _of_layer(one, "layer", "")
    if isinstance(more, Items) and len(more.items) <= MOST_LAYERS:
        for k, layer in enumerate(more.items):
            if isinstance(layer, Entries):
                yield from _of_layer(layer, f"layers.{k}", f"{k + 1}: ")


def _of_layer(layer: Entries, path: str, before: str) -> Iterator[Knob]:
    type_ = layer.get("type")
    kind = TYPES.get(type_.text) if isinstance(type_, Scalar) else None
    for field in () if kind is None else kind.keys.fields:
        if field.name in RANGES:
            given = layer.get(field.name)
            default = RANGES[field.name][0] if field.plain_default is None else field.plain_default
            own = str(default) if given is None else _written(given)
            label = before + field.name.replace("_", " ")
            yield _numbered(f"{path}.{field.name}", label, own, RANGES[field.name])


def _numbered(path: str, label: str, own: str, numbers: range) -> Knob:
    """A slider, unless its value is not a number."""
    if own.isdecimal():
        values = tuple(map(str, sorted({int(own), *numbers})))
        return Knob(path, label, values, values.index(own), "slider")
    values = (own, *map(str, numbers))
    return Knob(path, label, values, 0, "stepper")


def _of_input(root: Entries) -> Iterator[Knob]:
    """Its size, as far as it is a line, a square or a cube that no list of values has."""
    fed = root.get("input")
    size = fed.get("size") if isinstance(fed, Entries) else None
    values = fed.get("values") if isinstance(fed, Entries) else None
    if not isinstance(size, Items) or not isinstance(values, Scalar | None):
        return
    sides = {node.value for node in size.items if isinstance(node, Scalar)}
    if len(sides) == 1 and all(isinstance(side, int) for side in sides):
        written = {side: f"[{', '.join([str(side)] * len(size.items))}]" for side in {*sides, *SIZES}}
        found = tuple(written[side] for side in sorted(written))
        yield Knob("input.size", "input size", found, found.index(written[next(iter(sides))]), "stepper")


def _of_appearance(spec: Spec) -> Iterator[Knob]:
    """View and theme, if they are the same in all of it."""
    if spec.panels:
        return
    for path, own, known in (("view", spec.view.kind, VIEWS), ("theme", spec.theme.name, THEMES)):
        names = tuple(known)
        values = names if own in names else (own, *names)
        yield Knob(path, path, values, values.index(own), "stepper")


# what cannot be


def whys(knob: Knob, root: Entries, files: Files, limits: Limits) -> list[str]:
    """For each of its values why it cannot be, beside everything else as it is; empty where it can."""
    return [
        "" if k == knob.chosen else _why(root, knob.path, value, files, limits) for k, value in enumerate(knob.values)
    ]


def _why(root: Entries, path: str, value: str, files: Files, limits: Limits) -> str:
    try:
        pipeline.changed(put(root, change(path, value, limits)), (), files, limits=limits)
    except SpecError as error:
        return error.problems[0].message
    return ""


def change(path: str, value: str, limits: Limits) -> Change:
    """A value, as YAML writes it, to be put at a place. Raises SpecError."""
    from conv_anim.spec import overrides

    return overrides.change(f"{path}={value}", limits)


def numbers_at(path: str, numbers: Any) -> Change:
    """An array, as nested lists, to be put at a place."""
    return Change(parts(path, lambda *_: None), from_python(numbers))
