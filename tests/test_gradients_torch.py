"""Gradients against ``torch.autograd.grad``, over drawn layers: in ``make test-frameworks``, which installs PyTorch."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import conv_anim

if os.environ.get("REQUIRE_FRAMEWORKS"):
    import torch
else:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: make test-frameworks")

from torch.nn import functional

pytestmark = pytest.mark.frameworks

LARGEST = {1: 9, 2: 6, 3: 4}
SEEDS = st.integers(0, 999)


def per_axis(draw, axes: int, least: int, most: int) -> list[int]:
    return draw(st.lists(st.integers(least, most), min_size=axes, max_size=axes))


def shuffled(shape, seed: int) -> list:
    """Numbers of which no two are equal, and none is 0, so that every maximum and every slope is one."""
    count = int(np.prod(shape))
    order = np.random.default_rng(seed).permutation(count)
    return ((order - count // 2) * 0.5 + 0.25).reshape(shape).tolist()


def whole(shape, seed: int) -> list:
    return np.random.default_rng(seed).integers(-4, 5, shape).tolist()


def tensor(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def loaded(shape, layers, wanted: str, seed: int):
    """A spec, its input, and the gradient that arrives at its output."""
    channels, *size = shape
    values = shuffled(shape, seed)
    spec = {"input": {"size": size, "channels": channels, "values": values}, "layers": layers}
    ends = conv_anim.load(spec).layers[-1].ends
    upstream = whole((ends.out_channels, *ends.out_size), seed + 1)
    return conv_anim.load({**spec, "pass": wanted, "upstream": upstream}), values, upstream


def same(trace, theirs, rtol: float = 1e-9) -> None:
    assert trace.output.shape == tuple(theirs.shape)
    np.testing.assert_allclose(trace.output, theirs.numpy(), rtol=rtol, atol=1e-9)
    last = trace.layers[-1]
    for step in last:
        made = [tap.product for tap in step.taps if tap.product is not None]
        assert step.value == last.output[step.output].item()
        np.testing.assert_allclose(sum(made), step.value, rtol=1e-9, atol=1e-9)


def compared(shape, layers, function, weights=(), *, seed: int = 0, rtol: float = 1e-9) -> None:
    """The gradient of the input, and those of the first layer's weight, with what PyTorch finds."""
    spec, values, upstream = loaded(shape, layers, "grad_input", seed)
    x = tensor(values).requires_grad_()
    y = function(x[None])[0]
    theirs = torch.autograd.grad(y, [x, *weights], tensor(upstream))
    same(conv_anim.trace(spec), theirs[0], rtol)
    if weights:
        same(conv_anim.trace(loaded(shape, layers, "grad_weight", seed)[0]), theirs[1])


