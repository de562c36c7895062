#!/usr/bin/env bash
# coremltools deals a scale or batch norm that follows a grouped transposed convolution out to the wrong channels.
#
# Guessed: both are folded into the weights, as after an ordinary convolution, and the layer computes what the two computed.
# Seen:    with more than one group, and more than one output in each, each output's weights get another output's factor: the
#          factors are dealt out among the groups, like cards. 1 2 3 4 5 6 in two groups of three become 1 3 5 and 2 4 6. So
#          it is for mul, real_div and batch_norm, for one axis and two. The bias is right. With one group, and with a group
#          for each output, all is right.
# With:    coremltools 9.0, and the same with 8.3.0 and 7.2; numpy 2.4.6; 2026-12-01. The converted model is not run, which
#          needs macOS: its weights are read, and used by loops.
# Known:   of coremltools nothing found. PyTorch issue 180995 says that its own folding fails for such layers.
# Matters: a decoder that upsamples in groups and has batch norms is converted, and its channels have each other's strengths.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check coremltools==9.0 numpy==2.4.6
cd "$work"
export TMPDIR="$work" TQDM_DISABLE=1    # coremltools leaves files in the temporary folder, and shows bars
cat >groups.py <<'EOF'
import logging, sys
logging.disable(logging.CRITICAL)    # coremltools says much about what it is not tested with
import coremltools as ct, numpy as np
from coremltools.converters.mil import Builder as mb

print("coremltools", ct.__version__, "numpy", np.__version__)
rng = np.random.default_rng(0)
changed = []

def record(what, seen, recorded):
    print(f"   {what}: {seen}")
    if seen != recorded:
        changed.append(what)

def transposed(cells, weights, groups, stride):
    """Return a grouped transposed convolution by loops: cells (in, ...), weights (in, out / groups, ...)."""
    sizes = [(n - 1) * stride + k for n, k in zip(cells.shape[1:], weights.shape[2:])]
    each_in, each_out = len(cells) // groups, weights.shape[1]
    result = np.zeros((groups * each_out, *sizes))
    for channel in range(len(cells)):
        first = channel // each_in * each_out    # of the outputs of its group
        for at in np.ndindex(*cells.shape[1:]):
            block = tuple(slice(i * stride, i * stride + k) for i, k in zip(at, weights.shape[2:]))
            result[(slice(first, first + each_out), *block)] += cells[(channel, *at)] * weights[channel]
    return result

def converted(cells, weights, groups, stride, then):
    """Convert a transposed convolution and what follows; return what the converted layer computes, if it is one."""
    @mb.program(input_specs=[mb.TensorSpec(shape=(1, *cells.shape))])
    def program(x):
        x = mb.conv_transpose(x=x, weight=weights, groups=groups, strides=[stride] * (cells.ndim - 1), pad_type="valid")
        return then(x)

    model = ct.convert(program, convert_to="mlprogram", compute_precision=ct.precision.FLOAT32, skip_model_load=True)
    operations = [op for op in model._mil_program.functions["main"].operations if op.op_type != "const"]
    if [op.op_type for op in operations] != ["conv_transpose"]:
        return None
    folded = operations[0]
    bias = 0 if folded.bias is None else folded.bias.val.reshape(-1, *[1] * (cells.ndim - 1))
    return transposed(cells, folded.weight.val.reshape(weights.shape), groups, stride) + bias

def factors(out):
    return np.arange(1, out + 1).astype(np.float32)

def along_channels(values, axes):
    return values.reshape(1, -1, *[1] * axes)

def cases(out, axes):
    """Return for each way to scale: what is added to the program, and the factor and the summand of each channel."""
    scale = factors(out)
    mean, shift, spread = (rng.uniform(1, 2, out).astype(np.float32) for _ in range(3))
    return {
        "mul": (lambda x: mb.mul(x=x, y=along_channels(scale, axes)), scale, 0 * scale),
        "real_div": (lambda x: mb.real_div(x=x, y=along_channels(scale, axes)), 1 / scale, 0 * scale),
        "batch_norm": (lambda x: mb.batch_norm(x=x, mean=mean, variance=spread, gamma=scale, beta=shift, epsilon=0.0),
                       scale / np.sqrt(spread), shift - mean * scale / np.sqrt(spread)),
    }

print("the factors 1 2 3 4 5 6 of six channels, after a 1x1 kernel of ones on ones, in groups")
for groups, recorded in ((1, [1, 2, 3, 4, 5, 6]), (2, [1, 3, 5, 2, 4, 6]), (3, [1, 4, 2, 5, 3, 6]), (6, [1, 2, 3, 4, 5, 6])):
    ones = np.ones((6, 6 // groups, 1, 1), np.float32)
    cells = np.zeros((6, 1, 1), np.float32)
    cells[::6 // groups] = 1    # one channel in each group
    seen = converted(cells, ones, groups, 1, cases(6, 2)["mul"][0])
    record(f"{groups} group(s)", seen.ravel().astype(int).tolist(), recorded)

print("outputs of the converted layer, and of the layer and what follows, by loops: 1 and 2 axes, strides 1 and 2")
seen = {}
for axes in (1, 2):
    for inputs, outputs, groups in ((4, 6, 1), (4, 6, 2), (4, 8, 2), (6, 6, 3), (6, 12, 3), (8, 8, 4), (4, 4, 4), (6, 6, 6)):
        for stride in (1, 2):
            cells = rng.normal(size=(inputs, *(4,) * axes)).astype(np.float32)
            weights = rng.normal(size=(inputs, outputs // groups, *(3,) * axes)).astype(np.float32)
            plain = transposed(cells, weights, groups, stride)
            for name, (then, scale, summand) in cases(outputs, axes).items():
                result = converted(cells, weights, groups, stride, then)
                dealt = scale.reshape(-1, groups).T.ravel()    # 1 2 3 4 5 6 in two groups: 1 3 5, 2 4 6
                right, other = (np.moveaxis(np.moveaxis(plain, 0, -1) * s + summand, -1, 0) for s in (scale, dealt))
                if result is None:
                    how = "not folded"
                elif np.allclose(result, right, atol=1e-3):
                    how = "right"
                else:
                    how = "dealt out" if np.allclose(result, other, atol=1e-3) else "other"
                kind = "one group" if groups == 1 else "as many groups as outputs" if groups == outputs else "groups of more"
                seen.setdefault((name, kind), set()).add(how)
for (name, kind), how in sorted(seen.items()):
    record(f"{name}, {kind}", sorted(how), ["dealt out"] if kind == "groups of more" else ["right"])
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" -W ignore groups.py
