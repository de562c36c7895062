"""The point of an input that is multiplied by shares of its own: what a score is, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.scene.wording.words import size
from conv_anim.spec.model import Given, Random

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Node, Spec


def gated(spec: Spec, say: Language) -> str:
    """Of an input whose patches are scored, the scores squashed by a sigmoid, and the input multiplied by these."""
    nodes = (None, *spec.nodes)
    last, shares = spec.nodes[-1], next((k for k in spec.nodes[-1].inputs if k), 0)
    if not last.op.scales or set(last.inputs) != {0, shares}:
        return ""
    way = list["Node"]()
    while (node := nodes[shares]) is not None:
        way.append(node)
        shares = node.inputs[0]
    *rest, squashed, scored = way if len(way) > 1 else (last, last)
    window = scored.op.window
    if window is None or not window.weighs or window.transposed or not squashed.op.makes_shares:
        return ""
    if any(node.op.interpolation is None for node in rest):
        return ""
    bright = ".bright" if _means(spec, scored) else ""
    return say(f"takeaway.gated{bright}", cells=size(window.kernel_size))


def _means(spec: Spec, node: Node) -> bool:
    """Whether a layer adds up the cells of a picture, all with one weight above 0: it tells how bright they are."""
    values, weights = spec.input.values, node.op.weight_values
    if not (isinstance(values, Given) and values.is_picture):
        return False
    if isinstance(weights, Random):
        return weights.low == weights.high > 0
    return isinstance(weights, Given) and min(weights.numbers) == max(weights.numbers) > 0
