"""Whole models as networks: every node with its number in the file, its size and its edges."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

import conv_anim
from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import Feed
from conv_anim.frameworks.keras.files import layers as layers_of
from conv_anim.frameworks.keras.network import network as of_keras
from conv_anim.frameworks.networks import network
from tests.frameworks import needed

onnx = needed("onnx")
from onnx import TensorProto, helper, numpy_helper, parser, shape_inference  # noqa: E402

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
CONVS = {
    "bvlc_alexnet": 5, "densenet121": 121, "inception_v1": 57, "inception_v2": 69, "resnet50": 53, "shufflenet": 49,
    "squeezenet": 26, "vgg19": 16, "zfnet512": 5,
}  # fmt: skip
"""Counted by reading the files with onnx: node.op_type == "Conv"."""


def saved(text: str, folder: Path) -> Path:
    model = parser.parse_model(text)
    onnx.save(model, folder / "model.onnx")
    return folder / "model.onnx"


@pytest.mark.parametrize("name", CONVS)
def test_the_light_models_that_onnx_ships(name):
    """Sizes as ONNX's own shape inference has them, over the whole model at once."""
    path = LIGHT / f"light_{name}.onnx"
    found = network(path)
    model = shape_inference.infer_shapes(onnx.load(path))
    numbers = {str(k): node for k, node in enumerate(model.graph.node)}
    convs = [node for node in found.nodes if node.kind == "Conv"]
    assert len(convs) == CONVS[name]
    assert all(numbers[node.label].name == node.name or numbers[node.label].output[0] == node.name for node in convs)
    said = {value.name: value.type.tensor_type.shape.dim for value in model.graph.value_info}
    compared = 0
    for node in found.nodes:
        dims = said.get(node.outputs[0])
        if dims is not None and all(dim.HasField("dim_value") for dim in dims):
            assert node.shape == tuple(dim.dim_value for dim in dims), node.name
            compared += 1
    assert compared > CONVS[name]
    assert not [node.name for node in found.nodes if node.shape is None or None in node.shape]


def test_edges_parameters_and_products(tmp_path):
    """Two convolutions that share a weight, a sum of both, and a product with what the model brings along."""
    path = saved(
        """
        <ir_version: 8, opset_import: ["" : 17]>
        g (float[1,2,6,6] x) => (float[1,2,6,6] y)
        <float[2,2,3,3] w = {1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}, float two = {2}>
        {
            a = Conv <pads = [1,1,1,1]> (x, w)
            r = Relu (a)
            b = Conv <pads = [1,1,1,1]> (r, w)
            s = Add (b, a)
            y = Mul (s, two)
        }
        """,
        tmp_path,
    )
    found = network(path)
    assert [(node.label, node.kind, node.inputs) for node in found.nodes] == [
        ("x", "Input", ()), ("0", "Conv", (0,)), ("1", "Relu", (1,)), ("2", "Conv", (2,)), ("3", "Add", (3, 1)),
        ("4", "Mul", (4,)),
    ]  # fmt: skip
    assert found.edges == ((0, 1), (1, 2), (2, 3), (3, 4), (1, 4), (4, 5))
    assert [node.parameters for node in found.nodes] == [0, 36, 0, 0, 0, 0]
    assert [node.products for node in found.nodes] == [0, 36 * 2 * 18, 0, 36 * 2 * 18, 0, 0]
    assert [node.type for node in found.nodes] == [None, "conv", "relu", "conv", "add", None]
    assert found.outputs == (5,)
    assert found.readers[1] == (2, 4)
    without = found.without({2, 5})
    assert [(node.label, node.inputs) for node in without.nodes] == [("x", ()), ("0", (0,)), ("2", (1,)), ("3", (2, 1))]
    assert without.outputs == (3,)


