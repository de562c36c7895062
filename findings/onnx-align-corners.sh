#!/usr/bin/env bash
# A Resize that aligns corners does not reach the last corner, if it was asked for a scale.
#
# Guessed: align_corners maps the first cell to the first and the last to the last: 0 1 2 3 4 by 1.5 ends with a 4.
# Seen:    onnx's reference ends with 3.69: it takes the size times the scale, 7.5, for the length of an output that has 7
#          cells. onnxruntime and OpenVINO take 7, and end with 4. With the same size given as `sizes` all agree. For
#          half_pixel the runtimes do take the scale, 1.5 and not 7 / 5: it is this one mode that they treat apart.
# With:    onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, numpy 2.4.6; 2026-11-29.
# Matters: the same layer has two sets of weights, and both are called right by somebody. Give a size, or a scale that makes
#          a whole number of cells, before a figure says what an output cell is made of.
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
x = np.arange(5, dtype=np.float32).reshape(1, 1, 1, 5)

def model(transformation, what):
    given = np.array([1, 1, 1, 1.5], np.float32) if what == "scales" else np.array([1, 1, 1, 7])
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("Resize", ["x", "", what] if what == "scales" else ["x", "", "", what], ["y"], mode="linear",
                            coordinate_transformation_mode=transformation)
    graph = helper.make_graph([node], "g", [value("x", list(x.shape))], [value("y", [1, 1, 1, None])],
                              [numpy_helper.from_array(given, what)])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=10).SerializeToString()

def by_openvino(data):
    core = openvino.Core()
    return core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

runtimes = {
    "reference": lambda data: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x})[0],
    "onnxruntime": lambda data: onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0],
    "openvino": by_openvino,
}
cells = np.arange(7)
by_size = {"align_corners": cells * 4 / 6, "half_pixel": np.clip((cells + .5) * 5 / 7 - .5, 0, 4)}
by_scale = {"align_corners": cells * 4 / 6.5, "half_pixel": np.clip((cells + .5) / 1.5 - .5, 0, 4)}
recorded = {"scales": {"align_corners": {"reference"}, "half_pixel": {"reference", "onnxruntime", "openvino"}},
            "sizes": {"align_corners": set(), "half_pixel": set()}}
changed = []
for transformation in by_size:
    for what in ("scales", "sizes"):
        print(f"{transformation}, by {what}")
        for name, run in runtimes.items():
            seen = run(model(transformation, what)).ravel()
            print(f"  {name:12} {seen.astype(float).round(3).tolist()}")
            expected = (by_scale if name in recorded[what][transformation] else by_size)[transformation]
            changed += [f"{transformation} by {what} by {name}"] * (not np.allclose(seen, expected, atol=1e-3))
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
