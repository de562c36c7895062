"""APNG: every pixel as it is painted, over a PNG that shows the first frame where APNG is not known.

The container is written here (PNG, third edition, section 11.3.6), because Pillow's writer holds all frames and
searches each of them for what changed; the compression is Pillow's.
"""

from __future__ import annotations

from io import BytesIO
from itertools import chain, count
from struct import pack
from typing import TYPE_CHECKING

from PIL.PngImagePlugin import putchunk

from conv_anim.export.moving import changes
from conv_anim.export.png import begin, compressed, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.export.moving import Change
    from conv_anim.scene.primitives import Scene

LONGEST = 0xFFFF
"""Milliseconds: there is no room for a longer time."""
KEEP, INSTEAD, OVER = 0, 0, 1
"""A frame stays in place, and the next one is laid over it; or takes its place, so that one sees through it anew."""
RGBA = 4
"""Channels."""


def picture(drawn: Scene) -> bytes:
    """A scene as an APNG; of one frame, a PNG."""
    found = changes(drawn)
    first = next(found)
    second = next(found, None)
    if second is None:
        return encode(first.pixels, title=drawn.title, description=drawn.description)
    return joined(drawn, chain((first, second), found))


def joined(drawn: Scene, found: Iterable[Change]) -> bytes:
    """The chunks of frames, the first of which is the PNG's own picture too."""
    out, numbers, frames = BytesIO(), count(), 0
    begin(out, (drawn.height, drawn.width, RGBA), title=drawn.title, description=drawn.description)
    told = out.tell()
    putchunk(out, b"acTL", bytes(8))
    for frames, change in enumerate(found, start=1):
        putchunk(out, b"fcTL", pack(">I", next(numbers)), control(change, INSTEAD if drawn.transparent else OVER))
        data = compressed(change.pixels)
        if frames == 1:
            putchunk(out, b"IDAT", data)
        else:
            putchunk(out, b"fdAT", pack(">I", next(numbers)), data)
    putchunk(out, b"IEND")
    out.seek(told)
    putchunk(out, b"acTL", pack(">II", frames, drawn.loop))
    return out.getvalue()


def control(change: Change, blending: int) -> bytes:
    """What an fcTL chunk says after its number: where a frame goes, for how many thousandths of a second, and how."""
    height, width = change.pixels.shape[:2]
    time = min(change.time, LONGEST)
    return pack(">IIIIHHBB", width, height, change.x, change.y, time, 1000, KEEP, blending)
