#!/usr/bin/env bash
# How long is an ONNX Resize's output? onnx and onnxruntime differ by a cell for 40 of 144 usual sizes and scales.
#
# Guessed: floor(n * scale) means the same to both; if anything, ties between cells differ.
# Seen:    a scale is a float32, and 0.7 is a little less there. onnx's shape inference and its reference multiply in double
#          precision, so 10 cells become floor(6.9999999) = 6. onnxruntime multiplies in single precision, which rounds to 7.0,
#          and gives 7; it warns that this is not what the model expects, and goes on. Scales that lie above their decimal,
#          as 0.6 and 1.2, and those that are exact, agree.
# With:    onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-29.
# Matters: a layer behind it (a sum with a skip connection, a reshape) fits in one of the two only. Exporters that write
#          sizes in place of scales are safe, as the last line shows.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$work/venv/bin/python" - <<'EOF'
import sys
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

for module in (onnx, onnxruntime, np):
    print(module.__name__, module.__version__)
options = onnxruntime.SessionOptions()
options.log_severity_level = 4

def lengths(n, scale, by_size=None):
    """By shape inference, the reference and onnxruntime."""
    inputs = ["x", "", "s"] if by_size is None else ["x", "", "", "s"]
    told = np.array([1, 1, scale], np.float32) if by_size is None else np.array([1, 1, by_size], np.int64)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("Resize", inputs, ["y"], mode="nearest")
    graph = helper.make_graph([node], "g", [value("x", [1, 1, n])], [value("y", [1, 1, None])], [numpy_helper.from_array(told, "s")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    x = np.arange(n, dtype=np.float32).reshape(1, 1, n)
    inferred = onnx.shape_inference.infer_shapes(model).graph.output[0].type.tensor_type.shape.dim[2].dim_value
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return inferred, ReferenceEvaluator(model).run(None, {"x": x})[0].shape[2], session.run(None, {"x": x})[0].shape[2]

scales = (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.4, 1.6, 1.7, 1.8, 1.9, 2.2, 2.4)
found = {(n, scale): lengths(n, scale) for scale in scales for n in (5, 10, 15, 20, 30, 40, 50, 100)}
differ = {key: each for key, each in found.items() if len(set(each)) > 1}
for n, scale in ((10, 0.7), (20, 1.3), (100, 1.9), (10, 0.6), (10, 1.2)):
    print(f"{n} cells, scale {scale}: inferred, reference, onnxruntime {found[n, scale]}")
print(f"{len(differ)} of {len(found)} differ, all with one cell more in onnxruntime; scales {sorted({s for _, s in differ})}")
print("by sizes:", lengths(10, 0.7, by_size=7))
as_recorded = (
    len(differ) == 40 and set(b - a for a, _, b in differ.values()) == {1} and all(a == r for a, r, _ in found.values())
    and found[10, 0.7] == (6, 6, 7) and lengths(10, 0.7, by_size=7) == (7, 7, 7)
)
sys.exit(None if as_recorded else "no longer as recorded")
EOF
