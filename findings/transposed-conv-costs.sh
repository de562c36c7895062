#!/usr/bin/env bash
# Seven tools that count multiplications agree on every convolution but for its bias, and give four numbers for a transposed one: up to 18 times
# what it takes.
#
# Guessed: a transposed convolution multiplies each input cell by each weight of its channel, so it takes as many products as
#          the convolution that it turns round; one tool or two count by the output.
# Seen:    thop and torchinfo count as if every output cell had the whole kernel: 9 times too much for a 3x3 kernel with stride
#          3. onnx-tool counts that twice, 18 times, and twice too much for stride 1, but once where it is depthwise. calflops
#          divides by the groups twice, and a depthwise one costs nothing. fvcore, ptflops and PyTorch's own counter are right.
#          Stride, dilation and groups of an ordinary convolution are counted alike by all seven; three of them add the bias.
# With:    torch 2.13.0, thop 0.1.1.post2209072238, torchinfo 1.8.0, ptflops 0.7.5, fvcore 0.1.5.post20221221, calflops 0.3.2,
#          onnx-tool 1.0.1 (onnx 1.23.2), numpy 2.4.6; 2026-11-30.
# Known:   pytorch-OpCounter issue 93 for thop, onnx-tool issue 32; DeepSpeed's pull request 8323 has the groups. ptflops
#          counted by the input, by the output since its issue 57, and by the input again since its issue 149.
# Matters: decoders of U-Nets and generators look several times dearer than they are; tables of papers cannot be compared.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check thop==0.1.1.post2209072238 torchinfo==1.8.0 ptflops==0.7.5 \
	fvcore==0.1.5.post20221221 calflops==0.3.2 transformers==5.24.0 onnx-tool==1.0.1 onnx==1.23.2 numpy==2.4.6 \
	torch==2.13.0    # any CPU build will do (and is smaller: set PIP_FIND_LINKS or PIP_EXTRA_INDEX_URL)
cd "$work"
cat >costs.py <<'EOF'
import contextlib, io, logging, sys, warnings
from importlib.metadata import version
from math import prod

warnings.simplefilter("ignore")
logging.disable()
import onnx, onnx_tool, thop, torch, torchinfo
from calflops import calculate_flops
from fvcore.nn import FlopCountAnalysis
from onnx import TensorProto, helper
from ptflops import get_model_complexity_info
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

def by_pytorch(layer, x):
    with FlopCounterMode(display=False) as counter:
        layer(x)
    return counter.get_total_flops() / 2

def by_ptflops(layer, x):
    return get_model_complexity_info(layer, tuple(x.shape[1:]), as_strings=False, print_per_layer_stat=False, backend="pytorch")[0]

def by_onnx_tool(layer, x):
    """Count a model of one node, written by hand."""
    transposed = isinstance(layer, nn.ConvTranspose2d)
    node = helper.make_node(
        "ConvTranspose" if transposed else "Conv", ["x", "w"] + ["b"] * (layer.bias is not None), ["y"], name="layer",
        kernel_shape=layer.kernel_size, strides=layer.stride, dilations=layer.dilation, pads=layer.padding * 2, group=layer.groups)
    weights = {"w": layer.weight} | ({"b": layer.bias} if layer.bias is not None else {})
    graph = helper.make_graph(
        [node], "layer", [helper.make_tensor_value_info("x", TensorProto.FLOAT, tuple(x.shape))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(tensor.detach().numpy(), name) for name, tensor in weights.items()])
    model = onnx_tool.Model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), {"verbose": False})
    model.graph.shape_infer()
    model.graph.profile()
    return model.graph.macs[0]

counters = {
    "fvcore": lambda layer, x: FlopCountAnalysis(layer, x).total(),
    "PyTorch": by_pytorch,
    "ptflops": by_ptflops,
    "calflops": lambda layer, x: calculate_flops(layer, tuple(x.shape), output_as_string=False, print_results=False)[1],
    "thop": lambda layer, x: thop.profile(layer, (x,), verbose=False)[0],
    "torchinfo": lambda layer, x: torchinfo.summary(layer, input_data=x, verbose=0).total_mult_adds,
    "onnx-tool": by_onnx_tool,
}
names = "torch", "thop", "torchinfo", "ptflops", "fvcore", "calflops", "onnx-tool", "onnx"
print(*(f"{name} {version(name)}" for name in names))
x = torch.zeros(1, 4, 8, 8)

def products(layer):
    """Return how many products there are, of zeros of a border too: each weight of a kernel once for each of its places."""
    places = x if isinstance(layer, nn.ConvTranspose2d) else layer(x)
    return prod(places.shape[2:]) * layer.weight.numel()

def conv(*values, **keys):
    return nn.Conv2d(*values, bias=False, **keys)

def up(*values, **keys):
    return nn.ConvTranspose2d(*values, bias=False, **keys)

ALIKE = dict.fromkeys(counters, 1.0)
cases = {  # how many times the products each tool counts, where it is not once
    "3x3": (conv(4, 8, 3, padding=1), {}),
    "3x3, stride 2": (conv(4, 8, 3, stride=2, padding=1), {}),
    "3x3, dilation 2": (conv(4, 8, 3, padding=2, dilation=2), {}),
    "3x3, 2 groups": (conv(4, 8, 3, padding=1, groups=2), {}),
    "3x3, depthwise": (conv(4, 4, 3, padding=1, groups=4), {}),
    "3x3, bias": (nn.Conv2d(4, 8, 3, padding=1), dict.fromkeys(("ptflops", "torchinfo", "onnx-tool"), 1.028)),
    "transposed 3x3": (up(4, 8, 3, padding=1), {"onnx-tool": 2}),
    "transposed 2x2, stride 2": (up(4, 8, 2, stride=2), {"thop": 4, "torchinfo": 4, "onnx-tool": 8}),
    "transposed 3x3, stride 3": (up(4, 8, 3, stride=3), {"thop": 9, "torchinfo": 9, "onnx-tool": 18}),
    "transposed 4x4, stride 2, 2 groups": (
        up(4, 8, 4, stride=2, padding=1, groups=2), {"calflops": 0.5, "thop": 4, "torchinfo": 4, "onnx-tool": 8}),
    "transposed 2x2, stride 2, depthwise": (
        up(4, 4, 2, stride=2, groups=4), {"calflops": 0, "thop": 4, "torchinfo": 4, "onnx-tool": 4}),
}
changed = []
print(f"{'how many times what there is':36}", *(f"{name:>9}" for name in counters))
for case, (layer, off) in cases.items():
    seen = {}
    for name, counter in counters.items():
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            seen[name] = round(float(counter(layer.eval(), x)) / products(layer), 3)
    print(f"{case:36}", *(f"{times:9g}" for times in seen.values()))
    changed += [case] * (seen != ALIKE | off)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" costs.py
