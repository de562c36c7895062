"""The values of an ONNX model: their shapes as far as they follow, and the numbers of those that are known."""

from __future__ import annotations

import warnings
from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim import opening
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.onnx.constants import Array, Constants, NotMadeError
from conv_anim.frameworks.onnx.types import REAL
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from pathlib import Path

    from conv_anim.spec.network import Sizes

LARGEST = 2**31
"""Bytes of a tensor in a file of its own."""
WIDEST = 16
"""Bytes that a number takes at most."""


@dataclass
class Values:
    """Of a model and all graphs in it, by keys: names, those of inner graphs with what they are inside of."""

    path: Path
    types: dict[str, Any] = field(default_factory=dict)
    """ONNX's, as far as they are known."""
    constants: Constants = field(default_factory=Constants)
    fed: set[str] = field(default_factory=set)
    """What the model is fed."""
    names: dict[str, str] = field(default_factory=dict)
    """What the model calls them, where that is not the key."""

    def name(self, key: str) -> str:
        """What a value is called, by default its key."""
        return self.names.get(key, key)

    def shape(self, key: str) -> Sizes | None:
        """None if it is not known."""
        made = self.constants.made.get(key)
        if made is not None:
            return tuple(made.shape)
        type_ = self.types.get(key)
        if type_ is None or not type_.HasField("tensor_type") or not type_.tensor_type.HasField("shape"):
            return None
        return tuple(d.dim_value if d.HasField("dim_value") else None for d in type_.tensor_type.shape.dim)

    def is_real(self, key: str) -> bool:
        """Whether its numbers are real ones, of any precision."""
        type_ = self.types.get(key)
        return type_ is not None and type_.tensor_type.elem_type in REAL

    def known(self, key: str) -> bool:
        """Whether a value is a constant."""
        return key in self.constants

    def array(self, key: str) -> Array:
        """The numbers of a value that is known. Raises SpecError for others."""
        if not self.known(key):
            where = "is fed to the model" if key in self.fed else "is computed by the model from what it is fed"
            raise self.problem(f"'{self.name(key)}' {where}, and only numbers that the model brings along are drawn")
        try:
            return self.constants.array(key, self.shape, self._read)
        except NotMadeError as error:
            raise self.problem(f"the numbers of '{self.name(key)}' cannot be had: it {error}") from None

    def problem(self, message: str, hint: str | None = None, code: Code = Code.UNSUPPORTED) -> SpecError:
        """What is wrong with the model, at the path of its file."""
        return SpecError([Problem(code, message, str(self.path), hint=hint)])

    # tensors of the model

    def _read(self, tensor: Any) -> Array:
        """In a file of their own only below the model's folder."""
        from onnx import numpy_helper

        sparse = hasattr(tensor, "indices")
        name = tensor.values.name if sparse else tensor.name
        for each in (tensor.values, tensor.indices) if sparse else (tensor,):
            self._inside(each, name)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if not sparse:
                    return numpy_helper.to_array(self._whole(tensor))
                values, indices = (numpy_helper.to_array(self._whole(each)) for each in (tensor.values, tensor.indices))
                return _dense(values, indices, tensor)
        except Exception as error:  # noqa: BLE001  # of a tensor that may hold anything, in a file that may too
            message = f"the numbers of '{name}' cannot be read: {str(error).splitlines()[0] if str(error) else error!r}"
            raise self.problem(message, None, Code.DATA_FILE) from None

    def _whole(self, tensor: Any) -> Any:
        """A tensor with its numbers in it, read from the other file if they are there. Raises OSError, ValueError."""
        from onnx import external_data_helper as apart

        if not apart.uses_external_data(tensor):
            return tensor
        where: Any = apart.ExternalDataInfo(tensor)
        most = min(LARGEST, prod(tensor.dims) * WIDEST if where.length is None else where.length)
        whole = type(tensor)()
        whole.CopyFrom(tensor)
        with opening.opened(self.path.parent / where.location) as file:
            file.seek(where.offset or 0)
            whole.raw_data = opening.taken(file, most)
        whole.data_location = whole.DEFAULT
        del whole.external_data[:]
        return whole

    def _inside(self, tensor: Any, name: str) -> None:
        """Whether what is kept in another file is kept where it may be."""
        folder = self.path.parent.resolve()
        for entry in tensor.external_data:
            if entry.key == "location" and not (folder / entry.value).resolve().is_relative_to(folder):
                message = f"the numbers of '{name}' are said to lie in '{entry.value}', outside the model's folder"
                raise self.problem(message, "copy them beside the model, and save it anew", Code.DATA_FILE)


def _dense(values: Array, indices: Array, tensor: Any) -> Array:
    """A sparse tensor as a plain one: its indices count cells, or are one index per axis."""
    import numpy as np

    dims = tuple(tensor.dims)
    if prod(dims) * WIDEST > LARGEST:
        raise ValueError("it has too many cells")
    dense = np.zeros(prod(dims), values.dtype)
    places = indices if indices.ndim == 1 else np.ravel_multi_index(tuple(indices.T), dims)
    dense[places] = values
    return dense.reshape(dims)
