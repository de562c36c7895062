"""A spec whose numbers are in memory, as text that works by itself: numbers in it, or in files beside it."""

from __future__ import annotations

from io import BytesIO
from math import prod
from typing import TYPE_CHECKING, Any

from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.arrays import Arrays
from conv_anim.limits import Location, fixed
from conv_anim.spec.nodes import Entries, Items, Scalar, from_python
from conv_anim.spec.yaml_text import text as as_yaml
from conv_anim.values import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.arrays import Files
    from conv_anim.spec.model import Given
    from conv_anim.spec.nodes import Node

INLINE = 200
"""Numbers of an array that is written into a spec where files may lie beside it."""
PRINTED = 20_000
"""Numbers that are printed at most."""


@dataclass(frozen=True, slots=True)
class Written:
    """A spec's text, and by their names the files that it needs beside it."""

    text: str
    files: dict[str, bytes] = field(default_factory=dict)


def written(root: Entries, comment: str, files: Files, stem: str | None) -> Written:
    """The text of a tree; with a ``stem``, arrays that are not small are files whose names begin with it.

    Raises SpecError for more numbers than are printed.
    """
    if not isinstance(files, Arrays):
        return Written(as_yaml(root, comment))
    beside: dict[str, bytes] = {}
    made = _Writer(files, stem, beside).node(root)
    assert isinstance(made, Entries)
    return Written(as_yaml(made, comment), beside)


@dataclass(frozen=True, slots=True)
class _Writer:
    files: Arrays
    stem: str | None
    beside: dict[str, bytes]

    def node(self, node: Node, key: str = "") -> Node:
        match node:
            case Entries(entries=((Scalar(value="file"), Scalar(value=str() as name)),)) if name in self.files.held:
                return self._array(self.files.held[name], node, key)
            case Entries():
                inside = tuple((name, self.node(each, str(name.value))) for name, each in node.entries)
                return replace(node, entries=inside)
            case Items():
                return replace(node, items=tuple(self.node(each, key) for each in node.items))
            case Scalar():
                return node

    def _array(self, given: Given, node: Entries, key: str) -> Node:
        count = prod(given.shape)
        if self.stem is None:
            if count > PRINTED:
                what = f"'{key}' has {count:,} numbers, more than the {PRINTED:,} that are printed"
                hint = "-o my.yaml writes them to a file beside it"
                raise SpecError([fixed(what, hint, Location(node.path))])
            return from_python(_nested(given.numbers, given.shape), node.path)
        if count <= INLINE:
            return from_python(_nested(given.numbers, given.shape), node.path)
        more = f"-{len(self.beside) + 1}" if self.beside else ""
        name = f"{self.stem}-{key}{more}.npy"
        self.beside[name] = _npy(given)
        return from_python({"file": name}, node.path)


def _nested(numbers: Sequence[Any], shape: tuple[int, ...]) -> list[Any]:
    if len(shape) == 1:
        return list(numbers)
    each = prod(shape[1:])
    return [_nested(numbers[k * each : (k + 1) * each], shape[1:]) for k in range(shape[0])]


def _npy(given: Given) -> bytes:
    import numpy as np

    array, whole = np.array(given.numbers).reshape(given.shape), BytesIO()
    single = array.astype(np.float32) if array.dtype == np.float64 else array
    np.save(whole, single if np.array_equal(single, array) else array)
    return whole.getvalue()
