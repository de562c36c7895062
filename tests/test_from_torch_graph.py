"""Modules of PyTorch as what their ``forward`` does, against the module itself, run in double precision."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest

import conv_anim
from tests.frameworks import needed

torch = needed("torch")
import torch.nn.functional as F  # noqa: E402, N812
from torch import nn  # noqa: E402
from torch.nn.utils import parametrizations, prune  # noqa: E402

from conv_anim.frameworks.drawings import drawing  # noqa: E402
from conv_anim.frameworks.feeding import Feed  # noqa: E402
from conv_anim.frameworks.networks import network  # noqa: E402
from conv_anim.frameworks.torch.export import traced  # noqa: E402
from conv_anim.frameworks.torch.network import network as of_torch  # noqa: E402

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # of torch.export, for its own developers
]


def same(module, *size):
    """The traced numbers are the module's own."""
    torch.manual_seed(0)
    module = module.double().eval()
    x = torch.randn(1, *size, dtype=torch.float64)
    with torch.no_grad():
        expected = module(x)[0].numpy()
    spec = conv_anim.from_torch(module, x)
    output = conv_anim.trace(spec).output
    assert output.shape == expected.shape
    np.testing.assert_allclose(output, expected, rtol=1e-9, atol=1e-12)
    return [node.op.type for node in spec.nodes]


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, stride=2, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(4)
        self.down = nn.Conv2d(2, 4, 1, stride=2)
        self.norm.running_mean.uniform_(-1, 1)
        self.norm.running_var.uniform_(0.5, 2)

    def forward(self, x):
        y = F.relu(self.norm(self.conv(x)))
        y += self.down(x)
        return F.relu(y, inplace=True)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.inner = nn.Conv2d(1, 3, 3, padding=1), nn.Conv2d(3, 6, 3, padding="same")
        self.up, self.last = nn.ConvTranspose2d(6, 3, 2, stride=2), nn.Conv2d(6, 1, 1)

    def forward(self, x):
        a = torch.tanh(self.down(x))
        b = F.silu(self.inner(F.max_pool2d(a, 2)))
        return torch.sigmoid(self.last(torch.cat([self.up(b), a], dim=1)))


class Squeeze(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(4, 2, 1), nn.Conv2d(2, 4, 1)

    def forward(self, x):
        return x * torch.sigmoid(self.two(F.leaky_relu(self.one(x.mean((2, 3), keepdim=True)), 0.1)))


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 2, 3), nn.GELU(), nn.AdaptiveAvgPool2d(2), nn.Dropout())
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return F.softmax(self.head(torch.flatten(self.features(x), 1)), dim=1)


class Arithmetic(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, padding=1)
        self.register_buffer("shift", torch.tensor([1.0, -2.0]).reshape(2, 1, 1))

    def forward(self, x):
        y = (self.conv(x) * 2 - 1) / 4 + self.shift
        y = torch.sub(y, x, alpha=3) + 5 - F.pad(x, (1, 0, 0, 1))[:, :, 1:, :-1]
        return 1 - F.interpolate(y, scale_factor=2, mode="bilinear")


@pytest.mark.parametrize(("module", "size", "types"), [
    (Residual(), (2, 8, 7), ["conv", "batch_norm", "relu", "conv", "add", "relu"]),
    (UNet(), (1, 6, 8), ["conv", "tanh", "max_pool", "conv", "silu", "conv_transpose", "concat", "conv", "sigmoid"]),
    (Squeeze(), (4, 5, 4), ["avg_pool", "conv", "leaky_relu", "conv", "sigmoid", "multiply"]),
    (Classifier(), (1, 7, 6), ["conv", "gelu", "adaptive_avg_pool", "flatten", "linear", "softmax"]),
    (Arithmetic(), (2, 4, 5), None),
    (nn.Sequential(nn.Conv1d(2, 3, 2), nn.ReLU(), nn.MaxPool1d(2)), (2, 9), ["conv", "relu", "max_pool"]),
    (nn.Sequential(nn.Conv3d(1, 2, 2), nn.ReLU()), (1, 3, 4, 3), ["conv", "relu"]),
    (nn.Sequential(nn.ReflectionPad2d(1), nn.ReLU(), nn.PixelUnshuffle(2)), (1, 4, 4), None),
])  # fmt: skip
def test_a_network_computes_what_is_drawn(module, size, types):
    found = same(module, *size)
    assert types is None or found == types


