"""ONNX's pools as layers of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code
from conv_anim.frameworks.onnx.windows import moves_of, padding_of, per_axis, place_of
from conv_anim.frameworks.sketch import same, tidy
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding


# pooling


def pool(node: Node, sketch: Sketch, *, name: str) -> None:
    """``MaxPool``, ``AveragePool`` and ``LpPool``."""
    if node.setting("kernel_shape") is None:
        raise node.problem("it has no 'kernel_shape'", Code.MISSING_KEY)
    kernel = node.wholes("kernel_shape", [1] * sketch.axes, least=1)
    moves, padding = moves_of(node, sketch), padding_of(node, sketch, kernel)
    if name == "lp_pool" and any(map(any, padding)):
        sketch.add("pad", place_of(node), padding=tidy(padding))
        padding = ((0, 0),) * sketch.axes
    if name == "lp_pool" and "dilation" in moves:
        raise node.problem("an LpPool with a dilation is not drawn")
    if name == "avg_pool" and node.flag("count_include_pad") and _deep(padding, kernel, node, sketch):
        sketch.add("pad", place_of(node), padding=tidy(padding))
        padding = ((0, 0),) * sketch.axes
    counted = node.flag("count_include_pad") or not any(map(any, padding))
    p = node.setting("p", 2)
    sketch.add(
        name,
        place_of(node),
        kernel_size=same(kernel),
        **({"stride": 1} if set(kernel) != {1} else {}) | moves,
        padding=tidy(padding),
        ceil_mode=node.flag("ceil_mode") or None,
        count_include_pad=None if counted or name != "avg_pool" else False,
        norm_type=p if name == "lp_pool" and p != 2 else None,
    )


def _deep(padding: Padding, kernel: list[int], node: Node, sketch: Sketch) -> bool:
    """Whether a window may lie in the padding alone, whose zeros it then averages."""
    windows = map(effective_kernel, kernel, per_axis(node, sketch, "dilations"))
    ceil = node.flag("ceil_mode")
    return not ceil and any(max(pads) >= window for pads, window in zip(padding, windows, strict=True))


def global_mean(node: Node, sketch: Sketch) -> None:
    """``GlobalAveragePool``."""
    sketch.add("global_avg_pool", place_of(node))


def global_max(node: Node, sketch: Sketch) -> None:
    """``GlobalMaxPool``."""
    sketch.add("max_pool", place_of(node), kernel_size=same(list(sketch.size)))


def global_norm(node: Node, sketch: Sketch) -> None:
    """``GlobalLpPool``."""
    p = node.setting("p", 2)
    sketch.add("lp_pool", place_of(node), kernel_size=same(list(sketch.size)), norm_type=p if p != 2 else None)
