#!/usr/bin/env bash
# DIPlib's Fourier transform of a real picture with an odd number of columns swaps its two highest frequencies: what is
# convolved through it rings, and transforming there and back gives another picture.
#
# Guessed: a convolution through the Fourier transform is the periodic convolution, but for rounding.
# Seen:    ConvolveFT differs by up to a fifth of the largest sum where the columns are an odd number; with an even number it is
#          right, whatever the rows are. The cause is FourierTransform: of real cells, with the origin in the middle, the
#          numbers at the highest and the lowest frequency of a row stand in each other's place. Of the same cells as complex
#          numbers, and with the origin in the corner, they are right. So dip.Shift by a whole cell, by way of the transform,
#          makes waves too.
# With:    diplib 3.6.1, and the same with 3.5.2 and 3.4.3; numpy 2.4.6; 2026-11-30.
# Known:   nothing found.
# Matters: a picture of 255 columns gets a fine pattern of stripes, and a symmetric kernel hides it nearly; who compares with a
#          direct convolution takes the difference for rounding or for the border.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check diplib==3.6.1 numpy==2.4.6
cd "$work"
cat >transforms.py <<'EOF'
import sys
import diplib as dip, numpy as np

print("diplib", dip.__version__, "numpy", np.__version__)
rng = np.random.default_rng(0)
changed = []

def periodic(picture, kernel):
    """Return a periodic convolution by sums: the kernel's middle is cell size // 2."""
    rows, columns = kernel.shape
    moves = ((kernel[i, j], (i - rows // 2, j - columns // 2)) for i in range(rows) for j in range(columns))
    return sum(weight * np.roll(picture, move, (0, 1)) for weight, move in moves)

print("ConvolveFT and sums, the largest difference, with 1 2 3 in a row of the kernel; the largest sum")
for rows, columns in ((8, 8), (9, 8), (8, 9), (9, 9), (16, 15), (15, 16), (64, 63), (64, 255)):
    picture = rng.integers(0, 10, (rows, columns)).astype(float)
    kernel = np.array([[1.0, 2, 3]])
    right = periodic(picture, kernel)
    direct = np.asarray(dip.GeneralConvolution(picture, kernel, ["periodic"]))
    off = float(np.abs(np.asarray(dip.ConvolveFT(picture, kernel)) - right).max())
    print(f"   {rows}x{columns}: {off:.3f} of {right.max():.0f}, and without the transform {np.abs(direct - right).max():.3f}")
    changed += [f"{rows}x{columns}"] * ((off > 0.1) != (columns % 2 == 1) or not np.allclose(direct, right))

print("FourierTransform of a row and NumPy's: where they differ")
for size in (8, 5, 7, 9, 25):
    row = rng.integers(0, 10, size).astype(float)
    right = np.fft.fftshift(np.fft.fft(np.fft.ifftshift(row)))
    seen = np.asarray(dip.FourierTransform(dip.Image(row)))
    of_complex = np.asarray(dip.FourierTransform(dip.Image(row.astype(complex))))
    corner = np.asarray(dip.FourierTransform(dip.Image(row), {"corner"}))
    differ = [int(k) - size // 2 for k in np.flatnonzero(~np.isclose(seen, right))]
    swapped = right.copy()
    swapped[[0, -1]] = right[[-1, 0]]
    what = "swapped" if size % 2 and np.allclose(seen, swapped) else "right" if not differ else "?"
    print(f"   {size} cells: frequencies {differ or 'none'} ({what})")
    expected = "swapped" if size % 2 else "right"
    others = np.allclose(of_complex, right) and np.allclose(corner, np.fft.fft(row))
    changed += [f"{size} cells"] * (what != expected or not others)

row = np.zeros(9)
row[4] = 1
shifted = np.asarray(dip.Shift(dip.Image(row), [1.0], "ft"))
print("one cell of nine, shifted by one through the transform:", *shifted.round(2))
changed += ["the shift"] * bool(np.allclose(shifted, np.roll(row, 1), atol=0.1))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" transforms.py