@st.composite
def windows(draw, *, pool: bool = False):
    axes = draw(st.integers(1, 3))
    kernel, stride, dilation = (per_axis(draw, axes, 1, 3) for _ in range(3))
    dilation = [min(d, 2) for d in dilation]
    padding = [draw(st.integers(0, k // 2 if pool else 3)) for k in kernel]
    least = [max(1, d * (k - 1) + 1 - 2 * p) for k, d, p in zip(kernel, dilation, padding, strict=True)]
    size = [draw(st.integers(n, max(n, LARGEST[axes]))) for n in least]
    return size, {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}


def reads_input(size, moves) -> bool:
    """Whether the first window of a pool reaches the input along each axis: what PyTorch would make −∞."""
    each = zip(size, *(moves[key] for key in ("kernel_size", "padding", "dilation")), strict=True)
    return all(any(0 <= k * d - p < n for k in range(kernel)) for n, kernel, p, d in each)


def arguments(moves):
    return {key: tuple(value) for key, value in moves.items()}


@given(windows(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), SEEDS, st.data())
@settings(max_examples=150)
def test_conv(drawn, groups, inputs, outputs, seed, data):
    size, moves = drawn
    room = {"zeros": 99, "replicate": 99, "reflect": min(size) - 1 if len(size) < 3 else 0, "circular": min(size)}
    mode = data.draw(st.sampled_from([name for name, most in room.items() if max(moves["padding"]) <= most]))
    weight = whole((groups * outputs, inputs, *moves["kernel_size"]), seed + 2)
    layer = {"type": "conv", **moves, "groups": groups, "out_channels": groups * outputs, "padding_mode": mode}
    kind = [torch.nn.Conv1d, torch.nn.Conv2d, torch.nn.Conv3d][len(size) - 1]
    module = kind(groups * inputs, groups * outputs, **arguments(moves), groups=groups, bias=False, padding_mode=mode)
    module.weight = torch.nn.Parameter(tensor(weight))
    compared((groups * inputs, *size), [{**layer, "weight": weight}], module, [module.weight], seed=seed)


@given(windows(), SEEDS)
def test_padding_that_differs_before_and_after(drawn, seed):
    size, moves = drawn
    pads = [[p, (p + seed) % 3] for p in moves["padding"]]
    reach = [d * (k - 1) + 1 for d, k in zip(moves["dilation"], moves["kernel_size"], strict=True)]
    size = [max(n, r - sum(p)) for n, r, p in zip(size, reach, pads, strict=True)]
    weight = tensor(whole((1, 1, *moves["kernel_size"]), seed)).requires_grad_()
    layer = {"type": "conv", **moves, "padding": pads, "weight": weight.tolist()}
    conv = [functional.conv1d, functional.conv2d, functional.conv3d][len(size) - 1]
    around = [side for pair in reversed(pads) for side in pair]

    def run(x):
        moving = {key: value for key, value in arguments(moves).items() if key in {"stride", "dilation"}}
        return conv(functional.pad(x, around), weight, **moving)

    compared((1, *size), [layer], run, [weight], seed=seed)


@given(windows(), SEEDS, st.integers(1, 2))
def test_a_kernel_that_is_flipped_first(drawn, seed, outputs):
    size, moves = drawn
    weight = tensor(whole((outputs, 1, *moves["kernel_size"]), seed)).requires_grad_()
    layer = {"type": "conv", **moves, "flip": True, "weight": weight.tolist(), "out_channels": outputs}
    conv = [functional.conv1d, functional.conv2d, functional.conv3d][len(size) - 1]
    axes = list(range(2, 2 + len(size)))
    moving = {key: value for key, value in arguments(moves).items() if key != "kernel_size"}
    compared((1, *size), [layer], lambda x: conv(x, weight.flip(axes), **moving), [weight], seed=seed)


@given(windows(), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), SEEDS, st.data())
@settings(max_examples=150)
def test_conv_transpose(drawn, groups, inputs, outputs, seed, data):
    size, moves = drawn
    limits = [max(s, d) - 1 for s, d in zip(moves["stride"], moves["dilation"], strict=True)]
    extra = [data.draw(st.integers(0, n)) for n in limits]
    out = [
        (n - 1) * s - 2 * p + d * (k - 1) + 1 + e
        for n, s, p, d, k, e in zip(
            size, *(moves[key] for key in ("stride", "padding", "dilation", "kernel_size")), extra, strict=True
        )
    ]
    if min(out) < 1:
        moves = {**moves, "padding": [0] * len(size)}
    weight = whole((groups * inputs, outputs, *moves["kernel_size"]), seed + 2)
    layer = {"type": "conv_transpose", **moves, "groups": groups, "out_channels": groups * outputs}
    kind = [torch.nn.ConvTranspose1d, torch.nn.ConvTranspose2d, torch.nn.ConvTranspose3d][len(size) - 1]
    channels = groups * inputs, groups * outputs
    module = kind(*channels, **arguments(moves), output_padding=tuple(extra), groups=groups, bias=False)
    module.weight = torch.nn.Parameter(tensor(weight))
    layer |= {"output_padding": extra, "weight": weight}
    compared((groups * inputs, *size), [layer], module, [module.weight], seed=seed)


@given(windows(pool=True), st.integers(1, 2), st.booleans(), SEEDS)
def test_max_pool(drawn, channels, ceil, seed):
    size, moves = drawn
    pool = [functional.max_pool1d, functional.max_pool2d, functional.max_pool3d][len(size) - 1]
    layer = {"type": "max_pool", **moves, "ceil_mode": ceil}
    assume(reads_input(size, moves))
    compared((channels, *size), [layer], lambda x: pool(x, **arguments(moves), ceil_mode=ceil), seed=seed)


@given(windows(pool=True), st.integers(1, 2), st.booleans(), st.booleans(), SEEDS)
def test_avg_pool(drawn, channels, ceil, counted, seed):
    size, moves = drawn
    moves = {key: value for key, value in moves.items() if key != "dilation"}
    # avg_pool3d wants an input that is not smaller than the window before it is padded.
    borders = [0, 0, 0] if len(size) == 3 else moves["padding"]
    size = [max(n, k - p) for n, k, p in zip(size, moves["kernel_size"], borders, strict=True)]
    pool = [functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d][len(size) - 1]
    layer = {"type": "avg_pool", **moves, "ceil_mode": ceil, "count_include_pad": counted}

    def run(x):
        return pool(x, **arguments(moves), ceil_mode=ceil, count_include_pad=counted)

    compared((channels, *size), [layer], run, seed=seed)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.integers(1, 2), SEEDS, st.booleans(), st.data())
def test_adaptive_pools(size, channels, seed, largest, data):
    out = [data.draw(st.integers(1, n)) for n in size]
    kinds = ["adaptive_avg_pool", "adaptive_max_pool"]
    name = kinds[largest]
    run = getattr(functional, f"{name}{len(size)}d")
    compared((channels, *size), [{"type": name, "size": out}], lambda x: run(x, tuple(out)), seed=seed)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=2), st.integers(1, 2), SEEDS, st.integers(2, 3), st.data())
