#!/usr/bin/env bash
# torch.fx traces no assertion on Python 3.11, also when it is told to.
#
# Guessed: with tracer.trace_asserts = True, `assert x.min() >= 0` in a forward becomes a call of torch._assert in the graph.
# Seen:    a TraceError as for any other condition: "symbolically traced variables cannot be used as inputs to control flow".
#          Proxy.__bool__ looks for the instruction POP_JUMP_IF_TRUE, which Python 3.11 has not (it has
#          POP_JUMP_FORWARD_IF_TRUE). torch.export takes the assertion for a branch on data, and refuses it too.
# With:    torch 2.13.0 on Python 3.11; 2026-11-29.
# Matters: many models assert what they are fed; to trace one of those takes a Tracer whose to_bool knows assertions.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"    # PyTorch leaves files in the temporary folder
python3 -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "this is about Python 3.11" >&2; exit 1; }
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check \
    torch==2.13.0 numpy==2.4.6    # any build for the CPU will do (and is smaller: set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL)
cat > "$work/asserting.py" <<'PY'
import sys
import torch
from torch import fx, nn

class Asserting(nn.Module):
    def forward(self, x):
        assert x.min() >= 0, "of a picture"
        return x + 1

print(f"torch {torch.__version__}", f"Python {sys.version.split()[0]}", sep="\n")
tracer = fx.Tracer()
tracer.trace_asserts = True
try:
    tracer.trace(Asserting())
    sys.exit("torch.fx traces it: this is no longer what is recorded")
except fx.proxy.TraceError as error:
    print(f"torch.fx: {error}")
try:
    torch.export.export(Asserting(), (torch.ones(1, 1, 3, 3),))
    sys.exit("torch.export traces it: this is no longer what is recorded")
except Exception as error:
    print(f"torch.export: {str(error).splitlines()[0]}")
PY
"$work/venv/bin/python" "$work/asserting.py" 2>/dev/null
