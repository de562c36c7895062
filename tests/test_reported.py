"""Inputs that were reported to fail, with what is right; each stands for a kind, which other tests go through.

The numbers were computed by the library that is named: torch 2.13.0, keras 3.15.1, onnxruntime 1.32.0.
"""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

import conv_anim
from conv_anim.cli import main
from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import Feed, said, shape_of
from tests.frameworks import needed

# texts


def spec(text, shape=None, changes=()):
    return drawing(text, said(None if shape is None else shape_of(shape), None)).loaded(changes).spec


def output(text, shape, values="arange"):
    return conv_anim.trace(spec(text, shape, [f"input.values={values}"])).output


def refused(text, shape=None, changes=()):
    with pytest.raises(SpecError) as caught:
        spec(text, shape, changes)
    return str(caught.value)


def test_a_recomputed_scale_factor():
    """torch: the size is rounded down, and the factor computed anew from it."""
    made = output('nn.Upsample(scale_factor=1.7, mode="bilinear", recompute_scale_factor=True)', "5x5")
    assert made[0, 0].tolist() == [0, 0.4375, 1.0625, 1.6875, 2.3125, 2.9375, 3.5625, 4]


def test_a_pool_of_another_library():
    """Equinox's AvgPool1d has a stride of 1."""
    assert spec("eqx.nn.AvgPool1d(2)", "2x6").layers[0].ends.out_size == (5,)


def test_what_keras_refuses():
    """keras: strides > 1 not supported in conjunction with dilation_rate > 1."""
    told = refused("Conv2D(2, 3, strides=2, dilation_rate=2)", "2x9x9")
    assert "Keras has no convolution with strides above 1 and a dilation_rate above 1" in told
    assert "Keras takes an output_padding that is less than the strides" in refused(
        "Conv2DTranspose(2, 3, output_padding=1)"
    )


def test_what_pytorch_refuses():
    """torch: pad should be at most half of effective kernel size, which is kernel_size."""
    told = refused("nn.MaxPool2d(3, 1, 2, dilation=2)", "8x8")
    assert "at most half of kernel_size, 1, whatever its dilation; this is 2" in told


POOL = "input: {size: [8, 8]}\nlayer: {type: max_pool, kernel_size: 3, stride: 1, padding: 2, dilation: 2}\n"


@pytest.mark.frameworks
def test_the_program_of_a_pool_that_pytorch_pads_less(tmp_path):
    """It pads by itself, as the spec says."""
    torch = needed("torch")
    (tmp_path / "pool.yaml").write_text(POOL, encoding="utf-8")
    result = CliRunner().invoke(main, ["code", str(tmp_path / "pool.yaml"), "--framework", "torch"])
    names = {}
    exec(result.stdout, names)
    torch.set_default_dtype(torch.float32)
    theirs = names["y"][0].numpy()
    assert np.array_equal(theirs, conv_anim.trace(conv_anim.load(tmp_path / "pool.yaml")).output)


def test_a_dilated_transposed_convolution_of_keras():
    """keras: 8x8 from 4x4, at stride 1."""
    made = spec("Conv2DTranspose(2, 3, dilation_rate=2)", "2x4x4")
    assert made.layers[0].ends.out_size == (8, 8)
    told = CliRunner().invoke(
        main,
        ["code", "-", "--framework", "keras"],
        input=drawing("Conv2DTranspose(2, 3, dilation_rate=2)", Feed((2, 4, 4))).yaml(),
    )
    assert "dilation_rate=2" in told.stdout


def test_padding_as_a_layer_of_its_own():
    """torch and keras: the zeros take part in the maximum."""
    minus = spec(
        "nn.Sequential(nn.ZeroPad2d((0,1,0,1)), nn.MaxPool2d(2, 1))",
        "6x6",
        ["input.values={random: {low: -1, high: -1}}"],
    )
    made = conv_anim.trace(minus).output[0]
    assert made.shape == (6, 6)
    assert (made[:5, :5] == -1).all()
    assert not made[5].any()
    assert not made[:, 5].any()
    assert spec("Sequential([ZeroPadding2D(1), MaxPooling2D(3, strides=2)])", "6x6").layers[-1].ends.out_size == (3, 3)


def test_an_adaptive_pool():
    """torch: AvgPool2d(3, 2)."""
    assert output("nn.AdaptiveAvgPool2d((3, 3))", "7x7")[0].tolist() == [[8, 10, 12], [22, 24, 26], [36, 38, 40]]


def test_a_norm_of_negative_numbers_on_every_road():
    """torch: nan, 2.08."""
    told = refused("nn.LPPool1d(3, 2)", "4", ["input.values=[-1,-2,1,2]"])
    assert "not a norm of negative numbers unless norm_type is even" in told
    assert spec("nn.LPPool1d(3, 2)", "4", ["input.values=[1,2,1,2]"]).layers[0].norm_type == 3
    assert spec("nn.LPPool1d(2, 2)", "4", ["input.values=[-1,-2,1,2]"])


