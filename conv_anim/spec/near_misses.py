"""What was meant by a word that is not known: what others call it, else the known word that looks like it.

Imported only when a spec has a problem.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conv_anim.diagnostics import listed, nearest
from conv_anim.spec.nodes import Items
from conv_anim.spec.synonyms import KEYS, NAMES, NOT_DRAWN, NOTES, PLACED, TYPES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from conv_anim.spec.nodes import Node, Scalar

    Homes = Mapping[str, Sequence[tuple[str, str]]]

CLOSE = 0.8
"""How alike a word and a key are (as `difflib` counts it) when a slip of the finger lies between them."""


def plain(word: str) -> str:
    """A word as the tables have it."""
    return re.sub(r"[\s_\-]", "", word.lower())


def key_meant(word: str, known: Collection[str], value: Node | None = None) -> str | None:
    """The known key for a word of another tool or a misspelling; ``value`` is its value."""
    if plain(word) in {"kernel", "kernels", "filter", "filters"} and _is_nested(value) and "weight" in known:
        return "weight"
    close = nearest(word, known, CLOSE)
    return close or _first(KEYS.get(plain(word), ()), known) or nearest(word, known)


def _is_nested(value: Node | None) -> bool:
    return isinstance(value, Items) and any(isinstance(item, Items) for item in value.items)


def _first(names: Sequence[str], known: Collection[str]) -> str | None:
    return next((name for name in names if name in known), None)


def unknown_key(key: Scalar, value: Node, known: Sequence[str], homes: Homes) -> str:
    """A hint for a key that is not known here: the one that was meant, or where it belongs, and what is known.

    ``homes`` says where the keys of a spec belong; it is empty outside specs, as for the options of a page.
    """
    if not key.text.isprintable():
        return "a space or another character in it is not what it looks like: type it anew"
    outer = _outer(key)
    word, known_ones = key.text, f"known here: {', '.join(known)}" if known else "it has no keys of its own"
    close = nearest(word, known, CLOSE) or _first(KEYS.get(plain(word), ()), known)
    meant = key_meant(word, known, value)
    of_specs = PLACED.get((outer, plain(word))) or NOTES.get(plain(word)) if homes else None
    note = of_specs or (None if close else _elsewhere(key, homes))
    if note is not None:
        return note
    return known_ones if meant is None else f"did you mean '{meant}'? {known_ones}"


def _outer(key: Scalar) -> str:
    """The key of the spec, or of one of its panels, that a key is somewhere in."""
    return re.split(r"[.\[]", re.sub(r"^panels\[\d+\]\.(?=.*[.\[])", "", key.path))[0]


def _elsewhere(key: Scalar, homes: Homes) -> str | None:
    """Where a key of this name, or one that it stands for, belongs."""
    name = key.text if key.text in homes else _first(KEYS.get(plain(key.text), ()), homes)
    if name is None:
        return None
    here = _outer(key).replace("layers", "layer") if key.path != key.text else ""
    places = list(dict.fromkeys(outer for outer, _ in homes[name]))
    if here in places:
        owners = [table for outer, table in homes[name] if outer == here]
        return f"'{name}' is a key of {listed(owners[:3])}" if here else None
    if "" in places:
        return f"'{name}' belongs at the top of a spec, without indentation"
    return f"'{name}' belongs in {listed([repr(place) for place in places])}: {places[0]}: {{{name}: …}}"


def type_meant(word: str, known: Collection[str]) -> str | None:
    """The type of layer for another tool's name."""
    bare = _bare(word)
    return next((name for name in known if plain(name) == bare), None) or _first(TYPES.get(bare, ()), known)


def _bare(word: str) -> str:
    """``nn.Conv2d`` as ``conv``."""
    return re.sub(r"[123]d(?=$|transposed?$)", "", plain(word.rsplit(".", 1)[-1]))


def unknown_type(word: str, known: Sequence[str]) -> str:
    """A hint for a type of layer that is not known."""
    bare, meant = _bare(word), type_meant(word, known)
    if meant is None and bare in NOT_DRAWN:
        return f"there is no such layer here; there are {', '.join(known)}"
    meant = meant or nearest(bare, known) or nearest(word, known)
    axes = "the input's size says how many axes it has; " if re.search(r"[123]d", word, re.IGNORECASE) else ""
    known_ones = f"known here: {', '.join(known)}"
    return known_ones if meant is None else f"did you mean '{meant}'? {axes}{known_ones}"


def unknown_name(word: str, known: Sequence[str]) -> str:
    """A hint for a name that a key cannot have."""
    bare = plain(word)
    same = next(
        (name for name in known if plain(name) == bare or (len(bare) > 2 and plain(name).startswith(bare))), None
    )
    meant = same or _first(NAMES.get(bare, ()), known) or nearest(word, known)
    known_ones = f"known here: {', '.join(known)}"
    return known_ones if meant is None else f"did you mean '{meant}'? {known_ones}"
