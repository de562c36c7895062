"""A program of NumPy's: plain loops over the outputs, each from its window. ``x`` and ``y`` are (channels, *size)."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, assert_never

from conv_anim.coding.arrays_code import padded, rearranged
from conv_anim.coding.literals import NUMPY
from conv_anim.coding.writing import LETTERS, cut, slices
from conv_anim.spec.model import Conv, ConvTranspose, Pool
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.coding.writing import Place
    from conv_anim.tracing.trace import LayerTrace, Trace

MODES = {"zeros": {}, "reflect": {"mode": '"reflect"'}, "replicate": {"mode": '"edge"'}, "circular": {"mode": '"wrap"'}}


class Numpy:
    """NumPy's words."""

    def head(self, trace: Trace) -> list[str]:
        return ["", f"x = {NUMPY.of(trace.spec.input.values, trace.input)}"]

    def layer(self, place: Place) -> list[str]:
        layer = place.traced.layer
        match layer:
            case Conv():
                return _conv(layer, place.traced)
            case ConvTranspose():
                return _transposed(layer, place.traced)
            case Pool():
                return _pool(layer, place)
            case _:
                return rearranged(layer, "np")

    def tail(self) -> list[str]:
        return ["print(y)"]


def weight(layer: Conv | ConvTranspose, traced: LayerTrace) -> list[str]:
    """The weight, and the bias if there is one."""
    assert traced.weight is not None
    lines = [f"weight = {NUMPY.of(layer.weight, traced.weight)}"]
    return lines if traced.bias is None else [*lines, f"bias = {NUMPY.numbers(traced.bias)}"]


def _conv(layer: Conv, traced: LayerTrace) -> list[str]:
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    seen, filters = layer.ends.in_channels // layer.groups, layer.ends.out_channels // layer.groups
    axes = len(layer.kernel_size)
    place = ", ".join(LETTERS[:axes])
    lines = [*weight(layer, traced)]
    if layer.flip:
        lines.append(f"weight = np.flip(weight, axis={tuple(range(2, 2 + axes))})  # the kernel turned round")
    lines += [
        *padded(layer.padding, "np", **MODES[layer.padding_mode]),
        f"y = np.zeros({traced.output.shape})",
        f"for m, {place} in np.ndindex(y.shape):",
    ]
    if layer.groups > 1:
        lines.append(f"    group = m // {filters} * {seen}")
    channels = ":" if layer.groups == 1 else f"group : group + {seen}"
    lines += [
        f"    window = x[{channels}, {window}]",
        f"    y[m, {place}] = np.sum(window * weight[m])" + (" + bias[m]" if traced.bias is not None else ""),
    ]
    return lines


def _transposed(layer: ConvTranspose, traced: LayerTrace) -> list[str]:
    """Every input cell stamps the kernel, times its number; what the padding takes off is cut off."""
    sides = zip(layer.ends.in_size, layer.kernel_size, layer.stride, layer.dilation, layer.output_padding, strict=True)
    canvas = tuple((n - 1) * s + effective_kernel(k, d) + more for n, k, s, d, more in sides)
    seen, filters = layer.ends.in_channels // layer.groups, layer.ends.out_channels // layer.groups
    place = ", ".join(LETTERS[: len(canvas)])
    outputs = ":" if layer.groups == 1 else f"group : group + {filters}"
    lines = [
        *weight(layer, traced),
        f"y = np.zeros({(layer.ends.out_channels, *canvas)})",
        f"for c, {place} in np.ndindex(x.shape):",
    ]
    if layer.groups > 1:
        lines.append(f"    group = c // {seen} * {filters}")
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    lines.append(f"    y[{outputs}, {window}] += x[c, {place}] * weight[c]")
    if any(map(any, layer.padding)):
        kept = cut([(before, n - after) for n, (before, after) in zip(canvas, layer.padding, strict=True)])
        lines.append(f"y = y[:, {kept}]")
    if traced.bias is not None:
        lines.append(f"y = y + bias.reshape({', '.join(['-1', *['1'] * len(canvas)])})")
    return lines


# pooling


def _pool(layer: Pool, place: Place) -> list[str]:
    window = slices(layer.stride, layer.kernel_size, layer.dilation)
    at = ", ".join(LETTERS[: len(layer.kernel_size)])
    lines: list[str] = []
    if place.unpooled:
        size, name = layer.ends.in_size, f"places_{place.traced.number + 1}"
        lines += [
            f"cells = np.pad(np.arange({prod(size)}).reshape{size}, {list(layer.padding)})",
            f"{name} = np.zeros({place.traced.output.shape}, dtype=int)  # where each maximum is found",
        ]
    empty = {"max": "-np.inf", "norm": "0.0", "mean": "0.0" if layer.count_include_pad else "np.nan"}[layer.reduce]
    lines += [
        *padded(layer.padding, "np", **({} if empty == "0.0" else {"constant_values": empty})),
        f"y = np.zeros({place.traced.output.shape})",
        f"for c, {at} in np.ndindex(y.shape):",
        f"    window = x[c, {window}]",
        f"    y[c, {at}] = {_reduced(layer)}",
    ]
    if place.unpooled:
        lines.append(f"    {name}[c, {at}] = cells[{window}].ravel()[window.argmax()]")
    return lines


def _reduced(layer: Pool) -> str:
    match layer.reduce:
        case "max":
            return "window.max()"
        case "norm":
            return f"np.sum(np.abs(window) ** {layer.norm_type}) ** (1 / {layer.norm_type})"
        case "mean":
            padded_ = any(map(any, layer.padding)) and not layer.count_include_pad
            return "np.nanmean(window)" if padded_ else "window.mean()"
        case _:
            assert_never(layer.reduce)
