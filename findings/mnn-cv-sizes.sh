#!/usr/bin/env bash
# MNN.cv, which has OpenCV's names, makes a picture of 5x11 of one of 7x9 when it is dilated with a row of three cells.
#
# Guessed: a picture keeps its size; where the middle of an even kernel is may differ from OpenCV's.
# Seen:    dilate and erode take the element's rows for columns, but not so the border: a row of three is a column of three, and
#          the picture gains two columns by the border and loses two rows to the window. Odd squares keep the size.
#          filter2D and blur with an even kernel: the picture is one row or column smaller. filter2D's cells are OpenCV's but for
#          the first row or column, which is left out, so all are one cell further up or to the left.
#          GaussianBlur with a window of 5x3 and sigmaX alone takes 5 rows too; with sigmaY it takes the 3 that were asked for.
# With:    MNN 3.6.1, opencv-python-headless 5.0.0.93, numpy 2.4.6; 2026-11-30.
# Known:   nothing found.
# Matters: what is prepared with OpenCV and deployed with MNN has another size, and a mask no longer lies over its picture.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check MNN==3.6.1 opencv-python-headless==5.0.0.93 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
import cv2, numpy as np, MNN.cv as mnn, MNN.numpy as mnp

print("MNN", version("MNN"), "OpenCV", cv2.__version__, "numpy", np.__version__)
rng = np.random.default_rng(0)
picture = rng.integers(0, 256, (7, 9, 1)).astype(np.uint8)
changed = []

def to(array):
    return mnp.array(array.tolist(), mnp.uint8 if array.dtype == np.uint8 else mnp.float32)

def of(result):
    array = np.array(result.read())
    return array.reshape(array.shape[:2])

def record(what, seen, recorded):
    print(f"   {what}: {seen}")
    if seen != recorded:
        changed.append(what)

def extent(answer):
    return tuple(int(np.ptp(axis)) + 1 for axis in np.nonzero(answer)[:2])

sizes = [(rows, columns) for rows in range(1, 6) for columns in range(1, 6)]
print("dilate and erode, a picture of 7x9, elements of rows x columns; the size that comes out")
for rows, columns in sizes:
    element = np.ones((rows, columns), np.uint8)
    down, across = (rows - 1) // 2, (columns - 1) // 2  # a border for the element as it is, a window for the turned one
    turned = 7 + 2 * down - columns + 1, 9 + 2 * across - rows + 1
    shapes = {name: of(getattr(mnn, name)(to(picture), to(element))).shape for name in ("dilate", "erode")}
    assert cv2.dilate(picture, element).shape == cv2.erode(picture, element).shape == (7, 9)
    if shapes != {"dilate": turned, "erode": turned}:
        changed.append(f"dilate {rows}x{columns}")
    if (rows, columns) in ((1, 3), (3, 1), (3, 3), (2, 2), (3, 5)):
        print(f"   {rows}x{columns}: MNN {shapes['dilate']}, OpenCV (7, 9)")

spot = np.zeros((7, 9, 1), np.uint8)
spot[3, 4] = 200
row = np.ones((1, 3), np.uint8)
record("rows and columns of a spot dilated with 1x3, MNN", extent(of(mnn.dilate(to(spot), to(row)))), (3, 1))
record("the same, OpenCV", extent(cv2.dilate(spot, row)), (1, 3))

print("filter2D and blur, a picture of 7x9, kernels of rows x columns")
dot = np.zeros((7, 9, 1), np.uint8)
dot[3, 4] = 5
same = smaller = 0
for rows, columns in sizes:
    kernel = np.arange(1, rows * columns + 1, dtype=np.float32).reshape(rows, columns)
    seen, right = of(mnn.filter2D(to(dot), -1, to(kernel))), cv2.filter2D(dot, -1, kernel)
    less = 1 - rows % 2, 1 - columns % 2  # rows and columns that an even kernel takes away, at the top and on the left
    same += right.shape == seen.shape == (7, 9) and np.array_equal(seen, right)
    smaller += seen.shape == (7 - less[0], 9 - less[1]) and np.array_equal(seen, right[less[0]:, less[1]:])
    blurred = of(mnn.blur(to(picture), [columns, rows]))
    if blurred.shape != seen.shape:
        changed.append(f"blur {rows}x{columns}")
record("kernels of 25 whose answer to a dot is OpenCV's", same, 9)
record("those and the ones whose answer is OpenCV's without the first row or column", smaller, 25)

print("GaussianBlur, a window 5 wide and 3 high: how many rows and columns of the answer to a dot are not 0")
dot = np.zeros((11, 11, 1), np.uint8)
dot[5, 5] = 255

record("OpenCV, sigmaX=1", extent(cv2.GaussianBlur(dot, (5, 3), 1.0)), (3, 5))
record("MNN, sigmaX=1", extent(of(mnn.GaussianBlur(to(dot), [5, 3], 1.0))), (5, 5))
record("MNN, sigmaX=1, sigmaY=1", extent(of(mnn.GaussianBlur(to(dot), [5, 3], 1.0, 1.0))), (3, 5))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
