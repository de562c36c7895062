"""Programs of specs: they run, and compute what the trace does, in every framework that has the layers."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import conv_anim
from conv_anim import catalog
from conv_anim.cli import main
from conv_anim.coding.literals import NUMPY
from conv_anim.coding.programs import FRAMEWORKS, program
from conv_anim.spec.op_types import TYPES as LAYER_TYPES
from tests.frameworks import environment, run, there, these

LARGE = "architectures"
"""Whole networks, which would take minutes to be computed; their layers are those of other templates."""
TEMPLATES = {template.name: template for template in catalog.templates() if template.topic != LARGE}
WITHOUT = {
    "torch": set(),
    "numpy": set(),
    **{name: {"max_unpool", "max_unpool_between"} for name in ("jax", "flax", "equinox", "haiku")},
    "tinygrad": {
        *("adaptive_pool", "classifier", "fold", "unfold", "unfold_padding", "max_unpool", "max_unpool_between"),
        "upsample_bicubic",
    },
    "paddle": {"ceil_mode"},
    "mlx": {
        *("adaptive_pool", "classifier", "fold", "unfold", "unfold_padding", "max_unpool", "max_unpool_between"),
        *("circular_1d", "isometric_reflect", "pad", "padding_circular", "padding_reflect", "upsample_align_corners"),
    },
    "keras": {
        *("padding_circular", "padding_replicate", "circular_1d", "lp_pool", "max_unpool", "max_unpool_between"),
        *("sharpen", "shades_and_numbers"),  # padding_mode replicate
        *("fold", "unfold", "unfold_padding"),
        *("upsample_align_corners", "upsample_bicubic", "upsample_linear"),
    },
}
BACKWARD = {name for name, template in TEMPLATES.items() if template.topic == "gradients"}
WITHOUT |= {name: without | BACKWARD for name, without in WITHOUT.items() if name not in {"torch", "jax", "numpy"}}
BENT = {name for name, template in TEMPLATES.items() if template.topic == "deformable"}
SPARSE = {name for name, template in TEMPLATES.items() if template.topic == "sparse"}
WITHOUT |= {name: without | BENT | SPARSE for name, without in WITHOUT.items() if name not in {"torch", "numpy"}}
"""Templates that a framework has no words for; backward passes are written for three, and what is sparse for two."""
WRITING = ("torch", "keras", "jax", "numpy")
"""Frameworks whose programs are compared for all templates; the others' are in tests/test_libraries.py."""
LONG = {"attention_gate_224", "house_224"}
"""Templates with more numbers than a program is written with."""
EXACT = {"keras": 1e-6, "tinygrad": 1e-5, "paddle": 1e-5, "mlx": 1e-5}
"""Keras takes means in single precision, Paddle and tinygrad shares between cells, MLX everything; else it is 1e-9."""


def compare(framework, specs, folder):
    traces = [conv_anim.trace(spec) for spec in specs]
    outputs, printed = run(framework, [program(spec, framework) for spec in specs], folder)
    for trace, output, said in zip(traces, outputs, printed, strict=True):
        assert output.shape == trace.output.shape
        np.testing.assert_allclose(
            output, trace.output, rtol=EXACT.get(framework, 1e-9), atol=EXACT.get(framework, 1e-9)
        )
        assert said.strip()


@pytest.mark.parametrize("framework", these(*WRITING))
def test_the_program_of_every_template_computes_its_output(framework, tmp_path):
    missing = BENT if framework == "torch" and importlib.util.find_spec("torchvision") is None else set()
    without = WITHOUT[framework] | LONG | missing  # PyTorch's own package has no deformable convolution
    specs = [conv_anim.load(t.path) for name, t in TEMPLATES.items() if name not in without]
    specs = [one for spec in specs for one in spec.figures]
    compare(framework, specs, tmp_path)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_what_a_framework_has_no_words_for_names_those_that_have(framework):
    for name in WITHOUT[framework]:
        with pytest.raises(conv_anim.SpecError, match=r"\[unsupported\]\n.*--framework .*numpy.* can"):
            program(conv_anim.load(TEMPLATES[name].path), framework)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_picture_of_very_many_numbers_is_not_written_into_a_program(framework):
    for name in LONG:
        with pytest.raises(conv_anim.SpecError, match=r"are too many to write into a program .*\[too-large\]"):
            program(conv_anim.load(TEMPLATES[name].path), framework)


