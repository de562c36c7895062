"""Unfold and fold in the words of PyTorch, JAX and NumPy; Keras has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import torch_code as torch
from conv_anim.coding.arrays_code import padded
from conv_anim.coding.writing import arguments, letters, numbers, slices, symmetric, unless, unwritten, within

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.columns import Columned
    from conv_anim.spec.op import Writers


def _torch(layer: Columned, context: CodeContext) -> list[str]:
    """PyTorch unfolds maps with two axes; more padding on one side is put on before, or cut off after."""
    del context
    if len(layer.windows) != 2:
        unwritten(f"{layer.type} along {len(layer.windows)} axes")
    even = symmetric(layer.padding)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        dilation=unless(layer.dilation, 1),
        padding=torch.before(layer.padding) if even else None,
        stride=unless(layer.stride, 1),
    )
    if layer.columns is not None and layer.columns.made:
        return [*([] if even else [f"x = {torch.padded(layer.padding)}"]), f"y = nn.Unfold({keys})(x)"]
    size = layer.ends.out_size
    if even:
        return [f"y = nn.Fold({size}, {keys})(x)"]
    canvas = tuple(n + sum(pad) for n, pad in zip(size, layer.padding, strict=True))
    kept = within(layer.padding, size)
    return [f"y = nn.Fold({canvas}, {keys})(x)", f"y = y[:, :, {kept}]"]


def _arrays(op: Columned, xp: str) -> list[str]:
    return _unfolded(op, xp) if op.columns is not None and op.columns.made else _folded(op, xp)


def _unfolded(layer: Columned, xp: str) -> list[str]:
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    each = f"for {letters(len(layer.windows))} in np.ndindex{layer.windows}"
    return [*padded(layer.padding, xp), f"y = {xp}.stack([x[:, {window}].ravel() {each}], axis=1)"]


def _folded(layer: Columned, xp: str) -> list[str]:
    channels, size = layer.ends.out_channels, layer.ends.out_size
    canvas = tuple(n + sum(pad) for n, pad in zip(size, layer.padding, strict=True))
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    part = f"x[:, column].reshape{(channels, *layer.kernel_size)}"
    adding = f"y[:, {window}] += {part}" if xp == "np" else f"y = y.at[:, {window}].add({part})"
    lines = [
        f"y = {xp}.zeros({(channels, *canvas)})",
        f"for column, ({letters(len(size))}) in enumerate(np.ndindex{layer.windows}):",
        f"    {adding}",
    ]
    if any(map(any, layer.padding)):
        lines.append(f"y = y[:, {within(layer.padding, size)}]")
    return lines


WRITERS: Writers = {
    "torch": _torch,
    "jax": lambda op, _: _arrays(op, "jnp"),
    "numpy": lambda op, _: _arrays(op, "np"),
}
