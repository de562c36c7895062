"""Nodes of ONNX models, against the reference implementation that comes with ONNX."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import conv_anim
from conv_anim.cli import main
from tests.frameworks import needed

onnx = needed("onnx")
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(1, 4, 7, 6))


def model(*nodes, weights=None, shape=(1, 4, 7, 6), opset=22):
    """A model of nodes from x to y."""
    x = helper.make_tensor_value_info("x", TensorProto.DOUBLE, shape)
    y = helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)
    tensors = [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()]
    return helper.make_model(
        helper.make_graph(nodes, "g", [x], [y], tensors), opset_imports=[helper.make_opsetid("", opset)]
    )


def one(kind, *weights, shape=(1, 4, 7, 6), opset=22, **attributes):
    names = ["" if array is None else f"w{k}" for k, array in enumerate(weights)]
    arrays = {name: array for name, array in zip(names, weights, strict=True) if name}
    node = helper.make_node(kind, ["x", *names], ["y"], name="node", **attributes)
    return model(node, weights=arrays, shape=shape, opset=opset)


def saved(made, folder, name="model.onnx") -> Path:
    onnx.save(made, folder / name)
    return folder / name


def refused(path, *args, **keys) -> str:
    with pytest.raises(conv_anim.SpecError) as caught:
        conv_anim.from_onnx(path, *args, **keys)
    return str(caught.value)


def same(made, folder, x=X, exact=1e-12):
    expected = ReferenceEvaluator(made).run(None, {"x": x})[0]
    output = conv_anim.trace(conv_anim.from_onnx(saved(made, folder), input=x)).output
    assert output.shape == expected.shape[1:]
    np.testing.assert_allclose(output, expected[0], rtol=exact, atol=exact)


MOVES = [
    {},
    {"strides": [2, 1], "pads": [1, 0, 2, 1]},
    {"auto_pad": "SAME_UPPER", "strides": [2, 2]},
    {"auto_pad": "SAME_LOWER", "strides": [2, 2]},
    {"auto_pad": "VALID", "strides": [2, 3]},
    {"dilations": [2, 1]},
]


@pytest.mark.parametrize("attributes", MOVES)
def test_conv(attributes, tmp_path):
    weight, bias = RANDOM.normal(size=(6, 2, 3, 2)), RANDOM.normal(size=6)
    same(one("Conv", weight, bias, group=2, **attributes), tmp_path)


@pytest.mark.parametrize("attributes", [*MOVES, {"strides": [3, 3], "output_padding": [1, 2], "pads": [1, 0, 0, 1]}])
def test_conv_transpose(attributes, tmp_path):
    same(one("ConvTranspose", RANDOM.normal(size=(4, 3, 3, 2)), RANDOM.normal(size=3), **attributes), tmp_path)


def test_conv_transpose_to_a_size(tmp_path):
    """With what the standard says of pads: the half that is left over comes first."""
    weight = RANDOM.normal(size=(4, 2, 3, 3))
    asked = one("ConvTranspose", weight, strides=[3, 3], output_shape=[20, 18])
    padded = one("ConvTranspose", weight, strides=[3, 3], pads=[1, 0, 0, 0])
    specs = [conv_anim.from_onnx(saved(made, tmp_path), input=X) for made in (asked, padded)]
    assert np.array_equal(*(conv_anim.trace(spec).output for spec in specs))
    larger = one("ConvTranspose", weight, strides=[3, 3], output_shape=[30, 18])
    assert "the output should be 30x18, but the layer makes at most 23x20" in refused(saved(larger, tmp_path), input=X)


@pytest.mark.parametrize("kind", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize("attributes", [*MOVES, {"ceil_mode": 1, "strides": [2, 2]}])
def test_pools(kind, attributes, tmp_path):
    if attributes.get("pads"):
        attributes = {**attributes, "pads": [1, 0, 0, 1]}
    made = one(kind, kernel_shape=[3, 2], **attributes)
    if (kind, attributes.get("auto_pad")) != ("MaxPool", "SAME_LOWER"):
        same(made, tmp_path)
        return
    written = one(kind, kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 0])  # the reference makes it too small
    specs = [conv_anim.from_onnx(saved(each, tmp_path), input=X) for each in (made, written)]
    assert np.array_equal(*(conv_anim.trace(spec).output for spec in specs))


def test_a_mean_that_counts_its_padding(tmp_path):
    same(one("AveragePool", kernel_shape=[3, 2], pads=[1, 1, 1, 1], count_include_pad=1), tmp_path)


@pytest.mark.parametrize("attributes", [{}, {"p": 3}, {"strides": [2, 2], "ceil_mode": 1}, {"p": 1}])
def test_lp_pool(attributes, tmp_path):
    same(one("LpPool", kernel_shape=[3, 2], **attributes), tmp_path)


@pytest.mark.parametrize("kind", ["GlobalAveragePool", "GlobalMaxPool"])
def test_global_pools(kind, tmp_path):
    same(one(kind), tmp_path)


def test_depth_and_space(tmp_path):
    same(one("DepthToSpace", blocksize=2, mode="CRD"), tmp_path)
    same(one("DepthToSpace", blocksize=2), tmp_path)
    same(one("SpaceToDepth", shape=(1, 1, 6, 4), blocksize=2), tmp_path, x=X[:, :1, :6, :4])
    eight = RANDOM.normal(size=(1, 8, 2, 2))
    same(one("DepthToSpace", shape=(1, 8, 2, 2), blocksize=2), tmp_path, x=eight)
    same(one("DepthToSpace", shape=(1, 8, 2, 2), blocksize=2, mode="CRD"), tmp_path, x=eight)
    same(one("SpaceToDepth", shape=(1, 4, 6, 4), blocksize=2), tmp_path, x=X[:, :, :6, :4])


RESIZES = [
    ({"mode": "nearest"}, [2, 3]),
    ({"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}, [1.5, 2.5]),
    ({"mode": "linear"}, [1.5, 2.5]),
    ({"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"}, [2, 2]),
    ({"mode": "linear", "coordinate_transformation_mode": "align_corners"}, [2, 3]),
    ({"mode": "cubic"}, [2, 1.5]),
]


@pytest.mark.parametrize(("attributes", "scales"), RESIZES)
def test_resize(attributes, scales, tmp_path):
    exact = 1e-5 if attributes["mode"] == "cubic" else 1e-12  # the reference takes the shares in single precision
    same(one("Resize", None, np.array([1, 1, *scales], np.float32), **attributes), tmp_path, exact=exact)


def test_resize_to_a_size(tmp_path):
    same(one("Resize", None, None, np.array([1, 4, 9, 13]), mode="linear"), tmp_path)


def test_the_old_upsample(tmp_path):
    same(one("Upsample", np.array([1, 1, 2, 3], np.float32), opset=9), tmp_path)


@pytest.mark.parametrize("attributes", [
    {"mode": "linear", "coordinate_transformation_mode": "tf_crop_and_resize"},
    {"mode": "linear", "antialias": 1},
    {"mode": "lanczos"},
])  # fmt: skip
def test_a_resize_that_reads_elsewhere_is_refused(attributes, tmp_path):
    assert "node: error: " in refused(
        saved(one("Resize", None, np.array([1, 1, 2, 2], np.float32), **attributes), tmp_path)
    )


def test_one_and_three_axes(tmp_path):
    line, block = RANDOM.normal(size=(1, 2, 9)), RANDOM.normal(size=(1, 2, 4, 3, 5))
    same(one("Conv", RANDOM.normal(size=(3, 2, 4)), shape=line.shape, strides=[2]), tmp_path, x=line)
    same(one("Conv", RANDOM.normal(size=(3, 2, 2, 1, 2)), shape=block.shape), tmp_path, x=block)
    same(one("MaxPool", shape=block.shape, kernel_shape=[2, 2, 2]), tmp_path, x=block)


def test_cubic_with_a_parameter(tmp_path):
    for attributes in ({"cubic_coeff_a": -0.5}, {"exclude_outside": 1}):
        made = one("Resize", None, np.array([1, 1, 2, 1.5], np.float32), mode="cubic", **attributes)
        same(made, tmp_path, exact=1e-5)


def test_a_mean_of_padding_alone(tmp_path):
    same(one("AveragePool", kernel_shape=[2, 2], pads=[3, 2, 3, 1], count_include_pad=1), tmp_path)


def test_products_and_layers_without_a_window(tmp_path):
    line = RANDOM.normal(size=(1, 3, 4))
    same(one("MatMul", RANDOM.normal(size=(4, 5)), shape=line.shape), tmp_path, x=line)
    for kind in ("Relu", "Sigmoid", "Tanh", "LeakyRelu"):
        same_by_name(one(kind), tmp_path)
    norms = [RANDOM.normal(size=4) for _ in range(3)]
    same_by_name(one("BatchNormalization", *norms, RANDOM.uniform(1, 2, 4), opset=15), tmp_path)
    same_by_name(one("Pad", np.array([0, 0, 1, 2, 0, 0, 1, 3])), tmp_path)


def same_by_name(made, folder):
    expected = ReferenceEvaluator(made).run(None, {"x": X})[0]
    output = conv_anim.trace(conv_anim.from_onnx(saved(made, folder), "node", X)).output
    np.testing.assert_allclose(output, expected[0], rtol=1e-9, atol=1e-9)


@given(
    st.lists(st.integers(1, 3), min_size=2, max_size=2),
    st.lists(st.integers(1, 3), min_size=2, max_size=2),
    st.lists(st.integers(0, 2), min_size=4, max_size=4),
    st.sampled_from([1, 2, 4]),
)
def test_any_conv(tmp_path_factory, kernel, strides, pads, groups):
    weight = np.random.default_rng(1).normal(size=(4, 4 // groups, *kernel))
    same(one("Conv", weight, strides=strides, pads=pads, group=groups), tmp_path_factory.mktemp("onnx"))


# which node, and what it is fed


def two():
    first = helper.make_node("Conv", ["x", "w"], ["a"], name="/first/Conv", pads=[1, 1, 1, 1])
    relu = helper.make_node("Relu", ["a"], ["b"])
    second = helper.make_node("MaxPool", ["b"], ["y"], kernel_shape=[2, 2], strides=[2, 2])
    return model(first, relu, second, weights={"w": RANDOM.normal(size=(8, 4, 3, 3)).astype(np.float32)})


def test_a_node_is_named_counted_or_the_only_one(tmp_path):
    path = saved(two(), tmp_path)
    first = conv_anim.from_onnx(path, "/first/Conv")
    assert first == conv_anim.from_onnx(str(path), node=0)
    assert first == conv_anim.from_onnx(path, node="a")
    assert first.layers[0].ends.out_channels == 8
    assert conv_anim.from_onnx(path, "y").layers[0].kernel_size == (2, 2)


def test_which_nodes_there_are_is_told(tmp_path):
    path = saved(two(), tmp_path)
    assert refused(path) == (
        f"{path}: error: say which node is meant [missing-key]\n"
        "  hint: by name or number (node=, --node):"
        "\n    0: /first/Conv (Conv 3x3, 4 to 8 channels)\n    2: y (MaxPool 2x2, stride 2, 8 channels)"
    )
    assert "no node that can be drawn is called 'frist/Conv'" in refused(path, "frist/Conv")
    assert "did you mean '/first/Conv'?" in refused(path, "/frist/Conv")
    assert "those with 'pool' in them:\n    2: y (MaxPool" in refused(path, "pool")
    assert conv_anim.from_onnx(path, 1).layers[0].type == "relu"
    shape = saved(model(helper.make_node("Shape", ["x"], ["y"]), helper.make_node("Abs", ["x"], ["z"])), tmp_path)
    assert "node 1 is 'z', and Abs is not drawn by itself" in refused(shape, 1)
    assert "called '7'" in refused(path, 7)
    assert "called '-1'" in refused(path, -1)


def test_the_size_follows_from_the_model(tmp_path):
    path = saved(two(), tmp_path)
    assert conv_anim.from_onnx(path, 0).input.size == (7, 6)
    assert conv_anim.from_onnx(path, 2).input == conv_anim.load({
        "input": {"size": [7, 6], "channels": 8}, "layer": {"type": "max_pool", "kernel_size": 2}
    }).input  # fmt: skip
    assert conv_anim.from_onnx(path, 0, input=(12, 11)).input.size == (12, 11)
    free = saved(one("Conv", RANDOM.normal(size=(6, 4, 3, 3)), shape=("batch", 4, "rows", "columns")), tmp_path)
    assert conv_anim.from_onnx(free).input.size == (5, 5)
    assert "takes 4 channels, and the input's shape says 3" in refused(free, input=(3, 9, 9))
    assert "takes 4 channels, and the input has 3" in refused(free, input=np.zeros((3, 9, 9)))


def test_weights_are_exact_and_keys_go_on(tmp_path):
    made = two()
    spec = conv_anim.from_onnx(saved(made, tmp_path), 0, view="volume", theme="dark")
    weight = conv_anim.trace(spec).layers[0].weight
    assert np.array_equal(weight.astype(np.float32), numpy_helper.to_array(made.graph.initializer[0]))
    assert (type(spec.view).__name__, spec.theme.name) == ("Volume", "dark")
    assert "'themes'" in refused(tmp_path / "model.onnx", 0, themes="dark")


def test_weights_may_be_constants(tmp_path):
    weight = numpy_helper.from_array(RANDOM.normal(size=(2, 4, 3, 3)), "w")
    constant = helper.make_node("Constant", [], ["w"], value=weight)
    same(model(constant, helper.make_node("Conv", ["x", "w"], ["y"])), tmp_path)


def test_weights_that_are_computed_from_what_the_model_brings_along_are_drawn(tmp_path):
    scaled = helper.make_node("Mul", ["w", "w"], ["v"])
    made = model(scaled, helper.make_node("Conv", ["x", "v"], ["y"]), weights={"w": RANDOM.normal(size=(2, 4, 3, 3))})
    same(made, tmp_path)


def test_weights_that_are_computed_from_the_input_are_refused(tmp_path):
    scaled = helper.make_node("Mul", ["x", "w"], ["v"])
    made = model(scaled, helper.make_node("Conv", ["x", "v"], ["y"]), weights={"w": RANDOM.normal(size=(1, 4, 3, 3))})
    assert "'v' is computed by the model from what it is fed" in refused(saved(made, tmp_path))


# files that are not what they should be


def test_numbers_in_a_file_of_their_own_lie_beside_the_model(tmp_path):
    made = one("Conv", RANDOM.normal(size=(6, 4, 3, 3)))
    expected = ReferenceEvaluator(made).run(None, {"x": X})[0]
    (tmp_path / "inside").mkdir()
    path = tmp_path / "inside" / "model.onnx"
    onnx.save(made, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    np.testing.assert_allclose(conv_anim.trace(conv_anim.from_onnx(path, input=X)).output, expected[0])
    (tmp_path / "inside" / "weights.bin").unlink()
    assert "the numbers of 'w0' cannot be read" in refused(path)


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "deep/../../secret.bin", "link.bin"])
def test_numbers_outside_the_models_folder_are_not_read(tmp_path, location):
    (tmp_path / "secret.bin").write_bytes(b"\0" * 2000)
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "link.bin").symlink_to(tmp_path / "secret.bin")
    made = one("Conv", RANDOM.normal(size=(6, 4, 3, 3)))
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    path = inside / "model.onnx"
    path.write_bytes(made.SerializeToString())
    assert f"are said to lie in '{location}', outside the model's folder [data-file]" in refused(path)


def test_no_model_is_told(tmp_path):
    assert "there is no such file [unreadable]" in refused(tmp_path / "none.onnx")
    assert "cannot be read: Is a directory [unreadable]" in refused(tmp_path)
    for data in (b"", b"\0", b"hello, world", b"\x08\x08", bytes(range(256)) * 9, b"\xff" * 100):
        (tmp_path / "bad.onnx").write_bytes(data)
        assert refused(tmp_path / "bad.onnx")


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_a_broken_model_is_told(tmp_path_factory, place, bytes_):
    data = bytearray(one("Conv", np.ones((2, 4, 3, 3)), pads=[1, 1, 1, 1]).SerializeToString())
    place %= len(data)
    data[place : place + len(bytes_)] = bytes_
    path = tmp_path_factory.mktemp("onnx") / "broken.onnx"
    path.write_bytes(data)
    try:
        conv_anim.trace(conv_anim.from_onnx(path))
    except conv_anim.SpecError as error:
        assert error.problems  # noqa: PT017  # it need not be one


@pytest.mark.parametrize("attributes", [
    {"strides": [0, 1]}, {"strides": [1]}, {"pads": [1, 1]}, {"pads": [-1, 0, 0, 0]}, {"dilations": [2, 2, 2]},
    {"group": 3}, {"group": 0}, {"auto_pad": "SAME"}, {"strides": "two"}, {"strides": [1.5, 2.0]},
    {"pads": [90, 0, 0, 0], "strides": [10**7, 1]},
])  # fmt: skip
def test_wrong_attributes_are_told(attributes, tmp_path):
    assert "error: " in refused(saved(one("Conv", RANDOM.normal(size=(6, 4, 3, 3)), **attributes), tmp_path))


W = RANDOM.normal(size=(6, 4, 3, 3))
T = RANDOM.normal(size=(4, 3, 3, 3))
CONTRADICTIONS = [
    (one("Conv", W, kernel_shape=[5, 5]), "'kernel_shape' is [5, 5], and its weight's kernels are [3, 3] [shape]"),
    (one("Conv", W, kernel_shape=[3, 2]), "'kernel_shape' is [3, 2], and its weight's kernels are [3, 3]"),
    (one("Conv", W, kernel_shape=[3]), "'kernel_shape' is [3], and its weight's kernels are [3, 3]"),
    (one("Conv", W, kernel_shape=[0, 3]), "'kernel_shape' is [0, 3], and its weight's kernels are [3, 3]"),
    (one("Conv", W, kernel_shape="abc"), "'kernel_shape' is abc, and its weight's kernels are [3, 3]"),
    (one("ConvTranspose", T, kernel_shape=[2, 2]), "'kernel_shape' is [2, 2], and its weight's kernels are [3, 3]"),
    (one("Conv", W, group=0), "'group' is 0, and must be 1 or more [out-of-range]"),
    (one("Conv", W, group=-1), "'group' is -1, and must be 1 or more"),
    (one("Conv", W, group=4), "'group' is 4, which does not divide the 6 filters of its weight [groups]"),
    (one("Conv", W, group=2), "it takes 8 channels, and the model gives it 4 [shape]"),
    (one("ConvTranspose", T, group=3), "'group' is 3, which does not divide the 4 filters of its weight [groups]"),
    (one("Conv", W, strides=[1]), "'strides' must be a list of 2 whole numbers [wrong-type]"),
    (one("Conv", W, strides=[1, 1, 1]), "'strides' must be a list of 2 whole numbers"),
    (one("Conv", W, strides=[-1, 1]), "'strides' has numbers that are less than 1: [-1, 1] [out-of-range]"),
    (one("Conv", W, pads=[1, 1]), "'pads' must be a list of 4 whole numbers"),
    (one("Conv", W, pads=[0, -1, 0, 0]), "'pads' has numbers that are less than 0: [0, -1, 0, 0]"),
    (one("Conv", W, dilations=[0, 1]), "'dilations' has numbers that are less than 1: [0, 1]"),
    (one("Conv", W, pads=[1, 1, 1, 1], auto_pad="SAME_UPPER"), "auto_pad is SAME_UPPER, and 'pads' says"),
    (one("Conv", W, pads=[1, 1, 1, 1], auto_pad="VALID"), "auto_pad is VALID, and 'pads' says something else"),
    (one("Conv", W, RANDOM.normal(size=5)), "its bias has the shape (5,), and it makes 6 channels [shape]"),
    (one("Conv", W, RANDOM.normal(size=1)), "its bias has the shape (1,), and it makes 6 channels"),
    (one("Conv", W, RANDOM.normal(size=(2, 3))), "its bias has the shape (2, 3), and it makes 6 channels"),
    (one("ConvTranspose", T, RANDOM.normal(size=3), group=2), "its bias has the shape (3,), and it makes 6 channels"),
    (one("Conv", W[:, :, 0, 0]), "its weight has the shape (6, 4), which no kernel has"),
    (one("Conv", W[:, :, 0]), "its weight has 3 dimensions, and its input 4 [axes]"),
    (one("Conv", W[..., :0]), "its weight has the shape (6, 4, 3, 0), which no kernel has"),
    (one("Conv", W, stride=[2, 2]), "has no attribute 'stride' [unknown-key]\n  hint: did you mean 'strides'"),
    (one("GlobalMaxPool", kernel_shape=[2, 2]), "GlobalMaxPool of opset 22 has no attribute 'kernel_shape'"),
    (one("ConvTranspose", T, output_padding=[-1, 0]), "'output_padding' has numbers that are less than 0: [-1, 0]"),
    (one("ConvTranspose", T, output_shape=[0, 3]), "'output_shape' has numbers that are less than 1: [0, 3]"),
    (one("MaxPool"), "it has no 'kernel_shape' [missing-key]"),
    (one("MaxPool", kernel_shape=[2]), "'kernel_shape' is [2], and its input has 2 axes [axes]"),
    (one("MaxPool", kernel_shape=[0, 2]), "'kernel_shape' has numbers that are less than 1: [0, 2]"),
    (one("MaxPool", kernel_shape=[2, 2], ceil_mode=2), "'ceil_mode' is 2, and must be 0 or 1"),
    (one("AveragePool", kernel_shape=[2, 2], count_include_pad=2), "'count_include_pad' is 2, and must be 0 or 1"),
    (one("DepthToSpace", mode="CRD"), "it has no 'blocksize' [missing-key]"),
    (one("DepthToSpace", mode="CRD", blocksize=-2), "'blocksize' is -2, and must be 1 or more"),
    (one("DepthToSpace", mode="XYZ", blocksize=2), "mode 'XYZ' is not known"),
    (one("Resize", None, np.array([1, 1, 0, 2], np.float32)), "'scales' are [1.0, 1.0, 0.0, 2.0], and must be more"),
    (one("Resize", None, np.array([1, 1, np.nan, 2], np.float32)), "and must be more than 0"),
    (one("Resize", None, np.array([[1, 1], [2, 2]], np.float32)), "are not a list of numbers [wrong-type]"),
    (one("Resize", None, np.array([b"1"] * 4, object)), "are not a list of numbers [wrong-type]"),
    (one("Resize", None, np.array([1, 2, 2, 2], np.float32)), "its channels, or its batch, would be"),
    (one("Resize", None, None, np.array([1, 8, 14, 12]), mode="linear"), "its channels, or its batch, would be"),
    (one("Resize", None, None, np.array([3, 4, 14, 12]), mode="linear"), "its channels, or its batch, would be"),
    (one("Resize", None, None, np.array([1, 4, 0, 12]), mode="linear"), "'sizes' are [1, 4, 0, 12], and must be more"),
    (one("Resize", None, np.array([1, 1, 2, 2], np.float32), np.array([1, 4, 9, 9])), "both 'scales' and 'sizes'"),
    (one("MaxPool", kernel_shape=[2, 2], shape=(1, 4, 0, 6)), "its input has the shape (1, 4, 0, 6) [out-of-range]"),
    (one("MaxPool", kernel_shape=[2, 2], shape=(1, -4, 7, 6)), "says that its input has the shape (1, -4, 7, 6)"),
    (one("Conv", W, shape=(1, "c", -7, "w")), "says that its input has the shape (1, ?, -7, ?)"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "said"), CONTRADICTIONS, ids=range(len(CONTRADICTIONS)))
def test_a_model_that_contradicts_itself_is_refused_with_the_reason(made, said, tmp_path):
    told = refused(saved(made, tmp_path))
    assert told.startswith("node: error: ")
    assert said in told


@pytest.mark.parametrize("attributes", [
    {"kernel_shape": [3, 3]}, {"auto_pad": "NOTSET", "pads": [1, 1, 1, 1]}, {"auto_pad": "VALID", "pads": [0, 0, 0, 0]},
    {"auto_pad": "SAME_LOWER", "pads": [0, 0, 0, 0], "kernel_shape": [3, 3]}, {"group": 1, "strides": [1, 2]},
])  # fmt: skip
def test_attributes_that_say_it_twice_are_as_good(attributes, tmp_path):
    same(one("Conv", W, **attributes), tmp_path)


def test_where_a_weight_comes_from_that_is_not_there(tmp_path):
    conv = helper.make_node("Conv", ["x", "w"], ["y"], name="node")
    fed = model(conv)
    fed.graph.input.append(helper.make_tensor_value_info("w", TensorProto.DOUBLE, (2, 4, 3, 3)))
    assert "'w' is fed to the model, and only numbers that the model brings along are drawn" in refused(
        saved(fed, tmp_path)
    )
    other = model(helper.make_node("Constant", [], ["w"], value_floats=[1.0, 2.0]), conv)
    assert "its weight has the shape (2,), which no kernel has" in refused(saved(other, tmp_path))
    texts = model(helper.make_node("Constant", [], ["w"], value_strings=["a"]), conv)
    assert "'w' is computed by the model" in refused(saved(texts, tmp_path))


@pytest.mark.parametrize("places", [[0, 7, 71], [[0, 0, 0, 0], [1, 3, 2, 2]]])
def test_sparse_weights_are_read(places, tmp_path):
    """As ONNX's own reference makes them whole: places count the cells, or are one for each axis."""
    made = model(helper.make_node("Conv", ["x", "w"], ["y"], name="node"))
    numbers = np.arange(1.0, len(places) + 1)
    values, at = numpy_helper.from_array(numbers, "w"), numpy_helper.from_array(np.array(places), "at")
    made.graph.sparse_initializer.append(helper.make_sparse_tensor(values, at, [2, 4, 3, 3]))
    weight = np.zeros((2, 4, 3, 3))
    for place, number in zip(places, numbers, strict=True):
        weight[np.unravel_index(place, weight.shape) if isinstance(place, int) else tuple(place)] = number
    assert np.array_equal(conv_anim.trace(conv_anim.from_onnx(saved(made, tmp_path))).layers[0].weight, weight)


