#!/usr/bin/env bash
# tinygrad's padding "same" mixes up the dilations of the axes.
#
# Guessed: nn.Conv2d(…, padding="same") makes an output of the input's size, whatever kernel and dilation.
# Seen:    it pairs the dilation of the first axis with the kernel of the last one and the other way round: kernel (3, 5)
#          with dilation (1, 2) makes 7x1 of 5x5. A stride of (1, 1) is refused as "strided", where 1 is taken; and the
#          transposed convolution takes "same" for cells that it cuts off.
# With:    tinygrad 0.14.0, numpy 2.4.6; 2026-11-29.
# Matters: a network of which a figure says that it keeps its size does not keep it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check tinygrad==0.14.0 numpy==2.4.6
cd "$work"
DEV=PYTHON XDG_CACHE_HOME="$work" CACHEDB="$work/cache.db" "$work/venv/bin/python" - <<'EOF'
import sys
from importlib.metadata import version
import numpy as np
from tinygrad import Tensor, nn

print(*(f"{name} {version(name)}" for name in ("tinygrad", "numpy")), sep="\n")
x, changed = Tensor(np.ones((1, 1, 5, 5), np.float32)), []

def size(layer, **arguments):
    try:
        return layer(1, 1, **arguments)(x).shape[2:]
    except ValueError as error:
        return str(error)

cases = {
    "kernel (3, 5), same": ((nn.Conv2d, dict(kernel_size=(3, 5), padding="same")), (5, 5)),
    "kernel (3, 5), dilation (1, 2), same": ((nn.Conv2d, dict(kernel_size=(3, 5), dilation=(1, 2), padding="same")), (7, 1)),
    "kernel 3, stride (1, 1), same": (
        (nn.Conv2d, dict(kernel_size=3, stride=(1, 1), padding="same")), "padding='same' is not supported for strided convolutions"
    ),
    "transposed, kernel 3, same": ((nn.ConvTranspose2d, dict(kernel_size=3, padding="same")), (5, 5)),
    "transposed, kernel (2, 4), same": ((nn.ConvTranspose2d, dict(kernel_size=(2, 4), padding="same")), (5, 5)),
}
for case, ((layer, arguments), recorded) in cases.items():
    found = size(layer, **arguments)
    print(f"{case}\n  5x5 becomes {found}")
    changed += [case] * (found != recorded)
sys.exit("changed since 2026-11-29: " + ", ".join(changed) if changed else 0)
EOF
