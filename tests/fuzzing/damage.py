"""Specs with something wrong in them: a part of the tree exchanged, taken out or put in, or bytes damaged."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from tests.fuzzing.words import KEYS, NAMES, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

Place: TypeAlias = tuple[Any, Any]
"""A list or mapping, and the number or key of something in it."""

JUNK: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 7, 1000, 10**6, 10**18, -(10**400), 0.5, -0.0, 1e308, float("nan"), float("inf"),
    "", " ", "no", "1e9", "卷積", "a\nb", "\u202eabc", "\x1b[31m", "\U0001f600", "x" * 300, "../x.npy", "data/good.csv",
    [], [[]], [1], [1, 2, 3, 4], [[1, 2], [3]], ["a", 1], [None], {}, {"a": 1}, {"": None}, {"random": {}},
)  # fmt: skip
DEEPER_THAN_ALLOWED = 60


def damaged(data: bytes, r: Random) -> bytes:
    """The bytes with one to three things changed: in the tree, if they are one, else in the text."""
    for _ in range(r.choice((1, 1, 2, 3))):
        data = (_tree if r.random() < 0.6 else _text)(data, r)
    return data


# the tree


def _tree(data: bytes, r: Random) -> bytes:
    """Of a text with aliases, which may stand for a tree without end, only the bytes are damaged."""
    if b"*" in data:
        return _text(data, r)
    try:
        value = yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError):
        return _text(data, r)
    root = [deepcopy(value)]
    places = list(_places(root))
    r.choice(CHANGES)(root, r.choice(places), r)
    try:
        text = yaml.safe_dump(
            root[0], sort_keys=False, allow_unicode=r.random() < 0.5, default_flow_style=r.choice((None, True, False))
        )
    except (yaml.YAMLError, RecursionError):
        return _text(data, r)
    return text.encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[Place]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield value, key
        yield from _places(item)


def _exchange(_root: list[Any], place: Place, r: Random) -> None:
    place[0][place[1]] = r.choice(JUNK) if r.random() < 0.6 else r.choice(NAMES)


def _move(root: list[Any], place: Place, r: Random) -> None:
    """Something else of the spec in its place."""
    other, key = r.choice(list(_places(root)))
    place[0][place[1]] = deepcopy(other[key])


def _remove(root: list[Any], place: Place, _r: Random) -> None:
    if place[0] is not root:
        del place[0][place[1]]


def _repeat(_root: list[Any], place: Place, r: Random) -> None:
    if isinstance(place[0], list):
        place[0][place[1] :] = [place[0][place[1]]] * r.choice((2, 3, 20))


def _rename(_root: list[Any], place: Place, r: Random) -> None:
    holder, key = place
    if isinstance(holder, dict):
        name = str(key)
        at = r.randrange(len(name) + 1)
        holder[r.choice((name.upper(), name[:at] + name[at + 1 :], name[:at] + "é" + name[at:], r.choice(KEYS), 3))] = (
            holder.pop(key)
        )


def _add(_root: list[Any], place: Place, r: Random) -> None:
    """A key that a spec knows, somewhere."""
    inside = place[0][place[1]]
    holder = inside if isinstance(inside, dict) else place[0]
    if isinstance(holder, dict):
        holder[r.choice(KEYS)] = r.choice((*JUNK, *NAMES))


def _wrap(_root: list[Any], place: Place, r: Random) -> None:
    value = place[0][place[1]]
    for _ in range(r.choice((1, 1, 2, DEEPER_THAN_ALLOWED))):
        value = [value] if r.random() < 0.8 else {r.choice(KEYS): value}
    place[0][place[1]] = value


CHANGES: tuple[Callable[[list[Any], Place, Random], None], ...] = (
    _exchange, _exchange, _exchange, _move, _remove, _repeat, _rename, _add, _add, _wrap,
)  # fmt: skip


# the text


@cache
def _known() -> tuple[bytes, ...]:
    return tuple(word.encode() for word in words())


def _text(data: bytes, r: Random) -> bytes:
    at = r.randrange(len(data) + 1)
    end = min(len(data), at + r.choice((1, 1, 2, 5, 20)))
    lines = data.splitlines(keepends=True) or [b""]
    line = r.randrange(len(lines))
    return r.choice(
        (
            data[:at] + bytes([r.randrange(256)]) + data[at + 1 :],
            data[:at] + data[end:],
            data[:at],
            data[:end] + data[at:],
            data[:at] + r.choice(_known()) + data[at:],
            data[:at] + r.choice(_known()) + data[end:],
            data.replace(b"  ", r.choice((b"\t", b" ", b"   ")), 1),
            data.replace(b"\n", r.choice((b"\r\n", b"\r", b"\xc2\x85", b"")), r.choice((-1, 1))),
            data.replace(b": ", r.choice((b": &a ", b": *a ", b":", b" = ", b": !!str ")), r.choice((1, 2))),
            b"".join((*lines[: line + 1], *lines[line:])),
            b"".join((*lines[:line], *lines[line + 1 :])),
            data.decode("utf-8", "replace").encode("utf-16"),
        )
    )
