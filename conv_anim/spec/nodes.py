"""A spec's text as a tree of nodes: plain data that knows where it stands."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import Code, Problem, SpecError, visible
from conv_anim.limits import USUAL, Asked, Location
from conv_anim.values import dataclass, field

if TYPE_CHECKING:
    from conv_anim.diagnostics import Span
    from conv_anim.limits import Limits

SHALLOW = "an array of values has at most 5 levels"
"""The way out of lists that lie too deep."""


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
        """The value of a key; None if it is absent."""
        return next((value for name, value in self.entries if name.value == key), None)

    @property
    def keys(self) -> list[str]:
        """All keys, in the order of the file."""
        return [str(name.value) for name, _ in self.entries]


Node: TypeAlias = Scalar | Items | Entries


def joined(path: str, key: str) -> str:
    """The path of a key below another."""
    return f"{path}.{key}" if path else key


def finite(value: float) -> bool:
    """Whether a number is neither infinite, nor "not a number", nor beyond what a float can hold."""
    try:
        return isfinite(value)
    except OverflowError:
        return False


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
    return visible(text if len(text) <= 40 else text[:39] + "…")


def from_python(value: Any, path: str = "", *, limits: Limits = USUAL, depth: int = 1) -> Node:
    """The tree of a mapping made in Python: of dicts, lists, tuples, arrays, text, numbers, true, false and None.

    Raises SpecError for anything else, and for what lies too deep.
    """
    asked = Asked("depth", depth, f"here {depth} lists and mappings lie in each other", SHALLOW, whole=False)
    asked.check(limits, Location(path))
    if hasattr(value, "tolist"):
        value = value.tolist()
    match value:
        case None | bool() | int() | float() | str():
            return Scalar(value, str(value), path)
        case dict():
            return Entries(tuple(_entry(key, item, path, limits, depth) for key, item in value.items()), path)
        case list() | tuple():
            inside = (from_python(v, f"{path}[{k}]", limits=limits, depth=depth + 1) for k, v in enumerate(value))
            return Items(tuple(inside), path)
        case _:
            what = f"a {type(value).__name__} is not plain data"
            raise SpecError(
                [Problem(Code.NOT_YAML_DATA, what, path, hint="a spec is made of mappings, lists and text")]
            )


def _entry(key: Any, value: Any, path: str, limits: Limits, depth: int) -> tuple[Scalar, Node]:
    there = joined(path, str(key))
    return Scalar(str(key), str(key), there), from_python(value, there, limits=limits, depth=depth + 1)


# which one it is


def is_list(node: Node) -> bool:
    """Whether a node is a list."""
    return isinstance(node, Items)


def is_mapping(node: Node) -> bool:
    """Whether a node is a mapping."""
    return isinstance(node, Entries)


def is_scalar(node: Node) -> bool:
    """Whether a node is a single value."""
    return isinstance(node, Scalar)


def is_flag(node: Node) -> bool:
    """Whether a node is true or false."""
    return isinstance(node, Scalar) and isinstance(node.value, bool)


def is_number(node: Node) -> bool:
    """Whether a node is a number."""
    return isinstance(node, Scalar) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def is_text(node: Node) -> bool:
    """Whether a node is text."""
    return isinstance(node, Scalar) and isinstance(node.value, str)
