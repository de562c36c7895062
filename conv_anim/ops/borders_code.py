"""``pad`` in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.coding import torch_code as torch
from conv_anim.coding.arrays_code import padded
from conv_anim.coding.writing import unwritten

if TYPE_CHECKING:
    from conv_anim.coding.writing import CodeContext
    from conv_anim.ops.borders import Pad
    from conv_anim.spec.op import Writers

MODES = {"reflect": '"reflect"', "replicate": '"edge"', "circular": '"wrap"'}


def _torch(op: Pad, context: CodeContext) -> list[str]:
    del context
    zeros = {"value": repr(op.value)} if op.value else {}
    mode = zeros if op.padding_mode == "zeros" else {"mode": repr(op.padding_mode)}
    return [f"y = {torch.padded(op.padding, **mode)}"]


def _keras(op: Pad, context: CodeContext) -> list[str]:
    del context
    pads = [(0, 0), *op.padding, (0, 0)]
    if op.padding_mode not in {"zeros", "reflect"}:
        unwritten(f"padding_mode {op.padding_mode}")
    value = f", constant_values={float(op.value)}" if op.value else ""
    mode = value if op.padding_mode == "zeros" else ', mode="reflect"'
    return [f"y = keras.ops.pad(x, {pads}{mode})"]


def _arrays(op: Pad, xp: str) -> list[str]:
    more = {"constant_values": repr(op.value)} if op.value else {}
    more = more if op.padding_mode == "zeros" else {"mode": MODES[op.padding_mode]}
    return [*padded(op.padding, xp, **more), "y = x"]


WRITERS: Writers = {
    "torch": _torch,
    "keras": _keras,
    "jax": lambda op, _: _arrays(op, "jnp"),
    "numpy": lambda op, _: _arrays(op, "np"),
}
