"""Models of PyTorch (.pt2), Keras (.keras) and Ultralytics (.yaml) in files, as a node of them or as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, SpecError, nearest
from conv_anim.frameworks.arrays import fed
from conv_anim.frameworks.feeding import Feed
from conv_anim.frameworks.keras_layers import KERAS
from conv_anim.frameworks.sketch import Sketch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from conv_anim.frameworks.calls import Names
    from conv_anim.spec.model import Given

LISTED = 1000


def from_pt2(path: Path, node: str | None) -> tuple[Sketch, str]:
    """All of a program that torch.export saved, or one of its nodes, with its numbers. Raises SpecError."""
    from conv_anim.frameworks.torch_aten import ATEN, drawn
    from conv_anim.frameworks.torch_export import loaded

    graph, name = loaded(path), path.stem
    if node is not None:
        steps = [step for step in graph.steps if step.name in ATEN]
        labels = [str(step.node.name) for step in steps]
        names = [step.path or label for step, label in zip(steps, labels, strict=True)]
        chosen = steps[_chosen(path, node, labels, names)]
        source = chosen.node.all_input_nodes[0]
        graph = replace(graph, inputs=(source,), steps=(chosen,), outputs=(chosen.node,))
        name = chosen.path or str(chosen.node.name)
    held: dict[str, Given] = {}
    shape = tuple(getattr(graph.inputs[0].meta.get("val"), "shape", ())) if graph.inputs else ()
    if len(shape) < 3 or not all(isinstance(n, int) for n in shape):
        what = f"its input has the shape {tuple(shape)}, and a figure is fed a map: (1, channels, rows, columns)"
        raise SpecError([Problem(Code.AXES, what, str(path))])
    sketch = fed(tuple(map(int, shape)), held, axes=len(shape) - 2, layer=name, channels=None)
    drawn(graph, sketch, held)
    sketch.finish()
    sketch.read.append(path)
    return sketch, name


def from_keras(path: Path, node: str | None, feed: Feed) -> tuple[Sketch, str]:
    """A layer of a .keras file; its numbers are made up, as those of a text. Raises SpecError."""
    from conv_anim.frameworks.keras_files import read, record
    from conv_anim.frameworks.keras_network import network

    name, layers = read(path)
    nodes = network(name, layers, feed.shape).nodes
    found = [(k, layer) for k, layer in enumerate(layers.found) if layer.kind in KERAS]
    _, layer = found[_chosen(path, node, [str(k) for k, _ in found], [each.name for _, each in found])]
    settings = record(layer)
    assert settings is not None
    shape = nodes[layer.feeds[0]].shape if layer.feeds else None
    known = KERAS[layer.kind]
    channels = shape[1] if shape is not None and len(shape) > 2 else None
    many, size = feed.sized(known.axes, layer.name, channels)
    if size is None and shape is not None and None not in shape[1:]:
        many, size = shape[1], tuple(n or 1 for n in shape[2:])
    if size is None:
        what, hint = f"the model leaves the size of what enters '{layer.name}' open", "--input 32x32 says one"
        raise SpecError([Problem(Code.MISSING_KEY, what, str(path), hint=hint)])
    sketch = Sketch(many or channels or 1, size)
    known.enter(settings, sketch)
    sketch.finish()
    sketch.note("the numbers are made up: weights of a .keras file are not read")
    sketch.read.append(path)
    return sketch, layer.name


@dataclass(frozen=True, slots=True)
class Written:
    """A layer as PyTorch writes it, and what it is fed."""

    text: str
    feed: Feed


def from_yolo(path: Path, node: str | None, feed: Feed, names: Names) -> tuple[Written, str]:
    """A layer with a window of a file of Ultralytics, which has no numbers, and its name. Raises SpecError."""
    from conv_anim.frameworks.yolo_files import read
    from conv_anim.frameworks.yolo_network import network

    nodes = network(path.stem, read(path, names), feed).nodes
    found = [each for each in nodes if each.window is not None]
    chosen = found[_chosen(path, node, [each.label for each in found], [each.name for each in found])]
    window, shape = chosen.window, nodes[chosen.inputs[0]].shape or ()
    assert window is not None
    entering = Feed(tuple(n or 1 for n in shape[1:]))
    settings = f"{window.kernel_size}, {window.stride}, {tuple(before for before, _ in window.padding or ())}"
    if chosen.weight is None:
        return Written(f"{chosen.kind}({settings})", entering), chosen.name
    channels = f"{shape[1]}, {chosen.channels}"
    if window.transposed:
        return Written(f"{chosen.kind}({channels}, {settings})", entering), chosen.name
    biased = chosen.parameters > prod(n or 0 for n in chosen.weight)
    more = f"dilation={window.dilation}, groups={window.groups}, bias={biased}"
    return Written(f"{chosen.kind}({channels}, {settings}, {more})", entering), chosen.name


def _chosen(path: Path, wanted: str | None, labels: Sequence[str], names: Sequence[str]) -> int:
    """Which of some nodes is meant. Raises SpecError, which lists them."""
    if wanted is None and len(names) == 1:
        return 0
    found = [k for k, (label, name) in enumerate(zip(labels, names, strict=True)) if wanted in {label, name}]
    if len(found) == 1:
        return found[0]
    lines = [f"{label}: {name}" for label, name in zip(labels[:LISTED], names, strict=False)]
    listed = "\n    ".join(["by name or number (--node):", *lines])
    if wanted is None:
        raise SpecError([Problem(Code.MISSING_KEY, "say which node is meant", str(path), hint=listed)])
    near = nearest(wanted, list(names))
    meant = "" if near is None else f"did you mean '{near}'? "
    what = f"no one node that can be drawn is called '{wanted}'"
    raise SpecError([Problem(Code.UNKNOWN_NAME, what, str(path), hint=meant + listed)])
