"""An ONNX model as a network: what is known of each node, without its numbers."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import SpecError
from conv_anim.spec.network import INPUT, NetNode, NetWindow, Network, Sizes

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.files import Model
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.spec.model import Padding
    from conv_anim.spec.network import Setting

TYPES = {
    "Conv": "conv",
    "QLinearConv": "conv",
    "ConvInteger": "conv",
    "ConvTranspose": "conv_transpose",
    "MaxPool": "max_pool",
    "AveragePool": "avg_pool",
    "LpPool": "lp_pool",
    "QLinearAveragePool": "avg_pool",
    "GlobalAveragePool": "global_avg_pool",
    "GlobalMaxPool": "adaptive_max_pool",
    "Gemm": "linear",
    "Relu": "relu",
    "LeakyRelu": "leaky_relu",
    "Gelu": "gelu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softmax": "softmax",
    "Add": "add",
    "Sum": "add",
    "Mul": "multiply",
    "Concat": "concat",
    "Flatten": "flatten",
    "BatchNormalization": "batch_norm",
    "Pad": "pad",
    "Resize": "upsample",
    "Upsample": "upsample",
    "DepthToSpace": "pixel_shuffle",
    "SpaceToDepth": "pixel_unshuffle",
    "MatMul": "linear",
}
"""What an operator is as a layer of a spec."""
JOINS = {"add", "multiply", "concat"}
WEIGHTED = {"Conv", "QLinearConv", "ConvInteger", "ConvTranspose", "Gemm", "MatMul"}
WEIGHT_AT = {"QLinearConv": 3}
"""Which input is the weight, if not the second."""
UNTRAINED = {"Resize", "Upsample", "Clip", "Pad", "Dropout", "QuantizeLinear", "DequantizeLinear"}
"""Operators whose further inputs are settings."""
TRAINED = {"BatchNormalization": 3}
"""How many inputs may be trained, if not all: means and variances are measured."""
WINDOWS = ("conv", "conv_transpose", "max_pool", "avg_pool", "lp_pool")
SETTINGS = (
    *("auto_pad", "ceil_mode", "count_include_pad", "mode", "nearest_mode", "coordinate_transformation_mode"),
    *("axis", "alpha", "epsilon", "blocksize", "p", "transB"),
)
"""Attributes that are listed, beside those of a window."""


def network(model: Model) -> Network:
    """All nodes that depend on the model's inputs; its constants belong to the nodes that use them."""
    sources: dict[str, int] = {}
    nodes: list[NetNode] = []
    counted: set[str] = set()
    for key in model.inputs:
        sources[key] = len(nodes)
        nodes.append(NetNode(len(nodes), key, key, INPUT, outputs=(key,), shape=model.values.shape(key)))
    for node in model.nodes:
        if all(model.values.known(key) for key in filter(None, node.outputs)):
            continue
        reads = [key for key in (*node.inputs, *node.within) if key in sources]
        inputs = tuple(sources[key] for key in reads)
        sources |= dict.fromkeys(filter(None, node.outputs), len(nodes))
        nodes.append(_node(node, len(nodes), inputs, nodes, counted))
    outputs = tuple(dict.fromkeys(sources[key] for key in model.outputs if key in sources))
    return Network(model.path.stem, tuple(nodes), outputs)


def _node(node: Node, number: int, inputs: tuple[int, ...], before: list[NetNode], counted: set[str]) -> NetNode:
    weight, type_ = _weight(node), _type(node, inputs)
    first = next(filter(None, node.outputs), None)
    shape = None if first is None else node.values.shape(first)
    window = _window(node, weight) if type_ in WINDOWS else None
    return NetNode(
        number,
        node.label,
        node.name,
        node.kind,
        inputs,
        node.names,
        shape,
        type_,
        window,
        _settings(node),
        _products(node, weight, shape),
        _parameters(node, counted),
        weight,
        node.scope,
        _sizing(node, inputs, before),
    )


def _sizing(node: Node, inputs: tuple[int, ...], before: list[NetNode]) -> bool:
    return node.kind in {"Shape", "Size"} or (bool(inputs) and all(before[number].sizing for number in inputs))


def _type(node: Node, inputs: tuple[int, ...]) -> str | None:
    kind = TYPES.get(node.operator)
    return None if kind in JOINS and len(inputs) < 2 and not _doubled(node) else kind


def _doubled(node: Node) -> bool:
    """Whether a value meets itself."""
    return len(node.inputs) > 1 and len(set(node.inputs)) == 1


