#!/usr/bin/env bash
# kornia-rs: a blur along one axis alone darkens a picture, and a Gaussian of 3x3 has the same weights for sigma 0.8 and 1.
#
# Guessed: weights add up to 1, as in OpenCV, whose results the library's notes promise for several filters; sigma is heeded.
# Seen:    box_blur and gaussian_blur with a window that is 1 wide or 1 high make 254 of 255 and 199 of 200, one of 1x1 makes 253
#          and 198: an axis of one cell has the weight 255/256. Windows of 3 and more keep white.
#          gaussian_blur of 3x3 has weights 1 2 1 for sigma 0.8 and for 1: 64 of 255 in the middle, where sigma 1 makes 52. For
#          0.5 and 1.5, and for 5x5 and more, weights are those of sigma.
# With:    kornia-rs 0.2.0, opencv-python-headless 5.0.0.93, numpy 2.4.6, on a processor; 2026-11-30.
# Known:   issue 461 is about blurs of bytes with weights of whole numbers; of this nothing found.
# Matters: a blur done in two passes, rows and then columns, darkens twice; a mask of 255 is no longer one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check \
	kornia-rs==0.2.0 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$work"
cat >blurs.py <<'EOF'
import sys
from importlib.metadata import version
import cv2, numpy as np
from kornia_rs import imgproc

print("kornia-rs", version("kornia-rs"), "OpenCV", cv2.__version__, "numpy", np.__version__)
changed = []

def of(result):
    return np.asarray(result)[..., 0]

print("flat pictures of 255 and of 200: box and Gaussian blur (sigma 1), windows as width x height")
for width, height in ((3, 3), (5, 3), (1, 3), (3, 1), (5, 1), (1, 1)):
    seen = []
    for value in (255, 200):
        flat = np.full((9, 11, 1), value, np.uint8)
        for blurred in (imgproc.box_blur(flat, (width, height)), imgproc.gaussian_blur(flat, (width, height), (1.0, 1.0))):
            seen.append(np.unique(of(blurred)).tolist())
        assert (cv2.blur(flat, (width, height)) == value).all()
    less = [width, height].count(1)
    print(f"   {width}x{height}:", *(" ".join(map(str, values)) for values in seen))
    changed += [f"{width}x{height}"] * (seen != [[255 - less]] * 2 + [[200 - less]] * 2)

print("a dot of 255, the middle row of a Gaussian of 3x3")
dot = np.zeros((9, 11, 1), np.uint8)
dot[4, 5] = 255
recorded = {0.5: [21, 159, 21], 0.8: [32, 64, 32], 1.0: [32, 64, 32], 1.5: [30, 38, 30]}
for sigma, row in recorded.items():
    seen = of(imgproc.gaussian_blur(dot, (3, 3), (sigma, sigma)))[4, 4:7].tolist()
    near = np.exp(-np.array([1, 0, 1]) / (2 * sigma**2))
    right = (255 * np.outer(near, near) / near.sum() ** 2)[1].round(1).tolist()
    print(f"   sigma {sigma}: {seen}, by the formula {right}, OpenCV {cv2.GaussianBlur(dot, (3, 3), sigma)[4, 4:7].tolist()}")
    changed += [f"sigma {sigma}"] * (seen != row)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" blurs.py
