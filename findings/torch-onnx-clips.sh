#!/usr/bin/env bash
# A ReLU that gives -1: PyTorch's ONNX exporter merges two clips without looking whether their ranges meet.
#
# Guessed: the exporter's optimiser rewrites only what stays equal. At most special values (NaN, infinity) differ.
# Seen:    x.clamp(-5, -1).relu() is 0 everywhere. Exported it is one Clip from max(-5, 0) to min(-1, ∞), from 0 to -1, and
#          a Clip whose bounds are crossed gives the upper one: -1, a negative number out of a ReLU. clamp(0, 6).clamp(8, 9)
#          is 8, and exported 6. Ranges that meet come through right, a clamp with one bound does, and so does a ReLU that
#          comes first. With optimize=False all are right, merged by onnxruntime itself.
# With:    torch 2.13.0, onnx 1.23.2, onnxscript 0.7.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-30.
# Known:   onnxscript pull request 2410 brought the rule, issue 2836 is of another fault of it. Of this one nothing found.
# Matters: bounds that are parameters may be anything: a map that was clipped away comes back as -1 in the exported network.
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
import onnxruntime, torch
from torch import nn

logging.disable()  # that torchvision is not there
warnings.simplefilter("ignore")
print(*(f"{name} {version(name)}" for name in ("torch", "onnx", "onnxscript", "onnxruntime", "numpy")), sep="\n")
x = torch.tensor([[-9.0, -3, 0, 3, 9]])

class Clips(nn.Module):
    def __init__(self, forward):
        super().__init__()
        self.clip = forward

    def forward(self, x):
        return self.clip(x)

def exported(module, optimize):
    program = torch.onnx.export(module, (x,), dynamo=True, verbose=False, optimize=optimize)
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x.numpy()})[0][0].tolist()

cases = {  # case: (function, what PyTorch gives, what the exported model does)
    "clamp(-5, -1), relu": (lambda x: x.clamp(-5, -1).relu(), [0] * 5, [-1] * 5),
    "clamp(0, 6), clamp(8, 9)": (lambda x: x.clamp(0, 6).clamp(8, 9), [8] * 5, [6] * 5),
    "clamp(-5, 2), relu": (lambda x: x.clamp(-5, 2).relu(), [0, 0, 0, 2, 2], [0, 0, 0, 2, 2]),
    "clamp(max=-1), relu": (lambda x: x.clamp(max=-1).relu(), [0] * 5, [0] * 5),
    "relu, clamp(-5, -1)": (lambda x: x.relu().clamp(-5, -1), [-1] * 5, [-1] * 5),
}
changed = []
for case, (function, right, theirs) in cases.items():
    module = Clips(function).eval()
    seen = {"PyTorch": module(x)[0].tolist(), "exported": exported(module, True), "not optimised": exported(module, False)}
    for name, numbers in seen.items():
        print(f"{case:25} {name:13}", *(f"{value:g}" for value in numbers))
        changed += [f"{case}, {name}"] * (numbers != (theirs if name == "exported" else right))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
