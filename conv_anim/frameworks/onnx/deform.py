"""ONNX's DeformConv as a layer of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code
from conv_anim.frameworks.arrays import array
from conv_anim.frameworks.onnx.windows import filters, pads_of, place_of, weighted
from conv_anim.frameworks.sketch import tidy
from conv_anim.frameworks.torch.torchvision_layers import FILLED, MASKED, NOTE

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch


def deform_conv(node: Node, sketch: Sketch) -> None:
    """With the model's offsets and mask, or with made-up ones."""
    offsets = node.whole("offset_group", 1)
    if node.given(2) is None:
        raise node.problem("it has no offsets", Code.MISSING_KEY)
    offset, mask = _held(node, sketch, 2, "offset"), None
    if offset is None:
        sketch.note(NOTE.format(whence="the model computes them, and one node is drawn"))
    if node.given(4) is not None:
        mask = _held(node, sketch, 4, "mask")
        if mask is None:
            sketch.note("the mask is made up, at random from 0 to 1: the model computes it")
    sketch.add(
        "deform_conv",
        place_of(node),
        out_channels=filters(sketch)[0],
        padding=tidy(pads_of(node, sketch)),
        offset_groups=offsets if offsets != 1 else None,
        offset=offset or FILLED,
        mask=mask or (None if node.given(4) is None else MASKED),
        **weighted(node, sketch),
    )


def _held(node: Node, sketch: Sketch, position: int, name: str) -> dict[str, Any] | None:
    """An input's numbers, less the batch of 1; None for those that are computed."""
    key = node.given(position)
    if key is None or not node.values.known(key):
        return None
    numbers = node.values.array(key)
    if numbers.ndim != 4 or numbers.shape[0] != 1:
        raise node.problem(f"its {name} has the shape {tuple(numbers.shape)}; drawn is a batch of 1", Code.SHAPE)
    place = f"{node.name}.{name}"
    sketch.hold(place, array(numbers[0], place))
    return {"file": place}
