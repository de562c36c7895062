#!/usr/bin/env bash
# spconv reads the weight of a 1×1 convolution the other way round, and takes a stride of a submanifold one without a word.
#
# Guessed: a weight has one layout, (out, kernel, kernel, in) as its shape says, whatever the kernel's size; and a stride of 2
#          of SubMConv2d, which has an output at every active cell, is refused.
# Seen:    a 1×1 kernel is read as (in, out): a 3×3 kernel with the same numbers in its middle, and zeros around them, makes
#          other outputs. A stride of 2 is accepted, and the output is that of stride 1, at its size.
# With:    spconv 2.3.8 (CPU), torch 2.13.0, numpy 2.4.6; 2026-11-29.
# Matters: weights carried over from, or to, a dense network are transposed in its 1×1 layers alone; with as many inputs
#          as outputs nothing complains.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"    # PyTorch leaves files in the temporary folder
[ "$(uname)" = Linux ] || { echo "spconv's wheels for the CPU are for Linux" >&2; exit 1; }
python3 -m venv "$work/venv"    # Python 3.11
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check spconv==2.3.8 numpy==2.4.6 \
    torch==2.13.0    # any build for the CPU will do (and is smaller: set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL)
"$work/venv/bin/python" - 2>/dev/null <<'EOF'
import sys
from importlib.metadata import version
import torch
import spconv.pytorch as spconv

print(*(f"{name} {version(name)}" for name in ("spconv", "torch", "numpy")), sep="\n")
changed = []

def seen(case, found, recorded):
    print(f"{case}\n  {found}")
    if found != recorded:
        changed.append(case)

def made(weight, kernel, cell, **more):
    """The layer over some active cells of a 6×6 map, and the size of what it makes."""
    filters, channels = len(weight), len(weight[0])
    layer = spconv.SubMConv2d(channels, filters, kernel, bias=False, **more)
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[:, kernel // 2, kernel // 2, :] = torch.tensor(weight)
    cells = torch.tensor([[0, 1, 1], [0, 4, 3]], dtype=torch.int32)
    out = layer(spconv.SparseConvTensor(torch.tensor([cell, cell]), cells, [6, 6], 1))
    return tuple(layer.weight.shape), out.features[0].tolist(), out.spatial_shape

weight, cell = [[1.0, 2.0], [3.0, 4.0]], [1.0, 10.0]
print("weight (out, in) 1 2 / 3 4, an active cell with 1 and 10: 1·1 + 2·10 = 21 and 3·1 + 4·10 = 43")
shape, features, size = made(weight, 3, cell)
seen(f"in the middle of a 3×3 kernel, shape {shape}", features, [21.0, 43.0])
shape, features, size = made(weight, 1, cell)
seen(f"as a 1×1 kernel, shape {shape}", features, [31.0, 42.0])
shape, features, size = made(weight, 3, cell, stride=2)
seen("SubMConv2d with stride 2: features, size of the output of a 6×6 map", [features, size], [[21.0, 43.0], [6, 6]])
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
