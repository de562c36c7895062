"""Pools and the like that are functions of their libraries, and what they are called with."""

from __future__ import annotations

OF_TENSORS = {
    "max_pool2d": "self kernel_size stride dilation padding ceil_mode return_indices",
    "avg_pool2d": "self kernel_size stride dilation padding ceil_mode count_include_pad",
    "interpolate": "self size mode align_corners",
}
POOLS = {
    "flax.nnx": {
        **dict.fromkeys(("max_pool", "min_pool"), "inputs window_shape strides padding"),
        "avg_pool": "inputs window_shape strides padding count_include_pad",
    },
    "haiku": dict.fromkeys(("max_pool", "avg_pool"), "value window_shape strides padding channel_axis"),
    "tinygrad.Tensor": OF_TENSORS,
    "tinygrad.tensor.Tensor": OF_TENSORS,
}
"""Pools and the like that are functions, by their modules: their parameters, the first of them what they are fed."""
