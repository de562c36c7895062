"""PyTorch's convolutions and products with a matrix (ATen) as layers of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.sketch import same, tidy

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.frameworks.torch.aten_calls import Call


# convolutions


def conv(call: Call, sketch: Sketch) -> None:
    """``conv1d`` to ``conv3d``, whose padding may have a name."""
    weight = call.tensor("weight")
    axes, padding = weight.ndim - 2, call.get("padding")
    if isinstance(padding, str):
        amounts = None if padding == "valid" else padding
    else:
        amounts = tidy(tuple((p, p) for p in call.each("padding", axes, 0)))
    sketch.add(
        "conv",
        call.at,
        out_channels=weight.shape[0],
        kernel_size=same(list(weight.shape[2:])),
        padding=amounts,
        weight=call.weight(weight),
        bias=call.numbers(call.tensor("bias"), "bias"),
        **moves_of(call, axes),
    )


def moves_of(call: Call, axes: int) -> dict[str, Any]:
    """Stride, dilation and groups, where they are not 1."""
    found = {name: call.each(name, axes) for name in ("stride", "dilation")}
    groups = call.get("groups") or 1
    return {name: same(numbers) for name, numbers in found.items() if set(numbers) != {1}} | {
        "groups": groups if groups > 1 else None
    }


def conv_transpose(call: Call, sketch: Sketch) -> None:
    """``conv_transpose1d`` to ``conv_transpose3d``."""
    weight = call.tensor("weight")
    axes, extra = weight.ndim - 2, call.each("output_padding", weight.ndim - 2, 0)
    sketch.add(
        "conv_transpose",
        call.at,
        out_channels=weight.shape[1] * (call.get("groups") or 1),
        kernel_size=same(list(weight.shape[2:])),
        padding=tidy(tuple((p, p) for p in call.each("padding", axes, 0))),
        output_padding=same(extra) if any(extra) else None,
        weight=call.weight(weight),
        bias=call.numbers(call.tensor("bias"), "bias"),
        **moves_of(call, axes),
    )


def convolution(call: Call, sketch: Sketch) -> None:
    """``convolution``, which is either of them."""
    (conv_transpose if call.get("transposed") else conv)(call, sketch)


def linear(call: Call, sketch: Sketch) -> None:
    """``linear``."""
    _dense(call, sketch, call.tensor("weight"), call.tensor("bias"))


def addmm(call: Call, sketch: Sketch) -> None:
    """``addmm``: a product with a matrix, and a bias."""
    if call.get("beta") not in {None, 1} or call.get("alpha") not in {None, 1}:
        raise call.problem("addmm with alpha or beta is not drawn")
    _dense(call, sketch, call.tensor("mat2").T, call.tensor("self"))


def matmul(call: Call, sketch: Sketch, *, other: str) -> None:
    """A product with the matrix that the parameter ``other`` names."""
    _dense(call, sketch, call.tensor(other).T, None)


def _dense(call: Call, sketch: Sketch, weight: Any, bias: Any) -> None:
    if weight.ndim != 2:
        raise call.problem("a product with more than a matrix is not drawn")
    numbers = None if bias is None else call.numbers(bias.expand(weight.shape[0]), "bias")
    sketch.add("linear", call.at, out_features=weight.shape[0], weight=call.weight(weight), bias=numbers)
