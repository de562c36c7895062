"""Files of Python as people have them: models that are filled, chained, imported by other names, made in loops."""

from __future__ import annotations

import pytest

from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import Feed

FILLED = """
from tensorflow.keras import layers, models
model = models.Sequential()
model.add(layers.Conv2D(4, (3, 3), input_shape=(12, 12, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(8, (3, 3)))
"""
FROM_A_LIST = """
import keras
from keras.layers import Conv2D, MaxPooling2D
model = keras.Sequential([keras.Input((12, 12, 1)), Conv2D(4, 3)])
model.add(MaxPooling2D(2))
"""
OF_PYTORCH = """
from torch import nn
model = nn.Sequential()
model.add_module("first", nn.Conv2d(1, 2, 3))
model.append(nn.MaxPool2d(2))
"""
CHAINED = """
inputs = keras.Input(shape=(16, 16, 3))
x = layers.Conv2D(8, 3)(inputs)
x = layers.MaxPooling2D(2)(x)
outputs = layers.Conv2D(4, 3)(x)
"""
BRANCHING = """
inputs = keras.Input(shape=(16, 16, 3))
a = layers.Conv2D(8, 3, padding="same")(inputs)
b = layers.Conv2D(8, 1)(inputs)
c = layers.MaxPooling2D(2)(layers.Add()([a, b]))
"""
OUT_OF_A_CLASS = """
self.conv1 = nn.Conv2d(1, 4, 3)
self.pool = nn.MaxPool2d(2)
self.conv2 = nn.Conv2d(4, 2, 3)
"""
RENAMED = """
from torch.nn import Conv2d as C, Module
class Net(Module):
    def __init__(self):
        super().__init__()
        k = 3
        self.c1 = C(1, 2, k)
        self.c2 = C(2, 4, kernel_size=k, bias=False)
"""
REPEATED = """
from torch import nn
class Net(nn.Module):
    def __init__(self, depth=2, n=4):
        super().__init__()
        self.stem = nn.Conv2d(1, n, 3)
        self.body = nn.Sequential(*[nn.Conv2d(n * 2**i, n * 2 ** (i + 1), 3) for i in range(depth)])
        self.more = nn.ModuleList(nn.MaxPool2d(2) for _ in range(1))
        self.rest = nn.Sequential(*made(n))
"""


def layers(text, feed=None):
    made = drawing(text, feed or Feed())
    return [(op.type, op.ends.out_channels) for op in made.loaded().spec.layers], made.notes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (FILLED, [("conv", 4), ("max_pool", 4), ("conv", 8)]),
        (FROM_A_LIST, [("conv", 4), ("max_pool", 4)]),
        (OF_PYTORCH, [("conv", 2), ("max_pool", 2)]),
        (CHAINED, [("conv", 8), ("max_pool", 8), ("conv", 4)]),
        (OUT_OF_A_CLASS, [("conv", 4), ("max_pool", 4), ("conv", 2)]),
        (RENAMED, [("conv", 2), ("conv", 4)]),
        (REPEATED, [("conv", 4), ("conv", 8), ("conv", 16), ("max_pool", 16)]),
        ("nn.Sequential(*[nn.Conv2d(1, 1, 3) for _ in range(3)])", [("conv", 1)] * 3),
        ("nn.Sequential(*(nn.Conv2d(1, 1, 3), nn.MaxPool2d(2)))", [("conv", 1), ("max_pool", 1)]),
    ],
)
def test_layers_are_found_in_their_order(text, expected):
    assert layers(text)[0] == expected


def test_the_input_is_the_files():
    assert drawing(CHAINED, Feed()).loaded().spec.input.size == (16, 16)
    assert drawing(FILLED, Feed()).loaded().spec.input.size == (12, 12)


def test_what_a_list_does_not_show_is_told():
    assert "which of them feed which is not drawn" in layers(BRANCHING)[1][0]
    assert "which is" not in "".join(layers(CHAINED)[1])
    assert "*made(n) is not drawn: it is not a known layer" in layers(REPEATED)[1]


@pytest.mark.parametrize(
    "text",
    [
        "nn.Sequential(*[nn.Conv2d(1, 1, 3) for _ in range(10**9)])",
        "nn.Sequential(*[[[nn.ReLU() for _ in range(99)] for _ in range(99)] for _ in range(99)])",
        "nn.Sequential(*[nn.Conv2d(1, 1, 3) for _ in names])",
        "nn.Sequential(*[nn.Conv2d(1, 1, 3) for _ in range(3) if _])",
    ],
)
def test_loops_that_are_long_or_do_other_things_are_refused(text):
    with pytest.raises(SpecError, match="the text is read, never run"):
        drawing(text, Feed())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("F.max_pool2d(F.relu(self.conv1(x)), 2)", "the text does not say what 'self.conv1' is"),
        ("mx.gluon.nn.Conv2D(2, 3)", "is MXNet's"),
        ("mx.sym.Convolution(x)", "is MXNet's"),
    ],
)
def test_whose_a_name_is(text, said):
    with pytest.raises(SpecError, match=said):
        drawing(text, Feed())


@pytest.mark.parametrize(("said", "bias"), [("'ones'", 1), ("'zeros'", 0), ("'Ones'", 1)])
def test_biases_begin_as_a_layer_of_keras_says(said, bias):
    spec = drawing(f"Conv2D(2, 3, bias_initializer={said})", Feed()).loaded().spec
    assert spec.layers[0].bias == (bias, bias)