def _weight(node: Node) -> Sizes | None:
    if node.operator not in WEIGHTED:
        return None
    key = node.given(WEIGHT_AT.get(node.operator, 1))
    shape = None if key is None else node.values.shape(key)
    if key is None or shape is None or not node.values.known(key):
        return None
    turned = node.operator == "MatMul" or (node.operator == "Gemm" and not _read(node, "transB", 0))
    return tuple(reversed(shape)) if turned else shape


def _read(node: Node, name: str, default: Any) -> Any:
    """An attribute, or the default if it is invalid: that is reported when the node is drawn."""
    try:
        return node.setting(name, default)
    except SpecError:
        return default


def _window(node: Node, weight: Sizes | None) -> NetWindow | None:
    kernel = _read(node, "kernel_shape", None)
    if not isinstance(kernel, list) and weight is not None and None not in weight:
        kernel = list(weight[2:])
    if not isinstance(kernel, list) or not all(isinstance(n, int) for n in kernel):
        return None
    ones = [1] * len(kernel)
    stride, dilation = (_read(node, name, ones) for name in ("strides", "dilations"))
    groups = _read(node, "group", 1)
    padding = _padding(node, kernel, stride, dilation)
    return NetWindow(
        tuple(kernel), tuple(stride), padding, tuple(dilation), groups, transposed=node.operator == "ConvTranspose"
    )


def window_of(node: Node) -> NetWindow | None:
    """The window that slides, if one does."""
    return _window(node, _weight(node)) if TYPES.get(node.operator) in WINDOWS else None


def channels_of(node: Node) -> tuple[int, int] | None:
    """Channels that enter a node and leave it, if both are known."""
    first = next(filter(None, node.outputs), None)
    entering, leaving = node.shape(), None if first is None else node.values.shape(first)
    weight = _weight(node)
    counts = [None if shape is None or len(shape) < 2 else shape[1] for shape in (entering, leaving)]
    if weight is not None and node.operator == "Conv" and len(weight) > 2:
        counts = [(weight[1] or 0) * _read(node, "group", 1), weight[0]]
    before, after = counts
    return None if before is None or after is None else (before, after)


def _padding(node: Node, kernel: list[int], stride: list[int], dilation: list[int]) -> Padding | None:
    from conv_anim.ops.padding import named_padding
    from conv_anim.spec.sizes import effective_kernel

    auto, pads = str(_read(node, "auto_pad", "NOTSET")), _read(node, "pads", [0] * 2 * len(kernel))
    if auto in {"NOTSET", ""}:
        half = len(kernel)
        return tuple(zip(pads[:half], pads[half:], strict=False)) if len(pads) == 2 * half else None
    size = (node.shape() or ())[2:]
    if auto == "VALID":
        return ((0, 0),) * len(kernel)
    if node.operator == "ConvTranspose" or not size or None in size or auto not in {"SAME_UPPER", "SAME_LOWER"}:
        return None
    windows = tuple(map(effective_kernel, kernel, dilation))
    known = tuple(n for n in size if n is not None)
    return named_padding("same" if auto == "SAME_UPPER" else "same_lower", known, windows, tuple(stride))


def _settings(node: Node) -> tuple[tuple[str, Setting], ...]:
    found = []
    for name in SETTINGS:
        value = _read(node, name, None)
        if isinstance(value, int | float | str):
            found.append((name, value))
    return tuple(found)


def _products(node: Node, weight: Sizes | None, shape: Sizes | None) -> int | None:
    """Each output cell of as many products as a filter has weights; transposed, each input cell."""
    if weight is None:
        return 0
    transposed = node.operator == "ConvTranspose"
    cells = node.shape() if transposed else shape
    if cells is None or None in (*cells, *weight):
        return None
    return prod(n or 0 for n in cells) * prod(n or 0 for n in weight[1:])


def _parameters(node: Node, counted: set[str]) -> int:
    """Real numbers that the model holds for it: single ones only where they are a weight or a bias."""
    if node.operator in UNTRAINED:
        return 0
    total = 0
    for key in filter(None, node.inputs[: TRAINED.get(node.operator, len(node.inputs))]):
        shape = node.values.shape(key)
        if key in counted or shape is None or None in shape or not node.values.known(key):
            continue
        cells = prod(n or 0 for n in shape)
        if node.values.is_real(key) and (cells > 1 or node.operator in WEIGHTED):
            counted.add(key)
            total += cells
    return total
