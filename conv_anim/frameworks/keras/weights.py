"""The trained numbers of a layer in a .keras file, as a spec has them. They are in HDF5, which h5py reads.

Keras brings h5py along. It is imported here alone: without it a layer is drawn with numbers that are made up.
"""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

from conv_anim import opening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conv_anim.frameworks.keras.files import Layer

LARGEST = 2**31
"""Bytes of a file, and of the weights in it once they are unpacked."""
FILE = "model.weights.h5"
DEEPEST = 20
"""Models inside of models."""


class NoWeightsError(Exception):
    """Why there are none."""


def arrays(path: Path, layer: Layer) -> list[Any]:
    """What a layer has, in Keras's order: kernel, bias. Raises NoWeightsError."""
    try:
        import h5py  # type: ignore[import-not-found,unused-ignore]  # it comes with Keras
    except ImportError:
        raise NoWeightsError("reading the weights of a .keras file takes h5py: pip install h5py") from None
    data = opening.content(path, LARGEST)
    try:
        with zipfile.ZipFile(BytesIO(data or b"")) as archive:
            if archive.getinfo(FILE).file_size > LARGEST:
                raise NoWeightsError("the weights of this file are too many")
            unpacked = archive.read(FILE)
        with h5py.File(BytesIO(unpacked), "r") as root:
            return _of(root, (*layer.scope, layer.name))
    except (KeyError, OSError, ValueError, RuntimeError, TypeError, zipfile.BadZipFile, NotImplementedError):
        raise NoWeightsError("the weights of this file cannot be read") from None


def _of(root: Any, names: tuple[str, ...]) -> list[Any]:
    """Groups are called by classes; which layer each is, an attribute says."""
    group = root
    for name in names[-DEEPEST:]:
        found = [each for each in _layers(group) if _name(each) == name]
        if len(found) != 1:
            raise NoWeightsError(f"the weights of this file are not kept by the name '{name}'")
        group = found[0]
    kept = group["vars"]
    return [kept[key][()] for key in sorted(kept, key=int)]


def _layers(group: Any) -> Iterator[Any]:
    for each in group.get("layers", {}).values():
        if "vars" in each:
            yield each


def _name(group: Any) -> str:
    said = group["vars"].attrs.get("name", "")
    return said.decode() if isinstance(said, bytes) else str(said)


def keys(layer: Layer, found: list[Any]) -> dict[str, Any]:
    """Arrays by the keys of a spec's layer: filters first, as everywhere here. Raises NoWeightsError."""
    kind = layer.kind
    biased = layer.config.get("use_bias") is not False
    wanted = (2 if "Separable" in kind else 1) + biased
    if len(found) != wanted:
        raise NoWeightsError(f"'{layer.name}' has {len(found)} arrays of weights, and {wanted} are needed")
    if "Separable" in kind:
        made = {"weight": _depthwise(found[0]), "pointwise_weight": _turned(found[1])}
    elif "Depthwise" in kind:
        made = {"weight": _depthwise(found[0])}
    else:
        made = {"weight": _turned(found[0])}
    return {**made, "bias": found[-1] if biased else None}


def _turned(kernel: Any) -> Any:
    """(*size, in, out) as (out, in, *size); of a transposed layer (*size, out, in) as (in, out, *size)."""
    axes = kernel.ndim - 2
    return kernel.transpose(axes + 1, axes, *range(axes))


def _depthwise(kernel: Any) -> Any:
    """(*size, channels, multiplier) as (channels · multiplier, 1, *size)."""
    axes = kernel.ndim - 2
    return kernel.transpose(axes, axes + 1, *range(axes)).reshape(-1, 1, *kernel.shape[:axes])
