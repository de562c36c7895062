#!/usr/bin/env bash
# A transposed convolution with auto_pad SAME: one ONNX file, two output sizes, where the stride is larger than the kernel.
#
# Guessed: SAME_UPPER and SAME_LOWER make an output of n * stride everywhere: that is how the operator is defined.
# Seen:    onnx's reference gives n * stride. Where the kernel is smaller than the stride, onnxruntime gives
#          (n - 1) * stride + kernel, as without padding: 9 in place of 10 for n 5, stride 2, kernel 1. It adds no cells. onnx's
#          own shape inference says 9 too, so onnx contradicts itself. From kernel = stride on, all agree, numbers included.
# With:    onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-29.
# Matters: a decoder with stride 2 and kernel 1 ends one cell short of its skip connection, only at run time.
#          Written with output_padding, both agree, as the last line shows.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$work/venv/bin/python" - <<'EOF'
import sys
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

for module in (onnx, onnxruntime, np):
    print(module.__name__, module.__version__)
options = onnxruntime.SessionOptions()
options.log_severity_level = 4
x = np.arange(1, 6, dtype=np.float32).reshape(1, 1, 5)

def outputs(kernel, stride, **attributes):
    weight = numpy_helper.from_array(np.arange(1, kernel + 1, dtype=np.float32).reshape(1, 1, kernel), "w")
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[stride], **attributes)
    graph = helper.make_graph([node], "g", [value("x", [1, 1, 5])], [value("y", [1, 1, None])], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=9)
    inferred = onnx.shape_inference.infer_shapes(model).graph.output[0].type.tensor_type.shape.dim[2].dim_value
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return inferred, ReferenceEvaluator(model).run(None, {"x": x})[0].ravel(), session.run(None, {"x": x})[0].ravel()

seen = {}
for kernel in (1, 2, 3, 4):
    for stride in (1, 2, 3):
        for auto_pad in ("SAME_UPPER", "SAME_LOWER"):
            inferred, reference, runtime = outputs(kernel, stride, auto_pad=auto_pad)
            seen[kernel, stride, auto_pad] = inferred, len(reference), len(runtime), np.array_equal(reference, runtime)
        print(f"kernel {kernel}, stride {stride}: inferred, reference, onnxruntime, same numbers {seen[kernel, stride, 'SAME_UPPER']}")
inferred, reference, runtime = outputs(1, 2, output_padding=[1])
print("with output_padding 1:", inferred, reference.tolist(), runtime.tolist())
as_recorded = np.array_equal(reference, runtime) and all(
    reference == 5 * stride
    and inferred == runtime == (5 * stride if kernel >= stride else 4 * stride + kernel)
    and (same or kernel < stride)
    for (kernel, stride, _), (inferred, reference, runtime, same) in seen.items()
)
sys.exit(None if as_recorded else "no longer as recorded")
EOF
