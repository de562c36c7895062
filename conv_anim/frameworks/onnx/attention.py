"""ONNX's Attention (opset 23) of a sequence to itself as a layer of a spec."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.onnx.windows import place_of

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch

FURTHER = {3: "a custom mask", 4: "keys of earlier steps", 5: "values of earlier steps", 6: "lengths of sequences"}
"""Its inputs besides queries, keys and values."""


def attention(node: Node, sketch: Sketch) -> None:
    """With queries, keys and values that are one value of the model, (batch, length, channels)."""
    if len({node.given(position) for position in (0, 1, 2)}) > 1:
        what = "its queries, keys and values are several values of the model, and a figure of one node has one input"
        raise node.problem(what, hint="its layer as text is drawn: conv-anim draw 'nn.MultiheadAttention(4, 2)'")
    for position, what in FURTHER.items():
        if node.given(position) is not None:
            raise node.problem(f"it is fed {what}, which is not drawn", hint="is_causal=1 is drawn")
    if len(node.shape() or (1, 1, 1)) != 3:
        raise node.problem("it is drawn of three dimensions: (batch, length, channels), with q_num_heads", Code.AXES)
    heads = node.whole("q_num_heads", 1)
    if node.whole("kv_num_heads", heads) != heads:
        raise node.problem("heads that share keys and values are not drawn")
    if node.setting("softcap", 0.0):
        raise node.problem("scores under a softcap are not drawn")
    causal = node.flag("is_causal")
    keys = _scaled(node, sketch, heads)
    sketch.add("attention", place_of(node), heads=heads if heads > 1 else None, causal=causal or None, **keys)


def _scaled(node: Node, sketch: Sketch, heads: int) -> dict[str, Any]:
    """Another factor of the scores than 1/√d, as a matrix that makes queries."""
    usual = 1 / sqrt(max(1, sketch.channels // heads))
    factor = node.setting("scale", usual) / usual
    if abs(factor - 1) < 1e-6:  # attributes are in single precision
        return {}
    return {"query": [[factor if r == c else 0 for c in range(sketch.channels)] for r in range(sketch.channels)]}
