"""What must hold between traces, and the numbers and sizes that the literature gives."""

from dataclasses import replace
from math import prod

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from conv_anim.scene.sheets.sheet import Sheet
from conv_anim.tracing.trace import trace
from conv_anim.tracing.values import channel_maps
from tests.layers import (
    conv,
    conv_settings,
    conv_transpose,
    convs,
    effective,
    fed,
    given,
    inputs,
    numbers,
    pool,
    pool_settings,
    pools,
    sizes,
    spec,
    transposes,
)

X = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]
K = [[0, 1, 2], [2, 2, 0], [0, 1, 2]]


def output(layer, x):
    """What a layer makes of an array (channels, *size)."""
    return trace(spec(layer, values=given(x.tolist()))).output


def random(shape, seed=0):
    return np.random.default_rng(seed).integers(-9, 10, shape)


def fed_array(layer, seed=0):
    return random((layer.ends.in_channels, *layer.ends.in_size), seed)


# Laws


@drawn(convs(whole=True) | transposes(whole=True))
def test_linear(layer):
    layer = replace(layer, bias=None)
    one, other = fed_array(layer, 1), fed_array(layer, 2)
    assert np.array_equal(output(layer, 3 * one - 2 * other), 3 * output(layer, one) - 2 * output(layer, other))


@drawn(convs(whole=True) | transposes(whole=True))
def test_the_bias_is_added_to_its_channel(layer):
    bias = tuple(range(1, 1 + layer.ends.out_channels))
    x = fed_array(layer)
    added = output(replace(layer, bias=bias), x) - output(replace(layer, bias=None), x)
    assert [set(channel.ravel().tolist()) for channel in added] == [{b} for b in bias]


