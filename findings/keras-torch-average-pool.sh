#!/usr/bin/env bash
# Keras' AveragePooling with padding="same" gives other numbers at the border when PyTorch is its backend.
#
# Guessed: the three backends of Keras agree: cells of padding do not count in a mean.
# Seen:    with the torch backend they are copies of the border cell, and count, whenever "same" needs more cells on one side
#          than on the other: every even pool above 2 with stride 1, a pool of 3 with stride 2 on an even size. One direction
#          that needs it spoils the other too. Where both sides are equal the backends agree, so tests with a pool of 3 and
#          stride 1 see nothing. MaxPooling does the same, but there a copied cell changes no maximum.
# With:    keras 3.15.1, jax 0.10.2, torch 2.13.0, numpy 2.4.6; 2026-11-29.
# Known:   reported as keras issue 18452; pull request 23233 mends it in its main branch, not yet in this release.
# Matters: a figure of such a layer has to say of which backend it is. The means of JAX (and TensorFlow) are of the cells that
#          are there: 2 of 4 at the corner of a row, where PyTorch's backend divides by 4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"    # PyTorch leaves files in the temporary folder
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6 \
    torch==2.13.0    # any build for the CPU will do (and is smaller: set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL)
cat > "$work/pool.py" <<'EOF'
import json, keras, numpy as np
from keras import layers
row = np.arange(1, 8, dtype="float32").reshape(1, 7, 1)
plane = np.arange(1, 43, dtype="float32").reshape(1, 7, 6, 1)
means = {}
for size, stride in ((4, 1), (2, 1), (4, 2), (3, 1)):
    y = layers.AveragePooling1D(size, stride, "same")(row)
    means[f"1 to 7, pool {size}, stride {stride}"] = keras.ops.convert_to_numpy(y).ravel().round(3).tolist()
y = keras.ops.convert_to_numpy(layers.AveragePooling2D(3, 2, "same")(plane))
means["7x6 cells 1 to 42, pool 3, stride 2: left column"] = y[0, :, 0, 0].round(3).tolist()
print(json.dumps(means))
EOF
export KERAS_HOME="$work"
for backend in jax torch; do
    KERAS_BACKEND=$backend "$work/venv/bin/python" "$work/pool.py" > "$work/$backend.json"
done
"$work/venv/bin/python" - "$work" <<'EOF'
import json, pathlib, sys
from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("keras", "jax", "torch", "numpy")), sep="\n")
seen = {name: json.loads(pathlib.Path(sys.argv[1], f"{name}.json").read_text()) for name in ("jax", "torch")}
recorded = {  # case: (JAX, PyTorch)
    "1 to 7, pool 4, stride 1": ([2, 2.5, 3.5, 4.5, 5.5, 6, 6.5], [1.75, 2.5, 3.5, 4.5, 5.5, 6.25, 6.75]),
    "1 to 7, pool 2, stride 1": ([1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7], [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7]),
    "1 to 7, pool 4, stride 2": ([2, 3.5, 5.5, 6.5], [1.75, 3.5, 5.5, 6.75]),
    "1 to 7, pool 3, stride 1": ([1.5, 2, 3, 4, 5, 6, 6.5], [1.5, 2, 3, 4, 5, 6, 6.5]),
    "7x6 cells 1 to 42, pool 3, stride 2: left column": ([5, 14, 26, 35], [4, 14, 26, 36]),
}
changed = []
for case, expected in recorded.items():
    print(case)
    for name, numbers in zip(seen, expected, strict=True):
        print(f"  {name:6} {seen[name][case]}")
        changed += [f"{case} by {name}"] * (seen[name][case] != numbers)
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
