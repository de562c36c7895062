#!/usr/bin/env bash
# Deep padding of a transposed convolution makes MLX's output shorter than PyTorch's: it is taken off the input.
#
# Guessed: padding is taken off the output, whatever its size, as in PyTorch.
# Seen:    padding beyond dilation · (kernel − 1) is taken off the *input*, in whole cells: with kernel 2, stride 2 and
#          padding 2, four cells make 2 outputs, where PyTorch makes 4.
# With:    mlx 0.32.4 with mlx-cpu 0.32.4, torch 2.13.0, numpy 2.4.6; 2026-11-29.
# Matters: the same settings make another size, so that a model carried over fails in a later layer, or goes on with less.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"    # PyTorch leaves files in the temporary folder
[ "$(uname)" = Linux ] || { echo "mlx-cpu is for Linux" >&2; exit 1; }
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check mlx==0.32.4 mlx-cpu==0.32.4 numpy==2.4.6 \
    torch==2.13.0    # any build for the CPU will do (and is smaller: set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL)
"$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
import mlx.core as mx, numpy as np, torch

print(*(f"{name} {version(name)}" for name in ("mlx", "torch", "numpy")), sep="\n")
mx.set_default_device(mx.cpu)
changed = []

def seen(case, found, recorded):
    print(f"{case}\n  {found}")
    if found != recorded:
        changed.append(case)

cells = np.array([1, 2, 3, 4], np.float32)
kernel = np.array([1, 2], np.float32)
ours = mx.conv_transpose1d(mx.array(cells[None, :, None]), mx.array(kernel[None, :, None]), stride=2, padding=2)
seen("1 2 3 4, transposed, kernel 1 2, stride 2, padding 2: MLX", np.array(ours).ravel().tolist(), [4, 3])
theirs = torch.nn.functional.conv_transpose1d(
    torch.from_numpy(cells)[None, None], torch.from_numpy(kernel)[None, None], stride=2, padding=2
)
seen("the same in PyTorch", theirs.ravel().tolist(), [2, 4, 3, 6])
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
