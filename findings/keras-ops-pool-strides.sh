#!/usr/bin/env bash
# keras.ops.max_pool and average_pool without strides fail on JAX, for every window; on PyTorch they move by the window.
#
# Guessed: strides=None means the window's own size on every backend, as the documentation says, and as the layers do it.
# Seen:    on JAX, Keras extends the window by batch and channels, (2, 2) to (1, 2, 2, 1), takes that for the strides, and
#          extends these once more: JAX is asked for strides of six axes and refuses. layers.MaxPooling2D, which passes
#          strides of its own, works; so does strides=2. Keras' NumPy backend asks JAX, and fails likewise. On PyTorch all agree.
# With:    Keras 3.15.1, JAX 0.10.2, PyTorch 2.13.0, numpy 2.4.6; 2026-11-30.
# Matters: code that runs on one backend does not on another, for the plainest pool there is. Give the strides.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 torch==2.13.0 numpy==2.4.6
changed=0
for backend in torch numpy jax; do
    KERAS_BACKEND=$backend "$work/venv/bin/python" - <<'EOF' || changed=1
import sys
import keras, jax, numpy as np

print(keras.backend.backend(), "keras", keras.__version__, "jax", jax.__version__, "numpy", np.__version__)
changed = []
for axes in (1, 2, 3):
    x = np.arange(4.0**axes, dtype="float32").reshape(1, *(4,) * axes, 1)
    layers = (getattr(keras.layers, f"MaxPooling{axes}D")(2), getattr(keras.layers, f"AveragePooling{axes}D")(2))
    for pool, layer in zip((keras.ops.max_pool, keras.ops.average_pool), layers, strict=True):
        right = keras.ops.convert_to_numpy(layer(x))
        given = keras.ops.convert_to_numpy(pool(x, 2, strides=2))
        try:
            plain = keras.ops.convert_to_numpy(pool(x, 2))
            seen = "as the layer" if np.array_equal(plain, right) else "other numbers"
        except Exception as error:
            seen = f"refused: {error}"
        print(f"  {pool.__name__}(x, 2) of {axes} axes: {seen}")
        expected = "as the layer" if keras.backend.backend() == "torch" else "refused"
        if not seen.startswith(expected) or not np.array_equal(given, right):
            changed.append(f"{pool.__name__} of {axes} axes")
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
done
exit $changed