class Conv2d(nn.Conv2d):
    """Named as PyTorch's own, and it is not."""

    def forward(self, x):
        return torch.relu(super().forward(x))


class Block(nn.Sequential):
    """It changes nothing."""


class Twice(nn.Sequential):
    def forward(self, x):
        return super().forward(super().forward(x))


class Inner(nn.Conv2d):
    def _conv_forward(self, x, weight, bias):
        return super()._conv_forward(x, weight * 3, bias)


def minus_one(kind):
    conv = kind(1, 1, 1, bias=False)
    conv.weight.data[:] = -1
    return conv


def test_a_class_named_as_pytorchs_own_is_what_its_forward_does():
    spec = conv_anim.from_torch(minus_one(Conv2d), torch.tensor([[[1.0, 2], [3, 4]]]))
    assert conv_anim.trace(spec).output.tolist() == [[[0, 0], [0, 0]]]


def test_hooks_take_part():
    conv = minus_one(nn.Conv2d)
    conv.weight.data[:] = 1
    conv.register_forward_hook(lambda module, given, made: made * 2)
    spec = conv_anim.from_torch(conv, torch.tensor([[[1.0, 2], [3, 4]]]))
    assert conv_anim.trace(spec).output.tolist() == [[[2, 4], [6, 8]]]
    before = nn.Sequential(nn.Conv2d(1, 2, 2))
    before.register_forward_pre_hook(lambda module, given: (given[0] + 1,))
    same(before, 1, 4, 4)
    whole = nn.Sequential(nn.Conv2d(1, 2, 2))
    whole.register_forward_hook(lambda module, given, made: torch.relu(made))
    same(whole, 1, 4, 4)


def test_hooks_of_all_modules_take_part():
    conv = nn.Conv2d(1, 1, 2)
    handle = nn.modules.module.register_module_forward_hook(
        lambda module, given, made: made * 3 if isinstance(module, nn.Conv2d) else made
    )
    try:
        same(conv, 1, 3, 3)
    finally:
        handle.remove()


def stale(conv):
    """Its ``weight`` is what was computed last, and not what the next call will compute."""
    conv.weight_g.data *= 3
    return conv


def with_forward(conv):
    conv.forward = lambda x: torch.relu(nn.Conv2d.forward(conv, x))
    return conv


@pytest.mark.parametrize("made", [
    lambda: Block(nn.Conv2d(1, 2, 2), nn.MaxPool2d(2)),
    lambda: Twice(nn.Conv2d(1, 1, 2), nn.ReLU()),
    lambda: Inner(1, 2, 2),
    lambda: with_forward(nn.Conv2d(1, 2, 2)),
    lambda: stale(nn.utils.weight_norm(nn.Conv2d(1, 2, 2))),
    lambda: nn.utils.spectral_norm(nn.Conv2d(1, 2, 2)),
    lambda: parametrizations.weight_norm(nn.Conv2d(1, 2, 2)),
    lambda: prune.random_unstructured(nn.Conv2d(1, 2, 2), "weight", 0.5),
], ids=range(8))  # fmt: skip
def test_a_module_is_known_by_what_it_does(made):
    same(made(), 1, 5, 5)


