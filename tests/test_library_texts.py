"""Texts of Flax NNX and others: sizes by each library's own rules, and what is refused by name.

That the numbers are theirs is compared with the libraries themselves, in tests/test_libraries.py.
"""

from __future__ import annotations

import pytest

from conv_anim.diagnostics import Source, SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import said
from conv_anim.frameworks.tables import TABLES
from conv_anim.frameworks.text_network import network


def made(text, shape=None, channels=None):
    return drawing(text, said(shape, channels))


@pytest.mark.parametrize(("text", "shape", "size"), [
    ("nnx.Conv(1, 2, kernel_size=(3, 3), rngs=nnx.Rngs(0))", (5, 6), (5, 6)),  # SAME
    ("nnx.Conv(1, 2, 3, rngs=rngs)", (7,), (7,)),  # one number is one axis
    ("nnx.Conv(1, 2, (3, 3), 2, padding='VALID', rngs=rngs)", (7, 7), (3, 3)),
    ("nnx.ConvTranspose(1, 2, (3, 3), 2, rngs=rngs)", (4, 5), (8, 10)),
    ("nnx.ConvTranspose(1, 2, (3, 3), padding=1, rngs=rngs)", (4, 5), (4, 5)),  # a border of 1, not 1 taken off
    ("nnx.max_pool(x, (2, 2))", (5, 5), (4, 4)),  # strides are 1
    ("lax.conv_transpose(x, jnp.ones((3, 3, 1, 2)), (2, 2), 'SAME')", (4, 5), (8, 10)),  # rows, columns, in, out
    ("lax.conv_transpose(x, jnp.ones((2, 1, 2)), (3,), 'VALID')", (4,), (12,)),  # 3 * 3 + max(2, 3)
    ("lax.conv_transpose(x, jnp.ones((3, 1, 1)), (2,), [(1, 1)])", (4,), (7,)),  # a border: 7 + 2 - 2
    ("lax.reduce_window(x, -jnp.inf, lax.max, (1, 3, 3, 1), (1, 2, 2, 1), 'SAME')", (5, 6), (3, 3)),
    ("lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2), (1, 1, 1), [(0, 0), (0, 0), (1, 0)])", (5,), (5,)),
    ("keras.ops.max_pool(x, 2)", (6, 7), (3, 3)),  # strides are those of the window
    ("keras.ops.conv_transpose(x, np.ones((3, 3, 4, 1)), strides=2, padding='same')", (4, 5), (8, 10)),
    ("tf.nn.conv2d(x, tf.ones([3, 3, 1, 4]), [1, 2, 2, 1], 'SAME')", (5, 6), (3, 3)),
    ("tf.nn.conv2d(x, tf.ones([3, 3, 1, 4]), [1, 1, 2, 1], 'VALID', data_format='NCHW')", (7, 7), (3, 5)),
    ("tf.nn.conv1d(x, tf.ones([2, 1, 4]), stride=3, padding='VALID')", (8,), (3,)),
    ("tf.nn.max_pool2d(x, [1, 2, 2, 1], [1, 2, 2, 1], 'SAME')", (5, 6), (3, 3)),
    ("tf.nn.relu(tf.nn.avg_pool(x, 2, 1, 'VALID'))", (5, 6), (4, 5)),
    ("layers.Conv2D(4, 3, strides=2, padding='SAME')", (5, 6), (3, 3)),  # TensorFlow's spelling, which Keras takes
    ("eqx.nn.AvgPool1d(2)", (6,), (5,)),
    ("eqx.nn.MaxPool2d(2)", (5, 5), (4, 4)),
    ("eqx.nn.MaxPool2d(2, 2, use_ceil=True)", (5, 5), (3, 3)),
    ("eqx.nn.ConvTranspose2d(1, 1, 3, 2, 1, key=k)", (3, 3), (8, 8)),  # the fifth is output_padding
    ("eqx.nn.ConvTranspose(2, 1, 1, 3, 2, 1, key=k)", (3, 3), (5, 5)),  # and here padding
    ("eqx.nn.AdaptiveMaxPool2d(3)", (6, 9), (3, 3)),
    ("hk.Conv2D(4, 3)", (5, 5), (5, 5)),
    ("hk.Conv2D(4, 3, padding=(2, 1))", (5, 5), (6, 6)),  # before and after each axis
    ("hk.Conv1D(4, 3, padding=hk.pad.causal)", (5,), (5,)),
    ("hk.Conv2DTranspose(2, 3, stride=2)", (3, 4), (6, 8)),
    ("hk.MaxPool((2, 2, 1), 2, 'VALID')", (6, 6), (3, 3)),
    ("paddle.nn.Conv2D(1, 2, 3, padding='SAME', dilation=2)", (7, 7), (7, 7)),
    ("paddle.nn.Conv1DTranspose(2, 2, 3, 2, 0, 0, 2)", (4,), (9,)),  # the seventh is groups
    ("paddle.nn.Conv2DTranspose(1, 2, 3, 2, 0, 0, 2)", (4, 4), (11, 11)),  # and here dilation
    ("paddle.nn.MaxPool2D(2, ceil_mode=True)", (5, 5), (3, 3)),
    ("paddle.nn.LPPool2D(2, 2, ceil_mode=True)", (5, 5), (3, 3)),
    ("paddle.nn.Unfold([2, 3], 2, 1)", (5, 6), (20,)),  # the second is dilations: (5 + 2 - 2) * (6 + 2 - 4)
    ("paddle.nn.Unfold([2, 3], paddings=[1, 2, 0, 0])", (4, 5), (20,)),  # top, left: 4 * 5
    ("paddle.nn.functional.conv2d(x, paddle.ones([2, 1, 3, 3]), None, 2, 1)", (5, 6), (3, 3)),
    ("paddle.nn.functional.conv2d_transpose(x, paddle.ones([1, 2, 3, 3]), stride=2)", (4, 5), (9, 11)),
    ("mx.conv2d(x, mx.zeros((2, 3, 2, 1)), 2)", (5, 6), (2, 3)),  # outputs, rows, columns, inputs
    ("mx.conv_transpose1d(x, mx.zeros((2, 3, 1)), 2)", (4,), (9,)),
    ("mlx.nn.ConvTranspose2d(1, 2, 3, 2, 0, 2)", (4, 4), (11, 11)),  # the sixth is dilation
    ("mlx.nn.ConvTranspose1d(1, 1, 2, stride=2, padding=2)", (4,), (2,)),  # taken off the input
    ("tinygrad.nn.Conv2d(1, 1, (3, 3, 3))", (4, 4, 4), (2, 2, 2)),
    ("tinygrad.nn.Conv2d(1, 1, 3, padding=(1, 0, 0, 2))", (5, 5), (5, 4)),  # left, right, top, bottom
    ("Tensor.max_pool2d(x)", (6, 4), (3, 2)),
    ("lambda x: x.avg_pool2d((2, 2), stride=1)", (3, 3), (2, 2)),
])  # fmt: skip
def test_sizes_are_those_of_the_library(text, shape, size):
    channels = 2 if text.startswith("paddle.nn.Conv1DT") else 1
    assert made(text, (channels, *shape)).loaded().spec.layers[-1].ends.out_size == size


