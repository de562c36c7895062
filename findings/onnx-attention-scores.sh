#!/usr/bin/env bash
# The reference implementation of ONNX's Attention gives capped scores where the product of queries and keys is asked for.
#
# Guessed: qk_matmul_output_mode 0 is "the output of qk matmul", before softcap and mask, in the reference and in onnxruntime.
# Seen:    with softcap, onnx.reference gives in mode 0 what it gives in mode 1: the scores after softcap. onnxruntime gives the
#          product. Y, modes 1 to 3, causal masks of fewer or more queries than keys, empty rows and grouped heads are the same.
# With:    onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; opsets 23 and 24; 2026-11-29.
# Matters: whoever shows or tests scores against the reference takes tanh of them for the scores. To be safe, leave softcap out
#          when scores are asked for, and apply it afterwards.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$work/venv/bin/python" - <<'PROGRAM'
import sys
from importlib.metadata import version
import numpy as np, onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

print(*(f"{name} {version(name)}" for name in ("onnx", "onnxruntime", "numpy")), sep="\n")
r = np.random.RandomState(0)
q, k, v = (r.randn(1, 1, 3, 4).astype(np.float32) for _ in range(3))
CAP = 1.5
product = (q @ k.swapaxes(2, 3) / 2)[0, 0]  # q·k / √d, d = 4
capped = CAP * np.tanh(product / CAP)

def scores(opset, mode, softcap):
    """What the reference and onnxruntime give as qk_matmul_output."""
    node = helper.make_node("Attention", ["Q", "K", "V"], ["Y", "", "", "S"], softcap=softcap, qk_matmul_output_mode=mode)
    fed = {"Q": q, "K": k, "V": v}
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape) for name, array in fed.items()]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("Y", "S")]
    graph = helper.make_graph([node], "attention", inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return ReferenceEvaluator(model).run(None, fed)[1][0, 0], session.run(None, fed)[1][0, 0]

expected = {  # (mode, softcap): (the reference, onnxruntime)
    (0, 0.0): (product, product),
    (0, CAP): (capped, product),
    (1, CAP): (capped, capped),
}
changed = []
for opset in (23, 24):
    for (mode, cap), wanted in expected.items():
        print(f"opset {opset}, qk_matmul_output_mode {mode}, softcap {cap}")
        for name, found, own in zip(("onnx.reference", "onnxruntime"), scores(opset, mode, cap), wanted):
            what = "capped" if np.allclose(found, capped, atol=1e-5) else "q·k / √d" if np.allclose(found, product, atol=1e-5) else "?"
            print(f"  {name:14} {found[0].round(3).tolist()} {what}")
            changed += [f"{name} {opset} {mode} {cap}"] * (not np.allclose(found, own, atol=1e-5))
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
PROGRAM
