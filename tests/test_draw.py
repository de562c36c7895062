"""Layers as PyTorch and Keras write them: read, never run, and drawn as what they compute."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import conv_anim
from conv_anim.cli import main
from conv_anim.diagnostics import Source, SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import Feed, said, shape_of
from conv_anim.frameworks.keras.layers import KERAS
from conv_anim.frameworks.tables import TABLES
from conv_anim.frameworks.texts import sketched
from conv_anim.frameworks.torch.layers import TORCH
from conv_anim.frameworks.whole import whole
from conv_anim.pipeline import scene
from conv_anim.scene.primitives import Text
from tests.frameworks import needed


def run(*args: object, text: str | None = None):
    result = CliRunner().invoke(main, ["draw", *(str(arg) for arg in args)], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def spec(text: str, shape: str | None = None, channels: int | None = None):
    feed = said(None if shape is None else shape_of(shape), channels)
    return drawing(text, feed).loaded().spec


def refused(text: str, shape: str | None = None) -> str:
    with pytest.raises(SpecError) as caught:
        spec(text, shape)
    return str(caught.value)


@pytest.fixture
def here(tmp_path, monkeypatch):
    folder = tmp_path / "a folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


# what the layers are

PYTORCH = [
    ("nn.Conv1d(2, 4, 3, 2, 1)", "11"),
    ("torch.nn.Conv2d(3, 8, kernel_size=3, stride=2, padding=1)", "32x32"),
    ("Conv2d(4, 6, (3, 2), padding='same', dilation=(2, 1), groups=2, bias=False)", "9x8"),
    ("nn.Conv2d(4, 8, 3, 1, 2, 1, 4, True, 'circular')", "5x6"),
    ("nn.Conv2d(1, 1, 3, padding='valid')", "5x5"),
    ("nn.Conv3d(1, 2, (1, 2, 3), padding=(0, 1, 1), padding_mode='replicate')", "4x4x5"),
    ("nn.ConvTranspose1d(1, 2, 3, stride=2)", "6"),
    ("nn.ConvTranspose2d(1, 1, 3, stride=2, padding=1, output_padding=1)", "3x3"),
    ("nn.ConvTranspose2d(4, 6, 3, 2, 1, 1, 2, True, 2)", "4x3"),
    ("nn.ConvTranspose3d(2, 2, 2, groups=2)", "3x2x3"),
    ("nn.MaxPool1d(3, stride=2, padding=1)", "2x9"),
    ("nn.MaxPool2d(3, 2, 1, 1, False, True)", "3x8x9"),
    ("nn.MaxPool2d((2, 3), dilation=2, ceil_mode=True)", "9x12"),
    ("nn.MaxPool3d(2)", "4x5x6"),
    ("nn.AvgPool1d(2, None, 1, True, False)", "7"),
    ("nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)", "8x8"),
    ("nn.AvgPool3d((1, 2, 2))", "2x4x4"),
    ("nn.LPPool1d(2, 3)", "2x9"),
    ("nn.LPPool2d(norm_type=2, kernel_size=2, stride=1)", "4x4"),
    ("nn.LPPool3d(4, 2)", "4x4x4"),
    ("nn.AdaptiveAvgPool2d(1)", "3x7x6"),
    ("nn.AdaptiveAvgPool2d((2, None))", "6x5"),
    ("nn.AdaptiveAvgPool1d(3)", "12"),
    ("nn.AdaptiveMaxPool2d((2, 3))", "6x6"),
    ("nn.Upsample(scale_factor=2)", "3x4"),
    ("nn.Upsample(size=(5, 7), mode='bilinear', align_corners=True)", "3x4"),
    ("nn.Upsample(None, 1.5, 'bicubic')", "4x6"),
    ("nn.Upsample(scale_factor=(2, 1, 3), mode='trilinear')", "2x3x2"),
    ("nn.Upsample(scale_factor=2, mode='linear')", "5"),
    ("nn.UpsamplingNearest2d(scale_factor=3)", "2x2"),
    ("nn.UpsamplingBilinear2d(size=5)", "3x4"),
    ("nn.PixelShuffle(2)", "8x3x2"),
    ("nn.PixelUnshuffle(downscale_factor=2)", "2x4x6"),
    ("nn.ChannelShuffle(3)", "6x2x2"),
    ("nn.Unfold((2, 3), dilation=2, padding=1, stride=(2, 1))", "2x6x7"),
    ("nn.Fold((4, 5), 2)", "8x12"),
    ("nn.Fold(output_size=5, kernel_size=3, padding=1, stride=2)", "9x9"),
    ("nn.Sequential(nn.ZeroPad2d((1, 2, 0, 3)), nn.Conv2d(1, 2, 3, padding=1))", "6x7"),
    ("nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.MaxPool2d(2, 1))", "6x6"),
    ("nn.ZeroPad2d((2, -1, -2, 1))", "6x7"),
    ("nn.Sequential(nn.ReflectionPad2d(1), nn.ConstantPad2d((1, 0, 2, 0), 2.5), nn.Conv2d(1, 1, 3, padding=1))", "6x7"),
    ("nn.Sequential(nn.ReplicationPad2d(1), nn.Conv2d(1, 1, 3, padding='same'))", "4x5"),
    ("nn.AdaptiveAvgPool2d((3, 5))", "7x8"),
    ("nn.AdaptiveMaxPool2d((4, None))", "6x5"),
    ("nn.Upsample(scale_factor=1.7, mode='bilinear', recompute_scale_factor=True)", "5x5"),
    ("nn.Upsample(scale_factor=(1.5, 2.3), recompute_scale_factor=True)", "5x5"),
    ("nn.Sequential(nn.ReflectionPad2d(2), nn.Conv2d(1, 1, 3))", "5x5"),
    ("nn.Sequential(nn.ReplicationPad1d((2, 0)), nn.Conv1d(1, 1, 3))", "8"),
    ("nn.Sequential(nn.CircularPad2d(1), nn.Conv2d(2, 2, 3))", "5x5"),
    ("nn.Sequential(nn.ConstantPad2d(1, 0), nn.Conv2d(1, 1, 3))", "5x5"),
    ("nn.Sequential(nn.Conv2d(1, 4, 3), nn.Dropout(), nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(4, 2, 3)))", "12x12"),
    ("nn.Sequential(OrderedDict([('conv', nn.Conv1d(1, 2, 3)), ('up', nn.Upsample(scale_factor=2))]))", "8"),
]


def with_random_numbers(module, torch):
    """The weights and biases as numbers that are far from 0, in double precision."""
    for parameter in module.double().parameters():
        parameter.data = torch.randint(-3, 4, parameter.shape, dtype=torch.float64)
    return module


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize(("text", "shape"), PYTORCH)
def test_a_layer_of_pytorchs_is_what_pytorch_computes(text, shape):
    """The drawn layers, given the module's own numbers, make its output."""
    torch = needed("torch")
    from collections import OrderedDict

    made = spec(text, shape)
    torch.manual_seed(0)
    module = with_random_numbers(
        eval(text, {"nn": torch.nn, **vars(torch.nn), "torch": torch, "OrderedDict": OrderedDict}), torch
    ).eval()
    x = torch.from_numpy(np.random.default_rng(0).integers(-4, 5, (1, made.input.channels, *made.input.size))).double()
    real = conv_anim.from_torch(module, x)
    assert [type(layer) for layer in real.layers] == [type(layer) for layer in made.layers]
    assert [layer.ends for layer in real.layers] == [layer.ends for layer in made.layers]
    np.testing.assert_allclose(conv_anim.trace(real).output, module(x)[0].detach().numpy(), rtol=1e-9, atol=1e-9)
    assert sum(p.numel() for p in module.parameters()) == parameters(made)


