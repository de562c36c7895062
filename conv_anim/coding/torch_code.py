"""A program of PyTorch's: its layers, with their weights set. ``x`` and ``y`` are (batch, channels, *size)."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, assert_never

from conv_anim.coding.literals import Form
from conv_anim.coding.writing import arguments, cut, is_global, numbers, overhang, symmetric, unless, unwritten
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
from conv_anim.spec.sizes import ceil_size, effective_kernel

if TYPE_CHECKING:
    from conv_anim.coding.writing import Place
    from conv_anim.spec.model import Padding
    from conv_anim.tracing.trace import LayerTrace, Trace

TORCH = Form("torch.tensor({}, dtype=torch.float64)", "torch.from_numpy({})", "{}.expand{}")


class Torch:
    """PyTorch's words."""

    def head(self, trace: Trace) -> list[str]:
        return [
            "import torch",
            "from torch import nn",
            "",
            "torch.set_default_dtype(torch.float64)",
            "",
            f"x = {TORCH.of(trace.spec.input.values, trace.input)}[None]",
        ]

    def layer(self, place: Place) -> list[str]:  # noqa: PLR0911  # one for each type
        layer = place.traced.layer
        match layer:
            case Conv():
                return _conv(layer, place)
            case ConvTranspose():
                return _transposed(layer, place)
            case Pool():
                return _pool(layer, place)
            case MaxUnpool():
                return _unpool(layer)
            case Unfold() | Fold():
                return _columns(layer)
            case Upsample():
                return [f"y = nn.Upsample({_upsampling(layer)})(x)"]
            case ChannelShuffle():
                return [f"y = nn.ChannelShuffle({layer.groups})(x)"]
            case PixelShuffle():
                return [f"y = nn.PixelShuffle({layer.factor})(x)"]
            case PixelUnshuffle():
                return [f"y = nn.PixelUnshuffle({layer.factor})(x)"]
            case _:
                assert_never(layer)

    def tail(self) -> list[str]:
        return ["print(y[0].detach())"]


def _padded(padding: Padding, **more: str) -> str:
    """``x`` with padding; PyTorch names the last axis first."""
    around = tuple(side for pair in reversed(padding) for side in pair)
    keys = "".join(f", {name}={value}" for name, value in more.items())
    return f"nn.functional.pad(x, {around}{keys})"


def _axes(layer: Conv | ConvTranspose | Pool) -> int:
    return len(layer.kernel_size)


def _before(padding: Padding) -> str | None:
    return unless([before for before, _ in padding], 0)


def _filled(name: str, layer: Conv | ConvTranspose, traced: LayerTrace) -> list[str]:
    assert traced.weight is not None
    lines = [f"{name}.weight.data = {TORCH.of(layer.weight, traced.weight)}"]
    return lines if traced.bias is None else [*lines, f"{name}.bias.data = {TORCH.numbers(traced.bias)}"]


def _conv(layer: Conv, place: Place) -> list[str]:
    name, traced, even = place.named("conv"), place.traced, symmetric(layer.padding)
    zeros = layer.padding_mode == "zeros"
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        stride=unless(layer.stride, 1),
        padding=_before(layer.padding) if even else None,
        dilation=unless(layer.dilation, 1),
        groups=layer.groups if layer.groups > 1 else None,
        bias=False if traced.bias is None else None,
        padding_mode=None if zeros or not even else f'"{layer.padding_mode}"',
    )
    lines = [] if even else [f"x = {_padded(layer.padding, **({} if zeros else {'mode': repr(layer.padding_mode)}))}"]
    lines += [
        f"{name} = nn.Conv{_axes(layer)}d({layer.ends.in_channels}, {layer.ends.out_channels}, {keys})",
        *_filled(name, layer, traced),
    ]
    if layer.flip:
        flat = ", ".join(str(2 + axis) for axis in range(_axes(layer)))
        lines.append(f"{name}.weight.data = {name}.weight.data.flip({flat})  # the kernel turned round")
    return [*lines, f"y = {name}(x)"]


def _transposed(layer: ConvTranspose, place: Place) -> list[str]:
    name, even = place.named("conv"), symmetric(layer.padding)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        stride=unless(layer.stride, 1),
        padding=_before(layer.padding) if even else None,
        output_padding=unless(layer.output_padding, 0),
        groups=layer.groups if layer.groups > 1 else None,
        bias=False if place.traced.bias is None else None,
        dilation=unless(layer.dilation, 1),
    )
    lines = [
        f"{name} = nn.ConvTranspose{_axes(layer)}d({layer.ends.in_channels}, {layer.ends.out_channels}, {keys})",
        *_filled(name, layer, place.traced),
        f"y = {name}(x)",
    ]
    if not even:
        sides = zip(layer.padding, layer.ends.out_size, strict=True)
        lines.append(f"y = y[:, :, {cut([(before, before + out) for (before, _), out in sides])}]")
    return lines


# pooling


def _pool(layer: Pool, place: Place) -> list[str]:
    if place.unpooled and not symmetric(layer.padding):
        unwritten("a pool to take back, with more padding on one side")
    match layer.reduce:
        case "max":
            return _max_pool(layer, place)
        case "mean":
            return _mean(layer, place)
        case "norm" if any(overhang(layer)):
            p = layer.norm_type
            return [f"total = {_sums(layer, f'(x.abs() ** {p})', ((0, 0),) * _axes(layer))}", f"y = total ** (1 / {p})"]
        case "norm":
            keys = _window(layer)
            return [f"y = nn.LPPool{_axes(layer)}d({layer.norm_type}, {keys})(x.abs())"]
        case _:
            assert_never(layer.reduce)


