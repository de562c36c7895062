"""Layers of Flax NNX and others, over drawn arguments: against the real library, and back by ``code``.

A layer that the library computes is drawn with its numbers, or refused with one of few reasons; one that it refuses
is refused. What is drawn is written as a program of that library, which makes the same numbers.
"""

from __future__ import annotations

import os
import warnings
from contextlib import redirect_stdout
from functools import cache
from importlib import import_module
from io import StringIO

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim.coding.programs import program
from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import said

pytestmark = pytest.mark.libraries
RANDOM = np.random.default_rng(0)
MANY = settings(
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "6")),
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],  # each example takes a second to compile, so none is made smaller
)
OURS = (
    *(
        "is not drawn",
        "nothing to draw",
        "are not drawn",
        "is drawn",
        "no input at all",
        "at most",
        "can borrow",
        "in the padding",
    ),
)
"""Reasons for not drawing what a library computes."""


@cache
def needed(name):
    """The module; a test is skipped where it is not installed, unless this is the environment that has it."""
    if os.environ.get("REQUIRE_LIBRARIES"):
        return import_module(name)
    return pytest.importorskip(name, reason=f"{name} is not installed: make test-libraries")


@cache
def jax():
    found = needed("jax")
    found.config.update("jax_enable_x64", True)  # JAX's own
    found.config.update("jax_platforms", "cpu")
    return found


def drawn(text, shape, channels):
    return drawing(text, said((channels, *shape), None)).loaded().spec


def one_or_each(least, most, axes):
    one = st.integers(least, most)
    return st.one_of(one.map(str), each(least, most, axes))


def each(least, most, axes):
    return st.lists(st.integers(least, most), min_size=axes, max_size=axes).map(lambda found: str(tuple(found)))


def pairs(least, most, axes):
    pair = st.tuples(st.integers(least, most), st.integers(least, most))
    return st.lists(pair, min_size=axes, max_size=axes).map(lambda found: str(tuple(found)))


def names(*texts):
    return st.sampled_from([repr(text) for text in texts])


@st.composite
def some(draw, **arguments):
    """Some of these arguments, by name."""
    return [f"{name}={draw(values)}" for name, values in arguments.items() if draw(st.booleans())]


def fed(draw, axes, least=3):
    most = {1: 9, 2: 8, 3: 5}[axes]
    return tuple(draw(st.lists(st.integers(least, most), min_size=axes, max_size=axes)))


def last(x):
    """The channels last, in a batch of one."""
    return np.moveaxis(x, 0, -1)[None]


def first(y):
    return np.moveaxis(np.asarray(y)[0], -1, 0)


def turned(weight):
    return np.flip(weight, axis=tuple(range(2, weight.ndim)))


# Flax


