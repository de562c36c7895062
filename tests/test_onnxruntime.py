"""Nodes of ONNX models against onnxruntime: over drawn arguments, and in models that people use."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim.frameworks.graphs import from_onnx
from conv_anim.frameworks.networks import network
from conv_anim.frameworks.onnx.files import Model
from conv_anim.frameworks.onnx.layers import ONNX, POINTWISE
from tests.test_network import CONVS
from tests.test_reported import all_drawn

if os.environ.get("REQUIRE_MODELS"):
    import onnxruntime
else:
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: make test-models")
import onnx
from onnx import TensorProto, helper, numpy_helper

onnxruntime.set_default_logger_severity(4)
RANDOM = np.random.default_rng(0)
IR = {**dict.fromkeys(range(7, 20), 8), 20: 9, 21: 10, 22: 10}


def one(kind, *weights, shape, opset=17, domain="", **attributes):
    """A model of one node, whose further inputs it brings along."""
    names = ["" if array is None else f"w{k}" for k, array in enumerate(weights)]
    tensors = [numpy_helper.from_array(array, name) for name, array in zip(names, weights, strict=True) if name]
    node = helper.make_node(kind, ["x", *names], ["y"], name="node", domain=domain, **attributes)
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    imports = [helper.make_opsetid("", opset), *([helper.make_opsetid(domain, 1)] if domain else [])]
    model = helper.make_model(helper.make_graph([node], "g", [x], [y], tensors), opset_imports=imports)
    model.ir_version = IR[opset]
    return model


def runtime(path, x):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def same(made, folder, x, *, exact=2e-5):
    onnx.save(made, folder / "model.onnx")
    expected = runtime(folder / "model.onnx", x)
    trace = conv_anim.trace(from_onnx(folder / "model.onnx", input=x, node="node"))
    assert trace.output.shape == expected.shape[1:]
    np.testing.assert_allclose(trace.output, expected[0], rtol=exact, atol=exact)


def floats(*shape):
    return RANDOM.normal(size=shape).astype(np.float32)


CASES = [
    ("Conv", (1, 4, 7, 6), [floats(6, 2, 3, 2), floats(6)], {"group": 2, "pads": [4, 0, 2, 3]}, 17),
    ("Conv", (1, 4, 7, 6), [floats(6, 4, 3, 2)], {"auto_pad": "SAME_LOWER", "strides": [2, 3]}, 7),
    ("Conv", (1, 1, 3, 4, 5), [floats(2, 1, 2, 2, 2)], {"dilations": [1, 2, 1]}, 22),
    ("ConvTranspose", (1, 1, 3, 3), [floats(1, 2, 3, 3)], {"output_shape": [10, 8], "strides": [3, 2]}, 11),
    ("ConvTranspose", (1, 2, 4, 3), [floats(2, 2, 3, 3)], {"auto_pad": "SAME_UPPER", "strides": [2, 3]}, 11),
    ("ConvTranspose", (1, 2, 4, 3), [floats(2, 2, 4, 3)], {"auto_pad": "SAME_LOWER", "strides": [2, 2]}, 11),
    ("MaxPool", (1, 2, 7, 6), [], {"kernel_shape": [3, 3], "pads": [2, 2, 2, 1], "strides": [2, 1]}, 12),
    ("MaxPool", (1, 2, 8), [], {"kernel_shape": [3], "dilations": [2], "ceil_mode": 1, "strides": [2]}, 12),
    ("MaxPool", (1, 2, 7, 6), [], {"kernel_shape": [3, 2], "auto_pad": "SAME_LOWER", "strides": [2, 2]}, 8),
    ("AveragePool", (1, 2, 7, 6), [], {"kernel_shape": [3, 3], "pads": [2, 2, 2, 2]}, 11),
    ("AveragePool", (1, 2, 7, 6), [], {"kernel_shape": [3, 2], "pads": [1, 0, 1, 1]}, 7),
    ("LpPool", (1, 2, 7, 6), [], {"kernel_shape": [3, 2], "pads": [1, 1, 2, 0], "p": 3}, 11),
    ("GlobalMaxPool", (1, 2, 7, 6), [], {}, 17),
    ("GlobalLpPool", (1, 2, 4, 6), [], {"p": 1}, 17),
    ("DepthToSpace", (1, 12, 2, 3), [], {"blocksize": 2}, 11),
    ("DepthToSpace", (1, 12, 2, 3), [], {"blocksize": 2, "mode": "CRD"}, 11),
    ("SpaceToDepth", (1, 3, 6, 4), [], {"blocksize": 2}, 13),
    ("Upsample", (1, 2, 3, 4), [], {"scales": [1.0, 1.0, 2.0, 3.0]}, 7),
    ("Upsample", (1, 2, 3, 4), [np.array([1, 1, 2, 1.5], np.float32)], {"mode": "linear"}, 9),
    ("Resize", (1, 2, 3, 4), [np.array([1, 1, 2, 0.5], np.float32)], {}, 10),
    ("Resize", (1, 2, 3, 4), [np.array([1, 1, 2, 2], np.float32)], {"mode": "linear"}, 10),
    ("Resize", (1, 2, 3, 4), [None, np.array([3, 2], np.float32)], {"axes": [3, 2]}, 18),
    ("Resize", (1, 2, 3, 4), [None, None, np.array([5], np.int64)], {"axes": [-1], "mode": "linear"}, 18),
    ("Pad", (1, 2, 3, 4), [], {"pads": [0, 0, 1, 2, 0, 0, 0, 1], "value": 2.0}, 7),
    ("Pad", (1, 2, 3, 4), [np.array([0, 0, 1, 2, 0, 0, 2, 1]), np.array(-1, np.float32)], {}, 11),
    ("Pad", (1, 2, 3, 4), [np.array([0, 0, 1, 2, 0, 0, 2, 1])], {"mode": "reflect"}, 13),
    ("Pad", (1, 2, 3, 4), [np.array([1, 0, 2, 0]), None, np.array([3, 2])], {"mode": "edge"}, 18),
    ("Pad", (1, 2, 3, 4), [np.array([0, 0, -1, 2, 0, 0, 1, -2])], {}, 13),
    ("Pad", (1, 2, 3, 4), [np.array([0, 0, 1, 1, 0, 0, 1, 1])], {"mode": "wrap"}, 19),
    ("BatchNormalization", (1, 3, 2, 4), [floats(3), floats(3), floats(3), floats(3) ** 2], {"epsilon": 1e-3}, 9),
    ("Softmax", (1, 3, 2, 4), [], {"axis": 1}, 13),
    ("Softmax", (1, 3, 2, 4), [], {}, 11),
    ("LeakyRelu", (1, 3, 2, 4), [], {"alpha": 0.3}, 16),
    ("Relu", (1, 3, 2, 4), [], {}, 14),
    ("Sigmoid", (1, 3, 2, 4), [], {}, 13),
    ("Tanh", (1, 3, 2, 4), [], {}, 13),
    ("Gelu", (1, 3, 2, 4), [], {}, 20),
    ("MatMul", (1, 3, 4), [floats(4, 5)], {}, 13),
    ("MatMul", (1, 2, 3, 4), [floats(4, 5)], {}, 13),
]


@pytest.mark.parametrize(("kind", "shape", "weights", "attributes", "opset"), CASES, ids=range(len(CASES)))
def test_a_node_is_what_onnxruntime_computes(kind, shape, weights, attributes, opset, tmp_path):
    made = one(kind, *weights, shape=shape, opset=opset, **attributes)
    if kind == "Softmax" and opset < 13:
        with pytest.raises(conv_anim.SpecError, match="over the channels, or over the last axis"):
            same(made, tmp_path, floats(*shape))
        return
    same(made, tmp_path, floats(*shape))


def test_a_fused_convolution(tmp_path):
    x, weight = floats(1, 2, 5, 5), floats(3, 2, 3, 3)
    for activation, more in (("Relu", {}), ("Tanh", {}), ("LeakyRelu", {"activation_params": [0.2]})):
        made = one("FusedConv", weight, floats(3), shape=x.shape, domain="com.microsoft", activation=activation, **more)
        same(made, tmp_path, x)


@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [1, 0, 2, 1]])
@pytest.mark.parametrize("point", [0, 7])
def test_a_convolution_of_whole_numbers(pads, point, tmp_path):
    weight, zero = RANDOM.integers(0, 9, (2, 1, 2, 3)).astype(np.uint8), np.array(3, np.uint8)
    made = one("ConvInteger", weight, np.array(point, np.uint8), zero, shape=(1, 1, 5, 6), opset=10, pads=pads)
    made.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
    made.graph.output[0].type.tensor_type.elem_type = TensorProto.INT32
    same(made, tmp_path, RANDOM.integers(0, 20, (1, 1, 5, 6)).astype(np.uint8))


def test_quantised_weights(tmp_path):
    """Each filter with a scale of its own; what DequantizeLinear makes of them is worked out."""
    weight = RANDOM.integers(-9, 9, (3, 2, 2, 2)).astype(np.int8)
    scale, zero = np.array([0.5, 0.25, 0.1], np.float32), np.array([0, 0, 0], np.int8)
    nodes = [
        helper.make_node("DequantizeLinear", ["w", "s", "z"], ["v"], axis=0),
        helper.make_node("Conv", ["x", "v"], ["y"], name="node"),
    ]
    tensors = [numpy_helper.from_array(a, n) for n, a in {"w": weight, "s": scale, "z": zero}.items()]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 2, 4, 4))
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    made = helper.make_model(
        helper.make_graph(nodes, "g", [x], [y], tensors), opset_imports=[helper.make_opsetid("", 13)]
    )
    made.ir_version = 8
    same(made, tmp_path, floats(1, 2, 4, 4))


READINGS = (
    *("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric"),
    *("tf_half_pixel_for_nn", "tf_crop_and_resize"),
)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_resize(tmp_path_factory, data):
    """As onnxruntime, or as ONNX's reference where the note says that they may differ, or refused."""
    reading, mode = data.draw(st.sampled_from(READINGS)), data.draw(st.sampled_from(["nearest", "linear", "cubic"]))
    attributes = {"mode": mode, "coordinate_transformation_mode": reading}
    if mode == "nearest":
        roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
        attributes["nearest_mode"] = data.draw(st.sampled_from(roundings))
    if mode == "cubic":
        attributes |= data.draw(st.sampled_from([{}, {"cubic_coeff_a": -0.5}, {"exclude_outside": 1}]))
    region = np.array([0] * 4 + [1] * 4, np.float32)
    if data.draw(st.booleans()):
        scales = data.draw(st.lists(st.sampled_from([0.5, 0.6, 1, 1.5, 2, 2.5, 3]), min_size=2, max_size=2))
        more = [np.array([1, 1, *scales], np.float32)]
    else:
        sizes = data.draw(st.lists(st.integers(1, 12), min_size=2, max_size=2))
        more = [np.zeros(0, np.float32), np.array([1, 2, *sizes], np.int64)]
    made = one("Resize", region, *more, shape=(1, 2, 4, 5), opset=11, **attributes)
    folder = tmp_path_factory.mktemp("resize")
    x = floats(1, 2, 4, 5)
    onnx.save(made, folder / "model.onnx")
    try:
        spec = from_onnx(folder / "model.onnx", input=x)
    except conv_anim.SpecError:
        return
    theirs = runtime(folder / "model.onnx", x)[0]
    ours = conv_anim.trace(spec).output
    assert ours.shape == theirs.shape
    if not np.allclose(ours, theirs, rtol=1e-4, atol=1e-4):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reference = onnx.reference.ReferenceEvaluator(made).run(None, {"x": x})[0][0]
        np.testing.assert_allclose(ours, reference, rtol=1e-4, atol=1e-4)
        from conv_anim.frameworks.feeding import Feed
        from conv_anim.frameworks.graphs import sketched

        notes = sketched(folder / "model.onnx", None, Feed())[0].notes
        assert any("may take different ones" in note for note in notes)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_pool(tmp_path_factory, data):
    kind = data.draw(st.sampled_from(["MaxPool", "AveragePool", "LpPool"]))
    kernel, strides = (data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=2)) for _ in range(2))
    attributes = {"kernel_shape": kernel, "strides": strides}
    if data.draw(st.booleans()):
        attributes["pads"] = [data.draw(st.integers(0, k - 1)) for k in (*kernel, *kernel)]
    else:
        attributes["auto_pad"] = data.draw(st.sampled_from(["SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"]))
    if kind == "MaxPool" and "auto_pad" not in attributes:
        attributes["dilations"] = data.draw(st.lists(st.integers(1, 2), min_size=2, max_size=2))
    if kind == "AveragePool":
        attributes["count_include_pad"] = data.draw(st.integers(0, 1))
    folder, x = tmp_path_factory.mktemp("pool"), floats(1, 2, 7, 6)
    made = one(kind, shape=x.shape, opset=12, **attributes)
    onnx.save(made, folder / "model.onnx")
    try:
        spec = from_onnx(folder / "model.onnx", input=x)
    except conv_anim.SpecError as error:
        assert "does not fit" in str(error) or "begin in the padding" in str(error) or "no input at all" in str(error)  # noqa: PT017  # it need not be one
        return
    try:
        theirs = runtime(folder / "model.onnx", x)[0]
    except Exception as error:  # noqa: BLE001  # which it has a class of its own for
        assert "padding" in str(error)  # noqa: PT017  # as "same" asks for where windows do not meet: it takes none there
        return
    np.testing.assert_allclose(conv_anim.trace(spec).output, theirs, rtol=1e-4, atol=1e-5)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_convolution(tmp_path_factory, data):
    transposed = data.draw(st.booleans())
    many = lambda least, most: data.draw(st.lists(st.integers(least, most), min_size=2, max_size=2))  # noqa: E731
    group = data.draw(st.sampled_from([1, 2]))
    shape = (4, 3, *many(1, 4)) if transposed else (4 * group, 4 // group, *many(1, 4))
    attributes = {"strides": many(1, 3), "group": group}
    if data.draw(st.booleans()):
        attributes["pads"] = [*many(0, 2), *many(0, 2)]
    else:
        attributes["auto_pad"] = data.draw(st.sampled_from(["SAME_UPPER", "SAME_LOWER", "VALID"]))
    if transposed and data.draw(st.booleans()):
        attributes["output_padding"] = [data.draw(st.integers(0, s - 1)) for s in attributes["strides"]]
    folder, x = tmp_path_factory.mktemp("conv"), floats(1, 4, 6, 5)
    made = one("ConvTranspose" if transposed else "Conv", floats(*shape), shape=x.shape, opset=11, **attributes)
    onnx.save(made, folder / "model.onnx")
    try:
        spec = from_onnx(folder / "model.onnx", input=x)
    except conv_anim.SpecError as error:
        assert any(words in str(error) for words in ("fit", "output away", "smaller than its stride"))  # noqa: PT017  # it need not be one
        return
    np.testing.assert_allclose(conv_anim.trace(spec).output, runtime(folder / "model.onnx", x)[0], rtol=1e-4, atol=1e-5)


# models that people use, as PyPI has them: make test-models

MODELS = {
    "320n.onnx": {"images": (1, 3, 64, 64)},
    "ch_PP-OCRv4_det_infer.onnx": {"x": (1, 3, 32, 64)},
    "ch_PP-OCRv4_rec_infer.onnx": {"x": (1, 3, 48, 40)},
    "ch_ppocr_mobile_v2.0_cls_infer.onnx": {"x": (1, 3, 48, 96)},
    "model.onnx": {"audio": (1, 2000), "fmin": (), "fmax": ()},
    "silero_vad.onnx": {"input": (1, 576), "state": (2, 1, 128), "sr": ()},
    "silero_vad_16k_op15.onnx": {"input": (1, 576), "state": (2, 1, 128), "sr": ()},
    "silero_vad_half.onnx": {"input": (1, 576), "state": (2, 1, 128)},
    "silero_vad_op18_ifless.onnx": {"input": (1, 576), "state": (2, 1, 128), "sr": ()},
}
"""What each is fed; of swift-f0 "model.onnx"."""
FED = {"sr": np.array(16000, np.int64), "fmin": np.array(46.875, np.float32), "fmax": np.array(2093.75, np.float32)}


def model_file(name) -> Path:
    folder = Path(os.environ.get("MODELS", "build/models"))
    found = sorted(folder.rglob(name))
    if not found and not os.environ.get("REQUIRE_MODELS"):
        pytest.skip("the models are not here: make test-models")
    return found[0]


@pytest.mark.parametrize("name", MODELS)
def test_nodes_of_real_models(name, tmp_path):
    """Each node that can be drawn makes what onnxruntime makes of the same input; sizes are its sizes as well."""
    path = model_file(name)
    fed = {key: FED.get(key, floats(*shape)) for key, shape in MODELS[name].items()}
    proto = onnx.load(path)
    wanted = {
        value.name
        for node in proto.graph.node
        for value in [onnx.ValueInfoProto(name=n) for n in (*node.input, *node.output) if n]
    }
    kept = {tensor.name for tensor in proto.graph.initializer} | {value.name for value in proto.graph.output} | set(fed)
    made_at = {n for node in proto.graph.node for n in node.output}
    proto.graph.output.extend(onnx.ValueInfoProto(name=n) for n in sorted(wanted & made_at - kept) if n)
    onnx.save(proto, tmp_path / "all.onnx")
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(tmp_path / "all.onnx"), options, providers=["CPUExecutionProvider"])
    fed = {key: value for key, value in fed.items() if key in {each.name for each in session.get_inputs()}}
    values = dict(zip([each.name for each in session.get_outputs()], session.run(None, fed), strict=True)) | fed
    sized = next(shape for shape in MODELS[name].values() if shape)
    model = Model.read(path, sized[2:] if len(sized) > 2 else sized[-1:])
    compared = sum(_compared(path, node, values) for node in model.nodes)
    assert compared >= (6 if any("." not in node.label for node in model.nodes if node.kind == "Conv") else 0)
    found = network(path)
    convs = sum(node.proto.op_type == "Conv" for node in model.nodes)
    assert sum(node.kind == "Conv" for node in found.nodes) >= convs


