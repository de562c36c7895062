"""Every layer against PyTorch, over drawn parameters: in ``make test-frameworks``, which installs it."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import conv_anim

if os.environ.get("REQUIRE_FRAMEWORKS"):
    import torch
else:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: make test-frameworks")

from torch.nn import functional

pytestmark = pytest.mark.frameworks

AXES = st.integers(1, 3)
LARGEST = {1: 9, 2: 7, 3: 4}


def sizes(draw, axes: int, least: int, most: int) -> list[int]:
    return draw(st.lists(st.integers(least, most), min_size=axes, max_size=axes))


def traced(channels: int, size: list[int], *layers: dict[str, object], seed: int = 0):
    values = {"random": {"seed": seed, "low": -4, "high": 4}}
    spec = {"input": {"size": size, "channels": channels, "values": values}, "layers": list(layers)}
    return conv_anim.trace(conv_anim.load(spec))


def tensor(array):
    return torch.from_numpy(np.array(array, dtype=np.float64))


def same(trace, theirs) -> None:
    assert trace.output.shape == tuple(theirs.shape)
    np.testing.assert_allclose(trace.output, theirs.numpy(), rtol=1e-9, atol=1e-9)
    steps = [trace[k] for k in range(len(trace) - trace.output.size, len(trace))]
    assert [step.value for step in steps] == trace.output.ravel().tolist()


@st.composite
def windows(draw, *, pool: bool = False):
    """Sizes, kernel, stride, padding and dilation that PyTorch takes."""
    axes = draw(AXES)
    kernel, stride, dilation = (sizes(draw, axes, 1, 3) for _ in range(3))
    dilation = [min(d, 2) for d in dilation]
    most = [k // 2 if pool else 2 for k in kernel]
    padding = [draw(st.integers(0, m)) for m in most]
    least = [max(1, d * (k - 1) + 1 - 2 * p) for k, d, p in zip(kernel, dilation, padding, strict=True)]
    size = [draw(st.integers(n, max(n, LARGEST[axes]))) for n in least]
    return size, {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}


@given(windows(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), st.booleans(), st.integers(0, 99), st.data())
def test_conv(drawn, groups, inputs, outputs, biased, seed, data):
    size, moves = drawn
    most = min(size) - 1
    modes = ["zeros", "replicate", *(["reflect"] if max(moves["padding"]) <= most else [])]
    mode = data.draw(st.sampled_from([*modes, *(["circular"] if max(moves["padding"]) <= min(size) else [])]))
    if mode == "reflect" and len(size) == 3:
        mode = "replicate"
    layer = {"type": "conv", **moves, "groups": groups, "out_channels": groups * outputs, "padding_mode": mode}
    layer |= {"bias": list(range(groups * outputs))} if biased else {}
    trace = traced(groups * inputs, size, layer, seed=seed)
    kind = [torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d][len(size) - 1]
    module = kind(
        groups * inputs,
        groups * outputs,
        **{k: tuple(v) for k, v in moves.items()},
        groups=groups,
        bias=biased,
        padding_mode=mode,
    )
    with torch.no_grad():
        module.double().weight.copy_(tensor(trace.layers[0].weight))
        if biased:
            module.bias.copy_(torch.arange(groups * outputs))
        same(trace, module(tensor(trace.input)[None])[0])


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@given(st.lists(st.integers(2, 9), min_size=1, max_size=3), st.integers(1, 4), st.integers(1, 3))
def test_same_padding(size, kernel, dilation):
    layer = {"type": "conv", "kernel_size": kernel, "dilation": dilation, "padding": "same"}
    trace = traced(1, size, layer)
    kind = [functional.conv1d, functional.conv2d, functional.conv3d][len(size) - 1]
    same(trace, kind(tensor(trace.input), tensor(trace.layers[0].weight), padding="same", dilation=dilation))


@given(windows(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), st.integers(0, 99), st.data())
def test_conv_transpose(drawn, groups, inputs, outputs, seed, data):
    size, moves = drawn
    size = [min(n, 4) for n in size]
    sides = zip(moves["stride"], moves["dilation"], strict=True)
    extra = [data.draw(st.integers(0, max(s, d) - 1)) for s, d in sides]
    made = [
        (n - 1) * s - 2 * p + d * (k - 1) + e + 1 for n, k, s, p, d, e in zip(size, *moves.values(), extra, strict=True)
    ]
    if min(made) < 1:
        return
    layer = {
        "type": "conv_transpose",
        **moves,
        "output_padding": extra,
        "groups": groups,
        "out_channels": groups * outputs,
    }
    trace = traced(groups * inputs, size, layer, seed=seed)
    kind = [functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d][len(size) - 1]
    keys = {name: tuple(moves[name]) for name in ("stride", "padding", "dilation")}
    weight = tensor(trace.layers[0].weight)
    same(trace, kind(tensor(trace.input)[None], weight, output_padding=tuple(extra), groups=groups, **keys)[0])


def reads_everywhere(size, moves, *, ceil: bool) -> bool:
    """A window that reads no input gives minus infinity in PyTorch, and a diagnostic here."""
    empty = torch.full((1, 1, *size), 0.0)
    kind = [functional.max_pool1d, functional.max_pool2d, functional.max_pool3d][len(size) - 1]
    return bool(kind(empty, ceil_mode=ceil, **{name: tuple(value) for name, value in moves.items()}).isfinite().all())


@given(windows(pool=True), st.integers(1, 3), st.booleans(), st.integers(0, 99))
def test_max_pool(drawn, channels, ceil, seed):
    size, moves = drawn
    assume(reads_everywhere(size, moves, ceil=ceil))
    trace = traced(channels, size, {"type": "max_pool", **moves, "ceil_mode": ceil}, seed=seed)
    kind = [functional.max_pool1d, functional.max_pool2d, functional.max_pool3d][len(size) - 1]
    keys = {name: tuple(value) for name, value in moves.items()}
    same(trace, kind(tensor(trace.input)[None], ceil_mode=ceil, **keys)[0])


@given(windows(pool=True), st.integers(1, 3), st.booleans(), st.booleans(), st.integers(0, 99))
def test_avg_pool(drawn, channels, ceil, counted, seed):
    size, moves = drawn
    keys = {name: moves[name] for name in ("kernel_size", "stride", "padding")}
    assume(len(size) < 3 or all(k <= n for n, k in zip(size, moves["kernel_size"], strict=True)))
    layer = {"type": "avg_pool", **keys, "ceil_mode": ceil, "count_include_pad": counted}
    trace = traced(channels, size, layer, seed=seed)
    kind = [functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d][len(size) - 1]
    tuples = {name: tuple(value) for name, value in keys.items()}
    same(trace, kind(tensor(trace.input)[None], ceil_mode=ceil, count_include_pad=counted, **tuples)[0])


@given(windows(pool=True), st.sampled_from([1, 2, 4]))
def test_lp_pool(drawn, norm):
    size, moves = drawn
    keys = {name: moves[name] for name in ("kernel_size", "stride")}
    if any(k > n for k, n in zip(keys["kernel_size"], size, strict=True)):
        return
    trace = traced(2, size, {"type": "lp_pool", "norm_type": norm, **keys})
    kind = [functional.lp_pool1d, functional.lp_pool2d, functional.lp_pool3d][len(size) - 1]
    tuples = {name: tuple(value) for name, value in keys.items()}
    if len(size) == 1:
        tuples = {name: value[0] for name, value in tuples.items()}
    same(trace, kind(tensor(np.abs(trace.input))[None], float(norm), **tuples)[0])


@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.integers(1, 3))
def test_global_avg_pool(size, channels):
    trace = traced(channels, size, {"type": "global_avg_pool"})
    kind = [functional.adaptive_avg_pool1d, functional.adaptive_avg_pool2d, functional.adaptive_avg_pool3d][
        len(size) - 1
    ]
    same(trace, kind(tensor(trace.input)[None], 1)[0])


@given(st.lists(st.integers(1, 3), min_size=1, max_size=3), st.integers(1, 3), st.integers(1, 2), st.integers(0, 99))
def test_max_unpool(counts, kernel, channels, seed):
    """Windows that do not overlap, with and without rows that are left over."""
    size = [n * kernel + seed % kernel for n in counts]
    trace = traced(channels, size, {"type": "max_pool", "kernel_size": kernel}, {"type": "max_unpool"}, seed=seed)
    pool = [functional.max_pool1d, functional.max_pool2d, functional.max_pool3d][len(size) - 1]
    back = [functional.max_unpool1d, functional.max_unpool2d, functional.max_unpool3d][len(size) - 1]
    pooled, indices = pool(tensor(trace.input)[None], kernel, return_indices=True)
    same(trace, back(pooled, indices, kernel, output_size=size)[0])


@given(st.lists(st.integers(1, 5), min_size=1, max_size=3), st.data(), st.booleans(), st.booleans())
def test_upsample(size, data, smooth, corners):
    mode = ["linear", "bilinear", "trilinear"][len(size) - 1] if smooth else "nearest"
    if smooth and len(size) == 2:
        mode = data.draw(st.sampled_from(["bilinear", "bicubic"]))
    if data.draw(st.booleans()):
        out = [data.draw(st.integers(1, 9)) for _ in size]
        keys, theirs = {"size": out}, {"size": tuple(out)}
    else:
        factors = [data.draw(st.sampled_from([1, 1.5, 2, 2.5, 3])) for _ in size]
        keys, theirs = {"scale_factor": factors}, {"scale_factor": tuple(map(float, factors))}
    corners = corners and mode != "nearest"
    trace = traced(2, size, {"type": "upsample", "mode": mode, **keys, "align_corners": corners})
    same(
        trace,
        functional.interpolate(
            tensor(trace.input)[None],
            mode=mode,
            align_corners=corners or None if mode == "nearest" else corners,
            **theirs,
        )[0],
    )


@given(windows(), st.integers(1, 3))
def test_unfold_and_fold(drawn, channels):
    size, moves = drawn
    if len(size) != 2:
        return
    keys = {name: tuple(value) for name, value in moves.items()}
    columns = traced(channels, size, {"type": "unfold", **moves})
    theirs = functional.unfold(tensor(columns.input)[None], **keys)
    same(columns, theirs[0])
    back = traced(channels, size, {"type": "unfold", **moves}, {"type": "fold", "output_size": size, **moves})
    same(back, functional.fold(theirs, tuple(size), **keys)[0])


@given(st.integers(1, 4), st.integers(1, 3), st.lists(st.integers(1, 3), min_size=1, max_size=3))
def test_channel_shuffle(groups, each, size):
    trace = traced(groups * each, size, {"type": "channel_shuffle", "groups": groups})
    same(trace, functional.channel_shuffle(tensor(trace.input)[None], groups)[0])


@given(st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), st.integers(1, 3))
def test_pixel_shuffle_and_back(factor, channels, rows, columns):
    trace = traced(channels * factor**2, [rows, columns], {"type": "pixel_shuffle", "upscale_factor": factor})
    same(trace, functional.pixel_shuffle(tensor(trace.input)[None], factor)[0])
    trace = traced(channels, [rows * factor, columns * factor], {"type": "pixel_unshuffle", "downscale_factor": factor})
    same(trace, functional.pixel_unshuffle(tensor(trace.input)[None], factor)[0])


@given(st.integers(1, 3), st.integers(1, 2), st.integers(1, 3), st.integers(2, 5))
def test_depthwise_separable(channels, multiplier, outputs, size):
    layer = {
        "type": "depthwise_separable",
        "out_channels": outputs,
        "kernel_size": 2,
        "multiplier": multiplier,
        "bias": 1,
    }
    trace = traced(channels, [size, size], layer)
    first, second = (tensor(each.weight) for each in trace.layers)
    between = functional.conv2d(tensor(trace.input)[None], first, groups=channels)
    same(trace, functional.conv2d(between, second, bias=torch.ones(outputs, dtype=torch.float64))[0])


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_pointwise(groups, inputs, outputs):
    layer = {"type": "pointwise", "out_channels": groups * outputs, "groups": groups}
    trace = traced(groups * inputs, [3, 2], layer)
    same(trace, functional.conv2d(tensor(trace.input)[None], tensor(trace.layers[0].weight), groups=groups)[0])


@given(st.integers(1, 3), st.integers(1, 3), st.integers(3, 6), st.integers(3, 6), st.integers(1, 2), st.integers(0, 1))
def test_spatially_separable_and_flattened(channels, outputs, rows, columns, stride, padding):
    """As one convolution with the product of all their weights."""
    moves = {"kernel_size": [2, 3], "stride": stride, "padding": padding}
    trace = traced(channels, [rows, columns], {"type": "spatially_separable", **moves})
    down, across = (tensor(each.weight) for each in trace.layers)
    x = tensor(trace.input)[None]
    same(trace, functional.conv2d(x, down * across, stride=stride, padding=padding, groups=channels)[0])
    trace = traced(channels, [rows, columns], {"type": "flattened", "out_channels": outputs, **moves})
    mix, down, across = (tensor(each.weight) for each in trace.layers)
    same(trace, functional.conv2d(tensor(trace.input)[None], mix * down * across, stride=stride, padding=padding)[0])


# what makes a network

ACTIVATIONS = {
    "relu": functional.relu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=3), st.integers(1, 3), st.integers(0, 99))
def test_activations(name, size, channels, seed):
    trace = traced(channels, size, {"type": name}, seed=seed)
    same(trace, ACTIVATIONS[name](tensor(trace.input)))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=3), st.floats(-2, 2), st.integers(0, 99))
def test_leaky_relu(size, slope, seed):
    trace = traced(2, size, {"type": "leaky_relu", "negative_slope": slope}, seed=seed)
    same(trace, functional.leaky_relu(tensor(trace.input), slope))


@given(st.lists(st.integers(1, 5), min_size=1, max_size=3), st.integers(1, 4), st.booleans(), st.integers(0, 99))
def test_softmax(size, channels, last, seed):
    trace = traced(channels, size, {"type": "softmax", "over": "last" if last else "channels"}, seed=seed)
    same(trace, functional.softmax(tensor(trace.input), dim=-1 if last else 0))


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 3), st.integers(0, 99), st.data())
def test_batch_norm(size, channels, seed, data):
    """A trained one, with its mean and variance folded into a scale and a shift."""
    drawn = st.lists(st.floats(-3, 3), min_size=channels, max_size=channels)
    gain, bias, mean = (data.draw(drawn) for _ in range(3))
    variance = [abs(v) + 0.1 for v in data.draw(drawn)]
    epsilon = 1e-5
    scale = [g / (v + epsilon) ** 0.5 for g, v in zip(gain, variance, strict=True)]
    shift = [b - m * s for b, m, s in zip(bias, mean, scale, strict=True)]
    trace = traced(channels, size, {"type": "batch_norm", "scale": scale, "shift": shift}, seed=seed)
    theirs = functional.batch_norm(
        tensor(trace.input)[None], tensor(mean), tensor(variance), tensor(gain), tensor(bias), eps=epsilon
    )
    same(trace, theirs[0])


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 3), st.integers(1, 4), st.integers(0, 99))
def test_linear_and_flatten(size, channels, features, seed):
    layer = {"type": "linear", "out_features": features, "bias": list(range(features))}
    bias = torch.arange(features, dtype=torch.float64)
    trace = traced(channels, size, layer, seed=seed)
    same(trace, functional.linear(tensor(trace.input), tensor(trace.layers[0].weight), bias))
    trace = traced(channels, size, {"type": "flatten"}, layer, seed=seed)
    flat = torch.flatten(tensor(trace.input)[None], 1)
    same(trace, functional.linear(flat, tensor(trace.layers[1].weight), bias)[0])


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 3), st.integers(0, 99))
def test_joins(size, channels, seed):
    mixed = {"type": "pointwise", "out_channels": channels, "name": "mixed", "from": "input"}
    trace = traced(channels, size, mixed, {"type": "add", "from": ["mixed", "input"]}, seed=seed)
    x, y = tensor(trace.input), tensor(trace.layers[0].output)
    same(trace, y + x)
    same(traced(channels, size, mixed, {"type": "multiply", "from": ["mixed", "input"]}, seed=seed), y * x)
    same(traced(channels, size, mixed, {"type": "concat", "from": ["mixed", "input"]}, seed=seed), torch.cat([y, x]))
    squeezed = {"type": "global_avg_pool", "from": "input"}
    same(
        traced(channels, size, squeezed, {"type": "multiply", "from": ["input", -1]}, seed=seed),
        x * x.mean(dim=tuple(range(1, x.ndim)), keepdim=True),
    )


@given(
    st.lists(st.integers(2, 5), min_size=1, max_size=3),
    st.sampled_from(["zeros", "reflect", "replicate", "circular"]),
    st.integers(0, 99),
    st.data(),
)
def test_pad_and_crop(size, mode, seed, data):
    if mode == "reflect" and len(size) == 3:
        mode = "replicate"
    around = [[data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))] for n in size]
    value = {"value": data.draw(st.floats(-2, 2))} if mode == "zeros" else {}
    trace = traced(2, size, {"type": "pad", "padding": around, "padding_mode": mode, **value}, seed=seed)
    flat = [side for pair in reversed(around) for side in pair]
    how = {"mode": "constant", **value} if mode == "zeros" else {"mode": mode}
    theirs = functional.pad(tensor(trace.input)[None], flat, **how)
    same(trace, theirs[0])
    whole = traced(
        2, [n + sum(pair) for n, pair in zip(size, around, strict=True)], {"type": "crop", "cropping": around}
    )
    cut = functional.pad(tensor(whole.input)[None], [-side for side in flat])
    same(whole, cut[0])


@given(st.lists(st.integers(1, 7), min_size=1, max_size=3), st.data(), st.booleans(), st.integers(0, 99))
def test_adaptive_pools(size, data, largest, seed):
    out = [data.draw(st.integers(1, 8)) for _ in size]
    name, called = ("adaptive_max_pool", "max") if largest else ("adaptive_avg_pool", "avg")
    trace = traced(2, size, {"type": name, "size": out}, seed=seed)
    pool = getattr(functional, f"adaptive_{called}_pool{len(size)}d")
    same(trace, pool(tensor(trace.input)[None], tuple(out) if len(out) > 1 else out[0])[0])
