#!/usr/bin/env bash
# OpenCV's filter2D makes fractions of whole numbers where it transforms (DFT), and takes a uint8 picture less exactly than float32.
#
# Guessed: whole pixels times whole weights are whole sums below 2^24, so they come out whole; the DFT, which is said to be for
#          kernels of 11x11 or more, is rounded back or exact enough; and uint8 is no worse than the same numbers as float32.
# Seen:    a uint8 picture to CV_32F is off by up to 0.006, from 9x9 on and not from 11x11; the same numbers as float32 come out exactly. On a
#          flat picture, where weights that add up to 0 have to make 0, it makes noise of both signs.
# With:    opencv-python-headless 5.0.0.93, numpy 2.4.6; 2026-11-29.
# Known:   the documentation says that a DFT is used for "sufficiently large kernels (~11 x 11 or larger)", and nothing of what it costs.
# Matters: zero crossings and signs of a Laplacian of Gaussian are found on flat ground; a filter that is compared with a
#          layer of a network, cell by cell, agrees for 7x7 and not for 9x9, or for float32 and not for uint8.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" - <<'PYTHON'
import sys
import cv2, numpy as np

print("cv2", cv2.__version__, "numpy", np.__version__)
rng = np.random.default_rng(0)
picture = rng.integers(0, 256, (64, 64))

def by_loops(kernel):
    k = len(kernel)
    padded, total = np.pad(picture, k // 2), np.zeros((64, 64), np.int64)
    for row in range(k):
        for column in range(k):
            total += padded[row : row + 64, column : column + 64] * int(kernel[row, column])
    return total

recorded = {}
print("kernel   uint8: off by   float32: off by   uint8, flat: from to")
for k in (3, 5, 7, 9, 11, 13, 15, 31):
    kernel = rng.integers(-3, 4, (k, k)).astype(np.float32)
    off = [
        np.abs(cv2.filter2D(picture.astype(kind), cv2.CV_32F, kernel, borderType=cv2.BORDER_CONSTANT) - by_loops(kernel)).max()
        for kind in (np.uint8, np.float32)
    ]
    kernel[k // 2, k // 2] -= kernel.sum()
    assert kernel.sum() == 0
    flat = cv2.filter2D(np.full((64, 64), 200, np.uint8), cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)
    print(f"{k:3}x{k:<3}  {off[0]:14.6f}  {off[1]:16.1e}   {flat.min():12.6f} {flat.max():.6f}")
    recorded[f"{k}x{k}"] = (off[0] > 1e-4) == (k >= 9) and off[1] < 1e-9
    if k > 9:
        recorded[f"{k}x{k}, flat"] = flat.min() != 0 or flat.max() != 0
changed = [case for case, as_recorded in recorded.items() if not as_recorded]
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
PYTHON
