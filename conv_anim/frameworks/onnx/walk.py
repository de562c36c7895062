"""All nodes of an ONNX model in their order: those of its graph, of branches and loops, and of functions."""

from __future__ import annotations

from contextlib import suppress
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from conv_anim.frameworks.onnx.constants import FOLDED, SMALL, Folded, NotMadeError
from conv_anim.frameworks.onnx.nodes import ITS_OWN, Node, text
from conv_anim.frameworks.onnx.types import constant, inferred, merged, of_array, of_tensor, sliced
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.frameworks.onnx.values import Values

DEEPEST = 24
"""Functions and branches inside of each other."""
MOST_NODES = 100_000
GRAPHS = {"If": ("then_branch", "else_branch"), "Loop": ("body",), "Scan": ("body",)}
"""Operators with graphs of their own, by the names of those."""
SHORT = {"then_branch": "then", "else_branch": "else", "body": "body"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where names mean something: those of a graph, and of what it is inside of."""

    label: str = ""
    """What stands before the numbers of its nodes."""
    names: dict[str, str] = field(default_factory=dict)
    """Keys of values by their names."""
    outer: Scope | None = None
    opset: int = 1
    path: tuple[str, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)
    """The attributes of a function's call."""

    def key(self, name: str) -> str:
        """The value of a name in this graph or, if it is not from here, in an enclosing one."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.outer
        return name


class Met(NamedTuple):
    """A node as it is met: its number, its name, where its names mean something, and the keys of its inputs."""

    proto: Any
    label: str
    name: str
    scope: Scope
    inputs: tuple[str, ...]


@dataclass
class Walk:
    """``functions`` are the model's own, by domain and name."""

    values: Values
    functions: dict[tuple[str, str], Any]
    nodes: list[Node] = field(default_factory=list)

    def graph(self, graph: Any, scope: Scope) -> None:
        """The nodes of a graph, with what is known of their values."""
        for tensor in (*graph.initializer, *graph.sparse_initializer):
            name = tensor.values.name if hasattr(tensor, "indices") else tensor.name
            key = self._named(name, scope)
            self.values.constants.tensors[key] = tensor
            self.values.types[key] = of_tensor(tensor)
        said = {text(value.name): value.type for value in (*graph.value_info, *graph.output)}
        self._run(graph.node, scope, said)

    def _run(self, protos: Iterable[Any], scope: Scope, said: dict[str, Any]) -> None:
        for k, proto in enumerate(protos):
            if len(self.nodes) >= MOST_NODES:
                raise self.values.problem(f"the model has more than {MOST_NODES:,} nodes, with those of its functions")
            self._node(_resolved(proto, scope.attributes), f"{scope.label}{k}", scope, said)

    def _named(self, name: str | bytes, scope: Scope) -> str:
        """A key for a name that begins in a scope."""
        name = text(name)
        key = name if scope.outer is None and not scope.label else f"{scope.label}\0{name}"
        scope.names[name] = key
        self.values.names[key] = name
        return key

    def _node(self, proto: Any, label: str, scope: Scope, said: dict[str, Any]) -> None:
        inputs = tuple(scope.key(text(name)) if name else "" for name in proto.input)
        name = text(proto.name or next(filter(None, proto.output), "") or f"node {label}")
        met = Met(proto, label, name, scope, inputs)
        function = self.functions.get((text(proto.domain), text(proto.op_type)))
        if len(scope.path) > DEEPEST:
            raise self.values.problem(f"functions and branches of the model lie more than {DEEPEST} deep")
        if function is not None:
            self._call(met, function)
            return
        graphs = GRAPHS.get(proto.op_type, ()) if proto.domain in ITS_OWN else ()
        taken = self._taken(met) if graphs and proto.op_type == "If" else None
        if taken is not None:
            scope.names.update(zip(map(text, proto.output), self._branch(met, taken), strict=False))
            return
        within = [key for each in graphs for key in self._branch(met, each)]
        outputs = tuple(self._named(each, scope) if each else "" for each in proto.output)
        node = Node(self.values, label, name, proto, inputs, outputs, scope.opset, scope.path, tuple(within))
        self.nodes.append(node)
        self._known(node, said)

    # what is inside of a node

    def _call(self, met: Met, function: Any) -> None:
        """The nodes of a function, which sees only what it is given."""
        versions = (each.version for each in function.opset_import if each.domain in ITS_OWN)
        attributes = {each.name: each for each in (*function.attribute_proto, *met.proto.attribute)}
        opset, path = max(versions, default=met.scope.opset), (*met.scope.path, met.name)
        inside = Scope(f"{met.label}.", {}, None, opset, path, attributes)
        inside.names.update(zip(map(text, function.input), met.inputs, strict=False))
        inside.names.update((text(each), "") for each in list(function.input)[len(met.inputs) :])
        self._run(function.node, inside, {})
        made = (inside.key(text(each)) for each in function.output)
        met.scope.names.update(zip(map(text, met.proto.output), made, strict=False))

    def _taken(self, met: Met) -> str | None:
        """The branch that is always taken; None if that is not known."""
        if not met.inputs or not self.values.known(met.inputs[0]):
            return None
        with suppress(Exception):  # then both are there
            return GRAPHS["If"][0 if bool(self.values.array(met.inputs[0]).all()) else 1]
        return None

    def _branch(self, met: Met, which: str) -> list[str]:
        """The keys of what a graph of a node makes, after its nodes."""
        graph = next((each.g for each in met.proto.attribute if each.name == which), None)
        if graph is None:
            return []
        short, scope = SHORT[which], met.scope
        path = (*scope.path, f"{met.name} ({short})")
        inside = Scope(f"{met.label}.{short}.", {}, scope, scope.opset, path, scope.attributes)
        if which == "body":
            self._fed(graph, met, inside)
        self.graph(graph, inside)
        return [inside.key(text(each.name)) for each in graph.output]

    def _fed(self, graph: Any, met: Met, inside: Scope) -> None:
        """What the body of a loop is fed: its counter and condition, what it carries on, slices of sequences."""
        proto, inputs = met.proto, met.inputs
        first = 0 if proto.op_type == "Scan" else 2
        slices = next((each.i for each in proto.attribute if each.name == "num_scan_inputs"), 0)
        carried = len(graph.input) - slices
        for k, value in enumerate(graph.input):
            key = self._named(value.name, inside)
            self.values.types[key] = value.type
            if first <= k < len(inputs) and inputs[k] in self.values.types:
                given = self.values.types[inputs[k]]
                self.values.types[key] = merged(value.type, given if k < carried else sliced(given))

    # what is known of what it makes

    def _known(self, node: Node, said: dict[str, Any]) -> None:
        constants, types = self.values.constants, self.values.types
        if node.proto.op_type == "Constant" and not node.domain:
            self._constant(node)
            return
        found = {} if node.within else inferred(node)
        for name, key in zip(map(text, node.proto.output), node.outputs, strict=True):
            type_ = found.get(name)
            type_ = self._joined(node, node.outputs.index(key)) if type_ is None and node.within else type_
            if type_ is None or key not in types:
                type_ = merged(said[name], type_) if name in said else type_
            if key and type_ is not None:
                types[key] = type_
        self._size_of(node)
        foldable = not node.domain and node.proto.op_type in FOLDED and node.inputs
        if foldable and all(each in constants for each in filter(None, node.inputs)):
            constants.add(Folded(node.proto, node.inputs, node.outputs, node.opset))
            self._at_once(node)

    def _at_once(self, node: Node) -> None:
        """The numbers of what is small, as sizes are."""
        for key in filter(None, node.outputs):
            shape = self.values.shape(key)
            if shape is not None and prod(SMALL + 1 if n is None else n for n in shape) <= SMALL:
                with suppress(NotMadeError, Exception):  # then they are not known
                    self.values.types[key] = of_array(self.values.array(key))

    def _constant(self, node: Node) -> None:
        tensor = constant(node)
        if tensor is not None and node.outputs:
            self.values.constants.tensors[node.outputs[0]] = tensor
            self.values.types[node.outputs[0]] = of_tensor(tensor)

    def _size_of(self, node: Node) -> None:
        """A Shape of what has a known one is known."""
        shape = node.shape()
        if node.kind not in {"Shape", "Size"} or shape is None or None in shape:
            return
        import numpy as np

        sizes = np.array(shape, dtype=np.int64)
        first, last = node.setting("start", 0), node.setting("end", len(shape))
        made = sizes.prod() if node.kind == "Size" else sizes[first:last]
        self.values.constants.made[node.outputs[0]] = np.asarray(made)

    def _joined(self, node: Node, k: int) -> Any:
        """The type of what an If or a Loop makes: of what its branches make, as far as they agree."""
        count = len(node.within) // 2 if node.kind == "If" else 0
        if node.kind == "If" and count > k:
            return merged(*(self.values.types.get(key) for key in (node.within[k], node.within[count + k])), both=True)
        carried = len(node.inputs) - 2 if node.kind == "Loop" else 0
        return self.values.types.get(node.within[k + 1]) if k < carried and k + 1 < len(node.within) else None


def _resolved(proto: Any, attributes: dict[str, Any]) -> Any:
    """A node of a function with the attributes of its call."""
    if not any(each.ref_attr_name for each in proto.attribute):
        return proto
    made = type(proto)()
    made.CopyFrom(proto)
    del made.attribute[:]
    for each in proto.attribute:
        given = attributes.get(each.ref_attr_name) if each.ref_attr_name else each
        if given is not None:
            copy = made.attribute.add()
            copy.CopyFrom(given)
            copy.name = each.name
    return made
