#!/usr/bin/env bash
# MLX's Upsample is PyTorch's for whole scales only; for others it samples symmetrically, in "nearest" too.
#
# Guessed: mlx.nn.Upsample, whose arguments are those of torch.nn.Upsample, gives its numbers.
# Seen:    it puts the samples so that what is left over is shared by both ends. 5 cells by 1.5 become 7: PyTorch's nearest
#          takes cells 0 0 1 2 2 3 4, MLX 0 1 1 2 3 3 4. By 0.5, linear takes means of cells 0 1 and 2 3 in PyTorch, and cells
#          1 and 3 as they are in MLX. This is ONNX's half_pixel_symmetric, also where nothing is interpolated. Whole scales
#          and aligned corners agree.
# With:    mlx 0.32.4 with mlx-cpu 0.32.4, torch 2.13.0, numpy 2.4.6; 2026-11-29.
# Matters: a figure of an upsampling shows which input cells an output cell is made of, and those differ here.
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
import mlx.core as mx, mlx.nn, numpy as np, torch

print(*(f"{name} {version(name)}" for name in ("mlx", "torch", "numpy")), sep="\n")
mx.set_default_device(mx.cpu)
squares = np.arange(5, dtype=np.float32) ** 2

def both(row, scale, mode, **options):
    own = mlx.nn.Upsample(scale, mode, **options)(mx.array(row[None, :, None]))
    other = torch.nn.Upsample(scale_factor=scale, mode=mode, **options)(torch.from_numpy(row)[None, None])
    return np.array(own).ravel().astype(float).round(3).tolist(), other.numpy().ravel().astype(float).round(3).tolist()

cells = np.arange(5, dtype=np.float32)
thirds = [0, .667, 1.333, 2, 2.667, 3.333, 4]
cases = {  # case: (what both gave, MLX, PyTorch)
    "nearest, by 1.5: cells taken": (both(cells, 1.5, "nearest"), [0, 1, 1, 2, 3, 3, 4], [0, 0, 1, 2, 2, 3, 4]),
    "nearest, by 2: cells taken": (both(cells, 2.0, "nearest"), [0, 0, 1, 1, 2, 2, 3, 3, 4, 4], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]),
    "linear, 0 1 4 9 16 by 0.5": (both(squares, .5, "linear"), [1, 9], [.5, 6.5]),
    "linear, 0 1 4 9 16 by 0.3": (both(squares, .3, "linear"), [4], [1.5]),
    "linear, by 1.5": (both(cells, 1.5, "linear"), thirds, [0, .5, 1.167, 1.833, 2.5, 3.167, 3.833]),
    "linear, by 1.5, align_corners": (both(cells, 1.5, "linear", align_corners=True), thirds, thirds),
}
changed = []
for case, (seen, *recorded) in cases.items():
    print(f"{case}\n  MLX     {seen[0]}\n  PyTorch {seen[1]}")
    changed += [case] * (not all(np.allclose(a, b, atol=2e-3) for a, b in zip(seen, recorded)))
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
