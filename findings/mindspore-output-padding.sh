#!/usr/bin/env bash
# The last row and column that output_padding adds in MindSpore's Conv2dTranspose are zeros, without sums and without bias.
#
# Guessed: as in PyTorch and ONNX: output_padding only says how many cells there are, and those get their sums and the bias.
# Seen:    nn.Conv2dTranspose computes the smaller map, adds the bias, and pads with zeros below and at the right. With the
#          usual doubling (kernel 3, stride 2, padding 1, output_padding 1), weights of 1 and a bias of 100, a map of nines
#          becomes 109 118 109 118 109 118 109 0 in its first row, where the last should be 109, and zeros in its last row.
#          So it is in all of 288 settings, and all other cells are right. The added cells pass no gradient to weights and
#          bias. With nn.Conv3dTranspose, of the same library, they have their sums. As a graph it is the same.
# With:    mindspore 2.10.0, and the same with 2.7.0, on a processor; numpy 1.26.4; 2026-12-01.
# Known:   MindSpore's page of differences to PyTorch says that PyTorch's output_padding pads one side with zeros; PyTorch
#          issues 8816 and 25536 ask why it does not. Of the layer nothing found.
# Matters: a generator or an autoencoder that doubles its maps so, with weights from elsewhere, has black edges on two sides.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or 3.12; 0.8 GB to download, 2.5 GB unpacked
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check mindspore==2.10.0 numpy==1.26.4
cd "$work"
cat >padding.py <<'EOF'
import os
os.environ["GLOG_v"] = "4"
import itertools, sys
from importlib.metadata import version
import numpy as np, mindspore as ms
from mindspore import Tensor, nn

print("mindspore", version("mindspore"), "numpy", np.__version__)
ms.set_device("CPU")
rng = np.random.default_rng(0)
changed = []

def record(what, seen, recorded):
    print(f"   {what}: {seen}")
    if seen != recorded:
        changed.append(what)

def transposed(cells, weights, bias, stride, padding, dilation, extra):
    """Return a transposed convolution by loops, for any number of axes: cells (in, ...), weights (in, out, ...)."""
    sizes = [(n - 1) * s - 2 * p + d * (k - 1) + e + 1
             for n, k, s, p, d, e in zip(cells.shape[1:], weights.shape[2:], stride, padding, dilation, extra)]
    result = np.zeros((weights.shape[1], *sizes)) + bias.reshape(-1, *[1] * len(sizes))
    for at in np.ndindex(*cells.shape[1:]):
        for tap in np.ndindex(*weights.shape[2:]):
            to = tuple(i * s + j * d - p for i, s, j, d, p in zip(at, stride, tap, dilation, padding))
            if all(0 <= i < n for i, n in zip(to, sizes)):
                result[(slice(None), *to)] += cells[(slice(None), *at)] @ weights[(slice(None), slice(None), *tap)]
    return result

def layer(weights, bias, stride, padding, dilation, extra):
    """Make MindSpore's layer for so many axes."""
    axes = len(stride)
    kind = {2: nn.Conv2dTranspose, 3: nn.Conv3dTranspose}[axes]
    sides = tuple(side for side in padding for _ in range(2))
    return kind(*weights.shape[:2], weights.shape[2:], stride, "pad", sides, dilation=dilation, output_padding=extra,
                has_bias=True, weight_init=Tensor(weights), bias_init=Tensor(bias))

print("kernel 3, stride 2, padding 1, output_padding 1, of nines, with weights 1 and bias 100: the first row, and the last")
ones, hundred = np.ones((1, 1, 3, 3), np.float32), np.array([100], np.float32)
nines = np.full((1, 1, 4, 4), 9, np.float32)
for mode in ("PYNATIVE", "GRAPH"):
    ms.set_context(mode=getattr(ms, mode + "_MODE"))
    doubles = layer(ones, hundred, (2, 2), (1, 1), (1, 1), (1, 1))
    seen = doubles(Tensor(nines)).asnumpy()[0, 0]
    record(f"{mode}, first row", seen[0].tolist(), [109, 118, 109, 118, 109, 118, 109, 0])
    record(f"{mode}, last row", seen[-1].tolist(), [0] * 8)
