"""Size arithmetic, one axis at a time (Dumoulin and Visin, "A guide to convolution arithmetic for deep learning").

``pad`` is the padding before and after; all numbers are cells.
"""

from __future__ import annotations


def effective_kernel(kernel: int, dilation: int) -> int:
    """k̂ = k + (k − 1)(d − 1) (relationship 15)."""
    return dilation * (kernel - 1) + 1


def conv_size(size: int, window: int, stride: int, pad: tuple[int, int]) -> int:
    """Give o = ⌊(i + 2p − k̂)/s⌋ + 1 (relationships 5 to 7 and 15); less than 1 where no window fits."""
    return (size + sum(pad) - window) // stride + 1


def ceil_size(size: int, window: int, stride: int, pad: tuple[int, int]) -> int:
    """With ``ceil_mode``: ⌈(i + 2p − k̂)/s⌉ + 1, less a last window that would start beyond input and padding before.

    As PyTorch's pooling layers.
    """
    windows = -(-(size + sum(pad) - window) // stride) + 1
    return windows - 1 if (windows - 1) * stride >= size + pad[0] else windows


def transposed_size(size: int, window: int, stride: int, pad: tuple[int, int], extra: int) -> int:
    """Give o' = (i' − 1)s − 2p + k̂ + output_padding (relationship 14, with its a as output_padding)."""
    return (size - 1) * stride - sum(pad) + window + extra


def same_padding(size: int, window: int, stride: int) -> int:
    """The padding of both ends together for which o = ⌈i/s⌉: P = max((o − 1)s + k̂ − i, 0)."""
    return max((-(-size // stride) - 1) * stride + window - size, 0)