@pytest.mark.parametrize(("text", "shape", "message"), [
    ("nnx.Conv(1, 2, (3, 3), 1, 'SAME', rngs=r)", (5, 5), "at most 4 arguments without a name; this is number 5"),
    ("nnx.Conv(1, 2, (3, 3), mask=m, rngs=r)", (5, 5), "'mask' changes numbers in a way that is not drawn"),
    ("nnx.Conv(1, 2, (3, 3), input_dilation=2, rngs=r)", (5, 5), "only where nothing is put between the input's cells"),
    ("nnx.ConvTranspose(1, 2, (3,), padding='CIRCULAR', rngs=r)", (5,), "CIRCULAR padding of a transposed convolution"),
    ("nnx.max_pool(x, 2)", (5,), "Flax takes 'window_shape' as a tuple"),
    ("nnx.min_pool(x, (2, 2))", (5, 5), "Flax's min_pool is not drawn"),
    ("lax.conv_transpose(x, jnp.ones((3, 1, 1)), (2,), 'VALID', transpose_kernel=True)", (5,), "'transpose_kernel'"),
    ("lax.conv_transpose(x, jnp.ones((3, 2, 1)), (2,), 'SAME')", (5,), "takes 2 channels, and the input's shape"),
    ("lax.reduce_window(x, 0., lax.add, (2, 2), (2, 2), 'VALID')", (5, 5), "is drawn with lax.max"),
    ("lax.reduce_window(x, -1, lax.max, (2,), (2,), 'VALID', window_dilation=(2,))", (5,), "with a window_dilation"),
    ("tf.nn.conv2d(x, w, 1, [[0, 0], [1, 1], [1, 1], [0, 0]])", (5, 5), "drawn with 'SAME' and 'VALID'"),
    ("tf.nn.max_pool2d(x, 2, [2, 2, 2, 1], 'SAME')", (5, 5), "moves along the batch or the channels"),
    ("tf.nn.conv2d(x, tf.ones([3, 3, 2, 4]), 1, 'SAME')", (5, 5), "takes 2 channels, and the input's shape says 1"),
    ("tf.nn.conv2d_transpose(x, w, [1, 8, 8, 1], 2)", (5, 5), "which of several sizes comes out"),
    ("keras.ops.separable_conv(x, np.ones((3, 3, 1, 2)), np.ones((1, 1, 3, 4)))", (5, 5), "must be 1x1x2 by its"),
    ("keras.ops.conv(x, w, 1, 'same', 'channels_last', 2, 3)", (5, 5), "at most 6 arguments; this is number 7"),
    ("paddle.nn.functional.conv2(x, w)", (5, 5), "did you mean 'paddle.nn.functional.conv2d'?"),
    ("eqx.nn.Conv2D(1, 1, 3)", (5, 5), "did you mean 'eqx.nn.Conv2d'?"),
    ("eqx.Conv2d(1, 1, 3)", (5, 5), "Equinox has no layers in 'equinox'"),
    ("eqx.nn.AdaptiveAvgPool1d(3)", (7,), "Equinox cuts 7 cells into 1 of 3 and 2 of 2"),
    ("eqx.nn.ConvTranspose1d(1, 1, 3, 2, 2, key=k)", (5,), "an output_padding that is less than the stride, here 2"),
    ("hk.MaxPool((2, 2), (2, 2), 'SAME')", (6, 6), "so (2, 2) goes across channels or batches, which is not drawn"),
    ("hk.Conv2DTranspose(1, 3, 2, (9, 8))", (4, 4), "Haiku makes an output of 9 cells of 5 with this kernel"),
    ("paddle.nn.Conv2D(1, 1, 3, 1, 1, 1, 1, 'reflect')", (5, 5), "at most 7 arguments without a name"),
    ("paddle.nn.AvgPool2D(2, divisor_override=3)", (4, 4), "'divisor_override' changes numbers"),
    ("paddle.nn.Fold([4, 5], [1, 1], 1, [1, 0, 0, 0])", (24,), "a fold with other padding before than after"),
    ("paddle.nn.Unfold(2, paddings=[1, 1, 1])", (4, 4), "'paddings' are 2 or 4 numbers, and here are 3"),
    ("paddle.nn.PixelShuffle(2, data_format='NHWC')", (4, 4), "'data_format' changes numbers"),
    ("mlx.nn.Conv1d(1, 1, (3,))", (5,), "'kernel_size' must be a whole number"),
    ("mlx.nn.Upsample(1.5)", (4, 4), "rounds halves to even cells"),
    ("tinygrad.nn.Conv2d(1, 1, 3, (1, 1), 'same')", (5, 5), "only with a stride that is the number 1"),
    ("tinygrad.nn.ConvTranspose3d(1, 1, 3)", (5, 5, 5), "no layer is known as 'tinygrad.nn.ConvTranspose3d'"),
    ("nn.ZeroPad2d(0)", (5, 5), "nn.ZeroPad2d pads nothing here"),
])  # fmt: skip
def test_what_is_not_drawn_is_refused_by_name(text, shape, message):
    channels = 4 if "Shuffle" in text else 1
    with pytest.raises(SpecError) as caught:
        made(text, (channels, *shape))
    assert message in str(caught.value)