def parameters(made) -> int:
    return sum(n.size for layer in conv_anim.trace(made).layers for n in (layer.weight, layer.bias) if n is not None)


def test_every_layer_of_pytorchs_is_compared():
    compared = {name for text, _ in PYTORCH for name in re.findall(r"\w+(?=\()", text)}
    untested = {"MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"}  # it takes indices: see below
    untested |= {name for name in TORCH if name.startswith(("Lazy", "AdaptiveMax")) or "Pad" in name}
    untested |= {"AdaptiveAvgPool3d"}
    untested |= {"MultiheadAttention", "scaled_dot_product_attention"}  # in tests/test_layer_readers_frameworks.py
    assert set(TORCH) - compared <= untested


KERAS_LAYERS = [
    ("Cropping1D((2, 0))", (7, 2)),
    ("Cropping2D(((1, 0), (2, 3)))", (8, 7, 2)),
    ("Cropping2D(cropping=(1, 2))", (6, 7, 1)),
    ("Cropping3D()", (4, 5, 3, 1)),
    ("layers.Conv1D(2, 3, padding='causal', dilation_rate=2)", (9, 1)),
    ("layers.Conv1D(2, 4, strides=3, padding='same')", (11, 2)),
    ('Conv2D(8, 3, strides=2, padding="same")', (8, 9, 3)),
    ("keras.layers.Conv2D(4, (2, 3), (2, 1), 'same', None, 1, 2, use_bias=False)", (6, 7, 2)),
    ("Conv2D(2, 4, padding='same', dilation_rate=2)", (9, 8, 1)),
    ("Conv2D(2, 3, activation='linear')", (5, 5, 1)),
    ("Conv3D(2, 2, padding='same')", (3, 4, 3, 1)),
    ("Conv1DTranspose(2, 3, strides=2)", (5, 1)),
    ("Conv2DTranspose(1, 3, strides=2, padding='same')", (3, 4, 1)),
    ("Conv2DTranspose(2, 2, strides=3)", (3, 3, 2)),
    ("Conv2DTranspose(2, 2, strides=3, padding='same')", (3, 3, 2)),
    ("Conv2DTranspose(1, 4, strides=2, padding='same')", (4, 3, 1)),
    ("Conv2DTranspose(1, (3, 4), strides=2, padding='same', output_padding=1)", (3, 4, 1)),
    ("Conv2DTranspose(1, 3, strides=2, padding='valid', output_padding=(1, 0))", (3, 4, 1)),
    ("Conv3DTranspose(1, 2, strides=2, padding='same')", (2, 3, 2, 1)),
    ("DepthwiseConv2D(3, depth_multiplier=2, padding='same')", (5, 6, 3)),
    ("DepthwiseConv1D(3, 2)", (9, 2)),
    ("SeparableConv2D(4, 3, padding='same', depth_multiplier=2)", (6, 5, 3)),
    ("SeparableConv1D(4, 3, strides=2, padding='same')", (10, 3)),
    ("MaxPooling2D()", (5, 6, 2)),
    ("MaxPool2D((3, 2), strides=2, padding='same')", (6, 7, 1)),
    ("MaxPooling1D(3, 1, 'same')", (7, 1)),
    ("MaxPool3D(2)", (4, 4, 5, 1)),
    ("AveragePooling2D(3, 2, padding='same')", (6, 7, 2)),
    ("AvgPool1D(2)", (9, 1)),
    ("AveragePooling3D(2, padding='same')", (3, 4, 5, 1)),
    ("GlobalAveragePooling2D(keepdims=True)", (4, 5, 3)),
    ("GlobalMaxPooling2D(keepdims=True)", (4, 5, 3)),
    ("UpSampling1D(3)", (4, 2)),
    ("UpSampling2D((2, 3))", (3, 2, 2)),
    ("UpSampling2D(2, interpolation='bilinear')", (3, 4, 1)),
    ("UpSampling3D(2)", (2, 2, 2, 1)),
    ("keras.Sequential([layers.ZeroPadding2D(((1, 2), (0, 3))), layers.Conv2D(2, 3)])", (6, 7, 1)),
    ("Sequential([ZeroPadding2D(1), MaxPooling2D(3, strides=2)])", (6, 6, 1)),
    ("Sequential([ZeroPadding2D(1), Conv2D(2, 3, strides=2, padding='same')])", (6, 5, 1)),
    ("Sequential([ZeroPadding1D((2, 0)), Conv1D(1, 3), MaxPool1D(2, padding='same'), Conv1D(2, 2)])", (8, 1)),
]


