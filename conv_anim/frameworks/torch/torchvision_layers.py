"""torchvision's ``DeformConv2d``: its parameters in torchvision's order, and what it is as a layer of a spec.

Checked against torchvision 0.29.2. Offsets and mask are not parameters: the layer is called with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from conv_anim.frameworks import libraries
from conv_anim.frameworks.arguments import ignored
from conv_anim.frameworks.foreign import ForeignLayer, Library
from conv_anim.frameworks.sketch import given
from conv_anim.frameworks.torch.keys import (
    BIAS,
    DILATION,
    GROUPS,
    IN_CHANNELS,
    KERNEL_SIZE,
    OUT_CHANNELS,
    PADDING,
    STRIDE,
    moves_of,
)
from conv_anim.spec.records import Field, Object

if TYPE_CHECKING:
    from conv_anim.frameworks.foreign import Fields
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.records import Record

FILLED: Final = {"random": {"low": -1.0, "high": 1.0}}
"""Made-up offsets: less than a cell to any side."""
MASKED: Final = {"random": {"low": 0.0, "high": 1.0}}
NOTE: Final = "the offsets are made up, at random from -1 to 1: {whence}"
MASK: Field[Any] = ignored("mask")[0]
"""A parameter of the function; None means no mask."""


def _deform_conv(record: Record, sketch: Sketch) -> None:
    moves = moves_of(record, sketch)
    sketch.note(NOTE.format(whence="the layer is called with them, and does not hold them"))
    masked = record.has(MASK) and getattr(record.at(MASK), "text", None) != "None"
    if masked:
        sketch.note("the mask is made up, at random from 0 to 1: the layer is called with it")
    sketch.add(
        "deform_conv",
        record.node,
        padding=given(record, PADDING),
        offset=FILLED,
        mask=MASKED if masked else None,
        **moves,
    )


KEYS: Fields = (IN_CHANNELS, OUT_CHANNELS, KERNEL_SIZE, STRIDE, PADDING, DILATION, GROUPS, BIAS, MASK)
TORCHVISION: Final[dict[str, ForeignLayer]] = {
    "DeformConv2d": ForeignLayer(
        Object("torchvision.ops.DeformConv2d", KEYS), 2, _deform_conv, positional=8, takes=IN_CHANNELS
    )
}
"""By name."""
LIBRARY: Final = Library(libraries.TORCHVISION, TORCHVISION)