def test_of_a_separable_function_both_kernels_are_said():
    drawn = made("tf.nn.separable_conv2d(x, a, b, [1, 1, 1, 1], 'SAME')", (1, 5, 5))
    assert "the depthwise kernel is taken for one of 3x3x1x1" in drawn.notes[0]
    assert "the pointwise kernel is taken for one of 1x1x1x1" in drawn.notes[0]
    known = made("keras.ops.separable_conv(x, np.ones((3, 3, 1, 2)), np.ones((1, 1, 2, 4)))", (1, 5, 5))
    assert known.loaded().spec.layers[-1].ends.out_channels == 4
    assert not any("taken for" in note for note in known.notes)


def test_functions_stand_between_layers():
    text = (
        "nnx.Sequential(nnx.Conv(1, 2, (3, 3), rngs=r), nnx.relu, jax.nn.gelu, nnx.Dropout(0.1),"
        " partial(nnx.avg_pool, window_shape=(2, 2), strides=(2, 2)), lambda x: nnx.max_pool(x, (2, 2)),"
        " nnx.Linear(2, 3, rngs=r))"
    )
    drawn = made(text, (6, 6))
    assert [layer.type for layer in drawn.loaded().spec.layers] == ["conv", "avg_pool", "max_pool"]
    assert drawn.notes[:2] == (
        "nnx.relu is not drawn: it moves nothing", "jax.nn.gelu is not drawn: it moves nothing",
    )  # fmt: skip


