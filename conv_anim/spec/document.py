"""YAML with positions: text to a tree of nodes. Plain data: no tags, one document, each key once, YAML 1.2 scalars.

The tree is built from the parser's events, so that its depth and the aliases in it are counted before they cost.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from conv_anim.diagnostics import Code, Problem, Span, SpecError
from conv_anim.limits import USUAL, Asked, Location
from conv_anim.spec.nodes import SHALLOW, Entries, Items, Scalar, joined
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.diagnostics import Source
    from conv_anim.limits import Limits
    from conv_anim.spec.nodes import Node

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

CORE = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
"""The plain scalars of YAML 1.2's core schema that are not text or finite numbers."""
INTEGER = re.compile(r"[-+]?[0-9]{1,400}")
BASED = re.compile(r"0o[0-7]{1,400}|0x[0-9a-fA-F]{1,400}")
REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def scalar(text: str) -> str | int | float | bool | None:
    """A plain scalar by YAML 1.2's core schema: ``no``, ``12:30`` and ``1_000`` are text, ``010`` is ten."""
    if text in CORE:
        return CORE[text]
    if INTEGER.fullmatch(text):
        return int(text)
    if BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if REAL.fullmatch(text):
        return float(text)
    return text


ELSEWHERE = "keep large arrays in a .npy file"


def parsed(source: Source, path: str = "", *, start: int = 0, limits: Limits = USUAL) -> Node:
    """The tree of a source, or of its only line from a character on.

    Raises SpecError if it is not YAML, is too large, or holds more than plain data.
    """
    size = len(source.text)
    asked = Asked("file_size", size, f"this text has {size:,} characters", ELSEWHERE)
    asked.check(limits, Location(path, Span(source, 1, 1)))
    builder = Builder(source, path, limits)
    try:
        for event in yaml.parse(" " * start + source.text[start:], Loader=LOADER):
            builder.take(event)
    except (yaml.YAMLError, ValueError) as error:
        raise SpecError([*builder.problems, _syntax(error, source, start)]) from None
    return builder.result()


def _syntax(error: yaml.YAMLError | ValueError, source: Source, start: int) -> Problem:
    """A ValueError comes from what YAML's readers hand to Python: half a pair of UTF-16, an escape beyond Unicode."""
    from conv_anim.spec import syntax

    if isinstance(error, yaml.MarkedYAMLError):
        return syntax.problem(error, source)
    if isinstance(error, UnicodeEncodeError):
        return syntax.unprintable(error.object[error.start], source, start)
    if isinstance(error, yaml.reader.ReaderError):
        return syntax.unprintable(chr(error.character), source, start)
    return syntax.beyond(source)


@dataclass
class Open:
    """A list or mapping whose end has not come yet."""

    event: Any
    path: str
    children: list[Node] = field(default_factory=list)
    keys: list[Scalar] = field(default_factory=list)
    weight: int = 1

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.event, yaml.SequenceStartEvent)

    @property
    def wants_key(self) -> bool:
        """Whether the next node is a key."""
        return not self.is_list and len(self.keys) == len(self.children)

    @property
    def next_path(self) -> str:
        """The path of the next key or item."""
        if self.is_list:
            return f"{self.path}[{len(self.children)}]"
        return self.path if self.wants_key else joined(self.path, str(self.keys[-1].value))


