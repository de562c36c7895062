"""Mappings of a spec: tables of fields, from which come the checks, the typed values and the schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from conv_anim.diagnostics import Code, did_you_mean, nearest
from conv_anim.spec.kinds import INVALID, Invalid, OneOf, SkippedError
from conv_anim.spec.nodes import Entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.spec.kinds import Kind, Maybe, Report, Schema
    from conv_anim.spec.nodes import Node, Scalar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Field(Generic[T]):
    """A key of a mapping: its kind, what it is when it is not given, and what it means (for the schema)."""

    name: str
    kind: Kind[T]
    doc: str
    default: T | None = None
    required: bool = False

    def schema(self) -> Schema:
        return {"description": self.doc, **self.kind.schema()}


class Record:
    """A decoded mapping: typed values by their fields, and where each of them stands."""

    def __init__(self, node: Node, values: Mapping[str, Any], nodes: Mapping[str, Node]) -> None:
        self.node = node
        self._values = values
        self._nodes = nodes

    @classmethod
    def empty(cls) -> Record:
        """A mapping in which nothing is given."""
        return cls(Entries(()), {}, {})

    def get(self, field_: Field[T]) -> T | None:
        """The value, or the field's default. Raises SkippedError for a value that has a problem."""
        value: Maybe[T] | None = self._values.get(field_.name, field_.default)
        if isinstance(value, Invalid):
            raise SkippedError
        return value

    def of(self, field_: Field[T]) -> T:
        """The value of a field that is required or has a default."""
        value = self.get(field_)
        assert value is not None, field_.name
        return value

    def without(self, *fields: Field[Any]) -> Record:
        """The same mapping as if some fields were not given."""
        names = {field_.name for field_ in fields}
        return Record(
            self.node, {name: value for name, value in self._values.items() if name not in names}, self._nodes
        )

    def has(self, *fields: Field[Any]) -> bool:
        return any(field_.name in self._values for field_ in fields)

    def at(self, field_: Field[Any]) -> Node:
        """Where the value stands; the mapping itself where it is not given."""
        return self._nodes.get(field_.name, self.node)


@dataclass(frozen=True, slots=True)
class Object:
    """A mapping with known keys."""

    name: str
    """As messages call it: "a conv layer"."""
    fields: tuple[Field[Any], ...]
    tag: str | None = None
    """A key that is read elsewhere: what chose this table."""

    @property
    def expected(self) -> str:
        return f"a mapping ({', '.join(f.name for f in self.fields[:4])}{', …' if len(self.fields) > 4 else ''})"

    def decode(self, node: Node, report: Report) -> Maybe[Record]:
        """The mapping with what is good in it; what is not is reported, and skipped by what depends on it."""
        if not isinstance(node, Entries):
            return report.wrong(node, self.expected)
        known = {f.name: f for f in self.fields}
        values: dict[str, Any] = {}
        nodes: dict[str, Node] = {}
        for key, value in node.entries:
            if key.text == self.tag:
                continue
            if key.text in known:
                values[key.text], nodes[key.text] = known[key.text].kind.decode(value, report), value
            else:
                meant = self._unknown(key, report)
                if meant is not None:
                    values.setdefault(meant, INVALID)
        for f in self.fields:
            if f.required and f.name not in values:
                what = f"{self.name} needs the key '{f.name}'"
                values[f.name] = report.add(Code.MISSING_KEY, what, node, f"give it {f.kind.expected}")
        return Record(node, values, nodes)

    def _unknown(self, key: Scalar, report: Report) -> str | None:
        """The key that was probably meant."""
        names = [*([self.tag] if self.tag else []), *(f.name for f in self.fields)]
        report.add(Code.UNKNOWN_KEY, f"{self.name} has no key '{key.text}'", key, did_you_mean(key.text, names))
        return nearest(key.text, names)

    def schema(self) -> Schema:
        required = [f.name for f in self.fields if f.required]
        return {
            "type": "object",
            "properties": {f.name: f.schema() for f in self.fields},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a tag chose, and the mapping decoded by its table."""

    name: str
    record: Record


@dataclass(frozen=True, slots=True)
class Tagged:
    """A mapping whose ``tag`` key says which of several tables the other keys are of."""

    what: str
    tag: str
    arms: Mapping[str, Object]
    doc: str

    @property
    def expected(self) -> str:
        return f"a mapping with the key '{self.tag}'"

    def decode(self, node: Node, report: Report) -> Maybe[Chosen]:
        if not isinstance(node, Entries):
            return report.wrong(node, self.expected)
        tag = node.get(self.tag)
        if tag is None:
            what, hint = f"{self.what} needs the key '{self.tag}'", f"one of {', '.join(self.arms)}"
            near = next((key for key, _ in node.entries if key.value in self.arms), None)
            return report.add(Code.MISSING_KEY, what, near or node, hint)
        name = OneOf(tuple(self.arms)).decode(tag, report)
        if isinstance(name, Invalid):
            return INVALID
        record = self.arms[name].decode(node, report)
        return INVALID if isinstance(record, Invalid) else Chosen(name, record)

    def schema(self) -> Schema:
        return {"type": "object", "required": [self.tag], "oneOf": [self._arm(name) for name in self.arms]}

    def _arm(self, name: str) -> Schema:
        arm = self.arms[name].schema()
        tag = {self.tag: {"description": self.doc, "const": name}}
        return {**arm, "properties": {**tag, **arm["properties"]}, "required": [self.tag, *arm.get("required", [])]}