def test_every_layer_type_has_programs():
    """Of the templates at least one for each type; compositions are convolutions, and passes make ops of their own."""
    shown = {layer.type for t in TEMPLATES.values() for layer in conv_anim.load(t.path).layers}
    compositions = {"pointwise", "depthwise", "depthwise_separable", "spatially_separable", "flattened"}
    assert shown | compositions | {layer["type"] for layer in ODD} >= set(LAYER_TYPES)


# settings that no template has

SEVERAL = {"random": {"seed": 5, "low": -3, "high": 4}}
ODD = [
    {"type": "conv", "kernel_size": [2, 3], "padding": [[1, 0], [2, 1]], "stride": [2, 1], "groups": 2, "bias": [1, 2]},
    {"type": "conv", "kernel_size": 3, "padding": [[1, 2], [0, 1]], "padding_mode": "reflect", "flip": True},
    {"type": "conv", "kernel_size": 3, "padding": [[1, 2], [0, 1]], "padding_mode": "circular"},
    {"type": "conv", "kernel_size": 3, "padding": "same_lower", "stride": 2, "weight": "sobel_x", "out_channels": 4},
    {"type": "conv", "kernel_size": 2, "dilation": [2, 3], "out_channels": 12, "bias": 0.25},
    {"type": "conv_transpose", "kernel_size": 3, "stride": 2, "padding": [[0, 1], [1, 0]], "out_channels": 3},
    {"type": "conv_transpose", "kernel_size": [2, 3], "stride": 3, "output_padding": [1, 0], "groups": 2, "bias": 3},
    {"type": "conv_transpose", "kernel_size": 1, "stride": 3, "padding": 0},
    {"type": "conv_transpose", "kernel_size": 3, "dilation": 2, "stride": 2, "output_padding": 1, "padding": 1},
    {"type": "max_pool", "kernel_size": 3, "stride": 2, "padding": [[1, 0], [0, 1]]},
    {"type": "max_pool", "kernel_size": 2, "ceil_mode": True, "dilation": 2},
    {"type": "avg_pool", "kernel_size": 3, "stride": 2, "padding": [[1, 0], [0, 1]], "count_include_pad": False},
    {"type": "avg_pool", "kernel_size": 3, "stride": 2, "padding": [[1, 0], [0, 1]], "ceil_mode": True},
    {"type": "avg_pool", "kernel_size": 3, "stride": 2, "padding": [[1, 0], [1, 0]]},
    {"type": "avg_pool", "kernel_size": 2, "stride": 2, "ceil_mode": True, "dilation": 2, "padding": 1},
    {"type": "lp_pool", "kernel_size": 2, "norm_type": 3, "ceil_mode": True},
    {"type": "lp_pool", "kernel_size": [2, 1], "norm_type": 1.5},
    {"type": "upsample", "scale_factor": [1.5, 2.5]},
    {"type": "upsample", "size": [9, 4], "mode": "bilinear"},
    {"type": "upsample", "scale_factor": 1.5, "mode": "bicubic"},
    {"type": "unfold", "kernel_size": 2, "padding": [[1, 0], [0, 2]], "stride": [1, 2], "dilation": [2, 1]},
    {"type": "pixel_shuffle", "upscale_factor": 2},
    {"type": "global_avg_pool"},
    {"type": "leaky_relu", "negative_slope": 0.1},
    *(
        {"type": name}
        for name in ("relu", "gelu", "silu", "hard_swish", "hard_sigmoid", "sigmoid", "tanh", "softmax", "flatten")
    ),
    {"type": "softmax", "over": "last"},
    {"type": "batch_norm", "scale": [1, 0.5, -2, 3], "shift": 0.25},
    {"type": "linear", "out_features": 3, "bias": [1, -2, 0.5]},
    {"type": "pad", "padding": [[1, 0], [0, 2]], "value": -1.5},
    {"type": "pad", "padding": [[1, 2], [0, 1]], "padding_mode": "reflect"},
    {"type": "pad", "padding": [[1, 2], [0, 1]], "padding_mode": "circular"},
    {"type": "crop", "cropping": [[1, 2], [0, 1]]},
    {"type": "adaptive_avg_pool", "size": [3, 4]},
    {"type": "adaptive_max_pool", "size": [4, 5]},
    {"type": "attention", "window": [2, 3], "dilation": [2, 1], "heads": 2, "value": [[1, 0, 2, -1], [0, 1, 1, 0.5]]},
    {"type": "attention", "window": 2, "dilation": 2, "pattern": "neighborhood"},
    {"type": "multiply", "from": ["input", "input"]},
    {"type": "concat", "from": ["input", "input", "input"]},
]


