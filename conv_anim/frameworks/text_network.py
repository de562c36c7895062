"""The layers of a text as a network: one after the other, with sizes as far as they follow."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.calls import plain
from conv_anim.frameworks.libraries import library, whole
from conv_anim.frameworks.listing import listing
from conv_anim.frameworks.ops_of_layers import with_ops
from conv_anim.frameworks.sketch import Sketch
from conv_anim.frameworks.texts import drawn_layer, fed_size, kind_of
from conv_anim.spec.network import INPUT, NetNode, Network
from conv_anim.spec.nodes import Items, Scalar
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from conv_anim.diagnostics import Source
    from conv_anim.frameworks.arithmetic import Names
    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.feeding import Feed
    from conv_anim.frameworks.foreign import ForeignLayer
    from conv_anim.frameworks.listing import Line, Listing
    from conv_anim.spec.network import Setting, Sizes
    from conv_anim.spec.op import Op
    from conv_anim.spec.records import Record

OTHERS = {
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "GELU": "gelu",
    "SiLU": "silu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softmax": "softmax",
    "BatchNorm1d": "batch_norm",
    "BatchNorm2d": "batch_norm",
    "BatchNorm3d": "batch_norm",
    "BatchNormalization": "batch_norm",
    "Linear": "linear",
    "Dense": "linear",
    "Flatten": "flatten",
}
"""Types of layers which a figure of windows leaves out."""
INPUTS = ("Input", "InputLayer")
SIDE = 97
"""Cells of an input that most windows fit in."""


@dataclass
class Row:
    """Nodes in the making: a sketch as long as sizes are known."""

    sketch: Sketch | None
    shape: Sizes | None
    nodes: list[NetNode] = field(default_factory=list)

    def add(self, node: NetNode) -> None:
        """Adds a node, fed by the last one."""
        number = len(self.nodes)
        inputs = (number - 1,) if number else ()
        self.nodes.append(
            replace(node, number=number, label=node.label or str(number), inputs=inputs, shape=self.shape)
        )


def network(source: Source, feed: Feed, names: Names | None = None, wanted: str | None = None) -> Network:
    """All layers of a text in a row. Raises SpecError for a text that cannot be read."""
    found = listing(source, names or {}, wanted)
    fed = fed_size(found, feed)
    sketch = None if fed is None else Sketch(*fed)
    row = Row(sketch, None if fed is None else (1, fed[0], *fed[1]))
    row.add(NetNode(0, "input", "input", INPUT, outputs=("input",)))
    for line in found.lines:
        if line.call.short not in INPUTS:
            _add(line, found, row)
    return Network(found.name, tuple(row.nodes), (len(row.nodes) - 1,), found.notes)


def _add(line: Line, found: Listing, row: Row) -> None:
    """One more layer: drawn in the sketch if it can be, else by what is known of its kind."""
    kind = kind_of(line.call, found)
    node = NetNode(0, "", line.path or line.call.short, line.call.name, settings=settings(line.call))
    if kind == "drawn":
        _drawn(line, found, row, node)
        return
    type_ = OTHERS.get(line.call.short)
    moved = type_ == "linear" and row.shape is not None and len(row.shape) > 2 and _is_last(line.call, found)
    entering = (row.shape[0], *row.shape[2:], row.shape[1]) if moved and row.shape is not None else row.shape
    row.shape, parameters, weight = _after(line.call, type_, entering)
    if moved and row.shape is not None:
        row.shape = (row.shape[0], row.shape[-1], *row.shape[1:-1])
    if kind in {"beyond", "unknown"}:
        row.sketch = None
    if kind == "unknown":
        row.shape, type_ = None, None
    products = 0
    if type_ == "linear" and weight is not None:
        products = prod(n or 0 for n in weight)
    row.add(replace(node, type=type_, parameters=parameters, weight=weight, products=products))


CHANNELS_LAST = {"Keras", "TensorFlow", "Flax NNX", "Haiku", "MLX"}
"""Libraries whose linear layers mix the channels of a map."""


def _is_last(call: Call, found: Listing) -> bool:
    return call.short == "Dense" or library(whole(call.name, found.imports)) in CHANNELS_LAST


def _drawn(line: Line, found: Listing, row: Row, node: NetNode) -> None:
    layer, record = drawn_layer(line.call, found)
    made: list[Op] = []
    if row.sketch is not None and layer.along(record) in {None, row.sketch.axes}:
        before = len(row.sketch.layers)
        try:
            layer.enter(record, row.sketch)
            row.sketch.settle()
            made = row.sketch.layers[before:]
            row.shape = (1, row.sketch.channels, *row.sketch.size)
        except SpecError as error:
            node = replace(node, why=error.problems[0].message)
    if made:
        row.add(with_ops(node, made))
        return
    row.sketch, row.shape = None, None
    alone = _alone(layer, record)
    row.add(replace(with_ops(node, alone), products=None if alone else 0, why=node.why))


def _alone(layer: ForeignLayer, record: Record) -> list[Op]:
    """What it is for an input that fits it: its window and its parameters, not its sizes."""
    channels = record.of(layer.takes) if layer.takes is not None and record.has(layer.takes) else 1
    sketch = Sketch(channels, (SIDE,) * (layer.along(record) or 2))
    try:
        layer.enter(record, sketch)
        sketch.settle()
    except SpecError:
        return []
    return sketch.layers


def _after(call: Call, type_: str | None, shape: Sizes | None) -> tuple[Sizes | None, int, Sizes | None]:
    """The shape behind a layer that is not drawn, its parameters, and the shape of its weight."""
    given = dict(settings(call))
    numbers = [value for name, value in given.items() if isinstance(value, int)]
    if type_ == "flatten" and shape is not None and None not in shape:
        return (1, prod(n or 0 for n in shape)), 0, None
    if type_ == "linear":
        out = given.get("out_features", given.get("units", numbers[-1] if numbers else None))
        into = given.get("in_features", shape[-1] if shape else numbers[0] if len(numbers) > 1 else None)
        biased = given.get("bias", given.get("use_bias", True)) is not False
        if isinstance(out, int) and isinstance(into, int):
            return (*(shape or (1, 1))[:-1], out), into * out + (out if biased else 0), (out, into)
        return None, 0, None
    if type_ == "batch_norm" and shape is not None and len(shape) > 1:
        return shape, 2 * (shape[1] or 0), None
    return (None if type_ == "flatten" else shape), 0, None


def settings(call: Call) -> tuple[tuple[str, Setting], ...]:
    """Plain values, by their names or their places."""
    found: list[tuple[str, Setting]] = []
    for k, argument in enumerate(call.arguments):
        node = plain(argument.value, "")
        name = argument.keyword.text if argument.keyword is not None else str(k)
        if isinstance(node, Scalar) and isinstance(node.value, int | float | str):
            found.append((name, node.value))
        elif isinstance(node, Items):
            values = [item.value for item in node.items if isinstance(item, Scalar)]
            numbers = tuple(n for n in values if isinstance(n, int | float))
            found += [(name, numbers)] if len(numbers) == len(node.items) else []
    return tuple(found)
