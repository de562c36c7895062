"""The trace against the plain loops of `oracle`: outputs, every tap of a step, and the sequence of steps."""

from math import prod

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from conv_anim.ops.conv import Conv
from conv_anim.ops.conv_transpose import ConvTranspose
from conv_anim.spec.model import Arange, Random
from conv_anim.tracing import values
from conv_anim.tracing.geometry import Source
from conv_anim.tracing.trace import LayerTrace, trace
from conv_anim.tracing.values import fill, spread
from tests import oracle
from tests.layers import conv, conv_transpose, convs, fed, given, pool, pools, spec, transposes


def listed(values, shape):
    """A spec's numbers as nested lists; one channel's are repeated for all."""
    written = range(prod(shape)) if isinstance(values, Arange) else values.numbers
    return oracle.unflat(list(written) * (prod(shape) // len(written)), shape)


def weight_shape(layer):
    """As PyTorch documents it."""
    one, other = layer.ends.out_channels, layer.ends.in_channels
    if isinstance(layer, ConvTranspose):
        one, other = other, one
    return (one, other // layer.groups, *layer.kernel_size)


def expected(layer, x):
    if isinstance(layer, Conv):
        return oracle.convolution(
            x,
            listed(layer.weight, weight_shape(layer)),
            bias=layer.bias,
            stride=layer.stride,
            padding=layer.padding,
            dilation=layer.dilation,
            groups=layer.groups,
            mode=layer.padding_mode,
            flip=layer.flip,
        )
    if isinstance(layer, ConvTranspose):
        return oracle.transposed(
            x,
            listed(layer.weight, weight_shape(layer)),
            bias=layer.bias,
            stride=layer.stride,
            padding=layer.padding,
            output_padding=layer.output_padding,
            dilation=layer.dilation,
            groups=layer.groups,
        )
    window = {
        "kernel": layer.kernel_size,
        "stride": layer.stride,
        "padding": layer.padding,
        "dilation": layer.dilation,
        "ceil_mode": layer.ceil_mode,
    }
    if layer.reduce == "max":
        return oracle.max_pool(x, **window)
    return oracle.avg_pool(x, count_include_pad=layer.count_include_pad, **window)


def fed_numbers(figure):
    return listed(figure.input.values, (figure.input.channels, *figure.input.size))


def check_output(figure):
    result = trace(figure).output
    wanted = expected(figure.layers[0], fed_numbers(figure))
    assert result.shape == oracle.size_of(wanted)
    assert result.tolist() == wanted


@drawn(fed(convs()))
def test_convolution(figure):
    check_output(figure)


@drawn(fed(transposes()))
def test_transposed_convolution_gathers_what_its_input_scatters(figure):
    check_output(figure)


@drawn(fed(pools()))
def test_pools(figure):
    check_output(figure)


@pytest.mark.parametrize(
    ("mode", "border"),
    [
        ("zeros", [0, 0, 1, 2, 3, 0, 0]),
        ("reflect", [3, 2, 1, 2, 3, 2, 1]),
        ("replicate", [1, 1, 1, 2, 3, 3, 3]),
        ("circular", [2, 3, 1, 2, 3, 1, 2]),
    ],
)
def test_padding_modes_by_hand(mode, border):
    layer = conv((3,), 1, padding=2, padding_mode=mode, weight=given([1]))
    assert trace(spec(layer, values=given([1, 2, 3]))).output.tolist() == [border]


def test_a_window_in_ceil_mode_hangs_over():
    means = pool((5,), 2, stride=2, reduce="mean", ceil_mode=True)
    computed = trace(spec(means, values=given([1, 2, 3, 4, 5])))
    assert computed.output.tolist() == [[1.5, 3.5, 5]]
    assert [tap.source for tap in computed[2].taps] == [Source.INPUT, Source.OUTSIDE]
    assert (computed[2].taps[1].x, computed[2].divisor) == (None, 1)


@pytest.mark.parametrize(("reduce", "value"), [("max", float("-inf")), ("mean", 0)])
def test_a_window_without_input(reduce, value):
    """A maximum of nothing is −∞, as in PyTorch; a mean of nothing is 0."""
    layer = pool((2,), 2, padding=1, dilation=3, reduce=reduce, count_include_pad=False)
    computed = trace(spec(layer, values=given([7, 8])))
    assert computed.output.tolist() == [[value]]
    assert [(tap.source, tap.x) for tap in computed[0].taps] == [(Source.PADDING, None)] * 2
    assert computed[0].value == value


# Steps


each_kind = pytest.mark.parametrize("layers", [convs(), transposes(), pools()], ids=["conv", "transposed", "pool"])


@each_kind
@drawn(st.data())
def test_every_step_computes_one_output_cell_from_its_taps(layers, data):
    figure = data.draw(fed(layers))
    computed = trace(figure)
    layer = computed.layers[0]
    assert len(computed) == computed.output.size == prod(computed.output.shape)
    for k in {*range(0, len(computed), 1 + len(computed) // 10), len(computed) - 1}:
        step = computed[k]
        assert (step.index, step.layer) == (k, 0)
        assert step.output == tuple(np.unravel_index(k, computed.output.shape))
        assert step.value == computed.output[step.output] == reduced(layer, step)
        check_taps(figure.layers[0], step, fed_numbers(figure))


def reduced(layer, step):
    """The value of a step, from what its taps say."""
    products = [tap.product for tap in step.taps if tap.product is not None]
    if layer.operator.reduce == "max":
        assert (step.bias, step.divisor) == (None, None)
        return max(products, default=float("-inf"))
    if layer.operator.reduce == "mean":
        assert step.bias is None
        assert step.divisor == max(1, len(products))
        return sum(products) / step.divisor
    assert step.divisor is None
    return sum(products) + (0 if step.bias is None else step.bias)


def check_taps(layer, step, x):
    out, *position = step.output
    groups = getattr(layer, "groups", layer.ends.in_channels)
    width, made = layer.ends.in_channels // groups, layer.ends.out_channels // groups
    seen = [out // made * width + k for k in range(width)]
    wanted = [(channel, window) for channel in seen for window in oracle.cells(layer.kernel_size)]
    assert [(tap.channel, tap.window) for tap in step.taps] == wanted
    assert step.bias == (layer.bias[out] if getattr(layer, "bias", None) else None)
    for tap in step.taps:
        check_cell(layer, position, tap, x)
        if isinstance(layer, Conv | ConvTranspose):
            check_weight(layer, tap, out=out, first=seen[0], made=made)
        else:
            assert (tap.weight, tap.w) == (None, None)


def check_cell(layer, position, tap, x):
    """Where the tap lies, what is there, and what is read."""
    find = {Conv: conv_cell, ConvTranspose: transpose_cell}.get(type(layer), pool_cell)
    found = [find(layer, axis, o, t) for axis, (o, t) in enumerate(zip(position, tap.window, strict=True))]
    assert tap.canvas == tuple(canvas for canvas, _, _ in found)
    assert tap.source == max(source for _, source, _ in found)
    if tap.source in {Source.INPUT, Source.BORROWED}:
        assert tap.input == (tap.channel, *(place for _, _, place in found))
        assert tap.x == oracle.at(x, tap.input)
    else:
        assert tap.input is None
        counts = layer.reduce == "mean" and layer.count_include_pad if hasattr(layer, "reduce") else True
        assert tap.x == (0 if counts and tap.source != Source.OUTSIDE else None)


def conv_cell(layer, axis, o, t):
    """The cell of the canvas, what it is, and the input cell it shows."""
    canvas = o * layer.stride[axis] + t * layer.dilation[axis]
    place = canvas - layer.padding[axis][0]
    shown = oracle.shown(place, layer.ends.in_size[axis], layer.padding_mode)
    if shown is None:
        return canvas, Source.PADDING, None
    return canvas, Source.INPUT if shown == place else Source.BORROWED, shown


def transpose_cell(layer, axis, o, t):
    """The input's cells lie a stride apart behind a border of k̂ − 1 − p."""
    canvas = o + t * layer.dilation[axis]
    place = canvas - (layer.dilation[axis] * (layer.kernel_size[axis] - 1) - layer.padding[axis][0])
    shown, between = divmod(place, layer.stride[axis])
    if not 0 <= place <= (layer.ends.in_size[axis] - 1) * layer.stride[axis]:
        return canvas, Source.PADDING, None
    if between:
        return canvas, Source.INSERTED, None
    stamped = layer.kernel_size[axis] - 1 - t
    assert shown * layer.stride[axis] + stamped * layer.dilation[axis] == o + layer.padding[axis][0]
    return canvas, Source.INPUT, shown


def pool_cell(layer, axis, o, t):
    canvas = o * layer.stride[axis] + t * layer.dilation[axis]
    (before, after), size = layer.padding[axis], layer.ends.in_size[axis]
    place = canvas - before
    if 0 <= place < size:
        return canvas, Source.INPUT, place
    return canvas, Source.PADDING if place < size + after else Source.OUTSIDE, None


def check_weight(layer, tap, *, out, first, made):
    """The kernel is flipped in a transposed convolution, and where the spec says so."""
    last_first = tuple(k - 1 - t for k, t in zip(layer.kernel_size, tap.window, strict=True))
    flipped = isinstance(layer, ConvTranspose) or layer.flip
    cell = last_first if flipped else tap.window
    assert tap.weight == (out, tap.channel - first, *cell)
    weight = listed(layer.weight, weight_shape(layer))
    if isinstance(layer, ConvTranspose):
        assert tap.w == oracle.at(weight, (tap.channel, out % made, *cell))
    else:
        assert tap.w == oracle.at(weight, (out, tap.channel - first, *cell))


@each_kind
@drawn(st.data())
def test_taps_point_into_the_arrays(layers, data):
    computed = trace(data.draw(fed(layers)))
    layer = computed.layers[0]
    canvas = spread(layer.operator, layer.input, 0)
    for tap in computed[data.draw(st.integers(0, len(computed) - 1))].taps:
        if tap.input is not None:
            assert tap.x == layer.input[tap.input]
        assert canvas[(tap.channel, *tap.canvas)] == (tap.x or 0)
        if tap.weight is not None:
            assert tap.w == layer.kernels[tap.weight]


def test_inserted_zeros_by_hand():
    """con_2.gif's third row: its window covers two rows of input and the zeros between them."""
    computed = trace(spec(conv_transpose((2, 2), 3, stride=2), values=given([[5, 6], [7, 8]])))
    zero, border, number = Source.INSERTED, Source.PADDING, Source.INPUT
    assert (
        computed.layers[0].operator.axes[0].sources[1].tolist() == [border] * 2 + [number, zero, number] + [border] * 2
    )
    step = computed.layers[0].step((0, 2, 1))
    assert [tap.source for tap in step.taps] == [border, number, zero, border, zero, zero, border, number, zero]
    assert [tap.x for tap in step.taps] == [0, 5, 0, 0, 0, 0, 0, 7, 0]
    assert [tap.w for tap in step.taps] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert step.value == 5 * 7 + 7 * 1


# The sequence


def stack():
    """8 + 6 + 18 + 6 steps in four layers."""
    return spec(
        conv((5, 5), (4, 2), padding=((0, 0), (0, 0)), in_channels=2, weight=given([[1, -2], [0, 3], [2, 2], [1, 0]])),
        pool((2, 4), (2, 1), padding=((1, 1), (0, 0)), reduce="max", ceil_mode=True, stride=(2, 2)),
        conv_transpose((2, 2), 2, out_channels=2, bias=(1, -1)),
        conv((3, 3), 3, in_channels=2, groups=2, out_channels=6),
    )


def test_layers_feed_each_other():
    x = fed_numbers(stack())
    for layer in trace(stack()).layers:
        assert layer.input.tolist() == x
        x = expected(layer.layer, x)
        assert layer.output.tolist() == x
    assert trace(stack()).output.tolist() == x


def test_indexing_is_a_sequence_of_all_layers_steps():
    computed = trace(stack())
    assert [len(layer) for layer in computed.layers] == [8, 4, 18, 6]
    steps = list(computed)
    assert len(steps) == len(computed) == 36
    assert [step.index for step in steps] == list(range(36))
    assert [step.layer for step in steps] == [0] * 8 + [1] * 4 + [2] * 18 + [3] * 6
    assert [steps[k] for k in (8, 12, 30)] == [layer[0] for layer in computed.layers[1:]]
    assert computed[-1] == steps[35] == computed.layers[3][-1]
    assert computed[-36] == computed[0] == steps[0]
    assert computed[7:13] == tuple(steps[7:13])
    assert computed[::-5] == tuple(steps[::-5])
    assert computed[40:] == ()
    assert computed.layers[2][1:3] == tuple(steps[13:15])
    assert steps[9] in computed
    assert computed.index(steps[9]) == 9


@pytest.mark.parametrize("key", [36, -37])
def test_indexing_beyond_the_end(key):
    with pytest.raises(IndexError):
        trace(stack())[key]


def test_a_step_by_its_cell():
    layer = trace(stack()).layers[2]
    step = layer.step((1, 2, 0))
    assert (step.output, step.index) == ((1, 2, 0), 8 + 4 + 9 + 6)
    assert step == layer[15]


def test_steps_are_made_when_asked_for(monkeypatch):
    made = []
    step = LayerTrace.step
    monkeypatch.setattr(LayerTrace, "step", lambda self, cell: made.append(cell) or step(self, cell))
    computed = trace(spec(conv((224, 224), 3, padding=1)))
    assert len(computed) == 224 * 224
    assert made == []
    assert computed[-1].output == (0, 223, 223)
    assert made == [(0, 223, 223)]


@each_kind
@drawn(st.data())
def test_arrays_cannot_be_written_to(layers, data):
    computed = trace(data.draw(fed(layers)))
    layer = computed.layers[0]
    for array in (computed.input, layer.input, layer.weight, layer.kernels, layer.bias, layer.output, computed.output):
        if array is not None:
            assert not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        computed.output[0] = 1


def test_traces_are_told_apart_without_looking_into_their_arrays():
    one, other = trace(stack()), trace(stack())
    assert one == one  # what is tested
    assert one != other
    assert len({one, other, *one.layers, *other.layers}) == 10


# Types of numbers


@drawn(fed(convs(whole=True) | transposes(whole=True), whole=True))
def test_whole_numbers_stay_whole(figure):
    computed = trace(figure)
    assert computed.output.dtype == np.int64
    numbers = [n for tap in computed[0].taps for n in (tap.x, tap.w, tap.product)]
    assert {type(n) for n in [*numbers, computed[0].value]} == {int}
    assert type(computed[0].bias) in {int, type(None)}


@pytest.mark.parametrize(
    ("values", "weight", "bias"), [([1, 2.0], [1], 0), ([1, 2], [1.0], 0), ([1, 2], [1], 0.0), ([0.5, 2], [0.25], -1.5)]
)
def test_one_real_number_makes_reals(values, weight, bias):
    computed = trace(spec(conv((2,), 1, weight=given(weight), bias=(bias,)), values=given(values)))
    assert computed.output.dtype == np.float64
    assert computed.output.tolist() == [[x * weight[0] + bias for x in values]]


def test_pools_keep_or_divide():
    assert trace(spec(pool((3,), 2, reduce="max"))).output.dtype == np.int64
    assert trace(spec(pool((3,), 2, reduce="mean"))).output.dtype == np.float64


BIG = 2**62


@pytest.mark.parametrize(
    ("values", "weight", "bias", "exact"),
    [
        ([2**30, 2**29], [2**30, 2**30], None, True),
        ([2**31, 2**31], [2**30, 2**30], None, False),
        ([-(2**63), 1], [1, 1], None, False),
        ([-(2**63), 0], [1, 2], None, False),
        ([1, 1], [-(2**63), -(2**63)], None, False),
        ([2**63, 2**63], [1, 1], None, False),
        ([2**70, 0], [1, 1], None, False),
        ([BIG // 4, BIG // 4], [1, 1], (2**63 - 1,), False),
        ([1, 2], [3, 4], (2**70,), False),
        ([1, 2], [3, 4], (-BIG,), False),
        ([1, 2], [3, 4], (-(2**61),), True),
    ],
)
def test_what_may_overflow_is_computed_in_reals(values, weight, bias, exact):
    computed = trace(spec(conv((2,), 2, weight=given(weight), bias=bias), values=given(values)))
    total = sum(x * w for x, w in zip(values, weight, strict=True)) + (bias[0] if bias else 0)
    assert computed.output.dtype == (np.int64 if exact else np.float64)
    assert computed.output.tolist() == [[total if exact else float(total)]]


# Drawn numbers


def test_random_whole_numbers_reach_both_ends():
    found = fill(Random(seed=3, low=-2, high=2), (400,))
    assert found.dtype == np.int64
    assert set(found.tolist()) == {-2, -1, 0, 1, 2}


def test_random_reals_lie_between():
    found = fill(Random(seed=3, low=-0.5, high=2), (400,))
    assert found.dtype == np.float64
    assert -0.5 <= found.min() < -0.4
    assert 1.9 < found.max() < 2


def test_a_seed_means_the_same_everywhere():
    assert fill(Random(seed=1, low=0, high=9), (2, 4)).tolist() == [[4, 7, 0, 3], [1, 0, 1, 3]]
    assert fill(Random(seed=2, low=0, high=9), (2, 4)).tolist() != [[4, 7, 0, 3], [1, 0, 1, 3]]


@pytest.mark.parametrize("seed", [0, 1, 123_456, 2**31, 2**32 - 1])
@pytest.mark.parametrize("count", [1, 700, values.FEW, values.FEW + 1])
def test_few_numbers_are_drawn_as_many_are(seed, count):
    found = fill(Random(seed=seed, low=-0.5, high=2), (count,))
    assert np.array_equal(found, -0.5 + 2.5 * np.random.RandomState(seed).random_sample(count))


def test_random_whole_numbers_never_pass_the_high_end():
    """As reals near 10¹⁵ they would: there are no more than eight between two whole ones."""
    found = fill(Random(seed=0, low=10**15, high=10**15), (1000,))
    assert set(found.tolist()) == {10**15}