FORUM = """model_cnn = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(),
    nn.Conv2d(4, 4, 3, padding=1, stride=2), nn.ReLU(),
    nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(),
    nn.Conv2d(8, 8, 3, padding=1, stride=2), nn.ReLU(),
    Flatten(),
    nn.Linear(7*7*8, 100), nn.ReLU(), nn.Linear(100, 10)).to(device)"""
"""https://discuss.pytorch.org/t/118621"""


def test_a_model_that_is_moved_to_a_device():
    assert [op.ends.out_size for op in spec(FORUM, "28x28").layers] == [(28, 28), (14, 14), (14, 14), (7, 7)]


def test_no_name_is_invented():
    assert spec("F.conv2d(x, w, padding=1)").layers[0].padding == ((1, 1), (1, 1))
    for text in ("torchvision.ops.RoIAlign(3, 1.0, 2)", "F.conv2D(x, w)", "torch.Conv2d(1, 1, 3)", "nn.conv2d(1, 1)"):
        told = refused(text)
        assert "'F.Conv2d'" not in told
        assert "torchvision.ops.Conv2d" not in told
    assert "did you mean 'F.conv2d'?" in refused("F.conv2D(x, w)")
    assert "did you mean 'torch.nn.Conv2d'?" in refused("torch.Conv2d(1, 1, 3)")


@pytest.mark.frameworks
def test_what_is_suggested_exists():
    torch = needed("torch")
    for text in ("nn.Conv2D(1, 1, 3)", "F.max_pool(x, 2)", "torch.nn.MaxPol2d(2)", "torch.conv2D(x, w)"):
        name = refused(text).partition("did you mean '")[2].partition("'")[0]
        assert eval(name, {"nn": torch.nn, "F": torch.nn.functional, "torch": torch})


# ONNX


ARANGE = "{" + ",".join(map(str, range(9))) + "}"
CONV = [[312, 348, 384], [492, 528, 564], [672, 708, 744]]
HEAD = '<ir_version: 9, opset_import: ["" : 18]> g (float[1,1,5,5] x) => (float[] y) '
WEIGHT = f"float[1,1,3,3] w = {ARANGE}"
BRANCHES = (
    "then_branch = t () => (float[] yt) { yt = Conv (x, w) }, "
    "else_branch = e () => (float[] ye) { n = Neg (w) ye = Conv (x, n) }"
)
OF_SHAPE = "<int64[4] s = {1,1,3,3}> { w = ConstantOfShape <value: tensor = float[1] v {0.5}> (s) y = Conv (x, w) }"
OF_FLOATS = f"<{WEIGHT}> {{ b = Constant <value_floats = [2.0]> () y = Conv (x, w, b) }}"
MODELS = {
    "plain_conv": (
        f"{HEAD} <{WEIGHT}, float[1] b = {{1}}> {{ y = Conv (x, w, b) }}",
        [[n + 1 for n in row] for row in CONV],
    ),
    "a weight of ConstantOfShape": (HEAD + OF_SHAPE, [[27, 31.5, 36], [49.5, 54, 58.5], [72, 76.5, 81]]),
    "a weight behind Identity": (f"{HEAD} <{WEIGHT}> {{ w2 = Identity (w) y = Conv (x, w2) }}", CONV),
    "in a branch that is always taken": (f"{HEAD} <bool c = {{1}}, {WEIGHT}> {{ y = If (c) <{BRANCHES}> }}", CONV),
    "a bias of value_floats": (HEAD + OF_FLOATS, [[n + 2 for n in row] for row in CONV]),
}


def saved(text, folder):
    onnx = needed("onnx")
    onnx.save(onnx.parser.parse_model(text), folder / "model.onnx")
    return str(folder / "model.onnx")


@pytest.mark.parametrize("name", MODELS)
def test_weights_however_they_are_spelt(name, tmp_path):
    """And every spec that is printed works by itself."""
    text, expected = MODELS[name]
    path = saved(text, tmp_path)
    spec = conv_anim.from_onnx(path, input=np.arange(25.0).reshape(1, 5, 5))
    assert conv_anim.trace(spec).output[0].tolist() == expected
    printed = CliRunner().invoke(main, ["draw", path, "--spec", "--set", "input.values=arange"])
    assert printed.exit_code == 0
    (tmp_path / "printed.yaml").write_text(printed.stdout, encoding="utf-8")
    assert conv_anim.trace(conv_anim.load(tmp_path / "printed.yaml")).output[0].tolist() == expected


