#!/usr/bin/env bash
# In Paddle, padding "SAME" takes the dilation away, and asking a max pool for its indices takes the padding "SAME" away.
#
# Guessed: as in TensorFlow, where the word comes from: the border fits the dilated window, and indices come beside the same maxima.
# Seen:    conv1d, conv2d, conv3d and conv2d_transpose with "SAME" give for dilation 2 and 3 what they give for 1, without a word;
#          the layer still says dilation=[1, 2]. With "VALID" and with numbers the dilation is heeded. max_pool1d and max_pool2d
#          with return_mask=True and "SAME" give the maxima of "VALID": 2 of 7 cells where the maxima alone are 4.
#          conv2d_transpose with "SAME" and stride 2 makes 13 cells of 7, not 14.
# With:    paddlepaddle 3.3.1 for processors, numpy 2.4.6; 2026-11-30.
# Known:   Paddle2ONNX issue 1356 says that such a convolution is not exported. Of Paddle itself nothing found.
# Matters: a dilated network that is built with "SAME" has no dilation and trains all the same; an unpooling gets another size.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check paddlepaddle==3.3.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'EOF'
import sys
from importlib.metadata import version
import numpy as np, paddle, paddle.nn.functional as F

print("paddlepaddle", version("paddlepaddle"), "numpy", np.__version__)
paddle.set_device("cpu")
CELLS = np.array([3, 1, 4, 1, 5, 9, 2], np.float32)
changed = []

def record(what, seen, recorded):
    print(f"   {what}: {seen}")
    if seen != recorded:
        changed.append(what)

def cells(tensor):
    return [int(value) for value in np.asarray(tensor).ravel()]

def dilated(cells, dilation):
    """Return sums of three cells so far apart, as many as there are cells: a border of zeros on both sides."""
    padded = np.pad(cells, dilation)
    return [int(padded[i:i + 2 * dilation + 1:dilation].sum()) for i in range(len(cells))]

print("sums of three of", cells(CELLS))
for n, convolve in ((1, F.conv1d), (2, F.conv2d), (3, F.conv3d)):
    row = paddle.to_tensor(CELLS.reshape(1, 1, *(1,) * (n - 1), 7))
    ones = paddle.ones([1, 1, *(1,) * (n - 1), 3])
    for dilation in (1, 2, 3):
        apart = [1] * (n - 1) + [dilation]
        seen = cells(convolve(row, ones, padding="SAME", dilation=apart))
        record(f'conv{n}d, "SAME", dilation {dilation}', seen, dilated(CELLS, 1))
        seen = cells(convolve(row, ones, padding=[0] * (n - 1) + [dilation], dilation=apart))
        record(f"conv{n}d, padding {dilation}, dilation {dilation}", seen, dilated(CELLS, dilation))
row, ones = paddle.to_tensor(CELLS.reshape(1, 1, 1, 7)), paddle.ones([1, 1, 1, 3])
for dilation in (1, 2):
    record(f'conv2d_transpose, "SAME", dilation {dilation}',
           cells(F.conv2d_transpose(row, ones, padding="SAME", dilation=[1, dilation])), dilated(CELLS, 1))
seen = cells(F.conv2d(row, ones, padding="VALID", dilation=[1, 2]))
record('conv2d, "VALID", dilation 2', seen, dilated(CELLS, 2)[2:-2])
record("the layer says", str(paddle.nn.Conv2D(1, 1, (1, 3), padding="SAME", dilation=(1, 2))),
       "Conv2D(1, 1, kernel_size=[1, 3], padding=SAME, dilation=[1, 2], data_format=NCHW)")
record('conv2d_transpose, "SAME", stride 2: cells', F.conv2d_transpose(row, ones, padding="SAME", stride=[1, 2]).shape[-1], 13)

print("maxima of four, every second place")
for n, pool, of in ((1, F.max_pool1d, row[0]), (2, F.max_pool2d, row)):
    window, step = ([1, 4], [1, 2]) if n == 2 else (4, 2)
    record(f'max_pool{n}d, "SAME"', cells(pool(of, window, step, padding="SAME")), [4, 5, 9, 9])
    maxima, indices = pool(of, window, step, padding="SAME", return_mask=True)
    record(f'max_pool{n}d, "SAME", with indices', (cells(maxima), cells(indices)), ([4, 9], [2, 5]))
    record(f'max_pool{n}d, "VALID"', cells(pool(of, window, step, padding="VALID")), [4, 9])
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
