"""ONNX's operators that move cells, or put some around them, as layers of a spec."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.frameworks.onnx.windows import place_of

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch


# what rearranges


def depth_to_space(node: Node, sketch: Sketch) -> None:
    """DCR takes the block's place before the channel: a channel shuffle, then a pixel shuffle."""
    block, mode = node.whole("blocksize", None), str(node.setting("mode", "DCR"))
    if mode not in {"DCR", "CRD"}:
        raise node.problem(f"mode '{mode}' is not known", Code.UNKNOWN_NAME, "DCR, CRD")
    if mode == "DCR" and sketch.channels > block * block and sketch.channels % (block * block) == 0:
        sketch.add("channel_shuffle", place_of(node), groups=block * block)
    sketch.add("pixel_shuffle", place_of(node), upscale_factor=block)


def space_to_depth(node: Node, sketch: Sketch) -> None:
    """The block's place comes before the channel: a pixel unshuffle, then a channel shuffle."""
    channels = sketch.channels
    sketch.add("pixel_unshuffle", place_of(node), downscale_factor=node.whole("blocksize", None))
    if channels > 1 and sketch.channels > channels:
        sketch.add("channel_shuffle", place_of(node), groups=channels)


# what has no window


def pad(node: Node, sketch: Sketch) -> None:
    """``Pad``, whose pads are an attribute before opset 11, and an input since."""
    from conv_anim.frameworks.torch.moves import bordered

    modes = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}
    mode = str(node.setting("mode", "constant"))
    if mode not in modes:
        raise node.problem(f"mode '{mode}' is not known", Code.UNKNOWN_NAME, ", ".join(modes))
    pads, value = node.setting("pads", node.setting("paddings")), node.setting("value", 0.0)
    if node.opset >= 11:
        found, held = node.array(1), node.array(2)
        pads, value = None if found is None else found.tolist(), 0.0 if held is None else held.item()
    count = sketch.axes + 2
    places = list(range(count))
    axes = node.array(3) if node.opset >= 18 else None
    if axes is not None:
        places = [a % count for a in axes.tolist()]
    if not isinstance(pads, list) or len(pads) != 2 * len(places):
        raise node.problem(f"'pads' must be a list of {2 * len(places)} whole numbers", Code.WRONG_TYPE)
    sides = [(0, 0)] * count
    for k, place in enumerate(places):
        sides[place] = (pads[k], pads[len(places) + k])
    if any(map(any, sides[:2])):
        raise node.problem("its channels, or its batch, would be padded too")
    if not isfinite(value):
        raise node.problem(f"padding with {value} is not drawn", Code.OUT_OF_RANGE)
    number = int(value) if float(value).is_integer() else value
    bordered(sketch, tuple(sides[2:]), place_of(node), mode=modes[mode], value=number if mode == "constant" else 0)
    sketch.settle()
