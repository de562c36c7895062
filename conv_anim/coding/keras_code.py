"""A program of Keras's: its layers, with their weights set. ``x`` and ``y`` are (batch, *size, channels)."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from conv_anim.coding.literals import NUMPY
from conv_anim.coding.writing import UnwrittenError, arguments, cut, is_global, numbers, overhang, unless, unwritten
from conv_anim.spec.layers.conv import named_padding
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
from conv_anim.spec.showing import name_of
from conv_anim.spec.sizes import effective_kernel

if TYPE_CHECKING:
    from conv_anim.coding.writing import Place
    from conv_anim.spec.model import Padding, Size
    from conv_anim.tracing.trace import LayerTrace, Trace


class Keras:
    """Keras's words."""

    def head(self, trace: Trace) -> list[str]:
        return [
            "import keras",
            "from keras import layers",
            "",
            'keras.config.set_floatx("float64")',
            "",
            f"x = {NUMPY.of(trace.spec.input.values, trace.input)}",
            "x = np.moveaxis(x, 0, -1)[None]  # the channels last, and a batch of one",
        ]

    def layer(self, place: Place) -> list[str]:
        layer = place.traced.layer
        match layer:
            case Conv():
                return _conv(layer, place)
            case ConvTranspose():
                return _transposed(layer, place)
            case Pool():
                return _pool(layer)
            case Upsample():
                return _upsampled(layer)
            case ChannelShuffle() | PixelShuffle() | PixelUnshuffle():
                return _shuffled(layer)
            case Unfold() | Fold() | MaxUnpool():
                raise UnwrittenError(name_of(layer))
            case _:
                assert_never(layer)

    def tail(self) -> list[str]:
        return ["print(keras.ops.convert_to_numpy(y)[0])  # (*size, channels)"]


def _filled(name: str, traced: LayerTrace, values: str, *, flat: tuple[int, ...], flip: bool) -> list[str]:
    """The weight (out, in, *kernel) as Keras has it, (*kernel, in, out), and the bias."""
    order = f"np.moveaxis({values}, (0, 1), (-1, -2))"
    kernel = f"np.flip({order}, axis={flat})" if flip else order
    bias = "" if traced.bias is None else f", {NUMPY.numbers(traced.bias)}"
    return [f"weight = {kernel}", f"{name}.build(x.shape)", f"{name}.set_weights([weight{bias}])"]


def _axes_of(size: Size) -> tuple[int, ...]:
    return tuple(range(len(size)))


def _conv(layer: Conv, place: Place) -> list[str]:
    name, traced = place.named("conv"), place.traced
    if max(layer.stride) > 1 and max(layer.dilation) > 1:
        unwritten("a convolution with both a stride and a dilation")
    words, before = _padding(layer)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        strides=unless(layer.stride, 1),
        padding=None if words is None else f'"{words}"',
        dilation_rate=unless(layer.dilation, 1),
        groups=layer.groups if layer.groups > 1 else None,
        use_bias=False if traced.bias is None else None,
    )
    assert traced.weight is not None
    values = NUMPY.of(layer.weight, traced.weight)
    return [
        *before,
        f"{name} = layers.Conv{len(layer.kernel_size)}D({layer.ends.out_channels}, {keys})",
        *_filled(name, traced, values, flat=_axes_of(layer.kernel_size), flip=layer.flip),
        f"y = {name}(x)",
    ]


def _padding(layer: Conv) -> tuple[str | None, list[str]]:
    """Keras's name for the padding, or a layer that comes before."""
    if not any(map(any, layer.padding)):
        return None, []
    windows = tuple(map(effective_kernel, layer.kernel_size, layer.dilation))
    if layer.padding_mode == "zeros":
        if layer.padding == named_padding("same", layer.ends.in_size, windows, layer.stride):
            return "same", []
        if len(windows) == 1 and layer.padding == ((windows[0] - 1, 0),):
            return "causal", []
        return None, [_zeros(layer.padding)]
    if layer.padding_mode != "reflect":
        unwritten(f"padding_mode {layer.padding_mode}")
    return None, [f'x = keras.ops.pad(x, {[(0, 0), *layer.padding, (0, 0)]}, mode="reflect")']


def _zeros(padding: Padding) -> str:
    around = padding[0] if len(padding) == 1 else padding
    return f"x = layers.ZeroPadding{len(padding)}D({around})(x)"


