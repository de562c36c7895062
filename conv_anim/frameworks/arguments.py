"""The arguments of a call, bound to the parameters of its layer: keys and values, as in a spec's mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from conv_anim.diagnostics import Code, Problem
from conv_anim.frameworks.calls import Unread, plain
from conv_anim.spec.entering import LARGEST, per_axis
from conv_anim.spec.kinds import INVALID, Either, Flag, ListOf, Whole
from conv_anim.spec.nodes import Entries, Scalar, is_list, is_scalar
from conv_anim.spec.records import Field
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.diagnostics import Span
    from conv_anim.frameworks.calls import Argument, Call
    from conv_anim.spec.kinds import Kind, Maybe, Report, Schema
    from conv_anim.spec.nodes import Node
    from conv_anim.spec.records import Object

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Anything:
    """What a figure does not depend on; it need not even be a literal."""

    expected: str = "anything"

    def decode(self, node: Node, report: Report) -> Node:
        del report
        return node

    def schema(self) -> Schema:
        return {}


@dataclass(frozen=True, slots=True)
class Only:
    """What changes numbers in a way that is not drawn, unless it is left as it is."""

    usual: bool | int | str | None
    expected: str = "left out"

    def decode(self, node: Node, report: Report) -> Maybe[Any]:
        """The usual value; all else is reported."""
        if isinstance(node, Scalar) and type(node.value) is type(self.usual) and node.value == self.usual:
            return self.usual
        report.problems.append(not_drawn(node.path, node.span))
        return INVALID

    def schema(self) -> Schema:
        return {"const": self.usual}


def not_drawn(name: str, span: Span | None) -> Problem:
    """The problem of an argument that changes numbers."""
    what = f"'{name}' changes numbers in a way that is not drawn"
    return Problem(Code.UNSUPPORTED, what, name, span, "leave it out")


@dataclass(frozen=True, slots=True)
class OrNone(Generic[T]):
    """A value that may be None, as if it were not given."""

    kind: Kind[T]

    @property
    def expected(self) -> str:
        return self.kind.expected

    def decode(self, node: Node, report: Report) -> Maybe[T | None]:
        return None if isinstance(node, Scalar) and node.value is None else self.kind.decode(node, report)

    def schema(self) -> Schema:
        return self.kind.schema()


def whole(name: str, *, least: int = 1) -> Field[int]:
    """A parameter that must be given, a whole number."""
    return Field(name, Whole(least, LARGEST), name, required=True)


def count(name: str, default: int) -> Field[int]:
    """A field for a whole number from 1."""
    return Field(name, Whole(1, LARGEST), name, default=default)


def sizes(name: str, *, least: int = 1) -> Field[int | tuple[int, ...]]:
    """A parameter that must be given, one number or one per axis."""
    return Field(name, per_axis(least), name, required=True)


def rows_and_columns(name: str) -> Field[int | tuple[int, ...]]:
    """A parameter of layers with two axes that must be given: one number, or one for each of the two."""
    single = Whole(1, LARGEST, ", or two of them: rows and columns")
    kind: Kind[int | tuple[int, ...]] = Either(
        ((is_list, ListOf(Whole(1, LARGEST), single.expected, 2, 2)), (is_scalar, single))
    )
    return Field(name, kind, name, required=True)


def moves(name: str, default: int, *, least: int = 1) -> Field[int | tuple[int, ...]]:
    """One number or one per axis."""
    return Field(name, per_axis(least), name, default=default)


def moves_or_none(name: str, *, least: int = 1) -> Field[Any]:
    """One number or one per axis, or None."""
    return Field(name, OrNone(per_axis(least)), name)


def flag(name: str, *, default: bool) -> Field[bool]:
    """A field for true or false."""
    return Field(name, Flag(), name, default=default)


def ignored(*names: str) -> tuple[Field[Any], ...]:
    """Parameters that a figure does not depend on."""
    return tuple(Field(name, Anything(), name) for name in names)


PADDING_FUNCTION = re.compile(r"hk\.pad\.\w+")
"""Functions that Haiku takes for padding, which are known by name."""


def only(name: str, usual: bool | int | str | None) -> Field[Any]:  # noqa: FBT001  # a value
    """A parameter that must be left as it is."""
    return Field(name, Only(usual), name, default=usual)


def bound(call: Call, keys: Object, report: Report, positional: int | None = None) -> Entries:
    """A call's arguments by the names of its parameters; what cannot be is reported.

    ``positional`` of them may be given by position; None is for all.
    """
    entries: list[tuple[Scalar, Node]] = []
    given: set[str] = set()
    for name, argument in _named(call, keys, report, positional):
        if name.text in given:
            message = f"{keys.name} is given '{name.text}' twice"
            report.problems.append(Problem(Code.DUPLICATE_KEY, message, name.text, name.span))
            continue
        given.add(name.text)
        node = plain(argument.value, name.text)
        field = next((field for field in keys.fields if field.name == name.text), None)
        if isinstance(node, Unread) and PADDING_FUNCTION.fullmatch(node.text):
            node = Scalar(node.text, node.text, name.text, node.span)
        if not isinstance(node, Unread):
            entries.append((name, node))
        elif field is None or isinstance(field.kind, Anything):
            entries.append((name, Scalar(None, node.text, name.text, node.span)))
        elif isinstance(field.kind, Only):
            report.problems.append(not_drawn(name.text, node.span))
        else:
            report.problems.append(unread(node, f"'{name.text}'"))
    return Entries(tuple(entries), call.short, call.span)


def _named(call: Call, keys: Object, report: Report, positional: int | None) -> Iterator[tuple[Scalar, Argument]]:
    most = len(keys.fields) if positional is None else positional
    for k, argument in enumerate(call.arguments):
        if argument.keyword is not None:
            yield argument.keyword, argument
        elif k < most:
            name = keys.fields[k].name
            yield Scalar(name, name, name, argument.value.span), argument
        else:
            named = "" if most == len(keys.fields) else " without a name"
            message = f"{keys.name} takes at most {most} argument{'s' * (most != 1)}{named}; this is number {k + 1}"
            hint = f"in their order: {', '.join(field.name for field in keys.fields[:most])}" if most else None
            report.problems.append(Problem(Code.UNKNOWN_KEY, message, "", argument.value.span, hint))


def unread(value: Unread, subject: str) -> Problem:
    """The problem of something that would have to be run."""
    message = f"{subject} is '{_cropped(value.text)}', which is not a plain value: the text is read, never run"
    hint = "write the number, the text or the tuple itself"
    said = hint if value.name is None else f"{hint}, or say what it is: --let {value.name}=64"
    return Problem(Code.NOT_YAML_DATA, message, "", value.span, said)


def _cropped(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
