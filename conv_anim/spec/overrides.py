"""Changes to a tree from the command line: ``layer.stride=2`` puts a value at a place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.diagnostics import Code, Problem, Source, Span, SpecError
from conv_anim.limits import USUAL, Asked, Location
from conv_anim.spec import document
from conv_anim.spec.nodes import SHALLOW, Entries, Items, Scalar, joined, shown
from conv_anim.values import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conv_anim.limits import Limits
    from conv_anim.spec.nodes import Node

OPTION = "--set"
FORM = "KEY=VALUE, as in layer.stride=2 or layers.0.kernel_size=5"
NAMED_BY = {"theme": "base", "view": "kind"}
"""Keys whose value may be a name alone, and the key that the name has where there are others beside it."""
PART = re.compile(r"[^.\[\]]+")
MOST_DIGITS = 9
"""The most digits of an item's number; more are beyond any list."""


@dataclass(frozen=True, slots=True)
class Option:
    """A command's option for one key of the spec, with its value: always a text."""

    name: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A place, as keys and as numbers of items, and what to put there."""

    place: tuple[Scalar, ...]
    node: Node


def change(text: str | Option, limits: Limits = USUAL) -> Change:
    """What ``layer.stride=2`` says, or an option. Raises SpecError."""
    if isinstance(text, Option):
        span = Span(Source(text.name, text.text), 1, 1, max(1, len(text.text)))
        return Change((Scalar(text.key, text.key, text.key, span),), Scalar(text.text, text.text, text.key, span))
    source = Source(OPTION, text)
    key, equals, _ = text.partition("=")
    place = parts(key, lambda start, width: Span(source, 1, start + 1, width))
    if not equals or not place or not key.isprintable():
        span = Span(source, 1, 1, max(1, len(text)))
        raise SpecError([Problem(Code.OVERRIDE, f"'{text}' does not say what to set", span=span, hint=FORM)])
    deep = Asked("depth", len(place), f"here {len(place)} keys lie in each other", SHALLOW)
    deep.check(limits, Location(span=Span(source, 1, 1, len(key))))
    return Change(place, _value(source, len(key) + 1, place[-1].path, limits))


def parts(key: str, at: Callable[[int, int], Span | None]) -> tuple[Scalar, ...]:
    """The keys on the way of ``layers.0.stride``; none if one of them is empty.

    ``at`` gives the span of some characters in one of them.
    """
    place: list[Scalar] = []
    for part in PART.finditer(key):
        name = part.group().strip()
        path = joined(place[-1].path if place else "", name)
        place.append(Scalar(name, name, path, at(part.start(), len(part.group()))))
    empty = key.strip().startswith(".") or key.strip().endswith(".") or ".." in key
    return () if empty or not all(part.text for part in place) else tuple(place)


def _value(source: Source, start: int, path: str, limits: Limits) -> Node:
    """What stands behind the equals sign, as YAML; nothing is null, and a colour needs no quotes."""
    value = source.text[start:]
    if value.strip().startswith("#"):
        span = Span(source, 1, start + 1, len(value))
        return Scalar(value.strip(), value.strip(), path, span)
    if not value.strip():
        return Scalar(None, "", path, Span(source, 1, max(1, start)))
    return document.parsed(source, path, start=start, limits=limits)


def changed(root: Node, texts: Iterable[str | Option], limits: Limits = USUAL) -> Node:
    """The tree with some places replaced; mappings that are missing on the way are made.

    Raises SpecError with the problems of all changes.
    """
    problems: list[Problem] = []
    for text in texts:
        try:
            root = put(root, change(text, limits))
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems)
    return root


def put(root: Node, asked: Change) -> Node:
    """The tree with one place replaced. Raises SpecError if the place cannot exist."""
    return _with(root, asked.place, asked.node, "")


def _with(node: Node | None, place: tuple[Scalar, ...], new: Node, path: str) -> Node:
    if not place:
        return new
    key, rest = place[0], place[1:]
    there = f"{path}[{key.text}]" if isinstance(node, Items) else joined(path, key.text)
    match node:
        case Scalar(value=str()) if path.rpartition(".")[2] in NAMED_BY:
            name = NAMED_BY[path.rpartition(".")[2]]
            named = replace(node, path=joined(path, name))
            return _with(
                Entries(((Scalar(name, name, named.path, node.span), named),), path, node.span), place, new, path
            )
        case None | Scalar(value=None):
            return Entries(((replace(key, path=there), _with(None, rest, new, there)),), path, new.span)
        case Entries():
            entries = list(node.entries)
            at = next((k for k, (name, _) in enumerate(entries) if name.value == key.value), None)
            if at is None:
                entries.append((replace(key, path=there), _with(None, rest, new, there)))
            else:
                entries[at] = (entries[at][0], _with(entries[at][1], rest, new, there))
            return replace(node, entries=tuple(entries))
        case Items() if key.text.isdecimal() and int(key.text[:MOST_DIGITS]) < len(node.items):
            items = list(node.items)
            at = int(key.text)
            items[at] = _with(items[at], rest, new, there)
            return replace(node, items=tuple(items))
        case _:
            raise SpecError([_no_way(node, key, there)])


def _no_way(node: Scalar | Items, key: Scalar, there: str) -> Problem:
    if isinstance(node, Items):
        what, hint = f"its items are 0 to {len(node.items) - 1}", "items are counted from 0"
    else:
        what, hint = f"it is {shown(node)}, which has no keys", "set the whole of it instead"
    return Problem(Code.OVERRIDE, f"'{there}' cannot be set: {what}", there, key.span, hint)
