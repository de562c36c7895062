"""APNG: every pixel as it is painted, in a PNG that shows the last step where APNG is not known.

The container is written here (PNG, third edition, section 11.3.6), because Pillow's writer holds all frames and
searches each of them for what changed; the compression is Pillow's.
"""

from __future__ import annotations

from io import BytesIO
from itertools import chain, count
from struct import pack
from typing import TYPE_CHECKING

from PIL.PngImagePlugin import putchunk

from conv_anim.export import png
from conv_anim.export.moving import changes
from conv_anim.painting.agg import frames, seen_through

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.export.moving import Change
    from conv_anim.scene.primitives import Scene

LONGEST = 0xFFFF
"""Milliseconds: the longest duration that the format can hold."""
KEEP, INSTEAD, OVER = 0, 0, 1
"""The next frame is blended over this one; or replaces it, with its transparency."""
RGBA = 4
"""Channels."""


def picture(drawn: Scene) -> bytes:
    """A scene as an APNG; of one frame, a PNG."""
    found = changes(drawn)
    first, second = next(found), next(found, None)
    if second is None:
        return png.picture(drawn)
    return joined(drawn, chain((first, second), found))


def joined(drawn: Scene, found: Iterable[Change]) -> bytes:
    """A PNG of the last step, and after it the frames."""
    out, numbers, shown = BytesIO(), count(), 0
    png.begin(out, (drawn.height, drawn.width, RGBA), title=drawn.title, description=drawn.description)
    told = out.tell()
    putchunk(out, b"acTL", bytes(8))
    (last,) = frames(drawn, [drawn.poster])
    putchunk(out, b"IDAT", png.compressed(seen_through(last, drawn)))
    for change in found:
        shown += 1
        putchunk(out, b"fcTL", pack(">I", next(numbers)), control(change, INSTEAD if drawn.transparent else OVER))
        putchunk(out, b"fdAT", pack(">I", next(numbers)), png.compressed(change.pixels))
    putchunk(out, b"IEND")
    out.seek(told)
    putchunk(out, b"acTL", pack(">II", shown, drawn.loop))
    return out.getvalue()


def control(change: Change, blending: int) -> bytes:
    """What an fcTL chunk says after its number: where a frame goes, for how many thousandths of a second, and how."""
    height, width = change.pixels.shape[:2]
    time = min(change.time, LONGEST)
    return pack(">IIIIHHBB", width, height, change.x, change.y, time, 1000, KEEP, blending)
