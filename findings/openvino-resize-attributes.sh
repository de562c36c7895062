#!/usr/bin/env bash
# OpenVINO takes a Resize with antialias or keep_aspect_ratio_policy, and computes it without.
#
# Guessed: a runtime that does not know an attribute refuses the model, as OpenVINO does for half_pixel_symmetric.
# Seen:    antialias=1 changes nothing in OpenVINO: halving 0 1 4 9 16 25 gives the plain means of two. A policy of
#          not_larger gives 3x3, the sizes as they stand, where onnx and onnxruntime give 2x3. No error, no warning.
# With:    onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, numpy 2.4.6; 2026-11-29.
# Known:   antialias as openvino issue 35893 (cubic mode).
# Matters: antialias decides how many input cells an output cell is made of: 4 instead of 2 here. A figure of one is not a
#          figure of the other, and the difference looks like a rounding error until one counts the cells.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 \
    numpy==2.4.6
"$work/venv/bin/python" - <<'EOF'
import io, sys
import numpy as np, onnx, onnxruntime, openvino
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

for module in (onnx, onnxruntime, openvino, np):
    print(module.__name__, module.__version__)

def model(shape, sizes, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear", axes=[2, 3], **attributes)
    graph = helper.make_graph([node], "g", [value("x", shape)], [value("y", [1, 1, None, None])],
                              [numpy_helper.from_array(np.array(sizes), "sizes")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=10).SerializeToString()

def by_openvino(data, x):
    core = openvino.Core()
    return core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

cpu = dict(providers=["CPUExecutionProvider"])
runtimes = {
    "reference": lambda data, x: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x})[0],
    "onnxruntime": lambda data, x: onnxruntime.InferenceSession(data, **cpu).run(None, {"x": x})[0],
    "openvino": by_openvino,
}
row = np.array([[[[0, 1, 4, 9, 16, 25]]]], np.float32)
plane = np.arange(35, dtype=np.float32).reshape(1, 1, 5, 7)
cases = {  # case: (model, input, what is reported, what onnx and onnxruntime gave, what OpenVINO gave)
    "6 to 3": (model([1, 1, 1, 6], [1, 3]), row, "values", [.5, 6.5, 20.5], [.5, 6.5, 20.5]),
    "6 to 3, antialias": (model([1, 1, 1, 6], [1, 3], antialias=1), row, "values", [.875, 7, 19.625], [.5, 6.5, 20.5]),
    "5x7 to 3x3, not_larger": (model([1, 1, 5, 7], [3, 3], keep_aspect_ratio_policy="not_larger"), plane, "shape",
                               [1, 1, 2, 3], [1, 1, 3, 3]),
    "5x7 to 3x3, not_smaller": (model([1, 1, 5, 7], [3, 3], keep_aspect_ratio_policy="not_smaller"), plane, "shape",
                                [1, 1, 3, 4], [1, 1, 3, 3]),
}
changed = []
for case, (data, x, what, expected, other) in cases.items():
    print(case)
    for name, run in runtimes.items():
        y = run(data, x)
        seen = list(y.shape) if what == "shape" else y.ravel().round(4).tolist()
        print(f"  {name:12} {what} {seen}")
        changed += [f"{case} by {name}"] * (not np.allclose(seen, other if name == "openvino" else expected, atol=1e-3))
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
