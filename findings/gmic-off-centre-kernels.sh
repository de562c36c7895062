#!/usr/bin/env bash
# G'MIC's convolve with a kernel of 3x5 moves the picture up by a row, with its default border; with the three others it does not.
#
# Guessed: the centre of an odd kernel is its middle cell, and that of an even one is a cell beside the middle, whatever lies
#          outside the picture. A border is seen at the border only.
# Seen:    with copies of the last cell outside, the default, and for kernels of 2 to 5 rows and columns but 3x3 and 5x5, the
#          whole picture is moved: by one row for 3x5, by one column for 5x3, by one of each for 2x2 and 3x4, by two rows for
#          2x5: 14 of 36 sizes of kernels. It looks as if zeros were added below and on the right, up to 3x3 or 5x5, and the
#          middle taken of that. correlate moves for 8 sizes, and not for 2x2: there it is not the convolution with the turned
#          kernel. Larger kernels are right, so are those of one row or column, and all with black, a periodic or a mirrored
#          picture outside.
# With:    gmic 3.6.3.post1 (G'MIC 3.6.3), numpy 2.4.6; 2026-11-30.
# Known:   nothing found. CImg issue 95 has the rule for even masks, which the other borders keep to.
# Matters: a box of 3x5 blurs and shifts; an edge is found beside the thing it is the edge of, for one border of four.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check gmic==3.6.3.post1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
import gmic, numpy as np

print("gmic", version("gmic"), "numpy", version("numpy"))
SIZE, MIDDLE = 15, 7
BORDERS = {0: "black", 1: "the last cell", 2: "periodic", 3: "mirrored"}
dot = np.zeros((SIZE, SIZE), np.float32)
dot[MIDDLE, MIDDLE] = 1
noise = np.random.default_rng(0).integers(0, 10, (SIZE, SIZE)).astype(np.float32)

def run(command, picture, kernel, border):
    """Return rows of what G'MIC makes of a picture; its arrays have columns first."""
    images = gmic.ImageList([gmic.Image(np.ascontiguousarray(each.T.astype(np.float32))) for each in (picture, kernel)])
    result = gmic.run(f"{command}[0] [1]" + ("" if border is None else f",{border}"), images)
    return np.array((images if result is None else result)[0].to_numpy()).reshape(SIZE, SIZE).T

def response(command, rows, columns, border):
    """Return where the answer to a dot begins, in rows and columns from the dot; the answer itself is the kernel."""
    kernel = np.arange(1, rows * columns + 1.0).reshape(rows, columns)
    answer = run(command, dot, kernel, border)
    (top, left), (bottom, right) = np.argwhere(answer).min(0), np.argwhere(answer).max(0)
    assert np.array_equal(answer[top:bottom + 1, left:right + 1], kernel if command == "convolve" else kernel[::-1, ::-1])
    return int(top) - MIDDLE, int(left) - MIDDLE

recorded = {  # how far the default border moves the picture, in rows and columns, for kernels of rows x columns
    "convolve": {"2x2": (-1, -1), "2x3": (-1, 0), "2x4": (-2, -1), "2x5": (-2, 0), "3x2": (0, -1), "3x4": (-1, -1),
                 "3x5": (-1, 0), "4x2": (-1, -2), "4x3": (-1, -1), "4x4": (-1, -1), "4x5": (-1, 0), "5x2": (0, -2),
                 "5x3": (0, -1), "5x4": (0, -1)},
    "correlate": {"2x4": (-1, 0), "2x5": (-1, 0), "3x4": (-1, 0), "3x5": (-1, 0), "4x2": (0, -1), "4x3": (0, -1),
                  "5x2": (0, -1), "5x3": (0, -1)},
}
changed = []
for command, moves in recorded.items():
    seen = {}
    for rows in range(1, 7):
        for columns in range(1, 7):
            black, default, periodic, mirrored = (response(command, rows, columns, border) for border in BORDERS)
            # an odd kernel lies around the dot; an even one has one more cell behind it, or before it if it is turned
            before = [(size - 1) // 2 if command == "convolve" else size // 2 for size in (rows, columns)]
            changed += [f"{command} {rows}x{columns}"] * (not black == periodic == mirrored == (-before[0], -before[1]))
            if default != black:
                seen[f"{rows}x{columns}"] = default[0] - black[0], default[1] - black[1]
    print(f"{command}: kernels, and how many rows and columns the default border moves the picture")
    print("  ", ", ".join(f"{size} {move}" for size, move in seen.items()))
    changed += [command] * (seen != moves)

def mean(row):
    """Return means over 3x5 cells, around the cell that is so many rows below, for cells away from the border."""
    return sum(noise[3 + row + i:SIZE - 3 + row + i, 3 + j:SIZE - 3 + j] for i in (-1, 0, 1) for j in range(-2, 3)) / 15

means = {"the cell": mean(0), "the cell below": mean(1)}
for border, name in {None: "as it comes", **BORDERS}.items():
    seen = run("convolve", noise, np.ones((3, 5)) / 15, border)[3:-3, 3:-3]
    around = [what for what, right in means.items() if np.allclose(seen, right, atol=1e-4)]
    print(f"{name:14} a box of 3x5 gives the mean around", *around)
    changed += [name] * (around != ["the cell below" if border in (None, 1) else "the cell"])
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