@pytest.mark.frameworks
@pytest.mark.xdist_group("keras")
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
@pytest.mark.parametrize(("text", "shape"), KERAS_LAYERS)
def test_a_layer_of_keras_is_what_keras_computes(text, shape, monkeypatch):
    """Keras's layer, given the drawn weights, makes the trace's output."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    keras = needed("keras")
    assert keras.backend.backend() == "jax"
    made = spec(text, "x".join(map(str, (shape[-1], *shape[:-1]))))
    trace = conv_anim.trace(made)
    names = {**vars(keras.layers), "keras": keras, "layers": keras.layers, "Sequential": keras.Sequential}
    layer = eval(text, names)
    x = np.moveaxis(trace.input, 0, -1)[None].astype("float32")
    layer.build(x.shape)
    layer.set_weights(
        [as_keras(weight, target) for weight, target in zip(arrays(trace), layer.get_weights(), strict=True)]
    )
    theirs = np.moveaxis(keras.ops.convert_to_numpy(layer(x))[0], -1, 0)
    assert theirs.shape == trace.output.shape
    np.testing.assert_allclose(theirs, trace.output, rtol=1e-5, atol=1e-5)


def arrays(trace):
    for layer in trace.layers:
        yield from (array for array in (layer.weight, layer.bias) if array is not None)


def as_keras(weight, target):
    """The weight (out, in, *kernel) as Keras has it: (*kernel, in, out); depthwise (*kernel, channels, multiplier)."""
    if weight.ndim == 1:
        return weight
    turned = np.moveaxis(weight, (0, 1), (-1, -2))
    return turned.reshape(target.shape)


def test_every_layer_of_keras_is_compared():
    compared = {name for text, _ in KERAS_LAYERS for name in re.findall(r"\w+(?=\()", text)}
    families = {re.sub(r"\dD", "", name).replace("Convolution", "Conv") for name in compared}
    assert {re.sub(r"\dD", "", name).replace("Convolution", "Conv") for name in KERAS} - families <= {
        "GlobalAvgPool", "GlobalMaxPool",
        "MultiHeadAttention",  # in tests/test_layer_readers_frameworks.py
    }  # fmt: skip


# what they become


def test_a_layer_has_the_biases_of_its_framework():
    assert spec("nn.Conv2d(1, 2, 3)").layers[0].bias == (1, 1)
    assert spec("Conv2D(2, 3)").layers[0].bias == (0, 0)
    assert spec("nn.Conv2d(1, 2, 3, bias=False)").layers[0].bias is None
    assert spec("Conv2D(2, 3, use_bias=False)").layers[0].bias is None


def test_max_unpool_takes_a_pool_back():
    made = spec("nn.Sequential(nn.MaxPool2d(2, return_indices=True), nn.MaxUnpool2d(2))", "4x4")
    assert made.layers[1].ends.out_size == (4, 4)
    assert "unpool to 4x4, but the pool was fed 5x5" in refused(
        "nn.Sequential(nn.MaxPool2d(2), nn.MaxUnpool2d(2))", "5x5"
    )
    assert "takes a max_pool before it back" in refused("nn.MaxUnpool2d(2)", "4x4")


@pytest.mark.parametrize(("text", "shape", "channels", "size"), [
    ("nn.Conv2d(3, 8, 3)", "32x32", 3, (32, 32)),
    ("nn.Conv2d(3, 8, 3)", "3x32x32", 3, (32, 32)),
    ("nn.Conv2d(3, 8, 3)", None, 3, (5, 5)),
    ("nn.Conv2d(1, 1, 7, stride=2, padding=3)", None, 1, (5, 5)),
    ("nn.Conv2d(1, 1, 9)", None, 1, (11, 11)),
    ("nn.MaxPool2d(2)", "8x4x4", 8, (4, 4)),
    ("nn.MaxPool2d(2)", None, 1, (6, 6)),
    ("nn.Conv3d(1, 1, 2)", "8x32x32", 1, (8, 32, 32)),
    ("nn.Conv1d(2, 1, 3)", "32", 2, (32,)),
    ("nn.Conv1d(2, 1, 3)", None, 2, (8,)),
    ("nn.Sequential(nn.MaxPool2d(2), nn.Conv2d(6, 1, 3))", None, 6, (10, 10)),
    ("nn.ConvTranspose2d(1, 1, 3, stride=2)", None, 1, (3, 3)),
    ("nn.PixelShuffle(3)", None, 9, (3, 3)),
    ("nn.ChannelShuffle(2)", None, 4, (5, 5)),
    ("nn.Upsample(scale_factor=2, mode='linear')", None, 1, (3,)),
    ("nn.Upsample(scale_factor=2)", "4x4", 1, (4, 4)),
    ("nn.Fold((4, 4), 2)", None, 4, (9,)),
    ("DepthwiseConv2D(3)", None, 3, (5, 5)),
    ("DepthwiseConv2D(3)", "2x6x6", 2, (6, 6)),
    ("keras.Sequential([keras.Input((28, 20, 1)), layers.Conv2D(8, 3)])", None, 1, (28, 20)),
    ("Sequential([Input(shape=(3, 28, 20)), Conv2D(8, 3, data_format='channels_first')])", None, 3, (28, 20)),
    ("Conv2D(8, 3, input_shape=(28, 20, 3))", None, 3, (28, 20)),
    ("keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(8, 3)])", "7x7", 1, (7, 7)),
])  # fmt: skip
def test_the_input_follows_from_what_is_said(text, shape, channels, size):
    made = spec(text, shape)
    assert (made.input.channels, made.input.size) == (channels, size)


def test_channels_can_be_said_alone():
    assert spec("Conv2D(1, 3)", None, 4).input.channels == 4
    assert spec("nn.MaxPool2d(2)", "4x4", 2).input.channels == 2


@pytest.mark.parametrize(("text", "numbers"), [
    ("32x32", (32, 32)), ("3x32x32", (3, 32, 32)), ("7", (7,)), ("3, 5,7", (3, 5, 7)), ("4×5", (4, 5)), ("2*3", (2, 3)),
    ("", None), ("0x3", None), ("-3x3", None), ("3x", None), ("axb", None), ("1x2x3x4x5", None), ("3.5", None),
])  # fmt: skip
def test_shapes(text, numbers):
    assert shape_of(text) == numbers


# other forms of a text

PRINTED = """Sequential(
  (0): Conv2d(1, 8, kernel_size=(3, 3), stride=(1, 1))
  (1): ReLU()
  (2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)
)
"""
FILE = """
import torch.nn as tnn
from torch.nn import functional
width = 4

