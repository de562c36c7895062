#!/usr/bin/env bash
# One average pool of one ONNX file, four runtimes, four answers: auto_pad SAME with a dilation.
#
# Guessed: SAME means an output of ceil(n / stride), padded for the dilated window, everywhere.
# Seen:    onnxruntime pads for the window without its dilation, and gives a smaller output. onnx's own reference has the
#          right size, but places windows as onnxruntime does and fills up with zeros. OpenCV puts (k - 1) // 2 cells in
#          front, dilated or not. OpenVINO alone pads for the dilated window. Within one runtime it depends on the operator:
#          onnxruntime refuses a Conv with these attributes, and the reference pads a MaxPool unlike its AveragePool.
# With:    onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, opencv-python-headless 5.0.0.93, numpy 2.4.6; 2026-11-29.
# Matters: a picture of "padding same, dilation 2" is right for one of them only. Write the padding as numbers instead: with
#          pads [1, 1] all four agree, as the last lines show.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 \
    opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'EOF'
import io, sys
import cv2, numpy as np, onnx, onnxruntime, openvino
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

for module in (onnx, onnxruntime, openvino, cv2, np):
    print(module.__name__, module.__version__)
cv2.utils.logging.setLogLevel(0)
x = np.arange(1, 7, dtype=np.float32).reshape(1, 1, 6)

def model(operator, opset, **attributes):
    node = helper.make_node(operator, ["x"] + ["w"] * (operator == "Conv"), ["y"], strides=[1], **attributes)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    weight = [helper.make_tensor("w", TensorProto.FLOAT, [1, 1, 2], [1, 1])] if operator == "Conv" else []
    graph = helper.make_graph([node], "g", [value("x", [1, 1, 6])], [value("y", [1, 1, None])], weight)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10).SerializeToString()

def by_onnxruntime(data):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]

def by_openvino(data):
    core = openvino.Core()
    return core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

def by_opencv(data):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(x, "x")
    return net.forward().copy()

runtimes = {
    "reference": lambda data: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x})[0],
    "onnxruntime": by_onnxruntime, "openvino": by_openvino, "opencv": by_opencv,
}
same = dict(kernel_shape=[2], dilations=[2], auto_pad="SAME_UPPER")
right = [2, 2, 3, 4, 5, 5]
cases = {  # case: (model, what each runtime gave)
    "AveragePool": (model("AveragePool", 19, **same), ([2, 3, 4, 5, 5, 0], [2, 3, 4, 5, 5], right, [2, 3, 4, 5, 5, 6])),
    "MaxPool": (model("MaxPool", 12, **same), ([2, 3, 4, 5, 6, 5], [3, 4, 5, 6, 5], [2, 3, 4, 5, 6, 5], [3, 4, 5, 6, 5, 6])),
    "Conv": (model("Conv", 11, **same), ([2, 4, 6, 8, 10, 5], "refused", [2, 4, 6, 8, 10, 5], [4, 6, 8, 10, 5, 6])),
    "AveragePool, pads 1": (model("AveragePool", 19, kernel_shape=[2], dilations=[2], pads=[1, 1]), (right,) * 4),
}
changed = []
for case, (data, recorded) in cases.items():
    for (name, run), expected in zip(runtimes.items(), recorded, strict=True):
        try:
            seen = run(data).ravel().tolist()
        except Exception:
            seen = "refused"
        print(f"{case:20} {name:12} {seen}")
        changed += [f"{case} by {name}"] * (seen != expected)
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
