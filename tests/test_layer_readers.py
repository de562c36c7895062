"""Deformable convolution and attention as libraries have them: texts, modules and nodes, with their numbers."""

from __future__ import annotations

import pytest

import conv_anim
from conv_anim.diagnostics import SpecError
from conv_anim.frameworks.drawings import drawing
from conv_anim.frameworks.feeding import said


def read(text, shape=None):
    return drawing(text, said(shape, None))


DEFORMED = "torchvision.ops.DeformConv2d(4, 8, kernel_size=(3, 2), stride=2, padding=1, dilation=2, groups=2)"
PRINTED = """Net(
  (offset): Conv2d(4, 18, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
  (deform): DeformConv2d(18, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1), bias=False)
)"""


def test_a_deformable_convolution_is_one():
    drawn = read(DEFORMED, (9, 8))
    (op,) = drawn.loaded().spec.layers
    assert (op.type, op.ends.out_size, op.ends.out_channels) == ("deform_conv", (4, 4), 8)
    # (9 + 2 - 5) // 2 + 1 = 4, (8 + 2 - 3) // 2 + 1 = 4
    assert (op.kernel_size, op.stride, op.dilation, op.groups, op.masked) == ((3, 2), (2, 2), (2, 2), 2, False)
    assert any("offsets are made up, at random from -1 to 1" in note for note in drawn.notes)


def test_a_printed_module_has_one():
    ops = read(PRINTED, (4, 5, 5)).loaded().spec.layers
    assert [op.type for op in ops] == ["conv", "deform_conv"]
    assert ops[1].bias is None


@pytest.mark.parametrize(("text", "masked"), [
    ("torchvision.ops.deform_conv2d(x, offset, torch.ones(2, 3, 3, 3))", False),
    ("torchvision.ops.deform_conv2d(x, offset, torch.ones(2, 3, 3, 3), mask=None)", False),
    ("torchvision.ops.deform_conv2d(x, offset, torch.ones(2, 3, 3, 3), mask=m)", True),
    ("tv.ops.deform_conv2d(x, offset, torch.ones(2, 3, 3, 3), None, (1, 1), (0, 0), (1, 1), torch.ones(1))", True),
])  # fmt: skip
def test_a_mask_is_there_where_the_function_is_given_one(text, masked):
    drawn = read(text, (3, 5, 5))
    (op,) = drawn.loaded().spec.layers
    assert (op.ends.in_channels, op.ends.out_channels, op.bias, op.masked) == (3, 2, None, masked)
    assert any("mask is made up" in note for note in drawn.notes) is masked


def test_it_is_a_layer_of_torchvision_only():
    with pytest.raises(SpecError, match=r"no function is known as 'F\.deform_conv2d'"):
        read("F.deform_conv2d(x, o, w)")
    with pytest.raises(SpecError, match=r"no layer is known as 'nn\.DeformConv2d'"):
        read("nn.DeformConv2d(1, 1, 3)")
    with pytest.raises(SpecError, match="takes 4 channels, and the input's shape says 3"):
        read(DEFORMED, (3, 9, 9))


@pytest.mark.parametrize(("text", "heads", "pattern", "causal"), [
    ("nn.MultiheadAttention(4, 2)", 2, "full", False),
    ("nn.MultiheadAttention(4, 2)(x, x, x, attn_mask=None)", 2, "full", False),
    ("nn.MultiheadAttention(4, 2)(x, x, x, attn_mask=m, is_causal=True)", 2, "full", True),
    ("F.scaled_dot_product_attention(x, x, x)", 1, "full", False),
    ("F.scaled_dot_product_attention(q, k, v, None, 0.1, True)", 1, "full", True),
    ("layers.MultiHeadAttention(2, 2)", 2, "full", False),
    ("layers.MultiHeadAttention(2, 2, attention_axes=(1,))", 2, "full", False),
    ("layers.MultiHeadAttention(2, 2)(x, x, use_causal_mask=True)", 2, "full", True),
    ("layers.MultiHeadAttention(1, 3, sliding_window=2)", 1, "sliding", False),
])  # fmt: skip
def test_attention_is_read_with_its_heads_and_its_mask(text, heads, pattern, causal):
    op = read(text, (4, 6)).loaded().spec.layers[0]
    assert (op.type, op.heads, op.pattern, op.causal) == ("attention", heads, pattern, causal)
    assert op.ends.in_size == op.ends.out_size == (6,)


