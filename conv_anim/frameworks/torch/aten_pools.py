"""PyTorch's pools (ATen) as layers of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.frameworks.sketch import same, tidy

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.frameworks.torch.aten_calls import Call


# pools


def pool(call: Call, sketch: Sketch, *, name: str) -> None:
    """A maximum or a mean over windows."""
    if call.get("divisor_override") is not None:
        raise call.problem("'divisor_override' is not drawn: a mean is divided by its cells")
    kernel = call.each("kernel_size", sketch.axes)
    stride = call.each("stride", sketch.axes) if call.get("stride") else kernel
    dilation = call.each("dilation", sketch.axes)
    sketch.add(
        name,
        call.at,
        kernel_size=same(kernel),
        stride=same(stride) if stride != kernel else None,
        padding=tidy(tuple((p, p) for p in call.each("padding", sketch.axes, 0))),
        dilation=same(dilation) if set(dilation) != {1} else None,
        ceil_mode=call.get("ceil_mode") or None,
        count_include_pad=False if call.get("count_include_pad") is False else None,
    )


def adaptive(call: Call, sketch: Sketch, *, name: str) -> None:
    """A pool by the size that it makes."""
    out = call.each("output_size", sketch.axes)
    if name == "avg_pool" and set(out) == {1}:
        sketch.add("global_avg_pool", call.at)
    else:
        sketch.add(f"adaptive_{name}", call.at, size=same(out))


def mean(call: Call, sketch: Sketch) -> None:
    """A mean over whole maps."""
    axes = sketch.axes + 2
    over = {k % axes for k in call.get("dim") or range(axes)}
    if over != set(range(2, axes)):
        raise call.problem("a mean is drawn over whole maps only")
    sketch.add("global_avg_pool", call.at)
    if not call.get("keepdim"):
        sketch.add("flatten", call.at)
