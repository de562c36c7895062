"""Deformable convolution and attention of PyTorch and ONNX, with their own numbers: in ``make test-frameworks``."""

from __future__ import annotations

import numpy as np
import pytest

import conv_anim
from tests.frameworks import needed

onnx, torch = needed("onnx"), needed("torch")
from torch import nn  # noqa: E402

from tests import test_onnx  # noqa: E402
from tests.test_onnx import model, one, refused, same, saved  # noqa: E402

pytestmark = pytest.mark.frameworks
RANDOM = np.random.default_rng(1)


class DeformConv2d(nn.Conv2d):
    """With the attributes of torchvision's, and its place."""

    def forward(self, x, offset, mask=None):
        raise NotImplementedError


DeformConv2d.__module__ = "torchvision.ops.deform_conv"


def test_a_deformable_module_has_its_own_weights():
    layer = DeformConv2d(4, 6, (3, 2), stride=(1, 2), padding=1, groups=2)
    (drawn,) = conv_anim.trace(conv_anim.from_torch(layer, (4, 6, 7))).layers
    assert (drawn.layer.type, drawn.layer.ends.out_size, drawn.layer.groups) == ("deform_conv", (6, 4), 2)
    np.testing.assert_array_equal(drawn.weight, layer.weight.detach().double().numpy())
    np.testing.assert_array_equal(drawn.bias, layer.bias.detach().double().numpy())


def deformed(*, pads=(1, 0, 2, 1), groups=1, mask=False, size=(7, 6), kernel=(2, 3)):
    """A node with offsets, and a mask, that the model brings along."""
    taps = int(np.prod(kernel))
    out = (size[0] + pads[0] + pads[2] - kernel[0] + 1, size[1] + pads[1] + pads[3] - kernel[1] + 1)
    weights = [RANDOM.normal(size=(4, 4 // groups, *kernel)), RANDOM.normal(size=(1, 4 * taps, *out)), None]
    if mask:
        weights[2:] = [RANDOM.normal(size=4), RANDOM.uniform(size=(1, 2 * taps, *out))]
    weights = weights if mask else weights[:2]
    return one("DeformConv", *weights, opset=19, pads=list(pads), group=groups, offset_group=2)


@pytest.mark.parametrize(("keys", "exact"), [({}, 1e-5), ({"groups": 2, "mask": True, "pads": (0, 0, 0, 0)}, 1e-5)])
def test_a_node_is_what_onnx_computes(keys, exact, tmp_path):
    # onnx 1.23's reference has its points in single precision
    same(deformed(**keys), tmp_path, exact=exact)


def test_offsets_that_a_model_computes_are_made_up_and_a_note_says_so(tmp_path):
    helper = test_onnx.helper
    nodes = [
        helper.make_node("Conv", ["x", "v"], ["o"], name="offsets"),
        helper.make_node("DeformConv", ["x", "w", "o"], ["y"], name="deform"),
    ]
    weights = {"v": RANDOM.normal(size=(18, 4, 3, 3)), "w": RANDOM.normal(size=(2, 4, 3, 3))}
    path = saved(model(*nodes, weights=weights, opset=19), tmp_path)
    op = conv_anim.from_onnx(path, "deform").layers[0]
    assert (op.type, op.offset.low, op.offset.high, op.masked) == ("deform_conv", -1, 1, False)
    from conv_anim.frameworks.drawings import drawing
    from conv_anim.frameworks.feeding import Feed

    (note,) = drawing(str(path), Feed(), "deform").notes
    assert note == "the offsets are made up, at random from -1 to 1: the model computes them, and one node is drawn"


def test_what_a_deform_conv_lacks_is_told(tmp_path):
    batch = one("DeformConv", RANDOM.normal(size=(2, 4, 3, 3)), RANDOM.normal(size=(2, 18, 5, 4)), opset=19)
    assert "its offset has the shape (2, 18, 5, 4); drawn is a batch of 1" in refused(saved(batch, tmp_path))
    biased = one(
        "DeformConv", RANDOM.normal(size=(2, 4, 3, 3)), RANDOM.normal(size=(1, 18, 5, 4)), np.ones(3), opset=19
    )
    assert "its bias has the shape (3,), and it makes 2 channels" in refused(saved(biased, tmp_path))


SCHEMA = (
    "deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, "
    "SymInt stride_h, SymInt stride_w, SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, "
    "SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor"
)
"""As torchvision 0.29.2 has it."""


def by_definition(x, weight, offset, mask, bias, *moves):
    """With a stride of 1, padding of 1 and one group of each kind: every tap from its four neighbors."""
    assert moves[:8] == (1, 1, 1, 1, 1, 1, 1, 1)
    x, weight, offset, mask, bias = (each.double().numpy() for each in (x, weight, offset, mask, bias))
    y = np.zeros((1, len(weight), *offset.shape[2:])) + bias[:, None, None]
    for m, c, k, n, i, j in np.ndindex(*weight.shape, *y.shape[2:]):
        tap = 3 * k + n
        r, s = i - 1 + k + offset[0, 2 * tap, i, j], j - 1 + n + offset[0, 2 * tap + 1, i, j]
        for a in (int(np.floor(r)), int(np.floor(r)) + 1):
            for b in (int(np.floor(s)), int(np.floor(s)) + 1):
                if 0 <= a < x.shape[2] and 0 <= b < x.shape[3]:
                    share = (1 - abs(r - a)) * (1 - abs(s - b)) * (mask[0, tap, i, j] if moves[8] else 1)
                    y[0, m, i, j] += weight[m, c, k, n] * share * x[0, c, a, b]
    return torch.from_numpy(y)


@pytest.fixture(scope="module")
def operator():
    """torchvision's operator; torchvision itself is not needed for it."""
    if hasattr(torch.ops.torchvision, "deform_conv2d"):
        yield torch.ops.torchvision.deform_conv2d
        return
    library = torch.library.Library("torchvision", "FRAGMENT")
    library.define(SCHEMA)
    library.impl("deform_conv2d", by_definition, "CPU")
    library.impl("deform_conv2d", lambda x, w, o, *_: x.new_empty(1, w.shape[0], *o.shape[2:]), "Meta")
    yield torch.ops.torchvision.deform_conv2d
    library._destroy()


@pytest.mark.parametrize("form", ["computed", "masked", "known"])
def test_a_network_makes_its_own_offsets(operator, form):
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.offset, self.mask = nn.Conv2d(2, 18, 3, padding=1), nn.Conv2d(2, 9, 3, padding=1)
            self.weight, self.bias = nn.Parameter(torch.randn(3, 2, 3, 3)), nn.Parameter(torch.randn(3))
            self.register_buffer("fixed", torch.randn(1, 18, 4, 5))

        def forward(self, x):
            offset = self.fixed if form == "known" else self.offset(x)
            mask = torch.sigmoid(self.mask(x)) if form == "masked" else torch.zeros(1, 1)
            moves = (1, 1, 1, 1, 1, 1, 1, 1)
            return operator(x, self.weight, offset, mask, self.bias, *moves, form == "masked")

    torch.manual_seed(0)
    net, x = Net().double().eval(), torch.randn(1, 2, 4, 5).double()
    trace = conv_anim.trace(conv_anim.from_torch(net, x))
    with torch.no_grad():
        np.testing.assert_allclose(trace.output, net(x)[0].numpy(), rtol=1e-12, atol=1e-12)
    assert trace.layers[-1].layer.masked is (form == "masked")
