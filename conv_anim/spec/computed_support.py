"""What the views of how a layer is computed can show, and why they cannot show the rest."""

from __future__ import annotations

from math import ceil, prod
from typing import TYPE_CHECKING

from conv_anim.spec import view_support
from conv_anim.spec.view_support import MOST_NUMBERS

if TYPE_CHECKING:
    from conv_anim.spec.model import Input
    from conv_anim.spec.view_support import Nodes
    from conv_anim.spec.view_values import FourierView, GemmView
    from conv_anim.tracing.operators import Operator

MOST_TILES = 2000
"""Steps of a walk through the tiles of a product."""
MOST_CELLS = 1024
"""Cells that are transformed, and outputs that are computed in tiles."""


def _convolution(nodes: Nodes) -> str | None:
    """Why a view of how a convolution is computed cannot show the layers."""
    op = nodes[0].op
    if len(nodes) > 1:
        return view_support.one_layer(nodes)
    window = op.window
    what = "this backward pass" if op.given or op.roles[2] != "output" else op.type
    if window is None or not window.weighs:
        return f"shows convolutions, and {what} is not one"
    if window.transposed:
        return f"shows convolutions, and {what} is a transposed one"
    return None


def gemm(input_: Input, nodes: Nodes) -> str | None:
    """Why the gemm view cannot show these nodes; None if it can."""
    why = _convolution(nodes) or view_support.two_axes(input_)
    window = nodes[0].op.window
    if why is not None or window is None:
        return why
    depth = prod(window.kernel_size) * window.in_channels
    entries = depth * prod(window.out_size) + depth * window.out_channels + prod(window.out_size) * window.out_channels
    if entries <= MOST_NUMBERS:
        return None
    return f"shows all entries of its matrices, and here are {entries} of them (at most {MOST_NUMBERS})"


def gemm_wrong(view: GemmView, _input: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with the gemm view's options."""
    window = nodes[0].op.window
    if view.tile is None or window is None:
        return None
    channels, places = window.out_channels // window.groups, prod(window.out_size)
    depth = prod(window.kernel_size) * window.in_channels // window.groups
    sides = (places, channels, depth) if view.layout == "nhwc" else (channels, places, depth)
    steps = window.groups * prod(ceil(side / size) for side, size in zip(sides, view.tile, strict=True))
    if steps <= MOST_TILES:
        return None
    return f"this 'tile' makes {steps} steps (at most {MOST_TILES})", "larger tiles"


def winograd(input_: Input, nodes: Nodes) -> str | None:
    """Why the winograd view cannot show these nodes; None if it can."""
    why = _convolution(nodes)
    window = nodes[0].op.window
    if why is not None or window is None:
        return why
    if len(input_.size) != 2:
        return f"shows inputs with 2 axes, and this one has {len(input_.size)}"
    return (
        _sized(window)
        or _each(window, "stride", "its tiles share their sums only where windows are 1 apart")
        or _each(window, "dilation", "its tiles are of cells that touch")
        or _one_channel(window)
        or _few(prod(window.out_size), "outputs")
    )


def fft(input_: Input, nodes: Nodes) -> str | None:
    """Why the fft view cannot show these nodes; None if it can."""
    why = _convolution(nodes) or view_support.two_axes(input_)
    window = nodes[0].op.window
    if why is not None or window is None:
        return why
    stride = _each(window, "stride", "a transform computes every place of the window")
    return stride or _one_channel(window) or _few(prod(axis.transform for axis in window.axes), "transformed cells")


def fft_wrong(view: FourierView, _input: Input, nodes: Nodes) -> tuple[str, str] | None:
    """What is wrong with the fft view's options."""
    window = nodes[0].op.window
    if not view.wrap or window is None:
        return None
    for axis in window.axes:
        if axis.size & (axis.size - 1):
            return f"'wrap' transforms the input as it is: its sides must be powers of two, and here is {axis.size}", (
                "another size of the input, or leave 'wrap' out"
            )
        if axis.count > axis.size:
            return f"'wrap' has no room for {axis.count} outputs: the input has {axis.size} cells along an axis", (
                "less padding, or leave 'wrap' out"
            )
        if axis.effective_kernel > axis.size:
            covers = axis.effective_kernel
            return f"'wrap' has no room for a kernel that covers {covers} of {axis.size} cells", "leave 'wrap' out"
    return None


def _sized(window: Operator) -> str | None:
    """Why a kernel does not fit F(2×2, 3×3)."""
    if window.kernel_size == (3, 3):
        return None
    return f"shows F(2×2, 3×3), which is for 3×3 kernels, and this one is {'×'.join(map(str, window.kernel_size))}"


def _each(window: Operator, name: str, why: str) -> str | None:
    """Why a setting has to be 1."""
    other = next((getattr(axis, name) for axis in window.axes if getattr(axis, name) != 1), None)
    return None if other is None else f"shows {name} 1, and this is {other}: {why}"


def _one_channel(window: Operator) -> str | None:
    """Why only one channel is shown."""
    most = max(window.in_channels, window.out_channels)
    return None if most == 1 else f"shows one channel, and this layer has {most}"


def _few(count: int, what: str) -> str | None:
    """Why not as many cells are shown."""
    return None if count <= MOST_CELLS else f"shows at most {MOST_CELLS} {what}, and here are {count}"
