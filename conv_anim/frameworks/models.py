"""An ONNX model as it is read from a file: its nodes, their settings, and the arrays that belong to them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim import opening
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.limits import Place, fixed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

LARGEST = 2**31
"""Bytes of a model, which is protobuf's own limit; and of a tensor in a file of its own."""
WIDEST = 16
"""Bytes that a number takes at most."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model: ``arrays`` are the tensors that are part of it, ``shapes`` those that it says its values have."""

    path: Path
    graph: Any
    arrays: Mapping[str, Any]
    shapes: Mapping[str, tuple[int | None, ...]]

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Model:
        """The model in a file. What it keeps in other files stays there until it is asked for. Raises SpecError."""
        path = Path(path)
        onnx = _onnx(path)
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it has no types

        try:
            data = opening.content(path, LARGEST)
            if data is None:
                raise SpecError([fixed("the model is larger than 2 GB", "draw one layer of it", Place(file=str(path)))])
            model = onnx.load_model_from_string(data)
        except FileNotFoundError:
            raise _problem(path, "there is no such file", None, Code.UNREADABLE) from None
        except opening.NoFileError as error:
            raise _problem(path, f"this is {error.kind}, not a file", None, Code.UNREADABLE) from None
        except OSError as error:
            raise _problem(path, f"cannot be read: {error.strerror or error}", None, Code.UNREADABLE) from None
        except (DecodeError, ValueError, RuntimeError):
            raise _problem(path, "this is no ONNX model", "write it with torch.onnx.export or onnx.save") from None
        constants = {node.output[0]: node for node in model.graph.node if node.op_type == "Constant" and node.output}
        arrays = {name: _constant(node) for name, node in constants.items()}
        arrays |= {tensor.name: tensor for tensor in model.graph.initializer}
        return cls(path, model.graph, arrays, _shapes(model))

    @property
    def nodes(self) -> list[Node]:
        return [
            Node(self, proto.name or (proto.output[0] if proto.output else f"node {k}"), proto)
            for k, proto in enumerate(self.graph.node)
            if proto.domain in {"", "ai.onnx"}
        ]

    def problem(self, message: str, hint: str | None = None, code: Code = Code.UNSUPPORTED) -> SpecError:
        return _problem(self.path, message, hint, code)

    def array(self, name: str) -> Any:
        """The numbers of a tensor of the model; in a file of their own only below the model's folder."""
        from onnx import numpy_helper
        from onnx.checker import ValidationError

        tensor = self.arrays.get(name)
        if tensor is None:
            raise self.problem(f"'{name}' is computed by the model, and only numbers that are part of it are drawn")
        self._inside(tensor, name)
        try:
            return numpy_helper.to_array(self._whole(tensor))
        except (OSError, ValueError, TypeError, RuntimeError, KeyError, ValidationError) as error:
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


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a model."""

    model: Model
    name: str
    proto: Any = field(repr=False)

    @property
    def kind(self) -> str:
        return str(self.proto.op_type)

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.proto.output)

    @property
    def input_shape(self) -> tuple[int | None, ...] | None:
        """(channels, *size) as far as the model says it; None if it does not."""
        shape = self.model.shapes.get(self.proto.input[0]) if self.proto.input else None
        return None if shape is None or not 3 <= len(shape) <= 5 else shape[1:]

    @property
    def axes(self) -> int | None:
        """How many axes its window has, or its input as the model says it; None if neither is said."""
        kernel = self.setting("kernel_shape")
        if isinstance(kernel, list) and 1 <= len(kernel) <= 3:
            return len(kernel)
        return None if self.input_shape is None else len(self.input_shape) - 1

    def problem(self, message: str, code: Code = Code.UNSUPPORTED, hint: str | None = None) -> SpecError:
        return SpecError([Problem(code, message, self.name, hint=hint)])

    def setting(self, name: str, default: Any = None) -> Any:
        """An attribute: a number, a list of numbers or a text."""
        from onnx import helper

        found = next((each for each in self.proto.attribute if each.name == name), None)
        if found is None:
            return default
        try:
            value = helper.get_attribute_value(found)
        except (ValueError, TypeError):
            value = None
        if value is None:
            raise self.problem(f"'{name}' cannot be read", Code.WRONG_TYPE)
        if isinstance(value, bytes):
            return value.decode(errors="replace")
        return value if isinstance(value, int | float | str) or not hasattr(value, "__len__") else list(value)

    def whole(self, name: str, default: int) -> int:
        value = self.setting(name, default)
        if isinstance(value, int):
            return value
        raise self.problem(f"'{name}' must be a whole number", Code.WRONG_TYPE)

    def wholes(self, name: str, default: list[int], *, least: int = 0) -> list[int]:
        """A number for each axis, or as many as there are by default."""
        value = self.setting(name, default)
        good = isinstance(value, list) and len(value) == len(default) and all(isinstance(n, int) for n in value)
        if not good:
            raise self.problem(f"'{name}' must be a list of {len(default)} whole numbers", Code.WRONG_TYPE)
        if min(value, default=least) < least:
            raise self.problem(f"'{name}' has numbers that are less than {least}: {value}", Code.OUT_OF_RANGE)
        return list(value)

    def array(self, position: int) -> Any:
        """The numbers of one of its inputs that are part of the model; None if there is no such input."""
        given = list(self.proto.input)
        if len(given) <= position or not given[position]:
            if position == 1:
                raise self.problem("it has no weight", Code.MISSING_KEY)
            return None
        return self.model.array(given[position])


def _onnx(path: Path) -> Any:
    try:
        import onnx
    except ImportError:
        hint = "pip install 'conv-anim[onnx]'"
        raise _problem(path, "reading this takes the package onnx, which is not installed", hint) from None
    return onnx


def _problem(path: Path, message: str, hint: str | None = None, code: Code = Code.DATA_FILE) -> SpecError:
    return SpecError([Problem(code, message, str(path), hint=hint)])


def _constant(node: Any) -> Any:
    """The tensor of a Constant; None for one that is written in another way."""
    return next((each.t for each in node.attribute if each.name == "value" and each.HasField("t")), None)


def _shapes(model: Any) -> dict[str, tuple[int | None, ...]]:
    """The shapes of values, as the model says them or as they follow."""
    from onnx import shape_inference

    failures = (shape_inference.InferenceError, RuntimeError, ValueError, TypeError)
    with suppress(*failures):  # then only what it says itself is known
        model = shape_inference.infer_shapes(model)
    graph = model.graph
    return {
        value.name: tuple(d.dim_value if d.dim_value > 0 else None for d in value.type.tensor_type.shape.dim)
        for value in (*graph.input, *graph.value_info, *graph.output)
        if value.type.tensor_type.HasField("shape")
    }
