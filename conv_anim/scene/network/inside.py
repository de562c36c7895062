"""What is inside the boxes of a network: each kind of window as a small spec of its own, on one channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conv_anim.scene.network import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conv_anim.scene.network.plan import Item
    from conv_anim.scene.wording.language import Language
    from conv_anim.spec.network import NetNode

LEAST, MOVES = {1: 6, 2: 5, 3: 3}, {1: 4, 2: 2, 3: 1}
"""Cells of an input, and moves of the window that show how it goes, along each axis, by the number of axes."""
MOST = {1: 64, 2: 24, 3: 8}
"""Cells along an axis up to which a window can be followed."""
POOLS = {"max_pool", "avg_pool", "lp_pool"}

Mapping = dict[str, Any]


def specs(items: Sequence[Item], say: Language) -> tuple[list[Mapping], dict[int, int]]:
    """Specs, each once, and by the number of an item which of them is its own."""
    found: list[Mapping] = []
    own: dict[int, int] = {}
    for item in items:
        spec = _spec(item.node, say)
        if spec is not None:
            if spec not in found:
                found.append(spec)
            own[item.number] = found.index(spec)
    return found, own


def _spec(node: NetNode, say: Language) -> Mapping | None:
    """The spec of a node's window; None if it has none, or one that is too large to be followed."""
    layer = _layer(node)
    axes = len(node.size) or (0 if node.window is None else len(node.window.kernel_size))
    if layer is None or axes not in LEAST:
        return None
    size = [_cells(node, a, axes) for a in range(axes)]
    if max(size) > MOST[axes]:
        return None
    title = " ".join(filter(None, (wording.kind(node, say), wording.kernel(node, say))))
    view = {"view": "flat"} if axes < 3 else {}
    return {"title": title, "input": {"size": size}, "layer": layer, **view, "lang": say.lang}


def _layer(node: NetNode) -> Mapping | None:
    """The layer with one channel."""
    window = node.window
    if node.role.whole:
        return {"type": node.type}
    if window is None or window.padding is None:
        return None
    is_pool = node.type in POOLS
    if window.transposed and is_pool:
        return None
    kind = node.type if is_pool else "conv_transpose" if window.transposed else "conv"
    layer = {
        "type": kind,
        "kernel_size": list(window.kernel_size),
        "stride": list(window.stride),
        "padding": [list(pair) for pair in window.padding],
    }
    return layer | ({"dilation": list(window.dilation)} if set(window.dilation) != {1} else {})


def _cells(node: NetNode, a: int, axes: int) -> int:
    """The input's cells along an axis: enough for some moves of the window."""
    window = node.window
    if node.role.whole or window is None:
        return LEAST[axes] - 1
    if window.transposed:
        return 3
    before, after = (0, 0) if window.padding is None else window.padding[a]
    reach = window.dilation[a] * (window.kernel_size[a] - 1) + 1
    return max(LEAST[axes], reach + MOVES[axes] * window.stride[a] - before - after)
