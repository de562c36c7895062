"""All types of ops by their names. An op's module is imported when a spec names one of its types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.op import OpType
from conv_anim.spec.records import Tagged
from conv_anim.spec.registry import Each, Imported, Registry
from conv_anim.spec.wiring import FROM, NAME
from conv_anim.values import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.records import Object

BUILT_IN = {
    "conv": "conv_keys",
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
    "hard_swish": "activations",
    "hard_sigmoid": "activations",
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
    "deform_conv": "deform_conv",
    "sparse_conv": "sparse_conv",
    "attention": "attention_keys",
}
"""For each type the module of `conv_anim.ops` whose ``TYPES`` has it."""

TYPES: Registry[OpType] = Registry(
    "conv_anim.ops",
    OpType,
    Imported({name: f"conv_anim.ops.{module}" for name, module in BUILT_IN.items()}, "TYPES"),
)


def _wired(kind: OpType) -> Object:
    """The keys of a type, those of every layer behind them."""
    return replace(kind.keys, fields=(*kind.keys.fields, NAME, FROM))


def _meant(word: str, known: Sequence[str]) -> str:
    from conv_anim.spec.near_misses import unknown_type

    return TYPES.broken(word) or unknown_type(word, known)


LAYER = Tagged("a layer", "type", Each(TYPES, _wired), "What the layer does.", _meant)