@pytest.mark.parametrize("text", [
    "eqx.nn.Sequential([eqx.nn.Conv2d(1, 2, 3, key=k), eqx.nn.Lambda(jax.nn.relu), eqx.nn.MaxPool2d(2, 2)])",
    "hk.Sequential([hk.Conv2D(2, 3, padding='VALID'), jax.nn.relu, hk.MaxPool(2, 2, 'VALID'), hk.Flatten()])",
    "mlx.nn.Sequential(mlx.nn.Conv2d(1, 2, 3), mlx.nn.ReLU(), mlx.nn.relu, mlx.nn.MaxPool2d(2))",
    "paddle.nn.Sequential(paddle.nn.Conv2D(1, 2, 3), paddle.nn.ReLU(), paddle.nn.MaxPool2D(2, 2))",
    "[tinygrad.nn.Conv2d(1, 2, 3), Tensor.relu, Tensor.max_pool2d, lambda x: x.flatten(1)]",
])  # fmt: skip
def test_networks_of_each_library(text):
    assert [layer.type for layer in made(text, (6, 6)).loaded().spec.layers] == ["conv", "max_pool"]


def test_a_kernel_that_is_not_flipped_is_told():
    turned = "the kernel is drawn turned round, as a transposed convolution has it"
    for text in (
        "nnx.ConvTranspose(1, 1, (3,), rngs=r)",
        "eqx.nn.ConvTranspose1d(1, 1, 3)",
        "hk.Conv1DTranspose(1, 3)",
    ):
        assert turned in made(text, (4,)).notes
    for text in ("nnx.ConvTranspose(1, 1, (3,), transpose_kernel=True, rngs=r)", "mlx.nn.ConvTranspose1d(1, 1, 3)"):
        assert turned not in made(text, (4,)).notes


def test_a_file_says_which_library_its_names_are_of():
    text = "from tinygrad import Tensor, nn\nlayer = nn.Conv2d(1, 1, (3, 3, 3))\n"
    assert made(text, (4, 4, 4)).loaded().spec.layers[0].ends.out_size == (2, 2, 2)
    text = "import mlx.nn as nn\nlayer = nn.ConvTranspose1d(1, 1, 2, stride=2, padding=2)\n"
    assert [layer.type for layer in made(text, (1, 4)).loaded().spec.layers] == ["crop", "conv_transpose"]


@pytest.mark.parametrize("library", [name for name, table in TABLES.items() if table.layers])
def test_no_name_is_known_twice(library):
    table = TABLES[library]
    names = [*table.layers, *table.pointwise, *table.harmless, *table.beyond]
    assert len(set(names)) == len(names)


def test_a_list_of_layers_in_a_class(tmp_path):
    text = """
import equinox as eqx
import jax

class Net(eqx.Module):
    layers: list

    def __init__(self, key):
        self.layers = [eqx.nn.Conv2d(1, 3, 4, key=key), jax.nn.relu, eqx.nn.MaxPool2d(2), eqx.nn.Linear(3, 2, key=key)]
"""
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    drawn = made(str(tmp_path / "net.py"), (1, 8, 8))
    assert [layer.ends.out_size for layer in drawn.loaded().spec.layers] == [(5, 5), (4, 4)]


@pytest.mark.parametrize(("text", "shape"), [
    ("nnx.Sequential(nnx.Conv(3, 8, (3, 3), rngs=r), nnx.Linear(8, 10, rngs=r))", (1, 10, 6, 6)),
    ("keras.Sequential([keras.layers.Conv2D(8, 3, padding='same'), keras.layers.Dense(10)])", (1, 10, 6, 6)),
    ("nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.Linear(6, 10))", (1, 8, 6, 10)),
])  # fmt: skip
def test_a_linear_layer_mixes_the_channels_where_these_are_last(text, shape):
    found = network(Source("layer", text), said((3, 6, 6), None))
    assert found.nodes[-1].shape == shape


def test_a_fold_of_paddle_is_put_back_together():
    drawn = made("paddle.nn.Fold([4, 5], 2)", None)
    (op,) = drawn.loaded().spec.layers
    assert (op.ends.in_channels, op.ends.in_size, op.ends.out_size) == (4, (12,), (4, 5))  # 3 * 4 windows of 2 * 2
    pooled = made("paddle.nn.Sequential(paddle.nn.MaxPool2D(2), paddle.nn.MaxUnPool2D(2))", (1, 6, 6))
    assert [(op.type, op.ends.out_size) for op in pooled.loaded().spec.layers] == [
        ("max_pool", (3, 3)),
        ("max_unpool", (6, 6)),
    ]
