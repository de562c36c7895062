#!/usr/bin/env bash
# OpenCV's dnn module does not tell SAME_UPPER from SAME_LOWER: it puts (kernel - 1) // 2 cells in front, whatever the stride.
#
# Guessed: OpenCV pads as ONNX says: the total that ceil(n / stride) needs, halved, the odd cell behind or in front.
# Seen:    right where the total is even or happens to fit; off by one cell for the usual 3x3 kernel with stride 2 on an even
#          input and SAME_UPPER, and for every even kernel with stride 1 and SAME_LOWER. Sizes are right, so nothing complains.
# With:    opencv-python-headless 5.0.0.93, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-29.
# Matters: SAME_UPPER with kernel 3 and stride 2 is what every network that came from TensorFlow has: each such layer moves
#          the picture by one cell, and a drawing of where the window stands is off by one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 \
    opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'EOF'
import sys
import cv2, numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper

for module in (onnx, onnxruntime, cv2, np):
    print(module.__name__, module.__version__)
cv2.utils.logging.setLogLevel(0)
# Weights 1, 10, 100, ... over an input of ones: the digits of the first output say how many taps lie in the padding.
cells = 6
x = np.ones((1, 1, cells, cells), np.float32)

def model(kernel, stride, pad):
    weight = np.zeros((kernel, kernel), np.float32)
    weight[(kernel - 1) // 2] = 10.0 ** np.arange(kernel)
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[kernel] * 2, strides=[stride] * 2, auto_pad=pad)
    graph = helper.make_graph([node], "g", [value("x", list(x.shape))], [value("y", [1, 1, None, None])],
                              [helper.make_tensor("w", TensorProto.FLOAT, [1, 1, kernel, kernel], weight.ravel())])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=10).SerializeToString()

def front(y):
    """Cells of padding before the first window: zeros at the end of its sum, read off an inner row."""
    digits = str(round(float(y[0, 0, y.shape[2] // 2, 0])))
    return len(digits) - len(digits.rstrip("0"))

def by_opencv(data):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(x, "x")
    return net.forward().copy()

recorded = {}
print("kernel stride auto_pad     onnxruntime opencv   cells of padding in front")
for kernel, stride in ((3, 1), (3, 2), (5, 2), (4, 2), (2, 1), (4, 1)):
    for pad in ("SAME_UPPER", "SAME_LOWER"):
        data = model(kernel, stride, pad)
        total = max((-(-cells // stride) - 1) * stride + kernel - cells, 0)
        right = total // 2 if pad == "SAME_UPPER" else total - total // 2
        one = front(onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0])
        other = front(by_opencv(data))
        print(f"{kernel:6} {stride:6} {pad:12} {one:11} {other:6}   {'' if one == other else 'differ'}")
        recorded[kernel, stride, pad] = (one, other) == (right, (kernel - 1) // 2)
changed = [str(case) for case, as_recorded in recorded.items() if not as_recorded]
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