def test_weights_of_sixteen_bits_and_less_are_exact(tmp_path):
    weight = np.array([[[[0.5, -1.25], [3.0, 0.0078125]]]], np.float32)
    for kind in (TensorProto.BFLOAT16, TensorProto.FLOAT16):
        made = one("Conv", weight, shape=(1, 1, 3, 3))
        values = helper.make_tensor("w0", kind, weight.shape, weight.ravel().tolist())
        made.graph.initializer[0].CopyFrom(values)
        assert np.array_equal(conv_anim.trace(conv_anim.from_onnx(saved(made, tmp_path))).layers[0].weight, weight)


def test_numbers_wider_than_a_float_are_exact_or_refused(tmp_path):
    path = saved(one("MaxPool", kernel_shape=[2, 2], shape=(1, 1, 2, 2)), tmp_path)
    x = np.array([[[1, 2], [3, 4.5]]], np.longdouble)
    assert conv_anim.trace(conv_anim.from_onnx(path, input=x)).output.tolist() == [[[4.5]]]
    if np.finfo(np.longdouble).nmant > 52:
        assert "that a float does not hold [out-of-range]" in refused(path, input=x / 3)


@pytest.mark.parametrize("name", ["m.json", "m.textproto", "m.onnxtxt", "m.onnxjson", "m.pb", "m"])
@pytest.mark.parametrize("data", [b"{", b"hello, world", b"\xff\xfe\0", b"", b'{"graph": 7}', b"graph { node { } }"])
def test_a_model_of_another_form_that_is_damaged_is_told(name, data, tmp_path):
    (tmp_path / name).write_bytes(data)
    assert refused(tmp_path / name)


