"""At most 256 colours for an animation: flat colours exact, those of blended edges merged to a few, no dithering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Keys = NDArray[np.uint32]
    Counts = NDArray[np.int64]
    Rgb = NDArray[np.int32]
    """(n, 3): red, green, blue."""

COLORS = 64
"""How many colours a palette has at the most, the transparent one included, unless there are more flat ones."""
MOST, SEEN = 256, 1.0
"""The same of an animation with pictures, and how far their colours may be off."""
FAITHFUL = 5.0
"""How far blended colours may be off, as a quadratic mean over their pixels, in levels of 255 for each channel."""


COLOR = np.uint32(0xFFFFFF)
"""The bits of a pixel's number that are its colour."""


def numbers(pixels: Pixels) -> Keys:
    """RGBA (height, width, 4) as one number each, the same memory: alpha · 2²⁴ + blue · 2¹⁶ + green · 2⁸ + red."""
    return pixels.view("<u4")[..., 0]


def keys(pixels: Pixels) -> Keys:
    """One number for each pixel's colour, from opaque RGBA (height, width, 4): blue · 65536 + green · 256 + red."""
    return numbers(pixels) & COLOR


def key(color: str) -> int:
    """A colour like ``#1f77b4`` as a number, red in the lowest byte."""
    red, green, blue = (int(color[k : k + 2], 16) for k in (1, 3, 5))
    return blue << 16 | green << 8 | red


def channels(colors: Keys) -> Rgb:
    """Keys as red, green and blue: (…, 3), from 0 to 255."""
    return np.stack([colors & 255, colors >> 8 & 255, colors >> 16 & 255], axis=-1).astype(np.int32)


class Palette:
    """Colours and a table from every colour met to the nearest of them; index 0 is the transparent one."""

    def __init__(self, colors: Keys) -> None:
        self.colors = np.concatenate([colors[:1], colors]).astype(np.uint32)
        self._rgb = channels(self.colors)
        # Of its 16 MiB only the pages of colours that are met are ever touched.
        self._table = np.zeros(1 << 24, dtype=np.uint8)
        self._table[colors] = np.arange(1, len(self.colors))

    @property
    def bits(self) -> int:
        """The bits of an index; a GIF's palette has at least 2."""
        return max(2, int(len(self.colors) - 1).bit_length())

    @property
    def data(self) -> bytes:
        """The colour table of a GIF, filled up with black."""
        return self._rgb.astype(np.uint8).tobytes().ljust(3 << self.bits, b"\0")

    def indices(self, colors: Keys) -> Pixels:
        """The index of the nearest colour for each; every new colour is looked for once."""
        found = self._table.take(colors)
        if not found.all():
            new = distinct(colors[found == 0])
            self._table[new] = 1 + nearest(channels(new), self._rgb[1:])[0]
            found = self._table.take(colors)
        return found


def distinct(colors: Keys) -> Keys:
    """In ascending order; np.unique does the same, but imports masked arrays first."""
    ordered: Keys = np.sort(colors, axis=None)
    found: Keys = ordered[np.append(True, ordered[1:] != ordered[:-1])]
    return found


def nearest(colors: Rgb, others: Rgb) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Which of the others is nearest to each colour, and the square of how far: whole numbers, the same everywhere."""
    found, off = np.zeros(len(colors), np.intp), np.zeros(len(colors), np.int32)
    for few in (slice(k, k + 4096) for k in range(0, len(colors), 4096)):
        red, green, blue = (np.subtract.outer(colors[few, c], others[:, c]) for c in range(3))
        square = red * red + green * green + blue * blue
        found[few], off[few] = square.argmin(axis=1), square.min(axis=1)
    return found, off


def palette(samples: Iterable[Pixels], flat: Iterable[str], *, pictures: bool = False) -> Palette:
    """A palette from a few frames: all flat colours, and as few others as stand for the blended ones faithfully.

    ``pictures`` says whether some have colours of their own: then there may be as many as a palette has room for.
    """
    exact = np.array(sorted(set(map(key, flat)))[:255], np.uint32)
    colors, counts = blended(samples, exact)
    most, faithful = (MOST, SEEN) if pictures else (COLORS, FAITHFUL)
    others = merged(channels(colors), counts, channels(exact), max(0, most - 1 - len(exact)), faithful)
    return Palette(np.concatenate([exact, np.array(sorted(set(others.tolist()) - set(exact.tolist())), np.uint32)]))


def blended(samples: Iterable[Pixels], exact: Keys) -> tuple[Keys, Counts]:
    """The colours of the samples that are not flat, and how many pixels have them."""
    flat = np.zeros(1 << 24, dtype=bool)
    flat[exact] = True
    found = [np.zeros(0, np.uint32)]
    for sample in samples:
        colors = keys(sample)
        found.append(colors[~flat.take(colors)])
    return np.unique(np.concatenate(found), return_counts=True)


def merged(colors: Rgb, counts: Counts, exact: Rgb, room: int, faithful: float = FAITHFUL) -> Keys:
    """Colours that stand for all others beside the exact ones: what is most amiss gets its own, until all will do.

    Pixels count by their root, so that a rare colour is amiss too, as where a line crosses the window.
    """
    _, off = nearest(colors, exact)
    allowed = 3 * faithful**2 * counts.sum()
    weights = np.sqrt(counts)
    places: list[int] = []
    while len(places) < room and (off * counts).sum() > allowed:
        places.append(int((off * weights).argmax()))
        off = np.minimum(off, nearest(colors, colors[places[-1:]])[1])
    others = colors[places]
    for _ in range(3):
        others = settled(colors, counts, exact, others)
    return (others[:, 0] | others[:, 1] << 8 | others[:, 2] << 16).astype(np.uint32)


def settled(colors: Rgb, counts: Counts, exact: Rgb, others: Rgb) -> Rgb:
    """The same colours, each moved to the mean of those that it stands for."""
    place, _ = nearest(colors, np.concatenate([exact, others]))
    pixels, *sums = (
        np.bincount(place, weights, len(exact) + len(others))[len(exact) :]
        for weights in (counts, *(counts * colors[:, c] for c in range(3)))
    )
    means = np.floor(np.stack(sums, axis=1) / np.maximum(pixels, 1)[:, None] + 0.5).astype(np.int32)
    return np.where(pixels[:, None] > 0, means, others)
