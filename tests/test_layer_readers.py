"""Deformable convolution and attention as libraries have them: texts, modules and nodes, with their numbers."""

from __future__ import annotations

import pytest

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
