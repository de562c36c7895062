"""The backward pass of any graph: a node for the gradient of each map, from the output back to what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.model import Input, Node

if TYPE_CHECKING:
    from conv_anim.spec.model import Backward


def backward(of: Backward) -> tuple[Input, tuple[Node, ...]]:
    """The input and the nodes of a backward pass."""
    ends = of.nodes[-1].op.ends
    upstream = Input(ends.out_size, ends.out_channels, of.upstream)
    made = of.nodes[0].op.input_gradient
    assert made is not None
    return upstream, (Node("1", made, (0,)),)