def test_upsample(size, channels, seed, factor, data):
    modes = {"nearest": "nearest", "linear": ["linear", "bilinear"][len(size) - 1]}
    modes |= {"cubic": "bicubic"} if len(size) == 2 else {}
    mode = data.draw(st.sampled_from(list(modes)))
    aligned = mode != "nearest" and data.draw(st.booleans())
    layer = {"type": "upsample", "scale_factor": factor, "mode": modes[mode]}
    layer |= {"align_corners": aligned} if mode != "nearest" else {}
    keys = {"align_corners": aligned} if mode != "nearest" else {}

    def run(x):
        return functional.interpolate(x, scale_factor=factor, mode=modes[mode], **keys)

    compared((channels, *size), [layer], run, seed=seed)


@given(windows(pool=True), st.integers(1, 2), SEEDS)
def test_unfold_and_fold(drawn, channels, seed):
    size, moves = drawn
    size = [*size, *[3] * 2][:2]
    moves = {key: [*value, *{"padding": [0, 0]}.get(key, [1, 1])][:2] for key, value in moves.items()}
    reach = [d * (k - 1) + 1 for d, k in zip(moves["dilation"], moves["kernel_size"], strict=True)]
    size = [max(n, r - 2 * p) for n, r, p in zip(size, reach, moves["padding"], strict=True)]
    compared((channels, *size), [{"type": "unfold", **moves}], lambda x: functional.unfold(x, **moves), seed=seed)
    columns = functional.unfold(torch.zeros(1, channels, *size), **moves).shape[1:]

    def fold(x):
        return functional.fold(x, tuple(size), **moves)

    compared(tuple(columns), [{"type": "fold", "output_size": size, **moves}], fold, seed=seed)


FUNCTIONS = {
    "relu": functional.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.2),
    "gelu": functional.gelu,
    "silu": functional.silu,
    "hard_swish": functional.hardswish,
    "hard_sigmoid": functional.hardsigmoid,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 2), SEEDS)
