"""Mappings of a spec: tables of fields, from which come the checks, the typed values and the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from conv_anim.diagnostics import Code, visible
from conv_anim.spec.kinds import INVALID, Either, Flag, Invalid, ListOf, Made, OneOf, SkippedError
from conv_anim.spec.nodes import Entries
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from conv_anim.spec.kinds import Kind, Maybe, Report, Schema
    from conv_anim.spec.nodes import Node, Scalar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Field(Generic[T]):
    """A key of a mapping: its kind, what it is when it is not given, and what it means (for the schema).

    ``example`` is a value to try, and ``written`` the default, both as a spec writes them.
    """

    name: str
    kind: Kind[T]
    doc: str
    default: T | None = None
    required: bool = False
    example: Any = None
    written: Any = None

    @property
    def plain_default(self) -> Any:
        """The default as a spec writes it; None if there is none, or it is computed."""
        plain = isinstance(self.default, bool | int | float | str)
        return self.default if plain else self.written

    def schema(self) -> Schema:
        """Its kind as JSON Schema, with what it means, its default and an example."""
        default, example = self.plain_default, self.example
        return {
            "description": self.doc,
            **self.kind.schema(),
            **({} if default is None else {"default": default}),
            **({} if example is None else {"examples": [example]}),
        }


def switch(name: str, doc: str, *, default: bool = False) -> Field[bool]:
    """A field for true or false, whose example is the other one."""
    return Field(name, Flag(), doc, default=default, example=not default)


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

    def instead(self, field_: Field[T], value: T) -> Record:
        """The same mapping with another value for a field, which stands where it did."""
        return Record(self.node, {**self._values, field_.name: value}, self._nodes)

    def under(self, other: Record) -> Record:
        """With what another mapping gives, where this one gives nothing."""
        return Record(self.node, {**other._values, **self._values}, {**other._nodes, **self._nodes})

    def has(self, *fields: Field[Any]) -> bool:
        """Whether any of these keys is given."""
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
    doc: str = ""
    """What the mapping means."""

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
                meant = self._unknown(key, value, report)
                if meant is not None:
                    values.setdefault(meant, INVALID)
        for f in self.fields:
            if f.required and f.name not in values:
                what = f"{self.name} needs the key '{f.name}'"
                values[f.name] = report.add(Code.MISSING_KEY, what, node, _add(f))
        return Record(node, values, nodes)

    def _unknown(self, key: Scalar, value: Node, report: Report) -> str | None:
        """The key that was probably meant."""
        from conv_anim.spec import near_misses

        names = [*([self.tag] if self.tag else []), *(f.name for f in self.fields)]
        hint = near_misses.unknown_key(key, value, names, report.homes())
        report.add(Code.UNKNOWN_KEY, f"{self.name} has no key '{visible(key.text)}'", key, hint)
        return near_misses.key_meant(key.text, names, value)

    def schema(self) -> Schema:
        required = [f.name for f in self.fields if f.required]
        return {
            "type": "object",
            **({"description": self.doc} if self.doc else {}),
            "properties": {f.name: f.schema() for f in self.fields},
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }


def _add(field: Field[Any]) -> str:
    """A hint for a key that is missing."""
    from conv_anim.spec.hints import written

    if field.example is None:
        return f"give it {field.kind.expected}"
    return f"add {field.name}: {written(field.example)} ({field.kind.expected})"


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
    hint: Callable[[str, Sequence[str]], str] | None = None
    """What was meant by a name that is not one of the arms."""

    @property
    def expected(self) -> str:
        return f"a mapping with the key '{self.tag}'"

    def decode(self, node: Node, report: Report) -> Maybe[Chosen]:
        if not isinstance(node, Entries):
            return report.wrong(node, self.expected)
        tag = node.get(self.tag)
        if tag is None:
            return self._without_tag(node, report)
        name = OneOf(self.arms, self.hint).decode(tag, report)
        if isinstance(name, Invalid):
            return INVALID
        record = self.arms[name].decode(node, report)
        return INVALID if isinstance(record, Invalid) else Chosen(name, record)

    def _without_tag(self, node: Entries, report: Report) -> Literal[Invalid.INVALID]:
        """The tag may be there under another name, or one of its names as a key."""
        from conv_anim.spec.near_misses import key_meant, type_meant
        from conv_anim.spec.synonyms import MERGE

        what, hint = f"{self.what} needs the key '{self.tag}'", f"one of {', '.join(self.arms)}"
        known = {f.name for arm in self.arms.values() for f in arm.fields}
        for key, _ in node.entries:
            if key.text == "<<":
                return report.add(Code.MISSING_KEY, what, key, MERGE)
            meant = key.text if key.text in self.arms else type_meant(key.text, self.arms)
            if meant is not None and key.text not in known:
                return report.add(Code.MISSING_KEY, what, key, f"{self.tag}: {meant}, and its keys beside it")
        for key, _ in node.entries:
            if key.text not in known and key_meant(key.text, [self.tag]) is not None:
                return report.add(Code.MISSING_KEY, what, key, f"'{key.text}' is called '{self.tag}' here: {hint}")
        return report.add(Code.MISSING_KEY, what, node, hint)

    def schema(self) -> Schema:
        return {"type": "object", "required": [self.tag], "oneOf": [self._arm(name) for name in self.arms]}

    def _arm(self, name: str) -> Schema:
        arm = self.arms[name].schema()
        tag = {self.tag: {"description": self.arms[name].doc or self.doc, "const": name}}
        return {**arm, "properties": {**tag, **arm["properties"]}, "required": [self.tag, *arm.get("required", [])]}


def tables(kind: Kind[Any]) -> Iterator[Object]:
    """The mappings that a kind of value can be."""
    match kind:
        case Object():
            yield kind
        case Tagged():
            yield from kind.arms.values()
        case Made():
            yield from tables(kind.kind)
        case ListOf():
            yield from tables(kind.item)
        case Either():
            for _, arm in kind.arms:
                yield from tables(arm)
        case _ if hasattr(kind, "table"):
            yield kind.table
