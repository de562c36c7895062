#!/usr/bin/env bash
# A transposed convolution whose output_padding is as large as its stride is lowered to XNNPACK without a word, and fails when run.
#
# Guessed: what the XNNPACK partitioner takes runs, or it leaves the layer to the portable kernels, as it does with other layers.
# Seen:    PyTorch takes an output_padding that is smaller than the stride or the dilation. With stride 1, dilation 2 and
#          output_padding 1 the layer is lowered and loaded, and execute() raises "failed with error 0x1"; along one
#          axis is enough. The portable kernels compute it as PyTorch does, and so does XNNPACK for every output_padding below
#          the stride. A max pool with a kernel of one cell the partitioner does leave to the portable kernels.
# With:    executorch 1.5.1, torch 2.13.0 for processors, numpy 2.4.6; 2026-12-01.
# Known:   XNNPACK gets output_padding since ExecuTorch's pull request 18185; of one as large as the stride nothing found.
# Matters: a decoder with dilated transposed convolutions is found to be broken on the device only.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR="$work"    # PyTorch leaves files in the temporary folder
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check executorch==1.5.1 numpy==2.4.6 \
    torch==2.13.0    # any build for the CPU will do (and is smaller: set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL)
cd "$work"
"$work/venv/bin/python" -W ignore - 2> "$work/log" <<'EOF' || { tail -5 "$work/log" >&2; exit 1; }
import logging, sys
from importlib.metadata import version
logging.disable(logging.CRITICAL)
import torch
from executorch.backends.xnnpack.partition.xnnpack_partitioner import XnnpackPartitioner
from executorch.exir import to_edge_transform_and_lower
from executorch.runtime import Runtime

print("executorch", version("executorch"), "torch", torch.__version__, "numpy", version("numpy"))
torch.manual_seed(0)
MAPS = torch.randn(1, 4, 5, 7)
changed = []

def run(layer, *partitioners):
    """Return whether the layer was delegated, and what ExecuTorch makes of it: "as PyTorch", "otherwise" or an error."""
    lowered = to_edge_transform_and_lower(torch.export.export(layer.eval(), (MAPS,)), partitioner=list(partitioners))
    nodes = [str(node.target) for node in lowered.exported_program().graph.nodes]
    file = lowered.to_executorch().buffer  # kept as long as the program is
    method = Runtime.get().load_program(file).load_method("forward")
    delegated = any("delegate" in name for name in nodes)
    try:
        (made,) = method.execute((MAPS,))
    except RuntimeError as error:
        return delegated, str(error)
    wanted = layer(MAPS)
    same = made.shape == wanted.shape and torch.allclose(made, wanted, atol=1e-4)
    return delegated, "as PyTorch" if same else "otherwise"

def record(what, layer, on_xnnpack, delegated=True):
    for name, partitioners, recorded in (("XNNPACK", [XnnpackPartitioner()], (delegated, on_xnnpack)), ("portable", [], (False, "as PyTorch"))):
        seen = run(layer, *partitioners)
        print(f"   {what}, {name}: {seen[1]}")
        if seen != recorded:
            changed.append(f"{what}, {name}: {seen}")

FAILS = "method->execute() failed with error 0x1"
for stride, dilation, more, recorded in (
    (1, 2, 0, "as PyTorch"), (1, 2, 1, FAILS), ((2, 1), 2, (0, 1), FAILS), ((2, 1), 2, (1, 0), "as PyTorch"),
    (2, 2, 1, "as PyTorch"), (2, 3, 2, FAILS), (3, 1, 2, "as PyTorch"), (3, 2, (1, 2), "as PyTorch"),
):
    layer = torch.nn.ConvTranspose2d(4, 4, 3, stride, 1, more, dilation=dilation)
    record(f"stride {stride}, dilation {dilation}, output_padding {more}", layer, recorded)
record("a max pool of one cell, stride 2", torch.nn.MaxPool2d(1, 2), "as PyTorch", delegated=False)
sys.exit("changed since 2026-12-01: " + "; ".join(changed) if changed else 0)
EOF
