"""What layers are called, and their parameters."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, assert_never

from conv_anim.scene.wording.words import padding, padding_cells, padding_kind, per_axis, size
from conv_anim.spec.model import (
    ChannelShuffle,
    Conv,
    ConvTranspose,
    Fold,
    MaxUnpool,
    PixelShuffle,
    PixelUnshuffle,
    Pool,
    Unfold,
    Upsample,
)
from conv_anim.spec.showing import name_of as type_of
from conv_anim.tracing.accounts import standard

if TYPE_CHECKING:
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.model import Layer, Size, Windowed
    from conv_anim.tracing.accounts import Composition


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter: the phrase that says it, the number in it, and whether it is so unless something else is asked."""

    key: str
    cells: str
    usual: bool = False
    kind: str = ""
    """What the phrase says besides."""

    def said(self, say: Language) -> str:
        return say(f"setting.{self.key}", cells=self.cells, kind=self.kind)


def described(entry: Layer | Composition, say: Language) -> str:
    """What an entry of a spec is called, with its parameters."""
    return say.joined([name_of(entry, say), *settings_of(entry, say)])


def name_of(entry: Layer | Composition, say: Language) -> str:
    """What a layer or a composition is called."""
    if isinstance(entry, tuple):
        return say(f"kind.{entry[0].part_of}")
    return say(f"kind.{kind(entry)}", p=f"{entry.norm_type:.15g}" if isinstance(entry, Pool) else "")


def settings_of(entry: Layer | Composition, say: Language) -> list[str]:
    """The parameters of a layer or a composition that are not their default."""
    if not isinstance(entry, tuple):
        return [setting.said(say) for setting in settings(entry, say) if not setting.usual]
    found = [s.said(say) for s in settings(standard(entry), say) if not s.usual and s.key != "groups"]
    each = entry[0].ends.out_channels // entry[0].ends.in_channels
    wide = entry[0].part_of == "depthwise_separable" and each > 1
    return [*found, *([Setting("multiplier", str(each)).said(say)] if wide else [])]


def kind(layer: Layer) -> str:
    """Which phrase names a layer."""
    match layer:
        case Conv():
            return _kind_of_conv(layer)
        case Pool():
            whole = layer.reduce == "mean" and layer.kernel_size == layer.ends.in_size and max(layer.ends.out_size) == 1
            return "global" if whole else layer.reduce
        case Upsample():
            return f"linear.{len(layer.ends.in_size)}" if layer.mode == "linear" else layer.mode
        case _:
            return type_of(layer)


def _kind_of_conv(layer: Conv) -> str:
    if max(layer.kernel_size) == 1 and max(layer.ends.in_channels, layer.ends.out_channels) > 1:
        return "pointwise" if layer.groups == 1 else "pointwise.grouped"
    if layer.groups > 1:
        return "depthwise" if layer.groups == layer.ends.in_channels else "grouped"
    dilated = max(layer.dilation) > 1
    if layer.padding_name == "causal":
        return "causal.dilated" if dilated else "causal"
    if dilated:
        return "dilated"
    return "true" if layer.flip else "conv"


def settings(layer: Layer, say: Language) -> list[Setting]:  # noqa: PLR0911  # one for each type
    """All parameters of a layer, with those that are as usual."""
    match layer:
        case Conv():
            return [*_window(layer, say), *_conv(layer)]
        case ConvTranspose():
            return [*_window(layer, say), *_transposed(layer, say)]
        case Pool():
            whole = kind(layer) == "global"
            return [] if whole else [*_window(layer, say), *_pool(layer)]
        case Unfold() | Fold():
            cells, none = padding(layer.padding, say), not any(map(any, layer.padding))
            around = Setting("padding", cells, none, say("padding.plain"))
            return [*_moves(layer.kernel_size, layer.stride, layer.dilation, say), around]
        case Upsample():
            return [_factor(layer), Setting("corners", "", usual=not layer.align_corners)]
        case ChannelShuffle():
            return [Setting("groups", str(layer.groups))]
        case PixelShuffle() | PixelUnshuffle():
            return [Setting("factor", str(layer.factor))]
        case MaxUnpool():
            return [Setting("back", str(layer.pool + 1))]
        case _:
            assert_never(layer)


def _window(layer: Windowed, say: Language) -> list[Setting]:
    first, *others = _moves(layer.kernel_size, layer.stride, layer.dilation, say, pools=isinstance(layer, Pool))
    if isinstance(layer, ConvTranspose):
        return [first, *others]
    name = layer.padding_name if isinstance(layer, Conv) else None
    usual = not any(map(any, layer.padding)) and name is None
    cells, kind_ = padding_cells(layer, say), padding_kind(layer, say)
    around = Setting("valid", "") if name == "valid" else Setting("padding", cells, usual, kind_)
    return [first, others[0], around, *others[1:]]


def _moves(kernel: Size, stride: Size, dilation: Size, say: Language, *, pools: bool = False) -> list[Setting]:
    """Kernel, stride and dilation, this with its number of gaps, which other texts count."""
    return [
        Setting("window" if pools else "kernel", size(kernel)),
        Setting("stride", per_axis(stride), set(stride) == {1}),
        Setting("dilation", per_axis(dilation), set(dilation) == {1}, gaps(dilation, say)),
    ]


def gaps(dilation: Size, say: Language) -> str:
    """How many cells a dilated kernel skips, in words where there is a word."""
    skipped = tuple(d - 1 for d in dilation)
    words = say("gaps.words").split()
    if len(set(skipped)) > 1 or skipped[0] >= len(words):
        return say("gaps.many", cells=say.listed(skipped) if len(set(skipped)) > 1 else skipped[0])
    return say("gaps.one" if skipped[0] == 1 else "gaps.few", cells=words[skipped[0]])


def _conv(layer: Conv) -> list[Setting]:
    apart = 1 < layer.groups == layer.ends.in_channels
    each = layer.ends.out_channels // layer.groups
    return [
        Setting("groups", str(layer.groups), usual=apart or layer.groups == 1),
        Setting("multiplier", str(each), usual=not apart or each == 1),
        Setting("flipped", "", usual=not layer.flip),
    ]


def _transposed(layer: ConvTranspose, say: Language) -> list[Setting]:
    """The padding is said even where there is none, by its letter: the border that is drawn is another number."""
    return [
        Setting("p", padding(layer.padding, say)),
        Setting("output_padding", per_axis(layer.output_padding), not any(layer.output_padding)),
        Setting("groups", str(layer.groups), layer.groups == 1),
    ]


def _pool(layer: Pool) -> list[Setting]:
    uncounted = layer.reduce == "mean" and any(map(any, layer.padding)) and not layer.count_include_pad
    return [Setting("ceil", "", usual=not layer.ceil_mode), Setting("uncounted", "", usual=not uncounted)]


def _factor(layer: Upsample) -> Setting:
    """How many times as large the output is, where that is whole, and no cell of it is read as if it were not."""
    sizes = list(zip(layer.ends.in_size, layer.ends.out_size, strict=True))
    read = zip(sizes, layer.ratio, strict=True)
    apart = not layer.align_corners and any(not isclose(ratio * out, size_) for (size_, out), ratio in read)
    if apart or any(out % size_ for size_, out in sizes):
        return Setting("factor", "", usual=True)
    return Setting("factor", per_axis(tuple(out // size_ for size_, out in sizes)))
