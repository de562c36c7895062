"""Layers for tests: made from PyTorch's arguments, an int standing for one per axis, or drawn by Hypothesis.

Sizes follow from the formulas of Dumoulin and Visin and of PyTorch's documentation, written here once more.
"""

from dataclasses import replace
from math import prod
from random import Random

from hypothesis import strategies as st

from conv_anim.ops.conv import Conv
from conv_anim.ops.conv_transpose import ConvTranspose
from conv_anim.ops.pool import Pool
from conv_anim.spec.model import Arange, Ends, Given, Input, Spec, chain
from conv_anim.spec.themes import THEMES
from conv_anim.spec.view_values import Flat

MODES = ("zeros", "reflect", "replicate", "circular")
LARGEST = {1: 9, 2: 6, 3: 3}
"""Cells of a drawn input's axis, by the number of axes."""


TINTED = replace(THEMES["light"], overlay=1.0, empty_overlay=0.18, window_width=0.0)
"""A theme that tints what is under the window, as classic does, so that a test can ask for the colours of cells; that
the window is outlined in the others is asked in `test_visual_code`."""


def themed(name):
    """A theme by its name, the default one tinted."""
    return TINTED if name == "light" else THEMES[name]


def given(rows):
    """Nested lists as a spec's numbers."""
    if not isinstance(rows, list):
        return Given((), (rows,))
    parts = [given(row) for row in rows]
    return Given((len(rows), *parts[0].shape), tuple(n for part in parts for n in part.numbers))


def spec(*layers, values=None):
    """Layers as a figure, the first one fed by ``values``, or by 0, 1, 2, …."""
    ends = layers[0].ends
    fed = Input(ends.in_size, ends.in_channels, Arange() if values is None else values)
    return Spec(fed, chain(layers), Flat(cells="numbers"), TINTED)


def each(setting, size):
    return setting if isinstance(setting, tuple) else (setting,) * len(size)


def pairs(padding, size):
    return tuple(p if isinstance(p, tuple) else (p, p) for p in each(padding, size))


def effective(kernel, dilation):
    return kernel + (kernel - 1) * (dilation - 1)


def conv(
    size,
    kernel,
    *,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    in_channels=1,
    out_channels=1,
    padding_mode="zeros",
    flip=False,
    weight=None,
    bias=None,
):
    kernel, stride, dilation = each(kernel, size), each(stride, size), each(dilation, size)
    padding = pairs(padding, size)
    out_size = tuple(
        (i + sum(p) - effective(k, d)) // s + 1
        for i, p, k, s, d in zip(size, padding, kernel, stride, dilation, strict=True)
    )
    ends = Ends(in_channels, size, out_channels, out_size)
    numbers = Arange() if weight is None else weight
    return Conv(ends, kernel, stride, padding, dilation, groups, padding_mode, flip, numbers, bias)


def conv_transpose(
    size,
    kernel,
    *,
    stride=1,
    padding=0,
    output_padding=0,
    dilation=1,
    groups=1,
    in_channels=1,
    out_channels=1,
    weight=None,
    bias=None,
):
    kernel, stride, dilation = each(kernel, size), each(stride, size), each(dilation, size)
    padding, output_padding = pairs(padding, size), each(output_padding, size)
    out_size = tuple(
        (i - 1) * s - sum(p) + d * (k - 1) + more + 1
        for i, p, k, s, d, more in zip(size, padding, kernel, stride, dilation, output_padding, strict=True)
    )
    ends = Ends(in_channels, size, out_channels, out_size)
    numbers = Arange() if weight is None else weight
    return ConvTranspose(ends, kernel, stride, padding, output_padding, dilation, groups, numbers, bias)


def pool(size, kernel, *, reduce, stride=1, padding=0, dilation=1, channels=1, ceil_mode=False, count_include_pad=True):
    kernel, stride, dilation = each(kernel, size), each(stride, size), each(dilation, size)
    padding = pairs(padding, size)
    axes = zip(size, padding, kernel, stride, dilation, strict=True)
    out_size = tuple(pool_out(i, p, effective(k, d), s, ceil_mode=ceil_mode) for i, p, k, s, d in axes)
    ends = Ends(channels, size, channels, out_size)
    return Pool(ends, reduce, kernel, stride, padding, dilation, ceil_mode, count_include_pad)


