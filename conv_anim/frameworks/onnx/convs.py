"""ONNX's convolutions as layers of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.frameworks.onnx.windows import (
    as_list,
    auto_pad,
    filters,
    padding_of,
    pads_of,
    per_axis,
    place_of,
    weighted,
)
from conv_anim.frameworks.sketch import same, tidy
from conv_anim.spec.sizes import effective_kernel, transposed_size

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.model import Padding


def integer(node: Node, sketch: Sketch) -> None:
    """A ConvInteger: what is fed is less its zero point, padding too, so it is padded with that first."""
    import numpy as np

    zero = node.array(2)
    point = 0 if zero is None else int(np.asarray(zero).ravel()[0])
    if zero is not None and np.asarray(zero).size != 1:
        raise node.problem("a zero point for each channel of the input is not drawn")
    if not point:
        _direct(node, sketch)
        return
    shape, waiting = filters(sketch), sketch.weights
    padding = padding_of(node, sketch, shape[2:])
    if any(map(any, padding)):
        sketch.weights = {}
        sketch.add("pad", place_of(node), padding=tidy(padding), value=point)
        sketch.weights = waiting
    numbers = np.asarray(sketch.files(waiting["weight"]["file"]).numbers).reshape(shape)
    bias = (-point * numbers.reshape(shape[0], -1).sum(axis=1)).tolist()
    sketch.weights = {**waiting, "bias": bias}
    sketch.add("conv", place_of(node), out_channels=shape[0], **weighted(node, sketch))


def conv(node: Node, sketch: Sketch) -> None:
    """``Conv``, and onnxruntime's ``FusedConv``, which ends in an activation."""
    _direct(node, sketch)
    if node.kind == "com.microsoft.FusedConv":
        _activated(node, sketch)


def _activated(node: Node, sketch: Sketch) -> None:
    """The activation that a fused operator ends in."""
    if node.given(3) is not None:
        raise node.problem("it adds a second input to its sums, and a figure of one node has one input")
    name, numbers = str(node.setting("activation", "")), as_list(node.setting("activation_params"))
    if name in {"Relu", "Sigmoid", "Tanh"}:
        sketch.add(name.lower(), place_of(node))
    elif name == "LeakyRelu" and len(numbers) == 1:
        sketch.add("leaky_relu", place_of(node), negative_slope=float(numbers[0]))
    elif name:
        raise node.problem(f"its activation {name} is not drawn")


def _direct(node: Node, sketch: Sketch) -> None:
    name = auto_pad(node)
    padding = tidy(pads_of(node, sketch)) if name is None else None if name == "valid" else name
    sketch.add("conv", place_of(node), out_channels=filters(sketch)[0], padding=padding, **weighted(node, sketch))


def conv_transpose(node: Node, sketch: Sketch) -> None:
    """``ConvTranspose``."""
    shape = filters(sketch)
    padding, extra = _taken_off(node, sketch, shape[2:], node.wholes("output_padding", [0] * sketch.axes))
    sketch.add(
        "conv_transpose",
        place_of(node),
        out_channels=shape[1] * node.whole("group", 1),
        padding=tidy(padding),
        output_padding=same(extra) if any(extra) else None,
        **weighted(node, sketch),
    )


def _taken_off(node: Node, sketch: Sketch, kernel: tuple[int, ...], extra: list[int]) -> tuple[Padding, list[int]]:
    """Padding and output padding: as written, or so that the output has the requested shape.

    As in onnxruntime where the layer makes less than requested: the rest is output padding.
    """
    name, strides = auto_pad(node), per_axis(node, sketch, "strides")
    shape = node.setting("output_shape")
    if shape is None and name in {None, "valid"}:
        return (pads_of(node, sketch) if name is None else ((0, 0),) * sketch.axes), extra
    wanted = [i * s for i, s in zip(sketch.size, strides, strict=True)]
    if shape is not None:
        wanted = _wanted(node, sketch)
    windows = map(effective_kernel, kernel, per_axis(node, sketch, "dilations"))
    sizes = zip(sketch.size, windows, strides, extra, strict=True)
    whole = [transposed_size(i, window, s, (0, 0), more) for i, window, s, more in sizes]
    totals = [made - want for made, want in zip(whole, wanted, strict=True)]
    if shape is None and min(totals) < 0:
        what = f"auto_pad {node.setting('auto_pad')} of a window that is smaller than its stride is not drawn"
        raise node.problem(what, hint="onnxruntime and ONNX's reference make outputs of different sizes of it")
    extra = [more + max(0, -total) for more, total in zip(extra, totals, strict=True)]
    most = [max(s, d) - 1 for s, d in zip(strides, per_axis(node, sketch, "dilations"), strict=True)]
    if any(more > limit for more, limit in zip(extra, most, strict=True)):
        largest = [made + limit for made, limit in zip(whole, most, strict=True)]
        sizes_ = ["x".join(map(str, size)) for size in (wanted, largest)]
        raise node.problem(f"the output should be {sizes_[0]}, but the layer makes at most {sizes_[1]}")
    totals = [max(0, total) for total in totals]
    return tuple((t // 2, t - t // 2) if name == "same" else (t - t // 2, t // 2) for t in totals), extra


def _wanted(node: Node, sketch: Sketch) -> list[int]:
    """The size of ``output_shape``, which may have the batch and the channels in front of it."""
    shape = node.setting("output_shape")
    if isinstance(shape, list) and len(shape) == sketch.axes + 2:
        return node.wholes("output_shape", [1] * len(shape), least=1)[2:]
    return node.wholes("output_shape", [1] * sketch.axes, least=1)
