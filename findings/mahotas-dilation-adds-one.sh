#!/usr/bin/env bash
# A dilation of a grey picture in mahotas is its maximum plus 1, an erosion its minimum less 1: one of a mask of 0 and 1 is empty.
#
# Guessed: dilate and erode of a grey picture, as they come, are maxima and minima over a cell and its four neighbours. convolve,
#          with the arguments of SciPy's, convolves: it turns its kernel by 180 degrees.
# Seen:    the ones of a structuring element say which cells count, and are added to them besides, or taken from them: with the
#          default one, with disk, and with ones of bool. 100 dilated is 101 and eroded 99; only the type's smallest value stays.
#          The gradient of a flat picture, dilation less erosion, is 2. A mask of 0 and 1 in uint8 is 0 everywhere once eroded;
#          as int it is 1 and 2 once dilated. Openings and closings are right, since they add 1 and take it away; so is bool.
#          An element of zeros has no cell. convolve and convolve1d correlate, and convolve of uint8 makes the weights uint8:
#          a mean with weights of 1/9 is black.
# With:    mahotas 1.4.19, scipy 1.17.1, numpy 2.4.6; 2026-11-30.
# Known:   the documentation says that weights are cast, and that an element's smallest value is infinite; nothing else found.
# Matters: a dilation is a max pool with stride 1; here its numbers are others, and masks of bytes vanish.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check mahotas==1.4.19 scipy==1.17.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
import mahotas, numpy as np, scipy.ndimage

print(*(f"{name} {version(name)}" for name in ("mahotas", "scipy", "numpy")), sep="\n")
cross = scipy.ndimage.generate_binary_structure(2, 1)
flat = lambda value, kind=np.uint8: np.full((7, 7), value, kind)
noise = np.random.default_rng(0).integers(10, 200, (20, 20), dtype=np.uint8)
mask = flat(0)
mask[2:5, 2:5] = 1
dot = flat(0)
dot[3, 3] = 1
values = lambda picture: np.unique(picture).tolist()
lit = lambda picture: np.argwhere(picture).tolist()
apart = lambda one, other: values(one.astype(int) - other.astype(int))
right = np.zeros((3, 3))
right[1, 2] = 1  # moves a picture to the right, if it is convolved with it
cases = {  # case: (what is seen, what was recorded)
    "dilate of 100": (values(mahotas.dilate(flat(100))), [101]),
    "erode of 100": (values(mahotas.erode(flat(100))), [99]),
    "dilate of 100, as int": (values(mahotas.dilate(flat(100, int))), [101]),
    "dilate of 100 by ones, bool": (values(mahotas.dilate(flat(100), np.ones((3, 3), bool))), [101]),
    "dilate of 100 by disk(2)": (values(mahotas.dilate(flat(100), mahotas.disk(2))), [101]),
    "dilate of 100 by zeros": (values(mahotas.dilate(flat(100), np.zeros((3, 3), np.uint8))), [0]),
    "dilate of 255": (values(mahotas.dilate(flat(255))), [255]),
    "erode of 255": (values(mahotas.erode(flat(255))), [254]),
    "dilate of 0": (values(mahotas.dilate(flat(0))), [0]),
    "dilate of 0, as int": (values(mahotas.dilate(flat(0, int))), [1]),
    "noise, mahotas less SciPy, dilate": (
        apart(mahotas.dilate(noise), scipy.ndimage.grey_dilation(noise, footprint=cross)), [1]),
    "noise, mahotas less SciPy, erode": (
        apart(mahotas.erode(noise), scipy.ndimage.grey_erosion(noise, footprint=cross)), [-1]),
    "flat, dilate less erode": (apart(mahotas.dilate(flat(100)), mahotas.erode(flat(100))), [2]),
    "open of 100": (values(mahotas.open(flat(100))), [100]),
    "0 and 1, uint8, eroded": (values(mahotas.erode(mask)), [0]),
    "  by SciPy": (values(scipy.ndimage.grey_erosion(mask, footprint=cross)), [0, 1]),
    "  as bool": (values(mahotas.erode(mask > 0)), [0, 1]),
    "0 and 1, uint8, dilated": (values(mahotas.dilate(mask)), [0, 2]),
    "0 and 1, int, dilated": (values(mahotas.dilate(mask.astype(int))), [1, 2]),
    "(3, 3) moved right, SciPy's convolve": (lit(scipy.ndimage.convolve(dot.astype(float), right)), [[3, 4]]),
    "(3, 3) moved right, mahotas's": (lit(mahotas.convolve(dot.astype(float), right)), [[3, 2]]),
    "(3, 3) moved right, mahotas's 1d": (lit(mahotas.convolve1d(dot.astype(float), right[1], 1)), [[3, 2]]),
    "mean of 9 of 200, float": (values(mahotas.convolve(flat(200, float), np.full((3, 3), 1 / 9)).round(3)), [200.0]),
    "mean of 9 of 200, uint8": (values(mahotas.convolve(flat(200), np.full((3, 3), 1 / 9))), [0]),
}
changed = []
for case, (seen, recorded) in cases.items():
    print(f"  {case:40}", *seen)
    changed += [case] * (seen != recorded)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