@drawn(st.data())
def test_shifting_the_input_shifts_the_output(data):
    """With padding wrapped round, and a stride that divides the size: by a stride for each output cell."""
    shape = data.draw(sizes())
    kernel = tuple(data.draw(st.integers(1, n)) for n in shape)
    stride = tuple(data.draw(st.sampled_from([s for s in (1, 2, 3) if n % s == 0])) for n in shape)
    padding = tuple((data.draw(st.just(k - 1 - k // 2)), k // 2) for k in kernel)
    layer = conv(
        shape,
        kernel,
        stride=stride,
        padding=padding,
        padding_mode="circular",
        out_channels=2,
        weight=data.draw(numbers((2, 1, *kernel), kernel, whole=True)),
    )
    x = fed_array(layer)
    shift = tuple(data.draw(st.integers(0, n // s - 1)) for n, s in zip(shape, stride, strict=True))
    axes = tuple(range(1, 1 + len(shape)))
    moved = np.roll(x, [n * s for n, s in zip(shift, stride, strict=True)], axes)
    assert np.array_equal(output(layer, moved), np.roll(output(layer, x), shift, axes))


def subsampled(array, stride):
    return array[(slice(None), *(slice(None, None, s) for s in stride))]


@drawn(conv_settings(whole=True))
def test_a_stride_leaves_out_what_stride_1_computes(settings):
    layer, dense = conv(**settings), conv(**settings | {"stride": 1})
    x = fed_array(layer)
    assert np.array_equal(output(layer, x), subsampled(output(dense, x), layer.stride))


@drawn(pool_settings())
def test_the_stride_of_a_pool_leaves_out_what_stride_1_computes(settings):
    settings |= {"ceil_mode": False}
    layer, dense = pool(**settings), pool(**settings | {"stride": 1})
    x = fed_array(layer)
    assert np.array_equal(output(layer, x), subsampled(output(dense, x), layer.stride))


@drawn(conv_settings(whole=True))
def test_a_dilated_kernel_is_a_kernel_stuffed_with_zeros(settings):
    layer = conv(**settings)
    x = fed_array(layer)
    computed = trace(spec(layer, values=given(x.tolist())))
    reach = tuple(map(effective, layer.kernel_size, layer.dilation))
    stuffed = np.zeros((*computed.layers[0].weight.shape[:2], *reach), int)
    stuffed[(slice(None), *(slice(None, None, d) for d in (1, *layer.dilation)))] = computed.layers[0].weight
    dense = conv(**settings | {"kernel": reach, "dilation": 1, "weight": given(stuffed.tolist())})
    assert dense.ends == layer.ends
    assert np.array_equal(computed.output, output(dense, x))


@drawn(conv_settings(modes=["zeros"], whole=True))
def test_transposed_is_the_adjoint(settings):
    """⟨C x, y⟩ = ⟨x, Cᵀ y⟩ with the same weight, stride, padding and dilation, and the zeros that were left over."""
    direct = conv(**settings | {"bias": None, "flip": False})
    left = tuple(
        (i + sum(p) - effective(k, d)) % s
        for i, p, k, d, s in zip(
            direct.ends.in_size, direct.padding, direct.kernel_size, direct.dilation, direct.stride, strict=True
        )
    )
    transposed = conv_transpose(
        direct.ends.out_size,
        direct.kernel_size,
        stride=direct.stride,
        padding=direct.padding,
        output_padding=left,
        dilation=direct.dilation,
        groups=direct.groups,
        in_channels=direct.ends.out_channels,
        out_channels=direct.ends.in_channels,
        weight=direct.weight,
    )
    assert transposed.ends.out_size == direct.ends.in_size
    x, y = fed_array(direct, 1), fed_array(transposed, 2)
    assert (output(direct, x) * y).sum() == (x * output(transposed, y)).sum()


@drawn(fed(convs(whole=True) | transposes(whole=True), whole=True))
def test_taps_written_as_a_matrix_give_the_output(figure):
    """C · x, where a row of C holds the weights of a step."""
    computed = trace(figure)
    layer = computed.layers[0]
    matrix = np.zeros((computed.output.size, computed.input.size), int)
    for step in layer[:: 1 + len(layer) // 200]:
        for tap in step.taps:
            if tap.input is not None:
                matrix[step.index, np.ravel_multi_index(tap.input, computed.input.shape)] += tap.w
        assert matrix[step.index] @ computed.input.ravel() + (step.bias or 0) == step.value


@drawn(fed(convs(whole=True) | transposes(whole=True), whole=True))
def test_maps_of_single_channels_add_up_to_the_output(figure):
    layer = trace(figure).layers[0]
    for channel, made in enumerate(layer.output):
        seen = layer.operator.seen_by(channel)
        maps = channel_maps(layer.operator, layer.input[seen.start : seen.stop], layer.kernels[channel])
        assert maps.shape == (len(seen), *layer.operator.out_size)
        assert np.array_equal(maps.sum(axis=0) + (0 if layer.bias is None else layer.bias[channel]), made)


@drawn(pool_settings())
def test_an_average_is_a_convolution_with_equal_weights(settings):
    settings |= {"reduce": "mean", "ceil_mode": False, "count_include_pad": True}
    layer, channels = pool(**settings), settings["channels"]
    ones = np.ones((channels, 1, *layer.kernel_size), int)
    geometry = {name: settings[name] for name in ("size", "kernel", "stride", "padding", "dilation")}
    box = conv(**geometry, groups=channels, in_channels=channels, out_channels=channels, weight=given(ones.tolist()))
    x = fed_array(layer)
    assert np.array_equal(output(layer, x), output(box, x) / prod(layer.kernel_size))


@pytest.mark.parametrize(
    "layers", [convs(whole=True), transposes(whole=True), pools()], ids=["conv", "transposed", "pool"]
)
@drawn(st.data())
def test_an_output_cell_depends_on_what_its_taps_read_and_on_nothing_else(layers, data):
    layer = data.draw(layers)
    computed = trace(spec(layer, values=data.draw(inputs(layer, whole=True))))
    step = computed[data.draw(st.integers(0, len(computed) - 1))]
    mask = np.ones(computed.input.shape, bool)
    for tap in step.taps:
        if tap.input is not None:
            mask[tap.input] = False
    assert output(layer, computed.input + 100 * mask)[step.output] == step.value


def test_a_flipped_kernel_is_what_mathematicians_call_convolution():
    layer = conv((4,), 3, padding=2, flip=True, weight=given([1, 2, 3]))
    assert output(layer, np.array([[1, 0, -1, 5]])).tolist() == [np.convolve([1, 0, -1, 5], [1, 2, 3]).tolist()]


# Numbers and sizes of FIGURES.md and of Dumoulin and Visin


@pytest.mark.parametrize(
    ("layer", "wanted"),
    [
        (conv((5, 5), 3, weight=given(K)), [[12, 12, 17], [10, 17, 19], [9, 6, 14]]),
        (conv((5, 5), 3, weight=given(K), padding=1, stride=2), [[6, 17, 3], [8, 17, 13], [6, 4, 4]]),
        (pool((5, 5), 3, reduce="max"), [[3, 3, 3], [3, 3, 3], [3, 2, 3]]),
    ],
)
def test_numbers_of_conv_arithmetic(layer, wanted):
    assert output(layer, np.array([X])).tolist() == [wanted]


def test_averages_of_conv_arithmetic():
    averages = output(pool((5, 5), 3, reduce="mean"), np.array([X]))
    assert averages.round(1).tolist() == [[[1.7, 1.7, 1.7], [1.0, 1.2, 1.8], [1.1, 0.8, 1.3]]]
    assert np.array_equal(averages * 9, output(conv((5, 5), 3, weight=given([[1] * 3] * 3)), np.array([X])))


@pytest.mark.parametrize(
    ("stride", "wanted"),
    [
        (1, [[0, 0, 1], [0, 4, 6], [4, 12, 9]]),
        (2, [[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]]),
    ],
)
def test_transposed_by_hand(stride, wanted):
    stamp = given([[0, 1], [2, 3]])
    assert trace(spec(conv_transpose((2, 2), 2, stride=stride, weight=stamp), values=stamp)).output.tolist() == [wanted]


CONV_ARITHMETIC = """
no_padding_no_strides                   4 3 1 0 1   2  4  4
no_padding_no_strides_transposed        2 3 1 0 1   4 16  6
arbitrary_padding_no_strides            5 4 1 2 1   6 36  9
arbitrary_padding_no_strides_transposed 6 4 1 2 1   5 25  8
same_padding_no_strides                 5 3 1 1 1   5 25  7
same_padding_no_strides_transposed      5 3 1 1 1   5 25  7
full_padding_no_strides                 5 3 1 2 1   7 49  9
full_padding_no_strides_transposed      7 3 1 2 1   5 25  7
no_padding_strides                      5 3 2 0 1   2  4  5
no_padding_strides_transposed           2 3 2 0 1   5 25  7
padding_strides                         5 3 2 1 1   3  9  7
padding_strides_transposed              3 3 2 1 1   5 25  7
padding_strides_odd                     6 3 2 1 1   3  9  8
padding_strides_odd_transposed          3 3 2 1 1   6 36  8
dilation                                7 3 1 0 2   3  9  7
numerical_no_padding_no_strides         5 3 1 0 1   3  9  5
numerical_padding_strides               5 3 2 1 1   3  9  7
numerical_average_pooling               5 3 1 0 1   3  9  5
numerical_max_pooling                   5 3 1 0 1   3  9  5
"""
"""Its figures: input, kernel, stride, padding, dilation; output, steps and the side of the drawn canvas."""
BORDERS = {
    "no_padding_no_strides_transposed": (2, 2, 2),
    "arbitrary_padding_no_strides_transposed": (1, 1, 6),
    "same_padding_no_strides_transposed": (1, 1, 5),
    "full_padding_no_strides_transposed": (0, 0, 7),
    "no_padding_strides_transposed": (2, 2, 3),
    "padding_strides_transposed": (1, 1, 5),
    "padding_strides_odd_transposed": (1, 2, 5),
}
"""Zeros before and after the stretched input, and how large that is."""


def figure_layer(name, size, kernel, stride, padding, dilation):
    square = (size, size)
    if "pooling" in name:
        return pool(square, kernel, reduce="max" if "max" in name else "mean", stride=stride, padding=padding)
    if "transposed" in name:
        more = int("odd" in name)
        return conv_transpose(square, kernel, stride=stride, padding=padding, output_padding=more, dilation=dilation)
    return conv(square, kernel, stride=stride, padding=padding, dilation=dilation)


@pytest.mark.parametrize("row", CONV_ARITHMETIC.strip().splitlines(), ids=lambda row: row.split()[0])
def test_sizes_of_conv_arithmetic(row):
    name, *columns = row.split()
    *settings, out, steps, drawn_canvas = map(int, columns)
    computed = trace(spec(figure_layer(name, *settings)))
    assert computed.output.shape == (1, out, out)
    assert len(computed) == steps
    operator = computed.layers[0].operator
    assert [axis.canvas for axis in operator.axes] == [drawn_canvas] * 2
    assert Sheet.read_by(operator).shape == (drawn_canvas, drawn_canvas)
    unread = 1 if name == "padding_strides_odd" else 0
    assert [axis.read for axis in operator.axes] == [drawn_canvas - unread] * 2
    if name in BORDERS:
        assert [(axis.before, axis.after, axis.stretched) for axis in operator.axes] == [BORDERS[name]] * 2


def test_all_figures_of_conv_arithmetic_are_here():
    assert len(CONV_ARITHMETIC.strip().splitlines()) == 19
