#!/usr/bin/env bash
# An opening with an even kernel moves the picture by one cell in OpenCV; its "top hat" finds objects where there are none.
#
# Guessed: morphologyEx turns the kernel for its second step, as the definition of an opening says, so that a block that the
#          kernel fits into stays where it is. scikit-image and SciPy do so.
# Seen:    OpenCV erodes and dilates with the same kernel on the same anchor: a block of 6 cells comes out one cell further
#          on, in a cell that was dark. So the top hat, input less opening, shows a bright cell at the block's beginning. An odd
#          kernel that is not symmetric moves the picture too. scipy.ndimage's grey_opening is right, its minimum_filter
#          followed by its maximum_filter is OpenCV's.
# With:    opencv-python-headless 5.0.0.93, scikit-image 0.26.0, scipy 1.17.1, numpy 2.4.6; 2026-11-29.
# Known:   noted in passing in opencv issue 22042; scikit-image had it until 2011.
# Matters: erosion and dilation with a flat kernel are the minimum and maximum pools of stride 1. Which cell of an even window
#          is its middle decides where the result is drawn, and two steps with the same choice add up instead of cancelling.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 scikit-image==0.26.0 \
    scipy==1.17.1 numpy==2.4.6
"$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
import cv2, numpy as np, scipy.ndimage, skimage.morphology

print(*(f"{name} {version(name)}" for name in ("opencv-python-headless", "scikit-image", "scipy", "numpy")), sep="\n")
block = np.array([[0, 0, 0, 9, 9, 9, 9, 9, 9, 0, 0, 0]], np.uint8)
ramp = np.array([[1, 2, 3, 4, 9, 4]], np.uint8)
even, odd, lopsided = np.ones((1, 4), np.uint8), np.ones((1, 3), np.uint8), np.array([[1, 1, 0]], np.uint8)
digits = lambda array: "".join(map(str, array.ravel().tolist()))
opening = lambda image, kernel: cv2.morphologyEx(image, cv2.MORPH_OPEN, kernel)
cases = {  # case: (what was computed, what was recorded)
    "input": (block, "000999999000"),
    "opening, kernel 4: OpenCV": (opening(block, even), "000099999900"),
    "opening, kernel 4: scikit-image": (skimage.morphology.opening(block, even), "000999999000"),
    "opening, kernel 4: scipy": (scipy.ndimage.grey_opening(block, (1, 4)), "000999999000"),
    "minimum, then maximum filter: scipy": (
        scipy.ndimage.maximum_filter(scipy.ndimage.minimum_filter(block, (1, 4)), (1, 4)), "000099999900"),
    "top hat, kernel 4: OpenCV": (cv2.morphologyEx(block, cv2.MORPH_TOPHAT, even), "000900000000"),
    "closing, kernel 4: OpenCV": (cv2.morphologyEx(block, cv2.MORPH_CLOSE, even), "000099999900"),
    "opening, kernel 3: OpenCV": (opening(block, odd), "000999999000"),
    "ramp": (ramp, "123494"),
    "opening, kernel 1 1 0: OpenCV": (opening(ramp, lopsided), "112344"),
    "opening, kernel 1 1 0: scikit-image": (skimage.morphology.opening(ramp, lopsided), "123444"),
}
changed = []
for case, (seen, recorded) in cases.items():
    print(f"{case:40} {digits(seen)}")
    changed += [case] * (digits(seen) != recorded)
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