MADE_OF_JAX = {"flax", "equinox", "haiku"}
OWN = {
    *("conv", "batch_norm", "linear", "multiply", "concat", "pixel_shuffle", "pad", "flatten"),
}
"""What is written otherwise than in programs of JAX's, or around such lines; the rest is in tests/test_libraries.py."""
SLOW = {"tinygrad": {"conv_transpose", "max_pool", "avg_pool"}}
"""What is compared there alone, since a library takes long."""


@pytest.mark.parametrize("framework", these(*FRAMEWORKS))
def test_odd_settings_compute_the_same(framework, tmp_path):
    specs = [
        conv_anim.load({"input": {"size": [7, 6], "channels": 4, "values": SEVERAL}, "layer": {**layer, **more}})
        for layer in (ODD if framework not in MADE_OF_JAX else [layer for layer in ODD if layer["type"] in OWN])
        if layer["type"] not in SLOW.get(framework, ())
        for more in ({"weight": SEVERAL} if "conv" in layer["type"] and "weight" not in layer else {},)
    ]
    compare(framework, [spec for spec in specs if written(spec, framework)], tmp_path)


def written(spec, framework):
    try:
        return bool(program(spec, framework))
    except conv_anim.SpecError:
        return False


def test_numpy_and_torch_have_words_for_all_odd_settings():
    """But for a pool that PyTorch counts in another way."""
    for layer in ODD:
        spec = conv_anim.load({"input": {"size": [7, 6], "channels": 4}, "layer": layer})
        assert written(spec, "numpy")
        assert written(spec, "torch")
        assert written(spec, "jax")


