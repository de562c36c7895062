#!/usr/bin/env bash
# pnnx gives a max pool its uneven border twice, and one by auto_pad as if its stride were 1; its own file says another size.
#
# Guessed: ncnn's pools have a border on each side, so an uneven one is taken as it is, or refused, as for averages; auto_pad is
#          computed for the input's size.
# Seen:    a MaxPool with pads 1 and 0 becomes a padding of 1 and 0 and a pool with padding 1 on both sides: 9 cells of 8 in
#          place of 7. pnnx writes the right size beside it. The pool has ceil_mode besides, whatever the model says, so that
#          one with pads 0 and 1 can end with a window of nothing but border: -3.4e38. With auto_pad the border is the kernel
#          less 1 at every stride, SAME_UPPER and SAME_LOWER alike: with stride 2 on 8 cells, where SAME_UPPER is 0 and 1, the
#          windows lie one cell too far back. In an average that border is of zeros, and they are counted: 0.67 in place of 1.
#          With pads 1 and 1 all is right, and a Conv is for each of these borders, or is refused. And SpaceToDepth becomes
#          PixelUnshuffle, whose channels are in another order.
# With:    pnnx 20261020, ncnn 1.0.20261020, onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6; 2026-11-30.
# Known:   nothing found of pools. ncnn's pull request 5965 was about uneven borders of convolutions, 6089 added auto_pad of
#          MaxPool. That SpaceToDepth is no PixelUnshuffle is onnx issue 3739.
# Matters: networks from Keras and TensorFlow have pools with auto_pad: they keep their sizes on a phone, and take other cells.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check pnnx==20261020 ncnn==1.0.20261020 onnx==1.23.2 \
    onnxruntime==1.32.0 numpy==2.4.6
cd "$work"
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import re, subprocess, sys
from importlib.metadata import version
import ncnn, numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper

for name in ("pnnx", "ncnn", "onnx", "onnxruntime", "numpy"):
    print(name, version(name))
row = np.array([3, -1, 4, 1, -5, 9, 2, -6], np.float32).reshape(1, 1, 1, 8)
blocks = np.arange(1, 9, dtype=np.float32).reshape(1, 2, 2, 2)

def model(operator, x, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    weight = [helper.make_tensor("w", TensorProto.FLOAT, [1, 1, 1, 3], [1, 2, 3])] if operator == "Conv" else []
    node = helper.make_node(operator, ["x"] + ["w"] * len(weight), ["y"], **attributes)
    graph = helper.make_graph([node], "g", [value("x", list(x.shape))], [value("y", [1, "c", "h", "w"])], weight)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()

def by_onnxruntime(data, x):
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]

def by_ncnn(data, x):
    open("n.onnx", "wb").write(data)
    shape = "inputshape=[" + ",".join(map(str, x.shape)) + "]"
    subprocess.run(["pnnx", "n.onnx", shape, "fp16=0"], check=True, capture_output=True)
    net = ncnn.Net()
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    assert net.load_param("n.ncnn.param") == 0 and net.load_model("n.ncnn.bin") == 0
    run = net.create_extractor()
    run.input("in0", ncnn.Mat(x[0]).clone())
    return np.array(run.extract("out0")[1])[None]

three, uneven = dict(kernel_shape=[1, 3]), dict(pads=[0, 1, 0, 0])
by_two = dict(strides=[1, 2])
empty = round(float(np.finfo(np.float32).min), 2)  # the maximum of a window of nothing but border
upper, lower = dict(by_two, auto_pad="SAME_UPPER"), dict(by_two, auto_pad="SAME_LOWER")
cases = [  # operator, attributes, what onnxruntime gave, what ncnn gave
    ("MaxPool", dict(three, pads=[0, 1, 0, 1]), [3, 4, 4, 4, 9, 9, 9, 2], None),
    ("MaxPool", dict(three, **uneven), [3, 4, 4, 4, 9, 9, 9], [3, 3, 4, 4, 4, 9, 9, 9, 2]),
    ("MaxPool", dict(three, **uneven, **by_two), [3, 4, 9, 9], [3, 4, 4, 9, 2]),
    ("MaxPool", dict(three, pads=[0, 0, 0, 1]), [4, 4, 4, 9, 9, 9, 2], None),
    ("MaxPool", dict(three, pads=[0, 0, 0, 1], strides=[1, 4]), [4, 9], [4, 9, empty]),
    ("MaxPool", dict(three, auto_pad="SAME_UPPER"), [3, 4, 4, 4, 9, 9, 9, 2], None),
    ("MaxPool", dict(three, **upper), [4, 4, 9, 2], [3, 4, 9, 9]),
    ("MaxPool", dict(three, **lower), [3, 4, 9, 9], None),
    ("AveragePool", dict(three, **upper), [2, 0, 2, -2], [0.67, 1.33, 1.67, 1.67]),
    ("AveragePool", dict(three, **lower), [1, 1.33, 1.67, 1.67], [0.67, 1.33, 1.67, 1.67]),
    ("Conv", uneven, [3, 13, 10, -9, 18, 19, -5], None),
    ("Conv", upper, [13, -9, 19, -10], None),
    ("SpaceToDepth", dict(blocksize=2), [1, 5, 2, 6, 3, 7, 4, 8], [1, 2, 3, 4, 5, 6, 7, 8]),
]
changed = []
for operator, attributes, right, theirs in cases:
    x = blocks if operator == "SpaceToDepth" else row
    data = model(operator, x, **attributes)
    case = operator + "".join(f" {key}={value}" for key, value in attributes.items() if key != "kernel_shape")
    print(case)
    for name, run, expected in (("onnxruntime", by_onnxruntime, right), ("ncnn", by_ncnn, theirs or right)):
        seen = run(data, x).ravel().astype(float).round(2).tolist()
        print(f"  {name:12}", *(f"{value:g}" for value in seen))
        changed += [f"{case} by {name}"] * (seen != expected)
    if operator == "MaxPool":
        lines = [line for line in open("n.pnnx.param") if re.match(r"F\.(pad|max_pool2d) ", line)]
        wanted = r"F\.\w+|\b(?:pad|padding|ceil_mode)=\S+|#\d=\S+"
        print(*("  pnnx         " + " ".join(re.findall(wanted, line)) for line in lines), sep="\n")
        changed += [f"size of {case}"] * (f"1,1,1,{len(right)})" not in lines[-1])
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
