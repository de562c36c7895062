#!/usr/bin/env bash
# In MNN the first cells of a cubic upsampling lie one cell too far in: a ramp enlarged by 2 begins 1.56, 1.16, 1.56.
#
# Guessed: a cubic Resize agrees with ONNX's, but for the coefficient, of which there are two customs.
# Seen:    with half_pixel, as PyTorch upsamples, the first positions are negative: -1/4 by 2, -3/8 and -1/8 by 4. MNN takes the
#          values one cell further on, at 3/4, and at 5/8 and 7/8, along each axis: the ramp 1, 2, 4, 8 begins with its third
#          cell. Positions beyond the last cell are right, so a picture and its mirror image differ. Linear ones are right, and
#          so are cubic ones with asymmetric, which has no negative position. cubic_coeff_a and exclude_outside are taken and
#          not obeyed.
# With:    MNN 3.6.1, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-30.
# Known:   nothing found.
# Matters: super-resolution networks add such an enlargement to what they learned: their first row and column are off.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check MNN==3.6.1 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$work"
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import subprocess, sys
from importlib.metadata import version
import MNN, numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

for name in ("MNN", "onnx", "onnxruntime", "numpy"):
    print(name, version(name))
ramp = np.array([1, 2, 4, 8], np.float32).reshape(1, 1, 1, 4)
column, mirrored = ramp.reshape(1, 1, 4, 1), ramp[..., ::-1].copy()

def model(x, scale, **attributes):
    scales = [1, 1, scale if x.shape[2] > 1 else 1, scale if x.shape[3] > 1 else 1]
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    constants = [helper.make_tensor("roi", TensorProto.FLOAT, [0], []), helper.make_tensor("s", TensorProto.FLOAT, [4], scales)]
    node = helper.make_node("Resize", ["x", "roi", "s"], ["y"], **attributes)
    graph = helper.make_graph([node], "g", [value("x", list(x.shape))], [value("y", [1, 1, "h", "w"])], constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()

def by_mnn(data, x):
    open("m.onnx", "wb").write(data)
    convert = ["mnnconvert", "-f", "ONNX", "--modelFile", "m.onnx", "--MNNModel", "m.mnn", "--bizCode", "m"]
    subprocess.run(convert, check=True, capture_output=True)
    given = MNN.expr.const(x.ravel().tolist(), list(x.shape), MNN.expr.NCHW, MNN.expr.float)
    (seen,) = MNN.nn.load_module_from_file("m.mnn", ["x"], ["y"]).forward([given])
    return MNN.expr.convert(seen, MNN.expr.NCHW).read().copy()

runtimes = {
    "reference": lambda data, x: ReferenceEvaluator(onnx.load_from_string(data)).run(None, {"x": x})[0],
    "onnxruntime": lambda data, x: onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0],
    "mnn": by_mnn,
}
cubic, asymmetric = dict(mode="cubic"), dict(mode="cubic", coordinate_transformation_mode="asymmetric")
by_two = [0.89, 1.16, 1.56, 2.42, 3.16, 5.12, 7.16, 8.42]
by_four = [0.89, 0.93, 1.08, 1.23, 1.42, 1.75, 2.24, 2.57, 2.91, 3.51, 4.56, 5.66, 6.69, 7.6, 8.29, 8.44]
backwards = by_two[::-1]
cases = [  # what, input, scale, attributes, what the first two gave, what MNN gave
    ("cubic", ramp, 2, cubic, by_two, [by_two[2], *by_two[1:]]),
    ("cubic, a column", column, 2, cubic, by_two, [by_two[2], *by_two[1:]]),
    ("cubic, mirrored", mirrored, 2, cubic, backwards, [backwards[2], *backwards[1:]]),
    ("cubic, 4 times", ramp, 4, cubic, by_four, [*by_four[4:6], *by_four[2:]]),
    ("cubic, coefficient -0.5", ramp, 2, dict(cubic, cubic_coeff_a=-0.5),
        [0.93, 1.16, 1.66, 2.38, 3.34, 4.95, 7.23, 8.28], [by_two[2], *by_two[1:]]),
    ("cubic, exclude_outside", ramp, 2, dict(cubic, exclude_outside=1),
        [0.86, 1.14, 1.54, 2.42, 3.16, 5.22, 7.24, 8.55], [by_two[2], *by_two[1:]]),
    ("cubic, asymmetric", ramp, 2, asymmetric, [1, 1.31, 2, 2.72, 4, 6.19, 8, 8.38], None),
    ("linear", ramp, 2, dict(mode="linear"), [1, 1.25, 1.75, 2.5, 3.5, 5, 7, 8], None),
]
changed = []
for what, x, scale, attributes, right, theirs in cases:
    data = model(x, scale, **attributes)
    print(what)
    for name, run in runtimes.items():
        seen = run(data, x).ravel().astype(float).round(2).tolist()
        print(f"  {name:12}", *(f"{value:g}" for value in seen))
        changed += [f"{what} by {name}"] * (seen != (theirs if theirs and name == "mnn" else right))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
