"""APNG: every pixel as it is painted, in a PNG that shows the last step where APNG is not known."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from conv_anim.export import png
from conv_anim.export.moving import timed
from conv_anim.export.png import words
from conv_anim.painting.agg import frames, seen_through

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.export.moving import Pixels
    from conv_anim.scene.primitives import Scene

LONGEST = 0xFFFF
"""Milliseconds: there is no room for a longer time."""
KEEP, OVER, INSTEAD = 0, 1, 0
"""A frame stays in place, and the next one is laid over it; or takes its place, so that one sees through it anew."""


def picture(drawn: Scene) -> bytes:
    """A scene as an APNG; of one frame, a PNG."""
    shown = list(timed(drawn))
    if len(shown) == 1:
        return png.picture(drawn)
    whole = (pixels for pixels, _ in shown)
    moving = [Image.fromarray(pixels) for pixels in (whole if drawn.transparent else changes(whole))]
    (last,) = frames(drawn, [drawn.poster])
    out = BytesIO()
    Image.fromarray(seen_through(last, drawn)).save(
        out,
        "PNG",
        save_all=True,
        default_image=True,
        append_images=moving,
        duration=[min(time, LONGEST) for _, time in shown],
        loop=drawn.loop,
        disposal=KEEP,
        blend=INSTEAD if drawn.transparent else OVER,
        compress_level=9,
        pnginfo=words(drawn.title, drawn.description),
    )
    return out.getvalue()


def changes(frames: Iterator[Pixels]) -> Iterator[Pixels]:
    """The first frame, and of the others what differs from the one before; the rest is transparent."""
    seen = None
    for pixels in frames:
        patch = pixels
        if seen is not None:
            patch = pixels.copy()
            patch[(pixels == seen).all(axis=-1)] = 0
        yield patch
        seen = pixels
