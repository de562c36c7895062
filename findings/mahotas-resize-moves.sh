#!/usr/bin/env bash
# mahotas resizes a picture to its own size and moves it by a cell: the first is gone, the last is black; nothing is interpolated.
#
# Guessed: resize_to, imresize and interpolate.zoom have SciPy's zoom for an ancestor, and give what it gives: corners on corners,
#          a spline of the order asked for between them, and the same picture for the same size. shift is SciPy's shift.
# Seen:    each position is first rounded up, to a whole number, also where it is one already. Row 10, 20, 30 ... 80 in its own
#          size is 20, 30 ... 80, 0; halved it is 20, 40, 60, 0; doubled it begins 20, 20, 20 and ends 80, 0. The orders 1 to 5
#          give the same: there is nothing between cells. shift by 1 drops a cell at the wrong end and by 0.5 does nothing.
#          The last row and column are black in 179 of 198 sizes that a picture of 64x64 was given.
# With:    mahotas 1.4.19, scipy 1.17.1, numpy 2.4.6; 2026-11-30.
# Known:   nothing found. Its own tests look at sums and at sizes only.
# Matters: a picture that is made smaller for a network loses its first row and column and gets black ones, and one that is
#          made larger has steps, with the order 3 of a cubic spline.
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
from mahotas import interpolate

print(*(f"{name} {version(name)}" for name in ("mahotas", "scipy", "numpy")), sep="\n")
row = np.arange(10.0, 90, 10)
picture, across = np.tile(row, (8, 1)), lambda image: image[2].round(1).tolist()
zoom, shift = scipy.ndimage.zoom, scipy.ndimage.shift
doubled = [20, 20, 20, 30, 30, 40, 40, 50, 50, 60, 60, 70, 70, 80, 80, 0]
cases = {  # case: (what mahotas gives, what SciPy gives, what was recorded of mahotas)
    "to the same size": (mahotas.resize.resize_to(picture, (8, 8)), zoom(picture, 1), [*row[1:], 0]),
    "to 4 columns": (mahotas.resize.resize_to(picture, (8, 4)), zoom(picture, (1, 1 / 2)), [20, 40, 60, 0]),
    "to 4 columns, imresize": (mahotas.imresize(picture, (8, 4)), zoom(picture, (1, 1 / 2)), [20, 40, 60, 0]),
    "to 6 columns": (mahotas.resize.resize_to(picture, (8, 6)), zoom(picture, (1, 3 / 4)), [20, 30, 40, 60, 70, 0]),
    "shifted by 1, order 1": (interpolate.shift(picture, (0, 1), order=1), shift(picture, (0, 1), order=1), [0, *row[1:]]),
    "shifted by 1/2, order 1": (interpolate.shift(picture, (0, 1 / 2), order=1), shift(picture, (0, 1 / 2), order=1), [*row]),
    "shifted by 1/2, order 3": (interpolate.shift(picture, (0, 1 / 2)), shift(picture, (0, 1 / 2)), [*row]),
}
cases |= {f"twice as wide, order {order}": (interpolate.zoom(picture, (1, 2), order=order), zoom(picture, (1, 2), order=order),
                                            doubled) for order in range(1, 6)}
changed = []
for case, (seen, right, recorded) in cases.items():
    print(case)
    for name, image in {"mahotas": seen, "SciPy": right}.items():
        print(f"  {name:8}", *(f"{value:g}" for value in across(image)))
    changed += [case] * (across(seen) != recorded or np.allclose(seen, right))
white, sizes = np.full((64, 64), 255.0), range(2, 200)
resized = [mahotas.resize.resize_to(white, (size, size)) for size in sizes]
black = sum(not image[-1].any() and not image[:, -1].any() for image in resized)
print(f"white 64x64 in {len(sizes)} sizes: the last row and column are black in {black}")
changed += ["black rows"] * (black != 179)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
