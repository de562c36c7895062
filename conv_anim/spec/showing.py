"""What each view can show, and why it cannot show the rest: a reason is the end of a sentence about the view."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from conv_anim.spec.model import (
    ChannelShuffle,
    Conv,
    ConvTranspose,
    Fold,
    MaxUnpool,
    PixelShuffle,
    PixelUnshuffle,
    Pool,
    Unfold,
    Upsample,
)

if TYPE_CHECKING:
    from conv_anim.spec.model import Input, Layer

MOST_NUMBERS = 20_000
"""Cells with a number that a figure may have."""
MOST_SHUFFLED = 36
"""Channels of a shuffle that is drawn channel by channel."""


def _one_layer(layers: tuple[Layer, ...]) -> str | None:
    return None if len(layers) == 1 else f"shows one layer, and this spec has {len(layers)}"


WINDOWED = (Conv, ConvTranspose, Pool)


def _windows(layers: tuple[Layer, ...]) -> str | None:
    """Why a view of sliding windows cannot show the layers."""
    other = next((layer for layer in layers if not isinstance(layer, WINDOWED)), None)
    return None if other is None else f"shows sliding windows, and {name_of(other)} is none"


def name_of(layer: Layer) -> str:
    """The type of a layer as a spec writes it."""
    if isinstance(layer, Pool):
        return {"max": "max_pool", "mean": "avg_pool", "norm": "lp_pool"}[layer.reduce]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(layer).__name__).lower()


def _two_axes(input_: Input) -> str | None:
    return None if len(input_.size) < 3 else "shows inputs with 1 or 2 axes, and this one has 3"


def _one_axis(input_: Input) -> str | None:
    return None if len(input_.size) == 1 else f"shows inputs with 1 axis, and this one has {len(input_.size)}"


def one_map(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    """Why a view where one map stands for all channels cannot write numbers."""
    many = max(input_.channels, *(layer.ends.out_channels for layer in layers))
    return None if many == 1 else f"writes the numbers of one channel, and here a map has {many}"


def numbers(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    cells = prod(input_.size) + sum(prod(layer.ends.out_size) for layer in layers)
    if cells <= MOST_NUMBERS:
        return None
    return f"writes every number, and this layer has {cells} of them (at most {MOST_NUMBERS})"


def isometric(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    return _windows(layers) or _two_axes(input_)


def flat(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    if _unpools(layers):
        return _two_axes(input_) or _one_flat_channel(layers) or numbers(input_, layers)
    if any(isinstance(layer, MaxUnpool) for layer in layers):
        return "shows a max_unpool last and its max_pool first, with at most one window between them"
    other = next((layer for layer in layers if not isinstance(layer, (*WINDOWED, Upsample, Unfold, Fold))), None)
    if other is not None:
        return f"shows windows, upsampling, unfold and fold, and {name_of(other)} is none of them"
    return _one_layer(layers) or _two_axes(input_) or _one_flat_channel(layers) or numbers(input_, layers)


def _unpools(layers: tuple[Layer, ...]) -> bool:
    """Whether the layers are a max pool and what takes it back, with at most one window between them."""
    last, between = layers[-1], layers[1:-1]
    if not isinstance(last, MaxUnpool) or last.pool != 0:
        return False
    return len(between) < 2 and all(isinstance(layer, Conv | Pool) for layer in between)


def _one_flat_channel(layers: tuple[Layer, ...]) -> str | None:
    """Why not all maps are single ones; the rows of windows in columns are no channels."""
    maps = [1 if isinstance(layer, Fold) else layer.ends.in_channels for layer in layers]
    maps += [1 if isinstance(layer, Unfold) else layer.ends.out_channels for layer in layers]
    if max(maps) > 1:
        return f"shows one channel, and this layer has {max(maps)}"
    deep = any(len(layer.ends.out_size) > 2 for layer in layers)
    return "shows outputs with 1 or 2 axes, and this one has 3" if deep else None


def channels(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    shuffles = (ChannelShuffle, PixelShuffle, PixelUnshuffle)
    other = next((layer for layer in layers if not isinstance(layer, (*WINDOWED, *shuffles, Upsample))), None)
    if other is not None:
        return f"shows windows, shuffles and upsampling, and {name_of(other)} is none of them"
    many = max(layers[0].ends.in_channels, layers[0].ends.out_channels)
    if isinstance(layers[0], shuffles) and many > MOST_SHUFFLED:
        return f"shows every channel of a shuffle, and here are {many} (at most {MOST_SHUFFLED})"
    return _one_layer(layers) or _two_axes(input_) or numbers(input_, layers)


def volume(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    del input_
    other = next((layer for layer in layers if not isinstance(layer, (*WINDOWED, ChannelShuffle, Upsample))), None)
    if other is None:
        return None
    return f"shows windows, channel shuffles and upsampling, and {name_of(other)} is none of them"


def matrix(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    if len(layers) > 1 or _windows(layers) is not None:
        return _one_layer(layers) or _windows(layers)
    ends = layers[0].ends
    if isinstance(layers[0], Pool) and layers[0].reduce != "mean":
        return f"shows linear layers, and a {'maximum' if layers[0].reduce == 'max' else 'norm'} is none"
    entries = prod(input_.size) * input_.channels * prod(ends.out_size) * ends.out_channels
    if entries <= MOST_NUMBERS:
        return None
    return f"shows the whole matrix, and this one has {entries} entries (at most {MOST_NUMBERS})"


def sequence(input_: Input, layers: tuple[Layer, ...]) -> str | None:
    return _windows(layers) or _one_axis(input_)