@pytest.mark.parametrize("module", [Residual(), UNet(), Squeeze(), Classifier()])
def test_a_module_as_a_network(module, tmp_path):
    """Sizes as forward hooks see them; parameters as PyTorch counts them; the same from a saved file."""
    module = module.eval()
    channels = next(module.parameters()).shape[1]
    x, seen = torch.zeros(1, channels, 8, 8), {}
    for name, each in module.named_modules():
        each.register_forward_hook(lambda _, __, made, name=name: seen.update({name: tuple(made.shape)}))
    module(x)
    for each in module.modules():
        each._forward_hooks.clear()
    found = of_torch(traced(module, tuple(x.shape)))
    assert found.parameters == sum(p.numel() for p in module.parameters())
    layers = {node.name: node.shape for node in found.nodes if node.kind.startswith("nn.")}
    assert layers
    assert all(seen[name] == shape for name, shape in layers.items())
    assert len(found.edges) == len(set(found.edges))
    assert all(source < target for source, target in found.edges)
    torch.export.save(torch.export.export(module, (x,)), tmp_path / "model.pt2")
    assert network(tmp_path / "model.pt2").nodes == found.nodes


def test_what_cannot_be_traced_is_told():
    class Deciding(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    with pytest.raises(conv_anim.SpecError, match=r"torch\.export cannot trace this Deciding.*; nor can torch\.fx: "):
        conv_anim.from_torch(Deciding(), (1, 4, 4))


ASSERTING = """
class Asserting(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)

    def forward(self, x):
        assert x.min() >= 0, "of a picture"
        return torch.relu(self.conv(x)) + 1
"""
"""As text, since pytest makes conditions of the assertions in its files."""


def asserting():
    names = {"nn": nn, "torch": torch, "__name__": __name__}
    exec(ASSERTING, names)
    return names["Asserting"]().eval()


def test_torch_fx_passes_over_what_a_module_asserts():
    module, x = asserting(), torch.rand(1, 5, 5)
    with pytest.raises(Exception, match="data-dependent"):
        torch.export.export(module, (x[None],), strict=False)
    made = conv_anim.trace(conv_anim.from_torch(module, x)).output
    np.testing.assert_allclose(made, module(x[None])[0].detach().numpy(), rtol=1e-5, atol=1e-5)


def test_what_torch_fx_does_not_see_is_found():
    module = asserting()
    module.register_forward_hook(lambda _, __, made: made * 2)
    with pytest.raises(conv_anim.SpecError, match=r"nor can torch\.fx: its graph computes other numbers"):
        conv_anim.from_torch(module, (1, 5, 5))


def test_nothing_of_pytorchs_own_words_gets_out(capfd):
    for module in (asserting(), torch.jit.script(nn.Conv2d(1, 1, 3))):
        with suppress(conv_anim.SpecError):
            conv_anim.from_torch(module, (1, 5, 5))
    assert capfd.readouterr() == ("", "")


def test_a_saved_program_is_drawn(tmp_path):
    """As a whole, with its own numbers, or one of its nodes."""
    module = nn.Sequential(nn.Conv2d(1, 2, 2), nn.ReLU(), nn.MaxPool2d(2)).eval()
    torch.export.save(torch.export.export(module, (torch.zeros(1, 1, 5, 5),)), tmp_path / "net.pt2")
    made = drawing(str(tmp_path / "net.pt2"), Feed())
    spec = made.loaded(["input.values=arange"]).spec
    x = torch.arange(25.0).reshape(1, 1, 5, 5)
    np.testing.assert_allclose(conv_anim.trace(spec).output, module(x)[0].detach().numpy(), rtol=1e-5, atol=1e-5)
    one = drawing(str(tmp_path / "net.pt2"), Feed(), "2").loaded().spec
    assert (one.layers[0].type, one.input.size, one.input.channels) == ("max_pool", (4, 4), 2)
    for node, said in (("3", "no node that can be drawn is called '3'"), ("conv", "conv2d: 0")):
        with pytest.raises(conv_anim.SpecError, match=said):
            drawing(str(tmp_path / "net.pt2"), Feed(), node)
    (tmp_path / "bad.pt2").write_bytes(b"hello")
    with pytest.raises(conv_anim.SpecError, match=r"torch\.export cannot read this"):
        drawing(str(tmp_path / "bad.pt2"), Feed())
