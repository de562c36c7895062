"""A spec's text as a tree of nodes: plain data that knows where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import Code, Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conv_anim.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A leaf; ``text`` is how it was written."""

    value: str | int | float | bool | None
    text: str
    path: str = ""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    path: str = ""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping: (key, value) in the order of the file; keys are text and occur once."""

    entries: tuple[tuple[Scalar, Node], ...]
    path: str = ""
    span: Span | None = field(default=None, compare=False)

    def get(self, key: str) -> Node | None:
        return next((value for name, value in self.entries if name.value == key), None)

    @property
    def keys(self) -> list[str]:
        return [str(name.value) for name, _ in self.entries]


Node: TypeAlias = Scalar | Items | Entries


def joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def shown(node: Node) -> str:
    """What was given, for a message."""
    match node:
        case Scalar(value=None):
            return "nothing" if node.text in {"", "None"} else f"'{node.text}'"
        case Scalar(value=str()):
            return f"'{_cropped(node.text)}'" if node.text else "an empty text"
        case Scalar():
            return _cropped(node.text)
        case Items():
            return "an empty list" if not node.items else f"a list of {len(node.items)}"
        case Entries():
            return f"a mapping ({', '.join(node.keys[:4])})" if node.entries else "an empty mapping"


def _cropped(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def from_python(value: Any, path: str = "") -> Node:
    """The tree of a mapping made in Python: of dicts, lists, tuples, arrays, text, numbers, true, false and None.

    Raises SpecError for anything else.
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    match value:
        case None | bool() | int() | float() | str():
            return Scalar(value, str(value), path)
        case dict():
            return Entries(tuple(_entry(key, item, path) for key, item in value.items()), path)
        case list() | tuple():
            return Items(tuple(from_python(item, f"{path}[{k}]") for k, item in enumerate(value)), path)
        case _:
            what = f"a {type(value).__name__} is not plain data"
            raise SpecError(
                [Problem(Code.NOT_YAML_DATA, what, path, hint="a spec is made of mappings, lists and text")]
            )


def _entry(key: Any, value: Any, path: str) -> tuple[Scalar, Node]:
    there = joined(path, str(key))
    return Scalar(str(key), str(key), there), from_python(value, there)


def overridden(root: Node, changes: Mapping[tuple[str, ...], Node]) -> Node:
    """The tree with some places replaced; a place is a list of keys, numbers for items of a list.

    Mappings that are missing on the way are made. Raises SpecError where the way leads through something else.
    """
    for place, node in changes.items():
        root = _with(root, place, node, "")
    return root


def _with(node: Node | None, place: tuple[str, ...], new: Node, path: str) -> Node:
    if not place:
        return new
    key, rest = place[0], place[1:]
    there = f"{path}[{key}]" if isinstance(node, Items) else joined(path, key)
    match node:
        case None | Scalar(value=None):
            return Entries(((Scalar(key, key, there, new.span), _with(None, rest, new, there)),), path, new.span)
        case Entries():
            entries = list(node.entries)
            at = next((k for k, (name, _) in enumerate(entries) if name.value == key), None)
            if at is None:
                entries.append((Scalar(key, key, there, new.span), _with(None, rest, new, there)))
            else:
                entries[at] = (entries[at][0], _with(entries[at][1], rest, new, there))
            return replace(node, entries=tuple(entries))
        case Items() if key.isdigit() and int(key) < len(node.items):
            items = list(node.items)
            items[int(key)] = _with(items[int(key)], rest, new, there)
            return replace(node, items=tuple(items))
        case _:
            raise SpecError([_no_way(node, there, new)])


def _no_way(node: Scalar | Items, there: str, new: Node) -> Problem:
    what = f"its items are 0 to {len(node.items) - 1}" if isinstance(node, Items) else f"there stands {shown(node)}"
    return Problem(Code.OVERRIDE, f"'{there}' cannot be set: {what}", there, new.span)
