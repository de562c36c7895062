#!/usr/bin/env bash
# Where a MaxPool found its maxima: one ONNX file, four ways to count, and one program in which asking spoils the maxima.
#
# Guessed: `Indices` counts over the whole input, by rows, or by columns with storage_order 1, as the specification says; who
#          cannot do the second refuses it.
# Seen:    so do onnx's reference, onnxruntime and tract. For storage_order 1 OpenVINO leaves the numbers and transposes the
#          tensor that holds them: of a 1x2 output it has indices of 2x1. OpenCV drops storage_order and begins anew in each
#          item of the batch, MNN in each plane too. With a border, MNN's maxima themselves are wrong once the indices are
#          asked for: a window that begins in the border is not computed, its maximum is -16777216 and its index 0. Without
#          the second output the same pool is right.
# With:    onnx 1.23.2, onnxruntime 1.32.0, tract 0.23.9, openvino 2026.4.1, opencv-python-headless 5.0.0.93, MNN 3.6.1,
#          numpy 2.4.6; 2026-11-30.
# Known:   that OpenVINO has rows for columns: issue 20879; its pull requests 29409 and 33833 were not taken. tract was mended by
#          pull request 2860. Nothing found of OpenCV's and MNN's.
# Matters: an unpooling puts each maximum back where its index says, and a figure of the two draws the arrows by it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 tract==0.23.9 \
    openvino==2026.4.1 opencv-python-headless==5.0.0.93 MNN==3.6.1 numpy==2.4.6
cd "$work"
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import io, subprocess, sys
from importlib.metadata import version
import cv2, MNN, numpy as np, onnx, onnxruntime, openvino, tract
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

for name in ("onnx", "onnxruntime", "tract", "openvino", "opencv-python-headless", "MNN", "numpy"):
    print(name, version(name))
cv2.utils.logging.setLogLevel(0)
plane = [[5, 1, 2, 3], [4, 0, 8, 6]]  # two windows of 2x2: 5 in the first row, 8 in the second
batch = np.array(plane, np.float32) + 10 * np.arange(4, dtype=np.float32).reshape(2, 2, 1, 1)

def model(x, outputs, **attributes):
    value = lambda name, kind, shape: helper.make_tensor_value_info(name, kind, shape)
    node = helper.make_node("MaxPool", ["x"], ["y", "i"][:outputs], kernel_shape=[2, 2], strides=[2, 2], **attributes)
    results = [value("y", TensorProto.FLOAT, [*x.shape[:2], "h", "w"]), value("i", TensorProto.INT64, [*x.shape[:2], "h", "w"])]
    graph = helper.make_graph([node], "g", [value("x", TensorProto.FLOAT, x.shape)], results[:outputs])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()

def by_onnxruntime(data, x, names):
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})

def by_tract(data, x, names):
    open("m.onnx", "wb").write(data)
    return [y.to_numpy() for y in tract.onnx().load("m.onnx").into_model().into_runnable().run([x])]

def by_openvino(data, x, names):
    compiled = openvino.Core().compile_model(openvino.Core().read_model(io.BytesIO(data)), "CPU")
    results = compiled([x])
    return [results[index] for index in range(len(names))]

def by_opencv(data, x, names):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(x, "x")
    return net.forward(names)

def by_mnn(data, x, names):
    open("m.onnx", "wb").write(data)
    convert = ["mnnconvert", "-f", "ONNX", "--modelFile", "m.onnx", "--MNNModel", "m.mnn", "--bizCode", "m"]
    subprocess.run(convert, check=True, capture_output=True)
    given = MNN.expr.const(x.ravel().tolist(), list(x.shape), MNN.expr.NCHW, MNN.expr.float)
    results = MNN.nn.load_module_from_file("m.mnn", ["x"], names).forward([given])
    return [MNN.expr.convert(y, MNN.expr.NCHW).read().copy() for y in results]

runtimes = {
    "reference": lambda data, x, names: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x}),
    "onnxruntime": by_onnxruntime,
    "tract": by_tract, "openvino": by_openvino, "opencv": by_opencv, "mnn": by_mnn,
}
every_item, every_plane = [0, 6, 8, 14] * 2, [0, 6] * 4
maxima, border = [5, 8, 15, 18, 25, 28, 35, 38], [5, 2, 3, 4, 8, 6]
unasked = [-16777216, -16777216, -16777216, -16777216, 8, 6]
by_rows = ((2, 2, 1, 2), [0, 6, 8, 14, 16, 22, 24, 30])
by_columns = ((2, 2, 1, 2), [0, 5, 8, 13, 16, 21, 24, 29])
cases = {  # case: (input, attributes, what the first three gave, what others did); an output is (shape, numbers)
    "rows": (batch, {}, [((2, 2, 1, 2), maxima), by_rows], {
        "opencv": [((2, 2, 1, 2), maxima), ((2, 2, 1, 2), every_item)],
        "mnn": [((2, 2, 1, 2), maxima), ((2, 2, 1, 2), every_plane)]}),
    "columns": (batch, dict(storage_order=1), [((2, 2, 1, 2), maxima), by_columns], {
        "openvino": [((2, 2, 1, 2), maxima), ((2, 2, 2, 1), by_rows[1])],
        "opencv": [((2, 2, 1, 2), maxima), ((2, 2, 1, 2), every_item)],
        "mnn": [((2, 2, 1, 2), maxima), ((2, 2, 1, 2), every_plane)]}),
    "border": (batch[:1, :1], dict(pads=[1, 1, 1, 1]), [((1, 1, 2, 3), border), ((1, 1, 2, 3), [0, 2, 3, 4, 6, 7])], {
        "mnn": [((1, 1, 2, 3), unasked), ((1, 1, 2, 3), [0, 0, 0, 0, 6, 7])]}),
    "border, no indices": (batch[:1, :1], dict(pads=[1, 1, 1, 1]), [((1, 1, 2, 3), border)], {}),
}
changed = []
for case, (x, attributes, right, exceptions) in cases.items():
    print(f"{case} {attributes}, input {'x'.join(map(str, x.shape))}")
    for name, run in runtimes.items():
        results = run(model(x, len(right), **attributes), x, ["y", "i"][:len(right)])
        seen = [(y.shape, y.ravel().astype(int).tolist()) for y in results]
        for kind, (shape, numbers) in zip(("maxima", "indices"), seen):
            print(f"  {name:12} {kind:8} {'x'.join(map(str, shape))}", *numbers)
        changed += [f"{case} by {name}"] * (seen != exceptions.get(name, right))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