def test_no_warning_of_a_library_gets_out(tmp_path):
    path = saved(one("Conv", W), tmp_path)
    command = [sys.executable, "-W", "error", "-m", "conv_anim", "draw", str(path), "-f", "png", "-o", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "Warning" in done.stderr) == (0, False), done.stderr


def test_nothing_to_draw_is_told(tmp_path):
    made = model(helper.make_node("Abs", ["x"], ["y"]))
    assert "nothing in this model can be drawn: it has Abs [unsupported]" in refused(saved(made, tmp_path))


def test_onnx_is_needed_only_for_this(tmp_path):
    """And said to be where it is missing."""
    asked = "try: conv_anim.from_onnx('m.onnx')\nexcept conv_anim.SpecError as e: print(e)"
    code = f"import sys; sys.modules['onnx'] = None; import conv_anim\n{asked}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "takes the package onnx, which is not installed" in done.stdout
    assert "pip install 'conv-anim[onnx]'" in done.stdout


# the command


def test_a_node_is_drawn_from_the_command_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    saved(two(), tmp_path, "a model.onnx")
    result = CliRunner().invoke(main, ["draw", "a model.onnx", "--node", "/first/Conv", "--input", "5x5", "-f", "png"])
    assert result.exit_code == 0
    assert Path("a_model_first_conv.png").exists()
    result = CliRunner().invoke(main, ["draw", "a model.onnx"])
    assert result.exit_code == 0
    assert Path("a_model.png").exists()
    result = CliRunner().invoke(main, ["draw", "a model.onnx", "--spec"])
    assert result.exit_code == 1
    assert "2: y (MaxPool 2x2, stride 2, 8 channels)" in result.stderr
    result = CliRunner().invoke(main, ["draw", "a model.onnx", "--node", "y", "--spec"])
    assert "layer: {type: max_pool, kernel_size: 2, stride: 2}" in result.stdout
