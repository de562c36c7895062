"""An ONNX model as it is read from a file: its nodes, their settings, and the arrays that belong to them."""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim import opening
from conv_anim.diagnostics import Code, Problem, SpecError, nearest
from conv_anim.limits import Location, fixed

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
    opset: int = 1
    """The version of the operators."""

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Model:
        """The model in a file. What it keeps in other files stays there until it is asked for. Raises SpecError."""
        path = Path(path)
        model = _loaded(path, _onnx(path))
        constants = {node.output[0]: node for node in model.graph.node if node.op_type == "Constant" and node.output}
        arrays = {name: _constant(node) for name, node in constants.items()}
        arrays |= {tensor.name: tensor for tensor in model.graph.initializer}
        versions = [each.version for each in model.opset_import if each.domain in {"", "ai.onnx"}]
        return cls(path, model.graph, arrays, _shapes(model), max(versions, default=1))

    @property
    def files(self) -> list[Path]:
        """Its own, and those that it keeps numbers in."""
        tensors = [tensor for tensor in self.arrays.values() if tensor is not None]
        kept = [each.value for tensor in tensors for each in tensor.external_data if each.key == "location"]
        return [self.path, *(self.path.parent / name for name in dict.fromkeys(kept))]

    @property
    def nodes(self) -> list[Node]:
        """Those with ONNX's own ops, in the order of the file."""
        return [
            Node(self, _text(proto.name or (proto.output[0] if proto.output else f"node {k}")), proto)
            for k, proto in enumerate(self.graph.node)
            if proto.domain in {"", "ai.onnx"}
        ]

    def problem(self, message: str, hint: str | None = None, code: Code = Code.UNSUPPORTED) -> SpecError:
        """A diagnostic about the file, ready to raise."""
        return _problem(self.path, message, hint, code)

    def array(self, name: str) -> Any:
        """The numbers of a tensor of the model; in a file of their own only below the model's folder."""
        from onnx import numpy_helper

        tensor = self.arrays.get(name)
        if tensor is None:
            raise self.problem(f"'{name}' {self._origin(name)}, and only plain tensors that are part of it are drawn")
        self._inside(tensor, name)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return numpy_helper.to_array(self._whole(tensor))
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

    def _origin(self, name: str) -> str:
        """Where the numbers of a value come from that is no tensor of the model."""
        if name in self.arrays or name in {tensor.values.name for tensor in self.graph.sparse_initializer}:
            return "is kept by the model, but not as a plain tensor"
        if name in {value.name for value in self.graph.input}:
            return "is fed to the model"
        return "is computed by the model"

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
        """The name of its op: "Conv"."""
        return str(self.proto.op_type)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the values that it makes."""
        return tuple(self.proto.output)

    @property
    def input_shape(self) -> tuple[int | None, ...] | None:
        """(channels, *size) as far as the model says it; None if it does not. Raises SpecError for no shape."""
        shape = self.model.shapes.get(self.proto.input[0]) if self.proto.input else None
        if shape is None or not 3 <= len(shape) <= 5:
            return None
        if any(n is not None and n < 1 for n in shape[1:]):
            size = ", ".join("?" if n is None else str(n) for n in shape)
            raise self.problem(f"the model says that its input has the shape ({size})", Code.OUT_OF_RANGE, FREE)
        return shape[1:]

    @property
    def axes(self) -> int | None:
        """How many axes its window has, or its input as the model says it; None if neither is said."""
        kernel, shape = self.setting("kernel_shape"), self.input_shape
        if not isinstance(kernel, list) or not 1 <= len(kernel) <= 3:
            return None if shape is None else len(shape) - 1
        if shape is not None and len(shape) - 1 != len(kernel):
            what = f"'kernel_shape' is {kernel}, and its input has {_counted(len(shape) - 1, 'axis', 'axes')}"
            raise self.problem(what, Code.AXES)
        return len(kernel)

    def problem(self, message: str, code: Code = Code.UNSUPPORTED, hint: str | None = None) -> SpecError:
        """A diagnostic about it, ready to raise."""
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

    def whole(self, name: str, default: int | None, *, least: int = 1) -> int:
        """A whole number; one without a default has to be there."""
        value = self.setting(name, default)
        if value is None:
            raise self.problem(f"it has no '{name}'", Code.MISSING_KEY)
        if not isinstance(value, int):
            raise self.problem(f"'{name}' must be a whole number", Code.WRONG_TYPE)
        if value < least:
            raise self.problem(f"'{name}' is {value}, and must be {least} or more", Code.OUT_OF_RANGE)
        return value

    def flag(self, name: str) -> bool:
        """0, as by default, or 1."""
        value = self.whole(name, 0, least=0)
        if value > 1:
            raise self.problem(f"'{name}' is {value}, and must be 0 or 1", Code.OUT_OF_RANGE)
        return value == 1

    def check_names(self) -> None:
        """Raise SpecError for an attribute that its operator does not have: nobody would follow it."""
        from onnx import defs

        try:
            known = sorted(defs.get_schema(self.kind, self.model.opset, "").attributes)
        except defs.SchemaError:  # of a version that is not known here
            return
        for each in self.proto.attribute:
            name = _text(each.name)
            if name not in known:
                near = nearest(name, known)
                hint = f"did you mean '{near}'?" if near else f"known are {', '.join(known) or 'none'}"
                what = f"{self.kind} of opset {self.model.opset} has no attribute '{name}'"
                raise self.problem(what, Code.UNKNOWN_KEY, hint)

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


FREE = "each number is 1 or more, or left open"


def _text(name: str | bytes) -> str:
    """A name; protobuf hands over as bytes what is no UTF-8."""
    return name if isinstance(name, str) else name.decode(errors="replace")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _onnx(path: Path) -> Any:
    try:
        import onnx
    except ImportError:
        hint = "pip install 'conv-anim[onnx]'"
        raise _problem(path, "reading this takes the package onnx, which is not installed", hint) from None
    return onnx


def _loaded(path: Path, onnx: Any) -> Any:
    """The model as onnx has it. Raises SpecError."""
    try:
        data = opening.content(path, LARGEST)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about models as text, whose form may change
            model = None if data is None else onnx.load(BytesIO(data), format=_form(path), load_external_data=False)
    except FileNotFoundError:
        raise _problem(path, "there is no such file", None, Code.UNREADABLE) from None
    except opening.NoFileError as error:
        raise _problem(path, f"this is {error.kind}, not a file", None, Code.UNREADABLE) from None
    except OSError as error:
        raise _problem(path, f"cannot be read: {error.strerror or error}", None, Code.UNREADABLE) from None
    except Exception:  # noqa: BLE001  # each form of a model, chosen by the file's name, has faults of its own
        raise _problem(path, "this is no ONNX model", "write it with torch.onnx.export or onnx.save") from None
    if model is None:
        raise SpecError([fixed("the model is larger than 2 GB", "draw one layer of it", Location(file=str(path)))])
    return model


def _form(path: Path) -> str | None:
    """How a model is written, by its file's name, as onnx tells it."""
    from onnx import serialization

    return serialization.registry.get_format_from_file_extension(path.suffix)


def _problem(path: Path, message: str, hint: str | None = None, code: Code = Code.DATA_FILE) -> SpecError:
    return SpecError([Problem(code, message, str(path), hint=hint)])


def _constant(node: Any) -> Any:
    """The tensor of a Constant; None for one that is written in another way."""
    return next((each.t for each in node.attribute if each.name == "value" and each.HasField("t")), None)


def _shapes(model: Any) -> dict[str, tuple[int | None, ...]]:
    """The shapes of values, as the model says them or as they follow; None for a size that is left open."""
    from onnx import shape_inference

    with suppress(Exception):  # then only what it says itself is known
        model = shape_inference.infer_shapes(model)
    graph = model.graph
    return {
        value.name: tuple(d.dim_value if d.HasField("dim_value") else None for d in value.type.tensor_type.shape.dim)
        for value in (*graph.input, *graph.value_info, *graph.output)
        if value.type.tensor_type.HasField("shape")
    }
