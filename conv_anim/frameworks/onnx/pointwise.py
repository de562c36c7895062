"""ONNX's operators that change each number by itself, or with those of its channel, as layers of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arrays import array
from conv_anim.frameworks.onnx.windows import place_of

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch


def simple(node: Node, sketch: Sketch, *, name: str) -> None:
    """An op of a spec without keys."""
    sketch.add(name, place_of(node))


def leaky_relu(node: Node, sketch: Sketch) -> None:
    """``LeakyRelu``."""
    sketch.add("leaky_relu", place_of(node), negative_slope=node.setting("alpha", 0.01))


def gelu(node: Node, sketch: Sketch) -> None:
    """``Gelu`` as it is defined."""
    if node.setting("approximate", "none") != "none":
        raise node.problem("GELU is drawn as it is defined, not as approximated by tanh")
    sketch.add("gelu", place_of(node))


def softmax(node: Node, sketch: Sketch) -> None:
    """Of opset 13 and later, along one axis; before that, over all that follow."""
    count = sketch.axes + 2
    axis = node.setting("axis", -1 if node.opset >= 13 else 1)
    axis = axis % count if isinstance(axis, int) else -1
    if axis not in {1, count - 1} or (node.opset < 13 and axis != count - 1 and sketch.size):
        raise node.problem("a Softmax is drawn over the channels, or over the last axis")
    sketch.add("softmax", place_of(node), over="channels" if axis == 1 else "last")


def batch_norm(node: Node, sketch: Sketch) -> None:
    """γ·(x − μ)/√(σ² + ε) + β, in double precision."""
    import numpy as np

    if node.setting("training_mode", 0) or node.setting("is_test", 1) == 0:
        raise node.problem("in training, this normalises by the batch's own mean")
    arrays = [node.array(position) for position in (1, 2, 3, 4)]
    if any(each is None or each.shape != (sketch.channels,) for each in arrays):
        raise node.problem(f"it needs {sketch.channels} numbers of each kind", Code.SHAPE)
    gamma, beta, mean, var = (np.asarray(each, np.float64) for each in arrays)
    scale = gamma / np.sqrt(var + node.setting("epsilon", 1e-5))
    shift = beta - mean * scale
    names = {"scale": scale, "shift": shift}
    numbers = {name: list(array(each, f"{node.name}.{name}").numbers) for name, each in names.items()}
    sketch.add("batch_norm", place_of(node), **numbers)
