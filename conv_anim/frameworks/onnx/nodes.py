"""A node of an ONNX model: its settings, its inputs, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import Code, Problem, SpecError, nearest
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.constants import Array
    from conv_anim.frameworks.onnx.values import Values
    from conv_anim.spec.network import Sizes

ITS_OWN = {"", "ai.onnx"}
"""The domain of ONNX's own operators."""
FUSED = {"FusedConv": "Conv", "FusedGemm": "Gemm"}
"""Operators of onnxruntime (com.microsoft) which are one of ONNX's and an activation."""
FUSING = {"activation", "activation_params", "activation_alpha", "activation_beta", "activation_gamma"}
"""Their further attributes."""
FLAT = {"Gemm", "MatMul", "Relu", "Sigmoid", "Tanh", "LeakyRelu", "Gelu", "Softmax"}
"""Operators that are fed vectors too."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node. ``label`` is its number as the file counts it, within a branch of node 3 ``3.then.7``."""

    values: Values = field(repr=False)
    label: str
    name: str
    proto: Any = field(repr=False)
    inputs: tuple[str, ...]
    """Keys of values; empty where an input is left out."""
    outputs: tuple[str, ...]
    opset: int = 1
    scope: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    """Keys of what its branches make, of an If or a Loop."""

    @property
    def domain(self) -> str:
        """The node's set of operators, empty for ONNX's own."""
        return "" if self.proto.domain in ITS_OWN else text(self.proto.domain)

    @property
    def kind(self) -> str:
        """What it is called, with its domain if it is not ONNX's own."""
        return text(self.proto.op_type) if not self.domain else f"{self.domain}.{text(self.proto.op_type)}"

    @property
    def operator(self) -> str:
        """ONNX's operator that it is, whatever follows it: FusedConv is a Conv."""
        if self.domain == "com.microsoft":
            return FUSED.get(self.proto.op_type, self.kind)
        return self.kind

    @property
    def names(self) -> tuple[str, ...]:
        """What its outputs are called."""
        return tuple(self.values.name(key) for key in self.outputs if key)

    def shape(self, position: int = 0) -> Sizes | None:
        """The shape of an input, as far as it is known."""
        given = self.given(position)
        return None if given is None else self.values.shape(given)

    def given(self, position: int) -> str | None:
        """The key of an input; None if it is left out."""
        return self.inputs[position] if position < len(self.inputs) and self.inputs[position] else None

    @property
    def input_shape(self) -> Sizes | None:
        """(channels, *size) as far as the model says it; None if it does not. Raises SpecError for no shape.

        A flat input is one channel of a sequence to what treats it cell by cell, or as a vector. Attention has its
        channels behind its length.
        """
        shape = self.shape()
        if shape is not None and len(shape) == 2 and self.operator in FLAT:
            shape = (shape[0], 1, shape[1])
        if shape is not None and len(shape) == 3 and self.operator == "Attention":
            shape = (shape[0], shape[2], shape[1])
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
        """What is wrong with the node, at its name."""
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
        """Raise SpecError for an attribute that its operator does not have: it would have no effect."""
        from onnx import defs

        try:
            known = sorted(defs.get_schema(self.operator, self.opset, "").attributes)
        except defs.SchemaError:  # of a version that is not known here
            return
        known += sorted(FUSING) if self.operator != self.kind else []
        for each in self.proto.attribute:
            name = text(each.name)
            if name not in known:
                near = nearest(name, known)
                hint = f"did you mean '{near}'?" if near else f"known are {', '.join(known) or 'none'}"
                what = f"{self.kind} of opset {self.opset} has no attribute '{name}'"
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

    def array(self, position: int) -> Array | None:
        """The numbers of one of its inputs that are part of the model; None if there is no such input."""
        given = self.given(position)
        if given is None and position == 1:
            raise self.problem("it has no weight", Code.MISSING_KEY)
        return None if given is None else self.values.array(given)


FREE = "each number is 1 or more, or left open"


def text(name: str | bytes) -> str:
    """A name; protobuf gives bytes where it is not UTF-8."""
    return name if isinstance(name, str) else name.decode(errors="replace")


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