class Builder:
    """Takes a parser's events and makes a tree of them."""

    def __init__(self, source: Source, path: str, limits: Limits) -> None:
        self.source = source
        self.path = path
        self.limits = limits
        self.problems: list[Problem] = []
        self._open: list[Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._root: Node | None = None

    def result(self) -> Node:
        """The tree. Raises SpecError with all problems."""
        nothing = isinstance(self._root, Scalar) and self._root.value is None
        if self._root is None or (nothing and not self.path):
            hint = "begin with 'input: {size: [5, 5]}' and 'layer: {type: conv, kernel_size: 3}'"
            self.problems.append(Problem(Code.EMPTY, "the spec is empty", self.path, Span(self.source, 1, 1), hint))
        if self.problems or self._root is None:
            raise SpecError(self.problems)
        return self._root

    def take(self, event: Any) -> None:
        """The next event. Raises SpecError for a second document."""
        match event:
            case yaml.DocumentStartEvent() if self._root is not None:
                what = "a second document begins here; a spec is one document"
                raise SpecError([Problem(Code.NOT_YAML_DATA, what, "", self._span(event), "put it into its own file")])
            case yaml.ScalarEvent():
                self._refuse_tag(event)
                plain = event.implicit[0] and event.style in {None, ""}
                value = scalar(event.value) if plain else event.value
                self._add(Scalar(value, event.value, self._next_path(), self._span(event)), event.anchor, 1)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._refuse_tag(event)
                self._begin(event)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                done = self._open.pop()
                self._add(self._closed(done, event), done.event.anchor, done.weight)
            case yaml.AliasEvent():
                self._alias(event)

    def _next_path(self) -> str:
        return self._open[-1].next_path if self._open else self.path

    def _begin(self, event: Any) -> None:
        depth = len(self._open) + 1
        if depth > self.limits.depth:
            what = f"here {depth} lists and mappings lie in each other"
            asked = Asked("depth", depth, what, SHALLOW, whole=False)
            asked.check(self.limits, Location(self._next_path(), self._span(event)))
        if self._open and self._open[-1].wants_key:
            what = "a key must be text, not a list or a mapping"
            hint = "braces stand behind a key, as in input: {size: [5, 5]}"
            raise SpecError([Problem(Code.NOT_YAML_DATA, what, self._next_path(), self._span(event), hint)])
        self._open.append(Open(event, self._next_path()))

    def _closed(self, done: Open, end: Any) -> Node:
        span = self._span(done.event, end)
        if done.is_list:
            return Items(tuple(done.children), done.path, span)
        return Entries(tuple(self._once(done)), done.path, span)

    def _once(self, done: Open) -> Iterator[tuple[Scalar, Node]]:
        """The entries of a mapping, each key's first; a second one is a problem."""
        first: dict[object, Scalar] = {}
        for key, value in zip(done.keys, done.children, strict=True):
            if key.value in first:
                before = first[key.value].span
                hint = None if before is None else f"the first one is in line {before.line}"
                message = f"the key '{key.text}' is given twice"
                self.problems.append(Problem(Code.DUPLICATE_KEY, message, joined(done.path, key.text), key.span, hint))
            else:
                first[key.value] = key
                yield key, value

    def _add(self, node: Node, anchor: str | None, weight: int) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, weight)
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        parent.weight += weight
        if parent.weight > self.limits.values:
            what = f"up to here there are {parent.weight:,} values"
            Asked("values", parent.weight, what, ELSEWHERE, whole=False).check(
                self.limits, Location(node.path, node.span)
            )
        if parent.wants_key:
            parent.keys.append(self._key(node, parent.path))
        else:
            parent.children.append(node)

    def _key(self, node: Node, path: str) -> Scalar:
        assert isinstance(node, Scalar)
        return Scalar(node.text, node.text, joined(path, node.text), node.span)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchors:
            what = f"nothing is called '&{event.anchor}' before this"
            hint = f"what '*{event.anchor}' stands for comes before it, and not around it; quote it if it is text"
            raise SpecError([Problem(Code.SYNTAX, what, self._next_path(), self._span(event), hint)])
        node, weight = self._anchors[event.anchor]
        if self._open and self._open[-1].wants_key and not isinstance(node, Scalar):
            what = "a key must be text, not an alias of a list or a mapping"
            place = self._open[-1].path, self._span(event)
            raise SpecError([Problem(Code.NOT_YAML_DATA, what, *place, "write the key out")])
        self._add(node, None, weight)

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None and not (event.tag == "!" and isinstance(event, yaml.ScalarEvent)):
            what = f"the tag '{event.tag.replace('tag:yaml.org,2002:', '!!')}' is not allowed: a spec is plain data"
            hint = "leave the tag out; quote what should be text"
            self.problems.append(Problem(Code.NOT_YAML_DATA, what, self._next_path(), self._span(event), hint))

    def _span(self, start: Any, end: Any = None) -> Span:
        """From an event's start to its end, if that is on the same line, else to the end of the line."""
        a, b = start.start_mark, (end or start).end_mark
        width = max(1, b.column - a.column) if a.line == b.line else Span.TO_END
        return Span(self.source, a.line + 1, a.column + 1, width)
