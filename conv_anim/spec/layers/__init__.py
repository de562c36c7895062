"""Layer types: each module has the keys of its types and how they become layers; the table of them all is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.spec.layers.conv import CONV
from conv_anim.spec.layers.conv_transpose import CONV_TRANSPOSE
from conv_anim.spec.layers.pool import AVG_POOL, MAX_POOL
from conv_anim.spec.records import Tagged

if TYPE_CHECKING:
    from conv_anim.spec.layers.base import LayerType

LAYER_TYPES: dict[str, LayerType] = {
    "conv": CONV,
    "conv_transpose": CONV_TRANSPOSE,
    "max_pool": MAX_POOL,
    "avg_pool": AVG_POOL,
}

LAYER = Tagged("a layer", "type", {name: kind.keys for name, kind in LAYER_TYPES.items()}, "What the layer does.")
