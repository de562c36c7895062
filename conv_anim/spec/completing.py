"""What can stand at a place of a spec: keys and values with names, from the tables that check them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from conv_anim.spec.kinds import Either, Flag, Made, OneOf
from conv_anim.spec.records import Tagged, tables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conv_anim.spec.records import Field, Object


class Offer(NamedTuple):
    """A key or a value that can stand somewhere, and what it means; ``ends`` is what is written behind it."""

    name: str
    doc: str = ""
    ends: str = ""


# from the tables


def keys(place: Sequence[str], said: Sequence[str] = (), tag: str | None = None) -> Iterator[Offer]:
    """The keys of a place: ``=`` ends one that has a value, ``.`` one that has keys; one that has both is there twice.

    Without those that are ``said``; ``tag`` chooses one of several mappings.
    """
    told = set[tuple[str, str]]()
    for table in _tables(place, tag):
        offers = [Offer(f.name, f.doc, end) for f in table.fields for end in _ends(f)]
        offers += [] if table.tag is None else [Offer(table.tag, "What it is.", "=")]
        for offer in offers:
            if offer.name not in said and (offer.name, offer.ends) not in told:
                told.add((offer.name, offer.ends))
                yield offer


def _ends(field_: Field[Any]) -> list[str]:
    inside = next(tables(field_.kind), None) is not None
    return (["="] if not inside or any(True for _ in _choices(field_.kind)) else []) + (["."] if inside else [])


def values(place: Sequence[str]) -> list[str]:
    """The values with names that a key can have."""
    *outer, name = place
    found = [choice for f in _fields(place) for choice in _choices(f.kind)]
    if any(table.tag == name for table in _tables(outer)):
        found += [choice for f in _fields(outer) for choice in _arms(f.kind)]
    return list(dict.fromkeys(found))


def _tables(place: Sequence[str], tag: str | None = None) -> list[Object]:
    """The mappings that can stand at a place; numbers of items lead nowhere else."""
    from conv_anim.spec.panels import PANELS
    from conv_anim.spec.reader import BOARD, SPEC

    found = [SPEC]
    last: list[Field[Any]] = []
    for part in place:
        if part == PANELS.name:
            found = [BOARD.panel]
        elif not part.isdecimal():
            last = [f for table in found for f in table.fields if f.name == part]
            found = [inner for f in last for inner in tables(f.kind)]
    chosen = [tagged.arms[tag] for f in last for tagged in _tagged(f.kind) if tag is not None and tag in tagged.arms]
    return chosen or found


def _fields(place: Sequence[str]) -> list[Field[Any]]:
    """The keys that a place can be."""
    words = [part for part in place if not part.isdecimal()]
    return [f for table in _tables(words[:-1]) for f in table.fields if words and f.name == words[-1]]


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
    for tagged in _tagged(kind):
        yield from tagged.arms


def _tagged(kind: Any) -> Iterator[Tagged]:
    match kind:
        case Tagged():
            yield kind
        case Either():
            for _, arm in kind.arms:
                yield from _tagged(arm)
        case _ if hasattr(kind, "kind"):
            yield from _tagged(kind.kind)
        case _ if hasattr(kind, "item"):
            yield from _tagged(kind.item)
