"""Deformable convolution against the reference implementation that comes with ONNX: in ``make test-frameworks``."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.frameworks import needed
from tests.test_deform_conv import arrays, layer_of, settings, traced

onnx = needed("onnx")
from onnx import TensorProto, helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

pytestmark = pytest.mark.frameworks


def referred(given_, x, weight, offset, mask, bias):
    """What ONNX's DeformConv makes; its padding is [top, left, bottom, right]."""
    arrays_ = {"x": x[None], "weight": weight, "offset": offset[None]}
    arrays_["bias"] = np.zeros(len(weight)) if bias is None else bias
    arrays_ |= {} if mask is None else {"mask": mask[None]}
    moves = given_["moves"]
    node = helper.make_node(
        "DeformConv",
        ["x", "weight", "offset", "bias", *([] if mask is None else ["mask"])],
        ["y"],
        kernel_shape=given_["kernel"],
        strides=moves["stride"],
        dilations=moves["dilation"],
        pads=[*moves["padding"], *moves["padding"]],
        group=given_["groups"]["groups"],
        offset_group=given_["groups"]["offset_groups"],
    )
    inputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, array.shape) for name, array in arrays_.items()]
    output = helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)
    model = helper.make_model(
        helper.make_graph([node], "g", inputs, [output]), opset_imports=[helper.make_opsetid("", 19)]
    )
    return ReferenceEvaluator(model).run(None, arrays_)[0][0]


@given(settings(), st.integers(0, 999))
def test_it_is_onnx_deform_conv(given_, seed):
    # its points are in single precision
    assume(min(given_["size"]) > 1)  # onnx 1.23's reference divides by the size less one
    x, *others = arrays(given_, seed)
    np.testing.assert_allclose(
        traced(x, layer_of(given_, *others)).output, referred(given_, x, *others), rtol=1e-5, atol=1e-5
    )
