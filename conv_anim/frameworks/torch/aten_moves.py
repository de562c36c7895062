"""PyTorch's operators (ATen) that move cells, or put some around them, as layers of a spec."""

from __future__ import annotations

from math import floor, prod
from typing import TYPE_CHECKING

from conv_anim.frameworks.sketch import same, tidy

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.frameworks.torch.aten_calls import Call
    from conv_anim.spec.model import Padding


# what moves cells


def reshaped(call: Call, sketch: Sketch) -> None:
    """A flat vector, or the same shape under another name."""
    shape = call.step.shape
    if shape == (1, sketch.channels, *sketch.size):
        return
    if shape != (1, sketch.channels * prod(sketch.size)):
        raise call.problem(f"{call.step.name} to the shape {shape} is not drawn: a flat vector of all numbers is")
    sketch.add("flatten", call.at)


def same_numbers(call: Call, sketch: Sketch) -> None:
    """It changes nothing."""
    if (
        call.step.name in {"to", "_to_copy"}
        and call.get("dtype") is not None
        and not call.get("dtype").is_floating_point
    ):
        raise call.problem("numbers that are rounded to whole ones are not drawn")
    del sketch


def dropout(call: Call, sketch: Sketch) -> None:
    """It changes nothing, unless it is in training."""
    del sketch
    if call.get("train") and call.get("p") != 0:
        raise call.problem("in training, a dropout drops other numbers each time", "model.eval()")


def pad(call: Call, sketch: Sketch) -> None:
    """Padding of any mode, as a layer of its own."""
    from conv_anim.frameworks.torch.moves import bordered

    modes = {None: "zeros", "constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}
    mode = modes[call.get("mode")] if "mode" in call.step.values else PADS[call.step.name]
    pads = list(call.get("pad") or call.get("padding") or [])
    axes = sketch.axes
    if len(pads) > 2 * axes and any(pads[2 * axes :]):
        raise call.problem("padding of channels is not drawn")
    sides = list(zip(pads[::2], pads[1::2], strict=True))[:axes]
    sides += [(0, 0)] * (axes - len(sides))
    value = call.get("value") or 0
    bordered(sketch, tuple(reversed(sides)), call.at, mode=mode, value=value if mode == "zeros" else 0)
    sketch.settle()


PADS = {
    "constant_pad_nd": "zeros",
    **{
        f"{name}_pad{n}d": mode
        for n in (1, 2, 3)
        for name, mode in (("reflection", "reflect"), ("replication", "replicate"))
    },
}


def slice_(call: Call, sketch: Sketch) -> None:
    """Cells cut off at the edges of a map."""
    axes, dim = sketch.axes + 2, call.get("dim") or 0
    dim %= axes
    sizes = (1, sketch.channels, *sketch.size)
    first, last, step = slice(call.get("start"), call.get("end"), call.get("step")).indices(sizes[dim])
    if (first, last, step) == (0, sizes[dim], 1):
        return
    if dim < 2 or step != 1 or last <= first:
        raise call.problem("a slice is drawn where it cuts off cells at the edges of a map")
    cut: Padding = tuple((first, sizes[dim] - last) if a + 2 == dim else (0, 0) for a in range(sketch.axes))
    sketch.add("crop", call.at, cropping=tidy(cut))


def upsample(call: Call, sketch: Sketch, *, mode: str | None, exact: bool = False) -> None:
    """Upsampling by the size that the graph says it makes, or by its factors."""
    size = call.get("output_size") or call.get("input")
    size = size if isinstance(size, list | tuple) else None
    factors = call.get("scale_factors")
    if factors is None:
        scales = [
            call.get(name) for name in ("scales", "scales_d", "scales_h", "scales_w") if call.get(name) is not None
        ]
        factors = scales if len(scales) == sketch.axes else None
    made = (call.step.shape or ())[2:]
    if factors is not None and [floor(n * f) for n, f in zip(sketch.size, factors, strict=True)] != list(made):
        factors = None
    sketch.add(
        "upsample",
        call.at,
        size=list(made) if factors is None else None,
        scale_factor=None if factors is None else same(list(factors)),
        mode=mode,
        align_corners=call.get("align_corners") or None,
        coordinates="half_pixel" if exact else None,
        rounding="half_up" if exact else None,
    )


def columns(call: Call, sketch: Sketch, *, name: str) -> None:
    """``im2col`` and ``col2im``."""
    keys = {key: call.each(key, 2, default) for key, default in (("stride", 1), ("padding", 0), ("dilation", 1))}
    given = {key: same(n) for key, n in keys.items() if set(n) != {0 if key == "padding" else 1}}
    out = list(call.get("output_size")) if name == "fold" else None
    sketch.add(name, call.at, output_size=out, kernel_size=same(call.each("kernel_size", 2)), **given)
