"""Layers without a window against plain loops, written from their definitions; and compositions against one kernel."""

from __future__ import annotations

from itertools import product
from math import floor

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import conv_anim
from conv_anim.spec.factoring import split

SIZES = st.lists(st.integers(1, 4), min_size=1, max_size=3)


def traced(channels, size, *layers, values=None):
    values = values or {"random": {"seed": 5, "low": -4, "high": 4}}
    fed = {"size": list(size), "channels": channels, "values": values}
    return conv_anim.trace(conv_anim.load({"input": fed, "layers": list(layers)}))


def consistent(trace):
    """Every step of the last layer adds up to its output, from numbers that stand in its input."""
    layer = trace.layers[-1]
    for cell in np.ndindex(*layer.output.shape):
        step = layer.step(cell)
        assert step.value == layer.output[cell]
        assert sum(tap.product for tap in step.taps) == pytest.approx(step.value)
        for tap in step.taps:
            assert tap.input is None or layer.input[tap.input] == tap.x
    assert not layer.output.flags.writeable


@given(st.integers(1, 3), st.integers(1, 3), SIZES)
def test_channel_shuffle_deals_out_one_of_each_group(groups, each, size):
    trace = traced(groups * each, size, {"type": "channel_shuffle", "groups": groups})
    wanted = [trace.input[g * each + k] for k in range(each) for g in range(groups)]
    assert np.array_equal(trace.output, wanted)
    consistent(trace)


@given(st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3))
def test_pixel_shuffle_weaves_channels_and_unshuffle_takes_it_back(factor, channels, rows, columns):
    trace = traced(channels * factor**2, [rows, columns], {"type": "pixel_shuffle", "upscale_factor": factor})
    x = trace.input.tolist()
    for c, r, k in np.ndindex(channels, rows * factor, columns * factor):
        source = c * factor**2 + (r % factor) * factor + k % factor
        assert trace.output[c, r, k] == x[source][r // factor][k // factor]
    consistent(trace)
    both = [
        {"type": "pixel_shuffle", "upscale_factor": factor},
        {"type": "pixel_unshuffle", "downscale_factor": factor},
    ]
    back = traced(channels * factor**2, [rows, columns], *both)
    assert np.array_equal(back.output, back.input)
    consistent(back)


@given(SIZES, st.sampled_from([1, 1.5, 2, 3]))
def test_nearest_repeats_cells(size, factor):
    trace = traced(2, size, {"type": "upsample", "scale_factor": factor})
    for c, *place in np.ndindex(*trace.output.shape):
        assert (
            trace.output[(c, *place)]
            == trace.input[(c, *(min(floor(p / factor), n - 1) for p, n in zip(place, size, strict=True)))]
        )
    consistent(trace)


@pytest.mark.parametrize(("corners", "wanted"), [
    (False, [0.0, 0.25, 0.75, 1.25, 1.75, 2.0]), (True, [0.0, 0.4, 0.8, 1.2, 1.6, 2.0]),
])  # fmt: skip
def test_linear_interpolation_by_hand(corners, wanted):
    layer = {"type": "upsample", "scale_factor": 2, "mode": "linear", "align_corners": corners}
    trace = traced(1, [3], layer, values=[0, 1, 2])
    assert trace.output[0].tolist() == pytest.approx(wanted)
    consistent(trace)


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.booleans(), st.sampled_from(["bilinear", "bicubic"]))
def test_interpolation_keeps_a_plane_flat_and_its_weights_add_up_to_one(rows, columns, factor, corners, mode):
    layer = {"type": "upsample", "scale_factor": factor, "mode": mode, "align_corners": corners}
    trace = traced(1, [rows, columns], layer, values=[[3] * columns] * rows)
    assert np.allclose(trace.output, 3)
    for step in trace:
        assert sum(tap.w for tap in step.taps) == pytest.approx(1)
    consistent(trace)


WINDOWS = st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2))


@given(st.integers(1, 2), st.integers(3, 5), st.integers(3, 5), WINDOWS)
def test_unfold_writes_windows_as_columns_and_fold_adds_them_up(channels, rows, columns, window):
    kernel, stride, padding, dilation = window
    assume(dilation * (kernel - 1) + 1 <= min(rows, columns) + 2 * padding)
    keys = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    trace = traced(channels, [rows, columns], {"type": "unfold", **keys})
    x, reach = trace.input.tolist(), dilation * (kernel - 1) + 1
    starts = [
        (r, c)
        for r in range(-padding, rows + padding - reach + 1, stride)
        for c in range(-padding, columns + padding - reach + 1, stride)
    ]
    hits = np.zeros((rows, columns), dtype=int)
    for number, (top, left) in enumerate(starts):
        for c, dr, dc in product(range(channels), range(kernel), range(kernel)):
            r, k = top + dr * dilation, left + dc * dilation
            inside = 0 <= r < rows and 0 <= k < columns
            if inside and c == 0:
                hits[r, k] += 1
            row = (c * kernel + dr) * kernel + dc
            assert trace.output[row, number] == (x[c][r][k] if inside else 0)
    assert trace.output.shape == (channels * kernel**2, len(starts))
    consistent(trace)
    back = traced(
        channels, [rows, columns], {"type": "unfold", **keys}, {"type": "fold", "output_size": [rows, columns], **keys}
    )
    assert np.array_equal(back.output, back.input * hits)
    consistent(back)


