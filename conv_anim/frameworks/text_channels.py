"""What the layers of a text say of their input: its channels, its axes, and for a fold its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.frameworks import attention_layers
from conv_anim.frameworks.jax import lax_layers
from conv_anim.frameworks.torch import keys as torch_keys
from conv_anim.frameworks.torch import moves as torch_moves
from conv_anim.spec.sizes import conv_size, effective_kernel
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from conv_anim.frameworks.calls import Call
    from conv_anim.frameworks.foreign import ForeignLayer
    from conv_anim.spec.model import Size
    from conv_anim.spec.records import Record


KEEPING = ("Pool", "Pad", "Crop", "Upsampl", "UpSampl", "Unpool", "UnPool", "pool")
"""In the names of layers that have as many channels as their input."""


@dataclass(frozen=True, slots=True)
class Read:
    """A layer of the text, with its arguments."""

    call: Call
    layer: ForeignLayer
    record: Record


def channels_of_text(layers: list[Read]) -> tuple[int, bool]:
    """How many channels the input has as the layers say it, and whether they do; else as many as show something."""
    for read in layers:
        if read.layer.takes is not None and read.record.has(read.layer.takes):
            return read.record.of(read.layer.takes), True
        if read.record.has(lax_layers.SHAPE):
            groups = read.record.of(lax_layers.GROUPS) if read.record.has(lax_layers.GROUPS) else 1
            return read.record.of(lax_layers.SHAPE)[1] * groups, True
        if not any(word in read.call.short for word in KEEPING):
            return _some(read), False
    return 1, False


def _some(read: Read) -> int:
    record, name = read.record, read.call.short
    match name:
        case "PixelShuffle":
            made = record.of(torch_moves.UP) ** 2
        case "ChannelShuffle":
            made = 2 * record.of(torch_moves.SHUFFLED)
        case "Fold":
            made = _taps(read)
        case "scaled_dot_product_attention":
            made = 4
        case "MultiHeadAttention":
            made = record.of(attention_layers.KERAS_HEADS) * record.of(attention_layers.KEY_DIM)
        case _ if "Depthwise" in name or "Separable" in name:
            made = 3
        case _:
            made = record.of(torch_keys.GROUPS) if record.has(torch_keys.GROUPS) else 1
    return made


def _said(read: Read, name: str) -> tuple[int, int]:
    """A pair of a fold, whose parameters PaddlePaddle calls by their plurals.

    Some pair where there are more numbers or fewer: the spec that is made of the fold has them, and is refused for it.
    """
    field = next(field for field in read.layer.keys.fields if field.name in {name, f"{name}s"})
    value = read.record.of(field)
    rows, columns = (value, value) if isinstance(value, int) or len(value) != 2 else value
    return (rows, columns) if isinstance(rows, int) else (1, 1)


def _taps(read: Read) -> int:
    rows, columns = _said(read, "kernel_size")
    return rows * columns


def columns_of(read: Read) -> Size:
    """As many columns as windows lie on what a fold makes."""
    names = ("output_size", "kernel_size", "stride", "padding", "dilation")
    out, kernel, stride, padding, dilation = (_said(read, name) for name in names)
    windows = map(effective_kernel, kernel, dilation)
    rows, columns = (
        conv_size(o, window, s, (p, p)) for o, window, s, p in zip(out, windows, stride, padding, strict=False)
    )
    return (max(1, rows * columns),)


BY_MODE = ("nn.Upsample", "paddle.nn.Upsample")
"""Layers whose mode says how many axes they have."""


def axes_of_text(layers: list[Read]) -> int | None:
    """Along how many axes the layers work, as far as one of them says it."""
    for read in layers:
        if read.layer.along(read.record) is not None:
            return read.layer.along(read.record)
        mode = read.record.get(torch_moves.UPSAMPLING) if read.layer.keys.name in BY_MODE else None
        if mode in torch_moves.MODE_AXES:
            return torch_moves.MODE_AXES[mode]
    return None
