"""A node of a network by the ops of a spec that its layer is."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.spec.network import NetWindow
from conv_anim.values import replace

if TYPE_CHECKING:
    from conv_anim.spec.network import NetNode
    from conv_anim.spec.op import Op


def with_ops(node: NetNode, ops: list[Op]) -> NetNode:
    """What the layer is as ops of a spec: its type, its window, its cost."""
    if not ops:
        return node
    windows = [op for op in ops if all(hasattr(op, name) for name in ("kernel_size", "stride", "padding", "dilation"))]
    op: Any = windows[0] if windows else ops[0]
    window = None
    if windows:
        groups, transposed = getattr(op, "groups", 1), op.type == "conv_transpose"
        window = NetWindow(
            op.kernel_size, op.stride, op.padding, getattr(op, "dilation", (1,) * len(op.stride)), groups, transposed
        )
    products = sum(each.products.cells * each.products.each for each in ops if each.weight_shape is not None)
    parameters = sum(prod(term) for each in ops for term in each.parameter_terms)
    return replace(node, type=op.type, window=window, parameters=parameters, products=products, weight=op.weight_shape)