def test_large_weights_lie_beside_the_spec(tmp_path):
    onnx = needed("onnx")
    weight = np.random.default_rng(0).normal(size=(40, 3, 3, 3)).astype(np.float32)
    path = saved(MODELS["plain_conv"][0], tmp_path)
    model = onnx.load(path)
    model.graph.initializer[0].CopyFrom(onnx.numpy_helper.from_array(weight, "w"))
    model.graph.initializer[1].CopyFrom(onnx.numpy_helper.from_array(np.zeros(40, np.float32), "b"))
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 3
    onnx.save(model, path)
    result = CliRunner().invoke(main, ["draw", path, "--spec", "-o", str(tmp_path / "my.yaml")])
    assert result.exit_code == 0, result.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["model.onnx", "my-weight.npy", "my.yaml"]
    made = conv_anim.trace(conv_anim.load(tmp_path / "my.yaml")).layers[0]
    assert np.array_equal(made.weight.astype(np.float32), weight)


def test_a_size_that_the_model_leaves_open(tmp_path):
    """The smallest that shows the window, and the note that texts get."""
    ones = ",".join("1" * 16)
    path = saved(
        f'<ir_version: 10, opset_import: ["" : 13]> g (float[1,1,n] x) => (float[] y) <float[1,1,16] w = {{{ones}}}> '
        "{ y = Conv (x, w) }",
        tmp_path,
    )
    made = drawing(path, Feed())
    assert made.loaded().spec.input.size == (20,)
    assert made.notes == ("the model leaves the size open; the input is 20; --input says another size",)


def test_resize_by_axes_and_of_opset_10(tmp_path):
    """onnxruntime: rows 0,0,1,1,2,2,3,3 twice each, and so on."""
    head = '<ir_version: 10, opset_import: ["" : {}]> g (float[1,1,4,4] x) => (float[] y) '
    reads = 'mode = "nearest", nearest_mode = "floor", coordinate_transformation_mode = "asymmetric"'
    axes = f"{head.format(19)} <float[2] s = {{2,2}}> {{ y = Resize <axes = [2, 3], {reads}> (x, , s) }}"
    old = head.format(10) + '<float[4] s = {1,1,2,2}> { y = Resize <mode = "nearest"> (x, s) }'
    x = np.arange(16.0).reshape(1, 4, 4)
    for text in (axes, old):
        spec = conv_anim.from_onnx(saved(text, tmp_path), input=x)
        assert np.array_equal(conv_anim.trace(spec).output[0], x[0].repeat(2, axis=0).repeat(2, axis=1))


def test_a_transposed_convolution_to_a_size(tmp_path):
    """onnxruntime: 10x8 is output_padding [1, 1]; the last row is zeros."""
    text = (
        '<ir_version: 10, opset_import: ["" : 11]> g (float[1,1,3,3] x) => (float[] y) '
        f"<float[1,2,3,3] w = {{{','.join('1' * 18)}}}> "
        "{ y = ConvTranspose <output_shape = [10, 8], strides = [3, 2]> (x, w) }"
    )
    made = conv_anim.trace(conv_anim.from_onnx(saved(text, tmp_path), input=np.arange(9.0).reshape(1, 3, 3))).output
    assert made.shape == (2, 10, 8)
    assert made[0, :3].tolist() == [[0, 0, 1, 1, 3, 2, 2, 0]] * 3
    assert not made[:, 9].any()


def test_space_to_depth_of_several_channels(tmp_path):
    """onnxruntime: the block's place comes before the channel."""
    text = (
        '<ir_version: 10, opset_import: ["" : 13]> g (float[1,2,2,2] x) => (float[] y) '
        "{ y = SpaceToDepth <blocksize = 2> (x) }"
    )
    made = conv_anim.trace(conv_anim.from_onnx(saved(text, tmp_path), input=np.arange(8.0).reshape(2, 2, 2))).output
    assert made.ravel().tolist() == [0, 4, 1, 5, 2, 6, 3, 7]


@pytest.mark.parametrize(("name", "convs"), [("squeezenet", 26), ("bvlc_alexnet", 5)])
def test_every_convolution_of_a_light_model_is_drawn(name, convs):
    """Of the nine that the package onnx ships; test_onnxruntime.py draws all 401."""
    assert all_drawn(name) == convs


def all_drawn(name) -> int:
    from pathlib import Path

    from conv_anim.frameworks.graphs import drawn_node
    from conv_anim.frameworks.onnx.files import Model

    onnx = needed("onnx")
    model = Model.read(Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / f"light_{name}.onnx")
    convs = [node for node in model.nodes if node.kind == "Conv"]
    for node in convs:
        sketch = drawn_node(model, node)
        assert sketch.layers[-1].ends.out_channels == node.values.shape(node.outputs[0])[1]
    return len(convs)
