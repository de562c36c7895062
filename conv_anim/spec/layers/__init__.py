"""Layer types: each module has the keys of its types and how they become layers; the table of them all is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.layers.conv import CONV
from conv_anim.spec.layers.conv_transpose import CONV_TRANSPOSE
from conv_anim.spec.layers.depthwise import DEPTHWISE, POINTWISE
from conv_anim.spec.layers.pool import AVG_POOL, GLOBAL_AVG_POOL, LP_POOL, MAX_POOL
from conv_anim.spec.layers.rearrange import CHANNEL_SHUFFLE, FOLD, PIXEL_SHUFFLE, PIXEL_UNSHUFFLE, UNFOLD
from conv_anim.spec.layers.separable import DEPTHWISE_SEPARABLE, FLATTENED, SPATIALLY_SEPARABLE
from conv_anim.spec.layers.upsample import MAX_UNPOOL, UPSAMPLE
from conv_anim.spec.records import Tagged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.spec.layers.base import LayerType

LAYER_TYPES: dict[str, LayerType] = {
    "conv": CONV,
    "conv_transpose": CONV_TRANSPOSE,
    "pointwise": POINTWISE,
    "depthwise": DEPTHWISE,
    "depthwise_separable": DEPTHWISE_SEPARABLE,
    "spatially_separable": SPATIALLY_SEPARABLE,
    "flattened": FLATTENED,
    "max_pool": MAX_POOL,
    "avg_pool": AVG_POOL,
    "global_avg_pool": GLOBAL_AVG_POOL,
    "lp_pool": LP_POOL,
    "max_unpool": MAX_UNPOOL,
    "upsample": UPSAMPLE,
    "channel_shuffle": CHANNEL_SHUFFLE,
    "pixel_shuffle": PIXEL_SHUFFLE,
    "pixel_unshuffle": PIXEL_UNSHUFFLE,
    "unfold": UNFOLD,
    "fold": FOLD,
}


def _meant(word: str, known: Sequence[str]) -> str:
    from conv_anim.spec.synonyms import unknown_type

    return unknown_type(word, known)


LAYER = Tagged(
    "a layer", "type", {name: kind.keys for name, kind in LAYER_TYPES.items()}, "What the layer does.", _meant
)
