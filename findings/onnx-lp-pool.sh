#!/usr/bin/env bash
# A norm over windows in ONNX: with ceil_mode some make the last one too large, and tract's norm of a whole map is a mean.
#
# Guessed: the p-norm of the cells of a window is that, also where the window hangs over the end: cells that are not there add
#          nothing. At most the reference may differ.
# Seen:    LpPool, p = 2, of 3, 4, 12 with kernel 2, stride 2 and ceil_mode: 5, then 12 in onnxruntime and IREE. In onnx's
#          reference, OpenVINO and TVM the last is 16.97: a mean of one cell, multiplied by two cells, before the root. With
#          p = 1 it is 24. PyTorch's LPPool, which they follow, does so too.
#          GlobalLpPool of 3, -4, 0, 12 is 19 for p = 1, and 13 for p = 2. tract has 2.75 (the mean, with signs) and 6.5: it
#          divides by the number of cells, and takes no absolute values.
# With:    onnx 1.23.2, onnxruntime 1.32.0, openvino 2026.4.1, apache-tvm 0.27.0.post1, iree-base-compiler 3.13.0, tract 0.23.9,
#          numpy 2.4.6; 2026-11-30.
# Matters: the border of a map with norms in its windows is up to the root of the window's size too bright, in half of the
#          runtimes, and a network with a norm at its end is scaled by its input's size. No thread found that says so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"    # Python 3.11 or newer
"$work/venv/bin/python" -m pip install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 \
    apache-tvm==0.27.0.post1 iree-base-compiler==3.13.0 iree-base-runtime==3.13.0 tract==0.23.9 numpy==2.4.6
cd "$work"
PATH="$work/venv/bin:$PATH" "$work/venv/bin/python" - 2> log <<'EOF' || { tail -3 log >&2; exit 1; }
import io, subprocess, sys
from importlib.metadata import version
import iree.compiler, iree.runtime, numpy as np, onnx, onnxruntime, openvino, tract, tvm
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from tvm import relax
from tvm.relax.frontend.onnx import from_onnx

for name in ("onnx", "onnxruntime", "openvino", "apache-tvm", "iree-base-compiler", "tract"):
    print(name, version(name))

def model(operator, x, **attributes):
    value = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    node = helper.make_node(operator, ["x"], ["y"], **attributes)
    graph = helper.make_graph([node], "g", [value("x", list(x.shape))], [value("y", [1, 1, 1, None])])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(made)
    return made

def by_openvino(made, x):
    core = openvino.Core()
    read = core.read_model(io.BytesIO(made.SerializeToString()))
    return core.compile_model(read, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})([x])[0]

def by_tvm(made, x):
    built = tvm.compile(from_onnx(made), target="llvm")
    return relax.VirtualMachine(built, tvm.cpu())["main"](tvm.runtime.tensor(x)).numpy()

def by_iree(made, x):
    onnx.save(made, "m.onnx")
    read = [sys.executable, "-m", "iree.compiler.tools.import_onnx", "m.onnx", "-o", "m.mlir"]
    subprocess.run(read, check=True, capture_output=True)
    options = {"target_backends": ["llvm-cpu"], "extra_args": ["--iree-llvmcpu-target-cpu=generic"]}
    built = iree.compiler.compile_file("m.mlir", input_type="onnx", **options)
    context = iree.runtime.SystemContext(config=iree.runtime.Config("local-sync"))
    context.add_vm_module(iree.runtime.VmModule.copy_buffer(context.instance, built))
    return np.asarray(context.modules.module["g"](x))

def by_tract(made, x):
    onnx.save(made, "m.onnx")
    return tract.onnx().load("m.onnx").into_model().into_runnable().run([x])[0].to_numpy()

programs = {
    "reference": lambda made, x: ReferenceEvaluator(made).run(None, {"x": x})[0],
    "openvino": by_openvino, "tvm": by_tvm, "iree": by_iree, "tract": by_tract,
    "onnxruntime": lambda made, x: onnxruntime.InferenceSession(
        made.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0],
}
row = lambda *cells: np.array(cells, np.float32).reshape(1, 1, 1, -1)
over = dict(kernel_shape=[1, 2], strides=[1, 2], ceil_mode=1)
exact, scaled = ("onnxruntime", "iree"), ("reference", "openvino", "tvm")
cases = [  # operator, input, attributes, {programs: what they gave}
    ("LpPool", row(3, 4, 12), dict(over, p=2), {exact: [5, 12], scaled: [5, 16.97]}),
    ("LpPool", row(3, 4, 12), dict(over, p=1), {exact: [7, 12], scaled: [7, 24]}),
    ("LpPool", row(3, 4, 12, 5), dict(over, p=2), {exact + scaled: [5, 13]}),
    ("GlobalLpPool", row(3, -4, 0, 12), dict(p=1), {("onnxruntime",): [19], ("tract",): [2.75]}),
    ("GlobalLpPool", row(3, -4, 0, 12), dict(p=2), {("onnxruntime",): [13], ("tract",): [6.5]}),
]
changed = []
for operator, x, attributes, recorded in cases:
    made = model(operator, x, **attributes)
    case = f"{operator} p={attributes['p']} of {' '.join(f'{cell:g}' for cell in x.ravel())}"
    for names, expected in recorded.items():
        for name in names:
            seen = programs[name](made, x).ravel().astype(float).round(2).tolist()
            print(f"{case:31} {name:12} {seen}")
            changed += [f"{case} by {name}"] * (seen != expected)
sys.exit("changed since 2026-11-30: " + ", ".join(changed) if changed else 0)
EOF
