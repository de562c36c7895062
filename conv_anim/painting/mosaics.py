"""Pictures of cells as pixels: each pixel has the colour of the cell that it lies in, or the mean of several."""

from __future__ import annotations

import zlib
from base64 import b64encode
from math import ceil, floor
from typing import TYPE_CHECKING

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
TOGETHER = 2**16
"""Points that are looked at together."""
SLACK = 1e-6
"""In cells, for the rounding of floats."""


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
    y, x = np.nonzero(_touched(item, np.arange(left, right) + 0.5, np.arange(top, bottom)[:, None] + 0.5))
    some = max(1, TOGETHER // samples**2)
    for k in range(0, len(x), some):
        _blend(pixels, item, x[k : k + some] + left, y[k : k + some] + top, samples)


def _blend(pixels: Pixels, item: Mosaic, x: NDArray[np.intp], y: NDArray[np.intp], samples: int) -> None:
    """Lay what a picture shows in some pixels on them."""
    offsets = (np.arange(samples) + 0.5) / samples
    rows, columns, inside = _cells(item, x[:, None, None] + offsets, y[:, None, None] + offsets[:, None])
    total = (array(item)[rows, columns] * inside[..., None]).sum(axis=(1, 2), dtype=np.int64)
    there, count = pixels[y, x, :3], samples**2
    left = count - inside.sum(axis=(1, 2), dtype=np.int64)[:, None]
    pixels[y, x, :3] = np.floor((total + left * there) / count + 0.5).astype(np.uint8)


def _extent(item: Mosaic, shape: tuple[int, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The pixels that it may touch: columns and rows, from the first to behind the last."""
    xs, ys = zip(*item.ring, strict=True)
    sides = ((min(xs), max(xs), shape[1]), (min(ys), max(ys), shape[0]))
    (left, right), (top, bottom) = ((max(0, floor(low)), min(most, ceil(high))) for low, high, most in sides)
    return (left, right), (top, bottom)


def _upright(item: Mosaic, xs: slice, ys: slice) -> NDArray[np.uint8]:
    """The colours of whole pixels that all lie in the picture: (height, width, 3), or fewer that are the same."""
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


def _touched(item: Mosaic, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Whether any of a pixel, given by its middle, may lie in the picture: of a slanted one's frame most does not."""
    (ax, ay), (dx, dy) = item.across, item.down
    area = 2 * abs(ax * dy - ay * dx)
    across, down = _places(item, x, y)
    beside, above = (abs(dx) + abs(dy)) / area + SLACK, (abs(ax) + abs(ay)) / area + SLACK
    wide = (across > -beside) & (across < item.columns + beside)
    return wide & (down > -above) & (down < item.rows + above)


def _places(
    item: Mosaic, x: NDArray[np.floating], y: NDArray[np.floating]
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """How many cells across and down a point is from the corner."""
    (ax, ay), (dx, dy) = item.across, item.down
    area = ax * dy - ay * dx
    px, py = x - item.corner[0], y - item.corner[1]
    return (px * dy - py * dx) / area, (py * ax - px * ay) / area


def _cells(
    item: Mosaic, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """For points the row and the column of their cell, and whether they lie in the picture; of others 0."""
    across, down = _places(item, x, y)
    columns, rows = np.floor(across).astype(np.intp), np.floor(down).astype(np.intp)
    inside = (rows >= 0) & (rows < item.rows) & (columns >= 0) & (columns < item.columns)
    return rows * inside, columns * inside, inside


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
