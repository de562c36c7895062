"""Pictures of cells as pixels: each pixel has the colour of the cell that it lies in, or the mean of several."""

from __future__ import annotations

import zlib
from base64 import b64encode
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np

from conv_anim.painting.snapping import aligned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from conv_anim.painting.engine import Pixels
    from conv_anim.scene.primitives import Mosaic

SAMPLES = 4
"""Along each side of a pixel, where cells are smaller or slanted."""
MOST = 12
"""The same, of cells that are much smaller than a pixel."""


def array(item: Mosaic) -> NDArray[np.uint8]:
    """The colours of its cells, (rows, columns, 3)."""
    return np.frombuffer(item.colors, np.uint8).reshape(item.rows, item.columns, 3)


def lay(pixels: Pixels, item: Mosaic) -> None:
    """Lay a picture on opaque pixels (height, width, 4)."""
    item = aligned(item)
    (left, right), (top, bottom) = _extent(item, pixels.shape)
    if left >= right or top >= bottom:
        return
    samples = _samples(item)
    if samples == 1:
        pixels[top:bottom, left:right, :3] = _upright(item, slice(left, right), slice(top, bottom))
        return
    total, covered = np.zeros((bottom - top, right - left, 3)), np.zeros((bottom - top, right - left, 1))
    colors, offsets = array(item), (np.arange(samples) + 0.5) / samples
    for dy in offsets:
        for dx in offsets:
            rows, columns, inside = _cells(item, np.arange(left, right) + dx, np.arange(top, bottom)[:, None] + dy)
            total += np.where(inside[..., None], colors[rows, columns], 0)
            covered += inside[..., None]
    there = pixels[top:bottom, left:right, :3]
    count = samples**2
    there[:] = np.floor((total + (count - covered) * there) / count + 0.5).astype(np.uint8)


def _extent(item: Mosaic, shape: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The pixels that it may touch: columns and rows, from the first to behind the last."""
    xs, ys = zip(*item.ring, strict=True)
    sides = ((min(xs), max(xs), shape[1]), (min(ys), max(ys), shape[0]))
    (left, right), (top, bottom) = ((max(0, floor(low)), min(most, ceil(high))) for low, high, most in sides)
    return (left, right), (top, bottom)


def _upright(item: Mosaic, xs: slice, ys: slice) -> NDArray[np.uint8]:
    """The colours of whole pixels, all of which lie in the picture: (height, width, 3), or fewer that are the same."""
    colors = array(item)
    if item.rows == item.columns == 1:
        return colors
    wide, high = item.across[0], item.down[1]
    along, down = ((np.arange(each.start, each.stop) + 0.5) for each in (xs, ys))
    columns = ((along - item.corner[0]) * high / (wide * high)).astype(np.intp)
    rows = ((down - item.corner[1]) * wide / (wide * high)).astype(np.intp)
    return colors[rows[:, None], columns]


def _samples(item: Mosaic) -> int:
    """One for whole cells of whole pixels; more, the smaller cells are."""
    smallest = min(max(map(abs, item.across)), max(map(abs, item.down)))
    if item.upright and smallest >= 1:
        return 1
    return min(MOST, max(SAMPLES, ceil(2 / max(smallest, 1e-6))))


def _cells(
    item: Mosaic, x: NDArray[np.floating[Any]], y: NDArray[np.floating[Any]]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """For points the row and the column of their cell, and whether they lie in the picture."""
    (ax, ay), (dx, dy) = item.across, item.down
    area = ax * dy - ay * dx
    px, py = x - item.corner[0], y - item.corner[1]
    columns = np.floor((px * dy - py * dx) / area).astype(np.intp)
    rows = np.floor((py * ax - px * ay) / area).astype(np.intp)
    inside = (rows >= 0) & (rows < item.rows) & (columns >= 0) & (columns < item.columns)
    return np.clip(rows, 0, item.rows - 1), np.clip(columns, 0, item.columns - 1), inside


# as a file inside another


def data_uri(item: Mosaic) -> str:
    """A PNG of one pixel for each cell, as an address."""
    return f"data:image/png;base64,{b64encode(png(item)).decode('ascii')}"


def png(item: Mosaic) -> bytes:
    """A PNG of one pixel for each cell: RGB, 8 bits, no filters."""
    header = item.columns.to_bytes(4) + item.rows.to_bytes(4) + b"\x08\x02\0\0\0"
    wide = 3 * item.columns
    rows = b"".join(b"\0" + item.colors[k : k + wide] for k in range(0, len(item.colors), wide))
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
