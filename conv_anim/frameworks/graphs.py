"""``from_onnx``: a node of an ONNX model with its weights, as a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.arrays import array, fed
from conv_anim.frameworks.choosing import LISTED, Choice, chosen
from conv_anim.frameworks.feeding import Feed, smallest
from conv_anim.frameworks.onnx.files import Model
from conv_anim.frameworks.onnx.layers import ONNX, POINTWISE
from conv_anim.frameworks.specs import spec_of
from conv_anim.spec.entering import count_of_channels

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Given, Size, Spec
    from conv_anim.spec.network import Sizes

SQUARE = 7
"""The size along each axis of an input where only its channels are given."""


def from_onnx(
    path: str | PathLike[str],
    node: str | int | None = None,
    input: Any = None,  # noqa: A002  # as the framework calls it
    **keys: Any,
) -> Spec:
    """The figure of one node of an ONNX model, with its own weights and bias.

    ``node`` is its name, the name of its output, or its number among the nodes that can be drawn; it may be left out
    where there is only one. ``input`` is an array (channels, *size), with or without a batch of 1 in front, or a tuple
    of sizes; by default the size that the model says. ``keys`` are those of a spec: ``view="flat"``. Raises SpecError.
    """
    model = Model.read(path)
    return spec_of(_sketch(model, _chosen(model, node), input, Feed()), keys)


def sketched(path: Path, node: str | None, feed: Feed) -> tuple[Sketch, str]:
    """A node as the command line asks for it, and its name."""
    model = Model.read(path)
    found = _chosen(model, node)
    return _sketch(model, found, None, feed), found.name


def drawn_node(model: Model, node: Node) -> Sketch:
    """A node, fed what the model says. Raises SpecError."""
    return _sketch(model, node, None, Feed())


def _chosen(model: Model, wanted: str | int | None) -> Node:
    """The node that is meant. Raises SpecError, which lists those that there are."""
    drawable = [node for node in model.nodes if node.operator in ONNX]
    nodes = [node for node in drawable if node.operator not in POINTWISE] or drawable
    if not nodes and wanted is None:
        kinds = ", ".join(sorted({node.kind for node in model.nodes})[:LISTED]) or "no nodes"
        raise model.problem(f"nothing in this model can be drawn: it has {kinds}", f"drawn are {', '.join(ONNX)}")
    listed = [_choice(node) for node in nodes]
    return model.nodes[chosen([_choice(node) for node in model.nodes], wanted, model.problem, listed)]


def _choice(node: Node) -> Choice:
    return Choice(node.label, (node.name, *node.names), node.kind, lambda: described(node), node.operator in ONNX)


def described(node: Node) -> str:
    """Its operator with its window and its channels: Conv 3x3, stride 2, 64 to 128 channels."""
    from conv_anim.frameworks.onnx.network import channels_of, window_of

    window, channels = window_of(node), channels_of(node)
    parts = [node.kind]
    if window is not None:
        parts[0] += " " + "x".join(map(str, window.kernel_size))
        if set(window.stride) != {1}:
            parts.append("stride " + "x".join(map(str, dict.fromkeys(window.stride))))
    if channels is not None:
        parts.append(
            f"{channels[0]} to {channels[1]} channels" if channels[0] != channels[1] else f"{channels[0]} channels"
        )
    return ", ".join(parts)


def _sketch(model: Model, node: Node, given: Any, feed: Feed) -> Sketch:
    """A node, fed as requested, else as the model says; what both leave open is small, with a note."""
    node.check_names()
    weight = node.array(_weight_at(node)) if node.operator in WEIGHTED else None
    channels = None if weight is None else _channels(node, weight)
    axes = node.axes if weight is None else weight.ndim - 2
    if feed.shape is not None or feed.channels is not None:
        given = _shape(node, feed, axes, channels)
    if given is not None:
        return _made(model, node, given, weight)
    said = _size(node, axes, channels)
    if None not in said[1:]:
        return _made(model, node, tuple(n or 1 for n in said), weight)
    return _smallest(model, node, said, weight)


def _smallest(model: Model, node: Node, said: Sizes, weight: Any) -> Sketch:
    """With what the model leaves open as small as shows the node well, and a note."""

    def drawn(size: Size) -> Sketch:
        shape = (said[0] or 1, *(free if n is None else n for n, free in zip(said[1:], size, strict=True)))
        return _made(model, node, shape, weight)

    sketch = smallest(drawn, len(said) - 1, grows=node.operator in GROWING)
    sketch.note(f"the model leaves the size open; the input is {sketch.told}; --input says another size")
    return sketch


GROWING = {"ConvTranspose", "Upsample", "Resize", "DepthToSpace"}
WEIGHTED = {"Conv", "ConvTranspose", "ConvInteger", "QLinearConv", "DeformConv"}
BIASED = {"Conv": 2, "ConvTranspose": 2, "DeformConv": 3}
"""Which input the bias is."""


def _weight_at(node: Node) -> int:
    """Which input the weight is."""
    return 3 if node.operator == "QLinearConv" else 1


def _made(model: Model, node: Node, given: Any, weight: Any) -> Sketch:
    held: dict[str, Given] = {}
    channels = None if weight is None else _channels(node, weight)
    axes = node.axes if weight is None else weight.ndim - 2
    sketch = fed(given, held, axes=axes, layer=node.kind, channels=channels)
    if weight is not None:
        held[node.name] = array(_less_zero(node, weight), node.name)
        bias = node.array(BIASED[node.operator]) if node.operator in BIASED else None
        numbers = None if bias is None else list(array(bias, f"{node.name}.bias").numbers)
        _check_bias(node, weight, bias)
        sketch.weights = {"weight": {"file": node.name}, "bias": numbers}
    if channels not in {None, sketch.channels}:
        what = f"{node.name} takes {count_of_channels(channels)}, and the input has {sketch.channels}"
        raise SpecError([Problem(Code.SHAPE, what, "input")])
    sketch.read += model.files
    ONNX[node.operator](node, sketch)
    sketch.settle()
    return sketch


def _less_zero(node: Node, weight: Any) -> Any:
    """A weight of whole numbers less its zero point, which each filter may have one of."""
    import numpy as np

    if node.operator != "ConvInteger":
        return weight
    zero = node.array(3)
    if zero is None:
        return weight
    points = np.asarray(zero).astype(np.int64).reshape(-1, *(1,) * (weight.ndim - 1))
    return weight.astype(np.int64) - points


def _channels(node: Node, weight: Any) -> int:
    """How many channels it takes. Raises SpecError where its attributes contradict its weight."""
    shape, group = tuple(weight.shape), node.whole("group", 1)
    if not 3 <= len(shape) <= 5 or min(shape) < 1:
        raise node.problem(f"its weight has the shape {shape}, which no kernel has", Code.SHAPE)
    kernel = node.setting("kernel_shape")
    if kernel is not None and kernel != list(shape[2:]):
        raise node.problem(f"'kernel_shape' is {kernel}, and its weight's kernels are {list(shape[2:])}", Code.SHAPE)
    inside = node.input_shape
    if inside is not None and len(inside) != len(shape) - 1:
        raise node.problem(f"its weight has {len(shape)} dimensions, and its input {len(inside) + 1}", Code.AXES)
    if shape[0] % group:
        what = f"'group' is {group}, which does not divide the {shape[0]} filters of its weight"
        raise node.problem(what, Code.GROUPS)
    return int(shape[1] * group if node.operator != "ConvTranspose" else shape[0])


def _check_bias(node: Node, weight: Any, bias: Any) -> None:
    """Raise SpecError for a bias that has not one number for each channel."""
    made = weight.shape[1] * node.whole("group", 1) if node.operator == "ConvTranspose" else weight.shape[0]
    if bias is not None and bias.shape != (made,):
        what = f"its bias has the shape {tuple(bias.shape)}, and it makes {made} channels"
        raise node.problem(what, Code.SHAPE)


def _shape(node: Node, feed: Feed, axes: int | None, channels: int | None) -> tuple[int, ...]:
    many, size = feed.sized(axes, node.name, channels)
    inside = node.input_shape or ()
    if size is None:
        size = tuple(n or SQUARE for n in inside[1:]) or (SQUARE,) * (axes or 2)
    return (many or (inside[0] if inside else None) or 1, *size)


def _size(node: Node, axes: int | None, channels: int | None) -> Sizes:
    """(channels, *size) as the model says it; None for what it leaves open."""
    shape = node.input_shape
    if shape is None and axes is None:
        flat = node.shape()
        if flat is not None:
            what = f"its input has {len(flat)} dimensions, and a figure needs a map: batch, channels, and 1 to 3 axes"
            raise node.problem(what, Code.AXES)
        what = "the model does not say how large its input is"
        raise node.problem(what, Code.MISSING_KEY, "give an input, as in 3x32x32")
    if shape is None:
        return (channels or 1, *(None,) * (axes or 2))
    if channels is not None and shape[0] not in {None, channels}:
        raise node.problem(f"it takes {count_of_channels(channels)}, and the model gives it {shape[0]}", Code.SHAPE)
    return (channels or shape[0] or 1, *shape[1:])
