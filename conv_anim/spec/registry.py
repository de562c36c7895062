"""Which module has which type of op. Modules are imported when a spec names one of their types.

Other packages register types by an entry point of the group ``conv_anim.ops``: its name is the type, its value an
`OpType`. They are looked for only when a type is not known here, or all are asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from conv_anim.spec.records import Tagged
from conv_anim.spec.wiring import FROM, NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.metadata import EntryPoint

    from conv_anim.spec.op import OpType
    from conv_anim.spec.records import Object

GROUP = "conv_anim.ops"
"""Of the entry points."""
BUILT_IN = {
    "conv": "conv",
    "conv_transpose": "conv_transpose",
    "pointwise": "depthwise",
    "depthwise": "depthwise",
    "depthwise_separable": "separable",
    "spatially_separable": "separable",
    "flattened": "separable",
    "max_pool": "pool",
    "avg_pool": "pool",
    "global_avg_pool": "pool",
    "lp_pool": "pool",
    "max_unpool": "max_unpool",
    "upsample": "upsample",
    "channel_shuffle": "shuffle",
    "pixel_shuffle": "shuffle",
    "pixel_unshuffle": "shuffle",
    "unfold": "columns",
    "fold": "columns",
    "add": "joins",
    "multiply": "joins",
    "concat": "joins",
    "relu": "activations",
    "leaky_relu": "activations",
    "gelu": "activations",
    "silu": "activations",
    "sigmoid": "activations",
    "tanh": "activations",
    "softmax": "softmax",
    "batch_norm": "batch_norm",
    "linear": "linear",
    "flatten": "linear",
    "pad": "borders",
    "crop": "borders",
    "adaptive_avg_pool": "adaptive_pool",
    "adaptive_max_pool": "adaptive_pool",
}
"""For each type the module of `conv_anim.ops` whose ``TYPES`` has it."""


@cache
def _registered() -> dict[str, EntryPoint]:
    """Types of other packages; one of ours cannot be taken."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP) if point.name not in BUILT_IN}


@cache
def _loaded(name: str) -> OpType:
    if name in BUILT_IN:
        found: OpType = import_module(f"conv_anim.ops.{BUILT_IN[name]}").TYPES[name]
        return found
    loaded: OpType = _registered()[name].load()
    return loaded


@cache
def _wired(name: str) -> Object:
    keys = _loaded(name).keys
    return replace(keys, fields=(*keys.fields, NAME, FROM))


class Types(Mapping[str, "OpType"]):
    """All types by their names, ours first."""

    def __getitem__(self, name: str) -> OpType:
        if name not in self:
            raise KeyError(name)
        return _loaded(name)

    def __contains__(self, name: object) -> bool:
        return name in BUILT_IN or name in _registered()

    def __iter__(self) -> Iterator[str]:
        yield from BUILT_IN
        yield from _registered()

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Keys(Mapping[str, "Object"]):
    """The keys of all types, those of every layer behind them."""

    def __getitem__(self, name: str) -> Object:
        return _wired(name)

    def __contains__(self, name: object) -> bool:
        return name in TYPES

    def __iter__(self) -> Iterator[str]:
        return iter(TYPES)

    def __len__(self) -> int:
        return len(TYPES)


TYPES = Types()


def forget() -> None:
    """Look anew for types of other packages."""
    for known in (_registered, _loaded, _wired):
        known.cache_clear()


def _meant(word: str, known: Sequence[str]) -> str:
    from conv_anim.spec.synonyms import unknown_type

    return unknown_type(word, known)


LAYER = Tagged("a layer", "type", Keys(), "What the layer does.", _meant)
