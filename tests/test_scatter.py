"""A transposed convolution as stamps: against the gather, and against plain loops."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from conv_anim.tracing.scatter import Scatter
from conv_anim.tracing.trace import trace
from tests.layers import conv, conv_transpose, fed, given, spec, transposes


def traced(layer, values=None):
    return trace(spec(layer, values=values)).layers[0]


def alike(one, other):
    return np.allclose(one, other) if "f" in {one.dtype.kind, other.dtype.kind} else np.array_equal(one, other)


@drawn(fed(transposes()))
def test_gather_and_scatter_give_the_same_output(figure):
    layer = trace(figure).layers[0]
    assert alike(Scatter(layer).output, layer.output)


@drawn(fed(transposes()))
def test_the_stamps_one_by_one_add_up_to_the_total(figure):
    layer = trace(figure).layers[0]
    scatter = Scatter(layer)
    total = np.zeros(scatter.shape)
    for rank, stamp in enumerate(scatter):
        for hit in stamp.hits:
            total[hit.place] += hit.product
            assert hit.product == stamp.x * hit.w == layer.input[stamp.input] * layer.kernels[hit.weight]
        stamped = np.arange(len(scatter)).reshape(layer.input.shape) <= rank
        assert np.allclose(scatter.total(stamped), total)
    low, high = scatter.bounds
    assert (low <= total + 1e-9).all()
    assert (total <= high + 1e-9).all()


@drawn(fed(transposes()))
def test_what_is_cut_off_is_padding_and_the_rest_is_the_output(figure):
    """Padding takes cells off both ends, output_padding gives some back at the end only."""
    layer, made = trace(figure).layers[0], figure.layers[0]
    scatter = Scatter(layer)
    for hit in (hit for stamp in scatter for hit in stamp.hits):
        cell = [at - before for at, (before, _) in zip(hit.place[1:], made.padding, strict=True)]
        inside = all(0 <= at < size for at, size in zip(cell, made.ends.out_size, strict=True))
        assert hit.output == ((hit.place[0], *cell) if inside else None)
    for axis, (before, after), more in zip(scatter.axes, made.padding, made.output_padding, strict=True):
        assert axis.stamped - before - after + more == axis.count
        assert axis.extent == max(axis.stamped, before + axis.count)


@drawn(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(1, 3), st.integers(1, 2))
def test_counts_are_what_a_loop_counts(rows, columns, kernel, stride, dilation):
    layer = traced(conv_transpose((rows, columns), kernel, stride=stride, dilation=dilation))
    counts = np.zeros(Scatter(layer).shape[1:], dtype=int)
    for r, c, i, j in product(range(rows), range(columns), range(kernel), range(kernel)):
        counts[r * stride + i * dilation, c * stride + j * dilation] += 1
    assert np.array_equal(Scatter(layer).counts(), counts)


@pytest.mark.parametrize(
    ("kernel", "stride", "hits", "even"),
    [
        (2, 1, (2,), True),
        (3, 1, (3,), True),
        (2, 2, (1, 1), True),
        (4, 2, (2, 2), True),
        (3, 2, (2, 1), False),
        (5, 2, (3, 2), False),
        (1, 2, (1, 0), False),
    ],
)
def test_the_overlap_is_even_where_the_kernel_is_a_multiple_of_the_stride(kernel, stride, hits, even):
    layer = traced(conv_transpose((9,), kernel, stride=stride))
    (axis,) = Scatter(layer).axes
    assert (axis.hits, axis.even) == (hits, even)
    middle = Scatter(layer).counts()[kernel:-kernel]
    assert sorted(set(middle.tolist())) == sorted(set(hits))


def test_dilated_weights_can_all_fall_on_every_second_cell():
    layer = traced(conv_transpose((9,), 2, stride=2, dilation=2))
    assert Scatter(layer).axes[0].hits == (2, 0)


def test_dumoulin_and_visin_at_stride_2():
    square = given([[0, 1], [2, 3]])
    layer = traced(conv_transpose((2, 2), 2, stride=2, weight=square), square)
    assert Scatter(layer).output.tolist() == [[[0, 0, 0, 1], [0, 0, 2, 3], [0, 2, 0, 3], [4, 6, 6, 9]]]


def test_stamps_are_made_when_asked_for():
    layer = traced(conv_transpose((300, 300), 3))
    scatter = Scatter(layer)
    assert len(scatter) == 90_000
    assert scatter[-1].input == (0, 299, 299)
    assert [stamp.input for stamp in scatter[1:3]] == [(0, 0, 1), (0, 0, 2)]
    assert scatter.stamp((0, 1, 0)) == scatter[300]
    with pytest.raises(IndexError):
        scatter[90_000]


def test_other_layers_stamp_nothing():
    with pytest.raises(TypeError, match="conv is no transposed convolution"):
        Scatter(traced(conv((4, 4), 3))).output  # noqa: B018  # it raises
