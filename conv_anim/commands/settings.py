"""What shells complete behind ``--set``: the keys of a spec, from the tables that check them, and values with names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from click.shell_completion import CompletionItem

from conv_anim.spec.kinds import Either, Flag, Made, OneOf
from conv_anim.spec.records import Tagged, tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conv_anim.spec.records import Field, Object


def settings(incomplete: str) -> list[CompletionItem[str]]:
    """Keys of a spec like ``layer.stride=``, and behind the equals sign the values that have names."""
    key, equals, value = incomplete.partition("=")
    if equals:
        return [CompletionItem(f"{key}={name}") for name in _values(key.split(".")) if name.startswith(value)]
    *outer, begun = key.split(".")
    before = "".join(f"{part}." for part in outer)
    return [
        item
        for name, doc in _keys(outer)
        if name.startswith(begun)
        for item in [CompletionItem(before + name, help=doc)]
    ]


def _keys(outer: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The keys of a place: ``stride=`` for one with a value, ``layer.`` for one with further keys."""
    told: set[str] = set()
    for table in _tables(outer):
        for field in table.fields:
            ways = [f"{field.name}="] if _takes_value(field) else []
            ways += [f"{field.name}."] if next(tables(field.kind), None) is not None else []
            yield from ((way, field.doc) for way in ways if way not in told)
            told.update(ways)
        if table.tag is not None and table.tag not in told:
            told.add(table.tag)
            yield f"{table.tag}=", "What it is."


def _takes_value(field: Field[Any]) -> bool:
    return next(tables(field.kind), None) is None or any(True for _ in _choices(field.kind))


def _tables(place: Sequence[str]) -> list[Object]:
    """The mappings that can stand at a place; numbers of items lead nowhere else."""
    from conv_anim.spec.reader import SPEC

    found = [SPEC]
    for part in place:
        if not part.isdecimal():
            found = [inner for table in found for f in table.fields if f.name == part for inner in tables(f.kind)]
    return found


def _values(place: Sequence[str]) -> list[str]:
    """The values with names that a key can have."""
    *outer, name = place
    fields = [field for table in _tables(outer) for field in table.fields]
    found = [choice for field in fields if field.name == name for choice in _choices(field.kind)]
    if any(table.tag == name for table in _tables(outer)):
        found += [choice for field in _fields(outer) for choice in _arms(field.kind)]
    return list(dict.fromkeys(found))


def _fields(place: Sequence[str]) -> list[Field[Any]]:
    """The keys that a place can be."""
    words = [part for part in place if not part.isdecimal()]
    return [field for table in _tables(words[:-1]) for field in table.fields if field.name == words[-1]]


def _choices(kind: Any) -> Iterator[str]:
    match kind:
        case OneOf():
            yield from kind.names
        case Flag():
            yield from ("true", "false")
        case Made():
            yield from _choices(kind.kind)
        case Either():
            for _, arm in kind.arms:
                yield from _choices(arm)
        case _ if hasattr(kind, "kernels"):
            yield from kind.names


def _arms(kind: Any) -> Iterator[str]:
    """The names that choose one of several mappings."""
    match kind:
        case Tagged():
            yield from kind.arms
        case Either():
            for _, arm in kind.arms:
                yield from _arms(arm)
        case _ if hasattr(kind, "kind"):
            yield from _arms(kind.kind)
        case _ if hasattr(kind, "item"):
            yield from _arms(kind.item)
