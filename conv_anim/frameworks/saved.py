"""Models of PyTorch (.pt2), Keras (.keras) and Ultralytics (.yaml) in files, as a node of them or as a whole."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.arrays import array, fed
from conv_anim.frameworks.choosing import LISTED, Choice, chosen
from conv_anim.frameworks.feeding import Feed
from conv_anim.frameworks.keras.layers import KERAS
from conv_anim.frameworks.keras.network import ACTIVATIONS, turned
from conv_anim.frameworks.sketch import DRAWN, Sketch
from conv_anim.spec.nodes import Scalar
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.keras.files import Layer
    from conv_anim.spec.model import Given
    from conv_anim.spec.network import Sizes


def from_pt2(path: Path, node: str | None) -> tuple[Sketch, str]:
    """All of a program that torch.export saved, or one of its nodes, with its numbers. Raises SpecError."""
    from conv_anim.frameworks.torch.aten import ATEN, drawn
    from conv_anim.frameworks.torch.export import loaded

    graph, name = loaded(path), path.stem
    if node is not None:
        steps = [step for step in graph.steps if step.name in ATEN]
        labels = [str(step.node.name) for step in steps]
        choices = [_choice(label, step.path or label, step.name) for step, label in zip(steps, labels, strict=True)]
        step = steps[chosen(choices, node, _wrong(path))]
        source = step.node.all_input_nodes[0]
        graph = replace(graph, inputs=(source,), steps=(step,), outputs=(step.node,))
        name = step.path or str(step.node.name)
    held: dict[str, Given] = {}
    shape = tuple(getattr(graph.inputs[0].meta.get("val"), "shape", ())) if graph.inputs else ()
    if len(shape) < 3 or not all(isinstance(n, int) for n in shape):
        what = f"its input has the shape {tuple(shape)}, and a figure needs a map: (1, channels, rows, columns)"
        raise SpecError([Problem(Code.AXES, what, str(path))])
    sketch = fed(tuple(map(int, shape)), held, axes=len(shape) - 2, layer=name, channels=None)
    drawn(graph, sketch, held)
    sketch.settle()
    sketch.read.append(path)
    return sketch, name


def from_keras(path: Path, node: str | None, feed: Feed) -> tuple[Sketch, str]:
    """A layer of a .keras file with its numbers, if they can be read, and its activation. Raises SpecError."""
    from conv_anim.frameworks.keras.files import read, record
    from conv_anim.frameworks.keras.network import network

    name, layers = read(path)
    nodes = network(name, layers, feed.shape).nodes
    found = [(k, layer) for k, layer in enumerate(layers.found) if layer.kind in KERAS]
    if not found:
        kinds = ", ".join(sorted({layer.kind for layer in layers.found})[:LISTED]) or "no layers"
        what = f"nothing in this model can be drawn by itself: it has {kinds}"
        raise SpecError([Problem(Code.UNSUPPORTED, what, str(path), hint=DRAWN)])
    choices = [_choice(str(k), each.name, each.kind) for k, each in found]
    _, layer = found[chosen(choices, node, _wrong(path))]
    settings = record(layer)
    assert settings is not None
    known = KERAS[layer.kind]
    held: dict[str, Given] = {}
    fed_shape = (nodes[layer.feeds[0]].shape if layer.feeds else None) or turned(layer)
    sketch = fed(
        _entering(path, layer, known.axes, fed_shape, feed), held, axes=known.axes, layer=layer.name, channels=None
    )
    sketch.weights = _keras_weights(path, layer, held, sketch)
    known.enter(settings, sketch)
    _activated(layer, sketch)
    sketch.settle()
    sketch.read.append(path)
    return sketch, layer.name


def _entering(path: Path, layer: Layer, axes: int | None, shape: Sizes | None, feed: Feed) -> tuple[int, ...]:
    """(channels, *size) as requested, else as the model has it. Raises SpecError."""
    channels = shape[1] if shape is not None and len(shape) > 2 else None
    many, size = feed.sized(axes, layer.name, channels)
    if size is None and shape is not None and None not in shape[1:]:
        many, size = shape[1], tuple(n or 1 for n in shape[2:])
    if size is None:
        what, hint = f"the model leaves the size of what enters '{layer.name}' open", "--input 32x32 says one"
        raise SpecError([Problem(Code.MISSING_KEY, what, str(path), hint=hint)])
    return (many or channels or 1, *size)


def _keras_weights(path: Path, layer: Layer, held: dict[str, Given], sketch: Sketch) -> dict[str, Any]:
    """The numbers of a layer that has some; without them a note says why they are made up."""
    from conv_anim.frameworks.keras.weights import NoWeightsError, arrays, keys

    if "Conv" not in layer.kind:
        return {}
    try:
        found = keys(layer, arrays(path, layer))
    except NoWeightsError as error:
        sketch.note(f"the numbers are made up: {error}")
        return {}
    bias = found.pop("bias")
    made: dict[str, Any] = {"bias": None if bias is None else list(array(bias, layer.name).numbers)}
    for key, values in found.items():
        place = layer.name if key == "weight" else f"{layer.name}.{key}"
        held[place] = array(values, place)
        made[key] = {"file": place}
    return made


APPLIED = ("relu", "sigmoid", "tanh", "silu", "gelu")
"""Activations that a layer of a spec computes."""


def _activated(layer: Layer, sketch: Sketch) -> None:
    """Its activation, which takes part where its numbers are known. Raises SpecError for one that cannot be drawn."""
    given = layer.config.get("activation")
    sketch.notes[:] = [note for note in sketch.notes if not note.startswith("the activation")]
    if given in {None, "linear"} or not layer.kind.endswith(("D", "DTranspose")):
        return
    name = ACTIVATIONS.get(given) if isinstance(given, str) else None
    if name not in APPLIED:
        sketch.note(f"the numbers are those before the activation, {given if isinstance(given, str) else 'its own'}")
        return
    sketch.add(name, Scalar(name, name, layer.name))


def from_yolo(path: Path, node: str | None, feed: Feed, names: Names) -> tuple[str, Feed, str]:
    """A layer with a window of a file of Ultralytics, which has no numbers: its text, its input and its name.

    Raises SpecError.
    """
    from conv_anim.frameworks.yolo.files import read
    from conv_anim.frameworks.yolo.network import network

    nodes = network(path.stem, read(path, names), feed).nodes
    found = [each for each in nodes if each.window is not None]
    picked = found[chosen([_choice(each.label, each.name, each.kind) for each in found], node, _wrong(path))]
    window, shape = picked.window, nodes[picked.inputs[0]].shape or ()
    assert window is not None
    entering = Feed(tuple(n or 1 for n in shape[1:]))
    settings = f"{window.kernel_size}, {window.stride}, {tuple(before for before, _ in window.padding or ())}"
    if picked.weight is None:
        return f"{picked.kind}({settings})", entering, picked.name
    channels = f"{shape[1]}, {picked.channels}"
    if window.transposed:
        return f"{picked.kind}({channels}, {settings})", entering, picked.name
    biased = picked.parameters > prod(n or 0 for n in picked.weight)
    more = f"dilation={window.dilation}, groups={window.groups}, bias={biased}"
    return f"{picked.kind}({channels}, {settings}, {more})", entering, picked.name


def _choice(label: str, name: str, kind: str) -> Choice:
    return Choice(label, (name,), kind, lambda: kind)


def _wrong(path: Path) -> Callable[[str, str, Code], SpecError]:
    return lambda message, hint, code: SpecError([Problem(code, message, str(path), hint=hint)])