def _transposed(layer: ConvTranspose, place: Place) -> list[str]:
    """Without padding, then cut to size."""
    name, traced = place.named("conv"), place.traced
    if layer.groups > 1:
        unwritten("a transposed convolution with groups")
    if max(layer.dilation) > 1:
        unwritten("a transposed convolution with a dilation")
    if any(more >= s for more, s in zip(layer.output_padding, layer.stride, strict=True) if more):
        unwritten("an output padding that is not less than the stride")
    extra = tuple(layer.output_padding)
    keys = arguments(
        kernel_size=numbers(layer.kernel_size),
        strides=unless(layer.stride, 1),
        output_padding=numbers(extra) if _fills(layer) else None,
        use_bias=False if traced.bias is None else None,
    )
    assert traced.weight is not None
    values = NUMPY.of(layer.weight, traced.weight)
    lines = [
        f"{name} = layers.Conv{len(layer.kernel_size)}DTranspose({layer.ends.out_channels}, {keys})",
        *_filled(name, traced, values, flat=_axes_of(layer.kernel_size), flip=False),
        f"y = {name}(x)",
    ]
    if any(map(any, layer.padding)):
        sides = zip(layer.padding, layer.ends.out_size, strict=True)
        lines.append(f"y = y[:, {cut([(before, before + out) for (before, _), out in sides])}]")
    return lines


def _fills(layer: ConvTranspose) -> bool:
    """Whether the output padding must be said: else Keras makes max(k, s) − k of it."""
    sides = zip(layer.kernel_size, layer.stride, layer.output_padding, strict=True)
    return any(max(k, s) - k != more for k, s, more in sides)


# pooling


def _pool(layer: Pool) -> list[str]:
    if layer.reduce == "norm":
        unwritten("lp_pool")
    axes = len(layer.kernel_size)
    if layer.reduce == "mean" and is_global(layer):
        return [f"y = layers.GlobalAveragePooling{axes}D(keepdims=True)(x)"]
    if max(layer.dilation) > 1:
        unwritten("a pool with a dilation")
    words, before = _pool_padding(layer)
    keys = arguments(
        pool_size=numbers(layer.kernel_size),
        strides=None if layer.stride == layer.kernel_size else numbers(layer.stride),
        padding=None if words is None else f'"{words}"',
    )
    kind = "MaxPooling" if layer.reduce == "max" else "AveragePooling"
    return [*before, f"y = layers.{kind}{axes}D({keys})(x)"]


def _pool_padding(layer: Pool) -> tuple[str | None, list[str]]:
    """Keras's "same", whose padding is in no mean and no maximum, or cells that are put on before."""
    beyond = overhang(layer)
    around = tuple((before, after + more) for (before, after), more in zip(layer.padding, beyond, strict=True))
    if not any(map(any, around)):
        return None, []
    counted = layer.reduce == "mean" and layer.count_include_pad
    if around == named_padding("same", layer.ends.in_size, layer.kernel_size, layer.stride) and not (
        counted and any(map(any, layer.padding))
    ):
        return "same", []
    if layer.reduce == "max":
        pads = [(0, 0), *around, (0, 0)]
        return None, [f'x = keras.ops.pad(x, {pads}, constant_values=float("-inf"))']
    if not counted or any(beyond):
        unwritten("a mean that leaves out some of its padding")
    return None, [_zeros(layer.padding)]


# what rearranges


def _upsampled(layer: Upsample) -> list[str]:
    axes = len(layer.ratio)
    factors = [out // size for size, out in zip(layer.ends.in_size, layer.ends.out_size, strict=True)]
    even = all(out == size * f for size, out, f in zip(layer.ends.in_size, layer.ends.out_size, factors, strict=True))
    if not even or layer.align_corners or layer.mode == "cubic" or (layer.mode == "linear" and axes != 2):
        unwritten("an upsampling that is not nearest or bilinear by whole factors")
    mode = ', interpolation="bilinear"' if layer.mode == "linear" else ""
    return [f"y = layers.UpSampling{axes}D({numbers(factors)}{mode})(x)"]


def _shuffled(layer: ChannelShuffle | PixelShuffle | PixelUnshuffle) -> list[str]:
    ends = layer.ends
    out = (1, *ends.out_size, ends.out_channels)
    match layer:
        case ChannelShuffle():
            split = (1, *ends.in_size, layer.groups, ends.in_channels // layer.groups)
            last = len(split) - 1
            order = (*range(last - 1), last, last - 1)
        case PixelShuffle():
            split = (1, *ends.in_size, ends.out_channels, layer.factor, layer.factor)
            order = (0, 1, 4, 2, 5, 3)
        case PixelUnshuffle():
            rows, columns = ends.out_size
            split = (1, rows, layer.factor, columns, layer.factor, ends.in_channels)
            order = (0, 1, 3, 5, 2, 4)
        case _:
            assert_never(layer)
    return [f"y = keras.ops.reshape(keras.ops.transpose(keras.ops.reshape(x, {split}), {order}), {out})"]
