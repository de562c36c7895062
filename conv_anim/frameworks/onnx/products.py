"""ONNX's products with a matrix as layers of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arrays import array
from conv_anim.frameworks.onnx.windows import place_of

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch


# products with a matrix


def gemm(node: Node, sketch: Sketch) -> None:
    """``Gemm``: a product with a matrix, and a bias."""
    if node.setting("transA", 0):
        raise node.problem("a Gemm whose first input is transposed is not drawn")
    weight, bias = _matrix(node), node.array(2)
    weight = weight if node.setting("transB", 0) else weight.T
    alpha, beta = node.setting("alpha", 1.0), node.setting("beta", 1.0)
    if bias is not None and beta != 1:
        bias = bias * beta
    _dense(node, sketch, weight if alpha == 1 else weight * alpha, bias)


def matmul(node: Node, sketch: Sketch) -> None:
    """``MatMul`` with a matrix of the model's."""
    _dense(node, sketch, _matrix(node).T, None)


def _matrix(node: Node) -> Any:
    """The second input, which must be part of the model."""
    weight = node.array(1)
    if weight is None or weight.ndim != 2:
        raise node.problem("its second input is not a matrix", Code.SHAPE)
    return weight


def _dense(node: Node, sketch: Sketch, weight: Any, bias: Any) -> None:
    """The weight is (outputs, inputs); the product runs along the last axis."""
    import numpy as np

    outputs, numbers = weight.shape[0], None
    if bias is not None and bias.size not in {1, outputs}:
        raise node.problem(f"its bias has the shape {bias.shape}, and it makes {outputs} numbers", Code.SHAPE)
    if bias is not None:
        numbers = list(array(np.broadcast_to(bias.ravel(), (outputs,)), f"{node.name}.bias").numbers)
    sketch.hold(node.name, array(np.ascontiguousarray(weight), node.name))
    sketch.add("linear", place_of(node), out_features=outputs, weight={"file": node.name}, bias=numbers)