right = transposed(nines[0], ones, hundred, (2, 2), (1, 1), (1, 1), (1, 1))[0]
record("by loops, first row", right[0].tolist(), [109, 118] * 3 + [109, 109])
record("by loops, last row", right[-1].tolist(), [109, 118] * 3 + [109, 109])

ms.set_context(mode=ms.PYNATIVE_MODE)
print("gradients of the weights and the bias, of the sum over the added row and column alone")
weights = ms.Parameter(Tensor(ones))
doubles = layer(ones, hundred, (2, 2), (1, 1), (1, 1), (1, 1))
added = np.zeros((1, 1, 8, 8), np.float32)
added[..., -1, :] = added[..., -1] = 1
gradient = ms.grad(lambda cells: (doubles(cells) * Tensor(added)).sum(), None, doubles.trainable_params())(Tensor(nines))
record("all zero", all(not part.asnumpy().any() for part in gradient), True)

print("settings in which all cells but the added ones are right, and the added ones are zero")
seen = {"right, then zero": 0, "wholly right": 0, "other": 0}
for kernel, stride, dilation, padding, extra in itertools.product(
        ((1, 1), (2, 2), (3, 3), (1, 3), (4, 1), (5, 5)), ((1, 1), (2, 2), (1, 2), (3, 3)), ((1, 1), (2, 2), (1, 2)),
        ((0, 0), (1, 1), (0, 1)), ((0, 0), (1, 1), (1, 0))):
    if not all(e < max(s, d) for e, s, d in zip(extra, stride, dilation)):
        continue
    cells, weights = rng.normal(size=(2, 6, 7)).astype(np.float32), rng.normal(size=(2, 3, *kernel)).astype(np.float32)
    bias = rng.normal(size=3).astype(np.float32)
    right = transposed(cells, weights, bias, stride, padding, dilation, extra)
    if min(n - e for n, e in zip(right.shape[1:], extra)) < 1:
        continue
    result = layer(weights, bias, stride, padding, dilation, extra)(Tensor(cells[None])).asnumpy()[0]
    zeroed = right.copy()
    for axis, e in enumerate(extra):
        zeroed[(slice(None),) * (1 + axis) + (slice(right.shape[1 + axis] - e, None),)] = 0
    case = "wholly right" if extra == (0, 0) else "right, then zero"
    expected = right if extra == (0, 0) else zeroed
    fits = result.shape == right.shape and np.allclose(result, expected, atol=1e-3)
    if extra != (0, 0) and np.allclose(right, zeroed, atol=1e-3):
        fits = False
    seen[case if fits else "other"] += 1
record("Conv2dTranspose", seen, {"right, then zero": 288, "wholly right": 216, "other": 0})

seen = {"right": 0, "other": 0}
for kernel, stride, padding, extra in itertools.product(((1, 1, 1), (3, 3, 3), (2, 3, 4)), ((2, 2, 2), (2, 3, 2)),
                                                        ((0, 0, 0), (1, 1, 1)), ((0, 0, 0), (1, 1, 1), (1, 0, 1))):
    cells, weights = rng.normal(size=(2, 3, 4, 5)).astype(np.float32), rng.normal(size=(2, 3, *kernel)).astype(np.float32)
    bias = rng.normal(size=3).astype(np.float32)
    right = transposed(cells, weights, bias, stride, padding, (1, 1, 1), extra)
    result = layer(weights, bias, stride, padding, (1, 1, 1), extra)(Tensor(cells[None])).asnumpy()[0]
    seen["right" if result.shape == right.shape and np.allclose(result, right, atol=1e-3) else "other"] += 1
record("Conv3dTranspose", seen, {"right": 36, "other": 0})
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" -W ignore padding.py
