#!/usr/bin/env bash
# A cubic GridSample in ONNX: OpenCV makes a linear one of it, by the name of its mode; at the border there are two readings.
#
# Guessed: modes are obeyed or refused; cubic ones might differ in their coefficient (-0.5 or -0.75).
# Seen:    opset 20 renamed the modes. OpenCV knows "bicubic" of opset 16; "cubic" it computes as linear, without a word: half a
#          cell beside a line of 64 it has 32, the others 38. Its "bicubic" is cut to the range of the cells that it is made of: 0
#          where the others overshoot to -6. onnx's reference knows the new names only, and refuses opset 16's.
#          With padding_mode = border, onnxruntime and OpenVINO move each of the 4 cells into the map, as PyTorch does; the
#          reference, tract and OpenCV move the point: 64 and not 70 half a cell outside.
# With:    opencv-python-headless 5.0.0.93, onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, tract 0.23.9, numpy 2.4.6;
#          2026-11-30.
# Known:   the border is onnxruntime's issue 10607, mended there. Of the names nothing found.
# Matters: a network that warps its maps is exported as cubic and runs in OpenCV as linear: softer, and nothing says so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 onnx==1.23.2 \
    onnxruntime==1.32.0 openvino==2026.4.1 tract==0.23.9 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import io, sys
from importlib.metadata import version
import cv2, numpy as np, onnx, onnxruntime, openvino, tract
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

for name in ("opencv-python-headless", "onnx", "onnxruntime", "openvino", "tract", "numpy"):
    print(name, version(name))
cv2.utils.logging.setLogLevel(0)
WIDTH = 12

def model(points, opset, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("GridSample", ["x", "g"], ["y"], align_corners=1, **attributes)
    given = [value("x", [1, 1, 9, WIDTH]), value("g", [1, 1, points, 2])]
    graph = helper.make_graph([node], "g", given, [value("y", [1, 1, 1, points])])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()

def by_openvino(data, given):
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return compiled(list(given.values()))[0]

def by_tract(data, given):
    open("m.onnx", "wb").write(data)
    return tract.onnx().load("m.onnx").into_model().into_runnable().run(list(given.values()))[0].to_numpy()

def by_opencv(data, given):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    for name, value in given.items():
        net.setInput(value, name)
    return net.forward().copy()

programs = {
    "onnxruntime": lambda data, given: onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, given)[0],
    "openvino": by_openvino, "tract": by_tract, "opencv": by_opencv,
    "reference": lambda data, given: ReferenceEvaluator(onnx.load_from_string(data)).run(None, given)[0],
}
lines = {"in the middle": [5], "at both ends": [0, WIDTH - 1]}
beside, outside = [5, 5.25, 5.5, 5.75, 6.5], [-1, -0.75, -0.5, -0.25, 0]
cubic, linear = [64, 56.25, 38, 16.75, -6], [64, 48, 32, 16, 0]
moved = [64] * 5
cases = [  # mode, opset, padding_mode, lines of 64, points, what onnxruntime gave, what others did
    ("cubic", 20, "zeros", "in the middle", beside, cubic, {"opencv": linear}),
    ("bicubic", 16, "zeros", "in the middle", beside, cubic, {"reference": None, "opencv": [*cubic[:4], 0]}),
    ("linear", 20, "zeros", "in the middle", beside, linear, {}),
    ("cubic", 20, "border", "at both ends", outside, [64, 66.25, 70, 70.75, 64], dict.fromkeys(("tract", "reference", "opencv"), moved)),
]
changed = []
for mode, opset, padding, where, points, right, others in cases:
    x = np.zeros((1, 1, 9, WIDTH), np.float32)
    x[..., lines[where]] = 64
    grid = np.zeros((1, 1, len(points), 2), np.float32)
    grid[0, 0, :, 0] = 2 * np.array(points) / (WIDTH - 1) - 1
    for name, run in programs.items():
        try:
            seen = run(model(len(points), opset, mode=mode, padding_mode=padding), {"x": x, "g": grid}).ravel().tolist()
        except Exception:
            seen = None
        case, expected = f"{mode}, opset {opset}, {padding}", others.get(name, right)
        print(f"{case:26} {name:12}", seen and " ".join(f"{value:.4g}" for value in seen) or "refused")
        same = seen is None if expected is None else seen is not None and np.allclose(seen, expected, atol=0.01)
        changed += [f"{case} by {name}"] * (not same)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
