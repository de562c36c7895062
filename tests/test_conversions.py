"""What a text is drawn as, over drawn arguments: against the real PyTorch and Keras, and back by ``code``.

A layer that the framework takes is drawn with its numbers, or refused with one of few reasons; one that it refuses
is refused.
"""

from __future__ import annotations

import warnings
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim.coding.programs import program
from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import said
from tests.frameworks import needed

torch = needed("torch")
pytestmark = pytest.mark.frameworks
RANDOM = np.random.default_rng(0)
MANY = settings(deadline=None, max_examples=150)
OURS = (
    *("is not drawn", "are not drawn", "is drawn", "'divisor_override'", "LPPool with ceil_mode", "in the padding"),
    *("no input at all", "is for mode", "must not be", "at most"),
)
"""Reasons for not drawing what PyTorch computes."""


def drawn(text, shape, channels):
    return drawing(text, said((channels, *shape), None)).loaded().spec


def numbers(least, most, axes):
    one = st.integers(least, most)
    return st.one_of(one.map(str), st.lists(one, min_size=axes, max_size=axes).map(lambda found: str(tuple(found))))


@st.composite
def torch_layers(draw):
    """A layer's text with its arguments in PyTorch's order or by name, and what it is fed."""
    axes = draw(st.sampled_from([1, 2, 2, 2, 3]))
    kind = draw(
        st.sampled_from(["Conv", "ConvTranspose", "MaxPool", "AvgPool", "LPPool", "AdaptiveAvgPool", "Upsample"])
    )
    shape = tuple(draw(st.lists(st.integers(3, 9 if axes < 3 else 5), min_size=axes, max_size=axes)))
    channels = draw(st.sampled_from([1, 2, 4]))
    some = lambda name, values: [f"{name}={draw(values)}"] if draw(st.booleans()) else []  # noqa: E731
    kernel = draw(numbers(1, 4, axes))
    match kind:
        case "Conv":
            out = draw(st.sampled_from([1, 2, 4]))
            padding = st.one_of(numbers(0, 3, axes), st.sampled_from(["'same'", "'valid'"]))
            modes = st.sampled_from(["'zeros'", "'reflect'", "'replicate'", "'circular'"])
            more = [
                *some("stride", numbers(1, 3, axes)), *some("padding", padding), *some("dilation", numbers(1, 2, axes)),
                *some("groups", st.sampled_from([1, 2])), *some("bias", st.booleans()), *some("padding_mode", modes),
            ]  # fmt: skip
            text = f"nn.Conv{axes}d({', '.join([str(channels), str(out), kernel, *more])})"
        case "ConvTranspose":
            more = [
                *some("stride", numbers(1, 3, axes)), *some("padding", numbers(0, 2, axes)),
                *some("output_padding", numbers(0, 2, axes)), *some("groups", st.sampled_from([1, 2])),
                *some("dilation", numbers(1, 2, axes)), *some("bias", st.booleans()),
            ]  # fmt: skip
            text = f"nn.ConvTranspose{axes}d({', '.join([str(channels), '2', kernel, *more])})"
        case "MaxPool" | "AvgPool":
            more = [*some("stride", numbers(1, 3, axes)), *some("padding", numbers(0, 2, axes))]
            more += some("ceil_mode", st.booleans())
            more += (
                some("dilation", numbers(1, 2, axes)) if kind == "MaxPool" else some("count_include_pad", st.booleans())
            )
            text = f"nn.{kind}{axes}d({', '.join([kernel, *more])})"
        case "LPPool":
            more = [*some("stride", numbers(1, 3, axes)), *some("ceil_mode", st.booleans())]
            text = f"nn.LPPool{axes}d({', '.join([str(draw(st.sampled_from([1, 2, 3, 4]))), kernel, *more])})"
        case "AdaptiveAvgPool":
            which = draw(st.sampled_from(["AdaptiveAvgPool", "AdaptiveMaxPool"]))
            text = f"nn.{which}{axes}d({draw(numbers(1, 6, axes))})"
        case _:
            axes, shape = max(axes, 2), shape if axes > 1 else (*shape, 4)  # 1x3 are rows and columns of an Upsample
            modes = ["'nearest'", "'nearest-exact'", *(["'bilinear'", "'bicubic'"] if axes == 2 else []), "'linear'"]
            factor = draw(st.sampled_from(["scale_factor=2", "scale_factor=1.7", "scale_factor=0.6", "size=5"]))
            more = [
                *some("mode", st.sampled_from(modes)),
                *some("align_corners", st.sampled_from(["True", "False", "None"])),
            ]
            more += some("recompute_scale_factor", st.sampled_from(["True", "None"]))
            text = f"nn.Upsample({', '.join([factor, *more])})"
    return text, shape, channels