@st.composite
def stacks(draw):
    """One to three layers along one to three axes, with small numbers."""
    axes = draw(st.integers(1, 3))
    layers = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["conv", "conv_transpose", "max_pool", "avg_pool", "lp_pool"]))
        layer = {"type": kind, "kernel_size": [draw(st.integers(1, 3)) for _ in range(axes)]}
        layer["stride"] = [draw(st.integers(1, 2)) for _ in range(axes)]
        if kind != "lp_pool":
            layer["padding"] = [[draw(st.integers(0, k // 2)) for _ in range(2)] for k in layer["kernel_size"]]
            layer["dilation"] = [draw(st.integers(1, 2)) for _ in range(axes)]
        if "pool" in kind:
            layer["ceil_mode"] = draw(st.booleans())
        else:
            layer |= {"out_channels": draw(st.integers(1, 3)), "bias": draw(st.sampled_from([0, 1.5, -2]))}
        layers.append(layer)
    size = [draw(st.integers(4, 9 if axes < 3 else 5)) for _ in range(axes)]
    values = {"random": {"seed": draw(st.integers(0, 99)), "low": -4, "high": draw(st.sampled_from([4, 0.5]))}}
    spec = {"input": {"size": size, "channels": draw(st.integers(1, 3)), "values": values}, "layers": layers}
    try:
        return conv_anim.load(spec)
    except conv_anim.SpecError:
        return None


@pytest.mark.parametrize("framework", these(*WRITING))
@settings(max_examples=3, suppress_health_check=list(HealthCheck))
@given(st.lists(stacks(), min_size=30, max_size=60))
def test_drawn_stacks_compute_the_same(framework, tmp_path_factory, drawn):
    specs = [spec for spec in drawn if spec is not None and written(spec, framework)]
    compare(framework, specs, tmp_path_factory.mktemp("programs"))


def test_many_numbers_are_not_written_but_drawn_again():
    spec = {"input": {"size": [64, 64], "channels": 3}, "layer": {"type": "conv", "kernel_size": 7, "out_channels": 64}}
    text = program(conv_anim.load(spec), "torch")
    assert "np.random.RandomState(1).random_sample((3, 64, 64))" in text
    assert len(text) < 1000


def test_too_many_numbers_to_write_are_told(tmp_path):
    np.save(tmp_path / "x.npy", np.random.default_rng(0).random((300, 300)))
    (tmp_path / "big.yaml").write_text(
        "input: {values: {file: x.npy}, size: [300, 300]}\nlayer: {type: max_pool, kernel_size: 2}"
    )
    with pytest.raises(conv_anim.SpecError, match="90000 numbers are too many"):
        program(conv_anim.load(tmp_path / "big.yaml"), "numpy")


@pytest.mark.parametrize("shape", [(3,), (40,), (2, 3), (9, 9), (2, 2, 3), (1, 3, 2, 5), (120,)])
def test_lists_are_the_numbers(shape):
    numbers = np.random.default_rng(1).normal(size=shape)
    assert np.array_equal(eval(NUMPY.numbers(numbers), {"np": np}), numbers)
    assert max(map(len, NUMPY.numbers(numbers).splitlines())) <= 130


# the command


def invoke(*args, text=None):
    result = CliRunner().invoke(main, [str(arg) for arg in args], input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def test_a_program_is_a_script_that_prints_the_output(tmp_path):
    made = invoke("code", TEMPLATES["con_5"].path, "--framework", "numpy")
    (tmp_path / "con_5.py").write_text(made.stdout, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "con_5.py"], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout == f"{conv_anim.trace(conv_anim.load(TEMPLATES['con_5'].path)).output.astype(float)}\n"
    assert done.stderr == ""


@pytest.mark.parametrize("framework", these("torch", "keras", "jax"))
def test_a_program_runs_on_its_own_without_a_warning(framework, tmp_path):
    there(framework)
    (tmp_path / "own.py").write_text(invoke("code", TEMPLATES["con_6"].path, "--framework", framework).stdout)
    done = subprocess.run(
        [sys.executable, "own.py"], capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False
    )
    assert done.returncode == 0
    expected = conv_anim.trace(conv_anim.load(TEMPLATES["con_6"].path)).output
    told = done.stdout[done.stdout.index("[") :].split("]]]")[0]
    assert [float(number) for number in re.findall(r"[-\d.]+", told)] == expected.ravel().tolist()


def test_pytorch_is_the_default_and_a_spec_may_be_piped_in():
    text = Path(TEMPLATES["con_5"].path).read_text(encoding="utf-8")
    assert invoke("code", "-", text=text).stdout == invoke("code", TEMPLATES["con_5"].path).stdout
    assert "import torch" in invoke("code", "-", text=text).stdout
    assert "stride=2" in invoke("code", "-", "--set", "layer.stride=2", text=text).stdout


def test_mistakes_are_told(tmp_path):
    assert invoke("code", tmp_path / "none.yaml").exit_code == 1
    assert invoke("code", TEMPLATES["con_5"].path, "--framework", "caffe").exit_code == 2
    result = invoke("code", TEMPLATES["lp_pool"].path, "--framework", "keras")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        "error: Keras has no layer like this: lp_pool [unsupported]\n"
        "  hint: --framework torch, jax, numpy, flax, equinox, haiku, tinygrad, paddle or mlx can\n"
    )
