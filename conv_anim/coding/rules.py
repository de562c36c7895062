"""What PyTorch and Keras refuse, which a spec allows: asked by what reads their layers, and by what writes them.

Each answers with what is wrong, None if nothing is. Checked against torch 2.13 and keras 3.15.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv_anim.spec.model import Padding, Size


def torch_pool(kernel: Size, padding: Padding) -> str | None:
    """What PyTorch does not allow of max and average pools."""
    for k, (before, after) in zip(kernel, padding, strict=True):
        if before != after:
            return "PyTorch pads a pool by as many cells on both sides"
        if before > k // 2:
            what = f"PyTorch pads a pool by at most half of kernel_size, {k // 2}, whatever its dilation"
            return f"{what}; this is {before}"
    return None


def torch_avg_pool(kernel: Size, size: Size) -> str | None:
    """What PyTorch does not allow of ``AvgPool3d``, which looks at the map without its padding."""
    if len(kernel) == 3 and any(k > n for k, n in zip(kernel, size, strict=True)):
        return "PyTorch's AvgPool3d takes no window that is larger than the map, whatever its padding"
    return None


def torch_same(stride: Size) -> str | None:
    """What PyTorch does not allow of a convolution with padding "same"."""
    return "PyTorch has padding 'same' only with stride 1" if max(stride) > 1 else None


def keras_conv(stride: Size, dilation: Size) -> str | None:
    """Of ``Conv1D`` to ``Conv3D`` and ``Conv1DTranspose`` to ``Conv3DTranspose``, not of depthwise ones."""
    if max(stride) > 1 and max(dilation) > 1:
        return "Keras has no convolution with strides above 1 and a dilation_rate above 1"
    return None


def keras_output_padding(extra: Size, stride: Size) -> str | None:
    """What Keras does not allow of a transposed convolution with an output padding."""
    for more, s in zip(extra, stride, strict=True):
        if more >= s:
            return f"Keras takes an output_padding that is less than the strides, here {s}; this is {more}"
    return None