@pytest.mark.parametrize(("text", "note"), [
    ("nn.MultiheadAttention(4, 2)", "no mask is drawn: one is given when the layer is called"),
    ("nn.MultiheadAttention(4, 2)", "queries, keys and values are the input's own numbers: the projections"),
    ("F.scaled_dot_product_attention(q, k, v)", "queries, keys and values are drawn as one input's"),
])  # fmt: skip
def test_what_is_taken_for_granted_is_said(text, note):
    assert any(each.startswith(note) for each in read(text).notes)


@pytest.mark.parametrize(("text", "message"), [
    ("nn.MultiheadAttention(4, 2)(x, x, x, attn_mask=m)", "'attn_mask' is a custom mask"),
    ("nn.MultiheadAttention(4, 2)(x, x, x, key_padding_mask=m)", "'key_padding_mask' is a custom mask"),
    ("nn.MultiheadAttention(4, 2, kdim=3)", "'kdim' is not 'embed_dim'"),
    ("nn.MultiheadAttention(4, 3)", "'embed_dim' is 4, and 3 heads do not divide it evenly"),
    ("nn.MultiheadAttention(4, 2, add_zero_attn=True)", "'add_zero_attn' changes numbers"),
    ("F.scaled_dot_product_attention(q, k, v, mask)", "'attn_mask' is a custom mask"),
    ("F.scaled_dot_product_attention(q, k, v, scale=1)", "'scale' changes numbers"),
    ("layers.MultiHeadAttention(2, 2)(x, x, attention_mask=m)", "'attention_mask' is a custom mask"),
    ("layers.MultiHeadAttention(2, 2, attention_axes=(2,))", "attention along some axes is not drawn"),
    ("nn.LSTM(3, 4)", "nn.LSTM is not drawn: it keeps a state from step to step"),
    ("layers.ConvLSTM2D(3, 3)", "with gates between convolutions of its input and of that state"),
    ("Embedding(9, 4)", "Embedding is not drawn: it looks up a vector for each index"),
    ("nnx.LSTMCell(3, 4, rngs=r)", "it keeps a state from step to step"),
    ("paddle.nn.TransformerEncoderLayer(4, 2, 8)", "it is several layers with attention among them"),
    ("Cropping2D()", "Cropping2D cuts off nothing here"),
    ("Cropping2D((1, 2, 3))", "'cropping' needs 2 entries, and has 3"),
])  # fmt: skip
def test_what_cannot_be_drawn_says_why(text, message):
    with pytest.raises(SpecError) as caught:
        read(text)
    assert message in str(caught.value)
    assert "hint:" in str(caught.value) or "Cropping" in text


@pytest.mark.parametrize(("text", "shape", "size"), [
    ("Cropping1D()", (8,), (6,)),  # 1 at each end
    ("Cropping1D((2, 3))", (8,), (3,)),
    ("Cropping2D(2)", (8, 7), (4, 3)),
    ("Cropping2D(cropping=(1, 2))", (8, 7), (6, 3)),  # 1 above and below, 2 left and right
    ("Cropping2D(((1, 0), (2, 3)), data_format='channels_first')", (8, 7), (7, 2)),
    ("Cropping3D()", (4, 5, 6), (2, 3, 4)),
])  # fmt: skip
def test_cropping_cuts_off(text, shape, size):
    (op,) = read(text, shape).loaded().spec.layers
    assert (op.type, op.ends.out_size) == ("crop", size)


def test_a_file_with_what_has_no_window_says_why(tmp_path):
    body = "self.e = nn.Embedding(10, 4)\n        self.c = nn.Conv1d(4, 8, 3)\n        self.r = nn.LSTM(8, 8)\n"
    text = f"import torch.nn as nn\nclass Net(nn.Module):\n    def __init__(self):\n        {body}"
    (tmp_path / "net.py").write_text(text)
    drawn = drawing(str(tmp_path / "net.py"), said(None, None), "Net")
    assert [op.type for op in drawn.loaded().spec.layers] == ["conv"]
    assert any(note.startswith("nn.LSTM is not drawn: it keeps a state") for note in drawn.notes)


def test_a_model_of_ultralytics_is_no_spec(tmp_path):
    path = tmp_path / "yolov8.yaml"
    path.write_text("nc: 80\nbackbone:\n  - [-1, 1, Conv, [64, 3, 2]]\nhead:\n  - [[0], 1, Detect, [nc]]\n")
    with pytest.raises(SpecError) as caught:
        conv_anim.load(path)
    (problem,) = caught.value.problems
    assert problem.message == "this is a model of Ultralytics, with a backbone and a head, and no spec"
    assert (problem.hint, problem.span.line) == (f"a model is drawn by: conv-anim draw {path}", 2)
