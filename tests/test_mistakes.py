"""A mistake in one key of a layer is found there, and nothing else is blamed for it."""

from itertools import combinations

import pytest

import conv_anim
from conv_anim.diagnostics import SpecError

GOOD = {
    "conv": {"kernel_size": 2},
    "conv_transpose": {"kernel_size": 2},
    "depthwise": {"kernel_size": 2},
    "depthwise_separable": {"kernel_size": 2, "out_channels": 2},
    "spatially_separable": {"kernel_size": 2},
    "flattened": {"kernel_size": 2},
    "max_pool": {"kernel_size": 2},
    "avg_pool": {"kernel_size": 2},
}
OF_ALL = {"stride": [1, 1, 1], "padding": [1, 2, 3], "kernel_size": [2, 2, 2]}
OWN = {
    "conv": {"dilation": 0, "weight": [[1]], "bias": [1, 2], "groups": 0},
    "conv_transpose": {"dilation": 0, "weight": [[1]], "bias": [1, 2], "output_padding": 5},
    "depthwise": {"dilation": 0, "weight": [[1, 2, 3]], "bias": [1, 2, 3], "multiplier": 0},
    "depthwise_separable": {"depthwise_weight": [[1]], "pointwise_weight": [[1]], "bias": [1], "out_channels": 0},
    "spatially_separable": {"bias": [1, 2, 3]},
    "flattened": {"pointwise_weight": [[1]], "bias": [1, 2, 3]},
    "max_pool": {"dilation": 0, "ceil_mode": 3},
    "avg_pool": {"count_include_pad": "maybe"},
}
MISTAKES = {kind: {**OF_ALL, **OWN[kind]} for kind in GOOD}
ONE = [(kind, key) for kind, keys in MISTAKES.items() for key in keys]
TWO = [(kind, *pair) for kind, keys in MISTAKES.items() for pair in combinations(keys, 2)]


def figure(kind, **keys):
    return {"input": {"size": [5, 6], "channels": 2}, "layers": [{"type": kind, **GOOD[kind], **keys}]}


def wrong(kind, **keys):
    """The keys of a layer in which something is wrong."""
    with pytest.raises(SpecError) as caught:
        conv_anim.load(figure(kind, **keys))
    paths = [problem.path for problem in caught.value.problems]
    assert all(path.startswith("layers[0].") for path in paths)
    return {path.removeprefix("layers[0].") for path in paths}


@pytest.mark.parametrize("kind", GOOD)
def test_the_layers_are_right_as_they_are(kind):
    assert conv_anim.load(figure(kind)).layers


@pytest.mark.parametrize(("kind", "key"), ONE)
def test_a_mistake_is_found_where_it_is(kind, key):
    assert wrong(kind, **{key: MISTAKES[kind][key]}) == {key}


@pytest.mark.parametrize(("kind", "one", "other"), TWO)
def test_of_two_mistakes_nothing_else_is_blamed(kind, one, other):
    assert wrong(kind, **{key: MISTAKES[kind][key] for key in (one, other)}) <= {one, other}


@pytest.mark.parametrize("kind", [kind for kind in GOOD if kind != "conv_transpose"])
def test_a_window_that_does_not_fit_is_the_kernels_fault(kind):
    assert wrong(kind, kernel_size=9) == {"kernel_size"}


def test_a_padding_that_leaves_nothing_of_a_transposed_convolution_is_at_fault():
    assert wrong("conv_transpose", padding=9) == {"padding"}
