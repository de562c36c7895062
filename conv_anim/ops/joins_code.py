"""Sums, products and concatenations in the words of PyTorch, Keras, JAX and NumPy."""

from __future__ import annotations

from conv_anim.coding.writing import join

WRITERS = {
    "torch": join("torch.cat([{}], dim=1)", "{name}[{new}]"),
    "keras": join("keras.ops.concatenate([{}], axis=-1)", "keras.ops.reshape({name}, {shape})", last=True),
    "jax": join("jnp.concatenate([{}])", "{name}[{new}]"),
    "numpy": join("np.concatenate([{}])", "{name}[{new}]"),
}
