#!/usr/bin/env bash
# A local response normalisation in ONNX: OpenVINO cuts its bias to a whole number; of an even size there are three readings.
#
# Guessed: bias, a float, is obeyed; size is the attribute that may be read differently, if it is even.
# Seen:    LRN divides x by (bias + alpha / size · (sum of squares of size neighbours))^beta. OpenVINO's CPU plugin has 1 for a
#          bias of 1.5 and of 1.9, and 0 for 0.5: then zeros become NaN. 1, 2 and 4 are right, so that AlexNet shows nothing.
#          Size 4 is 1 channel before and 2 after by the specification; tract does that, MNN has 2 before and 1 after, OpenVINO 1
#          and 1 (divided by 4 all the same), and onnxruntime and OpenCV refuse it.
# With:    openvino 2026.4.1, onnx 1.23.2, onnxruntime 1.32.0, tract 0.23.9, MNN 3.6.1, opencv-python-headless 5.0.0.93, numpy
#          2.4.6; 2026-11-30.
# Known:   openvino pull request 743 of 2020 found whole numbers for beta and bias in its own tests of LRN, and mended those.
# Matters: a network whose bias is 0.5 or 1.5 runs on with other numbers, by up to (1.9 / 1)^beta where the activations are
#          small, and no test with the usual biases can see it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check openvino==2026.4.1 onnx==1.23.2 onnxruntime==1.32.0 \
    tract==0.23.9 MNN==3.6.1 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$work"
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import io, subprocess, sys
from importlib.metadata import version
import cv2, MNN, numpy as np, onnx, onnxruntime, openvino, tract
from onnx import TensorProto, helper

for name in ("openvino", "onnx", "onnxruntime", "tract", "MNN", "opencv-python-headless"):
    print(name, version(name))
cv2.utils.logging.setLogLevel(0)

def model(channels, **attributes):
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, 1, 1])
    graph = helper.make_graph([helper.make_node("LRN", ["x"], ["y"], **attributes)], "g", [value("x")], [value("y")])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(made)
    return made.SerializeToString()

def definition(x, before, after, size, bias, alpha, beta):
    sums = [sum(value ** 2 for value in x[max(0, c - before):c + after + 1]) for c in range(len(x))]
    return (np.array(x) / (bias + alpha / size * np.array(sums)) ** beta).tolist()

def by_openvino(data, x):
    core = openvino.Core()
    return core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

def by_tract(data, x):
    open("m.onnx", "wb").write(data)
    return tract.onnx().load("m.onnx").into_model().into_runnable().run([x])[0].to_numpy()

def by_mnn(data, x):
    open("m.onnx", "wb").write(data)
    convert = ["mnnconvert", "-f", "ONNX", "--modelFile", "m.onnx", "--MNNModel", "m.mnn", "--bizCode", "m"]
    subprocess.run(convert, check=True, capture_output=True)
    net = MNN.nn.load_module_from_file("m.mnn", ["x"], ["y"])
    given = MNN.expr.const(x.ravel().tolist(), list(x.shape), MNN.expr.NCHW, MNN.expr.float)
    return MNN.expr.convert(net.forward(given), MNN.expr.NCHW).read().copy()

def by_opencv(data, x):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(x, "x")
    return net.forward().copy()

programs = {
    "openvino": by_openvino, "tract": by_tract, "mnn": by_mnn, "opencv": by_opencv,
    "onnxruntime": lambda data, x: onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0],
}
mild, four = dict(alpha=1.0, beta=0.5), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
others, refused = ("tract", "mnn", "opencv", "onnxruntime"), ("onnxruntime", "opencv")
cases = [  # x, size, bias, {programs: (channels before, channels after, bias) that they have}
    (four, 3, 4.0, {("openvino", *others): (1, 1, 4.0)}),
    (four, 3, 1.9, {("openvino",): (1, 1, 1.0), others: (1, 1, 1.9)}),
    ([0.0, 0.0, 2.0], 1, 0.5, {("openvino",): (0, 0, 0.0), others: (0, 0, 0.5)}),
    (four, 4, 1.0, {("openvino",): (1, 1, 1.0), ("tract",): (1, 2, 1.0), ("mnn",): (2, 1, 1.0), refused: None}),
]
changed = []
for x, size, bias, recorded in cases:
    data = model(len(x), size=size, bias=bias, **mild)
    given = np.array(x, np.float32).reshape(1, -1, 1, 1)
    for names, reading in recorded.items():
        expected = reading and definition(x, *reading[:2], size, reading[2], **mild)
        for name in names:
            try:
                seen = programs[name](data, given).ravel().tolist()
            except Exception:
                seen = None
            print(f"size {size}, bias {bias:<3g} {name:12}", seen and " ".join(f"{value:.3f}" for value in seen) or "refused")
            same = seen is None if expected is None else seen is not None and np.allclose(seen, expected, rtol=1e-4, equal_nan=True)
            changed += [f"size {size}, bias {bias:g} by {name}"] * (not same)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