def test_branches_functions_and_loops_have_labels_of_their_own(tmp_path):
    path = saved(
        """
        <ir_version: 8, opset_import: ["" : 17, "mine" : 1]>
        g (float[1,1,8,8] x, bool c) => (float[1,1,8,8] y)
        {
            t = mine.twice (x)
            a = If (c) <then_branch = t1 () => (float[1,1,8,8] p) { p = Relu (t) },
                        else_branch = e1 () => (float[1,1,8,8] q) { z = Neg (t) q = Relu (z) }>
            y = Identity (a)
        }
        <domain: "mine", opset_import: ["" : 17]>
        twice (u) => (v) { i = Relu (u) v = Add (i, i) }
        """,
        tmp_path,
    )
    found = network(path)
    assert [(node.label, node.kind, node.inputs) for node in found.nodes] == [
        ("x", "Input", ()), ("c", "Input", ()), ("0.0", "Relu", (0,)), ("0.1", "Add", (2, 2)),
        ("1.then.0", "Relu", (3,)), ("1.else.0", "Neg", (3,)), ("1.else.1", "Relu", (5,)), ("1", "If", (1, 4, 6)),
        ("2", "Identity", (7,)),
    ]  # fmt: skip
    assert [node.shape for node in found.nodes[2:]] == [(1, 1, 8, 8)] * 7
    assert found.nodes[4].scope == ("a (then)",)


def test_sizes_that_the_model_computes_are_known_once_its_input_is(tmp_path):
    weight = numpy_helper.from_array(np.ones((4, 3, 3, 3), np.float32), "w")
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"]),
        helper.make_node("Shape", ["a"], ["s"]),
        helper.make_node("Slice", ["s", "zero", "one"], ["batch"]),
        helper.make_node("Concat", ["batch", "minus"], ["t"], axis=0),
        helper.make_node("Reshape", ["a", "t"], ["y"]),
    ]
    constants = [
        numpy_helper.from_array(np.array([n], np.int64), name) for name, n in {"zero": 0, "one": 1, "minus": -1}.items()
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, "rows", "columns"])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    path = tmp_path / "open.onnx"
    onnx.save(helper.make_model(helper.make_graph(nodes, "g", [x], [y], [weight, *constants])), path)
    found = network(path)
    assert [(node.kind, node.shape) for node in found.nodes] == [
        ("Input", (1, 3, 224, 224)), ("Conv", (1, 4, 222, 222)), ("Reshape", (1, 4 * 222 * 222)),
    ]  # fmt: skip
    assert "it is 224x224 here; --input says another size" in found.notes[0]


# texts and Keras


def test_a_text_as_a_network():
    """LeNet, with the sizes that its authors' layers make, and parameters counted by hand."""
    found = network(
        "nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),"
        "nn.AvgPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.Linear(120, 10))",
        Feed((28, 28)),
    )
    assert [node.shape for node in found.nodes] == [
        (1, 1, 28, 28), (1, 6, 28, 28), (1, 6, 28, 28), (1, 6, 14, 14), (1, 16, 10, 10), (1, 16, 10, 10),
        (1, 16, 5, 5), (1, 400), (1, 120), (1, 10),
    ]  # fmt: skip
    assert [node.parameters for node in found.nodes] == [0, 156, 0, 0, 2416, 0, 0, 0, 48120, 1210]
    assert found.edges == tuple((k, k + 1) for k in range(9))
    assert [node.type for node in found.nodes][1:4] == ["conv", "tanh", "avg_pool"]