class Up(tnn.Module):
    def __init__(self, into, out, *, kernel=4):
        super().__init__()
        self.half = kernel // 2
        self.conv = tnn.ConvTranspose2d(into, out, kernel, 2, self.half - 1)

    def forward(self, x):
        return functional.relu(self.conv(x))

class Net(tnn.Module):
    def __init__(self, channels=2):
        super().__init__()
        self.first = tnn.Conv2d(channels, 2 * width, 3)
        self.ups = tnn.ModuleList([Up(2 * width, width), Up(width, 1, kernel=2)])
"""


def test_the_text_of_a_printed_model():
    made = spec(PRINTED)
    assert [op.type for op in made.layers] == ["conv", "max_pool"]
    assert (made.layers[0].ends.out_channels, made.layers[1].kernel_size) == (8, (2, 2))
    line = "  (conv): Conv2d(2, 4, kernel_size=(3, 3), stride=(1, 1), padding=same, padding_mode=circular)"
    nested = f"Net(\n  (a): Block(\n  {line}\n  )\n  (b): 2 x Conv2d(4, 4, kernel_size=(1, 1), stride=(1, 1))\n)"
    made = spec(nested)
    assert [op.ends.out_channels for op in made.layers] == [4, 4, 4]
    assert made.layers[0].padding_mode == "circular"
    assert "layer:2:21: error: nn.Conv2d has no key 'kernal_size'" in refused(
        "N(\n  (a): Conv2d(1, 1, kernal_size=3)\n)"
    )


def test_a_chain_in_a_file_has_a_title_and_a_sentence_as_a_network_has_and_a_text_the_sentence(here):
    lines = ["def __init__(self):", "    super().__init__()", "    self.conv = nn.Conv2d(1, 1, 3)"]
    lines += ["    self.pool = nn.MaxPool2d(2)", "def forward(self, x):", "    return self.pool(self.conv(x))"]
    text = "\n    ".join(["import torch.nn as nn\nclass Net(nn.Module):", *lines])
    Path("net.py").write_text(text, encoding="utf-8")
    chain = drawing("net.py", said(shape_of("8x8"), None)).loaded().spec
    Path("net.py").write_text(text.replace("self.pool(self.conv(x))", "self.conv(x) + self.conv(x)"), encoding="utf-8")
    network = whole("net.py", said(shape_of("8x8"), None)).loaded().spec
    assert chain.title == network.title == "Net of net.py"
    assert chain.takeaway is network.takeaway is True
    alone = drawing("nn.Conv2d(1, 1, 3)", Feed()).loaded().spec
    assert (alone.title, alone.takeaway) == (None, True)


def test_a_file_with_a_class(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(FILE, encoding="utf-8")
    made = spec(str(path))
    assert [op.type for op in made.layers] == ["conv", "conv_transpose", "conv_transpose"]
    assert [op.kernel_size for op in made.layers] == [(3, 3), (4, 4), (2, 2)]
    assert [op.ends.out_channels for op in made.layers] == [8, 4, 1]
    notes = drawing(str(path), Feed()).notes
    assert "the layers of Net are in the order in which its __init__ makes them: forward is not read" in notes
    assert drawing(str(path), Feed(), names={"channels": 3}).loaded().spec.input.channels == 3
    up = drawing(str(path), Feed(), "Up", names={"into": 1, "out": 2}).loaded().spec
    assert [op.ends.out_channels for op in up.layers] == [2]
    assert "'Down' is not in this file" in refused_node(path, "Down")
    assert "known here: Up, Net" in refused_node(path, "Down")
    assert "there is no such file" in refused(str(tmp_path / "none.py"))


def refused_node(path, node) -> str:
    with pytest.raises(SpecError) as caught:
        drawing(str(path), Feed(), node)
    return str(caught.value)


def test_a_library_is_known_by_its_import():
    text = "import {}.nn as nn\nclass A:\n    def __init__(self):\n        self.pool = nn.AvgPool1d(2)"
    assert spec(text.format("equinox"), "6").layers[0].stride == (1,)
    assert spec(text.format("torch"), "6").layers[0].stride == (2,)
    assert "nothing to draw" in refused(text.format("sonnet"))
    with pytest.raises(SpecError, match="nothing to draw"):
        spec("from flax.linen import Conv\nconv = Conv(3, (2, 2))")


def test_numbers_are_worked_out_and_names_are_said():
    made = drawing("nn.Conv2d(3, ngf * 8, 3, padding=3 // 2)", Feed(), names={"ngf": 2}).loaded().spec
    assert (made.layers[0].ends.out_channels, made.layers[0].padding) == (16, ((1, 1), (1, 1)))
    assert spec("nn.Conv2d(1, 2**3 - 1, int(7 / 2), stride=max(1, 2))").layers[0].ends.out_channels == 7
    assert "--let ngf=64" in refused("nn.Conv2d(3, ngf * 8, 3)")


def test_what_moves_no_layer_is_passed_over():
    """As in a model of the PyTorch forum: https://discuss.pytorch.org/t/118621."""
    text = "model_cnn = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(),\n    Flatten()).to(device)"
    assert [op.type for op in spec(text).layers] == ["conv"]
    assert [op.type for op in spec("MaxPooling2D()(Conv2D(8, 3)(x))").layers] == ["conv", "max_pool"]
    assert [op.type for op in spec("Conv2D(8, 3)(x)").layers] == ["conv"]


