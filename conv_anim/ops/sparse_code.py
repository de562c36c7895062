"""A sparse convolution in NumPy's words: a loop over the pairs of active cells, weight by weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import numpy_code as numpy
from conv_anim.coding import torch_code as torch
from conv_anim.coding.literals import nested
from conv_anim.coding.writing import LETTERS, arguments, numbers, symmetric, unless

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.sparse_conv import SparseConv
    from conv_anim.spec.model import Size


def _listed(places: frozenset[Size]) -> str:
    """Places in reading order, as a list of tuples."""
    return nested([i for place in sorted(places) for i in place], (len(places), len(min(places))))


def _numpy(layer: SparseConv, context: CodeContext) -> list[str]:
    traced, axes = context.traced, len(layer.kernel_size)
    letters = ", ".join(LETTERS[:axes]) + "," * (axes == 1)
    sides = zip(LETTERS, layer.stride, layer.dilation, layer.padding, strict=False)
    read = ", ".join(f"{at} * {s} + {at}{at} * {d} - {before}" for at, s, d, (before, _) in sides)
    inner = ", ".join(letter * 2 for letter in LETTERS[:axes]) + "," * (axes == 1)
    bias = "bias" if traced.bias is not None else "0"
    return [
        f"active = set(map(tuple, {_listed(layer.read)}))",
        f"outputs = {_listed(layer.made)}",
        *numpy.weight(traced),
        f"y = np.zeros({traced.output.shape})",
        f"for {letters} in outputs:",
        f"    y[:, {letters.rstrip(',')}] = {bias}",
        f"    for {inner} in np.ndindex(weight.shape[2:]):",
        f"        place = ({read}{',' * (axes == 1)})",
        "        if place in active:",
        f"            y[:, {letters.rstrip(',')}] += weight[:, :, {inner.rstrip(',')}] @ x[(slice(None), *place)]",
    ]


def _torch(layer: SparseConv, context: CodeContext) -> list[str]:
    """A dense convolution of the same, and zeros where nothing is active."""
    name, traced, even = context.named("conv"), context.traced, symmetric(layer.padding)
    axes = len(layer.kernel_size)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        stride=unless(layer.stride, 1),
        padding=torch.before(layer.padding) if even else None,
        dilation=unless(layer.dilation, 1),
        bias=False if traced.bias is None else None,
    )
    return [
        *([] if even else [f"x = {torch.padded(layer.padding)}"]),
        f"{name} = nn.Conv{axes}d({layer.ends.in_channels}, {layer.ends.out_channels}, {keys})",
        *torch.filled(name, traced),
        f"outputs = torch.tensor({_listed(layer.made)})  # where active cells are reached",
        f"there = torch.zeros({layer.ends.out_size})",
        "there[tuple(outputs.T)] = 1",
        f"y = {name}(x) * there",
    ]


WRITERS = {"numpy": _numpy, "torch": _torch}
