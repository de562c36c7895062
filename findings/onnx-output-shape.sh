#!/usr/bin/env bash
# A transposed convolution in ONNX that says its output_shape: six programs make three sizes, and differ in the cells.
#
# Guessed: output_shape is obeyed, or refused; the border is computed from it as the specification says.
# Seen:    3x3, stride 2, 5x5 cells, output_shape 10x10: of 11 cells along each axis one goes, at the beginning, since auto_pad
#          is not SAME_UPPER. So do onnxruntime and OpenVINO. tract takes the last cell off: all is one cell further. TVM and
#          ncnn drop the attribute and make 11 cells, OpenCV makes 12, all without a word. With auto_pad SAME_UPPER besides, the
#          last cell is the one to go: there OpenVINO still takes the first. With the same border as `pads` they agree
#          (all but ncnn, for which pnnx has no uneven border).
# With:    onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, tract 0.23.9, apache-tvm 0.27.0.post1, pnnx 20261020 with ncnn
#          1.0.20261020, opencv-python-headless 5.0.0.93, numpy 2.4.6; 2026-11-30.
# Known:   for TVM: pull request 19450, which mended auto_pad, says that output_shape stays unsupported. Nothing found of the rest.
# Matters: who says the size of an upsampling so that it fits a skip gets a map that does not fit it, or one that fits and is
#          shifted by a cell. Write pads and output_padding.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 \
    tract==0.23.9 apache-tvm==0.27.0.post1 pnnx==20261020 ncnn==1.0.20261020 opencv-python-headless==5.0.0.93 \
    numpy==2.4.6
cd "$work"
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import io, subprocess, sys
from importlib.metadata import version
import cv2, ncnn, numpy as np, onnx, onnxruntime, openvino, tract, tvm
from onnx import TensorProto, helper
from tvm import relax
from tvm.relax.frontend.onnx import from_onnx

for name in ("onnx", "onnxruntime", "openvino", "tract", "apache-tvm", "pnnx", "ncnn", "opencv-python-headless"):
    print(name, version(name))
cv2.utils.logging.setLogLevel(0)
x = np.zeros((1, 1, 5, 5), np.float32)
x[0, 0, 2, [0, 4]] = 1  # two ones in the middle row
kernel = [0, 0, 0, 1, 2, 3, 0, 0, 0]  # each one paints 1, 2, 3 into its row

def model(**attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2, 2], **attributes)
    weight = helper.make_tensor("w", TensorProto.FLOAT, [1, 1, 3, 3], kernel)
    graph = helper.make_graph([node], "g", [value("x", list(x.shape))], [value("y", [1, 1, None, None])], [weight])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()

def by_openvino(data):
    core = openvino.Core()
    return core.compile_model(core.read_model(io.BytesIO(data)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

def by_tract(data):
    open("m.onnx", "wb").write(data)
    return tract.onnx().load("m.onnx").into_model().into_runnable().run([x])[0].to_numpy()

def by_tvm(data):
    built = tvm.compile(from_onnx(onnx.load_from_string(data)), target="llvm")
    return relax.VirtualMachine(built, tvm.cpu())["main"](tvm.runtime.tensor(x)).numpy()

def by_ncnn(data):
    open("n.onnx", "wb").write(data)
    subprocess.run(["pnnx", "n.onnx", "inputshape=[1,1,5,5]", "fp16=0"], check=True, capture_output=True)
    net = ncnn.Net()
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    assert net.load_param("n.ncnn.param") == 0 and net.load_model("n.ncnn.bin") == 0
    run = net.create_extractor()
    run.input("in0", ncnn.Mat(x[0]).clone())
    return np.array(run.extract("out0")[1])[None]

def by_opencv(data):
    net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    net.setInput(x, "x")
    return net.forward().copy()

programs = {
    "onnxruntime": lambda data: onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0],
    "openvino": by_openvino, "tract": by_tract, "tvm": by_tvm, "ncnn": by_ncnn, "opencv": by_opencv,
}
first_off, last_off = [2, 3, 0, 0, 0, 0, 0, 1, 2, 3], [1, 2, 3, 0, 0, 0, 0, 0, 1, 2]
whole = [1, 2, 3, 0, 0, 0, 0, 0, 1, 2, 3]
others = {"tract": last_off, "tvm": whole, "ncnn": whole, "opencv": whole + [0]}
cases = {  # case: (model, what onnxruntime gave, what others did)
    "output_shape": (model(output_shape=[10, 10]), first_off, others),
    "SAME_UPPER": (model(output_shape=[10, 10], auto_pad="SAME_UPPER"), last_off, {"openvino": first_off}),
    "pads": (model(pads=[1, 1, 0, 0]), first_off, {}),
}
changed = []
for case, (data, right, exceptions) in cases.items():
    for name, run in programs.items():
        if case == "SAME_UPPER" and name not in ("onnxruntime", "openvino") or case == "pads" and name == "ncnn":
            continue
        seen = run(data)[0, 0].round(3)
        row = seen[seen.any(1)][0].tolist()  # the one row that has numbers in it
        print(f"{case:13} {name:12} {seen.shape[0]}x{seen.shape[1]}", *(f"{value:g}" for value in row))
        changed += [f"{case} by {name}"] * (row != exceptions.get(name, right))
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
