#!/usr/bin/env bash
# MindSpore's bicubic resizing has another cubic without align_corners than with; "linear" makes one cell of many the first.
#
# Guessed: interpolate does what PyTorch's does, whose arguments it has: the cubic has a = -0.75 and cells beyond the border
#          are those on it, with align_corners or without; one cell made of many is their middle.
# Seen:    with align_corners=True it is so. Without, the default, a is -0.5, and cells beyond the border are left out, while
#          the other weights are scaled to add up to 1: a black and white edge overshoots by 7%, PyTorch's formula by 11.
#          Of 10 20 30 made one cell, also without align_corners, "linear" makes 10, "bilinear" and "trilinear" make 20.
# With:    mindspore 2.10.0 on a processor, numpy 1.26.4; 2026-12-01.
# Known:   nothing found. mlx-vlm issue 1241 is about the same two numbers in another library.
# Matters: position embeddings of a vision transformer are resized so, and weights from elsewhere expect PyTorch's cubic.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or 3.12; 0.8 GB to download, 2.5 GB unpacked
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check mindspore==2.10.0 numpy==1.26.4
cd "$work"
cat >resizes.py <<'EOF'
import os
os.environ["GLOG_v"] = "4"
import sys
from importlib.metadata import version
import numpy as np, mindspore as ms
from mindspore import Tensor, ops

print("mindspore", version("mindspore"), "numpy", np.__version__)
ms.set_device("CPU")
rng = np.random.default_rng(0)
changed = []

def record(what, seen, recorded):
    print(f"   {what}: {seen}")
    if seen != recorded:
        changed.append(what)

def resize(row, size, mode, corners=False):
    """Resize a row of cells: alone, or as each row of a map, or of a block."""
    axes = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}[mode]
    tiled = np.tile(np.float32(row), (1, 1, *(3,) * (axes - 1), 1))
    sizes = (1 if size == 1 else 3,) * (axes - 1) + (size,)
    result = ops.interpolate(Tensor(tiled), size=sizes, mode=mode, align_corners=corners).asnumpy()
    return result.reshape(-1, size)[-1]

def weight(distance, a):
    """Return the cubic's weight of a cell so far away."""
    t = abs(distance)
    if t < 1:
        return (a + 2) * t**3 - (a + 3) * t**2 + 1
    return a * (t**3 - 5 * t**2 + 8 * t - 4) if t < 2 else 0

def cubic(row, size, corners, a, border):
    """Resize a row of cells by loops."""
    result = []
    for i in range(size):
        if corners:
            at = i * (len(row) - 1) / (size - 1) if size > 1 else 0
        else:
            at = (i + 0.5) * len(row) / size - 0.5
        taps = range(int(np.floor(at)) - 1, int(np.floor(at)) + 3)
        if border == "left out":
            taps = [tap for tap in taps if 0 <= tap < len(row)]
        weights = [weight(at - tap, a) for tap in taps]
        cells = [row[min(max(tap, 0), len(row) - 1)] for tap in taps]
        result.append(np.dot(weights, cells) / (sum(weights) if border == "left out" else 1))
    return np.array(result)

print("the largest difference to a cubic by loops, of cells from 0 to 1, 3 to 11 of them to 2 to 24")
rows = [rng.uniform(size=n) for n in range(3, 12)]
for corners in (False, True):
    for a in (-0.5, -0.75):
        for border in ("repeated", "left out"):
            far = max(abs(resize(row, size, "bicubic", corners) - cubic(row, size, corners, a, border)).max()
                      for row in rows for size in range(2, 25))
            same = (corners, a, border) in ((False, -0.5, "left out"), (True, -0.75, "repeated"))
            record(f"align_corners={corners}, a = {a}, cells beyond the border {border}: {far:.4f}, the same",
                   bool(far < 0.002), same)

print("an edge, enlarged to twice its size, in hundredths")
edge, hundredths = [0, 0, 0, 1, 1, 1], lambda row: (100 * row).round().astype(int).tolist()
record("align_corners=False", hundredths(resize(edge, 12, "bicubic")), [0, 0, 0, -2, -7, 20, 80, 107, 102, 100, 100, 100])
record("align_corners=True", hundredths(resize(edge, 12, "bicubic", True)),
       [0, 0, 0, -6, -9, 25, 75, 109, 106, 100, 100, 100])
record("PyTorch's formula (a = -0.75, border repeated), align_corners=False",
       hundredths(cubic(edge, 12, False, -0.75, "repeated")), [0, 0, 0, -4, -11, 23, 77, 111, 104, 100, 100, 100])

print("10 20 30 40 90, the first so many of them, made one cell")
for n in (2, 3, 4, 5):
    row = [10, 20, 30, 40, 90][:n]
    at = (n - 1) / 2
    middle = (row[int(at)] + row[int(np.ceil(at))]) / 2
    for mode, recorded in (("linear", 10), ("bilinear", middle), ("trilinear", middle)):
        record(f"{n} cells, {mode}", float(resize(row, 1, mode)[0]), recorded)
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" -W ignore resizes.py
