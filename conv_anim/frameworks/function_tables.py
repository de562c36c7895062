"""Functions of PyTorch, PaddlePaddle, MLX and torchvision, and the layers that compute the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def _function(layer: str, parameters: str, **more: Any) -> Function:
    return Function(tuple(parameters.split()), layer, **more)


def _each(name: str, layer: str, parameters: str, axes: Sequence[int] = AXES, **more: Any) -> dict[str, Function]:
    """One for each number of axes, which stands in both names."""
    return {name.format(n): _function(layer.format(n), parameters, **more) for n in axes}


POOLED = "input kernel_size stride padding"
MOVED = "input weight bias stride padding"
TORCH: dict[str, Function] = {
    **_each("conv{}d", "nn.Conv{}d", f"{MOVED} dilation groups"),
    **_each("conv_transpose{}d", "nn.ConvTranspose{}d", f"{MOVED} output_padding groups dilation", transposed=True),
    **_each("max_pool{}d", "nn.MaxPool{}d", f"{POOLED} dilation ceil_mode return_indices"),
    "avg_pool1d": _function("nn.AvgPool1d", f"{POOLED} ceil_mode count_include_pad"),
    **_each("avg_pool{}d", "nn.AvgPool{}d", f"{POOLED} ceil_mode count_include_pad divisor_override", (2, 3)),
    **_each("lp_pool{}d", "nn.LPPool{}d", "input norm_type kernel_size stride ceil_mode"),
    **_each("adaptive_avg_pool{}d", "nn.AdaptiveAvgPool{}d", "input output_size"),
    **_each("adaptive_max_pool{}d", "nn.AdaptiveMaxPool{}d", "input output_size return_indices"),
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
    **_each(
        "conv{}d",
        "paddle.nn.Conv{}D",
        "x weight bias stride padding dilation groups data_format name",
        bias="bias_attr",
    ),
    **_each(
        "conv{}d_transpose",
        "paddle.nn.Conv{}DTranspose",
        "x weight bias stride padding output_padding",
        transposed=True,
        bias="bias_attr",
    ),
    **_each("max_pool{}d", "paddle.nn.MaxPool{}D", "x kernel_size stride padding return_mask ceil_mode"),
    "avg_pool1d": _function("paddle.nn.AvgPool1D", "x kernel_size stride padding exclusive ceil_mode"),
    **_each(
        "avg_pool{}d",
        "paddle.nn.AvgPool{}D",
        "x kernel_size stride padding ceil_mode exclusive divisor_override",
        (2, 3),
    ),
    "pixel_shuffle": _function("paddle.nn.PixelShuffle", "x upscale_factor"),
    "pixel_unshuffle": _function("paddle.nn.PixelUnshuffle", "x downscale_factor"),
    "channel_shuffle": _function("paddle.nn.ChannelShuffle", "x groups"),
    "relu": _function("paddle.nn.ReLU", "x"),
}
"""Of paddle.nn.functional. What follows in a transposed convolution has another order for each number of axes."""
OF_MLX: dict[str, Function] = {
    **_each("conv{}d", "mlx.nn.Conv{}d", "input weight stride padding dilation groups", order="OKI"),
    **_each(
        "conv_transpose{}d",
        "mlx.nn.ConvTranspose{}d",
        "input weight stride padding dilation output_padding",
        transposed=True,
        order="OKI",
    ),
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
