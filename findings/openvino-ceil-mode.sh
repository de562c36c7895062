#!/usr/bin/env bash
# A pool with ceil_mode in OpenVINO: another divisor in its last cell, and an output cell that no input cell reaches.
#
# Guessed: ceil_mode is PyTorch's: a window that would begin in the padding after the input is left out, and cells beyond
#          the padding never count in a mean. onnx 1.23.2 words it so, and its reference and onnxruntime do it.
# Seen:    OpenVINO divides the last mean by the whole window (6 / 3 instead of 6 / 2), and keeps the window that lies
#          wholly in the padding: its maximum is float32's lowest number, -3.4e38, its output one cell larger.
# With:    onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, numpy 2.4.6, in opset 22 as in 12; 2026-11-29.
# Known:   the larger output as openvino issue 18731, which is closed.
# Matters: sizes and numbers of a figure that was computed by the one are wrong for the other; one -3.4e38 spoils every
#          colour scale.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 \
    numpy==2.4.6
"$work/venv/bin/python" - <<'EOF'
import io, sys
import numpy as np, onnx, onnxruntime, openvino
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

for module in (onnx, onnxruntime, openvino, np):
    print(module.__name__, module.__version__)

def model(operator, cells, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node(operator, ["x"], ["y"], ceil_mode=1, **attributes)
    graph = helper.make_graph([node], "g", [value("x", [1, 1, cells])], [value("y", [1, 1, None])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10).SerializeToString()

def by_openvino(data, x):
    core = openvino.Core()
    return core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

cpu = dict(providers=["CPUExecutionProvider"])
runtimes = {
    "reference": lambda data, x: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x})[0],
    "onnxruntime": lambda data, x: onnxruntime.InferenceSession(data, **cpu).run(None, {"x": x})[0],
    "openvino": by_openvino,
}
lowest = float(np.finfo(np.float32).min)
cases = {  # case: (model, input, what onnx and onnxruntime gave, what OpenVINO gave)
    "mean of 1..6, kernel 3, stride 2, padding 1": (
        model("AveragePool", 6, kernel_shape=[3], strides=[2], pads=[1, 1], count_include_pad=1),
        range(1, 7), [1, 3, 5, 3], [1, 3, 5, 2]),
    "maximum of -5..-1, kernel 2, stride 2, padding 1": (
        model("MaxPool", 5, kernel_shape=[2], strides=[2], pads=[1, 1]),
        range(-5, 0), [-5, -3, -1], [-5, -3, -1, lowest]),
    "maximum of -4..-1, kernel 1, stride 2": (
        model("MaxPool", 4, kernel_shape=[1], strides=[2]), range(-4, 0), [-4, -2], [-4, -2, lowest]),
}
changed = []
for case, (data, values, expected, other) in cases.items():
    print(case)
    for name, run in runtimes.items():
        seen = run(data, np.array(values, np.float32)[None, None]).ravel().tolist()
        print(f"  {name:12} {seen}")
        changed += [f"{case} by {name}"] * (seen != (other if name == "openvino" else expected))
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
