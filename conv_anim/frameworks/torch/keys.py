"""Parameters that PyTorch's layers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from conv_anim.frameworks.arguments import count, flag, ignored, moves, sizes, whole
from conv_anim.frameworks.foreign import biased
from conv_anim.frameworks.sketch import given
from conv_anim.ops.padding import PADDING_MODE
from conv_anim.spec.entering import per_axis
from conv_anim.spec.kinds import Either, OneOf
from conv_anim.spec.nodes import is_text
from conv_anim.spec.records import Field

if TYPE_CHECKING:
    from conv_anim.frameworks.sketch import Sketch
    from conv_anim.spec.records import Record

IN_CHANNELS, OUT_CHANNELS, GROUPS = whole("in_channels"), whole("out_channels"), count("groups", 1)
KERNEL_SIZE, STRIDE, DILATION = sizes("kernel_size"), moves("stride", 1), moves("dilation", 1)
PADDING = moves("padding", 0, least=0)
PaddingOrName: TypeAlias = "int | tuple[int, ...] | str"
NAMED_PADDING: Field[PaddingOrName] = Field(
    "padding", Either(((is_text, OneOf(("valid", "same"))), (lambda _: True, per_axis(0)))), "padding", default=0
)
BIAS, CEIL_MODE = flag("bias", default=True), flag("ceil_mode", default=False)
MODE = PADDING_MODE
OUTPUT_PADDING = moves("output_padding", 0, least=0)
WHERE = ignored("device", "dtype")


def moves_of(record: Record, sketch: Sketch) -> dict[str, Any]:
    """What a convolution's window and channels are, in a spec's words. Raises SpecError for other channels."""
    if record.has(IN_CHANNELS):
        sketch.takes(record, IN_CHANNELS)
    return {
        "out_channels": record.at(OUT_CHANNELS),
        "kernel_size": record.at(KERNEL_SIZE),
        "stride": given(record, STRIDE),
        "dilation": given(record, DILATION),
        "groups": given(record, GROUPS),
        "bias": biased(record, sketch, BIAS, first=1),
    }
