"""Types of ONNX's values: of tensors and arrays, and of what an operator makes, by ONNX's own inference."""

from __future__ import annotations

from contextlib import suppress
from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.frameworks.onnx.constants import SMALL

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.constants import Array
    from conv_anim.frameworks.onnx.nodes import Node


REAL = {1, 10, 11, 16, 17, 18, 19, 20, 23}
"""ONNX's numbers of types: float, float16, double, bfloat16, four of eight bits, float4."""


def of_tensor(tensor: Any) -> Any:
    """The type of a tensor, plain or sparse."""
    from onnx import helper

    values = tensor.values if hasattr(tensor, "indices") else tensor
    return helper.make_tensor_type_proto(values.data_type, list(tensor.dims))


def of_array(array: Array) -> Any:
    """The type and sizes of an array, as ONNX's own type."""
    from onnx import helper

    return helper.make_tensor_type_proto(helper.np_dtype_to_tensor_dtype(array.dtype), list(array.shape))


def constant(node: Node) -> Any:
    """The tensor of a Constant, in any of its forms; None for texts and others."""
    from onnx import TensorProto, helper

    kinds = {"value_float": TensorProto.FLOAT, "value_int": TensorProto.INT64}
    for each in node.proto.attribute:
        if each.name == "value" and each.HasField("t"):
            return each.t
        if each.name == "sparse_value" and each.HasField("sparse_tensor"):
            return each.sparse_tensor
        if each.name in kinds:
            number = each.f if each.name == "value_float" else each.i
            return helper.make_tensor(node.name, kinds[each.name], [], [number])
        if each.name.removesuffix("s") in kinds:
            numbers = [*each.floats, *each.ints]
            return helper.make_tensor(node.name, kinds[each.name.removesuffix("s")], [len(numbers)], numbers)
    return None


def inferred(node: Node) -> dict[str, Any]:
    """The types of a node's outputs, by their names in its graph; none for what is not known."""
    from onnx import defs, shape_inference

    names = [name for name in node.proto.input if name]
    keys = [key for key, name in zip(node.inputs, node.proto.input, strict=True) if name]
    types = {name: node.values.types[key] for name, key in zip(names, keys, strict=True) if key in node.values.types}
    if len(types) < len(set(names)):
        return {}
    try:
        schema = defs.get_schema(node.operator, _version(node), "")
        data = {name: _tensor(node, key) for name, key in zip(names, keys, strict=True)}
        known = {name: tensor for name, tensor in data.items() if tensor is not None}
        with suppress(Exception):
            return dict(shape_inference.infer_node_outputs(schema, _plain(node), types, known))
        return dict(shape_inference.infer_node_outputs(schema, _plain(node), _of_one_kind(types), known))
    except Exception:  # noqa: BLE001  # of an operator that is not known, or contradicts itself
        return {}


def _of_one_kind(types: dict[str, Any]) -> dict[str, Any]:
    """With real numbers of one precision: sizes are the same where a model mixes them."""
    real = [type_.tensor_type.elem_type for type_ in types.values() if type_.tensor_type.elem_type in REAL]
    made = {name: type(type_)() for name, type_ in types.items()}
    for name, type_ in types.items():
        made[name].CopyFrom(type_)
        if type_.tensor_type.elem_type in REAL:
            made[name].tensor_type.elem_type = real[0]
    return made


def _version(node: Node) -> int:
    from onnx import defs

    return min(node.opset, defs.onnx_opset_version())


def _plain(node: Node) -> Any:
    """A node as ONNX's own operator."""
    from conv_anim.frameworks.onnx.nodes import FUSING

    if node.operator == node.kind:
        return node.proto
    made = type(node.proto)()
    made.CopyFrom(node.proto)
    made.domain, made.op_type = "", node.operator
    kept = [each for each in node.proto.attribute if each.name not in FUSING]
    del made.attribute[:]
    made.attribute.extend(kept)
    del made.input[3:]
    return made


def _tensor(node: Node, key: str) -> Any:
    """A small known value, by which the size of an output may be."""
    from onnx import numpy_helper

    shape = node.values.shape(key)
    if not node.values.known(key) or shape is None or None in shape:
        return None
    cells = prod(n or 0 for n in shape)
    if cells > SMALL or (node.values.is_real(key) and node.operator not in {"Resize", "Upsample"}):
        return None
    try:
        return numpy_helper.from_array(node.values.array(key))
    except Exception:  # noqa: BLE001  # then it is not known
        return None


def merged(first: Any, second: Any, *, both: bool = False) -> Any:
    """What is known of a value by two types of it; with ``both`` only in what they agree."""
    if first is None or second is None:
        return None if both else first if second is None else second
    one, other = first.tensor_type, second.tensor_type
    if not one.HasField("shape") or not other.HasField("shape"):
        return None if both else first if one.HasField("shape") else second
    if len(one.shape.dim) != len(other.shape.dim):
        return None if both else second
    made = type(first)()
    made.CopyFrom(second)
    for mine, theirs, dim in zip(one.shape.dim, other.shape.dim, made.tensor_type.shape.dim, strict=True):
        if both and mine != theirs:
            dim.Clear()
        elif not both and not theirs.HasField("dim_value"):
            dim.CopyFrom(mine)
    return made


def sliced(type_: Any) -> Any:
    """The type of one entry of a sequence along its first axis."""
    made = type(type_)()
    made.CopyFrom(type_)
    if len(made.tensor_type.shape.dim):
        del made.tensor_type.shape.dim[0]
    return made
