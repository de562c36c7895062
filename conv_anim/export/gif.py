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

from conv_anim.export.moving import bounds
from conv_anim.export.palette import COLOR, Palette, key, keys, numbers, palette
from conv_anim.painting.agg import Painter, flat_colors, has_pictures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from conv_anim.scene.primitives import Scene

    Pixels = NDArray[np.uint8]
    Marks = NDArray[np.bool_]
    Box = tuple[slice, slice]

HELD = 256
"""So many frames are held at once; those of a longer animation are made twice."""
SAMPLES = 5
"""So many frames say which colours an animation needs beside its flat ones."""

SHORTEST, LONGEST = 2, 0xFFFF
"""Centiseconds: viewers slow down frames that are shown for a shorter time, and there is no room for a longer one."""
TRANSPARENT = 0
KEPT, WIPED = 1, 2
"""What becomes of an image when the next one comes: it stays, or leaves nothing behind."""
GAP = 3
"""So few unchanged pixels between changed ones take less room as they are than transparent."""


class Patch(NamedTuple):
    """What a frame changes: palette indices (height, width), where they go, and the frame's time in milliseconds.

    They are transparent where nothing changes, but for the few between pixels that do.
    """

    x: int
    y: int
    indices: Pixels
    time: int


def picture(drawn: Scene) -> bytes:
    """A scene as a GIF."""
    count = len(drawn.frames)
    frames = list(drawn.frames) if count <= HELD else drawn.frames
    flat, pictures = {drawn.background} | flat_colors(drawn.static), has_pictures(drawn.static)
    for frame in frames:
        items = (*frame.kept, *frame.shown)
        flat |= flat_colors(items)
        pictures = pictures or has_pictures(items)
    painter = Painter(drawn)
    samples = [frames[k] for k in sorted({n * (count - 1) // (SAMPLES - 1) for n in range(SAMPLES)})]
    colors = palette(painter.frames(samples, range(len(samples))), flat, pictures=pictures)
    painted = painter.frames(frames, range(count))
    timed = ((pixels, drawn.time(k)) for k, pixels in enumerate(painted))
    ground = key(drawn.background) if drawn.transparent else None
    return encode(timed, palette=colors, loop=drawn.loop, comment=drawn.description, ground=ground)


def encode(
    frames: Iterable[tuple[Pixels, int]], *, palette: Palette, loop: int, comment: str, ground: int | None = None
) -> bytes:
    """A GIF of frames, opaque RGBA (height, width, 4), each with its time in milliseconds; ``loop`` 0 means forever.

    Where they have the colour ``ground``, the page shows through.
    """
    out = BytesIO()
    now = sent = 0
    found = patches(frames, palette) if ground is None else wholes(frames, palette, ground)
    for number, patch in enumerate(found):
        if number == 0:
            height, width = patch.indices.shape
            out.write(header(width, height, palette))
            out.write(b"" if loop == 1 else looping(loop))
            out.write(commented(comment))
        now += patch.time
        time = min(max(SHORTEST, round(now / 10) - sent), LONGEST)
        sent += time
        out.write(image(patch, palette.bits, time, wiped=ground is not None))
    out.write(b";")
    return out.getvalue()


def wholes(frames: Iterable[tuple[Pixels, int]], palette: Palette, ground: int) -> Iterator[Patch]:
    """Whole frames in which one sees through the colour ``ground``; those that look the same are one."""
    pending: Patch | None = None
    for pixels, time in frames:
        colors = keys(pixels)
        indices = np.where(colors == ground, np.uint8(TRANSPARENT), palette.indices(colors))
        if pending is not None and np.array_equal(pending.indices, indices):
            pending = pending._replace(time=pending.time + time)
            continue
        if pending is not None:
            yield pending
        pending = Patch(0, 0, indices, time)
    if pending is not None:
        yield pending


def patches(frames: Iterable[tuple[Pixels, int]], palette: Palette) -> Iterator[Patch]:
    """The changes from frame to frame; frames that look the same become one that is shown longer."""
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        return
    pixels, time = first
    seen = numbers(pixels).copy()
    shown = palette.indices(keys(pixels))
    pending = Patch(0, 0, shown.copy(), time)
    for pixels, time in frames:
        colors = numbers(pixels)
        changed = colors != seen
        box = bounds(changed)
        if box is not None:
            places = changed[box]
            seen[box] = colors[box]
            indices = palette.indices(colors[box][places] & COLOR)
            new = indices != shown[box][places]
            places[places] = new
            shown[box][places] = indices[new]
            box = within(box, bounds(places))
        if box is None:
            pending = pending._replace(time=pending.time + time)
            continue
        yield pending
        pending = Patch(box[1].start, box[0].start, shown[box] * bridged(changed[box]), time)
    yield pending


def within(box: Box, part: Box | None) -> Box | None:
    """A part of a box, at its place in the whole."""
    if part is None:
        return None
    (top, left), (rows, columns) = ((side.start for side in box), part)
    return slice(top + rows.start, top + rows.stop), slice(left + columns.start, left + columns.stop)


def bridged(changed: Marks) -> Pixels:
    """1 also for the few pixels between changed ones, row after row, which take less room as they are; else 0."""
    line = np.ones(changed.size + 2 * GAP, np.uint8)
    line[GAP:-GAP] = changed.ravel()
    found, after = line[GAP:-GAP].copy(), np.zeros(changed.size, np.uint8)
    for off in range(1, GAP + 1):
        after |= line[GAP + off :][: changed.size]
        found |= line[off - 1 :][: changed.size] & after
    return found.reshape(changed.shape)


def header(width: int, height: int, palette: Palette) -> bytes:
    """The signature, the size of the screen, and the palette (sections 17 to 19)."""
    depth = palette.bits - 1
    return b"GIF89a" + pack("<HHBBB", width, height, 0x80 | depth << 4 | depth, 0, 0) + palette.data


def looping(times: int) -> bytes:
    """Netscape's extension: how often to repeat, 0 for ever. ``times`` counts every showing, it the repeats."""
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + pack("<H", max(0, times - 1)) + b"\0"


def commented(text: str) -> bytes:
    """A comment extension (section 24); nothing for no text."""
    data = text.encode("utf-8")
    blocks = (data[k : k + 255] for k in range(0, len(data), 255))
    return b"!\xfe" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0" if data else b""


def image(patch: Patch, bits: int, time: int, *, wiped: bool = False) -> bytes:
    """A patch for so many centiseconds: graphic control, image descriptor, and compressed indices.

    The frame is left in place, or ``wiped`` off when the next one comes, and index 0 is transparent.
    """
    height, width = patch.indices.shape
    disposal = WIPED if wiped else KEPT
    control = b"!\xf9\x04" + pack("<BHBB", disposal << 2 | 1, time, TRANSPARENT, 0)
    place = b"," + pack("<HHHHB", patch.x, patch.y, width, height, 0)
    return control + place + bytes([bits]) + compressed(patch.indices, bits) + b"\0"


def compressed(indices: Pixels, bits: int) -> bytes:
    """Palette indices as LZW data in blocks (section 22)."""
    return Image.fromarray(indices).tobytes("gif", "L", bits, 0)
