#!/usr/bin/env bash
# LiteRT's reference kernel for local response normalisation leaves out the last channel of each window.
#
# Guessed: the reference kernels, slow and plain, are what the others are measured by: radius 2 means five channels.
# Seen:    with BUILTIN_REF a channel is normalised by those from `radius` before it to `radius` - 1 after it: four with
#          radius 2, and with radius 0 none, not even itself. The optimised kernels, which run by default, take all five.
# With:    ai-edge-litert 2.3.0, and the same with 2.0.3; flatbuffers 25.12.19, numpy 2.4.6; 2026-12-01.
# Known:   nothing found. ROCm MIOpen issue 127 is about the same slip in another library's test.
# Matters: who checks an accelerator, or a layer of one's own, by the reference kernels, takes a right result for wrong.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check \
	ai-edge-litert==2.3.0 flatbuffers==25.12.19 numpy==2.4.6
cd "$work"
cat >windows.py <<'EOF'
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import sys
from importlib.metadata import version
import flatbuffers, numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

print(*(f"{name} {version(name)}" for name in ("ai-edge-litert", "flatbuffers", "numpy")), sep="\n")
KERNELS = {"default": OpResolverType.BUILTIN, "optimised": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
           "reference": OpResolverType.BUILTIN_REF}
changed = []

def record(what, seen, recorded):
    print(f"   {what}: {seen}")
    if seen != recorded:
        changed.append(what)

def model(shape, radius, bias, alpha, beta):
    """Return a model of one local response normalisation."""
    options = schema.LocalResponseNormalizationOptionsT()
    options.radius, options.bias, options.alpha, options.beta = radius, bias, alpha, beta
    tensors = [schema.TensorT() for _ in range(2)]
    for name, tensor in zip(("cells", "normalised"), tensors):
        tensor.name, tensor.shape, tensor.type, tensor.buffer = name, list(shape), schema.TensorType.FLOAT32, 0
    operator, code = schema.OperatorT(), schema.OperatorCodeT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0], [1]
    operator.builtinOptionsType = schema.BuiltinOptions.LocalResponseNormalizationOptions
    operator.builtinOptions = options
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.LOCAL_RESPONSE_NORMALIZATION
    code.version = 1
    graph, whole = schema.SubGraphT(), schema.ModelT()
    graph.tensors, graph.inputs, graph.outputs, graph.operators, graph.name = tensors, [0], [1], [operator], "main"
    whole.version, whole.operatorCodes, whole.subgraphs, whole.buffers = 3, [code], [graph], [schema.BufferT()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(whole.Pack(builder), b"TFL3")
    return bytes(builder.Output())

def normalised(cells, kernels, *settings):
    interpreter = Interpreter(model_content=model(cells.shape, *settings), experimental_op_resolver_type=KERNELS[kernels])
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], cells)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])

def by_loops(cells, radius, bias, alpha, beta, last):
    """Normalise the channels: each by those from so many before it to `last` after it."""
    result = np.empty(cells.shape)
    for channel in range(cells.shape[-1]):
        window = cells[..., max(0, channel - radius):channel + last + 1]
        result[..., channel] = cells[..., channel] / (bias + alpha * (window**2).sum(-1)) ** beta
    return result

print("how many of nine channels of ones each is normalised by")
ones = np.ones((1, 1, 1, 9), np.float32)
for radius, right, short in ((0, [1] * 9, [0] * 9), (1, [2] + [3] * 7 + [2], [1] + [2] * 8),
                             (2, [3, 4] + [5] * 5 + [4, 3], [2, 3] + [4] * 6 + [3])):
    for kernels in KERNELS:
        seen = (1 / normalised(ones, kernels, radius, 1.0, 1.0, 1.0) - 1).ravel().round().astype(int).tolist()
        record(f"radius {radius}, {kernels}", seen, short if kernels == "reference" else right)

print("random maps of 1 to 9 channels, radius 0 to 4, two betas")
rng = np.random.default_rng(0)
seen = {kernels: set() for kernels in KERNELS}
for channels in range(1, 10):
    cells = rng.normal(size=(2, 3, 2, channels)).astype(np.float32)
    for radius in range(5):
        for beta in (0.5, 0.75):
            settings = radius, 1.5, 0.3, beta
            for kernels in KERNELS:
                result = normalised(cells, kernels, *settings)
                short, right = (np.allclose(result, by_loops(cells, *settings, last), atol=1e-5)
                                for last in (radius - 1, radius))
                if short != right:
                    seen[kernels].add("right" if right else "one short")
                elif not right:
                    seen[kernels].add("other")
for kernels, how in seen.items():
    record(kernels, sorted(how), ["one short" if kernels == "reference" else "right"])
sys.exit("changed since 2026-12-01: " + ", ".join(changed) if changed else 0)
EOF
"$work/venv/bin/python" -W ignore windows.py