def test_a_printed_model_whose_layers_do_not_follow_each_other():
    found = network(
        "Block(\n  (conv): Conv2d(3, 4, kernel_size=(3, 3), stride=(2, 2), bias=False)\n"
        "  (down): Conv2d(3, 4, kernel_size=(1, 1), stride=(2, 2))\n  (odd): Mystery(3)\n)"
    )
    assert [(node.name, node.kind) for node in found.nodes[1:]] == [
        ("conv", "Conv2d"), ("down", "Conv2d"), ("odd", "Mystery"),
    ]  # fmt: skip
    assert found.nodes[2].why == "'in_channels' is 3, but the layer before it makes 4"
    assert (found.nodes[2].window.kernel_size, found.nodes[2].parameters) == ((1, 1), 16)
    assert "not what forward adds to them" in found.notes[0]


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
def test_a_keras_model_as_a_network(tmp_path, monkeypatch):
    """Shapes and parameters as Keras itself says them; from a file and from memory."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    keras = needed("keras")
    layers = keras.layers
    inner = keras.Sequential([layers.Conv2D(4, 3, padding="same"), layers.ReLU()])
    x = keras.Input((8, 9, 3))
    a = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="first")(x)
    b = layers.BatchNormalization()(a)
    b = inner(layers.DepthwiseConv2D(3, padding="same")(b))
    c = layers.Concatenate()([layers.Add()([a, b]), a])
    c = layers.Conv2DTranspose(2, 3, strides=2, padding="same")(c)
    y = layers.Dense(5)(layers.Flatten()(layers.MaxPooling2D()(layers.ZeroPadding2D(1)(c))))
    model = keras.Model(x, [y, layers.GlobalAveragePooling2D()(c)])
    found = of_keras(*layers_of(json.loads(model.to_json()), "model"))
    model.save(tmp_path / "model.keras")
    assert network(tmp_path / "model.keras").nodes == found.nodes
    assert found.parameters == sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    shapes = {layer.name: layer.output.shape for layer in model.layers if layer is not inner}
    for node in found.nodes:
        if node.name in shapes:
            rest = shapes[node.name][1:]
            assert node.shape == (1, *([rest[-1], *rest[:-1]] if len(rest) > 1 else rest)), node.name
    assert [len(node.inputs) for node in found.nodes if node.kind in {"Add", "Concatenate"}] == [2, 2]
    assert len(found.outputs) == 2
    first = drawing(str(tmp_path / "model.keras"), Feed(), "first").loaded().spec
    assert (first.layers[0].type, first.input.size, first.input.channels) == ("conv", (8, 9), 3)
    assert {node.scope for node in found.nodes if node.kind == "ReLU"} == {(inner.name,)}


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning")
@pytest.mark.parametrize("name", ["first", "dw", "up", "sep", "last", "grouped", "in", "along"])
def test_a_layer_of_a_keras_file_has_its_weights(name, tmp_path, monkeypatch):
    """What Keras itself makes of the same input; weights of layers inside of others are theirs."""
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    keras = needed("keras")
    layers, rng = keras.layers, np.random.default_rng(0)
    inner = keras.Sequential([layers.Conv2D(4, 3, padding="same", name="in"), layers.ReLU()], name="inner")
    x = keras.Input((8, 9, 4))
    a = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="first")(x)
    b = inner(layers.DepthwiseConv2D((2, 3), padding="same", depth_multiplier=2, name="dw")(a))
    up = layers.Conv2DTranspose(2, 3, strides=2, padding="same", activation="gelu", name="up")(a)
    c = layers.SeparableConv2D(5, 3, depth_multiplier=2, activation="tanh", name="sep")(up)
    d = layers.Conv2D(4, 3, use_bias=False, dilation_rate=2, name="last")(c)
    e = layers.Conv1D(3, 3, padding="causal", name="along")(layers.Reshape((72, 4))(x))
    model = keras.Model(x, [d, layers.Conv2D(4, 3, groups=2, name="grouped")(x), b, e])
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape))
    model.save(tmp_path / "model.keras")
    made = drawing(str(tmp_path / "model.keras"), Feed(), name)
    assert made.notes == ()
    traced = conv_anim.trace(made.loaded(["input.values={random: {low: -3, high: 3}}"]).spec)
    given = np.moveaxis(np.asarray(traced.input, dtype=np.float32), 0, -1)[None]
    theirs = np.asarray((inner if name == "in" else model).get_layer(name)(given))[0]
    np.testing.assert_allclose(np.moveaxis(traced.output, 0, -1), theirs, rtol=1e-4, atol=1e-4)


@pytest.mark.frameworks
def test_a_keras_model_of_a_class_of_its_own_is_refused_as_such(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    keras = needed("keras")

    class Own(keras.Model):
        def call(self, x):
            return x * 2

    model = Own()
    model(np.zeros((1, 4, 4, 1)))
    model.save(tmp_path / "own.keras")
    with pytest.raises(SpecError, match="a custom class, Own"):
        network(tmp_path / "own.keras")


def test_files_that_are_no_models_of_keras(tmp_path):
    for data in (b"", b"PK", b"hello"):
        (tmp_path / "bad.keras").write_bytes(data)
        with pytest.raises(SpecError, match="this is not a model saved by Keras"):
            network(tmp_path / "bad.keras")
    for config in ({}, {"class_name": "Sequential", "config": {"layers": 3}}, [1], {"config": {}, "class_name": "X"}):
        with zipfile.ZipFile(tmp_path / "bad.keras", "w") as archive:
            archive.writestr("config.json", json.dumps(config))
        with pytest.raises(SpecError, match="cannot be read"):
            network(tmp_path / "bad.keras")
    with pytest.raises(SpecError, match="there is no such file"):
        network(tmp_path / "none.keras")
