"""A spec as a network: its input and its nodes, with what each costs, and nothing computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.network import INPUT, NetNode, NetWindow, Network
from conv_anim.spec.view_values import NetworkView
from conv_anim.tracing.analysis import cost

if TYPE_CHECKING:
    from conv_anim.spec.model import Node, Spec
    from conv_anim.spec.op import Op


def of_spec(spec: Spec) -> Network:
    """The spec's input is node 0, and its k-th node, counted from 1, is node k."""
    if isinstance(spec.view, NetworkView) and spec.view.of is not None:
        return spec.view.of
    shape = (1, spec.input.channels, *spec.input.size)
    first = NetNode(0, "input", "input", INPUT, shape=shape)
    nodes = (first, *(_node(k, node) for k, node in enumerate(spec.nodes, start=1)))
    return Network(spec.title or "", nodes, (len(spec.nodes),))


def _node(number: int, node: Node) -> NetNode:
    op = node.op
    spent = cost(op)
    return NetNode(
        number=number,
        label=str(number),
        name=node.name,
        kind=op.type,
        inputs=node.inputs,
        shape=(1, op.ends.out_channels, *op.ends.out_size),
        type=op.type_in_network,
        window=_window(op),
        products=spent.multiply_adds,
        parameters=spent.parameters,
        weight=op.weight_shape,
        scope=() if op.part_of is None else (op.part_of,),
    )


def _window(op: Op) -> NetWindow | None:
    """The window as it is set; of a transposed convolution, what it takes back."""
    window = op.window
    if window is None:
        return None
    axes = window.axes
    return NetWindow(
        kernel_size=window.kernel_size,
        stride=tuple(axis.stretch if window.transposed else axis.stride for axis in axes),
        padding=tuple(axis.cut if window.transposed else (axis.before, axis.after) for axis in axes),
        dilation=tuple(axis.dilation for axis in axes),
        groups=window.groups if window.weighs else 1,
        transposed=window.transposed,
    )
