#!/usr/bin/env bash
# libvips moves a picture that it enlarges: half a cell of the result to the right and down, by every kernel but "nearest".
#
# Guessed: cells keep their places, as in PyTorch (align_corners=False), OpenCV and Pillow: cell i of the result shows what
#          is at (i + 1/2) / scale - 1/2, clamped to the picture.
# Seen:    with "linear" it is exactly what is at i / scale - 1/2, for each of eight scales from 1.1 to 8: half a cell of
#          the result is missing. 0, 40, 80, … twice as large begins with 0, 0, 20, 40; Pillow's with 0, 10, 30, 50. An
#          edge in the middle of 20 cells is at 40.5 of 80, and a picture that is mirrored first gives another result.
#          "cubic", "mitchell", "lanczos2", "lanczos3", "mks2013" and "mks2021" are one and the same there, and half a cell
#          off, too. thumbnail does it as well. "nearest" is right, and making smaller by the others is symmetric. sharp
#          0.35.5 gives the same numbers (by hand).
# With:    pyvips 3.2.0 with pyvips-binary 8.18.7, pillow 13.0.0, numpy 2.4.6; 2026-12-01.
# Known:   issues 705, 943 and 4841, closed; in 943 the shift is put down to centre convention for enlarging, corner
#          convention for reducing, since 8.6. sharp's documentation says that kernels without a counterpart for enlarging
#          are cubic.
# Matters: many tools for web sites resize by sharp. A heat map that it enlarged does not fit the picture under it, and 10
#          cells that become 11 have moved by nearly half a cell of their own. "nearest" keeps the cells in their places;
#          affine with idx=0.5, odx=-0.5 and extend="copy" is right, too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check pyvips==3.2.0 pyvips-binary==8.18.7 pillow==13.0.0 \
    numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import math, sys
from importlib.metadata import version
import numpy as np, pyvips
from PIL import Image

print(*(f"{name} {version(name)}" for name in ("pyvips", "pyvips-binary", "pillow", "numpy")), sep="\n")

def vips(row, scale, kernel):
    return pyvips.Image.new_from_array(row[np.newaxis]).resize(scale, vscale=1, kernel=kernel).numpy()[0]

def linear(row, scale, count, moved):
    """What is between two cells, at the place of each cell of the result less moved."""
    result = []
    for i in range(count):
        x = min(max((i + 0.5 - moved) / scale - 0.5, 0), len(row) - 1)
        left = min(math.floor(x), len(row) - 2)
        result.append(row[left] * (1 - (x - left)) + row[left + 1] * (x - left))
    return np.array(result)

ramp = np.arange(0, 240, 40, dtype=np.float32)
twice = {"libvips": vips(ramp, 2, "linear"), "Pillow": np.asarray(Image.fromarray(ramp[np.newaxis]).resize((12, 1), 2))[0]}
for name, row in twice.items():
    print(f"{name:8} {', '.join(f'{value:.0f}' for value in row)}")
bilinear = pyvips.Interpolate.new("bilinear")
by_affine = pyvips.Image.new_from_array(ramp[np.newaxis]).affine([2, 0, 0, 1], interpolate=bilinear, extend="copy", idx=0.5,
                                                                 odx=-0.5).numpy()[0]
print(f"affine   {', '.join(f'{value:.0f}' for value in by_affine)}")
row = np.random.default_rng(0).integers(0, 256, 10).astype(np.float32)
scales = (1.1, 1.5, 2, 2.5, 3, 4, 5, 8)
off = {}
for moved in (0, 0.5):
    off[moved] = [round(float(np.abs(seen - linear(row, scale, len(seen), moved)).max()), 2)
                  for scale in scales for seen in [vips(row, scale, "linear")]]
    print(f"linear, from a definition that moves by {moved} cells of the result, by scale: {off[moved]}")
kernels = ("cubic", "mitchell", "lanczos2", "lanczos3", "mks2013", "mks2021")
one = all(np.array_equal(vips(row, scale, kernel), vips(row, scale, "cubic")) for scale in scales for kernel in kernels)

def symmetric(kernel, scale):
    """A picture that is mirrored first gives the mirrored result."""
    return bool(np.abs(vips(row[::-1].copy(), scale, kernel)[::-1] - vips(row, scale, kernel)).max() < 0.01)

smooth = ("linear", *kernels)
larger = {kernel: [symmetric(kernel, scale) for scale in (2, 3)] for kernel in ("nearest", *smooth)}
smaller = all(symmetric(kernel, 0.5) for kernel in smooth)
print(f"{', '.join(kernels)} are one and the same: {one}")
print(f"a mirrored picture gives the mirrored result: 2 and 3 times as large {larger}; half as large {smaller}")
step = np.zeros((1, 20), np.float32)
step[:, 10:] = 100  # an edge between cells: it is where the result reaches 50
edge = {}
for kernel in ("nearest", *smooth):
    values = vips(step[0], 4, kernel)
    after = int(np.argmax(values >= 50))
    edge[kernel] = round(after + 0.5 - float(values[after] - 50) / float(values[after] - values[after - 1]), 2)
print(f"an edge at 10 of 20, four times as large, is at 40 if it is right: {edge}")
picture = np.arange(36, dtype=np.uint8).reshape(6, 6) * 7
small = pyvips.Image.new_from_array(picture)
thumbnail = np.array_equal(small.thumbnail_image(12).numpy(), small.resize(2).numpy())
transposed = np.array_equal(pyvips.Image.new_from_array(picture.T.copy()).resize(2).numpy().T, small.resize(2).numpy())
changed = [what for what, right in {
    "libvips, twice": [round(float(value)) for value in twice["libvips"]] == [0, 0, *range(20, 201, 20)],
    "Pillow, twice": [round(float(value)) for value in twice["Pillow"]] == [0, *range(10, 200, 20), 200],
    "affine": np.abs(by_affine - twice["Pillow"]).max() < 0.01,
    "moved by half a cell": max(off[0.5]) < 0.01 < 10 < min(off[0]),
    "kernels": one,
    "symmetry": smaller and larger == {"nearest": [True, True]} | dict.fromkeys(smooth, [False, False]),
    "edge": edge == {"nearest": 40} | dict.fromkeys(smooth, 40.5),
    "thumbnail": thumbnail,
    "columns": transposed,
}.items() if not right]
print(f"thumbnail is the same: {thumbnail}; rows as columns: {transposed}")
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
