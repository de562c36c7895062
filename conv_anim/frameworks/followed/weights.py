"""The arrays that a layer of PyTorch trains, by its settings: what `layer.weight` and `layer.bias` are."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.followed.settings import said
from conv_anim.frameworks.followed.values import Held, Trained

if TYPE_CHECKING:
    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.followed.values import Module

Shape = tuple[int, ...]


def arrays(module: Module) -> dict[str, Held]:
    """By their names, always the same of one module; none of a layer whose weights are not known."""
    if not module.arrays and module.call is not None:
        shapes = _shapes(module.call, said(module.call))
        counted = module.counted  # then they are parameters of a node already
        module.arrays |= {name: Held(shape, (Trained(prod(shape), counted),)) for name, shape in shapes.items()}
    return module.arrays


def _shapes(call: Call, known: dict[str, Any]) -> dict[str, Shape]:
    short, biased = call.short, known.get("bias", True) not in {False, None}
    if short.startswith(("Conv", "Linear", "Embedding")):
        weight = _of_products(short, known)
        bias = () if short.startswith("Embedding") or not biased else (_outputs(short, known),)
    elif "Norm" in short and _affine(short, known):
        over = known.get("normalized_shape", known.get("num_features", known.get("num_channels")))
        weight = over if isinstance(over, tuple) else (over,)
        bias = () if short == "RMSNorm" or not biased else weight
    else:
        return {}
    found = {"weight": weight, "bias": bias}
    return {name: shape for name, shape in found.items() if shape and all(isinstance(n, int) for n in shape)}


def _affine(short: str, known: dict[str, Any]) -> bool:
    usual = not short.startswith("Instance")
    return bool(known.get("affine", known.get("elementwise_affine", usual))) and short != "LocalResponseNorm"


def _outputs(short: str, known: dict[str, Any]) -> Any:
    return known.get("out_features" if short.startswith("Linear") else "out_channels")


def _of_products(short: str, known: dict[str, Any]) -> tuple[Any, ...]:
    if short.startswith("Linear"):
        return known.get("out_features"), known.get("in_features")
    if short.startswith("Embedding"):
        return known.get("num_embeddings"), known.get("embedding_dim")
    into, out, groups, kernel = (known.get(key) for key in ("in_channels", "out_channels", "groups", "kernel_size"))
    if not (isinstance(into, int) and isinstance(out, int) and isinstance(groups, int) and isinstance(kernel, tuple)):
        return ()
    if groups < 1:
        return ()
    return (into, out // groups, *kernel) if "Transpose" in short else (out, into // groups, *kernel)
