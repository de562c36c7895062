#!/usr/bin/env bash
# PyTorch's ONNX exporter drops divisor_override, and says that all went well.
#
# Guessed: an exporter refuses what ONNX cannot say, or writes a sum (a mean times its cells) and a division.
# Seen:    the exported AveragePool has no trace of it: means are divided by 9 instead of 5, every number is 0.56 of what
#          PyTorch computes. An override of 1, which makes a sum of the pool, becomes a mean. ceil_mode, count_include_pad and
#          uneven adaptive pools come through right.
# With:    torch 2.13.0, onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-29.
# Matters: a figure of the ONNX file is right, and is not the layer. To be safe, write the pool as avg_pool2d(x, 3, 2) * 9 / 5
#          (with count_include_pad, as here), which is exported as it stands.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"    # PyTorch leaves files in the temporary folder
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0 \
    numpy==2.4.6 torch==2.13.0    # any CPU build will do (and is smaller: set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL)
"$work/venv/bin/python" - <<'EOF'
import logging, sys, warnings
from importlib.metadata import version
import numpy as np, onnxruntime, torch
from torch import nn

logging.disable()  # that torchvision is not there
warnings.simplefilter("ignore")
print(*(f"{name} {version(name)}" for name in ("torch", "onnx", "onnxscript", "onnxruntime", "numpy")), sep="\n")
x = torch.arange(1.0, 37).reshape(1, 1, 6, 6)

class Scaled(nn.Module):
    def forward(self, x):
        return nn.functional.avg_pool2d(x, 3, 2, 1) * 9 / 5

cases = {  # case: (layer, what the exported one is of PyTorch's)
    "divisor_override=5": (nn.AvgPool2d(3, 2, 1, divisor_override=5), 5 / 9),
    "divisor_override=1": (nn.AvgPool2d(3, 2, 1, divisor_override=1), 1 / 9),
    "* 9 / 5": (Scaled(), 1),
    "ceil_mode": (nn.AvgPool2d(3, 2, 1, ceil_mode=True), 1),
    "count_include_pad=False": (nn.AvgPool2d(3, 2, 1, count_include_pad=False), 1),
}
changed = []
for case, (layer, share) in cases.items():
    program = torch.onnx.export(layer.eval(), (x,), dynamo=True, verbose=False)
    data = program.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    exported = session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]
    own = layer(x).numpy()
    nodes = [f"{node.op_type}({', '.join(sorted(a.name for a in node.attribute))})" for node in program.model_proto.graph.node]
    print(case, ", ".join(nodes), sep="\n  ")
    for name, y in (("PyTorch", own), ("onnxruntime", exported)):
        print(f"  {name:11} {y[0, 0, 0].astype(float).round(3).tolist()}")
    changed += [case] * (not np.allclose(exported, own * share, atol=1e-3))
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
