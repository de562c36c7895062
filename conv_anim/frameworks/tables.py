"""Libraries with their layers: what is read of each, and where it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from conv_anim.frameworks import (
    equinox_layers,
    flax_layers,
    haiku_layers,
    keras_functions,
    keras_layers,
    lax_layers,
    libraries,
    mlx_layers,
    paddle_layers,
    refusals,
    tinygrad_layers,
    torch_layers,
    torchvision_layers,
)
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.frameworks.foreign import ForeignLayer
    from conv_anim.frameworks.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Library:
    """A library's layers by name, what changes numbers alone, what changes nothing, and where windows stop to slide.

    ``refused`` are those that are not drawn for a reason of their own.

    ``modules`` are where it has them; what lies below the last one belongs to it too.
    """

    modules: tuple[str, ...]
    layers: Mapping[str, ForeignLayer]
    pointwise: tuple[str, ...] = ()
    harmless: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    refused: Mapping[str, Refusal] = field(default_factory=dict)


TORCH: Final = "PyTorch"
TORCHVISION: Final = "torchvision"
KERAS: Final = "Keras"
JAX: Final = "JAX"
FUNCTIONS: Final = "JAX's functions"
"""The table of what is no layer, and stands between the layers of the libraries that are made of JAX."""
OPS: Final = "functions of Keras and TensorFlow"
TENSORS: Final = "tinygrad's tensors"
TABLES: Final[Mapping[str, Library]] = {
    TORCH: Library(
        libraries.TORCH_LAYERS,
        torch_layers.TORCH,
        torch_layers.POINTWISE,
        torch_layers.HARMLESS,
        torch_layers.BEYOND,
        refusals.TORCH,
    ),
    KERAS: Library(
        libraries.KERAS_LAYERS,
        keras_layers.KERAS,
        keras_layers.POINTWISE,
        keras_layers.HARMLESS,
        keras_layers.BEYOND,
        refusals.KERAS,
    ),
    OPS: Library(
        tuple(keras_functions.BY_MODULE),
        keras_functions.FUNCTIONS,
        keras_functions.POINTWISE,
        ("identity", "dropout"),
        refused=refusals.OPS,
    ),
    JAX: Library(libraries.LAX, lax_layers.LAX),
    FUNCTIONS: Library(("jax.numpy", "jax.nn"), {}, (*lax_layers.POINTWISE,), ("identity",), lax_layers.BEYOND),
    "Flax NNX": Library(
        ("flax.nnx",),
        flax_layers.FLAX,
        flax_layers.POINTWISE,
        flax_layers.HARMLESS,
        flax_layers.BEYOND,
        refusals.OTHERS,
    ),
    "Equinox": Library(
        ("equinox.nn",),
        equinox_layers.EQUINOX,
        equinox_layers.POINTWISE,
        equinox_layers.HARMLESS,
        equinox_layers.BEYOND,
        refusals.OTHERS,
    ),
    "Haiku": Library(
        ("haiku",),
        haiku_layers.HAIKU,
        haiku_layers.POINTWISE,
        haiku_layers.HARMLESS,
        haiku_layers.BEYOND,
        refusals.OTHERS,
    ),
    "tinygrad": Library(
        ("tinygrad.nn",),
        tinygrad_layers.TINYGRAD,
        tinygrad_layers.POINTWISE,
        beyond=tinygrad_layers.BEYOND,
        refused=refusals.OTHERS,
    ),
    TENSORS: Library(
        ("tinygrad.tensor.Tensor", "tinygrad.Tensor"),
        tinygrad_layers.TENSORS,
        tinygrad_layers.TENSOR_POINTWISE,
        tinygrad_layers.TENSOR_HARMLESS,
        tinygrad_layers.TENSOR_BEYOND,
    ),
    "PaddlePaddle": Library(
        ("paddle.nn",),
        paddle_layers.PADDLE,
        paddle_layers.POINTWISE,
        paddle_layers.HARMLESS,
        paddle_layers.BEYOND,
        refusals.PADDLE,
    ),
    "MLX": Library(
        ("mlx.nn",), mlx_layers.MLX, mlx_layers.POINTWISE, mlx_layers.HARMLESS, mlx_layers.BEYOND, refusals.OTHERS
    ),
    TORCHVISION: Library(libraries.TORCHVISION, torchvision_layers.TORCHVISION),
}
"""By what a library is called."""
READ: Final = [name for name in TABLES if name not in {FUNCTIONS, OPS, TENSORS}]
"""Libraries whose layers are read."""
BARE: Final = (TORCH, KERAS, TORCHVISION)
"""Whose layers are known without a module's name before theirs."""