def _compared(path, node, values) -> bool:
    """Whether a node was drawn and compared; it is skipped where what enters it is not in the main graph, or much."""
    drawable = node.operator in ONNX and (node.operator not in POINTWISE or node.operator == "BatchNormalization")
    if not drawable or node.inputs[0] not in values or node.outputs[0] not in values:
        return False
    x, y = values[node.inputs[0]], values[node.outputs[0]]
    if x.ndim < 3 or x.shape[0] != 1 or x.size * y.size > 3e9:
        return False
    try:
        output = conv_anim.trace(from_onnx(path, node.label, x)).output
    except conv_anim.SpecError as error:
        reasons = ("channels, or its batch", "computed by the model", "padding with -inf")
        assert any(reason in str(error) for reason in reasons), f"{node.name}: {error}"  # noqa: PT017  # it need not be one
        return False
    scale = max(1.0, float(np.abs(y).max()))
    np.testing.assert_allclose(output, y[0], rtol=1e-3, atol=2e-5 * scale, err_msg=node.name)
    return True


@pytest.mark.parametrize(("name", "convs"), [("silero_vad.onnx", 12), ("silero_vad_op18_ifless.onnx", 12)])
def test_convolutions_inside_of_branches(name, convs, tmp_path):
    """All of silero-vad, which lie in branches by the sample rate: each alone, by the numbers of its weight."""
    path = model_file(name)
    nodes = [node for node in Model.read(path, (576,)).nodes if node.kind == "Conv"]
    assert len(nodes) == convs
    assert all("." in node.label for node in nodes)
    for node in nodes:
        weights = [node.values.array(key) for key in node.inputs[1:]]
        attributes = {each.name: helper.get_attribute_value(each) for each in node.proto.attribute}
        x = floats(1, weights[0].shape[1] * attributes.get("group", 1), weights[0].shape[2] + 5)
        onnx.save(one("Conv", *weights, shape=x.shape, opset=16, **attributes), tmp_path / "alone.onnx")
        expected = runtime(tmp_path / "alone.onnx", x)[0]
        output = conv_anim.trace(from_onnx(path, node.label, x)).output
        np.testing.assert_allclose(output, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", CONVS)
def test_every_convolution_of_the_light_models(name):
    assert all_drawn(name) == CONVS[name]
