#!/usr/bin/env bash
# onnxslim takes the weights of a map's rows or columns for those of its channels, if there are as many: the map is another one.
#
# Guessed: a product after a convolution is folded into its kernels where it is one factor for each channel, as a sum is.
# Seen:    any vector of as many numbers as there are channels is folded, whichever axis it lies along. Four channels of 4x4
#          cells, all 1, times the row 1, 2, 3, 4: each channel's rows were 1, 2, 3, 4, and are now 1 1 1 1 in the first, 4 4 4 4
#          in the last one. The same with a column, with one number for each picture of a batch, with a transposed convolution,
#          and with frames of a signal and their window. Sums are left alone there, as are vectors of another length: the fault
#          appears where width, height or batch happen to be the number of channels. `model_check=True` compares the models, but
#          it is not the default.
# With:    onnxslim 0.1.98, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-30.
# Known:   nothing found of the product. Issue 323, of MatMul and Add, asked for such a check.
# Matters: a window over a map, or a weight for each latitude, goes astray in a model that was only to become smaller, and no
#          shape tells.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnxslim==0.1.98 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import sys
from importlib.metadata import version
import numpy as np, onnx, onnxruntime, onnxslim
from onnx import TensorProto, helper

for name in ("onnxslim", "onnx", "onnxruntime", "numpy"):
    print(name, version(name))

def model(shape, operator, combine, factors):
    """A map of ones, one channel, to four such by 1x1 kernels of 1, and these times or plus a constant."""
    size = [1] * (len(shape) - 2)
    constants = [
        helper.make_tensor("w", TensorProto.FLOAT, ([4, 1] if operator == "Conv" else [1, 4]) + size, [1, 1, 1, 1]),
        helper.make_tensor("f", TensorProto.FLOAT, factors, list(range(1, int(np.prod(factors)) + 1))),
    ]
    nodes = [helper.make_node(operator, ["x", "w"], ["t"]), helper.make_node(combine, ["t", "f"], ["y"])]
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "g", [value("x", shape)], [value("y", [shape[0], 4, *shape[2:]])], constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(made, full_check=True)
    return made

def run(made, shape):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.ones(shape, np.float32)})[0]

picture = [1, 1, 4, 4]
cases = {  # case: (shape of the input, operator, what follows, shape of the constant, whether it was right)
    "a factor for each channel": (picture, "Conv", "Mul", [4, 1, 1], True),
    "a factor for each column": (picture, "Conv", "Mul", [4], False),
    "a factor for each row": (picture, "Conv", "Mul", [4, 1], False),
    "a factor for each picture": ([4, 1, 4, 4], "Conv", "Mul", [4, 1, 1, 1], False),
    "a factor for each sample of a signal": ([1, 1, 4], "Conv", "Mul", [4], False),
    "transposed, for each channel": (picture, "ConvTranspose", "Mul", [4, 1, 1], True),
    "transposed, for each column": (picture, "ConvTranspose", "Mul", [4], False),
    "a factor for each of 5 columns": ([1, 1, 4, 5], "Conv", "Mul", [5], True),
    "a summand for each channel": (picture, "Conv", "Add", [4, 1, 1], True),
    "a summand for each column": (picture, "Conv", "Add", [4], True),
}
changed = []
for case, (shape, operator, combine, factors, right) in cases.items():
    made = model(shape, operator, combine, factors)
    slim = onnxslim.slim(made)
    # What the specification says, without a runtime: ones, and numpy's broadcasting, which is ONNX's.
    expected = np.ones([shape[0], 4, *shape[2:]], np.float32)
    constant = np.arange(1, np.prod(factors) + 1, dtype=np.float32).reshape(factors)
    expected = expected * constant if combine == "Mul" else expected + constant
    before, after = run(made, shape), run(slim, shape)
    assert np.array_equal(before, expected), case
    same = np.array_equal(before, after)
    print(f"{case:38}", "as before" if same else "not as before", *(node.op_type for node in slim.graph.node))
    if case == "a factor for each column":
        for channel in range(4):
            first = lambda made: " ".join(f"{value:g}" for value in made[0, channel, 0])
            print(f"    channel {channel}, first row: {first(before)}, slim {first(after)}")
        wrong = constant.reshape(1, 4, 1, 1) * np.ones((1, 4, 4, 4), np.float32)
        changed += [case + ", values"] * (not np.array_equal(after, wrong))
    changed += [case] * (same != right)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
