#!/usr/bin/env bash
# onnxoptimizer takes a border of zeros into the pool behind it; with auto_pad the border is then gone, and the map smaller.
#
# Guessed: MaxPool is the trap, whose own border is -∞; AveragePool is right, since the pass sets count_include_pad.
# Seen:    MaxPool is so. But AveragePool is right only with no border of its own, or with one that it counts. One that it did
#          not count is counted afterwards: the corner of a mean of 4 is -0.75 and was -1. With auto_pad VALID or SAME_UPPER
#          the new pads stand beside auto_pad, which wins: 6 cells of 6 become 4, and 4 become 3. The input is a Pad of one
#          zero on both sides of -1 … -6. What the checker says of the result: nothing.
# With:    onnxoptimizer 0.4.2, onnx 1.23.2, onnxruntime 1.32.0 (unoptimised), numpy 2.4.6; 2026-11-30.
# Known:   MaxPool: onnxsim issue 290 and onnxoptimizer's pull request 318, open; issue 269 has one model with other numbers. Of
#          auto_pad nothing found for pools; pull request 251 mended it for convolutions.
# Matters: the pass is among the default ones, and tf.pad with a pool after it comes as Pad and auto_pad = VALID.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnxoptimizer==0.4.2 onnx==1.23.2 onnxruntime==1.32.0 \
    numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
import numpy as np, onnx, onnxoptimizer, onnxruntime
from onnx import TensorProto, helper

for name in ("onnxoptimizer", "onnx", "onnxruntime", "numpy"):
    print(name, version(name))
x = -np.arange(1, 7, dtype=np.float32).reshape(1, 1, 1, 6)

def model(operator, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    nodes = [helper.make_node("Pad", ["x", "p"], ["padded"]), helper.make_node(operator, ["padded"], ["y"], **attributes)]
    border = helper.make_tensor("p", TensorProto.INT64, [8], [0, 0, 0, 1, 0, 0, 0, 1])
    graph = helper.make_graph(nodes, "g", [value("x", [1, 1, 1, 6])], [value("y", [1, 1, 1, None])], [border])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)

def run(given):
    onnx.checker.check_model(given)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(given.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0].ravel().astype(float).round(2).tolist()

three, four = dict(kernel_shape=[1, 3]), dict(kernel_shape=[1, 4], pads=[0, 1, 0, 1])
means, steps = [-1, -2, -3, -4, -5, -3.67], dict(three, strides=[1, 2])
counted = [-0.75, -1.5, -2.5, -3.5, -4.5, -3.75, -2.75]
cases = [  # operator, attributes, what the model gave, what the optimised one did
    ("AveragePool", three, means, means),
    ("AveragePool", dict(four, count_include_pad=1), counted, counted),
    ("AveragePool", four, [-1, *counted[1:-1], -3.67], counted),
    ("AveragePool", dict(three, auto_pad="VALID"), means, [-2, -3, -4, -5]),
    ("AveragePool", dict(steps, auto_pad="SAME_UPPER"), [-1, -3, -5, -3], [-2, -4, -3.67]),
    ("MaxPool", three, [0, -1, -2, -3, -4, 0], [-1, -1, -2, -3, -4, -5]),
    ("MaxPool", dict(steps, auto_pad="SAME_UPPER"), [0, -2, -4, 0], [-1, -3, -5]),
]
changed = []
for operator, attributes, right, theirs in cases:
    given = model(operator, **attributes)
    optimised = onnxoptimizer.optimize(given)
    assert [node.op_type for node in optimised.graph.node] == [operator]
    case = operator + "".join(f" {key}={value}" for key, value in attributes.items())
    print(case)
    for name, seen, expected in (("as it is", run(given), right), ("optimised", run(optimised), theirs)):
        print(f"  {name:10}", *(f"{value:g}" for value in seen))
        changed += [f"{case}, {name}"] * (seen != expected)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
