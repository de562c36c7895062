"""Which library a name belongs to: a layer is that library's, or it is refused by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

USUAL = {
    "nn": "torch.nn",
    "F": "torch.nn.functional",
    "layers": "keras.layers",
    "tf": "tensorflow",
    "K": "keras",
    "eqx": "equinox",
    "hk": "haiku",
    "lax": "jax.lax",
    "mx": "mlx.core",
    "nnx": "flax.nnx",
    "linen": "flax.linen",
    "mlx": "mlx",
    "paddle": "paddle",
    "fluid": "paddle.fluid",
    "tg": "tinygrad",
    "Tensor": "tinygrad.Tensor",
    "snt": "sonnet",
    "jnp": "jax.numpy",
    "tv": "torchvision",
    "pl": "lightning",
    "gluon": "mxnet.gluon",
    **{f"mx.{part}": f"mxnet.{part}" for part in ("gluon", "sym", "symbol", "nd", "ndarray")},
    "chainer": "chainer",
    "L": "chainer.links",
}
"""What names are short for, where the text does not import them."""
CALLED = {
    "torch": "PyTorch",
    "keras": "Keras",
    "tensorflow": "TensorFlow",
    "equinox": "Equinox",
    "haiku": "Haiku",
    "flax": "Flax",
    "flax.nnx": "Flax NNX",
    "flax.linen": "Flax Linen",
    "mlx": "MLX",
    "paddle": "PaddlePaddle",
    "tinygrad": "tinygrad",
    "jax": "JAX",
    "numpy": "NumPy",
    "torchvision": "torchvision",
    "scipy": "SciPy",
    "sonnet": "Sonnet",
    "mxnet": "MXNet",
    "chainer": "Chainer",
    "timm": "timm",
    "lightning": "Lightning",
    "ultralytics": "Ultralytics",
    "stax": "JAX",
    "onnx": "ONNX",
}
"""Libraries by the package that is imported, or the module in it."""
TORCH_LAYERS = ("torch.nn", "torch.nn.modules")
TORCHVISION = ("torchvision.ops", "torchvision.ops.deform_conv")
KERAS_LAYERS = ("keras.layers", "tensorflow.keras.layers", "keras.src.layers", "tensorflow.python.keras.layers")
LAX = ("jax.lax",)


def whole(name: str, imported: Mapping[str, str]) -> str:
    """A name with the modules that it comes from, as far as the text or custom says them."""
    first, dot, rest = name.partition(".")
    second, more, further = rest.partition(".")
    if first not in imported and more and f"{first}.{second}" in USUAL:
        return f"{USUAL[f'{first}.{second}']}.{further}"
    meant = imported.get(first, USUAL.get(first, first) if dot else first)
    return meant + dot + rest


def module(name: str) -> str:
    """The module of a whole name; empty for a bare one."""
    return name.rpartition(".")[0]


def library(name: str) -> str | None:
    """What the library of a whole name is called; None for a bare name, and for what is not known."""
    first, _, rest = name.partition(".")
    return CALLED.get(f"{first}.{rest.partition('.')[0]}", CALLED.get(first)) if rest else None
