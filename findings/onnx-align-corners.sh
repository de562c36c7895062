#!/usr/bin/env bash
# An ONNX Resize with align_corners and a scale: two of six implementations do not put the last corner on the last corner.
#
# Guessed: whatever the scale, the last cell of the output is the last cell of the input: that is what align_corners says.
# Seen:    where the length times the scale is no whole number (5 × 1.5, 7 × 0.5), onnx's own reference and tract divide by
#          5 · 1.5 - 1 = 6.5 in place of the 6 steps between 7 cells: a ramp from 0 to 40 ends at 36.92, and one from 0 to 60
#          at 48. onnxruntime, OpenVINO, OpenCV and MNN end at 40 and at 60. For whole products all six agree.
# With:    onnx 1.23.2, onnxruntime 1.32.0, tract 0.23.9, openvino 2026.4.1, opencv-python-headless 5.0.0.93, MNN 3.6.1,
#          numpy 2.4.6; 2026-11-30.
# Matters: the formula of the specification reads length_resized, and the reference computes it before it is rounded down.
#          Who checks an upsampling against the reference finds a right runtime wrong. Give sizes in place of scales.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 tract==0.23.9 \
    openvino==2026.4.1 opencv-python-headless==5.0.0.93 MNN==3.6.1 numpy==2.4.6
cd "$work"
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" - <<'EOF'
import io, subprocess, sys
from importlib.metadata import version
import cv2, MNN, numpy as np, onnx, onnxruntime, openvino, tract
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

for name in ("onnx", "onnxruntime", "tract", "openvino", "opencv-python-headless", "MNN", "numpy"):
    print(name, version(name))
cv2.utils.logging.setLogLevel(0)

def model(length, scale):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    scales = helper.make_tensor("scales", TensorProto.FLOAT, [4], [1, 1, 1, scale])
    node = helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="linear",
                            coordinate_transformation_mode="align_corners")
    graph = helper.make_graph([node], "g", [value("x", [1, 1, 2, length])], [value("y", [1, 1, 2, None])], [scales])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9).SerializeToString()

def by_onnxruntime(data, x):
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]

def by_tract(data, x):
    open("m.onnx", "wb").write(data)
    loaded = tract.onnx().load("m.onnx")
    loaded.set_input_fact(0, ",".join(map(str, x.shape)) + ",f32")
    return loaded.into_model().into_runnable().run([x])[0].to_numpy()

def by_openvino(data, x):
    core = openvino.Core()
    return core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

def by_opencv(data, x):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(x, "x")
    return net.forward().copy()

def by_mnn(data, x):
    open("m.onnx", "wb").write(data)
    convert = ["mnnconvert", "-f", "ONNX", "--modelFile", "m.onnx", "--MNNModel", "m.mnn", "--bizCode", "m"]
    subprocess.run(convert, check=True, capture_output=True)
    net = MNN.nn.load_module_from_file("m.mnn", ["x"], ["y"])
    given = MNN.expr.const(x.ravel().tolist(), list(x.shape), MNN.expr.NCHW, MNN.expr.float)
    return MNN.expr.convert(net.forward(given), MNN.expr.NCHW).read().copy()

runtimes = {
    "reference": lambda data, x: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x})[0],
    "tract": by_tract, "onnxruntime": by_onnxruntime, "openvino": by_openvino, "opencv": by_opencv, "mnn": by_mnn,
}
changed = []
for length, scale, short in ((5, 1.5, 36.92), (7, 0.5, 48.0), (5, 2.0, 40.0)):
    last = 10.0 * (length - 1)
    x = np.stack([10 * np.arange(length, dtype=np.float32)] * 2)[None, None]
    for name, run in runtimes.items():
        ramp = run(model(length, scale), x)[0, 0, 0]
        expected = short if name in ("reference", "tract") else last
        print(f"0 … {last:g} × {scale} by {name:12}", [round(float(value), 2) for value in ramp])
        changed += [f"{length} × {scale} by {name}"] * int(abs(ramp[-1] - expected) > 0.01)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
