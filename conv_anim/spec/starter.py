"""A spec to begin with in which every key stands, with what it means; made from the tables that check it.

Few keys are given. The others are comments that begin with ``#`` and no space: without it, any of them is an example
that can be drawn. What no such spec can have, as `layers` beside `layer`, is explained in words.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.diagnostics import SpecError
from conv_anim.spec import reader
from conv_anim.spec.appearance import PACE
from conv_anim.spec.kinds import Either, ListOf, Made, OneOf
from conv_anim.spec.nodes import from_python
from conv_anim.spec.op_types import TYPES
from conv_anim.spec.records import Object, Tagged, tables
from conv_anim.spec.theme_keys import BASE
from conv_anim.spec.view_values import Undrawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from conv_anim.spec.model import Given
    from conv_anim.spec.records import Field

KeyPath: TypeAlias = tuple[str, ...]
"""Keys, one in the other."""
WIDEST = 110
INDENT = "  "
OTHER_TYPES: dict[str, tuple[list[int], int, dict[str, Any]]] = {
    "conv": ([5, 5], 1, {"kernel_size": 3}),
    "spatially_separable": ([5, 5], 1, {"kernel_size": 3}),
    "conv_transpose": ([4, 4], 1, {"kernel_size": 3, "stride": 2}),
    "pointwise": ([4, 4], 3, {"out_channels": 2}),
    "depthwise": ([5, 5], 3, {"kernel_size": 3}),
    "depthwise_separable": ([5, 5], 3, {"out_channels": 2, "kernel_size": 3}),
    "flattened": ([5, 5], 3, {"kernel_size": 3}),
    "max_pool": ([6, 6], 1, {"kernel_size": 3}),
    "avg_pool": ([6, 6], 1, {"kernel_size": 3}),
    "lp_pool": ([6, 6], 1, {"kernel_size": 3}),
    "global_avg_pool": ([4, 4], 2, {}),
    "upsample": ([3, 3], 1, {"scale_factor": 2}),
    "channel_shuffle": ([3, 3], 6, {"groups": 3}),
    "pixel_shuffle": ([3, 3], 4, {"upscale_factor": 2}),
    "pixel_unshuffle": ([4, 4], 1, {"downscale_factor": 2}),
    "unfold": ([4, 4], 1, {"kernel_size": 2}),
    "fold": ([9], 4, {"output_size": [4, 4], "kernel_size": 2}),
    "linear": ([4], 1, {"out_features": 2}),
    "softmax": ([5], 1, {}),
    "deform_conv": ([5, 5], 1, {"kernel_size": 3, "offset": 0.25}),
    "sparse_conv": ([5, 5], 1, {"kernel_size": 3, "padding": 1}),
}
"""What a type is fed and what is said of it, where that is more than the keys it needs: size, channels, and keys."""
ACTIVE = {"sparse_conv": {"density": 0.3}}
"""The active cells of what those are fed that need to know them."""
STARTED = tuple(name for name, kind in TYPES.items() if kind.inputs[0] == 1)
"""The types that can be a figure's only layer."""


def text(type_: str, *, name: str) -> str:
    """The spec with one layer of a type; ``name`` is the file's, for a command in its comments."""
    return "\n".join(Starter(type_).lines(name)) + "\n"


class Starter:
    """Writes the keys one after the other, and remembers what it has explained."""

    def __init__(self, type_: str) -> None:
        self.type = type_
        self.given = _given(type_)
        self._told: set[str] = set()

    def lines(self, name: str) -> Iterator[str]:
        """The lines of the spec."""
        others = ", ".join(other for other in STARTED if other != self.type)
        yield from _prose(f"Every key of a spec, for a layer of type {self.type}. {TYPES[self.type].keys.doc}")
        yield from _prose(f"It can be drawn as it is: conv-anim render {name}")
        yield from _prose("A line with # and no space behind it is an example: take the # away to see what it does.")
        yield from _prose(f"The keys of other types: conv-anim new --layer TYPE, with {others}.")
        for field in reader.SPEC.fields:
            yield ""
            yield from self._key(field, (field.name,))

    def _key(self, field: Field[Any], place: KeyPath) -> Iterator[str]:
        """A key with its comments: as a block where something in it is given, else as lines of its own."""
        given = _at(self.given, place)
        if isinstance(given, dict):
            yield from self._block(field, place, given)
            return
        yield from _prose(f"{field.doc} {_takes(field)}", place)
        yield from _named(field.kind, place)
        if given is None:
            yield from self._example(place, (field.example, field.plain_default))
        else:
            yield f"{_indent(place)}{field.name}: {_yaml(given)}"
        yield from self._parts(field, place)

    def _block(self, field: Field[Any], place: KeyPath, given: Mapping[str, Any]) -> Iterator[str]:
        yield from _prose(field.doc, place)
        yield f"{_indent(place)}{field.name}:"
        if "type" in given:
            yield f"{_indent((*place, 'type'))}type: {given['type']}"
        table = TYPES[given["type"]].keys if "type" in given else next(tables(field.kind))
        for k, inner in enumerate(table.fields):
            yield from [""] * (k > 0 or "type" in given)
            yield from self._key(inner, (*place, inner.name))

    def _parts(
        self, field: Field[Any], place: KeyPath, around: Callable[[Any], Any] = lambda value: value
    ) -> Iterator[str]:
        """What stands in a mapping that the key can be, key by key, each with an example of its own.

        ``around`` makes the value of the place from what stands for the key.
        """
        for tag, table in _tagged(field.kind):
            for inner in () if table.name in self._told else table.fields:
                of = f" of {table.name}" if tag else ""
                yield from _prose(f"'{inner.name}'{of}: {inner.doc} {_takes(inner)}", place)

                def within(value: Any, *, name: str = inner.name, tag: Mapping[str, str] = tag) -> Any:
                    return around({**tag, name: value})

                yield from self._example(
                    place, [within(v) for v in (inner.example, inner.plain_default) if v is not None]
                )
                yield from self._parts(inner, place, within)
            self._told.add(table.name)

    def _example(self, place: KeyPath, values: Sequence[Any]) -> Iterator[str]:
        """A line to take the # from, with the first value that can be drawn here; else the first one in words."""
        wanted = [value for value in values if value is not None]
        good = next((value for value in wanted if loads(_with(self.given, place, value))), None)
        if good is not None:
            yield f"{_indent(place)}#{place[-1]}: {_yaml(good)}"
        elif wanted:
            yield f"{_indent(place)}# (not in this spec, but in others: {place[-1]}: {_yaml(wanted[0])})"


