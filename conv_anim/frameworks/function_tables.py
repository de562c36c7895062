"""Functions of PyTorch, PaddlePaddle, MLX and torchvision, and the layers that compute the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

AXES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Function:
    """Its parameters in their order, the first of them what it is fed, and the layer that computes the same."""

    parameters: tuple[str, ...]
    layer: str
    transposed: bool = False
    bias: str = "bias"
    """What the layer calls whether it has one."""
    order: str = "OIK"
    """Where a weight has its outputs, inputs and kernel. A transposed PyTorch weight swaps the first two."""

    @property
    def weighs(self) -> bool:
        """Whether it is called with a weight."""
        return "weight" in self.parameters


def _function(
    layer: str, parameters: str, *, transposed: bool = False, bias: str = "bias", order: str = "OIK"
) -> Function:
    return Function(tuple(parameters.split()), layer, transposed, bias, order)


POOLED = "input kernel_size stride padding"
TORCH: dict[str, Function] = {
    **{f"conv{n}d": _function(f"nn.Conv{n}d", "input weight bias stride padding dilation groups") for n in AXES},
    **{
        f"conv_transpose{n}d": _function(
            f"nn.ConvTranspose{n}d",
            "input weight bias stride padding output_padding groups dilation",
            transposed=True,
        )
        for n in AXES
    },
    **{f"max_pool{n}d": _function(f"nn.MaxPool{n}d", f"{POOLED} dilation ceil_mode return_indices") for n in AXES},
    "avg_pool1d": _function("nn.AvgPool1d", f"{POOLED} ceil_mode count_include_pad"),
    **{
        f"avg_pool{n}d": _function(f"nn.AvgPool{n}d", f"{POOLED} ceil_mode count_include_pad divisor_override")
        for n in (2, 3)
    },
    **{f"lp_pool{n}d": _function(f"nn.LPPool{n}d", "input norm_type kernel_size stride ceil_mode") for n in AXES},
    **{f"adaptive_avg_pool{n}d": _function(f"nn.AdaptiveAvgPool{n}d", "input output_size") for n in AXES},
    **{
        f"adaptive_max_pool{n}d": _function(f"nn.AdaptiveMaxPool{n}d", "input output_size return_indices") for n in AXES
    },
    "interpolate": _function(
        "nn.Upsample", "input size scale_factor mode align_corners recompute_scale_factor antialias"
    ),
    "pixel_shuffle": _function("nn.PixelShuffle", "input upscale_factor"),
    "pixel_unshuffle": _function("nn.PixelUnshuffle", "input downscale_factor"),
    "channel_shuffle": _function("nn.ChannelShuffle", "input groups"),
    "unfold": _function("nn.Unfold", "input kernel_size dilation padding stride"),
    "fold": _function("nn.Fold", "input output_size kernel_size dilation padding stride"),
    **{name: _function(f"nn.{layer}", "input inplace") for name, layer in {"relu": "ReLU", "silu": "SiLU"}.items()},
    **{name: _function(f"nn.{layer}", "input") for name, layer in {"sigmoid": "Sigmoid", "tanh": "Tanh"}.items()},
    "gelu": _function("nn.GELU", "input approximate"),
    "leaky_relu": _function("nn.LeakyReLU", "input negative_slope inplace"),
    "softmax": _function("nn.Softmax", "input dim"),
    "dropout": _function("nn.Dropout", "input p training inplace"),
    "batch_norm": _function("nn.BatchNorm2d", "input running_mean running_var weight bias training momentum eps"),
    "linear": _function("nn.Linear", "input weight bias"),
    "scaled_dot_product_attention": _function(
        "nn.scaled_dot_product_attention", "query key value attn_mask dropout_p is_causal scale enable_gqa"
    ),
}
"""Of torch.nn.functional."""
OF_PADDLE: dict[str, Function] = {
    **{
        f"conv{n}d": _function(
            f"paddle.nn.Conv{n}D", "x weight bias stride padding dilation groups data_format name", bias="bias_attr"
        )
        for n in AXES
    },
    **{
        f"conv{n}d_transpose": _function(
            f"paddle.nn.Conv{n}DTranspose",
            "x weight bias stride padding output_padding",
            transposed=True,
            bias="bias_attr",
        )
        for n in AXES
    },
    **{
        f"max_pool{n}d": _function(f"paddle.nn.MaxPool{n}D", "x kernel_size stride padding return_mask ceil_mode")
        for n in AXES
    },
    "avg_pool1d": _function("paddle.nn.AvgPool1D", "x kernel_size stride padding exclusive ceil_mode"),
    **{
        f"avg_pool{n}d": _function(
            f"paddle.nn.AvgPool{n}D", "x kernel_size stride padding ceil_mode exclusive divisor_override"
        )
        for n in (2, 3)
    },
    "pixel_shuffle": _function("paddle.nn.PixelShuffle", "x upscale_factor"),
    "pixel_unshuffle": _function("paddle.nn.PixelUnshuffle", "x downscale_factor"),
    "channel_shuffle": _function("paddle.nn.ChannelShuffle", "x groups"),
    "relu": _function("paddle.nn.ReLU", "x"),
}
"""Of paddle.nn.functional. What follows in a transposed convolution has another order for each number of axes."""
OF_MLX: dict[str, Function] = {
    **{
        f"conv{n}d": _function(f"mlx.nn.Conv{n}d", "input weight stride padding dilation groups", order="OKI")
        for n in AXES
    },
    **{
        f"conv_transpose{n}d": _function(
            f"mlx.nn.ConvTranspose{n}d",
            "input weight stride padding dilation output_padding",
            transposed=True,
            order="OKI",
        )
        for n in AXES
    },
}
"""Of mlx.core, whose weights are (outputs, *kernel, inputs)."""
OF_TORCHVISION: dict[str, Function] = {
    "deform_conv2d": _function("torchvision.ops.DeformConv2d", "input offset weight bias stride padding dilation mask")
}
"""Of torchvision.ops."""
WITH_LAYERS: Mapping[str, Mapping[str, Function]] = {
    "torchvision.ops": OF_TORCHVISION,
    "paddle.nn.functional": OF_PADDLE,
    "mlx.core": OF_MLX,
}
"""Functions of other libraries that have a layer of their own, by their modules."""
IN_TORCH = {
    *(f"conv{n}d" for n in AXES),
    *(f"conv_transpose{n}d" for n in AXES),
    *(f"max_pool{n}d" for n in AXES),
    *("avg_pool1d", "adaptive_avg_pool1d", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "relu", "sigmoid"),
    *("tanh", "softmax", "dropout", "batch_norm"),
}
"""Those which torch itself has too."""
