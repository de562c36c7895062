"""GIF (the 89a specification): one palette, and for each frame what changed; unchanged pixels are transparent.

The container is written here, because Pillow's own writer searches every frame for what changed and gives each image
the full eight bits; the compression (LZW) is Pillow's.
"""

from __future__ import annotations

from io import BytesIO
from struct import pack
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from conv_anim.export.palette import COLOR, Palette, key, keys, numbers, palette
from conv_anim.painting.agg import Painter, flat_colors, has_pictures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from conv_anim.painting.agg import Part
    from conv_anim.scene.primitives import Scene

    Pixels = NDArray[np.uint8]
    Places = NDArray[np.intp]
    """Pixels by their numbers, row after row."""

HELD = 512
"""The number of frames held at once; those of a longer animation are painted twice."""
SAMPLES = 5
"""The number of frames that are sampled for colours beside the flat ones."""

SHORTEST, LONGEST = 2, 0xFFFF
"""Centiseconds: viewers slow down frames that are shown for a shorter time, and there is no room for a longer one."""
TRANSPARENT = 0
KEPT, WIPED = 1, 2
"""What becomes of an image when the next one comes: it stays, or leaves nothing behind."""
ROOM = 1 << 16
"""Bytes that the compression makes at a time."""
GAP = 3
"""So few unchanged pixels between changed ones take less room as they are than transparent."""


class Timed(NamedTuple):
    """A frame, opaque RGBA (height, width, 4), its time in ms, and the part that has changed."""

    pixels: Pixels
    time: int
    part: Part = (slice(0, None), slice(0, None))


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
    sampled = (painted.pixels for painted in painter.frames(samples, range(len(samples))))
    colors = palette(sampled, flat, pictures=pictures)
    timed = (
        Timed(pixels, drawn.time(k), part) for k, (pixels, part) in enumerate(painter.frames(frames, range(count)))
    )
    ground = key(drawn.background) if drawn.transparent else None
    return encode(timed, palette=colors, loop=drawn.loop, comment=drawn.description, ground=ground)


def encode(frames: Iterable[Timed], *, palette: Palette, loop: int, comment: str, ground: int | None = None) -> bytes:
    """A GIF of frames; ``loop`` 0 means forever.

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


def wholes(frames: Iterable[Timed], palette: Palette, ground: int) -> Iterator[Patch]:
    """Whole frames in which one sees through the colour ``ground``; those that look the same are one."""
    pending: Patch | None = None
    for pixels, time, _ in frames:
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


def patches(frames: Iterable[Timed], palette: Palette) -> Iterator[Patch]:
    """The changes from frame to frame; frames that look the same become one that is shown longer."""
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        return
    pixels, time, _ = first
    seen = numbers(pixels).copy()
    shown = palette.indices(seen & COLOR)
    pending = Patch(0, 0, shown.copy(), time)
    width = shown.shape[1]
    for pixels, time, part in frames:
        colors = numbers(pixels)
        differs = colors[part] != seen[part]
        places = np.flatnonzero(differs)
        places += places // differs.shape[1] * (width - differs.shape[1]) + part[0].start * width + part[1].start
        new = colors.ravel()[places]
        seen.ravel()[places] = new
        indices = palette.indices(new & COLOR)
        changed = indices != shown.ravel()[places]
        if not changed.any():
            pending = pending._replace(time=pending.time + time)
            continue
        yield pending
        places = places[changed]
        shown.ravel()[places] = indices[changed]
        pending = patch(shown, places, time)
    yield pending


def patch(shown: Pixels, places: Places, time: int) -> Patch:
    """What is shown now, where it changed: at these places, in ascending order, and at the few between them."""
    width = shown.shape[1]
    rows = places // width
    columns = places - width * rows
    top, left = int(rows[0]), int(columns.min())
    box = shown[top : int(rows[-1]) + 1, left : int(columns.max()) + 1]
    found = bridged((rows - top) * box.shape[1] + columns - left, box.size)
    indices = np.zeros(box.size, np.uint8)
    indices[found] = box.ravel()[found]
    return Patch(left, top, indices.reshape(box.shape), time)


def bridged(places: Places, count: int) -> Places:
    """Some of so many pixels in a row, in ascending order: with the few between them, which take less room as they are.

    In no order.
    """
    before = np.concatenate([[-1], places])
    after = np.diff(before, append=count) - 1
    few = after <= GAP
    return np.concatenate([places, *(before[few & (after >= off)] + off for off in range(1, GAP + 1))])


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
    try:
        return directly(indices, bits)
    except (ImportError, AttributeError, TypeError, ValueError):  # in a version that deals with it in other words
        from PIL import Image

        return Image.fromarray(indices).tobytes("gif", "L", bits, 0)


def directly(indices: Pixels, bits: int) -> bytes:
    """The same by Pillow's compiled part alone: to import the rest takes as long as to compress a whole animation."""
    from PIL import _imaging

    height, width = indices.shape
    data = indices.tobytes()  # which lasts for longer than what reads it
    encoder = _imaging.gif_encoder("L", "L", bits, 0)
    encoder.setimage(_imaging.map_buffer(data, (width, height), "raw", 0, ("L", 0, 1)), (0, 0, width, height))
    parts, ended = [], 0
    while not ended:
        _, ended, part = encoder.encode(ROOM)
        parts.append(part)
    return b"".join(parts)
