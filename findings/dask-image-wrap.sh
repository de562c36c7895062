#!/usr/bin/env bash
# dask-image's filters with mode="wrap" take a chunk for the whole picture: all but convolve and correlate, whose fault it was in 2021.
#
# Guessed: over chunks a filter gives what SciPy's gives over the whole array, in every mode: chunks are a matter of speed.
# Seen:    with "wrap" a border cell of the picture is reached from the other end of its chunk, with the chunk's overlap, and
#          not from the other end of the picture. Right in the four other modes, and right in convolve and correlate. An array of
#          one chunk is right. Of 16 cells in two chunks of 8, the maximum around the first one leaves out the last.
# With:    dask-image 2026.5.0, dask 2026.8.0, scipy 1.17.1, numpy 2.4.6; 2026-11-30.
# Known:   dask-image issue 242 for convolve, mended there and in correlate by pull request 243. Of the others nothing found.
# Matters: a periodic picture is filtered as a periodic one in two of the functions; the seam shows up in the rest.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check \
	dask-image==2026.5.0 dask==2026.8.0 scipy==1.17.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
import dask, dask.array as da, dask_image.ndfilters as chunked, numpy as np, scipy.ndimage as whole

print(*(f"{name} {version(name)}" for name in ("dask-image", "dask", "scipy", "numpy")))
dask.config.set(scheduler="synchronous")
rng = np.random.default_rng(0)
picture = rng.integers(0, 100, (16, 18)).astype(float)
kernel = rng.integers(-3, 4, (3, 3)).astype(float)
MODES = "reflect", "constant", "nearest", "mirror", "wrap"
filters = {
    "convolve": {"weights": kernel}, "correlate": {"weights": kernel}, "gaussian_filter": {"sigma": 1.0},
    "gaussian_laplace": {"sigma": 1.0}, "gaussian_gradient_magnitude": {"sigma": 1.0}, "laplace": {}, "prewitt": {}, "sobel": {},
    "maximum_filter": {"size": 3}, "minimum_filter": {"size": 3}, "median_filter": {"size": 3}, "uniform_filter": {"size": 3},
    "percentile_filter": {"size": 3, "percentile": 20}, "rank_filter": {"size": 3, "rank": 2},
}
recorded = {name: {"wrap"} for name in filters} | {"convolve": set(), "correlate": set()}

def wrong(name, chunks):
    """Return the modes in which the filter over chunks is not SciPy's over the whole."""
    array, options = da.from_array(picture, chunks=chunks), filters[name]
    pairs = {mode: (getattr(chunked, name)(array, mode=mode, **options).compute(),
                    getattr(whole, name)(picture, mode=mode, **options)) for mode in MODES}
    return {mode for mode, (seen, right) in pairs.items() if not np.allclose(seen, right)}

changed = []
print("modes in which 2x2 chunks of 8x9 give something else than SciPy does")
for name in filters:
    seen, one = wrong(name, (8, 9)), wrong(name, picture.shape)
    print(f"   {name:28} {', '.join(sorted(seen)) or 'none'}")
    if one:
        print(f"   {name:28} in one chunk: {', '.join(sorted(one))}")
    changed += [name] * (seen != recorded[name]) + [f"{name}, one chunk"] * bool(one)

row = np.zeros(16)
row[-1] = 9
seen = chunked.maximum_filter(da.from_array(row, chunks=8), size=3, mode="wrap").compute()
right = whole.maximum_filter(row, size=3, mode="wrap")
print("a 9 in the last of 16 cells, the maximum of three: first cell", seen[0], "SciPy", right[0])
changed += ["the row"] * ((seen[0], right[0]) != (0, 9))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