def pool_out(size, padding, reach, stride, *, ceil_mode):
    left = size + sum(padding) - reach
    if not ceil_mode:
        return left // stride + 1
    out = -(-left // stride) + 1
    return out - 1 if (out - 1) * stride >= size + padding[0] else out


@st.composite
def sizes(draw):
    axes = draw(st.integers(1, 3))
    return tuple(draw(st.integers(1, LARGEST[axes])) for _ in range(axes))


def below(most):
    return st.integers(0, max(0, most))


@st.composite
def numbers(draw, shape, size, *, whole=None):
    """For the whole shape or, as far as its last axes, ``size``: counted, whole, or quarters, whose sums are exact."""
    if draw(st.integers(0, 4)) == 0:
        return Arange()
    random = Random(draw(st.integers(0, 999)))
    if draw(st.integers(0, 4)) == 0:
        shape = size
    if draw(st.booleans()) if whole is None else whole:
        return Given(shape, tuple(random.randint(-9, 9) for _ in range(prod(shape))))
    return Given(shape, tuple(random.randint(-36, 36) / 4 for _ in range(prod(shape))))


def biases(channels, *, whole=None):
    number = st.integers(-9, 9) if whole else st.integers(-9, 9) | st.integers(-9, 9).map(lambda n: n / 4)
    return st.none() | st.tuples(*[number] * channels)


@st.composite
def channel_settings(draw):
    groups = draw(st.integers(1, 3))
    seen, made = draw(st.integers(1, 2)), draw(st.integers(1, 2))
    return {"groups": groups, "in_channels": groups * seen, "out_channels": groups * made}


@st.composite
def axis_of_conv(draw, size, mode):
    most = {"zeros": 3, "replicate": 3, "reflect": min(3, size - 1), "circular": min(3, size)}[mode]
    padding = draw(below(most)), draw(below(most))
    length = size + sum(padding)
    kernel = draw(st.integers(1, min(4 if size > 3 else 3, length)))
    dilation = draw(st.integers(1, max(1, min(3, (length - 1) // max(1, kernel - 1)))))
    return {"padding": padding, "kernel": kernel, "dilation": dilation, "stride": draw(st.integers(1, 3))}


@st.composite
def axis_of_transpose(draw, size):
    kernel, stride, dilation = draw(st.integers(1, 3)), draw(st.integers(1, 3)), draw(st.integers(1, 2))
    whole = (size - 1) * stride + dilation * (kernel - 1) + 1
    before = draw(below(min(3, whole - 1)))
    after = draw(below(min(3, whole - 1 - before)))
    more = draw(below(max(stride, dilation) - 1))
    return {
        "padding": (before, after),
        "kernel": kernel,
        "dilation": dilation,
        "stride": stride,
        "output_padding": more,
    }


@st.composite
def axis_of_pool(draw, size):
    kernel = draw(st.integers(1, min(3, size)))
    padding = draw(below(kernel // 2)), draw(below(kernel // 2))
    dilation = draw(st.integers(1, max(1, min(3, (size + sum(padding) - 1) // max(1, kernel - 1)))))
    return {"padding": padding, "kernel": kernel, "dilation": dilation, "stride": draw(st.integers(1, 4))}


def along(axes):
    """The settings of several axes as one layer's."""
    return {name: tuple(axis[name] for axis in axes) for name in axes[0]}


@st.composite
def conv_settings(draw, *, modes=MODES, whole=None):
    """Arguments for `conv`; ``whole`` says whether its numbers are, None leaves it open."""
    size, mode, channels = draw(sizes()), draw(st.sampled_from(modes)), draw(channel_settings())
    axes = along([draw(axis_of_conv(n, mode)) for n in size])
    shape = (channels["out_channels"], channels["in_channels"] // channels["groups"], *axes["kernel"])
    return {
        "size": size,
        **axes,
        **channels,
        "padding_mode": mode,
        "flip": draw(st.booleans()),
        "weight": draw(numbers(shape, axes["kernel"], whole=whole)),
        "bias": draw(biases(channels["out_channels"], whole=whole)),
    }


@st.composite
def transpose_settings(draw, *, whole=None):
    """Arguments for `conv_transpose`."""
    size, channels = draw(sizes()), draw(channel_settings())
    axes = along([draw(axis_of_transpose(n)) for n in size])
    shape = (channels["in_channels"], channels["out_channels"] // channels["groups"], *axes["kernel"])
    return {
        "size": size,
        **axes,
        **channels,
        "weight": draw(numbers(shape, axes["kernel"], whole=whole)),
        "bias": draw(biases(channels["out_channels"], whole=whole)),
    }


@st.composite
def pool_settings(draw):
    """Arguments for `pool`."""
    size = draw(sizes())
    return {
        "size": size,
        "channels": draw(st.integers(1, 3)),
        **along([draw(axis_of_pool(n)) for n in size]),
        "reduce": draw(st.sampled_from(["max", "mean"])),
        "ceil_mode": draw(st.booleans()),
        "count_include_pad": draw(st.booleans()),
    }


@st.composite
def fed(draw, layers, *, whole=None):
    """A drawn layer as a figure, with a drawn input."""
    layer = draw(layers)
    return spec(layer, values=draw(inputs(layer, whole=whole)))


def inputs(layer, *, whole=None):
    return numbers((layer.ends.in_channels, *layer.ends.in_size), layer.ends.in_size, whole=whole)


def convs(**limits):
    return conv_settings(**limits).map(lambda settings: conv(**settings))


def transposes(**limits):
    return transpose_settings(**limits).map(lambda settings: conv_transpose(**settings))


def pools():
    return pool_settings().map(lambda settings: pool(**settings))
