#!/usr/bin/env bash
# In tinygrad the middle 3 of 5 cells are the first three, and a 1x1 convolution with stride 2 and padding "same" takes the other cells.
#
# Guessed: CenterCropPad of an odd number from an odd number is the middle; SAME_UPPER of a 1x1 kernel with stride 2 pads nothing.
# Seen:    where the middle is exact, an odd number of an odd one, the crop lies one cell too far to the front; all others are
#          right. Where a kernel is smaller than its stride, the padding is computed as -1 and rounded down, so that SAME_UPPER
#          cuts off the first cell: of 0 to 5 remain 1, 3, 5 in place of 0, 2, 4. SAME_LOWER is right.
# With:    tinygrad 0.14.0, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-30.
# Known:   nothing found. onnxruntime issue 10086 is of its own negative padding, which it rounds to zero here.
# Matters: a shortcut of a residual network is such a convolution, and a skip of a U-Net such a crop: both are off by a cell.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check tinygrad==0.14.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$work"
DEV=PYTHON XDG_CACHE_HOME="$work" CACHEDB="$work/cache.db" "$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import sys
from importlib.metadata import version
import numpy as np, onnx, onnxruntime
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from tinygrad import Tensor
from tinygrad.nn.onnx import OnnxRunner

for name in ("tinygrad", "onnx", "onnxruntime", "numpy"):
    print(name, version(name))

def model(operator, x, constant, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
    node = helper.make_node(operator, ["x", "c"], ["y"], **attributes)
    graph = helper.make_graph([node], "g", [value("x", x.shape)], [value("y", [None] * x.ndim)], [numpy_helper.from_array(constant, "c")])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made, full_check=True)
    return made

def by_tinygrad(made, x):
    onnx.save(made, "m.onnx")
    return OnnxRunner("m.onnx")({"x": Tensor(x)})["y"].numpy()

programs = {
    "reference": lambda made, x: ReferenceEvaluator(made).run(None, {"x": x})[0],
    "onnxruntime": lambda made, x: onnxruntime.InferenceSession(
        made.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0],
    "tinygrad": by_tinygrad,
}
cells = lambda count: np.arange(count, dtype=np.float32)
crop = lambda size, count: ("CenterCropPad", cells(count), np.array([size]), {})
same = lambda which: ("Conv", cells(6).reshape(1, 1, 6), np.ones((1, 1, 1), np.float32), dict(auto_pad=which, strides=[2]))
cases = {  # case: (model, what is right, what tinygrad gave)
    "the middle 3 of 5": (crop(3, 5), [1, 2, 3], [0, 1, 2]),
    "the middle 3 of 7": (crop(3, 7), [2, 3, 4], [1, 2, 3]),
    "the middle 1 of 5": (crop(1, 5), [2], [1]),
    "the middle 3 of 6": (crop(3, 6), [1, 2, 3], [1, 2, 3]),
    "the middle 2 of 6": (crop(2, 6), [2, 3], [2, 3]),
    "1x1, stride 2, SAME_UPPER": (same("SAME_UPPER"), [0, 2, 4], [1, 3, 5]),
    "1x1, stride 2, SAME_LOWER": (same("SAME_LOWER"), [0, 2, 4], [0, 2, 4]),
}
changed = []
for case, ((operator, x, constant, attributes), right, theirs) in cases.items():
    print(case)
    for name, run in programs.items():
        seen = run(model(operator, x, constant, **attributes), x).ravel().tolist()
        print(f"  {name:12}", *(f"{value:g}" for value in seen))
        changed += [f"{case} by {name}"] * (seen != (theirs if name == "tinygrad" else right))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
