"""An ONNX model as it is read from a file: all its nodes, their settings, and the values that belong to them."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conv_anim import opening
from conv_anim.diagnostics import Code, Problem, SpecError
from conv_anim.frameworks.onnx.nodes import ITS_OWN, text
from conv_anim.frameworks.onnx.values import LARGEST, Values
from conv_anim.frameworks.onnx.walk import Scope, Walk
from conv_anim.limits import Location, fixed
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from os import PathLike

    from conv_anim.frameworks.onnx.nodes import Node
    from conv_anim.spec.model import Size


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its nodes, also those of branches, loops and functions, in the order in which they are computed."""

    path: Path
    graph: Any
    values: Values
    nodes: tuple[Node, ...]
    inputs: tuple[str, ...]
    """The keys of what it is fed."""
    outputs: tuple[str, ...]

    @classmethod
    def read(cls, path: str | PathLike[str], size: Size | None = None) -> Model:
        """The model in a file. What it keeps in other files stays there until it is asked for. Raises SpecError.

        A batch that is left open is one of 1. ``size`` is that of its first input, along its last axes.
        """
        path = Path(path)
        model = _loaded(path, _onnx(path))
        graph, values = model.graph, Values(path)
        kept = {text(each.name) for each in graph.initializer}
        kept |= {text(each.values.name) for each in graph.sparse_initializer}
        fed = [each for each in graph.input if text(each.name) not in kept]
        for k, value in enumerate(fed):
            values.types[text(value.name)] = _sized(value.type, size if k == 0 else None, _batches(fed))
        values.fed |= {text(value.name) for value in fed}
        opset = max((each.version for each in model.opset_import if each.domain in ITS_OWN), default=1)
        scope = Scope(opset=opset)
        scope.names.update((name, name) for name in values.fed)
        walk = Walk(values, {(text(each.domain), text(each.name)): each for each in model.functions})
        walk.graph(graph, scope)
        outputs = tuple(scope.key(text(each.name)) for each in graph.output)
        return cls(path, graph, values, tuple(walk.nodes), tuple(text(each.name) for each in fed), outputs)

    @property
    def files(self) -> list[Path]:
        """Its own, and those that it keeps numbers in."""
        tensors = [tensor for tensor in self.values.constants.tensors.values() if not hasattr(tensor, "indices")]
        kept = [each.value for tensor in tensors for each in tensor.external_data if each.key == "location"]
        return [self.path, *(self.path.parent / name for name in dict.fromkeys(kept))]

    def problem(self, message: str, hint: str | None = None, code: Code = Code.UNSUPPORTED) -> SpecError:
        """What is wrong with the file, at its path."""
        return _problem(self.path, message, hint, code)


BATCH = {"batch", "batch_size"}
"""What models call the size of a batch, wherever it stands."""


def _batches(fed: list[Any]) -> set[str]:
    """The names of what stands first in the shapes of inputs, which is the batch."""
    first = (value.type.tensor_type.shape.dim for value in fed)
    return BATCH | {text(dims[0].dim_param) for dims in first if len(dims) > 1} - {""}


def _sized(type_: Any, size: Size | None, batches: set[str]) -> Any:
    """The type of an input with what is left open said, as far as it can be."""
    made = type(type_)()
    made.CopyFrom(type_)
    dims = made.tensor_type.shape.dim
    for k, dim in enumerate(dims):
        if dim.HasField("dim_value") and dim.dim_value == -1:  # as some write what is left open
            dim.Clear()
        if not dim.HasField("dim_value") and ((k == 0 and len(dims) > 1) or text(dim.dim_param) in batches):
            dim.dim_value = 1
    if size is not None and len(dims) > len(size):
        for dim, n in zip(dims[-len(size) :], size, strict=True):
            dim.dim_value = n
    return made


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
        raise _problem(path, "this is not an ONNX model", "write it with torch.onnx.export or onnx.save") from None
    if model is None:
        raise SpecError([fixed("the model is larger than 2 GB", "draw one layer of it", Location(file=str(path)))])
    return model


def _form(path: Path) -> str | None:
    """How a model is serialised, by its file's name, as onnx detects it."""
    from onnx import serialization

    return serialization.registry.get_format_from_file_extension(path.suffix)


def _problem(path: Path, message: str, hint: str | None = None, code: Code = Code.DATA_FILE) -> SpecError:
    return SpecError([Problem(code, message, str(path), hint=hint)])