def _window(layer: Pool, *, padded: bool = True) -> str:
    return arguments(
        kernel_size=numbers(layer.kernel_size),
        stride=None if layer.stride == layer.kernel_size else numbers(layer.stride),
        padding=_before(layer.padding) if padded else None,
        dilation=unless(layer.dilation, 1),
        ceil_mode=True if layer.ceil_mode else None,
    )


def _max_pool(layer: Pool, place: Place) -> list[str]:
    kind = f"nn.MaxPool{_axes(layer)}d"
    if place.unpooled:
        indices = f"indices_{place.traced.number + 1}"
        return [f"y, {indices} = {kind}({_window(layer)}, return_indices=True)(x)"]
    if symmetric(layer.padding):
        return [f"y = {kind}({_window(layer)})(x)"]
    if layer.ceil_mode and _outputs_when_padded(layer) != layer.ends.out_size:
        unwritten("a pool with ceil_mode and more padding on one side")
    padded = _padded(layer.padding, value='float("-inf")')
    return [f"x = {padded}", f"y = {kind}({_window(layer, padded=False)})(x)"]


def _outputs_when_padded(layer: Pool) -> tuple[int, ...]:
    """How many outputs PyTorch counts if the padding is part of the input."""
    sides = zip(layer.ends.in_size, layer.kernel_size, layer.stride, layer.dilation, layer.padding, strict=True)
    return tuple(ceil_size(size + sum(pad), effective_kernel(k, d), s, (0, 0)) for size, k, s, d, pad in sides)


def _mean(layer: Pool, place: Place) -> list[str]:
    del place
    if is_global(layer):
        return [f"y = nn.AdaptiveAvgPool{_axes(layer)}d(1)(x)"]
    if symmetric(layer.padding) and max(layer.dilation) == 1:
        counted = "" if layer.count_include_pad or not any(map(any, layer.padding)) else ", count_include_pad=False"
        return [f"y = nn.AvgPool{_axes(layer)}d({_window(layer)}{counted})(x)"]
    total = f"total = {_sums(layer, 'x', layer.padding)}"
    if layer.count_include_pad and not any(overhang(layer)):
        return [total, f"y = total / {prod(layer.kernel_size)}"]
    ones = "torch.ones_like(x)"
    if not layer.count_include_pad:
        return [total, f"count = {_sums(layer, ones, layer.padding)}", "y = total / count"]
    counted = _padded(layer.padding, value="1.0").replace("(x,", f"({ones},", 1)
    return [total, f"count = {_sums(layer, counted, ((0, 0),) * _axes(layer))}", "y = total / count"]


def _sums(layer: Pool, what: str, padding: Padding) -> str:
    """The sum of each window, channel by channel: a convolution whose weights are all 1."""
    sides = zip(padding, overhang(layer), strict=True)
    around = tuple((before, after + more) for (before, after), more in sides)
    padded = _padded(around).replace("(x,", f"({what},", 1) if any(map(any, around)) else what
    channels = layer.ends.in_channels
    ones = f"torch.ones{(channels, 1, *layer.kernel_size)}"
    keys = arguments(stride=layer.stride, dilation=unless(layer.dilation, 1), groups=channels)
    return f"nn.functional.conv{_axes(layer)}d({padded}, {ones}, {keys})"


def _unpool(layer: MaxUnpool) -> list[str]:
    """The numbers laid where their indices say, in a map of zeros."""
    ends = layer.ends
    return [
        f"indices = indices_{layer.pool + 1}.flatten(2)",
        f"y = torch.zeros{(1, ends.out_channels, prod(ends.out_size))}.scatter_(2, indices, x.flatten(2))",
        f"y = y.view{(1, ends.out_channels, *ends.out_size)}",
    ]


# what rearranges


def _upsampling(layer: Upsample) -> str:
    """By the size, unless the outputs are read at distances that it does not say."""
    axes, ends = len(layer.ratio), layer.ends
    of_size = tuple(i / o for i, o in zip(ends.in_size, ends.out_size, strict=True))
    by_size = layer.align_corners or layer.ratio == of_size
    factors = tuple(round(1 / ratio, 12) for ratio in layer.ratio) if min(layer.ratio) > 0 else ()
    modes = {"nearest": None, "linear": ("linear", "bilinear", "trilinear")[axes - 1], "cubic": "bicubic"}
    mode = modes[layer.mode]
    return arguments(
        size=ends.out_size if by_size else None,
        scale_factor=None if by_size else factors,
        mode=None if mode is None else f'"{mode}"',
        align_corners=True if layer.align_corners else None,
    )


def _columns(layer: Unfold | Fold) -> list[str]:
    """PyTorch unfolds maps with two axes; more padding on one side is put on before, or cut off after."""
    if len(layer.windows) != 2:
        unwritten(f"{type(layer).__name__.lower()} along {len(layer.windows)} axes")
    even = symmetric(layer.padding)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        dilation=unless(layer.dilation, 1),
        padding=_before(layer.padding) if even else None,
        stride=unless(layer.stride, 1),
    )
    if isinstance(layer, Unfold):
        return [*([] if even else [f"x = {_padded(layer.padding)}"]), f"y = nn.Unfold({keys})(x)"]
    size = layer.ends.out_size
    if even:
        return [f"y = nn.Fold({size}, {keys})(x)"]
    canvas = tuple(n + sum(pad) for n, pad in zip(size, layer.padding, strict=True))
    kept = cut([(before, before + n) for n, (before, _) in zip(size, layer.padding, strict=True)])
    return [f"y = nn.Fold({canvas}, {keys})(x)", f"y = y[:, :, {kept}]"]
