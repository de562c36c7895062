#!/usr/bin/env bash
# The maximum of a map of nothing but 8 is 2: RoiAlign with mode = max in ONNX, which has three answers.
#
# Guessed: 8, and -8 of a map of -8; whatever samples are taken between the cells, they are 8 too.
# Seen:    onnx's reference, onnxruntime and OpenCV take the largest of the four weighted corners of a sample and leave out their
#          sum: half-way between four cells that is 8 / 4. OpenVINO and TVM interpolate, then take the largest: 8. Of -8 the
#          former have -2, TVM -8, and OpenVINO 0: its maximum begins at 0, also where there is no 0. Means agree.
# With:    onnx 1.23.2, onnxruntime 1.32.0, opencv-python-headless 5.0.0.93, openvino 2026.4.1, apache-tvm 0.27.0.post1, numpy
#          2.4.6; 2026-11-30.
# Known:   the corners: onnxruntime issue 6146 (2020, open), onnx issue 4764 (open). Of OpenVINO's 0 nothing found.
# Matters: how bright a region comes out depends on where its samples fall: on cells, all is right; between them, a quarter is
#          left. The specification says that sampled values are interpolated, and its own reference does not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 \
    opencv-python-headless==5.0.0.93 openvino==2026.4.1 apache-tvm==0.27.0.post1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import io, sys
from importlib.metadata import version
import cv2, numpy as np, onnx, onnxruntime, openvino, tvm
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from tvm import relax
from tvm.relax.frontend.onnx import from_onnx

for name in ("onnx", "onnxruntime", "opencv-python-headless", "openvino", "apache-tvm", "numpy"):
    print(name, version(name))
cv2.utils.logging.setLogLevel(0)

def model(mode, corner):
    """A region of 4x2 cells, its first corner as given, pooled to 2x1 with one sample in each half: 1 cell after the corner."""
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("RoiAlign", ["x", "r", "b"], ["y"], mode=mode, output_height=1, output_width=2, sampling_ratio=1,
                            coordinate_transformation_mode="output_half_pixel")
    region = helper.make_tensor("r", TensorProto.FLOAT, [1, 4], [corner, corner, corner + 4, corner + 2])
    graph = helper.make_graph([node], "g", [value("x", [1, 1, 6, 8])], [value("y", [1, 1, 1, 2])],
                              [region, helper.make_tensor("b", TensorProto.INT64, [1], [0])])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    onnx.checker.check_model(made)
    return made

def by_opencv(made, x):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(made.SerializeToString(), np.uint8))
    net.setInput(x, "x")
    return net.forward()

def by_openvino(made, x):
    core = openvino.Core()
    read = core.read_model(io.BytesIO(made.SerializeToString()))
    return core.compile_model(read, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

def by_tvm(made, x):
    built = tvm.compile(from_onnx(made), target="llvm")
    return relax.VirtualMachine(built, tvm.cpu())["main"](tvm.runtime.tensor(x)).numpy()

programs = {
    "reference": lambda made, x: ReferenceEvaluator(made).run(None, {"x": x})[0],
    "onnxruntime": lambda made, x: onnxruntime.InferenceSession(
        made.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0],
    "opencv": by_opencv, "openvino": by_openvino, "tvm": by_tvm,
}
cases = [  # mode, corner, the number in all cells, what the programs gave, in their order
    ("max", 1.0, 8, [8, 8, 8, 8, 8]),
    ("max", 1.5, 8, [2, 2, 2, 8, 8]),
    ("max", 1.5, -8, [-2, -2, -2, 0, -8]),
    ("avg", 1.5, 8, [8, 8, 8, 8, 8]),
    ("avg", 1.5, -8, [-8, -8, -8, -8, -8]),
]
changed = []
for mode, corner, cell, recorded in cases:
    x = np.full((1, 1, 6, 8), cell, np.float32)
    for (name, run), expected in zip(programs.items(), recorded, strict=True):
        seen = run(model(mode, corner), x).ravel().tolist()
        case = f"{mode} of {cell}, from {corner}"
        print(f"{case:20} {name:12}", *(f"{value:g}" for value in seen))
        changed += [f"{case} by {name}"] * (not np.allclose(seen, expected, atol=1e-4))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
