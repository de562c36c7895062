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


@pytest.mark.parametrize(("bias", "causal"), [(False, False), (True, False)])
def test_multihead_attention_with_its_own_matrices(bias, causal):
    torch.manual_seed(0)
    layer = nn.MultiheadAttention(6, 3, bias=bias, batch_first=True).double().eval()
    if bias:  # those of queries are 0, as PyTorch makes them
        with torch.no_grad():
            layer.in_proj_bias[6:] = torch.randn(12)
            layer.out_proj.bias[:] = torch.randn(6)
    x = torch.randn(1, 5, 6).double()
    trace = conv_anim.trace(conv_anim.from_torch(layer, x[0].T))
    theirs = layer(x, x, x)[0][0].T.detach().numpy()
    np.testing.assert_allclose(trace.output, theirs, rtol=1e-12, atol=1e-12)


def test_what_an_attention_has_besides_is_refused():
    def said(layer):
        with pytest.raises(conv_anim.SpecError) as caught:
            conv_anim.from_torch(layer, (4, 5))
        return str(caught.value)

    biased = nn.MultiheadAttention(4, 2)
    torch.nn.init.ones_(biased.in_proj_bias)
    assert "its queries have a bias" in said(biased)
    assert "in training, a dropout drops other shares" in said(nn.MultiheadAttention(4, 2, dropout=0.1))
    assert "'add_bias_kv' changes numbers" in said(nn.MultiheadAttention(4, 2, add_bias_kv=True))
    assert "'kdim' is not 'embed_dim'" in said(nn.MultiheadAttention(4, 2, kdim=3, vdim=3))


@pytest.mark.parametrize("causal", [False, True])
def test_the_function_of_pytorch_is_the_text(causal):
    from conv_anim.frameworks.drawings import drawing
    from conv_anim.frameworks.feeding import said

    text = f"F.scaled_dot_product_attention(x, x, x, is_causal={causal})"
    trace = conv_anim.trace(drawing(text, said((3, 6), None)).loaded().spec)
    x = torch.from_numpy(trace.input.T.copy())[None].double()
    theirs = nn.functional.scaled_dot_product_attention(x, x, x, is_causal=causal)
    np.testing.assert_allclose(trace.output, theirs[0].T.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("keys", "causal"), [
    ({}, False), ({"sliding_window": 2}, False), ({"sliding_window": 2}, True), ({"sliding_window": 9}, False),
])  # fmt: skip
def test_keras_attention_is_the_text(keys, causal):
    keras = needed("keras")
    from conv_anim.frameworks.drawings import drawing
    from conv_anim.frameworks.feeding import said

    written = "".join(f", {key}={value}" for key, value in keys.items())
    text = f"layers.MultiHeadAttention(2, 2{written})(x, x, use_causal_mask={causal})"
    trace = conv_anim.trace(drawing(text, said((4, 6), None)).loaded().spec)
    layer = keras.layers.MultiHeadAttention(2, 2, use_bias=False, dtype="float64", **keys)
    x = trace.input.T[None].astype(float)
    layer(x, x)
    kernel = np.eye(4).reshape(4, 2, 2)
    layer.set_weights([kernel, kernel, kernel, np.eye(4).reshape(2, 2, 4)])
    theirs = np.asarray(layer(x, x, use_causal_mask=causal))[0].T
    np.testing.assert_allclose(trace.output, theirs, rtol=1e-6, atol=1e-6)


def attended(*, inputs=("x", "x", "x"), shape=(1, 5, 6), **attributes):
    node = test_onnx.helper.make_node("Attention", list(inputs), ["y"], name="node", **attributes)
    weights = {name: RANDOM.normal(size=shape) for name in inputs if name not in {"x", ""}}
    return model(node, weights=weights, shape=shape, opset=23)


@pytest.mark.parametrize("keys", [
    {"q_num_heads": 1, "kv_num_heads": 1}, {"q_num_heads": 3, "kv_num_heads": 3, "is_causal": 1},
    {"q_num_heads": 2, "kv_num_heads": 2, "scale": 0.25},
])  # fmt: skip
def test_an_attention_node_is_what_onnx_computes(keys, tmp_path):
    made = attended(**keys)
    x = RANDOM.normal(size=(1, 5, 6))
    expected = test_onnx.ReferenceEvaluator(made).run(None, {"x": x})[0]
    output = conv_anim.trace(conv_anim.from_onnx(saved(made, tmp_path), input=x[0].T)).output
    np.testing.assert_allclose(output, expected[0].T, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("made", "said"), [
    ({"inputs": ("x", "k", "k")}, "its queries, keys and values are several values of the model"),
    ({"inputs": ("x", "x", "x", "m")}, "it is fed a custom mask, which is not drawn"),
    ({"shape": (1, 2, 5, 6)}, "it is drawn of three dimensions: (batch, length, channels)"),
    ({"q_num_heads": 2, "kv_num_heads": 1}, "heads that share keys and values are not drawn"),
    ({"softcap": 1.5}, "scores under a softcap are not drawn"),
])  # fmt: skip
def test_what_an_attention_node_is_fed_besides_is_told(made, said, tmp_path):
    heads = {"q_num_heads": 1, "kv_num_heads": 1} if len(made.get("shape", (1, 2, 3))) == 3 else {}
    assert said in refused(saved(attended(**heads | made), tmp_path))
