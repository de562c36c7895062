"""Parameters that PyTorch's layers share."""

from __future__ import annotations

from typing import TypeAlias

from conv_anim.frameworks.arguments import count, flag, ignored, moves, sizes, whole
from conv_anim.ops.padding import PADDING_MODE
from conv_anim.spec.entering import per_axis
from conv_anim.spec.kinds import Either, OneOf
from conv_anim.spec.nodes import is_text
from conv_anim.spec.records import Field

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