@st.composite
def flax_layers(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape, channels = fed(draw, axes), draw(st.sampled_from([1, 2, 4]))
    kernel = draw(each(1, 4, axes) if axes > 1 else one_or_each(1, 4, 1))
    cased = ("SAME", "VALID", "SAME_LOWER", "same", "valid", "CIRCULAR", "CAUSAL", "REFLECT")
    padding = st.one_of(names(*cased), names("SAME", "VALID"), one_or_each(0, 3, axes), pairs(0, 3, axes))
    numbers = lambda most: st.one_of(one_or_each(1, most, axes), st.just("None"))  # noqa: E731
    kind = draw(st.sampled_from(["Conv", "ConvTranspose", "max_pool", "avg_pool"]))
    if "pool" in kind:
        more = draw(
            some(strides=each(1, 3, axes), padding=st.one_of(names("SAME", "VALID", "same"), pairs(0, 2, axes)))
        )
        more += draw(some(count_include_pad=st.booleans())) if kind == "avg_pool" else []
        return f"nnx.{kind}(x, {', '.join([draw(each(1, 3, axes)), *more])})", shape, channels
    head = f"nnx.{kind}({channels}, {draw(st.sampled_from([2, 4]))}, {kernel}"
    more = draw(some(strides=numbers(3), padding=padding, kernel_dilation=numbers(2), use_bias=st.booleans()))
    if kind == "Conv":
        more += draw(some(feature_group_count=st.sampled_from([1, 2]), input_dilation=numbers(2)))
    else:
        more += draw(some(transpose_kernel=st.booleans()))
    return ", ".join([head, *more, "rngs=nnx.Rngs(0))"]), shape, channels


def in_flax(text, trace):
    """What Flax computes of a text, with the weights and the input of a trace."""
    from flax import nnx

    x = last(trace.input.astype(float))
    if "pool" in text:
        return first(eval(text, {"nnx": nnx, "x": jax().numpy.asarray(x)}))
    layer = eval(text, {"nnx": nnx})
    traced = trace.layers[-1]
    weight = np.moveaxis(as_direct(traced, "transpose_kernel=True" in text), (0, 1), (-1, -2))
    assert weight.shape == layer.kernel_shape
    layer.kernel = nnx.Param(jax().numpy.asarray(weight.astype(float)))
    if traced.bias is not None:
        layer.bias = nnx.Param(jax().numpy.asarray(traced.bias.astype(float)))
    return first(layer(jax().numpy.asarray(x)))


def as_direct(traced, transposed):
    """A weight for JAX's convolutions, (out, in, *kernel): a transposed one's is turned round, unless theirs is too."""
    if traced.layer.type != "conv_transpose" or transposed:
        return traced.weight
    return turned(traced.layer.kernels(traced.weight))


def refused_by_flax(text, shape, channels):
    from flax import nnx

    x = jax().numpy.zeros((1, *shape, channels))
    made = eval(text, {"nnx": nnx, "x": x})
    return made if "pool" in text else made(x)


# Equinox


@st.composite
def equinox_layers(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape, channels = fed(draw, axes), draw(st.sampled_from([1, 2, 4]))
    kernel = draw(one_or_each(1, 4, axes))
    padding = st.one_of(names("SAME", "VALID", "SAME_LOWER", "same"), one_or_each(0, 3, axes), pairs(-1, 3, axes))
    kind = draw(st.sampled_from(["Conv", "ConvTranspose", "MaxPool", "AvgPool", "Adaptive"]))
    if kind == "Adaptive":
        name = draw(st.sampled_from(["AdaptiveAvgPool", "AdaptiveMaxPool"]))
        return f"eqx.nn.{name}{axes}d({draw(one_or_each(1, 5, axes))})", shape, channels
    if "Pool" in kind:
        moves = some(stride=one_or_each(1, 3, axes), use_ceil=st.booleans())
        more = draw(moves) + draw(some(padding=st.one_of(one_or_each(0, 2, axes), pairs(0, 2, axes))))
        return f"eqx.nn.{kind}{axes}d({', '.join([kernel, *more])})", shape, channels
    number = draw(st.booleans())
    head = f"eqx.nn.{kind}({axes}, " if number else f"eqx.nn.{kind}{axes}d("
    head += ", ".join([str(channels), str(draw(st.sampled_from([2, 4]))), kernel])
    if draw(st.booleans()):  # in their order, which is not the same for all of them
        return (
            f"{head}, {', '.join([draw(one_or_each(1, 3, axes)), draw(one_or_each(0, 2, axes))])}, key=k)",
            shape,
            channels,
        )
    more = draw(some(stride=one_or_each(1, 3, axes), padding=padding, dilation=one_or_each(1, 2, axes)))
    more += draw(some(groups=st.sampled_from([1, 2]), use_bias=st.booleans()))
    more += draw(some(padding_mode=names("zeros", "REFLECT", "replicate", "CIRCULAR")))
    more += draw(some(output_padding=one_or_each(0, 2, axes))) if kind == "ConvTranspose" else []
    return ", ".join([head, *more, "key=k)"]), shape, channels


def equinox(text):
    return eval(text, {"eqx": needed("equinox"), "k": jax().random.key(0)})


def in_equinox(text, trace):
    eqx, layer, traced = needed("equinox"), equinox(text), trace.layers[-1]
    if "Pool" not in text:
        layer = eqx.tree_at(lambda each: each.weight, layer, jax().numpy.asarray(as_direct(traced, False), float))
    if traced.bias is not None:
        bias = jax().numpy.asarray(traced.bias, float).reshape(layer.bias.shape)
        layer = eqx.tree_at(lambda each: each.bias, layer, bias)
    return np.asarray(layer(jax().numpy.asarray(trace.input, float)))


def tried_in_equinox(text, shape, channels):
    return equinox(text)(jax().numpy.zeros((channels, *shape)))


# Haiku


@st.composite
def haiku_layers(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape, channels = fed(draw, axes), draw(st.sampled_from([1, 2, 4]))
    kernel = draw(one_or_each(1, 4, axes))
    kind = draw(st.sampled_from(["Conv", "Transpose", "Depthwise", "Separable", "MaxPool", "AvgPool"]))
    known, pair = names("SAME", "VALID", "same", "valid"), pairs(0, 3, axes)
    moves = some(stride=one_or_each(1, 3, axes), with_bias=st.booleans())
    if "Pool" in kind:
        tuples = st.one_of(st.integers(1, 3).map(str), each(1, 3, axes), each(1, 3, axes).map(lambda t: f"(*{t}, 1)"))
        window, strides = (str(eval(draw(tuples))) for _ in range(2))
        named = draw(names("SAME", "VALID"))
        if draw(st.booleans()):
            return f"hk.{kind}({window}, {strides}, {named})", shape, channels
        return f"hk.{kind.lower().replace('p', '_p')}(x, {window}, {strides}, {named})", shape, channels
    if kind == "Conv":
        functions = st.sampled_from(
            [f"hk.pad.{name}" for name in ("same", "full", "causal", "reverse_causal", "valid")]
        )
        padding = st.one_of(known, pair, st.sampled_from(["(1, 2)", "((2, 0),)"]), functions)
        more = some(rate=one_or_each(1, 2, axes), padding=padding, feature_group_count=st.sampled_from([1, 2]))
        name = draw(st.sampled_from([f"ConvND({axes}, ", f"Conv{axes}D("]))
        return f"hk.{name}{', '.join(['4', kernel, *draw(moves), *draw(more)])})", shape, channels
    if kind == "Transpose":
        more = some(padding=st.one_of(known, names("SAME", "VALID"), pair), output_shape=one_or_each(3, 12, axes))
        return f"hk.Conv{axes}DTranspose({', '.join(['2', kernel, *draw(moves), *draw(more)])})", shape, channels
    if kind == "Depthwise":
        more = some(rate=one_or_each(1, 2, axes), padding=st.one_of(known, pair))
        return f"hk.DepthwiseConv{axes}D({', '.join(['2', kernel, *draw(moves), *draw(more)])})", shape, channels
    kernel, moves = (
        draw(one_or_each(1, 4, 2)),
        some(stride=one_or_each(1, 3, 2), padding=st.one_of(known, pairs(0, 2, 2))),
    )
    return f"hk.SeparableDepthwiseConv2D({', '.join(['2', kernel, *draw(moves)])})", fed(draw, 2), channels


def haiku(text, x):
    hk = needed("haiku")
    call = lambda x: eval(text, {"hk": hk, "x": x})  # noqa: E731
    return hk.without_apply_rng(hk.transform(lambda x: call(x) if "(x," in text else call(x)(x))), jax().numpy.asarray(
        x
    )


def in_haiku(text, trace):
    net, x = haiku(text, last(trace.input.astype(float)))
    parameters = net.init(jax().random.key(0), x)
    for (name, each), traced in zip(parameters.items(), trace.layers, strict=False):
        weight = np.moveaxis(as_direct(traced, False), (0, 1), (-1, -2))
        weight = np.swapaxes(weight, -1, -2) if "Transpose" in text else weight
        assert each["w"].shape == weight.shape
        parameters[name]["w"] = jax().numpy.asarray(weight, float)
        if "b" in each:
            parameters[name]["b"] = jax().numpy.asarray(traced.bias, float)
    return first(net.apply(parameters, x))


def tried_in_haiku(text, shape, channels):
    net, x = haiku(text, np.zeros((1, *shape, channels)))
    return net.apply(net.init(jax().random.key(0), x), x)


# tinygrad


@st.composite
def tinygrad_layers(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape, channels = fed(draw, axes), draw(st.sampled_from([1, 2]))
    sides = each(0, 2, axes) if axes == 1 else st.one_of(each(0, 2, axes), each(0, 2, 2 * axes))
    padding = st.one_of(st.integers(0, 2).map(str), sides, each(-1, 2, 2 * axes))
    kernel = draw(st.integers(1, 3).map(str) if axes == 1 else each(1, 3, axes))
    kernel = draw(st.sampled_from([kernel, "2"])) if axes == 2 else kernel
    kind = draw(st.sampled_from(["Conv", "ConvTranspose", "max_pool2d", "avg_pool2d", "interpolate"]))
    moves = some(stride=one_or_each(1, 3, axes), dilation=one_or_each(1, 2, axes))
    if kind == "interpolate":
        more = some(mode=names("linear", "nearest", "nearest-exact"), align_corners=st.booleans())
        return f"Tensor.interpolate({', '.join(['x', draw(each(2, 7, axes)), *draw(more)])})", shape, channels
    if "pool" in kind:
        kernel = draw(each(1, 3, axes))
        more = [*draw(moves), *draw(some(padding=padding, ceil_mode=st.booleans()))]
        more += draw(some(count_include_pad=st.booleans())) if kind == "avg_pool2d" else []
        return f"Tensor.{kind}({', '.join(['x', kernel, *more])})", shape, channels
    more = [*draw(moves), *draw(some(groups=st.sampled_from([1, 2]), bias=st.booleans()))]
    more += draw(some(padding=st.one_of(padding, names("same", "SAME"))))
    more += draw(some(output_padding=one_or_each(0, 2, axes))) if kind == "ConvTranspose" else []
    return f"tinygrad.nn.{kind}{min(axes, 2)}d({', '.join([str(channels), '2', kernel, *more])})", shape, channels


@cache
def tinygrad():
    os.environ.setdefault("DEV", "PYTHON")  # needs no compiler
    return needed("tinygrad")


def in_tinygrad(text, trace, numbers=None):
    tg, traced = tinygrad(), trace.layers[-1] if trace else None
    x = tg.Tensor(numbers if trace is None else trace.input.astype(float)[None])
    made = eval(text, {"tinygrad": tg, "Tensor": tg.Tensor, "x": x})
    if "nn." not in text:
        return made.numpy()[0]
    if trace is not None:
        made.weight = tg.Tensor(traced.weight.astype(float))
        made.bias = None if traced.bias is None else tg.Tensor(traced.bias.astype(float))
    return made(x).numpy()[0]


def tried_in_tinygrad(text, shape, channels):
    return in_tinygrad(text, None, np.zeros((1, channels, *shape)))


def in_batch(y):
    return np.asarray(y.numpy())[0]


# PaddlePaddle


@st.composite
def paddle_layers(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape, channels = fed(draw, axes), draw(st.sampled_from([1, 2, 4]))
    numbers = st.one_of(one_or_each(0, 2, axes), each(0, 2, 2 * axes))
    batched = pairs(0, 2, axes).map(lambda found: str([(0, 0), (0, 0), *eval(found)]))
    padding = st.one_of(names("SAME", "same", "VALID"), numbers, batched)
    kernel = draw(one_or_each(1, 4, axes))
    kinds = ["Conv", "Transpose", "MaxPool", "AvgPool", "Adaptive", "Upsample", "Pad", "Shuffle"]
    kind = draw(st.sampled_from(kinds))
    if kind in {"Conv", "Transpose"}:
        more = draw(some(stride=one_or_each(1, 3, axes), padding=padding, dilation=one_or_each(1, 2, axes)))
        more += draw(some(groups=st.sampled_from([1, 2]), bias_attr=st.sampled_from([False, None])))
        if kind == "Conv":
            more += draw(some(padding_mode=names("zeros", "reflect", "replicate", "circular")))
        else:
            more += draw(some(output_padding=one_or_each(0, 2, axes)))
        head = f"paddle.nn.Conv{axes}D{'' if kind == 'Conv' else 'Transpose'}({channels}, 4, {kernel}"
        return f"{', '.join([head, *more])})", shape, channels
    if "Pool" in kind:
        more = draw(some(stride=one_or_each(1, 3, axes), padding=padding, ceil_mode=st.booleans()))
        more += draw(some(exclusive=st.booleans())) if kind == "AvgPool" else []
        return f"paddle.nn.{kind}{axes}D({', '.join([kernel, *more])})", shape, channels
    if kind == "Adaptive":
        name = draw(st.sampled_from(["AdaptiveAvgPool", "AdaptiveMaxPool"]))
        return f"paddle.nn.{name}{axes}D({draw(one_or_each(1, 6, axes))})", shape, channels
    if kind == "Upsample":
        axes, shape = max(axes, 2), shape if axes > 1 else (*shape, 4)  # 1x3 are rows and columns of an Upsample
        mode = draw(
            st.sampled_from(["nearest", ("linear", "bilinear", "trilinear")[axes - 1], *["bicubic"] * (axes == 2)])
        )
        size = draw(st.sampled_from(["scale_factor=2", f"size={[5] * axes}", f"scale_factor={[3, 2, 1][:axes]}"]))
        more = draw(some(align_corners=st.booleans()))
        return f"paddle.nn.Upsample({', '.join([size, f'mode={mode!r}', *more])})", shape, channels
    if kind == "Pad":
        more = draw(
            some(mode=names("constant", "reflect", "replicate", "circular"), value=st.sampled_from([1.5, -2.0]))
        )
        sides = draw(st.one_of(st.integers(0, 2).map(str), each(0, 2, 2 * axes).map(lambda t: str(list(eval(t))))))
        return f"paddle.nn.Pad{axes}D({', '.join([sides, *more])})", shape, channels
    name = draw(st.sampled_from(["PixelShuffle(2)", "PixelUnshuffle(2)", "ChannelShuffle(2)"]))
    return f"paddle.nn.{name}", (4, 6), 4


@cache
def paddle():
    found = needed("paddle")
    found.set_default_dtype("float64")
    return found


def in_paddle(text, trace, numbers=None):
    layer = eval(text, {"paddle": paddle()})
    x = paddle().to_tensor(trace.input.astype(float)[None] if numbers is None else numbers)
    if trace is not None and "(in_channels" not in text and "nn.Conv" in text:
        traced = trace.layers[-1]
        layer.weight.set_value(traced.weight.astype(float))
        assert (layer.bias is None) == (traced.bias is None)
        if traced.bias is not None:
            layer.bias.set_value(traced.bias.astype(float))
    return layer(x).numpy()[0]


def tried_in_paddle(text, shape, channels):
    return in_paddle(text, None, np.zeros((1, channels, *shape)))


# MLX


@st.composite
def mlx_layers(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape, channels = fed(draw, axes), draw(st.sampled_from([1, 2, 4]))
    sized = lambda least, most: st.integers(least, most).map(str) if axes == 1 else one_or_each(least, most, axes)  # noqa: E731
    kernel = draw(sized(1, 4))
    kind = draw(st.sampled_from(["Conv", "ConvTranspose", "MaxPool", "AvgPool", "Upsample"]))
    if kind == "Upsample":
        axes, shape = max(axes, 2), shape if axes > 1 else (*shape, 4)
        scale = draw(st.sampled_from(["2", "3", "1.5", "0.5", str(tuple(range(2, 2 + axes)))]))
        more = draw(some(mode=names("nearest", "linear", "cubic"), align_corners=st.booleans()))
        return f"mlx.nn.Upsample({', '.join([scale, *more])})", shape, channels
    if "Pool" in kind:
        more = draw(some(stride=sized(1, 3), padding=sized(0, 2)))
        return f"mlx.nn.{kind}{axes}d({', '.join([kernel, *more])})", shape, channels
    more = draw(some(stride=sized(1, 3), padding=sized(0, 3), dilation=sized(1, 2), bias=st.booleans()))
    if kind == "Conv":
        more += draw(some(groups=st.sampled_from([1, 2]))) if axes < 3 else []
    else:
        more += draw(some(output_padding=sized(0, 2)))
    return f"mlx.nn.{kind}{axes}d({', '.join([str(channels), '4', kernel, *more])})", shape, channels


def in_mlx(text, trace, numbers=None):
    mx, mlx = needed("mlx.core"), needed("mlx")
    needed("mlx.nn")
    layer = eval(text, {"mlx": mlx})
    x = mx.array(last(trace.input.astype("float32")) if numbers is None else numbers)
    if trace is not None and "nn.Conv" in text:
        traced = trace.layers[-1]
        weight = traced.layer.kernels(traced.weight)
        weight = np.ascontiguousarray(np.moveaxis(weight, 1, -1).astype("float32"))
        assert layer.weight.shape == weight.shape
        layer.weight = mx.array(weight)
        assert ("bias" in layer) == (traced.bias is not None)
        if traced.bias is not None:
            layer.bias = mx.array(traced.bias.astype("float32"))
    return first(layer(x))


def tried_in_mlx(text, shape, channels):
    return in_mlx(text, None, np.zeros((1, *shape, channels), "float32"))


# all of them

LIBRARIES = {
    "flax": (("jax", "flax"), flax_layers(), in_flax, refused_by_flax, first),
    "equinox": (("jax", "equinox"), equinox_layers(), in_equinox, tried_in_equinox, np.asarray),
    "haiku": (("jax", "haiku"), haiku_layers(), in_haiku, tried_in_haiku, first),
    "tinygrad": (("tinygrad",), tinygrad_layers(), in_tinygrad, tried_in_tinygrad, in_batch),
    "paddle": (("paddle",), paddle_layers(), in_paddle, tried_in_paddle, in_batch),
    "mlx": (("mlx.core",), mlx_layers(), in_mlx, tried_in_mlx, first),
}


def needs(library):
    os.environ.setdefault("DEV", "PYTHON")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in LIBRARIES[library][0]:
            needed(name)
    if "jax" in LIBRARIES[library][0]:
        jax()
    if library == "tinygrad":  # which sets Python's recursion limit when it first computes something
        assert (tinygrad().Tensor([1.0]) + 1).numpy() == [2]


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in LIBRARIES])
def library(request):
    needs(request.param)
    return request.param


@MANY
@given(st.data())
def test_a_text_is_drawn_as_the_library_computes_it_and_back_by_code(library, data):
    _, layers, theirs, tried, whole = LIBRARIES[library]
    text, shape, channels = data.draw(layers)
    spec = refusal = None
    try:
        spec = drawn(text, shape, channels)
    except SpecError as error:
        refusal = str(error)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            made = np.asarray(tried(text, shape, channels))
            assert 0 not in made.shape
        except Exception as error:  # noqa: BLE001  # whatever the library raises
            assert spec is None, f"{library} refuses {text} for {shape}: {error}"  # noqa: PT017  # it is not about it
            return
        if spec is None:
            reasons = (*OURS, "does not fit") if library == "mlx" else OURS  # MLX reads beyond its input then
            assert any(reason in refusal for reason in reasons), f"{text} for {shape}: {refusal}"
            return
        trace = conv_anim.trace(spec)
        output = theirs(text, trace)
        assert output.shape == trace.output.shape, f"{text} {shape}"
        np.testing.assert_allclose(output, trace.output, rtol=1e-5, atol=1e-5, err_msg=f"{text} {shape}")
        names = {"__name__": "__main__"}
        try:
            written = program(spec, library)
        except SpecError as error:
            assert library not in {"flax", "equinox", "haiku"}, str(error)  # noqa: PT017  # these can write all
            return
        with redirect_stdout(StringIO()):
            exec(written, names)
        np.testing.assert_allclose(whole(names["y"]), trace.output, rtol=1e-5, atol=1e-5, err_msg=f"back: {text}")
