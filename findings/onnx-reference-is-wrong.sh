#!/usr/bin/env bash
# The reference implementation of ONNX is wrong in three operators; runtimes agree against it.
#
# Guessed: onnx.reference.ReferenceEvaluator is slow, and right: it is what one compares a runtime with.
# Seen:    LRN normalises channel 0 and passes the other channels through. MaxPool with SAME_LOWER and stride 2 pads as
#          SAME_UPPER does. AveragePool with ceil_mode, when its last window hangs over by two cells, moves all windows by
#          one, the first one too. Two runtimes and a plain loop over the definition agree on other numbers.
# With:    onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, numpy 2.4.6; 2026-11-29.
# Known:   LRN as onnx issue 7805, mended in its main branch, not yet in this release.
# Matters: an oracle for tests of figures has to be checked like anything else; the plain loops below are ten lines.
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

def model(operator, shape, opset, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node(operator, ["x"], ["y"], **attributes)
    graph = helper.make_graph([node], "g", [value("x", shape)], [value("y", [None] * len(shape))])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10).SerializeToString()

def by_openvino(data, x):
    core = openvino.Core()
    return core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

def lrn(x):
    c = x.ravel()
    return [c[i] / (1 + sum(c[max(0, i - 1):i + 2] ** 2) / 3) ** .75 for i in range(c.size)]

def pool(x, reduce, kernel, stride, first, count):
    cells = x.ravel()
    windows = [range(first + i * stride, first + i * stride + kernel) for i in range(count)]
    return [float(reduce([cells[i] for i in window if 0 <= i < cells.size])) for window in windows]

cpu = dict(providers=["CPUExecutionProvider"])
runtimes = {
    "reference": lambda data, x: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x})[0],
    "onnxruntime": lambda data, x: onnxruntime.InferenceSession(data, **cpu).run(None, {"x": x})[0],
    "openvino": by_openvino,
}
x = np.arange(1, 7, dtype=np.float32)
cases = {  # case: (model, input, by the definition, what the reference gave)
    "LRN of 6 channels, size 3": (
        model("LRN", [1, 6, 1, 1], 13, size=3, alpha=1.0, beta=.75, bias=1.0), x.reshape(1, 6, 1, 1),
        lrn(x), [.4792, 2, 3, 4, 5, 6]),
    "MaxPool, kernel 3, stride 2, SAME_LOWER": (
        model("MaxPool", [1, 1, 6], 12, kernel_shape=[3], strides=[2], auto_pad="SAME_LOWER"), x.reshape(1, 1, 6),
        pool(x, max, 3, 2, -1, 3), [3, 5, 6]),
    "AveragePool, kernel 4, stride 3, padding 1, ceil_mode": (
        model("AveragePool", [1, 1, 6], 19, kernel_shape=[4], strides=[3], pads=[1, 1], ceil_mode=1), x.reshape(1, 1, 6),
        pool(x, np.mean, 4, 3, -1, 3), [1.5, 3.5, 5.5]),
}
changed = []
for case, (data, x, right, reference) in cases.items():
    print(f"{case}\n  {'definition':12} {np.round(np.array(right, float), 4).tolist()}")
    for name, run in runtimes.items():
        seen = run(data, x).ravel()
        print(f"  {name:12} {seen.astype(float).round(4).tolist()}")
        expected = reference if name == "reference" else right
        changed += [f"{case} by {name}"] * (not np.allclose(seen, expected, atol=1e-3))
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
