"""Sums, products and concatenations in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.joins import Join


def _torch(op: Join, context: CodeContext) -> list[str]:
    return _joined(op, context, "torch.cat([{}], dim=1)")


def _jax(op: Join, context: CodeContext) -> list[str]:
    return _joined(op, context, "jnp.concatenate([{}])")


def _numpy(op: Join, context: CodeContext) -> list[str]:
    return _joined(op, context, "np.concatenate([{}])")


def _joined(op: Join, context: CodeContext, concatenated: str) -> list[str]:
    """A flat vector gets the axes of the others behind its own."""
    if op.stacks:
        return [f"y = {concatenated.format(', '.join(context.inputs))}"]
    axes = len(op.ends.out_size)
    more = ", ".join(["...", *["None"] * axes])
    inputs = zip(context.inputs, op.fed, strict=True)
    return [f"y = {_infix(op, [name if shape.size or not axes else f'{name}[{more}]' for name, shape in inputs])}"]


def _keras(op: Join, context: CodeContext) -> list[str]:
    """The channels are last, so a flat vector gets the axes of the others before its own."""
    if op.stacks:
        return [f"y = keras.ops.concatenate([{', '.join(context.inputs)}], axis=-1)"]
    axes = len(op.ends.out_size)
    names = []
    for name, shape in zip(context.inputs, op.fed, strict=True):
        whole = (*(1,) * (axes + 1), shape.channels)
        names.append(name if shape.size or not axes else f"keras.ops.reshape({name}, {whole})")
    return [f"y = {_infix(op, names)}"]


def _infix(op: Join, names: list[str]) -> str:
    return (" + " if op.badge == "+" else " * ").join(names)


WRITERS = {"torch": _torch, "keras": _keras, "jax": _jax, "numpy": _numpy}
