#!/usr/bin/env bash
# keras.ops.image.gaussian_blur, called as in its signature, blurs along columns and channels, not along rows.
#
# Guessed: without data_format it takes the configured one, channels_last, as all other operations on images do.
# Seen:    the backends of JAX and PyTorch compute a picture of (batch, rows, columns, channels) as if it were (batch,
#          channels, rows, columns): a bright row stays one row high, and red turns into red and green. The numpy backend does
#          it right. With data_format="channels_last" written out all three agree. And with an even kernel PyTorch's backend
#          gives 6x6 cells for 5x5, with the others 5x5.
# With:    keras 3.15.1, jax 0.10.2, torch 2.13.0, numpy 2.4.6; 2026-11-29.
# Known:   reported; keras pull request 23542 mends the default in its main branch, not yet in this release.
# Matters: blur is a depthwise convolution, the one that pictures explain convolutions with. On a grey picture the wrong one
#          looks nearly right: it is blurred, if only from left to right, and darker, since its one channel is padded too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"    # PyTorch leaves files in the temporary folder
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6 \
    torch==2.13.0    # any build for the CPU will do (and is smaller: set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL)
cat > "$work/blur.py" <<'EOF'
import json, keras, numpy as np
red = np.zeros((1, 5, 5, 3), "float32")
red[0, 2, 2, 0] = 100  # one red cell in the middle
blur = lambda *given: keras.ops.convert_to_numpy(keras.ops.image.gaussian_blur(red, *given)).round().astype(int)
default, written = blur((3, 3), (1.0, 1.0)), blur((3, 3), (1.0, 1.0), "channels_last")
print(json.dumps({
    "up to down through the cell, default": default[0, :, 2, 0].tolist(),
    "left to right through the cell, default": default[0, 2, :, 0].tolist(),
    "red, green, blue of the cell, default": default[0, 2, 2].tolist(),
    "up to down through the cell, channels_last": written[0, :, 2, 0].tolist(),
    "red, green, blue of the cell, channels_last": written[0, 2, 2].tolist(),
    "rows and columns, 4x4 kernel, channels_last": list(blur((4, 4), (1.0, 1.0), "channels_last").shape[1:3]),
}))
EOF
export KERAS_HOME="$work"
for backend in jax torch numpy; do
    KERAS_BACKEND=$backend "$work/venv/bin/python" "$work/blur.py" > "$work/$backend.json"
done
"$work/venv/bin/python" - "$work" <<'EOF'
import json, pathlib, sys
from importlib.metadata import version
print(*(f"{name} {version(name)}" for name in ("keras", "jax", "torch", "numpy")), sep="\n")
backends = ("jax", "torch", "numpy")
seen = {name: json.loads(pathlib.Path(sys.argv[1], f"{name}.json").read_text()) for name in backends}
right = [0, 12, 20, 12, 0]
recorded = {  # case: (JAX, PyTorch, numpy)
    "up to down through the cell, default": ([0, 0, 20, 0, 0], [0, 0, 20, 0, 0], right),
    "left to right through the cell, default": (right,) * 3,
    "red, green, blue of the cell, default": ([20, 12, 0], [20, 12, 0], [20, 0, 0]),
    "up to down through the cell, channels_last": (right,) * 3,
    "red, green, blue of the cell, channels_last": ([20, 0, 0],) * 3,
    "rows and columns, 4x4 kernel, channels_last": ([5, 5], [6, 6], [5, 5]),
}
changed = []
for case, expected in recorded.items():
    print(case)
    for name, numbers in zip(backends, expected, strict=True):
        print(f"  {name:6} {seen[name][case]}")
        changed += [f"{case} by {name}"] * (seen[name][case] != numbers)
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
