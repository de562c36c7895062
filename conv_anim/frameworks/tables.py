"""Libraries with their layers: what is read of each, and where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conv_anim.frameworks import mlx_layers, tinygrad_layers
from conv_anim.frameworks.jax import equinox_layers, flax_layers, haiku_layers, lax_layers
from conv_anim.frameworks.keras import functions as keras_functions
from conv_anim.frameworks.keras import layers as keras_layers
from conv_anim.frameworks.paddle import layers as paddle_layers
from conv_anim.frameworks.torch import layers as torch_layers
from conv_anim.frameworks.torch import torchvision_layers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.frameworks.foreign import Library

TORCH: Final = "PyTorch"
TORCHVISION: Final = "torchvision"
KERAS: Final = "Keras"
JAX: Final = "JAX"
FUNCTIONS: Final = "JAX's functions"
"""The table of functions that are not layers, between the layers of libraries built on JAX."""
OPS: Final = "functions of Keras and TensorFlow"
TENSORS: Final = "tinygrad's tensors"
TABLES: Final[Mapping[str, Library]] = {
    TORCH: torch_layers.LIBRARY,
    KERAS: keras_layers.LIBRARY,
    OPS: keras_functions.LIBRARY,
    JAX: lax_layers.LIBRARY,
    FUNCTIONS: lax_layers.FUNCTIONS,
    "Flax NNX": flax_layers.LIBRARY,
    "Equinox": equinox_layers.LIBRARY,
    "Haiku": haiku_layers.LIBRARY,
    "tinygrad": tinygrad_layers.LIBRARY,
    TENSORS: tinygrad_layers.METHODS,
    "PaddlePaddle": paddle_layers.LIBRARY,
    "MLX": mlx_layers.LIBRARY,
    TORCHVISION: torchvision_layers.LIBRARY,
}
"""By what a library is called."""
READ: Final = [name for name in TABLES if name not in {FUNCTIONS, OPS, TENSORS}]
"""Libraries whose layers are read."""
BARE: Final = (TORCH, KERAS, TORCHVISION)
"""Whose layers are known without a module's name before theirs."""
