#!/usr/bin/env bash
# On Keras' OpenVINO backend a nearest-neighbour resize that shrinks by an odd or a broken factor takes the wrong cells.
#
# Guessed: the same cells on every backend: the one in which the middle of the output cell lies.
# Seen:    9 rows to 3 are rows 2, 5, 8 with OpenVINO, the last of each three, and 1, 4, 7 with JAX, the middle ones; 7 to 3 are
#          2, 4, 6 for 1, 3, 5. By 2 and by 4, and wherever a map grows, both take the same. keras.layers.Resizing does as the
#          function does; where one axis shrinks and the other grows only the first is wrong. Bilinear is the same on both.
# With:    keras 3.15.1, openvino 2026.4.1, jax 0.10.2, numpy 2.4.6, scipy 1.17.1; 2026-12-01.
# Known:   nothing found of nearest; that OpenVINO has no antialiasing for cubic is its issue 35893.
# Matters: label maps are shrunk by nearest neighbours, and shift by up to a cell against the picture that bilinear shrinks.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check keras==3.15.1 openvino==2026.4.1 jax==0.10.2 numpy==2.4.6 \
    scipy==1.17.1
cat > "$work/taken.py" <<'EOF'
"""Which rows and columns of a map does a resize take, for some sizes; as JSON."""
import json, keras, numpy as np
SIZES = [(9, 3), (7, 3), (7, 5), (8, 3), (8, 4), (8, 2), (5, 7), (4, 8), (3, 9)]
resize = lambda cells, size, how: keras.ops.convert_to_numpy(keras.ops.image.resize(cells, size, interpolation=how))
found = {}
for many, few in SIZES:
    rows = np.arange(many, dtype="float32").reshape(1, many, 1, 1)
    layer = keras.layers.Resizing(few, 1, interpolation="nearest")
    found[f"{many} rows to {few}"] = resize(rows, (few, 1), "nearest").ravel().astype(int).tolist()
    found[f"{many} rows to {few}, layer"] = keras.ops.convert_to_numpy(layer(rows)).ravel().astype(int).tolist()
    found[f"{many} columns to {few}"] = resize(rows.reshape(1, 1, many, 1), (1, few), "nearest").ravel().astype(int).tolist()
    found[f"{many} rows to {few}, bilinear"] = resize(rows, (few, 1), "bilinear").ravel().round(3).tolist()
both = np.arange(9 * 5, dtype="float32").reshape(1, 9, 5, 1)
found["9x5 to 3x10"] = resize(both, (3, 10), "nearest")[0, :, :, 0].astype(int).tolist()
print(json.dumps(found))
EOF
for backend in jax openvino; do
    KERAS_BACKEND=$backend KERAS_HOME="$work" TF_CPP_MIN_LOG_LEVEL=3 "$work/venv/bin/python" -W ignore "$work/taken.py" \
        > "$work/$backend.json" 2> "$work/$backend.log" || { tail -5 "$work/$backend.log" >&2; exit 1; }
done
"$work/venv/bin/python" - "$work" <<'EOF'
import json, sys
from importlib.metadata import version
from math import ceil, floor
from pathlib import Path

print(*(f"{name} {version(name)}" for name in ("keras", "openvino", "jax", "numpy", "scipy")), sep=", ")
jax, openvino = (json.loads(Path(sys.argv[1], name + ".json").read_text()) for name in ("jax", "openvino"))
changed = []

def middles(many, few):
    """Return where the middles of the output cells lie, in cells of the input."""
    return [(2 * i + 1) * many / (2 * few) for i in range(few)]

def record(what, seen, recorded):
    if seen != recorded:
        changed.append(f"{what}: {seen}, not {recorded}")

for what, cells in jax.items():
    if "nearest" in what or "bilinear" not in what:
        print(f"   {what}: jax {cells}, openvino {openvino[what]}")
    if "x" in what:
        rows, columns = [floor(m) for m in middles(9, 3)], [floor(m) for m in middles(5, 10)]
        late = [min(ceil(m), 8) for m in middles(9, 3)]
        record(what, cells, [[5 * r + c for c in columns] for r in rows])
        record(what + ", openvino", openvino[what], [[5 * r + c for c in columns] for r in late])
        continue
    many, few = int(what.split()[0]), int(what.split(",")[0].split()[-1])
    if "bilinear" in what:
        record(what, max(abs(a - b) for a, b in zip(cells, openvino[what])) < 1e-3, True)
        continue
    nearest = [floor(middle) for middle in middles(many, few)]
    shrinks = few < many
    record(what, cells, nearest)
    record(what + ", openvino", openvino[what],
           [min(ceil(m), many - 1) for m in middles(many, few)] if shrinks else nearest)
record("9 rows to 3 differ", jax["9 rows to 3"] != openvino["9 rows to 3"], True)
record("8 rows to 4 agree", jax["8 rows to 4"] == openvino["8 rows to 4"], True)
print("   bilinear: the same on both")
sys.exit("changed since 2026-12-01: " + "; ".join(changed) if changed else 0)
EOF
