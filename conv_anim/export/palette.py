"""At most 256 colours for an animation: flat colours exact, those of blended edges merged to a few, no dithering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Keys = NDArray[np.uint32]

COLORS = 64
"""How many colours a palette has at the most, the transparent one included, unless there are more flat ones."""


def keys(pixels: Pixels) -> Keys:
    """One number for each pixel's colour, from opaque RGBA (height, width, 4): blue · 65536 + green · 256 + red."""
    return pixels.view("<u4")[..., 0] & np.uint32(0xFFFFFF)


def key(color: str) -> int:
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return blue << 16 | green << 8 | red


def channels(colors: Keys) -> NDArray[np.int32]:
    """(n, 3): red, green, blue."""
    return np.stack([colors & 255, colors >> 8 & 255, colors >> 16 & 255], axis=-1).astype(np.int32)


class Palette:
    """Colours and a table from every colour met to the nearest of them; index 0 is the transparent one."""

    def __init__(self, colors: Keys) -> None:
        self.colors = np.concatenate([colors[:1], colors]).astype(np.uint32)
        self._rgb = channels(self.colors)
        self._table = np.zeros(1 << 24, dtype=np.uint8)
        self._table[colors] = np.arange(1, len(self.colors))

    @property
    def bits(self) -> int:
        """Of an index; GIF knows no palette of fewer than 2 bits."""
        return max(2, int(len(self.colors) - 1).bit_length())

    @property
    def data(self) -> bytes:
        """The colour table of a GIF, filled up with black."""
        return self._rgb.astype(np.uint8).tobytes().ljust(3 << self.bits, b"\0")

    def indices(self, colors: Keys) -> Pixels:
        """The index of the nearest colour for each; every new colour is looked for once."""
        found = self._table[colors]
        if not found.all():
            new = np.unique(colors[found == 0])
            self._table[new] = self._nearest(new)
            found = self._table[colors]
        return found

    def _nearest(self, colors: Keys) -> NDArray[np.intp]:
        return np.concatenate([self._nearest_few(colors[k : k + 4096]) for k in range(0, len(colors), 4096)])

    def _nearest_few(self, colors: Keys) -> NDArray[np.intp]:
        distance = ((channels(colors)[:, None, :] - self._rgb[None, 1:, :]) ** 2).sum(axis=2)
        nearest: NDArray[np.intp] = distance.argmin(axis=1)
        return nearest + 1


def palette(samples: Iterable[Pixels], flat: Iterable[str]) -> Palette:
    """A palette from a few frames: all flat colours, and the best of the others."""
    exact = np.unique(np.array(sorted(map(key, flat)), dtype=np.uint32))[:255]
    merged = np.zeros(0, dtype=np.uint32)
    colors, counts = blended(samples, exact)
    room = max(0, COLORS - 1 - len(exact))
    if len(colors) and room:
        merged = np.setdiff1d(merge(colors, counts, room), exact)
    return Palette(np.concatenate([exact, merged]))


def blended(samples: Iterable[Pixels], exact: Keys) -> tuple[Keys, NDArray[np.int64]]:
    """The colours of the samples that are not flat, and how many pixels have them."""
    counts = np.zeros(1 << 24, dtype=np.uint32)
    for sample in samples:
        colors, number = np.unique(keys(sample), return_counts=True)
        counts[colors] += number.astype(np.uint32)
    counts[exact] = 0
    colors = np.flatnonzero(counts).astype(np.uint32)
    return colors, counts[colors].astype(np.int64)


def merge(colors: Keys, counts: NDArray[np.int64], room: int) -> Keys:
    """So many colours that stand for all: median cut, then each moved twice to the mean of those it stands for."""
    if len(colors) <= room:
        return colors
    strip = np.repeat(channels(colors), np.ceil(np.sqrt(counts)).astype(int), axis=0).astype(np.uint8)
    cut = Image.fromarray(strip[None]).quantize(room, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    centers = np.array(cut.getpalette(), dtype=float).reshape(-1, 3)[:room]
    rgb = channels(colors).astype(float)
    for _ in range(2):
        nearest = ((rgb[:, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
        total = np.bincount(nearest, weights=counts, minlength=len(centers))
        sums = np.stack([np.bincount(nearest, rgb[:, c] * counts, len(centers)) for c in range(3)], axis=1)
        centers = np.where(total[:, None] > 0, sums / np.maximum(total, 1)[:, None], centers)
    rounded = np.round(centers).astype(np.uint32)
    return np.unique(rounded[:, 0] | rounded[:, 1] << 8 | rounded[:, 2] << 16)
