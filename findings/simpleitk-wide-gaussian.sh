#!/usr/bin/env bash
# ITK's DiscreteGaussian makes NaN, or black, of any picture from a sigma of 26.65 cells on, and cuts bytes after each axis.
#
# Guessed: a flat picture stays as it is, for every sigma and for bytes too; a kernel of at most 32 cells has at most 32.
# Seen:    beyond a variance of 709.78, the logarithm of the largest float64, all cells are NaN, and bytes are 0. It counts
#          in cells: where columns are 0.1 wide, a sigma of 3 is too much. SmoothingRecursiveGaussian is right at sigma 40.
#          maximumKernelWidth=32, the default, allows 65 cells, and there the kernel ends: sigma 20 is 15.8.
#          Sums of bytes are cut to whole numbers after each axis, rows first, which takes half a level for each axis. Where
#          the weights add up to a hair below 1, a flat 200 becomes 199 or 198, and a mask of ones all zeros: so it is for
#          sigma 1 and 3, not for 0.5 and 2.
# With:    SimpleITK 2.5.7, and the same with 2.4.1 and 2.3.1; numpy 2.4.6; on x86-64; 2026-12-01.
# Known:   ANTs issue 538 shows blank pictures of a large blur, and guesses at the kernel's width. ITK issue 6684 says that
#          DiscreteGaussianDerivative cuts after each axis.
# Matters: a wide blur that estimates a background gives nothing, and a mask of 0 and 1 that is to be softened is empty.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check SimpleITK==2.5.7 numpy==2.4.6
cd "$work"
cat >blurs.py <<'EOF'
import sys
import numpy as np, SimpleITK as sitk

print("SimpleITK", sitk.Version_VersionString(), "numpy", np.__version__)
rng = np.random.default_rng(0)
changed = []

def record(what, seen, recorded):
    print(f"   {what}: {seen}")
    if seen != recorded:
        changed.append(what)

def blurred(cells, variance, *more, spacing=(1.0, 1.0)):
    """Blur an array; variances are of columns and of rows."""
    image = sitk.GetImageFromArray(cells)
    image.SetSpacing(spacing)
    return sitk.GetArrayFromImage(sitk.DiscreteGaussian(image, variance, *more))

def weights(variance, *more):
    """Return the kernel for so much variance: a row through a dot."""
    dot = np.zeros((1, 401))
    dot[0, 200] = 1
    return blurred(dot, [variance, 0.0], *more)[0]

def sigma(row):
    at = np.arange(len(row)) - len(row) // 2
    return round(float(np.sqrt((row * at**2).sum() / row.sum())), 1)

def along(cells, row, axis):
    """Convolve along an axis, by loops; the border is repeated."""
    reach = len(row) // 2
    padded = np.pad(cells, [(reach, reach) if a == axis else (0, 0) for a in range(cells.ndim)], mode="edge")
    return sum(w * np.take(padded, range(i, i + cells.shape[axis]), axis) for i, w in enumerate(row))

print("by how much it blurs")
flat = np.full((60, 60), 200.0)
for variance, recorded in ((700, True), (709, True), (709.78, True), (709.79, False), (720, False), (1600, False)):
    seen = blurred(flat, variance)
    record(f"variance {variance}, sigma {variance ** 0.5:.1f}, a flat picture stays", bool(np.allclose(seen, 200)), recorded)
    if not recorded:
        record("   and is", sorted({str(value) for value in seen.ravel()}), ["nan"])
record("sigma 26.83, uint8, 200 becomes", np.unique(blurred(flat.astype("uint8"), 720.0)).tolist(), [0])
narrow = blurred(flat, [9.0, 0.0], spacing=(0.1, 1.0))
record("sigma 3 where a column is 0.1 wide, cells that are numbers", int(np.isfinite(narrow).sum()), 0)
recursive = sitk.GetArrayFromImage(sitk.SmoothingRecursiveGaussian(sitk.GetImageFromArray(flat), 40.0))
record("SmoothingRecursiveGaussian, sigma 40, a flat picture stays", bool(np.allclose(recursive, 200)), True)

print("the kernel's width, with sigma 20")
for width, cells, got in ((8, 17, 4.9), (16, 33, 9.2), (32, 65, 15.8), (64, 129, 20.0)):
    row = weights(400.0, width)
    record(f"maximumKernelWidth={width}: cells, and their sigma", [int((row > 0).sum()), sigma(row)], [cells, got])

print("whole numbers")
picture = rng.integers(0, 256, (40, 44)).astype("uint8")
exact = {True: 0, False: 0}
for tenths in range(6, 40, 3):
    variance = (tenths / 10) ** 2
    row = weights(variance)
    row = row[row > 0]
    cut = np.trunc(along(np.trunc(along(picture.astype(float), row, 0)), row, 1))
    exact[bool((blurred(picture, variance) == cut).mean() > 0.999)] += 1
record("sums cut to whole numbers after each axis, rows first; so for how many sigmas", exact, {True: 12, False: 0})
random = rng.integers(0, 256, (40, 40, 40)).astype("uint8")
for dimensions in (2, 3):
    cells = random[0] if dimensions == 2 else random
    image = sitk.GetImageFromArray(cells)
    means = [sitk.GetArrayFromImage(sitk.DiscreteGaussian(sitk.Cast(image, kind), 2.0)).mean()
             for kind in (sitk.sitkFloat64, sitk.sitkUInt8)]
    record(f"{dimensions} dimensions, sigma 1.4, darker by about", round(float(means[0] - means[1]), 1), dimensions / 2)
for deviation, recorded in ((0.5, [1, 200]), (1, [0, 199]), (2, [1, 200]), (3, [0, 198])):
    seen = [int(np.unique(blurred(np.full((20, 20), value, "uint8"), float(deviation) ** 2)).item()) for value in (1, 200)]
    record(f"flat 1 and 200, sigma {deviation}", seen, recorded)
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" blurs.py
