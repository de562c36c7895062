"""ONNX's operators: their attributes, and what each is as a layer of a spec."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conv_anim.frameworks.onnx.attention import attention
from conv_anim.frameworks.onnx.convs import conv, conv_transpose, integer
from conv_anim.frameworks.onnx.deform import deform_conv
from conv_anim.frameworks.onnx.moves import depth_to_space, pad, space_to_depth
from conv_anim.frameworks.onnx.pointwise import batch_norm, gelu, leaky_relu, simple, softmax
from conv_anim.frameworks.onnx.pools import global_max, global_mean, global_norm, pool
from conv_anim.frameworks.onnx.products import gemm, matmul
from conv_anim.frameworks.onnx.resize import resize, upsample

if TYPE_CHECKING:
    from conv_anim.frameworks.onnx.windows import Draw

ONNX: dict[str, Draw] = {
    "Conv": conv,
    "ConvInteger": integer,
    "ConvTranspose": conv_transpose,
    "DeformConv": deform_conv,
    "MaxPool": partial(pool, name="max_pool"),
    "AveragePool": partial(pool, name="avg_pool"),
    "LpPool": partial(pool, name="lp_pool"),
    "GlobalAveragePool": global_mean,
    "GlobalMaxPool": global_max,
    "GlobalLpPool": global_norm,
    "DepthToSpace": depth_to_space,
    "SpaceToDepth": space_to_depth,
    "Attention": attention,
    "Resize": resize,
    "Upsample": upsample,
    "Pad": pad,
    "Gemm": gemm,
    "MatMul": matmul,
    **{kind: partial(simple, name=kind.lower()) for kind in ("Relu", "Sigmoid", "Tanh")},
    "LeakyRelu": leaky_relu,
    "Gelu": gelu,
    "Softmax": softmax,
    "BatchNormalization": batch_norm,
}
"""By operator."""
POINTWISE = {"Gemm", "MatMul", "Relu", "Sigmoid", "Tanh", "LeakyRelu", "Gelu", "Softmax", "BatchNormalization"}
"""Those without a window, which are drawn when requested by name or number."""