def _given(type_: str) -> dict[str, Any]:
    """What the spec has without a #."""
    needed = {field.name: field.example for field in TYPES[type_].keys.fields if field.required}
    size, channels, keys = OTHER_TYPES.get(type_, ([5, 5], 1, needed))
    return {
        "input": {"size": size, "channels": channels, **({"active": ACTIVE[type_]} if type_ in ACTIVE else {})},
        "layer": {"type": type_, **keys},
        "theme": {BASE.name: BASE.plain_default},
        "animation": {PACE.name: "auto"},
    }


def _takes(field: Field[Any]) -> str:
    """What a key can be, and what it is by default, as a sentence."""
    expected, default = field.kind.expected.replace("1,000,000", "a million"), field.plain_default
    return f"Takes {expected}." if default is None else f"Takes {expected}; by default {_yaml(default)}."


def _named(kind: Any, place: KeyPath) -> Iterator[str]:
    """The values that a key can have by name, each with its meaning."""
    for names in _names(kind):
        wide = max(map(len, names.names))
        for name, doc in zip(names.names, names.docs, strict=True):
            yield from _prose(f"  {name:{wide}}  {doc}", place, hanging=wide + 4)
    if getattr(kind, "kernels", False):
        yield from _prose(f"Kernels: {', '.join(kind.names[1:])}.", place)


def _names(kind: Any) -> Iterator[OneOf[Any]]:
    """The kinds whose names have an explanation."""
    match kind:
        case OneOf(docs=docs) if docs:
            yield kind
        case Made():
            yield from _names(kind.kind)
        case Either():
            for _, arm in kind.arms:
                yield from _names(arm)


def _tagged(kind: Any) -> Iterator[tuple[Mapping[str, str], Object]]:
    """The mappings that a kind can be, each with the key and the name that choose it, if any do."""
    match kind:
        case Tagged():
            yield from (({kind.tag: name}, table) for name, table in kind.arms.items())
        case Made():
            yield from _tagged(kind.kind)
        case Either():
            for _, arm in kind.arms:
                yield from _tagged(arm)
        case ListOf():
            return
        case _:
            yield from (({}, table) for table in tables(kind))


def loads(spec: dict[str, Any]) -> bool:
    """Whether a spec is right, and some view can show it."""
    try:
        return not isinstance(reader.spec(from_python(spec), _no_file).view, Undrawn)
    except SpecError:
        return False


def _no_file(name: str) -> Given:
    from conv_anim.spec.arrays import DataFileError

    raise DataFileError(name)


def _at(spec: dict[str, Any], place: KeyPath) -> Any:
    """What is given at a place; None if nothing is."""
    for key in place:
        spec = spec.get(key, {})
    return None if spec == {} else spec


def _with(spec: dict[str, Any], place: KeyPath, value: Any) -> dict[str, Any]:
    key, rest = place[0], place[1:]
    return {**spec, key: _with(spec.get(key, {}), rest, value) if rest else value}


def _yaml(value: Any) -> str:
    """A value on one line."""
    import yaml

    said: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=2**20, allow_unicode=True)
    return said.removesuffix("...\n").rstrip("\n")


def _indent(place: KeyPath) -> str:
    return INDENT * (len(place) - 1)


def _prose(said: str, place: KeyPath = ("",), *, hanging: int = 0) -> list[str]:
    first = f"{_indent(place)}# "
    later = first + " " * hanging
    return textwrap.wrap(said, WIDEST, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)
