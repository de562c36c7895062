"""``flatten`` in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.linear import Flatten
    from conv_anim.spec.op import Writers


def _keras(op: Flatten, context: CodeContext) -> list[str]:
    """Channel by channel, as PyTorch has it."""
    del context
    first = "keras.ops.moveaxis(x, -1, 1)" if op.ends.in_size else "x"
    return [f"y = keras.ops.reshape({first}, (1, -1))"]


WRITERS: Writers = {
    "torch": lambda _, __: ["y = nn.Flatten()(x)"],
    "keras": _keras,
    **dict.fromkeys(("jax", "numpy"), lambda _, __: ["y = x.reshape(-1)"]),
}
