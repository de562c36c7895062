#!/usr/bin/env bash
# MNN converts a dilated pool without its dilation, and a last window that lies beyond the input as a copy of the last cell.
#
# Guessed: with pads as numbers, MNN's converter takes an ONNX pool whole or refuses it.
# Seen:    mnnconvert drops `dilations` of MaxPool and AveragePool without a word: the windows are dense, the output is longer.
#          With ceil_mode, a last window that begins after the input (kernel 1, stride 3, 8 cells) is left out by onnxruntime
#          and by onnx's reference, as by PyTorch; MNN keeps it: the last cell once more. Undilated pools agree, with ceil_mode
#          too where the last window begins inside, and so does a dilated Conv.
# With:    MNN 3.6.1, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-30.
# Matters: a network with dilated pools keeps running on a phone, with other numbers and another size from there on.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check MNN==3.6.1 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$work"
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" - <<'EOF'
import subprocess, sys
from importlib.metadata import version
import MNN, numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

for name in ("MNN", "onnx", "onnxruntime", "numpy"):
    print(name, version(name))
x = np.array([3, -1, 4, 1, -5, 9, 2, -6], np.float32).reshape(1, 1, 1, 8)

def model(operator, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    weight = [helper.make_tensor("w", TensorProto.FLOAT, [1, 1, 1, 2], [1, 2])] if operator == "Conv" else []
    node = helper.make_node(operator, ["x"] + ["w"] * len(weight), ["y"], **attributes)
    graph = helper.make_graph([node], "g", [value("x", [1, 1, 1, 8])], [value("y", [1, 1, 1, None])], weight)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9).SerializeToString()

def by_mnn(data):
    open("m.onnx", "wb").write(data)
    convert = ["mnnconvert", "-f", "ONNX", "--modelFile", "m.onnx", "--MNNModel", "m.mnn", "--bizCode", "m"]
    said = subprocess.run(convert, check=True, capture_output=True, text=True)
    assert "dilation" not in (said.stdout + said.stderr).lower()
    net = MNN.nn.load_module_from_file("m.mnn", ["x"], ["y"])
    given = MNN.expr.const(x.ravel().tolist(), list(x.shape), MNN.expr.NCHW, MNN.expr.float)
    return MNN.expr.convert(net.forward(given), MNN.expr.NCHW).read().copy()

runtimes = {
    "reference": lambda data: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x})[0],
    "onnxruntime": lambda data: onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0],
    "mnn": by_mnn,
}
dilated = dict(kernel_shape=[1, 2], dilations=[1, 3])
cases = {  # case: (model, what reference and onnxruntime gave, what MNN gave)
    "MaxPool 2, dilation 3, stride 3": (model("MaxPool", **dilated, strides=[1, 3]), [3, 2], [3, 1, 2]),
    "AveragePool 2, dilation 3, stride 2": (model("AveragePool", **dilated, strides=[1, 2]), [2, 6.5, -5.5], [1, 2.5, 2, -2]),
    "Conv 2, dilation 3, stride 2": (model("Conv", **dilated, strides=[1, 2]), [5, 22, -17], [5, 22, -17]),
    "MaxPool 1, stride 3, ceil_mode": (model("MaxPool", kernel_shape=[1, 1], strides=[1, 3], ceil_mode=1), [3, 1, 2], [3, 1, 2, -6]),
    "MaxPool 3, stride 3, ceil_mode": (model("MaxPool", kernel_shape=[1, 3], strides=[1, 3], ceil_mode=1), [4, 9, 2], [4, 9, 2]),
}
changed = []
for case, (data, right, theirs) in cases.items():
    for name, run in runtimes.items():
        seen = run(data).ravel().tolist()
        print(f"{case:36} {name:12} {seen}")
        changed += [f"{case} by {name}"] * (seen != (theirs if name == "mnn" else right))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
