"""Specs of every layer type and of stacks, small, with what is said about them below the figure."""

from __future__ import annotations

LAYERS = {
    "conv": ([5, 5], 1, {"type": "conv", "kernel_size": 3}),
    "1-D": ([9], 1, {"type": "conv", "kernel_size": 3}),
    "3-D": ([4, 5, 5], 1, {"type": "conv", "kernel_size": 3}),
    "dilated": ([7, 7], 1, {"type": "conv", "kernel_size": 3, "dilation": 2}),
    "odd": ([6, 6], 1, {"type": "conv", "kernel_size": 3, "stride": 2, "padding": 1}),
    "same": ([5, 5], 1, {"type": "conv", "kernel_size": 4, "stride": 2, "padding": "same", "padding_mode": "reflect"}),
    "valid": ([5, 5], 1, {"type": "conv", "kernel_size": 3, "padding": "valid"}),
    "full": ([5, 5], 1, {"type": "conv", "kernel_size": 3, "padding": "full"}),
    "causal": ([9], 1, {"type": "conv", "kernel_size": 3, "dilation": 2, "padding": "causal"}),
    "uneven": ([5, 6], 1, {"type": "conv", "kernel_size": [3, 2], "stride": [1, 2], "padding": [[1, 0], [0, 2]]}),
    "true": ([5, 5], 1, {"type": "conv", "kernel_size": 3, "flip": True}),
    "filters": ([5, 5], 3, {"type": "conv", "kernel_size": 3, "out_channels": 2, "bias": 1}),
    "grouped": ([5, 5], 4, {"type": "conv", "kernel_size": 3, "groups": 2, "out_channels": 4}),
    "transposed": (
        [3, 3],
        1,
        {"type": "conv_transpose", "kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
    ),
    "transposed dilated": ([3, 3], 1, {"type": "conv_transpose", "kernel_size": 3, "stride": 2, "dilation": 2}),
    "pointwise": ([5, 5], 3, {"type": "pointwise", "out_channels": 4}),
    "depthwise": ([5, 5], 3, {"type": "depthwise", "kernel_size": 3, "multiplier": 2}),
    "depthwise separable": ([7, 7], 3, {"type": "depthwise_separable", "kernel_size": 3, "out_channels": 128}),
    "spatially separable": ([5, 5], 1, {"type": "spatially_separable", "kernel_size": 3}),
    "flattened": ([5, 5], 3, {"type": "flattened", "kernel_size": 3, "out_channels": 2}),
    "max pool": ([5, 5], 1, {"type": "max_pool", "kernel_size": 2, "ceil_mode": True}),
    "dropped": ([5, 5], 1, {"type": "max_pool", "kernel_size": 2, "stride": 3, "padding": 1, "ceil_mode": True}),
    "average pool": (
        [5, 5],
        1,
        {"type": "avg_pool", "kernel_size": 3, "stride": 1, "padding": 1, "count_include_pad": False},
    ),
    "global": ([5, 5], 3, {"type": "global_avg_pool"}),
    "norm": ([5, 5], 1, {"type": "lp_pool", "kernel_size": 2, "norm_type": 3}),
    "nearest": ([3, 3], 1, {"type": "upsample", "scale_factor": 2}),
    "bilinear": ([3, 3], 1, {"type": "upsample", "scale_factor": 2, "mode": "bilinear", "align_corners": True}),
    "bicubic": ([3, 3], 1, {"type": "upsample", "size": [5, 5], "mode": "bicubic"}),
    "channel shuffle": ([2, 2], 6, {"type": "channel_shuffle", "groups": 2}),
    "pixel shuffle": ([3, 3], 4, {"type": "pixel_shuffle", "upscale_factor": 2}),
    "pixel unshuffle": ([4, 4], 1, {"type": "pixel_unshuffle", "downscale_factor": 2}),
    "unfold": ([5, 5], 1, {"type": "unfold", "kernel_size": 3, "padding": 1, "stride": 2}),
    "fold": ([9], 4, {"type": "fold", "kernel_size": 2, "output_size": [4, 4]}),
    "relu": ([4, 4], 1, {"type": "relu"}),
    "leaky relu": ([4, 4], 1, {"type": "leaky_relu", "negative_slope": 0.1}),
    "gelu": ([4], 1, {"type": "gelu"}),
    "silu": ([3, 3], 2, {"type": "silu"}),
    "hard swish": ([3, 3], 2, {"type": "hard_swish"}),
    "hard sigmoid": ([3, 3], 2, {"type": "hard_sigmoid"}),
    "sigmoid": ([4, 4], 1, {"type": "sigmoid"}),
    "tanh": ([4, 4], 1, {"type": "tanh"}),
    "softmax": ([4, 4], 1, {"type": "softmax"}),
    "softmax of channels": ([2, 2], 3, {"type": "softmax"}),
    "batch norm": ([3, 3], 2, {"type": "batch_norm", "scale": [0.5, 2], "shift": -1}),
    "linear": ([5], 1, {"type": "linear", "out_features": 2, "bias": 1}),
    "flatten": ([2, 3], 2, {"type": "flatten"}),
    "pad": ([3, 3], 1, {"type": "pad", "padding": [[1, 0], [0, 2]], "value": 7}),
    "crop": ([5, 5], 1, {"type": "crop", "cropping": 1}),
    "adaptive average": ([4, 8], 1, {"type": "adaptive_avg_pool", "size": [2, 3]}),
    "adaptive maximum": ([5, 5], 1, {"type": "adaptive_max_pool", "size": 3}),
    "masked": ([5, 5], 1, {"type": "conv", "kernel_size": 3, "padding": 1, "mask": "A"}),
    "deformed": ([5, 5], 1, {"type": "deform_conv", "kernel_size": 3, "offset": 0.25}),
    "modulated": ([5, 5], 1, {"type": "deform_conv", "kernel_size": 2, "offset": 0.5, "mask": 0.5}),
    "sparse": ([5, 5], 1, {"type": "sparse_conv", "kernel_size": 3, "padding": 1}),
    "submanifold": ([5, 5], 1, {"type": "sparse_conv", "kernel_size": 3, "submanifold": True}),
    "attention": ([5], 1, {"type": "attention", "window": 3, "causal": True}),
    "shifted windows": ([4, 4], 2, {"type": "attention", "window": 2, "shift": [1, 0], "heads": 2}),
}
ACTIVE = {"sparse": [[1, 1], [1, 2]], "submanifold": [[1, 1], [1, 2], [3, 3]]}
"""The active cells of those that have some."""
STACKS = {
    "residual": ([4, 4], 1, [{"type": "conv", "kernel_size": 3, "padding": 1}, {"type": "add", "from": [-1, "input"]}]),
    "excited": ([3, 3], 2, [{"type": "global_avg_pool"}, {"type": "multiply", "from": ["input", -1]}]),
    "concatenated": ([3, 3], 1, [{"type": "relu"}, {"type": "concat", "from": ["input", -1]}]),
    "unpooled": ([4, 4], 1, [{"type": "max_pool", "kernel_size": 2}, {"type": "max_unpool"}]),
    "dilations": ([15, 15], 1, [{"type": "conv", "kernel_size": 3, "dilation": d} for d in (1, 2, 4)]),
    "causal stack": (
        [16],
        1,
        [{"type": "conv", "kernel_size": 2, "dilation": d, "padding": "causal"} for d in (1, 2, 4)],
    ),
    "down and up": (
        [8, 8],
        1,
        [
            {"type": "conv", "kernel_size": 3},
            {"type": "max_pool", "kernel_size": 2},
            {"type": "conv_transpose", "kernel_size": 2, "stride": 2},
        ],
    ),
    "twice separable": (
        [9, 9],
        3,
        [{"type": "depthwise_separable", "kernel_size": 3, "out_channels": n} for n in (4, 8)],
    ),
    "shuffled": (
        [5, 5],
        4,
        [
            {"type": "conv", "kernel_size": 3, "groups": 2, "out_channels": 4},
            {"type": "channel_shuffle", "groups": 2},
            {"type": "conv", "kernel_size": 3, "groups": 2, "out_channels": 4},
        ],
    ),
}


def mapping(name, **more):
    """One of them as a spec that says all that there is to say."""
    if name in LAYERS:
        size, channels, layer = LAYERS[name]
        layers = {"layer": layer}
    else:
        size, channels, several = STACKS[name]
        layers = {"layers": several}
    said = {"labels": True, "caption": True, "formula": True, "cost": True}
    active = {"active": ACTIVE[name]} if name in ACTIVE else {}
    return {"input": {"size": size, "channels": channels, **active}, **layers, **said, **more}


NAMES = [*LAYERS, *STACKS]