@given(st.integers(1, 2), st.integers(2, 6), st.integers(2, 6), st.integers(1, 2), st.integers(1, 3), st.integers(0, 1))
def test_max_unpool_puts_numbers_back_where_they_were_found(channels, rows, columns, kernel, stride, padding):
    padding = min(padding, kernel // 2)
    pool = {"type": "max_pool", "kernel_size": kernel, "stride": stride, "padding": padding}
    trace = traced(channels, [rows, columns], pool, {"type": "max_unpool"})
    x = trace.input.tolist()
    wanted = np.zeros((channels, rows, columns), dtype=int)
    for c, r, k in np.ndindex(*trace.layers[0].output.shape):
        places = [
            (a, b)
            for a in range(r * stride - padding, r * stride - padding + kernel)
            for b in range(k * stride - padding, k * stride - padding + kernel)
            if 0 <= a < rows and 0 <= b < columns
        ]
        first = max(places, key=lambda place: x[c][place[0]][place[1]])
        wanted[(c, *first)] = x[c][first[0]][first[1]]
    assert np.array_equal(trace.output, wanted)
    consistent(trace)


def test_max_unpool_works_after_a_layer_in_between():
    layers = [
        {"type": "max_pool", "kernel_size": 2},
        {"type": "conv", "kernel_size": 3, "padding": 1},
        {"type": "max_unpool"},
    ]
    trace = traced(1, [6, 6], *layers)
    assert sorted(n for n in trace.output.ravel().tolist() if n) == sorted(
        n for n in trace.layers[1].output.ravel().tolist() if n
    )


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=4), st.lists(st.integers(-5, 5), min_size=1, max_size=4))
def test_a_product_is_split_into_its_factors(column, row):
    kernel = np.outer(column, row)
    parts = split(tuple(kernel.ravel().tolist()), kernel.shape)
    assert parts is not None
    assert np.array_equal(np.outer(*parts), kernel)
    assert all(isinstance(n, int) for part in parts for n in part)


def test_what_is_no_product_is_not_split():
    assert split((1, 0, 0, 1), (2, 2)) is None


@pytest.mark.parametrize("name", ["sobel_x", "gaussian", "box", "prewitt_y"])
def test_a_separable_kernel_does_the_same_in_two_steps(name):
    two = traced(1, [5, 6], {"type": "spatially_separable", "weight": name})
    one = traced(1, [5, 6], {"type": "conv", "weight": name})
    assert [layer.layer.kernel_size for layer in two.layers] == [(3, 1), (1, 3)]
    assert np.allclose(two.output, one.output)


def test_a_flattened_layer_is_one_kernel_written_as_three_lines():
    factors = [[1, 2, 1], [-1, 0, 1]]
    layer = {"type": "flattened", "pointwise_weight": [[1, 2, 3]], "factors": factors, "kernel_size": 3}
    three = traced(3, [5, 5], layer)
    kernel = np.einsum("c,i,j->cij", [1, 2, 3], *factors)[None].tolist()
    one = traced(3, [5, 5], {"type": "conv", "kernel_size": 3, "weight": kernel})
    assert np.array_equal(three.output, one.output)
    assert len(three.layers) == 3


@given(st.integers(1, 3), st.integers(1, 2), st.integers(1, 3))
def test_depthwise_separable_is_depthwise_then_pointwise(channels, multiplier, outputs):
    layer = {"type": "depthwise_separable", "out_channels": outputs, "kernel_size": 2, "multiplier": multiplier}
    trace = traced(channels, [3, 3], layer)
    first, second = trace.layers
    x, deep, mix = trace.input.tolist(), first.weight.tolist(), second.weight.tolist()
    for o, r, k in np.ndindex(outputs, 2, 2):
        total = 0
        for m in range(channels * multiplier):
            part = sum(x[m // multiplier][r + a][k + b] * deep[m][0][a][b] for a in range(2) for b in range(2))
            total += part * mix[o][m][0][0]
        assert trace.output[o, r, k] == total
    assert {layer.layer.part_of for layer in trace.layers} == {"depthwise_separable"}