# the YAML that it stands for


@pytest.mark.parametrize("text", [text for text, _ in PYTORCH] + [text for text, _ in KERAS_LAYERS])
def test_the_spec_that_is_printed_is_the_one_that_is_drawn(text):
    shape = {**dict(PYTORCH), **{t: "x".join(map(str, (s[-1], *s[:-1]))) for t, s in KERAS_LAYERS}}[text]
    made = drawing(text, said(shape_of(shape), None))
    written = made.yaml()
    assert conv_anim.pipeline.loaded(Source("my.yaml", written)).spec == made.loaded().spec
    assert written.startswith(f"# {text.splitlines()[0]}")
    assert max(len(line) for line in written.splitlines() if not line.startswith("#")) <= 110


def test_the_spec_is_short():
    result = run("nn.Conv2d(3, 8, kernel_size=3, stride=2, padding=1)", "--input", "9x9", "--theme", "dark", "--spec")
    assert result.stdout == (
        "# nn.Conv2d(3, 8, kernel_size=3, stride=2, padding=1)\n"
        "takeaway: true\n"
        "input: {size: [9, 9], channels: 3}\n"
        "layer: {type: conv, out_channels: 8, kernel_size: 3, stride: 2, padding: 1, bias: 1}\n"
        "caption: true\n"
        "theme: dark\n"
    )
    assert result.stderr == ""


def test_the_printed_spec_makes_the_same_picture(here):
    text = "nn.Sequential(\n    nn.Conv2d(1, 2, 3),\n    nn.ReLU(),\n    nn.MaxPool2d(2),\n)"
    Path("my.yaml").write_text(run(text, "--spec").stdout, encoding="utf-8")
    assert run(text, "-o", "drawn.gif").exit_code == 0
    assert CliRunner().invoke(main, ["render", "my.yaml"]).exit_code == 0
    assert Path("my.gif").read_bytes() == Path("drawn.gif").read_bytes()


# the command


def test_a_picture_has_the_layers_name_and_lies_here(here):
    result = run("nn.MaxPool2d(2)")
    assert result.exit_code == 0
    assert [path.name for path in here.iterdir()] == ["maxpool2d.gif"]
    assert result.stdout == ""
    assert result.stderr == "note: the input is 6x6; --input says another size\ndrew maxpool2d.gif\n"


def test_where_to_and_what_format(here):
    assert run("nn.MaxPool2d(2)", "-o", "new folder/pool.png").exit_code == 0
    assert run("nn.MaxPool2d(2)", "-o", "folder", "-f", "png", "-f", "gif").exit_code == 0
    assert run("nn.MaxPool2d(2)", "--step", "1").exit_code == 0
    found = sorted(str(path.relative_to(here)) for path in here.rglob("*.*"))
    assert found == ["folder/maxpool2d.gif", "folder/maxpool2d.png", "maxpool2d.png", "new folder/pool.png"]


def test_looks_can_be_said(here):
    assert (
        run("self.conv = nn.Conv2d(1, 1, 3),", "--view", "flat", "--theme", "dark", "--set", "size.scale=0.5").exit_code
        == 0
    )
    with Image.open("conv2d.gif") as image:
        assert image.n_frames > 9
        assert sum(image.convert("RGB").getpixel((0, 0))) < 150
    assert "did you mean 'dark'" in run("nn.MaxPool2d(2)", "--theme", "drak").stderr


def test_a_drawn_model_says_what_is_special_about_it_unless_that_is_turned_off(here):
    (here / "net.py").write_text("net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2))\n")
    drawn = whole("net.py", said((32, 32), None))

    def texts(*more):
        return [item.text for item in scene(drawn.loaded(more).spec).static if isinstance(item, Text)]

    assert any("net.py" in text for text in texts())
    assert "The map shrinks from 32×32 to 15×15," in texts()
    assert not any("shrinks" in text for text in texts("takeaway=false"))
    assert run("net.py", "--input", "32x32", "-o", "net.png").exit_code == 0


