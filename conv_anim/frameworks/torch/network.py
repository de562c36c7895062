"""A traced module of PyTorch as a network: each operator with the module that calls it, without its numbers."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.ops.padding import named_padding
from conv_anim.spec.network import INPUT, NetNode, NetWindow, Network
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.frameworks.torch.export import Step, Traced
    from conv_anim.spec.model import Padding
    from conv_anim.spec.network import Setting, Sizes

TYPES = {
    **{f"conv{n}d": "conv" for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": "conv_transpose" for n in (1, 2, 3)},
    **{f"max_pool{n}d{more}": "max_pool" for n in (1, 2, 3) for more in ("", "_with_indices")},
    **{f"avg_pool{n}d": "avg_pool" for n in (1, 2, 3)},
    **{
        f"{_}adaptive_{kind}_pool{n}d": f"adaptive_{kind}_pool"
        for kind in ("avg", "max")
        for n in (1, 2, 3)
        for _ in ("", "_")
    },
    **{name: name for name in ("relu", "leaky_relu", "gelu", "silu", "sigmoid", "tanh", "softmax", "batch_norm")},
    "_softmax": "softmax",
    "_native_batch_norm_legit_no_training": "batch_norm",
    "native_batch_norm": "batch_norm",
    "linear": "linear",
    "addmm": "linear",
    "mm": "linear",
    "matmul": "linear",
    "add": "add",
    "mul": "multiply",
    "cat": "concat",
    "flatten": "flatten",
    "pad": "pad",
    "constant_pad_nd": "pad",
    **{f"upsample_{mode}": "upsample" for mode in ("nearest1d", "nearest2d", "nearest3d", "linear1d", "bilinear2d")},
    "upsample_bicubic2d": "upsample",
    "upsample_trilinear3d": "upsample",
    "pixel_shuffle": "pixel_shuffle",
    "pixel_unshuffle": "pixel_unshuffle",
    "channel_shuffle": "channel_shuffle",
    "im2col": "unfold",
    "col2im": "fold",
}
"""What an operator is as a layer of a spec."""
SILENT = {"clone", "contiguous", "detach", "alias", "lift_fresh_copy", "to", "_to_copy", "getitem", "dropout"}
"""Operators that change nothing, which a network leaves out."""
JOINS = {"add", "multiply", "concat"}
WEIGHTS = {"addmm": "mat2", "mm": "mat2", "matmul": "other"}
"""Which argument is the weight, if not ``weight``."""


def network(traced: Traced) -> Network:
    """All operators in their order; what changes nothing is left out."""
    sources: dict[str, int] = {}
    nodes: list[NetNode] = []
    counted: set[str] = set()
    for node in traced.inputs:
        sources[node.name] = len(nodes)
        shape = tuple(n if isinstance(n, int) else None for n in node.meta["val"].shape)
        nodes.append(NetNode(len(nodes), node.name, node.name, INPUT, outputs=(node.name,), shape=shape))
    for step in traced.steps:
        reads = [sources[node.name] for node in _reads(step.node) if node.name in sources]
        if step.name in SILENT and reads:
            sources[step.node.name] = reads[0]
            continue
        sources[step.node.name] = len(nodes)
        nodes.append(_node(step, traced, tuple(reads), nodes, counted))
    outputs = tuple(dict.fromkeys(sources[node.name] for node in traced.outputs if node.name in sources))
    return Network(traced.name, tuple(nodes), outputs)


def _reads(node: Any) -> list[Any]:
    """The nodes that are its arguments, each as often as it is one."""
    found: list[Any] = []

    def seen(arg: Any) -> None:
        if isinstance(arg, list | tuple):
            for each in arg:
                seen(each)
        elif hasattr(arg, "all_input_nodes"):
            found.append(arg)

    seen(list(node.args))
    seen(list(node.kwargs.values()))
    return found


def _node(step: Step, traced: Traced, inputs: tuple[int, ...], before: list[NetNode], counted: set[str]) -> NetNode:
    number = len(before)
    weight, type_ = _weight(step, traced), _type(step, inputs)
    layer = step.layer.rpartition(".")[2] if step.layer.startswith("torch.nn.") else ""
    first = before[inputs[0]].shape if inputs else None
    path = step.path.split(".") if step.path else []
    return NetNode(
        number,
        str(number),
        step.path if layer else str(step.node.name),
        f"nn.{layer}" if layer else step.name,
        inputs,
        (str(step.node.name),),
        step.shape,
        type_,
        _window(step, type_, weight, first),
        _settings(step),
        _products(type_, weight, first, step.shape),
        _parameters(step, traced, counted),
        weight,
        tuple(path[:-1] if layer else path),
    )


def _type(step: Step, inputs: tuple[int, ...]) -> str | None:
    if step.name == "convolution":
        return "conv_transpose" if step.values.get("transposed") else "conv"
    if step.name == "mean" and len(step.values.get("dim") or ()) > 1:
        return "global_avg_pool"
    shape = step.shape
    if step.name in {"view", "_unsafe_view", "reshape"} and shape is not None and len(shape) == 2:
        return "flatten"
    kind = TYPES.get(step.name)
    return None if kind in JOINS and len(inputs) < 2 else kind


def _weight(step: Step, traced: Traced) -> Sizes | None:
    node = step.values.get(WEIGHTS.get(step.name, "weight"))
    tensor = traced.tensors.get(getattr(node, "name", ""))
    if tensor is None or tensor.ndim < 2:
        return None
    return tuple(reversed(tensor.shape)) if step.name in WEIGHTS else tuple(tensor.shape)


def _window(step: Step, type_: str | None, weight: Sizes | None, fed: Sizes | None) -> NetWindow | None:
    if type_ not in {"conv", "conv_transpose", "max_pool", "avg_pool"}:
        return None
    kernel = weight[2:] if weight is not None else tuple(step.values.get("kernel_size") or ())
    axes = len(fed) - 2 if fed is not None and len(fed) > 2 else len(kernel)
    sizes = tuple(n or 1 for n in (kernel * axes if len(kernel) == 1 else kernel))
    stride = _each(step, "stride", axes, sizes if type_.endswith("pool") else (1,) * axes)
    dilation = _each(step, "dilation", axes, (1,) * axes)
    padding = _padding(step, sizes, dilation, stride, fed)
    groups = step.values.get("groups") or 1
    return NetWindow(sizes, stride, padding, dilation, groups, transposed=type_ == "conv_transpose")


def _each(step: Step, name: str, axes: int, default: tuple[int, ...]) -> tuple[int, ...]:
    given = step.values.get(name)
    listed = (given,) if isinstance(given, int) else tuple(given or default)
    return listed * axes if len(listed) == 1 else listed


def _padding(
    step: Step, kernel: tuple[int, ...], dilation: tuple[int, ...], stride: tuple[int, ...], fed: Sizes | None
) -> Padding | None:
    given = step.values.get("padding")
    if given == "valid":
        return ((0, 0),) * len(kernel)
    if given == "same":
        size = tuple(n for n in (fed or ())[2:] if n is not None)
        windows = tuple(map(effective_kernel, kernel, dilation))
        return named_padding("same", size, windows, stride) if len(size) == len(kernel) else None
    return tuple((p, p) for p in _each(step, "padding", len(kernel), (0,) * len(kernel)))


def _settings(step: Step) -> tuple[tuple[str, Setting], ...]:
    """The settings of an operator besides its window."""
    told = {"stride", "padding", "dilation", "groups", "kernel_size", "training", "momentum", "cudnn_enabled"}
    found = []
    for name, value in step.values.items():
        plain = tuple(value) if isinstance(value, list) else value
        if name in told or value is None or isinstance(value, bool):
            continue
        if isinstance(plain, int | float | str) or (
            isinstance(plain, tuple) and plain and all(isinstance(n, int | float) for n in plain)
        ):
            found.append((name, plain))
    return tuple(found)


def _products(type_: str | None, weight: Sizes | None, fed: Sizes | None, shape: Sizes | None) -> int | None:
    if type_ not in {"conv", "conv_transpose", "linear"} or weight is None:
        return 0
    cells = fed if type_ == "conv_transpose" else shape
    if cells is None or None in cells:
        return None
    return prod(n or 0 for n in cells) * prod(n or 0 for n in weight[1:])


def _parameters(step: Step, traced: Traced, counted: set[str]) -> int:
    """Its trained numbers, also where its weight is computed from them."""
    total = 0
    for node in _reads(step.node):
        if node.name not in traced.tensors:
            continue
        rest = [node]
        while rest:
            each = rest.pop()
            if each.name in traced.parameters and traced.parameters[each.name] not in counted:
                counted.add(traced.parameters[each.name])
                total += traced.tensors[each.name].numel()
            rest += each.all_input_nodes
    return total
