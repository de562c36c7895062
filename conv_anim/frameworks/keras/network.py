"""A model of Keras as a network; shapes have the channels first, as everywhere here."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.keras.files import record
from conv_anim.frameworks.keras.layers import KERAS
from conv_anim.frameworks.ops_of_layers import with_ops
from conv_anim.frameworks.sketch import Sketch
from conv_anim.spec.network import INPUT, NetNode, Network
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.frameworks.keras.files import Layer, Layers
    from conv_anim.spec.model import Size
    from conv_anim.spec.network import Setting, Sizes

TYPES = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "Softmax": "softmax",
    "BatchNormalization": "batch_norm",
    "Dense": "linear",
    "Flatten": "flatten",
    "Add": "add",
    "Multiply": "multiply",
    "Concatenate": "concat",
}
ACTIVATIONS = {name: name for name in ("relu", "gelu", "silu", "sigmoid", "tanh", "softmax", "leaky_relu")} | {
    "swish": "silu"
}
SETTINGS = ("activation", "interpolation", "rate", "axis", "units", "epsilon", "negative_slope")


def network(name: str, layers: Layers, size: Size | None = None) -> Network:
    """All layers in their order; ``size`` is that of the input along its axes, where the model leaves it open."""
    nodes: list[NetNode] = []
    for number, layer in enumerate(layers.found):
        nodes.append(_node(number, layer, nodes, size))
    return Network(name, tuple(nodes), tuple(layers.outputs))


def _node(number: int, layer: Layer, before: list[NetNode], size: Size | None) -> NetNode:
    fed = [before[k].shape for k in layer.feeds]
    node = NetNode(
        number,
        str(number),
        layer.name,
        layer.kind,
        layer.feeds,
        (layer.name,),
        settings=_settings(layer),
        scope=layer.scope,
    )
    if layer.kind == "InputLayer":
        return replace(node, kind=INPUT, shape=_sized(turned(layer), size))
    entered = fed[0] if fed and fed[0] is not None else turned(layer)
    if layer.kind in KERAS:
        return _drawn(layer, node, entered)
    return _other(layer, node, entered, fed)


def turned(layer: Layer) -> Sizes | None:
    """The shape of its input, channels first, and a batch of 1 where it is left open."""
    shape = layer.entered
    if shape is None or not shape:
        return None
    rest = shape[1:] if layer.channels_first or len(shape) < 3 else (shape[-1], *shape[1:-1])
    return (1 if shape[0] is None else shape[0], *rest)


def _sized(shape: Sizes | None, size: Size | None) -> Sizes | None:
    if shape is None or size is None or len(shape) != len(size) + 2:
        return shape
    return (*shape[:2], *(given if n is None else n for n, given in zip(shape[2:], size, strict=True)))


def _drawn(layer: Layer, node: NetNode, entered: Sizes | None) -> NetNode:
    """A layer that a spec has too: what it makes follows from its sketch."""
    known = KERAS[layer.kind]
    sketch = _sketch(entered, known.axes or 2)
    try:
        found = record(layer)
        assert found is not None
        known.enter(found, sketch)
        sketch.settle()
    except SpecError as error:
        return replace(node, why=error.problems[0].message)
    node = with_ops(node, sketch.layers)
    if entered is None or None in entered:
        return replace(node, products=None, shape=None)
    shape: Sizes = (1, sketch.channels, *sketch.size)
    flat = layer.kind.startswith("Global") and not layer.config.get("keepdims")
    return replace(node, shape=shape[:2] if flat else shape)


def _sketch(entered: Sizes | None, axes: int) -> Sketch:
    if entered is None or len(entered) < 3 or None in entered:
        channels = entered[1] if entered is not None and len(entered) > 2 and entered[1] else 1
        return Sketch(channels, (UNKNOWN,) * axes)
    return Sketch(entered[1] or 1, tuple(n or 1 for n in entered[2:]))


UNKNOWN = 97
"""Cells of an input that most windows fit in, where it is left open."""


def _other(layer: Layer, node: NetNode, entered: Sizes | None, fed: list[Sizes | None]) -> NetNode:
    type_ = TYPES.get(layer.kind)
    if layer.kind == "Activation":
        type_ = ACTIVATIONS.get(str(layer.config.get("activation")))
    if layer.kind == "Dense" and entered is not None and isinstance(layer.config.get("units"), int):
        return _dense(layer, node, entered)
    if type_ == "flatten" and entered is not None and None not in entered:
        return replace(node, type=type_, shape=(1, prod(n or 0 for n in entered[1:])))
    if layer.kind == "Concatenate":
        return replace(node, type=type_, shape=_behind(fed))
    parameters = 0
    if layer.kind == "BatchNormalization" and entered is not None and len(entered) > 1:
        parts = sum(layer.config.get(key) is not False for key in ("center", "scale"))
        parameters = parts * (entered[1] or 0)
    keeps = layer.kind in KEEPING or type_ is not None
    joined = _together(fed) if len(fed) > 1 else entered
    return replace(node, type=type_, shape=joined if keeps else None, parameters=parameters)


KEEPING = {
    *("Activation", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "ELU"),
    *("PReLU", "Rescaling", "Normalization", "LayerNormalization", "GroupNormalization", "Identity", "Subtract"),
    *("Average", "Maximum", "Minimum", "GaussianDropout", "AlphaDropout", "UnitNormalization"),
    "ActivityRegularization",
}
"""Layers whose output is as large as what enters, besides those of `TYPES`."""


def _dense(layer: Layer, node: NetNode, entered: Sizes) -> NetNode:
    units, into = int(layer.config["units"]), entered[1] if len(entered) == 2 else None
    if into is None:
        return replace(node, type="linear", shape=None, products=None)
    biased = layer.config.get("use_bias") is not False
    parameters = into * units + (units if biased else 0)
    return replace(
        node,
        type="linear",
        shape=(entered[0], units),
        parameters=parameters,
        products=into * units,
        weight=(units, into),
    )


def _behind(fed: list[Sizes | None]) -> Sizes | None:
    """The shape of maps concatenated along their channels."""
    known = [shape for shape in fed if shape is not None and None not in shape]
    if len(known) < len(fed) or len({shape[2:] for shape in known}) != 1:
        return None
    return (known[0][0], sum(shape[1] or 0 for shape in known), *known[0][2:])


def _together(fed: list[Sizes | None]) -> Sizes | None:
    """The shape of maps that are combined cell by cell, where one cell may serve many."""
    known = [shape for shape in fed if shape is not None and None not in shape]
    if len(known) < len(fed) or len({len(shape) for shape in known}) != 1:
        return None
    return tuple(max(n or 1 for n in sizes) for sizes in zip(*known, strict=True))


def _settings(layer: Layer) -> tuple[tuple[str, Setting], ...]:
    return tuple((name, value) for name in SETTINGS if isinstance(value := layer.config.get(name), int | float | str))
