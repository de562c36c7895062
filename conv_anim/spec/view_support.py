"""What each view can show, and why it cannot show the rest: a reason is the end of a sentence about the view."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from conv_anim.spec.model import Input, Node
    from conv_anim.spec.op import Op

    Nodes = tuple[Node, ...]

MOST_NUMBERS = 20_000
"""Cells with a number that a figure may have."""
MOST_MAPS, MOST_NODES = 4, 16
"""Channels of a map, and layers, where each is drawn by itself."""
MOST_DRAWN, MOST_SHADED = 1000, 400_000
"""Cells of all maps of several layers together, with their numbers, and in shades."""
MOST_SHUFFLED = 36
"""Channels of a shuffle that is drawn channel by channel."""


def _chain(nodes: Nodes) -> str | None:
    """Why a view of layers that feed one another cannot show a graph."""
    for k, node in enumerate(nodes):
        if len(node.inputs) > 1 and not node.op.puts_back:
            return f"shows one layer after the other, and {node.op.type} has {len(node.inputs)} inputs"
        if node.inputs[0] != k:
            return f"shows one layer after the other, and {node.op.type} is not fed by the layer before it"
    return None


def _held(nodes: Nodes) -> str | None:
    """Why not all that a layer takes is known from the spec."""
    inputs = len(nodes[0].inputs)
    return None if inputs == 1 else f"shows layers of one input, and {nodes[0].op.type} has {inputs}"


def one_layer(nodes: Nodes) -> str | None:
    """Why a view of one layer cannot show several."""
    return None if len(nodes) == 1 else f"shows one layer, and this spec has {len(nodes)}"


def _other(nodes: Nodes, shown: Callable[[Op], bool]) -> str | None:
    """The first type that a view does not show; what a spec does not name itself is the way back."""
    other = next((node.op for node in nodes if not shown(node.op)), None)
    return None if other is None else "this backward pass" if other.given else other.type


def is_window(op: Op) -> bool:
    """Whether an op slides a window."""
    return op.window is not None


def _windows(nodes: Nodes, *, sparse: bool = False) -> str | None:
    """Why a view of sliding windows cannot show the layers; ``sparse``: it shows windows over active cells too."""
    other = _other(nodes, lambda op: is_window(op) or (sparse and op.sites is not None))
    if other is None:
        return _chain(nodes)
    if any(node.op.sites is not None and node.op.type == other for node in nodes):
        return f"shows windows over whole maps, and {other} reads active cells alone"
    return f"shows sliding windows, and {other} is not one"


def two_axes(input_: Input) -> str | None:
    """Why a view of maps with rows and columns at most cannot show an input."""
    return None if len(input_.size) < 3 else "shows inputs with 1 or 2 axes, and this one has 3"


def _one_axis(input_: Input) -> str | None:
    return None if len(input_.size) == 1 else f"shows inputs with 1 axis, and this one has {len(input_.size)}"


def one_map(input_: Input, nodes: Nodes) -> str | None:
    """Why a view where one map stands for all channels cannot write numbers."""
    many = max(input_.channels, *(node.op.ends.out_channels for node in nodes))
    return None if many == 1 else f"writes the numbers of one channel, and here a map has {many}"


def numbers(input_: Input, nodes: Nodes) -> str | None:
    """Why a view that writes every number cannot; None if it can."""
    cells = prod(input_.size) + sum(prod(node.op.ends.out_size) for node in nodes)
    if cells <= MOST_NUMBERS:
        return None
    return f"writes every number, and this layer has {cells} of them (at most {MOST_NUMBERS})"


def isometric(input_: Input, nodes: Nodes) -> str | None:
    """Why the isometric view cannot show these nodes; None if it can."""
    if any(node.op.sampled is not None for node in nodes):
        return one_layer(nodes) or _held(nodes)
    return _windows(nodes, sparse=True) or two_axes(input_)


def flat(input_: Input, nodes: Nodes) -> str | None:
    """Why the flat view cannot show these nodes; None if it can."""
    if _unpools(nodes):
        return two_axes(input_) or _one_flat_channel(nodes) or _few_maps(input_, nodes)
    if any(node.op.puts_back for node in nodes):
        return "shows a max_unpool last and its max_pool first, with at most one window between them"
    first = nodes[0].op
    if len(nodes) == 1 and first.sites is not None and len(first.ends.in_size) < 3:
        return _few_maps(input_, nodes)
    if len(nodes) == 1 and first.sampled is not None and len(nodes[0].inputs) == 1 and _one_flat_channel(nodes) is None:
        return None
    if len(nodes) == 1 and (is_window(first) or first.interpolation is not None or first.columns is not None):
        shaded = is_window(first) or first.interpolation is not None  # their cells may be
        return two_axes(input_) or _one_flat_channel(nodes) or (None if shaded else numbers(input_, nodes))
    return two_axes(input_) or _few_maps(input_, nodes)


def _few_maps(input_: Input, nodes: Nodes) -> str | None:
    """Why not all channels of all maps can be drawn one by one."""
    maps = [input_.channels, *(node.op.ends.out_channels for node in nodes if node.op.ends.out_size)]
    if max(maps) > MOST_MAPS:
        return f"shows up to {MOST_MAPS} channels, and here a map has {max(maps)}"
    if len(nodes) > MOST_NODES:
        return f"shows up to {MOST_NODES} layers, and this spec has {len(nodes)}"
    if any(len(node.op.ends.out_size) > 2 for node in nodes):
        return "shows maps with 1 or 2 axes, and here is one with 3"
    cells = prod(input_.size) * input_.channels
    cells += sum(prod(node.op.ends.out_size) * node.op.ends.out_channels for node in nodes)
    if cells <= MOST_SHADED:
        return None
    return f"shows every cell of several layers, and here are {cells} of them (at most {MOST_SHADED})"


def _unpools(nodes: Nodes) -> bool:
    """Whether the layers are a max pool and what takes it back, with at most one window between them."""
    last, between = nodes[-1], nodes[1:-1]
    if not last.op.puts_back or last.inputs[1] != 1 or _chain(nodes) is not None:
        return False
    windows = (node.op.window for node in between)
    return len(between) < 2 and all(window is not None and not window.transposed for window in windows)


def _one_flat_channel(nodes: Nodes) -> str | None:
    """Why not all maps are single ones; the rows of windows in columns are no channels."""
    maps = [node.op.ends.in_channels for node in nodes if node.op.columns is None or node.op.columns.made]
    maps += [node.op.ends.out_channels for node in nodes if node.op.columns is None or not node.op.columns.made]
    if max(maps) > 1:
        return f"shows one channel, and this layer has {max(maps)}"
    deep = any(len(node.op.ends.out_size) > 2 for node in nodes)
    return "shows outputs with 1 or 2 axes, and this one has 3" if deep else None


def channels(input_: Input, nodes: Nodes) -> str | None:
    """Why the channels view cannot show these nodes; None if it can."""
    other = _other(nodes, lambda op: is_window(op) or _moves_channels(op) or op.interpolation is not None)
    if other is not None:
        return f"shows windows, shuffles and upsampling, and {other} is none of them"
    first = nodes[0].op
    many = max(first.ends.in_channels, first.ends.out_channels)
    if _moves_channels(first) and many > MOST_SHUFFLED:
        return f"shows every channel of a shuffle, and here are {many} (at most {MOST_SHUFFLED})"
    return one_layer(nodes) or two_axes(input_)


def _moves_channels(op: Op) -> bool:
    return op.dealt is not None or op.woven is not None


def volume(input_: Input, nodes: Nodes) -> str | None:
    """Why the volume view cannot show these nodes; None if it can."""
    del input_
    other = _other(nodes, lambda op: is_window(op) or op.dealt is not None or op.interpolation is not None)
    if other is None:
        return _chain(nodes)
    return f"shows windows, channel shuffles and upsampling, and {other} is none of them"


def matrix(input_: Input, nodes: Nodes) -> str | None:
    """Why the matrix view cannot show these nodes; None if it can."""
    op = nodes[0].op
    window = op.window or op.sampled
    if len(nodes) == 1 and op.attends is not None:
        return _pairs(prod(input_.size) ** 2 * op.attends.heads)
    if len(nodes) > 1 or window is None:
        return one_layer(nodes) or _windows(nodes)
    if op.sampled is not None and len(nodes[0].inputs) > 1:
        return _held(nodes)
    if window.reduce in {"max", "norm"}:
        return f"shows linear layers, and a {'maximum' if window.reduce == 'max' else 'norm'} is not one"
    return _pairs(prod(input_.size) * input_.channels * prod(op.ends.out_size) * op.ends.out_channels)


def _pairs(entries: int) -> str | None:
    """Why a matrix is not shown with all its entries."""
    if entries <= MOST_NUMBERS:
        return None
    return f"shows the whole matrix, and this one has {entries} entries (at most {MOST_NUMBERS})"


def sequence(input_: Input, nodes: Nodes) -> str | None:
    """Why the sequence view cannot show these nodes; None if it can."""
    other = _other(nodes, lambda op: is_window(op) or op.attends is not None)
    if other is not None:
        return f"shows sliding windows and attention, and {other} is none of them"
    return _chain(nodes) or _one_axis(input_)


def streams(op: Op) -> str | None:
    """Why an op with one axis cannot be computed while its input arrives: the end of a sentence. None if it can be."""
    attends = op.attends
    if attends is not None:
        return None if attends.causal else f"{op.type} looks at cells that come later"
    if op.window is None:
        return None
    axis = op.window.axes[0]
    if axis.mode == "circular" and (axis.before > 0 or axis.after > 0):
        return "circular padding before the first cell repeats the last ones"
    if axis.mode != "zeros" and axis.after > 0:
        return f"{axis.mode} padding after the last cell repeats cells without knowing where the sequence ends"
    return None