@settings(max_examples=20)
def test_activations(name, size, channels, seed):
    layer = {"type": name, **({"negative_slope": 0.2} if name == "leaky_relu" else {})}
    rtol = 1e-7 if name == "hard_sigmoid" else 1e-9  # PyTorch's slope there is 1/6 as a float of 32 bits
    compared((channels, *size), [layer], FUNCTIONS[name], seed=seed, rtol=rtol)


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(1, 3), SEEDS)
@settings(max_examples=30)
def test_add_multiply_and_concat(size, channels, seed):
    """A map is read by a layer and again behind it: its gradient is the sum of both ways."""
    shape = (channels, *size)
    scale = whole((channels,), seed + 3)
    factor = tensor(scale).reshape(1, channels, *[1] * len(size)).requires_grad_()
    norm = {"type": "batch_norm", "scale": scale, "shift": 1}
    for join, function in (("add", torch.add), ("multiply", torch.mul)):
        layers = [norm, {"type": "relu"}, {"type": join, "from": [-1, "input"]}]
        compared(shape, layers, lambda x, f=function: f(functional.relu(x * factor + 1), x), seed=seed)
    layers = [norm, {"type": "concat", "from": [-1, "input", -1]}]
    compared(shape, layers, lambda x: torch.cat([x * factor + 1, x, x * factor + 1], 1), seed=seed)


@given(st.integers(1, 3), st.lists(st.integers(1, 3), min_size=0, max_size=2), st.integers(1, 4), SEEDS)
@settings(max_examples=40)
def test_linear(channels, size, out, seed):
    features = [channels, *size][-1] if size else channels * 3
    weight = tensor(whole((out, features), seed)).requires_grad_()
    layer = {"type": "linear", "out_features": out, "weight": weight.tolist(), "bias": 2}
    if size:
        compared((channels, *size), [layer], lambda x: functional.linear(x, weight) + 2, [weight], seed=seed)
        return
    flat = [{"type": "flatten"}, layer]
    compared((channels, 3), flat, lambda x: functional.linear(x.flatten(1), weight) + 2, [weight], seed=seed)


@given(st.integers(1, 4), st.lists(st.integers(1, 3), min_size=1, max_size=3), SEEDS)
@settings(max_examples=30)
def test_batch_norm(channels, size, seed):
    scale, shift = whole((channels,), seed), whole((channels,), seed + 1)
    weight = tensor(scale).requires_grad_()

    def run(x):
        mean, variance = torch.zeros(channels).double(), torch.ones(channels).double()
        return functional.batch_norm(x, mean, variance, weight, tensor(shift), eps=0)

    compared((channels, *size), [{"type": "batch_norm", "scale": scale, "shift": shift}], run, [weight], seed=seed)


@given(st.integers(1, 2), st.integers(6, 8), SEEDS, st.lists(st.sampled_from("crpadt"), min_size=2, max_size=5))
@settings(max_examples=60)
def test_chains(channels, size, seed, kinds):
    """Layer by layer through a network that is drawn."""
    layers, steps, weights, count = [], [], [], channels
    for k, kind in enumerate(kinds):
        match kind:
            case "c":
                weight = tensor(whole((2, count, 3, 3), seed + k)).requires_grad_()
                layers.append({"type": "conv", "padding": 1, "out_channels": 2, "weight": weight.tolist()})
                steps.append(lambda x, w=weight: functional.conv2d(x, w, padding=1))
                weights.append(weight)
                count = 2
            case "t":
                weight = tensor(whole((count, 1, 2, 2), seed + k)).requires_grad_()
                layers.append({"type": "conv_transpose", "stride": 2, "padding": 1, "weight": weight.tolist()})
                steps.append(lambda x, w=weight: functional.conv_transpose2d(x, w, stride=2, padding=1))
                weights.append(weight)
                count = 1
            case "r":
                layers.append({"type": "tanh"})
                steps.append(torch.tanh)
            case "p":
                layers.append({"type": "max_pool", "kernel_size": 2, "stride": 1})
                steps.append(lambda x: functional.max_pool2d(x, 2, 1))
            case "a":
                layers.append({"type": "avg_pool", "kernel_size": 2, "stride": 1})
                steps.append(lambda x: functional.avg_pool2d(x, 2, 1))
            case "d":
                layers.append({"type": "adaptive_avg_pool", "size": [4, 4]})
                steps.append(lambda x: functional.adaptive_avg_pool2d(x, 4))

    def run(x):
        for step in steps:
            x = step(x)
        return x

    compared((channels, size, size), layers, run, weights[:1], seed=seed)