def module_of(text, x):
    """The module, with numbers of its own in double precision, and what it makes; None if PyTorch refuses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            module = eval(text, {"nn": torch.nn}).double()
            for parameter in module.parameters():
                parameter.data = torch.from_numpy(RANDOM.integers(-3, 4, tuple(parameter.shape)).astype(float))
            return module, module(x)[0].detach().numpy()
        except (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError):
            return None, None


@MANY
@given(torch_layers())
def test_a_text_is_drawn_as_pytorch_computes_it(case):
    text, shape, channels = case
    x = torch.from_numpy(RANDOM.integers(0, 5, (1, channels, *shape)).astype(float))
    module, expected = module_of(text, x)
    try:
        spec = drawn(text, shape, channels)
    except SpecError as error:
        assert module is None or any(reason in str(error) for reason in OURS), str(error)  # noqa: PT017  # it need not be one
        return
    assert module is not None, f"PyTorch refuses {text} for {shape}"
    assert spec.layers[-1].ends.out_size == expected.shape[1:], text
    real = conv_anim.from_torch(module, x)
    np.testing.assert_allclose(conv_anim.trace(real).output, expected, rtol=1e-6, atol=1e-6, err_msg=f"{text} {shape}")


@MANY
@given(torch_layers())
def test_and_back_by_code(case):
    """The program that is printed makes the numbers that are drawn."""
    text, shape, channels = case
    try:
        spec = drawn(text, shape, channels)
    except SpecError:
        return
    try:
        written = program(spec, "torch")
    except SpecError:
        return
    names = {"__name__": "__main__"}
    with redirect_stdout(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(written, names)
    torch.set_default_dtype(torch.float32)
    np.testing.assert_allclose(
        names["y"][0].detach().numpy(), conv_anim.trace(spec).output, rtol=1e-6, atol=1e-6, err_msg=f"{text} {shape}"
    )


@st.composite
def keras_layers(draw):
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape = tuple(draw(st.lists(st.integers(3, 8 if axes < 3 else 5), min_size=axes, max_size=axes)))
    channels = draw(st.sampled_from([1, 2, 4]))
    some = lambda name, values: [f"{name}={draw(values)}"] if draw(st.booleans()) else []  # noqa: E731
    kernel, padding = draw(numbers(1, 4, axes)), st.sampled_from(["'same'", "'valid'", "'SAME'", "'Valid'"])
    moves = [*some("strides", numbers(1, 3, axes)), *some("padding", padding)]
    dilated = some("dilation_rate", numbers(1, 2, axes))
    kind = draw(st.sampled_from(["Conv", "Transpose", "Depthwise", "MaxPooling", "AveragePooling", "UpSampling"]))
    match kind:
        case "Conv":
            more = [*moves, *dilated, *some("groups", st.sampled_from([1, 2])), *some("use_bias", st.booleans())]
            text = f"layers.Conv{axes}D({', '.join(['4', kernel, *more])})"
        case "Transpose":
            more = [*moves, *dilated, *some("output_padding", numbers(0, 2, axes))]
            text = f"layers.Conv{axes}DTranspose({', '.join(['2', kernel, *more])})"
        case "Depthwise":
            kernel = draw(st.integers(1, 4))
            more = [
                f"strides={draw(st.integers(1, 2))}",
                *some("padding", padding),
                *some("depth_multiplier", st.just("2")),
            ]
            text = f"layers.DepthwiseConv{min(axes, 2)}D({', '.join([str(kernel), *more])})"
            shape = shape[: min(axes, 2)]
        case "UpSampling":
            text = f"layers.UpSampling{axes}D({draw(st.integers(1, 3) if axes == 1 else numbers(1, 3, axes))})"
        case _:
            text = f"layers.{kind}{axes}D({', '.join([kernel, *moves])})"
    return text, shape, channels


def as_keras(weight, target):
    turned = weight if weight.ndim == 1 else np.moveaxis(weight, (0, 1), (-1, -2))
    return turned.reshape(target.shape)


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
@settings(deadline=None, max_examples=60)
@given(keras_layers())
def test_a_text_is_drawn_as_keras_computes_it(case):
    keras = needed("keras")
    text, shape, channels = case
    x = RANDOM.integers(0, 5, (1, *shape, channels)).astype("float32")
    spec, refusal = None, None
    try:
        spec = drawn(text, shape, channels)
    except SpecError as error:
        refusal = str(error)
    try:
        layer = eval(text, {"layers": keras.layers})
        layer.build(x.shape)
        theirs = layer(x)
        assert 0 not in theirs.shape
    except Exception as error:  # noqa: BLE001  # whatever Keras raises
        assert spec is None, f"Keras refuses {text}: {error}"  # noqa: PT017  # it is not about the error
        return
    assert spec is not None, f"{text} for {shape}: {refusal}"
    trace = conv_anim.trace(spec)
    arrays = [array for each in trace.layers for array in (each.weight, each.bias) if array is not None]
    layer.set_weights([as_keras(weight, target) for weight, target in zip(arrays, layer.get_weights(), strict=True)])
    output = np.moveaxis(
        keras.ops.convert_to_numpy(layer(np.moveaxis(trace.input, 0, -1)[None].astype("float32")))[0], -1, 0
    )
    assert output.shape == trace.output.shape, text
    np.testing.assert_allclose(output, trace.output, rtol=1e-4, atol=1e-4, err_msg=text)
    if refusal is None:
        _back(keras, spec, trace, text)


@st.composite
def functions_of_keras(draw):
    """A call, the shapes of its kernels, and what it is fed."""
    axes = draw(st.sampled_from([1, 2, 2, 3]))
    shape = tuple(draw(st.lists(st.integers(3, 8 if axes < 3 else 5), min_size=axes, max_size=axes)))
    channels = draw(st.sampled_from([1, 2, 4]))
    some = lambda name, values: [f"{name}={draw(values)}"] if draw(st.booleans()) else []  # noqa: E731
    kernel = tuple(draw(st.lists(st.integers(1, 4), min_size=axes, max_size=axes)))
    moves = some("padding", st.sampled_from(["'same'", "'valid'", "'SAME'"]))
    moves += draw(
        st.sampled_from([[], some("strides", numbers(1, 3, axes)), some("dilation_rate", numbers(1, 2, axes))])
    )
    kind = draw(
        st.sampled_from(["conv", "conv_transpose", "depthwise_conv", "separable_conv", "max_pool", "average_pool"])
    )
    kernels = {
        "conv": [(*kernel, channels, 3)],
        "conv_transpose": [(*kernel, 3, channels)],
        "depthwise_conv": [(*kernel, channels, 2)],
        "separable_conv": [(*kernel, channels, 2), (*(1,) * axes, 2 * channels, 3)],
    }.get(kind, [])
    given_ = [f"np.ones({shape})" for shape in kernels] or [str(kernel)]
    if "pool" in kind:  # on JAX, Keras fails without strides: findings/keras-ops-pool-strides.sh
        moves = [each for each in moves if "padding" in each] + [f"strides={draw(numbers(1, 3, axes))}"]
    return f"ops.{kind}({', '.join(['x', *given_, *moves])})", kernels, shape, channels


@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
@settings(deadline=None, max_examples=40)
@given(functions_of_keras())
def test_a_function_is_drawn_as_keras_computes_it(case):
    keras = needed("keras")
    text, kernels, shape, channels = case
    spec, refusal = None, None
    try:
        spec = drawn(f"keras.{text}", shape, channels)
    except SpecError as error:
        refusal = str(error)
    call = text
    weights = [np.ones(each, "float32") for each in kernels]
    x = np.ones((1, *shape, channels), "float32")
    if spec is not None:
        trace = conv_anim.trace(spec)
        arrays = [each.weight for each in trace.layers if each.weight is not None]
        weights = [as_keras(own, each).astype("float32") for own, each in zip(arrays, weights, strict=True)]
        x = np.moveaxis(trace.input, 0, -1)[None].astype("float32")
    for k, each in enumerate(kernels):
        call = call.replace(f"np.ones({each})", f"weights[{k}]", 1)
    try:
        theirs = keras.ops.convert_to_numpy(eval(call, {"ops": keras.ops, "x": x, "weights": weights}))
        assert 0 not in theirs.shape
    except Exception as error:  # noqa: BLE001  # whatever Keras raises
        assert spec is None, f"Keras refuses {text}: {error}"  # noqa: PT017  # it is not about the error
        return
    assert spec is not None, f"{text} for {shape}: {refusal}"
    np.testing.assert_allclose(np.moveaxis(theirs[0], -1, 0), trace.output, rtol=1e-4, atol=1e-4, err_msg=text)


def _back(keras, spec, trace, text):
    try:
        written = program(spec, "keras")
    except SpecError:
        return
    names = {"__name__": "__main__"}
    with redirect_stdout(StringIO()):
        exec(written, names)
    keras.config.set_floatx("float32")
    output = np.moveaxis(keras.ops.convert_to_numpy(names["y"])[0], -1, 0)
    np.testing.assert_allclose(output, trace.output, rtol=1e-4, atol=1e-4, err_msg=f"back: {text}")
