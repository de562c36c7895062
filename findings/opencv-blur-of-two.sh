#!/usr/bin/env bash
# OpenCV's mean of two neighbours is one too large, and for white it is 256, which is black; means of four are rounded up.
#
# Guessed: blur of bytes is the mean rounded to a whole number, halves one way or the other: at most 1/2 off, and a flat picture
#          stays as it is.
# Seen:    with a window of 2x1 or 1x2 a black picture becomes 1, 100 becomes 101. White overflows: it is 0 in a picture of few
#          columns, and in the last columns of a wide one, behind the groups that the vector code computes, which stops at 255.
#          With 4 cells (2x2, 4x1) each mean is rounded up, 1/4 too: noise gets brighter by 0.37. With 8 cells by 0.19, with 16
#          by 0.1, with 32 by 0.05; an area that is no power of two is at most 1/2 off. boxFilter is the same. 16 bits, floats
#          and filter2D with the same window are right.
# With:    opencv-python-headless 5.0.0.93 and 4.12.0.88, numpy 2.4.6, on x86-64; 2026-11-30.
# Known:   nothing found. opencv_contrib issue 2167 is of white that became black in GaussianBlur.
# Matters: blur(x, (2, 2))[1::2, 1::2] is the average pool of a picture, and its numbers are then not those of a figure.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check opencv-python-headless==5.0.0.93 numpy==2.4.6
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --target "$work/older" opencv-python-headless==4.12.0.88
cat > "$work/blur.py" <<'EOF'
import sys
import cv2, numpy as np

print("OpenCV", cv2.__version__, "numpy", np.__version__)
flat = lambda value, columns=4, kind=np.uint8: np.full((3, columns), value, kind)
noise = np.random.default_rng(0).integers(0, 256, (400, 400), dtype=np.uint8)
values = lambda picture: np.unique(picture).tolist()

def brighter(columns, rows, kind=np.uint8):
    """Return by how much means over a window are too large: at least, at most and on the average."""
    error = cv2.blur(noise.astype(kind), (columns, rows)) - cv2.blur(noise.astype(np.float64), (columns, rows))
    return [*(round(float(number), 2) for number in (error.min(), error.max())), round(float(error.mean()), 1)]

row = np.array([[0, 0, 0, 90, 0, 0, 0]], np.uint8)
cases = {  # case: (what is seen, what was recorded)
    "a row": (row.ravel().tolist(), [0, 0, 0, 90, 0, 0, 0]),
    "  blurred by 2x1": (cv2.blur(row, (2, 1)).ravel().tolist(), [1, 1, 1, 46, 46, 1, 1]),
    "  boxFilter of 2x1": (cv2.boxFilter(row, -1, (2, 1)).ravel().tolist(), [1, 1, 1, 46, 46, 1, 1]),
    "  filter2D with 1/2 1/2": (cv2.filter2D(row, -1, np.array([[0.5, 0.5]])).ravel().tolist(), [0, 0, 0, 45, 45, 0, 0]),
    "  blurred in 16 bits": (cv2.blur(row.astype(np.uint16), (2, 1)).ravel().tolist(), [0, 0, 0, 45, 45, 0, 0]),
    "100 by 2x1": (values(cv2.blur(flat(100), (2, 1))), [101]),
    "white, 4 columns, by 2x1": (values(cv2.blur(flat(255), (2, 1))), [0]),
    "white, 4 columns, by 1x2": (values(cv2.blur(flat(255), (1, 2))), [0]),
    "white, 100 columns, by 2x1": (values(cv2.blur(flat(255, 100), (2, 1))), [0, 255]),
    "white, 4 columns, by 2x2": (values(cv2.blur(flat(255), (2, 2))), [255]),
    "white, 4 columns, by 2x1, 16 bits": (values(cv2.blur(flat(65535, kind=np.uint16), (2, 1))), [65535]),
    "noise by 2x1: errors from, to, mean": (brighter(2, 1), [0, 1, 0.7]),
    "noise by 3x1": (brighter(3, 1), [-0.33, 0.33, 0]),
    "noise by 2x2": (brighter(2, 2), [0, 0.75, 0.4]),
    "noise by 4x1": (brighter(4, 1), [0, 0.75, 0.4]),
    "noise by 2x2, 16 bits": (brighter(2, 2, np.uint16), [-0.5, 0.5, 0]),
    "noise by 3x3": (brighter(3, 3), [-0.44, 0.44, 0]),
    "noise by 4x2": (brighter(4, 2), [-0.25, 0.62, 0.2]),
    "noise by 4x4": (brighter(4, 4), [-0.38, 0.56, 0.1]),
}
changed = []
for case, (seen, recorded) in cases.items():
    print(f"  {case:36}", *(f"{value:g}" for value in seen))
    changed += [case] * (seen != recorded)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" "$work/blur.py"
PYTHONPATH="$work/older" "$work/venv/bin/python" "$work/blur.py"