def test_a_layer_may_be_piped_in(here):
    assert run("-", text="  nn.Conv1d(1, 1,\n   3)\n").exit_code == 0
    assert Path("conv1d.gif").exists()


def test_wrong_usage(here):
    assert run("nn.MaxPool2d(2)", "--input", "axb").exit_code == 2
    assert run("nn.MaxPool2d(2)", "-o", "x.bmp").exit_code == 2
    assert run().exit_code == 2
    assert list(here.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(here):
    Path("file").touch()
    result = run("nn.MaxPool2d(2)", "-o", "file/x.gif")
    assert result.exit_code == 1
    assert "[output]" in result.stderr
    assert "drew" not in result.stderr


# how long it runs


@pytest.mark.parametrize(("text", "shape"), [
    ("nn.Conv2d(1, 1, 3)", "5x5"), ("nn.Conv2d(3, 8, 3, stride=2, padding=1)", "32x32"),
    ("nn.Conv2d(3, 64, 7, stride=2, padding=3)", "224x224"), ("DepthwiseConv2D(3)", "3x12x12"),
])  # fmt: skip
def test_a_large_layer_takes_no_longer_than_an_explanation(text, shape):
    drawn = conv_anim.pipeline.scene(spec(text, shape))
    assert len(drawn.frames) <= 150
    assert sum(drawn.time(k) for k in range(len(drawn.frames))) <= 15_000


def test_what_is_left_out_is_told(here):
    assert "shown" not in run("nn.Conv2d(1, 1, 3)", "--input", "5x5").stderr
    told = run("nn.Conv2d(1, 1, 3)", "--input", "64x64").stderr
    shown = len(conv_anim.pipeline.scene(spec("nn.Conv2d(1, 1, 3)", "64x64")).rests)
    assert f"note: conv2d: {shown} of 3,844 outputs are shown; --set animation.every=1 shows all of them" in told
    every = run("nn.Conv2d(1, 1, 3)", "--input", "16x16", "--set", "animation.every=1")
    assert "shown" not in every.stderr
    with Image.open("conv2d.gif") as image:
        assert image.n_frames == 14 * 14


# mistakes


def test_a_misspelt_argument_is_told_in_its_place():
    assert refused("nn.Conv2d(3, 8, kernal_size=3, paddding=1)") == (
        "layer:1:17: error: nn.Conv2d has no key 'kernal_size' [unknown-key]\n"
        "  1 | nn.Conv2d(3, 8, kernal_size=3, paddding=1)\n"
        "    |                 ^^^^^^^^^^^\n"
        "  hint: did you mean 'kernel_size'? known here: in_channels, out_channels, kernel_size, stride, padding, "
        "dilation, groups, bias, padding_mode, device, dtype\n"
        "layer:1:32: error: nn.Conv2d has no key 'paddding' [unknown-key]\n"
        "  1 | nn.Conv2d(3, 8, kernal_size=3, paddding=1)\n"
        "    |                                ^^^^^^^^\n"
        "  hint: did you mean 'padding'? known here: in_channels, out_channels, kernel_size, stride, padding, "
        "dilation, groups, bias, padding_mode, device, dtype"
    )


@pytest.mark.parametrize(("text", "place", "message"), [
    ("", "1:1", "there is no layer [empty]"),
    ("nn.Conv2d(1, 1, 3", "1:10", "this is not Python: '(' was never closed [syntax]"),
    ("nn.Conv2d(1, 1, 3) nn.ReLU()", "1:20", "this is not Python"),
    ("nn.ReLU(); nn.ReLU()", "1:1", "this is more than one layer [syntax]"),
    ("import os", "1:1", "there is no layer here: no class with layers in its __init__, and no layer"),
    ("x = 1\nclass A: pass", "1:1", "there is no layer here: no class with layers in its __init__, and no layer"),
    ("x", "1:1", "this is not a layer: it calls nothing [syntax]"),
    ("(lambda: 1)()", "1:1", "this is not a layer: what it calls has no name [syntax]"),
    ("nn.Conv2d(1, 1, 3).fuse()", "1:1", "this is not a layer: the method 'fuse' is called on it"),
    ("nn.Conv2d(1, 1, k)", "1:17", "'kernel_size' is 'k', which is not a plain value"),
    ("nn.Conv2d(1, 1, 2 * k)", "1:17", "'kernel_size' is '2 * k', which is not a plain value"),
    ("nn.Conv2d(1, 1, 1 // 0)", "1:17", "'kernel_size' is '1 // 0', which is not a plain value"),
    ("nn.Conv2d(1, 1, 10**9)", "1:17", "from 1 to 1,000,000"),
    ("nn.Conv2d(1, 1, 10**99**99)", "1:17", "'kernel_size' is '10**99**99', which is not a plain value"),
    ("snt.Conv2D(2, 3)", "1:1", "'snt.Conv2D' is Sonnet's: read are the layers of PyTorch, Keras, JAX, Flax NNX, "),
    ("linen.Conv(2, (3, 3))", "1:1", "'linen.Conv' is Flax Linen's: read are the layers of"),
    ("torchvision.ops.Permute((0, 1))", "1:1", "no layer is known as 'torchvision.ops.Permute' [unknown-name]"),
    ("torchvision.models.resnet18()", "1:1", "torchvision has no layers in 'torchvision.models'"),
    ("common.Conv2d(3, 8, 3)", "1:1", "'common' is not a known library"),
    ("torch.Conv2d(1, 1, 3)", "1:1", "PyTorch has no layers in 'torch'"),
    ("keras.Conv2D(1, 3)", "1:1", "did you mean 'keras.layers.Conv2D'?"),
    ("nn.MaxPool2d(3, 1, 2, dilation=2)", "1:20", "at most half of kernel_size, 1, whatever its dilation; this is 2"),
    ("nn.Upsample(scale_factor=2, align_corners=False)", "1:43", "align_corners only with an interpolating mode"),
    ("nn.Upsample(size=4, recompute_scale_factor=True)", "1:44", "recomputes a scale_factor, and there is none here"),
    ("nn.Conv2d(1, 1, (3, k))", "1:21", "'kernel_size' is 'k', which is not a plain value"),
    ("nn.Conv2d(1, 1, f'{3}')", "1:17", "which is not a plain value"),
    ("nn.Conv2d(*sizes)", "1:11", "'in_channels' is '*sizes', which is not a plain value"),
    ("nn.Conv2d(1, 1, 3, **more)", "1:20", "nn.Conv2d has no key '**'"),
    ("nn.Conv2d(1, 1)", "1:1", "nn.Conv2d needs the key 'kernel_size' [missing-key]"),
    ("nn.Conv2d(1, 1, 3, kernel_size=3)", "1:20", "nn.Conv2d is given 'kernel_size' twice [duplicate-key]"),
    ("nn.PixelShuffle(2, 3)", "1:20", "nn.PixelShuffle takes at most 1 argument; this is number 2 [unknown-key]"),
    ("nn.Conv2d(1, 1, 'three')", "1:17", "'kernel_size' must be a whole number"),
    ("nn.Conv2d(1, 1, 3, -1)", "1:20", "'stride' must be a whole number from 1"),
    ("nn.Conv2d(1, 1, 3, padding='full')", "1:28", "'padding' does not know the name 'full' [unknown-name]"),
    ("nn.Conv2d(1, 1, 3, padding=(1, 1, 1))", "1:28", "'padding' has 3"),
    ("nn.Conv2d(1, 1, 3, 2, padding='same')", "1:31", "PyTorch has padding 'same' only with stride 1 [padding]"),
    ("nn.Conv2d(3, 4, 3, groups=2)", "1:27", "2 groups do not divide the 3 input channels evenly [groups]"),
    ("nn.Conv2d(1, 1, 3, bias=2)", "1:25", "'bias' must be true or false"),
    ("nn.conv2d(1, 1, 3)", "1:1", "no layer is known as 'nn.conv2d' [unknown-name]"),
    ("nn.LSTM(3, 4)", "1:1", "nn.LSTM is not drawn: it keeps a state from step to step, and no window slides over its"),
    ("nn.ReLU()", "1:1", "no sliding window here, and nothing that moves cells: nothing to draw [unsupported]"),
    ("nn.Linear(3, 8)", "1:1", "hint: drawn are convolutions, pools,"),
    ("nn.Sequential()", "1:1", "nothing to draw [unsupported]"),
    ("nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(3, 2, 3))", "1:45", "is 3, but the layer before it makes 2"),
    ("nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv1d(2, 2, 3))", "1:35", "along 1 axis, and what enters has 2"),
    ("nn.Sequential(nn.Conv2d(1, 2, 3), model)", "1:35", "a layer is 'model', which is not a plain value"),
    ("nn.AvgPool2d(2, divisor_override=3)", "1:34", "'divisor_override' is not drawn"),
    ("nn.LPPool2d(2, 2, ceil_mode=True)", "1:29", "not a norm where the last window hangs over"),
    ("UpSampling2D(interpolation='bicubic')", "1:28", "Keras's bicubic interpolation is not drawn [unsupported]"),
    ("Conv2D(8, 3, paddin='same')", "1:14", "Conv2D has no key 'paddin' [unknown-key]"),
    ("Conv2D(8, 3, padding='causal')", "1:22", "'padding' does not know the name 'causal'"),
    ("nn.Conv2d(3, 8, 'é', stirde=1)", "1:22", "nn.Conv2d has no key 'stirde'"),
    ("nn.Conv2d(1, 1, 99999999999999999999)", "1:17", "which is not a plain value"),
    ("nn.Conv2d(1, 1,\n    kernel=3)", "2:5", "nn.Conv2d has no key 'kernel' [unknown-key]"),
])  # fmt: skip
def test_mistakes_are_told_with_their_place(text, place, message):
    said_ = refused(text)
    assert f"layer:{place}: error: " in said_
    assert message in said_


def test_an_adaptive_pool_is_a_pool_where_its_windows_are_equal():
    """Of PyTorch's definition: output i of o reads the cells from ⌊i·n/o⌋ to ⌈(i + 1)·n/o⌉ − 1."""
    even = spec("nn.AdaptiveAvgPool2d((3, 3))", "7x7").layers[0]
    assert (even.type, even.kernel_size, even.stride) == ("avg_pool", (3, 3), (2, 2))
    assert spec("nn.AdaptiveAvgPool2d(4)", "7x7").layers[0].type == "adaptive_avg_pool"
    assert spec("nn.AdaptiveAvgPool2d(4)", "5x5").layers[0].stride == (1, 1)
    assert spec("nn.AdaptiveAvgPool2d(4)", "8x8").layers[0].kernel_size == (2, 2)
    assert spec("nn.AdaptiveMaxPool2d(4)", "2x6").layers[0].type == "adaptive_max_pool"


@pytest.mark.parametrize(("text", "shape", "message"), [
    ("nn.Conv2d(3, 8, 3)", "32x32x3", "hint: channels come first: 3x32x32"),
    ("nn.Conv2d(3, 8, 3)", "4x32x32", "nn.Conv2d takes 3 channels, and the input's shape says 4"),
    ("nn.Conv2d(3, 8, 3)", "32", "nn.Conv2d works along 2 axes, and the input's shape has 1 number [axes]"),
    ("nn.Conv1d(3, 8, 3)", "3x4x5", "CHANNELSxLENGTH"),
    ("nn.Conv2d(3, 8, 5)", "3x4", "the window does not fit: it takes 5 cells, the input has 3 (rows)"),
])  # fmt: skip
def test_an_input_that_does_not_fit_is_told(text, shape, message):
    assert message in refused(text, shape)


def test_nothing_is_run(tmp_path):
    target = tmp_path / "made"
    for text in (
        f"nn.Conv2d(1, 1, open({str(target)!r}, 'w'))",
        f"nn.Conv2d(1, 1, 3, device=open({str(target)!r}, 'w'))",
    ):
        with pytest.raises(SpecError) if "device" not in text else _nothing():
            spec(text)
    assert not target.exists()


def _nothing():
    from contextlib import nullcontext

    return nullcontext()


@pytest.mark.parametrize("text", [
    "nn.Conv2d(" * 5000, "(" * 300 + ")" * 300, "nn.Conv2d(1, 1, " + "-" * 5000 + "1)", "nn.Conv2d(\0)", "a" * 30_000,
    "nn.Sequential(" * 150 + "nn.Conv2d(1, 1, 3)" + ")" * 150, "x" + ".x" * 4000 + "()",
    "nn.Conv2d(1, 1, " + "9" * 5000 + ")",
    "nn.Conv2d(1, 1, 3)\n" * 500, "\ud800", "nn.Conv2d(1, 1, 1e999)", "nn.Conv2d(1, 1, '\\d')", "not " * 5000 + "x",
])  # fmt: skip
def test_hostile_text_is_refused_or_drawn(text):
    try:
        sketched(Source("layer", text), Feed())
    except SpecError as error:
        assert str(error)  # noqa: PT017  # it need not be one


@pytest.mark.parametrize(("text", "message"), [
    ("nn.Fold(3, 1, dilation=(3,))", "'dilation' has 1 number, but the input has 2 axes"),
    ("nn.Fold(4, (2,))", "'kernel_size' has 1 number, but the input has 2 axes"),
    ("nn.Fold(4, (2, 2, 2))", "'kernel_size' has 3 numbers, but the input has 2 axes"),
    ("nn.Fold(4, 2, padding=(1, 1, 1))", "'padding' has 3 entries, but the input has 2 axes"),
    ("nn.Fold((2, 2, 2), (1, 2, 2), 1)", "or two of them: rows and columns; this is a list of 3"),
    ("nn.Fold((4,), 2)", "or two of them: rows and columns; this is a list of 1"),
    ("F.fold(x, (4, 4, 4), 2)", "or two of them: rows and columns; this is a list of 3"),
    ("paddle.nn.Fold([4, 4, 4], 2)", "or two of them: rows and columns; this is a list of 3"),
    ("paddle.nn.Fold(4, [2, 2, 2])", "'kernel_sizes' has 3 numbers, but the input has 2 axes"),
])  # fmt: skip
def test_a_fold_has_two_axes(text, message):
    """So has PyTorch's, which expects an output_size of 2 numbers; columns were counted before that was checked."""
    assert message in refused(text)


SETTINGS = [
    (layer.keys, key.name)
    for library in TABLES.values()
    for layer in library.layers.values()
    for key in layer.keys.fields
]
ODD = [
    "()",
    "(1,)",
    "(1, 2)",
    "(1, 2, 3)",
    "(1, 2, 3, 4)",
    "[[1, 2]]",
    "[[1, 2], [3]]",
    "0",
    "-1",
    "None",
    "'a'",
    "1.5",
    "{}",
]


@given(st.sampled_from(SETTINGS), st.sampled_from(ODD))
def test_any_setting_of_any_layer_is_drawn_or_refused(setting, odd):
    keys, name = setting
    given_ = {key.name: "2" for key in keys.fields if key.required} | {name: odd}
    text = f"{keys.name}({', '.join(f'{key}={value}' for key, value in given_.items())})"
    try:
        drawing(text, Feed()).loaded()
    except SpecError as error:
        assert str(error)  # noqa: PT017  # it need not be one


WORDS = st.sampled_from([
    *(f"nn.{name}" for name in TORCH), *KERAS, "nn.Sequential", "(", ")", ",", "=", "3", "-1", "0", "(2, 3)", "True",
    "None", "kernel_size=", "stride=", "padding=", "groups=", "'same'", "'valid'", "2.5", "[", "]", "x", "*", "1e9",
    "input_shape=",
])  # fmt: skip


@given(st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=40))
def test_any_text_is_drawn_or_says_why_not(text):
    try:
        sketched(Source("layer", text.strip()), Feed())
    except SpecError as error:
        assert str(error)  # noqa: PT017  # it need not be one


CALLS = st.tuples(
    st.sampled_from([*TORCH, *KERAS]),
    st.lists(
        st.sampled_from(["1", "2", "3", "4", "(2, 3)", "(1, 1)", "None", "'same'", "True", "'nearest'"]),
        min_size=1,
        max_size=5,
    ),
).map(lambda drawn: f"{drawn[0]}({', '.join(drawn[1])})")


@given(CALLS, st.sampled_from([None, (5, 6), (4, 6, 6), (9,), (4, 4, 4, 4)]))
def test_any_call_is_drawn_or_says_why_not(text, shape):
    try:
        drawing(text, said(shape, None)).loaded()
    except SpecError as error:
        assert str(error)  # noqa: PT017  # it need not be one
