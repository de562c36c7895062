#!/usr/bin/env bash
# GDAL's "gauss" resampling moves a raster to the upper left: by half a cell at a factor of 2 or 4, by a whole one at 3 or 5.
#
# Guessed: as with "average": the middle of a cell of the result is the middle of the cells that it is made of.
# Seen:    the kernel has 3, 5, 5, 7 cells for the factors 2, 3, 4, 5, and its first cell lies on the first cell of the block, so that
#          its middle is not the block's: with factor 3 the second cell of the result reads the cells 3 to 7 with the weights
#          1, 4, 6, 4, 1 (of 16), where "average" reads 3 to 5. A ramp becomes too large by so much, on both axes, in overviews
#          and where a band is read smaller. "average", "bilinear", "cubic", "cubic_spline" and "lanczos" stay in place.
# With:    rasterio 1.4.4 from its wheel (GDAL 3.10.3), numpy 2.4.6; 2026-12-01.
# Known:   shifts are reported for warping and for overviews read with other methods; of "gauss" nothing found.
# Matters: an odd kernel for a block of two or four has no middle, the textbook case; but 5 cells for a block of 3 could have one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check rasterio==1.4.4 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'EOF'
import sys
import numpy as np, rasterio
from rasterio.enums import Resampling
from rasterio.io import MemoryFile

print("rasterio", rasterio.__version__, "GDAL", rasterio.__gdal_version__, "numpy", np.__version__)
IN_PLACE = ["average", "bilinear", "cubic", "cubic_spline", "lanczos"]
CELLS = 60
changed = []

def record(what, seen, recorded):
    if not np.allclose(seen, recorded, atol=2e-3):
        changed.append(f"{what}: {np.round(seen, 3)}, not {recorded}")

def raster(memory, cells):
    """Write cells as a GeoTIFF."""
    rows, columns = cells.shape
    with memory.open(driver="GTiff", width=columns, height=rows, count=1, dtype="float32") as file:
        file.write(cells.astype("float32"), 1)

def smaller(cells, factor, how):
    """Read a band smaller by a whole factor."""
    with MemoryFile() as memory:
        raster(memory, cells)
        with memory.open() as file:
            return file.read(1, out_shape=tuple(n // factor for n in cells.shape), resampling=Resampling[how])

def overview(cells, factor, how):
    """Build an overview and read it."""
    with MemoryFile() as memory:
        raster(memory, cells)
        with rasterio.open(memory.name, "r+") as file:
            file.build_overviews([factor], Resampling[how])
        with rasterio.open(memory.name, overview_level=0) as file:
            return file.read(1)

def weights(factor, how, cell=1):
    """Return what each column weighs in a cell of the result: by a column of ones at a time."""
    columns = np.eye(CELLS)
    return np.array([smaller(np.tile(one, (CELLS, 1)), factor, how)[4, cell] for one in columns])

rows, columns = np.mgrid[0:CELLS, 0:CELLS].astype(float)
inside = slice(3, 7)  # away from the borders
for factor, kernel in ((2, [1, 2, 1]), (3, [1, 4, 6, 4, 1]), (4, [1, 4, 6, 4, 1]), (5, [1, 6, 15, 20, 15, 6, 1])):
    middles = (np.arange(CELLS // factor) + 0.5) * factor - 0.5
    moved = (len(kernel) - factor) / 2
    read = weights(factor, "gauss")
    print(f"   factor {factor}: gauss reads cells {np.flatnonzero(read > 1e-6)}, {np.round(read[read > 1e-6] * sum(kernel), 1)} of "
          f"{sum(kernel)}; average reads {np.flatnonzero(weights(factor, 'average') > 1e-6)}; moved by {moved}")
    expected = np.zeros(CELLS)
    expected[factor:factor + len(kernel)] = np.array(kernel) / sum(kernel)
    record(f"{factor}, weights of gauss", read, expected)
    for shrink in (smaller, overview):
        for ramp, along in ((columns, lambda cells: cells[4, inside]), (rows, lambda cells: cells[inside, 4])):
            record(f"{factor}, {shrink.__name__}, gauss", along(shrink(ramp, factor, "gauss")), middles[inside] + moved)
            for how in IN_PLACE:
                record(f"{factor}, {shrink.__name__}, {how}", along(shrink(ramp, factor, how)), middles[inside])
print("   in place:", ", ".join(IN_PLACE))
sys.exit("changed since 2026-12-01: " + "; ".join(changed) if changed else 0)
EOF
