"""Real modules of PyTorch, with their weights."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import conv_anim
from conv_anim import pipeline
from tests.frameworks import needed

torch = needed("torch")
from torch import nn  # noqa: E402

pytestmark = pytest.mark.frameworks


def refused(*args, **keys) -> str:
    with pytest.raises(conv_anim.SpecError) as caught:
        conv_anim.from_torch(*args, **keys)
    return str(caught.value)


def test_a_module_makes_the_output_that_is_drawn():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1),
        nn.Dropout(),
        nn.Sequential(nn.MaxPool2d(2), nn.Identity()),
        nn.ConvTranspose2d(8, 4, 3, stride=2, groups=2, output_padding=1, bias=False),
    ).eval()
    x = torch.randn(1, 3, 17, 15)
    spec = conv_anim.from_torch(model, x)
    theirs = model(x)[0].detach().numpy()
    np.testing.assert_allclose(conv_anim.trace(spec).output, theirs, rtol=1e-4, atol=1e-5)


def test_numbers_are_exact():
    layer = nn.Conv2d(2, 3, 3)
    x = torch.randn(2, 5, 5)
    trace = conv_anim.trace(conv_anim.from_torch(layer, x))
    assert np.array_equal(trace.input.astype(np.float32), x.numpy())
    assert np.array_equal(trace.layers[0].weight, layer.weight.detach().numpy().astype(float))
    assert np.array_equal(trace.layers[0].bias, layer.bias.detach().numpy().astype(float))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_any_precision_is_read(dtype):
    layer = nn.Conv1d(1, 1, 2).to(getattr(torch, dtype))
    trace = conv_anim.trace(conv_anim.from_torch(layer, (8,)))
    assert np.array_equal(trace.layers[0].weight, layer.weight.detach().double().numpy())


@pytest.mark.parametrize(("given", "channels", "size"), [
    ((3, 9, 9), 3, (9, 9)), ((9, 9), 3, (9, 9)), ((1, 3, 9, 8), 3, (9, 8)), ([9, 8], 3, (9, 8)),
    (torch.Size([3, 7, 7]), 3, (7, 7)),
])  # fmt: skip
def test_a_size_stands_for_an_input(given, channels, size):
    spec = conv_anim.from_torch(nn.Conv2d(3, 2, 3), given)
    assert (spec.input.channels, spec.input.size) == (channels, size)


def test_the_input_may_be_an_array_of_numpys():
    x = np.arange(25.0).reshape(1, 5, 5)
    assert np.array_equal(conv_anim.trace(conv_anim.from_torch(nn.MaxPool2d(2), x)).input, x)


def test_keys_of_a_spec_go_on(tmp_path):
    spec = conv_anim.from_torch(nn.Conv2d(1, 1, 3), (5, 5), view="flat", theme="dark", caption="mine")
    assert (type(spec.view).__name__, spec.theme.name, spec.caption) == ("Flat", "dark", "mine")
    assert conv_anim.render(spec, tmp_path / "own.gif").exists()
    assert "did you mean 'theme'" in refused(nn.Conv2d(1, 1, 3), (5, 5), themes="dark")


def test_a_large_layer_is_shown_in_some_steps():
    spec = conv_anim.from_torch(nn.Conv2d(3, 64, 7, stride=2, padding=3), (3, 64, 64))
    drawn = pipeline.scene(spec)
    shown, outputs = drawn.left_out
    assert outputs == 64 * 32 * 32
    assert shown == len(drawn.rests) <= 60
    assert conv_anim.from_torch(nn.Conv2d(1, 1, 3), (9, 9), animation={"every": 7}).animation.every == 7


def test_a_lazy_layer_is_drawn_once_it_has_weights():
    layer = nn.LazyConv2d(2, 3)
    assert "this lazy layer has no weights yet" in refused(layer, (1, 5, 5))
    layer(torch.zeros(1, 4, 5, 5))
    assert conv_anim.from_torch(layer, (4, 5, 5)).layers[0].ends.in_channels == 4


@pytest.mark.parametrize(("module", "given", "message"), [
    (nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU6()), (3, 9, 9), "1: error: ReLU6 (hardtanh) changes numbers"),
    (nn.BatchNorm2d(3).train(), (3, 9, 9), "mean [unsupported]\n  hint: model.eval()"),
    (nn.Sequential(nn.Conv2d(3, 8, 3), nn.Dropout()).train(), (3, 9, 9), "a dropout drops other numbers each time"),
    (nn.Sequential(), (3, 9, 9), "nothing to draw"),
    ("nn.Conv2d(3, 8, 3)", (3, 9, 9), "not a PyTorch module, but of the type str [wrong-type]"),
    (nn.Conv2d(3, 8, 3), (4, 9, 9), "takes 3 channels, and the input's shape says 4"),
    (nn.Conv2d(3, 8, 3), torch.zeros(4, 9, 9), "Conv2d.in_channels: error: 'in_channels' is 3, but the input has 4"),
    (nn.Conv2d(3, 8, 3), torch.zeros(2, 3, 9, 9), "the input has the shape (2, 3, 9, 9) [axes]"),
    (nn.Conv2d(3, 8, 9), (5, 5), "Conv2d.kernel_size: error: the window does not fit"),
    (nn.Conv2d(3, 8, 3), (0, 5), "is not the size of an input [out-of-range]"),
    (nn.Conv2d(3, 8, 3), torch.full((3, 5, 5), float("nan")), "infinite, not a number"),
    (nn.Conv2d(3, 8, 3), "32x32", "an array of <U5"),
    (nn.LPPool2d(3, 2), torch.full((1, 4, 4), -1.0), "not a norm of negative numbers unless norm_type is even"),
])  # fmt: skip
def test_what_cannot_be_drawn_is_told(module, given, message):
    assert message in refused(module, given)


def test_pytorch_is_not_imported():
    """Not even by asking for a module that is none."""
    asked = "try: conv_anim.from_torch(1, (5, 5))\nexcept conv_anim.SpecError: print('torch' in sys.modules)"
    code = f"import sys, conv_anim\n{asked}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
