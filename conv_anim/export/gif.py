"""GIF (the 89a specification): one palette, and for each frame what changed; unchanged pixels are transparent.

The container is written here, because Pillow's own writer searches every frame for what changed and gives each image
the full eight bits; the compression (LZW) is Pillow's.
"""

from __future__ import annotations

from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from conv_anim.export.palette import Palette, keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

SHORTEST, LONGEST = 2, 0xFFFF
"""Centiseconds: viewers slow down frames that are shown for a shorter time, and there is no room for a longer one."""
TRANSPARENT = 0


class Patch(NamedTuple):
    """What a frame changes: palette indices (height, width) and where they go; its time in milliseconds."""

    x: int
    y: int
    indices: Pixels
    time: int


def encode(frames: Iterable[tuple[Pixels, int]], *, palette: Palette, loop: int, comment: str) -> bytes:
    """A GIF of frames, opaque RGBA (height, width, 4), each with its time in milliseconds; ``loop`` 0 is for ever."""
    out = BytesIO()
    for number, patch in enumerate(patches(frames, palette)):
        if number == 0:
            height, width = patch.indices.shape
            out.write(header(width, height, palette))
            out.write(b"" if loop == 1 else looping(loop))
            out.write(commented(comment))
        out.write(image(patch, palette.bits))
    out.write(b";")
    return out.getvalue()


def patches(frames: Iterable[tuple[Pixels, int]], palette: Palette) -> Iterable[Patch]:
    """The changes from frame to frame; frames that look the same become one that is shown longer."""
    before: NDArray[np.uint8] | None = None
    pending: Patch | None = None
    seen: NDArray[np.uint32] | None = None
    for pixels, time in frames:
        colors = keys(pixels)
        rows, columns = changed(seen, colors)
        seen = colors
        if before is None:
            indices = palette.indices(colors)
            before = indices.copy()
            pending = Patch(0, 0, indices, time)
            continue
        assert pending is not None
        fresh = palette.indices(colors[rows, columns])
        old = before[rows, columns]
        if np.array_equal(fresh, old):
            pending = pending._replace(time=pending.time + time)
            continue
        yield pending
        pending = Patch(columns.start, rows.start, np.where(fresh == old, TRANSPARENT, fresh).astype(np.uint8), time)
        before[rows, columns] = fresh
    if pending is not None:
        yield pending


def changed(before: NDArray[np.uint32] | None, now: NDArray[np.uint32]) -> tuple[slice, slice]:
    """The smallest rows and columns that hold every pixel that differs."""
    if before is None:
        return slice(0, now.shape[0]), slice(0, now.shape[1])
    differs = before != now
    return span(differs.any(axis=1)), span(differs.any(axis=0))


def span(marked: NDArray[np.bool_]) -> slice:
    places = np.flatnonzero(marked)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else slice(0, 0)


def header(width: int, height: int, palette: Palette) -> bytes:
    depth = palette.bits - 1
    return b"GIF89a" + pack("<HHBBB", width, height, 0x80 | depth << 4 | depth, 0, 0) + palette.data


def looping(times: int) -> bytes:
    """Netscape's extension: how often to repeat, 0 for ever. ``times`` counts every showing, it the repeats."""
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + pack("<H", max(0, times - 1)) + b"\0"


def commented(text: str) -> bytes:
    data = text.encode("utf-8")
    blocks = (data[k : k + 255] for k in range(0, len(data), 255))
    return b"!\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0" if data else b""


def image(patch: Patch, bits: int) -> bytes:
    """Graphic control (leave the frame in place; index 0 is transparent), image descriptor, and compressed indices."""
    height, width = patch.indices.shape
    time = min(max(SHORTEST, round(patch.time / 10)), LONGEST)
    control = b"!\xf9\x04" + pack("<BHBB", 0x05, time, TRANSPARENT, 0)
    place = b"," + pack("<HHHHB", patch.x, patch.y, width, height, 0)
    data = Image.fromarray(patch.indices).tobytes("gif", "L", bits, 0)
    return control + place + bytes([bits]) + data + b"\0"
